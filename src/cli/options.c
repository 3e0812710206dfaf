#include "cli/options.h"

#include <stdio.h>
#include <string.h>

#include "conf/yaml.h"
#include "ui/clean.h"

#define TEXT(member) FLAG_TEXT, offsetof(Options, member)
#define BOOL(member) FLAG_BOOL, offsetof(Options, member)

static const OptionFlag flags[] = {
	{ "--context", NULL, 'x', "NAME", "context of the configuration; NAME,NAME or * for several", TEXT(context), 0 },
	{ "--profile", NULL, 'p', "NAME", "profile of the shared AWS files", TEXT(profile), 0 },
	{ "--mfa-code", NULL, 0, "CODE", "code of the MFA device, for a profile whose role wants one", TEXT(mfa_code), 0 },
	{ "--region", NULL, 'r', "REGION", "region", TEXT(region), 0 },
	{ "--endpoint-url", NULL, 0, "URL", "send all calls there (loopback, unless the context allows another)",
	  TEXT(endpoint_url), 0 },
	{ "--config", NULL, 'c', "FILE", "configuration file", TEXT(config), 0 },
	{ "--readonly", "--read-only", 0, NULL, "refuse every write, whatever the configuration says", BOOL(read_only), 0 },
	{ "--write", NULL, 0, NULL, "allow writes where the context's configuration does", BOOL(write), 0 },
	{ "--command", NULL, 0, "VIEW", "start on this view", TEXT(command), 0 },
	{ "--filter", NULL, 'f', "F", "start with this filter, as typed after /", TEXT(filter), 0 },
	{ "--refresh", NULL, 0, "SECONDS", "redraw interval, -1 = only on change", TEXT(refresh), 0 },
	{ "--no-color", "--no-colour", 0, NULL, "no colours (also NO_COLOR)", BOOL(no_color), 0 },
	{ "--ascii", NULL, 0, NULL, "draw with ASCII only", BOOL(ascii), 0 },
	{ "--no-mouse", NULL, 0, NULL, "no mouse (there is none by default)", BOOL(no_mouse), 0 },
	{ "--output", NULL, 'o', "table|json|csv", "form of the answer; a command may have others", TEXT(output), 0 },
	{ "--help", NULL, 'h', NULL, "this text", BOOL(help), 0 },
	{ "--version", NULL, 0, NULL, "version", BOOL(version), 0 },
	{ "--since", NULL, 0, "TIME", "how far back: 15m, 2h, 7d, or a time (jobs and cost: 35d)", TEXT(since),
	  FLAGS_WINDOW | FLAGS_PRICES | FLAGS_REPLAY },
	{ "--tokens", NULL, 0, "CLASS=N,...", "what these tokens cost: input, output, cache_read, cache_write_5m, cache_write_1h", TEXT(tokens),
	  FLAGS_PRICES },
	{ "--tier", NULL, 0, "T", "served as: default, priority, flex; prices also batch, chat also reserved", TEXT(tier), FLAGS_PRICES | FLAGS_CHAT },
	{ "--unpriced", NULL, 0, NULL, "which calls of the snapshot have no price, and what they may cost", BOOL(unpriced), FLAGS_PRICES },
	{ "--by", NULL, 0, "WHAT", "tenant, persona, agent, version or model", TEXT(by), FLAGS_WINDOW },
	{ "--cached", NULL, 0, NULL, "answer from the snapshot at once", BOOL(cached), FLAGS_ANSWER },
	{ "--timing", NULL, 0, NULL, "print the time of the answer on stderr", BOOL(timing), FLAGS_ANSWER },
	{ "--view", NULL, 0, "VIEW", "which view", TEXT(view), FLAGS_SCREEN },
	{ "--size", NULL, 0, "WxH", "cells, 80x24 when not given", TEXT(size), FLAGS_SCREEN },
	{ "--at", NULL, 0, "TIME", "as it was at this time", TEXT(at), FLAGS_AT },
	{ "--port", NULL, 0, "N", "port on 127.0.0.1, 0 = any free one", TEXT(port), FLAGS_SIM },
	{ "--seed", NULL, 0, "N", "seed of the fleet (7)", TEXT(seed), FLAGS_SIM },
	{ "--speed", NULL, 0, "X", "arrivals and scenario run X times as fast (1); 0 holds the clock", TEXT(speed),
	  FLAGS_SIM },
	{ "--clock", NULL, 0, "TIME", "start the fleet's clock there", TEXT(clock), FLAGS_SIM },
	{ "--scenario", NULL, 0, "S", "quiet, bad-release, runaway-cost, throttle-storm or cache-collapse", TEXT(scenario), FLAGS_SIM },
	{ "--fault", NULL, 0, "K=V,...", "throttle, error, tear, crc, dup, reorder by chance; latency, skew, expire, slow", TEXT(fault),
	  FLAGS_SIM },
	{ "--until", NULL, 0, "TIME", "to where: 1h ago, or a time; what came later does not count", TEXT(until), FLAGS_EXPORT },
	{ "--file", NULL, 'f', "PATH", "write it there (0600) and not to stdout", TEXT(file), FLAGS_EXPORT },
	{ "--force", NULL, 0, NULL, "also where there is a file already", BOOL(force), FLAGS_EXPORT },
	{ "--day", NULL, 0, "DAY", "which day (UTC), as 2026-11-21; the last one with a bill unless said", TEXT(day), FLAGS_DAY },
	{ "--reason", NULL, 0, "TEXT", "why; kept with it, for whoever looks later", TEXT(reason), FLAGS_SAID | FLAGS_ACT },
	{ "--dry-run", NULL, 0, NULL, "show the plan, write nothing", BOOL(dry_run), FLAGS_ACT },
	{ "--yes", NULL, 0, NULL, "do it without asking; not in stage prod", BOOL(yes), FLAGS_ACT | FLAGS_MCP },
	{ "--confirm", NULL, 0, "AGENT", "the agent's name, typed: what stage prod wants in place of --yes", TEXT(confirm), FLAGS_ACT },
	{ "--pointer", NULL, 0, "P", "which endpoint, alias or route, when the agent has several", TEXT(pointer), FLAGS_MOVE },
	{ "--from", NULL, 0, "V", "the version (approve, reject: the status) you saw; nothing is done when it is another", TEXT(from),
	  FLAGS_MOVE | FLAGS_LABEL },
	{ "--label", NULL, 0, "L", "which label of the template: production, staging …", TEXT(label), FLAGS_LABEL },
	{ "--to", NULL, 0, "V", "the version to go to; left out: the last one that has proved itself", TEXT(to), FLAGS_MOVE },
	{ "--percent", NULL, 0, "N", "how much of the traffic the version gets, 1 to 100", TEXT(percent), FLAGS_MOVE },
	{ "--rung", NULL, 0, "R", "throttle, pause-ab, reject, sessions or park", TEXT(rung), FLAGS_STOP },
	{ "--session", NULL, 0, "ID,...", "sessions: which, as traces and logs name them", TEXT(session), FLAGS_STOP },
	{ "--wait", NULL, 0, "pointer|back|no", "for what: the pointer reads back (unless said); and the fleet is back; one look only", TEXT(wait),
	  FLAGS_WAIT },
	{ "--guard", NULL, 0, NULL, "rollout: by the configured steps, each when the one before has proved itself", BOOL(guard), FLAGS_WAIT },
	{ "--for", NULL, 0, "TIME", "how long: 30m, 2h, 1d; 0s ends a silence", TEXT(span), FLAGS_FOR },
	{ "--template", NULL, 0, "FILE", "a template as the system prompt (replay: its ID@VERSION); one that does not verify is not sent",
	  TEXT(template), FLAGS_CHAT | FLAGS_REPLAY },
	{ "--key", NULL, 0, "KEY", "the KMS key that is trusted: id, ARN or alias", TEXT(key), FLAGS_SEAL | FLAGS_CHAT },
	{ "--agent", NULL, 0, "A", "whose versions; the agent that a template is for", TEXT(agent), FLAGS_SEAL | FLAGS_CHAT | FLAGS_OF },
	{ "--environment", NULL, 0, "E", "the environment that it is for: prod, test …", TEXT(environment), FLAGS_SEAL | FLAGS_CHAT },
	{ "--as", NULL, 0, "ID@VERSION", "the template's name and version", TEXT(as), FLAGS_SEAL | FLAGS_CHAT },
	{ "--iam", NULL, 0, NULL, "print the IAM policy that is enough for this context", BOOL(iam), FLAGS_DOCTOR },
	{ "--once", NULL, 0, NULL, "one question, the answer on stdout", BOOL(once), FLAGS_CHAT },
	{ "--model", NULL, 0, "ID", "model or inference profile", TEXT(model), FLAGS_CHAT | FLAGS_REPLAY },
	{ "--system", NULL, 0, "TEXT", "system prompt", TEXT(system), FLAGS_CHAT },
	{ "--case", NULL, 0, NULL, "print it as a line of a suite's dataset, and ask nobody", BOOL(as_case), FLAGS_REPLAY },
	{ "--results", NULL, 0, "FILE", "where answers are kept, to go on with; SUITE.results.jsonl unless said", TEXT(results), FLAGS_EVAL },
	{ "--junit", NULL, 0, "FILE", "also as JUnit XML", TEXT(junit), FLAGS_EVAL },
	{ "--guardrail", NULL, 0, "ID[:V]", "Bedrock guardrail that it goes through; off: not the configured one either", TEXT(guardrail), FLAGS_CHAT },
	{ "--cache", NULL, 0, NULL, "the same question is answered from the answer cache", BOOL(cache), FLAGS_CHAT },
	{ "--max-tokens", NULL, 0, "N", "limit of the answer", TEXT(max_tokens), FLAGS_CHAT | FLAGS_REPLAY },
};
enum { FLAGS = sizeof flags / sizeof *flags };
enum { ARGS_SHOWN = 36 /* cells */ };

const OptionFlag *options_flags(size_t *n)
{
	*n = FLAGS;
	return flags;
}

/* A letter may stand for two flags: that of the command before it goes before the one that goes everywhere. */
static const OptionFlag *flag_find(Str name, const Command *c)
{
	const OptionFlag *found = NULL;

	for (size_t i = 0; i < FLAGS; i++) {
		if (str_is(name, flags[i].name) || (flags[i].alias && str_is(name, flags[i].alias)))
			return &flags[i];
		if (flags[i].letter && name.n == 2 && name.p[0] == '-' && name.p[1] == flags[i].letter &&
		    (!flags[i].group || (c && c->flags & flags[i].group)))
			found = !found || flags[i].group ? &flags[i] : found;
	}
	return found;
}

static int unknown_flag(Str name, Err *e)
{
	const char *known[FLAGS + 1] = { NULL }, *near;

	for (size_t i = 0; i < FLAGS; i++)
		known[i] = flags[i].name;
	near = nearest_word(name, known);
	if (near)
		return err_kind(e, ERR_USAGE, "unknown flag %.*s: did you mean %s?", STR_ARG(name), near);
	return err_kind(e, ERR_USAGE, "unknown flag %.*s; seismo --help lists them", STR_ARG(name));
}

static int unknown_command(const char *name, const Command *commands, Err *e)
{
	const char *known[64] = { NULL }, *near;

	for (size_t i = 0; commands[i].name && i < 63; i++)
		known[i] = commands[i].name;
	near = nearest_word(str_of(name), known);
	if (near)
		return err_kind(e, ERR_USAGE, "unknown command %s: did you mean %s?", name, near);
	return err_kind(e, ERR_USAGE, "unknown command %s; seismo --help lists them", name);
}

static int take_flag(int argc, char **argv, int *i, const Command *c, Options *o, bool given[FLAGS], Err *e)
{
	Str value, name = str_cut(str_of(argv[*i]), '=', &value);
	bool joined = name.n < strlen(argv[*i]);
	const OptionFlag *f = flag_find(name, c);
	char *at = (char *)o;

	if (!f)
		return unknown_flag(name, e);
	given[f - flags] = true;
	if (f->type == FLAG_BOOL) {
		if (joined)
			return err_kind(e, ERR_USAGE, "%s takes no value", f->name);
		*(bool *)(at + f->offset) = true;
		return 0;
	}
	if (!joined && ++*i >= argc)
		return err_kind(e, ERR_USAGE, "%s needs a value: %s %s", f->name, f->name, f->arg);
	*(const char **)(at + f->offset) = joined ? value.p : argv[*i];
	return 0;
}

typedef struct Form { const char *name; Output out; } Form;

/* Without -o it is the first. */
static int take_form(Options *o, unsigned takes, Err *e)
{
	static const Form answers[] = { { "table", OUT_TABLE }, { "json", OUT_JSON }, { "csv", OUT_CSV }, { 0 } };
	static const Form reports[] = { { "markdown", OUT_MARKDOWN }, { "json", OUT_JSON }, { "csv", OUT_CSV }, { "svg", OUT_SVG }, { 0 } };
	static const Form evals[] = { { "table", OUT_TABLE }, { "json", OUT_JSON }, { "markdown", OUT_MARKDOWN }, { 0 } };
	const Form *form = takes & FLAGS_EXPORT ? reports : takes & FLAGS_EVAL ? evals : answers;
	const char *all = takes & FLAGS_EXPORT ? "markdown, json, csv or svg" : takes & FLAGS_EVAL ? "table, json or markdown" : "table, json or csv";

	o->out = form[0].out;
	if (!o->output)
		return 0;
	for (; form->name; form++)
		if (strcmp(o->output, form->name) == 0) {
			o->out = form->out;
			return 0;
		}
	return err_kind(e, ERR_USAGE, "-o takes %s, not %s", all, o->output);
}

/* One that is in several groups goes with a command that takes any of them. */
static int check(Options *o, const Command *c, const bool given[FLAGS], Err *e)
{
	if (take_form(o, c ? c->flags : 0, e) < 0)
		return -1;
	for (size_t i = 0; i < FLAGS; i++)
		if (given[i] && flags[i].group && !(flags[i].group & (c ? c->flags : 0)))
			return err_kind(e, ERR_USAGE, "%s does not go with %s", flags[i].name, c ? c->name : "the console");
	if (o->read_only && o->write)
		return err_kind(e, ERR_USAGE, "--readonly and --write exclude each other");
	return 0;
}

int options_parse(int argc, char **argv, const Command *commands, Options *o, const Command **command, Err *e)
{
	bool given[FLAGS] = { false };
	bool literal = false;

	*o = (Options){ 0 };
	*command = NULL;
	for (int i = 1; i < argc; i++) {
		if (!literal && strcmp(argv[i], "--") == 0) {
			literal = true;
		} else if (!literal && argv[i][0] == '-' && argv[i][1]) {
			if (take_flag(argc, argv, &i, *command, o, given, e) < 0)
				return -1;
		} else if (!*command) {
			for (const Command *c = commands; c->name && !*command; c++)
				if (strcmp(c->name, argv[i]) == 0)
					*command = c;
			if (!*command)
				return unknown_command(argv[i], commands, e);
		} else if (o->args == 8) {
			return err_kind(e, ERR_USAGE, "too many arguments");
		} else {
			o->arg[o->args++] = argv[i];
		}
	}
	return check(o, *command, given, e);
}

static void print_flags(unsigned group)
{
	char left[64];

	for (size_t i = 0; i < FLAGS; i++) {
		const OptionFlag *f = &flags[i];

		if (group ? !(f->group & group) : f->group != 0)
			continue;
		(void)snprintf(left, sizeof left, "%s%c%s%s%s%s", f->letter ? "-" : " ", f->letter ? f->letter : ' ',
					   f->letter ? ", " : "  ", f->name, f->arg ? " " : "", f->arg ? f->arg : "");
		printf("  %-30s %s\n", left, f->help);
	}
}

/* What does not fit is in the command's own help. */
static void print_command(const Command *c)
{
	Arena a = { 0 };
	const Clean args = clean_cut(&a, clean_own(c->args), ARGS_SHOWN);

	printf("  %-9s %.*s%*s %s\n", c->name, (int)args.n, args.p, ARGS_SHOWN - args.columns, "", c->help);
	arena_done(&a);
}

void options_help(const Command *commands, const Command *one)
{
	if (one) {
		printf("usage: seismo %s %s\n%s\n", one->name, one->args, one->help);
		if (one->flags) {
			printf("\nflags:\n");
			print_flags(one->flags);
		}
		printf("\nseismo --help lists the flags that go everywhere.\n");
		return;
	}
	printf("seismo: a console and real-time monitor for fleets of AI agents on Amazon Bedrock\n\n"
	       "usage: seismo [flags]            open the console\n"
	       "       seismo COMMAND [flags]\n\ncommands:\n");
	for (const Command *c = commands; c->name; c++)
		print_command(c);
	printf("\nflags:\n");
	print_flags(0);
	printf("\nexit codes: 0 done, 1 failed, 2 bad usage or configuration, 3 refused, "
	       "4 lost a race, 5 outcome unknown, 6 moved and not verified in time\n");
}

int cli_fail(const Err *e)
{
	(void)fprintf(stderr, "seismo: %s\n", e->text);
	return e->kind ? (int)e->kind : 1;
}
