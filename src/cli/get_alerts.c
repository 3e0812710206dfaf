/* `get alerts` and `get budgets`. States are what the process that watches has put into the snapshot; what budgets have spent is added up
 * now. */
#include "cli/get.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/alert_views.h"
#include "app/measure.h"
#include "base/xalloc.h"
#include "conf/watched.h"
#include "model/money.h"
#include "wire/time8601.h"

/* Money is nUSD, everything else a number in its unit; a table gets both for people. */
static void figure(const Options *o, JsonW *w, const char *key, AlertMetric m, int64_t v)
{
	const AlertUnit unit = metric_info(m)->unit;
	Buf text = { 0 };

	if (v == ALERT_NONE) {
		jw_knull(w, key);
	} else if (o->out == OUT_TABLE) {
		watched_value(&text, m, v);
		jw_kstr(w, key, buf_str(&text));
		buf_done(&text);
	} else if (unit == UNIT_USD || unit == UNIT_USD_HOUR) {
		jw_ki64(w, key, v);
	} else if (v % 1000000 == 0) {
		jw_ki64(w, key, v / 1000000);
	} else {
		jw_knum(w, key, (double)v / 1e6);
	}
}

static void one_alert(const Options *o, const Ask *a, const AskPart *p, const AlertView *v, JsonW *w)
{
	const AlertRow *r = &v->r;

	jw_object(w);
	if (a->n > 1)
		get_place(w, p);
	get_str(w, "id", r->rule);
	jw_kstr(w, "source", v->cloudwatch ? STR("cloudwatch") : STR("local"));
	get_str(w, "key", r->key);
	get_str(w, "severity", v->cloudwatch ? STR("") : str_of(alert_severity_names[r->severity]));
	get_str(w, "state", v->unknown && v->state == ALERT_OK ? STR("") : str_of(alert_state_name(v->state)));
	figure(o, w, "value", r->metric, r->value);
	if (v->has_threshold && isfinite(v->threshold))
		jw_knum(w, "threshold", v->threshold);
	else
		figure(o, w, "threshold", r->metric, r->threshold);
	figure(o, w, "baseline", r->metric, r->baseline);
	if (v->cloudwatch || r->value == ALERT_NONE || r->metric == METRIC_BUDGET)
		jw_knull(w, "count");
	else
		jw_ki64(w, "count", r->count);
	get_time(w, "since", r->st.since_ms);
	get_str(w, "acknowledgedBy", r->acked.at_ms ? r->acked.by : STR(""));
	get_str(w, "agentId", r->agent);
	get_str(w, "agentVersion", r->version);
	jw_object_end(w);
}

typedef struct FoundAlert { const AlertView *v; const AskPart *part; size_t at; } FoundAlert;

static int newest_first(const void *x, const void *y)
{
	const FoundAlert *a = x, *b = y;

	if (a->v->r.st.since_ms != b->v->r.st.since_ms)
		return a->v->r.st.since_ms < b->v->r.st.since_ms ? 1 : -1;
	return a->at < b->at ? -1 : 1;
}

/* A table is read from the top. */
static int worst_first(const void *x, const void *y)
{
	const FoundAlert *a = x, *b = y;
	bool open[2] = { alert_is_open(a->v), alert_is_open(b->v) };

	return open[0] != open[1] ? open[1] - open[0] : a->at < b->at ? -1 : 1;
}

/* Who would take old states for those of now is told. */
static void say_not_watched(const Ask *a, const AskPart *p, const WatchView *who)
{
	char when[TIME_TEXT] = "never";

	if (who->watched)
		return;
	if (who->run.at_ms)
		time_format_iso(who->run.at_ms, when);
	(void)fprintf(stderr, "seismo: %s%snobody watches this snapshot (last look: %s): run seismo collect, or open the console\n",
	              a->n > 1 ? p->watch->session.ctx->name.p : "", a->n > 1 ? ": " : "", when);
}

int get_alerts(const Options *o, Ask *a, JsonW *w, Err *e)
{
	FoundAlert *found = NULL;
	Arena arena = { 0 };
	size_t n = 0, cap = 0, rows;
	AlertView *v;
	WatchView who;
	int rc = 0;

	if (o->at)
		return err_kind(e, ERR_USAGE, "get alerts answers as of now: states are not kept by time; leave out --at");
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store || (rc = alert_views(a->part[i].store, a->now_ms, &arena, &v, &rows, &who, e)) < 0)
			continue;
		say_not_watched(a, &a->part[i], &who);
		for (size_t k = 0; k < rows; k++) {
			/* One that is about to fire has not fired; one that ended before the window is over. */
			if (v[k].state == ALERT_PENDING || (v[k].state == ALERT_OK && v[k].r.st.since_ms < a->since_ms && !v[k].cloudwatch))
				continue;
			VEC_GROW(found, cap, n + 1);
			found[n] = (FoundAlert){ &v[k], &a->part[i], n };
			n++;
		}
	}
	if (n)
		qsort(found, n, sizeof *found, o->out == OUT_TABLE ? worst_first : newest_first);
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		one_alert(o, a, found[i].part, found[i].v, w);
	jw_array_end(w);
	free(found);
	arena_done(&arena);
	return rc;
}

/* --- budgets --- */

static void scope(JsonW *w, const Budget *b)
{
	const struct { const char *key; Str name; } part[] = { { "context", b->context }, { "tenant", b->tenant }, { "persona", b->persona },
	                                                       { "agent", b->agent }, { "model", b->model } };

	jw_key(w, "scope");
	jw_object(w);
	for (size_t i = 0; i < sizeof part / sizeof *part; i++)
		if (part[i].name.n)
			jw_kstr(w, part[i].key, part[i].name);
	jw_object_end(w);
}

static void forecast(const Options *o, JsonW *w, const Forecast *f)
{
	char low[MONEY_TEXT], high[MONEY_TEXT], range[2 * MONEY_TEXT + 4];

	if (f->known && o->out == OUT_TABLE) {
		money_screen(f->low_nusd, low);
		money_screen(f->high_nusd, high);
		(void)snprintf(range, sizeof range, "%s-%s", low, high);
		jw_kstr(w, "forecastNanoUsd", str_of(range));
		return;
	}
	if (!f->known) {
		jw_knull(w, "forecastNanoUsd");
		return;
	}
	jw_key(w, "forecastNanoUsd");
	jw_array(w);
	jw_i64(w, f->low_nusd);
	jw_i64(w, f->high_nusd);
	jw_array_end(w);
}

/* What was reached in this period stays reached, also when a correction lowered the sum since. */
static unsigned reached_bits(const Budget *b, const BudgetSpent *x, const BudgetRow *row, size_t rows)
{
	unsigned bits = budget_reached(b, x->spent_nusd);

	for (size_t i = 0; i < rows; i++)
		if (str_eq(row[i].id, b->id) && row[i].st.from_ms == x->from_ms)
			bits |= row[i].st.reached;
	return bits;
}

static int one_budget(const Options *o, const Ask *a, const AskPart *p, const Budget *b, const BudgetRow *row, size_t rows, JsonW *w, Err *e)
{
	const MeasureAsk q = { .now_ms = a->now_ms, .offset_ms = zone_offset_ms(&a->shared.conf, a->now_ms) };
	Arena arena = { 0 };
	BudgetSpent x;
	unsigned bits;
	int rc = measure_budget(p->store, b, &q, true, &arena, &x, e);

	if (rc == 0) {
		bits = reached_bits(b, &x, row, rows);
		jw_object(w);
		if (a->n > 1)
			get_place(w, p);
		get_str(w, "id", b->id);
		scope(w, b);
		jw_kstr(w, "period", str_of(budget_period_names[b->period]));
		jw_ki64(w, "limitNanoUsd", b->limit_nusd);
		jw_ki64(w, "spentNanoUsd", x.spent_nusd);
		forecast(o, w, &x.forecast);
		jw_ki64(w, "percent", budget_percent(b, x.spent_nusd));
		jw_key(w, "reached");
		jw_array(w);
		for (size_t i = 0; i < b->percents; i++)
			if (bits & 1u << i)
				jw_i64(w, b->percent[i]);
		jw_array_end(w);
		jw_object_end(w);
	}
	arena_done(&arena);
	return rc;
}

int get_budgets(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	int rc = 0;

	if (o->at)
		return err_kind(e, ERR_USAGE, "get budgets answers as of now; leave out --at");
	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		const AskPart *p = &a->part[i];
		BudgetRow *row;
		size_t rows;

		if (!p->store || (rc = budgets_list(p->store, &arena, &row, &rows, e)) < 0)
			continue;
		for (size_t k = 0; k < a->shared.conf.budget_count && rc == 0; k++)
			if (budget_concerns(&a->shared.conf.budget[k], p->watch->session.ctx->name))
				rc = one_budget(o, a, p, &a->shared.conf.budget[k], row, rows, w, e);
	}
	jw_array_end(w);
	arena_done(&arena);
	return rc;
}
