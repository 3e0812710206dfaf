#include "store/sheets.h"

#include "base/num.h"
#include "base/xalloc.h"
#include "store/gather.h"
#include "store/sheet_rows.h"

/* An id: five bits of rollup, then the span (27 bits of hours or days, 33 of minutes, counted from before the year 1), then the first
 * key (31 bits; of minutes, which need more bits themselves, 25: keys by the 64). */
enum { ROLLUP_SHIFT = 58, HOUR_BITS = 27, MINUTE_BITS = 33, MINUTE_KEYS_SHIFT = 6 };
#define HOUR_BIAS   (INT64_C(1) << 25)
#define MINUTE_BIAS (INT64_C(1) << 31)
#define MINUTE_MS   INT64_C(60000)
/* 0001-01-01 and the end of 9999 (wire/time8601.h). */
#define FIRST_MS INT64_C(-62135596800000)
#define LAST_MS  INT64_C(253402300799999)

typedef struct Table { const char *each, *forget; SheetSql rows; } Table;
#define TABLE(name) { \
	"SELECT gather(id, cells) FROM " name " WHERE id >= ?1 AND id < ?2", "DELETE FROM " name " WHERE id >= ?1 AND id < ?2", \
	SHEET_SQL(name, "cells", "totals") }
static const Table tables[SHEET_TABLES] = { [SHEETS_TOTAL] = TABLE("total_sheet"), [SHEETS_LATENCY] = TABLE("latency_sheet") };

/* The spans that have their cells on one sheet, or on some that follow each other. */
typedef struct Group { SheetGroup rows; SheetTable t; Rollup r; int64_t first /* span */, spans; int parts; } Group;

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

static int64_t id_of(const Group *g, int64_t key)
{
	const bool minute = is_minute(g->r);
	const int64_t field = floor_div(g->first, g->spans) + (minute ? MINUTE_BIAS : HOUR_BIAS);
	const int key_bits = ROLLUP_SHIFT - (minute ? MINUTE_BITS : HOUR_BITS);

	key = clamp(minute ? key >> MINUTE_KEYS_SHIFT : key, 0, (INT64_C(1) << key_bits) - 1);
	return (int64_t)g->r << ROLLUP_SHIFT | field << key_bits | key;
}

/* By the first name in a cell's key; sheets of several spans are not cut by it. */
static int64_t id_of_key(const SheetGroup *rows, const SheetKey *key)
{
	const Group *g = (const Group *)(const void *)rows;

	return id_of(g, g->spans > 1 ? 0 : key->n[0]);
}

static Group group_of(SheetTable t, Rollup r, int64_t at)
{
	const RollupKind *k = rollup_kind(r);
	Group g = { .rows = { .sql = &tables[t].rows, .id = id_of_key }, .t = t, .r = r, .spans = k->spans[t] ? k->spans[t] : 1 };

	while (g.parts < DIM_PARTS && k->part[g.parts] != DIM_ALL)
		g.parts++;
	g.first = floor_div(at, g.spans) * g.spans;
	g.rows.numbers = g.parts + (g.spans > 1);
	g.rows.first = id_of(&g, 0);
	return g;
}

/* Behind all of the group. */
static int64_t end_of(const Group *g)
{
	Group next = *g;

	next.first += g->spans;
	return id_of(&next, 0);
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
	*r = sheet_reader(bytes, g.rows.numbers);
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
	return gather_each(s, &(DbQuery){ tables[t].each, tables[t].rows.reading, NULL, { first.rows.first, end_of(&last) }, 2 }, walk_sheet, &w, e);
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
	if ((rc = sheet_row_find(s, &g.rows, id_of_key(&g.rows, &key), &id, &bytes, e)) <= 0)
		return rc;
	if ((rc = sheet_find(bytes, g.rows.numbers, &key, &body)) < 0)
		return sheets_damaged(s, e);
	return rc ? each(s, p, body, arg, e) : 0;
}

int sheets_last(Store *s, SheetTable t, Rollup r, int64_t *at, Err *e)
{
	const SheetGroup all = { .sql = &tables[t].rows, .first = sheets_id(t, r, INT64_MIN, 0) };
	SheetReader reader;
	int64_t id;
	Str bytes;
	Place p;
	int rc = sheet_row_find(s, &all, sheets_id(t, r, INT64_MAX, 0), &id, &bytes, e);

	*at = INT64_MAX;
	if (rc <= 0)
		return rc;
	if (sheets_open(t, id, bytes, &reader, &p))
		for (int64_t first = p.at; (rc = sheet_next(&reader)) > 0; *at = p.at)
			sheets_place(t, &reader, first, &p);
	return rc < 0 ? sheets_damaged(s, e) : 0;
}

/* --- writing --- */

static int change_group(Store *s, const Group *g, const SheetsChange *c, size_t from, size_t n, Err *e)
{
	VEC_GROW(s->keys, s->keys_cap, n);
	for (size_t i = 0; i < n; i++)
		s->keys[i] = key_of(g, c->place(c->arg, from + i));
	return sheet_rows_change(s, &g->rows, &(SheetChange){ .key = s->keys, .n = n, .first = from, .add = c->add, .arg = c->arg }, SHEET_CUT_EVEN, e);
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
	int rc = sheet_row_find(s, &g->rows, g->rows.first, &id, &old, e);

	if (rc <= 0)
		return rc;
	r = sheet_reader(old, g->rows.numbers);
	do
		from = r.at;
	while ((rc = sheet_next(&r)) > 0 && g->first + r.cell.key.n[0] < before);
	if (rc < 0)
		return sheets_damaged(s, e);
	if (from == r.end)
		return sheet_row_drop(s, g->rows.sql, id, e);
	return sheet_row_put(s, g->rows.sql, id, (Str){ (const char *)from, (size_t)(r.end - from) }, e);
}

int sheets_forget(Store *s, SheetTable t, Rollup r, int64_t before, Err *e)
{
	const Group g = group_of(t, r, clamp(before, sheets_at(r, FIRST_MS), sheets_at(r, LAST_MS) + 1));
	sqlite3_stmt *st = db_stmt(s, tables[t].forget, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, sheets_id(t, r, INT64_MIN, 0));
	sqlite3_bind_int64(st, 2, g.rows.first);
	if (db_done(s, st, "cannot forget old totals", e) < 0)
		return -1;
	return g.first < before && g.spans > 1 ? forget_some(s, &g, before, e) : 0;
}
