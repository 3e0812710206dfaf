/* `seismo config check|default|reference|alerts`: is the configuration good, what could it say, and what is watched. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "conf/config.h"
#include "conf/watched.h"

static int print_example(void)
{
	Str text = config_example();

	return fwrite(text.p, 1, text.n, stdout) == text.n ? 0 : 1;
}

static int print_reference(void)
{
	Buf b = { 0 };

	config_reference(&b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	return 0;
}

static int check(const Options *o)
{
	Arena a = { 0 };
	Config c;
	Err e = { 0 };

	if (config_load(&a, o->config, &c, &e) < 0) {
		arena_done(&a);
		return cli_fail(&e);
	}
	if (c.path.n)
		printf("%.*s: ok, %zu context%s\n", STR_ARG(c.path), c.context_count, c.context_count == 1 ? "" : "s");
	else
		printf("no configuration file: one context, \"default\", from the AWS environment\n");
	for (size_t i = 0; i < c.context_count; i++) {
		const ConfContext *x = &c.context[i];

		printf("  %-16.*s stage %-8.*s account %-12s region %-14s %s%s\n", STR_ARG(x->name), STR_ARG(x->stage),
			   x->account_id.n ? x->account_id.p : "-", x->region.n ? x->region.p : "-", x->write ? "RW" : "RO",
			   i == c.default_context ? "  (default)" : "");
	}
	arena_done(&a);
	return 0;
}

/* The rules as the configuration has them. */
static int print_alerts(const Options *o)
{
	Arena a = { 0 };
	Buf b = { 0 };
	Config c;
	Err e = { 0 };

	if (config_load(&a, o->config, &c, &e) < 0) {
		arena_done(&a);
		return cli_fail(&e);
	}
	watched_reference(c.alert, c.alert_count, &b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	arena_done(&a);
	return 0;
}

int cmd_config(const Options *o)
{
	if (o->args == 1 && strcmp(o->arg[0], "default") == 0)
		return print_example();
	if (o->args == 1 && strcmp(o->arg[0], "check") == 0)
		return check(o);
	if (o->args == 1 && strcmp(o->arg[0], "reference") == 0)
		return print_reference();
	if (o->args == 1 && strcmp(o->arg[0], "alerts") == 0)
		return print_alerts(o);
	(void)fprintf(stderr, "seismo: config takes check, default, reference or alerts\n");
	return 2;
}
