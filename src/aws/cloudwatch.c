#include "aws/services.h"

#include "aws/jsonout.h"

enum { QUERIES_MAX = 500, MS_PER_S = 1000 };

static int encode_list(const void *input, AwsParts *out, Err *e)
{
	const CwListIn *in = input;
	cJSON *root = jo_new();
	int rc = 0;

	jo_cstr(root, "Namespace", in->ns);
	jo_cstr(root, "MetricName", in->metric);
	if (in->next_token.n)
		rc = jo_str(root, "NextToken", in->next_token, e);
	if (in->ns)
		(void)buf_printf(&out->about, "namespace %s", in->ns);
	return jo_finish(root, rc, &out->body, e);
}

static int read_dimensions(Arena *a, JsonVal metric, CwMetric *out, Err *e)
{
	JsonVal list = { 0 };

	if (jv_opt_array(metric, "Dimensions", &list, e) < 0)
		return -1;
	out->dim_count = jv_count(list);
	out->dim = ARENA_ARRAY(a, CwDimension, out->dim_count ? out->dim_count : 1);
	for (size_t i = 0; i < out->dim_count; i++)
		if (jv_str(jv_at(list, i), "Name", &out->dim[i].name, e) < 0 || jv_str(jv_at(list, i), "Value", &out->dim[i].value, e) < 0)
			return -1;
	return 0;
}

static int decode_list(Arena *a, const AwsBody *body, void *output, Err *e)
{
	CwListOut *out = output;
	JsonVal list = { 0 };

	if (jv_opt_array(body->json, "Metrics", &list, e) < 0 || jv_opt_str(body->json, "NextToken", &out->next_token, e) < 0)
		return -1;
	out->count = jv_count(list);
	out->metric = ARENA_ARRAY(a, CwMetric, out->count ? out->count : 1);
	for (size_t i = 0; i < out->count; i++) {
		JsonVal v = jv_at(list, i);
		CwMetric *m = &out->metric[i];

		if (jv_str(v, "Namespace", &m->ns, e) < 0 || jv_str(v, "MetricName", &m->name, e) < 0 || read_dimensions(a, v, m, e) < 0)
			return -1;
	}
	return 0;
}

static int put_metric(cJSON *stat, const CwMetric *m, Err *e)
{
	cJSON *metric = jo_object(stat, "Metric"), *dims = NULL;

	if (jo_str(metric, "Namespace", m->ns, e) < 0 || jo_str(metric, "MetricName", m->name, e) < 0)
		return -1;
	if (m->dim_count)
		dims = jo_array(metric, "Dimensions");
	for (size_t i = 0; i < m->dim_count; i++) {
		cJSON *one = jo_push(dims);

		if (jo_str(one, "Name", m->dim[i].name, e) < 0 || jo_str(one, "Value", m->dim[i].value, e) < 0)
			return -1;
	}
	return 0;
}

static int put_query(cJSON *query, const CwQuery *q, Err *e)
{
	cJSON *stat;

	if (jo_str(query, "Id", q->id, e) < 0)
		return -1;
	if (q->expression) {
		jo_cstr(query, "Expression", q->expression);
		if (q->period_s > 0)
			jo_i64(query, "Period", q->period_s);
		return 0;
	}
	stat = jo_object(query, "MetricStat");
	if (put_metric(stat, &q->metric, e) < 0)
		return -1;
	jo_i64(stat, "Period", q->period_s);
	jo_cstr(stat, "Stat", q->stat);
	return 0;
}

static int encode_data(const void *input, AwsParts *out, Err *e)
{
	const CwDataIn *in = input;
	cJSON *root, *queries;
	int rc = 0;

	if (!in->count || in->count > QUERIES_MAX)
		return err_set(e, "GetMetricData takes 1 to %d queries, not %zu", QUERIES_MAX, in->count);
	root = jo_new();
	jo_i64(root, "StartTime", in->start_ms / MS_PER_S);
	jo_i64(root, "EndTime", in->end_ms / MS_PER_S);
	jo_cstr(root, "ScanBy", "TimestampAscending");
	queries = jo_array(root, "MetricDataQueries");
	for (size_t i = 0; rc == 0 && i < in->count; i++)
		rc = put_query(jo_push(queries), &in->query[i], e);
	if (rc == 0 && in->next_token.n)
		rc = jo_str(root, "NextToken", in->next_token, e);
	return jo_finish(root, rc, &out->body, e);
}

static int read_points(Arena *a, JsonVal v, CwSeries *out, Err *e)
{
	JsonVal times = { 0 }, values = { 0 };

	if (jv_opt_array(v, "Timestamps", &times, e) < 0 || jv_opt_array(v, "Values", &values, e) < 0)
		return -1;
	if (jv_count(times) != jv_count(values))
		return err_set(e, "MetricDataResults.Values: %zu values for %zu timestamps", jv_count(values), jv_count(times));
	out->count = jv_count(times);
	out->t_ms = ARENA_ARRAY(a, int64_t, out->count ? out->count : 1);
	out->v = ARENA_ARRAY(a, double, out->count ? out->count : 1);
	for (size_t i = 0; i < out->count; i++) {
		/* Seconds, perhaps with a fraction or an exponent: exact from the text. */
		if (str_scaled(jv_number_text(jv_at(times, i)), 3, &out->t_ms[i]) < 0)
			return err_set(e, "MetricDataResults.Timestamps[%zu]: not a time", i);
		if (jv_as_num(jv_at(values, i), &out->v[i], e) < 0)
			return -1;
	}
	return 0;
}

static int decode_data(Arena *a, const AwsBody *body, void *output, Err *e)
{
	CwDataOut *out = output;
	JsonVal list;

	if (jv_array(body->json, "MetricDataResults", &list, e) < 0 || jv_opt_str(body->json, "NextToken", &out->next_token, e) < 0)
		return -1;
	out->count = jv_count(list);
	out->series = ARENA_ARRAY(a, CwSeries, out->count ? out->count : 1);
	for (size_t i = 0; i < out->count; i++) {
		JsonVal v = jv_at(list, i);
		CwSeries *s = &out->series[i];

		if (jv_str(v, "Id", &s->id, e) < 0 || jv_opt_str(v, "Label", &s->label, e) < 0 ||
		    jv_opt_str(v, "StatusCode", &s->status, e) < 0 || read_points(a, v, s, e) < 0)
			return -1;
	}
	return 0;
}

static const AwsService cloudwatch = {
	.id = "cloudwatch", .host_prefix = "monitoring", .signing_name = "monitoring", .protocol = AWS_JSON10,
	.target_prefix = "GraniteServiceVersion20100801", .query_mode = true, .name = "CloudWatch",
	.missing_hint = "check sources.metrics.namespaces and the region",
};

const AwsOp op_cloudwatch_list_metrics = {
	.service = &cloudwatch, .name = "ListMetrics", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "cloudwatch:ListMetrics", .encode = encode_list, .decode = decode_list, .out_size = sizeof(CwListOut),
	.page_token = "NextToken",
};
const AwsOp op_cloudwatch_get_metric_data = {
	.service = &cloudwatch, .name = "GetMetricData", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "cloudwatch:GetMetricData", .encode = encode_data, .decode = decode_data, .out_size = sizeof(CwDataOut),
	.page_token = "NextToken",
};
