/* AgentCore's control plane: runtimes, versions, endpoints. */
#include "sim/agentcore.h"

#include <stdio.h>
#include <string.h>

#include "sim/fleet_tables.h"
#include "wire/text.h"

enum { PAGE = 100, VERSION_TEXT_MAX = 5 };

static Str number(SimCall *c, int version)
{
	return arena_printf(c->arena, "%d", version);
}

/* The number that the text says, when there is such a version; else 0. */
static int version_of(SimCall *c, const AcAgent *a, Str text)
{
	int64_t n = 0;

	if (text.n > VERSION_TEXT_MAX || str_i64(text, &n) < 0 || n < 1 || n > platform_versions(c->sim, a->agent))
		return 0;
	return (int)n;
}

static int no_version(SimCall *c, Str version)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "Agent runtime version %.*s was not found", version.n > 9 ? 9 : STR_ARG(version));
}

static const char *runtime_status(const AcAgent *a)
{
	return a->ready_ms ? "UPDATING" : a->update_failed ? "UPDATE_FAILED" : "READY";
}

static const char *endpoint_status(const AcPointer *p)
{
	if (p->live_ms)
		return p->created ? "CREATING" : "UPDATING";
	return p->failed ? "UPDATE_FAILED" : "READY";
}

/* --- runtimes --- */

static ShapePair pair(const char *name, Str value)
{
	return (ShapePair){ str_of(name), value };
}

/* A version that the fleet's own pipeline has made: its variables say which release of the agent it is. */
static void put_own(SimCall *c, const AcAgent *a, int version, AcRuntime *out)
{
	const FleetAgent *t = &fleet_agents[a->agent];
	Str release = fleet_version(sim_fleet(c->sim), a->agent, (unsigned)version - 1);
	int64_t made = fleet_version_made_ms(sim_fleet(c->sim), a->agent, (unsigned)version - 1);

	out->description = arena_printf(c->arena, "%s %.*s", t->id, STR_ARG(release));
	out->role = platform_arn(c, "iam", "role/fleet-%s", t->id);
	out->artifact = arena_printf(c->arena, "{\"containerConfiguration\":{\"containerUri\":\"%.*s.dkr.ecr.%.*s.amazonaws.com/fleet/%s:%.*s\"}}",
	                             STR_ARG(c->who.account), STR_ARG(c->region), t->id, STR_ARG(release));
	out->network = STR("{\"networkMode\":\"PUBLIC\"}");
	out->protocol = STR("{\"serverProtocol\":\"HTTP\"}");
	out->lifecycle = STR("{\"idleRuntimeSessionTimeout\":900,\"maxLifetime\":28800}");
	out->environment.v = ARENA_ARRAY(c->arena, ShapePair, 4);
	out->environment.v[0] = pair("AGENT_ID", str_of(t->id));
	out->environment.v[1] = pair("AGENT_VERSION", release);
	out->environment.v[2] = pair("MODEL_ID", str_of(fleet_models[t->model].id));
	out->environment.v[3] = pair("PROMPT", arena_printf(c->arena, "s3://prompts/%s/v%.*s.txt", t->id, STR_ARG(release)));
	out->environment.n = 4;
	out->updated_ms = made ? made : a->at[AC_DEFAULT].updated_ms;
}

static void put_version(SimCall *c, const AcAgent *a, int version, AcRuntime *out)
{
	const AcRuntime *made = a->made[version - 1];

	if (made) {
		*out = *made;
		out->updated_ms = a->made_ms[version - 1];
	} else {
		put_own(c, a, version, out);
	}
	out->id = agentcore_runtime_id(c, a);
	out->arn = agentcore_runtime_arn(c, a);
	out->name = str_sub(out->id, 0, out->id.n - 11);
	out->version = number(c, version);
	out->created_ms = a->at[AC_DEFAULT].created_ms;
	out->status = str_of(version == platform_versions(c->sim, a->agent) ? runtime_status(a) : "READY");
	if (str_is(out->status, "UPDATE_FAILED"))
		out->failure_reason = STR("The container image could not be pulled: it does not exist");
}

static int list_runtimes(SimCall *c, const void *input, void *output)
{
	const AcListIn *in = input;
	AcRuntimes *out = output;
	const AcAgent *all = agentcore_agents(c->sim);
	size_t from, n;

	if (platform_page(c, in->next_token, in->max, PAGE, AC_RUNTIMES, &from, &n, &out->next_token) < 0)
		return -1;
	out->runtimes.v = ARENA_ARRAY(c->arena, AcRuntime, n + 1);
	for (out->runtimes.n = 0; out->runtimes.n < n; out->runtimes.n++) {
		const AcAgent *a = &all[from + out->runtimes.n];

		put_version(c, a, platform_versions(c->sim, a->agent), &out->runtimes.v[out->runtimes.n]);
	}
	return 0;
}

static int get_runtime(SimCall *c, const void *input, void *output)
{
	const AcRuntimeIn *in = input;
	const AcAgent *a = agentcore_find(c, in->id);
	int version;

	if (!a)
		return -1;
	version = in->version.n ? version_of(c, a, in->version) : platform_versions(c->sim, a->agent);
	if (!version)
		return no_version(c, in->version);
	put_version(c, a, version, output);
	return 0;
}

static int list_versions(SimCall *c, const void *input, void *output)
{
	const AcRuntimeListIn *in = input;
	AcRuntimes *out = output;
	const AcAgent *a = agentcore_find(c, in->id);
	size_t from, n, total;

	if (!a)
		return -1;
	total = (size_t)platform_versions(c->sim, a->agent);
	if (platform_page(c, in->next_token, in->max, PAGE, total, &from, &n, &out->next_token) < 0)
		return -1;
	out->runtimes.v = ARENA_ARRAY(c->arena, AcRuntime, n + 1);
	for (size_t i = 0; i < n; i++)       /* newest first */
		put_version(c, a, (int)(total - from - i), &out->runtimes.v[i]);
	out->runtimes.n = n;
	return 0;
}

/* --- a new version --- */

static Str kept(Arena *a, Str s)
{
	return s.n ? arena_str(a, s) : (Str){ 0 };
}

static void keep_list(Arena *to, const Str *from, size_t n, Str **v, size_t *count)
{
	*v = ARENA_ARRAY(to, Str, n + 1);
	for (*count = 0; *count < n; (*count)++)
		(*v)[*count] = arena_str(to, from[*count]);
}

static AcRuntime *keep_version(Arena *to, const AcRuntime *in)
{
	AcRuntime *r = ARENA_NEW(to, AcRuntime);
	const Str *const texts[] = { &in->description, &in->role, &in->artifact, &in->network, &in->protocol, &in->lifecycle, &in->hooks,
	                             &in->authorizer, &in->request_headers, &in->metadata, &in->capacity_provider, &in->platform_version };
	Str *const at[] = { &r->description, &r->role, &r->artifact, &r->network, &r->protocol, &r->lifecycle, &r->hooks,
	                    &r->authorizer, &r->request_headers, &r->metadata, &r->capacity_provider, &r->platform_version };

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		*at[i] = kept(to, *texts[i]);
	if (!r->lifecycle.n)
		r->lifecycle = STR("{\"idleRuntimeSessionTimeout\":900,\"maxLifetime\":28800}");
	keep_list(to, in->filesystems.v, in->filesystems.n, &r->filesystems.v, &r->filesystems.n);
	keep_list(to, in->ports.v, in->ports.n, &r->ports.v, &r->ports.n);
	keep_list(to, in->resources.v, in->resources.n, &r->resources.v, &r->resources.n);
	r->environment.v = ARENA_ARRAY(to, ShapePair, in->environment.n + 1);
	for (size_t i = 0; i < in->environment.n; i++)
		r->environment.v[i] = (ShapePair){ arena_str(to, in->environment.v[i].key), arena_str(to, in->environment.v[i].value) };
	r->environment.n = in->environment.n;
	return r;
}

/* Images lie in the repository of the agent; of others there are none. */
static bool image_exists(const AcAgent *a, Str artifact)
{
	char repository[80];

	(void)snprintf(repository, sizeof repository, "/fleet/%s:", fleet_agent_id(a->agent));
	return str_has(artifact, STR("\"codeConfiguration\"")) || str_has(artifact, str_of(repository));
}

static void move(AcPointer *p, int version, int64_t now, int64_t delay_ms)
{
	p->target = version;
	p->updated_ms = now;
	p->live_ms = now + delay_ms;
	p->failed = false;
}

static int update_runtime(SimCall *c, const void *input, void *output)
{
	const AcRuntime *in = input;
	AcRuntime *out = output;
	AcAgent *a = agentcore_find(c, in->id);
	int version;

	if (!a)
		return -1;
	if (!str_has(in->artifact, STR("{")))
		return platform_fail(c, 400, "ValidationException", "agentRuntimeArtifact must have a containerConfiguration or a codeConfiguration");
	if (!in->token.n || a->token != str_hash(in->token)) {
		if (a->ready_ms)
			return platform_fail(c, 409, "ConflictException", "The agent runtime is being updated: wait until its status is READY");
		if ((version = platform_new_version(c->sim, a->agent)) < 0)
			return platform_fail(c, 402, "ServiceQuotaExceededException", "The agent runtime has as many versions as are allowed");
		a->made[version - 1] = keep_version(sim_keep(c->sim), in);
		a->made_ms[version - 1] = c->now_ms;
		a->token = str_hash(in->token);
		a->update_failed = !image_exists(a, in->artifact);
		a->ready_ms = c->now_ms + platform_delay_ms(c->sim);
		a->at[AC_DEFAULT].will_fail = a->update_failed;
		move(&a->at[AC_DEFAULT], version, c->now_ms, platform_delay_ms(c->sim));
	}
	c->status = 202;
	put_version(c, a, platform_versions(c->sim, a->agent), out);
	return 0;
}

/* --- endpoints --- */

static void put_endpoint(SimCall *c, const AcAgent *a, const AcPointer *p, AcEndpoint *out)
{
	*out = (AcEndpoint){ .name = arena_str(c->arena, str_of(p->name)), .arn = agentcore_endpoint_arn(c, a, p->name),
	                     .runtime_arn = agentcore_runtime_arn(c, a), .target = number(c, p->target), .status = str_of(endpoint_status(p)),
	                     .description = p->description, .created_ms = p->created_ms, .updated_ms = p->updated_ms };
	out->id = out->name;
	if (p->live)
		out->live = number(c, p->live);
	if (p->failed)
		out->failure_reason = arena_printf(c->arena, "Version %d did not start: its container image could not be pulled", p->target);
}

static int list_endpoints(SimCall *c, const void *input, void *output)
{
	const AcRuntimeListIn *in = input;
	AcEndpoints *out = output;
	const AcAgent *a = agentcore_find(c, in->id);
	size_t from, n;

	if (!a || platform_page(c, in->next_token, in->max, PAGE, (size_t)a->n, &from, &n, &out->next_token) < 0)
		return -1;
	out->endpoints.v = ARENA_ARRAY(c->arena, AcEndpoint, n + 1);
	for (size_t i = 0; i < n; i++)
		put_endpoint(c, a, &a->at[from + i], &out->endpoints.v[i]);
	out->endpoints.n = n;
	return 0;
}

static int no_endpoint(SimCall *c, Str name)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "No endpoint %.*s of this agent runtime was found", name.n > 60 ? 60 : STR_ARG(name));
}

static int get_endpoint(SimCall *c, const void *input, void *output)
{
	const AcEndpointIn *in = input;
	AcAgent *a = agentcore_find(c, in->id);
	const AcPointer *p = a ? agentcore_pointer(a, in->name) : NULL;

	if (!a)
		return -1;
	if (!p)
		return no_endpoint(c, in->name);
	put_endpoint(c, a, p, output);
	return 0;
}

/* That the version's container would start. */
static bool starts(const AcAgent *a, int version)
{
	return !a->made[version - 1] || image_exists(a, a->made[version - 1]->artifact);
}

static bool is_name(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char l = (char)(s.p[i] | 0x20);
		bool letter = l >= 'a' && l <= 'z';

		if (!letter && (i == 0 || (s.p[i] != '_' && !(s.p[i] >= '0' && s.p[i] <= '9'))))
			return false;
	}
	return s.n >= 1 && s.n <= AC_NAME_MAX;
}

static int create_endpoint(SimCall *c, const void *input, void *output)
{
	const AcEndpointCreateIn *in = input;
	AcAgent *a = agentcore_find(c, in->id);
	AcPointer *p = a ? agentcore_pointer(a, in->name) : NULL;
	int version;

	if (!a)
		return -1;
	version = in->version.n ? version_of(c, a, in->version) : platform_versions(c->sim, a->agent);
	if (!version)
		return no_version(c, in->version);
	if (!is_name(in->name))
		return platform_fail(c, 400, "ValidationException", "name must begin with a letter and have letters, digits and _ only, 48 at most");
	if (p && !(in->token.n && p->token == str_hash(in->token)))
		return platform_fail(c, 409, "ConflictException", "An endpoint with the name %s exists already", p->name);
	if (!p) {
		if (a->n == AC_ENDPOINTS_MAX)
			return platform_fail(c, 402, "ServiceQuotaExceededException", "The agent runtime has %d endpoints, as many as are allowed", a->n);
		p = &a->at[a->n++];
		*p = (AcPointer){ .created_ms = c->now_ms, .token = str_hash(in->token), .created = true, .will_fail = !starts(a, version),
		                  .description = kept(sim_keep(c->sim), in->description) };
		(void)snprintf(p->name, sizeof p->name, "%.*s", STR_ARG(in->name));
		move(p, version, c->now_ms, platform_delay_ms(c->sim));
	}
	c->status = 202;
	put_endpoint(c, a, p, output);
	return 0;
}

static int update_endpoint(SimCall *c, const void *input, void *output)
{
	const AcEndpointMoveIn *in = input;
	AcAgent *a = agentcore_find(c, in->id);
	AcPointer *p = a ? agentcore_pointer(a, in->name) : NULL;
	int version;

	if (!a)
		return -1;
	if (!p)
		return no_endpoint(c, in->name);
	version = in->version.n ? version_of(c, a, in->version) : p->target;
	if (!version)
		return no_version(c, in->version);
	if (p == &a->at[AC_DEFAULT])
		return platform_fail(c, 400, "ValidationException", "The DEFAULT endpoint follows the latest version and cannot be updated");
	if (!in->token.n || p->token != str_hash(in->token)) {
		if (p->live_ms)
			return platform_fail(c, 409, "ConflictException", "The endpoint %s is being updated: wait until its status is READY", p->name);
		p->token = str_hash(in->token);
		p->will_fail = !starts(a, version);
		if (in->description.n)
			p->description = kept(sim_keep(c->sim), in->description);
		move(p, version, c->now_ms, platform_delay_ms(c->sim));
		if (!p->will_fail)
			agentcore_apply(c, a, p->live_ms);
	}
	c->status = 202;
	put_endpoint(c, a, p, output);
	return 0;
}

static const SimRow rows[] = {
	{ &op_agentcore_list_runtimes, list_runtimes, NULL }, { &op_agentcore_get_runtime, get_runtime, NULL },
	{ &op_agentcore_update_runtime, update_runtime, NULL }, { &op_agentcore_list_runtime_versions, list_versions, NULL },
	{ &op_agentcore_list_endpoints, list_endpoints, NULL }, { &op_agentcore_get_endpoint, get_endpoint, NULL },
	{ &op_agentcore_create_endpoint, create_endpoint, NULL }, { &op_agentcore_update_endpoint, update_endpoint, NULL },
};
const SimTable sim_agentcore = SIM_TABLE(rows);
