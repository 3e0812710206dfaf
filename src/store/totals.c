#include "store/totals.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "store/gather.h"
#include "store/row.h"
#include "store/rows.h"
#include "store/window.h"

/* What a reading of totals goes to: sums by key. */
typedef struct Reading { Dim by; Cells groups; } Reading;

int totals_unpack(const Store *s, Str blob, Sums *out, Err *e)
{
	if (sums_unpack(blob, out) == 0)
		return 0;
	return err_set(e, "totals in the snapshot %s are damaged; move it away and a new one is made", s->path);
}

int totals_read(Store *s, sqlite3_stmt *st, int at, Sums *out, Err *e)
{
	return totals_unpack(s, db_col_str(st, at), out, e);
}

static Sums *group_at(Reading *r, const int64_t key[DIM_PARTS])
{
	Place p = { .key = { key[0], key[1], key[2] } };

	return &cells_at(&r->groups, &p)->s;
}

static int add_span(Store *s, sqlite3_value **v, void *arg, Err *e)
{
	int64_t kept[DIM_PARTS] = { sqlite3_value_int64(v[1]), sqlite3_value_int64(v[2]), sqlite3_value_int64(v[3]) }, key[DIM_PARTS];
	Reading *r = arg;
	Sums x;

	if (totals_unpack(s, gather_blob(v[0]), &x, e) < 0)
		return -1;
	dim_key_of_rollup(r->by, kept, key);
	sums_add(group_at(r, key), &x);
	return 0;
}

static int add_from(Store *s, Reading *r, Rollup from, int64_t first, int64_t until, Err *e)
{
	static const char sql[] = "SELECT gather(sums, k1, k2, k3) FROM total WHERE rollup = ? AND at >= ? AND at < ?";

	return gather_each(s, &(DbQuery){ sql, "cannot read totals", NULL, { from, first, until }, 3 }, add_span, r, e);
}

static int add_spans(Store *s, void *arg, int64_t from, int64_t until, Err *e)
{
	Reading *r = arg;

	return add_from(s, r, dim_rollup(r->by), from, until, e);
}

/* Whole minutes over all calls. */
static int add_minutes(Store *s, void *arg, int64_t from, int64_t until, Err *e)
{
	return add_from(s, arg, ROLLUP_MINUTE, from, until, e);
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

/* The spans of one key are found one by one: the table is ordered by time, so that sums over all keys read only theirs. */
typedef struct KeySpans { int64_t from; Sums *out; } KeySpans;

static void give_span(sqlite3_context *ctx, void *arg, size_t row, int column)
{
	const KeySpans *k = arg;

	sqlite3_result_int64(ctx, (int64_t)row + (column ? k->from : 0));
}

static int take_span(Store *s, sqlite3_value **v, void *arg, Err *e)
{
	const KeySpans *k = arg;

	return totals_unpack(s, gather_blob(v[1]), &k->out[sqlite3_value_int64(v[0])], e);
}

static int spans_of_key(Store *s, Rollup r, const int64_t key[DIM_PARTS], KeySpans *k, size_t count, Err *e)
{
	static const char sql[] = "SELECT gather(c0, sums) FROM rows CROSS JOIN total ON rollup = ? AND at = c1 AND k1 = ? AND k2 = ? AND k3 = ?";
	const DbQuery q = { sql, "cannot read totals", NULL, { r, key[0], key[1], key[2] }, 4 };
	const Rows rows = { count, give_span, k };
	int rc;

	s->rows = &rows;
	rc = gather_each(s, &q, take_span, k, e);
	s->rows = NULL;
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
	bool found;
	int rc = totals_key_find(s, dim, key, id, &found, e);

	memset(out, 0, count * sizeof *out);
	if (rc < 0 || !found)
		return rc;
	if (is_row(dim))
		return spans_of_key(s, dim_rollup(dim), id, &(KeySpans){ from_hour, out }, count, e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = span_of_group(s, dim, from_hour + (int64_t)i, id, &out[i], e);
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

typedef struct Minutes { Sums *out; int64_t from; } Minutes;

static int read_minute(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	const Minutes *m = arg;

	return totals_read(s, st, 1, &m->out[sqlite3_column_int64(st, 0) - m->from], e);
}

int store_minutes(Store *s, int64_t from_minute, size_t count, Sums *out, Err *e)
{
	static const char sql[] = "SELECT at, sums FROM total WHERE rollup = ? AND at >= ? AND at < ?";
	const DbQuery q = { sql, "cannot read the last minutes", read_minute, { ROLLUP_MINUTE, from_minute, from_minute + (int64_t)count }, 3 };

	memset(out, 0, count * sizeof *out);
	return db_each(s, &q, &(Minutes){ out, from_minute }, e);
}

int totals_forget(Store *s, Rollup r, int64_t before, Err *e)
{
	static const char totals[] = "DELETE FROM total WHERE rollup = ? AND at < ?", latencies[] = "DELETE FROM latency WHERE rollup = ? AND at < ?";
	static const char *const both[] = { totals, latencies };

	for (int i = 0; i < 2; i++) {
		sqlite3_stmt *st = db_stmt(s, both[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, r);
		sqlite3_bind_int64(st, 2, before);
		if (db_done(s, st, "cannot forget old totals", e) < 0)
			return -1;
	}
	return 0;
}
