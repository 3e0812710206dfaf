#include "sim/metric_query.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/fleet_tables.h"

enum {
	M_INVOCATIONS, M_INPUT, M_OUTPUT, M_CACHE_READ, M_CACHE_WRITE, M_LATENCY, M_CLIENT_ERRORS, M_SERVER_ERRORS, M_THROTTLES,
	M_QUOTA,
	M_COUNT,
	BINS_MAX = 100800,
};

static const int64_t minute_ms = 60000, day_ms = INT64_C(86400000);

static const char *const bedrock_metrics[M_COUNT] = {
	[M_INVOCATIONS] = "Invocations", [M_INPUT] = "InputTokenCount", [M_OUTPUT] = "OutputTokenCount",
	[M_CACHE_READ] = "CacheReadInputTokenCount", [M_CACHE_WRITE] = "CacheWriteInputTokenCount",
	[M_LATENCY] = "InvocationLatency", [M_CLIENT_ERRORS] = "InvocationClientErrors",
	[M_SERVER_ERRORS] = "InvocationServerErrors", [M_THROTTLES] = "InvocationThrottles",
	[M_QUOTA] = "EstimatedTPMQuotaUsage",
};

static int read_stat(MetricQuery *q, Str stat, Err *e)
{
	static const struct { const char *name; MetricStat stat; } names[] = {
		{ "Sum", STAT_SUM }, { "Average", STAT_AVERAGE }, { "Minimum", STAT_MINIMUM }, { "Maximum", STAT_MAXIMUM },
		{ "SampleCount", STAT_SAMPLES },
	};
	int64_t milli;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (str_is(stat, names[i].name)) {
			q->stat = names[i].stat;
			return 0;
		}
	}
	if (stat.n < 2 || *stat.p != 'p' || str_scaled(str_sub(stat, 1, stat.n), 3, &milli) < 0 || milli < 0 || milli > 100000)
		return err_set(e, "The value %.*s for parameter MetricDataQueries.member.MetricStat.Stat is not supported.",
		               stat.n < 40 ? (int)stat.n : 40, stat.p);
	q->stat = STAT_PERCENTILE;
	q->percent = (double)milli / 1000;
	return 0;
}

static int bedrock_metric_of(Str name)
{
	for (int i = 0; i < M_COUNT; i++)
		if (str_is(name, bedrock_metrics[i]))
			return i;
	return -1;
}

static void find_series(MetricStore *store, MetricQuery *q, Str space, Str name, Str dims)
{
	char text[160];

	q->metric = -1;
	if (!str_is(space, METRIC_BEDROCK)) {
		q->series = metricstore_series(store, space, name, dims, false);
		return;
	}
	q->metric = bedrock_metric_of(name);
	q->nothing = true;
	for (q->model = 0; q->metric >= 0 && q->model < FLEET_MODELS; q->model++) {
		snprintf(text, sizeof text, "ModelId=%s\n", fleet_models[q->model].id);
		if (str_is(dims, text)) {
			q->nothing = false;
			return;
		}
	}
}

/* Points older than the retention of their resolution are not there: asked for with a finer period, nothing comes back. */
static int set_range(MetricQuery *q, int64_t period_s, int64_t from_ms, int64_t to_ms, int64_t now_ms, Err *e)
{
	int64_t age = now_ms - from_ms, step = age > 63 * day_ms ? 60 * minute_ms : age > 15 * day_ms ? 5 * minute_ms : minute_ms;

	if (period_s < 1 || (period_s % 60 && period_s != 1 && period_s != 5 && period_s != 10 && period_s != 20 && period_s != 30))
		return err_set(e, "The parameter MetricDataQueries.member.MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60.");
	if (period_s > 86400 * 365)
		return err_set(e, "The parameter MetricDataQueries.member.MetricStat.Period is too large.");
	q->period_ms = period_s * 1000;
	if (q->period_ms % step) {
		q->nothing = true;
		return 0;
	}
	from_ms -= from_ms % step;
	q->first_ms = from_ms - from_ms % q->period_ms;
	if ((to_ms - q->first_ms) / q->period_ms >= BINS_MAX)
		return err_set(e, "You have requested up to %lld datapoints, which exceeds the limit of %d.",
		               (long long)((to_ms - q->first_ms) / q->period_ms), BINS_MAX);
	q->bins = (size_t)((to_ms - q->first_ms + q->period_ms - 1) / q->period_ms);
	q->bin = xcalloc(q->bins + 1, sizeof *q->bin);
	return 0;
}

static int read_metric_stat(Arena *a, MetricStore *store, JsonVal v, MetricQuery *q, int64_t *period_s, Err *e)
{
	JsonVal metric, dims = {0};
	Str space, name, stat, key;

	if (jv_object(v, "Metric", &metric, e) < 0 || jv_name(metric, "Namespace", &space, e) < 0 ||
	    jv_name(metric, "MetricName", &name, e) < 0 || jv_opt_array(metric, "Dimensions", &dims, e) < 0 ||
	    metric_dims(a, dims, &key, e) < 0 || jv_i64(v, "Period", period_s, e) < 0 || jv_str(v, "Stat", &stat, e) < 0)
		return -1;
	find_series(store, q, space, name, key);
	q->label = name;
	return read_stat(q, stat, e);
}

/* The one expression that stands for "over all models": SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName="X"', 'Sum', 300)). */
static int read_expression(Str text, MetricQuery *q, int64_t *period_s, Err *e)
{
	static const char head[] = "SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName=\"";
	Str rest, name, stat;

	if (!str_starts(text, str_of(head)) || !str_ends(text, STR("))")))
		return err_set(e, "Error in expression '%.*s': only SUM(SEARCH('{AWS/Bedrock,ModelId} MetricName=\"…\"', 'Stat', period)) "
		               "is served here", q->id.n < 60 ? (int)q->id.n : 60, q->id.p);
	rest = str_sub(text, sizeof head - 1, text.n - sizeof head + 1 - 2);
	name = str_cut(rest, '"', &rest);
	(void)str_cut(rest, ',', &rest);
	stat = str_trim(str_cut(rest, ',', &rest));
	q->metric = bedrock_metric_of(name);
	q->nothing = q->metric < 0;
	q->model = -1;
	q->label = name;
	if (stat.n < 2 || *stat.p != '\'' || str_i64(str_trim(rest), period_s) < 0)
		return err_set(e, "Error in expression '%.*s': a statistic and a period are expected",
		               q->id.n < 60 ? (int)q->id.n : 60, q->id.p);
	return read_stat(q, str_sub(stat, 1, stat.n - 2), e);
}

static bool id_is_good(Str id)
{
	for (size_t i = 0; i < id.n; i++) {
		char ch = id.p[i];
		if (!((ch >= 'a' && ch <= 'z') || (i && ((ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_'))))
			return false;
	}
	return id.n > 0 && id.n <= 255;
}

const char *metric_bedrock_name(size_t i)
{
	return i < M_COUNT ? bedrock_metrics[i] : NULL;
}

int metric_query_read(Arena *a, MetricStore *store, JsonVal v, int64_t from_ms, int64_t to_ms, int64_t now_ms,
                      MetricQuery *out, Err *e)
{
	JsonVal stat = {0};
	Str expression = {0};
	int64_t period_s = 0;
	bool visible = true;

	*out = (MetricQuery){0};
	if (jv_str(v, "Id", &out->id, e) < 0 || jv_opt_object(v, "MetricStat", &stat, e) < 0 ||
	    jv_opt_str(v, "Expression", &expression, e) < 0 || jv_opt_bool(v, "ReturnData", &visible, e) < 0)
		return -1;
	if (!id_is_good(out->id))
		return err_set(e, "The value for parameter MetricDataQueries.member.Id must begin with a lower-case letter.");
	if (jv_is_absent(stat) == (expression.n == 0))
		return err_set(e, "Exactly one of MetricStat and Expression must be given for each query.");
	out->hidden = !visible;
	if ((expression.n ? read_expression(expression, out, &period_s, e) : read_metric_stat(a, store, stat, out, &period_s, e)) < 0)
		return -1;
	if (jv_opt_str(v, "Label", &out->label, e) < 0)
		return -1;
	return set_range(out, period_s, from_ms, to_ms, now_ms, e);
}

void metric_query_done(MetricQuery *q)
{
	for (size_t i = 0; i < q->bins; i++)
		free(q->bin[i].value);
	free(q->bin);
}

static MetricBin *bin_of(MetricQuery *q, int64_t t_ms)
{
	return t_ms < q->first_ms || (size_t)((t_ms - q->first_ms) / q->period_ms) >= q->bins
	       ? NULL : &q->bin[(t_ms - q->first_ms) / q->period_ms];
}

static void bin_add(MetricBin *b, MetricPoint p)
{
	b->min = !b->n || p.min < b->min ? p.min : b->min;
	b->max = !b->n || p.max > b->max ? p.max : b->max;
	b->n += p.n;
	b->sum += p.sum;
}

void metric_query_add(MetricQuery *q, int64_t t_ms, double v)
{
	MetricBin *b = bin_of(q, t_ms);

	if (!b)
		return;
	bin_add(b, (MetricPoint){ t_ms, 1, v, v, v });
	if (q->stat == STAT_PERCENTILE) {
		VEC_GROW(b->value, b->value_cap, b->values + 1);
		b->value[b->values++] = v;
	}
}

/* An output token of a Claude model counts five times against its quota, a cached one that is read not at all.
 * Source: Amazon Bedrock User Guide, "Token burndown". */
static double quota_tokens(const FleetJob *j, const FleetCall *c)
{
	bool claude = str_has(str_of(fleet_model_id(j->agent)), STR("claude"));

	return c->tok[0] + c->tok[3] + c->tok[4] + (double)c->tok[1] * (claude ? 5 : 1);
}

/* Throttled calls and such that were refused as invalid are not invocations; error counts have a zero for each
 * invocation, as the service's own do, so that their average is a rate. */
void metric_query_call(MetricQuery *q, int64_t t_ms, const FleetJob *j, const FleetCall *c)
{
	bool throttled = c->outcome == FLEET_THROTTLED, invalid = c->outcome == FLEET_INVALID;
	bool failed = c->outcome == FLEET_SERVER || c->outcome == FLEET_TIMEOUT, answered = !throttled && !invalid && !failed;

	if (q->metric < 0 || q->nothing || (q->model >= 0 && q->model != fleet_agents[j->agent].model))
		return;
	switch (q->metric) {
	case M_INVOCATIONS: if (!throttled && !invalid) metric_query_add(q, t_ms, 1); break;
	case M_INPUT:       if (answered) metric_query_add(q, t_ms, c->tok[0]); break;
	case M_OUTPUT:      if (answered) metric_query_add(q, t_ms, c->tok[1]); break;
	case M_CACHE_READ:  if (answered && c->tok[2]) metric_query_add(q, t_ms, c->tok[2]); break;
	case M_CACHE_WRITE: if (answered && c->tok[3] + c->tok[4]) metric_query_add(q, t_ms, c->tok[3] + c->tok[4]); break;
	case M_QUOTA:       if (answered) metric_query_add(q, t_ms, quota_tokens(j, c)); break;
	case M_LATENCY:     if (answered) metric_query_add(q, t_ms, c->end_ms - c->begin_ms); break;
	case M_CLIENT_ERRORS: if (!throttled) metric_query_add(q, t_ms, invalid); break;
	case M_SERVER_ERRORS: if (!throttled && !invalid) metric_query_add(q, t_ms, failed); break;
	case M_THROTTLES:     if (throttled) metric_query_add(q, t_ms, 1); break;
	default: break;
	}
}

void metric_query_series(MetricQuery *q)
{
	for (size_t i = 0; q->series && i < q->series->n; i++) {
		const MetricPoint *p = &q->series->point[i];
		MetricBin *b = bin_of(q, p->t_ms);
		if (b && p->n == 1)
			metric_query_add(q, p->t_ms, p->sum);
		else if (b)
			bin_add(b, *p);
	}
}

static int by_value(const void *pa, const void *pb)
{
	double a = *(const double *)pa, b = *(const double *)pb;

	return (a > b) - (a < b);
}

bool metric_query_value(MetricQuery *q, size_t bin, double *out)
{
	MetricBin *b = &q->bin[bin];
	size_t rank;

	if (b->n <= 0)
		return false;
	switch (q->stat) {
	case STAT_SUM:     *out = b->sum; return true;
	case STAT_AVERAGE: *out = b->sum / b->n; return true;
	case STAT_MINIMUM: *out = b->min; return true;
	case STAT_MAXIMUM: *out = b->max; return true;
	case STAT_SAMPLES: *out = b->n; return true;
	case STAT_PERCENTILE: break;
	}
	if (!b->values)
		return false;          /* statistic sets have no distribution */
	qsort(b->value, b->values, sizeof *b->value, by_value);
	rank = (size_t)ceil(q->percent / 100 * (double)b->values);
	*out = b->value[rank ? rank - 1 : 0];
	return true;
}
