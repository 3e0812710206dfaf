/* What the guards say: one finding is one security event. They only say it: storing, showing and refusing are other people's,
 * and a flag never keeps anybody from looking at a text. Pure. */
#ifndef MODEL_FLAG_H
#define MODEL_FLAG_H

#include "base/str.h"

typedef enum FlagSeverity { FLAG_LOW, FLAG_MEDIUM, FLAG_HIGH, FLAG_CRITICAL, FLAG_SEVERITIES } FlagSeverity;

typedef enum FlagKind {
	FLAG_PROMPT_INJECTION, FLAG_SUSPICIOUS_PATTERN, FLAG_UNUSUAL_TOKEN_USAGE, FLAG_INPUT_LENGTH, FLAG_ENCODED_TEXT, FLAG_OUTPUT_LEAK,
	FLAG_OUTPUT_SECRET, FLAG_OUTPUT_TRACE, FLAG_GUARDRAIL /* of Bedrock: it blocked or masked something */, FLAG_KINDS,
} FlagKind;

enum { FLAG_SAMPLE = 100 };        /* characters of a sample */

typedef struct Flag {
	FlagKind     kind;
	FlagSeverity severity;
	double       score;            /* 0 .. 1; of a rule that has none 1 */
	const char  *rule;             /* the row that made it: a table's text */
	const char  *view;             /* the reading it was found in ("plain", "base64"): a table's text */
	uint32_t     from, to;         /* bytes of the text that was checked */
	int64_t      time_ms;
	char         sample[FLAG_SAMPLE * 4 + 1];   /* UTF-8, masked (model/mask.h); may still hold terminal escapes: clean it */
} Flag;

const char *flag_kind_name(FlagKind k);            /* "prompt_injection" */
const char *flag_severity_name(FlagSeverity s);    /* "high" */

/* A flag with the sample taken from text at from .. to and what stands round it, personal data and secrets masked. rule and view
 * are kept as pointers. */
Flag flag_make(FlagKind kind, FlagSeverity severity, double score, const char *rule, int64_t time_ms);
void flag_place(Flag *f, Str text, uint32_t from, uint32_t to, const char *view);

/* A call that took far more tokens than such calls take (usual: their median; 0: not known). False: nothing unusual. */
bool flag_token_usage(Flag *f, int64_t tokens, int64_t usual, int64_t time_ms);

#endif
