#include "store/apply.h"

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
	/* Lines that only Live Tail has seen: few, and each until FilterLogEvents brings it too. */
	"CREATE INDEX line_tail ON line(event_ms) WHERE flags >= 16;",
	/* Who does what for all processes on this store (lease.h). */
	"CREATE TABLE lease(name TEXT PRIMARY KEY, pid INTEGER NOT NULL, start INTEGER NOT NULL, host TEXT NOT NULL,"
	"boot TEXT NOT NULL, space TEXT NOT NULL, what TEXT NOT NULL, nonce INTEGER NOT NULL, beats INTEGER NOT NULL,"
	"mono_ms INTEGER NOT NULL, since_ms INTEGER NOT NULL, renewed_ms INTEGER NOT NULL) WITHOUT ROWID;",
	/* Changes (change.h): who says so stands in sighting; trait is what a source said at its last look. Kind and source are the
	 * numbers of model/change.h. */
	"CREATE TABLE change(id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, since_ms INTEGER NOT NULL, kind INTEGER NOT NULL,"
	"source INTEGER NOT NULL, object TEXT NOT NULL, value_from TEXT NOT NULL, value_to TEXT NOT NULL, who TEXT NOT NULL);"
	"CREATE INDEX change_time ON change(time_ms);"
	"CREATE INDEX change_object ON change(object, kind, time_ms);"
	"CREATE TABLE sighting(source INTEGER NOT NULL, id TEXT NOT NULL, change INTEGER NOT NULL, PRIMARY KEY(source, id)) WITHOUT ROWID;"
	"CREATE INDEX sighting_change ON sighting(change);"
	"CREATE TABLE trait(source INTEGER NOT NULL, object TEXT NOT NULL, kind INTEGER NOT NULL, base TEXT NOT NULL, value TEXT NOT NULL,"
	"first INTEGER NOT NULL, PRIMARY KEY(source, object, kind)) WITHOUT ROWID;"
	"CREATE TABLE known_as(id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;",
	/* The last hours by minute and key (recent.h). They begin after what is booked already: its calls are not in them. */
	"CREATE TABLE recent(minute INTEGER NOT NULL, dim INTEGER NOT NULL, key INTEGER NOT NULL, " SUM_COLUMNS ","
	"PRIMARY KEY(minute, dim, key)) WITHOUT ROWID;"
	"INSERT INTO meta SELECT 'recent_from', max(minute) + 1 FROM minutely HAVING max(minute) IS NOT NULL;",
	/* CloudWatch's alarms (alarm.h). */
	"CREATE TABLE alarm(arn TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,"
	"reason TEXT NOT NULL, description TEXT NOT NULL, rule TEXT NOT NULL, ns TEXT NOT NULL, metric TEXT NOT NULL,"
	"dimensions TEXT NOT NULL, statistic TEXT NOT NULL, comparison TEXT NOT NULL, period_s INTEGER NOT NULL,"
	"periods INTEGER NOT NULL, points INTEGER NOT NULL, since_ms INTEGER NOT NULL, threshold REAL) WITHOUT ROWID;",
	/* By which prices the totals are booked, and how far they are booked again; what application inference profiles call. */
	"CREATE TABLE books(one INTEGER PRIMARY KEY CHECK(one = 1), hash INTEGER NOT NULL, mode INTEGER NOT NULL, prices BLOB NOT NULL,"
	"profiles INTEGER NOT NULL, todo INTEGER NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL);"
	"CREATE TABLE profile(arn TEXT PRIMARY KEY, model TEXT NOT NULL, why TEXT NOT NULL, asked_ms INTEGER NOT NULL) WITHOUT ROWID;",
	/* What is watched (alerts.h). key '*' of a silence: all keys of the rule. */
	"CREATE TABLE alert(rule TEXT NOT NULL, key TEXT NOT NULL, phase INTEGER NOT NULL, since_ms INTEGER NOT NULL, pending_ms INTEGER NOT NULL,"
	"clearing_ms INTEGER NOT NULL, judged_ms INTEGER NOT NULL, missing INTEGER NOT NULL, episode INTEGER NOT NULL, metric TEXT NOT NULL,"
	"severity INTEGER NOT NULL, value INTEGER, threshold INTEGER, baseline INTEGER, count INTEGER NOT NULL, agent TEXT NOT NULL,"
	"version TEXT NOT NULL, PRIMARY KEY(rule, key)) WITHOUT ROWID;"
	"CREATE TABLE acknowledged(rule TEXT NOT NULL, key TEXT NOT NULL, episode INTEGER NOT NULL, at_ms INTEGER NOT NULL, by TEXT NOT NULL,"
	"reason TEXT NOT NULL, PRIMARY KEY(rule, key)) WITHOUT ROWID;"
	"CREATE TABLE silence(rule TEXT NOT NULL, key TEXT NOT NULL, until_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL, by TEXT NOT NULL,"
	"reason TEXT NOT NULL, PRIMARY KEY(rule, key)) WITHOUT ROWID;"
	"CREATE TABLE budget(id TEXT PRIMARY KEY, from_ms INTEGER NOT NULL, reached INTEGER NOT NULL, reached_ms INTEGER NOT NULL,"
	"spent INTEGER NOT NULL, judged_ms INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE watched(id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, took_ms INTEGER NOT NULL, rules INTEGER NOT NULL,"
	"firing INTEGER NOT NULL, failed INTEGER NOT NULL, note TEXT NOT NULL);",
	/* How the feeds of the process that polls stand (pulse.h). */
	"CREATE TABLE feed(name TEXT PRIMARY KEY, phase INTEGER NOT NULL, interval_ms INTEGER NOT NULL, fresh_ms INTEGER NOT NULL,"
	"covered_from_ms INTEGER NOT NULL, rounds INTEGER NOT NULL, items INTEGER NOT NULL, skipped INTEGER NOT NULL,"
	"backfilling INTEGER NOT NULL, error_kind INTEGER NOT NULL, tail_wanted INTEGER NOT NULL, tail_live INTEGER NOT NULL,"
	"gap_from_ms INTEGER NOT NULL, gap_until_ms INTEGER NOT NULL, sampled_ms INTEGER NOT NULL, tail_lines INTEGER NOT NULL,"
	"tail_sampled INTEGER NOT NULL, tail_pauses INTEGER NOT NULL, tail_breaks INTEGER NOT NULL, waiting TEXT NOT NULL,"
	"error TEXT NOT NULL, lacks TEXT NOT NULL, tail_why TEXT NOT NULL) WITHOUT ROWID;",
	/* Sums and sketches as bytes (sums.h, model/sketch.h), because a row of them is read and written whole; rollup: rollup.h. Hours
	 * whose jobs are gone keep what they had; all else is then made from the jobs (rebuild.c). */
	"CREATE TABLE total(rollup INTEGER NOT NULL, at INTEGER NOT NULL, k1 INTEGER NOT NULL, k2 INTEGER NOT NULL, k3 INTEGER NOT NULL,"
	"sums BLOB NOT NULL, PRIMARY KEY(rollup, at, k1, k2, k3)) WITHOUT ROWID;"
	"CREATE TABLE latency(rollup INTEGER NOT NULL, at INTEGER NOT NULL, key INTEGER NOT NULL, sketch BLOB NOT NULL,"
	"PRIMARY KEY(rollup, at, key)) WITHOUT ROWID;"
	"INSERT INTO total SELECT dim, hour, key, 0, 0, sums_pack(nusd, jobs, failed, unpriced, cache_hits, cache_known, retries,"
	"latency_ms_sum, latency_n, input, output, cache_read, cache_write_5m, cache_write_1h) FROM hourly "
	"WHERE hour < (SELECT value / 3600000 FROM meta WHERE key = 'pruned_jobs_ms');"
	"INSERT INTO meta SELECT 'detail_from_ms', value FROM meta WHERE key = 'pruned_jobs_ms' AND EXISTS (SELECT 1 FROM total);"
	"DROP TABLE hourly;"
	"DROP TABLE minutely;"
	"DROP TABLE recent;"
	"DROP INDEX job_updated;"
	"CREATE INDEX job_updated ON job(updated_ms, state) WHERE kind = 0;",
	/* How the parts of a feed stand, beside the feed itself. */
	"ALTER TABLE feed ADD COLUMN sources TEXT NOT NULL DEFAULT '';",
	/* What AWS charged (charges.h). part: the numbers of ChargePart. */
	"CREATE TABLE charge_day(day INTEGER PRIMARY KEY, asked_ms INTEGER NOT NULL, estimated INTEGER NOT NULL);"
	"CREATE TABLE charge(day INTEGER NOT NULL, part INTEGER NOT NULL, service TEXT NOT NULL, what TEXT NOT NULL, nusd INTEGER NOT NULL,"
	"micro_units INTEGER NOT NULL, PRIMARY KEY(day, part, service, what)) WITHOUT ROWID;",
	/* What caches were worth. Only booking can tell: all is booked again, and rows say whether that has come to them (flag 128). Of
	 * hours whose jobs are gone it is not known. */
	"ALTER TABLE job ADD COLUMN cache_saved INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN cache_premium INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE job ADD COLUMN cache_miss INTEGER NOT NULL DEFAULT 0;"
	"UPDATE books SET todo = 2, at = 0, until = (SELECT max(id) FROM job) WHERE EXISTS (SELECT 1 FROM job);"
	"INSERT INTO meta SELECT 'caching_from_ms', value FROM meta WHERE key = 'pruned_jobs_ms' AND EXISTS (SELECT 1 FROM total);",
	/* What the programs' own calls cost (own_cost.h). */
	"CREATE TABLE own_cost(day INTEGER NOT NULL, op TEXT NOT NULL, calls INTEGER NOT NULL, nusd INTEGER NOT NULL,"
	"PRIMARY KEY(day, op)) WITHOUT ROWID;",
	/* What Logs Insights said of hours whose lines were not taken in, and what of it the totals hold (pushed.h). */
	"CREATE TABLE pushed(hour INTEGER NOT NULL, kind INTEGER NOT NULL, k1 INTEGER NOT NULL, k2 INTEGER NOT NULL, k3 INTEGER NOT NULL,"
	"said BLOB NOT NULL, applied BLOB NOT NULL, PRIMARY KEY(hour, kind, k1, k2, k3)) WITHOUT ROWID;"
	"CREATE TABLE pushed_hour(hour INTEGER NOT NULL, kind INTEGER NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL,"
	"approximate INTEGER NOT NULL, partial INTEGER NOT NULL, PRIMARY KEY(hour, kind)) WITHOUT ROWID;"
	"ALTER TABLE feed ADD COLUMN pushed INTEGER NOT NULL DEFAULT 0;",
	/* The places of new calls as a row for each batch (index.h). */
	"INSERT OR IGNORE INTO job_settled SELECT hash, id FROM job_recent ORDER BY hash, id;"
	"DROP TABLE job_recent;"
	"DELETE FROM meta WHERE key = 'recent_jobs';"
	"CREATE TABLE job_new(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);",
	/* Lines in the order of their time (line.c), with few columns: what is only shown stands in `rest`. job.line: the first cost line of a
	 * call; further ones have flag 32. line_old.c moves the rows. */
	"INSERT INTO meta SELECT 'last_call', max(call) FROM line WHERE call <> 0 HAVING max(call) IS NOT NULL;"
	"DROP INDEX line_tail;"
	"DROP INDEX line_call;"
	"DROP INDEX line_job;"
	"DROP INDEX line_trace;"
	"ALTER TABLE line RENAME TO line_old;"
	"ALTER TABLE job ADD COLUMN line INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE line(id INTEGER PRIMARY KEY, event_hash INTEGER NOT NULL, kind INTEGER NOT NULL, flags INTEGER NOT NULL,"
	"call INTEGER NOT NULL, job_hash INTEGER NOT NULL, trace_hash INTEGER NOT NULL, rest BLOB NOT NULL, text TEXT NOT NULL);"
	"CREATE INDEX line_job ON line(id >> 42, job_hash) WHERE job_hash <> 0;"
	"CREATE INDEX line_trace ON line(id >> 42, trace_hash) WHERE trace_hash <> 0;"
	"CREATE INDEX line_more ON line(call) WHERE flags & 32;",
	/* Calls with few columns: the rest of them stands in `rest` (call_pack.c). */
	"DROP INDEX job_booked;"
	"DROP INDEX job_updated;"
	"DROP INDEX job_active;"
	"ALTER TABLE job RENAME TO job_old;"
	"CREATE TABLE job(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, job_id TEXT NOT NULL, updated_ms INTEGER NOT NULL,"
	"started_ms INTEGER NOT NULL, state INTEGER NOT NULL, flags INTEGER NOT NULL, latency_ms INTEGER, booked_ms INTEGER NOT NULL,"
	"nusd INTEGER NOT NULL, k_tenant INTEGER NOT NULL, k_persona INTEGER NOT NULL, k_agent INTEGER NOT NULL, k_version INTEGER NOT NULL,"
	"k_model INTEGER NOT NULL, line INTEGER NOT NULL, rest BLOB NOT NULL);"
	"CREATE INDEX job_booked ON job(booked_ms);"
	"CREATE INDEX job_updated ON job(updated_ms, state) WHERE kind = 0;"
	"CREATE INDEX job_active ON job(updated_ms) WHERE kind = 0 AND state <= 1;"
	"INSERT INTO job SELECT id, kind, job_id, updated_ms, started_ms, state, flags, latency_ms, booked_ms, nusd, k_tenant, k_persona,"
	"k_agent, k_version, k_model, line, job_pack(retries, source, input, output, cache_read, cache_write_5m, cache_write_1h, cache_saved,"
	"cache_premium, cache_miss, cost_lines, reported, own_reported, tenant, persona, agent, version, model, content, trace, status, detail) "
	"FROM job_old ORDER BY id;"
	"DROP TABLE job_old;",
	/* Totals and latencies by the sheet (sheets.h) instead of by the row; apply_resheet fills them. */
	"CREATE TABLE total_sheet(id INTEGER PRIMARY KEY, cells BLOB NOT NULL);"
	"CREATE TABLE latency_sheet(id INTEGER PRIMARY KEY, cells BLOB NOT NULL);",
	/* The settled places as bytes too (index_block.c, which also moves those of job_settled). */
	"CREATE TABLE job_block(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);",
	/* Agents, versions and pointers of Bedrock's own platforms (platform.h). */
	"CREATE TABLE platform_agent(source INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, mark TEXT NOT NULL,"
	"PRIMARY KEY(source, id)) WITHOUT ROWID;"
	"CREATE TABLE platform_version(source INTEGER NOT NULL, agent TEXT NOT NULL, version TEXT NOT NULL, at INTEGER NOT NULL,"
	"status TEXT NOT NULL, release TEXT NOT NULL, model TEXT NOT NULL, detail TEXT NOT NULL, created_ms INTEGER NOT NULL,"
	"PRIMARY KEY(source, agent, version)) WITHOUT ROWID;"
	"CREATE TABLE platform_pointer(source INTEGER NOT NULL, id TEXT NOT NULL, agent TEXT NOT NULL, name TEXT NOT NULL, live TEXT NOT NULL,"
	"target TEXT NOT NULL, status TEXT NOT NULL, claim TEXT NOT NULL, follows INTEGER NOT NULL, paused INTEGER NOT NULL,"
	"claim_known INTEGER NOT NULL, updated_ms INTEGER NOT NULL, PRIMARY KEY(source, id)) WITHOUT ROWID;",
	/* Lines by the sheet (line_sheets.h), and where those of a job or trace are as bytes (links.h). line_more: the lines of a call but for
	 * its first. line_old.c moves the rows. */
	"DROP INDEX line_job;"
	"DROP INDEX line_trace;"
	"DROP INDEX line_more;"
	"ALTER TABLE line RENAME TO line_row;"
	"CREATE TABLE line_sheet(id INTEGER PRIMARY KEY, lines BLOB NOT NULL);"
	"CREATE TABLE line_more(call INTEGER NOT NULL, line INTEGER NOT NULL, PRIMARY KEY(call, line)) WITHOUT ROWID;"
	"CREATE TABLE link_new(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);"
	"CREATE TABLE link_block(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);",
	/* Conversations of the playground (chats.h). */
	"CREATE TABLE chat(id TEXT PRIMARY KEY, title TEXT NOT NULL, created_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL,"
	"pinned INTEGER NOT NULL, questions INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;",
	/* Security events (flags.h). */
	"CREATE TABLE flag(id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, kind TEXT NOT NULL, severity TEXT NOT NULL, rule TEXT NOT NULL,"
	"view TEXT NOT NULL, score REAL NOT NULL, sample TEXT NOT NULL);"
	"CREATE INDEX flag_time ON flag(time_ms);",
	/* The merged places in two tables, and the filter over those of jobs (index_block.h, index_filter.c). */
	"CREATE TABLE job_upper(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);"
	"CREATE TABLE link_upper(id INTEGER PRIMARY KEY, entries BLOB NOT NULL);"
	"CREATE TABLE job_filter(slice INTEGER PRIMARY KEY, bits BLOB NOT NULL);"
	/* What most lines say (line_shape.h); those that are there stay as they are. */
	"CREATE TABLE line_shape(id INTEGER PRIMARY KEY, shape BLOB NOT NULL);"
	/* Runs of suites, what each cell of them did, and each case of a cell (evals.h). */
	"CREATE TABLE eval_run(id INTEGER PRIMARY KEY, time_ms INTEGER NOT NULL, suite TEXT NOT NULL, plan TEXT NOT NULL, results TEXT NOT NULL,"
	"stopped TEXT NOT NULL, spent_nusd INTEGER NOT NULL);"
	"CREATE INDEX eval_run_suite ON eval_run(suite);"
	"CREATE TABLE eval_cell(run INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, model TEXT NOT NULL, template TEXT NOT NULL,"
	"version TEXT NOT NULL, sha256 TEXT NOT NULL, n INTEGER NOT NULL, passed INTEGER NOT NULL, invalid INTEGER NOT NULL, unjudged INTEGER NOT NULL,"
	"missing INTEGER NOT NULL, nusd INTEGER NOT NULL, unpriced INTEGER NOT NULL, judge_nusd INTEGER NOT NULL, p50_ms INTEGER NOT NULL,"
	"p95_ms INTEGER NOT NULL, won INTEGER NOT NULL, lost INTEGER NOT NULL, tied INTEGER NOT NULL, p REAL NOT NULL,"
	"differs TEXT NOT NULL, PRIMARY KEY(run, place)) WITHOUT ROWID;"
	"CREATE INDEX eval_cell_text ON eval_cell(sha256) WHERE sha256 <> '';"
	"CREATE TABLE eval_case(run INTEGER NOT NULL, place INTEGER NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, passed INTEGER NOT NULL,"
	"n INTEGER NOT NULL, key TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY(run, place, at)) WITHOUT ROWID;"
	"CREATE TABLE eval_vote(run INTEGER NOT NULL, place INTEGER NOT NULL, id TEXT NOT NULL, choice INTEGER NOT NULL, time_ms INTEGER NOT NULL,"
	"PRIMARY KEY(run, place, id)) WITHOUT ROWID;"
	/* Answers that are given again (answers.h). */
	"CREATE TABLE answer(key BLOB PRIMARY KEY, model TEXT NOT NULL, made_ms INTEGER NOT NULL, fresh_ms INTEGER NOT NULL,"
	"until_ms INTEGER NOT NULL, used_ms INTEGER NOT NULL, nusd INTEGER NOT NULL, bytes INTEGER NOT NULL, body TEXT NOT NULL);",
};
enum { VERSION = (int)(sizeof migrations / sizeof *migrations), TOTALS = 11 /* from that layout on */, SHEETS = 20 /* so */ };

static int migrate(Store *s, int64_t version, Err *e)
{
	return db_exec(s, migrations[version], e) < 0 || (version + 1 == SHEETS && apply_resheet(s, e) < 0) ? -1 : 0;
}

int64_t schema_newest(void)
{
	return VERSION;
}

bool schema_is_ours(int64_t application)
{
	return application == application_id;
}

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
		if (migrate(s, v, e) < 0)
			goto undo;
	if (index_take_old(s, e) < 0 || line_take_old(s, e) < 0 || (version < TOTALS && apply_rebuild(s, e) < 0))
		goto undo;
	(void)snprintf(sql, sizeof sql, "PRAGMA application_id = %lld; PRAGMA user_version = %d", (long long)application_id, VERSION);
	if (db_exec(s, sql, e) < 0 || db_commit(s, e) < 0)
		goto undo;
	return 0;
undo:
	db_undo(s);
	return err_wrap(e, "cannot lay out the snapshot");
}
