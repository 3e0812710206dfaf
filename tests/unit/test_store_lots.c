#include "unit.h"

#include "store/row.h"
#include "store_unit.h"

enum { EACH = 200 };

static const int64_t hour_ms = 3600000;
static LogLine lines[2 * EACH];
static char ids[2 * EACH][24];

/* Events of one millisecond that all say the same: costs of one job, and as many that are no costs. */
static void make_lines(int64_t at_ms)
{
	for (int i = 0; i < 2 * EACH; i++) {
		(void)snprintf(ids[i], sizeof ids[i], "event-%d", i);
		lines[i] = (LogLine){ .event_id = str_of(ids[i]), .event_ms = at_ms, .kind = i % 2 ? LINE_COST : LINE_JOB, .job_id = STR("job-1"),
		                      .trace_id = STR("trace-1"), .reported_nusd = { i % 2, 7 }, .text = STR("{\"all\":\"the same\"}") };
	}
}

static StoreDelta take(Store *s, size_t from, size_t n)
{
	StoreBatch b = { .lines = lines + from, .line_count = n, .prices = &fleet_prices };
	StoreDelta d = { 0 };

	MUST(store_apply(s, &b, &d, e));
	return d;
}

static size_t count_lines(Store *s)
{
	Arena a = { 0 };
	LogLine *v;
	size_t n;

	MUST(store_job_lines(s, STR("job-1"), STR(""), 0, &a, &v, &n, e));
	arena_done(&a);
	return n;
}

static int64_t cost_of_all(Store *s)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t n;
	int64_t nusd = 0;

	MUST(store_cost(s, DIM_ALL, 0, 0, &a, &g, &n, e));
	if (n)
		nusd = g[0].s.nusd;
	arena_done(&a);
	return nusd;
}

static void a_full_lot_goes_on_in_the_next(void **state)
{
	Store *s = must_open("full.db", STORE_WRITE);

	(void)state;
	make_lines(1790000000000);
	assert_int_equal(take(s, 0, 37).lines_new, 37);
	assert_int_equal(take(s, 20, 60).lines_new, 43);
	assert_int_equal(take(s, 0, 2 * EACH).lines_new, 2 * EACH - 80);
	assert_int_equal(take(s, 0, 2 * EACH).lines_new, 0);
	assert_int_equal(count_lines(s), 2 * EACH);
	assert_int_equal(cost_of_all(s), 7 * EACH);
	store_close(s);
}

/* Lines that are kept shorter leave room; those beyond it are still found. */
static void what_is_forgotten_hides_nothing(void **state)
{
	Store *s = must_open("holes.db", STORE_WRITE);

	(void)state;
	make_lines(1790000000000);
	assert_int_equal(take(s, 0, 2 * EACH).lines_new, 2 * EACH);
	lines[0].event_id = STR("later");
	lines[0].event_ms += 100 * hour_ms;
	assert_int_equal(take(s, 0, 1).lines_new, 1);
	MUST(store_prune(s, lines[0].event_ms, 0, 2 * hour_ms, 0, e));
	assert_int_equal(count_lines(s), EACH + 1);
	assert_int_equal(take(s, 0, 2 * EACH).lines_new, 0);
	assert_int_equal(count_lines(s), EACH + 1);
	assert_int_equal(cost_of_all(s), 7 * EACH);
	store_close(s);
}

/* A line's time is its own, also when no id can say it. */
static void times_of_other_ages(void **state)
{
	static const int64_t times[] = { 0, 1, INT64_C(253402300799999), INT64_MAX / 4 };
	enum { TIMES = sizeof times / sizeof *times };
	Store *s = must_open("ages.db", STORE_WRITE);
	Arena a = { 0 };
	LogLine *v;
	size_t n;

	(void)state;
	make_lines(0);
	for (int i = 0; i < TIMES; i++) {
		lines[i].event_ms = times[i];
		lines[i].kind = LINE_JOB;
	}
	assert_int_equal(take(s, 0, TIMES).lines_new, TIMES);
	assert_int_equal(take(s, 0, TIMES).lines_new, 0);
	MUST(store_job_lines(s, STR("job-1"), STR("trace-1"), 0, &a, &v, &n, e));
	assert_int_equal(n, TIMES);
	for (int i = 0; i < TIMES; i++)
		assert_true(v[i].event_ms == times[i]);
	store_close(s);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_lot_goes_on_in_the_next), cmocka_unit_test(what_is_forgotten_hides_nothing),
		cmocka_unit_test(times_of_other_ages),
	};

	return cmocka_run_group_tests_name("store_lots", tests, make_place, clear_place);
}
