#include "store/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/ranked.h"
#include "base/xalloc.h"
#include "model/sketch.h"

static size_t spread(const Place *p, size_t slots)
{
	const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t h = ((uint64_t)p->at * 64 + (uint64_t)p->rollup) * odd + (uint64_t)p->key[0];

	h = (h * odd + (uint64_t)p->key[1]) * odd + (uint64_t)p->key[2];
	return (size_t)((h * UINT64_C(0xD6E8FEB86659FD93)) >> 32) & (slots - 1);
}

static bool same(const Place *a, const Place *b)
{
	return a->rollup == b->rollup && a->at == b->at && a->key[0] == b->key[0] && a->key[1] == b->key[1] && a->key[2] == b->key[2];
}

static void grow(Cells *c)
{
	c->slots = c->slots ? c->slots * 2 : 1024;
	free(c->slot);
	c->slot = xcalloc(c->slots, sizeof *c->slot);
	for (size_t n = 0; n < c->n; n++) {
		size_t i = spread(&c->v[n].place, c->slots);

		while (c->slot[i])
			i = (i + 1) & (c->slots - 1);
		c->slot[i] = (uint32_t)n + 1;
	}
}

static int by_place(const void *a, const void *b, void *cells)
{
	const Cell *v = cells;
	const Place *x = &v[*(const uint32_t *)a].place, *y = &v[*(const uint32_t *)b].place;

	if (x->rollup != y->rollup)
		return x->rollup < y->rollup ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	for (int i = 0; i < DIM_PARTS; i++)
		if (x->key[i] != y->key[i])
			return x->key[i] < y->key[i] ? -1 : 1;
	return 0;
}

void cells_done(Cells *c)
{
	free(c->v);
	free(c->slot);
	free(c->latency);
	*c = (Cells){ 0 };
}

void cells_reset(Cells *c)
{
	c->n = c->latencies = 0;
	if (c->slots)
		memset(c->slot, 0, c->slots * sizeof *c->slot);
}

Cell *cells_at(Cells *c, const Place *p)
{
	size_t i;

	if (c->n * 2 >= c->slots)
		grow(c);
	for (i = spread(p, c->slots); c->slot[i]; i = (i + 1) & (c->slots - 1)) {
		Cell *x = &c->v[c->slot[i] - 1];

		if (same(&x->place, p))
			return x;
	}
	VEC_GROW(c->v, c->cap, c->n + 1);
	c->v[c->n++] = (Cell){ .place = *p };
	c->slot[i] = (uint32_t)c->n;
	return &c->v[c->n - 1];
}

void cells_latency(Cells *c, const Cell *at, int bucket, int sign)
{
	VEC_GROW(c->latency, c->latency_cap, c->latencies + 1);
	c->latency[c->latencies++] = (CellLatency){ (uint32_t)(at - c->v), (uint16_t)bucket, (int16_t)sign };
}

/* Sorts by one of the two numbers and keeps the order of the other: two passes of counting, whatever the batch is like. */
static void sort_by(const CellLatency *from, CellLatency *to, size_t n, bool by_cell, uint32_t *count, size_t values)
{
	uint32_t sum = 0;

	memset(count, 0, values * sizeof *count);
	for (size_t i = 0; i < n; i++)
		count[by_cell ? from[i].cell : from[i].bucket]++;
	for (size_t i = 0; i < values; i++) {
		uint32_t here = count[i];

		count[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[count[by_cell ? from[i].cell : from[i].bucket]++] = from[i];
}

static void sort_latencies(Cells *c)
{
	size_t values = c->n > SKETCH_BUCKETS ? c->n : SKETCH_BUCKETS;
	CellLatency *other = xmalloc(c->latencies * sizeof *other);
	uint32_t *count = xmalloc(values * sizeof *count);

	sort_by(c->latency, other, c->latencies, false, count, SKETCH_BUCKETS);
	sort_by(other, c->latency, c->latencies, true, count, c->n);
	for (size_t i = 0; i < c->latencies; i++) {
		Cell *x = &c->v[c->latency[i].cell];

		if (!x->count++)
			x->first = (uint32_t)i;
	}
	free(other);
	free(count);
}

/* --- the order of the tables --- */

enum { FIELDS = 2 + DIM_PARTS, FEW = 16 };

typedef struct Ranking { int64_t first[ROLLUPS] /* span of each */; int bits[FIELDS], all; } Ranking;

/* No number of a place is below 0 but a span, and that counts from the rollup's first. */
static uint64_t field_of(const Ranking *r, const Place *p, int i)
{
	return i == 0 ? (uint64_t)p->rollup : i == 1 ? (uint64_t)p->at - (uint64_t)r->first[p->rollup] : (uint64_t)p->key[i - 2];
}

/* How many bits each field takes. */
static void measure(const Cells *c, Ranking *r)
{
	uint64_t any[FIELDS] = { 0 };

	*r = (Ranking){ .all = 0 };
	for (int i = 0; i < ROLLUPS; i++)
		r->first[i] = INT64_MAX;
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].place.at < r->first[c->v[i].place.rollup])
			r->first[c->v[i].place.rollup] = c->v[i].place.at;
	for (size_t i = 0; i < c->n; i++)
		for (int f = 0; f < FIELDS; f++)
			any[f] |= field_of(r, &c->v[i].place, f);
	for (int f = 0; f < FIELDS; f++) {
		r->bits[f] = any[f] ? 64 - __builtin_clzll(any[f]) : 0;
		r->all += r->bits[f];
	}
}

static void rank_all(const Cells *c, const Ranking *r, Ranked *out)
{
	for (size_t i = 0; i < c->n; i++) {
		uint64_t rank = 0;

		for (int f = 0; f < FIELDS; f++)
			rank = rank << r->bits[f] | field_of(r, &c->v[i].place, f);
		out[i] = (Ranked){ rank, i };
	}
}

/* A large batch is of few days and names, so a place is a number of few bits there, which is sorted digit by digit. */
static void order_places(const Cells *c, uint32_t *order)
{
	Ranking r;
	Ranked *v;

	measure(c, &r);
	if (c->n < FEW || r.all >= 64) {
		for (size_t i = 0; i < c->n; i++)
			order[i] = (uint32_t)i;
		qsort_r(order, c->n, sizeof *order, by_place, c->v);
		return;
	}
	v = xmalloc(c->n * sizeof *v);
	rank_all(c, &r, v);
	ranked_sort(v, c->n);
	for (size_t i = 0; i < c->n; i++)
		order[i] = (uint32_t)v[i].what;
	free(v);
}

void cells_sort(Cells *c, uint32_t *order)
{
	if (c->latencies)
		sort_latencies(c);
	if (c->n)
		order_places(c, order);
}
