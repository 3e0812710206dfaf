#include "app/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

#define HOUR_MS INT64_C(3600000)

static void group_now(GroupCell *c, const CostGroup *g)
{
	fig_text(c->key, sizeof c->key, g->key);
	c->nusd = g->s.nusd;
	c->jobs = g->s.jobs;
	c->failed = g->s.failed;
	c->tokens = tokens_total(&g->s.tok);
	c->cache_hits = g->s.cache_hits;
	c->cache_known = g->s.cache_known;
	c->err_ppm = fig_ppm(g->s.failed, g->s.jobs);
	c->base_err_ppm = FIG_NONE;
}

/* part / whole scales the mean of the baseline to the minutes that have passed. */
static void group_base(GroupCell *c, const CostGroup *g, int64_t n, int64_t part, int64_t whole)
{
	c->base_nusd = mul_div(g->s.nusd, part, n * whole);
	c->base_jobs_milli = mul_div(g->s.jobs * 1000, part, n * whole);
	c->base_tokens = mul_div(tokens_total(&g->s.tok), part, n * whole);
	c->base_cache_hits = g->s.cache_hits;
	c->base_cache_known = g->s.cache_known;
	c->base_err_ppm = fig_ppm(g->s.failed, g->s.jobs);
}

static int by_key(const void *x, const void *y)
{
	return str_cmp(((const CostGroup *)x)->key, ((const CostGroup *)y)->key);
}

/* One cell for each key of either list: both in the order of their whole keys, which a cell may hold in part only. */
static size_t merge(const GroupAsk *q, CostGroup *now, size_t nn, CostGroup *base, size_t nb, int64_t hours, GroupCell *cell)
{
	size_t i = 0, k = 0, total = 0;

	qsort(now, nn, sizeof *now, by_key);
	qsort(base, nb, sizeof *base, by_key);
	while (i < nn || k < nb) {
		int c = i == nn ? 1 : k == nb ? -1 : by_key(&now[i], &base[k]);
		GroupCell *at = &cell[total++];

		if (c <= 0) {
			group_now(at, &now[i++]);
		} else {
			fig_text(at->key, sizeof at->key, base[k].key);
			at->err_ppm = FIG_NONE;
		}
		if (c >= 0)
			group_base(at, &base[k++], hours, q->part, q->whole);
	}
	return total;
}

static int by_delta(const void *x, const void *y)
{
	const GroupCell *a = x, *b = y;
	int64_t da = llabs(a->nusd - a->base_nusd), db = llabs(b->nusd - b->base_nusd);

	if (da != db)
		return da < db ? 1 : -1;
	return strcmp(a->key, b->key);
}

static int by_error_delta(const void *x, const void *y)
{
	const GroupCell *a = x, *b = y;
	int64_t da = a->err_ppm == FIG_NONE ? 0 : a->err_ppm - (a->base_err_ppm == FIG_NONE ? 0 : a->base_err_ppm);
	int64_t db = b->err_ppm == FIG_NONE ? 0 : b->err_ppm - (b->base_err_ppm == FIG_NONE ? 0 : b->base_err_ppm);

	if (da != db)
		return da < db ? 1 : -1;
	return strcmp(a->key, b->key);
}

int groups_read(Store *s, const GroupAsk *q, GroupsOrder order, Groups *out, int64_t *base_n, Err *e)
{
	int64_t hours[BASE_HOURS_MAX];
	size_t n = baseline_hours(q->base_hour, q->now_ms, q->offset_ms, hours), kept = 0, nn, nb, total = 0;
	Arena a = { 0 };
	CostGroup *now, *base;
	GroupCell *cell = NULL;
	int rc = -1;

	for (size_t i = 0; q->covered_from_ms && i < n; i++)
		if (hours[i] * HOUR_MS >= q->covered_from_ms)
			hours[kept++] = hours[i];
	if (store_hours_by(s, q->by, q->hours, q->hour_count, &a, &now, &nn, e) < 0 ||
		store_hours_by(s, q->by, hours, kept, &a, &base, &nb, e) < 0)
		goto out;
	cell = xcalloc(nn + nb + 1, sizeof *cell);
	total = merge(q, now, nn, base, kept >= BASE_LEAST ? nb : 0, (int64_t)kept, cell);
	qsort(cell, total, sizeof *cell, order == GROUPS_BY_COST ? by_delta : by_error_delta);
	memset(out, 0, sizeof *out);
	out->total = (int32_t)total;
	out->n = (int32_t)(total < FIG_GROUPS ? total : FIG_GROUPS);
	memcpy(out->cell, cell, (size_t)out->n * sizeof *cell);
	*base_n = kept >= BASE_LEAST ? (int64_t)kept : 0;
	rc = 0;
out:
	free(cell);
	arena_done(&a);
	return rc;
}

int figures_groups(Store *s, Dim by, int64_t hour, int64_t now_ms, int64_t offset_ms, Groups *out, int64_t *base_n,
				   Err *e)
{
	GroupAsk q = { .by = by,
				   .hours = &hour,
				   .hour_count = 1,
				   .base_hour = hour,
				   .part = HOUR_MS,
				   .whole = HOUR_MS,
				   .now_ms = now_ms,
				   .offset_ms = offset_ms };
	Arena a = { 0 };
	Str back = STR("");
	int rc;

	if (hour == floor_div(now_ms, HOUR_MS))
		q.part = now_ms - hour * HOUR_MS;
	if ((rc = store_cursor(s, "jobs.back", &a, &back, e)) == 0) {
		(void)str_i64(back, &q.covered_from_ms);     /* no cursor yet: nothing is known to be covered */
		rc = groups_read(s, &q, GROUPS_BY_COST, out, base_n, e);
	}
	arena_done(&a);
	return rc;
}
