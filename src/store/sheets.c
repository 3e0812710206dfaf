#include "store/sheets.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "store/gather.h"

/* An id: five bits of rollup, then the span (27 bits of hours or days, 33 of minutes, counted from before the year 1), then the first
 * key (31 bits; of minutes, which need more bits themselves, 25: keys by the 64). */
enum { ROLLUP_SHIFT = 58, HOUR_BITS = 27, MINUTE_BITS = 33, MINUTE_KEYS_SHIFT = 6 };
#define HOUR_BIAS   (INT64_C(1) << 25)
#define MINUTE_BIAS (INT64_C(1) << 31)
#define MINUTE_MS   INT64_C(60000)
/* 0001-01-01 and the end of 9999 (wire/time8601.h). */
#define FIRST_MS INT64_C(-62135596800000)
#define LAST_MS  INT64_C(253402300799999)

/* With its id and the record around it a sheet fills a page of 4096 bytes; one that is cut leaves room in both halves. */
enum { SHEET_MAX = 4040, SHEET_FILL = 3600 };

typedef struct Table { const char *find, *each, *put, *drop, *forget; } Table;
#define TABLE(name) { \
	"SELECT id, cells FROM " name " WHERE id >= ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1", \
	"SELECT gather(id, cells) FROM " name " WHERE id >= ?1 AND id < ?2", \
	"INSERT OR REPLACE INTO " name " VALUES(?1, ?2)", "DELETE FROM " name " WHERE id = ?1", "DELETE FROM " name " WHERE id >= ?1 AND id < ?2" }
static const Table tables[SHEET_TABLES] = { [SHEETS_TOTAL] = TABLE("total_sheet"), [SHEETS_LATENCY] = TABLE("latency_sheet") };

static const char doing_read[] = "cannot read totals", doing_write[] = "cannot keep totals";

/* The spans that have their cells on one sheet, or on some that follow each other. */
typedef struct Group { SheetTable t; Rollup r; int64_t first /* span */, spans; int parts, numbers; } Group;

static bool is_minute(Rollup r)
{
	return rollup_kind(r)->span_ms == MINUTE_MS;
}

static int64_t clamp(int64_t v, int64_t least, int64_t most)
{
	return v < least ? least : v > most ? most : v;
}

int64_t sheets_at(Rollup r, int64_t ms)
{
	return floor_div(clamp(ms, FIRST_MS, LAST_MS), rollup_kind(r)->span_ms);
}

static Group group_of(SheetTable t, Rollup r, int64_t at)
{
	const RollupKind *k = rollup_kind(r);
	Group g = { .t = t, .r = r, .spans = k->spans[t] ? k->spans[t] : 1 };

	while (g.parts < DIM_PARTS && k->part[g.parts] != DIM_ALL)
		g.parts++;
	g.numbers = g.parts + (g.spans > 1);
	g.first = floor_div(at, g.spans) * g.spans;
	return g;
}

static int64_t id_of(const Group *g, int64_t key)
{
	const bool minute = is_minute(g->r);
	const int64_t field = floor_div(g->first, g->spans) + (minute ? MINUTE_BIAS : HOUR_BIAS);
	const int key_bits = ROLLUP_SHIFT - (minute ? MINUTE_BITS : HOUR_BITS);

	key = clamp(minute ? key >> MINUTE_KEYS_SHIFT : key, 0, (INT64_C(1) << key_bits) - 1);
	return (int64_t)g->r << ROLLUP_SHIFT | field << key_bits | key;
}

/* Behind all of the group. */
static int64_t end_of(const Group *g)
{
	Group next = *g;

	next.first += g->spans;
	return id_of(&next, 0);
}

/* The first name in a cell's key; sheets of several spans are not cut by it. */
static int64_t name_of(const Group *g, const SheetKey *key)
{
	return g->spans > 1 ? 0 : key->n[0];
}

static SheetKey key_of(const Group *g, const Place *p)
{
	SheetKey key = { { 0 } };
	int n = 0;

	if (g->spans > 1)
		key.n[n++] = p->at - g->first;
	for (int i = 0; i < g->parts; i++)
		key.n[n++] = p->key[i];
	return key;
}

int sheets_damaged(const Store *s, Err *e)
{
	return err_set(e, "totals in the snapshot %s are damaged; move it away and a new one is made", s->path);
}

int64_t sheets_id(SheetTable t, Rollup r, int64_t at, int64_t key)
{
	Group g = group_of(t, r, clamp(at, sheets_at(r, FIRST_MS), sheets_at(r, LAST_MS) + 1));

	return id_of(&g, key);
}

bool sheets_open(SheetTable t, int64_t id, Str bytes, SheetReader *r, Place *p)
{
	const int64_t rollup = id >> ROLLUP_SHIFT;
	int key_bits;
	Group g;

	if (rollup < 0 || rollup >= ROLLUPS)
		return false;
	g = group_of(t, (Rollup)rollup, 0);
	key_bits = ROLLUP_SHIFT - (is_minute(g.r) ? MINUTE_BITS : HOUR_BITS);
	*p = (Place){ .rollup = rollup };
	p->at = (((id & ((INT64_C(1) << ROLLUP_SHIFT) - 1)) >> key_bits) - (is_minute(g.r) ? MINUTE_BIAS : HOUR_BIAS)) * g.spans;
	*r = sheet_reader(bytes, g.numbers);
	return true;
}

void sheets_place(SheetTable t, const SheetReader *r, int64_t first, Place *p)
{
	const RollupKind *k = rollup_kind((Rollup)p->rollup);
	const bool spans = k->spans[t] > 1;

	p->at = first + (spans ? r->cell.key.n[0] : 0);
	for (int i = 0; i < DIM_PARTS; i++)
		p->key[i] = spans ? 0 : r->cell.key.n[i];
}

/* --- reading --- */

typedef struct Walk { SheetTable t; int64_t from, until; SheetEach *each; void *arg; } Walk;

static int walk_sheet(Store *s, sqlite3_value **v, void *arg, Err *e)
{
	const Walk *w = arg;
	SheetReader r;
	int64_t first;
	Str bytes;
	Place p;
	int rc;

	if (sheet_copy(&s->old, gather_blob(v[1]), &bytes, e) < 0)
		return -1;
	if (!sheets_open(w->t, sqlite3_value_int64(v[0]), bytes, &r, &p))
		return sheets_damaged(s, e);
	for (first = p.at; (rc = sheet_next(&r)) > 0;) {
		sheets_place(w->t, &r, first, &p);
		if (p.at >= w->from && p.at < w->until && w->each(s, &p, r.cell.body, w->arg, e) < 0)
			return -1;
	}
	return rc < 0 ? sheets_damaged(s, e) : 0;
}

int sheets_each(Store *s, SheetTable t, Rollup r, int64_t from, int64_t until, SheetEach *each, void *arg, Err *e)
{
	const int64_t least = sheets_at(r, FIRST_MS), most = sheets_at(r, LAST_MS) + 1;
	Walk w = { t, clamp(from, least, most), clamp(until, least, most), each, arg };
	Group first = group_of(t, r, w.from), last = group_of(t, r, w.until - 1);

	if (w.from >= w.until)
		return 0;
	return gather_each(s, &(DbQuery){ tables[t].each, doing_read, NULL, { id_of(&first, 0), end_of(&last) }, 2 }, walk_sheet, &w, e);
}

/* The last sheet with an id in [from, until]. *id -1: there is none, and its bytes are none. */
static int find_sheet(Store *s, SheetTable t, int64_t from, int64_t until, int64_t *id, Str *bytes, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, tables[t].find, e);
	int rc;

	*id = -1;
	*bytes = STR("");
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*id = sqlite3_column_int64(st, 0);
		rc = sheet_copy(&s->old, db_col_str(st, 1), bytes, e);
	} else {
		rc = rc == SQLITE_DONE ? 0 : db_fail(s, doing_read, e);
	}
	sqlite3_reset(st);
	return rc;
}

int sheets_find(Store *s, SheetTable t, const Place *p, SheetEach *each, void *arg, Err *e)
{
	const Group g = group_of(t, (Rollup)p->rollup, p->at);
	const SheetKey key = key_of(&g, p);
	int64_t id;
	Str bytes, body;
	int rc;

	if (p->at != clamp(p->at, sheets_at(g.r, FIRST_MS), sheets_at(g.r, LAST_MS)))
		return 0;
	if (find_sheet(s, t, id_of(&g, 0), id_of(&g, name_of(&g, &key)), &id, &bytes, e) < 0)
		return -1;
	if ((rc = sheet_find(bytes, g.numbers, &key, &body)) < 0)
		return sheets_damaged(s, e);
	return rc ? each(s, p, body, arg, e) : 0;
}

int sheets_last(Store *s, SheetTable t, Rollup r, int64_t *at, Err *e)
{
	const int64_t from = sheets_id(t, r, INT64_MIN, 0), until = sheets_id(t, r, INT64_MAX, 0);
	SheetReader reader;
	int64_t id;
	Str bytes;
	Place p;
	int rc = 0;

	*at = INT64_MAX;
	if (find_sheet(s, t, from, until, &id, &bytes, e) < 0)
		return -1;
	if (id >= 0 && sheets_open(t, id, bytes, &reader, &p))
		for (int64_t first = p.at; (rc = sheet_next(&reader)) > 0; *at = p.at)
			sheets_place(t, &reader, first, &p);
	return rc < 0 ? sheets_damaged(s, e) : 0;
}

/* --- writing --- */

static int drop_sheet(Store *s, SheetTable t, int64_t id, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, tables[t].drop, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	return db_done(s, st, doing_write, e);
}

static int put_sheet(Store *s, SheetTable t, int64_t id, Str cells, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, tables[t].put, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_blob64(st, 2, cells.p, cells.n, SQLITE_STATIC);
	return db_done(s, st, doing_write, e);
}

/* As many sheets as it takes, the first of them in the place of the one that these cells come from. Cells whose ids would be the same
 * stay together, however long that gets. */
static int put_cut(Store *s, const Group *g, int64_t id, Str cells, Err *e)
{
	const size_t pieces = cells.n > SHEET_MAX ? cells.n / SHEET_FILL + 1 : 1, least = cells.n / pieces;
	SheetReader r = sheet_reader(cells, g->numbers);
	size_t begun = 0;
	int64_t last = id;

	if (pieces > 1)
		for (size_t at = 0; sheet_next(&r) > 0; at = (size_t)(r.at - (const unsigned char *)cells.p)) {
			int64_t own = id_of(g, name_of(g, &r.cell.key));

			if (at - begun >= least && own != last) {
				if (put_sheet(s, g->t, id, str_sub(cells, begun, at - begun), e) < 0)
					return -1;
				begun = at;
				id = own;
			}
			last = own;
		}
	return put_sheet(s, g->t, id, str_sub(cells, begun, cells.n - begun), e);
}

/* One sheet: the changes v[*n..) of those that belong on it, of all n; *n becomes how many are left. The last come first: the sheet
 * that is found for one has room for all changes behind its own beginning. */
typedef struct Part { const Group *g; const SheetKey *key; size_t first, n; const SheetsChange *all; } Part;

static int add_of_part(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Part *p = arg;

	return p->all->add(p->all->arg, p->first + i, old, out, e);
}

static int change_sheet(Store *s, Part *p, size_t *left, Err *e)
{
	const Group *g = p->g;
	const int64_t first = id_of(g, 0);
	const SheetKey *key = p->key;
	size_t from = *left, base = p->first;
	int64_t id;
	Str old;
	int rc;

	if (find_sheet(s, g->t, first, id_of(g, name_of(g, &key[*left - 1])), &id, &old, e) < 0)
		return -1;
	while (from && (id < 0 || id_of(g, name_of(g, &key[from - 1])) >= id))
		from--;
	buf_reset(&s->sheet);
	p->first = base + from;
	rc = sheet_merge(old, g->numbers, &(SheetChange){ key + from, *left - from, add_of_part, p, &s->body }, &s->sheet, e);
	p->first = base;
	*left = from;
	if (rc < 0)
		return err_wrap(e, "%s", s->path);
	if (s->sheet.n)
		return put_cut(s, g, id < 0 ? first : id, buf_str(&s->sheet), e);
	return id < 0 ? 0 : drop_sheet(s, g->t, id, e);
}

static int change_group(Store *s, const Group *g, const SheetsChange *c, size_t from, size_t n, Err *e)
{
	Part part = { g, NULL, from, n, c };
	SheetKey *key;
	size_t left = n;
	int rc = 0;

	VEC_GROW(s->keys, s->keys_cap, n);
	key = s->keys;
	for (size_t i = 0; i < n; i++)
		key[i] = key_of(g, c->place(c->arg, from + i));
	part.key = key;
	while (left && rc == 0)
		rc = change_sheet(s, &part, &left, e);
	return rc;
}

int sheets_change(Store *s, SheetTable t, const SheetsChange *c, Err *e)
{
	for (size_t from = 0, n; from < c->n; from += n) {
		const Place *p = c->place(c->arg, from);
		const Group g = group_of(t, (Rollup)p->rollup, p->at);

		for (n = 1; from + n < c->n; n++) {
			p = c->place(c->arg, from + n);
			if (p->rollup != (int64_t)g.r || p->at < g.first || p->at >= g.first + g.spans)
				break;
		}
		if (change_group(s, &g, c, from, n, e) < 0)
			return -1;
	}
	return 0;
}

/* Of a sheet of several spans those before that one go. */
static int forget_some(Store *s, const Group *g, int64_t before, Err *e)
{
	const unsigned char *from;
	SheetReader r;
	int64_t id;
	Str old;
	int rc;

	if (find_sheet(s, g->t, id_of(g, 0), id_of(g, 0), &id, &old, e) < 0)
		return -1;
	if (id < 0)
		return 0;
	r = sheet_reader(old, g->numbers);
	do
		from = r.at;
	while ((rc = sheet_next(&r)) > 0 && g->first + r.cell.key.n[0] < before);
	if (rc < 0)
		return sheets_damaged(s, e);
	if (from == r.end)
		return drop_sheet(s, g->t, id, e);
	return put_sheet(s, g->t, id, (Str){ (const char *)from, (size_t)(r.end - from) }, e);
}

int sheets_forget(Store *s, SheetTable t, Rollup r, int64_t before, Err *e)
{
	const Group g = group_of(t, r, clamp(before, sheets_at(r, FIRST_MS), sheets_at(r, LAST_MS) + 1));
	sqlite3_stmt *st = db_stmt(s, tables[t].forget, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, sheets_id(t, r, INT64_MIN, 0));
	sqlite3_bind_int64(st, 2, id_of(&g, 0));
	if (db_done(s, st, "cannot forget old totals", e) < 0)
		return -1;
	return g.first < before && g.spans > 1 ? forget_some(s, &g, before, e) : 0;
}
