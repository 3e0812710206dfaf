/* `seismo pause`, `resume`, `approve`, `reject`, `register`: what is done to an agent without moving a pointer. */
#include "cli/acting.h"
#include "cli/cli.h"

static int run(const Options *o, MoveAction action, int args, const char *usage)
{
	MoveAsk ask = { .action = action, .pointer = str_of(o->pointer), .from = str_of(o->from), .reason = str_of(o->reason),
	                .no_claim = acting_unlocked(o) };

	if (o->args != args || o->to || o->percent)
		return acting_usage(usage);
	if (acting_bad_reason(o))
		return acting_usage("--reason takes a text of 1 to 500 bytes");
	ask.agent = str_of(o->arg[0]);
	ask.version = str_of(o->arg[1]);
	return acting_run(o, &ask);
}

int cmd_pause(const Options *o)
{
	return run(o, MOVE_PAUSE, 1, "pause takes one agent: seismo pause AGENT [--pointer P] --reason TEXT");
}

int cmd_resume(const Options *o)
{
	return run(o, MOVE_RESUME, 1, "resume takes one agent: seismo resume AGENT [--pointer P] --reason TEXT");
}

int cmd_approve(const Options *o)
{
	return run(o, MOVE_APPROVE, 2, "approve takes an agent and a version: seismo approve AGENT V [--from STATUS] --reason TEXT");
}

int cmd_reject(const Options *o)
{
	return run(o, MOVE_REJECT, 2, "reject takes an agent and a version: seismo reject AGENT V [--from STATUS] --reason TEXT");
}

int cmd_register(const Options *o)
{
	MoveAsk ask = { .action = MOVE_REGISTER, .pointer = str_of(o->pointer), .from = str_of(o->from), .reason = str_of(o->reason) };
	VersionFile file;
	Arena a = { 0 };
	Err e = { 0 };
	int code;

	if (o->args != 2 || o->to || o->percent)
		return acting_usage("register takes an agent and a file: seismo register AGENT FILE.yaml [--pointer P] --reason TEXT");
	if (acting_bad_reason(o))
		return acting_usage("--reason takes a text of 1 to 500 bytes");
	if (version_file_read(&a, o->arg[1], &file, &e) < 0) {
		code = cli_fail(&e);
	} else {
		ask.agent = str_of(o->arg[0]);
		ask.file = &file;
		code = acting_run(o, &ask);
	}
	arena_done(&a);
	return code;
}
