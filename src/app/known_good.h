/* The version to go back to: one that has proved itself, with what proves it. Never a guess: without evidence there is none. */
#ifndef APP_KNOWN_GOOD_H
#define APP_KNOWN_GOOD_H

#include "model/route.h"
#include "store/store.h"

/* A version counts when it served so many jobs in so many days and failed less often than alerts allow. */
typedef struct GoodRule { int64_t min_jobs, days; int64_t most_failed_permille; } GoodRule;
enum { GOOD_MOST_FAILED_PERMILLE = 50 };         /* what the rule err-high takes for too many, as shipped */

bool good_enough(const Sums *s, const GoodRule *rule);
bool good_status(Str status);                    /* not one that the registry has taken out of use, or never took in */

/* Of the versions of `agent` other than `from`: the one that the pointer left last according to the snapshot's history of moves, else the
 * one that served most; not one that the registry calls draft, rejected, deprecated or rolled_back. pointer: "AGENT/route", as changes
 * name it. -1 with ERR_USAGE: there is none, and why; the remedy is the caller's to add. Text in a. */
int known_good(Store *s, Str agent, Str pointer, Str from, const GoodRule *rule, int64_t now_ms, Arena *a, Str *to, Str *evidence, Err *e);
/* What proves that one version, as the same rule has it, whoever has chosen it; empty: nothing does. Text in a. */
int known_good_proof(Store *s, Str agent, Str version, const GoodRule *rule, int64_t now_ms, Arena *a, Str *evidence, Err *e);

#endif
