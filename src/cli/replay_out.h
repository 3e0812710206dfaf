/* A production call and the same asked again, side by side. */
#ifndef CLI_REPLAY_OUT_H
#define CLI_REPLAY_OUT_H

#include "api/invocation.h"
#include "cli/options.h"

enum { REPLAY_CALLS = 8, REPLAY_NOTES = 4 };

typedef struct ReplayCall {
	InvocationCall of;             /* what the log has of it */
	bool    then_priced;
	int64_t then_nusd;
	Str     note[REPLAY_NOTES]; size_t notes;      /* in what the two cannot be the same */
	Str     model, now_stop;       /* of the new call; of.lacks: there was none */
	Buf     now;
	Tokens  now_tokens;
	bool    now_priced;
	int64_t now_nusd, now_ms;
	Str     failure;               /* why it has no answer; empty: it has */
} ReplayCall;

/* Prints each call as a case of a suite, a line of JSON: its question under its request id. The exit code: 1 when one cannot be a case, and why
 * on stderr. */
int replay_cases(const ReplayCall *v, size_t n);
/* Prints them as asked. The exit code: 1 when one could not be asked again, or got no answer. */
int replay_out(const Options *o, const ReplayCall *v, size_t n, bool more);

#endif
