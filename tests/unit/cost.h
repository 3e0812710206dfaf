/* Whether something costs time in proportion to its text, however the text is made: for unit tests of the guards. */
#ifndef COST_H
#define COST_H

#include <time.h>

#include "base/str.h"

enum { COST_SMALL = 1 << 14, COST_LARGE = 1 << 20, COST_ROUNDS = 5 };

/* What costs `run` for a text; in nanoseconds of this thread's own work, the best of some rounds. */
typedef void (*CostRun)(void *arg, Str text);

static inline int64_t cost_now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static inline int64_t cost_ns(CostRun run, void *arg, Str text, int rounds)
{
	int64_t best = INT64_MAX;

	for (int i = 0; i < rounds; i++) {
		int64_t began = cost_now_ns(), took;

		run(arg, text);
		took = cost_now_ns() - began;
		best = took < best ? took : best;
	}
	return best;
}

static inline void cost_fill(char *p, size_t n, const char *with)
{
	size_t k = strlen(with);

	for (size_t i = 0; i < n; i++)
		p[i] = with[i % k];
}

/* Fails when COST_LARGE bytes made of one of the texts take more than three times their share: caches cost something. */
static inline void cost_check(CostRun run, void *arg, const char *const *texts, size_t n)
{
	char *p = malloc(COST_LARGE);

	for (size_t i = 0; i < n; i++) {
		int64_t small, large;

		cost_fill(p, COST_LARGE, texts[i]);
		small = cost_ns(run, arg, (Str){ p, COST_SMALL }, COST_ROUNDS);
		large = cost_ns(run, arg, (Str){ p, COST_LARGE }, 1);
		if (large > small * (COST_LARGE / COST_SMALL) * 3)
			fail_msg("text %zu: %d bytes take %lld us, %d bytes %lld us", i, COST_SMALL, (long long)small / 1000, COST_LARGE, (long long)large / 1000);
	}
	free(p);
}

#endif
