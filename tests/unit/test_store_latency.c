#include "unit.h"

#include "store/db.h"
#include "store_unit.h"

static const int64_t hour_ms = 3600000;
static const Dim kept[] = { DIM_ALL, DIM_TENANT, DIM_AGENT, DIM_VERSION, DIM_MODEL };
enum { KEPT = sizeof kept / sizeof *kept };
static Fleet f;
static Want wants[FLEET_MAX];
static size_t want_count;

static Store *filled(const char *name)
{
	Store *s = must_open(name, STORE_WRITE);

	fleet_make(&f, 4);
	fleet_drop_ties(&f);
	shuffle(f.v, f.n);
	for (size_t i = 0; i < f.n; i += 41)
		apply_facts(s, f.v + i, f.n - i < 41 ? f.n - i : 41, LEDGER_COMPUTED);
	want_count = fleet_reckon(&f, LEDGER_COMPUTED, wants);
	return s;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Latencies of the jobs that `asked` picks, in order. */
static size_t plain(int64_t *v, bool (*asked)(const Want *w, const void *arg), const void *arg)
{
	size_t n = 0;

	for (size_t k = 0; k < want_count; k++)
		if (wants[k].job && wants[k].job->latency_ms.known && asked(&wants[k], arg))
			v[n++] = wants[k].job->latency_ms.v;
	qsort(v, n, sizeof *v, by_number);
	return n;
}

/* Whatever was merged and taken out: the answer is the middle of the bucket of the very value that has the rank. */
static void check_rank(int64_t got, const int64_t *v, size_t n, int permille)
{
	size_t rank = 1;

	while (rank < n && rank * 1000 < (size_t)permille * n)
		rank++;
	assert_int_equal(got, n ? sketch_middle(sketch_bucket(v[rank - 1])) : -1);
}

typedef struct Asked { Dim dim; Str key; int64_t from_ms, until_ms; const int64_t *hours; size_t count; } Asked;

static bool is_asked(const Want *w, const void *arg)
{
	const Asked *q = arg;
	bool in = !q->hours;

	for (size_t i = 0; i < q->count; i++)
		in |= w->booked_ms / hour_ms == q->hours[i];
	return in && str_eq(w->key[q->dim], q->key) && w->booked_ms >= q->from_ms && (!q->until_ms || w->booked_ms < q->until_ms);
}

static void check_groups(const Asked *q, const LatencyGroup *g, size_t n)
{
	int64_t v[FLEET_MAX], all = 0, seen = 0;

	for (size_t k = 0; k < want_count; k++) {
		Asked own = *q;

		own.key = wants[k].key[q->dim];
		all += wants[k].job && wants[k].job->latency_ms.known && is_asked(&wants[k], &own);
	}
	for (size_t i = 0; i < n; i++) {
		Asked own = *q;
		size_t count;

		own.key = g[i].key;
		count = plain(v, is_asked, &own);
		assert_int_equal(g[i].n, count);
		check_rank(g[i].p50_ms, v, count, 500);
		check_rank(g[i].p95_ms, v, count, 950);
		check_rank(g[i].p99_ms, v, count, 990);
		assert_true(i == 0 || g[i - 1].n > g[i].n || (g[i - 1].n == g[i].n && str_cmp(g[i - 1].key, g[i].key) < 0));
		seen += g[i].n;
	}
	assert_int_equal(seen, all);
}

static void windows_equal_a_plain_scan(void **state)
{
	Store *s = filled("window.db");

	(void)state;
	for (int i = 0; i < 200; i++) {
		Asked q = { .dim = kept[i % KEPT], .from_ms = i < KEPT ? 0 : fleet_start - 4000000 + dice(20000000) };
		Arena a = { 0 };
		LatencyGroup *g;
		size_t n;

		q.until_ms = i < KEPT ? 0 : q.from_ms + 1 + dice(12000000);
		MUST(store_latency_by(s, q.dim, q.from_ms, q.until_ms, &a, &g, &n, e));
		check_groups(&q, g, n);
		assert_true(i >= KEPT || n > 0);
		arena_done(&a);
	}
	store_close(s);
	arena_done(&f.a);
}

static void chosen_hours_of_several_stores(void **state)
{
	Store *s = filled("hours.db"), *empty = must_open("empty.db", STORE_WRITE), *stores[] = { s, NULL, empty, s };
	int64_t v[FLEET_MAX];

	(void)state;
	for (int i = 0; i < 100; i++) {
		int64_t hours[4] = { fleet_start / hour_ms - 1, fleet_start / hour_ms + dice(3), fleet_start / hour_ms + 3 + dice(2), 7 };
		const Want *w = &wants[dice((uint32_t)want_count)];
		Asked q = { .dim = kept[i % KEPT], .hours = hours, .count = 4 };
		Sketch once = { 0 }, twice = { 0 };
		Arena a = { 0 };
		LatencyGroup *g;
		size_t n, count;

		q.key = w->key[q.dim];
		MUST(store_latency_hours_by(s, q.dim, hours, 4, &a, &g, &n, e));
		check_groups(&q, g, n);
		MUST(store_latency_hours(&s, 1, q.dim, q.key, hours, 4, &once, e));
		count = plain(v, is_asked, &q);
		assert_int_equal(sketch_count(&once), count);
		check_rank(sketch_quantile(&once, 950), v, count, 950);
		MUST(store_latency_hours(stores, 4, q.dim, q.key, hours, 4, &twice, e));      /* the same store counts twice */
		assert_int_equal(sketch_count(&twice), 2 * count);
		assert_int_equal(sketch_quantile(&twice, 500), sketch_quantile(&once, 500));
		sketch_done(&once);
		sketch_done(&twice);
		arena_done(&a);
	}
	store_close(s);
	store_close(empty);
	arena_done(&f.a);
}

static bool in_minute(const Want *w, const void *arg)
{
	return w->job->updated_ms / 60000 == *(const int64_t *)arg;
}

static void minutes_are_those_of_the_last_update(void **state)
{
	enum { MINUTES = 700 };
	static Sketch minute[MINUTES];
	Store *s = filled("minute.db");
	int64_t v[FLEET_MAX], found = 0, all = 0;

	(void)state;
	MUST(store_latency_minutes(&s, 1, fleet_start / 60000 - 100, MINUTES, minute, e));
	for (int i = 0; i < MINUTES; i++) {
		int64_t at = fleet_start / 60000 - 100 + i;
		size_t count = plain(v, in_minute, &at);

		assert_int_equal(sketch_count(&minute[i]), count);
		check_rank(sketch_quantile(&minute[i], 950), v, count, 950);
		found += (int64_t)count;
		sketch_done(&minute[i]);
	}
	for (size_t k = 0; k < want_count; k++)
		all += wants[k].job && wants[k].job->latency_ms.known;
	assert_int_equal(found, all);
	store_close(s);
	arena_done(&f.a);
}

static void what_is_not_kept_is_an_error(void **state)
{
	Store *s = must_open("none.db", STORE_WRITE);
	Sketch into = { 0 };
	int64_t hour = 0;
	Arena a = { 0 };
	LatencyGroup *g;
	Err err = { 0 };
	size_t n;

	(void)state;
	assert_int_equal(store_latency_by(s, DIM_PERSONA, 0, 0, &a, &g, &n, &err), -1);
	assert_string_equal(err.text, "latencies are not kept by persona");
	assert_int_equal(store_latency_hours_by(s, DIM_TENANT_MODEL, &hour, 1, &a, &g, &n, &err), -1);
	assert_int_equal(store_latency_hours(&s, 1, DIM_PERSONA_MODEL, STR("a|b"), &hour, 1, &into, &err), -1);
	MUST(store_latency_hours(&s, 1, DIM_TENANT, STR("nobody"), &hour, 1, &into, e));
	assert_int_equal(sketch_count(&into), 0);
	store_close(s);
	arena_done(&a);
}

/* Bytes that are no sketch: the reader and the writer say so. */
static void damage_is_told(void **state)
{
	Store *s = filled("damage.db");
	Job late = { .id = STR("late"), .started_ms = fleet_start, .updated_ms = fleet_start, .latency_ms = { true, 5 } };
	StoreBatch b = { .jobs = &late, .job_count = 1, .prices = &fleet_prices };
	Arena a = { 0 };
	LatencyGroup *g;
	Err err = { 0 };
	size_t n;

	(void)state;
	/* While it is open: whoever opens such a file sets it aside. */
	MUST(db_exec(s, "UPDATE latency_sheet SET cells = x'000180'; UPDATE total_sheet SET cells = x'000180'", e));
	assert_int_equal(store_latency_by(s, DIM_ALL, 0, 0, &a, &g, &n, &err), -1);
	assert_non_null(strstr(err.text, "damaged"));
	err = (Err){ 0 };
	assert_int_equal(store_cost(s, DIM_ALL, 0, 0, &a, (CostGroup **)&g, &n, &err), -1);
	assert_non_null(strstr(err.text, "damaged"));
	err = (Err){ 0 };
	assert_int_equal(store_apply(s, &b, NULL, &err), -1);
	assert_non_null(strstr(err.text, "damaged"));
	store_close(s);
	arena_done(&a);
	arena_done(&f.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_equal_a_plain_scan), cmocka_unit_test(chosen_hours_of_several_stores),
		cmocka_unit_test(minutes_are_those_of_the_last_update), cmocka_unit_test(what_is_not_kept_is_an_error),
		cmocka_unit_test(damage_is_told),
	};

	return cmocka_run_group_tests_name("store_latency", tests, make_place, clear_place);
}
