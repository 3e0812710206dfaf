/* The guard of a rollout, by simulation: equal versions are rarely sent away, bad ones soon, and nothing goes on with too few jobs. */
#include "unit.h"

#include <math.h>

#include "model/guard.h"

enum { MINUTES = 60, RUNS = 300 };
static const GuardRule rule = { .min_ms = 600000, .min_count = 200, .error_delta_ppm = 20000, .p95_ratio_ppm = 1300000,
                                .cost_ratio_ppm = 1200000, .steps = 2 };

/* Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014). */
static uint64_t random_state = 7;
static double uniform(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static int64_t hits_of(int64_t n, double p)
{
	int64_t hits = 0;

	for (int64_t i = 0; i < n; i++)
		hits += uniform() < p;
	return hits;
}

typedef struct Fleet { int64_t old_n, new_n; double old_p, new_p, storm_p; } Fleet;     /* by minute; storm_p: every fourth ten minutes, for both */

typedef struct Told { GuardWord word; int minute; bool early; } Told;

/* The first word but WAIT that ends the step, and when. early: it went on with too few jobs. */
static Told run(const Fleet *f, bool until_abort)
{
	GuardBlock block[MINUTES];
	GuardFigures x = { .fresh = true, .old = { 0, 0, 1000, 1000 }, .new = { 0, 0, 1000, 1000 } };
	Told told = { GUARD_WAIT, MINUTES, false };

	for (int m = 0; m < MINUTES; m++) {
		double storm = f->storm_p > 0 && m / 10 % 4 == 3 ? f->storm_p : 0;
		GuardVerdict v;

		block[m] = (GuardBlock){ f->old_n, hits_of(f->old_n, f->old_p + storm), f->new_n, hits_of(f->new_n, f->new_p + storm) };
		x.step_ms = (m + 1) * 60000;
		x.old.n += block[m].old_n;
		x.old.failed += block[m].old_hits;
		x.new.n += block[m].new_n;
		x.new.failed += block[m].new_hits;
		x.evidence[GUARD_FAILS] = guard_evidence(block, (size_t)m + 1);
		v = guard_judge(&rule, &x);
		told.early |= v.word == GUARD_ADVANCE && (x.new.n < rule.min_count || x.step_ms < rule.min_ms);
		if (v.word == GUARD_ABORT || (v.word == GUARD_ADVANCE && !until_abort))
			return (Told){ v.word, m + 1, told.early };
	}
	return told;
}

static int aborted(const Fleet *f, int runs, int *minutes)
{
	int n = 0;

	*minutes = 0;
	for (int i = 0; i < runs; i++) {
		Told t = run(f, true);

		n += t.word == GUARD_ABORT;
		*minutes += t.word == GUARD_ABORT ? t.minute : 0;
		assert_false(t.early);
	}
	return n;
}

/* One test of one step may take a sixth of the whole rate: with so many runs, and three standard errors of chance. Watched for an
 * hour, at every minute; also where storms hit both versions alike, and where the new one is the better one. */
static void equal_versions_are_rarely_sent_away(void **state)
{
	static const Fleet fleets[] = { { 45, 5, 0.05, 0.05, 0 }, { 25, 25, 0.02, 0.02, 0 }, { 45, 5, 0.05, 0.05, 0.3 }, { 90, 10, 0.2, 0.2, 0 },
	                                { 25, 25, 0.05, 0.03, 0.2 } };
	double rate = GUARD_ALPHA_PPM / 1e6 / (GUARD_TESTS * (double)rule.steps), most = RUNS * rate + 3 * sqrt(RUNS * rate);
	int minutes;

	(void)state;
	for (size_t i = 0; i < sizeof fleets / sizeof *fleets; i++) {
		int n = aborted(&fleets[i], RUNS, &minutes);

		if (n > most)
			fail_msg("fleet %zu: %d of %d rollouts aborted, at most %.1f may", i, n, RUNS, most);
	}
}

static void three_times_the_errors_are_found(void **state)
{
	static const struct { Fleet f; int most_minutes; } row[] = {
		{ { 45, 5, 0.05, 0.15, 0 }, 60 }, { { 25, 25, 0.05, 0.15, 0 }, 25 }, { { 45, 5, 0.01, 0.18, 0 }, 15 }, { { 450, 50, 0.02, 0.06, 0.3 }, 40 } };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int minutes, n = aborted(&row[i].f, 60, &minutes);

		if (n < 54 || minutes > n * row[i].most_minutes)
			fail_msg("fleet %zu: %d of 60 found, after %d minutes in the mean", i, n, n ? minutes / n : 0);
	}
}

static void nothing_goes_on_with_too_few_jobs(void **state)
{
	GuardFigures f = { .fresh = true, .step_ms = 6000000, .old = { 900, 9, 1000, 1000 }, .new = { 199, 0, 1000, 1000 } };

	(void)state;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_WAIT);
	f.new.n = 200;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_ADVANCE);
	f.step_ms = 599999;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_WAIT);
	f.step_ms = 600000;
	f.fresh = false;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_WAIT);
	for (int i = 0; i < 300; i++)
		assert_false(run(&(Fleet){ 45, 1 + i % 5, 0.05, 0.05, 0 }, false).early);
}

/* Over a limit: it holds until that is no chance, and then it goes. */
static void each_limit_holds_and_aborts(void **state)
{
	const GuardFigures good = { .fresh = true, .step_ms = 6000000, .old = { 900, 9, 1000, 1000 }, .new = { 400, 4, 1000, 1000 } };
	GuardFigures f[GUARD_TESTS] = { good, good, good };

	(void)state;
	f[GUARD_FAILS].new.failed = 13;
	f[GUARD_SLOW].new.p95_ms = 1301;
	f[GUARD_DEAR].new.nusd_per_job = 1201;
	for (int t = 0; t < GUARD_TESTS; t++) {
		GuardVerdict v = guard_judge(&rule, &f[t]);

		assert_true(v.word == GUARD_HOLD && (int)v.test == t);
		f[t].evidence[t] = log(600) - 0.01;
		assert_int_equal(guard_judge(&rule, &f[t]).word, GUARD_HOLD);
		f[t].evidence[t] = log(600) + 0.01;
		v = guard_judge(&rule, &f[t]);
		assert_true(v.word == GUARD_ABORT && (int)v.test == t && v.why);
		/* Evidence for less than the limit allows is no reason. */
		f[t] = good;
		f[t].evidence[t] = 100;
		assert_int_equal(guard_judge(&rule, &f[t]).word, GUARD_ADVANCE);
	}
	f[0] = good;
	f[0].old.p95_ms = f[0].new.nusd_per_job = GUARD_UNKNOWN;
	assert_int_equal(guard_judge(&rule, &f[0]).word, GUARD_ADVANCE);
}

/* By hand: 2 old and 2 new jobs, 1 failure, of the new one. P(X = 1) = 1/2, so the ratio for psi is 2 psi / (1 + psi). */
/* All that ended is well, and a third of what began hangs. */
static void what_does_not_end_holds(void **state)
{
	GuardFigures f = { .step_ms = INT64_C(3600000), .fresh = true, .old = { 1000, 10, 900, 100, 2 }, .new = { 400, 4, 900, 100, 0 } };

	(void)state;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_ADVANCE);
	f.new.stuck = 200;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_HOLD);
	assert_string_equal(guard_judge(&rule, &f).why, "its jobs do not end");
	f.old.stuck = 500;
	assert_int_equal(guard_judge(&rule, &f).word, GUARD_ADVANCE);
}

static void one_block_by_hand(void **state)
{
	static const double psi[] = { 1.3, 1.6, 2, 3, 5, 10 };
	const GuardBlock one = { 2, 0, 2, 1 }, none[] = { { 5, 0, 5, 0 }, { 0, 0, 4, 3 }, { 7, 2, 0, 0 }, { 3, 4, 2, 1 } };
	double want = 0;

	(void)state;
	for (int i = 0; i < 6; i++)
		want += 2 * psi[i] / (1 + psi[i]) / 6;
	assert_true(fabs(guard_evidence(&one, 1) - log(want)) < 1e-9);
	/* No failure, only one version, damaged counts: they say nothing. */
	assert_true(fabs(guard_evidence(none, 4)) < 1e-9 && fabs(guard_evidence(NULL, 0)) < 1e-9);
	/* All failed: neither. */
	assert_true(fabs(guard_evidence(&(GuardBlock){ 5, 5, 5, 5 }, 1)) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_versions_are_rarely_sent_away), cmocka_unit_test(three_times_the_errors_are_found),
		cmocka_unit_test(nothing_goes_on_with_too_few_jobs), cmocka_unit_test(each_limit_holds_and_aborts), cmocka_unit_test(what_does_not_end_holds), cmocka_unit_test(one_block_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
