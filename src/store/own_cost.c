#include "store/own_cost.h"

#include "base/xalloc.h"
#include "store/db.h"

enum { DAYS_KEPT = 400 };

static int add_row(Store *s, const OwnCostRow *r, Err *e)
{
	static const char sql[] = "INSERT INTO own_cost(day, op, calls, nusd) VALUES(?, ?, ?, ?) "
	                          "ON CONFLICT(day, op) DO UPDATE SET calls = calls + excluded.calls, nusd = nusd + excluded.nusd";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, r->day);
	(void)db_bind_str(st, 2, r->op);
	sqlite3_bind_int64(st, 3, r->calls);
	sqlite3_bind_int64(st, 4, r->nusd);
	return db_done(s, st, "cannot keep what the program's own calls cost", e);
}

static int forget(Store *s, int64_t before, Err *e)
{
	static const char sql[] = "DELETE FROM own_cost WHERE day < ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, before);
	return db_done(s, st, "cannot forget old days", e);
}

int store_own_cost_add(Store *s, const OwnCostRow *v, size_t n, int64_t day, OwnCostSum *today, Err *e)
{
	if (db_begin(s, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (add_row(s, &v[i], e) < 0)
			goto undo;
	if (forget(s, day - DAYS_KEPT, e) < 0 || (today && store_own_cost_sum(s, day, today, e) < 0) || db_commit(s, e) < 0)
		goto undo;
	return 0;
undo:
	db_undo(s);
	return -1;
}

int store_own_cost_sum(Store *s, int64_t day, OwnCostSum *out, Err *e)
{
	static const char sql[] = "SELECT coalesce(sum(calls), 0), coalesce(sum(nusd), 0) FROM own_cost WHERE day = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*out = (OwnCostSum){ 0 };
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, day);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = (OwnCostSum){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) };
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read what the program's own calls cost", e);
}

int store_own_cost_day(Store *s, int64_t day, Arena *a, OwnCostRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT op, calls, nusd FROM own_cost WHERE day = ? ORDER BY nusd DESC, calls DESC, op";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	size_t cap = 16;
	int rc;

	*out = ARENA_ARRAY(a, OwnCostRow, cap);
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, day);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (*n == cap) {
			OwnCostRow *more = ARENA_ARRAY(a, OwnCostRow, cap *= 2);

			for (size_t i = 0; i < *n; i++)
				more[i] = (*out)[i];
			*out = more;
		}
		(*out)[(*n)++] = (OwnCostRow){ day, arena_str(a, db_col_str(st, 0)), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2) };
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read what the program's own calls cost", e);
}
