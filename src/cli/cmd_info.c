/* `seismo info`: every path the program uses, and what it would talk to; `info keys`: every key. Asks nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/manual.h"
#include "model/money.h"
#include "store/own_cost.h"
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

/* Which process on the snapshot asks AWS, for all that show it. */
static void polled_by_line(const char *path)
{
	LeaseInfo i = { 0 };
	Store *s = path && file_exists(path) ? store_open(path, STORE_READ, NULL, NULL) : NULL;
	char who[SHARE_WORDS];

	if (s && lease_look(s, LEASE_FEEDER, NULL, lease_now(), &i, NULL) == 0) {
		lease_words(&i, who);
		printf("%-12s %s\n", "polled by", i.state == LEASE_OTHER ? who : "nobody right now");
	}
	store_close(s);
}

/* What the programs on this snapshot have spent on calls of their own, the dearest operations first. */
static void own_cost_line(const char *path, const ConfLimits *limits)
{
	Store *s = path && file_exists(path) ? store_open(path, STORE_READ, NULL, NULL) : NULL;
	int64_t day = clock_wall_ms() / 86400000;
	char was[MONEY_TEXT], max[MONEY_TEXT];
	OwnCostSum today = { 0 };
	OwnCostRow *row = NULL;
	Arena a = { 0 };
	size_t n = 0;

	if (s && (store_own_cost_sum(s, day, &today, NULL) < 0 || store_own_cost_day(s, day, &a, &row, &n, NULL) < 0))
		n = 0;
	money_screen(today.nusd, was);
	money_screen(limits->own_nusd, max);
	printf("%-12s %s of %s today (UTC), %lld requests%s\n", "own cost", was, max, (long long)today.calls,
	       today.nusd >= limits->own_nusd ? "; at its cap: jobs and metrics are read ten times less often" : "");
	for (size_t i = 0; i < n && row[i].nusd; i++) {
		money_screen(row[i].nusd, was);
		printf("%-12s   %s: %s, %lld requests\n", "", arena_cstr(&a, row[i].op), was, (long long)row[i].calls);
	}
	printf("%-12s %lld requests a minute at most\n", "own calls", (long long)limits->calls_per_minute);
	store_close(s);
	arena_done(&a);
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
	if (s.notice[0])
		printf("%-12s %s\n", "notice", s.notice);
	printf("%-12s %s\n", "snapshot", s.store_path ? s.store_path : "(in memory)");
	polled_by_line(s.store_path);
	own_cost_line(s.store_path, &s.conf->limits);
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

static int print_manual(void)
{
	Buf b = { 0 };

	manual_page(cli_commands(), &b);
	(void)fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	return 0;
}

int cmd_info(const Options *o)
{
	if (o->args == 1 && strcmp(o->arg[0], "keys") == 0)
		return print_keys();
	if (o->args == 1 && strcmp(o->arg[0], "man") == 0)
		return print_manual();
	if (o->args) {
		(void)fprintf(stderr, "seismo: info takes nothing, keys or man\n");
		return 2;
	}
	return show(o);
}

int cmd_completion(const Options *o)
{
	Buf b = { 0 };
	Err e = { 0 };
	int code = 0;

	if (completion_script(cli_commands(), str_of(o->args == 1 ? o->arg[0] : NULL), &b, &e) < 0)
		code = cli_fail(&e);
	else
		(void)fwrite(b.p, 1, b.n, stdout);
	buf_done(&b);
	return code;
}
