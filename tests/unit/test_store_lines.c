/* Log lines on sheets and the links to them, beside a plain list of the same lines. */
#include "unit.h"

#include "old_layout.h"
#include "store/row.h"
#include "store_unit.h"

enum { LINES = 4000, TRACES = 150, JOBS = 400, MANY = 300000 };

static const int64_t hour_ms = 3600000;
static LogLine lines[LINES];
static char ids[LINES][16], traces[TRACES][16], jobs[JOBS][16], text[9000];

static int64_t below(int64_t n)
{
	return random() % n;
}

/* Over five hours, so over several spans of sheets, in bursts; some longer than a page, some of another age. */
static void make_lines(unsigned seed)
{
	static const LineKind kinds[] = { LINE_PLAIN, LINE_COST, LINE_JOB, LINE_SECURITY, LINE_CACHE, LINE_INVOCATION };
	int64_t at = fleet_start;

	srandom(seed);
	memset(text, 'x', sizeof text - 1);
	for (int i = 0; i < TRACES; i++)
		(void)snprintf(traces[i], sizeof traces[i], "trace-%d", i);
	for (int i = 0; i < JOBS; i++)
		(void)snprintf(jobs[i], sizeof jobs[i], "job-%d", i);
	for (int i = 0; i < LINES; i++) {
		const LineKind kind = kinds[below(6)];

		at += below(8) ? below(3) : below(5 * hour_ms / LINES * 16);
		(void)snprintf(ids[i], sizeof ids[i], "event-%d", i);
		lines[i] = (LogLine){ .event_id = str_of(ids[i]), .event_ms = at, .kind = kind, .level = STR("INFO"),
		                      .trace_id = below(5) ? str_of(traces[below(TRACES)]) : STR(""),
		                      .job_id = below(4) ? str_of(jobs[below(JOBS)]) : STR(""),
		                      .text = { text, (size_t)(below(50) ? below(500) : below(8000)) } };
	}
	lines[8].event_ms = INT64_MAX / 2;
}

static void take(Store *s, const LogLine *v, size_t n)
{
	StoreBatch b = { .lines = v, .line_count = n, .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static void check_found(Store *s, Str job, Str trace, int64_t from_ms)
{
	Arena a = { 0 };
	LogLine *v;
	size_t n, want = 0;

	MUST(store_job_lines(s, job, trace, 0, &a, &v, &n, e));
	for (size_t i = 0; i < n; i++) {
		const LogLine *l = &lines[strtol(v[i].event_id.p + 6, NULL, 10)];

		assert_true(str_eq(v[i].event_id, l->event_id) && str_eq(v[i].text, l->text) && str_eq(v[i].trace_id, l->trace_id));
		assert_true(v[i].event_ms == l->event_ms && v[i].kind == l->kind && str_eq(v[i].level, l->level) && str_eq(v[i].job_id, l->job_id));
	}
	for (size_t i = 0; i < LINES; i++)
		want += lines[i].event_ms >= from_ms &&
		        ((job.n && str_eq(lines[i].job_id, job)) || (trace.n && str_eq(lines[i].trace_id, trace)));
	assert_int_equal(n, want);
	arena_done(&a);
}

static void check_all(Store *s, int64_t from_ms)
{
	for (int i = 0; i < TRACES; i++)
		check_found(s, STR(""), str_of(traces[i]), from_ms);
	for (int i = 0; i < JOBS; i++)
		check_found(s, str_of(jobs[i]), i % 2 ? STR("") : str_of(traces[i % TRACES]), from_ms);
}

static int64_t count(Store *s, const char *sql)
{
	int64_t n;

	MUST(db_int(s, sql, &n, e));
	return n;
}

static void lines_are_found_in_whatever_order_they_came(void **state)
{
	static const struct { const char *name; size_t batch; bool shuffled; } ways[] = {
		{ "once.db", LINES, false }, { "parts.db", 700, false }, { "shuffled.db", 300, true }, { "single.db", 1, true },
	};
	LogLine swap;

	(void)state;
	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
		Store *s = must_open(ways[w].name, STORE_WRITE);
		LogLine *v = malloc(sizeof lines);

		make_lines(3);
		memcpy(v, lines, sizeof lines);
		for (size_t i = LINES; ways[w].shuffled && i > 1; i--) {
			size_t k = (size_t)below((int64_t)i);

			swap = v[i - 1];
			v[i - 1] = v[k];
			v[k] = swap;
		}
		for (int again = 0; again < 2; again++)
			for (size_t i = 0; i < LINES; i += ways[w].batch)
				take(s, v + i, LINES - i < ways[w].batch ? LINES - i : ways[w].batch);
		assert_int_equal(count(s, "SELECT count(*) FROM line_cells"), LINES);
		assert_int_equal(count(s, "SELECT count(*) FROM (SELECT id, lag(id) OVER () AS last FROM line_cells) WHERE id <= last"), 0);
		check_all(s, INT64_MIN);
		/* Sheets fill their pages, but for those that were cut in two. */
		assert_true(count(s, "SELECT sum(length(lines)) * 100 / count(*) FROM line_sheet WHERE length(lines) <= 4040") > 4040 * 40);
		store_close(s);
		s = must_open(ways[w].name, STORE_READ);
		check_all(s, INT64_MIN);
		store_close(s);
		free(v);
	}
}

static void the_clean_up_leaves_few_sheets(void **state)
{
	Store *s = must_open("left.db", STORE_WRITE);
	int64_t before, bytes;

	(void)state;
	make_lines(5);
	lines[8].event_ms = fleet_start;                 /* what is kept is reckoned from the newest line on */
	lines[LINES - 1].kind = LINE_COST;
	lines[LINES - 1].event_ms += hour_ms;
	lines[LINES - 1].trace_id = STR("");
	take(s, lines, LINES);
	before = count(s, "SELECT count(*) FROM line_sheet");
	MUST(store_prune(s, fleet_start + 20 * hour_ms, 0, 1, 0, e));
	assert_int_equal(count(s, "SELECT count(*) FROM line_cells WHERE kind NOT IN (1, 5)"), 0);
	assert_in_range(count(s, "SELECT count(*) FROM line_cells WHERE kind IN (1, 5)"), LINES / 4, LINES / 2);
	bytes = count(s, "SELECT sum(length(lines)) FROM line_sheet");
	assert_true(count(s, "SELECT count(*) FROM line_sheet") < before * 2 / 3);
	assert_true(count(s, "SELECT count(*) FROM line_sheet") < bytes / 2000 + 10);
	for (int i = 0; i < LINES; i++)
		if (lines[i].kind != LINE_COST && lines[i].kind != LINE_INVOCATION)
			lines[i].job_id = lines[i].trace_id = STR("");
	for (int i = 0; i < TRACES; i++)
		check_found(s, STR(""), str_of(traces[i]), INT64_MIN);
	/* With their calls the others go too; the link to one that is gone leads to nothing. */
	MUST(store_prune(s, fleet_start + 20 * hour_ms, 1, 1, 0, e));
	for (int i = 0; i < TRACES; i++)
		check_found(s, STR(""), str_of(traces[i]), INT64_MAX);
	store_close(s);
}

/* So many that links go into blocks, and what is forgotten leaves them when they are written again. */
static void links_of_many_lines(void **state)
{
	static LogLine v[1000];
	static char id[1000][24];
	Store *s = must_open("many.db", STORE_WRITE);
	Arena a = { 0 };
	LogLine *found;
	size_t n;

	(void)state;
	for (int i = 0; i < MANY; i += 1000) {
		if (i == MANY / 2)
			MUST(store_prune(s, fleet_start + INT64_C(1000) * i, 0, INT64_C(1000) * i / 2, 0, e));
		for (int k = 0; k < 1000; k++) {
			(void)snprintf(id[k], sizeof id[k], "t-%d", i + k);
			v[k] = (LogLine){ .event_id = str_of(id[k]), .trace_id = str_of(id[k]), .event_ms = fleet_start + INT64_C(1000) * (i + k), .text = STR("{}") };
		}
		take(s, v, 1000);
	}
	assert_true(count(s, "SELECT count(*) FROM link_upper") > 0);
	/* All of the first quarter are forgotten, and what is in blocks of them has gone at the latest with the next move. */
	assert_in_range(count(s, "SELECT ((SELECT total(length(entries)) FROM link_upper) + (SELECT total(length(entries)) FROM link_block)) / 9"), 1000,
	                MANY * 3 / 4);
	for (int i = 0; i < MANY; i += 997) {
		char name[24];

		(void)snprintf(name, sizeof name, "t-%d", i);
		MUST(store_job_lines(s, STR(""), str_of(name), 0, &a, &found, &n, e));
		assert_int_equal(n, i >= MANY / 4);
		arena_reset(&a);
	}
	arena_done(&a);
	store_close(s);
}

static void rows_of_lines_become_sheets(void **state)
{
	Store *s = must_open("rows.db", STORE_WRITE);

	(void)state;
	make_lines(9);
	take(s, lines, LINES);
	store_close(s);
	back_to(file("rows.db"), NULL, OLD_LINE_ROWS OLD_CHATS "PRAGMA user_version = 22;");
	s = must_open("rows.db", STORE_WRITE);
	check_all(s, INT64_MIN);
	take(s, lines, LINES);
	assert_int_equal(count(s, "SELECT count(*) FROM line_cells"), LINES);
	check_all(s, INT64_MIN);
	store_close(s);
}

static void a_damaged_sheet_says_so(void **state)
{
	static const char *const damages[] = {
		"UPDATE line_sheet SET lines = substr(lines, 1, length(lines) - 1)", "UPDATE line_sheet SET lines = x'00'",
		"UPDATE line_sheet SET lines = zeroblob(40)", "UPDATE line_sheet SET lines = CAST(replace(CAST(lines AS TEXT), 'event', 'e') AS BLOB)",
	};

	(void)state;
	make_lines(9);
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		Store *s = must_open("damaged.db", STORE_WRITE);
		StoreBatch b = { .lines = lines + 20, .line_count = 200, .prices = &fleet_prices };
		Err err = { 0 };

		take(s, lines + 20, 200);
		MUST(db_exec(s, damages[i], e));
		assert_int_equal(store_apply(s, &b, NULL, &err), -1);
		assert_non_null(strstr(err.text, "damaged log line; move it away"));
		store_close(s);
		assert_int_equal(unlink(file("damaged.db")), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_found_in_whatever_order_they_came), cmocka_unit_test(the_clean_up_leaves_few_sheets),
		cmocka_unit_test(links_of_many_lines), cmocka_unit_test(rows_of_lines_become_sheets), cmocka_unit_test(a_damaged_sheet_says_so),
	};

	return cmocka_run_group_tests_name("store_lines", tests, make_place, clear_place);
}
