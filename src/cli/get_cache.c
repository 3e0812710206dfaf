/* `get cache`: what prompt and answer caches did, what they saved, and what is burnt by missing them. */
#include "cli/get.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/caches.h"
#include "base/xalloc.h"
#include "store/pushed.h"
#include "wire/time8601.h"

/* An agent with a model, all its versions. burn, answers: known says whether any of the versions could tell. */
typedef struct Group {
	const AskPart *part;
	Str     agent, model;
	Sums    now;
	int64_t burn_nusd;
	bool    burn_known;
} Group;

typedef struct Found {
	Group  *v;
	size_t  n, cap;
	int64_t answers_nusd;
	bool    answers_known, answers_missing;      /* of some calls; not of others */
} Found;

static Group *group_of(Found *f, const AskPart *part, const CacheRow *r)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].part == part && str_eq(f->v[i].agent, r->agent) && str_eq(f->v[i].model, r->model))
			return &f->v[i];
	VEC_GROW(f->v, f->cap, f->n + 1);
	f->v[f->n] = (Group){ .part = part, .agent = r->agent, .model = r->model };
	return &f->v[f->n++];
}

static void take_row(Found *f, const AskPart *part, const CacheRow *r)
{
	Group *g = group_of(f, part, r);
	int64_t saved;

	sums_add(&g->now, &r->now);
	if (r->burn_nusd >= 0) {
		g->burn_known = true;
		g->burn_nusd += r->burn_nusd;
	}
	if (!caches_answers_saved(&r->now, &saved))
		f->answers_missing = true;
	else if (r->now.cache_known) {
		f->answers_known = true;
		f->answers_nusd += saved;
	}
}

static void opt(JsonW *w, const char *key, bool known, int64_t v)
{
	if (known)
		jw_ki64(w, key, v);
	else
		jw_knull(w, key);
}

static void rate(JsonW *w, const char *key, int64_t part, int64_t whole)
{
	if (whole > 0)
		jw_knum(w, key, (double)part / (double)whole);
	else
		jw_knull(w, key);
}

static void write_answer(const Found *f, const Sums *all, JsonW *w)
{
	jw_key(w, "answer");
	jw_object(w);
	opt(w, "hits", all->cache_known > 0, all->cache_hits);
	jw_knull(w, "stale");                /* neither jobs nor cost lines say how old an answer was */
	opt(w, "misses", all->cache_known > 0, all->cache_known - all->cache_hits);
	opt(w, "savedNanoUsd", f->answers_known && !f->answers_missing, f->answers_nusd);
	jw_object_end(w);
}

static void write_prompt(const Found *f, const Sums *all, int64_t window_ms, JsonW *w)
{
	int64_t burn = 0;
	bool known = false;

	for (size_t i = 0; i < f->n; i++) {
		known |= f->v[i].burn_known;
		burn += f->v[i].burn_nusd;
	}
	jw_key(w, "prompt");
	jw_object(w);
	jw_ki64(w, "readTokens", all->tok.cache_read);
	jw_ki64(w, "write5mTokens", all->tok.cache_write_5m);
	jw_ki64(w, "write1hTokens", all->tok.cache_write_1h);
	jw_ki64(w, "missTokens", all->tok.input);
	opt(w, "savedNanoUsd", !caches_unpriced(all), caches_net(all));
	opt(w, "missNanoUsdPerMinute", known, window_ms > 0 ? (int64_t)((__int128)burn * 60000 / window_ms) : 0);
	jw_object_end(w);
}

static void write_group(const Ask *a, const Group *g, JsonW *w)
{
	jw_object(w);
	if (a->n > 1)
		get_place(w, g->part);
	get_str(w, "agentId", g->agent);
	get_str(w, "model", g->model);
	rate(w, "answerHitRate", g->now.cache_hits, g->now.cache_known);
	rate(w, "promptReadRate", g->now.tok.cache_read, caching_prompt(&g->now.tok));
	opt(w, "savedNanoUsd", !caches_unpriced(&g->now), caches_net(&g->now));
	opt(w, "missNanoUsd", g->burn_known, g->burn_nusd);
	jw_object_end(w);
}

static int by_burn(const void *x, const void *y)
{
	const Group *a = x, *b = y;
	int64_t p = a->burn_known ? a->burn_nusd : -1, q = b->burn_known ? b->burn_nusd : -1;
	int c;

	if (p != q)
		return p < q ? 1 : -1;
	if ((c = str_cmp(a->agent, b->agent)) || (c = str_cmp(a->model, b->model)))
		return c;
	return (a->part > b->part) - (a->part < b->part);
}

static void write_all(const Ask *a, Found *f, JsonW *w)
{
	Sums all = { 0 };

	if (f->n)
		qsort(f->v, f->n, sizeof *f->v, by_burn);
	for (size_t i = 0; i < f->n; i++)
		sums_add(&all, &f->v[i].now);
	jw_object(w);
	get_time(w, "since", a->since_ms);
	write_answer(f, &all, w);
	write_prompt(f, &all, a->now_ms - a->since_ms, w);
	jw_key(w, "groups");
	jw_array(w);
	for (size_t i = 0; i < f->n; i++)
		write_group(a, &f->v[i], w);
	jw_array_end(w);
	jw_object_end(w);
	if (all.unpriced)
		(void)fprintf(stderr, "seismo: %lld of the calls have no price and are in no amount; seismo prices --unpriced lists their models\n",
		              (long long)all.unpriced);
}

/* Hours whose jobs were gone before a version of seismo looked at caches, and those that Logs Insights added up. */
static int tell_unknown(const Ask *a, Store *s, Err *e)
{
	PushedSpan pushed;
	int64_t from_ms;
	char time[TIME_TEXT];

	if (store_caching_from(s, &from_ms, e) < 0 || store_pushed(s, a->since_ms, a->until_ms, &pushed, e) < 0)
		return -1;
	if (pushed.approximate || pushed.partial)
		(void)fprintf(stderr, "seismo: Logs Insights added up %lld of the hours: amounts of these are approximate\n", (long long)pushed.hours);
	time_format_iso(from_ms, time);
	if (from_ms > a->since_ms)
		(void)fprintf(stderr, "seismo: what caches saved before %s is not known: its jobs were gone already; --since %s leaves it out\n", time,
		              time);
	return 0;
}

int get_cache(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	Found f = { 0 };
	Caches c;
	int rc = 0;

	(void)o;
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store || (rc = tell_unknown(a, a->part[i].store, e)) < 0 ||
		    (rc = caches_read(a->part[i].store, a->since_ms, a->until_ms, a->now_ms, &arena, &c, e)) < 0)
			continue;
		for (size_t k = 0; k < c.n; k++)
			take_row(&f, &a->part[i], &c.row[k]);
	}
	if (rc == 0)
		write_all(a, &f, w);
	free(f.v);
	arena_done(&arena);
	return rc;
}
