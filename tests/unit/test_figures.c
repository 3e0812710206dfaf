/* Figures, groups and what is usual, over a real store in memory with jobs that are known. */
#include "unit.h"

#include "groups_unit.h"
#include "app/ask_contexts.h"
#include "base/num.h"
#include "store/frame.h"

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
static PriceTable prices = { .row = rows, .n = 1 };

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

	if (figures_compute(&(Stores){ &rig.s, NULL, 1 }, &ask, &f, &rig.e) < 0)
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

/* Two contexts with the same jobs: each says what the vital signs say of one, and both together twice as much. */
static void check_strips(const Figures *one)
{
	static const FigText name[2] = { "dev", "prod" };
	FiguresAsk ask = { .now_ms = now_ms() };
	Store *two[2] = { rig.s, rig.s }, *broken[2] = { NULL, rig.s };
	ContextRows *r;
	void *out = NULL;

	assert_int_equal(ask_contexts.run(&(Stores){ two, name, 2 }, &ask, &(ContextsAsk){ 0 }, &out, &rig.e), 0);
	r = out;
	assert_int_equal(r->n, 2);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(r->row[i].name, name[i]);
		assert_true(r->row[i].read);
		assert_int_equal(r->row[i].rate_nusd, one->vital[VITAL_SPEND].now);
		assert_int_equal(r->row[i].jobs_milli, one->vital[VITAL_JOBS].now);
		assert_int_equal(r->row[i].hour.nusd, one->last_hour_nusd);
		assert_int_equal(r->row[i].hour.failed, 1);
		assert_int_equal(r->row[i].today_nusd, one->today_nusd);
		assert_memory_equal(r->row[i].spark, one->vital[VITAL_SPEND].spark, sizeof r->row[i].spark);
	}
	free(out);
	ask.past = true;                 /* a minute ago: what came since does not count */
	ask.now_ms -= 90000;
	assert_int_equal(ask_contexts.run(&(Stores){ broken, name, 2 }, &ask, &(ContextsAsk){ 0 }, &out, &rig.e), 0);
	r = out;
	assert_true(!r->row[0].read && r->row[1].read);
	assert_int_equal(r->row[1].hour.nusd, 2000000);
	assert_int_equal(r->row[1].hour.failed, 0);
	free(out);
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
	assert_int_equal(f->spark_end_ms, now_ms() / 60000 * 60000 + 60000);
	assert_int_equal(f->states[JOB_RUNNING], 1);
	assert_int_equal(f->oldest_running_ms, now_ms() - 1000);
	check_strips(f);
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
	assert_int_equal(figures_groups(&(Stores){ &rig.s, NULL, 1 }, DIM_TENANT, noon_hour, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
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
	assert_int_equal(figures_groups(&(Stores){ &rig.s, NULL, 1 }, DIM_TENANT, noon_hour - 1, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
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
	assert_int_equal(figures_groups(&(Stores){ &rig.s, NULL, 1 }, DIM_TENANT, noon_hour, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
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
	assert_int_equal(figures_groups(&(Stores){ &rig.s, NULL, 1 }, DIM_TENANT, noon_hour - 1, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
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
	assert_int_equal(figures_groups(&(Stores){ &rig.s, NULL, 1 }, DIM_TENANT, noon_hour, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
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
	assert_int_equal(figures_groups(&(Stores){ &rig.s, NULL, 1 }, DIM_TENANT, noon_hour - 1, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
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
	assert_int_equal(figures_save(rig.s, "figures", f, &rig.e), 0);
	if (figures_load(rig.s, "figures", back, &rig.e) < 0)
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
	assert_int_equal(figures_save(rig.s, "figures", f, &rig.e), 0);
	assert_int_equal(figures_load(rig.s, "figures", back, &rig.e), 0);
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
		assert_int_equal(figures_save(rig.s, "figures", f, &rig.e), 0);
		((char *)f)[at[i]] ^= 0x40;
		assert_int_equal(store_put_frame(rig.s, "figures", (Str){ (char *)f, offsetof(Figures, job[1]) }, 1, &rig.e), 0);
		assert_int_equal(figures_load(rig.s, "figures", back, &rig.e), -1);
		((char *)f)[at[i]] ^= 0x40;
	}
	assert_int_equal(figures_save(rig.s, "figures", f, &rig.e), 0);
	assert_int_equal(store_put_frame(rig.s, "figures", (Str){ (char *)f, offsetof(Figures, job[1]) - 8 }, 1, &rig.e), 0);
	assert_int_equal(figures_load(rig.s, "figures", back, &rig.e), -1);
	assert_int_equal(store_put_frame(rig.s, "figures", STR(""), 1, &rig.e), 0);
	assert_int_equal(figures_load(rig.s, "figures", back, &rig.e), -1);
	free(back);
}

/* The file beside the store has no more checksums than a row. */
static void test_a_frame_beside_the_store_is_checked(void **state)
{
	Figures *back = calloc(1, sizeof *back), *f;
	char path[] = "/tmp/seismo-frame-XXXXXX", copy[64];
	int fd = mkstemp(path);
	Store *s;

	(void)state;
	assert_non_null(back);
	assert_true(fd >= 0);
	assert_non_null(s = store_open(path, STORE_WRITE, NULL, &rig.e));
	add_job(now_ms() - 1, "acme", "succeeded", 1000);
	store_all("1");
	f = compute(now_ms(), 0);
	assert_int_equal(figures_save(s, "figures", f, &rig.e), 0);
	assert_int_equal(figures_peek(path, "figures", back), 0);
	assert_memory_equal(back, f, sizeof *f);
	f->covered_from_ms ^= 0x40;
	assert_int_equal(store_put_frame(s, "figures", (Str){ (char *)f, offsetof(Figures, job[1]) }, 1, &rig.e), 0);
	assert_int_equal(figures_peek(path, "figures", back), -1);
	store_close(s);
	(void)snprintf(copy, sizeof copy, "%s-frame", path);
	assert_int_equal(unlink(copy), 0);
	assert_int_equal(unlink(path), 0);
	(void)close(fd);
	free(back);
}

/* --- several contexts --- */

static Store *second_store(const char *back)
{
	Store *first = rig.s, *two = store_open_memory("figures-two", STORE_WRITE, &rig.e);

	assert_non_null(two);
	rig.s = two;
	store_all(back);
	rig.s = first;
	return two;
}

/* CloudWatch comes back later than the jobs after an outage: what it has not been asked for yet is not missing there. */
static void test_seen_compares_up_to_what_both_know(void **state)
{
	static MetricPoint point[60];
	static Figures f;
	int64_t minute = now_ms() / 60000 * 60000;
	MetricSeries m = { .ns = STR("AWS/Bedrock"), .name = STR("InputTokenCount"), .dimensions_json = STR("{}"), .stat = STR("Sum"),
	                   .period_s = 60, .points = point, .count = 0 };
	FiguresAsk ask = { .now_ms = now_ms(), .region = "eu-west-1" };
	Stores from = { &rig.s, NULL, 1 };

	(void)state;
	for (int i = 1; i <= 75; i++) {
		add_job(minute - i * 60000 + 1000, "acme", "succeeded", 1000);
		if (i > 12 && m.count < 60)
			point[m.count++] = (MetricPoint){ minute - i * 60000, true, 1000 };
	}
	rig.b.series = &m;
	rig.b.series_count = 1;
	store_all("1");
	ask.counted_ms[0] = minute - 12 * 60000 + 5000;
	assert_int_equal(figures_compute(&from, &ask, &f, &rig.e), 0);
	assert_int_equal(f.vital[VITAL_SEEN].now, 1000000);
	/* Were it asked up to now, seven minutes would be ours alone. */
	ask.counted_ms[0] = 0;
	assert_int_equal(figures_compute(&from, &ask, &f, &rig.e), 0);
	assert_true(f.vital[VITAL_SEEN].now > 1130000);
}

/* Of a moment before CloudWatch was first asked only the end of the hour is held: the jobs of before that are not seen too much. */
static void test_seen_compares_what_both_hold(void **state)
{
	static MetricPoint point[75];
	static Figures f;
	int64_t minute = now_ms() / 60000 * 60000;
	MetricSeries m = { .ns = STR("AWS/Bedrock"), .name = STR("InputTokenCount"), .dimensions_json = STR("{}"), .stat = STR("Sum"),
	                   .period_s = 60, .points = point, .count = 0 };
	FiguresAsk ask = { .now_ms = now_ms(), .region = "eu-west-1", .past = true };
	Stores from = { &rig.s, NULL, 1 };

	(void)state;
	for (int i = 1; i <= 75; i++) {
		add_job(minute - i * 60000 + 1000, "acme", "succeeded", 1000);
		if (i <= 30)
			point[m.count++] = (MetricPoint){ minute - i * 60000, true, 1000 };
	}
	rig.b.series = &m;
	rig.b.series_count = 1;
	store_all("1");
	assert_int_equal(figures_compute(&from, &ask, &f, &rig.e), 0);
	assert_int_equal(f.vital[VITAL_SEEN].now, 1000000);
	assert_int_equal(f.vital[VITAL_SEEN].n, 25);
	/* Of so few minutes nothing is said. */
	ask.now_ms -= 23 * 60000;
	assert_int_equal(figures_compute(&from, &ask, &f, &rig.e), 0);
	assert_true(f.vital[VITAL_SEEN].now == FIG_NONE);
}

/* An hour after the last answer "now" is what it was then: per store, when several are watched. */
static void test_now_is_as_of_what_is_known(void **state)
{
	static const FigText name[2] = { "dev", "prod" };
	static Figures f;
	int64_t then = now_ms() - HOUR_MS + 20000;
	FiguresAsk ask = { .now_ms = now_ms(), .known_ms = { then }, .region = "eu-west-1" };
	Store *s[2] = { rig.s, NULL };
	char back[32];

	(void)state;
	(void)snprintf(back, sizeof back, "%lld", (long long)((noon_hour - BASE_DAYS * 24) * HOUR_MS));
	add_job(then - 1000, "acme", "failed", 1000);
	add_job(then - 61000, "acme", "succeeded", 2000);
	store_all(back);
	assert_int_equal(figures_compute(&(Stores){ s, NULL, 1 }, &ask, &f, &rig.e), 0);
	assert_int_equal(f.vital[VITAL_ERRORS].now, 500000);
	assert_int_equal(f.vital[VITAL_SPEND].now, mul_div(3000000, HOUR_MS, 320000));      /* the running minute is 20 s old */
	assert_int_equal(f.vital[VITAL_SPEND].hour, 3000000);
	ask.known_ms[0] = 0;
	assert_int_equal(figures_compute(&(Stores){ s, NULL, 1 }, &ask, &f, &rig.e), 0);
	assert_int_equal(f.vital[VITAL_ERRORS].now, FIG_NONE);
	assert_int_equal(f.vital[VITAL_SPEND].now, 0);

	/* One that is silent goes on counting with what it said last. */
	rig.b.job_count = 0;
	add_job(now_ms() - 1000, "acme", "succeeded", 5000);
	s[1] = second_store(back);
	ask.known_ms[0] = then;
	assert_int_equal(figures_compute(&(Stores){ s, name, 2 }, &ask, &f, &rig.e), 0);
	assert_int_equal(f.vital[VITAL_SPEND].now, mul_div(3000000, HOUR_MS, 320000) + 5000000 * 12);
	assert_int_equal(f.vital[VITAL_ERRORS].n, 3);
	store_close(s[1]);
}

/* M4: the same job ids, tenants and agents in two accounts are added up and never become one. */
static void test_m4_two_contexts_with_the_same_names(void **state)
{
	static const FigText name[2] = { "dev", "prod" };
	static Figures f;
	FiguresAsk ask = { .now_ms = now_ms(), .region = "eu-west-1" };
	Store *s[2];
	Stores from = { s, name, 2 };
	char back[32], later[32];
	Groups g;
	int64_t n;
	int seen = 0;

	(void)state;
	usual_days("acme");
	add_job(now_ms() - 60000, "acme", "succeeded", 5000);
	(void)snprintf(back, sizeof back, "%lld", (long long)((noon_hour - BASE_DAYS * 24) * HOUR_MS));
	(void)snprintf(later, sizeof later, "%lld", (long long)((noon_hour - 30 * 24) * HOUR_MS));
	store_all(back);
	rig.job[rig.b.job_count - 1].tokens.input = 7000;          /* the same job id, another account, another price */
	add_job(now_ms() - 30000, "acme", "failed", 1000)->latency_ms.v = 900;
	s[0] = rig.s;
	s[1] = second_store(later);
	assert_int_equal(figures_compute(&from, &ask, &f, &rig.e), 0);
	assert_int_equal(f.contexts, 2);
	assert_int_equal(f.contexts_read, 2);
	assert_string_equal(f.account, "");
	assert_int_equal(f.last_hour_nusd, (5000 + 7000 + 1000) * 1000);
	assert_int_equal(f.vital[VITAL_ERRORS].n, 3);
	assert_int_equal(f.vital[VITAL_ERRORS].hits, 1);
	assert_int_equal(f.vital[VITAL_P95].now, 900);
	assert_int_equal(f.vital[VITAL_P95].n, 3);
	assert_int_equal(f.latency[0].n, 3);
	assert_int_equal(f.latency[0].p95_ms, 900);
	assert_int_equal(f.latency[0].p99_ms, 900);
	assert_true(f.latency[0].p50_ms > 0 && f.latency[0].p50_ms <= 900);
	assert_int_equal(f.latency[1].n, 3);
	assert_int_equal(f.vital[VITAL_SPEND].base, 2 * 1000000);  /* an hour of both */
	/* Hours that only one of them has read say nothing about what is usual of both. */
	assert_int_equal(f.covered_from_ms, (noon_hour - 30 * 24) * HOUR_MS);
	assert_int_equal(f.states[JOB_FAILED], 1);
	assert_string_equal(f.job[0].context, "prod");
	assert_string_equal(f.job[0].status, "failed");
	assert_string_equal(f.job[1].id, f.job[2].id);
	assert_string_not_equal(f.job[1].context, f.job[2].context);
	assert_int_equal(figures_groups(&from, DIM_VERSION, noon_hour, &(FiguresAsk){ .now_ms = now_ms() }, &g, &n, &rig.e), 0);
	assert_int_equal(g.n, 2);
	for (int i = 0; i < g.n; i++) {
		assert_string_equal(g.cell[i].key, "a@1");
		seen |= strcmp(g.cell[i].context, "dev") == 0 && g.cell[i].nusd == 5000000 ? 1 : 0;
		seen |= strcmp(g.cell[i].context, "prod") == 0 && g.cell[i].nusd == 8000000 ? 2 : 0;
	}
	assert_int_equal(seen, 3);
	/* One of them cannot be read: the other one is shown, the lack is counted, and the usual is that of what is shown. */
	s[0] = NULL;
	assert_int_equal(figures_compute(&from, &ask, &f, &rig.e), 0);
	assert_int_equal(f.contexts, 2);
	assert_int_equal(f.contexts_read, 1);
	assert_int_equal(f.last_hour_nusd, 8000000);
	assert_int_equal(f.covered_from_ms, (noon_hour - 30 * 24) * HOUR_MS);
	assert_int_equal(f.vital[VITAL_SPEND].base, 1000000);
	store_close(s[1]);
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
		CASE(test_a_damaged_frame_is_refused), CASE(test_a_frame_beside_the_store_is_checked),
		CASE(test_now_is_as_of_what_is_known),
		CASE(test_seen_compares_up_to_what_both_know), CASE(test_seen_compares_what_both_hold),
		CASE(test_m4_two_contexts_with_the_same_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
