/* `seismo get KIND`: ask, then answer from the store. The JSON forms are fixed (docs: "JSON"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/emit.h"
#include "cli/get.h"
#include "conf/yaml.h"
#include "wire/time8601.h"

enum { JSON_MAX = 1 << 30 };

void get_str(JsonW *w, const char *key, Str s)
{
	jw_kstr(w, key, s.n ? s : (Str){ NULL, 0 });
}

void get_time(JsonW *w, const char *key, int64_t ms)
{
	char t[TIME_TEXT];

	if (!ms) {
		jw_knull(w, key);
		return;
	}
	time_format_iso(ms, t);
	jw_kstr(w, key, str_of(t));
}

void get_tokens(JsonW *w, const Tokens *t)
{
	jw_key(w, "tokens");
	jw_object(w);
	jw_ki64(w, "input", t->input);
	jw_ki64(w, "output", t->output);
	jw_ki64(w, "cacheRead", t->cache_read);
	jw_ki64(w, "cacheWrite5m", t->cache_write_5m);
	jw_ki64(w, "cacheWrite1h", t->cache_write_1h);
	jw_object_end(w);
}

static void opt(JsonW *w, const char *key, bool known, int64_t v)
{
	if (known)
		jw_ki64(w, key, v);
	else
		jw_knull(w, key);
}

static void one_job(JsonW *w, const Ask *a, const JobRow *r)
{
	const Job *j = &r->job;

	jw_object(w);
	get_str(w, "account", str_of(a->session.account));
	get_str(w, "region", session_region(&a->session));
	get_str(w, "jobId", j->id);
	get_str(w, "traceId", j->trace_id);
	get_str(w, "tenantId", j->tenant);
	get_str(w, "persona", j->persona);
	get_str(w, "agentId", j->agent);
	get_str(w, "agentVersion", j->version);
	get_str(w, "model", j->model);
	get_str(w, "status", j->status);
	opt(w, "costNanoUsd", r->source != COST_NONE, r->nusd);
	get_str(w, "costSource",
			r->source == COST_COMPUTED   ? STR("computed")
			: r->source == COST_REPORTED ? STR("reported")
										 : STR(""));
	opt(w, "reportedNanoUsd", j->reported_nusd.known, j->reported_nusd.v);
	if (j->has_tokens)
		get_tokens(w, &j->tokens);
	else
		jw_knull(w, "tokens");
	if (j->cache_hit == TRI_UNKNOWN)
		jw_knull(w, "cacheHit");
	else
		jw_kbool(w, "cacheHit", j->cache_hit == TRI_YES);
	opt(w, "latencyMs", j->latency_ms.known, j->latency_ms.v);
	jw_ki64(w, "retryCount", j->retries);
	if (j->error_code.n || j->error_message.n) {
		jw_key(w, "error");
		jw_object(w);
		get_str(w, "code", j->error_code);
		get_str(w, "message", j->error_message);
		jw_object_end(w);
	} else {
		jw_knull(w, "error");
	}
	get_time(w, "startedAt", j->started_ms);
	get_time(w, "updatedAt", j->updated_ms);
	jw_object_end(w);
}

static int jobs(const Options *o, Ask *a, JsonW *w, Err *e)
{
	JobFilter f = { .updated_from_ms = a->since_ms };
	Arena arena = { 0 };
	JobRow *row;
	size_t n;
	int rc = store_jobs(a->store, &f, &arena, &row, &n, e);

	(void)o;
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		one_job(w, a, &row[i]);
	jw_array_end(w);
	arena_done(&arena);
	return rc;
}

static int by_of(const Options *o, Dim *by, Err *e)
{
	*by = DIM_TENANT;
	if (o->by && (dim_of(str_of(o->by), by) < 0 || *by == DIM_ALL))
		return err_kind(e, ERR_USAGE, "--by takes tenant, persona, agent, version or model, not %s", o->by);
	return 0;
}

static int cost(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	Dim by;
	CostGroup *g;
	size_t n;
	Sums all = { 0 };

	if (by_of(o, &by, e) < 0)
		return -1;
	if (store_cost(a->store, by, a->since_ms, 0, &arena, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		sums_add(&all, &g[i].s);
	jw_object(w);
	get_time(w, "since", a->since_ms);
	get_time(w, "until", a->now_ms);
	jw_kstr(w, "by", str_of(dim_name(by)));
	jw_ki64(w, "totalNanoUsd", all.nusd);
	jw_ki64(w, "unpricedJobs", all.unpriced);
	jw_kbool(w, "approximate", false);
	jw_kstr(w, "source", STR("store"));
	jw_key(w, "groups");
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		get_str(w, "key", g[i].key);
		jw_ki64(w, "nanoUsd", g[i].s.nusd);
		jw_ki64(w, "jobs", g[i].s.jobs);
		jw_ki64(w, "unpricedJobs", g[i].s.unpriced);
		get_tokens(w, &g[i].s.tok);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
	arena_done(&arena);
	return 0;
}

static int metrics(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	MetricSeries *m;
	size_t n;

	(void)o;
	if (store_metrics(a->store, a->since_ms, a->now_ms + 60000, &arena, &m, &n, e) < 0)
		return -1;
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		get_str(w, "namespace", m[i].ns);
		get_str(w, "name", m[i].name);
		jw_key(w, "dimensions");
		jw_raw(w, m[i].dimensions_json.n ? m[i].dimensions_json : STR("{}"));
		get_str(w, "unit", m[i].unit);
		jw_ki64(w, "periodS", m[i].period_s);
		jw_key(w, "points");
		jw_array(w);
		for (size_t k = 0; k < m[i].count; k++) {
			jw_object(w);
			get_time(w, "t", m[i].points[k].t_ms);
			if (m[i].points[k].has)
				jw_knum(w, "v", m[i].points[k].v);
			else
				jw_knull(w, "v");
			jw_object_end(w);
		}
		jw_array_end(w);
		jw_kbool(w, "partial", m[i].partial);
		jw_object_end(w);
	}
	jw_array_end(w);
	arena_done(&arena);
	return 0;
}

static const EmitColumn job_columns[] = {
	{ "account", NULL, CELL_TEXT, false },
	{ "region", NULL, CELL_TEXT, false },
	{ "jobId", "JOB", CELL_TEXT, false },
	{ "traceId", NULL, CELL_TEXT, false },
	{ "status", "STATUS", CELL_TEXT, false },
	{ "agentId", "AGENT", CELL_TEXT, false },
	{ "agentVersion", "VERSION", CELL_TEXT, false },
	{ "tenantId", "TENANT", CELL_TEXT, false },
	{ "persona", "PERSONA", CELL_TEXT, false },
	{ "model", "MODEL", CELL_TEXT, false },
	{ "costNanoUsd", "USD", CELL_MONEY, true },
	{ "costSource", NULL, CELL_TEXT, false },
	{ "reportedNanoUsd", NULL, CELL_TEXT, true },
	{ "tokens.input", NULL, CELL_TEXT, true },
	{ "tokens.output", NULL, CELL_TEXT, true },
	{ "tokens.cacheRead", NULL, CELL_TEXT, true },
	{ "tokens.cacheWrite5m", NULL, CELL_TEXT, true },
	{ "tokens.cacheWrite1h", NULL, CELL_TEXT, true },
	{ "cacheHit", NULL, CELL_TEXT, false },
	{ "latencyMs", "MS", CELL_COUNT, true },
	{ "retryCount", "RETRIES", CELL_COUNT, true },
	{ "error.code", "ERROR", CELL_TEXT, false },
	{ "error.message", NULL, CELL_TEXT, false },
	{ "startedAt", NULL, CELL_TEXT, false },
	{ "updatedAt", "UPDATED", CELL_CLOCK, false },
};
static const EmitColumn cost_columns[] = {
	{ "key", "KEY", CELL_TEXT, false },
	{ "nanoUsd", "USD", CELL_MONEY, true },
	{ "jobs", "JOBS", CELL_COUNT, true },
	{ "unpricedJobs", "UNPRICED", CELL_COUNT, true },
	{ "tokens.input", "INPUT", CELL_COUNT, true },
	{ "tokens.output", "OUTPUT", CELL_COUNT, true },
	{ "tokens.cacheRead", "CACHE READ", CELL_COUNT, true },
	{ "tokens.cacheWrite5m", "WRITE 5M", CELL_COUNT, true },
	{ "tokens.cacheWrite1h", "WRITE 1H", CELL_COUNT, true },
};
static const EmitColumn agent_columns[] = {
	{ "account", NULL, CELL_TEXT, false },
	{ "region", NULL, CELL_TEXT, false },
	{ "backend", "BACKEND", CELL_TEXT, false },
	{ "agentId", "AGENT", CELL_TEXT, false },
	{ "name", NULL, CELL_TEXT, false },
	{ "pointers", "POINTERS", CELL_POINTERS, false },
	{ "jobs", "JOBS", CELL_COUNT, true },
	{ "errorRate", "ERRORS", CELL_RATE, true },
	{ "p95Ms", "P95 MS", CELL_COUNT, true },
	{ "p95Approximate", NULL, CELL_TEXT, false },
	{ "nanoUsdPerJob", "USD/JOB", CELL_MONEY, true },
};
static const EmitColumn metric_columns[] = {
	{ "namespace", "NAMESPACE", CELL_TEXT, false },
	{ "name", "NAME", CELL_TEXT, false },
	{ "dimensions", "DIMENSIONS", CELL_TEXT, false },
	{ "unit", NULL, CELL_TEXT, false },
	{ "periodS", "PERIOD", CELL_COUNT, true },
	{ "points", NULL, CELL_TEXT, false },
	{ "partial", NULL, CELL_TEXT, false },
};

#define DAYS(n) ((int64_t)(n) * 86400000)
#define COLUMNS(c) c, sizeof c / sizeof *c

typedef struct Kind {
	const char *name;
	unsigned feeds;
	int64_t since_ms;              /* without --since */
	int (*write)(const Options *o, Ask *a, JsonW *w, Err *e);
	const char *rows;
	const EmitColumn *columns;
	size_t column_count;
} Kind;

static const Kind kinds[] = {
	{ "jobs", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), DAYS(35), jobs, "", COLUMNS(job_columns) },
	{ "cost", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), DAYS(35), cost, "groups", COLUMNS(cost_columns) },
	{ "agents", FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_JOBS), 15 * 60000, get_agents, "", COLUMNS(agent_columns) },
	{ "metrics", FEED_BIT(FEED_METRICS), 3 * 3600000, metrics, "", COLUMNS(metric_columns) },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const Kind *kind_of(const Options *o, Err *e)
{
	const char *known[KINDS + 1] = { NULL }, *near;

	for (size_t i = 0; i < KINDS; i++) {
		known[i] = kinds[i].name;
		if (o->args == 1 && strcmp(o->arg[0], kinds[i].name) == 0)
			return &kinds[i];
	}
	near = o->args ? nearest_word(str_of(o->arg[0]), known) : NULL;
	err_kind(e, ERR_USAGE,
			 near ? "get takes jobs, cost, agents or metrics; did you mean %s?"
				  : "get takes jobs, cost, agents or metrics%s",
			 near ? near : "");
	return NULL;
}

int cmd_get(const Options *o)
{
	Ask a;
	Err e = { 0 };
	Buf json;
	JsonW w;
	const Kind *k = kind_of(o, &e);
	Dim by;
	int code;

	if (!k || by_of(o, &by, &e) < 0)         /* before AWS is asked */
		return cli_fail(&e);
	buf_init(&json, JSON_MAX);
	w = jw_to(&json);
	if (ask_open(&a, o, k->since_ms, k->feeds, &e) < 0 || k->write(o, &a, &w, &e) < 0)
		code = cli_fail(&e);
	else
		code = emit(o, &json, k->rows, k->columns, k->column_count);
	ask_close(&a, o);
	buf_done(&json);
	return code;
}
