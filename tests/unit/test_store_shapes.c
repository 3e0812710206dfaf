/* What log lines say, kept by its shape: it comes back to the byte, whoever learnt the shape. */
#include "unit.h"

#include <stdlib.h>

#include "api/records.h"
#include "store/db.h"
#include "store_unit.h"
#include "wire/time8601.h"

enum { LINES = 3000, TEXT = 700 };

static char text[LINES][TEXT], ids[LINES][24];
static LogLine lines[LINES];

static const char *const forms[] = {
	"{\"level\":\"INFO\",\"message\":\"COST_TRACKING\",\"trace_id\":\"t-%d\",\"job_id\":\"j-%d\",\"tenant_id\":\"tenant-%d\",\"persona_type\":\"writer\","
	"\"agent_id\":\"a\",\"agent_version\":\"1\",\"model_id\":\"m\",\"token_usage\":{\"input\":%d,\"output\":20,\"cache_read\":0},\"cost_cents\":1.5,"
	"\"cache_hit\":false,\"duration_ms\":17,\"timestamp\":\"%s\"}",
	"{ \"message\": \"JOB_EVENT\", \"job_id\": \"%d\", \"step\": \"say \\\"%d\\\"\", \"sizes\": [%d, %d, null, true], \"timestamp\": \"%s\" }",
	"{\"message\":\"SECURITY\",\"job_id\":\"x%d\",\"trace_id\":\"x%d\",\"why\":{\"message\":\"\\u00e4 %d\",\"level\":\"%d\"},\"timestamp\":\"%s\"}",
	"{\"message\":\"CACHE\",\"job_id\":\"%d\",\"cache_hit\":true,\"duration_ms\":%d,\"token_usage\":{\"input\":%d},\"n\":%d.0e3,\"timestamp\":\"%s\",\"q\":\"\"}",
};
enum { FORMS = sizeof forms / sizeof *forms };

static int below(int n)
{
	return (int)(random() % n);
}

/* As they come from a file; what cannot be parsed is put down as somebody's all the same. */
static void parse(Arena *a, int i)
{
	static const LineKind kinds[] = { LINE_COST, LINE_JOB, LINE_SECURITY, LINE_CACHE };
	LogsEvent event = { .id = STR(""), .message = str_of(text[i]), .time_ms = fleet_start + i };

	record_line(a, &event, &lines[i]);
	(void)snprintf(ids[i], sizeof ids[i], "event-%d", i);
	lines[i].event_id = str_of(ids[i]);
	lines[i].text = str_of(text[i]);
	if (lines[i].kind == LINE_PLAIN)
		lines[i] = (LogLine){ .event_id = str_of(ids[i]), .kind = kinds[below(4)], .event_ms = fleet_start + i, .text = str_of(text[i]) };
}

static void make(Arena *a, int i, const char *form)
{
	char time[TIME_TEXT];

	time_format_iso(fleet_start + INT64_C(977) * i * i, time);
	/* The compiler cannot see the form, which is one of those above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text[i], sizeof text[i], form, i, i / 3, below(5), below(100000), time);
#pragma GCC diagnostic pop
	parse(a, i);
}

/* Some bytes are others, are gone or come twice. */
static void harm(char *p)
{
	static const char some[] = "\"\\,:{}[]0159aeE.- \x7f";

	for (int n = 1 + below(3); n > 0; n--) {
		const size_t size = strlen(p), at = (size_t)below((int)size), with = (size_t)below(3) * (size_t)below(9);

		if (!below(3))
			p[at] = some[below(sizeof some - 1)];
		else if (below(2) && size + with + 1 < TEXT)
			memmove(p + at + with, p + at, size - at + 1);
		else if (at + with < size && size - with > 1)
			memmove(p + at, p + at + with, size - at - with + 1);
	}
}

static void take(Store *s, int from, int until)
{
	StoreBatch b = { .lines = lines + from, .line_count = (size_t)(until - from), .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static int64_t number(Store *s, const char *sql)
{
	int64_t n;

	MUST(db_int(s, sql, &n, e));
	return n;
}

/* All that these lines say, in the order of their events. */
static void check(Store *s, int n)
{
	static const char sql[] = "SELECT line_get(rest, 'event_id'), text FROM line_cells ORDER BY CAST(substr(line_get(rest, 'event_id'), 7) AS INTEGER)";
	sqlite3_stmt *st;
	int i = 0;

	assert_int_equal(sqlite3_prepare_v2(s->db, sql, -1, &st, NULL), SQLITE_OK);
	for (; sqlite3_step(st) == SQLITE_ROW; i++)
		if (i >= n || !str_eq(db_col_str(st, 0), lines[i].event_id) || !str_eq(db_col_str(st, 1), lines[i].text))
			fail_msg("line %d: %.*s", i, STR_ARG(db_col_str(st, 1)));
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	assert_int_equal(i, n);
}

static void what_was_said_comes_back(void **state)
{
	Store *s = must_open("said.db", STORE_WRITE), *r;
	Arena a = { 0 };
	LogLine *found;
	size_t n;

	(void)state;
	srandom(5);
	for (int i = 0; i < LINES; i++) {
		make(&a, i, forms[below(FORMS)]);
		if (!below(3)) {
			harm(text[i]);
			parse(&a, i);
		}
	}
	for (int i = 0; i < LINES; i += 500)
		take(s, i, i + 500);
	check(s, LINES);
	assert_in_range(number(s, "SELECT count(*) FROM line_shape"), FORMS, 64);
	r = must_open("said.db", STORE_READ);
	check(r, LINES);
	MUST(store_job_lines(r, STR(""), lines[LINES - 1].trace_id.n ? lines[LINES - 1].trace_id : STR("t-0"), 0, &a, &found, &n, e));
	store_close(r);
	store_close(s);
	arena_done(&a);
}

static void few_bytes_are_kept_of_lines_that_are_alike(void **state)
{
	Store *s = must_open("few.db", STORE_WRITE);
	Arena a = { 0 };

	(void)state;
	for (int i = 0; i < LINES; i++)
		make(&a, i, forms[0]);
	take(s, 0, LINES);
	check(s, LINES);
	assert_int_equal(number(s, "SELECT count(*) FROM line_shape"), 1);
	assert_in_range(number(s, "SELECT sum(length(lines)) FROM line_sheet") / LINES, 20, 110);
	store_close(s);
	arena_done(&a);
}

static void few_shapes_are_learnt_of_lines_that_are_unlike(void **state)
{
	Store *s = must_open("unlike.db", STORE_WRITE);
	Arena a = { 0 };

	(void)state;
	for (int i = 0; i < LINES; i++) {
		(void)snprintf(text[i], sizeof text[i], "{\"message\":\"JOB_EVENT\",\"job_id\":\"j\",\"k%d\":1,\"timestamp\":\"2026-11-21T03:55:50Z\"}",
		               i < LINES / 2 ? i : (i - LINES / 2) / 20);
		parse(&a, i);
	}
	take(s, 0, LINES / 2);
	assert_int_equal(number(s, "SELECT count(*) FROM line_shape"), 0);
	take(s, LINES / 2, LINES);
	assert_int_equal(number(s, "SELECT count(*) FROM line_shape"), 64);
	check(s, LINES);
	store_close(s);
	arena_done(&a);
}

/* What one has learnt the others read, and what was undone nobody has learnt. */
static void shapes_of_two_writers(void **state)
{
	Store *s = must_open("two.db", STORE_WRITE), *other = must_open("two.db", STORE_WRITE), *r;
	Arena a = { 0 };

	(void)state;
	for (int i = 0; i < 400; i++)
		make(&a, i, forms[i / 100]);
	r = must_open("two.db", STORE_READ);
	take(s, 0, 100);
	check(r, 100);
	take(other, 100, 200);
	check(r, 200);
	check(s, 200);
	assert_int_equal(sqlite3_exec(s->db, "CREATE TEMP TRIGGER no BEFORE INSERT ON main.line_shape BEGIN SELECT RAISE(ABORT, 'no'); END", NULL, NULL, NULL),
	                 SQLITE_OK);
	assert_int_equal(store_apply(s, &(StoreBatch){ .lines = lines + 200, .line_count = 100, .prices = &fleet_prices }, NULL, &(Err){ 0 }), -1);
	assert_int_equal(sqlite3_exec(s->db, "DROP TRIGGER no", NULL, NULL, NULL), SQLITE_OK);
	take(s, 300, 400);
	take(other, 200, 300);
	assert_int_equal(number(s, "SELECT max(id) FROM line_shape"), FORMS);
	check(r, 400);
	check(s, 400);
	check(other, 400);
	store_close(r);
	store_close(other);
	store_close(s);
	arena_done(&a);
}

static void a_damaged_shape_says_so(void **state)
{
	static const char *const damages[] = {
		"DELETE FROM line_shape", "UPDATE line_shape SET shape = x''", "UPDATE line_shape SET shape = substr(shape, 1, 20)",
		"UPDATE line_shape SET id = 7", "UPDATE line_shape SET shape = x'017bff017d'",
	};
	Arena a = { 0 };

	(void)state;
	for (int i = 0; i < 50; i++)
		make(&a, i, forms[0]);
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		Store *s = must_open("damaged.db", STORE_WRITE), *r;
		LogLine *v;
		Err err = { 0 };
		size_t n;

		take(s, 0, 50);
		MUST(db_exec(s, damages[i], e));
		r = must_open("damaged.db", STORE_READ);
		assert_int_equal(store_job_lines(r, lines[7].job_id, STR(""), 0, &a, &v, &n, &err), -1);
		assert_non_null(strstr(err.text, "damaged log line"));
		store_close(r);
		store_close(s);
		assert_int_equal(unlink(file("damaged.db")), 0);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said_comes_back), cmocka_unit_test(few_bytes_are_kept_of_lines_that_are_alike),
		cmocka_unit_test(few_shapes_are_learnt_of_lines_that_are_unlike), cmocka_unit_test(shapes_of_two_writers),
		cmocka_unit_test(a_damaged_shape_says_so),
	};

	return cmocka_run_group_tests_name("store_shapes", tests, make_place, clear_place);
}
