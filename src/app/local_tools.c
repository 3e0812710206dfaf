#include "app/local_tools.h"

#include "app/agent_perf.h"
#include "app/registry.h"
#include "base/num.h"
#include "model/mask.h"
#include "model/money.h"
#include "store/flags.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

#define HOUR_MS INT64_C(3600000)

enum { TEXT_MAX = 200 /* bytes of a text from outside */, ROOM_FOR_ONE = 8 << 10 /* bytes of the longest row */, POINTERS_MAX = 8,
	MOVES_BACK_DAYS = 35 };

/* --- writing --- */

/* Masked by itself: within a number nothing is replaced, and the answer stays JSON. Without controls, of which JSON makes six bytes each. */
static void put_text(JsonW *w, const char *key, Str s)
{
	char masked[TEXT_MAX + 1];

	(void)mask_into(str_sub(s, 0, TEXT_MAX), masked, sizeof masked);
	for (char *p = masked; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	jw_kstr(w, key, s.n ? str_of(masked) : (Str){ NULL, 0 });
}

static void put_usd(JsonW *w, const char *key, bool known, int64_t nusd)
{
	char text[MONEY_TEXT];

	money_exact(nusd, text);
	jw_kstr(w, key, known ? str_of(text) : (Str){ NULL, 0 });
}

static void put_time(JsonW *w, const char *key, int64_t ms)
{
	char text[TIME_TEXT];

	time_format_iso(ms, text);
	jw_kstr(w, key, ms ? str_of(text) : (Str){ NULL, 0 });
}

static void put_rate(JsonW *w, const char *key, int64_t part, int64_t whole)
{
	if (whole > 0)
		jw_knum(w, key, (double)part / (double)whole);
	else
		jw_knull(w, key);
}

/* Whether one more row has room; else the answer says that there are more. */
static bool has_room(const Buf *out, size_t begun)
{
	return out->n - begun + ROOM_FOR_ONE <= LOCAL_RESULT_MAX;
}

static void end_rows(JsonW *w, size_t shown, size_t all)
{
	jw_array_end(w);
	jw_kbool(w, "more", shown < all);
	jw_object_end(w);
}

/* --- input --- */

static int64_t number_of(JsonVal input, const char *key, int64_t fallback)
{
	int64_t n = fallback;

	(void)jv_opt_i64(input, key, &n, NULL);      /* the schema has its bounds */
	return n;
}

static Str text_of(JsonVal input, const char *key)
{
	Str s = { NULL, 0 };

	(void)jv_opt_str(input, key, &s, NULL);
	return s;
}

#define HOURS(most) "\"hours\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":" #most ",\"description\":\"how far back\"}"
#define LIMIT(most) "\"limit\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":" #most "}"
#define OBJECT(properties) "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{" properties "}}"

/* --- list_jobs --- */

static void put_job(JsonW *w, const JobRow *r)
{
	const Job *j = &r->job;

	jw_object(w);
	put_text(w, "jobId", j->id);
	put_text(w, "traceId", j->trace_id);
	put_text(w, "agent", j->agent);
	put_text(w, "version", j->version);
	put_text(w, "model", j->model);
	put_text(w, "status", j->status);
	put_usd(w, "usd", r->source != COST_NONE, r->nusd);
	if (j->latency_ms.known)
		jw_ki64(w, "latencyMs", j->latency_ms.v);
	jw_ki64(w, "retries", j->retries);
	put_text(w, "errorCode", j->error_code);
	put_text(w, "errorMessage", j->error_message);
	put_time(w, "updatedAt", j->updated_ms);
	jw_object_end(w);
}

static int list_jobs(Store *s, JsonVal input, int64_t now_ms, Buf *out, Err *e)
{
	const Str status = text_of(input, "status");
	const int64_t limit = number_of(input, "limit", 10);
	JobFilter f = { .updated_from_ms = now_ms - number_of(input, "hours", 1) * HOUR_MS };
	const size_t begun = out->n;
	JsonW w = jw_to(out);
	Arena a = { 0 };
	JobRow *v;
	size_t n = 0, shown = 0;
	int rc;

	if (status.n)
		f.states = 1u << job_state_of(status);
	f.key[DIM_AGENT] = text_of(input, "agent");
	f.limit = (size_t)limit + 1;                 /* one more: whether there are more */
	rc = store_jobs(s, &f, &a, &v, &n, e);
	jw_object(&w);
	put_time(&w, "since", f.updated_from_ms);
	jw_key(&w, "jobs");
	jw_array(&w);
	for (; rc == 0 && shown < n && (int64_t)shown < limit && has_room(out, begun); shown++)
		put_job(&w, &v[shown]);
	end_rows(&w, shown, n);
	arena_done(&a);
	return rc;
}

/* --- get_agents --- */

static void put_pointers(JsonW *w, const Registry *r, const RegAgent *g, Arena *a)
{
	jw_key(w, "pointers");
	jw_array(w);
	for (size_t i = 0; i < g->pointers && i < POINTERS_MAX; i++) {
		const RegPointer *p = &r->pointer[g->pointer + i];

		jw_object(w);
		put_text(w, "name", p->name);
		put_text(w, "live", route_text(p->live, a));
		put_text(w, "status", p->status);
		jw_kbool(w, "paused", p->paused);
		put_text(w, "updatedAt", p->updated_at);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void put_agent(JsonW *w, const Registry *r, const RegAgent *g, const PerfWindow *win, Arena *a)
{
	const Perf p = perf_of_agent(win, g->name);

	jw_object(w);
	put_text(w, "agent", g->name);
	jw_kstr(w, "backend", str_of(registry_backend(g->source)));
	put_pointers(w, r, g, a);
	jw_ki64(w, "jobs", p.s.jobs);
	put_rate(w, "errorRate", p.s.failed, p.s.failed + p.s.succeeded);
	if (p.p95_ms >= 0)
		jw_ki64(w, "p95Ms", p.p95_ms);
	put_usd(w, "usdPerJob", p.s.booked > 0, p.s.booked > 0 ? p.s.nusd / p.s.booked : 0);
	jw_object_end(w);
}

static int get_agents(Store *s, JsonVal input, int64_t now_ms, Buf *out, Err *e)
{
	const int64_t from_ms = now_ms - number_of(input, "hours", 1) * HOUR_MS;
	const Str only = text_of(input, "agent");
	const size_t begun = out->n;
	JsonW w = jw_to(out);
	PerfWindow win = { .agents = 0 };
	Registry r = { .agents = 0 };
	Arena a = { 0 };
	size_t shown = 0, wanted = 0;
	int rc = registry_read(s, now_ms - MOVES_BACK_DAYS * 24 * HOUR_MS, &a, &r, e);

	if (rc == 0)
		rc = perf_read(s, from_ms, 0, &a, &win, e);
	jw_object(&w);
	put_time(&w, "since", from_ms);
	jw_key(&w, "agents");
	jw_array(&w);
	for (size_t i = 0; rc == 0 && i < r.agents; i++) {
		if (only.n && !str_eq(only, r.agent[i].name) && !str_eq(only, r.agent[i].id))
			continue;
		wanted++;
		if (!has_room(out, begun))
			continue;
		put_agent(&w, &r, &r.agent[i], &win, &a);
		shown++;
	}
	end_rows(&w, shown, wanted);
	arena_done(&a);
	return rc;
}

/* --- explain_cost --- */

static const Sums *of_key(const CostGroup *v, size_t n, Str key)
{
	static const Sums none;

	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].key, key))
			return &v[i].s;
	return &none;
}

static void put_group(JsonW *w, const CostGroup *g, const Sums *before)
{
	jw_object(w);
	put_text(w, "key", g->key);
	put_usd(w, "usd", true, g->s.nusd);
	put_usd(w, "usdBefore", true, before->nusd);
	jw_ki64(w, "jobs", g->s.jobs);
	jw_ki64(w, "jobsBefore", before->jobs);
	jw_ki64(w, "unpricedJobs", g->s.unpriced);
	jw_ki64(w, "inputTokens", g->s.tok.input);
	jw_ki64(w, "outputTokens", g->s.tok.output);
	jw_ki64(w, "cacheReadTokens", g->s.tok.cache_read);
	jw_object_end(w);
}

static void sum_up(const CostGroup *v, size_t n, Sums *out)
{
	for (size_t i = 0; i < n; i++)
		sums_add(out, &v[i].s);
}

/* The window beside the one of the same length before it. */
static int explain_cost(Store *s, JsonVal input, int64_t now_ms, Buf *out, Err *e)
{
	const int64_t span_ms = number_of(input, "hours", 24) * HOUR_MS, from_ms = now_ms - span_ms;
	const size_t begun = out->n;
	JsonW w = jw_to(out);
	CostGroup *v = NULL, *was = NULL;
	size_t n = 0, was_n = 0, shown = 0;
	Sums now = { 0 }, before = { 0 };
	Arena a = { 0 };
	Dim by = DIM_AGENT;
	int rc;

	if (text_of(input, "by").n)
		(void)dim_of(text_of(input, "by"), &by);
	rc = store_cost(s, by, from_ms, 0, &a, &v, &n, e) < 0 || store_cost(s, by, from_ms - span_ms, from_ms, &a, &was, &was_n, e) < 0 ? -1 : 0;
	sum_up(v, n, &now);
	sum_up(was, was_n, &before);
	jw_object(&w);
	put_time(&w, "since", from_ms);
	put_time(&w, "comparedWithSince", from_ms - span_ms);
	jw_kstr(&w, "by", str_of(dim_name(by)));
	put_usd(&w, "usd", true, now.nusd);
	put_usd(&w, "usdBefore", true, before.nusd);
	jw_ki64(&w, "jobs", now.jobs);
	jw_ki64(&w, "jobsBefore", before.jobs);
	jw_key(&w, "groups");
	jw_array(&w);
	for (; rc == 0 && shown < n && shown < 15 && has_room(out, begun); shown++)
		put_group(&w, &v[shown], of_key(was, was_n, v[shown].key));
	end_rows(&w, shown, n);
	arena_done(&a);
	return rc;
}

/* --- query_flags --- */

static int query_flags(Store *s, JsonVal input, int64_t now_ms, Buf *out, Err *e)
{
	const int64_t from_ms = now_ms - number_of(input, "hours", 24) * HOUR_MS, limit = number_of(input, "limit", 20);
	const Str kind = text_of(input, "kind");
	const size_t begun = out->n;
	JsonW w = jw_to(out);
	Arena a = { 0 };
	FlagRow *v;
	size_t n = 0, shown = 0, wanted = 0;
	int rc = store_flags(s, from_ms, 0, &a, &v, &n, e);

	jw_object(&w);
	put_time(&w, "since", from_ms);
	jw_key(&w, "flags");
	jw_array(&w);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (kind.n && !str_eq(kind, v[i].kind))
			continue;
		wanted++;
		if ((int64_t)shown == limit || !has_room(out, begun))
			continue;
		/* Without the sample: what was an attempt at giving orders is none of a model's business. */
		jw_object(&w);
		put_time(&w, "time", v[i].time_ms);
		put_text(&w, "kind", v[i].kind);
		put_text(&w, "severity", v[i].severity);
		put_text(&w, "rule", v[i].rule);
		put_text(&w, "view", v[i].view);
		jw_knum(&w, "score", v[i].score);
		jw_object_end(&w);
		shown++;
	}
	end_rows(&w, shown, wanted);
	arena_done(&a);
	return rc;
}

#define NAMES(name) name, "local_" name

static const LocalTool tools[] = {
	{ NAMES("list_jobs"), "Jobs of the fleet, the newest first: state, agent, version, model, cost in USD, latency, error.",
	  OBJECT("\"status\":{\"type\":\"string\",\"enum\":[\"queued\",\"running\",\"succeeded\",\"failed\",\"cancelled\"]},"
	         "\"agent\":{\"type\":\"string\",\"maxLength\":128}," HOURS(168) "," LIMIT(20)), list_jobs },
	{ NAMES("get_agents"), "Agents of the registry: where their pointers are, and how they did: jobs, error rate, p95 latency, USD per job.",
	  OBJECT("\"agent\":{\"type\":\"string\",\"maxLength\":128}," HOURS(168)), get_agents },
	{ NAMES("explain_cost"), "What the fleet's calls did cost in USD, grouped, beside the window of the same length before: who explains it.",
	  OBJECT("\"by\":{\"type\":\"string\",\"enum\":[\"agent\",\"version\",\"model\",\"persona\",\"tenant\"]}," HOURS(168)), explain_cost },
	{ NAMES("query_flags"), "Security events: what guards have said of questions, answers and results of tools; without the texts.",
	  OBJECT("\"kind\":{\"type\":\"string\",\"maxLength\":40}," HOURS(840) "," LIMIT(50)), query_flags },
};
enum { TOOLS = sizeof tools / sizeof *tools };

const LocalTool *local_tools(size_t *n)
{
	*n = TOOLS;
	return tools;
}

const LocalTool *local_tool(Str name)
{
	for (size_t i = 0; i < TOOLS; i++)
		if (str_is(name, tools[i].name) || str_is(name, tools[i].for_models))
			return &tools[i];
	return NULL;
}
