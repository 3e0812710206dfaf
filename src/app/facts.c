#include "app/facts.h"

#include "app/counted.h"
#include "app/feed.h"
#include "store/pulse.h"

FiguresAsk facts_when(const FactsAsk *q)
{
	return (FiguresAsk){ .now_ms = q->open ? q->made_ms : q->until_ms - 1, .past = !q->open, .offset_ms = q->offset_ms, .prices = q->prices };
}

int64_t facts_until(const FactsAsk *q)
{
	return q->open ? 0 : q->until_ms;
}

int facts_sums(Store *s, int64_t from_ms, int64_t until_ms, Sums *add_to, Err *e)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t n;
	int rc = store_cost(s, DIM_ALL, from_ms, until_ms, &a, &g, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		sums_add(add_to, &g[i].s);
	arena_done(&a);
	return rc;
}

static int read_feeds(const FactsAsk *q, Arena *a, FactsHead *out, Err *e)
{
	FeedState *st[FIG_CONTEXTS] = { NULL };
	size_t n[FIG_CONTEXTS] = { 0 }, all = 0;

	for (size_t i = 0; i < q->from->n; i++) {
		if (q->from->s[i] && store_feed_states(q->from->s[i], a, &st[i], &n[i], e) < 0)
			return -1;
		all += n[i];
	}
	out->feed = ARENA_ARRAY(a, FeedFact, all + 1);
	for (size_t i = 0; i < q->from->n; i++)
		for (size_t k = 0; k < n[i]; k++)
			if (st[i][k].fresh_ms || st[i][k].error.n)
				out->feed[out->feeds++] = (FeedFact){ i, st[i][k].name, st[i][k].error, st[i][k].fresh_ms, st[i][k].covered_from_ms,
				                                      st[i][k].phase == FEED_FAILED };
	return 0;
}

static int read_seen(const FactsAsk *q, FactsHead *out, Err *e)
{
	for (size_t i = 0; i < q->from->n; i++) {
		int64_t from = 0, until = 0;
		Sums s = { 0 };
		bool any = false;

		if (!q->from->s[i])
			continue;
		if (counted_span(q->from->s[i], q->since_ms, q->until_ms, &from, &until, &any, e) < 0)
			return -1;
		if (!any || from >= until)
			continue;
		if (counted_tokens(q->from->s[i], from, until, &out->counted, &any, e) < 0 || facts_sums(q->from->s[i], from, until, &s, e) < 0)
			return -1;
		out->booked += tokens_total(&s.tok);
		out->seen_from_ms = !out->seen_from_ms || from < out->seen_from_ms ? from : out->seen_from_ms;
		out->seen_until_ms = until > out->seen_until_ms ? until : out->seen_until_ms;
	}
	return 0;
}

int facts_head(const FactsAsk *q, Arena *a, FactsHead *out, Err *e)
{
	*out = (FactsHead){ .place = q->place, .places = q->from->n, .since_ms = q->since_ms, .until_ms = q->until_ms, .made_ms = q->made_ms };
	if (read_feeds(q, a, out, e) < 0 || figures_covered(q->from, &out->covered_from_ms, e) < 0)
		return -1;
	return read_seen(q, out, e);
}
