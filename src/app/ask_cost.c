#include "app/ask_cost.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define DAY_MS INT64_C(86400000)

static int who_run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	const WhoAsk *q = in;
	CellGroups *g = xcalloc(1, sizeof *g);

	if (groups_read(from, when, &q->cell, (Dim)q->by, GROUPS_BY_COST, &g->g, &g->against, e) < 0) {
		free(g);
		return -1;
	}
	*out = g;
	return 0;
}

static BridgeSums bridge_sums(const Sums *s)
{
	return (BridgeSums){ s->nusd, s->jobs, s->retries, s->cache_hits, s->tok };
}

/* What the token classes cost in the middle of the days that are usual. */
void cell_weights(BridgePart *p, const PriceTable *prices, Str model, int64_t from_hour)
{
	PriceCall c = { .model = model, .at_ms = from_hour * 3600000 - BASE_DAYS / 2 * DAY_MS };
	const PriceRow *row = prices ? price_find(prices, &c) : NULL;

	for (int i = 0; i < PRICE_CLASSES; i++)
		p->weight[i] = row ? row->micro_usd[i] : -1;
}

int cell_why(const Stores *from, const FiguresAsk *when, const CostCell *c, Arena *a, CellWhy *out, WhyModels *models, Err *e)
{
	Compared *found;
	WhyModels m = { 0 };

	*out = (CellWhy){ 0 };
	if (compare_read(from, when, c, DIM_MODEL, a, &found, &m.n, &out->against, e) < 0)
		return -1;
	m.part = ARENA_ARRAY(a, BridgePart, m.n + 1);
	m.model = ARENA_ARRAY(a, Str, m.n + 1);
	for (size_t i = 0; i < m.n; i++) {
		m.part[i] = (BridgePart){ .now = bridge_sums(&found[i].now), .base = bridge_sums(&found[i].base) };
		m.model[i] = found[i].key;
		cell_weights(&m.part[i], when->prices, found[i].key, c->from_hour);
		sums_add(&m.now, &found[i].now);
		sums_add(&m.base, &found[i].base);
	}
	bridge_explain(m.part, m.n, &out->bridge);
	out->jobs = m.now.jobs;
	out->unpriced = m.now.unpriced;
	if (models)
		*models = m;
	return 0;
}

static int why_run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	CellWhy *w = xcalloc(1, sizeof *w);
	Arena a = { 0 };
	int rc = cell_why(from, when, in, &a, w, NULL, e);

	arena_done(&a);
	if (rc < 0)
		free(w);
	else
		*out = w;
	return rc;
}

const AskClass ask_who = { .name = "contributors", .in_size = sizeof(WhoAsk), .run = who_run };
const AskClass ask_why = { .name = "why", .in_size = sizeof(CostCell), .prices = true, .run = why_run };
