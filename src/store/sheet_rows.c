#include "store/sheet_rows.h"

/* With its id and the record around it a sheet fills a page of 4096 bytes; one that is cut leaves room in both halves. */
enum { SHEET_MAX = 4040, SHEET_FILL = 3600 };

static int read_row(Store *s, const char *which, const char *reading, int64_t from, int64_t until, int64_t *id, Str *bytes, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, which, e);
	int rc, found = 0;

	*bytes = STR("");
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*id = sqlite3_column_int64(st, 0);
		found = sheet_copy(&s->old, db_col_str(st, 1), bytes, e) < 0 ? -1 : 1;
	} else if (rc != SQLITE_DONE) {
		found = db_fail(s, reading, e);
	}
	sqlite3_reset(st);
	return found;
}

int sheet_row_find(Store *s, const SheetGroup *g, int64_t until, int64_t *id, Str *bytes, Err *e)
{
	return read_row(s, g->sql->find, g->sql->reading, g->first, until, id, bytes, e);
}

int sheet_row_next(Store *s, const SheetSql *sql, int64_t from, int64_t until, int64_t *id, Str *bytes, Err *e)
{
	return read_row(s, sql->next, sql->reading, from, until, id, bytes, e);
}

int sheet_row_drop(Store *s, const SheetSql *sql, int64_t id, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql->drop, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	return db_done(s, st, sql->writing, e);
}

int sheet_row_put(Store *s, const SheetSql *sql, int64_t id, Str bytes, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql->put, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_blob64(st, 2, bytes.p, bytes.n, SQLITE_STATIC);
	return db_done(s, st, sql->writing, e);
}

/* As many sheets as it takes, the first of them in the place of the one that these cells come from. Cells whose ids would be the same
 * stay together, however long that gets. */
static int put_cut(Store *s, const SheetGroup *g, int64_t id, Str cells, SheetCut cut, Err *e)
{
	const size_t pieces = cells.n > SHEET_MAX ? cells.n / SHEET_FILL + 1 : 1, least = cells.n / pieces;
	SheetReader r = sheet_reader(cells, g->numbers);
	size_t begun = 0;
	int64_t last = id;

	if (pieces > 1)
		for (size_t at = 0, end; sheet_next(&r) > 0; at = end) {
			int64_t own = g->id(g, &r.cell.key);

			end = (size_t)(r.at - (const unsigned char *)cells.p);
			if (own != last && (cut == SHEET_CUT_FULL ? end - begun > SHEET_MAX && at > begun : at - begun >= least)) {
				if (sheet_row_put(s, g->sql, id, str_sub(cells, begun, at - begun), e) < 0)
					return -1;
				begun = at;
				id = own;
			}
			last = own;
		}
	return sheet_row_put(s, g->sql, id, str_sub(cells, begun, cells.n - begun), e);
}

/* One sheet: of c's first *left changes the last ones, those that belong on it; *left becomes how many are left. The last come first: the
 * sheet that is found for one has room for all changes behind its own beginning. */
static int change_sheet(Store *s, const SheetGroup *g, const SheetChange *c, SheetCut cut, size_t *left, Err *e)
{
	SheetChange own = *c;
	size_t first = *left;
	int64_t id = g->first;
	Str old;
	int found = sheet_row_find(s, g, g->id(g, &c->key[*left - 1]), &id, &old, e);

	if (found < 0)
		return -1;
	while (first && (!found || g->id(g, &c->key[first - 1]) >= id))
		first--;
	own.key += first;
	own.n = *left - first;
	own.first += first;
	own.body = &s->body;
	*left = first;
	buf_reset(&s->sheet);
	if (sheet_merge(old, g->numbers, &own, &s->sheet, e) < 0)
		return err_wrap(e, "%s", s->path);
	if (s->sheet.n)
		return put_cut(s, g, id, buf_str(&s->sheet), cut, e);
	return found ? sheet_row_drop(s, g->sql, id, e) : 0;
}

int sheet_rows_change(Store *s, const SheetGroup *g, const SheetChange *c, SheetCut cut, Err *e)
{
	for (size_t left = c->n; left;)
		if (change_sheet(s, g, c, cut, &left, e) < 0)
			return -1;
	return 0;
}
