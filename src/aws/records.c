#include "aws/records.h"

#include <string.h>

#include "model/money.h"
#include "wire/time8601.h"

enum {
	LINE_MAX_BYTES = 1 << 20,
	MILLI = 3,
	NUSD_SCALE_OF_CENTS = 7,          /* 1 cent = 10,000,000 nUSD */
	NUSD_SCALE_OF_MICRO_USD = 3,
};

/* Above these a figure is a mistake of the writer: a million US dollars for one job, 10^12 tokens in one class, a year. */
#define COST_MAX_NUSD (INT64_C(1000000) * NUSD_PER_USD)
#define TOKENS_MAX    INT64_C(1000000000000)
#define LATENCY_MAX   INT64_C(31622400000)
#define RETRIES_MAX   INT64_C(1000000)

typedef struct TextField { const char *name; size_t at; } TextField;
typedef struct CountField { const char *name; size_t at; } CountField;

static const TextField job_texts[], line_texts[];
static const CountField item_tokens[], line_tokens[];

static Str *text_at(void *record, const TextField *f)
{
	return (Str *)((char *)record + f->at);
}

static int64_t *count_at(void *record, const CountField *f)
{
	return (int64_t *)((char *)record + f->at);
}

static int in_range(const char *name, int64_t v, int64_t max, Err *e)
{
	if (v < 0)
		return err_set(e, "attribute %s: negative", name);
	return v <= max ? 0 : err_set(e, "attribute %s: absurdly large", name);
}

/* --- DynamoDB items ----------------------------------------------------------------------------------------------- */

static int item_count(JsonVal item, const char *name, int64_t max, int64_t *out, Err *e)
{
	return ddb_i64(item, name, out, e) < 0 ? -1 : in_range(name, *out, max, e);
}

static bool has_value(JsonVal item, const char *name)
{
	return ddb_has(item, name) && !jv_has(jv_get(item, name), "NULL");
}

static int item_opt_count(JsonVal item, const char *name, int64_t max, Opt64 *out, Err *e)
{
	out->known = has_value(item, name);
	return out->known ? item_count(item, name, max, &out->v, e) : 0;
}

static int item_opt_milli(JsonVal item, const char *name, Opt64 *out, Err *e)
{
	out->known = has_value(item, name);
	return ddb_scaled(item, name, MILLI, &out->v, e);
}

static int item_tri(JsonVal item, const char *name, Tri *out, Err *e)
{
	bool yes = false;

	if (!has_value(item, name))
		return 0;
	if (ddb_bool(item, name, &yes, e) < 0)
		return -1;
	*out = yes ? TRI_YES : TRI_NO;
	return 0;
}

static int item_time(JsonVal item, const char *name, int64_t *out, Err *e)
{
	Str text = { 0 };

	if (ddb_str(item, name, &text, e) < 0)
		return -1;
	return !text.n || time_parse_iso(text, out) == 0 ? 0 : err_set(e, "attribute %s: not an ISO 8601 time", name);
}

static int item_texts(JsonVal item, const TextField *f, void *record, Err *e)
{
	for (; f->name; f++)
		if (ddb_str(item, f->name, text_at(record, f), e) < 0)
			return -1;
	return 0;
}

static int job_tokens(JsonVal item, Job *out, Err *e)
{
	JsonVal map = { 0 };

	if (ddb_opt_map(item, "tokens", &map, e) < 0)
		return -1;
	out->has_tokens = !jv_is_absent(map);
	for (const CountField *f = item_tokens; f->name; f++)
		if (item_count(map, f->name, TOKENS_MAX, count_at(&out->tokens, f), e) < 0)
			return err_wrap(e, "attribute tokens");
	return 0;
}

static int job_cost(JsonVal item, Job *out, Err *e)
{
	out->reported_nusd.known = has_value(item, "costMicroUsd");
	if (ddb_scaled(item, "costMicroUsd", NUSD_SCALE_OF_MICRO_USD, &out->reported_nusd.v, e) < 0)
		return -1;
	return in_range("costMicroUsd", out->reported_nusd.v, COST_MAX_NUSD, e);
}

static int job_result(JsonVal item, Job *out, Err *e)
{
	JsonVal error = { 0 }, result = { 0 }, roi = { 0 };

	if (ddb_opt_map(item, "error", &error, e) < 0 || ddb_str(error, "code", &out->error_code, e) < 0 ||
	    ddb_str(error, "message", &out->error_message, e) < 0)
		return -1;
	if (ddb_opt_map(item, "result", &result, e) < 0 || item_tri(result, "approved", &out->approved, e) < 0 ||
	    item_opt_milli(result, "score", &out->score_milli, e) < 0 || ddb_opt_map(result, "roi", &roi, e) < 0)
		return -1;
	if (item_opt_milli(roi, "estimate", &out->roi_milli, e) < 0)
		return -1;
	return item_opt_milli(roi, "confidence", &out->roi_confidence_milli, e);
}

int record_job(JsonVal item, Job *out, Err *e)
{
	*out = (Job){ 0 };
	if (item_texts(item, job_texts, out, e) < 0)
		return -1;
	if (!out->id.n)
		return err_set(e, "attribute jobId: missing");
	out->state = job_state_of(out->status);
	if (item_count(item, "retryCount", RETRIES_MAX, &out->retries, e) < 0 || job_tokens(item, out, e) < 0 ||
	    job_cost(item, out, e) < 0 || item_tri(item, "cacheHit", &out->cache_hit, e) < 0 ||
	    item_opt_count(item, "latencyMs", LATENCY_MAX, &out->latency_ms, e) < 0 || job_result(item, out, e) < 0)
		return -1;
	return item_time(item, "startedAt", &out->started_ms, e) < 0 ? -1 : item_time(item, "updatedAt", &out->updated_ms, e);
}

int record_agent(Arena *a, JsonVal item, AgentItem *out, Err *e)
{
	static const TextField texts[] = {
		{ "agentId", offsetof(AgentItem, agent) }, { "version", offsetof(AgentItem, version) },
		{ "status", offsetof(AgentItem, status) }, { "bedrockModel", offsetof(AgentItem, model) },
		{ "createdBy", offsetof(AgentItem, created_by) }, { NULL, 0 },
	};
	Buf raw = { 0 };

	*out = (AgentItem){ 0 };
	if (item_texts(item, texts, out, e) < 0)
		return -1;
	if (!out->agent.n || !out->version.n)
		return err_set(e, "attribute %s: missing", out->agent.n ? "version" : "agentId");
	out->is_route = str_is(out->version, "#route");
	if (item_time(item, "createdAt", &out->created_ms, e) < 0 || item_count(item, "rev", INT64_MAX, &out->rev, e) < 0)
		return -1;
	if (jv_write(item, &raw) < 0) {
		buf_done(&raw);
		return err_set(e, "the item is too big to keep");
	}
	out->raw_json = arena_str(a, buf_str(&raw));
	buf_done(&raw);
	return 0;
}

/* --- Log lines ---------------------------------------------------------------------------------------------------- */

static LineKind kind_of(Str message)
{
	static const struct { const char *name; LineKind kind; } kinds[] = {
		{ "COST_TRACKING", LINE_COST }, { "JOB_EVENT", LINE_JOB }, { "SECURITY", LINE_SECURITY }, { "CACHE", LINE_CACHE },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_is(message, kinds[i].name))
			return kinds[i].kind;
	return LINE_PLAIN;
}

/* ISO 8601 text or epoch milliseconds; another form leaves the event's own time. */
static void line_time(JsonVal v, int64_t *out)
{
	Str text;
	int64_t ms;

	if (jv_type(v) == JV_STRING && jv_as_str(v, &text, NULL) == 0) {
		if (time_parse_iso(text, &ms) == 0 || str_i64(text, &ms) == 0)
			*out = ms;
	} else if (jv_type(v) == JV_NUMBER && jv_as_i64(v, &ms, NULL) == 0 && ms > 0) {
		*out = ms;
	}
}

static int line_usage(JsonVal root, LogLine *out)
{
	JsonVal usage = { 0 };

	if (jv_opt_object(root, "token_usage", &usage, NULL) < 0)
		return -1;
	out->has_tokens = !jv_is_absent(usage);
	for (const CountField *f = line_tokens; f->name; f++) {
		int64_t *v = count_at(&out->tokens, f);

		if (jv_opt_i64(usage, f->name, v, NULL) < 0 || in_range(f->name, *v, TOKENS_MAX, NULL) < 0)
			return -1;
	}
	return 0;
}

static int line_numbers(JsonVal root, LogLine *out)
{
	bool hit = false;

	if (line_usage(root, out) < 0)
		return -1;
	out->reported_nusd.known = !jv_is_absent(jv_get(root, "cost_cents"));
	if (jv_opt_scaled(root, "cost_cents", NUSD_SCALE_OF_CENTS, &out->reported_nusd.v, NULL) < 0 ||
	    in_range("cost_cents", out->reported_nusd.v, COST_MAX_NUSD, NULL) < 0)
		return -1;
	out->duration_ms.known = !jv_is_absent(jv_get(root, "duration_ms"));
	if (jv_opt_i64(root, "duration_ms", &out->duration_ms.v, NULL) < 0 ||
	    in_range("duration_ms", out->duration_ms.v, LATENCY_MAX, NULL) < 0)
		return -1;
	if (jv_is_absent(jv_get(root, "cache_hit")))
		return 0;
	if (jv_opt_bool(root, "cache_hit", &hit, NULL) < 0)
		return -1;
	out->cache_hit = hit ? TRI_YES : TRI_NO;
	return 0;
}

static int line_read(JsonVal root, LogLine *out)
{
	for (const TextField *f = line_texts; f->name; f++)
		if (jv_opt_str(root, f->name, text_at(out, f), NULL) < 0)
			return -1;
	line_time(jv_get(root, "timestamp"), &out->event_ms);
	return line_numbers(root, out);
}

/* "COST_TRACKING {…}": the word in front is the message when the object has none. */
static Str object_of(Str text, Str *prefix)
{
	const char *brace = text.n ? memchr(text.p, '{', text.n) : NULL;

	*prefix = STR("");
	if (!brace)
		return STR("");
	*prefix = str_trim(str_sub(text, 0, (size_t)(brace - text.p)));
	return str_trim(str_sub(text, (size_t)(brace - text.p), text.n));
}

void record_line(Arena *a, const LogsEvent *event, LogLine *out)
{
	LogLine plain = { .event_id = event->id, .event_ms = event->time_ms, .text = event->message };
	Str prefix, message = { 0 }, object = object_of(event->message, &prefix);
	JsonVal root;

	*out = plain;
	if (!object.n || (prefix.n && kind_of(prefix) == LINE_PLAIN) || jv_parse(a, object, LINE_MAX_BYTES, &root, NULL) < 0 ||
	    jv_type(root) != JV_OBJECT || jv_opt_str(root, "message", &message, NULL) < 0)
		return;
	out->kind = kind_of(message.n ? message : prefix);
	if (out->kind == LINE_PLAIN && prefix.n)
		out->kind = kind_of(prefix);
	/* A figure that cannot be right makes the whole line plain text: better not booked than booked wrong. */
	if (out->kind == LINE_PLAIN || line_read(root, out) < 0)
		*out = plain;
}

static const TextField job_texts[] = {
	{ "jobId", offsetof(Job, id) }, { "traceId", offsetof(Job, trace_id) }, { "tenantId", offsetof(Job, tenant) },
	{ "persona", offsetof(Job, persona) }, { "agentId", offsetof(Job, agent) }, { "agentVersion", offsetof(Job, version) },
	{ "model", offsetof(Job, model) }, { "status", offsetof(Job, status) }, { "requestId", offsetof(Job, request_id) },
	{ "pointer", offsetof(Job, pointer) }, { "templateId", offsetof(Job, template_id) },
	{ "templateVersion", offsetof(Job, template_version) }, { "templateSha", offsetof(Job, template_sha) },
	{ "serviceTier", offsetof(Job, service_tier) }, { "region", offsetof(Job, region) },
	{ "stopReason", offsetof(Job, stop_reason) }, { NULL, 0 },
};

static const TextField line_texts[] = {
	{ "level", offsetof(LogLine, level) }, { "trace_id", offsetof(LogLine, trace_id) }, { "job_id", offsetof(LogLine, job_id) },
	{ "request_id", offsetof(LogLine, request_id) }, { "tenant_id", offsetof(LogLine, tenant) },
	{ "persona_type", offsetof(LogLine, persona) }, { "agent_id", offsetof(LogLine, agent) },
	{ "agent_version", offsetof(LogLine, version) }, { "model_id", offsetof(LogLine, model) },
	{ "service_tier", offsetof(LogLine, service_tier) }, { NULL, 0 },
};

static const CountField item_tokens[] = {
	{ "input", offsetof(Tokens, input) }, { "output", offsetof(Tokens, output) }, { "cacheRead", offsetof(Tokens, cache_read) },
	{ "cacheWrite5m", offsetof(Tokens, cache_write_5m) }, { "cacheWrite1h", offsetof(Tokens, cache_write_1h) }, { NULL, 0 },
};

static const CountField line_tokens[] = {
	{ "input", offsetof(Tokens, input) }, { "output", offsetof(Tokens, output) }, { "cache_read", offsetof(Tokens, cache_read) },
	{ "cache_write_5m", offsetof(Tokens, cache_write_5m) }, { "cache_write_1h", offsetof(Tokens, cache_write_1h) }, { NULL, 0 },
};
