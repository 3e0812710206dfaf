/* Runtimes and their endpoints as state: what a version number is, where a pointer is at a time. */
#include "sim/agentcore.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_tables.h"
#include "sim/trail.h"

typedef struct Agentcore { bool begun; AcAgent agent[AC_RUNTIMES]; } Agentcore;

static const char owner[] = "agentcore";

static void point_at(AcPointer *p, int version, int64_t t_ms)
{
	if (p->live != version || p->live_ms)
		p->updated_ms = t_ms;
	p->live = p->target = version;
	p->live_ms = 0;
	p->failed = p->will_fail = false;
}

/* The two heaviest versions of a route: what prod and canary serve. */
static void show_route(AcAgent *a, const FleetRoute *r)
{
	int first = 0, second = -1;

	for (int v = 1; v < FLEET_VERSIONS_MAX; v++)
		if (r->weight[v] > r->weight[first])
			first = v;
	for (int v = 0; v < FLEET_VERSIONS_MAX; v++)
		if (v != first && r->weight[v] && (second < 0 || r->weight[v] > r->weight[second]))
			second = v;
	point_at(&a->at[AC_PROD], first + 1, r->from_ms);
	point_at(&a->at[AC_CANARY], (second < 0 ? first : second) + 1, r->from_ms);
	a->canary_weight = second < 0 ? 0 : r->weight[second] * 100 / (r->weight[first] + r->weight[second]);
}

static void begin(Sim *s, Agentcore *ac)
{
	static const char *const names[] = { "DEFAULT", "prod", "canary" };
	int n = 0;

	ac->begun = true;
	for (unsigned agent = 0; agent < FLEET_AGENTS; agent++) {
		AcAgent *a = &ac->agent[n];
		FleetRoute r = platform_route(s, agent, sim_now(s));

		if (!(platform_of(agent) & PLATFORM_AGENTCORE))
			continue;
		n++;
		a->agent = agent;
		for (a->n = 0; a->n < 3; a->n++) {
			AcPointer *p = &a->at[a->n];

			(void)snprintf(p->name, sizeof p->name, "%s", names[a->n]);
			p->created_ms = fleet_version_made_ms(sim_fleet(s), agent, 0);
		}
		point_at(&a->at[AC_DEFAULT], FLEET_VERSIONS, fleet_version_made_ms(sim_fleet(s), agent, FLEET_VERSIONS - 1));
		show_route(a, &r);
	}
}

/* Moves that have arrived; DEFAULT goes after every new version, also after those that came by the table. */
static void settle(Sim *s, AcAgent *a)
{
	int64_t now = sim_now(s);

	if (a->ready_ms && now >= a->ready_ms)
		a->ready_ms = 0;
	for (int i = 0; i < a->n; i++) {
		AcPointer *p = &a->at[i];

		if (!p->live_ms || now < p->live_ms)
			continue;
		p->failed = p->will_fail;
		if (!p->failed)
			p->live = p->target;
		p->updated_ms = p->live_ms;
		p->live_ms = 0;
		p->created = false;
	}
	if (!a->at[AC_DEFAULT].live_ms && !a->at[AC_DEFAULT].failed && a->at[AC_DEFAULT].target < platform_versions(s, a->agent))
		point_at(&a->at[AC_DEFAULT], platform_versions(s, a->agent), now);
}

AcAgent *agentcore_agents(Sim *s)
{
	Agentcore *ac = sim_slot(s, owner, sizeof(Agentcore));

	if (!ac->begun)
		begin(s, ac);
	for (int i = 0; i < AC_RUNTIMES; i++)
		settle(s, &ac->agent[i]);
	return ac->agent;
}

static void note_follow(Sim *s, const AcAgent *a, int pointer, int was)
{
	const AcPointer *p = &a->at[pointer];

	if (p->live != was)
		trail_follow(s, &(PipelineMove){ PLATFORM_AGENTCORE, a->agent, pointer == AC_PROD ? "prod" : "canary", p->live, p->updated_ms });
}

void agentcore_follow(Sim *s, unsigned agent, const FleetRoute *route)
{
	AcAgent *all = agentcore_agents(s);

	for (int i = 0; i < AC_RUNTIMES; i++) {
		int prod = all[i].at[AC_PROD].live, canary = all[i].at[AC_CANARY].live;

		if (all[i].agent != agent)
			continue;
		show_route(&all[i], route);
		note_follow(s, &all[i], AC_PROD, prod);
		note_follow(s, &all[i], AC_CANARY, canary);
	}
}

Str agentcore_move_text(SimCall *c, unsigned agent, const char *endpoint, int version)
{
	const AcAgent *a = agentcore_agents(c->sim);

	while (a->agent != agent)
		a++;
	return arena_printf(c->arena, "{\"agentRuntimeId\":\"%.*s\",\"endpointName\":\"%s\",\"agentRuntimeVersion\":\"%d\"}",
	                    STR_ARG(agentcore_runtime_id(c, a)), endpoint, version);
}

static int version_at(const AcPointer *p, int64_t t_ms)
{
	return p->live_ms && t_ms >= p->live_ms && !p->will_fail ? p->target : p->live;
}

void agentcore_apply(SimCall *c, const AcAgent *a, int64_t t_ms)
{
	FleetRoute have = platform_route(c->sim, a->agent, t_ms), want = { .from_ms = t_ms, .paused = have.paused };
	int prod = version_at(&a->at[AC_PROD], t_ms) - 1, canary = version_at(&a->at[AC_CANARY], t_ms) - 1;

	want.weight[prod] = (uint8_t)(100 - a->canary_weight);
	want.weight[canary] = (uint8_t)(want.weight[canary] + a->canary_weight);
	want.paused = a->throttled;
	if (want.paused != have.paused || memcmp(want.weight, have.weight, sizeof have.weight) != 0)
		platform_move(c->sim, PLATFORM_AGENTCORE, a->agent, &want, c->who.arn);
}

/* --- names --- */

/* "upsell-generator" is "upsell_generator" here: hyphens are not allowed in a runtime's name. */
static Str runtime_name(SimCall *c, const AcAgent *a)
{
	char *name = arena_cstr(c->arena, str_of(fleet_agent_id(a->agent)));

	for (char *p = name; *p; p++)
		*p = *p == '-' ? '_' : *p;
	return str_of(name);
}

Str agentcore_runtime_id(SimCall *c, const AcAgent *a)
{
	return arena_printf(c->arena, "%.*s-%.*s", STR_ARG(runtime_name(c, a)), STR_ARG(platform_id(c, fleet_agent_id(a->agent), false)));
}

Str agentcore_runtime_arn(SimCall *c, const AcAgent *a)
{
	return platform_arn(c, "bedrock-agentcore", "runtime/%.*s", STR_ARG(agentcore_runtime_id(c, a)));
}

Str agentcore_endpoint_arn(SimCall *c, const AcAgent *a, const char *endpoint)
{
	return platform_arn(c, "bedrock-agentcore", "runtime/%.*s/runtime-endpoint/%s", STR_ARG(agentcore_runtime_id(c, a)), endpoint);
}

AcAgent *agentcore_find(SimCall *c, Str id)
{
	AcAgent *all = agentcore_agents(c->sim);

	for (int i = 0; i < AC_RUNTIMES; i++)
		if (str_eq(id, agentcore_runtime_id(c, &all[i])))
			return &all[i];
	(void)platform_fail(c, 404, "ResourceNotFoundException", "No agent runtime with id %.*s was found", id.n > 200 ? 200 : STR_ARG(id));
	return NULL;
}

AcAgent *agentcore_find_arn(SimCall *c, Str arn)
{
	Str rest = arn, id = arn;

	while (str_has(rest, STR("/")))
		(void)str_cut(rest, '/', &rest), id = rest;
	return agentcore_find(c, id);
}

AcPointer *agentcore_pointer(AcAgent *a, Str name)
{
	for (int i = 0; i < a->n; i++)
		if (str_is(name, a->at[i].name))
			return &a->at[i];
	return NULL;
}
