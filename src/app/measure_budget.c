/* What of a budget is spent, and where its period will end. */
#include "app/measure_own.h"

#include "base/num.h"

enum { TRACE_ROWS = 200000, HISTORY_DAYS = BASE_DAYS };

bool budget_concerns(const Budget *b, Str context)
{
	return !b->context.n || str_eq(b->context, context);
}

/* The one dimension that its scope names, and the key there; false: several. */
static bool one_dim(const Budget *b, Dim *dim, Str *key)
{
	const struct { Dim dim; Str key; } part[] = { { DIM_TENANT, b->tenant }, { DIM_PERSONA, b->persona }, { DIM_AGENT, b->agent },
	                                              { DIM_MODEL, b->model } };
	int n = 0;

	*dim = DIM_ALL;
	*key = STR("");
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (part[i].key.n) {
			*dim = part[i].dim;
			*key = part[i].key;
			n++;
		}
	return n < 2;
}

static TraceAsk names_of(const Budget *b)
{
	return (TraceAsk){ .tenant = b->tenant, .persona = b->persona, .agent = b->agent, .model = b->model };
}

/* Parts of an hour at the ends of a window that does not begin or end on the hour. */
static int part_sum(Store *s, Dim dim, Str key, int64_t from_ms, int64_t until_ms, Arena *a, int64_t *nusd, Err *e)
{
	CostGroup *g;
	size_t n;

	if (from_ms >= until_ms)
		return 0;
	if (store_cost(s, dim, from_ms, until_ms, a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (dim == DIM_ALL || str_eq(g[i].key, key))
			*nusd += g[i].s.nusd;
	return 0;
}

/* Whole hours are read key by key. A scope of several names has no totals: its rows are read. */
static int spent_in(Store *s, const Budget *b, int64_t from_ms, int64_t until_ms, Arena *a, int64_t *nusd, Err *e)
{
	int64_t first = floor_div(from_ms + HOUR_MS - 1, HOUR_MS), last = floor_div(until_ms, HOUR_MS);
	const TraceAsk names = names_of(b);
	Sums *hour;
	Dim dim;
	Str key;

	*nusd = 0;
	if (!one_dim(b, &dim, &key))
		return store_scope_sum(s, &names, from_ms, until_ms, nusd, e);
	if (first >= last)
		return part_sum(s, dim, key, from_ms, until_ms, a, nusd, e);
	hour = ARENA_ARRAY(a, Sums, (size_t)(last - first));
	if (store_hours(s, dim, key, first, (size_t)(last - first), hour, e) < 0)
		return -1;
	for (int64_t i = 0; i < last - first; i++)
		*nusd += hour[i].nusd;
	return part_sum(s, dim, key, from_ms, first * HOUR_MS, a, nusd, e) < 0 ||
	       part_sum(s, dim, key, last * HOUR_MS, until_ms, a, nusd, e) < 0 ? -1 : 0;
}

/* Hour by hour, as far as the data reaches. A scope of several names has no totals by the hour. */
static int forecast(Store *s, const Budget *b, const MeasureAsk *q, Arena *a, BudgetSpent *out, Err *e)
{
	const int64_t running = floor_div(q->now_ms, HOUR_MS);
	const Stores from = { &s, NULL, 1 };
	int64_t covered, first, *nusd;
	ForecastAsk ask = { .part_ms = q->now_ms % HOUR_MS, .spent_nusd = out->spent_nusd };
	Sums *hour;
	Dim dim;
	Str key;

	if (figures_covered(&from, &covered, e) < 0)
		return -1;
	first = floor_div(covered + HOUR_MS - 1, HOUR_MS);
	first = first < running - HISTORY_DAYS * 24 ? running - HISTORY_DAYS * 24 : first;
	if (!covered || first > running || !one_dim(b, &dim, &key))
		return 0;
	ask.hours = (size_t)(running - first + 1);
	hour = ARENA_ARRAY(a, Sums, ask.hours);
	nusd = ARENA_ARRAY(a, int64_t, ask.hours);
	if (store_hours(s, dim, key, first, ask.hours, hour, e) < 0)
		return -1;
	for (size_t i = 0; i < ask.hours; i++)
		nusd[i] = hour[i].nusd;
	ask.nusd = nusd;
	ask.local_hour = first + floor_div(q->offset_ms, HOUR_MS);
	ask.rest_hours = floor_div(out->until_ms, HOUR_MS) - running - 1;
	ask.rest_hours = ask.rest_hours < 0 ? 0 : ask.rest_hours;
	out->forecast = forecast_period(&ask);
	out->reaches_ms = forecast_reaches(&ask, &out->forecast, b->limit_nusd);
	return 0;
}

static int read_traces(Store *s, const Budget *b, int64_t now_ms, Arena *a, BudgetSpent *out, Err *e)
{
	TraceAsk q = names_of(b);
	TraceSum *t;
	size_t n;

	q.from_ms = now_ms - HOUR_MS;
	q.rows = TRACE_ROWS;
	if (store_traces(s, &q, a, &t, &n, &out->part, e) < 0)
		return -1;
	out->trace = ARENA_ARRAY(a, TraceSum, n + 1);
	for (size_t i = 0; i < n; i++) {
		out->spent_nusd = t[i].nusd > out->spent_nusd ? t[i].nusd : out->spent_nusd;
		if (budget_reached(b, t[i].nusd))
			out->trace[out->traces++] = t[i];
	}
	return 0;
}

int measure_budget(Store *s, const Budget *b, const MeasureAsk *q, bool with_forecast, Arena *a, BudgetSpent *out, Err *e)
{
	*out = (BudgetSpent){ .reaches_ms = -1 };
	if (b->period == PERIOD_TRACE)
		return read_traces(s, b, q->now_ms, a, out, e);
	budget_period(b->period, q->now_ms, q->offset_ms, &out->from_ms, &out->until_ms);
	/* What is booked ahead of now belongs to the period as well. */
	if (spent_in(s, b, out->from_ms, q->past ? q->now_ms + 1 : out->until_ms, a, &out->spent_nusd, e) < 0)
		return -1;
	return with_forecast ? forecast(s, b, q, a, out, e) : 0;
}
