#include "api/records.h"

#include <string.h>

#include "wire/time8601.h"

enum { MILLI = 3, NUSD_SCALE_OF_MICRO_USD = 3, RETRIES_MAX = 1000000 };

typedef struct TextField { const char *name; size_t at; } TextField;
typedef struct CountField { const char *name; size_t at; } CountField;

static const TextField job_texts[];
static const CountField item_tokens[];

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
		if (item_count(map, f->name, RECORD_TOKENS_MAX, count_at(&out->tokens, f), e) < 0)
			return err_wrap(e, "attribute tokens");
	return 0;
}

static int job_cost(JsonVal item, Job *out, Err *e)
{
	out->reported_nusd.known = has_value(item, "costMicroUsd");
	if (ddb_scaled(item, "costMicroUsd", NUSD_SCALE_OF_MICRO_USD, &out->reported_nusd.v, e) < 0)
		return -1;
	return in_range("costMicroUsd", out->reported_nusd.v, RECORD_COST_MAX, e);
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
	    item_opt_count(item, "latencyMs", RECORD_LATENCY_MAX, &out->latency_ms, e) < 0 || job_result(item, out, e) < 0)
		return -1;
	return item_time(item, "startedAt", &out->started_ms, e) < 0 ? -1 : item_time(item, "updatedAt", &out->updated_ms, e);
}

/* --- the same job as plain JSON --- */

static int plain_count(JsonVal v, const char *name, int64_t max, int64_t *out, Err *e)
{
	return jv_opt_i64(v, name, out, e) < 0 ? -1 : in_range(name, *out, max, e);
}

static int plain_opt_count(JsonVal v, const char *name, int64_t max, Opt64 *out, Err *e)
{
	out->known = !jv_is_absent(jv_get(v, name));
	return plain_count(v, name, max, &out->v, e);
}

static int plain_time(JsonVal v, const char *name, int64_t *out, Err *e)
{
	Str text = { 0 };

	if (jv_opt_str(v, name, &text, e) < 0)
		return -1;
	return !text.n || time_parse_iso(text, out) == 0 ? 0 : err_set(e, "attribute %s: not an ISO 8601 time", name);
}

static int plain_texts(JsonVal v, Job *out, Err *e)
{
	JsonVal error = { 0 };

	for (const TextField *f = job_texts; f->name; f++)
		if (jv_opt_str(v, f->name, text_at(out, f), e) < 0)
			return -1;
	if (!out->id.n)
		return err_set(e, "attribute jobId: missing");
	if (jv_opt_object(v, "error", &error, e) < 0 || jv_opt_str(error, "code", &out->error_code, e) < 0)
		return -1;
	return jv_opt_str(error, "message", &out->error_message, e);
}

static int plain_tokens(JsonVal v, Job *out, Err *e)
{
	JsonVal tokens = { 0 };

	if (jv_opt_object(v, "tokens", &tokens, e) < 0)
		return -1;
	out->has_tokens = !jv_is_absent(tokens);
	for (const CountField *f = item_tokens; f->name; f++)
		if (plain_count(tokens, f->name, RECORD_TOKENS_MAX, count_at(&out->tokens, f), e) < 0)
			return err_wrap(e, "attribute tokens");
	return 0;
}

int record_job_plain(JsonVal object, Job *out, Err *e)
{
	bool hit = false;

	*out = (Job){ 0 };
	if (plain_texts(object, out, e) < 0 || plain_tokens(object, out, e) < 0)
		return -1;
	out->state = job_state_of(out->status);
	if (plain_count(object, "retryCount", RETRIES_MAX, &out->retries, e) < 0 ||
	    plain_opt_count(object, "reportedNanoUsd", RECORD_COST_MAX, &out->reported_nusd, e) < 0 ||
	    plain_opt_count(object, "latencyMs", RECORD_LATENCY_MAX, &out->latency_ms, e) < 0 || jv_opt_bool(object, "cacheHit", &hit, e) < 0)
		return -1;
	if (!jv_is_absent(jv_get(object, "cacheHit")))
		out->cache_hit = hit ? TRI_YES : TRI_NO;
	return plain_time(object, "startedAt", &out->started_ms, e) < 0 ? -1 : plain_time(object, "updatedAt", &out->updated_ms, e);
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

static const TextField job_texts[] = {
	{ "jobId", offsetof(Job, id) }, { "traceId", offsetof(Job, trace_id) }, { "tenantId", offsetof(Job, tenant) },
	{ "persona", offsetof(Job, persona) }, { "agentId", offsetof(Job, agent) }, { "agentVersion", offsetof(Job, version) },
	{ "model", offsetof(Job, model) }, { "status", offsetof(Job, status) }, { "requestId", offsetof(Job, request_id) },
	{ "pointer", offsetof(Job, pointer) }, { "templateId", offsetof(Job, template_id) },
	{ "templateVersion", offsetof(Job, template_version) }, { "templateSha", offsetof(Job, template_sha) },
	{ "serviceTier", offsetof(Job, service_tier) }, { "region", offsetof(Job, region) },
	{ "stopReason", offsetof(Job, stop_reason) }, { NULL, 0 },
};

static const CountField item_tokens[] = {
	{ "input", offsetof(Tokens, input) }, { "output", offsetof(Tokens, output) }, { "cacheRead", offsetof(Tokens, cache_read) },
	{ "cacheWrite5m", offsetof(Tokens, cache_write_5m) }, { "cacheWrite1h", offsetof(Tokens, cache_write_1h) }, { NULL, 0 },
};
