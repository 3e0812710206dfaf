/* `seismo stop`: the stop ladder (app/stops.h). */
#include <stdio.h>

#include "app/stops.h"
#include "cli/acting.h"
#include "cli/cli.h"

static int usage(void)
{
	(void)fprintf(stderr, "seismo: stop takes an agent and a rung: seismo stop AGENT --rung R --reason TEXT. The rungs, mildest first:\n");
	for (int i = 0; i < RUNGS; i++)
		(void)fprintf(stderr, "  %-9s %s\n", rungs[i].name, rungs[i].help);
	return ERR_USAGE;
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
	if (stops_prepare(&r.s.conf->stops, str_of(o->session), &r.arena, &ask, &spec, &e) < 0) {
		acting_leave(&r, cli_fail(&e));
	} else {
		acting_watch(&r);
		r.move = move_start(&spec, &ask);
	}
	return acting_end(&r);
}
