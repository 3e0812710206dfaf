/* AgentCore's gateway: one, through which all arrivals of the runtimes come. A rule for each runtime sends them to the
 * targets AGENT-prod and AGENT-canary; a rate limit of 0 requests for an agent lets none through. */
#include <stdio.h>
#include <string.h>

#include "api/agentcore_gateway.h"
#include "sim/agentcore.h"
#include "wire/text.h"

enum { PAGE = 100, GATEWAYS_PAGE = 1000, LIMITS_MAX = 10, ID_MAX = 64, PERCENT = 100 };

typedef struct Rule { int64_t priority, move_ms, updated_ms; Str description; Str *condition; size_t conditions; } Rule;
typedef struct Limit { AcRateLimit row; bool used; } Limit;
typedef struct Gateway { Rule rule[AC_RUNTIMES]; Limit limit[LIMITS_MAX]; } Gateway;

const SimTable sim_agentcore_gateway;

static Gateway *gateway_state(SimCall *c)
{
	return sim_slot(c->sim, &sim_agentcore_gateway, sizeof(Gateway));
}

static Str gateway_id(SimCall *c)
{
	return arena_printf(c->arena, "fleet-%.*s", STR_ARG(platform_id(c, "gateway", false)));
}

static Str gateway_arn(SimCall *c)
{
	return platform_arn(c, "bedrock-agentcore", "gateway/%.*s", STR_ARG(gateway_id(c)));
}

static int64_t began(SimCall *c)
{
	return fleet_version_made_ms(sim_fleet(c->sim), 0, 0);
}

/* By id or ARN. */
static int find_gateway(SimCall *c, Str id)
{
	if (str_eq(id, gateway_id(c)) || str_eq(id, gateway_arn(c)))
		return 0;
	return platform_fail(c, 404, "ResourceNotFoundException", "Gateway %.*s was not found", id.n > 200 ? 200 : STR_ARG(id));
}

static void put_gateway(SimCall *c, AcGateway *out)
{
	*out = (AcGateway){ .id = gateway_id(c), .arn = gateway_arn(c), .name = STR("fleet"), .status = STR("READY"),
	                    .description = STR("The way in to the fleet's agents"), .role = platform_arn(c, "iam", "role/fleet-gateway"),
	                    .protocol = STR("MCP"), .authorizer_type = STR("AWS_IAM"), .created_ms = began(c), .updated_ms = began(c) };
	out->url = arena_printf(c->arena, "https://%.*s.gateway.bedrock-agentcore.%.*s.amazonaws.com/mcp", STR_ARG(out->id), STR_ARG(c->region));
}

static int list_gateways(SimCall *c, const void *input, void *output)
{
	const AcListIn *in = input;
	AcGateways *out = output;
	size_t from, n;

	if (platform_page(c, in->next_token, in->max, GATEWAYS_PAGE, 1, &from, &n, &out->next_token) < 0)
		return -1;
	out->gateways.v = ARENA_NEW(c->arena, AcGateway);
	out->gateways.n = n;
	put_gateway(c, out->gateways.v);
	return 0;
}

static int get_gateway(SimCall *c, const void *input, void *output)
{
	const AcGatewayIn *in = input;

	if (find_gateway(c, in->id) < 0)
		return -1;
	put_gateway(c, output);
	return 0;
}

/* --- rules --- */

static Str rule_id(SimCall *c, const AcAgent *a)
{
	char id[FLEET_UUID];
	uint64_t hash = str_hash(str_of(fleet_agent_id(a->agent)));

	fleet_uuid(hash, ~hash, id);
	return arena_str(c->arena, str_of(id));
}

static Str target_name(SimCall *c, const AcAgent *a, const char *endpoint)
{
	return arena_printf(c->arena, "%s-%s", fleet_agent_id(a->agent), endpoint);
}

static void put_action(SimCall *c, const AcAgent *a, AcAction *out)
{
	AcSplit *split;

	if (a->canary_weight == 0 || a->canary_weight == PERCENT) {
		out->route.fixed.target = target_name(c, a, a->canary_weight ? "canary" : "prod");
		return;
	}
	split = ARENA_ARRAY(c->arena, AcSplit, 2);
	split[0] = (AcSplit){ .name = STR("prod"), .weight = PERCENT - a->canary_weight, .target = target_name(c, a, "prod") };
	split[1] = (AcSplit){ .name = STR("canary"), .weight = a->canary_weight, .target = target_name(c, a, "canary") };
	out->route.weighted.split.v = split;
	out->route.weighted.split.n = 2;
}

static void put_rule(SimCall *c, const AcAgent *a, int i, AcRule *out)
{
	Rule *r = &gateway_state(c)->rule[i];

	if (r->move_ms && c->now_ms >= r->move_ms)
		r->move_ms = 0;
	*out = (AcRule){ .id = rule_id(c, a), .gateway_arn = gateway_arn(c), .priority = r->priority ? r->priority : 10 * (i + 1),
	                 .description = r->description, .status = str_of(r->move_ms ? "UPDATING" : "ACTIVE"), .created_ms = began(c),
	                 .updated_ms = r->updated_ms ? r->updated_ms : a->at[AC_PROD].updated_ms };
	out->conditions.v = r->condition;
	out->conditions.n = r->conditions;
	if (!r->conditions) {
		out->conditions.v = ARENA_NEW(c->arena, Str);
		out->conditions.v[0] = arena_printf(c->arena, "{\"matchPaths\":{\"anyOf\":[\"/%s/*\"]}}", fleet_agent_id(a->agent));
		out->conditions.n = 1;
	}
	out->actions.v = ARENA_NEW(c->arena, AcAction);
	out->actions.n = 1;
	put_action(c, a, out->actions.v);
}

static int list_rules(SimCall *c, const void *input, void *output)
{
	const AcGatewayListIn *in = input;
	AcRules *out = output;
	const AcAgent *all = agentcore_agents(c->sim);
	size_t from, n;

	if (find_gateway(c, in->id) < 0 || platform_page(c, in->next_token, in->max, PAGE, AC_RUNTIMES, &from, &n, &out->next_token) < 0)
		return -1;
	out->rules.v = ARENA_ARRAY(c->arena, AcRule, n + 1);
	for (size_t i = 0; i < n; i++)
		put_rule(c, &all[from + i], (int)(from + i), &out->rules.v[i]);
	out->rules.n = n;
	return 0;
}

/* The number of the rule's runtime, or -1: answered. */
static int find_rule(SimCall *c, Str gateway, Str id)
{
	const AcAgent *all = agentcore_agents(c->sim);

	if (find_gateway(c, gateway) < 0)
		return -1;
	for (int i = 0; i < AC_RUNTIMES; i++)
		if (str_eq(id, rule_id(c, &all[i])))
			return i;
	return platform_fail(c, 404, "ResourceNotFoundException", "Gateway rule %.*s was not found", id.n > 60 ? 60 : STR_ARG(id));
}

static int get_rule(SimCall *c, const void *input, void *output)
{
	const AcRuleIn *in = input;
	int i = find_rule(c, in->gateway, in->id);

	if (i < 0)
		return -1;
	put_rule(c, &agentcore_agents(c->sim)[i], i, output);
	return 0;
}

static int no_target(SimCall *c, Str name)
{
	return platform_fail(c, 400, "ValidationException", "The target %.*s does not exist in this gateway", name.n > 60 ? 60 : STR_ARG(name));
}

/* 1 for the agent's canary target, 0 for prod, -1 for any other. */
static int which_target(SimCall *c, const AcAgent *a, Str name)
{
	return str_eq(name, target_name(c, a, "prod")) ? 0 : str_eq(name, target_name(c, a, "canary")) ? 1 : -1;
}

/* What the action sends to the canary, in percent. -1: answered. */
static int read_action(SimCall *c, const AcAgent *a, const AcAction *act)
{
	const AcSplit *s = act->route.weighted.split.v;
	int64_t sum = 0, canary = 0;

	if (act->bundle.fixed.arn.n || act->bundle.weighted.split.n)
		return platform_fail(c, 404, "ResourceNotFoundException", "The configuration bundle was not found");
	if (act->route.fixed.target.n) {
		int which = which_target(c, a, act->route.fixed.target);

		return which < 0 ? no_target(c, act->route.fixed.target) : which * PERCENT;
	}
	if (act->route.weighted.split.n != 2)
		return platform_fail(c, 400, "ValidationException", "trafficSplit must have exactly two entries");
	for (size_t i = 0; i < 2; i++) {
		int which = which_target(c, a, s[i].target);

		if (which < 0)
			return no_target(c, s[i].target);
		if (s[i].weight < 1 || s[i].weight > PERCENT - 1)
			return platform_fail(c, 400, "ValidationException", "A weight must be between 1 and 99");
		sum += s[i].weight;
		canary += which * s[i].weight;
	}
	return sum == PERCENT ? (int)canary : platform_fail(c, 400, "ValidationException", "The weights must sum to 100");
}

static int update_rule(SimCall *c, const void *input, void *output)
{
	const AcRuleUpdateIn *in = input;
	int i = find_rule(c, in->gateway, in->id), canary = -1;
	AcAgent *a = i < 0 ? NULL : &agentcore_agents(c->sim)[i];
	Rule *r = i < 0 ? NULL : &gateway_state(c)->rule[i];

	if (i < 0)
		return -1;
	if (r->move_ms > c->now_ms)
		return platform_fail(c, 409, "ConflictException", "The gateway rule is being updated: wait until its status is ACTIVE");
	if (in->priority < 0 || in->priority > 1000000)
		return platform_fail(c, 400, "ValidationException", "priority must be between 1 and 1000000");
	if (in->actions.n > 1)
		return platform_fail(c, 400, "ValidationException", "A rule has one action of each kind");
	if (in->actions.n && (canary = read_action(c, a, in->actions.v)) < 0)
		return -1;
	if (in->priority)
		r->priority = in->priority;
	if (in->description.n)
		r->description = arena_str(sim_keep(c->sim), in->description);
	if (in->conditions.n) {
		r->condition = ARENA_ARRAY(sim_keep(c->sim), Str, in->conditions.n);
		for (r->conditions = 0; r->conditions < in->conditions.n; r->conditions++)
			r->condition[r->conditions] = arena_str(sim_keep(c->sim), in->conditions.v[r->conditions]);
	}
	r->updated_ms = c->now_ms;
	r->move_ms = c->now_ms + platform_delay_ms(c->sim);
	if (canary >= 0) {
		a->canary_weight = canary;
		agentcore_apply(c, a, r->move_ms);
	}
	put_rule(c, a, i, output);
	c->status = 202;
	return 0;
}

/* --- rate limits --- */

/* The same in memory that lasts. */
static void keep_rates(Arena *to, const AcRate *v, size_t n, AcRate **out, size_t *count)
{
	*out = ARENA_ARRAY(to, AcRate, n + 1);
	for (*count = 0; *count < n; (*count)++)
		(*out)[*count] = (AcRate){ v[*count].rate, arena_str(to, v[*count].period) };
}

static void keep_entries(Arena *to, const AcLimitEntry *v, size_t n, AcRateLimit *row)
{
	row->entries.v = ARENA_ARRAY(to, AcLimitEntry, n + 1);
	for (size_t i = 0; i < n; i++) {
		AcLimitEntry *e = &row->entries.v[i];

		e->dimensions.v = ARENA_ARRAY(to, ShapePair, v[i].dimensions.n + 1);
		for (size_t k = 0; k < v[i].dimensions.n; k++)
			e->dimensions.v[k] = (ShapePair){ arena_str(to, v[i].dimensions.v[k].key), arena_str(to, v[i].dimensions.v[k].value) };
		e->dimensions.n = v[i].dimensions.n;
		keep_rates(to, v[i].requests.v, v[i].requests.n, &e->requests.v, &e->requests.n);
		keep_rates(to, v[i].tokens.v, v[i].tokens.n, &e->tokens.v, &e->tokens.n);
		keep_rates(to, v[i].connections.v, v[i].connections.n, &e->connections.v, &e->connections.n);
	}
	row->entries.n = n;
}

static bool closes(const AcLimitEntry *e, const char *agent)
{
	bool named = false, closed = false;

	for (size_t i = 0; i < e->dimensions.n; i++)
		named |= str_starts(e->dimensions.v[i].value, str_of(agent)) || str_is(e->dimensions.v[i].value, "*");
	for (size_t i = 0; i < e->requests.n; i++)
		closed |= e->requests.v[i].rate <= 0;
	return named && closed;
}

/* Which agents the limits let nothing through to, from now on. */
static void throttle(SimCall *c)
{
	const Gateway *g = gateway_state(c);
	AcAgent *all = agentcore_agents(c->sim);

	for (int i = 0; i < AC_RUNTIMES; i++) {
		bool before = all[i].throttled;

		all[i].throttled = false;
		for (int k = 0; k < LIMITS_MAX; k++)
			for (size_t n = 0; g->limit[k].used && n < g->limit[k].row.entries.n; n++)
				all[i].throttled |= closes(&g->limit[k].row.entries.v[n], fleet_agent_id(all[i].agent));
		if (all[i].throttled != before)
			agentcore_apply(c, &all[i], c->now_ms);
	}
}

static int list_limits(SimCall *c, const void *input, void *output)
{
	const AcGatewayListIn *in = input;
	AcRateLimits *out = output;
	const Gateway *g = gateway_state(c);
	size_t from, n, total = 0, at = 0;

	for (int i = 0; i < LIMITS_MAX; i++)
		total += g->limit[i].used;
	if (find_gateway(c, in->id) < 0 || platform_page(c, in->next_token, in->max, PAGE, total, &from, &n, &out->next_token) < 0)
		return -1;
	out->limits.v = ARENA_ARRAY(c->arena, AcRateLimit, n + 1);
	for (int i = 0; i < LIMITS_MAX; i++)
		if (g->limit[i].used && at++ >= from && out->limits.n < n)
			out->limits.v[out->limits.n++] = g->limit[i].row;
	return 0;
}

/* NULL: answered. */
static Limit *find_limit(SimCall *c, Str gateway, Str id)
{
	Gateway *g = gateway_state(c);

	if (find_gateway(c, gateway) < 0)
		return NULL;
	for (int i = 0; i < LIMITS_MAX; i++)
		if (g->limit[i].used && str_eq(id, g->limit[i].row.id))
			return &g->limit[i];
	(void)platform_fail(c, 404, "ResourceNotFoundException", "Rate limit %.*s was not found", id.n > ID_MAX ? ID_MAX : STR_ARG(id));
	return NULL;
}

static int get_limit(SimCall *c, const void *input, void *output)
{
	const AcRateLimitIn *in = input;
	const Limit *l = find_limit(c, in->gateway, in->id);

	if (!l)
		return -1;
	*(AcRateLimit *)output = l->row;
	return 0;
}

/* Each entry has a value for each of the keys, and a rate. */
static int check_entries(SimCall *c, const Str *keys, size_t key_count, const AcLimitEntry *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (v[i].dimensions.n != key_count)
			return platform_fail(c, 400, "ValidationException", "entries[%zu] must have a value for each dimension key", i);
		for (size_t k = 0; k < key_count; k++) {
			bool there = false;

			for (size_t d = 0; d < key_count; d++)
				there |= str_eq(v[i].dimensions.v[d].key, keys[k]);
			if (!there)
				return platform_fail(c, 400, "ValidationException", "entries[%zu] must have a value for each dimension key", i);
		}
		if (!v[i].requests.n && !v[i].tokens.n && !v[i].connections.n)
			return platform_fail(c, 400, "ValidationException", "entries[%zu] limits nothing", i);
	}
	return 0;
}

static int create_limit(SimCall *c, const void *input, void *output)
{
	const AcRateLimitCreateIn *in = input;
	Gateway *g = gateway_state(c);
	Arena *to = sim_keep(c->sim);
	Str id = in->id.n ? in->id : platform_id(c, c->request_id, false);
	Limit *l = NULL;

	if (find_gateway(c, in->gateway) < 0 || check_entries(c, in->dimension_keys.v, in->dimension_keys.n, in->entries.v, in->entries.n) < 0)
		return -1;
	for (int i = LIMITS_MAX - 1; i >= 0; i--) {
		if (g->limit[i].used && str_eq(id, g->limit[i].row.id))
			return platform_fail(c, 409, "ConflictException", "A rate limit with this id exists already");
		l = g->limit[i].used ? l : &g->limit[i];
	}
	if (!l)
		return platform_fail(c, 402, "ServiceQuotaExceededException", "The gateway has %d rate limits, as many as are allowed", LIMITS_MAX);
	*l = (Limit){ .used = true };
	l->row = (AcRateLimit){ .id = arena_str(to, id), .gateway = arena_str(to, gateway_id(c)), .description = arena_str(to, in->description),
	                        .status = STR("ACTIVE"), .created_ms = c->now_ms, .updated_ms = c->now_ms };
	l->row.dimension_keys.v = ARENA_ARRAY(to, Str, in->dimension_keys.n);
	for (size_t i = 0; i < in->dimension_keys.n; i++)
		l->row.dimension_keys.v[l->row.dimension_keys.n++] = arena_str(to, in->dimension_keys.v[i]);
	keep_entries(to, in->entries.v, in->entries.n, &l->row);
	throttle(c);
	*(AcRateLimit *)output = l->row;
	c->status = 201;
	return 0;
}

static int update_limit(SimCall *c, const void *input, void *output)
{
	const AcRateLimitUpdateIn *in = input;
	Limit *l = find_limit(c, in->gateway, in->id);

	if (!l || check_entries(c, l->row.dimension_keys.v, l->row.dimension_keys.n, in->entries.v, in->entries.n) < 0)
		return -1;
	if (in->description.n)
		l->row.description = arena_str(sim_keep(c->sim), in->description);
	keep_entries(sim_keep(c->sim), in->entries.v, in->entries.n, &l->row);
	l->row.updated_ms = c->now_ms;
	throttle(c);
	*(AcRateLimit *)output = l->row;
	return 0;
}

static int delete_limit(SimCall *c, const void *input, void *output)
{
	const AcRateLimitIn *in = input;
	Limit *l = find_limit(c, in->gateway, in->id);

	if (!l)
		return -1;
	l->used = false;
	throttle(c);
	*(AcRateLimitGone *)output = (AcRateLimitGone){ l->row.id, STR("DELETING") };
	return 0;
}

static const SimRow rows[] = {
	{ &op_agentcore_list_gateways, list_gateways, NULL }, { &op_agentcore_get_gateway, get_gateway, NULL },
	{ &op_agentcore_list_gateway_rules, list_rules, NULL }, { &op_agentcore_get_gateway_rule, get_rule, NULL },
	{ &op_agentcore_update_gateway_rule, update_rule, NULL }, { &op_agentcore_list_rate_limits, list_limits, NULL },
	{ &op_agentcore_get_rate_limit, get_limit, NULL }, { &op_agentcore_create_rate_limit, create_limit, NULL },
	{ &op_agentcore_update_rate_limit, update_limit, NULL }, { &op_agentcore_delete_rate_limit, delete_limit, NULL },
};
const SimTable sim_agentcore_gateway = SIM_TABLE(rows);
