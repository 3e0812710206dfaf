#include "app/caches.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "model/agent_name.h"
#include "store/cells.h"
#include "store/change.h"

#define HOUR_MS INT64_C(3600000)
#define SAME_CHANGE_MS INT64_C(300000)

enum { KEPT_HOURS = CACHING_HOURS + 1, RUNNING = CACHING_HOURS, BEFORE_HOURS = 24 };

/* A version with a model: its hours of the week, and of the running hour what is booked so far. */
typedef struct Seen { Str agent, version, model; CacheHour hour[KEPT_HOURS]; } Seen;

typedef struct Reading {
	Store  *s;
	Arena  *a;
	int64_t first;                 /* hour of Seen.hour[0] */
	Cells   cells;                 /* the keys that were met, seen[i] is that of cells.v[i] */
	Seen  **seen;
	size_t  cap;
	Change *change;
	size_t  changes;
} Reading;

int64_t caches_asks(const Sums *s)
{
	return s->jobs - s->cache_hits;
}

int64_t caches_net(const Sums *s)
{
	return s->cache.saved_nusd - s->cache.premium_nusd;
}

bool caches_unpriced(const Sums *s)
{
	return s->unpriced && !s->cache.saved_nusd && !s->cache.premium_nusd && !s->cache.miss_nusd;
}

bool caches_answers_saved(const Sums *s, int64_t *nusd)
{
	*nusd = 0;
	if (!s->cache_hits)
		return true;
	if (s->answer_miss_n <= 0)
		return false;
	*nusd = mul_div(s->answer_miss_nusd, s->cache_hits, s->answer_miss_n) - s->answer_hit_nusd;
	return true;
}

static CacheHour hour_of(const Sums *s)
{
	return (CacheHour){ caches_asks(s), caching_prompt(&s->tok), s->tok.cache_read };
}

static void hour_add(CacheHour *to, const CacheHour *x)
{
	to->asks += x->asks;
	to->prompt += x->prompt;
	to->read += x->read;
}

static Seen *seen_at(Reading *r, int64_t version, int64_t model)
{
	size_t n = r->cells.n, i = (size_t)(cells_at(&r->cells, &(Place){ .key = { version, model } }) - r->cells.v);

	if (i == n) {
		VEC_GROW(r->seen, r->cap, n + 1);
		r->seen[i] = ARENA_NEW(r->a, Seen);
	}
	return r->seen[i];
}

static void add_hour(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	Reading *r = arg;
	CacheHour h = hour_of(x);

	hour_add(&seen_at(r, key[DIM_VERSION], key[DIM_MODEL])->hour[hour - r->first], &h);
}

/* "agent@version": an agent's name may hold an @ of its own. */
static void cut_version(Str key, Str *agent, Str *version)
{
	size_t at = key.n;

	while (at && key.p[at - 1] != '@')
		at--;
	*agent = at ? str_sub(key, 0, at - 1) : key;
	*version = str_sub(key, at ? at : key.n, key.n);
}

static int name_seen(Reading *r, Err *e)
{
	Str key;

	for (size_t i = 0; i < r->cells.n; i++) {
		if (store_key_text(r->s, r->cells.v[i].place.key[0], r->a, &key, e) < 0 ||
		    store_key_text(r->s, r->cells.v[i].place.key[1], r->a, &r->seen[i]->model, e) < 0)
			return -1;
		cut_version(key, &r->seen[i]->agent, &r->seen[i]->version);
	}
	return 0;
}

static void find_achievable(const Reading *r, CacheRow *row)
{
	CacheHour all[CACHING_HOURS] = { 0 };

	for (size_t i = 0; i < r->cells.n; i++) {
		const Seen *s = r->seen[i];

		if (!str_eq(s->agent, row->agent) || !str_eq(s->model, row->model))
			continue;
		for (int h = 0; h < CACHING_HOURS; h++) {
			hour_add(&all[h], &s->hour[h]);
			if (str_eq(s->version, row->version))
				hour_add(&row->week, &s->hour[h]);
		}
	}
	row->achievable_ppm = caching_achievable(all, CACHING_HOURS, &row->samples);
	row->burn_nusd = row->achievable_ppm < 0 || caches_unpriced(&row->now)
	               ? -1 : caching_burn(&row->now.tok, row->now.cache.miss_nusd, row->achievable_ppm);
}

/* --- the last change --- */

/* "AGENT/pointer", "AGENT@VERSION", "AGENT@VERSION maxTokens". */
static bool is_about(const Change *c, Str agent, Str *version)
{
	Str rest, name = str_cut(c->object, c->kind == CHANGE_POINTER ? '/' : '@', &rest);

	*version = c->kind == CHANGE_POINTER ? STR("") : str_cut(rest, ' ', &rest);
	return name.n < c->object.n && agent_same_name(name, agent);
}

/* The version that a move of a pointer brought: one that it did not list before; empty: it only shifted weights. */
static Str brought(const Change *c)
{
	Str to = c->to, word, rest, one, weight;

	while (to.n) {
		bool listed = false;

		word = str_cut(str_cut(to, ' ', &to), ':', &weight);
		for (rest = c->from; rest.n && !listed;) {
			one = str_cut(str_cut(rest, ' ', &rest), ':', &weight);
			listed = str_eq(one, word);
		}
		if (word.n && !listed && c->from.n)
			return word;
	}
	return STR("");
}

static void split_hours(const Reading *r, const CacheRow *row, Str version, CacheDeploy *d)
{
	int64_t at = floor_div(d->at_ms, HOUR_MS) - r->first;

	for (size_t i = 0; i < r->cells.n; i++) {
		const Seen *s = r->seen[i];
		bool its = version.n && str_eq(s->version, version);

		if (!str_eq(s->agent, row->agent) || !str_eq(s->model, row->model))
			continue;
		for (int64_t h = at > BEFORE_HOURS ? at - BEFORE_HOURS : 0; h < at && !its; h++)
			hour_add(&d->before, &s->hour[h]);
		for (int64_t h = at + (version.n ? 0 : 1); h < KEPT_HOURS && (its || !version.n); h++)
			hour_add(&d->after, &s->hour[h]);
	}
}

static bool runs(const Reading *r, Str agent, Str version)
{
	for (size_t i = 0; i < r->cells.n; i++)
		if (str_eq(r->seen[i]->agent, agent) && str_eq(r->seen[i]->version, version))
			return true;
	return false;
}

/* The newest change; where several sources tell of it at about the same time, the one that names a version as jobs do: a platform has
 * numbers of its own. version: the one that a move brought; empty: what was changed concerns all. */
static const Change *last_change(const Reading *r, Str agent, Str *version)
{
	const Change *newest = NULL;

	for (size_t i = 0; i < r->changes; i++) {
		const Change *c = &r->change[i];
		bool counts = c->kind == CHANGE_POINTER || c->kind == CHANGE_PROMPT || c->kind == CHANGE_CONFIG || c->kind == CHANGE_TOOL;

		if (!counts || !is_about(c, agent, version))
			continue;
		if (newest && newest->time_ms - c->time_ms > SAME_CHANGE_MS)
			break;
		*version = c->kind == CHANGE_POINTER ? brought(c) : STR("");
		if (version->n && runs(r, agent, *version))
			return c;
		newest = newest ? newest : c;
	}
	*version = STR("");
	return newest;
}

static void find_deploy(const Reading *r, CacheRow *row)
{
	CacheDeploy *d = &row->deploy;
	Str version;
	const Change *c = last_change(r, row->agent, &version);

	if (!c)
		return;
	*d = (CacheDeploy){ .at_ms = c->time_ms, .kind = c->kind, .from = c->from, .to = c->to, .by = c->by };
	split_hours(r, row, version, d);
	d->concerns = !version.n || str_eq(version, row->version);
	d->dropped = d->concerns && d->before.asks >= CACHING_ASKS && d->after.asks >= CACHING_ASKS &&
	             caching_rate(d->before.read, d->before.prompt) - caching_rate(d->after.read, d->after.prompt) >= CACHES_DROP;
}

/* --- rows --- */

static int by_burn(const void *x, const void *y)
{
	const CacheRow *a = x, *b = y;
	int c;

	if (a->burn_nusd != b->burn_nusd)
		return a->burn_nusd < b->burn_nusd ? 1 : -1;
	if ((c = str_cmp(a->agent, b->agent)) || (c = str_cmp(a->version, b->version)))
		return c;
	return str_cmp(a->model, b->model);
}

static int add_rows(Reading *r, const CostGroup *g, size_t n, Caches *out, Err *e)
{
	out->row = ARENA_ARRAY(r->a, CacheRow, n + 1);
	for (size_t i = 0; i < n; i++) {
		Str name[DIM_PARTS];
		CacheRow *row = &out->row[out->n];

		if (dim_split(DIM_VERSION_MODEL, g[i].key, r->a, name) < 0)
			return err_set(e, "a key of the totals cannot be read: %.*s", STR_ARG(g[i].key));
		*row = (CacheRow){ .model = name[1], .now = g[i].s };
		cut_version(name[0], &row->agent, &row->version);
		if (!row->now.jobs)
			continue;
		find_achievable(r, row);
		find_deploy(r, row);
		out->n++;
	}
	if (out->n)
		qsort(out->row, out->n, sizeof *out->row, by_burn);
	return 0;
}

int caches_read(Store *s, int64_t from_ms, int64_t until_ms, int64_t now_ms, Arena *a, Caches *out, Err *e)
{
	const int64_t running = floor_div(now_ms, HOUR_MS);
	Reading r = { .s = s, .a = a, .first = running - CACHING_HOURS };
	CostGroup *g;
	size_t n;
	int rc;

	*out = (Caches){ 0 };
	/* What came after the moment that is asked about is in the running hour's total: it is not read then. */
	rc = store_cost(s, DIM_VERSION_MODEL, from_ms, until_ms, a, &g, &n, e) < 0 ||
	     store_each_hour(s, DIM_VERSION_MODEL, r.first, until_ms ? running : running + 1, add_hour, &r, e) < 0 || name_seen(&r, e) < 0 ||
	     store_changes(s, r.first * HOUR_MS, now_ms + 1, 0, a, &r.change, &r.changes, e) < 0 ? -1 : add_rows(&r, g, n, out, e);
	free(r.seen);
	cells_done(&r.cells);
	return rc;
}
