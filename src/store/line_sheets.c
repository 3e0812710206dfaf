#include "store/line_sheets.h"

#include "base/xalloc.h"
#include "store/sheet_rows.h"

enum { SPAN_SHIFT = 42, NUMBERS = 1, AT_ONCE = 2048, JOINED_MAX = 3600 };

static const SheetSql sql = SHEET_SQL("line_sheet", "lines", "log lines");

static int64_t span_of(int64_t id)
{
	return id >> SPAN_SHIFT;
}

static int64_t span_start(int64_t id)
{
	return (int64_t)((uint64_t)id >> SPAN_SHIFT << SPAN_SHIFT);
}

static int64_t id_of_key(const SheetGroup *g, const SheetKey *key)
{
	return g->first + key->n[0];
}

static SheetGroup group_of(int64_t id)
{
	return (SheetGroup){ .sql = &sql, .numbers = NUMBERS, .first = span_start(id), .id = id_of_key };
}

int line_sheets_damaged(const Store *s, Err *e)
{
	return err_set(e, "the snapshot %s has a damaged log line; move it away and a new one is made", s->path);
}

bool line_sheets_cell(int64_t sheet, const SheetReader *r, LineCell *c)
{
	if (r->cell.key.n[0] >> SPAN_SHIFT || !line_cell_take(r->cell.body, c))
		return false;
	c->id = span_start(sheet) + r->cell.key.n[0];
	return true;
}

/* --- reading --- */

typedef struct Walk { int64_t from, until; LineEach *each; void *arg; } Walk;

static int walk_sheet(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	const Walk *w = arg;
	const int64_t sheet = sqlite3_column_int64(st, 0);
	SheetReader r = sheet_reader(db_col_str(st, 1), NUMBERS);
	LineCell c;
	int rc;

	while ((rc = sheet_next(&r)) > 0) {
		const int64_t id = span_start(sheet) + r.cell.key.n[0];

		if (id < w->from)
			continue;
		if (id > w->until)
			return 0;
		if (!line_sheets_cell(sheet, &r, &c))
			return line_sheets_damaged(s, e);
		if (w->each(s, &c, w->arg, e) < 0)
			return -1;
	}
	return rc < 0 ? line_sheets_damaged(s, e) : 0;
}

int line_sheets_each(Store *s, int64_t from, int64_t until, LineEach *each, void *arg, Err *e)
{
	static const char ask[] = "SELECT id, lines FROM line_sheet WHERE id >= coalesce((SELECT max(id) FROM line_sheet WHERE id <= ?1), ?1) "
	                          "AND id <= ?2 ORDER BY id";
	Walk w = { from, until, each, arg };

	return db_each(s, &(DbQuery){ ask, sql.reading, walk_sheet, { from, until }, 2 }, &w, e);
}

int line_sheets_newest(Store *s, int64_t *id, Err *e)
{
	const SheetGroup all = { .sql = &sql, .first = INT64_MIN };
	int64_t sheet;
	SheetReader r;
	Str bytes;
	int rc = sheet_row_find(s, &all, INT64_MAX, &sheet, &bytes, e);

	*id = INT64_MIN;
	if (rc <= 0)
		return rc;
	for (r = sheet_reader(bytes, NUMBERS); (rc = sheet_next(&r)) > 0;)
		*id = span_start(sheet) + r.cell.key.n[0];
	return rc < 0 ? line_sheets_damaged(s, e) : 0;
}

/* --- writing --- */

/* So many of one span at a time that the sheets they are cut from stay small. */
static size_t run_of(const LineChange *c, size_t from)
{
	size_t n = 1;

	while (n < AT_ONCE && from + n < c->n && span_of(c->id[from + n]) == span_of(c->id[from]))
		n++;
	return n;
}

int line_sheets_change(Store *s, const LineChange *c, Err *e)
{
	VEC_GROW(s->keys, s->keys_cap, c->n < AT_ONCE ? c->n : AT_ONCE);
	for (size_t from = 0, n; from < c->n; from += n) {
		const SheetGroup g = group_of(c->id[from]);
		SheetChange change = { .key = s->keys, .first = from, .add = c->add, .arg = c->arg };

		change.n = n = run_of(c, from);
		for (size_t i = 0; i < n; i++)
			s->keys[i].n[0] = c->id[from + i] - g.first;
		if (sheet_rows_change(s, &g, &change, c->in_order ? SHEET_CUT_FULL : SHEET_CUT_EVEN, e) < 0)
			return -1;
	}
	return 0;
}

/* --- forgetting --- */

/* A sheet that is looked through, and those behind it that fit on it. */
typedef struct Left { int64_t id; bool there, changed; Buf bytes; } Left;

static int put_left(Store *s, Left *l, Err *e)
{
	int rc = !l->there || !l->changed ? 0 : l->bytes.n ? sheet_row_put(s, &sql, l->id, buf_str(&l->bytes), e) : sheet_row_drop(s, &sql, l->id, e);

	l->there = l->changed = false;
	buf_reset(&l->bytes);
	return rc;
}

/* What of the sheet stays goes into out. */
static int filter(Store *s, int64_t sheet, Str bytes, int64_t from, int64_t until, LineGone *gone, Buf *out, Err *e)
{
	SheetReader r = sheet_reader(bytes, NUMBERS);
	LineCell c;
	int rc;

	buf_reset(out);
	for (const unsigned char *at = r.at; (rc = sheet_next(&r)) > 0; at = r.at) {
		bool yes = false;

		if (!line_sheets_cell(sheet, &r, &c))
			return line_sheets_damaged(s, e);
		if (c.id >= from && c.id < until && gone(s, &c, &yes, e) < 0)
			return -1;
		if (!yes)
			(void)buf_put(out, at, (size_t)(r.at - at));
	}
	return rc < 0 ? line_sheets_damaged(s, e) : out->full ? err_set(e, "log lines of one sheet do not fit") : 0;
}

/* Takes the next sheet's remains, in s->sheet, to what is left before, or begins with them anew. */
static int take_left(Store *s, Left *l, int64_t id, bool changed, Err *e)
{
	const bool fits = l->there && span_of(l->id) == span_of(id) && l->bytes.n + s->sheet.n <= JOINED_MAX;

	if (fits && (changed || l->changed)) {
		l->changed = true;
		(void)buf_put_str(&l->bytes, buf_str(&s->sheet));
		return sheet_row_drop(s, &sql, id, e);
	}
	if (put_left(s, l, e) < 0)
		return -1;
	l->there = true;
	l->id = id;
	l->changed = changed;
	(void)buf_put_str(&l->bytes, buf_str(&s->sheet));
	return 0;
}

int line_sheets_forget(Store *s, int64_t from, int64_t until, LineGone *gone, Err *e)
{
	const SheetGroup all = { .sql = &sql, .first = INT64_MIN };
	Left left = { 0 };
	int64_t id = from;
	Str bytes;
	int rc = sheet_row_find(s, &all, from, &id, &bytes, e);

	for (int64_t next = id; rc >= 0 && (rc = sheet_row_next(s, &sql, next, until, &id, &bytes, e)) > 0; next = id + 1) {
		rc = filter(s, id, bytes, from, until, gone, &s->sheet, e);
		if (rc == 0)
			rc = take_left(s, &left, id, s->sheet.n != bytes.n, e);
	}
	if (rc == 0)
		rc = put_left(s, &left, e);
	buf_done(&left.bytes);
	return rc;
}
