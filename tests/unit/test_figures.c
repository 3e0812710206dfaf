/* Figures, groups and what is usual, over a real store in memory with jobs that are known. */
#include "unit.h"

#include "app/figures.h"
#include "base/num.h"
#include "store/store.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

/* Wednesday, 2026-07-15 12:30:00 UTC. */
static const int64_t noon_hour = 495588;
static int64_t now_ms(void)
{
	return noon_hour * HOUR_MS + HOUR_MS / 2;
}

static int64_t weekday_of_hour(int64_t hour)
{
	return ((floor_div(hour, 24) + 4) % 7 + 7) % 7;
}

/* --- what is usual --- */

static void test_the_date_of_these_tests(void **state)
{
	(void)state;
	assert_int_equal(weekday_of_hour(noon_hour), 3);
	assert_int_equal(noon_hour % 24, 12);
}

static void test_baseline_is_the_same_kind_of_day_at_about_the_same_time(void **state)
{
	int64_t out[BASE_HOURS_MAX];
	size_t n = baseline_hours(noon_hour, now_ms(), 0, out);

	(void)state;
	assert_int_equal(n, 24 * 3);             /* 34 days back from a Wednesday hold 24 weekdays */
	for (size_t i = 0; i < n; i++) {
		int64_t day = weekday_of_hour(out[i]), hour = out[i] % 24;

		assert_true(day >= 1 && day <= 5);
		assert_true(hour >= 11 && hour <= 13);
		assert_true(out[i] < noon_hour - 22 && out[i] >= noon_hour - BASE_DAYS * 24);
		for (size_t k = 0; k < i; k++)
			assert_int_not_equal(out[i], out[k]);
	}
}

static void test_a_weekend_is_compared_with_weekends(void **state)
{
	int64_t out[BASE_HOURS_MAX], sunday = noon_hour - 3 * 24;
	size_t n = baseline_hours(sunday, now_ms(), 0, out);

	(void)state;
	assert_true(n >= BASE_LEAST);
	for (size_t i = 0; i < n; i++)
		assert_true(weekday_of_hour(out[i]) == 0 || weekday_of_hour(out[i]) == 6);
}

/* Sunday 23:30 UTC is Monday in Kolkata (+05:30) and Sunday in Newfoundland (-03:30). */
static void test_the_kind_of_day_is_that_of_the_zone(void **state)
{
	int64_t out[BASE_HOURS_MAX], late_sunday = noon_hour - 3 * 24 + 11;
	int64_t offsets[] = { 330 * 60000, -210 * 60000 };

	(void)state;
	assert_int_equal(weekday_of_hour(late_sunday), 0);
	for (int z = 0; z < 2; z++) {
		int64_t shift = floor_div(offsets[z], HOUR_MS);
		size_t n = baseline_hours(late_sunday, now_ms(), offsets[z], out);

		assert_true(n > 0);
		for (size_t i = 1; i < n; i += 3) {      /* the middle one of each day */
			int64_t day = weekday_of_hour(out[i] + shift);

			assert_int_equal(day == 0 || day == 6, z == 1);
			assert_int_equal(((out[i] - late_sunday) % 24 + 24) % 24, 0);
		}
	}
}

/* A day ago at hour + 1 may be the running hour itself when yesterday is asked for late: it never counts. */
static void test_the_running_hour_is_never_usual(void **state)
{
	int64_t out[BASE_HOURS_MAX];

	(void)state;
	for (int64_t hour = noon_hour - 48; hour <= noon_hour; hour++)
		for (size_t i = 0, n = baseline_hours(hour, now_ms(), 0, out); i < n; i++)
			assert_true(out[i] < noon_hour);
}

/* --- a fleet --- */

static PriceRow rows[] = { { .model = "m", .micro_usd = { 1000000, 1000000, 0, 0, 0 }, .geo_permille = 1000 } };   /* 1,000 nUSD a token */
static PriceTable prices = { rows, 1 };

typedef struct Rig { Store *s; Err e; Arena a; StoreBatch b; Job job[4000]; } Rig;
static Rig rig;

static int setup(void **state)
{
	(void)state;
	rig = (Rig){ 0 };
	rig.s = store_open_memory("figures", STORE_WRITE, &rig.e);
	return rig.s ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	store_close(rig.s);
	arena_done(&rig.a);
	return 0;
}

static Job *add_job(int64_t at_ms, const char *tenant, const char *status, int64_t tokens)
{
	Job *j = &rig.job[rig.b.job_count++];

	*j = (Job){ .id = arena_printf(&rig.a, "job-%zu", rig.b.job_count), .tenant = str_of(tenant), .agent = STR("a"),
				.version = STR("1"), .model = STR("m"), .status = str_of(status), .has_tokens = true,
				.tokens = { .input = tokens }, .latency_ms = { true, 100 }, .started_ms = at_ms, .updated_ms = at_ms };
	j->state = job_state_of(j->status);
	return j;
}

static void store_all(const char *back)
{
	Cursor c = { "jobs.back", str_of(back) };
	StoreDelta d;

	rig.b.jobs = rig.job;
	rig.b.prices = &prices;
	rig.b.now_ms = now_ms();
	rig.b.cursors = &c;
	rig.b.cursor_count = *back ? 1 : 0;
	if (store_apply(rig.s, &rig.b, &d, &rig.e) < 0)
		fail_msg("%s", rig.e.text);
}

static Figures *compute(int64_t at_ms, int64_t offset_ms)
{
	static Figures f;
	FiguresAsk ask = { .now_ms = at_ms, .offset_ms = offset_ms, .region = "eu-west-1" };

	if (figures_compute(rig.s, &ask, &f, &rig.e) < 0)
		fail_msg("%s", rig.e.text);
	return &f;
}

/* Every hour of the days that can be usual: one job of 1,000,000 nUSD (1,000 tokens). */
static void usual_days(const char *tenant)
{
	for (int64_t h = noon_hour - BASE_DAYS * 24; h < noon_hour - 2; h++)
		add_job(h * HOUR_MS + 1, tenant, "succeeded", 1000);
}

static void test_an_empty_store(void **state)
{
	const Figures *f = compute(now_ms(), 0);

	(void)state;
	assert_int_equal(f->vital[VITAL_ERRORS].now, FIG_NONE);
	assert_int_equal(f->vital[VITAL_SPEND].now, 0);
	assert_int_equal(f->vital[VITAL_SPEND].base, FIG_NONE);
	assert_int_equal(f->vital[VITAL_P95].now, FIG_NONE);
	assert_int_equal(f->vital[VITAL_SEEN].now, FIG_NONE);
	assert_int_equal(f->vital[VITAL_JOBS].age_ms, FIG_NONE);
	assert_int_equal(f->job_count, 0);
	assert_int_equal(f->grid_known, 0);
	assert_int_equal(f->movers_cost.n, 0);
}

static void test_vital_signs(void **state)
{
	const Figures *f;

	(void)state;
	usual_days("acme");
	add_job(now_ms() - 60000, "acme", "failed", 3000);
	add_job(now_ms() - 120000, "acme", "succeeded", 1000)->cache_hit = TRI_YES;
	add_job(now_ms() - 50 * 60000, "acme", "succeeded", 1000);
	add_job(now_ms() - 1000, "acme", "running", 0);
	store_all("1");
	f = compute(now_ms(), 0);
	assert_int_equal(f->vital[VITAL_ERRORS].n, 3);
	assert_int_equal(f->vital[VITAL_ERRORS].hits, 1);
	assert_int_equal(f->vital[VITAL_ERRORS].now, 333333);
	assert_int_equal(f->vital[VITAL_SPEND].hour, 5000000);
	assert_int_equal(f->vital[VITAL_SPEND].now, 4000000 * 12);       /* five minutes, as an hour */
	assert_int_equal(f->vital[VITAL_SPEND].base, 1000000);
	assert_true(f->vital[VITAL_SPEND].base_n >= BASE_LEAST);
	assert_int_equal(f->vital[VITAL_ACTIVE].now, 1);
	assert_int_equal(f->vital[VITAL_CACHE].now, 1000000);
	assert_int_equal(f->vital[VITAL_CACHE].n, 1);
	assert_int_equal(f->vital[VITAL_JOBS].age_ms, 1000);
	assert_int_equal(f->states[JOB_RUNNING], 1);
	assert_int_equal(f->oldest_running_ms, now_ms() - 1000);
	assert_string_equal(f->job[0].status, "running");
	assert_int_equal(f->last_hour_nusd, 5000000);
}

/* Until the feeds say from when on jobs are complete, an empty hour means nothing. */
static void test_without_cover_nothing_is_usual(void **state)
{
	const Figures *f;
	Groups g;
	int64_t n = 7;

	(void)state;
	usual_days("acme");
	add_job(now_ms() - 1, "acme", "succeeded", 1);
	store_all("");
	f = compute(now_ms(), 0);
	assert_int_equal(f->vital[VITAL_SPEND].base, FIG_NONE);
	assert_int_equal(f->vital[VITAL_SPEND].base_n, 0);
	assert_int_equal(f->grid_known, 0);
	assert_int_equal(figures_groups(rig.s, DIM_TENANT, noon_hour, now_ms(), 0, &g, &n, &rig.e), 0);
	assert_int_equal(n, 0);
}

static void test_the_grid_sums_its_days(void **state)
{
	const Figures *f;
	char back[32];

	(void)state;
	usual_days("acme");
	add_job(now_ms() - 1, "acme", "succeeded", 5000);
	(void)snprintf(back, sizeof back, "%lld", (long long)((noon_hour - 48) * HOUR_MS));
	store_all(back);
	f = compute(now_ms(), 0);
	assert_int_equal(f->first_hour, noon_hour - 12 - 6 * 24);
	assert_int_equal(f->grid[6 * 24 + 12].nusd, 5000000);
	assert_int_equal(f->grid[6 * 24 + 9].nusd, 1000000);
	assert_int_equal(f->today_nusd, 5000000 + 10 * 1000000);     /* hours 0 to 9, and the running one */
	assert_int_equal(f->yesterday_nusd, 24 * 1000000);
	assert_int_equal(f->grid_known, 49);
	assert_int_equal(f->grid[6 * 24 + 13].nusd, 0);              /* still to come */
	assert_int_equal(f->grid[12].base_nusd, FIG_NONE);           /* nothing is covered before it */
}

/* Local midnight in zones on both sides, and one with half an hour: the running hour is always inside the last day. */
static void test_the_grid_begins_at_local_midnight(void **state)
{
	static const int minutes[] = { 0, 60, 330, 345, 840, -210, -660 };

	(void)state;
	for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
		int64_t offset = minutes[i] * INT64_C(60000);
		const Figures *f = compute(now_ms(), offset);
		int64_t midnight = floor_div(now_ms() + offset, DAY_MS) * DAY_MS - offset;

		assert_int_equal(f->first_hour, floor_div(midnight - 6 * DAY_MS, HOUR_MS));
		assert_true(noon_hour - f->first_hour >= 6 * 24);
		assert_true(noon_hour - f->first_hour < 7 * 24 + 1);
	}
}

/* --- groups --- */

static const GroupCell *cell(const Groups *g, const char *key)
{
	for (int i = 0; i < g->n; i++)
		if (strcmp(g->cell[i].key, key) == 0)
			return &g->cell[i];
	fail_msg("no group %s", key);
	return NULL;
}

static void test_groups_are_ordered_by_what_changed(void **state)
{
	Groups g;
	int64_t n;

	(void)state;
	usual_days("steady");
	usual_days("gone");
	for (int i = 0; i < 9; i++)
		add_job((noon_hour - 1) * HOUR_MS + i, "new", "failed", 1000);
	add_job((noon_hour - 1) * HOUR_MS, "steady", "succeeded", 1000);
	store_all("1");
	assert_int_equal(figures_groups(rig.s, DIM_TENANT, noon_hour - 1, now_ms(), 0, &g, &n, &rig.e), 0);
	assert_int_equal(n, 72);
	assert_int_equal(g.n, 3);
	assert_string_equal(g.cell[0].key, "new");
	assert_int_equal(g.cell[0].nusd, 9000000);
	assert_int_equal(g.cell[0].base_nusd, 0);
	assert_int_equal(g.cell[0].err_ppm, 1000000);
	assert_string_equal(g.cell[1].key, "gone");
	assert_int_equal(g.cell[1].nusd, 0);
	assert_int_equal(g.cell[1].base_nusd, 1000000);
	assert_int_equal(g.cell[1].err_ppm, FIG_NONE);
	assert_int_equal(cell(&g, "steady")->base_jobs_milli, 1000);
}

/* Half the running hour is compared with half of what is usual. */
static void test_the_running_hour_is_compared_in_part(void **state)
{
	Groups g;
	int64_t n;

	(void)state;
	usual_days("acme");
	store_all("1");
	assert_int_equal(figures_groups(rig.s, DIM_TENANT, noon_hour, now_ms(), 0, &g, &n, &rig.e), 0);
	assert_int_equal(cell(&g, "acme")->base_nusd, 500000);
}

/* An inference profile's ARN is longer than most names: both sides must meet in one group. */
static void test_long_keys_meet(void **state)
{
	static const char arn[] = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abcdefghijklmnopqrstuvwxyz0123456789";
	char tenant[400];
	Groups g;
	int64_t n;

	(void)state;
	usual_days(arn);
	add_job((noon_hour - 1) * HOUR_MS, arn, "succeeded", 1000);
	memset(tenant, 'x', sizeof tenant);
	tenant[sizeof tenant - 1] = 0;
	usual_days(tenant);
	add_job((noon_hour - 1) * HOUR_MS, tenant, "succeeded", 1000);
	store_all("1");
	assert_int_equal(figures_groups(rig.s, DIM_TENANT, noon_hour - 1, now_ms(), 0, &g, &n, &rig.e), 0);
	assert_int_equal(g.n, 2);
	assert_int_equal(cell(&g, arn)->nusd, 1000000);
	assert_int_equal(cell(&g, arn)->base_nusd, 1000000);
	assert_int_equal(strlen(g.cell[0].key == cell(&g, arn)->key ? g.cell[1].key : g.cell[0].key), FIG_KEY - 1);
}

/* A million dollars an hour must not turn negative. */
static void test_large_amounts_do_not_overflow(void **state)
{
	const Figures *f;
	Groups g;
	int64_t n, million = INT64_C(1000000000000);     /* tokens of 1,000 nUSD */

	(void)state;
	for (int64_t h = noon_hour - BASE_DAYS * 24; h < noon_hour; h++)
		add_job(h * HOUR_MS + 1, "acme", "succeeded", million / 100);
	for (int i = 0; i < 30; i++)
		add_job(now_ms() - 1000, "acme", "succeeded", million / 100);
	store_all("1");
	f = compute(now_ms(), 0);
	assert_int_equal(f->vital[VITAL_SPEND].now, INT64_C(30) * 10000000000000 * 12);
	assert_int_equal(figures_groups(rig.s, DIM_TENANT, noon_hour, now_ms(), 0, &g, &n, &rig.e), 0);
	assert_int_equal(g.cell[0].base_nusd, INT64_C(10000000000000) / 2);
}

static void test_more_groups_than_fit_are_counted(void **state)
{
	Groups g;
	int64_t n;

	(void)state;
	for (int i = 0; i < FIG_GROUPS + 10; i++)
		add_job((noon_hour - 1) * HOUR_MS, arena_printf(&rig.a, "t%d", i).p, "succeeded", 1000 + i);
	store_all("1");
	assert_int_equal(figures_groups(rig.s, DIM_TENANT, noon_hour - 1, now_ms(), 0, &g, &n, &rig.e), 0);
	assert_int_equal(g.n, FIG_GROUPS);
	assert_int_equal(g.total, FIG_GROUPS + 10);
	assert_string_equal(g.cell[0].key, "t41");
}

/* --- the frame row --- */

static void test_the_frame_comes_back_as_it_was(void **state)
{
	Figures *back = calloc(1, sizeof *back);
	Figures *f;

	(void)state;
	assert_non_null(back);
	add_job(now_ms() - 1, "acme", "succeeded", 1000);
	store_all("1");
	f = compute(now_ms(), 0);
	assert_int_equal(figures_save(rig.s, f, &rig.e), 0);
	if (figures_load(rig.s, back, &rig.e) < 0)
		fail_msg("%s", rig.e.text);
	assert_memory_equal(back, f, sizeof *f);
	free(back);
}

static void test_a_frame_keeps_one_screen_of_jobs(void **state)
{
	Figures *back = calloc(1, sizeof *back);
	Figures *f;

	(void)state;
	assert_non_null(back);
	for (int i = 0; i < 100; i++)
		add_job(now_ms() - 1 - i, "acme", "succeeded", 1000);
	store_all("1");
	f = compute(now_ms(), 0);
	assert_int_equal(f->job_count, 100);
	assert_int_equal(figures_save(rig.s, f, &rig.e), 0);
	assert_int_equal(figures_load(rig.s, back, &rig.e), 0);
	assert_in_range(back->job_count, 40, 99);
	assert_memory_equal(back->job, f->job, (size_t)back->job_count * sizeof f->job[0]);
	free(back);
}

static void test_a_damaged_frame_is_refused(void **state)
{
	Figures *back = calloc(1, sizeof *back);
	Figures *f;
	const size_t at[] = { 0, offsetof(Figures, size), offsetof(Figures, check), offsetof(Figures, job_count),
	                      offsetof(Figures, job[0].id[3]), offsetof(Figures, covered_from_ms) };

	(void)state;
	assert_non_null(back);
	add_job(now_ms() - 1, "acme", "succeeded", 1000);
	store_all("1");
	f = compute(now_ms(), 0);
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		assert_int_equal(figures_save(rig.s, f, &rig.e), 0);
		((char *)f)[at[i]] ^= 0x40;
		assert_int_equal(store_put_frame(rig.s, "figures", (Str){ (char *)f, offsetof(Figures, job[1]) }, 1, &rig.e), 0);
		assert_int_equal(figures_load(rig.s, back, &rig.e), -1);
		((char *)f)[at[i]] ^= 0x40;
	}
	assert_int_equal(figures_save(rig.s, f, &rig.e), 0);
	assert_int_equal(store_put_frame(rig.s, "figures", (Str){ (char *)f, offsetof(Figures, job[1]) - 8 }, 1, &rig.e), 0);
	assert_int_equal(figures_load(rig.s, back, &rig.e), -1);
	assert_int_equal(store_put_frame(rig.s, "figures", STR(""), 1, &rig.e), 0);
	assert_int_equal(figures_load(rig.s, back, &rig.e), -1);
	free(back);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_date_of_these_tests),
		cmocka_unit_test(test_baseline_is_the_same_kind_of_day_at_about_the_same_time),
		cmocka_unit_test(test_a_weekend_is_compared_with_weekends),
		cmocka_unit_test(test_the_kind_of_day_is_that_of_the_zone),
		cmocka_unit_test(test_the_running_hour_is_never_usual),
		CASE(test_an_empty_store),
		CASE(test_vital_signs),
		CASE(test_without_cover_nothing_is_usual),
		CASE(test_the_grid_sums_its_days),
		CASE(test_the_grid_begins_at_local_midnight),
		CASE(test_groups_are_ordered_by_what_changed),
		CASE(test_the_running_hour_is_compared_in_part),
		CASE(test_long_keys_meet),
		CASE(test_large_amounts_do_not_overflow),
		CASE(test_more_groups_than_fit_are_counted),
		CASE(test_the_frame_comes_back_as_it_was), CASE(test_a_frame_keeps_one_screen_of_jobs),
		CASE(test_a_damaged_frame_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
