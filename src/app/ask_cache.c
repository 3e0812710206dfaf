#include "app/ask_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "store/pushed.h"

#define MINUTE_MS INT64_C(60000)

static void cell_of(CacheCell *c, const CacheRow *r, const FigText *context, Arena *a)
{
	Str version = arena_printf(a, "%.*s@%.*s", STR_ARG(r->agent), STR_ARG(r->version));

	*c = (CacheCell){ .now = r->now, .week = r->week, .achievable_ppm = r->achievable_ppm, .burn_nusd = r->burn_nusd, .samples = r->samples };
	if (context)
		memcpy(c->context, *context, sizeof c->context);
	if (r->agent.n || r->version.n)
		fig_text(c->version, sizeof c->version, version);
	fig_text(c->model, sizeof c->model, r->model);
	c->deploy.at_ms = r->deploy.at_ms;
	c->deploy.kind = (int32_t)r->deploy.kind;
	c->deploy.concerns = r->deploy.concerns;
	c->deploy.dropped = r->deploy.dropped;
	c->deploy.before = r->deploy.before;
	c->deploy.after = r->deploy.after;
	fig_text(c->deploy.from, sizeof c->deploy.from, r->deploy.from);
	fig_text(c->deploy.to, sizeof c->deploy.to, r->deploy.to);
	fig_text(c->deploy.by, sizeof c->deploy.by, r->deploy.by);
}

static void add_up(CacheAnswer *out, const CacheRow *r)
{
	int64_t saved;

	sums_add(&out->all, &r->now);
	if (r->burn_nusd >= 0)
		out->burn_nusd = (out->burn_nusd < 0 ? 0 : out->burn_nusd) + r->burn_nusd;
	if (!caches_answers_saved(&r->now, &saved))
		out->answers_nusd = FIG_NONE;
	else if (out->answers_nusd != FIG_NONE)
		out->answers_nusd += saved;
}

/* As each store has them, over all stores. */
static int by_burn(const void *x, const void *y)
{
	const CacheCell *a = x, *b = y;
	int c;

	if (a->burn_nusd != b->burn_nusd)
		return a->burn_nusd < b->burn_nusd ? 1 : -1;
	if ((c = strcmp(a->version, b->version)) || (c = strcmp(a->model, b->model)))
		return c;
	return strcmp(a->context, b->context);
}

static int read_store(const Stores *from, size_t i, const FiguresAsk *when, Arena *a, CacheAnswer *head, Caches *out, Err *e)
{
	int64_t known = when->known_ms[i] ? when->known_ms[i] : when->now_ms, start = (floor_div(known, MINUTE_MS) - 60) * MINUTE_MS;
	PushedSpan pushed;

	if (store_pushed(from->s[i], start, 0, &pushed, e) < 0)
		return -1;
	head->approximate |= pushed.approximate || pushed.partial;
	head->from_ms = !head->from_ms || start < head->from_ms ? start : head->from_ms;
	head->window_ms = known - start > head->window_ms ? known - start : head->window_ms;
	return caches_read(from->s[i], start, when->past ? when->now_ms + 1 : 0, known, a, out, e);
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	Caches found[FIG_CONTEXTS] = { 0 };
	CacheAnswer head = { .burn_nusd = -1 }, *own;
	Arena a = { 0 };
	int rc = 0;

	(void)in;
	for (size_t i = 0; i < from->n && rc == 0; i++) {
		if (from->s[i])
			rc = read_store(from, i, when, &a, &head, &found[i], e);
		head.n += found[i].n;
	}
	if (rc == 0) {
		*out = own = xcalloc(1, sizeof *own + head.n * sizeof *own->cell);
		*own = head;
		own->n = 0;
		for (size_t i = 0; i < from->n; i++)
			for (size_t k = 0; k < found[i].n; k++) {
				add_up(own, &found[i].row[k]);
				cell_of(&own->cell[own->n++], &found[i].row[k], from->context ? &from->context[i] : NULL, &a);
			}
		if (from->n > 1 && own->n)           /* one store has sorted them already */
			qsort(own->cell, own->n, sizeof *own->cell, by_burn);
	}
	arena_done(&a);
	return rc;
}

const AskClass ask_cache = { .name = "cache", .in_size = sizeof(CacheAsk), .run = run };
