#include "model/guard.h"

#include <math.h>

/* Odds ratios that are mixed with equal weights: from a third more to ten times as many. */
static const double odds[] = { 1.3, 1.6, 2, 3, 5, 10 };
enum { ODDS = sizeof odds / sizeof *odds };

static const char *const words[] = { "wait", "advance", "hold", "abort" };

const char *guard_word(GuardWord w)
{
	return words[w];
}

static double log_sum(double a, double b)
{
	double most = a > b ? a : b;

	return most == -HUGE_VAL ? most : most + log(exp(a - most) + exp(b - most));
}

/* log(psi^x / E[psi^X]) where X is hypergeometric: of new_n + old_n jobs, hits of which have it, how many of those are among the new. The
 * probabilities are built up from the least X, each from the one before. */
static double log_ratio(const GuardBlock *b, double log_psi)
{
	int64_t hits = b->old_hits + b->new_hits, least = hits > b->old_n ? hits - b->old_n : 0, most = hits < b->new_n ? hits : b->new_n;
	double weight = 0, all = 0, tilted = (double)least * log_psi;

	for (int64_t x = least; x < most; x++) {
		weight += log((double)(b->new_n - x)) + log((double)(hits - x)) - log((double)(x + 1)) - log((double)(b->old_n - hits + x + 1));
		all = log_sum(all, weight);
		tilted = log_sum(tilted, weight + (double)(x + 1) * log_psi);
	}
	return (double)b->new_hits * log_psi - (tilted - all);
}

static bool says_something(const GuardBlock *b)
{
	return b->old_n > 0 && b->new_n > 0 && b->old_hits >= 0 && b->new_hits >= 0 && b->old_hits <= b->old_n && b->new_hits <= b->new_n;
}

double guard_evidence(const GuardBlock *block, size_t n)
{
	double mixed = -HUGE_VAL;

	for (size_t k = 0; k < ODDS; k++) {
		double log_psi = log(odds[k]), sum = 0;

		for (size_t i = 0; i < n; i++)
			if (says_something(&block[i]))
				sum += log_ratio(&block[i], log_psi);
		mixed = log_sum(mixed, sum - log(ODDS));
	}
	return mixed;
}

/* --- the verdict --- */

static double share(int64_t part, int64_t of)
{
	return of > 0 ? (double)part / (double)of : 0;
}

static bool is_over(int64_t new, int64_t old, int64_t ratio_ppm)
{
	return new != GUARD_UNKNOWN && old != GUARD_UNKNOWN && old > 0 && (double)new > (double)old * (double)ratio_ppm / 1e6;
}

static void passed(const GuardRule *r, const GuardFigures *f, bool over[GUARD_TESTS])
{
	over[GUARD_FAILS] = (share(f->new.failed, f->new.n) - share(f->old.failed, f->old.n)) * 1e6 > (double)r->error_delta_ppm;
	over[GUARD_SLOW] = is_over(f->new.p95_ms, f->old.p95_ms, r->p95_ratio_ppm);
	over[GUARD_DEAR] = is_over(f->new.nusd_per_job, f->old.nusd_per_job, r->cost_ratio_ppm);
}

static const char *const is_worse[GUARD_TESTS] = {
	[GUARD_FAILS] = "it fails more often than the old version", [GUARD_SLOW] = "it is slower than the old version",
	[GUARD_DEAR] = "its jobs cost more than those of the old version",
};

/* A limit that is passed by chance holds; only evidence that chance gives one rollout in 1/alpha aborts. */
static int64_t stuck_ppm(const GuardSide *s)
{
	return s->stuck ? s->stuck * 1000000 / (s->stuck + s->n) : 0;
}

GuardVerdict guard_judge(const GuardRule *r, const GuardFigures *f)
{
	double wanted = log(1e6 / GUARD_ALPHA_PPM * GUARD_TESTS * (double)(r->steps > 0 ? r->steps : 1));
	bool over[GUARD_TESTS];

	if (!f->fresh)
		return (GuardVerdict){ GUARD_WAIT, GUARD_FAILS, "the jobs feed is not fresh" };
	passed(r, f, over);
	for (int t = 0; t < GUARD_TESTS; t++)
		if (over[t] && f->evidence[t] >= wanted)
			return (GuardVerdict){ GUARD_ABORT, (GuardTest)t, is_worse[t] };
	if (f->step_ms < r->min_ms)
		return (GuardVerdict){ GUARD_WAIT, GUARD_FAILS, "the step has not lasted long enough" };
	if (f->new.n < r->min_count)
		return (GuardVerdict){ GUARD_WAIT, GUARD_FAILS, "too few jobs of the new version have ended" };
	/* What hangs neither fails nor is slow until it ends. */
	if (stuck_ppm(&f->new) > stuck_ppm(&f->old) + r->error_delta_ppm)
		return (GuardVerdict){ GUARD_HOLD, GUARD_SLOW, "its jobs do not end" };
	for (int t = 0; t < GUARD_TESTS; t++)
		if (over[t])
			return (GuardVerdict){ GUARD_HOLD, (GuardTest)t, is_worse[t] };
	return (GuardVerdict){ GUARD_ADVANCE, GUARD_FAILS, "nothing speaks against it" };
}
