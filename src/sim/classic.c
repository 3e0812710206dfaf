#include "sim/classic.h"

#include <stdio.h>
#include <string.h>

#include "sim/trail.h"

typedef struct Classic { bool begun; ClassicAgent agent[CLASSIC_AGENTS]; } Classic;

static const char owner[] = "classic";

const ClassicBase classic_bases[CLASSIC_BASES] = {
	{ "menus", "Menus and allergens of all locations" }, { "guest-reviews", "Reviews of the last twelve months, without names" },
	{ "brand-voice", "How each brand speaks to its guests" },
};

static void add_event(ClassicAlias *p, int version, int64_t t_ms)
{
	if (p->events)
		p->event[0].end_ms = t_ms;
	memmove(p->event + 1, p->event, (CLASSIC_EVENTS - 1) * sizeof p->event[0]);
	p->event[0] = (ClassicEvent){ version, t_ms, 0 };
	p->events += p->events < CLASSIC_EVENTS;
}

static int heaviest(const FleetRoute *r)
{
	int best = 0;

	for (int v = 1; v < FLEET_VERSIONS_MAX; v++)
		if (r->weight[v] > r->weight[best])
			best = v;
	return best + 1;
}

static void show_route(ClassicAlias *p, const FleetRoute *r)
{
	int version = heaviest(r);

	if (version != p->version) {
		p->version = version;
		add_event(p, version, r->from_ms);
	}
	if (r->from_ms)
		p->updated_ms = r->from_ms;
	p->reject = r->paused;
	p->move_ms = 0;
	p->created = false;
}

static void begin_agent(Sim *s, ClassicAgent *a, unsigned agent)
{
	static const char *const names[] = { "AgentTestAlias", "prod" };
	int64_t made = fleet_version_made_ms(sim_fleet(s), agent, 0);
	FleetRoute before = platform_route(s, agent, made), now = platform_route(s, agent, sim_now(s));

	a->agent = agent;
	for (a->n = 0; a->n < 2; a->n++) {
		ClassicAlias *p = &a->alias[a->n];

		(void)snprintf(p->name, sizeof p->name, "%s", names[a->n]);
		(void)snprintf(p->first_name, sizeof p->first_name, "%s", names[a->n]);
		p->created_ms = p->updated_ms = made;
	}
	add_event(&a->alias[CLASSIC_TEST], CLASSIC_DRAFT, made);
	a->alias[CLASSIC_PROD].version = heaviest(&before);
	add_event(&a->alias[CLASSIC_PROD], heaviest(&before), made);
	show_route(&a->alias[CLASSIC_PROD], &now);
}

ClassicAgent *classic_agents(Sim *s)
{
	Classic *all = sim_slot(s, owner, sizeof(Classic));
	int64_t now = sim_now(s);
	int n = 0;

	for (unsigned agent = 0; !all->begun && agent < FLEET_AGENTS; agent++)
		if (platform_of(agent) & PLATFORM_CLASSIC)
			begin_agent(s, &all->agent[n++], agent);
	all->begun = true;
	for (int i = 0; i < CLASSIC_AGENTS; i++) {
		ClassicAgent *a = &all->agent[i];

		if (a->preparing_ms && now >= a->preparing_ms)
			a->preparing_ms = 0;
		for (int k = 0; k < a->n; k++) {
			if (!a->alias[k].move_ms || now < a->alias[k].move_ms)
				continue;
			a->alias[k].updated_ms = a->alias[k].move_ms;
			a->alias[k].move_ms = 0;
			a->alias[k].created = false;
		}
	}
	return all->agent;
}

void classic_follow(Sim *s, unsigned agent, const FleetRoute *route)
{
	ClassicAgent *all = classic_agents(s);

	for (int i = 0; i < CLASSIC_AGENTS; i++) {
		ClassicAlias *p = &all[i].alias[CLASSIC_PROD];
		int was = p->version;

		if (all[i].agent != agent)
			continue;
		show_route(p, route);
		if (p->version != was)
			trail_follow(s, &(PipelineMove){ PLATFORM_CLASSIC, agent, "prod", p->version, route->from_ms });
	}
}

Str classic_move_text(SimCall *c, unsigned agent, int version)
{
	const ClassicAgent *a = classic_agents(c->sim);

	while (a->agent != agent)
		a++;
	return arena_printf(c->arena, "{\"agentId\":\"%.*s\",\"agentAliasId\":\"%.*s\",\"agentAliasName\":\"%s\","
	                    "\"routingConfiguration\":[{\"agentVersion\":\"%d\"}]}", STR_ARG(classic_agent_id(c, a)),
	                    STR_ARG(classic_alias_id(c, a, &a->alias[CLASSIC_PROD])), a->alias[CLASSIC_PROD].name, version);
}

void classic_move(SimCall *c, ClassicAgent *a, ClassicAlias *p, int version, bool reject)
{
	FleetRoute want = { .from_ms = c->now_ms + platform_delay_ms(c->sim), .paused = reject };

	if (version != p->version || !p->events)
		add_event(p, version, c->now_ms);
	p->version = version;
	p->reject = reject;
	p->updated_ms = c->now_ms;
	p->move_ms = want.from_ms;
	if (p != &a->alias[CLASSIC_PROD])
		return;
	want.weight[(version == CLASSIC_DRAFT ? platform_versions(c->sim, a->agent) : version) - 1] = 100;
	platform_move(c->sim, PLATFORM_CLASSIC, a->agent, &want, c->who.arn);
}

/* --- names --- */

Str classic_agent_id(SimCall *c, const ClassicAgent *a)
{
	return platform_id(c, arena_printf(c->arena, "classic/%s", fleet_agent_id(a->agent)).p, true);
}

Str classic_alias_id(SimCall *c, const ClassicAgent *a, const ClassicAlias *p)
{
	if (p == &a->alias[CLASSIC_TEST])
		return STR("TSTALIASID");
	return platform_id(c, arena_printf(c->arena, "classic/%s/%s", fleet_agent_id(a->agent), p->first_name).p, true);
}

ClassicAgent *classic_find(SimCall *c, Str id)
{
	ClassicAgent *all = classic_agents(c->sim);

	for (int i = 0; i < CLASSIC_AGENTS; i++)
		if (str_eq(id, classic_agent_id(c, &all[i])))
			return &all[i];
	return NULL;
}

ClassicAlias *classic_alias(SimCall *c, ClassicAgent *a, Str id)
{
	for (int i = 0; i < a->n; i++)
		if (str_eq(id, classic_alias_id(c, a, &a->alias[i])))
			return &a->alias[i];
	return NULL;
}
