/* The guard of a gradual rollout: may the new version get more traffic, does it stay where it is, or must it go? Pure.
 *
 * Three things are compared between the new and the old version while both serve: jobs that fail, jobs that are slow (longer than the old
 * version's 95th percentile before the step) and jobs that are dear (more than its median). Each of them is a share, looked at minute by
 * minute: given how many of a minute's jobs failed in all, how many of these fell to the new version is hypergeometric when both versions are
 * equal, whatever the day does to both. The likelihood ratio of that against Fisher's noncentral hypergeometric distribution, mixed over
 * odds ratios above 1 and multiplied over the minutes, is a nonnegative martingale then (a supermartingale when the new version is the
 * better one), so by Ville's inequality it ever reaches 1/alpha with a chance of at most alpha: it may be looked at after every minute,
 * for as long as one likes. That is the mixture sequential probability ratio test of H. Robbins, "Statistical methods related to the
 * law of the iterated logarithm", Ann. Math. Statist. 41 (1970), as used for tests that are watched all the time by R. Johari,
 * L. Pekelis, D. Walsh, "Always valid inference", Oper. Res. 70 (2022).
 *
 * The false-alarm rate: of two equal versions at most GUARD_ALPHA_PPM of whole rollouts abort; each test of each step gets its part. */
#ifndef MODEL_GUARD_H
#define MODEL_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GUARD_ALPHA_PPM = 10000 };

typedef enum GuardTest { GUARD_FAILS, GUARD_SLOW, GUARD_DEAR, GUARD_TESTS } GuardTest;

/* One minute (or any stretch) of both versions: jobs that ended, and how many of them have what is counted. */
typedef struct GuardBlock { int64_t old_n, old_hits, new_n, new_hits; } GuardBlock;
/* The natural logarithm of the evidence that the new version has more of it: the test's statistic after these blocks. */
double guard_evidence(const GuardBlock *block, size_t n);

typedef struct GuardRule {
	int64_t min_ms, min_count;     /* of a step: its time, and jobs of the new version that ended in it */
	int64_t error_delta_ppm;       /* the new version may fail so much more often */
	int64_t p95_ratio_ppm;         /* may take so many times as long */
	int64_t cost_ratio_ppm;        /* may cost so many times as much by job */
	int64_t steps;                 /* of the rollout that are guarded: alpha is divided among them */
} GuardRule;

#define GUARD_UNKNOWN INT64_MIN
/* Since the step began; GUARD_UNKNOWN. stuck: jobs that have not ended, though nearly all of the old version would have. */
typedef struct GuardSide { int64_t n, failed, p95_ms, nusd_per_job, stuck; } GuardSide;
typedef struct GuardFigures {
	int64_t step_ms;               /* since the step began */
	bool    fresh;                 /* jobs are known up to now */
	GuardSide old, new;
	double  evidence[GUARD_TESTS];
} GuardFigures;

/* WAIT: too early to say. HOLD: a limit is passed, and that may still be chance. ABORT: a limit is passed, and that is no chance. */
typedef enum GuardWord { GUARD_WAIT, GUARD_ADVANCE, GUARD_HOLD, GUARD_ABORT } GuardWord;
typedef struct GuardVerdict {
	GuardWord word;
	GuardTest test;                /* of HOLD and ABORT */
	const char *why;               /* a clause: "it fails more often than the old version" */
} GuardVerdict;
const char *guard_word(GuardWord w);           /* "wait", "advance", "hold", "abort" */

GuardVerdict guard_judge(const GuardRule *r, const GuardFigures *f);

#endif
