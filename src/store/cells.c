#include "store/cells.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static_assert(sizeof(Sums) == SUM_FIELDS * sizeof(int64_t), "Sums is its fields in a row");

static size_t spread(int dim, int64_t key, int64_t at, size_t slots)
{
	uint64_t h = ((uint64_t)key * 31 + (uint64_t)dim) * UINT64_C(0x9E3779B97F4A7C15) + (uint64_t)at;

	return (size_t)((h * UINT64_C(0xD6E8FEB86659FD93)) >> 32) & (slots - 1);
}

static void grow(Cells *c)
{
	c->slots = c->slots ? c->slots * 2 : 1024;
	free(c->slot);
	c->slot = xcalloc(c->slots, sizeof *c->slot);
	for (size_t n = 0; n < c->n; n++) {
		size_t i = spread(c->v[n].dim, c->v[n].key, c->v[n].at, c->slots);

		while (c->slot[i])
			i = (i + 1) & (c->slots - 1);
		c->slot[i] = (uint32_t)n + 1;
	}
}

static int by_place(const void *a, const void *b)
{
	const Cell *x = a, *y = b;

	if (x->dim != y->dim)
		return x->dim < y->dim ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

void cells_done(Cells *c)
{
	free(c->v);
	free(c->slot);
	*c = (Cells){ 0 };
}

void cells_reset(Cells *c)
{
	c->n = 0;
	if (c->slots)
		memset(c->slot, 0, c->slots * sizeof *c->slot);
}

Sums *cells_at(Cells *c, int dim, int64_t key, int64_t at)
{
	size_t i;

	if (c->n * 2 >= c->slots)
		grow(c);
	for (i = spread(dim, key, at, c->slots); c->slot[i]; i = (i + 1) & (c->slots - 1)) {
		Cell *x = &c->v[c->slot[i] - 1];

		if (x->key == key && x->at == at && x->dim == dim)
			return &x->s;
	}
	VEC_GROW(c->v, c->cap, c->n + 1);
	c->v[c->n++] = (Cell){ .dim = dim, .key = key, .at = at };
	c->slot[i] = (uint32_t)c->n;
	return &c->v[c->n - 1].s;
}

void cells_sort(Cells *c)
{
	if (c->n)
		qsort(c->v, c->n, sizeof *c->v, by_place);
}

int64_t sums_field(const Sums *s, int i)
{
	int64_t v;

	memcpy(&v, (const char *)s + (size_t)i * sizeof v, sizeof v);
	return v;
}

void sums_set_field(Sums *s, int i, int64_t v)
{
	memcpy((char *)s + (size_t)i * sizeof v, &v, sizeof v);
}

/* Unsigned on purpose: a difference takes out exactly what went in, also after an absurd count wrapped. */
void sums_move(Sums *to, const Sums *from, const Sums *minus)
{
	for (int i = 0; i < SUM_FIELDS; i++)
		sums_set_field(to, i, (int64_t)((uint64_t)sums_field(to, i) + (uint64_t)sums_field(from, i) -
		                                (uint64_t)sums_field(minus, i)));
}

bool sums_zero(const Sums *s)
{
	static const Sums zero;

	return memcmp(s, &zero, sizeof zero) == 0;
}

void sums_add(Sums *to, const Sums *x)
{
	static const Sums zero;

	sums_move(to, x, &zero);
}
