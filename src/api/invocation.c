#include "api/invocation.h"

#include <string.h>

#include "api/records.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

/* Bodies above 100 KB stand in S3; with those that do not, a record stays below the service's limit of an event. */
enum { RECORD_MAX_BYTES = 1 << 20, LATE_MS = 60000 };

typedef struct Name { const char *name; size_t at; } Name;

/* Who called, by the names that teams give it: each in the two ways of writing that are usual. */
static const Name metadata[] = {
	{ "tenant", offsetof(LogLine, tenant) }, { "tenant_id", offsetof(LogLine, tenant) }, { "tenantId", offsetof(LogLine, tenant) },
	{ "persona", offsetof(LogLine, persona) }, { "persona_type", offsetof(LogLine, persona) },
	{ "agent", offsetof(LogLine, agent) }, { "agent_id", offsetof(LogLine, agent) }, { "agentId", offsetof(LogLine, agent) },
	{ "version", offsetof(LogLine, version) }, { "agent_version", offsetof(LogLine, version) }, { "agentVersion", offsetof(LogLine, version) },
	{ "job_id", offsetof(LogLine, job_id) }, { "jobId", offsetof(LogLine, job_id) },
	{ "trace_id", offsetof(LogLine, trace_id) }, { "traceId", offsetof(LogLine, trace_id) },
};

/* Shown of a record: the rest of it is what was said. */
static const char *const shown[] = {
	"schemaType", "timestamp", "region", "inferenceRegion", "requestId", "operation", "modelId", "errorCode", "requestMetadata", "identity",
};
static const char *const shown_counts[] = { "inputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount", "outputTokenCount" };

static int count(JsonVal v, const char *name, bool *any, int64_t *out)
{
	if (jv_is_absent(jv_get(v, name)))
		return 0;
	*any = true;
	return jv_i64(v, name, out, NULL) < 0 || *out < 0 || *out > RECORD_TOKENS_MAX ? -1 : 0;
}

/* The answer's members. Of a stream they are those of its metadata event. */
static JsonVal answer_of(JsonVal output)
{
	JsonVal body = jv_get(output, "outputBodyJson");

	for (size_t i = jv_type(body) == JV_ARRAY ? jv_count(body) : 0; i-- > 0;)
		if (jv_has(jv_at(body, i), "metadata"))
			return jv_get(jv_at(body, i), "metadata");
	return body;
}

/* The record counts cache writes as one; what was answered may say how long they are kept (Converse API, CacheDetail). */
static void split_writes(JsonVal body, Tokens *t)
{
	JsonVal list = jv_path(body, "usage.cacheDetails");
	int64_t long_lived = 0, sum = 0, n;
	Str ttl;

	for (size_t i = 0; i < jv_count(list); i++) {
		n = -1;
		ttl = STR("");
		if (jv_i64(jv_at(list, i), "inputTokens", &n, NULL) < 0 || n < 0 || n > RECORD_TOKENS_MAX || jv_str(jv_at(list, i), "ttl", &ttl, NULL) < 0)
			return;
		sum += n;
		long_lived += str_is(ttl, "1h") ? n : 0;
	}
	if (sum != t->cache_write_5m)
		return;
	t->cache_write_1h = long_lived;
	t->cache_write_5m -= long_lived;
}

static int tokens(JsonVal record, LogLine *out)
{
	JsonVal input = jv_get(record, "input"), output = jv_get(record, "output");
	Tokens *t = &out->tokens;

	if (count(input, "inputTokenCount", &out->has_tokens, &t->input) < 0 || count(output, "outputTokenCount", &out->has_tokens, &t->output) < 0 ||
	    count(input, "cacheReadInputTokenCount", &out->has_tokens, &t->cache_read) < 0 ||
	    count(input, "cacheWriteInputTokenCount", &out->has_tokens, &t->cache_write_5m) < 0)
		return -1;
	split_writes(answer_of(output), t);
	return 0;
}

static Str text_of(Arena *a, JsonVal record)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
		JsonVal v = jv_get(record, shown[i]);
		Buf one = { 0 };

		if (jv_is_absent(v) || jv_write(v, &one) < 0) {
			buf_done(&one);
			continue;
		}
		jw_key(&w, shown[i]);
		jw_raw(&w, buf_str(&one));
		buf_done(&one);
	}
	for (size_t i = 0; i < sizeof shown_counts / sizeof *shown_counts; i++) {
		int64_t n;

		if (jv_i64(jv_get(record, strncmp(shown_counts[i], "output", 6) ? "input" : "output"), shown_counts[i], &n, NULL) == 0)
			jw_ki64(&w, shown_counts[i], n);
	}
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static bool read_record(Arena *a, JsonVal record, LogLine *out)
{
	JsonVal who = jv_get(record, "requestMetadata"), millis = jv_get(answer_of(jv_get(record, "output")), "metrics");
	Str schema = STR(""), time = STR("");

	if (jv_str(record, "schemaType", &schema, NULL) < 0 || !str_is(schema, "ModelInvocationLog") ||
	    jv_name(record, "requestId", &out->request_id, NULL) < 0 || jv_name(record, "modelId", &out->model, NULL) < 0 || tokens(record, out) < 0)
		return false;
	for (size_t i = 0; i < sizeof metadata / sizeof *metadata; i++) {
		Str *to = (Str *)(void *)((char *)out + metadata[i].at);

		if (!to->n)
			(void)jv_opt_str(who, metadata[i].name, to, NULL);      /* of another type: not the name that is meant */
	}
	if (jv_str(record, "timestamp", &time, NULL) == 0)
		(void)time_parse_iso(time, &out->event_ms);              /* else the event's own */
	out->duration_ms.known = jv_i64(millis, "latencyMs", &out->duration_ms.v, NULL) == 0 && out->duration_ms.v >= 0 &&
	                         out->duration_ms.v <= RECORD_LATENCY_MAX;
	if (!out->duration_ms.known)
		out->duration_ms.v = 0;
	out->level = jv_is_absent(jv_get(record, "errorCode")) ? STR("info") : STR("error");
	out->text = text_of(a, record);
	return true;
}

void record_invocation(Arena *a, const LogsEvent *event, LogLine *out)
{
	const LogLine nothing = { .event_id = event->id, .event_ms = event->time_ms, .text = STR("") };
	JsonVal record;

	*out = nothing;
	if (jv_parse(a, event->message, RECORD_MAX_BYTES, &record, NULL) < 0 || !read_record(a, record, out)) {
		*out = nothing;
		return;
	}
	out->kind = LINE_INVOCATION;
	out->late = event->ingested_ms - event->time_ms > LATE_MS;
}
