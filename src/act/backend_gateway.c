/* A rate limit of an AgentCore gateway, as a stop: one of ours for each agent, on the gateway and the target that the configuration names. */
#include "act/move_own.h"

#include "api/agentcore_gateway.h"

enum { ID_MAX = 63 };

/* "seismo-AGENT": what the API allows in an id (letters, digits, - _ .) is what agents' names have. */
static Str limit_id(Move *m)
{
	return arena_printf(&m->arena, "seismo-%.*s", ID_MAX - 7, arena_cstr(&m->arena, m->ask.agent));
}

static void on_gateway(Move *m, const void *out, const AwsError *err)
{
	const AcGateway *g = out;

	if (!err)
		move_add(m, &backend_gateway, g->id, m->ask.agent, arena_printf(&m->arena, "%.*s/rate-limit/%.*s", STR_ARG(g->arn), STR_ARG(limit_id(m))),
		         limit_id(m));
	move_found(m, err);
}

static void find(Move *m)
{
	AcGatewayIn in = { .id = m->spec.gateway };

	move_call(m, &op_agentcore_get_gateway, &in, on_gateway);
}

static void on_read(Move *m, const void *out, const AwsError *err)
{
	const AcRateLimit *l = out;

	if (err && err->fault != AWS_NOT_FOUND) {
		move_read(m, err);
		return;
	}
	m->now = (PointerState){ .live = m->v.pointer_name, .word = err ? STR("open") : STR("throttled"),
	                         .status = err ? STR("not there") : move_keep(m, l->status), .settled = err || str_is(l->status, "ACTIVE") };
	move_read(m, NULL);
}

static void look(Move *m)
{
	AcRateLimitIn in = { m->v.agent, m->v.pointer_name };

	move_call(m, &op_agentcore_get_rate_limit, &in, on_read);
}

static void on_set(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	deed_asked(m, err);
}

void gateway_set(Move *m)
{
	Str key = STR("targetName");
	ShapePair pair = { key, m->spec.throttle_target };
	AcRate rate = { (double)m->spec.per_minute, STR("minute") };
	AcLimitEntry entry = { 0 };
	AcRateLimitCreateIn in = { .gateway = m->v.agent, .id = m->v.pointer_name, .description = m->v.reason };
	AcRateLimitIn gone = { m->v.agent, m->v.pointer_name };
	char token[UUID_TEXT];

	if (!str_is(m->v.becomes, "throttled")) {
		move_call(m, &op_agentcore_delete_rate_limit, &gone, on_set);
		return;
	}
	move_uuid(token);
	in.token = str_of(token);
	entry.dimensions.v = &pair;
	entry.requests.v = &rate;
	in.dimension_keys.v = &key;
	in.entries.v = &entry;
	entry.dimensions.n = entry.requests.n = in.dimension_keys.n = in.entries.n = 1;
	move_call(m, &op_agentcore_create_rate_limit, &in, on_set);
}

/* "…:gateway/ID/rate-limit/NAME" */
static bool place(Move *m, Str key)
{
	return place_parts(m, key, ":gateway/", "rate-limit/");
}

const Backend backend_gateway = { "agentcore", "rate limit", false, false, find, look, NULL, place, false };
