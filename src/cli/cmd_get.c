/* `seismo get KIND`: ask, then answer from the store. The JSON forms are fixed (docs: "JSON"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/get_run.h"
#include "base/xalloc.h"
#include "conf/yaml.h"
#include "store/pushed.h"
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

static void known_i64(JsonW *w, const char *key, int64_t v)
{
	if (v >= 0)
		jw_ki64(w, key, v);
	else
		jw_knull(w, key);
}

void get_perf(JsonW *w, int64_t jobs, int64_t failed, int64_t ended, int64_t p95_ms, int64_t nusd_per_job)
{
	jw_ki64(w, "jobs", jobs);
	if (ended > 0)
		jw_knum(w, "errorRate", (double)failed / (double)ended);
	else
		jw_knull(w, "errorRate");
	known_i64(w, "p95Ms", p95_ms);
	jw_kbool(w, "p95Approximate", true);
	known_i64(w, "nanoUsdPerJob", nusd_per_job);
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

void get_place(JsonW *w, const AskPart *p)
{
	get_str(w, "account", str_of(p->watch->session.account));
	get_str(w, "region", session_region(&p->watch->session));
}

static void one_job(JsonW *w, const AskPart *p, const JobRow *r)
{
	const Job *j = &r->job;

	jw_object(w);
	get_place(w, p);
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

typedef struct FoundJob { const JobRow *row; const AskPart *part; } FoundJob;

static int newest_first(const void *x, const void *y)
{
	const FoundJob *a = x, *b = y;

	if (a->row->job.updated_ms != b->row->job.updated_ms)
		return a->row->job.updated_ms < b->row->job.updated_ms ? 1 : -1;
	return str_cmp(a->row->job.id, b->row->job.id);
}

static int jobs(const Options *o, Ask *a, JsonW *w, Err *e)
{
	JobFilter f = { .updated_from_ms = a->since_ms, .updated_until_ms = a->until_ms };
	FoundJob *found = NULL;
	Arena arena = { 0 };
	size_t n = 0, cap = 0, rows;
	JobRow *row;
	int rc = 0;

	(void)o;
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store || (rc = store_jobs(a->part[i].store, &f, &arena, &row, &rows, e)) < 0)
			continue;
		VEC_GROW(found, cap, n + rows + 1);
		for (size_t k = 0; k < rows; k++)
			found[n++] = (FoundJob){ &row[k], &a->part[i] };
	}
	if (a->n > 1 && n)               /* one store has sorted them already */
		qsort(found, n, sizeof *found, newest_first);
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		one_job(w, found[i].part, found[i].row);
	jw_array_end(w);
	free(found);
	arena_done(&arena);
	return rc;
}

static int by_of(const Options *o, Dim *by, Err *e)
{
	*by = DIM_TENANT;
	if (o->by && (dim_of(str_of(o->by), by) < 0 || *by == DIM_ALL))
		return err_kind(e, ERR_USAGE, "--by takes tenant, persona, agent, version, model, or several of them: tenant+model, version+model, "
		                "persona+model, tenant+persona+model; not %s", o->by);
	return 0;
}

typedef struct FoundGroup { const CostGroup *g; const AskPart *part; } FoundGroup;

static int dearest_first(const void *x, const void *y)
{
	const FoundGroup *a = x, *b = y;

	if (a->g->s.nusd != b->g->s.nusd)
		return a->g->s.nusd < b->g->s.nusd ? 1 : -1;
	return str_cmp(a->g->key, b->g->key);
}

static int read_cost(const Ask *a, Dim by, Arena *arena, FoundGroup **found, size_t *n, Err *e)
{
	size_t cap = 0, rows;
	CostGroup *g;

	for (size_t i = 0; i < a->n; i++) {
		if (!a->part[i].store)
			continue;
		if (store_cost(a->part[i].store, by, a->since_ms, a->until_ms, arena, &g, &rows, e) < 0)
			return -1;
		VEC_GROW(*found, cap, *n + rows + 1);
		for (size_t k = 0; k < rows; k++)
			(*found)[(*n)++] = (FoundGroup){ &g[k], &a->part[i] };
	}
	if (a->n > 1 && *n)
		qsort(*found, *n, sizeof **found, dearest_first);
	return 0;
}

/* Hours that Logs Insights has added up are whole ones: the answer begins with the hour then, and says so. */
static int read_pushed(Ask *a, PushedSpan *out, Err *e)
{
	const int64_t hour_ms = 3600000;
	PushedSpan one;

	*out = (PushedSpan){ 0 };
	for (size_t i = 0; i < a->n; i++) {
		if (!a->part[i].store)
			continue;
		if (store_pushed(a->part[i].store, a->since_ms, a->until_ms, &one, e) < 0)
			return -1;
		out->hours += one.hours;
		out->approximate |= one.approximate;
		out->partial |= one.partial;
	}
	if (out->hours)
		a->since_ms -= a->since_ms % hour_ms;
	return 0;
}

/* With several contexts a group is one key of one of them, and says of which. */
static void write_cost(const Ask *a, Dim by, const PushedSpan *pushed, const FoundGroup *found, size_t n, JsonW *w)
{
	Sums all = { 0 };

	for (size_t i = 0; i < n; i++)
		sums_add(&all, &found[i].g->s);
	jw_object(w);
	get_time(w, "since", a->since_ms);
	get_time(w, "until", a->now_ms);
	jw_kstr(w, "by", str_of(dim_name(by)));
	jw_ki64(w, "totalNanoUsd", all.nusd);
	jw_ki64(w, "unpricedJobs", all.unpriced);
	jw_kbool(w, "approximate", pushed->approximate || pushed->partial);
	jw_kstr(w, "source", pushed->hours ? STR("pushdown") : STR("store"));
	jw_key(w, "groups");
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		const Sums *s = &found[i].g->s;

		jw_object(w);
		if (a->n > 1)
			get_place(w, found[i].part);
		get_str(w, "key", found[i].g->key);
		jw_ki64(w, "nanoUsd", s->nusd);
		jw_ki64(w, "jobs", s->jobs);
		jw_ki64(w, "unpricedJobs", s->unpriced);
		get_tokens(w, &s->tok);
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static int cost(const Options *o, Ask *a, JsonW *w, Err *e)
{
	FoundGroup *found = NULL;
	Arena arena = { 0 };
	size_t n = 0;
	Dim by;
	PushedSpan pushed;
	int rc = by_of(o, &by, e) < 0 || read_pushed(a, &pushed, e) < 0 || read_cost(a, by, &arena, &found, &n, e) < 0 ? -1 : 0;

	if (rc == 0)
		write_cost(a, by, &pushed, found, n, w);
	if (rc == 0 && pushed.hours && o->out == OUT_TABLE)
		(void)fprintf(stderr, "seismo: %lld hours by Logs Insights%s%s\n", (long long)pushed.hours,
		              pushed.approximate ? "; amounts are approximate (~): of sums of calls, not of each" : "",
		              pushed.partial ? "; a part of the lines is missing" : "");
	free(found);
	arena_done(&arena);
	return rc;
}

static void one_series(const Ask *a, const AskPart *p, const MetricSeries *m, JsonW *w)
{
	jw_object(w);
	if (a->n > 1)
		get_place(w, p);
	get_str(w, "namespace", m->ns);
	get_str(w, "name", m->name);
	jw_key(w, "dimensions");
	jw_raw(w, m->dimensions_json.n ? m->dimensions_json : STR("{}"));
	get_str(w, "unit", m->unit);
	jw_ki64(w, "periodS", m->period_s);
	jw_key(w, "points");
	jw_array(w);
	for (size_t k = 0; k < m->count; k++) {
		jw_object(w);
		get_time(w, "t", m->points[k].t_ms);
		if (m->points[k].has)
			jw_knum(w, "v", m->points[k].v);
		else
			jw_knull(w, "v");
		jw_object_end(w);
	}
	jw_array_end(w);
	jw_kbool(w, "partial", m->partial);
	jw_object_end(w);
}

static int metrics(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	MetricSeries *m;
	size_t n;
	int rc = 0;

	(void)o;
	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		const AskPart *p = &a->part[i];

		if (!p->store || (rc = store_metrics(p->store, a->since_ms, a->until_ms ? a->until_ms : a->now_ms + 60000, &arena, &m, &n, e)) < 0)
			continue;
		for (size_t k = 0; k < n; k++)
			one_series(a, p, &m[k], w);
	}
	jw_array_end(w);
	arena_done(&arena);
	return rc;
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
static const EmitColumn cache_columns[] = {
	{ "agentId", "AGENT", CELL_TEXT, false },
	{ "model", "MODEL", CELL_TEXT, false },
	{ "answerHitRate", "ANSWERS", CELL_RATE, true },
	{ "promptReadRate", "READ", CELL_RATE, true },
	{ "savedNanoUsd", "NET SAVED", CELL_MONEY, true },
	{ "missNanoUsd", "MISS BURN", CELL_MONEY, true },
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
static const EmitColumn version_columns[] = {
	{ "agentId", "AGENT", CELL_TEXT, false },
	{ "version", "VERSION", CELL_TEXT, false },
	{ "backend", "BACKEND", CELL_TEXT, false },
	{ "status", "STATUS", CELL_TEXT, false },
	{ "model", "MODEL", CELL_TEXT, false },
	{ "createdAt", "CREATED", CELL_DAY, false },
	{ "createdBy", "BY", CELL_ACTOR, false },
	{ "performance.approvalRate", NULL, CELL_TEXT, true },
	{ "performance.avgScore", NULL, CELL_TEXT, true },
	{ "trafficShare", "TRAFFIC", CELL_RATE, true },
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

static const EmitColumn change_columns[] = {
	{ "time", "TIME", CELL_CLOCK, false },
	{ "kind", "KIND", CELL_TEXT, false },
	{ "object", "OBJECT", CELL_TEXT, false },
	{ "from", "FROM", CELL_TEXT, false },
	{ "to", "TO", CELL_TEXT, false },
	{ "by", "BY", CELL_ACTOR, false },
	{ "source", "SOURCE", CELL_TEXT, false },
};

static const EmitColumn alert_columns[] = {
	{ "state", "STATE", CELL_TEXT, false },
	{ "severity", "SEVERITY", CELL_TEXT, false },
	{ "id", "ALERT", CELL_TEXT, false },
	{ "key", "KEY", CELL_TEXT, false },
	{ "value", "VALUE", CELL_TEXT, true },
	{ "threshold", "LIMIT", CELL_TEXT, true },
	{ "baseline", "USUAL", CELL_TEXT, true },
	{ "count", "N", CELL_COUNT, true },
	{ "since", "SINCE", CELL_CLOCK, false },
	{ "agentId", "AGENT", CELL_TEXT, false },
	{ "agentVersion", "VERSION", CELL_TEXT, false },
	{ "acknowledgedBy", "BY", CELL_TEXT, false },
	{ "source", "SOURCE", CELL_TEXT, false },
};
static const EmitColumn budget_columns[] = {
	{ "id", "BUDGET", CELL_TEXT, false },
	{ "period", "PERIOD", CELL_TEXT, false },
	{ "scope.context", NULL, CELL_TEXT, false },
	{ "scope.tenant", "TENANT", CELL_TEXT, false },
	{ "scope.persona", "PERSONA", CELL_TEXT, false },
	{ "scope.agent", "AGENT", CELL_TEXT, false },
	{ "scope.model", "MODEL", CELL_TEXT, false },
	{ "limitNanoUsd", "LIMIT", CELL_MONEY, true },
	{ "spentNanoUsd", "SPENT", CELL_MONEY, true },
	{ "percent", "%", CELL_COUNT, true },
	{ "reached", "REACHED", CELL_TEXT, false },
	{ "forecastNanoUsd", "FORECAST", CELL_TEXT, false },
};

static const EmitColumn coverage_columns[] = {
	{ "account", NULL, CELL_TEXT, false },
	{ "region", NULL, CELL_TEXT, false },
	{ "area", "AREA", CELL_TEXT, false },
	{ "subject", "SUBJECT", CELL_TEXT, false },
	{ "state", "STATE", CELL_TEXT, false },
	{ "found", "FOUND", CELL_TEXT, false },
	{ "remedy", NULL, CELL_TEXT, false },
	{ "bookedTokens", NULL, CELL_TEXT, true },
	{ "countedTokens", NULL, CELL_TEXT, true },
	{ "share", "SHARE", CELL_RATE, true },
	{ "jobs", NULL, CELL_TEXT, true },
	{ "since", "SINCE", CELL_CLOCK, false },
};

static const EmitColumn quota_columns[] = {
	{ "account", NULL, CELL_TEXT, false },
	{ "region", NULL, CELL_TEXT, false },
	{ "model", "MODEL", CELL_TEXT, false },
	{ "kind", "KIND", CELL_TEXT, false },
	{ "throttled", "THROTTLED", CELL_COUNT, true },
	{ "requests.perMinute", "REQ/MIN", CELL_COUNT, true },
	{ "requests.peak", "PEAK", CELL_COUNT, true },
	{ "requests.limit", "LIMIT", CELL_COUNT, true },
	{ "requests.used", "USED", CELL_RATE, true },
	{ "requests.peakAt", NULL, CELL_TEXT, false },
	{ "requests.code", NULL, CELL_TEXT, false },
	{ "tokens.perMinute", "TOK/MIN", CELL_COUNT, true },
	{ "tokens.peak", "PEAK", CELL_COUNT, true },
	{ "tokens.reserved", NULL, CELL_COUNT, true },
	{ "tokens.limit", "LIMIT", CELL_COUNT, true },
	{ "tokens.used", "USED", CELL_RATE, true },
	{ "tokens.peakAt", NULL, CELL_TEXT, false },
	{ "tokens.estimated", NULL, CELL_TEXT, false },
	{ "tokens.code", NULL, CELL_TEXT, false },
};

#define DAYS(n) ((int64_t)(n) * 86400000)
#define COLUMNS(c) c, sizeof c / sizeof *c

static const EmitColumn flag_columns[] = {
	{ "account", NULL, CELL_TEXT, false }, { "region", NULL, CELL_TEXT, false }, { "time", "TIME", CELL_CLOCK, false },
	{ "severity", "SEVERITY", CELL_TEXT, false }, { "kind", "KIND", CELL_TEXT, false }, { "rule", "RULE", CELL_TEXT, false },
	{ "view", "READ AS", CELL_TEXT, false }, { "score", NULL, CELL_TEXT, false }, { "sample", "SAMPLE", CELL_TEXT, false },
};

static const EmitColumn template_columns[] = {
	{ "account", NULL, CELL_TEXT, false }, { "region", NULL, CELL_TEXT, false }, { "id", "TEMPLATE", CELL_TEXT, false },
	{ "version", "VERSION", CELL_TEXT, false }, { "labels", "LABELS", CELL_WORDS, false }, { "signature", "SIGNATURE", CELL_TEXT, false },
	{ "sha256", "SHA-256", CELL_TAIL8, false }, { "source", "SOURCE", CELL_TEXT, false }, { "updatedAt", "UPDATED", CELL_DAY, false },
	{ "movedAt", "LABEL MOVED", CELL_CLOCK, false }, { "movedBy", "BY", CELL_ACTOR, false },
	{ "place", NULL, CELL_TEXT, false }, { "why", NULL, CELL_TEXT, false },
};

static const GetKind kinds[] = {
	{ "jobs", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), DAYS(35), jobs, "", COLUMNS(job_columns), 0 },
	{ "cost", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), DAYS(35), cost, "groups", COLUMNS(cost_columns), 0 },
	{ "agents", GET_REGISTRY | FEED_BIT(FEED_JOBS), 15 * 60000, get_agents, "", COLUMNS(agent_columns), 0 },
	{ "versions", GET_REGISTRY | FEED_BIT(FEED_JOBS), 15 * 60000, get_versions, "", COLUMNS(version_columns), 0 },
	{ "cache", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), 3600000, get_cache, "groups", COLUMNS(cache_columns), DAYS(7) },
	{ "metrics", FEED_BIT(FEED_METRICS), 3 * 3600000, metrics, "", COLUMNS(metric_columns), 0 },
	{ "quotas", FEED_BIT(FEED_METRICS) | FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_QUOTAS), 3600000 + 300000, get_quotas, "", COLUMNS(quota_columns), 0 },
	{ "flags", FEED_BIT(FEED_IDENTITY), DAYS(7), get_flags, "", COLUMNS(flag_columns), 0 },
	{ "templates", FEED_BIT(FEED_IDENTITY), DAYS(1), get_templates, "", COLUMNS(template_columns), 0 },
	{ "changes", FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_CHANGES), DAYS(1), get_changes, "", COLUMNS(change_columns), 0 },
	{ "coverage", FEEDS_ALL | ASK_LENIENT, DAYS(1), get_coverage, "", COLUMNS(coverage_columns), 0 },
	{ "alerts", FEED_BIT(FEED_ALARMS), DAYS(1), get_alerts, "", COLUMNS(alert_columns), 0 },
	{ "budgets", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), DAYS(35), get_budgets, "", COLUMNS(budget_columns), 0 },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* "jobs, cost or metrics" */
static void list_kinds(char out[200])
{
	size_t used = 0;

	out[0] = 0;
	for (size_t i = 0; i < KINDS && used < 200; i++)
		used += (size_t)snprintf(out + used, 200 - used, "%s%s", !i ? "" : i + 1 < KINDS ? ", " : " or ", kinds[i].name);
}

static const GetKind *kind_of(const Options *o, Err *e)
{
	const char *known[KINDS + 1] = { NULL }, *near;
	char list[200];

	for (size_t i = 0; i < KINDS; i++) {
		known[i] = kinds[i].name;
		if (o->args == 1 && strcmp(o->arg[0], kinds[i].name) == 0)
			return &kinds[i];
	}
	near = o->args ? nearest_word(str_of(o->arg[0]), known) : NULL;
	list_kinds(list);
	(void)err_kind(e, ERR_USAGE, "get takes %s%s%s%s", list, near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	return NULL;
}

/* Where several contexts answer, the columns that tell them apart are shown, before all others. */
static int emit_places(const Options *o, const Ask *a, Buf *json, const GetKind *k)
{
	EmitColumn c[32] = { { "account", "ACCOUNT", CELL_TEXT, false }, { "region", "REGION", CELL_TEXT, false } };
	size_t n = 2;

	if (a->n < 2)
		return emit(o, json, k->rows, k->columns, k->column_count);
	for (size_t i = 0; i < k->column_count && n < sizeof c / sizeof *c; i++)
		if (strcmp(k->columns[i].path, c[0].path) != 0 && strcmp(k->columns[i].path, c[1].path) != 0)
			c[n++] = k->columns[i];
	return emit(o, json, k->rows, c, n);
}

int cmd_get(const Options *o)
{
	Err e = { 0 };
	const GetKind *k = kind_of(o, &e);
	Dim by;

	if (!k || by_of(o, &by, &e) < 0)         /* before AWS is asked */
		return cli_fail(&e);
	return get_run(o, k);
}

int get_run(const Options *o, const GetKind *k)
{
	Ask a;
	Err e = { 0 };
	Buf json;
	JsonW w;
	int code;

	buf_init(&json, JSON_MAX);
	w = jw_to(&json);
	if (ask_open_before(&a, o, k->since_ms, k->before_ms, k->feeds, &e) < 0 || k->write(o, &a, &w, &e) < 0)
		code = cli_fail(&e);
	else if (a.failed && o->out != OUT_TABLE)
		code = a.failed;          /* a program would take the part for the whole */
	else
		code = emit_places(o, &a, &json, k);
	code = code ? code : a.failed;
	ask_close(&a, o);
	buf_done(&json);
	return code;
}
