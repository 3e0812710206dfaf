#include "unit.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include "old_layout.h"
#include "store_unit.h"

#include "app/keep.h"

static const int64_t hour_ms = 3600000, day_ms = 86400000;
static Fleet f;
static Want wants[FLEET_MAX];

static char *totals(Store *s, int64_t from_ms)
{
	Arena a = { 0 };
	Buf b = { 0 };

	for (Dim d = DIM_ALL; d < DIMS; d++) {
		CostGroup *g;
		size_t n;

		MUST(store_cost(s, d, from_ms, 0, &a, &g, &n, e));
		for (size_t i = 0; i < n; i++)
			buf_printf(&b, "%s %.*s %lld %lld %lld\n", dim_name(d), STR_ARG(g[i].key), (long long)g[i].s.nusd, (long long)g[i].s.jobs,
			           (long long)g[i].s.tok.input);
	}
	arena_done(&a);
	return buf_take(&b);
}

static int64_t raw_count(const char *name, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *st;
	int64_t n;

	assert_int_equal(sqlite3_open(file(name), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* As in life: a job begins once, and nothing is newer than the row from which ages count. */
static void settle_times(int64_t now)
{
	for (size_t i = 0; i < f.n; i++) {
		for (size_t k = 0; k < i && f.v[i].is_job; k++)
			if (f.v[k].is_job && str_eq(f.v[k].job.id, f.v[i].job.id))
				f.v[i].job.started_ms = f.v[k].job.started_ms;
		if (f.v[i].is_job && !f.v[i].job.started_ms)
			f.v[i].job.started_ms = f.v[i].job.updated_ms - 1000;
		if (!f.v[i].is_job && f.v[i].line.event_ms > now)
			f.v[i].line.event_ms = now;
	}
	f.v[f.n++] = (Fact){ .line = { .event_id = STR("last"), .event_ms = now, .text = STR("{}") } };
}

/* Totals stay, jobs of the hours before are gone, and taking everything in again brings nothing back. */
static void old_rows_go_and_do_not_come_again(void **state)
{
	int64_t now = fleet_start + FLEET_JOBS * INT64_C(137000), cut = (now - 2 * hour_ms) / hour_ms * hour_ms;
	Store *s = must_open("old.db", STORE_WRITE);
	char *before, *after;
	size_t n, kept = 0, rows;
	Arena a = { 0 };
	JobRow *row;

	(void)state;
	fleet_make(&f, 11);
	fleet_drop_ties(&f);
	settle_times(now);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	n = fleet_reckon(&f, LEDGER_COMPUTED, wants);
	before = totals(s, 0);
	MUST(store_prune(s, now + 400 * day_ms, 2 * hour_ms, hour_ms, 0, e));
	after = totals(s, 0);
	assert_string_equal(before, after);
	free(after);
	for (size_t i = 0; i < n; i++)
		kept += wants[i].job && wants[i].booked_ms >= cut;
	MUST(store_jobs(s, &(JobFilter){ 0 }, &a, &row, &rows, e));
	assert_int_equal(rows, kept);
	assert_true(kept > 0 && kept < n);
	assert_int_equal(raw_count("old.db", "SELECT (SELECT count(*) FROM job) - (SELECT sum(length(entries)) / 9 FROM job_block)"), 0);
	assert_int_equal(raw_count("old.db", "SELECT count(*) FROM job_new"), 0);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	after = totals(s, 0);
	assert_string_equal(before, after);
	free(after);
	MUST(store_rebook(s, &fleet_prices, LEDGER_COMPUTED, e));
	after = totals(s, 0);
	assert_string_equal(before, after);
	free(after);
	free(before);
	arena_done(&a);
	arena_done(&f.a);
	store_close(s);
}

/* A line that outlived its job must not become part of a later one. */
static void ids_are_not_given_out_again(void **state)
{
	LogLine line[2] = {
		{ .event_id = STR("a"), .event_ms = fleet_start, .kind = LINE_COST, .job_id = STR("one"), .reported_nusd = { true, 100 } },
		{ .event_id = STR("b"), .event_ms = fleet_start + 5 * hour_ms, .kind = LINE_COST, .job_id = STR("one"), .reported_nusd = { true, 200 } },
	};
	Job job = { .id = STR("two"), .started_ms = fleet_start + 6 * hour_ms, .updated_ms = fleet_start + 6 * hour_ms };
	LogLine own = { .event_id = STR("c"), .event_ms = fleet_start + 6 * hour_ms, .kind = LINE_COST, .job_id = STR("two"), .reported_nusd = { true, 7 } };
	StoreBatch b = { .lines = line, .line_count = 2, .prices = &fleet_prices };
	Store *s = must_open("ids.db", STORE_WRITE);
	Arena a = { 0 };
	JobRow row;
	bool found;

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	MUST(store_prune(s, fleet_start + 5 * hour_ms, 2 * hour_ms, 0, 0, e));
	b = (StoreBatch){ .jobs = &job, .job_count = 1, .lines = &own, .line_count = 1, .prices = &fleet_prices };
	MUST(store_apply(s, &b, NULL, e));
	MUST(store_job(s, STR("two"), &a, &row, &found, e));
	assert_true(found && row.nusd == 7);
	MUST(store_job(s, STR("one"), &a, &row, &found, e));
	assert_false(found);
	arena_done(&a);
	store_close(s);
}

static void hours_go_last(void **state)
{
	Job job[] = {
		{ .id = STR("a"), .started_ms = fleet_start, .updated_ms = fleet_start, .reported_nusd = { true, 5 }, .model = STR("fix.large") },
		{ .id = STR("b"), .started_ms = fleet_start + 500 * day_ms, .updated_ms = fleet_start + 500 * day_ms },
	};
	MetricPoint point = { fleet_start, true, 1 };
	MetricSeries series = { .name = STR("n"), .points = &point, .count = 1 };
	StoreBatch b = { .jobs = job, .job_count = 2, .series = &series, .series_count = 1, .prices = &fleet_prices };
	Store *s = must_open("hours.db", STORE_WRITE);
	Sums hour;

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	MUST(store_prune(s, fleet_start + 500 * day_ms, 0, 0, 500 * day_ms, e));
	MUST(store_hours(s, DIM_ALL, STR(""), fleet_start / hour_ms, 1, &hour, e));
	assert_int_equal(hour.jobs, 1);
	MUST(store_prune(s, fleet_start + 500 * day_ms, 0, 0, 400 * day_ms, e));
	MUST(store_hours(s, DIM_ALL, STR(""), fleet_start / hour_ms, 1, &hour, e));
	assert_int_equal(hour.jobs, 0);
	store_close(s);
	assert_int_equal(raw_count("hours.db", "SELECT count(*) FROM point"), 0);
}

static void take_in_days(Store *s, int days, int jobs_a_day)
{
	static Job job[1000];
	static LogLine line[1000];
	static char text[2001];
	Arena a = { 0 };

	memset(text, 'x', sizeof text - 1);
	for (int d = 0; d < days; d++) {
		StoreBatch b = { .jobs = job, .job_count = (size_t)jobs_a_day, .lines = line, .line_count = (size_t)jobs_a_day, .prices = &fleet_prices };

		for (int i = 0; i < jobs_a_day; i++) {
			int64_t at = fleet_start - (days - d) * day_ms + i * (day_ms / jobs_a_day);
			Str id = arena_printf(&a, "job-%d-%d", d, i);

			job[i] = (Job){ .id = id, .started_ms = at, .updated_ms = at, .has_tokens = true, .tokens = { .input = 100 }, .model = STR("fix.large") };
			line[i] = (LogLine){ .event_id = id, .event_ms = at, .job_id = id, .text = { text, 2000 } };
		}
		MUST(store_apply(s, &b, NULL, e));
		arena_reset(&a);
	}
	arena_done(&a);
}

static void a_large_file_is_brought_to_its_limit(void **state)
{
	Store *s = must_open("large.db", STORE_WRITE);
	char *before, *after, text[160];
	int64_t bytes, unused, full, lines;
	KeepResult r;

	(void)state;
	take_in_days(s, 40, 200);
	before = totals(s, 0);
	MUST(keep_run(s, fleet_start, INT64_C(1) << 40, &r, e));        /* room for all: the usual ages */
	assert_true(r.fits && !r.shortened && r.kept.jobs_ms == 35 * day_ms && r.kept.lines_ms == 7 * day_ms);
	keep_text(&r, INT64_C(1) << 40, text);
	assert_string_equal(text, "");
	assert_in_range(raw_count("large.db", "SELECT count(*) FROM job"), 35 * 200, 35 * 200 + 10);      /* whole hours */
	MUST(db_int(s, "SELECT count(*) FROM line_cells", &lines, e));
	assert_in_range(lines, 7 * 200, 7 * 200 + 1);
	MUST(store_size(s, &full, &unused, e));
	assert_true(unused > 0);                                          /* what was forgotten waits for new rows */
	MUST(keep_run(s, fleet_start, (full - unused) / 2, &r, e));
	assert_true(r.fits && r.shortened);
	MUST(store_size(s, &bytes, &unused, e));
	assert_true(bytes <= (full - unused) / 2);                        /* and is given back when the file is too large */
	keep_text(&r, INT64_C(64) << 20, text);
	assert_non_null(strstr(text, "limits.store_mb (64) holds only "));
	MUST(keep_run(s, fleet_start, 4096, &r, e));
	assert_true(!r.fits && r.kept.jobs_ms == day_ms);
	keep_text(&r, 16 << 20, text);
	assert_non_null(strstr(text, "raise it"));
	after = totals(s, 0);
	assert_string_equal(before, after);
	free(before);
	free(after);
	store_close(s);
}

static int64_t ask_file(const char *path, const char *sql)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t v;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return v;
}

/* The file as it was stays beside it, private, until the next change of the layout. */
static void check_copy(const char *path)
{
	char copy[200];
	struct stat st;

	(void)snprintf(copy, sizeof copy, "%s.layout-1", path);
	assert_int_equal(stat(copy, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(ask_file(copy, "PRAGMA user_version"), 1);
	assert_true(ask_file(copy, "SELECT count(*) FROM job") > 20);
	assert_int_equal(ask_file(copy, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
}

static void test_d04_the_first_layout_is_brought_up_to_date(void **state)
{
	static const char back[] =
		OLD_TOTALS OLD_LINES OLD_JOBS
		"DROP INDEX line_tail; DROP INDEX line_call; DROP INDEX line_job; DROP INDEX line_trace;"
		"ALTER TABLE line DROP COLUMN call; CREATE INDEX job_hash ON job(hash);"
		"CREATE INDEX line_job ON line(job_hash) WHERE job_hash <> 0; CREATE INDEX line_trace ON line(trace_hash) WHERE trace_hash <> 0;"
		"DELETE FROM meta WHERE key IN ('settled', 'recent_from'); PRAGMA user_version = 1";
	static char change[200];
	Store *s = must_open("first.db", STORE_WRITE), *clean = must_open("clean.db", STORE_WRITE);
	char *here, *there;
	sqlite3 *db;

	(void)state;
	fleet_make(&f, 21);
	fleet_drop_ties(&f);
	apply_facts(s, f.v, f.n / 2, LEDGER_COMPUTED);
	store_close(s);
	back_to(file("first.db"), DROP_ALL_BUT("'meta', 'name', 'job', 'cursor', 'frame', 'agent', 'series', 'point', " LINE_TABLES), back);
	assert_int_equal(sqlite3_open(file("first.db"), &db), SQLITE_OK);
	/* That layout kept all 64 bits of a hash, and found lone lines by their event. */
	for (size_t i = 0; i < f.n / 2; i++) {
		Str id = f.v[i].is_job ? f.v[i].job.id : f.v[i].line.job_id.n ? f.v[i].line.job_id : f.v[i].line.event_id;

		(void)snprintf(change, sizeof change, "UPDATE job SET hash = %lld WHERE job_id = '%.*s'", (long long)str_hash(id), STR_ARG(id));
		assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
		if (!f.v[i].is_job && !f.v[i].line.job_id.n) {
			(void)snprintf(change, sizeof change, "UPDATE line SET job_hash = %lld WHERE event_hash = %lld", (long long)str_hash(id), (long long)str_hash(id));
			assert_int_equal(sqlite3_exec(db, change, NULL, NULL, NULL), SQLITE_OK);
		}
	}
	sqlite3_close(db);
	s = must_open("first.db", STORE_WRITE);
	check_copy(file("first.db"));
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	apply_facts(clean, f.v, f.n, LEDGER_COMPUTED);
	MUST(store_rebook(s, &fleet_prices, LEDGER_COMPUTED, e));
	here = export(s);
	there = export(clean);
	assert_string_equal(here, there);
	free(here);
	free(there);
	store_close(s);
	store_close(clean);
	arena_done(&f.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_rows_go_and_do_not_come_again), cmocka_unit_test(ids_are_not_given_out_again),
		cmocka_unit_test(hours_go_last), cmocka_unit_test(a_large_file_is_brought_to_its_limit),
		cmocka_unit_test(test_d04_the_first_layout_is_brought_up_to_date),
	};

	return cmocka_run_group_tests_name("store_keep", tests, make_place, clear_place);
}
