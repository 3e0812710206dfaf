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

#define PAUSES(what, text, word, back, state) [what] = { .name = text, .becomes = word, .undo = back, .plan = act_pause_plan, \
	.stand = act_pause_stand, .finish = act_pause_finish, \
	.way = { { &backend_dynamodb, "TransactWriteItems (paused in the route)", ROUTE_REACH, NULL }, \
	         { &backend_agentcore, NULL, "AgentCore has no switch for a whole endpoint; seismo stop has the rungs that it has", NULL }, \
	         { &backend_classic, "UpdateAgentAlias (aliasInvocationState " state ")", ALIAS_REACH, alias_pause } } }

#define STATUS(what, text, word) [what] = { .name = text, .becomes = word, .plan = act_status_plan, .finish = act_status_finish, \
	.prove = act_status_prove, \
	.way = { { &backend_dynamodb, "TransactWriteItems (status of the version's item)", "who may point traffic to this version", NULL } } }

const Act acts[MOVE_ACTIONS] = {
	MOVES(MOVE_ROLLBACK, "rollback"),
	MOVES(MOVE_ROLLOUT, "rollout"),
	MOVES(MOVE_UNDO, "undo"),
	PAUSES(MOVE_PAUSE, "pause", "paused", MOVE_RESUME, "REJECT_INVOCATIONS"),
	PAUSES(MOVE_RESUME, "resume", "serving", MOVE_PAUSE, "ACCEPT_INVOCATIONS"),
	/* Of two that decide on one agent at once one is told of the other: they go by the lock of its route. */
	STATUS(MOVE_APPROVE, "approve", "approved"),
	STATUS(MOVE_REJECT, "reject", "rejected"),
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
	return acts[a].moves;
}

bool move_action_undo(MoveAction a, MoveAction *undo)
{
	*undo = acts[a].undo;
	return acts[a].undo != MOVE_ROLLBACK;
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
	m->v.splits = b->splits;
	m->v.call = m->way->call;
	m->v.reach = m->way->text;
	return true;
}
