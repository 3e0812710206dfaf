/* `seismo rollback`, `rollout`, `undo`: a pointer moves from the command line; undo takes back what else can be taken back, too. */
#include <string.h>

#include "cli/acting.h"
#include "cli/cli.h"
#include "cli/rollout_guard.h"
#include "cli/wait_back.h"

typedef enum Wait { WAIT_POINTER, WAIT_BACK, WAIT_NO, WAITS } Wait;

static int wait_of(const Options *o, Wait *out)
{
	static const char *const names[WAITS] = { "pointer", "back", "no" };

	*out = WAIT_POINTER;
	for (int i = 0; o->wait && i < WAITS; i++)
		if (strcmp(o->wait, names[i]) == 0) {
			*out = (Wait)i;
			return 0;
		}
	return o->wait ? -1 : 0;
}

static int run(const Options *o, MoveAsk ask)
{
	Wait wait;
	Acting r;
	MoveSpec spec;
	Err e = { 0 };

	if (wait_of(o, &wait) < 0)
		return acting_usage("--wait takes pointer, back or no");
	if (wait == WAIT_BACK && ask.action == MOVE_ROLLOUT && ask.percent < 100)
		return acting_usage("--wait back goes with a move of all traffic: a rollout of 100 percent, rollback or undo");
	if (acting_open(&r, o, &e) < 0) {
		r.code = cli_fail(&e);
	} else if (ask.action == MOVE_UNDO && mover_undo(&r.mover, str_of(o->arg[0]), &r.arena, &ask, &e) < 0) {
		acting_leave(&r, cli_fail(&e));
	} else if (wait == WAIT_BACK && move_action_labels(ask.action)) {
		acting_leave(&r, acting_usage("--wait back waits for jobs, and no job goes by a label of a template; leave it out"));
	} else {
		spec = acting_spec(&r);
		if (wait == WAIT_NO)
			spec.verify_ms = 1;              /* what is not there at the first look is not waited for */
		r.then = wait == WAIT_BACK ? wait_back : NULL;
		acting_watch(&r);
		if (o->guard && !o->dry_run) {
			rollout_guard(&r, &spec, &ask);
		} else {
			if (o->guard)
				ask.percent = r.s.conf->rollout.step[0];
			r.move = move_start(&spec, &ask);
		}
	}
	return acting_end(&r);
}

static MoveAsk ask_of(const Options *o, MoveAction action)
{
	return (MoveAsk){ .action = action, .pointer = str_of(o->pointer), .from = str_of(o->from), .to = str_of(o->to),
	                  .reason = str_of(o->reason), .no_claim = acting_unlocked(o) };
}

#define BAD_REASON "--reason takes a text of 1 to 500 bytes"

int cmd_rollback(const Options *o)
{
	MoveAsk ask = ask_of(o, MOVE_ROLLBACK);

	if (o->args != 1 || o->percent || o->guard)
		return acting_usage("rollback takes one agent: seismo rollback AGENT [--pointer P] [--from V] [--to V] --reason TEXT");
	if (acting_bad_reason(o))
		return acting_usage(BAD_REASON);
	ask.agent = str_of(o->arg[0]);
	return run(o, ask);
}

int cmd_rollout(const Options *o)
{
	MoveAsk ask = ask_of(o, MOVE_ROLLOUT);

	if (o->args != 2 || o->to || !o->percent == !o->guard ||
	    (o->percent && (str_i64(str_of(o->percent), &ask.percent) < 0 || ask.percent < 1 || ask.percent > 100)))
		return acting_usage("rollout takes an agent, a version and its share: seismo rollout AGENT V --percent N (1 to 100) --reason TEXT; with "
		                    "--guard in place of --percent it goes through the shares of rollout.steps");
	if (o->guard && o->wait)
		return acting_usage("--guard waits for each step by itself; leave out --wait");
	if (acting_bad_reason(o))
		return acting_usage(BAD_REASON);
	ask.agent = str_of(o->arg[0]);
	ask.to = str_of(o->arg[1]);
	return run(o, ask);
}

int cmd_undo(const Options *o)
{
	if (o->args > 1 || o->to || o->percent || o->pointer || o->guard)
		return acting_usage("undo takes the id of a move, or nothing for the last one: seismo undo [OP] --reason TEXT");
	if (acting_bad_reason(o))
		return acting_usage(BAD_REASON);
	return run(o, ask_of(o, MOVE_UNDO));
}
