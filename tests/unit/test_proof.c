/* The figures behind BACK, from a snapshot: the jobs of both versions since a move, silences and gaps, and what of it is not known. */
#include "unit.h"

#include "app/guard_read.h"
#include "app/proof.h"
#include "base/xalloc.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

/* 2026-09-23T18:30:30Z. */
static const int64_t now = INT64_C(1790188230000);
static Arena arena;
static Store *s;
static int jobs_made;

static void add(const char *agent, const char *version, int64_t from_ms, int64_t span_ms, int n, JobState state, int64_t ms)
{
	Job *j = xcalloc((size_t)n + 1, sizeof *j);
	StoreBatch b = { .jobs = j, .job_count = (size_t)n, .prices = &fleet_prices, .mode = LEDGER_REPORTED, .now_ms = now };

	for (int i = 0; i < n; i++)
		j[i] = (Job){ .id = arena_printf(&arena, "p-%d", jobs_made++), .agent = str_of(agent), .version = str_of(version), .tenant = STR("acme"),
		              .trace_id = STR(""), .model = STR("fix.small"), .state = state, .reported_nusd = { true, ms * 1000 },
		              .started_ms = from_ms + i * span_ms / n, .updated_ms = from_ms + i * span_ms / n + ms, .latency_ms = { true, ms } };
	MUST(store_apply(s, &b, NULL, e));
	free(j);
}

static int begin(void **state)
{
	static int stores;

	(void)state;
	s = must_open(arena_printf(&arena, "p%d.db", stores++).p, STORE_WRITE);
	add("idle", "1", now, 1, 1, JOB_SUCCEEDED, 1);         /* minutes by key begin with the first batch */
	return 0;
}

static int finish(void **state)
{
	(void)state;
	store_close(s);
	return 0;
}

static Proof proof(const char *agent, int64_t moved_ms)
{
	const ProofAsk q = { .agent = str_of(agent), .old = STR("8"), .new = STR("7"), .now_ms = now, .moved_ms = moved_ms, .known_ms = now, .fresh = true,
	                     .served = true };
	Proof p;

	MUST(proof_read(s, &q, &arena, &p, e));
	return p;
}

static void jobs_of_both_versions_since_the_move(void **state)
{
	const int64_t moved = now - 12 * MINUTE;
	Proof p;

	(void)state;
	add("up", "8", moved - 30 * MINUTE, 30 * MINUTE, 60, JOB_FAILED, 900);
	add("up", "7", moved - 10 * HOUR, HOUR, 50, JOB_SUCCEEDED, 900);
	add("up", "8", moved + 1000, MINUTE, 4, JOB_SUCCEEDED, 900);
	add("up", "7", moved + 1000, 10 * MINUTE, 97, JOB_SUCCEEDED, 700);
	add("up", "7", moved + 1000, 10 * MINUTE, 3, JOB_FAILED, 700);
	add("up", "7", now - 1000, 500, 2, JOB_RUNNING, 0);
	add("other", "8", now - MINUTE, MINUTE, 10, JOB_SUCCEEDED, 900);
	p = proof("up", moved);
	assert_true(p.f.old_jobs == 4 && p.f.n == 100 && p.f.failed == 3 && p.new.jobs == 102 && p.f.on_record);
	/* One in half a minute; its last job was in the minute of the move or the next, and counts as one of its end. */
	assert_true(p.f.old_gap_ms > 25000 && p.f.old_gap_ms < 35000);
	assert_true(p.f.old_last_ms >= moved + 46000 && p.f.old_last_ms <= moved + 2 * MINUTE);
	assert_true(p.f.seen_ppm == BACK_UNKNOWN && p.f.fresh && p.f.served && p.f.now_ms == now);
	assert_true(p.new.p95_ms > 690 && p.new.p95_ms < 710 && did_each_nusd(&p.old) == 900000);
}

static void an_agent_that_is_written_in_another_way(void **state)
{
	Proof p;

	(void)state;
	add("up-sell", "7", now - 5 * MINUTE, MINUTE, 9, JOB_SUCCEEDED, 100);
	p = proof("up_sell", now - 10 * MINUTE);
	assert_true(p.f.n == 9 && str_is(p.new.key, "up-sell@7") && p.f.on_record && p.f.old_jobs == 0 && p.f.old_gap_ms == 0);
}

/* Nobody calls these versions so: their silence proves nothing. */
static void versions_that_no_job_names(void **state)
{
	(void)state;
	add("up", "release-214", now - HOUR, HOUR, 90, JOB_SUCCEEDED, 100);
	assert_false(proof("up", now - 10 * MINUTE).f.on_record);
	/* One that served yesterday at the same time is on record. */
	add("up", "8", now - 20 * HOUR, MINUTE, 1, JOB_SUCCEEDED, 100);
	assert_true(proof("up", now - 10 * MINUTE).f.on_record);
}

static void count_tokens(int64_t each_minute, int64_t from_ms, int minutes)
{
	MetricPoint *pt = xcalloc((size_t)minutes, sizeof *pt);
	MetricSeries m = { .ns = STR("AWS/Bedrock"), .name = STR("InputTokenCount"), .dimensions_json = STR("{}"), .stat = STR("Sum"), .unit = STR("Count"),
	                   .period_s = 60, .points = pt, .count = (size_t)minutes };
	StoreBatch b = { .series = &m, .series_count = 1, .now_ms = now };

	for (int i = 0; i < minutes; i++)
		pt[i] = (MetricPoint){ from_ms / MINUTE * MINUTE + i * MINUTE, true, (double)each_minute };
	MUST(store_apply(s, &b, NULL, e));
	free(pt);
}

/* CloudWatch counts a hundred tokens a minute, and the jobs have as many, or half of them. */
static void how_much_is_seen(void **state)
{
	static const struct { int jobs; int64_t low, high; } row[] = { { 60, 980000, 1020000 }, { 30, 480000, 520000 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		Job j[60] = { 0 };
		StoreBatch b = { .jobs = j, .job_count = (size_t)row[i].jobs, .prices = &fleet_prices, .now_ms = now };
		ProofAsk q = { .agent = STR("up"), .old = STR("8"), .new = STR("7"), .now_ms = now, .moved_ms = now - MINUTE, .known_ms = now, .fresh = true,
		               .counted = true };
		Proof p;

		if (i)
			(void)finish(NULL);
		if (i)
			(void)begin(NULL);
		for (int k = 0; k < row[i].jobs; k++)
			j[k] = (Job){ .id = arena_printf(&arena, "s-%d", jobs_made++), .agent = STR("up"), .version = STR("7"), .model = STR("fix.small"),
			              .state = JOB_SUCCEEDED, .started_ms = now - 64 * MINUTE + k * 60 * MINUTE / row[i].jobs, .has_tokens = true,
			              .tokens = { .input = 100 } };
		for (int k = 0; k < row[i].jobs; k++)
			j[k].updated_ms = j[k].started_ms + 1;
		MUST(store_apply(s, &b, NULL, e));
		count_tokens(100, now - 65 * MINUTE, 60);
		MUST(proof_read(s, &q, &arena, &p, e));
		if (p.f.seen_ppm < row[i].low || p.f.seen_ppm > row[i].high)
			fail_msg("%d jobs: %lld ppm", row[i].jobs, (long long)p.f.seen_ppm);
	}
}

/* Whoever comes late looks at what nobody looked at, and finds what one has found who was there all the time. */
static void who_comes_late_finds_the_same(void **state)
{
	const int64_t moved = now - 40 * MINUTE;
	const BackRule rule = { .quiet_ms = 5 * MINUTE, .gaps = BACK_GAPS, .min_count = 20, .hold_ms = 10 * MINUTE, .threshold_ppm = 500000,
	                        .seen_ppm = 900000 };
	enum { JOBS = 180 };
	Job j[JOBS] = { 0 };
	StoreBatch b = { .jobs = j, .job_count = JOBS, .prices = &fleet_prices, .now_ms = now };
	ProofAsk q = { .agent = STR("up"), .old = STR("8"), .new = STR("7"), .moved_ms = moved, .fresh = true, .counted = true, .served = true };
	ProofTrack late = { .rule = rule, .served = true }, there = late, left = late;
	int64_t back = 0;

	(void)state;
	for (int k = 0; k < JOBS; k++) {
		int64_t at = now - JOBS * MINUTE + k * MINUTE + 30000;

		j[k] = (Job){ .id = arena_printf(&arena, "l-%d", jobs_made++), .agent = STR("up"), .version = at < moved ? STR("8") : STR("7"),
		              .model = STR("fix.small"), .state = JOB_SUCCEEDED, .started_ms = at, .updated_ms = at + 1000, .has_tokens = true,
		              .tokens = { .input = 100 } };
	}
	MUST(store_apply(s, &b, NULL, e));
	count_tokens(100, now - JOBS * MINUTE, JOBS);
	for (int64_t at = moved; at <= now; at += 10000) {
		Proof p;

		q.now_ms = q.known_ms = at;
		q.past = true;
		MUST(proof_read(s, &q, &arena, &p, e));
		proof_track(&there, &q, &p);
		back = back ? back : there.settled_ms;
	}
	q.now_ms = q.known_ms = now;
	q.past = false;
	MUST(proof_follow(s, &q, INT64_MAX, &late, e));
	assert_true(there.v.word == BACK_FULL && late.v.word == BACK_FULL && late.at_ms == now);
	if (late.settled_ms < back - PROOF_STEP_MS || late.settled_ms > back + PROOF_STEP_MS)
		fail_msg("back after %lld s, seen late after %lld s", (long long)(back - moved) / 1000, (long long)(late.settled_ms - moved) / 1000);
	/* The pointer has left again in the meantime. */
	MUST(proof_follow(s, &q, now - 10 * MINUTE, &left, e));
	assert_true(left.v.word == BACK_NOT && left.settled_ms >= now - 10 * MINUTE && left.settled_ms <= now - 9 * MINUTE);
	/* From the last look on: nothing is looked at twice. */
	q.now_ms = q.known_ms = now + 5000;
	MUST(proof_follow(s, &q, INT64_MAX, &late, e));
	assert_true(late.at_ms == now + 5000 && late.v.word == BACK_FULL);
}

/* --- the guard's --- */

static void minutes_of_both_versions(void **state)
{
	const int64_t step = now - 20 * MINUTE;
	GuardMemory m = { .agent = STR("up"), .old = STR("1"), .new = STR("2"), .from_ms = step };
	GuardFigures f;

	(void)state;
	add("up", "1", step - HOUR, HOUR, 95, JOB_SUCCEEDED, 1000);
	add("up", "1", step - HOUR, HOUR, 5, JOB_SUCCEEDED, 3000);
	add("up", "1", step, 20 * MINUTE, 180, JOB_SUCCEEDED, 1000);
	add("up", "1", step, 20 * MINUTE, 2, JOB_FAILED, 1000);
	add("up", "2", step, 20 * MINUTE, 18, JOB_SUCCEEDED, 4000);
	add("up", "2", step, 20 * MINUTE, 12, JOB_FAILED, 4000);
	add("up", "2", now - 1000, 500, 3, JOB_RUNNING, 0);
	MUST(guard_read(s, &m, &(GuardAsk){ now, true }, &f, e));
	assert_true(m.slow_ms >= 1000 && m.slow_ms <= 3000 && m.dear_nusd == 1000000);
	assert_true(f.old.n == 182 && f.old.failed == 2 && f.new.n == 30 && f.new.failed == 12 && f.step_ms == 20 * MINUTE && f.fresh);
	if (f.evidence[GUARD_FAILS] < 10 || f.evidence[GUARD_SLOW] < 10 || f.evidence[GUARD_DEAR] < 10)
		fail_msg("evidence %.1f %.1f %.1f", f.evidence[0], f.evidence[1], f.evidence[2]);
	/* What is settled is not read again; what came since is. */
	add("up", "2", now - 1000, 500, 4, JOB_FAILED, 4000);
	add("up", "2", step + MINUTE, 10, 7, JOB_FAILED, 4000);
	MUST(guard_read(s, &m, &(GuardAsk){ now + MINUTE, true }, &f, e));
	{
		int64_t n = 0;

		for (size_t i = 0; i < m.n; i++)
			n += m.block[GUARD_FAILS][i].new_n;
		assert_int_equal(n, 34);
	}
	guard_memory_done(&m);
}

static void of_which_moves_it_can_be_asked(void **state)
{
	const Route one = route_one(&arena, STR("1")), two = { (RoutePart[]){ { STR("1"), 90 }, { STR("2"), 10 } }, 2 };
	const MoveView back = { .action = MOVE_ROLLBACK, .outcome = MOVE_DONE, .to = one, .leaves = STR("2") };
	MoveView v = back;

	(void)state;
	assert_true(proof_fits(&v));
	v.action = MOVE_ACTIONS;                 /* by others: the lock table names no action */
	assert_true(proof_fits(&v));
	v.action = MOVE_STOP_PARK;
	assert_false(proof_fits(&v));
	v.action = MOVE_PAUSE;
	assert_false(proof_fits(&v));
	v = back;
	v.to = two;
	assert_false(proof_fits(&v));
	v = back;
	v.leaves = STR("");
	assert_false(proof_fits(&v));
	v = back;
	v.outcome = MOVE_UNKNOWN;
	assert_false(proof_fits(&v));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(jobs_of_both_versions_since_the_move), TEST(an_agent_that_is_written_in_another_way), TEST(versions_that_no_job_names),
		TEST(how_much_is_seen), TEST(of_which_moves_it_can_be_asked), TEST(who_comes_late_finds_the_same), TEST(minutes_of_both_versions),
	};
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&arena);
	return rc;
}
