#include "store/latency.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/gather.h"
#include "store/totals.h"
#include "store/window.h"

/* Sketches by key: that of groups.v[i] is sketch[i]. */
typedef struct Reading {
	Dim     by;
	Cells   groups;
	Sketch *sketch;
	size_t  cap;
} Reading;

static void reading_done(Reading *r)
{
	for (size_t i = 0; i < r->groups.n; i++)
		sketch_done(&r->sketch[i]);
	free(r->sketch);
	cells_done(&r->groups);
}

static Sketch *group_at(Reading *r, int64_t key)
{
	size_t n = r->groups.n;
	size_t i = (size_t)(cells_at(&r->groups, &(Place){ .key = { key } }) - r->groups.v);

	if (i == n) {
		VEC_GROW(r->sketch, r->cap, n + 1);
		r->sketch[i] = (Sketch){ 0 };
	}
	return &r->sketch[i];
}

bool store_has_latency(Dim d)
{
	return rollup_kind(dim_rollup(d))->latency;
}

static int check_dim(Dim d, Err *e)
{
	return store_has_latency(d) ? 0 : err_set(e, "latencies are not kept by %s", dim_name(d));
}

static int read_blob(Store *s, sqlite3_stmt *st, int at, Sketch *into, Err *e)
{
	if (sketch_read(into, db_col_str(st, at), e) == 0)
		return 0;
	return err_wrap(e, "the snapshot %s must be moved away, then a new one is made", s->path);
}

static int add_span(Store *s, sqlite3_value **v, void *arg, Err *e)
{
	if (sketch_read(group_at(arg, sqlite3_value_int64(v[0])), gather_blob(v[1]), e) == 0)
		return 0;
	return err_wrap(e, "the snapshot %s must be moved away, then a new one is made", s->path);
}

static int add_spans(Store *s, void *arg, int64_t from, int64_t until, Err *e)
{
	static const char sql[] = "SELECT gather(key, sketch) FROM latency WHERE rollup = ? AND at >= ? AND at < ?";
	const Reading *r = arg;

	return gather_each(s, &(DbQuery){ sql, "cannot read latencies", NULL, { dim_rollup(r->by), from, until }, 3 }, add_span, arg, e);
}

typedef struct Moving { Reading *to; bool out; } Moving;

static int move_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	const Moving *m = arg;
	int64_t key = m->to->by == DIM_ALL ? 0 : sqlite3_column_int64(st, (int)m->to->by);

	(void)s;
	(void)e;
	sketch_add(group_at(m->to, key), sqlite3_column_int64(st, 0), m->out ? -1 : 1);
	return 0;
}

static int move_rows(Store *s, void *arg, int64_t from_ms, int64_t until_ms, bool out, Err *e)
{
	static const char sql[] = "SELECT latency_ms, k_tenant, k_persona, k_agent, k_version, k_model FROM job INDEXED BY job_booked "
		"WHERE booked_ms >= ? AND booked_ms < ? AND latency_ms IS NOT NULL";

	if (from_ms >= until_ms)
		return 0;
	return db_each(s, &(DbQuery){ sql, "cannot read the latencies of an hour", move_row, { from_ms, until_ms }, 2 }, &(Moving){ arg, out }, e);
}

static int by_count(const void *a, const void *b)
{
	const LatencyGroup *x = a, *y = b;

	if (x->n != y->n)
		return x->n > y->n ? -1 : 1;
	return str_cmp(x->key, y->key);
}

/* Which rank is four standard errors below the 95th of n, in thousandths: 950 - 4 x 1000 x sqrt(0.05 x 0.95 / n). */
static int low_rank(int64_t n)
{
	int rank = 950;

	while (rank > 0 && (int64_t)(950 - rank) * (950 - rank) * n < INT64_C(760000))
		rank--;
	return rank;
}

static int list_groups(Store *s, const Reading *r, Arena *a, LatencyGroup **out, size_t *n, Err *e)
{
	*out = ARENA_ARRAY(a, LatencyGroup, r->groups.n + 1);
	for (size_t i = 0; i < r->groups.n; i++) {
		LatencyGroup *g = &(*out)[*n];

		if (!(g->n = sketch_count(&r->sketch[i])))
			continue;
		if (totals_key_text(s, r->by, r->groups.v[i].place.key, a, &g->key, e) < 0)
			return -1;
		g->p50_ms = sketch_quantile(&r->sketch[i], 500);
		g->p95_ms = sketch_quantile(&r->sketch[i], 950);
		g->p99_ms = sketch_quantile(&r->sketch[i], 990);
		g->p95_low_ms = sketch_quantile(&r->sketch[i], low_rank(g->n));
		++*n;
	}
	if (*n)
		qsort(*out, *n, sizeof **out, by_count);
	return 0;
}

int store_latency_by(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Arena *a, LatencyGroup **out, size_t *n, Err *e)
{
	WindowSource from = { .span_ms = dim_span_ms(by), .spans = add_spans, .rows = move_rows };
	Reading r = { .by = by };
	int rc = check_dim(by, e);

	*n = 0;
	if (rc == 0)
		rc = window_read(s, &from, &r, from_ms, until_ms, e);
	if (rc == 0)
		rc = list_groups(s, &r, a, out, n, e);
	reading_done(&r);
	return rc;
}

int store_latency_hours_by(Store *s, Dim by, const int64_t *hours, size_t count, Arena *a, LatencyGroup **out, size_t *n, Err *e)
{
	Reading r = { .by = by };
	int rc = check_dim(by, e);

	*n = 0;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_spans(s, &r, hours[i], hours[i] + 1, e);
	if (rc == 0)
		rc = list_groups(s, &r, a, out, n, e);
	reading_done(&r);
	return rc;
}

static int add_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	return read_blob(s, st, 0, arg, e);
}

static int add_one(Store *s, Rollup r, int64_t at, int64_t key, Sketch *into, Err *e)
{
	static const char sql[] = "SELECT sketch FROM latency WHERE rollup = ? AND at = ? AND key = ?";

	return db_each(s, &(DbQuery){ sql, "cannot read latencies", add_row, { r, at, key }, 3 }, into, e);
}

int store_latency_hours(Store *const *s, size_t stores, Dim dim, Str key, const int64_t *hours, size_t count, Sketch *into, Err *e)
{
	int64_t id[DIM_PARTS];
	bool found;

	if (check_dim(dim, e) < 0)
		return -1;
	for (size_t i = 0; i < stores; i++) {
		if (!s[i])
			continue;
		if (totals_key_find(s[i], dim, key, id, &found, e) < 0)
			return -1;
		for (size_t k = 0; found && k < count; k++)
			if (add_one(s[i], dim_rollup(dim), hours[k], id[0], into, e) < 0)
				return -1;
	}
	return 0;
}

int store_latency_minutes(Store *const *s, size_t stores, int64_t from_minute, size_t count, Sketch *into, Err *e)
{
	for (size_t i = 0; i < stores; i++)
		for (size_t k = 0; s[i] && k < count; k++)
			if (add_one(s[i], ROLLUP_MINUTE, from_minute + (int64_t)k, 0, &into[k], e) < 0)
				return -1;
	return 0;
}
