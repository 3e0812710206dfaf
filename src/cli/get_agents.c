/* `get agents` and `get versions`: the registry of all back ends, and how each agent and version did in the window. `describe agent`: the same
 * of one agent, and how what it serves is made. */
#include "cli/get.h"

#include <math.h>

#include "act/route_json.h"
#include "app/agent_perf.h"
#include "app/registry.h"

#define DAY_MS INT64_C(86400000)

/* Who moved a pointer may be told by a change of some time ago. */
enum { MOVED_DAYS = 35 };

typedef struct Asking { const AskPart *part; Arena arena; Registry r; PerfWindow win; } Asking;

static int read_part(const Ask *a, const AskPart *p, Asking *out, Err *e)
{
	*out = (Asking){ .part = p };
	if (registry_read(p->store, a->now_ms - MOVED_DAYS * DAY_MS, &out->arena, &out->r, e) < 0)
		return -1;
	return perf_read(p->store, a->since_ms, a->until_ms, &out->arena, &out->win, e);
}

static void performance(JsonW *w, const Perf *p)
{
	const Sums *s = &p->s;

	get_perf(w, s->jobs, s->failed, s->failed + s->succeeded, p->p95_ms, s->booked > 0 ? s->nusd / s->booked : -1);
}

/* --- agents --- */

static void lock(JsonW *w, const RegPointer *p)
{
	const Lock *l = &p->lock;
	const struct { const char *key; Str value; } member[] = { { "op", l->op }, { "action", l->action }, { "by", l->by }, { "host", l->host },
	                                                          { "since", l->since }, { "reason", l->reason } };

	if (!p->locked) {
		jw_knull(w, "lock");
		return;
	}
	jw_key(w, "lock");
	jw_object(w);
	for (size_t i = 0; i < sizeof member / sizeof *member; i++)
		get_str(w, member[i].key, member[i].value);
	jw_object_end(w);
}

static void pointer(JsonW *w, const RegPointer *p)
{
	jw_object(w);
	jw_kstr(w, "name", p->name);
	jw_kstr(w, "id", p->id);
	jw_kstr(w, "kind", str_of(p->kind));
	route_write(w, "live", p->live);
	route_write(w, "target", p->target);
	get_str(w, "status", p->status);
	jw_kbool(w, "followsLatest", p->follows);
	jw_kbool(w, "paused", p->paused);
	if (p->has_rev)
		jw_ki64(w, "rev", p->rev);
	else
		jw_knull(w, "rev");
	lock(w, p);
	jw_kbool(w, "drift", p->drift);
	get_str(w, "updatedAt", p->updated_at);
	get_str(w, "updatedBy", p->updated_by);
	jw_object_end(w);
}

/* Of the agent whose object is open. */
static void agent_members(JsonW *w, const Asking *x, const RegAgent *g)
{
	Perf perf = perf_of_agent(&x->win, g->name);

	get_place(w, x->part);
	jw_kstr(w, "backend", str_of(registry_backend(g->source)));
	get_str(w, "agentId", g->id);
	get_str(w, "name", g->name);
	jw_key(w, "pointers");
	jw_array(w);
	for (size_t i = 0; i < g->pointers; i++)
		pointer(w, &x->r.pointer[g->pointer + i]);
	jw_array_end(w);
	performance(w, &perf);
}

int get_agents(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Asking x;
	int rc = 0;

	(void)o;
	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store)
			continue;
		rc = read_part(a, &a->part[i], &x, e);
		for (size_t k = 0; rc == 0 && k < x.r.agents; k++) {
			jw_object(w);
			agent_members(w, &x, &x.r.agent[k]);
			jw_object_end(w);
		}
		arena_done(&x.arena);
	}
	jw_array_end(w);
	return rc;
}

/* --- versions --- */

static void rate(JsonW *w, const char *key, double v)
{
	if (isnan(v))
		jw_knull(w, key);
	else
		jw_knum(w, key, v);
}

static void version(JsonW *w, const Ask *a, const Asking *x, const RegVersion *v)
{
	Perf perf = perf_of_version(&x->win, v->agent_name, v->release, v->version), all = perf_of_agent(&x->win, v->agent_name);

	jw_object(w);
	if (a->n > 1)
		get_place(w, x->part);
	get_str(w, "agentId", v->agent);
	get_str(w, "version", v->version);
	jw_kstr(w, "backend", str_of(registry_backend(v->source)));
	get_str(w, "status", v->status);
	get_str(w, "model", v->model);
	get_time(w, "createdAt", v->created_ms);
	get_str(w, "createdBy", v->created_by);
	if (v->claimed) {
		jw_key(w, "performance");
		jw_object(w);
		rate(w, "approvalRate", v->approval);
		rate(w, "avgScore", v->score);
		jw_object_end(w);
	} else {
		jw_knull(w, "performance");
	}
	if (all.s.jobs > 0)
		jw_knum(w, "trafficShare", (double)perf.s.jobs / (double)all.s.jobs);
	else
		jw_knull(w, "trafficShare");
	performance(w, &perf);
	jw_object_end(w);
}

static int no_agent(const char *name, Err *e)
{
	return err_kind(e, ERR_USAGE, "no back end has an agent %s; seismo get agents lists them", name);
}

int get_versions(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Asking x;
	bool any = false;
	int rc = 0;

	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store)
			continue;
		rc = read_part(a, &a->part[i], &x, e);
		for (size_t k = 0; rc == 0 && k < x.r.agents; k++) {
			const RegAgent *g = &x.r.agent[k];

			if (o->agent && registry_find(&x.r, str_of(o->agent), k ? g - 1 : NULL) != g)
				continue;
			any = true;
			for (size_t n = 0; n < g->versions; n++)
				version(w, a, &x, &x.r.version[g->version + n]);
		}
		arena_done(&x.arena);
	}
	jw_array_end(w);
	return rc == 0 && o->agent && !any ? no_agent(o->agent, e) : rc;
}

/* --- describe --- */

static void detail(JsonW *w, Str text)
{
	static const char *const members[] = { "config", "prompt", "tools" };
	Arena a = { 0 };
	JsonVal doc = { 0 };
	Buf one = { 0 };

	(void)jv_parse(&a, text, text.n + 1, &doc, NULL);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		JsonVal v = jv_get(doc, members[i]);

		buf_reset(&one);
		jw_key(w, members[i]);
		if (jv_is_absent(v) || jv_write(v, &one) < 0)
			jw_null(w);
		else
			jw_raw(w, buf_str(&one));
	}
	buf_done(&one);
	arena_done(&a);
}

/* What serves: of an agent with several pointers the one that people call prod, else the first that does not follow. */
static const RegVersion *serving(const Registry *r, const RegAgent *g)
{
	const RegPointer *best = NULL;

	for (size_t i = 0; i < g->pointers; i++) {
		const RegPointer *p = &r->pointer[g->pointer + i];

		if (!best || (best->follows && !p->follows) || str_is(p->name, "prod"))
			best = p;
	}
	return best ? registry_version(r, best, route_main(best->live)) : NULL;
}

int get_agent(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Asking x;
	bool any = false;
	int rc = 0;

	jw_array(w);
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store)
			continue;
		rc = read_part(a, &a->part[i], &x, e);
		for (const RegAgent *g = NULL; rc == 0 && (g = registry_find(&x.r, str_of(o->arg[1]), g));) {
			const RegVersion *v = serving(&x.r, g);

			any = true;
			jw_object(w);
			agent_members(w, &x, g);
			detail(w, v ? v->detail : STR(""));
			jw_object_end(w);
		}
		arena_done(&x.arena);
	}
	jw_array_end(w);
	return rc == 0 && !any ? no_agent(o->arg[1], e) : rc;
}
