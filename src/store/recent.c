#include "store/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "store/apply.h"
#include "store/sheets.h"
#include "store/totals.h"

/* Minutes are dropped in lots, so that most batches drop none. */
enum { LOT = 15 };

static const char get_from[] = "SELECT coalesce((SELECT value FROM meta WHERE key = 'recent_from'), 9223372036854775807)";

int store_recent_from(Store *s, int64_t *minute, Err *e)
{
	return db_int(s, get_from, minute, e);
}

/* An agent's minutes are those of its versions. */
static int rollup_of(Dim d)
{
	return dim_minutes(d == DIM_AGENT ? DIM_VERSION : d);
}

static int check_dim(Dim d, Err *e)
{
	return rollup_of(d) >= 0 ? 0 : err_set(e, "minutes are not kept by %s", dim_name(d));
}

static int set_from(Store *s, int64_t minute, Err *e)
{
	static const char put[] = "INSERT OR REPLACE INTO meta VALUES('recent_from', ?)";
	sqlite3_stmt *st = db_stmt(s, put, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, minute);
	if (db_done(s, st, "cannot keep the last minutes", e) < 0)
		return -1;
	for (int r = 0; r < ROLLUPS; r++)
		if (rollup_kind((Rollup)r)->recent && totals_forget(s, (Rollup)r, minute, e) < 0)
			return -1;
	s->recent_from = minute;
	return 0;
}

int recent_begin(Store *s, int64_t now_ms, Err *e)
{
	int64_t minute = floor_div(now_ms, 60000), newest;
	bool first;

	if (store_recent_from(s, &s->recent_from, e) < 0)
		return -1;
	first = s->recent_from == INT64_MAX;
	if (!now_ms || (!first && minute - RECENT_MINUTES < s->recent_from + LOT))
		return 0;
	/* A clock that runs ahead must not empty it: the newest call knows how late it can be. */
	if (sheets_last(s, SHEETS_TOTAL, ROLLUP_MINUTE, &newest, e) < 0)
		return -1;
	minute = newest < minute ? newest : minute;
	if (!first && minute - RECENT_MINUTES < s->recent_from + LOT)
		return 0;
	return set_from(s, minute - RECENT_MINUTES, e);
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const CostGroup *)a)->key, ((const CostGroup *)b)->key);
}

static int by_money(const void *a, const void *b)
{
	const CostGroup *x = a, *y = b;

	return x->s.nusd != y->s.nusd ? (x->s.nusd < y->s.nusd ? 1 : -1) : str_cmp(x->key, y->key);
}

/* "agent@version": the agent, whose name may hold an @ of its own. */
static Str agent_of(Str version_key)
{
	size_t at = version_key.n;

	while (at && version_key.p[at - 1] != '@')
		at--;
	return at ? str_sub(version_key, 0, at - 1) : version_key;
}

/* Neighbours with one key become one. */
static void fold(CostGroup *g, size_t *n)
{
	size_t kept = 0;

	if (*n)
		qsort(g, *n, sizeof *g, by_key);
	for (size_t i = 0; i < *n; i++) {
		if (kept && str_eq(g[kept - 1].key, g[i].key))
			sums_add(&g[kept - 1].s, &g[i].s);
		else
			g[kept++] = g[i];
	}
	*n = kept;
}

/* The cells of all keys, in the arena, in whichever order they stand. */
static int list(Store *s, Dim by, const Cells *groups, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	Str key;

	*out = ARENA_ARRAY(a, CostGroup, groups->n + 1);
	for (size_t i = 0; i < groups->n; i++) {
		if (sums_zero(&groups->v[i].s))
			continue;
		if (db_name_text(s, groups->v[i].place.key[0], &key, e) < 0)
			return -1;
		key = arena_str(a, key);
		(*out)[(*n)++] = (CostGroup){ by == DIM_AGENT ? agent_of(key) : key, groups->v[i].s };
	}
	if (by == DIM_AGENT)
		fold(*out, n);
	if (*n)
		qsort(*out, *n, sizeof **out, by_money);
	return 0;
}

static int add_cell(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	Sums x;

	if (totals_unpack(s, body, &x, e) < 0)
		return -1;
	sums_add(&cells_at(arg, &(Place){ .key = { p->key[0] } })->s, &x);
	return 0;
}

int store_recent(Store *s, Dim by, int64_t from_minute, int64_t until_minute, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	Cells groups = { 0 };
	int rc;

	*n = 0;
	if (check_dim(by, e) < 0)
		return -1;
	rc = sheets_each(s, SHEETS_TOTAL, (Rollup)rollup_of(by), from_minute, until_minute, add_cell, &groups, e);
	if (rc == 0)
		rc = list(s, by, &groups, a, out, n, e);
	cells_done(&groups);
	return rc;
}

int store_recent_of(Store *s, Dim by, Str key, int64_t from_minute, size_t count, Sums *out, Err *e)
{
	int64_t id = 0;

	if (by == DIM_ALL)
		return store_minutes(s, from_minute, count, out, e);
	memset(out, 0, count * sizeof *out);
	if (check_dim(by, e) < 0 || db_name_find(s, key, &id, e) < 0)
		return -1;
	return id < 0 ? 0 : totals_minutes(s, (Rollup)rollup_of(by), id, from_minute, count, out, e);
}
