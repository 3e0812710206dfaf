/* `get agents`: the registry's items as agents with their pointers, and how each did in the window. */
#include "cli/get.h"

#include "api/dynamodb.h"
#include "store/latency.h"

/* How all agents did in the window. */
typedef struct Window { CostGroup *cost; size_t costs; LatencyGroup *latency; size_t latencies; } Window;

static int read_window(const Ask *a, const AskPart *p, Arena *arena, Window *w, Err *e)
{
	if (store_cost(p->store, DIM_AGENT, a->since_ms, a->until_ms, arena, &w->cost, &w->costs, e) < 0)
		return -1;
	return store_latency_by(p->store, DIM_AGENT, a->since_ms, a->until_ms, arena, &w->latency, &w->latencies, e);
}

/* Of the calls that began in the window. */
static void performance(const Window *win, Str agent, JsonW *w)
{
	Sums s = { 0 };
	int64_t p95_ms = -1;

	for (size_t i = 0; i < win->costs; i++)
		if (str_eq(win->cost[i].key, agent))
			s = win->cost[i].s;
	for (size_t i = 0; i < win->latencies; i++)
		if (str_eq(win->latency[i].key, agent))
			p95_ms = win->latency[i].p95_ms;
	jw_ki64(w, "jobs", s.jobs);
	if (s.failed + s.succeeded > 0)
		jw_knum(w, "errorRate", (double)s.failed / (double)(s.failed + s.succeeded));
	else
		jw_knull(w, "errorRate");
	if (p95_ms >= 0)
		jw_ki64(w, "p95Ms", p95_ms);
	else
		jw_knull(w, "p95Ms");
	jw_kbool(w, "p95Approximate", true);
	if (s.booked > 0)
		jw_ki64(w, "nanoUsdPerJob", s.nusd / s.booked);
	else
		jw_knull(w, "nanoUsdPerJob");
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

static int agents_of(const Ask *a, const AskPart *p, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	AgentVersionRow *row;
	size_t n;
	Window win = { 0 };
	int rc = store_agents(p->store, &arena, &row, &n, e) < 0 || read_window(a, p, &arena, &win, e) < 0 ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < n;) {
		size_t first = i;

		jw_object(w);
		get_place(w, p);
		jw_kstr(w, "backend", STR("dynamodb"));
		get_str(w, "agentId", row[first].agent);
		get_str(w, "name", row[first].agent);
		jw_key(w, "pointers");
		jw_array(w);
		for (; i < n && str_eq(row[i].agent, row[first].agent); i++)
			if (row[i].is_route && rc == 0)
				rc = pointer(w, &row[i], e);
		jw_array_end(w);
		performance(&win, row[first].agent, w);
		jw_object_end(w);
	}
	arena_done(&arena);
	return rc;
}

int get_agents(const Options *o, Ask *a, JsonW *w, Err *e)
{
	int rc = 0;

	(void)o;
	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++)
		if (a->part[i].store)
			rc = agents_of(a, &a->part[i], w, e);
	jw_array_end(w);
	return rc;
}
