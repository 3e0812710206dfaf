#include "app/cost_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

#define HOUR_MS INT64_C(3600000)

/* --- groups --- */

static int dearest_first(const void *x, const void *y)
{
	const CostFact *a = x, *b = y;
	int c;

	if (a->s.nusd != b->s.nusd)
		return a->s.nusd < b->s.nusd ? 1 : -1;
	c = str_cmp(a->key, b->key);
	return c ? c : (a->place > b->place) - (a->place < b->place);
}

static int read_groups(const FactsAsk *q, Arena *a, CostFacts *out, Err *e)
{
	CostGroup *g[FIG_CONTEXTS];
	size_t n[FIG_CONTEXTS] = { 0 }, all = 0;

	for (size_t i = 0; i < q->from->n; i++) {
		if (q->from->s[i] && store_cost(q->from->s[i], out->by, q->since_ms, facts_until(q), a, &g[i], &n[i], e) < 0)
			return -1;
		all += n[i];
	}
	out->group = ARENA_ARRAY(a, CostFact, all + 1);
	for (size_t i = 0; i < q->from->n; i++)
		for (size_t k = 0; k < n[i]; k++) {
			out->group[out->groups++] = (CostFact){ .place = i, .key = g[i][k].key, .s = g[i][k].s };
			sums_add(&out->total, &g[i][k].s);
		}
	if (out->groups)
		qsort(out->group, out->groups, sizeof *out->group, dearest_first);
	return 0;
}

static size_t place_of(const FactsAsk *q, const FigText *context)
{
	return context ? (size_t)(context - q->from->context) : 0;
}

/* Whole hours, the last one as far as the window goes. */
static CostCell compared_hours(const FactsAsk *q)
{
	return (CostCell){ .from_hour = floor_div(q->since_ms, HOUR_MS), .until_hour = floor_div(q->until_ms - 1, HOUR_MS) + 1 };
}

typedef struct KeyAt { Str key; size_t place, at; } KeyAt;

static int by_key(const void *x, const void *y)
{
	const KeyAt *a = x, *b = y;
	int c = str_cmp(a->key, b->key);

	return c ? c : (a->place > b->place) - (a->place < b->place);
}

/* Who usually calls and did not now is no row: the total has them. */
static void put_usual(const FactsAsk *q, const Compared *c, size_t n, CostFacts *out, Arena *a)
{
	KeyAt *index = ARENA_ARRAY(a, KeyAt, out->groups + 1);

	for (size_t i = 0; i < out->groups; i++) {
		index[i] = (KeyAt){ out->group[i].key, out->group[i].place, i };
		out->group[i].compared = out->against.known;
	}
	if (out->groups)
		qsort(index, out->groups, sizeof *index, by_key);
	for (size_t i = 0; i < n && out->groups; i++) {
		KeyAt want = { c[i].key, place_of(q, c[i].context), 0 }, *at = bsearch(&want, index, out->groups, sizeof *index, by_key);

		if (!at)
			continue;
		out->group[at->at].now_nusd = c[i].now.nusd;
		out->group[at->at].usual_nusd = (c[i].base.nusd + 500) / 1000;
	}
}

static int compare(const FactsAsk *q, Arena *a, CostFacts *out, Err *e)
{
	const FiguresAsk when = facts_when(q);
	CostCell cell = compared_hours(q);
	Compared *c;
	CellWhy why;
	size_t n;

	out->compared_from_ms = cell.from_hour * HOUR_MS;
	out->compared_until_ms = q->until_ms;
	if (cell_why(q->from, &when, &cell, a, &why, NULL, e) < 0)
		return -1;
	out->against = why.against;
	out->bridge = why.bridge;
	if (out->by_hour || out->by >= DIM_SIMPLE)
		return 0;
	if (compare_read(q->from, &when, &cell, out->by, a, &c, &n, &out->against, e) < 0)
		return -1;
	put_usual(q, c, n, out, a);
	return 0;
}

/* --- hours --- */

typedef struct Known { int64_t first; size_t n; Sums *v; } Known;

static int read_known(const FactsAsk *q, int64_t first, size_t n, Arena *a, Known *out, Err *e)
{
	Sums *part = ARENA_ARRAY(a, Sums, n);

	*out = (Known){ first, n, ARENA_ARRAY(a, Sums, n) };
	for (size_t i = 0; i < q->from->n; i++) {
		if (!q->from->s[i])
			continue;
		if (store_hours(q->from->s[i], DIM_ALL, STR(""), first, n, part, e) < 0)
			return -1;
		for (size_t k = 0; k < n; k++)
			sums_add(&out->v[k], &part[k]);
	}
	return 0;
}

/* The mean of the hours that are like it; a part of an hour has its part of that. */
static int64_t usual_of(const FactsAsk *q, const Known *k, int64_t covered_ms, const HourFact *h)
{
	int64_t hours[BASE_HOURS_MAX], sum = 0, kept = 0, hour = floor_div(h->from_ms, HOUR_MS);
	size_t n = baseline_hours(hour, facts_when(q).now_ms, q->offset_ms, hours);

	for (size_t i = 0; covered_ms && i < n; i++) {
		if (hours[i] < k->first || hours[i] >= k->first + (int64_t)k->n || hours[i] * HOUR_MS < covered_ms)
			continue;
		sum += k->v[hours[i] - k->first].nusd;
		kept++;
	}
	return kept < BASE_LEAST ? FIG_NONE : mul_div(sum / kept, h->until_ms - h->from_ms, HOUR_MS);
}

/* A part of an hour is added up by its calls. */
static int part_of_hour(const FactsAsk *q, HourFact *h, Err *e)
{
	h->s = (Sums){ 0 };
	for (size_t i = 0; i < q->from->n; i++)
		if (q->from->s[i] && facts_sums(q->from->s[i], h->from_ms, h->until_ms, &h->s, e) < 0)
			return -1;
	return 0;
}

int cost_facts_hours(const FactsAsk *q, int64_t covered_ms, Arena *a, HourFact **out, size_t *n, Err *e)
{
	int64_t from = floor_div(q->since_ms, HOUR_MS), until = floor_div(q->until_ms - 1, HOUR_MS) + 1, first = from - BASE_DAYS * 24;
	Known known;

	*n = 0;
	*out = ARENA_ARRAY(a, HourFact, (size_t)(until - from) + 1);
	if (read_known(q, first, (size_t)(until - first), a, &known, e) < 0)
		return -1;
	for (int64_t hour = from; hour < until; hour++) {
		HourFact *h = &(*out)[(*n)++];

		*h = (HourFact){ .from_ms = hour * HOUR_MS, .until_ms = (hour + 1) * HOUR_MS, .s = known.v[hour - first] };
		h->from_ms = h->from_ms < q->since_ms ? q->since_ms : h->from_ms;
		/* What an open window's last hour holds came before its end, whatever its stamp says. */
		h->until_ms = h->until_ms > q->until_ms ? q->until_ms : h->until_ms;
		if ((h->from_ms > hour * HOUR_MS || (!q->open && h->until_ms < (hour + 1) * HOUR_MS)) && part_of_hour(q, h, e) < 0)
			return -1;
		h->usual_nusd = usual_of(q, &known, covered_ms, h);
	}
	return 0;
}

/* --- what has no price, what was changed --- */

static int read_unpriced(const FactsAsk *q, Arena *a, CostFacts *out, Err *e)
{
	for (size_t i = 0; i < q->from->n; i++) {
		UnpricedFact *grown;
		UnpricedRow *row;
		size_t n;

		if (!q->from->s[i])
			continue;
		if (store_unpriced(q->from->s[i], q->since_ms, facts_until(q), a, &row, &n, e) < 0)
			return -1;
		grown = ARENA_ARRAY(a, UnpricedFact, out->unpriced_n + n + 1);
		if (out->unpriced_n)
			memcpy(grown, out->unpriced, out->unpriced_n * sizeof *grown);
		out->unpriced = grown;
		for (size_t k = 0; k < n; k++)
			grown[out->unpriced_n++] = (UnpricedFact){ i, row[k] };
	}
	return 0;
}

static int oldest_first(const void *x, const void *y)
{
	const ChangeFact *a = x, *b = y;

	if (a->c.time_ms != b->c.time_ms)
		return a->c.time_ms < b->c.time_ms ? -1 : 1;
	return a->place != b->place ? (a->place > b->place) - (a->place < b->place) : (a > b) - (a < b);
}

int cost_facts_changes(const FactsAsk *q, int64_t from_ms, Arena *a, ChangeFact **out, size_t *n, Err *e)
{
	Change *c[FIG_CONTEXTS];
	size_t got[FIG_CONTEXTS] = { 0 }, all = 0;

	*n = 0;
	for (size_t i = 0; i < q->from->n; i++) {
		if (q->from->s[i] && store_changes(q->from->s[i], from_ms, facts_until(q), 0, a, &c[i], &got[i], e) < 0)
			return -1;
		all += got[i];
	}
	*out = ARENA_ARRAY(a, ChangeFact, all + 1);
	for (size_t i = 0; i < q->from->n; i++)
		for (size_t k = got[i]; k-- > 0;)
			(*out)[(*n)++] = (ChangeFact){ i, c[i][k] };
	if (q->from->n > 1 && *n)
		qsort(*out, *n, sizeof **out, oldest_first);
	return 0;
}

int cost_facts(const FactsAsk *q, Dim by, bool by_hour, Arena *a, CostFacts *out, Err *e)
{
	*out = (CostFacts){ .by = by_hour ? DIM_ALL : by, .by_hour = by_hour };
	if (facts_head(q, a, &out->head, e) < 0 || read_groups(q, a, out, e) < 0 || compare(q, a, out, e) < 0 ||
	    cost_facts_hours(q, out->head.covered_from_ms, a, &out->hour, &out->hours, e) < 0 || read_unpriced(q, a, out, e) < 0)
		return -1;
	if (by_hour)
		out->groups = 0;
	return cost_facts_changes(q, q->since_ms, a, &out->change, &out->changes, e);
}
