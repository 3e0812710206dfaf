#include "app/groups.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

/* A mean in thousandths as a whole number. */
static int64_t whole(int64_t milli)
{
	return floor_div(milli + 500, 1000);
}

static void group_cell(GroupCell *c, const Compared *g)
{
	fig_text(c->key, sizeof c->key, g->key);
	if (g->context)
		memcpy(c->context, *g->context, sizeof c->context);
	c->nusd = g->now.nusd;
	c->jobs = g->now.jobs;
	c->failed = g->now.failed;
	c->tokens = tokens_total(&g->now.tok);
	c->cache_hits = g->now.cache_hits;
	c->cache_known = g->now.cache_known;
	c->err_ppm = fig_ppm(g->now.failed, g->now.jobs);
	c->base_nusd = whole(g->base.nusd);
	c->base_jobs_milli = g->base.jobs;
	c->base_tokens = whole(tokens_total(&g->base.tok));
	/* Both in thousandths: what is shown is their ratio. */
	c->base_cache_hits = g->base.cache_hits;
	c->base_cache_known = g->base.cache_known;
	c->base_err_ppm = fig_ppm(g->base.failed, g->base.jobs);
}

static int same_delta(const GroupCell *a, const GroupCell *b)
{
	int c = strcmp(a->key, b->key);

	return c ? c : strcmp(a->context, b->context);
}

static int by_delta(const void *x, const void *y)
{
	const GroupCell *a = x, *b = y;
	int64_t da = llabs(a->nusd - a->base_nusd), db = llabs(b->nusd - b->base_nusd);

	if (da != db)
		return da < db ? 1 : -1;
	return same_delta(a, b);
}

static int by_error_delta(const void *x, const void *y)
{
	const GroupCell *a = x, *b = y;
	int64_t da = a->err_ppm == FIG_NONE ? 0 : a->err_ppm - (a->base_err_ppm == FIG_NONE ? 0 : a->base_err_ppm);
	int64_t db = b->err_ppm == FIG_NONE ? 0 : b->err_ppm - (b->base_err_ppm == FIG_NONE ? 0 : b->base_err_ppm);

	if (da != db)
		return da < db ? 1 : -1;
	return same_delta(a, b);
}

int groups_read(const Stores *from, const FiguresAsk *when, const CostCell *cell, Dim by, GroupsOrder order, Groups *out,
                Against *against, Err *e)
{
	Arena a = { 0 };
	Compared *found;
	GroupCell *all;
	size_t n;
	int rc = compare_read(from, when, cell, by, &a, &found, &n, against, e);

	memset(out, 0, sizeof *out);
	if (rc == 0 && n) {
		all = xcalloc(n, sizeof *all);
		for (size_t i = 0; i < n; i++) {
			group_cell(&all[i], &found[i]);
			out->nusd += all[i].nusd;
			out->base_nusd += all[i].base_nusd;
		}
		qsort(all, n, sizeof *all, order == GROUPS_BY_COST ? by_delta : by_error_delta);
		out->total = (int32_t)n;
		out->n = (int32_t)(n < FIG_GROUPS ? n : FIG_GROUPS);
		memcpy(out->cell, all, (size_t)out->n * sizeof *all);
		free(all);
	}
	arena_done(&a);
	return rc;
}
