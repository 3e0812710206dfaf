/* AgentCore's harnesses: agents that the service runs by itself. One, for the operators of the fleet; no arrivals use it. */
#include <string.h>

#include "sim/agentcore.h"
#include "sim/fleet_tables.h"

enum { PAGE = 100, VERSIONS = 3, ENDPOINTS = 2, DAY_MS = 24 * 3600 * 1000 };

typedef struct Harness { bool begun; AcPointer at[ENDPOINTS]; } Harness;

#define NAME "ops_assistant"
const SimTable sim_agentcore_harness;

static Str harness_id(SimCall *c)
{
	return arena_printf(c->arena, NAME "-%.*s", STR_ARG(platform_id(c, "harness", false)));
}

static Str harness_arn(SimCall *c)
{
	return platform_arn(c, "bedrock-agentcore", "harness/%.*s", STR_ARG(harness_id(c)));
}

static int64_t made_ms(SimCall *c, int version)
{
	return fleet_version_made_ms(sim_fleet(c->sim), FLEET_VISIBILITY, (unsigned)version - 1) - DAY_MS;
}

static Harness *state_of(SimCall *c)
{
	Harness *h = sim_slot(c->sim, &sim_agentcore_harness, sizeof(Harness));

	if (!h->begun) {
		h->begun = true;
		h->at[0] = (AcPointer){ .name = "DEFAULT", .live = VERSIONS, .target = VERSIONS, .created_ms = made_ms(c, 1),
		                        .updated_ms = made_ms(c, VERSIONS) };
		h->at[1] = (AcPointer){ .name = "prod", .live = 2, .target = 2, .created_ms = made_ms(c, 1), .updated_ms = made_ms(c, 2) };
	}
	for (int i = 0; i < ENDPOINTS; i++) {
		AcPointer *p = &h->at[i];

		if (!p->live_ms || c->now_ms < p->live_ms)
			continue;
		p->live = p->target;
		p->updated_ms = p->live_ms;
		p->live_ms = 0;
	}
	return h;
}

/* 0, or -1: answered. */
static int find(SimCall *c, Str id)
{
	if (str_eq(id, harness_id(c)))
		return 0;
	return platform_fail(c, 404, "ResourceNotFoundException", "Harness %.*s was not found", id.n > 200 ? 200 : STR_ARG(id));
}

static void put_harness(SimCall *c, int version, AcHarness *out)
{
	*out = (AcHarness){ .id = harness_id(c), .name = STR(NAME), .arn = harness_arn(c), .version = arena_printf(c->arena, "%d", version),
	                    .status = STR("READY"), .role = platform_arn(c, "iam", "role/fleet-ops-assistant"), .created_ms = made_ms(c, 1),
	                    .updated_ms = made_ms(c, version), .max_iterations = 20, .max_tokens = 4096, .timeout_s = 600,
	                    .truncation = STR("{\"strategy\":\"sliding_window\",\"config\":{\"slidingWindow\":{\"messagesCount\":40}}}") };
	out->model = arena_printf(c->arena, "{\"bedrockModelConfig\":{\"modelId\":\"%s\",\"maxTokens\":4096}}",
	                          fleet_models[version == VERSIONS ? 0 : 1].id);
	out->environment = arena_printf(c->arena, "{\"agentCoreRuntimeEnvironment\":{\"agentRuntimeArn\":\"%.*s\",\"agentRuntimeName\":\"" NAME "\","
	                                "\"agentRuntimeId\":\"%.*s\",\"lifecycleConfiguration\":{\"idleRuntimeSessionTimeout\":900},"
	                                "\"networkConfiguration\":{\"networkMode\":\"PUBLIC\"}}}",
	                                STR_ARG(platform_arn(c, "bedrock-agentcore", "runtime/%.*s", STR_ARG(out->id))), STR_ARG(out->id));
	out->system.v = ARENA_NEW(c->arena, Str);
	out->system.v[0] = STR("{\"text\":\"You help the operators of a fleet of agents. You read, you never write.\"}");
	out->system.n = 1;
	out->tools.v = ARENA_NEW(c->arena, Str);
	out->tools.v[0] = STR("{\"type\":\"inline_function\",\"name\":\"jobs\",\"config\":{\"inlineFunction\":{\"description\":\"Looks up jobs\","
	                      "\"inputSchema\":{\"type\":\"object\"}}}}");
	out->tools.n = 1;
	out->allowed_tools.v = ARENA_NEW(c->arena, Str);
	out->allowed_tools.v[0] = STR("jobs");
	out->allowed_tools.n = 1;
}

static int list(SimCall *c, const void *input, void *output)
{
	const AcListIn *in = input;
	AcHarnesses *out = output;
	size_t from, n;

	if (platform_page(c, in->next_token, in->max, PAGE, 1, &from, &n, &out->next_token) < 0)
		return -1;
	out->harnesses.v = ARENA_NEW(c->arena, AcHarness);
	out->harnesses.n = n;
	put_harness(c, VERSIONS, out->harnesses.v);
	return 0;
}

static int no_version(SimCall *c, Str version)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "Harness version %.*s was not found", version.n > 9 ? 9 : STR_ARG(version));
}

static int version_of(Str text)
{
	int64_t n = 0;

	return str_i64(text, &n) == 0 && n >= 1 && n <= VERSIONS ? (int)n : 0;
}

static int get(SimCall *c, const void *input, void *output)
{
	const AcHarnessIn *in = input;
	AcHarnessOut *out = output;
	int version = in->version.n ? version_of(in->version) : VERSIONS;

	if (find(c, in->id) < 0)
		return -1;
	if (!version)
		return no_version(c, in->version);
	put_harness(c, version, &out->harness);
	return 0;
}

static int list_versions(SimCall *c, const void *input, void *output)
{
	const AcHarnessListIn *in = input;
	AcHarnessVersions *out = output;
	size_t from, n;

	if (find(c, in->id) < 0 || platform_page(c, in->next_token, in->max, PAGE, VERSIONS, &from, &n, &out->next_token) < 0)
		return -1;
	out->versions.v = ARENA_ARRAY(c->arena, AcHarness, n + 1);
	for (size_t i = 0; i < n; i++)
		put_harness(c, VERSIONS - (int)(from + i), &out->versions.v[i]);
	out->versions.n = n;
	return 0;
}

static void put_endpoint(SimCall *c, const AcPointer *p, AcHarnessEndpoint *out)
{
	*out = (AcHarnessEndpoint){ .harness_id = harness_id(c), .harness_name = STR(NAME), .name = arena_str(c->arena, str_of(p->name)),
	                            .live = arena_printf(c->arena, "%d", p->live), .target = arena_printf(c->arena, "%d", p->target),
	                            .status = str_of(p->live_ms ? "UPDATING" : "READY"), .description = p->description,
	                            .created_ms = p->created_ms, .updated_ms = p->updated_ms };
	out->arn = arena_printf(c->arena, "%.*s/harness-endpoint/%s", STR_ARG(harness_arn(c)), p->name);
}

static int list_endpoints(SimCall *c, const void *input, void *output)
{
	const AcHarnessListIn *in = input;
	AcHarnessEndpoints *out = output;
	size_t from, n;

	if (find(c, in->id) < 0 || platform_page(c, in->next_token, in->max, PAGE, ENDPOINTS, &from, &n, &out->next_token) < 0)
		return -1;
	out->endpoints.v = ARENA_ARRAY(c->arena, AcHarnessEndpoint, n + 1);
	for (size_t i = 0; i < n; i++)
		put_endpoint(c, &state_of(c)->at[from + i], &out->endpoints.v[i]);
	out->endpoints.n = n;
	return 0;
}

/* NULL: answered. */
static AcPointer *find_endpoint(SimCall *c, Str id, Str name)
{
	Harness *h = state_of(c);

	if (find(c, id) < 0)
		return NULL;
	for (int i = 0; i < ENDPOINTS; i++)
		if (str_is(name, h->at[i].name))
			return &h->at[i];
	(void)platform_fail(c, 404, "ResourceNotFoundException", "No endpoint %.*s of this harness was found", name.n > 60 ? 60 : STR_ARG(name));
	return NULL;
}

static int get_endpoint(SimCall *c, const void *input, void *output)
{
	const AcHarnessEndpointIn *in = input;
	AcHarnessEndpointOut *out = output;
	const AcPointer *p = find_endpoint(c, in->id, in->name);

	if (!p)
		return -1;
	put_endpoint(c, p, &out->endpoint);
	return 0;
}

static int update_endpoint(SimCall *c, const void *input, void *output)
{
	const AcHarnessMoveIn *in = input;
	AcHarnessEndpointOut *out = output;
	AcPointer *p = find_endpoint(c, in->id, in->name);
	int version;

	if (!p)
		return -1;
	if (str_is(str_of(p->name), "DEFAULT"))
		return platform_fail(c, 400, "ValidationException", "The DEFAULT endpoint follows the latest version and cannot be updated");
	version = in->version.n ? version_of(in->version) : p->target;
	if (!version)
		return no_version(c, in->version);
	if (!in->token.n || p->token != str_hash(in->token)) {
		if (p->live_ms)
			return platform_fail(c, 409, "ConflictException", "The endpoint %s is being updated: wait until its status is READY", p->name);
		p->token = str_hash(in->token);
		p->target = version;
		p->updated_ms = c->now_ms;
		p->live_ms = c->now_ms + platform_delay_ms(c->sim);
		if (in->description.n)
			p->description = arena_str(sim_keep(c->sim), in->description);
	}
	put_endpoint(c, p, &out->endpoint);
	return 0;
}

static const SimRow rows[] = {
	{ &op_agentcore_list_harnesses, list, NULL }, { &op_agentcore_get_harness, get, NULL },
	{ &op_agentcore_list_harness_versions, list_versions, NULL }, { &op_agentcore_list_harness_endpoints, list_endpoints, NULL },
	{ &op_agentcore_get_harness_endpoint, get_endpoint, NULL }, { &op_agentcore_update_harness_endpoint, update_endpoint, NULL },
};
const SimTable sim_agentcore_harness = SIM_TABLE(rows);
