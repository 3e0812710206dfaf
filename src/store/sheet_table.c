/* Sheets as tables for those who ask with SQL: a row for each cell, of the rollups from the first to the last that are named, as in
 * "FROM total_cells(0, 5)", or of all. There without being created (rows.c). */
#include "store/sheets.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/rows.h"

enum { AT_ROLLUP, AT_AT, AT_K1, AT_BODY = AT_K1 + DIM_PARTS, AT_FIRST, AT_LAST };

typedef struct Table { sqlite3_vtab base; Store *store; SheetTable t; } Table;
typedef struct TableCursor {
	sqlite3_vtab_cursor base;
	sqlite3_stmt *st;                /* the sheets; its row is the one that is read */
	SheetReader   r;
	Place         p;
	int64_t       first;             /* span of the sheet */
	bool          over;
} TableCursor;

static int connect_to(sqlite3 *db, Store *s, SheetTable t, sqlite3_vtab **out)
{
	Table *x;

	if (sqlite3_declare_vtab(db, "CREATE TABLE x(rollup, at, k1, k2, k3, body, first HIDDEN, last HIDDEN)") != SQLITE_OK)
		return SQLITE_ERROR;
	x = xcalloc(1, sizeof *x);
	x->store = s;
	x->t = t;
	*out = &x->base;
	return SQLITE_OK;
}

static int connect_totals(sqlite3 *db, void *store, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
	(void)argc;
	(void)argv;
	(void)why;
	return connect_to(db, store, SHEETS_TOTAL, out);
}

static int connect_latencies(sqlite3 *db, void *store, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
	(void)argc;
	(void)argv;
	(void)why;
	return connect_to(db, store, SHEETS_LATENCY, out);
}

static int on_disconnect(sqlite3_vtab *t)
{
	free(t);
	return SQLITE_OK;
}

/* The arguments are the hidden columns; idxNum has a bit for each that is given, first before last. */
static int on_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	int found[2] = { -1, -1 }, args = 0;

	(void)t;
	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];

		if (c->op != SQLITE_INDEX_CONSTRAINT_EQ || c->iColumn < AT_FIRST)
			continue;
		if (!c->usable)
			return SQLITE_CONSTRAINT;
		found[c->iColumn - AT_FIRST] = i;
	}
	for (int i = 0; i < 2; i++)
		if (found[i] >= 0) {
			info->aConstraintUsage[found[i]].argvIndex = ++args;
			info->aConstraintUsage[found[i]].omit = 1;
			info->idxNum |= 1 << i;
		}
	info->estimatedCost = 1e6;
	return SQLITE_OK;
}

static int on_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	TableCursor *c = xcalloc(1, sizeof *c);

	(void)t;
	*out = &c->base;
	return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *c)
{
	sqlite3_finalize(((TableCursor *)(void *)c)->st);
	free(c);
	return SQLITE_OK;
}

static int fail(TableCursor *c, const char *why)
{
	sqlite3_free(c->base.pVtab->zErrMsg);
	c->base.pVtab->zErrMsg = sqlite3_mprintf("%s", why);
	return SQLITE_ERROR;
}

static int on_next(sqlite3_vtab_cursor *cursor)
{
	TableCursor *c = (TableCursor *)(void *)cursor;
	const Table *x = (const Table *)(const void *)cursor->pVtab;
	int rc;

	while ((rc = sheet_next(&c->r)) == 0) {
		if ((rc = sqlite3_step(c->st)) != SQLITE_ROW) {
			c->over = true;
			return rc == SQLITE_DONE ? SQLITE_OK : fail(c, sqlite3_errmsg(x->store->db));
		}
		if (!sheets_open(x->t, sqlite3_column_int64(c->st, 0), db_col_str(c->st, 1), &c->r, &c->p))
			return fail(c, "totals are damaged");
		c->first = c->p.at;
	}
	if (rc < 0)
		return fail(c, "totals are damaged");
	sheets_place(x->t, &c->r, c->first, &c->p);
	return SQLITE_OK;
}

static int on_filter(sqlite3_vtab_cursor *cursor, int plan, const char *name, int n, sqlite3_value **arg)
{
	static const char *const sql[SHEET_TABLES] = {
		[SHEETS_TOTAL] = "SELECT id, cells FROM main.total_sheet WHERE id >= ? AND id < ? ORDER BY id",
		[SHEETS_LATENCY] = "SELECT id, cells FROM main.latency_sheet WHERE id >= ? AND id < ? ORDER BY id",
	};
	TableCursor *c = (TableCursor *)(void *)cursor;
	const Table *x = (const Table *)(const void *)cursor->pVtab;
	int64_t first = plan & 1 ? sqlite3_value_int64(arg[0]) : 0, last = plan & 2 ? sqlite3_value_int64(arg[plan & 1]) : ROLLUPS - 1;

	(void)name;
	(void)n;
	first = first < 0 ? 0 : first;
	last = last >= ROLLUPS ? ROLLUPS - 1 : last;
	c->over = first > last;
	c->r = (SheetReader){ 0 };
	if (c->over)
		return SQLITE_OK;
	if (!c->st && sqlite3_prepare_v2(x->store->db, sql[x->t], -1, &c->st, NULL) != SQLITE_OK)
		return fail(c, sqlite3_errmsg(x->store->db));
	sqlite3_reset(c->st);
	sqlite3_bind_int64(c->st, 1, sheets_id(x->t, (Rollup)first, INT64_MIN, 0));
	sqlite3_bind_int64(c->st, 2, sheets_id(x->t, (Rollup)last, INT64_MAX, 0));
	return on_next(cursor);
}

static int on_eof(sqlite3_vtab_cursor *c)
{
	return ((const TableCursor *)(const void *)c)->over;
}

static int on_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column)
{
	const TableCursor *c = (const TableCursor *)(const void *)cursor;

	switch (column) {
	case AT_ROLLUP:
		sqlite3_result_int64(ctx, c->p.rollup);
		break;
	case AT_AT:
		sqlite3_result_int64(ctx, c->p.at);
		break;
	case AT_BODY:
		sqlite3_result_blob64(ctx, c->r.cell.body.p, c->r.cell.body.n, SQLITE_TRANSIENT);
		break;
	case AT_FIRST: case AT_LAST:
		break;
	default:
		sqlite3_result_int64(ctx, c->p.key[column - AT_K1]);
	}
	return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *id)
{
	(void)c;
	*id = 0;
	return SQLITE_OK;
}

int sheet_table_register(Store *s, Err *e)
{
#define MODULE(connect) { .xConnect = connect, .xDisconnect = on_disconnect, .xBestIndex = on_best_index, .xOpen = on_open, .xClose = on_close, \
	.xFilter = on_filter, .xNext = on_next, .xEof = on_eof, .xColumn = on_column, .xRowid = on_rowid }
	static const sqlite3_module totals = MODULE(connect_totals), latencies = MODULE(connect_latencies);

	if (sqlite3_create_module_v2(s->db, "total_cells", &totals, s, NULL) == SQLITE_OK &&
	    sqlite3_create_module_v2(s->db, "latency_cells", &latencies, s, NULL) == SQLITE_OK)
		return 0;
	return db_fail(s, "cannot prepare the snapshot", e);
}
