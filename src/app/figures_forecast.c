/* Where the day and the month will end, and what of the budgets is spent. */
#include "app/figures_own.h"

#include <stdlib.h>
#include <string.h>

#include "app/measure.h"
#include "base/num.h"
#include "model/forecast.h"

static FigForecast fig_of(const ForecastAsk *q, const Forecast *f)
{
	return (FigForecast){ .spent_nusd = q->spent_nusd, .low_nusd = f->low_nusd, .mid_nusd = f->mid_nusd, .high_nusd = f->high_nusd,
	                      .known = f->known, .days = f->days, .tries = f->tries, .percent = f->percent };
}

/* Of all stores together, from the hours that were read already. */
static FigForecast period_of(const Work *w, BudgetPeriod p)
{
	static const FigForecast nothing = { .spent_nusd = FIG_NONE };
	int64_t series[BACK_HOURS], from_ms, until_ms, first = floor_div(w->f->covered_from_ms + HOUR_MS - 1, HOUR_MS) - w->hour0;
	ForecastAsk q = { .nusd = series, .part_ms = w->ask->now_ms % HOUR_MS };
	int64_t running = w->hour0 + BACK_HOURS - 1, begin;
	Forecast f;

	budget_period(p, w->ask->now_ms, w->ask->offset_ms, &from_ms, &until_ms);
	first = first < 0 ? 0 : first;
	begin = floor_div(from_ms, HOUR_MS) - w->hour0;
	if (!w->f->covered_from_ms || first >= BACK_HOURS || begin < first)
		return nothing;
	for (int64_t i = first; i < BACK_HOURS; i++)
		series[q.hours++] = w->all[i].nusd;
	for (int64_t i = begin; i < BACK_HOURS; i++)
		q.spent_nusd += w->all[i].nusd;
	q.local_hour = w->hour0 + first + floor_div(w->ask->offset_ms, HOUR_MS);
	q.rest_hours = floor_div(until_ms, HOUR_MS) - running - 1;
	q.rest_hours = q.rest_hours < 0 ? 0 : q.rest_hours;
	f = forecast_period(&q);
	return fig_of(&q, &f);
}

static void scope_text(const Budget *b, FigKey out, Arena *a)
{
	const struct { const char *what; Str name; } part[] = { { "context", b->context }, { "tenant", b->tenant }, { "persona", b->persona },
	                                                        { "agent", b->agent }, { "model", b->model } };
	Str text = STR("");

	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (part[i].name.n)
			text = arena_printf(a, "%.*s%s%s %.*s", STR_ARG(text), text.n ? ", " : "", part[i].what, STR_ARG(part[i].name));
	fig_text(out, sizeof(FigKey), text);
}

static int add_budget(Work *w, Store *s, const char *context, const Budget *b, Err *e)
{
	const MeasureAsk q = { .now_ms = w->ask->now_ms, .offset_ms = w->ask->offset_ms, .past = w->ask->past };
	FigBudget *out = &w->f->budget[w->f->budget_count];
	BudgetSpent x;

	if (measure_budget(s, b, &q, true, &w->arena, &x, e) < 0)
		return -1;
	*out = (FigBudget){ .period = (int32_t)b->period, .limit_nusd = b->limit_nusd };
	out->percent = (int32_t)(budget_percent(b, x.spent_nusd) < 100000 ? budget_percent(b, x.spent_nusd) : 100000);
	fig_text(out->context, sizeof out->context, str_of(w->from->context ? context : ""));
	fig_text(out->id, sizeof out->id, b->id);
	scope_text(b, out->scope, &w->arena);
	out->f = (FigForecast){ .spent_nusd = x.spent_nusd, .low_nusd = x.forecast.low_nusd, .mid_nusd = x.forecast.mid_nusd,
	                        .high_nusd = x.forecast.high_nusd, .known = x.forecast.known, .days = x.forecast.days,
	                        .tries = x.forecast.tries, .percent = x.forecast.percent };
	if (x.reaches_ms >= 0)
		out->f.reaches_ms = w->ask->now_ms + x.reaches_ms;
	w->f->budget_count++;
	return 0;
}

static int fullest_first(const void *x, const void *y)
{
	const FigBudget *a = x, *b = y;

	return a->percent != b->percent ? (a->percent < b->percent ? 1 : -1) : strcmp(a->id, b->id);
}

int figures_part_forecast(Work *w, Err *e)
{
	w->f->day = period_of(w, PERIOD_DAY);
	w->f->month = period_of(w, PERIOD_MONTH);
	for (size_t i = 0; i < w->from->n; i++) {
		const char *context = w->from->context ? w->from->context[i] : w->ask->context;

		for (size_t k = 0; k < w->ask->budgets && w->from->s[i] && w->f->budget_count < FIG_BUDGETS; k++) {
			const Budget *b = &w->ask->budget[k];

			/* A trace is no period: its budget is watched by the alert rules. */
			if (b->period != PERIOD_TRACE && budget_concerns(b, str_of(context)) && add_budget(w, w->from->s[i], context, b, e) < 0)
				return -1;
		}
	}
	if (w->f->budget_count)
		qsort(w->f->budget, (size_t)w->f->budget_count, sizeof *w->f->budget, fullest_first);
	return 0;
}
