/* Sheets as tables for those who ask with SQL: a row for each cell of the rollups from the first to the last that are named, as in
 * "FROM total_cells(0, 5)", or of all; and a row for each line ("FROM line_cells"). There without being created (rows.c). */
#include "store/sheets.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/line_own.h"
#include "store/line_sheets.h"
#include "store/rows.h"

enum { AT_ROLLUP, AT_AT, AT_K1, AT_BODY = AT_K1 + DIM_PARTS, AT_FIRST, AT_LAST };
enum { AT_ID, AT_EVENT, AT_CALL, AT_KIND, AT_FLAGS, AT_REST, AT_TEXT };

typedef struct TableCursor {
	sqlite3_vtab_cursor base;
	sqlite3_stmt *st;                /* the sheets; its row is the one that is read */
	SheetReader   r;
	int64_t       sheet;             /* its id */
	Place         p;
	int64_t       first;             /* span of the sheet */
	LineCell      line;
	bool          over;
} TableCursor;

typedef struct Kind Kind;
typedef struct Table { sqlite3_vtab base; Store *store; const Kind *kind; } Table;
struct Kind {
	const char *name, *columns, *sql, *damaged;
	SheetTable  t;
	bool        by_rollup;           /* its last two columns, hidden, are arguments: the first and the last rollup */
	bool (*open)(const Kind *k, TableCursor *c, Str bytes);       /* a sheet */
	bool (*take)(const Kind *k, TableCursor *c);                  /* the cell that the reader stands on */
	void (*column)(const TableCursor *c, sqlite3_context *ctx, int column);
};

static bool open_totals(const Kind *k, TableCursor *c, Str bytes)
{
	bool known = sheets_open(k->t, c->sheet, bytes, &c->r, &c->p);

	c->first = c->p.at;
	return known;
}

static bool take_total(const Kind *k, TableCursor *c)
{
	sheets_place(k->t, &c->r, c->first, &c->p);
	return true;
}

static void column_of_total(const TableCursor *c, sqlite3_context *ctx, int column)
{
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
}

static bool open_lines(const Kind *k, TableCursor *c, Str bytes)
{
	(void)k;
	c->r = sheet_reader(bytes, 1);
	return true;
}

static bool take_line(const Kind *k, TableCursor *c)
{
	(void)k;
	return line_sheets_cell(c->sheet, &c->r, &c->line);
}

static void column_of_line(const TableCursor *c, sqlite3_context *ctx, int column)
{
	Store *s = ((const Table *)(const void *)c->base.pVtab)->store;
	const LineCell *l = &c->line;
	Str text;
	Err e;

	switch (column) {
	case AT_ID:
		sqlite3_result_int64(ctx, l->id);
		break;
	case AT_EVENT:
		sqlite3_result_int64(ctx, l->event_hash);
		break;
	case AT_CALL:
		sqlite3_result_int64(ctx, l->call);
		break;
	case AT_KIND:
		sqlite3_result_int(ctx, (int)l->kind);
		break;
	case AT_FLAGS:
		sqlite3_result_int(ctx, l->flags & ~F_LINE_SHAPED);
		break;
	case AT_REST:
		sqlite3_result_blob64(ctx, l->rest.p, l->rest.n, SQLITE_TRANSIENT);
		break;
	default:
		if (line_text(s, l, &text, &e) == 0)
			sqlite3_result_text64(ctx, text.p, text.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		else
			sqlite3_result_error(ctx, e.text, -1);
	}
}

#define TOTALS(name, table, t) { name "_cells", "CREATE TABLE x(rollup, at, k1, k2, k3, body, first HIDDEN, last HIDDEN)", \
	"SELECT id, cells FROM main." table " WHERE id >= ? AND id < ? ORDER BY id", "totals are damaged", t, true, \
	open_totals, take_total, column_of_total }
static const Kind kinds[] = {
	TOTALS("total", "total_sheet", SHEETS_TOTAL), TOTALS("latency", "latency_sheet", SHEETS_LATENCY),
	{ "line_cells", "CREATE TABLE x(id, event_hash, call, kind, flags, rest, text)", "SELECT id, lines FROM main.line_sheet ORDER BY id",
	  "a log line is damaged", SHEET_TABLES, false, open_lines, take_line, column_of_line },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* What a module is registered with. */
typedef struct Source { Store *store; const Kind *kind; } Source;

static int on_connect(sqlite3 *db, void *source, int argc, const char *const *argv, sqlite3_vtab **out, char **why)
{
	const Source *from = source;
	Table *x;

	(void)argc;
	(void)argv;
	(void)why;
	if (sqlite3_declare_vtab(db, from->kind->columns) != SQLITE_OK)
		return SQLITE_ERROR;
	x = xcalloc(1, sizeof *x);
	x->store = from->store;
	x->kind = from->kind;
	*out = &x->base;
	return SQLITE_OK;
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

	for (int i = 0; i < info->nConstraint; i++) {
		const struct sqlite3_index_constraint *c = &info->aConstraint[i];

		if (!((Table *)(void *)t)->kind->by_rollup || c->op != SQLITE_INDEX_CONSTRAINT_EQ || c->iColumn < AT_FIRST)
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
		c->sheet = sqlite3_column_int64(c->st, 0);
		if (!x->kind->open(x->kind, c, db_col_str(c->st, 1)))
			return fail(c, x->kind->damaged);
	}
	return rc > 0 && x->kind->take(x->kind, c) ? SQLITE_OK : fail(c, x->kind->damaged);
}

static int on_filter(sqlite3_vtab_cursor *cursor, int plan, const char *name, int n, sqlite3_value **arg)
{
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
	if (!c->st && sqlite3_prepare_v2(x->store->db, x->kind->sql, -1, &c->st, NULL) != SQLITE_OK)
		return fail(c, sqlite3_errmsg(x->store->db));
	sqlite3_reset(c->st);
	if (x->kind->by_rollup) {
		sqlite3_bind_int64(c->st, 1, sheets_id(x->kind->t, (Rollup)first, INT64_MIN, 0));
		sqlite3_bind_int64(c->st, 2, sheets_id(x->kind->t, (Rollup)last, INT64_MAX, 0));
	}
	return on_next(cursor);
}

static int on_eof(sqlite3_vtab_cursor *c)
{
	return ((const TableCursor *)(const void *)c)->over;
}

static int on_column(sqlite3_vtab_cursor *cursor, sqlite3_context *ctx, int column)
{
	const TableCursor *c = (const TableCursor *)(const void *)cursor;

	((const Table *)(const void *)cursor->pVtab)->kind->column(c, ctx, column);
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
	static const sqlite3_module module = {
		.xConnect = on_connect, .xDisconnect = on_disconnect, .xBestIndex = on_best_index, .xOpen = on_open, .xClose = on_close,
		.xFilter = on_filter, .xNext = on_next, .xEof = on_eof, .xColumn = on_column, .xRowid = on_rowid,
	};

	for (size_t i = 0; i < KINDS; i++) {
		Source *from = xmalloc(sizeof *from);

		*from = (Source){ s, &kinds[i] };
		if (sqlite3_create_module_v2(s->db, kinds[i].name, &module, from, free) != SQLITE_OK)
			return db_fail(s, "cannot prepare the snapshot", e);
	}
	return 0;
}
