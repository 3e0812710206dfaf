#include "store/flags.h"

#include "store/db.h"

static int put(Store *s, const Flag *f, Err *e)
{
	static const char sql[] = "INSERT INTO flag(time_ms, kind, severity, rule, view, score, sample) VALUES(?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, f->time_ms);
	(void)db_bind_str(st, 2, str_of(flag_kind_name(f->kind)));
	(void)db_bind_str(st, 3, str_of(flag_severity_name(f->severity)));
	(void)db_bind_str(st, 4, str_of(f->rule));
	(void)db_bind_str(st, 5, str_of(f->view));
	sqlite3_bind_double(st, 6, f->score);
	(void)db_bind_str(st, 7, str_of(f->sample));
	return db_done(s, st, "cannot keep a security event", e);
}

static int forget(Store *s, int64_t before_ms, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "DELETE FROM flag WHERE time_ms < ?", e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, before_ms);
	return db_done(s, st, "cannot forget old security events", e);
}

int store_flags_put(Store *s, const Flag *v, size_t n, int64_t keep_ms, Err *e)
{
	if (db_begin(s, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (put(s, &v[i], e) < 0)
			goto undo;
	if ((n && keep_ms > 0 && forget(s, v[0].time_ms - keep_ms, e) < 0) || db_commit(s, e) < 0)
		goto undo;
	return 0;
undo:
	db_undo(s);
	return -1;
}

int store_flags(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, FlagRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT time_ms, kind, severity, rule, view, score, sample FROM flag WHERE time_ms >= ?1 AND (?2 = 0 OR time_ms < ?2) "
	                          "ORDER BY time_ms DESC, id DESC";
	static const char count[] = "SELECT count(*) FROM flag";
	sqlite3_stmt *st;
	int64_t most;
	int rc;

	*n = 0;
	if (db_int(s, count, &most, e) < 0 || !(st = db_stmt(s, sql, e)))
		return -1;
	*out = ARENA_ARRAY(a, FlagRow, (size_t)most + 1);
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, until_ms);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < (size_t)most)
		(*out)[(*n)++] = (FlagRow){
			.time_ms = sqlite3_column_int64(st, 0), .kind = arena_str(a, db_col_str(st, 1)), .severity = arena_str(a, db_col_str(st, 2)),
			.rule = arena_str(a, db_col_str(st, 3)), .view = arena_str(a, db_col_str(st, 4)), .score = sqlite3_column_double(st, 5),
			.sample = arena_str(a, db_col_str(st, 6)),
		};
	sqlite3_reset(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read security events", e);
}
