#include "app/counted.h"

#include "base/num.h"

static const char *const names[] = { "InputTokenCount", "OutputTokenCount", "CacheReadInputTokenCount", "CacheWriteInputTokenCount" };

/* No account counts a million million in a minute, and of so much a fortnight's minutes of all series still add up without overflow. */
int64_t counted_of(double v)
{
	return v >= 0 && v < 1e12 ? (int64_t)v : 0;
}

bool counted_is_tokens(const MetricSeries *m)
{
	for (size_t k = 0; k < sizeof names / sizeof *names; k++)
		if (str_is(m->name, names[k]))
			return true;
	return false;
}

int64_t counted_points(const MetricSeries *m, int64_t from_ms, int64_t until_ms)
{
	int64_t sum = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->points[i].has && m->points[i].t_ms >= from_ms && m->points[i].t_ms < until_ms)
			sum += counted_of(m->points[i].v);
	return sum;
}

int counted_tokens(Store *s, int64_t from_ms, int64_t until_ms, int64_t *tokens, bool *any, Err *e)
{
	Arena a = { 0 };
	MetricSeries *m;
	size_t n;
	int rc = store_metrics(s, from_ms, until_ms, &a, &m, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++)
		for (size_t p = 0; counted_is_tokens(&m[i]) && p < m[i].count; p++) {
			*tokens += m[i].points[p].has ? counted_of(m[i].points[p].v) : 0;
			*any = true;
		}
	arena_done(&a);
	return rc;
}

int counted_span(Store *s, int64_t from_ms, int64_t until_ms, int64_t *first_ms, int64_t *end_ms, bool *any, Err *e)
{
	enum { MINUTE_MS = 60000, LATE_MS = 5 * MINUTE_MS };
	Arena a = { 0 };
	MetricSeries *m;
	size_t n;
	int rc = store_metrics(s, from_ms, until_ms, &a, &m, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		for (size_t p = 0; counted_is_tokens(&m[i]) && p < m[i].count; p++) {
			int64_t t = m[i].points[p].t_ms;

			*first_ms = !*any || t < *first_ms ? t : *first_ms;
			*end_ms = !*any || t + MINUTE_MS > *end_ms ? t + MINUTE_MS : *end_ms;
			*any = true;
		}
	}
	if (*any && *end_ms > until_ms - LATE_MS)
		*end_ms = (until_ms - LATE_MS) / MINUTE_MS * MINUTE_MS;
	arena_done(&a);
	return rc;
}

int counted_seen(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, int64_t *seen_ppm, int64_t *jobs, Err *e)
{
	int64_t theirs = 0;
	bool any = false;
	CostGroup *g;
	size_t n;

	*seen_ppm = INT64_MIN;
	*jobs = 0;
	if (counted_tokens(s, from_ms, until_ms, &theirs, &any, e) < 0 || store_cost(s, DIM_ALL, from_ms, until_ms, a, &g, &n, e) < 0)
		return -1;
	if (n)
		*jobs = g[0].s.jobs;
	if (theirs > 0)
		*seen_ppm = n ? mul_div(tokens_total(&g[0].s.tok), 1000000, theirs) : 0;
	return 0;
}
