/* `seismo login`: a login to IAM Identity Center from the command line. */
#include <stdio.h>
#include <string.h>

#include "aws/login.h"
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "conf/config.h"
#include "ui/clean.h"
#include "wire/time8601.h"

typedef struct Run { uv_loop_t loop; Arena arena; Http *http; AwsClient *client; AwsCreds *creds; Err err; bool failed; } Run;

static const char *shown(Run *r, Str s)
{
	return clean_text(&r->arena, s, 0).p;
}

static void on_code(void *arg, const LoginCode *code)
{
	Run *r = arg;
	int64_t minutes = (code->ends_ms - clock_wall_ms()) / 60000;

	printf("Open this page in a browser, on any machine:\n\n  %s\n\nand enter this code:\n\n  %s\n\n", shown(r, code->url),
	       shown(r, code->code));
	if (code->url_with_code.n)
		printf("The same with the code in it:\n\n  %s\n\n", shown(r, code->url_with_code));
	printf("Waiting for it to be confirmed; the code is good for %lld min. Ctrl-C gives up.\n", (long long)(minutes > 0 ? minutes : 1));
	(void)fflush(stdout);
}

static void on_done(void *arg, int64_t ends_ms, const Err *why)
{
	Run *r = arg;
	char text[TIME_TEXT];

	if (why) {
		r->err = *why;
		r->failed = true;
	} else {
		time_format_iso(ends_ms, text);
		printf("Logged in to %s until %.16sZ.\n", shown(r, login_place(r->creds)), text);
	}
	uv_stop(&r->loop);
}

/* The same credentials as for every other command. */
static int open_creds(Run *r, const Options *o, Err *e)
{
	SessionSpec from = ask_session(o);
	CredsAsk ask;
	AwsClientSpec spec = { .check_late = true, .read_only = true };
	Config conf;
	const ConfContext *ctx;

	if (config_load(&r->arena, from.config_path, &conf, e) < 0 || !(ctx = config_context(&conf, from.context, e)))
		return -1;
	ask = session_creds_ask(&r->arena, ctx, &from);
	if (!(r->creds = creds_load(&ask, e)))
		return -1;
	spec.context = ctx->name;
	spec.region = login_region(r->creds);
	if (!spec.region.n) {
		(void)err_kind(e, ERR_USAGE, "%s has no SSO login (its keys: %s); name a profile that is set up for SSO with --profile, or run "
		               "`aws configure sso`", creds_source(r->creds), creds_kind(r->creds));
		creds_free(r->creds);
		return -1;
	}
	r->client = aws_client_new(r->http, &spec, r->creds, e);
	return r->client ? 0 : -1;
}

int cmd_login(const Options *o)
{
	Run r = { 0 };
	LoginHandler h = { .on_code = on_code, .on_done = on_done, .arg = &r };
	Err e = { 0 };
	int code;

	if (o->args) {
		(void)err_kind(&e, ERR_USAGE, "login takes no argument: seismo login --profile NAME");
		return cli_fail(&e);
	}
	(void)uv_loop_init(&r.loop);
	r.http = http_new(&r.loop, &e);
	if (!r.http || open_creds(&r, o, &e) < 0 || !login_start(r.creds, &h, &e))
		code = cli_fail(&e);
	else
		code = uv_run(&r.loop, UV_RUN_DEFAULT) >= 0 && r.failed ? cli_fail(&r.err) : 0;
	aws_client_free(r.client);
	if (r.http)
		http_close(r.http, NULL, NULL);
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&r.loop);
	arena_done(&r.arena);
	return code;
}
