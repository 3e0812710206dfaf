/* Totals as files had them before layout 9, in the SQL of that time, filled from the jobs by plain GROUP BYs. */
#ifndef OLD_LAYOUT_H
#define OLD_LAYOUT_H

#include "store/db.h"

#define OLD_COLUMNS \
	"nusd INTEGER NOT NULL, jobs INTEGER NOT NULL, failed INTEGER NOT NULL, unpriced INTEGER NOT NULL," \
	"cache_hits INTEGER NOT NULL, cache_known INTEGER NOT NULL, retries INTEGER NOT NULL," \
	"latency_ms_sum INTEGER NOT NULL, latency_n INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL," \
	"cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL"
#define OLD_SUMS \
	"sum(nusd), count(*), sum(kind = 0 AND state = 3), sum(flags >> 2 & 1), sum((flags >> 3 & 3) = 2), sum((flags >> 3 & 3) <> 0)," \
	"sum(retries), sum(coalesce(latency_ms, 0)), count(latency_ms), sum(input), sum(output), sum(cache_read), sum(cache_write_5m)," \
	"sum(cache_write_1h) FROM job_then GROUP BY "
#define OLD_HOURS(dim, key) "INSERT INTO hourly SELECT " dim ", booked_ms / 3600000, " key ", " OLD_SUMS "1, 2, 3;"

/* While there are jobs to make them from. */
#define OLD_TOTALS \
	"CREATE TEMP VIEW job_then AS SELECT id, kind, state, flags, latency_ms, nusd, booked_ms, k_tenant, k_persona, k_agent, k_version," \
	"k_model, job_get(rest, 'retries') AS retries, job_get(rest, 'input') AS input, job_get(rest, 'output') AS output," \
	"job_get(rest, 'cache_read') AS cache_read, job_get(rest, 'cache_write_5m') AS cache_write_5m," \
	"job_get(rest, 'cache_write_1h') AS cache_write_1h FROM main.job;" \
	"CREATE TABLE hourly(dim INTEGER NOT NULL, hour INTEGER NOT NULL, key INTEGER NOT NULL, " OLD_COLUMNS "," \
	"PRIMARY KEY(dim, hour, key)) WITHOUT ROWID;" \
	"CREATE TABLE minutely(minute INTEGER PRIMARY KEY, " OLD_COLUMNS ");" \
	OLD_HOURS("0", "id - id") OLD_HOURS("1", "k_tenant") OLD_HOURS("2", "k_persona") OLD_HOURS("3", "k_agent") \
	OLD_HOURS("4", "k_version") OLD_HOURS("5", "k_model") \
	"INSERT INTO minutely SELECT booked_ms / 60000, " OLD_SUMS "1;" \
	"DROP VIEW job_then;"

/* Tables of layout 22. */
#define OLD_PLATFORMS "DROP TABLE platform_agent; DROP TABLE platform_version; DROP TABLE platform_pointer;"
/* Of layout 25; whichever is asked for first drops them. */
#define OLD_BLOCKS "DROP TABLE IF EXISTS job_upper; DROP TABLE IF EXISTS job_filter; DROP TABLE IF EXISTS link_upper;" \
	"DROP TABLE IF EXISTS line_shape; DROP TABLE IF EXISTS eval_run; DROP TABLE IF EXISTS eval_cell; DROP TABLE IF EXISTS eval_case;" \
	"DROP TABLE IF EXISTS eval_vote; DROP TABLE IF EXISTS answer;"
#define OLD_CHATS "DROP TABLE chat; DROP TABLE flag;" OLD_BLOCKS

/* What drops each table that came later than these, as one text. */
#define DROP_ALL_BUT(tables) "SELECT group_concat('DROP TABLE ' || name, ';') FROM sqlite_schema WHERE type = 'table' AND name NOT IN (" tables ")"

static inline int take_text(void *out, int n, char **column, char **names)
{
	(void)n;
	(void)names;
	return snprintf(out, 1000, "%s", column[0]) >= 1000;
}

/* old_detail(texts...): each behind its length. */
static inline void old_detail(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Buf b = { 0 };

	for (int i = 0; i < n; i++) {
		const void *p = sqlite3_value_blob(arg[i]);
		uint32_t size = (uint32_t)sqlite3_value_bytes(arg[i]);

		(void)buf_put(&b, &size, sizeof size);
		(void)buf_put(&b, size ? p : "", size);
	}
	sqlite3_result_blob64(ctx, b.p, b.n, SQLITE_TRANSIENT);
	buf_done(&b);
}

static inline void old_hash(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	const char *p = sqlite3_value_blob(arg[0]);
	Str text = { p, (size_t)sqlite3_value_bytes(arg[0]) };

	(void)n;
	sqlite3_result_int64(ctx, text.n ? (int64_t)str_hash(text) : 0);
}

static inline void old_place(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	const char *p = sqlite3_value_blob(arg[0]);

	(void)n;
	sqlite3_result_int64(ctx, index_hash((Str){ p, (size_t)sqlite3_value_bytes(arg[0]) }));
}

/* Runs what the query answers (NULL: none), then sql, with the functions of a store. */
static inline void back_to(const char *path, const char *query, const char *sql)
{
	static char text[1000];
	char *why = NULL;
	Err e = { 0 };
	Store *s = store_open(path, STORE_WRITE, NULL, &e);

	if (!s)
		fail_msg("%s", e.text);
	assert_int_equal(sqlite3_create_function(s->db, "old_detail", -1, SQLITE_UTF8, NULL, old_detail, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_create_function(s->db, "old_hash", 1, SQLITE_UTF8, NULL, old_hash, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_create_function(s->db, "old_place", 1, SQLITE_UTF8, NULL, old_place, NULL, NULL), SQLITE_OK);
	if (query && (sqlite3_exec(s->db, query, take_text, text, &why) != SQLITE_OK || sqlite3_exec(s->db, text, NULL, NULL, &why) != SQLITE_OK))
		fail_msg("%s", why);
	if (sqlite3_exec(s->db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	store_close(s);
}

/* Lines by the row, as until layout 22. */
#define LINE_TABLES "'line_sheet', 'line_more', 'link_new', 'link_block'"
#define OLD_LINE_ROWS \
	"CREATE TABLE line(id INTEGER PRIMARY KEY, event_hash INTEGER NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL," \
	"call INTEGER NOT NULL, job_hash INTEGER NOT NULL, trace_hash INTEGER NOT NULL, rest BLOB NOT NULL, text TEXT NOT NULL);" \
	"INSERT INTO line SELECT id, event_hash, kind, flags, call, CASE kind WHEN 1 THEN 0 ELSE old_place(line_get(rest, 'job_id')) END," \
	"old_place(line_get(rest, 'trace_id')), rest, text FROM line_cells;" \
	"DROP TABLE line_sheet; DROP TABLE line_more; DROP TABLE link_new; DROP TABLE link_block; DELETE FROM meta WHERE key = 'linked';" \
	"CREATE INDEX line_job ON line(id >> 42, job_hash) WHERE job_hash <> 0;" \
	"CREATE INDEX line_trace ON line(id >> 42, trace_hash) WHERE trace_hash <> 0;" \
	"CREATE INDEX line_more ON line(call) WHERE flags & 32;"

/* With a column for each thing. */
#define OLD_LINES OLD_LINE_ROWS \
	"DROP INDEX line_job; DROP INDEX line_trace; DROP INDEX line_more; ALTER TABLE line RENAME TO line_newer;" \
	"CREATE TABLE line(id INTEGER PRIMARY KEY, event_ms INTEGER NOT NULL, event_hash INTEGER NOT NULL, kind INTEGER NOT NULL," \
	"job_hash INTEGER NOT NULL, trace_hash INTEGER NOT NULL, flags INTEGER NOT NULL, reported INTEGER, duration_ms INTEGER," \
	"input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL," \
	"cache_write_1h INTEGER NOT NULL, level INTEGER NOT NULL, tenant INTEGER NOT NULL, persona INTEGER NOT NULL, agent INTEGER NOT NULL," \
	"version INTEGER NOT NULL, model INTEGER NOT NULL, detail BLOB NOT NULL, text TEXT NOT NULL, call INTEGER NOT NULL DEFAULT 0);" \
	"INSERT INTO line SELECT NULL, (id >> 20) + line_get(rest, 'moved_ms'), event_hash, kind, old_hash(line_get(rest, 'job_id'))," \
	"old_hash(line_get(rest, 'trace_id')), flags & 31, line_get(rest, 'reported'), line_get(rest, 'duration_ms')," \
	"line_get(rest, 'input'), line_get(rest, 'output'), line_get(rest, 'cache_read'), line_get(rest, 'cache_write_5m')," \
	"line_get(rest, 'cache_write_1h'), line_get(rest, 'level'), line_get(rest, 'tenant'), line_get(rest, 'persona')," \
	"line_get(rest, 'agent'), line_get(rest, 'version'), line_get(rest, 'model'), old_detail(line_get(rest, 'event_id')," \
	"line_get(rest, 'job_id'), line_get(rest, 'trace_id'), line_get(rest, 'request_id'), line_get(rest, 'service_tier')), text, call " \
	"FROM line_newer ORDER BY event_hash;" \
	"DROP TABLE line_newer; DELETE FROM meta WHERE key = 'last_call';" \
	"CREATE UNIQUE INDEX line_event ON line(event_ms, event_hash); CREATE INDEX line_call ON line(call) WHERE call <> 0;" \
	"CREATE INDEX line_job ON line(event_ms >> 22, job_hash) WHERE job_hash <> 0 AND kind <> 1;" \
	"CREATE INDEX line_trace ON line(event_ms >> 22, trace_hash) WHERE trace_hash <> 0;" \
	"CREATE INDEX line_tail ON line(event_ms) WHERE flags >= 16;"

/* Jobs with a column for each thing. */
#define OLD_JOBS \
	"DROP INDEX job_booked; DROP INDEX job_updated; DROP INDEX job_active; ALTER TABLE job RENAME TO job_newer;" \
	"CREATE TABLE job(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, kind INTEGER NOT NULL, job_id TEXT NOT NULL," \
	"trace TEXT NOT NULL, status TEXT NOT NULL, detail BLOB NOT NULL, updated_ms INTEGER NOT NULL," \
	"started_ms INTEGER NOT NULL, state INTEGER NOT NULL, content INTEGER NOT NULL, cost_lines INTEGER NOT NULL," \
	"flags INTEGER NOT NULL, own_reported INTEGER, retries INTEGER NOT NULL, latency_ms INTEGER," \
	"tenant INTEGER NOT NULL, persona INTEGER NOT NULL, agent INTEGER NOT NULL, version INTEGER NOT NULL," \
	"model INTEGER NOT NULL, booked_ms INTEGER NOT NULL, source INTEGER NOT NULL, nusd INTEGER NOT NULL," \
	"reported INTEGER, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL," \
	"cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, k_tenant INTEGER NOT NULL," \
	"k_persona INTEGER NOT NULL, k_agent INTEGER NOT NULL, k_version INTEGER NOT NULL, k_model INTEGER NOT NULL);" \
	"INSERT INTO job SELECT id, old_place(job_id), kind, job_id, job_get(rest, 'trace'), job_get(rest, 'status'), job_get(rest, 'detail')," \
	"updated_ms, started_ms, state, job_get(rest, 'content'), job_get(rest, 'cost_lines'), flags, job_get(rest, 'own_reported')," \
	"job_get(rest, 'retries'), latency_ms, job_get(rest, 'tenant'), job_get(rest, 'persona'), job_get(rest, 'agent')," \
	"job_get(rest, 'version'), job_get(rest, 'model'), booked_ms, job_get(rest, 'source'), nusd, job_get(rest, 'reported')," \
	"job_get(rest, 'input'), job_get(rest, 'output'), job_get(rest, 'cache_read'), job_get(rest, 'cache_write_5m')," \
	"job_get(rest, 'cache_write_1h'), k_tenant, k_persona, k_agent, k_version, k_model FROM job_newer;" \
	"DROP TABLE job_newer; CREATE INDEX job_booked ON job(booked_ms);" \
	"CREATE INDEX job_updated ON job(updated_ms, state) WHERE kind = 0;" \
	"CREATE INDEX job_active ON job(updated_ms) WHERE kind = 0 AND state <= 1;" \
	"UPDATE job SET flags = flags & ~128;"

/* The places of new jobs as they were kept: a row for each. */
#define OLD_PLACES \
	"CREATE TABLE job_recent(hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(hash, id)) WITHOUT ROWID;" \
	"CREATE TABLE job_settled(hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(hash, id)) WITHOUT ROWID;" \
	"INSERT INTO job_recent SELECT hash, id FROM job WHERE id % 2; INSERT INTO job_settled SELECT hash, id FROM job WHERE NOT id % 2;" \
	"DROP TABLE IF EXISTS job_new; DROP TABLE IF EXISTS job_block;" \
	OLD_BLOCKS "DELETE FROM meta WHERE key = 'settled';"

/* Layout 3; the old totals must be there. */
#define TABLES_3 \
	"'meta', 'name', 'job', 'hourly', 'minutely', 'cursor', 'frame', 'agent', 'series', 'point', " LINE_TABLES
#define BACK_TO_3 \
	OLD_LINES OLD_JOBS OLD_PLACES \
	"DROP INDEX job_updated; CREATE INDEX job_updated ON job(updated_ms, state, latency_ms) WHERE kind = 0;" \
	"DELETE FROM meta WHERE key = 'recent_from'; PRAGMA user_version = 3;"

#endif
