#include "api/logs.h"

#include <inttypes.h>

enum { TAIL_GROUPS_MAX = 10, UPDATE_MAX_BYTES = 24 << 20 };

static const ShapeMember filter_in[] = {
	SH_STR(LogsFilterIn, group, "logGroupName", .about = "log group"),
	SH_STR(LogsFilterIn, group_arn, "logGroupIdentifier", .about = "log group"),
	SH_STR(LogsFilterIn, stream_prefix, "logStreamNamePrefix"),
	SH_STR(LogsFilterIn, pattern, "filterPattern"),
	SH_I64(LogsFilterIn, start_ms, "startTime"),
	SH_I64(LogsFilterIn, end_ms, "endTime"),
	SH_STR(LogsFilterIn, next_token, "nextToken"),
	SH_I64(LogsFilterIn, limit, "limit"),
	{ 0 },
};
static const ShapeMember event[] = {
	SH_STR(LogsEvent, id, "eventId"),
	SH_STR(LogsEvent, stream, "logStreamName"),
	SH_STR(LogsEvent, message, "message"),
	SH_I64(LogsEvent, time_ms, "timestamp"),
	SH_I64(LogsEvent, ingested_ms, "ingestionTime"),
	{ 0 },
};
static const Shape shape_event = SHAPE(LogsEvent, event);
static const ShapeMember filter_out[] = {
	SH_STRUCTS(LogsFilterOut, events, "events", shape_event, 0),
	SH_STR(LogsFilterOut, next_token, "nextToken"),
	{ 0 },
};

static const ShapeMember tail_in[] = {
	SH_STRS(LogsTailIn, groups, "logGroupIdentifiers", SHAPE_MUST),
	SH_STRS(LogsTailIn, streams, "logStreamNames", 0),
	SH_STR(LogsTailIn, pattern, "logEventFilterPattern"),
	{ 0 },
};
static const ShapeMember tail_meta[] = { SH_BOOL(LogsTailMeta, sampled, "sampled"), { 0 } };
static const Shape shape_tail_meta = SHAPE(LogsTailMeta, tail_meta);
static const ShapeMember tail_event[] = {
	SH_STR(LogsEvent, stream, "logStreamName"),
	SH_STR(LogsEvent, group, "logGroupIdentifier"),
	SH_STR(LogsEvent, message, "message"),
	SH_I64(LogsEvent, time_ms, "timestamp"),
	SH_I64(LogsEvent, ingested_ms, "ingestionTime"),
	{ 0 },
};
static const Shape shape_tail_event = SHAPE(LogsEvent, tail_event);
static const ShapeMember tail_update[] = {
	SH_STRUCT(LogsTailUpdate, meta, "sessionMetadata", shape_tail_meta),
	SH_STRUCTS(LogsTailUpdate, events, "sessionResults", shape_tail_event, 0),
	{ 0 },
};

static const ShapeMember groups_in[] = {
	SH_STR(LogsGroupsIn, prefix, "logGroupNamePrefix", .about = "log groups"),
	SH_STR(LogsGroupsIn, pattern, "logGroupNamePattern", .about = "log groups"),
	SH_STR(LogsGroupsIn, next_token, "nextToken"),
	SH_I64(LogsGroupsIn, limit, "limit"),
	{ 0 },
};
static const ShapeMember group[] = {
	SH_STR(LogsGroup, name, "logGroupName"),
	SH_STR(LogsGroup, arn, "arn"),
	SH_STR(LogsGroup, group_arn, "logGroupArn"),
	SH_STR(LogsGroup, kms_key, "kmsKeyId"),
	SH_STR(LogsGroup, class, "logGroupClass"),
	SH_I64(LogsGroup, created_ms, "creationTime"),
	SH_I64(LogsGroup, retention_days, "retentionInDays"),
	SH_I64(LogsGroup, stored_bytes, "storedBytes"),
	{ 0 },
};
static const Shape shape_group = SHAPE(LogsGroup, group);
static const ShapeMember groups_out[] = {
	SH_STRUCTS(LogsGroups, groups, "logGroups", shape_group, 0),
	SH_STR(LogsGroups, next_token, "nextToken"),
	{ 0 },
};
static const ShapeMember streams_in[] = {
	SH_STR(LogsStreamsIn, group, "logGroupName", .about = "log group"),
	SH_STR(LogsStreamsIn, group_arn, "logGroupIdentifier", .about = "log group"),
	SH_STR(LogsStreamsIn, prefix, "logStreamNamePrefix"),
	SH_STR(LogsStreamsIn, order_by, "orderBy"),
	SH_BOOL(LogsStreamsIn, descending, "descending"),
	SH_STR(LogsStreamsIn, next_token, "nextToken"),
	SH_I64(LogsStreamsIn, limit, "limit"),
	{ 0 },
};
static const ShapeMember stream[] = {
	SH_STR(LogsStream, name, "logStreamName"),
	SH_STR(LogsStream, arn, "arn"),
	SH_I64(LogsStream, created_ms, "creationTime"),
	SH_I64(LogsStream, first_ms, "firstEventTimestamp"),
	SH_I64(LogsStream, last_ms, "lastEventTimestamp"),
	SH_I64(LogsStream, ingested_ms, "lastIngestionTime"),
	{ 0 },
};
static const Shape shape_stream = SHAPE(LogsStream, stream);
static const ShapeMember streams_out[] = {
	SH_STRUCTS(LogsStreams, streams, "logStreams", shape_stream, 0),
	SH_STR(LogsStreams, next_token, "nextToken"),
	{ 0 },
};
static const ShapeMember create_stream_in[] = {
	SH_STR(LogsCreateStreamIn, group, "logGroupName", .flags = SHAPE_MUST, .about = "log group"),
	SH_STR(LogsCreateStreamIn, stream, "logStreamName", .flags = SHAPE_MUST),
	{ 0 },
};
static const ShapeMember input[] = {
	SH_I64(LogsInput, time_ms, "timestamp", .flags = SHAPE_MUST),
	SH_STR(LogsInput, message, "message", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_input = SHAPE(LogsInput, input);
static const ShapeMember put_in[] = {
	SH_STR(LogsPutIn, group, "logGroupName", .flags = SHAPE_MUST, .about = "log group"),
	SH_STR(LogsPutIn, stream, "logStreamName", .flags = SHAPE_MUST),
	SH_STRUCTS(LogsPutIn, events, "logEvents", shape_input, SHAPE_MUST),
	{ 0 },
};
static const ShapeMember rejected[] = {
	SH_OPT_I64(LogsRejected, too_new_start, "tooNewLogEventStartIndex"),
	SH_OPT_I64(LogsRejected, too_old_end, "tooOldLogEventEndIndex"),
	SH_OPT_I64(LogsRejected, expired_end, "expiredLogEventEndIndex"),
	{ 0 },
};
static const Shape shape_rejected = SHAPE(LogsRejected, rejected);
static const ShapeMember put_out[] = { SH_STRUCT(LogsPutOut, rejected, "rejectedLogEventsInfo", shape_rejected), { 0 } };

static const ShapeMember query_in[] = {
	SH_STR(LogsQueryIn, group, "logGroupName", .about = "log group"),
	SH_STRS(LogsQueryIn, groups, "logGroupNames", 0),
	SH_STRS(LogsQueryIn, group_arns, "logGroupIdentifiers", 0),
	SH_I64(LogsQueryIn, start_s, "startTime", .flags = SHAPE_MUST),
	SH_I64(LogsQueryIn, end_s, "endTime", .flags = SHAPE_MUST),
	SH_STR(LogsQueryIn, query, "queryString", .flags = SHAPE_MUST),
	SH_I64(LogsQueryIn, limit, "limit"),
	{ 0 },
};
static const ShapeMember query_id[] = { SH_STR(LogsQueryId, id, "queryId", .flags = SHAPE_MUST), { 0 } };
static const ShapeMember field[] = { SH_STR(LogsField, name, "field"), SH_STR(LogsField, value, "value"), { 0 } };
static const Shape shape_field = SHAPE(LogsField, field);
static const ShapeMember row[] = { SH_STRUCTS(LogsRow, fields, "fields", shape_field, 0), { 0 } };
static const Shape shape_row = { .size = sizeof(LogsRow), .member = row, .bare = true };
static const ShapeMember query_stats[] = {
	SH_NUM(LogsQueryStats, matched, "recordsMatched"),
	SH_NUM(LogsQueryStats, scanned, "recordsScanned"),
	SH_NUM(LogsQueryStats, bytes, "bytesScanned"),
	{ 0 },
};
static const Shape shape_query_stats = SHAPE(LogsQueryStats, query_stats);
static const ShapeMember query_out[] = {
	SH_STRUCTS(LogsQueryOut, rows, "results", shape_row, 0),
	SH_STRUCT(LogsQueryOut, stats, "statistics", shape_query_stats),
	SH_STR(LogsQueryOut, status, "status", .flags = SHAPE_MUST),
	{ 0 },
};
static const ShapeMember stop_out[] = { SH_BOOL(LogsStopOut, success, "success"), { 0 } };

static const Shape shape_filter_in = SHAPE(LogsFilterIn, filter_in), shape_filter_out = SHAPE(LogsFilterOut, filter_out);
static const Shape shape_tail_in = SHAPE(LogsTailIn, tail_in), shape_tail_update = SHAPE(LogsTailUpdate, tail_update);
static const Shape shape_groups_in = SHAPE(LogsGroupsIn, groups_in), shape_groups_out = SHAPE(LogsGroups, groups_out);
static const Shape shape_streams_in = SHAPE(LogsStreamsIn, streams_in), shape_streams_out = SHAPE(LogsStreams, streams_out);
static const Shape shape_create_stream_in = SHAPE(LogsCreateStreamIn, create_stream_in);
static const Shape shape_put_in = SHAPE(LogsPutIn, put_in), shape_put_out = SHAPE(LogsPutOut, put_out);
static const Shape shape_query_in = SHAPE(LogsQueryIn, query_in), shape_query_id = SHAPE(LogsQueryId, query_id);
static const Shape shape_query_out = SHAPE(LogsQueryOut, query_out), shape_stop_out = SHAPE(LogsStopOut, stop_out);

Str logs_tail_arn(Str arn)
{
	return str_ends(arn, STR(":*")) ? str_sub(arn, 0, arn.n - 2) : arn;
}

static int check_filter(const void *input_struct, AwsParts *out, Err *e)
{
	const LogsFilterIn *in = input_struct;

	(void)out;
	return in->group.n || in->group_arn.n ? 0 : err_kind(e, ERR_USAGE, "no log group is given");
}

static int check_tail(const void *input_struct, AwsParts *out, Err *e)
{
	const LogsTailIn *in = input_struct;

	if (!in->groups.n || in->groups.n > TAIL_GROUPS_MAX)
		return err_kind(e, ERR_USAGE, "live tail takes 1 to %d log groups, not %zu", TAIL_GROUPS_MAX, in->groups.n);
	for (size_t i = 0; i < in->groups.n; i++)
		if (!str_starts(in->groups.v[i], STR("arn:")) || str_ends(in->groups.v[i], STR(":*")))
			return err_kind(e, ERR_USAGE, "live tail wants the ARN of a log group without \":*\", not \"%.*s\"",
			                in->groups.v[i].n > 200 ? 200 : STR_ARG(in->groups.v[i]));
	(void)buf_printf(&out->about, "log group %.*s", in->groups.v[0].n > 200 ? 200 : STR_ARG(in->groups.v[0]));
	return 0;
}

/* Live Tail gives events no id: theirs is made of what tells two events apart. */
static Str tail_id(Arena *a, const LogsEvent *v)
{
	Str text = arena_printf(a, "%.*s\n%.*s\n%" PRId64 "\n%.*s", STR_ARG(v->group), STR_ARG(v->stream), v->time_ms,
	                        STR_ARG(v->message));

	return arena_printf(a, "tail-%016" PRIx64, str_hash(text));
}

int logs_tail_update(Arena *a, Str payload, LogsTailUpdate *out, Err *e)
{
	*out = (LogsTailUpdate){ 0 };
	if (shape_parse_json(a, &shape_tail_update, payload, UPDATE_MAX_BYTES, out, e) < 0)
		return err_wrap(e, "CloudWatch Logs StartLiveTail sessionUpdate");
	for (size_t i = 0; i < out->events.n; i++)
		out->events.v[i].id = tail_id(a, &out->events.v[i]);
	return 0;
}

static const AwsService logs = {
	.id = "cloudwatch-logs", .host_prefix = "logs", .signing_name = "logs", .protocol = AWS_JSON11,
	.target_prefix = "Logs_20140328", .name = "CloudWatch Logs",
	.missing_hint = "check sources.jobs.log_groups and the region",
};

#define LOGS_ROW(op_name, kind) .service = &logs, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "logs:" op_name

const AwsOp op_logs_filter_log_events = {
	LOGS_ROW("FilterLogEvents", AWS_READ), .idempotent = true, .encode = check_filter, .in = &shape_filter_in,
	.out = &shape_filter_out, .page_token = "nextToken" };
/* An update comes every second, also an empty one: ten silent seconds are a dead connection. Opening it twice is harmless. */
const AwsOp op_logs_start_live_tail = {
	LOGS_ROW("StartLiveTail", AWS_READ), .host_prefix = "stream-", .stream = true, .idempotent = true,
	.only_event = "sessionUpdate", .quiet_s = 10, .encode = check_tail, .in = &shape_tail_in };
const AwsOp op_logs_describe_log_groups = {
	LOGS_ROW("DescribeLogGroups", AWS_READ), .idempotent = true, .in = &shape_groups_in, .out = &shape_groups_out,
	.page_token = "nextToken" };
const AwsOp op_logs_describe_log_streams = {
	LOGS_ROW("DescribeLogStreams", AWS_READ), .idempotent = true, .in = &shape_streams_in, .out = &shape_streams_out,
	.page_token = "nextToken" };
const AwsOp op_logs_create_log_stream = { LOGS_ROW("CreateLogStream", AWS_WRITE), .in = &shape_create_stream_in };
/* Events sent twice are there twice. */
const AwsOp op_logs_put_log_events = { LOGS_ROW("PutLogEvents", AWS_WRITE), .in = &shape_put_in, .out = &shape_put_out };
/* A query that was begun twice is paid twice, so it is not repeated on a doubt. */
const AwsOp op_logs_start_query = { LOGS_ROW("StartQuery", AWS_PAID), .in = &shape_query_in, .out = &shape_query_id };
const AwsOp op_logs_get_query_results = {
	LOGS_ROW("GetQueryResults", AWS_READ), .idempotent = true, .in = &shape_query_id, .out = &shape_query_out };
const AwsOp op_logs_stop_query = {
	LOGS_ROW("StopQuery", AWS_READ), .idempotent = true, .in = &shape_query_id, .out = &shape_stop_out };
