/* What the guard of a rollout (model/guard.h) compares, from a snapshot: the jobs of both versions since a step began, minute by minute. Runs
 * on a worker; one question at a time. */
#ifndef APP_GUARD_READ_H
#define APP_GUARD_READ_H

#include "app/version_did.h"
#include "model/guard.h"

/* Of one step. Plain data of whoever asks; zeroed but for the first members, guard_memory_done. */
typedef struct GuardMemory {
	Str     agent, old, new;
	int64_t from_ms;                       /* when the step began */
	bool    marked;
	int64_t slow_ms, dear_nusd;            /* the old version's 95th percentile and median before the step; GUARD_UNKNOWN */
	GuardBlock *block[GUARD_TESTS];        /* by minute since from_ms */
	size_t  n, cap, settled;               /* settled: the first so many are not read again */
} GuardMemory;
void guard_memory_done(GuardMemory *m);

typedef struct GuardAsk { int64_t now_ms; bool fresh; } GuardAsk;
/* Minutes of more than GUARD_SETTLE_MS ago are settled and not read again: a job that ends later than that is not counted. */
enum { GUARD_SETTLE_MS = 300000 };
int  guard_read(Store *s, GuardMemory *m, const GuardAsk *q, GuardFigures *out, Err *e);

#endif
