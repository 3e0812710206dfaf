/* CloudWatch Logs: searching, tailing, writing, and Logs Insights queries.
 * Source: Amazon CloudWatch Logs API Reference, version 2014-03-28. Times are ms, but for those of StartQuery: seconds. */
#ifndef API_LOGS_H
#define API_LOGS_H

#include "api/op.h"

/* id: of FilterLogEvents; Live Tail gives none, logs_tail_update makes one. group: of Live Tail ("account:group"). */
typedef struct LogsEvent { Str id, stream, message, group; int64_t time_ms, ingested_ms; } LogsEvent;

/* One of group and group_arn (of another account). start_ms, end_ms, limit: 0 is not given. */
typedef struct LogsFilterIn { Str group, group_arn, pattern, stream_prefix, next_token; int64_t start_ms, end_ms, limit; } LogsFilterIn;
typedef struct LogsFilterOut { LIST_OF(LogsEvent) events; Str next_token; } LogsFilterOut;

/* 1 to 10 ARNs without ":*" behind (logs_tail_arn). Streams only with exactly one group. */
typedef struct LogsTailIn { LIST_OF(Str) groups; LIST_OF(Str) streams; Str pattern; } LogsTailIn;
typedef struct LogsTailMeta { bool sampled; } LogsTailMeta;
typedef struct LogsTailUpdate { LogsTailMeta meta; LIST_OF(LogsEvent) events; } LogsTailUpdate;
/* Decodes a sessionUpdate payload. */
int logs_tail_update(Arena *a, Str payload, LogsTailUpdate *out, Err *e);
/* DescribeLogGroups answers ARNs with ":*" behind; Live Tail and Insights want them without. */
Str logs_tail_arn(Str arn);

typedef struct LogsGroupsIn { Str prefix, pattern, next_token; int64_t limit; } LogsGroupsIn;
typedef struct LogsGroup { Str name, arn, group_arn, kms_key, class; int64_t created_ms, retention_days, stored_bytes; } LogsGroup;
typedef struct LogsGroups { LIST_OF(LogsGroup) groups; Str next_token; } LogsGroups;
typedef struct LogsStreamsIn { Str group, group_arn, prefix, order_by, next_token; bool descending; int64_t limit; } LogsStreamsIn;
typedef struct LogsStream { Str name, arn; int64_t created_ms, first_ms, last_ms, ingested_ms; } LogsStream;
typedef struct LogsStreams { LIST_OF(LogsStream) streams; Str next_token; } LogsStreams;

typedef struct LogsCreateStreamIn { Str group, stream; } LogsCreateStreamIn;
typedef struct LogsInput { int64_t time_ms; Str message; } LogsInput;
typedef struct LogsPutIn { Str group, stream; LIST_OF(LogsInput) events; } LogsPutIn;      /* in the order of time */
/* Events before too_old_end, expired_end and from too_new_start on were not taken. */
typedef struct LogsRejected { OptI64 too_new_start, too_old_end, expired_end; } LogsRejected;
typedef struct LogsPutOut { LogsRejected rejected; } LogsPutOut;

/* Logs Insights. start_s, end_s: seconds since 1970. Paid by the bytes scanned. */
typedef struct LogsQueryIn { Str query, group; LIST_OF(Str) groups; LIST_OF(Str) group_arns; int64_t start_s, end_s, limit; } LogsQueryIn;
typedef struct LogsQueryId { Str id; } LogsQueryId;
typedef struct LogsField { Str name, value; } LogsField;
typedef struct LogsRow { LIST_OF(LogsField) fields; } LogsRow;
typedef struct LogsQueryStats { double matched, scanned, bytes; } LogsQueryStats;
/* status: Scheduled, Running, Complete, Failed, Cancelled, Timeout, Unknown. While it runs the rows are a part. */
typedef struct LogsQueryOut { Str status; LogsQueryStats stats; LIST_OF(LogsRow) rows; } LogsQueryOut;
typedef struct LogsStopOut { bool success; } LogsStopOut;

extern const AwsOp op_logs_filter_log_events, op_logs_start_live_tail, op_logs_describe_log_groups, op_logs_describe_log_streams,
	op_logs_create_log_stream, op_logs_put_log_events, op_logs_start_query, op_logs_get_query_results, op_logs_stop_query;

#endif
