#include "panes/evalvote.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"

/* xorshift64*, Vigna 2016. Good enough to keep a person from guessing. */
static uint64_t next(uint64_t *seed)
{
	uint64_t x = *seed;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*seed = x;
	return x * UINT64_C(2685821657736338717);
}

static void shuffle(EvalVoting *x, uint64_t seed)
{
	seed |= 1;
	for (size_t i = x->n; i > 1; i--) {
		const size_t k = (size_t)((next(&seed) >> 32) % i);
		const EvalBallot b = x->v[i - 1];

		x->v[i - 1] = x->v[k];
		x->v[k] = b;
	}
	for (size_t i = 0; i < x->n; i++)
		x->v[i].swapped = next(&seed) >> 63;
}

static void put(EvalVoting *x, const EvalsSeen *of, const EvalsLine *l)
{
	EvalBallot *b = &x->v[x->n++];

	memcpy(b->one, l->one, sizeof b->one);
	memcpy(b->ask.path[0], of->results, sizeof b->ask.path[0]);
	memcpy(b->ask.path[1], of->results, sizeof b->ask.path[1]);
	memcpy(b->ask.key[0], l->first, sizeof b->ask.key[0]);
	memcpy(b->ask.key[1], l->key, sizeof b->ask.key[1]);
}

size_t evalvote_begin(EvalVoting *x, const EvalsSeen *of, int cell, uint64_t seed)
{
	evalvote_done(x);
	*x = (EvalVoting){ .to = { .run = of->run, .cell = cell }, .v = xcalloc((size_t)of->n + 1, sizeof *x->v) };
	(void)snprintf(x->to.context, sizeof x->to.context, "%s", of->context);
	(void)snprintf(x->name, sizeof x->name, "%s", of->cell[cell].name);
	(void)snprintf(x->first, sizeof x->first, "%s", of->cell[0].name);
	for (int32_t i = 0; i < of->n; i++)
		if (of->line[i].cell == cell && of->line[i].first[0] && of->line[i].key[0])
			put(x, of, &of->line[i]);
	shuffle(x, seed);
	return x->n;
}

void evalvote_done(EvalVoting *x)
{
	free(x->v);
	*x = (EvalVoting){ 0 };
}

bool evalvote_show(const EvalVoting *x, EvalPairView *v)
{
	const EvalBallot *b = &x->v[x->at];

	if (x->at >= x->n)
		return false;
	*v = (EvalPairView){ .blind = true };
	(void)snprintf(v->title, sizeof v->title, "BLIND %zu of %zu: %s", x->at + 1, x->n, b->one);
	(void)snprintf(v->head[0], sizeof v->head[0], "left");
	(void)snprintf(v->head[1], sizeof v->head[1], "right");
	for (int i = 0; i < 2; i++) {
		const int from = b->swapped ? 1 - i : i;

		memcpy(v->ask.path[i], b->ask.path[from], sizeof v->ask.path[i]);
		memcpy(v->ask.key[i], b->ask.key[from], sizeof v->ask.key[i]);
	}
	return true;
}

/* The cell's own answer is the right one, unless they were swapped. */
int evalvote_cast(EvalVoting *x, int side)
{
	EvalBallot *b = &x->v[x->at++];

	b->cast = true;
	b->choice = b->swapped ? -side : side;
	return b->choice;
}

void evalvote_pass(EvalVoting *x)
{
	x->at++;
}

void evalvote_tally(const EvalVoting *x, Buf *out)
{
	Paired p = { 0 };

	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].cast)
			*(x->v[i].choice > 0 ? &p.won : x->v[i].choice < 0 ? &p.lost : &p.tied) += 1;
	(void)buf_printf(out, "\n%s vs %s: won %" PRId64 ", lost %" PRId64 ", tied %" PRId64 " of %" PRId64 " votes, p %.3f\n\n", x->name, x->first,
	                 p.won, p.lost, p.tied, p.won + p.lost + p.tied, paired_p(&p));
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].cast)
			(void)buf_printf(out, "  %-40s %s%s\n", x->v[i].one, x->v[i].choice > 0 ? x->name : x->v[i].choice < 0 ? x->first : "neither",
			                 x->v[i].swapped ? " (was left)" : "");
}
