/* The past as figures show it: a store that knows what came later says of a moment what one says that knows nothing later. */
#include "unit.h"

#include "groups_unit.h"
#include "store/store.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

enum { JOBS = 6000 };

/* Wednesday, 2026-07-15 12:37:21.250 UTC: in the middle of an hour and of a minute. */
static const int64_t then_ms = INT64_C(495588) * HOUR_MS + 2241250;

static PriceRow rows[] = { { .model = "m", .micro_usd = { 1000000, 1000000, 0, 0, 0 }, .geo_permille = 1000 } };
static PriceTable prices = { .row = rows, .n = 1 };
static Job job[JOBS];
static char id[JOBS][16];
static uint32_t seed = 17;

static int64_t dice(int64_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (int64_t)((uint64_t)(seed >> 8) * (uint64_t)n >> 24);
}

/* Twenty days before and two after; the last hours are dense, so that hours and minutes are cut in their middle. */
static void make_jobs(void)
{
	static const char *const tenants[] = { "acme", "bluebird", "saffron" }, *const versions[] = { "7", "8" };

	for (int i = 0; i < JOBS; i++) {
		int64_t at = then_ms + (i % 3 ? dice(4 * HOUR_MS) - 3 * HOUR_MS : dice(22 * DAY_MS) - 20 * DAY_MS);
		bool failed = dice(10) == 0;

		(void)snprintf(id[i], sizeof id[i], "j%05d", i);
		job[i] = (Job){ .id = str_of(id[i]), .tenant = str_of(tenants[dice(3)]), .persona = STR("p"), .agent = STR("a"),
		                .version = str_of(versions[dice(2)]), .model = STR("m"), .status = failed ? STR("failed") : STR("succeeded"),
		                .state = failed ? JOB_FAILED : JOB_SUCCEEDED, .has_tokens = true, .tokens = { 1 + dice(500), 1 + dice(90), 0, 0, 0 },
		                .cache_hit = dice(2) ? TRI_YES : TRI_NO, .latency_ms = { true, 100 + dice(9000) }, .started_ms = at,
		                .updated_ms = at + dice(90000) };
	}
}

static Store *store_of(const char *name, bool later, bool unfinished)
{
	static Job some[JOBS];
	StoreBatch b = { .jobs = some, .prices = &prices };
	static const Cursor back = { "jobs.back", { "1", 1 } };
	Err e = { 0 };
	Store *s = store_open_memory(name, STORE_WRITE, &e);

	assert_non_null(s);
	b.cursors = &back;
	b.cursor_count = 1;
	for (int i = 0; i < JOBS; i++)
		if (later || job[i].updated_ms <= then_ms || (unfinished && job[i].started_ms <= then_ms))
			some[b.job_count++] = job[i];
	assert_int_equal(store_apply(s, &b, NULL, &e), 0);
	return s;
}

static Figures *figures_of(Store *s, bool past)
{
	Figures *f = malloc(sizeof *f);
	FiguresAsk ask = { .now_ms = then_ms, .past = past };
	Err e = { 0 };

	assert_int_equal(figures_compute(&(Stores){ &s, NULL, 1 }, &ask, f, &e), 0);
	return f;
}

/* Booked by then is what had begun by then. */
static void money_is_that_of_the_calls_begun_by_then(void **state)
{
	Store *all = store_of("past-all", true, true), *known = store_of("past-known", false, true);
	Figures *f = figures_of(all, true), *g = figures_of(known, false), *now = figures_of(all, false);

	(void)state;
	assert_true(g->today_nusd > 0 && now->today_nusd > g->today_nusd);
	assert_int_equal(f->today_nusd, g->today_nusd);
	assert_int_equal(f->yesterday_nusd, g->yesterday_nusd);
	assert_int_equal(f->last_hour_nusd, g->last_hour_nusd);
	assert_int_equal(f->hour_rate_nusd, g->hour_rate_nusd);
	assert_memory_equal(f->grid, g->grid, sizeof f->grid);
	assert_memory_equal(&f->vital[VITAL_SPEND], &g->vital[VITAL_SPEND], offsetof(Vital, age_ms));
	assert_memory_equal(&f->vital[VITAL_ERRORS], &g->vital[VITAL_ERRORS], offsetof(Vital, age_ms));
	assert_int_equal(f->movers_cost.n, g->movers_cost.n);
	assert_memory_equal(&f->movers_cost.cell[0], &g->movers_cost.cell[0], sizeof f->movers_cost.cell[0]);
	store_close(all);
	store_close(known);
	free(f);
	free(g);
	free(now);
}

/* What had ended by then is as it was; what had begun only is shown as running, without anything of how it ended. */
static void jobs_are_those_of_then(void **state)
{
	Store *all = store_of("past-jobs", true, true), *ended = store_of("past-ended", false, false);
	Figures *f = figures_of(all, true), *g = figures_of(ended, false);
	int running = 0, begun = 0;

	(void)state;
	for (int i = 0; i < JOBS; i++)
		begun += job[i].started_ms <= then_ms && job[i].updated_ms > then_ms;
	assert_true(begun > 3);
	for (int i = 0; i < f->job_count; i++) {
		const JobCell *c = &f->job[i];

		assert_true(c->started_ms <= then_ms);
		if (c->updated_ms <= then_ms)
			continue;
		running++;
		assert_int_equal(c->state, JOB_RUNNING);
		assert_int_equal(c->nusd, FIG_NONE);
		assert_int_equal(c->latency_ms, FIG_NONE);
		assert_string_equal(c->error_code, "");
	}
	assert_int_equal(running, begun);
	assert_int_equal(f->states[JOB_RUNNING], begun);
	assert_int_equal(f->states[JOB_SUCCEEDED], g->states[JOB_SUCCEEDED]);
	assert_int_equal(f->states[JOB_FAILED], g->states[JOB_FAILED]);
	assert_memory_equal(&f->job[running], &g->job[0], sizeof f->job[0] * 50);
	assert_int_equal(f->vital[VITAL_P95].now, g->vital[VITAL_P95].now);
	store_close(all);
	store_close(ended);
	free(f);
	free(g);
}

static void who_explains_the_hour_then(void **state)
{
	Store *all = store_of("past-who", true, true), *known = store_of("past-who-known", false, true);
	FiguresAsk past = { .now_ms = then_ms, .past = true }, now = { .now_ms = then_ms };
	Groups f, g;
	int64_t n, m;
	Err e = { 0 };

	(void)state;
	for (Dim d = DIM_TENANT; d <= DIM_MODEL; d++) {
		assert_int_equal(figures_groups(&(Stores){ &all, NULL, 1 }, d, then_ms / HOUR_MS, &past, &f, &n, &e), 0);
		assert_int_equal(figures_groups(&(Stores){ &known, NULL, 1 }, d, then_ms / HOUR_MS, &now, &g, &m, &e), 0);
		assert_int_equal(n, m);
		assert_true(g.n > 0 && g.cell[0].nusd > 0);
		assert_memory_equal(&f, &g, sizeof f);
	}
	store_close(all);
	store_close(known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_is_that_of_the_calls_begun_by_then),
		cmocka_unit_test(jobs_are_those_of_then),
		cmocka_unit_test(who_explains_the_hour_then),
	};

	make_jobs();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
