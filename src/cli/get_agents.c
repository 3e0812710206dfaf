/* `get agents`: the registry's items as agents with their pointers, and how each did in the window. */
#include "cli/get.h"

#include <stdlib.h>

#include "aws/dynamodb.h"

static int cmp_i64(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return (a > b) - (a < b);
}

/* Exact over the window's jobs; still marked approximate, because the form promises that it may become so. */
static int performance(Ask *a, JsonW *w, Dim dim, Str key, Err *e)
{
	JobFilter f = { .updated_from_ms = a->since_ms, .dim = dim, .key = key };
	Arena arena = { 0 };
	JobRow *row;
	size_t n, lat = 0, ended = 0, failed = 0, priced = 0;
	int64_t nusd = 0, *ms;

	if (store_jobs(a->store, &f, &arena, &row, &n, e) < 0)
		return -1;
	ms = ARENA_ARRAY(&arena, int64_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		ended += row[i].job.state == JOB_SUCCEEDED || row[i].job.state == JOB_FAILED;
		failed += row[i].job.state == JOB_FAILED;
		if (row[i].job.latency_ms.known)
			ms[lat++] = row[i].job.latency_ms.v;
		if (row[i].source != COST_NONE) {
			nusd += row[i].nusd;
			priced++;
		}
	}
	qsort(ms, lat, sizeof *ms, cmp_i64);
	jw_ki64(w, "jobs", (int64_t)n);
	if (ended)
		jw_knum(w, "errorRate", (double)failed / (double)ended);
	else
		jw_knull(w, "errorRate");
	if (lat)
		jw_ki64(w, "p95Ms", ms[(lat * 95 + 99) / 100 - 1]);
	else
		jw_knull(w, "p95Ms");
	jw_kbool(w, "p95Approximate", true);
	if (priced)
		jw_ki64(w, "nanoUsdPerJob", nusd / (int64_t)priced);
	else
		jw_knull(w, "nanoUsdPerJob");
	arena_done(&arena);
	return 0;
}

static void route(JsonW *w, const char *key, JsonVal routes)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < jv_count(routes); i++) {
		JsonVal m = jv_get(jv_at(routes, i), "M");
		Str version = STR("");
		int64_t weight = 0;
		Err e;

		if (ddb_str(m, "version", &version, &e) < 0 || ddb_i64(m, "weight", &weight, &e) < 0)
			continue;
		jw_object(w);
		get_str(w, "version", version);
		jw_ki64(w, "weight", weight);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void lock(JsonW *w, JsonVal item)
{
	static const char *const member[] = { "op", "action", "by", "host", "since", "reason" };
	JsonVal l = ddb_map(item, "lock");

	if (jv_is_absent(l)) {
		jw_knull(w, "lock");
		return;
	}
	jw_key(w, "lock");
	jw_object(w);
	for (size_t i = 0; i < sizeof member / sizeof *member; i++) {
		Str s = STR("");

		(void)ddb_str(l, member[i], &s, NULL);      /* a member of another type is shown as unknown */
		get_str(w, member[i], s);
	}
	jw_object_end(w);
}

static int pointer(JsonW *w, const AgentVersionRow *r, Err *e)
{
	Arena a = { 0 };
	JsonVal item, routes;
	Str at = STR(""), by = STR("");
	bool paused = false;

	if (jv_parse(&a, r->raw_json, r->raw_json.n + 1, &item, e) < 0) {
		arena_done(&a);
		return -1;
	}
	routes = ddb_list(item, "routes");
	(void)ddb_str(item, "updatedAt", &at, NULL);
	(void)ddb_str(item, "updatedBy", &by, NULL);
	(void)ddb_bool(item, "paused", &paused, NULL);
	jw_object(w);
	jw_kstr(w, "name", STR("route"));
	jw_kstr(w, "id", arena_printf(&a, "%.*s/route", STR_ARG(r->agent)));
	jw_kstr(w, "kind", STR("route"));
	/* A table's route takes effect with its write: what is asked for is what is live. */
	route(w, "live", routes);
	route(w, "target", routes);
	jw_kstr(w, "status", jv_is_absent(ddb_map(item, "lock")) ? STR("READY") : STR("UPDATING"));
	jw_kbool(w, "followsLatest", false);
	jw_kbool(w, "paused", paused);
	jw_ki64(w, "rev", r->rev);
	lock(w, item);
	jw_kbool(w, "drift", false);
	get_str(w, "updatedAt", at);
	get_str(w, "updatedBy", by);
	jw_object_end(w);
	arena_done(&a);
	return 0;
}

int get_agents(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	AgentVersionRow *row;
	size_t n;
	int rc = store_agents(a->store, &arena, &row, &n, e);

	(void)o;
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < n;) {
		size_t first = i;

		jw_object(w);
		get_str(w, "account", str_of(a->session.account));
		get_str(w, "region", session_region(&a->session));
		jw_kstr(w, "backend", STR("dynamodb"));
		get_str(w, "agentId", row[first].agent);
		get_str(w, "name", row[first].agent);
		jw_key(w, "pointers");
		jw_array(w);
		for (; i < n && str_eq(row[i].agent, row[first].agent); i++)
			if (row[i].is_route && rc == 0)
				rc = pointer(w, &row[i], e);
		jw_array_end(w);
		if (rc == 0)
			rc = performance(a, w, DIM_AGENT, row[first].agent, e);
		jw_object_end(w);
	}
	jw_array_end(w);
	arena_done(&arena);
	return rc;
}
