/* Bedrock Agents (Classic): agents, versions and aliases of those of the fleet that live there. */
#include <stdio.h>
#include <string.h>

#include "api/bedrock_agent.h"
#include "sim/classic.h"
#include "sim/fleet_tables.h"
#include "sim/serve.h"

enum { PAGE = 1000 };

static int no_agent(SimCall *c, Str id)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "Agent %.*s was not found. Check its id and the region.", id.n > 60 ? 60 : STR_ARG(id));
}

static int no_alias(SimCall *c, Str id)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "Agent alias %.*s was not found", id.n > 60 ? 60 : STR_ARG(id));
}

static int no_version(SimCall *c, Str version)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "Agent version %.*s was not found", version.n > 60 ? 60 : STR_ARG(version));
}

static Str version_text(SimCall *c, int version)
{
	return version == CLASSIC_DRAFT ? STR("DRAFT") : arena_printf(c->arena, "%d", version);
}

/* The number that the text says (CLASSIC_DRAFT for DRAFT) when there is such a version; else -1. */
static int version_of(SimCall *c, const ClassicAgent *a, Str text)
{
	int64_t n = 0;

	if (str_is(text, "DRAFT"))
		return CLASSIC_DRAFT;
	return str_i64(text, &n) == 0 && n >= 1 && n <= platform_versions(c->sim, a->agent) ? (int)n : -1;
}

/* --- agents and versions --- */

static void put_version(SimCall *c, const ClassicAgent *a, int version, BaAgent *out)
{
	const FleetAgent *t = &fleet_agents[a->agent];
	unsigned v = (unsigned)(version == CLASSIC_DRAFT ? platform_versions(c->sim, a->agent) : version) - 1;
	Str release = fleet_version(sim_fleet(c->sim), a->agent, v);
	int64_t made = fleet_version_made_ms(sim_fleet(c->sim), a->agent, v);

	*out = (BaAgent){ .id = classic_agent_id(c, a), .name = str_of(t->id), .version = version_text(c, version), .status = STR("PREPARED"),
	                  .description = arena_printf(c->arena, "%s %.*s", t->id, STR_ARG(release)), .model = str_of(fleet_models[t->model].id),
	                  .role = platform_arn(c, "iam", "role/fleet-%s", t->id), .orchestration = STR("DEFAULT"), .collaboration = STR("DISABLED"),
	                  .idle_ttl_s = 600, .created_ms = made ? made : a->made_ms[v], .updated_ms = made ? made : a->made_ms[v] };
	out->arn = platform_arn(c, "bedrock", "agent/%.*s", STR_ARG(out->id));
	out->instruction = arena_printf(c->arena, "You are %s of a restaurant platform. Follow the prompt of release %.*s and answer in JSON.", t->id,
	                                STR_ARG(release));
	if (version != CLASSIC_DRAFT)
		return;
	out->status = str_of(a->preparing_ms ? "PREPARING" : "PREPARED");
	out->created_ms = fleet_version_made_ms(sim_fleet(c->sim), a->agent, 0);
	out->updated_ms = out->prepared_ms = a->prepared_ms ? a->prepared_ms : fleet_version_made_ms(sim_fleet(c->sim), a->agent, FLEET_VERSIONS - 1);
}

static int list_agents(SimCall *c, const void *input, void *output)
{
	const BaListIn *in = input;
	BaAgents *out = output;
	const ClassicAgent *all = classic_agents(c->sim);
	size_t from, n;

	if (platform_page(c, in->next_token, in->max, PAGE, CLASSIC_AGENTS, &from, &n, &out->next_token) < 0)
		return -1;
	out->agents.v = ARENA_ARRAY(c->arena, BaAgent, n + 1);
	for (size_t i = 0; i < n; i++) {
		put_version(c, &all[from + i], CLASSIC_DRAFT, &out->agents.v[i]);
		out->agents.v[i].version = version_text(c, platform_versions(c->sim, all[from + i].agent));
	}
	out->agents.n = n;
	return 0;
}

static int get_agent(SimCall *c, const void *input, void *output)
{
	const BaAgentIn *in = input;
	BaAgentOut *out = output;
	const ClassicAgent *a = classic_find(c, in->id);

	if (!a)
		return no_agent(c, in->id);
	put_version(c, a, CLASSIC_DRAFT, &out->agent);
	return 0;
}

static int prepare(SimCall *c, const void *input, void *output)
{
	const BaAgentIn *in = input;
	ClassicAgent *a = classic_find(c, in->id);

	if (!a)
		return no_agent(c, in->id);
	if (a->preparing_ms)
		return platform_fail(c, 409, "ConflictException", "The agent is being prepared");
	a->prepared_ms = c->now_ms;
	a->preparing_ms = c->now_ms + platform_delay_ms(c->sim);
	put_version(c, a, CLASSIC_DRAFT, output);
	((BaAgent *)output)->status = STR("PREPARING");
	c->status = 202;
	return 0;
}

/* DRAFT, then the numbers from the newest on. */
static int list_versions(SimCall *c, const void *input, void *output)
{
	const BaAgentListIn *in = input;
	BaVersions *out = output;
	const ClassicAgent *a = classic_find(c, in->id);
	size_t from, n, total;

	if (!a)
		return no_agent(c, in->id);
	total = (size_t)platform_versions(c->sim, a->agent) + 1;
	if (platform_page(c, in->next_token, in->max, PAGE, total, &from, &n, &out->next_token) < 0)
		return -1;
	out->versions.v = ARENA_ARRAY(c->arena, BaAgent, n + 1);
	for (size_t i = 0; i < n; i++)
		put_version(c, a, from + i == 0 ? CLASSIC_DRAFT : (int)(total - from - i), &out->versions.v[i]);
	out->versions.n = n;
	return 0;
}

static int get_version(SimCall *c, const void *input, void *output)
{
	const BaVersionIn *in = input;
	BaVersionOut *out = output;
	const ClassicAgent *a = classic_find(c, in->id);
	int version = a ? version_of(c, a, in->version) : -1;

	if (!a)
		return no_agent(c, in->id);
	if (version < 0)
		return no_version(c, in->version);
	put_version(c, a, version, &out->agent);
	return 0;
}

/* --- aliases --- */

static void put_routing(SimCall *c, int version, BaRoute **v, size_t *n)
{
	*v = ARENA_NEW(c->arena, BaRoute);
	(*v)->version = version_text(c, version);
	*n = 1;
}

static void put_alias(SimCall *c, const ClassicAgent *a, const ClassicAlias *p, BaAlias *out)
{
	*out = (BaAlias){ .agent = classic_agent_id(c, a), .id = classic_alias_id(c, a, p), .name = arena_str(c->arena, str_of(p->name)),
	                  .status = str_of(!p->move_ms ? "PREPARED" : p->created ? "CREATING" : "UPDATING"),
	                  .state = str_of(p->reject ? "REJECT_INVOCATIONS" : "ACCEPT_INVOCATIONS"), .description = p->description,
	                  .created_ms = p->created_ms, .updated_ms = p->updated_ms };
	out->arn = platform_arn(c, "bedrock", "agent-alias/%.*s/%.*s", STR_ARG(out->agent), STR_ARG(out->id));
	put_routing(c, p->version, &out->routing.v, &out->routing.n);
	out->history.v = ARENA_ARRAY(c->arena, BaAliasEvent, CLASSIC_EVENTS);
	for (int i = 0; i < p->events; i++) {
		BaAliasEvent *ev = &out->history.v[i];

		*ev = (BaAliasEvent){ .start_ms = p->event[i].start_ms, .end_ms = p->event[i].end_ms };
		put_routing(c, p->event[i].version, &ev->routing.v, &ev->routing.n);
	}
	out->history.n = (size_t)p->events;
}

static int list_aliases(SimCall *c, const void *input, void *output)
{
	const BaAgentListIn *in = input;
	BaAliases *out = output;
	const ClassicAgent *a = classic_find(c, in->id);
	size_t from, n;

	if (!a)
		return no_agent(c, in->id);
	if (platform_page(c, in->next_token, in->max, PAGE, (size_t)a->n, &from, &n, &out->next_token) < 0)
		return -1;
	out->aliases.v = ARENA_ARRAY(c->arena, BaAlias, n + 1);
	for (size_t i = 0; i < n; i++)
		put_alias(c, a, &a->alias[from + i], &out->aliases.v[i]);
	out->aliases.n = n;
	return 0;
}

static int get_alias(SimCall *c, const void *input, void *output)
{
	const BaAliasIn *in = input;
	BaAliasOut *out = output;
	ClassicAgent *a = classic_find(c, in->agent);
	const ClassicAlias *p = a ? classic_alias(c, a, in->id) : NULL;

	if (!a)
		return no_agent(c, in->agent);
	if (!p)
		return no_alias(c, in->id);
	put_alias(c, a, p, &out->alias);
	return 0;
}

static bool is_name(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char l = (char)(s.p[i] | 0x20);
		bool word = (l >= 'a' && l <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9');

		if (!word && (i == 0 || (s.p[i] != '_' && s.p[i] != '-') || s.p[i - 1] == '_' || s.p[i - 1] == '-'))
			return false;
	}
	return s.n >= 1 && s.n <= CLASSIC_NAME_MAX;
}

/* The version that a routing asks for; without one a new version of the draft. -1: answered. */
static int routed(SimCall *c, ClassicAgent *a, const BaRoute *route, size_t n)
{
	int version;

	if (n > 1)
		return platform_fail(c, 400, "ValidationException", "routingConfiguration must have one entry at most");
	if (n) {
		version = version_of(c, a, route->version);
		return version < 0 ? no_version(c, route->version) : version;
	}
	if ((version = platform_new_version(c->sim, a->agent)) < 0)
		return platform_fail(c, 402, "ServiceQuotaExceededException", "The agent has as many versions as are allowed");
	a->made_ms[version - 1] = c->now_ms;
	return version;
}

static int bad_name(SimCall *c)
{
	return platform_fail(c, 400, "ValidationException", "agentAliasName must have letters and digits, with single _ or - between, 100 at most");
}

static const ClassicAlias *named(const ClassicAgent *a, Str name)
{
	for (int i = 0; i < a->n; i++)
		if (str_is(name, a->alias[i].name))
			return &a->alias[i];
	return NULL;
}

static int update_alias(SimCall *c, const void *input, void *output)
{
	const BaAliasUpdateIn *in = input;
	BaAliasOut *out = output;
	ClassicAgent *a = classic_find(c, in->agent);
	ClassicAlias *p = a ? classic_alias(c, a, in->id) : NULL;
	const ClassicAlias *other;
	int version;

	if (!a)
		return no_agent(c, in->agent);
	if (!p)
		return no_alias(c, in->id);
	if (p == &a->alias[CLASSIC_TEST])
		return platform_fail(c, 400, "ValidationException", "The test alias cannot be updated");
	if (!is_name(in->name))
		return bad_name(c);
	other = named(a, in->name);
	if (p->move_ms || (other && other != p))
		return platform_fail(c, 409, "ConflictException",
		                     p->move_ms ? "The alias is being updated: wait until it is PREPARED" : "Another alias has this name");
	if (in->state.n && !str_is(in->state, "ACCEPT_INVOCATIONS") && !str_is(in->state, "REJECT_INVOCATIONS"))
		return platform_fail(c, 400, "ValidationException", "aliasInvocationState must be ACCEPT_INVOCATIONS or REJECT_INVOCATIONS");
	if ((version = routed(c, a, in->routing.v, in->routing.n)) < 0)
		return -1;
	(void)snprintf(p->name, sizeof p->name, "%.*s", STR_ARG(in->name));
	p->description = in->description.n ? arena_str(sim_keep(c->sim), in->description) : (Str){ 0 };
	classic_move(c, a, p, version, in->state.n ? str_is(in->state, "REJECT_INVOCATIONS") : p->reject);
	put_alias(c, a, p, &out->alias);
	c->status = 202;
	return 0;
}

static int create_alias(SimCall *c, const void *input, void *output)
{
	const BaAliasCreateIn *in = input;
	BaAliasOut *out = output;
	ClassicAgent *a = classic_find(c, in->agent);
	ClassicAlias *p = NULL;
	const ClassicAlias *other = a ? named(a, in->name) : NULL;
	int version;

	if (!a)
		return no_agent(c, in->agent);
	if (!is_name(in->name))
		return bad_name(c);
	if (other && in->token.n && other->token == str_hash(in->token)) {
		put_alias(c, a, other, &out->alias);      /* the same request again */
		c->status = 202;
		return 0;
	}
	if (other)
		return platform_fail(c, 409, "ConflictException", "An alias with the name %s exists already", other->name);
	if (a->n == CLASSIC_ALIASES_MAX)
		return platform_fail(c, 402, "ServiceQuotaExceededException", "The agent has %d aliases, as many as are allowed", a->n);
	if ((version = routed(c, a, in->routing.v, in->routing.n)) < 0)
		return -1;
	p = &a->alias[a->n++];
	*p = (ClassicAlias){ .created = true, .created_ms = c->now_ms, .token = str_hash(in->token),
	                     .description = in->description.n ? arena_str(sim_keep(c->sim), in->description) : (Str){ 0 } };
	(void)snprintf(p->name, sizeof p->name, "%.*s", STR_ARG(in->name));
	(void)snprintf(p->first_name, sizeof p->first_name, "%.*s", STR_ARG(in->name));
	classic_move(c, a, p, version, false);
	put_alias(c, a, p, &out->alias);
	c->status = 202;
	return 0;
}

/* --- knowledge bases --- */

static int list_knowledge_bases(SimCall *c, const void *input, void *output)
{
	const BaListIn *in = input;
	BaKnowledgeBases *out = output;
	size_t from, n;

	if (platform_page(c, in->next_token, in->max, PAGE, CLASSIC_BASES, &from, &n, &out->next_token) < 0)
		return -1;
	out->bases.v = ARENA_ARRAY(c->arena, BaKnowledgeBase, n + 1);
	for (size_t i = 0; i < n; i++) {
		const ClassicBase *b = &classic_bases[from + i];

		out->bases.v[i] = (BaKnowledgeBase){ .id = platform_id(c, b->name, true), .name = str_of(b->name), .description = str_of(b->description),
		                                     .status = STR("ACTIVE"), .updated_ms = fleet_version_made_ms(sim_fleet(c->sim), FLEET_UPSELL, 1) };
	}
	out->bases.n = n;
	return 0;
}

static const SimRow rows[] = {
	{ &op_bedrock_agent_list_agents, list_agents, NULL }, { &op_bedrock_agent_get_agent, get_agent, NULL },
	{ &op_bedrock_agent_prepare, prepare, NULL }, { &op_bedrock_agent_list_versions, list_versions, NULL },
	{ &op_bedrock_agent_get_version, get_version, NULL }, { &op_bedrock_agent_list_aliases, list_aliases, NULL },
	{ &op_bedrock_agent_get_alias, get_alias, NULL }, { &op_bedrock_agent_update_alias, update_alias, NULL },
	{ &op_bedrock_agent_create_alias, create_alias, NULL },
	{ &op_bedrock_agent_list_knowledge_bases, list_knowledge_bases, NULL },
};
const SimTable sim_bedrock_agent = SIM_TABLE(rows);
