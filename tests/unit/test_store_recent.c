#include "unit.h"

#include "store/recent.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)

static Fleet fleet;

static void apply_at(Store *s, const Fact *v, size_t n, int64_t now_ms)
{
	StoreBatch b = batch_of(v, n);

	b.now_ms = now_ms;
	MUST(store_apply(s, &b, NULL, e));
}

static int64_t last_minute(const Fleet *f)
{
	int64_t last = 0;

	for (size_t i = 0; i < f->n; i++) {
		int64_t ms = f->v[i].is_job ? f->v[i].job.updated_ms : f->v[i].line.event_ms;

		last = ms > last ? ms : last;
	}
	return last / MINUTE;
}

static void same(const CostGroup *x, size_t nx, const CostGroup *y, size_t ny, Dim d)
{
	if (nx != ny)
		fail_msg("%s: %zu groups, not %zu", dim_name(d), nx, ny);
	for (size_t i = 0; i < nx; i++) {
		assert_true(str_eq(x[i].key, y[i].key));
		assert_memory_equal(&x[i].s, &y[i].s, sizeof x[i].s);
	}
}

/* What the minutes say is what the rows say: store_cost reads those for parts of an hour. */
static void windows_equal_the_rows(Store *s, int64_t last)
{
	Arena a = { 0 };
	CostGroup *x, *y;
	size_t nx, ny;
	int64_t from;

	MUST(store_recent_from(s, &from, e));
	assert_true(from <= last - RECENT_MINUTES + 15 && from >= last - RECENT_MINUTES - 15);
	for (int i = 0; i < 60; i++) {
		int64_t at = from + dice(RECENT_MINUTES - 20), until = at + 1 + dice(20);

		for (Dim d = DIM_ALL; d < DIM_SIMPLE; d++) {
			MUST(store_recent(s, d, at, until, &a, &x, &nx, e));
			MUST(store_cost(s, d, at * MINUTE, until * MINUTE, &a, &y, &ny, e));
			same(x, nx, y, ny, d);
			for (size_t k = 0; k < nx && d != DIM_AGENT; k++) {
				Sums one[20], sum = { 0 };

				MUST(store_recent_of(s, d, x[k].key, at, (size_t)(until - at), one, e));
				for (int64_t m = 0; m < until - at; m++)
					sums_add(&sum, &one[m]);
				assert_memory_equal(&sum, &x[k].s, sizeof sum);
			}
		}
	}
	arena_done(&a);
}

static void minutes_equal_the_rows(void **state)
{
	Store *s = must_open("recent.db", STORE_WRITE);
	int64_t last, from;

	(void)state;
	fleet_make(&fleet, 11);
	last = last_minute(&fleet);
	/* Before a clock was told, nothing is kept by key. */
	MUST(store_recent_from(s, &from, e));
	assert_true(from == INT64_MAX);
	/* The first batch has the newest call, as a feed's first page has; then all, late ones too, in batches and twice. */
	for (size_t i = 0; i < fleet.n; i++)
		if (fleet.v[i].is_job && fleet.v[i].job.updated_ms / MINUTE == last)
			apply_at(s, &fleet.v[i], 1, last * MINUTE);
	shuffle(fleet.v, fleet.n);
	for (int round = 0; round < 2; round++)
		for (size_t at = 0, n; at < fleet.n; at += n) {
			n = 1 + dice(90);
			n = at + n > fleet.n ? fleet.n - at : n;
			apply_at(s, fleet.v + at, n, last * MINUTE);
		}
	windows_equal_the_rows(s, last);
	/* Booking again moves them with the rest. */
	MUST(store_rebook(s, &fleet_prices, LEDGER_REPORTED, e));
	windows_equal_the_rows(s, last);
	store_close(s);
}

static size_t count_rows(Store *s, int64_t from, int64_t until)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t n;

	MUST(store_recent(s, DIM_VERSION, from, until, &a, &g, &n, e));
	arena_done(&a);
	return n;
}

static void old_minutes_go_and_a_fast_clock_does_not_empty_it(void **state)
{
	Store *s = must_open("old.db", STORE_WRITE);
	Fact f = { .is_job = true, .job = { .id = STR("a"), .agent = STR("x"), .version = STR("1"), .started_ms = fleet_start, .updated_ms = fleet_start } };
	const int64_t first = fleet_start / MINUTE;
	int64_t from;

	(void)state;
	apply_at(s, &f, 1, fleet_start);
	assert_int_equal(count_rows(s, first, first + 1), 1);
	f.job.id = STR("b");
	f.job.started_ms += 30 * MINUTE;
	apply_at(s, &f, 1, fleet_start + INT64_C(365) * 86400000);      /* a year ahead */
	MUST(store_recent_from(s, &from, e));
	assert_true(from <= first);
	assert_int_equal(count_rows(s, first, first + 1), 1);
	f.job.id = STR("c");
	f.job.started_ms = fleet_start + 500 * MINUTE;
	apply_at(s, &f, 1, fleet_start + 500 * MINUTE);
	apply_at(s, &f, 1, fleet_start + 501 * MINUTE);
	MUST(store_recent_from(s, &from, e));
	assert_true(from > first);
	assert_int_equal(count_rows(s, first, first + 1), 0);
	/* What changes later in a minute that has gone leaves nothing behind. */
	f.job.id = STR("a");
	f.job.started_ms = fleet_start;
	f.job.updated_ms += 1;
	f.job.state = JOB_FAILED;
	apply_at(s, &f, 1, fleet_start + 502 * MINUTE);
	assert_int_equal(count_rows(s, 0, from), 0);
	assert_int_equal(count_rows(s, from, from + 1000), 1);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(minutes_equal_the_rows), cmocka_unit_test(old_minutes_go_and_a_fast_clock_does_not_empty_it),
	};
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&fleet.a);
	return rc;
}
