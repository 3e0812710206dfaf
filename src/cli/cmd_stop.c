/* `seismo stop`: the stop ladder. Which rung a back end has, and what it asks of AWS, the rows of act/ know; what a rung needs of the
 * configuration is put together here. */
#include <stdio.h>

#include "cli/acting.h"
#include "cli/cli.h"
#include "conf/follow_ups.h"

enum { SESSIONS_MAX = 100, SESSION_LEAST = 33 };

typedef struct Rung { const char *name; MoveAction action; const char *help; } Rung;
static const Rung rungs[] = {
	{ "throttle", MOVE_STOP_THROTTLE, "a rate limit on the configured gateway (AgentCore)" },
	{ "pause-ab", MOVE_STOP_AB, "an A/B test pauses, all callers get the control (AgentCore)" },
	{ "reject", MOVE_STOP_REJECT, "an alias refuses every call (Bedrock agents)" },
	{ "sessions", MOVE_STOP_SESSIONS, "the sessions that --session names end (AgentCore)" },
	{ "park", MOVE_STOP_PARK, "the pointer moves to the parking version of the configuration (all back ends)" },
};
enum { RUNGS = sizeof rungs / sizeof *rungs };

static const Rung *rung_of(Str name)
{
	for (int i = 0; i < RUNGS; i++)
		if (str_is(name, rungs[i].name))
			return &rungs[i];
	return NULL;
}

static int usage(void)
{
	(void)fprintf(stderr, "seismo: stop takes an agent and a rung: seismo stop AGENT --rung R --reason TEXT. The rungs, mildest first:\n");
	for (int i = 0; i < RUNGS; i++)
		(void)fprintf(stderr, "  %-9s %s\n", rungs[i].name, rungs[i].help);
	return ERR_USAGE;
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

static int sessions(const Options *o, Arena *a, MoveAsk *ask, Err *e)
{
	Str rest = str_of(o->session), *list = ARENA_ARRAY(a, Str, SESSIONS_MAX);

	while (rest.n && ask->sessions < SESSIONS_MAX) {
		Str id = str_cut(rest, ',', &rest);

		if (id.n < SESSION_LEAST)
			return err_kind(e, ERR_USAGE, "\"%.*s\" is no id of a session: those have %d characters and more", STR_ARG(id), SESSION_LEAST);
		list[ask->sessions++] = id;
	}
	ask->session = list;
	if (!ask->sessions || rest.n)
		return err_kind(e, ERR_USAGE, "AWS lists no sessions: name 1 to %d of them with --session ID,ID; traces and logs have the ids", SESSIONS_MAX);
	return 0;
}

static int throttle(Acting *r, MoveSpec *spec, const MoveAsk *ask, Err *e)
{
	const ConfStops *c = &r->s.conf->stops;
	Str value[FOLLOW_WORDS] = { ask->agent };

	if (!c->gateway.n)
		return err_kind(e, ERR_REFUSED, "no gateway is configured to throttle at: write stops.throttle.gateway into the configuration");
	spec->throttle_target = follow_expand(&r->arena, c->target, value);
	return 0;
}

static int prepare(Acting *r, MoveSpec *spec, MoveAsk *ask, Err *e)
{
	switch (ask->action) {
	case MOVE_STOP_PARK:
		return park(&r->s.conf->stops, ask, e);
	case MOVE_STOP_SESSIONS:
		return sessions(r->o, &r->arena, ask, e);
	case MOVE_STOP_THROTTLE:
		return throttle(r, spec, ask, e);
	default:
		return 0;
	}
}

int cmd_stop(const Options *o)
{
	const Rung *rung = rung_of(str_of(o->rung));
	MoveAsk ask = { .pointer = str_of(o->pointer), .from = str_of(o->from), .reason = str_of(o->reason), .no_claim = acting_unlocked(o) };
	Acting r;
	MoveSpec spec;
	Err e = { 0 };

	if (o->args != 1 || !rung || o->to || o->percent || (o->session && rung->action != MOVE_STOP_SESSIONS))
		return usage();
	if (acting_bad_reason(o))
		return acting_usage("--reason takes a text of 1 to 500 bytes");
	ask.action = rung->action;
	ask.agent = str_of(o->arg[0]);
	if (acting_open(&r, o, &e) < 0) {
		r.code = cli_fail(&e);
		return acting_end(&r);
	}
	spec = acting_spec(&r);
	if (prepare(&r, &spec, &ask, &e) < 0) {
		acting_leave(&r, cli_fail(&e));
	} else {
		acting_watch(&r);
		r.move = move_start(&spec, &ask);
	}
	return acting_end(&r);
}
