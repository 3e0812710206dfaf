#include "store/apply.h"
#include "store/change.h"
#include "store/charges.h"
#include "store/line_sheets.h"
#include "store/totals.h"

static const char get_meta[] = "SELECT value FROM meta WHERE key = ?";
static const char put_meta[] = "INSERT OR REPLACE INTO meta VALUES(?, ?)";
static const int64_t hour_ms = 3600000;

static int pin(Store *s, const char *key, Str value, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, get_meta, e);
	bool same;
	int rc;

	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(key));
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		same = str_eq(db_col_str(st, 0), value);
		if (!same)
			(void)err_kind(e, ERR_REFUSED, "the snapshot %s holds the %s %.*s, not %.*s; use another context or move the file away",
			               s->path, key, STR_ARG(db_col_str(st, 0)), STR_ARG(value));
		sqlite3_reset(st);
		return same ? 0 : -1;
	}
	if (rc != SQLITE_DONE)
		return db_fail(s, "cannot read whose numbers these are", e);
	if (!(st = db_stmt(s, put_meta, e)))
		return -1;
	db_bind_str(st, 1, str_of(key));
	db_bind_str(st, 2, value);
	return db_done(s, st, "cannot keep whose numbers these are", e);
}

int store_pin_identity(Store *s, Str account, Str region, Err *e)
{
	if (db_begin(s, e) < 0)
		return -1;
	if (pin(s, "account", account, e) < 0 || pin(s, "region", region, e) < 0 || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	return 0;
}

int store_identity(Store *s, Arena *a, Str *account, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, get_meta, e);
	int rc;

	*account = STR("");
	if (!st)
		return -1;
	db_bind_str(st, 1, STR("account"));
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*account = arena_str(a, db_col_str(st, 0));
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read whose numbers these are", e);
}

int apply_horizon(Store *s, Horizon *h, Err *e)
{
	static const char jobs[] = "SELECT value FROM meta WHERE key = 'pruned_jobs_ms'";
	static const char lines[] = "SELECT value FROM meta WHERE key = 'pruned_lines_ms'";

	return db_int(s, jobs, &h->jobs_ms, e) < 0 || db_int(s, lines, &h->lines_ms, e) < 0 ? -1 : 0;
}

int store_kept_from(Store *s, KeptFrom *out, Err *e)
{
	Horizon h;

	if (apply_horizon(s, &h, e) < 0)
		return -1;
	out->jobs_ms = h.jobs_ms;
	out->lines_ms = h.lines_ms;
	return db_int(s, "SELECT value FROM meta WHERE key = 'pruned_hours_ms'", &out->hours_ms, e);
}

int store_caching_from(Store *s, int64_t *ms, Err *e)
{
	return db_int(s, "SELECT value FROM meta WHERE key = 'caching_from_ms'", ms, e);
}

int store_detail_from(Store *s, int64_t *ms, Err *e)
{
	return db_int(s, "SELECT value FROM meta WHERE key = 'detail_from_ms'", ms, e);
}

static int delete_before(Store *s, const char *sql, int64_t before, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, before);
	return db_done(s, st, "cannot forget old rows", e);
}

/* Remembers how far was forgotten; it never goes back. */
static int mark(Store *s, const char *key, int64_t ms, Err *e)
{
	static const char sql[] = "INSERT INTO meta VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = max(value, excluded.value)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(key));
	sqlite3_bind_int64(st, 2, ms);
	return db_done(s, st, "cannot forget old rows", e);
}

/* A line about money goes only with the call that it belongs to, or booking again would change an hour. */
static int is_orphan(Store *s, const LineCell *c, bool *yes, Err *e)
{
	static const char sql[] = "SELECT 1 FROM job WHERE id = ?";
	sqlite3_stmt *st;
	int rc;

	if (!line_is_cost(c->kind))
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, c->call);
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	*yes = rc == SQLITE_DONE;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the jobs", e);
}

static int is_talk(Store *s, const LineCell *c, bool *yes, Err *e)
{
	(void)s;
	(void)e;
	*yes = !line_is_cost(c->kind);
	return 0;
}

static int prune_jobs(Store *s, int64_t before_ms, Err *e)
{
	static const char *const rows[] = {
		"DELETE FROM line_more WHERE call IN (SELECT id FROM job WHERE booked_ms < ?)", "DELETE FROM job WHERE booked_ms < ?",
	};

	/* Lines may outlive their call: its id must not come again. */
	if (index_forget(s, before_ms, e) < 0 || call_mark_last(s, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (delete_before(s, rows[i], before_ms, e) < 0)
			return -1;
	/* After the calls. */
	if (line_sheets_forget(s, INT64_MIN, line_first_id(before_ms), is_orphan, e) < 0)
		return -1;
	if (totals_forget(s, ROLLUP_MINUTE, before_ms / rollup_kind(ROLLUP_MINUTE)->span_ms, e) < 0)
		return -1;
	return mark(s, "pruned_jobs_ms", before_ms, e);
}

/* Days go when the last of their hours does. */
static int prune_hours(Store *s, int64_t before_ms, Err *e)
{
	static const char points[] = "DELETE FROM point WHERE t_ms < ?";

	for (int r = 0; r < ROLLUPS; r++) {
		int64_t span_ms = rollup_kind((Rollup)r)->span_ms;

		if (span_ms >= hour_ms && totals_forget(s, (Rollup)r, before_ms / span_ms, e) < 0)
			return -1;
	}
	if (delete_before(s, points, before_ms, e) < 0 || change_prune(s, before_ms, e) < 0 || charges_prune(s, before_ms / (24 * hour_ms), e) < 0)
		return -1;
	return mark(s, "pruned_hours_ms", before_ms / hour_ms * hour_ms, e);
}

/* Those of before the mark went when it was set, and none has been taken in since. */
static int prune_lines(Store *s, int64_t before_ms, Err *e)
{
	Horizon h;

	if (apply_horizon(s, &h, e) < 0)
		return -1;
	if (before_ms > h.lines_ms && line_sheets_forget(s, h.lines_ms ? line_first_id(h.lines_ms) : INT64_MIN, line_first_id(before_ms), is_talk, e) < 0)
		return -1;
	return mark(s, "pruned_lines_ms", before_ms, e);
}

static int prune(Store *s, int64_t jobs_before, int64_t lines_before, int64_t hours_before, Err *e)
{
	if (jobs_before > 0 && prune_jobs(s, jobs_before, e) < 0)
		return -1;
	if (lines_before > 0 && prune_lines(s, lines_before, e) < 0)
		return -1;
	if (hours_before > 0 && prune_hours(s, hours_before, e) < 0)
		return -1;
	return 0;
}

/* A clock that runs ahead must not empty the store: its rows know how late it can be. */
static int latest(Store *s, int64_t *now_ms, Err *e)
{
	int64_t newest, line;

	if (db_int(s, "SELECT coalesce(max(booked_ms), 0) FROM job", &newest, e) < 0 || line_sheets_newest(s, &line, e) < 0)
		return -1;
	if (line >> LINE_TIME_SHIFT > newest)
		newest = line >> LINE_TIME_SHIFT;
	if (*now_ms > newest)
		*now_ms = newest;
	return 0;
}

static int prune_from(Store *s, int64_t now_ms, int64_t jobs_ms, int64_t lines_ms, int64_t hourly_ms, Err *e)
{
	int64_t jobs;

	if (db_begin(s, e) < 0)
		return -1;
	if (latest(s, &now_ms, e) < 0)
		goto undo;
	/* By whole hours, so that no hour is half in rows and half only in totals. */
	jobs = jobs_ms ? (now_ms - jobs_ms) / hour_ms * hour_ms : 0;
	if (prune(s, jobs, lines_ms ? now_ms - lines_ms : 0, hourly_ms ? now_ms - hourly_ms : 0, e) < 0 || db_commit(s, e) < 0)
		goto undo;
	return 0;
undo:
	db_undo(s);
	return -1;
}

/* It goes through much of the file and comes back to none of it: what has been read need not be kept. */
int store_prune(Store *s, int64_t now_ms, int64_t jobs_ms, int64_t lines_ms, int64_t hourly_ms, Err *e)
{
	int rc = db_exec(s, "PRAGMA cache_size = -2048", e);

	if (rc == 0)
		rc = prune_from(s, now_ms, jobs_ms, lines_ms, hourly_ms, e);
	return db_exec(s, DB_WRITER_CACHE, rc < 0 ? &(Err){ 0 } : e) < 0 ? -1 : rc;
}

int store_size(Store *s, int64_t *bytes, int64_t *unused, Err *e)
{
	int64_t pages, unused_pages, page;

	if (db_int(s, "PRAGMA page_count", &pages, e) < 0 || db_int(s, "PRAGMA freelist_count", &unused_pages, e) < 0 ||
	    db_int(s, "PRAGMA page_size", &page, e) < 0)
		return -1;
	*bytes = pages * page;
	*unused = unused_pages * page;
	return 0;
}

/* The checkpoint syncs the log before it copies anything, so also one that a reader holds up leaves the commits safe. */
int store_sync(Store *s, Err *e)
{
	static const char sql[] = "PRAGMA wal_checkpoint(PASSIVE)";
	int64_t busy;

	return db_int(s, sql, &busy, e);
}

/* Asked page by page by SQLite: each row of the answer is one page moved. */
int store_shrink(Store *s, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "PRAGMA incremental_vacuum(4096)", e);
	int rc;

	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		;
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot give space back", e);
}
