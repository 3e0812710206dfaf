/* The actions there are. */
#include "act/move_own.h"

#define ROUTE_REACH    "whoever reads the route: new jobs"
#define ENDPOINT_REACH "callers of this endpoint; sessions that run may keep their version until they end"
#define ALIAS_REACH    "callers of this alias"

#define MOVES(what, text) [what] = { .name = text, .moves = true, .undo = MOVE_UNDO, .plan = act_move_plan, .stand = act_move_stand, \
	.finish = act_move_finish, \
	.way = { { &backend_dynamodb, "TransactWriteItems", ROUTE_REACH, NULL }, \
	         { &backend_agentcore, "UpdateAgentRuntimeEndpoint", ENDPOINT_REACH, endpoint_move }, \
	         { &backend_classic, "UpdateAgentAlias", ALIAS_REACH, alias_move } } }

#define PAUSES(what, text, was, word, back, takes, state) [what] = { .name = text, .from = was, .becomes = word, .undo = back, .takes_back = takes, \
	.plan = act_pause_plan, .stand = act_pause_stand, .finish = act_pause_finish, \
	.way = { { &backend_dynamodb, "TransactWriteItems (paused in the route)", ROUTE_REACH, NULL }, \
	         { &backend_agentcore, NULL, "AgentCore has no switch for a whole endpoint; seismo stop has the rungs that it has", NULL }, \
	         { &backend_classic, "UpdateAgentAlias (aliasInvocationState " state ")", ALIAS_REACH, alias_pause } } }

#define STATUS(what, text, word) [what] = { .name = text, .becomes = word, .plan = act_status_plan, .finish = act_status_finish, \
	.prove = act_status_prove, \
	.way = { { &backend_dynamodb, "TransactWriteItems (status of the version's item)", "who may point traffic to this version", NULL } } }

#define LABELS(what, text) [what] = { .name = text, .moves = true, .undo = MOVE_UNPROMOTE, .plan = act_promote_plan, .finish = act_promote_finish, \
	.way = { { &backend_templates, "TransactWriteItems (live of the label)", "whoever asks for the template by this label, from their next look on", \
	           NULL } } }

#define AB_REACH     "the callers whom the test sends to T1: all go to C"
#define LIMIT_REACH  "all callers of the configured target, through this gateway"

/* A switch of one kind of thing. */
#define SWITCHES(what, text, was, word, back, takes, kept_in, op, reach, asks) [what] = { .name = text, .from = was, .becomes = word, \
	.undo = back, .takes_back = takes, .plan = act_pause_plan, .stand = act_pause_stand, .finish = act_pause_finish, \
	.way = { { kept_in, op, reach, asks } } }

const Act acts[MOVE_ACTIONS] = {
	MOVES(MOVE_ROLLBACK, "rollback"),
	MOVES(MOVE_ROLLOUT, "rollout"),
	MOVES(MOVE_UNDO, "undo"),
	PAUSES(MOVE_PAUSE, "pause", "serving", "paused", MOVE_RESUME, false, "REJECT_INVOCATIONS"),
	PAUSES(MOVE_RESUME, "resume", "paused", "serving", MOVE_PAUSE, true, "ACCEPT_INVOCATIONS"),
	/* Of two that decide on one agent at once one is told of the other: they go by the lock of its route. */
	STATUS(MOVE_APPROVE, "approve", "approved"),
	STATUS(MOVE_REJECT, "reject", "rejected"),
	[MOVE_REGISTER] = { .name = "register", .plan = act_register_plan, .stand = act_move_stand, .finish = act_register_finish,
		.prove = act_register_prove,
		.way = { { &backend_dynamodb, "TransactWriteItems (a new version's item)", "nobody yet: no pointer is moved", NULL },
		         { &backend_runtimes, "UpdateAgentRuntime", "callers of DEFAULT, which follows every new version", runtime_update },
		         { &backend_classic, NULL, "Bedrock makes versions of an agent only by moving an alias to its draft: do that where the draft is "
		           "edited", NULL } } },
	LABELS(MOVE_PROMOTE, "promote"),
	LABELS(MOVE_UNPROMOTE, "unpromote"),
	SWITCHES(MOVE_STOP_THROTTLE, "stop-throttle", "open", "throttled", MOVE_UNTHROTTLE, false, &backend_gateway, "CreateGatewayRateLimit",
	         LIMIT_REACH, gateway_set),
	SWITCHES(MOVE_UNTHROTTLE, "unthrottle", "throttled", "open", MOVE_ROLLBACK, true, &backend_gateway, "DeleteGatewayRateLimit", LIMIT_REACH,
	         gateway_set),
	SWITCHES(MOVE_STOP_AB, "stop-pause-ab", "running", "paused", MOVE_RESUME_AB, false, &backend_ab_tests, "UpdateABTest (executionStatus PAUSED)",
	         AB_REACH, ab_test_set),
	SWITCHES(MOVE_RESUME_AB, "resume-ab", "paused", "running", MOVE_STOP_AB, true, &backend_ab_tests, "UpdateABTest (executionStatus RUNNING)",
	         AB_REACH, ab_test_set),
	[MOVE_STOP_REJECT] = { .name = "stop-reject", .from = "serving", .becomes = "paused", .undo = MOVE_RESUME, .plan = act_pause_plan,
		.stand = act_pause_stand, .finish = act_pause_finish,
		.way = { { &backend_dynamodb, NULL, "a route refuses no call by itself; seismo pause marks it paused for those who read it", NULL },
		         { &backend_agentcore, NULL, "AgentCore's runtimes have no switch that refuses all calls; throttle and park are what it has", NULL },
		         { &backend_classic, "UpdateAgentAlias (aliasInvocationState REJECT_INVOCATIONS)", ALIAS_REACH, alias_pause } } },
	[MOVE_STOP_SESSIONS] = { .name = "stop-sessions", .becomes = "ended", .plan = act_sessions_plan, .stand = act_sessions_stand,
		.finish = act_sessions_finish,
		.blind = "AWS keeps no list of sessions, so it is not known which of them were ended: the lock is given back",
		.way = { { &backend_dynamodb, NULL, "its agents have no sessions that AWS knows", NULL },
		         { &backend_agentcore, "StopRuntimeSession", "the sessions that are named; new ones begin as before", endpoint_stop_sessions },
		         { &backend_classic, NULL, "Bedrock can end a session only with a call of the agent itself", NULL } } },
	MOVES(MOVE_STOP_PARK, "stop-park"),
};

const char *move_action_name(MoveAction a)
{
	return acts[a].name;
}

bool move_action_of(Str name, MoveAction *out)
{
	for (int i = 0; i < MOVE_ACTIONS; i++)
		if (str_is(name, acts[i].name)) {
			*out = (MoveAction)i;
			return true;
		}
	return false;
}

bool move_action_moves(MoveAction a)
{
	return a >= MOVE_ACTIONS || acts[a].moves;
}

bool move_action_labels(MoveAction a)
{
	return a == MOVE_PROMOTE || a == MOVE_UNPROMOTE;
}

bool move_action_stops(MoveAction a)
{
	return a >= MOVE_STOP_THROTTLE && a <= MOVE_STOP_PARK;
}

bool move_action_undo(MoveAction a, MoveAction *undo)
{
	*undo = acts[a].undo;
	return acts[a].undo != MOVE_ROLLBACK;
}

bool move_action_way(MoveAction a, Str backend, MoveWay *out)
{
	const Way *w = acts[a].way;

	for (int i = 0; i < ACT_WAYS && w[i].in; i++)
		if (str_is(backend, w[i].in->name)) {
			*out = (MoveWay){ w[i].call, w[i].text };
			return true;
		}
	return false;
}

bool way_set(Move *m, const Backend *b)
{
	m->way = NULL;
	for (int i = 0; i < ACT_WAYS && m->a->way[i].in; i++)
		if (m->a->way[i].in == b)
			m->way = &m->a->way[i];
	if (!m->way)
		return false;
	m->b = b;
	m->v.backend = b->name;
	m->v.thing = b->thing;
	m->v.versions = b->version != NULL;
	m->v.splits = b->splits;
	m->v.call = m->way->call;
	m->v.reach = m->way->text;
	return true;
}
