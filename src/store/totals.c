#include "store/totals.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "store/row.h"
#include "store/sheets.h"
#include "store/window.h"

/* What a reading of totals goes to: sums by key. */
typedef struct Reading { Dim by; Cells groups; } Reading;

int totals_unpack(const Store *s, Str cell, Sums *out, Err *e)
{
	return sums_read(cell, out) == 0 ? 0 : sheets_damaged(s, e);
}

static Sums *group_at(Reading *r, const int64_t key[DIM_PARTS])
{
	Place p = { .key = { key[0], key[1], key[2] } };

	return &cells_at(&r->groups, &p)->s;
}

static int add_cell(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	int64_t key[DIM_PARTS];
	Reading *r = arg;
	Sums x;

	if (totals_unpack(s, body, &x, e) < 0)
		return -1;
	dim_key_of_rollup(r->by, p->key, key);
	sums_add(group_at(r, key), &x);
	return 0;
}

static int add_spans(Store *s, void *arg, int64_t from, int64_t until, Err *e)
{
	Reading *r = arg;

	return sheets_each(s, SHEETS_TOTAL, dim_rollup(r->by), from, until, add_cell, r, e);
}

/* Whole minutes over all calls. */
static int add_minutes(Store *s, void *arg, int64_t from, int64_t until, Err *e)
{
	return sheets_each(s, SHEETS_TOTAL, ROLLUP_MINUTE, from, until, add_cell, arg, e);
}

typedef struct Moving { Reading *to; bool out; } Moving;

static int move_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	const Moving *m = arg;
	int64_t id[DIM_SIMPLE], key[DIM_PARTS];
	Sums x;

	(void)s;
	(void)e;
	call_sums_read(st, &x, id);
	dim_key_of_call(m->to->by, id, key);
	(m->out ? sums_sub : sums_add)(group_at(m->to, key), &x);
	return 0;
}

/* The calls booked in [from, until) themselves. */
static int move_rows(Store *s, void *arg, int64_t from_ms, int64_t until_ms, bool out, Err *e)
{
	static const char sql[] = "SELECT " CALL_SUM_COLUMNS " FROM job INDEXED BY job_booked WHERE booked_ms >= ? AND booked_ms < ?";

	if (from_ms >= until_ms)
		return 0;
	return db_each(s, &(DbQuery){ sql, "cannot read the jobs of an hour", move_row, { from_ms, until_ms }, 2 }, &(Moving){ arg, out }, e);
}

static int by_money(const void *a, const void *b)
{
	const CostGroup *x = a, *y = b;

	if (x->s.nusd != y->s.nusd)
		return x->s.nusd > y->s.nusd ? -1 : 1;
	return str_cmp(x->key, y->key);
}

int totals_key_text(Store *s, Dim d, const int64_t key[DIM_PARTS], Arena *a, Str *out, Err *e)
{
	Str name[DIM_PARTS];

	for (int i = 0; i < DIM_PARTS; i++)
		if (db_name_text(s, key[i], &name[i], e) < 0)
			return -1;
	*out = dim_join(d, name, a);
	return 0;
}

int totals_key_find(Store *s, Dim d, Str text, int64_t key[DIM_PARTS], bool *found, Err *e)
{
	Str name[DIM_PARTS];
	Arena a = { 0 };
	int rc = 0;

	*found = dim_split(d, d == DIM_ALL ? STR("") : text, &a, name) == 0;
	for (int i = 0; i < DIM_PARTS && *found && rc == 0; i++) {
		rc = db_name_find(s, name[i], &key[i], e);
		*found = key[i] >= 0;
	}
	arena_done(&a);
	return rc;
}

static int list_groups(Store *s, const Reading *r, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	*out = ARENA_ARRAY(a, CostGroup, r->groups.n + 1);
	*n = 0;
	for (size_t i = 0; i < r->groups.n; i++) {
		const Cell *c = &r->groups.v[i];

		if (sums_zero(&c->s))
			continue;
		if (totals_key_text(s, r->by, c->place.key, a, &(*out)[*n].key, e) < 0)
			return -1;
		(*out)[(*n)++].s = c->s;
	}
	if (*n)
		qsort(*out, *n, sizeof **out, by_money);
	return 0;
}

int store_cost(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	WindowSource from = { .span_ms = dim_span_ms(by), .spans = add_spans, .minutes = by == DIM_ALL ? add_minutes : NULL, .rows = move_rows };
	Reading r = { .by = by };
	int rc = window_read(s, &from, &r, from_ms, until_ms, e);

	*n = 0;
	if (rc == 0)
		rc = list_groups(s, &r, a, out, n, e);
	cells_done(&r.groups);
	return rc;
}

typedef struct Spans { Sums *out; int64_t from; } Spans;

static int take_span(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	const Spans *x = arg;

	return totals_unpack(s, body, &x->out[p->at - x->from], e);
}

/* The spans of one key are found one by one: sheets are ordered by time, so that sums over all keys read only theirs. */
static int spans_of_key(Store *s, Rollup r, const int64_t key[DIM_PARTS], Spans *x, size_t count, Err *e)
{
	int rc = 0;

	if (rollup_kind(r)->part[0] == DIM_ALL)
		return sheets_each(s, SHEETS_TOTAL, r, x->from, x->from + (int64_t)count, take_span, x, e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = sheets_find(s, SHEETS_TOTAL, &(Place){ r, x->from + (int64_t)i, { key[0], key[1], key[2] } }, take_span, x, e);
	return rc;
}

/* A dimension that leaves out a name of its rollup: one key is many rows. */
static int span_of_group(Store *s, Dim d, int64_t at, const int64_t key[DIM_PARTS], Sums *out, Err *e)
{
	Reading r = { .by = d };
	int rc = add_spans(s, &r, at, at + 1, e);

	if (rc == 0)
		*out = *group_at(&r, key);
	cells_done(&r.groups);
	return rc;
}

static bool is_row(Dim d)
{
	Dim part[DIM_PARTS];

	(void)dim_parts(d, part);
	return memcmp(part, rollup_kind(dim_rollup(d))->part, sizeof part) == 0;
}

int store_hours(Store *s, Dim dim, Str key, int64_t from_hour, size_t count, Sums *out, Err *e)
{
	int64_t id[DIM_PARTS];
	bool found, begun;
	int rc = totals_key_find(s, dim, key, id, &found, e);

	memset(out, 0, count * sizeof *out);
	if (rc < 0 || !found)
		return rc;
	if (db_view(s, &begun, e) < 0)
		return -1;
	if (is_row(dim))
		rc = spans_of_key(s, dim_rollup(dim), id, &(Spans){ out, from_hour }, count, e);
	else
		for (size_t i = 0; i < count && rc == 0; i++)
			rc = span_of_group(s, dim, from_hour + (int64_t)i, id, &out[i], e);
	db_view_end(s, begun);
	return rc;
}

int store_hours_by(Store *s, Dim by, const int64_t *hours, size_t count, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	Reading r = { .by = by };
	int rc = 0;

	*n = 0;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_spans(s, &r, hours[i], hours[i] + 1, e);
	if (rc == 0)
		rc = list_groups(s, &r, a, out, n, e);
	cells_done(&r.groups);
	return rc;
}

int totals_minutes(Store *s, Rollup r, int64_t key, int64_t from_minute, size_t count, Sums *out, Err *e)
{
	const int64_t keys[DIM_PARTS] = { key };
	bool begun;
	int rc;

	memset(out, 0, count * sizeof *out);
	if (db_view(s, &begun, e) < 0)
		return -1;
	rc = spans_of_key(s, r, keys, &(Spans){ out, from_minute }, count, e);
	db_view_end(s, begun);
	return rc;
}

int store_minutes(Store *s, int64_t from_minute, size_t count, Sums *out, Err *e)
{
	return totals_minutes(s, ROLLUP_MINUTE, 0, from_minute, count, out, e);
}

int totals_forget(Store *s, Rollup r, int64_t before, Err *e)
{
	return sheets_forget(s, SHEETS_TOTAL, r, before, e) < 0 || sheets_forget(s, SHEETS_LATENCY, r, before, e) < 0 ? -1 : 0;
}
