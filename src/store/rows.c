#include "store/rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

/* A virtual table that is there without being created: https://sqlite.org/vtab.html#eponymous_only_virtual_tables */
typedef struct Table { sqlite3_vtab base; Store *store; } Table;
typedef struct RowCursor { sqlite3_vtab_cursor base; const Rows *rows; size_t at; } RowCursor;

static int on_connect(sqlite3 *db, void *store, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
	char sql[8 * ROWS_COLUMNS] = "CREATE TABLE x(c0";
	size_t n = sizeof "CREATE TABLE x(c0" - 1;
	Table *t;

	(void)argc;
	(void)argv;
	(void)why;
	for (int i = 1; i < ROWS_COLUMNS; i++)
		n += (size_t)snprintf(sql + n, sizeof sql - n, ", c%d", i);
	(void)snprintf(sql + n, sizeof sql - n, ")");
	if (sqlite3_declare_vtab(db, sql) != SQLITE_OK)
		return SQLITE_ERROR;
	t = xcalloc(1, sizeof *t);
	t->store = store;
	*out = &t->base;
	return SQLITE_OK;
}

static int on_disconnect(sqlite3_vtab *t)
{
	free(t);
	return SQLITE_OK;
}

static int on_best_index(sqlite3_vtab *t, sqlite3_index_info *info)
{
	(void)t;
	(void)info;
	return SQLITE_OK;
}

static int on_open(sqlite3_vtab *t, sqlite3_vtab_cursor **out)
{
	RowCursor *c = xcalloc(1, sizeof *c);

	c->rows = ((Table *)(void *)t)->store->rows;
	*out = &c->base;
	return SQLITE_OK;
}

static int on_close(sqlite3_vtab_cursor *c)
{
	free(c);
	return SQLITE_OK;
}

static int on_filter(sqlite3_vtab_cursor *c, int plan, const char *name, int n, sqlite3_value **arg)
{
	(void)plan;
	(void)name;
	(void)n;
	(void)arg;
	((RowCursor *)(void *)c)->at = 0;
	return SQLITE_OK;
}

static int on_next(sqlite3_vtab_cursor *c)
{
	((RowCursor *)(void *)c)->at++;
	return SQLITE_OK;
}

static int on_eof(sqlite3_vtab_cursor *c)
{
	const RowCursor *r = (const RowCursor *)(const void *)c;

	return !r->rows || r->at >= r->rows->n;
}

static int on_column(sqlite3_vtab_cursor *c, sqlite3_context *ctx, int column)
{
	const RowCursor *r = (const RowCursor *)(const void *)c;

	r->rows->column(ctx, r->rows->arg, r->at, column);
	return SQLITE_OK;
}

static int on_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *id)
{
	*id = (sqlite3_int64)((const RowCursor *)(const void *)c)->at;
	return SQLITE_OK;
}

int rows_register(Store *s, Err *e)
{
	static const sqlite3_module module = {
		.xConnect = on_connect, .xDisconnect = on_disconnect, .xBestIndex = on_best_index, .xOpen = on_open, .xClose = on_close,
		.xFilter = on_filter, .xNext = on_next, .xEof = on_eof, .xColumn = on_column, .xRowid = on_rowid,
	};

	return sqlite3_create_module_v2(s->db, "rows", &module, s, NULL) == SQLITE_OK ? 0 : db_fail(s, "cannot prepare the snapshot", e);
}

int rows_write(Store *s, const char *sql, const Rows *rows, const char *doing, Err *e)
{
	sqlite3_stmt *st;
	int rc;

	if (!rows->n)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	s->rows = rows;
	rc = db_done(s, st, doing, e);
	s->rows = NULL;
	return rc;
}
