#include "cli/cli.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const Command commands[] = {
	{ "demo", "[sim flags]", "the console on a simulated region", FLAGS_SIM, cmd_demo, false, NULL },
	{ "sim", "[flags]", "the simulated region alone: any AWS SDK can talk to it", FLAGS_SIM, cmd_sim, false, NULL },
	{ "get", "jobs|cost|agents|versions|cache|metrics|quotas|flags|templates|changes|coverage|alerts|budgets",
	  "bring the feeds that it needs up to date, and print",
	  FLAGS_WINDOW | FLAGS_ANSWER | FLAGS_AT | FLAGS_OF, cmd_get, false, NULL },
	{ "describe", "agent NAME", "where its pointers are, how it does, and how what serves is made", FLAGS_WINDOW | FLAGS_ANSWER | FLAGS_AT,
	  cmd_describe, false, NULL },
	{ "history", "AGENT", "who moved its pointers, when, from where to where and why; by seismo and elsewhere",
	  FLAGS_WINDOW | FLAGS_ANSWER | FLAGS_AT, cmd_history, false, NULL },
	{ "export", "cost|incident [AGENT|ALERT]", "a report as Markdown, JSON, CSV or SVG charts, to paste or to keep",
	  FLAGS_WINDOW | FLAGS_ANSWER | FLAGS_AT | FLAGS_EXPORT, cmd_export, false, NULL },
	{ "reconcile", "[--day D]", "a closed day's estimate beside the bill, and why they differ", FLAGS_ANSWER | FLAGS_DAY, cmd_reconcile,
	  false, NULL },
	{ "collect", "[-x a,b|*]", "the feeds without a screen, for all consoles on the same snapshot", 0, cmd_collect, false, NULL },
	{ "chat", "--once TEXT --model M", "one question to a model, streamed", FLAGS_CHAT, cmd_chat, false, NULL },
	{ "eval", "SUITE.yaml", "ask every case of every cell, check the answers, compare the cells pair by pair", FLAGS_EVAL, cmd_eval, false, NULL },
	{ "replay", "REQUEST_ID|TRACE", "ask a call of the invocation log again, also of another model or template", FLAGS_REPLAY, cmd_replay, false,
	  NULL },
	{ "template", "sign|verify FILE|promote T V --label L|history T", "sign a prompt template for an agent and an environment with KMS, check "
	  "that; give a version a label; who did so and when", FLAGS_ACT | FLAGS_SEAL | FLAGS_LABEL, cmd_template, false, NULL },
	{ "once", "--view V --size 120x40", "one screen as text", FLAGS_SCREEN | FLAGS_ANSWER | FLAGS_AT, cmd_once, false, NULL },
	{ "sql", "\"SELECT …\"", "a question of yours over the snapshot, read-only: jobs, lines, cost_hours, metrics, agents", 0, cmd_sql, false, NULL },
	{ "rollback", "AGENT [--to V] --reason TEXT", "put a pointer back to a version that has proved itself, and read it back",
	  FLAGS_ACT | FLAGS_MOVE | FLAGS_WAIT, cmd_rollback, false, NULL },
	{ "rollout", "AGENT V --percent N", "give a version its share of the traffic", FLAGS_ACT | FLAGS_MOVE | FLAGS_WAIT, cmd_rollout, false, NULL },
	{ "undo", "[OP] --reason TEXT", "put back what the last move, or that one, replaced", FLAGS_ACT | FLAGS_MOVE | FLAGS_WAIT,
	  cmd_undo, false, NULL },
	{ "pause", "AGENT [--pointer P] --reason TEXT", "let nothing through a pointer, where AWS or the table can", FLAGS_ACT | FLAGS_MOVE,
	  cmd_pause, false, NULL },
	{ "resume", "AGENT [--pointer P] --reason TEXT", "let it serve again", FLAGS_ACT | FLAGS_MOVE, cmd_resume, false, NULL },
	{ "approve", "AGENT V --reason TEXT", "a version may be pointed to", FLAGS_ACT | FLAGS_MOVE, cmd_approve, false, NULL },
	{ "reject", "AGENT V --reason TEXT", "a version may not be pointed to", FLAGS_ACT | FLAGS_MOVE, cmd_reject, false, NULL },
	{ "register", "AGENT FILE.yaml --reason TEXT", "a new version, in the agents table or of an AgentCore runtime", FLAGS_ACT | FLAGS_MOVE,
	  cmd_register, false, NULL },
	{ "stop", "AGENT --rung R --reason TEXT", "the stop ladder, mildest first: throttle, pause-ab, reject, sessions, park",
	  FLAGS_ACT | FLAGS_MOVE | FLAGS_STOP, cmd_stop, false, NULL },
	{ "op", "list|show OP|resolve OP", "what was begun, and the end of what is not known", FLAGS_ACT, cmd_op, false, NULL },
	{ "audit", "verify", "does the local audit file still say what was written into it", 0, cmd_audit, false, NULL },
	{ "setup", "--write --yes", "make the lock table, by which of two operators one wins", FLAGS_ACT, cmd_setup, false, NULL },
	{ "ack", "ALERT --reason TEXT", "acknowledge an alert until it is over", FLAGS_SAID, cmd_ack, false, NULL },
	{ "silence", "ALERT --for TIME", "silence an alert, or all of a rule, for a time", FLAGS_SAID | FLAGS_FOR, cmd_silence, false, NULL },
	{ "login", "[--profile P]", "log in to IAM Identity Center (SSO) with a code in a browser", 0, cmd_login, false, NULL },
	{ "doctor", "[--iam]", "is everything as it must be, and what to do; the least-privilege policy", FLAGS_DOCTOR, cmd_doctor, false, NULL },
	{ "mcp", "servers|tools S|call S/TOOL [JSON]|accept S", "MCP servers of the configuration: their tools, one call",
	  FLAGS_MCP, cmd_mcp, false, NULL },
	{ "prices", "[MODEL] [--tokens …]|refresh", "which prices hold; what one call costs and why; AWS's own list",
	  FLAGS_PRICES | FLAGS_AT, cmd_prices, false, NULL },
	{ "info", "[keys|man]", "paths, context, identity; every key; the manual page", 0, cmd_info, false, NULL },
	{ "completion", "bash|zsh|fish", "what that shell offers on Tab, as a script to source", 0, cmd_completion, false, NULL },
	{ "config", "check|default|reference|alerts", "check it; print the example, every setting, every alert rule", 0, cmd_config, false, NULL },
	{ "tool", "sign|frames|clean|json|tokens|scan|ingest",
	  "small tools for refused calls, odd bytes and files of log lines", 0, NULL, true, cmd_tool },
	{ 0 },
};

const Command *cli_commands(void)
{
	return commands;
}

/* Nothing that we hold may leave through a core file or another process's debugger. */
static void harden(void)
{
	const struct rlimit none = { 0, 0 };

	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);         /* a file that may not grow is an error of a write, not the end */
#ifdef __GLIBC__
	/* One heap for the loop and one for all workers: with one each, what a worker has freed serves nobody else (10 MiB at rest). */
	(void)mallopt(M_ARENA_MAX, 2);
#endif
	/* Read before the first job is queued; three are enough for one write and two reads. */
	(void)setenv("UV_THREADPOOL_SIZE", "3", 0);
}

int cli_main(int argc, char **argv)
{
	const Command *c;
	Options o;
	Err e = { 0 };

	harden();
	for (const Command *r = commands; r->name; r++)
		if (argc > 1 && r->raw && strcmp(argv[1], r->name) == 0)
			return r->run_raw(argc - 2, argv + 2);
	if (options_parse(argc, argv, commands, &o, &c, &e) < 0)
		return cli_fail(&e);
	if (o.help) {
		options_help(commands, c);
		return 0;
	}
	if (o.version) {
		printf("seismo " SEISMO_VERSION "\n");
		return 0;
	}
	if (c && c->raw) {
		err_kind(&e, ERR_USAGE, "%s comes first: seismo %s %s, and no flags before it", c->name, c->name, c->args);
		return cli_fail(&e);
	}
	return c ? c->run(&o) : cmd_console(&o);
}
