#include "sim/alarm.h"

#include "sim/fleet_lines.h"
#include "sim/metric_query.h"
#include "wire/jsonw.h"

/* How far back the last change of a state is looked for. */
enum { LOOK_BINS = 288, DAY_S = 86400, PERIODS_MAX = 100, QUERY_MAX_BYTES = 1 << 16 };

const char *const alarm_state_names[ALARM_STATES] = { "OK", "ALARM", "INSUFFICIENT_DATA" };

typedef struct Comparison { const char *name, *words; } Comparison;
static const Comparison comparisons[] = {
	{ "GreaterThanThreshold", "greater than" }, { "GreaterThanOrEqualToThreshold", "greater than or equal to" },
	{ "LessThanThreshold", "less than" }, { "LessThanOrEqualToThreshold", "less than or equal to" },
};
enum { COMPARISONS = sizeof comparisons / sizeof comparisons[0] };

static size_t comparison_of(Str name)
{
	size_t i = 0;

	while (i < COMPARISONS && !str_is(name, comparisons[i].name))
		i++;
	return i;
}

static bool breaches(const CwPutAlarmIn *a, double v)
{
	switch (comparison_of(a->comparison)) {
	case 0: return v > a->threshold.v;
	case 1: return v >= a->threshold.v;
	case 2: return v < a->threshold.v;
	default: return v <= a->threshold.v;
	}
}

static bool one_of(Str s, const char *const *list)
{
	while (*list && !str_is(s, *list))
		list++;
	return *list != NULL;
}

int alarm_check(const CwPutAlarmIn *in, Err *e)
{
	static const char *const stats[] = { "SampleCount", "Average", "Sum", "Minimum", "Maximum", NULL };
	static const char *const missing[] = { "missing", "ignore", "breaching", "notBreaching", NULL };

	if (!in->metric.n || !in->ns.n || !in->statistic.n)
		return err_set(e, "MetricName, Namespace and Statistic must be given (alarms on metric math are not served by the simulated region).");
	if (!one_of(in->statistic, stats))
		return err_set(e, "The value for parameter Statistic is not one of SampleCount, Average, Sum, Minimum, Maximum.");
	if (comparison_of(in->comparison) == COMPARISONS)
		return err_set(e, "The value for parameter ComparisonOperator is not supported.");
	if (!in->threshold.has)
		return err_set(e, "The parameter Threshold is required.");
	if (in->periods < 1 || in->points < 0 || in->points > in->periods)
		return err_set(e, "EvaluationPeriods must be at least 1, and DatapointsToAlarm not above it.");
	if (in->period_s < 10 || (in->period_s % 60 && in->period_s != 10 && in->period_s != 20 && in->period_s != 30))
		return err_set(e, "Period must be 10, 20, 30 or a multiple of 60.");
	if (in->periods > PERIODS_MAX || in->period_s * in->periods > DAY_S)
		return err_set(e, "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).");
	if (in->missing.n && !one_of(in->missing, missing))
		return err_set(e, "TreatMissingData must be one of missing, ignore, breaching, notBreaching.");
	return 0;
}

static void put_query(JsonW *w, const CwPutAlarmIn *a)
{
	jw_object(w);
	jw_kstr(w, "Id", STR("a"));
	jw_key(w, "MetricStat");
	jw_object(w);
	jw_key(w, "Metric");
	jw_object(w);
	jw_kstr(w, "Namespace", a->ns);
	jw_kstr(w, "MetricName", a->metric);
	jw_key(w, "Dimensions");
	jw_array(w);
	for (size_t i = 0; i < a->dims.n; i++) {
		jw_object(w);
		jw_kstr(w, "Name", a->dims.v[i].name);
		jw_kstr(w, "Value", a->dims.v[i].value);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
	jw_ki64(w, "Period", a->period_s);
	jw_kstr(w, "Stat", a->statistic);
	jw_object_end(w);
	jw_object_end(w);
}

static void on_call(void *arg, int64_t t_ms, const FleetJob *j, const FleetCall *call)
{
	metric_query_call(arg, t_ms, j, call);
}

/* The same question that GetMetricData answers, so that an alarm and a graph cannot disagree. */
static int ask(SimCall *c, const CwPutAlarmIn *a, int64_t from_ms, int64_t to_ms, MetricQuery *q)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	JsonVal v;
	int rc = -1;

	put_query(&w, a);
	*q = (MetricQuery){ 0 };
	if (jv_parse(c->arena, buf_str(&text), QUERY_MAX_BYTES, &v, NULL) == 0)
		rc = metric_query_read(c->arena, sim_metrics(c->sim), v, from_ms, to_ms, c->now_ms, q, NULL);
	buf_done(&text);
	if (rc < 0)
		return -1;
	metric_query_series(q);
	if (q->metric >= 0 && !q->nothing)
		fleet_calls_each(sim_fleet(c->sim), q->first_ms, to_ms, on_call, q);
	return 0;
}

/* The state after bin `last`, from the points of the bins up to it. *v: the newest point. */
static AlarmState state_at(const CwPutAlarmIn *a, MetricQuery *q, size_t last, double *v)
{
	int64_t need = a->points ? a->points : a->periods, bad = 0, seen = 0;
	double one;

	for (int64_t i = 0; i < a->periods; i++) {
		size_t bin = last - (size_t)i;

		if (!q->nothing && (size_t)i <= last && metric_query_value(q, bin, &one)) {
			if (!seen++)
				*v = one;
			bad += breaches(a, one);
		} else if (str_is(a->missing, "breaching") || str_is(a->missing, "notBreaching")) {
			bad += str_is(a->missing, "breaching");
			seen++;
		}
	}
	return !seen ? ALARM_UNKNOWN : bad >= need ? ALARM_FIRING : ALARM_OK;
}

static Str reason(SimCall *c, const CwPutAlarmIn *a, AlarmState state, double v)
{
	const char *words = comparisons[comparison_of(a->comparison)].words;
	int64_t need = a->points ? a->points : a->periods;

	if (state == ALARM_UNKNOWN)
		return STR("Insufficient Data: no datapoints were received.");
	return arena_printf(c->arena, "Threshold Crossed: the newest of the last %lld datapoints [%.4g] was %s%s the threshold (%.4g); "
	                    "%lld of %lld change the state.", (long long)a->periods, v, breaches(a, v) ? "" : "not ", words, a->threshold.v,
	                    (long long)need, (long long)a->periods);
}

AlarmView alarm_view(SimCall *c, const CwPutAlarmIn *a, int64_t made_ms)
{
	int64_t period = a->period_s * 1000, to = c->now_ms / period * period, from = to - (LOOK_BINS + a->periods) * period;
	AlarmView out = { .state = ALARM_UNKNOWN, .changed_ms = made_ms };
	double v = 0, old = 0;
	MetricQuery q;
	size_t last;

	if (ask(c, a, from, to, &q) == 0 && q.bins) {
		last = q.bins - 1;
		out.state = state_at(a, &q, last, &v);
		while (last > (size_t)a->periods && state_at(a, &q, last - 1, &old) == out.state)
			last--;
		out.changed_ms = q.first_ms + (int64_t)(last + 1) * period;
	}
	metric_query_done(&q);
	out.reason = reason(c, a, out.state, v);
	out.changed_ms = out.changed_ms > made_ms ? out.changed_ms : made_ms;
	return out;
}
