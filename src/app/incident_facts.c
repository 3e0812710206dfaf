#include "app/incident_facts.h"

#include <stdlib.h>
#include <string.h>

#include "api/dynamodb.h"
#include "app/incident_own.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "model/interval.h"
#include "store/latency.h"
#include "wire/time8601.h"

#define DAY_MS INT64_C(86400000)

enum { BEFORE_ALERT_MS = 30 * 60000, BEFORE_END_MS = 2 * 3600000 };

/* --- what it is about --- */

static bool concerns_agent(Str key, Str agent)
{
	Str rest, head = str_cut(key, '@', &rest);

	(void)rest;
	if (str_eq(head, agent))
		return true;
	/* A pointer's key is "agent/route". */
	head = str_cut(key, '/', &rest);
	return str_eq(head, agent);
}

static bool names_alert(const AlertView *v, Str what)
{
	Str key, rule = str_cut(what, ':', &key);

	if (v->cloudwatch)
		return str_eq(v->r.rule, what);
	return str_eq(v->r.rule, rule) && (rule.n == what.n || str_eq(v->r.key, key));
}

static Str agent_of_alert(const AlertView *v)
{
	return v->r.agent;
}

static int find_agent(Store *s, const FactsAsk *q, Str what, Arena *a, bool *found, Err *e)
{
	AgentVersionRow *row;
	CostGroup *g;
	size_t n;

	if (store_agents(s, a, &row, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		*found |= str_eq(row[i].agent, what);
	if (*found)
		return 0;
	if (store_cost(s, DIM_AGENT, q->since_ms - 30 * DAY_MS, facts_until(q), a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		*found |= str_eq(g[i].key, what);
	return 0;
}

/* Several keys of one rule: the worst, which comes first. */
static int find_subject(Incident *x, Str what, Err *e)
{
	bool agent = false;
	WatchView who;

	if (alert_views(x->s, x->q->made_ms, x->a, &x->view, &x->views, &who, e) < 0 || find_agent(x->s, x->q, what, x->a, &agent, e) < 0)
		return -1;
	if (agent) {
		x->out->agent = arena_str(x->a, what);
		return 0;
	}
	for (size_t i = 0; i < x->views && !x->out->alert; i++)
		if (names_alert(&x->view[i], what) && x->view[i].state != ALERT_PENDING)
			x->out->alert = &x->view[i];
	if (!x->out->alert)
		return err_kind(e, ERR_USAGE, "there is neither an agent nor an alert %.*s here; seismo get agents and seismo get alerts list them",
		                STR_ARG(what));
	x->out->agent = agent_of_alert(x->out->alert);
	return 0;
}

static void find_window(Incident *x, bool given)
{
	const AlertView *v = x->out->alert;
	int64_t since = v ? v->r.st.since_ms : 0;

	x->out->began_ms = x->q->since_ms;
	if (!v || !since)
		return;
	if (!given && since < x->q->until_ms)
		x->q->since_ms = since - (alert_is_open(v) ? BEFORE_ALERT_MS : BEFORE_END_MS);
	/* When an alert is over, its time is that of its end. */
	if (alert_is_open(v) && since >= x->q->since_ms && since < x->q->until_ms)
		x->out->began_ms = since;
}

/* --- versions --- */

static int most_jobs_first(const void *px, const void *py)
{
	const VersionFact *x = px, *y = py;

	if (x->s.jobs != y->s.jobs)
		return x->s.jobs < y->s.jobs ? 1 : -1;
	return str_cmp(x->key, y->key);
}

static VersionFact *version_at(Incident *x, Str key)
{
	IncidentFacts *f = x->out;

	for (size_t i = 0; i < f->versions; i++)
		if (str_eq(f->version[i].key, key))
			return &f->version[i];
	return NULL;
}

static void put_registry(const AgentVersionRow *row, size_t n, VersionFact *v)
{
	Str version, agent = str_cut(v->key, '@', &version);

	v->version = version;
	for (size_t i = 0; i < n; i++)
		if (!row[i].is_route && str_eq(row[i].agent, agent) && str_eq(row[i].version, version)) {
			v->status = row[i].status;
			v->model = row[i].model;
		}
}

static int read_versions(Incident *x, Err *e)
{
	const int64_t from = x->q->since_ms, until = facts_until(x->q), span = x->q->until_ms - from;
	IncidentFacts *f = x->out;
	CostGroup *now, *was;
	LatencyGroup *late;
	AgentVersionRow *row;
	size_t n, were, lates, rows;

	if (store_cost(x->s, DIM_VERSION, from, until, x->a, &now, &n, e) < 0 ||
	    store_cost(x->s, DIM_VERSION, from - span, from, x->a, &was, &were, e) < 0 ||
	    store_latency_by(x->s, DIM_VERSION, from, until, x->a, &late, &lates, e) < 0 || store_agents(x->s, x->a, &row, &rows, e) < 0)
		return -1;
	f->version = ARENA_ARRAY(x->a, VersionFact, n + were + 1);
	for (size_t i = 0; i < n; i++)
		if (!f->agent.n || concerns_agent(now[i].key, f->agent))
			f->version[f->versions++] = (VersionFact){ .key = now[i].key, .s = now[i].s, .p95_ms = -1 };
	for (size_t i = 0; i < were; i++) {
		VersionFact *v = version_at(x, was[i].key);

		if (!v && f->agent.n && concerns_agent(was[i].key, f->agent)) {
			v = &f->version[f->versions++];
			*v = (VersionFact){ .key = was[i].key, .p95_ms = -1 };
		}
		if (v)
			v->before = was[i].s;
	}
	for (size_t i = 0; i < lates; i++) {
		VersionFact *v = version_at(x, late[i].key);

		if (v) {
			v->p95_ms = late[i].p95_ms;
			v->p95_n = late[i].n;
		}
	}
	for (size_t i = 0; i < f->versions; i++) {
		VersionFact *v = &f->version[i];

		interval_95(v->s.failed, v->s.failed + v->s.succeeded, &v->low_ppm, &v->high_ppm);
		put_registry(row, rows, v);
		sums_add(&f->total, &v->s);
	}
	if (f->versions)
		qsort(f->version, f->versions, sizeof *f->version, most_jobs_first);
	return 0;
}

static int read_others(Incident *x, Err *e)
{
	CostGroup *g;
	size_t n;

	if (!x->out->agent.n)
		return 0;
	if (store_cost(x->s, DIM_AGENT, x->q->since_ms, facts_until(x->q), x->a, &g, &n, e) < 0)
		return -1;
	x->out->other = ARENA_ARRAY(x->a, OtherFact, n + 1);
	for (size_t i = 0; i < n; i++)
		if (!str_eq(g[i].key, x->out->agent))
			x->out->other[x->out->others++] = (OtherFact){ g[i].key, g[i].s };
	return 0;
}

static PointerFact pointer_of(Incident *x, const AgentVersionRow *row)
{
	PointerFact p = { .name = arena_printf(x->a, "%.*s/route", STR_ARG(row->agent)), .routes = STR(""), .rev = row->rev };
	JsonVal item, routes;
	Str at = STR("");

	/* An item that is none of ours says what it can. */
	if (jv_parse(x->a, row->raw_json, row->raw_json.n + 1, &item, NULL) < 0)
		return p;
	routes = ddb_list(item, "routes");
	for (size_t i = 0; i < jv_count(routes); i++) {
		JsonVal m = jv_get(jv_at(routes, i), "M");
		Str version = STR("");
		int64_t weight = 0;

		if (ddb_str(m, "version", &version, NULL) == 0 && ddb_i64(m, "weight", &weight, NULL) == 0)
			p.routes = arena_printf(x->a, "%.*s%s%.*s:%lld", STR_ARG(p.routes), p.routes.n ? " " : "", STR_ARG(version), (long long)weight);
	}
	(void)ddb_str(item, "updatedBy", &p.by, NULL);
	(void)ddb_bool(item, "paused", &p.paused, NULL);
	if (ddb_str(item, "updatedAt", &at, NULL) == 0 && at.n)
		(void)time_parse_iso(at, &p.updated_ms);
	p.locked = !jv_is_absent(ddb_map(item, "lock"));
	p.by = arena_str(x->a, p.by);
	return p;
}

static int read_pointers(Incident *x, Err *e)
{
	AgentVersionRow *row;
	size_t n;

	if (store_agents(x->s, x->a, &row, &n, e) < 0)
		return -1;
	x->out->pointer = ARENA_ARRAY(x->a, PointerFact, n + 1);
	for (size_t i = 0; i < n; i++)
		if (row[i].is_route && x->out->agent.n && str_eq(row[i].agent, x->out->agent))
			x->out->pointer[x->out->pointers++] = pointer_of(x, &row[i]);
	return 0;
}

/* --- cost --- */

static int read_cost(Incident *x, Err *e)
{
	static const int64_t hour_ms = 3600000;
	const FiguresAsk when = facts_when(x->q);
	CostCell c = { .from_hour = floor_div(x->q->since_ms, hour_ms), .until_hour = floor_div(x->q->until_ms - 1, hour_ms) + 1 };
	CellWhy why;

	if (x->out->agent.n && !cell_narrow(&c, DIM_AGENT, arena_cstr(x->a, x->out->agent)))
		return 0;
	if (cell_why(x->q->from, &when, &c, x->a, &why, NULL, e) < 0)
		return -1;
	x->out->against = why.against;
	x->out->bridge = why.bridge;
	return 0;
}

/* --- alerts --- */

static int read_alerts(Incident *x)
{
	IncidentFacts *f = x->out;

	f->shown = ARENA_ARRAY(x->a, AlertView, x->views + 1);
	for (size_t i = 0; i < x->views; i++) {
		const AlertView *v = &x->view[i];
		bool own = v == f->alert || !f->agent.n || str_eq(v->r.agent, f->agent) || concerns_agent(v->r.key, f->agent) || v->cloudwatch;

		/* Ended ones are dated by their end. */
		if (own && v->state != ALERT_PENDING && v->r.st.since_ms && v->r.st.since_ms < x->q->until_ms &&
		    (alert_is_open(v) || v->r.st.since_ms >= x->q->since_ms))
			f->shown[f->shown_n++] = *v;
	}
	if (f->alert)
		for (size_t i = 0; i < x->rules && !f->alert->cloudwatch; i++)
			if (str_eq(x->rule[i].id, f->alert->r.rule))
				f->rule = &x->rule[i];
	return 0;
}

int incident_facts(FactsAsk *q, bool given, Str what, const AlertRule *rule, size_t rules, Arena *a, IncidentFacts *out, Err *e)
{
	Incident x = { .q = q, .s = q->from->s[0], .rule = rule, .rules = rules, .a = a, .out = out };

	*out = (IncidentFacts){ 0 };
	if (find_subject(&x, what, e) < 0)
		return -1;
	find_window(&x, given);
	if (facts_head(q, a, &out->head, e) < 0 || read_versions(&x, e) < 0 || read_others(&x, e) < 0 || read_pointers(&x, e) < 0 ||
	    read_cost(&x, e) < 0 || read_alerts(&x) < 0 || incident_errors(&x, e) < 0 || incident_slots(&x, e) < 0 ||
	    incident_actions(&x, e) < 0)
		return -1;
	return incident_story(&x, e);
}
