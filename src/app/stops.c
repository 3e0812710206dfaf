#include "app/stops.h"

#include "conf/follow_ups.h"

enum { SESSIONS_MAX = 100 };

const Rung rungs[RUNGS] = {
	{ "throttle", MOVE_STOP_THROTTLE, "a rate limit on the configured gateway (AgentCore)", NULL, false },
	{ "pause-ab", MOVE_STOP_AB, "an A/B test pauses, all callers get the control (AgentCore)", NULL, false },
	{ "reject", MOVE_STOP_REJECT, "an alias refuses every call (Bedrock agents)", NULL, true },
	{ "sessions", MOVE_STOP_SESSIONS, "the sessions that --session names end (AgentCore)",
	  "nothing: sessions begin anew, without what they knew", true },
	{ "park", MOVE_STOP_PARK, "the pointer moves to the parking version of the configuration (all back ends)", NULL, true },
};

const Rung *rung_of(Str name)
{
	for (int i = 0; i < RUNGS; i++)
		if (str_is(name, rungs[i].name))
			return &rungs[i];
	return NULL;
}

const Rung *rung_for(MoveAction stop)
{
	for (int i = 0; i < RUNGS; i++)
		if (rungs[i].action == stop)
			return &rungs[i];
	return NULL;
}

/* The parking version of the agent, or that of all. */
static int park(const ConfStops *c, MoveAsk *ask, Err *e)
{
	for (size_t i = 0; i < c->parks; i++)
		if (str_eq(c->park[i].agent, ask->agent) || (!c->park[i].agent.n && !ask->to.n))
			ask->to = c->park[i].version;
	if (ask->to.n)
		return 0;
	return err_kind(e, ERR_USAGE, "no parking version for %.*s: write stops.parking_versions: [{agent: %.*s, version: V}] into the configuration",
	                STR_ARG(ask->agent), STR_ARG(ask->agent));
}

static int sessions(Str rest, bool on_card, Arena *a, MoveAsk *ask, Err *e)
{
	Str *list = ARENA_ARRAY(a, Str, SESSIONS_MAX);

	while (rest.n && ask->sessions < SESSIONS_MAX) {
		Str id = str_trim(str_cut(rest, ',', &rest));

		if (id.n < STOPS_SESSION_LEAST)
			return err_kind(e, ERR_USAGE, "\"%.*s\" is no id of a session: those have %d characters and more", STR_ARG(id), STOPS_SESSION_LEAST);
		list[ask->sessions++] = id;
	}
	ask->session = list;
	if (!ask->sessions || rest.n)
		return err_kind(e, ERR_USAGE, "AWS lists no sessions: name 1 to %d of them%s; traces and logs have the ids", SESSIONS_MAX,
		                on_card ? "" : " with --session ID,ID");
	return 0;
}

Str stops_target(const ConfStops *c, Str agent, Arena *a)
{
	Str value[FOLLOW_WORDS] = { agent };

	return follow_expand(a, c->target, value);
}

static int throttle(const ConfStops *c, Arena *a, const MoveAsk *ask, MoveSpec *spec, Err *e)
{
	if (!c->gateway.n)
		return err_kind(e, ERR_REFUSED, "no gateway is configured to throttle at: write stops.throttle.gateway into the configuration");
	spec->throttle_target = stops_target(c, ask->agent, a);
	return 0;
}

int stops_prepare(const ConfStops *c, Str named, Arena *a, MoveAsk *ask, MoveSpec *spec, Err *e)
{
	switch (ask->action) {
	case MOVE_STOP_PARK:
		return park(c, ask, e);
	case MOVE_STOP_SESSIONS:
		return sessions(named, spec->on_card, a, ask, e);
	case MOVE_STOP_THROTTLE:
		return throttle(c, a, ask, spec, e);
	default:
		return 0;
	}
}
