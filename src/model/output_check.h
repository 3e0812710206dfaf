/* What a model's answer must not hold: its system prompt, secrets, the insides of a program that failed. It says so and where; it
 * changes nothing. Pure. */
#ifndef MODEL_OUTPUT_CHECK_H
#define MODEL_OUTPUT_CHECK_H

#include "model/leak.h"
#include "model/flag.h"

enum { OUTPUT_FLAGS = 32 };

typedef struct OutputResult {
	Flag   flag[OUTPUT_FLAGS];
	int    flags;
	size_t left_out;               /* more than OUTPUT_FLAGS */
	LeakResult leak;
} OutputResult;

/* room: for the answer's readings, which it holds afterwards. leak: of the system prompt, or NULL. */
void output_check(InjectText *room, Leak *leak, Str answer, int64_t time_ms, OutputResult *r);

#endif
