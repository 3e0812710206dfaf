#include "api/cloudwatch.h"

enum { QUERIES_MAX = 500 };

static const ShapeMember dimension[] = {
	SH_STR(CwDimension, name, "Name", .flags = SHAPE_MUST),
	SH_STR(CwDimension, value, "Value", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_dimension = SHAPE(CwDimension, dimension);
/* ListMetrics also takes a name alone. */
static const ShapeMember dimension_filter[] = {
	SH_STR(CwDimension, name, "Name", .flags = SHAPE_MUST), SH_STR(CwDimension, value, "Value"), { 0 } };
static const Shape shape_dimension_filter = SHAPE(CwDimension, dimension_filter);
static const ShapeMember metric[] = {
	SH_STR(CwMetric, ns, "Namespace"),
	SH_STR(CwMetric, name, "MetricName"),
	SH_STRUCTS(CwMetric, dims, "Dimensions", shape_dimension, 0),
	{ 0 },
};
static const Shape shape_metric = SHAPE(CwMetric, metric);

static const ShapeMember list_in[] = {
	SH_STR(CwListIn, ns, "Namespace", .about = "namespace"),
	SH_STR(CwListIn, metric, "MetricName"),
	SH_STRUCTS(CwListIn, dims, "Dimensions", shape_dimension_filter, 0),
	SH_STR(CwListIn, recent, "RecentlyActive"),
	SH_STR(CwListIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember list_out[] = {
	SH_STRUCTS(CwListOut, metrics, "Metrics", shape_metric, 0), SH_STR(CwListOut, next_token, "NextToken"), { 0 } };

static const ShapeMember stat_members[] = {
	SH_STRUCT(CwStat, metric, "Metric", shape_metric),
	SH_I64(CwStat, period_s, "Period"),
	SH_STR(CwStat, stat, "Stat"),
	SH_STR(CwStat, unit, "Unit"),
	{ 0 },
};
static const Shape shape_stat = SHAPE(CwStat, stat_members);
static const ShapeMember query[] = {
	SH_STR(CwQuery, id, "Id", .flags = SHAPE_MUST),
	SH_STRUCT(CwQuery, stat, "MetricStat", shape_stat),
	SH_STR(CwQuery, expression, "Expression"),
	SH_STR(CwQuery, label, "Label"),
	SH_I64(CwQuery, period_s, "Period"),
	SH_OPT_BOOL(CwQuery, shown, "ReturnData"),
	{ 0 },
};
static const Shape shape_query = SHAPE(CwQuery, query);
static const ShapeMember data_in[] = {
	SH_STRUCTS(CwDataIn, queries, "MetricDataQueries", shape_query, SHAPE_MUST),
	SH_TIME(CwDataIn, start_ms, "StartTime", .flags = SHAPE_MUST),
	SH_TIME(CwDataIn, end_ms, "EndTime", .flags = SHAPE_MUST),
	SH_STR(CwDataIn, scan_by, "ScanBy"),
	SH_STR(CwDataIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember series[] = {
	SH_STR(CwSeries, id, "Id"),
	SH_STR(CwSeries, label, "Label"),
	SH_STR(CwSeries, status, "StatusCode"),
	SH_LIST(CwSeries, t, "Timestamps", SHAPE_TIME, 0),
	SH_LIST(CwSeries, v, "Values", SHAPE_NUM, 0),
	{ 0 },
};
static const Shape shape_series = SHAPE(CwSeries, series);
static const ShapeMember message[] = { SH_STR(CwMessage, code, "Code"), SH_STR(CwMessage, value, "Value"), { 0 } };
static const Shape shape_message = SHAPE(CwMessage, message);
static const ShapeMember data_out[] = {
	SH_STRUCTS(CwDataOut, series, "MetricDataResults", shape_series, SHAPE_MUST),
	SH_STRUCTS(CwDataOut, messages, "Messages", shape_message, 0),
	SH_STR(CwDataOut, next_token, "NextToken"),
	{ 0 },
};

static const ShapeMember alarms_in[] = {
	SH_STRS(CwAlarmsIn, names, "AlarmNames", 0),
	SH_STRS(CwAlarmsIn, types, "AlarmTypes", 0),
	SH_STR(CwAlarmsIn, prefix, "AlarmNamePrefix", .about = "alarms"),
	SH_STR(CwAlarmsIn, state, "StateValue"),
	SH_I64(CwAlarmsIn, limit, "MaxRecords"),
	SH_STR(CwAlarmsIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember alarm_members[] = {
	SH_STR(CwAlarm, name, "AlarmName"),
	SH_STR(CwAlarm, arn, "AlarmArn"),
	SH_STR(CwAlarm, description, "AlarmDescription"),
	SH_OPT_BOOL(CwAlarm, actions, "ActionsEnabled"),
	SH_STR(CwAlarm, state, "StateValue"),
	SH_STR(CwAlarm, reason, "StateReason"),
	SH_TIME(CwAlarm, changed_ms, "StateUpdatedTimestamp"),
	SH_TIME(CwAlarm, since_ms, "StateTransitionedTimestamp"),
	SH_STR(CwAlarm, metric, "MetricName"),
	SH_STR(CwAlarm, ns, "Namespace"),
	SH_STR(CwAlarm, statistic, "Statistic"),
	SH_STRUCTS(CwAlarm, dims, "Dimensions", shape_dimension, 0),
	SH_I64(CwAlarm, period_s, "Period"),
	SH_I64(CwAlarm, periods, "EvaluationPeriods"),
	SH_OPT_NUM(CwAlarm, threshold, "Threshold"),
	SH_STR(CwAlarm, comparison, "ComparisonOperator"),
	SH_I64(CwAlarm, points, "DatapointsToAlarm"),
	SH_STR(CwAlarm, missing, "TreatMissingData"),
	SH_STRS(CwAlarm, alarm_actions, "AlarmActions", SHAPE_ALWAYS),
	SH_STRS(CwAlarm, ok_actions, "OKActions", SHAPE_ALWAYS),
	{ 0 },
};
static const Shape shape_alarm = SHAPE(CwAlarm, alarm_members);
static const ShapeMember composite[] = {
	SH_STR(CwComposite, name, "AlarmName"),
	SH_STR(CwComposite, arn, "AlarmArn"),
	SH_STR(CwComposite, description, "AlarmDescription"),
	SH_OPT_BOOL(CwComposite, actions, "ActionsEnabled"),
	SH_STR(CwComposite, state, "StateValue"),
	SH_STR(CwComposite, reason, "StateReason"),
	SH_STR(CwComposite, rule, "AlarmRule"),
	SH_TIME(CwComposite, changed_ms, "StateUpdatedTimestamp"),
	SH_TIME(CwComposite, since_ms, "StateTransitionedTimestamp"),
	{ 0 },
};
static const Shape shape_composite = SHAPE(CwComposite, composite);
static const ShapeMember alarms_out[] = {
	SH_STRUCTS(CwAlarms, metric, "MetricAlarms", shape_alarm, SHAPE_ALWAYS),
	SH_STRUCTS(CwAlarms, composite, "CompositeAlarms", shape_composite, SHAPE_ALWAYS),
	SH_STR(CwAlarms, next_token, "NextToken"),
	{ 0 },
};

static const ShapeMember put_alarm_in[] = {
	SH_STR(CwPutAlarmIn, name, "AlarmName", .flags = SHAPE_MUST, .about = "alarm"),
	SH_STR(CwPutAlarmIn, description, "AlarmDescription"),
	SH_OPT_BOOL(CwPutAlarmIn, enabled, "ActionsEnabled"),
	SH_STRS(CwPutAlarmIn, ok_actions, "OKActions", 0),
	SH_STRS(CwPutAlarmIn, actions, "AlarmActions", 0),
	SH_STR(CwPutAlarmIn, metric, "MetricName"),
	SH_STR(CwPutAlarmIn, ns, "Namespace"),
	SH_STR(CwPutAlarmIn, statistic, "Statistic"),
	SH_STRUCTS(CwPutAlarmIn, dims, "Dimensions", shape_dimension, 0),
	SH_I64(CwPutAlarmIn, period_s, "Period"),
	SH_I64(CwPutAlarmIn, periods, "EvaluationPeriods"),
	SH_I64(CwPutAlarmIn, points, "DatapointsToAlarm"),
	SH_OPT_NUM(CwPutAlarmIn, threshold, "Threshold"),
	SH_STR(CwPutAlarmIn, comparison, "ComparisonOperator"),
	SH_STR(CwPutAlarmIn, missing, "TreatMissingData"),
	{ 0 },
};
static const ShapeMember datum[] = {
	SH_STR(CwDatum, name, "MetricName", .flags = SHAPE_MUST),
	SH_STRUCTS(CwDatum, dims, "Dimensions", shape_dimension, 0),
	SH_TIME(CwDatum, time_ms, "Timestamp"),
	SH_OPT_NUM(CwDatum, value, "Value"),
	SH_STR(CwDatum, unit, "Unit"),
	{ 0 },
};
static const Shape shape_datum = SHAPE(CwDatum, datum);
static const ShapeMember put_data_in[] = {
	SH_STR(CwPutDataIn, ns, "Namespace", .flags = SHAPE_MUST, .about = "namespace"),
	SH_STRUCTS(CwPutDataIn, data, "MetricData", shape_datum, SHAPE_MUST),
	{ 0 },
};

static const Shape shape_list_in = SHAPE(CwListIn, list_in), shape_list_out = SHAPE(CwListOut, list_out);
static const Shape shape_data_in = SHAPE(CwDataIn, data_in), shape_data_out = SHAPE(CwDataOut, data_out);
static const Shape shape_alarms_in = SHAPE(CwAlarmsIn, alarms_in), shape_alarms_out = SHAPE(CwAlarms, alarms_out);
static const Shape shape_put_alarm_in = SHAPE(CwPutAlarmIn, put_alarm_in), shape_put_data_in = SHAPE(CwPutDataIn, put_data_in);

static int check_queries(const void *input, AwsParts *out, Err *e)
{
	const CwDataIn *in = input;

	(void)out;
	if (!in->queries.n || in->queries.n > QUERIES_MAX)
		return err_kind(e, ERR_USAGE, "it takes 1 to %d queries, not %zu", QUERIES_MAX, in->queries.n);
	return 0;
}

static int check_series(Arena *a, void *output, Err *e)
{
	const CwDataOut *out = output;

	(void)a;
	for (size_t i = 0; i < out->series.n; i++)
		if (out->series.v[i].t.n != out->series.v[i].v.n)
			return err_set(e, "MetricDataResults[%zu].Values: %zu values for %zu timestamps", i, out->series.v[i].v.n,
			               out->series.v[i].t.n);
	return 0;
}

static const AwsService cloudwatch = {
	.id = "cloudwatch", .host_prefix = "monitoring", .signing_name = "monitoring", .protocol = AWS_JSON10,
	.target_prefix = "GraniteServiceVersion20100801", .query_mode = true, .name = "CloudWatch",
	.missing_hint = "check sources.metrics.namespaces and the region",
};

#define CW_ROW(op_name, kind) \
	.service = &cloudwatch, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "cloudwatch:" op_name

const AwsOp op_cloudwatch_list_metrics = {
	CW_ROW("ListMetrics", AWS_READ), .idempotent = true, .in = &shape_list_in, .out = &shape_list_out, .page_token = "NextToken" };
const AwsOp op_cloudwatch_get_metric_data = {
	CW_ROW("GetMetricData", AWS_READ), .idempotent = true, .encode = check_queries, .in = &shape_data_in, .out = &shape_data_out,
	.finish = check_series, .page_token = "NextToken" };
const AwsOp op_cloudwatch_describe_alarms = {
	CW_ROW("DescribeAlarms", AWS_READ), .idempotent = true, .in = &shape_alarms_in, .out = &shape_alarms_out,
	.page_token = "NextToken" };
/* The same alarm put twice is one alarm. */
const AwsOp op_cloudwatch_put_metric_alarm = { CW_ROW("PutMetricAlarm", AWS_WRITE), .idempotent = true, .in = &shape_put_alarm_in };
const AwsOp op_cloudwatch_put_metric_data = { CW_ROW("PutMetricData", AWS_WRITE), .in = &shape_put_data_in };
