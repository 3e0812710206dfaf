#include "sim/fleet.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_hour.h"
#include "sim/fleet_ids.h"
#include "sim/rng.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

static void attr(JsonW *w, const char *key, const char *type)
{
	jw_key(w, key);
	jw_object(w);
	jw_key(w, type);
}

static void attr_str(JsonW *w, const char *key, Str s)
{
	attr(w, key, "S");
	jw_str(w, s);
	jw_object_end(w);
}

static void attr_cstr(JsonW *w, const char *key, const char *s)
{
	attr_str(w, key, str_of(s));
}

static void attr_num(JsonW *w, const char *key, int64_t n)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", (long long)n);
	attr(w, key, "N");
	jw_cstr(w, text);
	jw_object_end(w);
}

/* n thousandths, as a decimal without trailing zeros. */
static void attr_milli(JsonW *w, const char *key, int64_t n)
{
	char text[32];
	size_t len = (size_t)snprintf(text, sizeof text, "%lld.%03lld", (long long)(n / 1000), (long long)(n % 1000));

	while (text[len - 1] == '0')
		text[--len] = '\0';
	if (text[len - 1] == '.')
		text[--len] = '\0';
	attr(w, key, "N");
	jw_cstr(w, text);
	jw_object_end(w);
}

static void attr_bool(JsonW *w, const char *key, bool b)
{
	attr(w, key, "BOOL");
	jw_bool(w, b);
	jw_object_end(w);
}

static void attr_map(JsonW *w, const char *key)
{
	attr(w, key, "M");
	jw_object(w);
}

static void attr_map_end(JsonW *w)
{
	jw_object_end(w);
	jw_object_end(w);
}

static void attr_time(JsonW *w, const char *key, int64_t ms)
{
	char text[TIME_TEXT];

	time_format_iso(ms, text);
	attr_cstr(w, key, text);
}

static void put_usage(JsonW *w, const FleetJob *j)
{
	int64_t sum[5] = { 0 }, micro_usd = 0;

	for (unsigned c = 0; c < j->tries; c++) {
		for (int k = 0; k < 5; k++)
			sum[k] += j->call[c].tok[k];
		micro_usd += fleet_call_micro_usd(j, c);
	}
	if (!sum[0] && !j->cache_hit)
		return;                /* no call was answered: there is nothing to report */
	attr_map(w, "tokens");
	attr_num(w, "input", sum[0]);
	attr_num(w, "output", sum[1]);
	attr_num(w, "cacheRead", sum[2]);
	attr_num(w, "cacheWrite5m", sum[3]);
	attr_num(w, "cacheWrite1h", sum[4]);
	attr_map_end(w);
	attr_num(w, "costMicroUsd", micro_usd);
}

static void put_result(const Fleet *f, JsonW *w, const FleetJob *j)
{
	const FleetAgent *a = &fleet_agents[j->agent];
	Rng r = { rng_join(j->key, 11) };
	bool bad = f->spec.scenario == SIM_BAD_RELEASE && j->agent == FLEET_UPSELL && j->version == FLEET_BAD_VERSION;
	bool yes = (int32_t)rng_below(&r, 1000) < a->approved - (bad ? 250 : 0);

	attr_map(w, "result");
	attr_bool(w, "approved", yes);
	attr_milli(w, "score", ((yes ? 70 : 35) + (int64_t)rng_below(&r, 28)) * 100);
	if (a->roi) {
		attr_map(w, "roi");
		attr_num(w, "estimate", 400 + rng_below(&r, 5200));
		attr_milli(w, "confidence", 450 + rng_below(&r, 500));
		attr_map_end(w);
	}
	attr_map_end(w);
}

static void put_end(const Fleet *f, JsonW *w, const FleetJob *j, const FleetView *v)
{
	const FleetCall *last = j->tries ? &j->call[j->tries - 1] : NULL;
	char id[FLEET_UUID];

	put_usage(w, j);
	attr_bool(w, "cacheHit", j->cache_hit);
	attr_num(w, "latencyMs", last ? j->end_ms - j->call[0].begin_ms : j->end_ms);
	if (v->state == JOB_FAILED && last) {
		attr_map(w, "error");
		attr_cstr(w, "code", fleet_errors[last->outcome].code);
		attr_cstr(w, "message", fleet_errors[last->outcome].message);
		attr_map_end(w);
	}
	if (v->state == JOB_SUCCEEDED)
		put_result(f, w, j);
	if (last) {
		fleet_request_id(j, j->tries - 1u, id);
		attr_cstr(w, "requestId", id);
	}
	if (v->state == JOB_SUCCEEDED && last)
		attr_cstr(w, "stopReason", last->tok[1] == fleet_agents[j->agent].max_tok ? "max_tokens" : "end_turn");
}

void fleet_job_item(const Fleet *f, const FleetJob *j, const FleetView *v, Buf *out)
{
	const FleetAgent *a = &fleet_agents[j->agent];
	JsonW w = jw_to(out);
	char text[64];

	jw_object(&w);
	fleet_job_id(j, text);
	attr_cstr(&w, "jobId", text);
	fleet_trace_id(f, j, text);
	attr_cstr(&w, "traceId", text);
	attr_cstr(&w, "tenantId", fleet_tenants[j->tenant].id);
	attr_cstr(&w, "persona", fleet_personas[j->persona]);
	attr_cstr(&w, "agentId", a->id);
	attr_str(&w, "agentVersion", fleet_version(f, j->agent, j->version));
	attr_cstr(&w, "model", fleet_model_id(j->agent));
	attr_cstr(&w, "status", job_state_name(v->state));
	attr_num(&w, "retryCount", v->retries);
	attr_time(&w, "startedAt", j->created_ms);
	attr_time(&w, "updatedAt", v->updated_ms);
	snprintf(text, sizeof text, "%s/route", a->id);
	attr_cstr(&w, "pointer", text);
	snprintf(text, sizeof text, "%s-prompt", a->id);
	attr_cstr(&w, "templateId", text);
	attr_str(&w, "templateVersion", fleet_version(f, j->agent, j->version));
	attr_cstr(&w, "serviceTier", "default");
	attr_cstr(&w, "region", "us-east-1");
	if (v->state != JOB_QUEUED && v->state != JOB_RUNNING)
		put_end(f, &w, j, v);
	jw_object_end(&w);
}

static void put_version(const Fleet *f, JsonW *w, unsigned agent, int v)
{
	const FleetAgent *a = &fleet_agents[agent];
	char text[96];

	jw_object(w);
	attr_cstr(w, "agentId", a->id);
	attr_cstr(w, "version", a->version[v]);
	snprintf(text, sizeof text, "s3://prompts/%s/v%s.txt", a->id, a->version[v]);
	attr_cstr(w, "promptTemplate", text);
	attr_cstr(w, "bedrockModel", fleet_models[a->model].id);
	attr_map(w, "config");
	attr_milli(w, "temperature", 700);
	attr_num(w, "maxTokens", a->max_tok);
	attr_map_end(w);
	attr_cstr(w, "status", a->status[v]);
	attr_map(w, "performance");
	attr_milli(w, "approvalRate", a->approved - 20 * (FLEET_VERSIONS - 1 - v));
	attr_milli(w, "avgScore", (a->approved - 30) * 10 - 100 * (FLEET_VERSIONS - 1 - v));
	attr_map_end(w);
	attr_time(w, "createdAt", fleet_version_made_ms(f, agent, (unsigned)v));
	attr_cstr(w, "createdBy", "arn:aws:iam::000000000000:role/release-pipeline");
	jw_object_end(w);
}

void fleet_route_item(const Fleet *f, unsigned agent, int64_t t_ms, int64_t rev, Str by, Str reason, Buf *out)
{
	FleetRoute route = fleet_route_at(f, agent, t_ms);
	JsonW w = jw_to(out);

	jw_object(&w);
	attr_cstr(&w, "agentId", fleet_agents[agent].id);
	attr_cstr(&w, "version", "#route");
	attr(&w, "routes", "L");
	jw_array(&w);
	for (unsigned v = 0; v < FLEET_VERSIONS_MAX; v++) {
		if (!route.weight[v])
			continue;
		jw_object(&w);
		jw_key(&w, "M");
		jw_object(&w);
		attr_str(&w, "version", fleet_version(f, agent, v));
		attr_num(&w, "weight", route.weight[v]);
		attr_map_end(&w);
	}
	jw_array_end(&w);
	jw_object_end(&w);
	attr_num(&w, "rev", rev);
	attr_bool(&w, "paused", route.paused);
	attr_time(&w, "updatedAt", route.from_ms);
	attr_str(&w, "updatedBy", by);
	attr_str(&w, "reason", reason);
	jw_object_end(&w);
}

void fleet_registry_each(const Fleet *f, bool (*fn)(void *arg, Str agent, Str version, Str item_json), void *arg)
{
	Buf item = {0};
	bool go = true;

	for (unsigned a = 0; a < FLEET_AGENTS && go; a++) {
		for (int v = 0; v < FLEET_VERSIONS && go; v++) {
			JsonW w = jw_to(&item);
			buf_reset(&item);
			put_version(f, &w, a, v);
			go = fn(arg, str_of(fleet_agents[a].id), str_of(fleet_agents[a].version[v]), buf_str(&item));
		}
		buf_reset(&item);
		fleet_route_item(f, a, f->spec.start_ms, 2, STR("arn:aws:iam::000000000000:role/release-pipeline"),
		                 STR("release"), &item);
		go = go && fn(arg, str_of(fleet_agents[a].id), STR("#route"), buf_str(&item));
	}
	buf_done(&item);
}
