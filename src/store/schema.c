#include "store/db.h"

#include <stdio.h>

/* "seis" */
static const int64_t application_id = 0x73656973;

#define SUM_COLUMNS \
	"nusd INTEGER NOT NULL, jobs INTEGER NOT NULL, failed INTEGER NOT NULL, unpriced INTEGER NOT NULL," \
	"cache_hits INTEGER NOT NULL, cache_known INTEGER NOT NULL, retries INTEGER NOT NULL," \
	"latency_ms_sum INTEGER NOT NULL, latency_n INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL," \
	"cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL"

/* One entry per version, never changed once released: what brings a file from version i to i + 1. */
static const char *const migrations[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);"
	/* kind: 0 an item of the jobs table, 1 a job known from its lines only, 2 a cost line without a job (job_id is the
	 * event's id then). Own ids are the item's, k_ ids are the keys under which it is booked. */
	"CREATE TABLE job(id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, kind INTEGER NOT NULL, job_id TEXT NOT NULL,"
	"trace TEXT NOT NULL, status TEXT NOT NULL, detail BLOB NOT NULL, updated_ms INTEGER NOT NULL,"
	"started_ms INTEGER NOT NULL, state INTEGER NOT NULL, content INTEGER NOT NULL, cost_lines INTEGER NOT NULL,"
	"flags INTEGER NOT NULL, own_reported INTEGER, retries INTEGER NOT NULL, latency_ms INTEGER,"
	"tenant INTEGER NOT NULL, persona INTEGER NOT NULL, agent INTEGER NOT NULL, version INTEGER NOT NULL,"
	"model INTEGER NOT NULL, booked_ms INTEGER NOT NULL, source INTEGER NOT NULL, nusd INTEGER NOT NULL,"
	"reported INTEGER, input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL,"
	"cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, k_tenant INTEGER NOT NULL,"
	"k_persona INTEGER NOT NULL, k_agent INTEGER NOT NULL, k_version INTEGER NOT NULL, k_model INTEGER NOT NULL);"
	"CREATE INDEX job_hash ON job(hash);"
	"CREATE INDEX job_booked ON job(booked_ms);"
	"CREATE INDEX job_updated ON job(updated_ms, state, latency_ms) WHERE kind = 0;"
	"CREATE INDEX job_active ON job(updated_ms) WHERE kind = 0 AND state <= 1;"
	"CREATE TABLE line(id INTEGER PRIMARY KEY, event_ms INTEGER NOT NULL, event_hash INTEGER NOT NULL,"
	"kind INTEGER NOT NULL, job_hash INTEGER NOT NULL, trace_hash INTEGER NOT NULL, flags INTEGER NOT NULL,"
	"reported INTEGER, duration_ms INTEGER, input INTEGER NOT NULL, output INTEGER NOT NULL,"
	"cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL, level INTEGER NOT NULL,"
	"tenant INTEGER NOT NULL, persona INTEGER NOT NULL, agent INTEGER NOT NULL, version INTEGER NOT NULL,"
	"model INTEGER NOT NULL, detail BLOB NOT NULL, text TEXT NOT NULL);"
	"CREATE UNIQUE INDEX line_event ON line(event_ms, event_hash);"
	"CREATE INDEX line_job ON line(job_hash) WHERE job_hash <> 0;"
	"CREATE INDEX line_trace ON line(trace_hash) WHERE trace_hash <> 0;"
	"CREATE TABLE hourly(dim INTEGER NOT NULL, hour INTEGER NOT NULL, key INTEGER NOT NULL, " SUM_COLUMNS ","
	"PRIMARY KEY(dim, hour, key)) WITHOUT ROWID;"
	"CREATE TABLE minutely(minute INTEGER PRIMARY KEY, " SUM_COLUMNS ");"
	"CREATE TABLE cursor(feed TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE frame(name TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, blob BLOB NOT NULL);"
	"CREATE TABLE agent(agent TEXT NOT NULL, version TEXT NOT NULL, status TEXT NOT NULL, model TEXT NOT NULL,"
	"created_by TEXT NOT NULL, raw TEXT NOT NULL, created_ms INTEGER NOT NULL, rev INTEGER NOT NULL,"
	"is_route INTEGER NOT NULL, PRIMARY KEY(agent, version)) WITHOUT ROWID;"
	"CREATE TABLE series(id INTEGER PRIMARY KEY, ns TEXT NOT NULL, name TEXT NOT NULL, dimensions TEXT NOT NULL,"
	"stat TEXT NOT NULL, period_s INTEGER NOT NULL, unit TEXT NOT NULL, partial INTEGER NOT NULL,"
	"UNIQUE(ns, name, dimensions, stat, period_s));"
	"CREATE TABLE point(series INTEGER NOT NULL, t_ms INTEGER NOT NULL, v REAL, PRIMARY KEY(series, t_ms)) WITHOUT ROWID;",
	/* No index with random keys may grow with the rows: each batch would write nearly every page of it. Ids are found in
	 * two tables (index.c), lines by the call that they belong to, and by job or trace within spans of 2^22 ms (70 min). */
	"CREATE TABLE job_recent(hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(hash, id)) WITHOUT ROWID;"
	"CREATE TABLE job_settled(hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(hash, id)) WITHOUT ROWID;"
	"ALTER TABLE line ADD COLUMN call INTEGER NOT NULL DEFAULT 0;"
	"UPDATE line SET call = coalesce((SELECT id FROM job WHERE hash = job_hash), 0) WHERE kind = 1;"
	"DROP INDEX job_hash;"
	"UPDATE job SET hash = hash << 32 >> 32;"
	"INSERT INTO job_settled SELECT hash, id FROM job ORDER BY hash, id;"
	"DROP INDEX line_job;"
	"DROP INDEX line_trace;"
	"CREATE INDEX line_call ON line(call) WHERE call <> 0;"
	"CREATE INDEX line_job ON line(event_ms >> 22, job_hash) WHERE job_hash <> 0 AND kind <> 1;"
	"CREATE INDEX line_trace ON line(event_ms >> 22, trace_hash) WHERE trace_hash <> 0;",
};
enum { VERSION = (int)(sizeof migrations / sizeof *migrations) };

int schema_check(Store *s, bool *foreign, Err *e)
{
	int64_t app, version, tables;

	*foreign = false;
	if (db_int(s, "PRAGMA application_id", &app, e) < 0 || db_int(s, "PRAGMA user_version", &version, e) < 0 ||
	    db_int(s, "SELECT count(*) FROM sqlite_schema", &tables, e) < 0)
		return -1;
	if (app == application_id && version > VERSION)
		return err_set(e, "the snapshot %s was written by a newer seismo (layout %lld, this one knows %d); "
		               "use that program, or move the file away", s->path, (long long)version, VERSION);
	*foreign = app != application_id && (app || version || tables);
	if (s->mode == STORE_READ && (*foreign || version < VERSION))
		return err_set(e, "the snapshot %s is not ready yet: it has not been opened for writing by this version", s->path);
	return 0;
}

int schema_make(Store *s, Err *e)
{
	char sql[96];
	int64_t version;

	if (db_int(s, "PRAGMA user_version", &version, e) < 0)
		return -1;
	if (version >= VERSION)
		return 0;
	if (db_begin(s, e) < 0)
		return -1;
	/* Asked again inside: another process may just have done it. */
	if (db_int(s, "PRAGMA user_version", &version, e) < 0)
		goto undo;
	for (int64_t v = version; v < VERSION; v++)
		if (db_exec(s, migrations[v], e) < 0)
			goto undo;
	(void)snprintf(sql, sizeof sql, "PRAGMA application_id = %lld; PRAGMA user_version = %d", (long long)application_id, VERSION);
	if (db_exec(s, sql, e) < 0 || db_commit(s, e) < 0)
		goto undo;
	return 0;
undo:
	db_undo(s);
	return err_wrap(e, "cannot lay out the snapshot");
}
