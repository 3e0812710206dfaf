#include "unit.h"

#include "old_layout.h"
#include "store/books.h"
#include "store/db.h"
#include "store_unit.h"

static const int64_t hour_ms = 3600000;
static Fleet f;
static Want wants[FLEET_MAX];

static void check_same(Store *s, Store *clean)
{
	char *here = export(s), *there = export(clean);

	assert_string_equal(here, there);
	free(here);
	free(there);
}

static Sums all_of(Store *s)
{
	Arena a = { 0 };
	Sums out = { 0 };
	CostGroup *g;
	size_t n;

	MUST(store_cost(s, DIM_ALL, 0, 0, &a, &g, &n, e));
	if (n)
		out = g[0].s;
	arena_done(&a);
	return out;
}

/* What only booking can tell is not made up before it has come to a row. */
static void check_no_caching(Store *s)
{
	Sums all = all_of(s);

	assert_true(all.jobs > 0);
	assert_true(all.cache.saved_nusd == 0 && all.cache.premium_nusd == 0 && all.cache.miss_nusd == 0 && all.answer_miss_n == 0);
}

/* All totals and latencies of an old file are those of a plain scan, and stay so when more is taken in and booked again. */
static void an_old_file_has_all_totals(void **state)
{
	Store *s = must_open("three.db", STORE_WRITE), *clean = must_open("clean.db", STORE_WRITE);
	int64_t from;
	Fleet half;
	size_t n;

	(void)state;
	fleet_make(&f, 31);
	fleet_drop_ties(&f);
	shuffle(f.v, f.n);
	half = f;
	half.n = f.n / 2;
	apply_facts(s, half.v, half.n, LEDGER_COMPUTED);
	apply_facts(clean, half.v, half.n, LEDGER_COMPUTED);
	store_close(s);
	back_to(file("three.db"), NULL, OLD_TOTALS);
	back_to(file("three.db"), DROP_ALL_BUT(TABLES_3), BACK_TO_3);
	s = must_open("three.db", STORE_WRITE);
	n = fleet_reckon(&half, LEDGER_COMPUTED, wants);
	f.a = half.a;                    /* one arena, which has grown */
	check_no_caching(s);
	MUST(store_rebook(s, &fleet_prices, LEDGER_COMPUTED, e));
	check_totals(s, wants, n, 0, 0);
	for (int i = 0; i < 40; i++) {
		int64_t at = fleet_start - 6000000 + dice(20000000);

		check_totals(s, wants, n, at, at + 1 + dice(9000000));
	}
	check_same(s, clean);
	MUST(store_detail_from(s, &from, e));
	assert_int_equal(from, 0);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	apply_facts(clean, f.v, f.n, LEDGER_COMPUTED);
	check_same(s, clean);
	MUST(store_rebook(s, &fleet_prices, LEDGER_REPORTED, e));
	MUST(store_rebook(clean, &fleet_prices, LEDGER_REPORTED, e));
	check_same(s, clean);
	store_close(s);
	store_close(clean);
	arena_done(&f.a);
}

static void drop_versions(void)
{
	size_t n = 0;

	for (size_t i = 0; i < f.n; i++) {
		bool first = f.v[i].is_job;

		for (size_t k = 0; k < n && first; k++)
			first = !str_eq(f.v[k].job.id, f.v[i].job.id);
		if (first)
			f.v[n++] = f.v[i];
	}
	f.n = n;
}

static Sums first_members(const Sums *x)
{
	Sums out = { 0 };

	for (int i = 0; i < SUMS_OLD; i++)
		sums_set_field(&out, i, sums_field(x, i));
	return out;
}

/* One simple dimension over all time: old members everywhere, the others where jobs were left to count them from. */
static void check_pruned(Store *s, Dim d, size_t n, int64_t cut)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t groups;
	int64_t jobs = 0;

	MUST(store_cost(s, d, 0, 0, &a, &g, &groups, e));
	for (size_t i = 0; i < groups; i++) {
		Sums want = { 0 };

		for (size_t k = 0; k < n; k++)
			if (str_eq(wants[k].key[d], g[i].key)) {
				Sums x = wants[k].booked_ms < cut ? first_members(&wants[k].s) : wants[k].s;

				sums_add(&want, &x);
			}
		assert_memory_equal(&g[i].s, &want, sizeof want);
		jobs += want.jobs;
	}
	assert_int_equal(jobs, n);
	arena_done(&a);
}

/* Hours whose jobs are gone keep what the old file had of them; what it did not have is not made up. */
static void hours_without_jobs_keep_what_they_had(void **state)
{
	int64_t now = fleet_start + FLEET_JOBS * INT64_C(137000), cut = (now - 2 * hour_ms) / hour_ms * hour_ms, from;
	Store *s = must_open("pruned.db", STORE_WRITE);
	LatencyGroup *l;
	Arena a = { 0 };
	CostGroup *g;
	size_t n, groups;

	(void)state;
	fleet_make(&f, 12);
	drop_versions();
	for (size_t i = 0; i < f.n; i++)
		if (!f.v[i].job.started_ms)
			f.v[i].job.started_ms = f.v[i].job.updated_ms;
	f.v[f.n++] = (Fact){ .line = { .event_id = STR("last"), .event_ms = now, .text = STR("{}") } };
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	store_close(s);
	back_to(file("pruned.db"), NULL, OLD_TOTALS);
	s = must_open("pruned.db", STORE_WRITE);
	MUST(store_prune(s, now, 2 * hour_ms, 0, 0, e));
	store_close(s);
	back_to(file("pruned.db"), DROP_ALL_BUT(TABLES_3), BACK_TO_3);
	s = must_open("pruned.db", STORE_WRITE);
	f.n--;
	n = fleet_reckon(&f, LEDGER_COMPUTED, wants);
	MUST(store_rebook(s, &fleet_prices, LEDGER_COMPUTED, e));
	for (Dim d = DIM_ALL; d < DIM_SIMPLE; d++)
		check_pruned(s, d, n, cut);
	MUST(store_detail_from(s, &from, e));
	assert_int_equal(from, cut);
	MUST(store_cost(s, DIM_TENANT_MODEL, 0, cut, &a, &g, &groups, e));
	assert_int_equal(groups, 0);
	check_totals(s, wants, n, cut, 0);
	MUST(store_latency_by(s, DIM_ALL, 0, cut, &a, &l, &groups, e));
	assert_int_equal(groups, 0);
	MUST(store_latency_by(s, DIM_ALL, cut, 0, &a, &l, &groups, e));
	assert_int_equal(groups, 1);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	for (Dim d = DIM_ALL; d < DIM_SIMPLE; d++)
		check_pruned(s, d, n, cut);
	store_close(s);
	arena_done(&a);
	arena_done(&f.a);
}

/* What later layouts brought, which an older file does not hold. */
#define ROW_TOTALS \
	"CREATE TABLE total(rollup INTEGER NOT NULL, at INTEGER NOT NULL, k1 INTEGER NOT NULL, k2 INTEGER NOT NULL, k3 INTEGER NOT NULL," \
	"sums BLOB NOT NULL, PRIMARY KEY(rollup, at, k1, k2, k3)) WITHOUT ROWID;" \
	"CREATE TABLE latency(rollup INTEGER NOT NULL, at INTEGER NOT NULL, key INTEGER NOT NULL, sketch BLOB NOT NULL," \
	"PRIMARY KEY(rollup, at, key)) WITHOUT ROWID;"
#define NEWER "DROP TABLE charge; DROP TABLE charge_day; DROP TABLE own_cost; DROP TABLE pushed; DROP TABLE pushed_hour;" \
	"ALTER TABLE feed DROP COLUMN pushed;"

/* Layout 12: the next open marks everything as to be booked again, and that brings what caches were worth into the totals. */
static void what_caches_were_worth_is_booked(void **state)
{
	Store *s = must_open("twelve.db", STORE_WRITE);
	BooksState now;
	Sums want = { 0 }, got;
	int64_t from;
	size_t n;

	(void)state;
	fleet_make(&f, 44);
	fleet_drop_ties(&f);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	store_close(s);
	/* With no totals at all what is moved by differences stands alone. */
	back_to(file("twelve.db"), NULL, OLD_LINES OLD_JOBS OLD_PLACES OLD_PLATFORMS OLD_CHATS NEWER ROW_TOTALS "DROP TABLE total_sheet; DROP TABLE latency_sheet;"
	        "PRAGMA user_version = 12;");
	s = must_open("twelve.db", STORE_WRITE);
	MUST(store_books_state(s, &now, e));
	assert_int_equal(now.todo, BOOKS_ALL);
	while (now.todo)
		MUST(store_books_step(s, 1000, &now, e));
	n = fleet_reckon(&f, LEDGER_COMPUTED, wants);
	for (size_t i = 0; i < n; i++)
		sums_add(&want, &wants[i].s);
	got = all_of(s);
	assert_true(want.cache.saved_nusd > 0 && want.cache.premium_nusd > 0 && want.cache.miss_nusd > 0 && want.answer_miss_n > 0);
	assert_memory_equal(&got.cache, &want.cache, sizeof want.cache);
	assert_int_equal(got.answer_hit_nusd, want.answer_hit_nusd);
	assert_int_equal(got.answer_miss_nusd, want.answer_miss_nusd);
	assert_int_equal(got.answer_miss_n, want.answer_miss_n);
	assert_int_equal(got.nusd, 0);
	MUST(store_caching_from(s, &from, e));
	assert_int_equal(from, 0);
	store_close(s);
	arena_done(&f.a);
}

/* Layout 19 had a row for each cell and no sketches by the day, and a row for each settled place of a job. */
static void back_to_rows(Store *s, const char *more)
{
	static const char places[] =
		"CREATE TABLE job_settled(hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(hash, id)) WITHOUT ROWID;"
		"INSERT INTO job_settled SELECT old_place(job_id), id FROM job; DELETE FROM job_new; DROP TABLE job_block; DELETE FROM meta WHERE key = 'settled';"
		OLD_LINE_ROWS OLD_PLATFORMS OLD_CHATS;
	Buf sql = { 0 };

	assert_int_equal(sqlite3_create_function(s->db, "old_place", 1, SQLITE_UTF8, NULL, old_place, NULL, NULL), SQLITE_OK);
	(void)buf_puts(&sql, places);
	(void)buf_puts(&sql, ROW_TOTALS "INSERT INTO total SELECT rollup, at, k1, k2, k3, sums_pack(");
	for (int i = 0; i < SUM_FIELDS; i++)
		(void)buf_printf(&sql, "%ssums_get(body, '%s')", i ? ", " : "", sums_field_name(i));
	(void)buf_puts(&sql, ") FROM total_cells; INSERT INTO latency SELECT rollup, at, k1, body FROM latency_cells(0, 13);"
	               "DROP TABLE total_sheet; DROP TABLE latency_sheet; PRAGMA user_version = 19;");
	(void)buf_puts(&sql, more);
	MUST(db_exec(s, buf_cstr(&sql), e));
	buf_done(&sql);
}

static void rows_become_sheets(void **state)
{
	/* Of times that are none: all that is asked for is that nothing of it is lost. */
	static const char far[] = "INSERT INTO total SELECT rollup, n, k1, k2, k3, sums FROM total JOIN "
		"(SELECT 9223372036854775807 AS n UNION SELECT 9223372036854775806 UNION SELECT -9223372036854775807) "
		"WHERE rollup = 0 AND at = (SELECT min(at) FROM total WHERE rollup = 0);";
	Store *s = must_open("rows.db", STORE_WRITE), *clean = must_open("sheets.db", STORE_WRITE);
	int64_t jobs;
	Fleet half;

	(void)state;
	fleet_make(&f, 52);
	fleet_drop_ties(&f);
	shuffle(f.v, f.n);
	half = f;
	half.n = f.n / 2;
	apply_facts(s, half.v, half.n, LEDGER_COMPUTED);
	apply_facts(clean, half.v, half.n, LEDGER_COMPUTED);
	back_to_rows(s, "");
	store_close(s);
	s = must_open("rows.db", STORE_WRITE);
	check_same(s, clean);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	apply_facts(clean, f.v, f.n, LEDGER_COMPUTED);
	check_same(s, clean);
	jobs = all_of(s).jobs;
	back_to_rows(s, far);
	store_close(s);
	s = must_open("rows.db", STORE_WRITE);
	assert_true(all_of(s).jobs > jobs);
	store_close(s);
	store_close(clean);
	arena_done(&f.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_file_has_all_totals), cmocka_unit_test(hours_without_jobs_keep_what_they_had),
		cmocka_unit_test(what_caches_were_worth_is_booked), cmocka_unit_test(rows_become_sheets),
	};

	return cmocka_run_group_tests_name("store_upgrade", tests, make_place, clear_place);
}
