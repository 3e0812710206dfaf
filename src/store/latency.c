#include "store/latency.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "store/sheets.h"
#include "store/totals.h"
#include "store/window.h"

enum { DAY_HOURS = 24 };
static const int64_t hour_ms = 3600000;

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

static int damaged(const Store *s, Err *e)
{
	return err_wrap(e, "the snapshot %s must be moved away, then a new one is made", s->path);
}

static int add_cell(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	return sketch_read(group_at(arg, p->key[0]), body, e) == 0 ? 0 : damaged(s, e);
}

static int each_span(Store *s, Rollup r, Reading *to, int64_t from, int64_t until, Err *e)
{
	return from < until ? sheets_each(s, SHEETS_LATENCY, r, from, until, add_cell, to, e) : 0;
}

/* The rollup that has what the hours of this one add up to over a day. */
static Rollup by_day(Rollup r)
{
	static const Rollup day[ROLLUPS] = {
		[ROLLUP_ALL] = ROLLUP_DAY, [ROLLUP_TENANT] = ROLLUP_DAY_TENANT, [ROLLUP_AGENT] = ROLLUP_DAY_AGENT,
		[ROLLUP_VERSION] = ROLLUP_DAY_VERSION, [ROLLUP_MODEL] = ROLLUP_DAY_MODEL,
	};

	return day[r];
}

/* Whole days from their own sketches, and the hours at both ends. A day of which some hours were forgotten is read by the hour. */
static int add_spans(Store *s, void *arg, int64_t from, int64_t until, Err *e)
{
	static const char sql[] = "SELECT value FROM meta WHERE key = 'pruned_hours_ms'";
	const Rollup r = dim_rollup(((const Reading *)arg)->by);
	int64_t kept_ms, begin = from, first, last;

	if (db_int(s, sql, &kept_ms, e) < 0)
		return -1;
	if (kept_ms / hour_ms > begin)
		begin = kept_ms / hour_ms;
	first = begin > INT64_MAX - DAY_HOURS ? INT64_MAX / DAY_HOURS : floor_div(begin + DAY_HOURS - 1, DAY_HOURS);
	last = floor_div(until, DAY_HOURS);
	if (first >= last)
		return each_span(s, r, arg, from, until, e);
	return each_span(s, r, arg, from, first * DAY_HOURS, e) < 0 || each_span(s, by_day(r), arg, first, last, e) < 0 ||
	       each_span(s, r, arg, last * DAY_HOURS, until, e) < 0 ? -1 : 0;
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

static int add_one(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	(void)p;
	return sketch_read(arg, body, e) == 0 ? 0 : damaged(s, e);
}

static int add_hours(Store *s, Dim dim, Str key, const int64_t *hours, size_t count, Sketch *into, Err *e)
{
	int64_t id[DIM_PARTS];
	bool found, begun;
	int rc = totals_key_find(s, dim, key, id, &found, e);

	if (rc < 0 || !found)
		return rc;
	if (db_view(s, &begun, e) < 0)
		return -1;
	for (size_t k = 0; k < count && rc == 0; k++)
		rc = sheets_find(s, SHEETS_LATENCY, &(Place){ dim_rollup(dim), hours[k], { id[0] } }, add_one, into, e);
	db_view_end(s, begun);
	return rc;
}

int store_latency_hours(Store *const *s, size_t stores, Dim dim, Str key, const int64_t *hours, size_t count, Sketch *into, Err *e)
{
	if (check_dim(dim, e) < 0)
		return -1;
	for (size_t i = 0; i < stores; i++)
		if (s[i] && add_hours(s[i], dim, key, hours, count, into, e) < 0)
			return -1;
	return 0;
}

typedef struct Minutes { Sketch *into; int64_t from; } Minutes;

static int add_minute(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	const Minutes *m = arg;

	return add_one(s, p, body, &m->into[p->at - m->from], e);
}

int store_latency_minutes(Store *const *s, size_t stores, int64_t from_minute, size_t count, Sketch *into, Err *e)
{
	for (size_t i = 0; i < stores; i++)
		if (s[i] && sheets_each(s[i], SHEETS_LATENCY, ROLLUP_MINUTE, from_minute, from_minute + (int64_t)count, add_minute,
		                        &(Minutes){ into, from_minute }, e) < 0)
			return -1;
	return 0;
}
