#include "store/charges.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/db.h"

static int forget_day(Store *s, int64_t day, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "DELETE FROM charge WHERE day = ?", e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, day);
	return db_done(s, st, "cannot replace a day's bill", e);
}

static int put_day(Store *s, const ChargeDay *d, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "INSERT OR REPLACE INTO charge_day(day, asked_ms, estimated) VALUES(?, ?, ?)", e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, d->day);
	sqlite3_bind_int64(st, 2, d->asked_ms);
	sqlite3_bind_int64(st, 3, d->estimated);
	return db_done(s, st, "cannot keep a day's bill", e);
}

/* Two rows of one name are added up: AWS may part what it has listed under one. */
static int put_row(Store *s, int64_t day, const ChargeRow *r, Err *e)
{
	static const char sql[] = "INSERT INTO charge(day, part, service, what, nusd, micro_units) VALUES(?, ?, ?, ?, ?, ?) "
		"ON CONFLICT(day, part, service, what) DO UPDATE SET nusd = nusd + excluded.nusd, micro_units = micro_units + excluded.micro_units";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, day);
	sqlite3_bind_int64(st, 2, r->part);
	db_bind_str(st, 3, r->service);
	db_bind_str(st, 4, r->what);
	sqlite3_bind_int64(st, 5, r->nusd);
	sqlite3_bind_int64(st, 6, r->micro_units);
	return db_done(s, st, "cannot keep a day's bill", e);
}

int charges_put(Store *s, const ChargeDay *v, size_t n, bool *changed, Err *e)
{
	for (size_t i = 0; i < n; i++) {
		if (forget_day(s, v[i].day, e) < 0 || put_day(s, &v[i], e) < 0)
			return -1;
		for (size_t k = 0; k < v[i].rows; k++)
			if (put_row(s, v[i].day, &v[i].row[k], e) < 0)
				return -1;
		*changed = true;
	}
	return 0;
}

int charges_prune(Store *s, int64_t before_day, Err *e)
{
	static const char *const rows[] = { "DELETE FROM charge WHERE day < ?", "DELETE FROM charge_day WHERE day < ?" };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		sqlite3_stmt *st = db_stmt(s, rows[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, before_day);
		if (db_done(s, st, "cannot forget old bills", e) < 0)
			return -1;
	}
	return 0;
}

static int read_rows(Store *s, ChargeDay *d, Arena *a, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "SELECT part, service, what, nusd, micro_units FROM charge WHERE day = ? ORDER BY part, service, what", e);
	ChargeRow *v = NULL, *own;
	size_t n = 0, cap = 0;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, d->day);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, n + 1);
		v[n++] = (ChargeRow){ sqlite3_column_int64(st, 0) ? CHARGE_USAGE : CHARGE_RECORDS, arena_str(a, db_col_str(st, 1)),
		                      arena_str(a, db_col_str(st, 2)), sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4) };
	}
	sqlite3_reset(st);
	own = ARENA_ARRAY(a, ChargeRow, n + 1);
	for (size_t i = 0; i < n; i++)
		own[i] = v[i];
	free(v);
	d->row = own;
	d->rows = n;
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read a day's bill", e);
}

int store_charges(Store *s, int64_t from_day, int64_t until_day, size_t limit, Arena *a, ChargeDay **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT day, asked_ms, estimated FROM charge_day WHERE day >= ? AND day < ? ORDER BY day DESC LIMIT ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	ChargeDay *v = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_day);
	sqlite3_bind_int64(st, 2, until_day);
	sqlite3_bind_int64(st, 3, limit ? (int64_t)limit : -1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = (ChargeDay){ .day = sqlite3_column_int64(st, 0), .asked_ms = sqlite3_column_int64(st, 1),
		                         .estimated = sqlite3_column_int64(st, 2) != 0 };
	}
	if (rc != SQLITE_DONE)
		(void)db_fail(s, "cannot read the bills", e);
	sqlite3_reset(st);
	*out = ARENA_ARRAY(a, ChargeDay, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = v[i];
	free(v);
	for (size_t i = 0; rc == SQLITE_DONE && i < *n; i++)
		if (read_rows(s, &(*out)[i], a, e) < 0)
			return -1;
	return rc == SQLITE_DONE ? 0 : -1;
}
