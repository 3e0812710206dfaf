#include "app/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "store/cells.h"

#define HOUR_MS INT64_C(3600000)

typedef struct Line { int64_t key; Sums now; Weighed base[SUM_FIELDS]; } Line;

typedef struct Adding {
	const HourSet *hours;
	Dim by;
	int64_t only[DIM_SIMPLE];            /* the key's number; -1: any */
	Line   *line;
	size_t  n, cap, slots;
	uint32_t *slot;                /* index into line, plus 1 */
} Adding;

static void grow(Adding *t)
{
	t->slots = t->slots ? t->slots * 2 : 64;
	free(t->slot);
	t->slot = xcalloc(t->slots, sizeof *t->slot);
	for (size_t n = 0; n < t->n; n++) {
		size_t i = (uint64_t)t->line[n].key * UINT64_C(0x9E3779B97F4A7C15) >> 32 & (t->slots - 1);

		while (t->slot[i])
			i = (i + 1) & (t->slots - 1);
		t->slot[i] = (uint32_t)n + 1;
	}
}

static Line *line_of(Adding *t, int64_t key)
{
	size_t i;

	if (t->n * 2 >= t->slots)
		grow(t);
	for (i = (uint64_t)key * UINT64_C(0x9E3779B97F4A7C15) >> 32 & (t->slots - 1); t->slot[i]; i = (i + 1) & (t->slots - 1))
		if (t->line[t->slot[i] - 1].key == key)
			return &t->line[t->slot[i] - 1];
	VEC_GROW(t->line, t->cap, t->n + 1);
	t->line[t->n++] = (Line){ .key = key };
	t->slot[i] = (uint32_t)t->n;
	return &t->line[t->n - 1];
}

static void add_row(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	Adding *t = arg;
	int64_t at = hour - t->hours->first;
	Line *l;

	if (at < 0 || at >= (int64_t)t->hours->n || (!t->hours->now[at] && !t->hours->weight[at]))
		return;
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		if (t->only[d] >= 0 && t->only[d] != key[d])
			return;
	l = line_of(t, key[t->by]);
	if (t->hours->now[at])
		sums_add(&l->now, x);
	for (int i = 0; t->hours->weight[at] && i < SUM_FIELDS; i++)
		l->base[i] = hours_weigh(l->base[i], sums_field(x, i), t->hours->weight[at]);
}

/* Totals are kept by one or two names, of whole days by some three; for others the calls themselves are asked. */
static int read_store(Store *s, Adding *t, Dim by, const CostCell *c, Err *e)
{
	unsigned names = 1u << by;
	Dim kept = DIM_ALL;
	bool calls;

	for (int d = 0; d < DIM_SIMPLE; d++)
		t->only[d] = -1;
	for (int i = 0; i < CELL_KEYS && c->only[i].dim; i++) {
		Dim d = (Dim)c->only[i].dim;

		if (store_key_id(s, str_of(c->only[i].key), &t->only[d], e) < 0)
			return -1;
		if (t->only[d] < 0)                  /* nobody here has that name */
			return 0;
		names |= 1u << d;
	}
	calls = !dim_with(names, HOUR_MS, &kept) && !(c->days && dim_with(names, 24 * HOUR_MS, &kept));
	return hours_read(s, t->hours, kept, calls ? HOURS_CALLS : HOURS_TOTALS, add_row, t, e);
}

static int take(Store *s, const Adding *t, const FigText *context, Arena *a, Compared *out, size_t *n, Err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		const Line *l = &t->line[i];
		Compared *c = &out[*n];

		*c = (Compared){ .context = context, .now = l->now };
		for (int k = 0; k < SUM_FIELDS; k++)
			sums_set_field(&c->base, k, hours_mean(l->base[k]));
		if (sums_zero(&c->now) && sums_zero(&c->base))
			continue;
		if (store_key_text(s, l->key, a, &c->key, e) < 0)
			return -1;
		++*n;
	}
	return 0;
}

int compare_read(const Stores *from, const FiguresAsk *when, const CostCell *c, Dim by, Arena *a, Compared **out, size_t *n,
                 Against *against, Err *e)
{
	int64_t covered;
	HourSet h;
	int rc = 0;

	*out = NULL;
	*n = 0;
	if (figures_covered(from, &covered, e) < 0)
		return -1;
	h = hours_of(c, when, covered, a, against);
	for (size_t i = 0; i < from->n && rc == 0; i++) {
		const FigText *name = from->context ? &from->context[i] : NULL;
		Adding t = { .hours = &h, .by = by };
		Compared *grown;

		if (!from->s[i] || (name && c->context[0] && strcmp(*name, c->context) != 0))
			continue;
		if ((rc = read_store(from->s[i], &t, by, c, e)) == 0) {
			grown = ARENA_ARRAY(a, Compared, *n + t.n + 1);
			if (*n)
				memcpy(grown, *out, *n * sizeof *grown);
			*out = grown;
			rc = take(from->s[i], &t, name, a, grown, n, e);
		}
		free(t.line);
		free(t.slot);
	}
	return rc;
}
