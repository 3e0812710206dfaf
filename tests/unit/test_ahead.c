#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/db.h"
#include "store_unit.h"

enum { LINES = 1000, LEAST_CELLS = 2000, FEW = 20 };

static LogLine lines[LINES];
static char words[LINES][4][24];

/* Hours and names that make a cell or more of most lines, in no order. */
static void make_lines(void)
{
	for (int i = 0; i < LINES; i++) {
		(void)snprintf(words[i][0], sizeof words[i][0], "event-%d", i);
		(void)snprintf(words[i][1], sizeof words[i][1], "job-%d", i);
		(void)snprintf(words[i][2], sizeof words[i][2], "tenant-%d", i * 7 % 61);
		(void)snprintf(words[i][3], sizeof words[i][3], "agent-%d", i * 5 % 17);
		lines[i] = (LogLine){ .event_id = str_of(words[i][0]), .event_ms = fleet_start + i * 37 % LINES * INT64_C(400000), .kind = LINE_COST,
		                      .job_id = str_of(words[i][1]), .tenant = str_of(words[i][2]), .agent = str_of(words[i][3]), .version = STR("1"),
		                      .model = i % 3 ? STR("fix.small") : STR("fix.large"), .has_tokens = true, .tokens = { 100 + i, i },
		                      .text = str_of(words[i][0]) };
	}
}

static int take(Store *s, size_t from, size_t n, Err *e)
{
	StoreBatch b = { .lines = lines + from, .line_count = n, .prices = &fleet_prices };

	return store_apply(s, &b, NULL, e);
}

/* All cells of all totals, by their keys, and all lines. */
static char *all_cells(Store *s)
{
	#define ROWS_OF(table) "SELECT rollup || ' ' || at || ' ' || k1 || ' ' || k2 || ' ' || k3 || ' ' || hex(body) FROM " table
	static const char sql[] = ROWS_OF("total_cells") " UNION ALL " ROWS_OF("latency_cells")
		" UNION ALL SELECT id || ' ' || event_hash || ' ' || call || ' ' || kind || ' ' || flags || ' ' || hex(rest) || ' ' || text FROM line_cells "
		"ORDER BY 1";
	Buf b = { 0 };
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &st, NULL), SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		(void)buf_printf(&b, "%s\n", (const char *)sqlite3_column_text(st, 0));
	sqlite3_finalize(st);
	return buf_take(&b);
}

/* What is made while the rows are written is what is made behind them; small batches do not make it ahead. */
static void a_large_batch_makes_the_same(void **state)
{
	Store *large = must_open("large.db", STORE_WRITE), *small = must_open("small.db", STORE_WRITE);
	char *a, *b;

	(void)state;
	MUST(take(large, 0, LINES / 2, e));
	assert_true(large->cells.cap >= LEAST_CELLS);
	/* Behind it every second line falls into hours that are there already. */
	MUST(take(large, LINES / 4, LINES - LINES / 4, e));
	for (size_t i = 0; i < LINES; i += FEW)
		MUST(take(small, i, FEW, e));
	assert_true(small->cells.cap < LEAST_CELLS);
	a = all_cells(large);
	b = all_cells(small);
	assert_true(strlen(a) > 100000);
	assert_string_equal(a, b);
	free(a);
	free(b);
	store_close(large);
	store_close(small);
}

/* A job that comes twice in one batch waits when its second version comes: it is counted once, as that. */
static void a_waiting_job_is_counted_as_its_last_version(void **state)
{
	enum { JOBS = 400, TWICE = 7 };
	static Job jobs[JOBS + JOBS / TWICE + 1];
	Store *large = must_open("waits.db", STORE_WRITE), *single = must_open("single.db", STORE_WRITE);
	size_t n = 0;
	char *a, *b;

	(void)state;
	for (int i = 0; i < JOBS; i++) {
		jobs[n] = (Job){ .id = str_of(words[i][1]), .tenant = str_of(words[i][2]), .model = STR("fix.small"), .state = JOB_RUNNING, .has_tokens = true,
		                 .tokens = { 10 + i, i }, .latency_ms = { true, 5 + i }, .started_ms = fleet_start + i * INT64_C(400000),
		                 .updated_ms = fleet_start + i * INT64_C(400000) + 1 };
		if (i % TWICE == 0) {
			jobs[n + 1] = jobs[n];
			jobs[n + 1].state = JOB_SUCCEEDED;
			jobs[n + 1].updated_ms++;
			jobs[n + 1].latency_ms.v *= 3;
			n++;
		}
		n++;
	}
	MUST(store_apply(large, &(StoreBatch){ .jobs = jobs, .job_count = n, .prices = &fleet_prices }, NULL, e));
	assert_true(large->cells.cap >= LEAST_CELLS);
	for (size_t i = 0; i < n; i++)
		MUST(store_apply(single, &(StoreBatch){ .jobs = jobs + i, .job_count = 1, .prices = &fleet_prices }, NULL, e));
	a = all_cells(large);
	b = all_cells(single);
	assert_string_equal(a, b);
	free(a);
	free(b);
	store_close(large);
	store_close(single);
}

/* Lines about no money make no cells. */
static void lines_alone_are_packed_too(void **state)
{
	static LogLine events[LINES];
	Store *large = must_open("events.db", STORE_WRITE), *small = must_open("few.db", STORE_WRITE);
	char *a, *b;

	(void)state;
	for (int i = 0; i < LINES; i++) {
		events[i] = lines[i];
		events[i].kind = LINE_JOB;
		events[i].has_tokens = false;
	}
	MUST(store_apply(large, &(StoreBatch){ .lines = events, .line_count = LINES, .prices = &fleet_prices }, NULL, e));
	assert_true(large->held.bytes.cap >= LINES);
	for (size_t i = 0; i < LINES; i += FEW)
		MUST(store_apply(small, &(StoreBatch){ .lines = events + i, .line_count = FEW, .prices = &fleet_prices }, NULL, e));
	assert_int_equal(small->held.bytes.cap, 0);
	a = all_cells(large);
	b = all_cells(small);
	assert_true(strlen(a) > LINES * 20);
	assert_string_equal(a, b);
	free(a);
	free(b);
	store_close(large);
	store_close(small);
}

/* The rows fail while the cells are made: nothing of them is left, and the next batch is right. */
static void a_batch_that_fails_leaves_nothing(void **state)
{
	Store *s = must_open("fails.db", STORE_WRITE), *right = must_open("right.db", STORE_WRITE);
	Err err = { 0 };
	char *a, *b;

	(void)state;
	assert_int_equal(sqlite3_exec(s->db, "CREATE TRIGGER refuse BEFORE INSERT ON job WHEN new.job_id = 'job-7' BEGIN SELECT RAISE(FAIL, 'no'); END",
	                              NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(take(s, 0, LINES, &err), -1);
	assert_null(s->ahead);
	assert_int_equal(s->cells.n, 0);
	assert_int_equal(sqlite3_exec(s->db, "DROP TRIGGER refuse", NULL, NULL, NULL), SQLITE_OK);
	MUST(take(s, 0, LINES, e));
	MUST(take(right, 0, LINES, e));
	a = all_cells(s);
	b = all_cells(right);
	assert_string_equal(a, b);
	free(a);
	free(b);
	store_close(s);
	store_close(right);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_large_batch_makes_the_same), cmocka_unit_test(a_batch_that_fails_leaves_nothing),
		cmocka_unit_test(a_waiting_job_is_counted_as_its_last_version), cmocka_unit_test(lines_alone_are_packed_too),
	};

	make_lines();
	return cmocka_run_group_tests_name("ahead", tests, make_place, clear_place);
}
