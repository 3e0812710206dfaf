/* Jobs, log lines and what they say about money: the plain structs that every floor above shares.
 * All Str members are borrowed from the arena (or batch) that the record was read into. */
#ifndef MODEL_JOB_H
#define MODEL_JOB_H

#include "base/arena.h"
#include "base/str.h"

typedef struct Tokens {
	int64_t input, output, cache_read, cache_write_5m, cache_write_1h;
} Tokens;

Tokens tokens_add(Tokens a, Tokens b);
int64_t tokens_total(const Tokens *t);     /* of all classes; absurd counts wrap instead of being undefined */

/* A number that may be unknown. */
typedef struct Opt64 { bool known; int64_t v; } Opt64;
typedef enum Tri { TRI_UNKNOWN, TRI_NO, TRI_YES } Tri;

typedef enum JobState { JOB_QUEUED, JOB_RUNNING, JOB_SUCCEEDED, JOB_FAILED, JOB_CANCELLED, JOB_OTHER, JOB_STATES } JobState;
JobState    job_state_of(Str status);
const char *job_state_name(JobState s);

/* One item of the jobs table (docs: "DynamoDB items"). Missing text is an empty Str. */
typedef struct Job {
	Str  id, trace_id, tenant, persona, agent, version, model, status;
	JobState state;
	int64_t retries;
	bool   has_tokens;
	Tokens tokens;
	Opt64  reported_nusd;        /* costMicroUsd x 1000 */
	Tri    cache_hit;
	Opt64  latency_ms;
	Str    error_code, error_message;
	int64_t started_ms, updated_ms;          /* 0 = unknown */
	Tri    approved;                         /* result.approved */
	Opt64  score_milli, roi_milli, roi_confidence_milli;   /* x 1000 */
	Str    request_id, pointer, template_id, template_version, template_sha, service_tier, region, stop_reason;
} Job;

/* One structured log event of the jobs' log group, or (LINE_INVOCATION) a record of the model invocation log. */
typedef enum LineKind { LINE_PLAIN, LINE_COST, LINE_JOB, LINE_SECURITY, LINE_CACHE, LINE_INVOCATION } LineKind;

/* About money: booked, and kept as long as its call. */
static inline bool line_is_cost(LineKind kind)
{
	return kind == LINE_COST || kind == LINE_INVOCATION;
}

typedef struct LogLine {
	Str  event_id;               /* FilterLogEvents' eventId; for Live Tail a hash of group, stream, time and text */
	int64_t event_ms;            /* the event's own timestamp; the line's `timestamp` member wins when it is there */
	LineKind kind;
	Str  level, trace_id, job_id, request_id, tenant, persona, agent, version, model, service_tier;
	bool   has_tokens;
	Tokens tokens;
	Opt64  reported_nusd;        /* cost_cents, exact from its text */
	Tri    cache_hit;
	Opt64  duration_ms;
	Str    text;                 /* the whole line, as received */
	bool   tail;                 /* seen by Live Tail only: event_id is made up, FilterLogEvents knows the line by another one */
	bool   late;                 /* it reached CloudWatch Logs more than a minute after its time */
} LogLine;

/* Copies every text into the arena: for a record that outlives what it was read from. */
void job_own(Arena *a, Job *j);
void line_own(Arena *a, LogLine *l);

#endif
