#include "store/sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/db.h"

enum { STEPS = 10000, TEXT_MAX = 1 << 20, COLUMNS_MAX = 256 };

#define ISO(ms) "strftime('%Y-%m-%dT%H:%M:', " ms " / 1000, 'unixepoch') || printf('%06.3fZ', (" ms " % 60000) / 1000.0)"
#define NAMED(column) "(SELECT text FROM name WHERE id = " column ")"
#define OF_JOB(member) "job_get(rest, '" member "') AS " member ", "
#define JOB_NAME(member) "(SELECT text FROM name WHERE name.id = job_get(main.job.rest, '" member "')) AS " member ", "
/* The time that the id says, but for lines of ages beyond (line.c). */
#define LINE_MS "((id >> 20) + line_get(rest, 'moved_ms'))"
#define OF_LINE(member) "line_get(rest, '" member "') AS " member ", "
#define LINE_NAME(member) "(SELECT text FROM name WHERE name.id = line_get(rest, '" member "')) AS " member ", "

#define SUM(member) "sums_get(body, '" member "') AS " member ", "
#define SUMS \
	"sums_get(body, 'nusd') AS nano_usd, " SUM("jobs") SUM("failed") SUM("succeeded") SUM("cancelled") SUM("booked") SUM("unpriced") \
	SUM("cache_hits") SUM("cache_known") SUM("retries") SUM("input") SUM("output") SUM("cache_read") SUM("cache_write_5m") \
	SUM("cache_write_1h") "sums_get(body, 'reported_nusd') AS reported_nano_usd, " SUM("reported_n") \
	"sums_get(body, 'reported_booked_nusd') AS reported_booked_nano_usd, " SUM("approved") SUM("judged") SUM("roi_milli") SUM("roi_n") \
	SUM("confidence_milli") SUM("confidence_n") "sums_get(body, 'cache_saved_nusd') AS cache_saved_nano_usd, " \
	"sums_get(body, 'cache_premium_nusd') AS cache_premium_nano_usd, sums_get(body, 'cache_miss_nusd') AS cache_miss_nano_usd"

/* Temporary: they live in this connection alone and leave no trace in the file. */
static const char views[] =
	"CREATE TEMP VIEW jobs AS SELECT job_id, nullif(job_get(rest, 'trace'), '') AS trace_id, "
	JOB_NAME("tenant") JOB_NAME("persona") JOB_NAME("agent") JOB_NAME("version") JOB_NAME("model") OF_JOB("status")
	"CASE job_get(rest, 'source') WHEN 0 THEN NULL ELSE nusd END AS nano_usd,"
	"CASE job_get(rest, 'source') WHEN 1 THEN 'computed' WHEN 2 THEN 'reported' END AS cost_source,"
	"job_get(rest, 'reported') AS reported_nano_usd, (flags & 4) <> 0 AS unpriced, " OF_JOB("input") OF_JOB("output") OF_JOB("cache_read")
	OF_JOB("cache_write_5m") OF_JOB("cache_write_1h") "CASE flags >> 3 & 3 WHEN 1 THEN 0 WHEN 2 THEN 1 END AS cache_hit, latency_ms, "
	OF_JOB("retries") "nullif(started_ms, 0) AS started_ms,"
	"updated_ms, booked_ms, " ISO("booked_ms") " AS booked_at FROM main.job WHERE kind = 0;"
	"CREATE TEMP VIEW lines AS SELECT " ISO(LINE_MS) " AS time, " LINE_MS " AS event_ms,"
	"CASE kind WHEN 1 THEN 'COST_TRACKING' WHEN 2 THEN 'JOB_EVENT' WHEN 3 THEN 'SECURITY' WHEN 4 THEN 'CACHE' ELSE 'PLAIN' END AS message,"
	LINE_NAME("level") LINE_NAME("tenant") LINE_NAME("persona") LINE_NAME("agent") LINE_NAME("version") LINE_NAME("model")
	"line_get(rest, 'reported') AS reported_nano_usd, " OF_LINE("duration_ms") OF_LINE("input") OF_LINE("output") OF_LINE("cache_read")
	OF_LINE("cache_write_5m") OF_LINE("cache_write_1h") "text FROM main.line_cells;"
	"CREATE TEMP VIEW cost_hours AS SELECT " ISO("at * 3600000") " AS hour, "
	"CASE rollup WHEN 0 THEN 'all' WHEN 1 THEN 'tenant' WHEN 2 THEN 'persona' WHEN 3 THEN 'agent' WHEN 4 THEN 'version' ELSE 'model' END AS by,"
	NAMED("k1") " AS key, " SUMS " FROM main.total_cells(0, 5);"
	"CREATE TEMP VIEW cost_hours_by_model AS SELECT " ISO("at * 3600000") " AS hour, "
	"CASE rollup WHEN 7 THEN 'tenant' ELSE 'version' END AS by, " NAMED("k1") " AS key, " NAMED("k2") " AS model, " SUMS
	" FROM main.total_cells(7, 8);"
	"CREATE TEMP VIEW cost_days AS SELECT date(at * 86400, 'unixepoch') AS day, " NAMED("k1") " AS tenant, " NAMED("k2") " AS persona, "
	NAMED("k3") " AS model, " SUMS " FROM main.total_cells(9, 9);"
	"CREATE TEMP VIEW latency_hours AS SELECT " ISO("at * 3600000") " AS hour, "
	"CASE rollup WHEN 0 THEN 'all' WHEN 1 THEN 'tenant' WHEN 3 THEN 'agent' WHEN 4 THEN 'version' WHEN 5 THEN 'model' END AS by,"
	NAMED("k1") " AS key, sketch_count(body) AS jobs, sketch_quantile(body, 500) AS p50_ms, sketch_quantile(body, 950) AS p95_ms,"
	"sketch_quantile(body, 990) AS p99_ms FROM main.latency_cells(0, 5);"
	"CREATE TEMP VIEW metrics AS SELECT ns AS namespace, main.series.name AS name, dimensions, stat, unit, period_s, "
	ISO("t_ms") " AS time, v AS value "
	"FROM main.point JOIN main.series ON main.series.id = main.point.series;"
	"CREATE TEMP VIEW agents AS SELECT agent, version, status, model, created_by, created_ms, rev, is_route, raw AS item FROM main.agent;";

typedef struct Limit { int64_t end_ms; bool over; } Limit;

static int on_progress(void *arg)
{
	Limit *l = arg;

	l->over = clock_mono_ms() >= l->end_ms;
	return l->over;
}

/* What a question that only reads consists of. https://sqlite.org/c3ref/c_alter_table.html lists the rest. */
static int only_reads(void *arg, int action, const char *one, const char *two, const char *database, const char *inner)
{
	(void)arg;
	(void)one;
	(void)database;
	(void)inner;
	switch (action) {
	case SQLITE_SELECT: case SQLITE_READ: case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return two && strcmp(two, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_DENY;
	}
}

static int prepare(Store *s, Str text, sqlite3_stmt **st, Err *e)
{
	char *sql = xstrndup(text.p ? text.p : "", text.n);
	const char *tail = NULL;
	int rc;

	*st = NULL;
	(void)sqlite3_set_authorizer(s->db, only_reads, NULL);
	rc = sqlite3_prepare_v2(s->db, sql, -1, st, &tail);
	if (rc == SQLITE_AUTH || (rc != SQLITE_OK && strstr(sqlite3_errmsg(s->db), "not authorized")))
		err_kind(e, ERR_REFUSED, "the snapshot is only read: one SELECT (%s)", sqlite3_errmsg(s->db));
	else if (rc != SQLITE_OK)
		err_kind(e, ERR_USAGE, "this is no question that the snapshot understands: %s", sqlite3_errmsg(s->db));
	else if (*st && !sqlite3_column_count(*st))
		rc = err_kind(e, ERR_REFUSED, "the snapshot is only read: one SELECT");
	else if (!*st)
		rc = err_kind(e, ERR_USAGE, "the question is empty; try SELECT * FROM jobs LIMIT 10");
	else if (tail[strspn(tail, " \t\r\n;")])
		rc = err_kind(e, ERR_USAGE, "one question at a time: there is more behind the first \";\"");
	free(sql);
	return rc == SQLITE_OK ? 0 : -1;
}

/* "count(*)" twice becomes "count(*)" and "count(*)_2": each is a member of the answer. */
static void tell_columns(sqlite3_stmt *st, int n, const SqlSink *sink)
{
	const char *name[COLUMNS_MAX];
	Arena a = { 0 };

	for (int i = 0; i < n; i++) {
		int twins = 1;

		for (int k = 0; k < i; k++)
			twins += strcmp(sqlite3_column_name(st, i), sqlite3_column_name(st, k)) == 0;
		name[i] = arena_cstr(&a, twins > 1 ? arena_printf(&a, "%s_%d", sqlite3_column_name(st, i), twins) : str_of(sqlite3_column_name(st, i)));
	}
	sink->columns(sink->arg, name, n);
	arena_done(&a);
}

static SqlCell cell_of(sqlite3_stmt *st, int i)
{
	switch (sqlite3_column_type(st, i)) {
	case SQLITE_INTEGER: return (SqlCell){ SQL_INT, .i = sqlite3_column_int64(st, i) };
	case SQLITE_FLOAT:   return (SqlCell){ SQL_REAL, .r = sqlite3_column_double(st, i) };
	case SQLITE_TEXT:    return (SqlCell){ SQL_TEXT, .text = db_col_str(st, i) };
	case SQLITE_BLOB:    return (SqlCell){ SQL_BLOB, .text = db_col_str(st, i) };
	default:             return (SqlCell){ .type = SQL_NULL };
	}
}

static int give_rows(Store *s, sqlite3_stmt *st, const Limit *l, int64_t limit_ms, const SqlSink *sink, Err *e)
{
	int n = sqlite3_column_count(st), rc;
	SqlCell cell[COLUMNS_MAX];

	tell_columns(st, n, sink);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		for (int i = 0; i < n; i++)
			cell[i] = cell_of(st, i);
		if (sink->row(sink->arg, cell, n))
			return 0;
	}
	if (rc == SQLITE_DONE)
		return 0;
	if (l->over)
		return err_set(e, "the question was ended after %lld s: narrow it down, booked_ms and updated_ms of jobs are indexed",
		               (long long)limit_ms / 1000);
	return err_set(e, "the snapshot cannot answer this: %s", sqlite3_errmsg(s->db));
}

int store_sql(Store *s, Str text, int64_t limit_ms, const SqlSink *sink, Err *e)
{
	Limit l = { .end_ms = clock_mono_ms() + limit_ms };
	sqlite3_stmt *st;
	int rc;

	if (text.n > TEXT_MAX)
		return err_kind(e, ERR_USAGE, "the question is longer than %d bytes", TEXT_MAX);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_COLUMN, COLUMNS_MAX);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_ATTACHED, 0);
	if (db_exec(s, "PRAGMA temp_store = MEMORY", e) < 0 || db_exec(s, views, e) < 0)
		return -1;
	sqlite3_progress_handler(s->db, STEPS, on_progress, &l);
	rc = prepare(s, text, &st, e);
	if (rc == 0)
		rc = give_rows(s, st, &l, limit_ms, sink, e);
	sqlite3_finalize(st);
	sqlite3_progress_handler(s->db, 0, NULL, NULL);
	(void)sqlite3_set_authorizer(s->db, NULL, NULL);
	return rc;
}
