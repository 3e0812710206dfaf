/* What Logs Insights says goes into the totals as a difference to the store's own, and nothing counts twice, whatever comes when. */
#include "unit.h"

#include "store/pushed.h"
#include "store_unit.h"

#define HOUR INT64_C(3600000)
#define H0 (500000 * HOUR)

static PushGroup group(const char *tenant, const char *persona, int64_t hour, int64_t calls, int64_t nusd)
{
	return (PushGroup){ .hour = hour, .tenant = str_of(tenant), .persona = str_of(persona), .agent = str_of(tenant), .version = STR("1"),
	                    .model = STR("m"), .s = { .jobs = calls, .nusd = nusd, .booked = calls, .tok.input = 10 * calls } };
}

/* Both kinds, as the feed hands them over. */
static void push(Store *s, const PushGroup *g, size_t n, int64_t from, int64_t until, bool again, bool partial)
{
	for (int k = 0; k < PUSH_KINDS; k++) {
		PushAnswer a = { .kind = (PushKind)k, .from_ms = from, .until_ms = until, .again = again, .partial = partial, .group = g, .n = n };
		int64_t news = 0;

		MUST(store_push(s, &a, 1, NULL, 0, &news, e));
		assert_true(news > 0);
	}
}

static int64_t jobs_seen;

static int64_t spent(Store *s, Dim by, const char *key)
{
	CostGroup *g;
	Arena a = { 0 };
	int64_t nusd = -1;
	size_t n;

	jobs_seen = 0;
	MUST(store_cost(s, by, H0, H0 + 2 * HOUR, &a, &g, &n, e));
	for (size_t i = 0; i < n; i++)
		if (by == DIM_ALL || str_is(g[i].key, key)) {
			nusd = g[i].s.nusd;
			jobs_seen = g[i].s.jobs;
		}
	arena_done(&a);
	return nusd;
}

static void add_job(Store *s, const char *id, const char *tenant, int64_t at, int64_t reported)
{
	Job j = { .id = str_of(id), .tenant = str_of(tenant), .persona = STR("p"), .agent = str_of(tenant), .version = STR("1"), .model = STR("m"),
	          .status = STR("succeeded"), .state = JOB_SUCCEEDED, .reported_nusd = { true, reported }, .started_ms = at, .updated_ms = at };
	StoreBatch b = { .jobs = &j, .job_count = 1, .prices = &fleet_prices };
	StoreDelta d;

	MUST(store_apply(s, &b, &d, e));
}

static void hours_without_lines(void **state)
{
	Store *s = must_open("pushed1.db", STORE_WRITE);
	PushGroup g[] = { group("acme", "p", H0 / HOUR, 100, 5000), group("zoo", "p", H0 / HOUR, 10, 700), group("acme", "q", H0 / HOUR + 1, 1, 30) };
	PushedSpan span;

	(void)state;
	g[0].approximate = true;
	push(s, g, 3, H0, H0 + HOUR, true, false);
	assert_int_equal(spent(s, DIM_ALL, ""), 5700);
	assert_int_equal(jobs_seen, 110);
	push(s, g, 3, H0 + HOUR, H0 + HOUR + 60000, true, false);
	assert_int_equal(spent(s, DIM_ALL, ""), 5730);
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 5030);
	assert_int_equal(spent(s, DIM_PERSONA, "p"), 5700);
	assert_int_equal(spent(s, DIM_VERSION, "acme@1"), 5030);
	assert_int_equal(spent(s, DIM_TENANT_MODEL, "zoo|m"), 700);
	assert_int_equal(spent(s, DIM_AGENT, "zoo"), 700);
	MUST(store_pushed(s, H0, 0, &span, e));
	assert_true(span.hours == 2 && span.approximate && !span.partial);
	MUST(store_pushed(s, H0 + HOUR, H0 + 2 * HOUR, &span, e));
	assert_true(span.hours == 1 && !span.approximate);
	store_close(s);
}

static void slices_follow_one_another(void **state)
{
	Store *s = must_open("pushed2.db", STORE_WRITE);
	PushGroup one = group("acme", "p", H0 / HOUR, 10, 500), two = group("acme", "p", H0 / HOUR, 3, 150), whole = group("acme", "p", H0 / HOUR, 14, 700);
	PushedSpan span;

	(void)state;
	push(s, &one, 1, H0, H0 + 60000, true, false);
	push(s, &two, 1, H0 + 60000, H0 + 120000, false, true);
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 650);
	MUST(store_pushed(s, H0, 0, &span, e));
	assert_true(span.partial);
	push(s, &one, 1, H0, H0 + 60000, true, false);           /* the same again is in place of all that was */
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 500);
	push(s, &whole, 1, H0, H0 + HOUR, true, false);
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 700);
	MUST(store_pushed(s, H0, 0, &span, e));
	assert_false(span.partial);
	push(s, NULL, 0, H0, H0 + HOUR, true, false);            /* its lines are gone */
	assert_int_equal(spent(s, DIM_ALL, ""), -1);             /* and so is the group */
	store_close(s);
}

static CacheMoney worth(Store *s)
{
	CacheMoney out = { 0 };
	Arena a = { 0 };
	CostGroup *g;
	size_t n;

	MUST(store_cost(s, DIM_VERSION_MODEL, H0, H0 + HOUR, &a, &g, &n, e));
	for (size_t i = 0; i < n; i++)
		caching_add(&out, &g[i].s.cache);
	arena_done(&a);
	return out;
}

/* What caches were worth comes with the lines, in place of what the store had of the same calls. */
static void caches_are_the_lines(void **state)
{
	Store *s = must_open("pushed-caches.db", STORE_WRITE);
	PushGroup g = group("acme", "p", H0 / HOUR, 2, 900);
	Job j = { .id = STR("one"), .tenant = STR("acme"), .persona = STR("p"), .agent = STR("acme"), .version = STR("1"), .model = STR("fix.small"),
	          .status = STR("succeeded"), .state = JOB_SUCCEEDED, .has_tokens = true, .tokens = { .input = 1000, .cache_read = 4000 },
	          .started_ms = H0 + 5000, .updated_ms = H0 + 6000 };
	StoreBatch b = { .jobs = &j, .job_count = 1, .prices = &fleet_prices };
	CacheMoney m;

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	m = worth(s);
	assert_int_equal(m.saved_nusd, 901332);              /* 4000 x (0.250333 - 0.025) USD/M */
	g.model = STR("fix.small");
	g.s.cache = (CacheMoney){ 1000000, 20000, 300000 };
	push(s, &g, 1, H0, H0 + HOUR, true, false);
	m = worth(s);
	assert_true(m.saved_nusd == 1000000 && m.premium_nusd == 20000 && m.miss_nusd == 300000);
	push(s, &g, 1, H0, H0 + HOUR, true, false);
	m = worth(s);
	assert_int_equal(m.saved_nusd, 1000000);
	push(s, NULL, 0, H0, H0 + HOUR, true, false);
	m = worth(s);
	assert_true(m.saved_nusd == 901332 && m.premium_nusd == 0);
	store_close(s);
}

/* Jobs of the table, before and after the answer: money is the lines', jobs are the store's own. */
static void nothing_counts_twice(void **state)
{
	Store *s = must_open("pushed3.db", STORE_WRITE);
	PushGroup g[] = { group("acme", "p", H0 / HOUR, 3, 900), group("zoo", "p", H0 / HOUR, 5, 400) };

	(void)state;
	add_job(s, "j1", "acme", H0 + 1000, 250);
	push(s, g, 2, H0, H0 + 600000, true, false);
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 900);
	assert_int_equal(jobs_seen, 1);
	assert_int_equal(spent(s, DIM_ALL, ""), 1300);
	add_job(s, "j2", "acme", H0 + 2000, 300);                /* late: its line is among those that were added up */
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 900);
	assert_int_equal(jobs_seen, 2);
	assert_int_equal(spent(s, DIM_ALL, ""), 1300);
	assert_int_equal(spent(s, DIM_VERSION, "acme@1"), 900);
	add_job(s, "j3", "acme", H0 + 700000, 50);               /* behind the answer: not among them yet */
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 950);
	add_job(s, "j4", "new", H0 + 3000, 70);                  /* of whom no line speaks */
	assert_int_equal(spent(s, DIM_TENANT, "new"), 70);
	push(s, g, 2, H0, H0 + HOUR, true, false);
	assert_int_equal(spent(s, DIM_TENANT, "acme"), 900);
	assert_int_equal(jobs_seen, 3);
	store_close(s);
}

/* The same facts in any order give the same totals. */
static void in_whatever_order(void **state)
{
	PushGroup g[] = { group("acme", "p", H0 / HOUR, 3, 900), group("zoo", "p", H0 / HOUR, 5, 400) };

	(void)state;
	for (int order = 0; order < 6; order++) {
		char name[32];
		Store *s;

		(void)snprintf(name, sizeof name, "pushed4-%d.db", order);
		s = must_open(name, STORE_WRITE);
		for (int step = 0; step < 3; step++) {
			static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

			if (orders[order][step] == 0)
				add_job(s, "j1", "acme", H0 + 1000, 250);
			else if (orders[order][step] == 1)
				add_job(s, "j2", "zoo", H0 + 2000, 999);
			else
				push(s, g, 2, H0, H0 + HOUR, true, false);
		}
		assert_int_equal(spent(s, DIM_TENANT, "acme"), 900);
		assert_int_equal(spent(s, DIM_TENANT, "zoo"), 400);
		assert_int_equal(spent(s, DIM_ALL, ""), 1300);
		assert_int_equal(jobs_seen, 2);
		store_close(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hours_without_lines),
		cmocka_unit_test(slices_follow_one_another),
		cmocka_unit_test(caches_are_the_lines), cmocka_unit_test(nothing_counts_twice),
		cmocka_unit_test(in_whatever_order),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
