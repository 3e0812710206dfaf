/* The team's own records (docs: "DynamoDB items", "Log line"): DynamoDB items and log lines into model structs, and the
 * JSON an item or line has. Strict about types, forgiving about missing members. */
#ifndef API_RECORDS_H
#define API_RECORDS_H

#include "api/dynamodb.h"
#include "api/logs.h"
#include "model/job.h"
#include "model/money.h"

/* Above these a figure is a mistake of the writer: a million US dollars for one job, 10^12 tokens in one class, a year. */
#define RECORD_COST_MAX    (INT64_C(1000000) * NUSD_PER_USD)
#define RECORD_TOKENS_MAX  INT64_C(1000000000000)
#define RECORD_LATENCY_MAX INT64_C(31622400000)

/* An item of the jobs table. An item without jobId is an error. Strings are borrowed from the item's arena. */
int record_job(JsonVal item, Job *out, Err *e);
/* The same from plain JSON: one element of `get jobs -o json`, with the optional members by the names of the items. What it
 * cost is worked out anew; reportedNanoUsd counts as what the application reported. */
int record_job_plain(JsonVal object, Job *out, Err *e);
/* A log event. Text that is not one JSON object, or has no known message, is LINE_PLAIN with only text and time: never an error.
 * "COST_TRACKING {…}" (a prefix before the object) is read too. Strings are copied into the arena, all but text and id. */
void record_line(Arena *a, const LogsEvent *event, LogLine *out);
/* An item of the agents table (a version or #route). */
typedef struct AgentItem {
	Str agent, version, status, model, created_by, raw_json; int64_t created_ms, rev; bool is_route;
} AgentItem;
int record_agent(Arena *a, JsonVal item, AgentItem *out, Err *e);

#endif
