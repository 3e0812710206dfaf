#include "cli/acting.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/known_good.h"
#include "base/clock.h"
#include "base/file.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/move_out.h"

enum { REASON_MAX = 500, SAFE_MS = 30000 };
#define UNLOCKED_RACE " unlocked-race"

static const int signals[3] = { SIGHUP, SIGTERM, SIGINT };

/* --- signals: finish the step, write the outcome, go --- */

static void on_limit(uv_timer_t *t)
{
	Acting *r = t->data;

	if (move_view(r->move)->outcome == MOVE_DONE) {
		(void)fprintf(stderr, "seismo: the move is done; what was to follow it was cut off after %d s\n", SAFE_MS / 1000);
		_exit(0);
	}
	/* The journal has the step that was reached, and says so to whoever looks next. */
	(void)fprintf(stderr, "seismo: stopped after %d s with the outcome open; look again with: seismo op resolve %.*s\n", SAFE_MS / 1000,
	              STR_ARG(move_view(r->move)->op));
	_exit(ERR_UNKNOWN);
}

static void on_signal(uv_signal_t *h, int number)
{
	Acting *r = h->data;

	(void)number;
	if (uv_is_active((uv_handle_t *)&r->limit))
		return;
	(void)uv_timer_start(&r->limit, on_limit, SAFE_MS, 0);
	if (r->move)
		move_stop(r->move);
}

void acting_watch(Acting *r)
{
	r->watching = true;
	for (int i = 0; i < 3; i++) {
		(void)uv_signal_init(&r->loop, &r->signal[i]);
		r->signal[i].data = r;
		(void)uv_signal_start(&r->signal[i], on_signal, signals[i]);
	}
	(void)uv_timer_init(&r->loop, &r->limit);
	r->limit.data = r;
}

static void unwatch(Acting *r)
{
	if (!r->watching)
		return;
	r->watching = false;
	for (int i = 0; i < 3; i++)
		uv_close((uv_handle_t *)&r->signal[i], NULL);
	uv_close((uv_handle_t *)&r->limit, NULL);
}

/* --- what the move asks --- */

static int choose(void *arg, const MoveView *v, Arena *a, Str *to, Str *evidence, Err *e)
{
	Acting *r = arg;
	const ConfRollback *c = &r->s.conf->rollback;
	const GoodRule rule = { c->min_jobs, c->days, GOOD_MOST_FAILED_PERMILLE };
	Store *store;
	int rc;

	if (!r->s.store_path || !file_exists(r->s.store_path))
		return err_kind(e, ERR_USAGE, "this context has no snapshot yet, so nothing is known of how versions did; name the target with --to");
	if (!(store = store_open(r->s.store_path, STORE_READ, NULL, e)))
		return -1;
	rc = known_good(store, v->name, arena_printf(a, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name)), v->leaves,
	                &rule, clock_wall_ms(), a, to, evidence, e);
	store_close(store);
	return rc;
}

static void on_step(void *arg, Move *m, const char *sentence)
{
	(void)arg;
	(void)m;
	(void)fprintf(stderr, "seismo: %s\n", sentence);
}

static bool is_prod(const Acting *r)
{
	return !str_is(r->s.stage, "dev") && !str_is(r->s.stage, "test");
}

bool acting_unlocked(const Options *o)
{
	return o->confirm && str_ends(str_of(o->confirm), STR(UNLOCKED_RACE));
}

int acting_may(const Acting *r, Str name, Err *e)
{
	const Options *o = r->o;
	Str said = str_of(o->confirm);
	bool typed;

	if (acting_unlocked(o))
		said.n -= sizeof UNLOCKED_RACE - 1;
	typed = o->confirm && str_eq(said, name);
	if (r->s.read_only && o->write && r->s.notice[0])
		return err_kind(e, ERR_REFUSED, "context %.*s is read-only now: %s; write into its configuration what shall hold", STR_ARG(r->s.ctx->name),
		                r->s.notice);
	if (r->s.read_only)
		return err_kind(e, ERR_REFUSED, "context %.*s is read-only%s", STR_ARG(r->s.ctx->name), r->s.ctx->write ? "; add --write"
		                : "; set write: true (and account_id) in its configuration and add --write");
	if (!o->reason)
		return err_kind(e, ERR_USAGE, "--reason TEXT is missing, up to %d bytes: whoever looks at it tomorrow wants to know", REASON_MAX);
	if (o->confirm && !typed)
		return err_kind(e, ERR_REFUSED, "--confirm says %s, and the agent is %.*s; nothing was done", o->confirm, STR_ARG(name));
	if (is_prod(r) && !typed)
		return err_kind(e, ERR_REFUSED, "stage %.*s wants the agent's name typed: --confirm %.*s; --dry-run shows the plan", STR_ARG(r->s.stage),
		                STR_ARG(name));
	if (!o->yes && !typed)
		return err_kind(e, ERR_REFUSED, "add --yes to do it; --dry-run shows the plan");
	return 0;
}

void acting_leave(Acting *r, int code)
{
	r->code = code;
	move_free(r->move);
	unwatch(r);
	session_close(&r->s);
}

static void on_planned(void *arg, Move *m)
{
	Acting *r = arg;
	Err why = { 0 };

	if (r->o->dry_run || acting_may(r, move_view(m)->name, &why) < 0) {
		if (r->o->out == OUT_JSON && r->o->dry_run)
			move_out_json(&r->s, m);
		else if (r->o->dry_run)
			move_out_plan(&r->s, m);
		acting_leave(r, r->o->dry_run ? 0 : cli_fail(&why));
		return;
	}
	if (r->o->out != OUT_JSON)
		move_out_plan(&r->s, m);
	(void)fflush(stdout);
	move_go(m);
}

static void on_done(void *arg, Move *m)
{
	Acting *r = arg;
	const MoveView *v = move_view(m);

	/* With -o json a write always has its document, for scripts that want the winner or the id of the action. */
	if (r->o->out == OUT_JSON)
		move_out_json(&r->s, m);
	else if (!v->exit)
		move_out_end(m);
	if (v->exit)
		(void)fprintf(stderr, "seismo: %s\n", v->err.text);
	acting_leave(r, v->exit);
}

/* --- beginning and end --- */

static int state_path(Acting *r, const char *end, char **out, Err *e)
{
	Buf name = { 0 };
	char *folder = xdg_path(XDG_STATE, "");
	int rc;

	if (!folder)
		return err_set(e, "there is no place for the journal: set HOME or XDG_STATE_HOME; nothing is sent without it");
	rc = dir_make_private(folder, e);
	(void)buf_printf(&name, "%.*s.%s", STR_ARG(r->s.ctx->name), end);
	*out = xdg_path(XDG_STATE, buf_cstr(&name));
	buf_done(&name);
	free(folder);
	return rc;
}

static int open_books(Acting *r, Err *e)
{
	char *path = NULL;
	int rc = state_path(r, "journal.db", &path, e);

	if (rc == 0 && !(r->journal = journal_open(path, e)))
		rc = -1;
	free(path);
	return rc < 0 ? -1 : state_path(r, "audit.jsonl", &r->audit_path, e);
}

int acting_open(Acting *r, const Options *o, Err *e)
{
	SessionSpec from = ask_session(o);

	*r = (Acting){ .o = o };
	(void)uv_loop_init(&r->loop);
	process_self(&r->self);
	if (session_open(&r->s, &r->loop, &from, e) < 0)
		return -1;
	if (open_books(r, e) == 0)
		return 0;
	session_close(&r->s);
	return -1;
}

MoveSpec acting_spec(Acting *r)
{
	const ConfSources *src = &r->s.ctx->src;

	return (MoveSpec){
		.aws = r->s.aws, .loop = &r->loop, .journal = r->journal, .audit_path = r->audit_path, .context = r->s.ctx->name,
		.account = r->s.ctx->account_id, .host = str_of(r->self.host), .agents_table = src->agents_table.p,
		.lock_table = src->lock_table.p, .dynamodb = true, .agentcore = true, .classic = true,
		.stop_ms = r->s.conf->stops.ttl_ms, .gateway = r->s.conf->stops.gateway, .per_minute = r->s.conf->stops.per_minute,
		.verify_ms = r->s.conf->rollback.verify_ms, .follow_up = r->s.conf->follow_up, .follow_ups = r->s.conf->follow_ups,
		.choose = choose, .on_planned = on_planned,
		.on_step = r->o->out == OUT_JSON ? NULL : on_step, .on_done = on_done, .arg = r,
	};
}

int acting_end(Acting *r)
{
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	if (r->s.loop)
		session_done(&r->s);
	(void)uv_loop_close(&r->loop);
	journal_close(r->journal);
	free(r->audit_path);
	arena_done(&r->arena);
	return r->code;
}

int acting_run(const Options *o, const MoveAsk *ask)
{
	Acting r;
	MoveSpec spec;
	Err e = { 0 };

	if (acting_open(&r, o, &e) < 0) {
		r.code = cli_fail(&e);
		return acting_end(&r);
	}
	spec = acting_spec(&r);
	acting_watch(&r);
	r.move = move_start(&spec, ask);
	return acting_end(&r);
}

int acting_usage(const char *text)
{
	(void)fprintf(stderr, "seismo: %s\n", text);
	return ERR_USAGE;
}

bool acting_bad_reason(const Options *o)
{
	return o->reason && (!*o->reason || strlen(o->reason) > REASON_MAX);
}
