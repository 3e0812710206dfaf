/* Hours whose cost lines were not taken in but added up by Logs Insights. What it says goes into the totals as a difference to what the
 * store has of the same time by itself (the jobs table, lines that came before), so that every reader of totals has it and nothing counts twice.
 * Jobs, failures and latencies stay the store's own where it has them; money and tokens are the lines'. */
#ifndef STORE_PUSHED_H
#define STORE_PUSHED_H

#include "store/store.h"

/* Two questions for all totals: more keys in one would be more groups than an answer holds. */
typedef enum PushKind { PUSH_WHO, PUSH_WHAT, PUSH_KINDS } PushKind;      /* tenant, persona, model; agent, version, model */

typedef struct PushGroup {
	int64_t hour;
	Str  tenant, persona, agent, version, model;
	Sums s;                        /* jobs: calls */
	bool approximate;
} PushGroup;

/* The answer of one kind for [from_ms, until_ms), which lies within one hour. */
typedef struct PushAnswer {
	PushKind kind;
	int64_t from_ms, until_ms;
	bool    again;                 /* in place of what there was of this hour, from its beginning; else it goes on where that ended */
	bool    partial;               /* some of it is missing */
	const PushGroup *group; size_t n;
} PushAnswer;

/* All answers in one transaction, with the cursors of whoever asked. *news (may be NULL): see store/pulse.h. */
int store_push(Store *s, const PushAnswer *v, size_t n, const Cursor *cursor, size_t cursors, int64_t *news, Err *e);

/* What of [from_ms, until_ms) comes from Insights; until 0: open. */
typedef struct PushedSpan { int64_t hours; bool approximate, partial; } PushedSpan;
int store_pushed(Store *s, int64_t from_ms, int64_t until_ms, PushedSpan *out, Err *e);

#endif
