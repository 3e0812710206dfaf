/* `seismo info`: every path the program uses, and what it would talk to; `info keys`: every key. Asks nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "wire/time8601.h"
#include "panes/panes.h"

static void path_line(const char *label, XdgKind kind, const char *name)
{
	char *p = xdg_path(kind, name);

	printf("%-12s %s%s\n", label, p ? p : "(no HOME: kept in memory)", p && !file_exists(p) ? "  (not there)" : "");
	free(p);
}

static int print_keys(void)
{
	Buf b = { 0 };

	app_keys_reference(pane_classes, &b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	return 0;
}

static void credentials_line(const AwsCreds *c)
{
	int64_t expires_ms = creds_expires_ms(c);
	char when[TIME_TEXT];

	printf("%-12s %s (%s)", "credentials", creds_source(c), creds_kind(c));
	if (expires_ms) {
		time_format_iso(expires_ms, when);
		printf(", until %s", when);
	} else if (!creds_get(c).access_key.n) {
		printf(", fetched when the first call needs them");
	}
	printf("\n");
}

static int show(const Options *o)
{
	SessionSpec spec = ask_session(o);
	uv_loop_t loop;
	Session s;
	Arena a = { 0 };
	Err e = { 0 };

	printf("%-12s seismo %s\n", "version", SEISMO_VERSION);
	path_line("config", XDG_CONFIG, "config.yaml");
	path_line("views", XDG_CONFIG, "views");
	path_line("themes", XDG_CONFIG, "themes");
	path_line("data", XDG_DATA, "");
	path_line("state", XDG_STATE, "");
	(void)uv_loop_init(&loop);
	if (session_open(&s, &loop, &spec, &e) < 0) {
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&loop);
		return cli_fail(&e);
	}
	printf("%-12s %.*s\n", "context", STR_ARG(s.ctx->name));
	printf("%-12s %.*s\n", "stage", STR_ARG(s.stage));
	printf("%-12s %s\n", "account", s.ctx->account_id.n ? s.ctx->account_id.p : "(from the credentials)");
	printf("%-12s %.*s\n", "region", STR_ARG(session_region(&s)));
	credentials_line(aws_creds(s.aws));
	printf("%-12s %s\n", "writing", s.read_only ? "no (RO)" : "yes (RW)");
	printf("%-12s %s\n", "snapshot", s.store_path ? s.store_path : "(in memory)");
	for (const AwsOp *const *op = aws_ops(); *op; op++)
		if (op == aws_ops() || op[-1]->service != (*op)->service)
			printf("%-12s %-18s %.*s\n", op == aws_ops() ? "endpoints" : "", (*op)->service->id,
				   STR_ARG(aws_endpoint(s.aws, (*op)->service, &a)));
	arena_done(&a);
	session_close(&s);
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	session_done(&s);
	(void)uv_loop_close(&loop);
	return 0;
}

int cmd_info(const Options *o)
{
	if (o->args == 1 && strcmp(o->arg[0], "keys") == 0)
		return print_keys();
	if (o->args) {
		(void)fprintf(stderr, "seismo: info takes nothing, or keys\n");
		return 2;
	}
	return show(o);
}
