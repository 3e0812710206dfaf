#include "cli/acting.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/consent.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/move_facts.h"

enum { SAFE_MS = 30000 };

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
	(void)fprintf(stderr, "seismo: stopped after %d s with the outcome open" MOVE_LOOK_AGAIN "%.*s\n", SAFE_MS / 1000,
	              STR_ARG(move_view(r->move)->op));
	_exit(ERR_UNKNOWN);
}

static void on_signal(uv_signal_t *h, int number)
{
	Acting *r = h->data;

	(void)number;
	if (r->stop) {
		r->stop(r);
		return;
	}
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
	return mover_choose(&((Acting *)arg)->mover, NULL, v, a, to, evidence, e);
}

static void vet(void *arg, Move *m, Str version)
{
	Acting *r = arg;

	template_target_vet(&r->target, &r->s, m, version);
}

static void on_step(void *arg, Move *m, const char *sentence)
{
	(void)arg;
	(void)m;
	(void)fprintf(stderr, "seismo: %s\n", sentence);
}

bool acting_unlocked(const Options *o)
{
	return consent_says_race(str_of(o->confirm));
}

int acting_may(const Acting *r, Str name, Err *e)
{
	const Options *o = r->o;
	const Session *s = &r->s;
	const char *what = r->move && move_action_labels(move_view(r->move)->action) ? "template" : "agent";
	const Consent c = { .name = name, .typed = o->confirm ? str_of(o->confirm) : (Str){ NULL, 0 }, .reason = str_of(o->reason), .yes = o->yes };

	switch (consent_look(s, &c)) {
	case CONSENT_GIVEN:
		return 0;
	case CONSENT_READ_ONLY:
		if (o->write && s->notice[0])
			return err_kind(e, ERR_REFUSED, "context %.*s is read-only now: %s; write into its configuration what shall hold",
			                STR_ARG(s->ctx->name), s->notice);
		return err_kind(e, ERR_REFUSED, "context %.*s is read-only%s", STR_ARG(s->ctx->name), s->ctx->write ? "; add --write"
		                : "; set write: true (and account_id) in its configuration and add --write");
	case CONSENT_REASON:
		return err_kind(e, ERR_USAGE, "--reason TEXT is missing, up to %d bytes: whoever looks at it tomorrow wants to know", CONSENT_REASON_MAX);
	case CONSENT_OTHER_NAME:
		return err_kind(e, ERR_REFUSED, "--confirm says %s, and the %s is %.*s; nothing was done", o->confirm, what, STR_ARG(name));
	case CONSENT_NAME: case CONSENT_RACE_WORDS:
		return err_kind(e, ERR_REFUSED, "stage %.*s wants the %s's name typed: --confirm %.*s; --dry-run shows the plan", STR_ARG(s->stage),
		                what, STR_ARG(name));
	case CONSENT_YES:
		break;
	}
	return err_kind(e, ERR_REFUSED, "add --yes to do it; --dry-run shows the plan");
}

bool acting_stopping(const Acting *r)
{
	return r->watching && uv_is_active((const uv_handle_t *)&r->limit);
}

void acting_leave(Acting *r, int code)
{
	if (r->close)
		r->close(r);
	r->code = code;
	template_target_drop(&r->target);
	move_free(r->move);
	unwatch(r);
	session_close(&r->s);
}

static void on_planned(void *arg, Move *m)
{
	Acting *r = arg;
	Err why = { 0 };

	move_facts(&r->s, move_view(m), &r->told);
	if (r->o->dry_run || acting_may(r, move_view(m)->name, &why) < 0 || (r->check && r->check(r, move_view(m), &why) < 0)) {
		if (r->o->out == OUT_JSON && r->o->dry_run)
			move_out_json(&r->s, m, &r->told);
		else if (r->o->dry_run)
			move_out_plan(&r->s, m, &r->told);
		acting_leave(r, r->o->dry_run ? 0 : cli_fail(&why));
		return;
	}
	if (r->o->out != OUT_JSON)
		move_out_plan(&r->s, m, &r->told);
	(void)fflush(stdout);
	move_go(m);
}

void acting_finish(Acting *r, int code, const char *message)
{
	const MoveView *v = move_view(r->move);
	int end = code ? code : v->exit;

	r->told.exit = code;
	r->told.message = message;
	/* With -o json a write always has its document, for scripts that want the winner or the id of the action. */
	if (r->o->out == OUT_JSON)
		move_out_json(&r->s, r->move, &r->told);
	else if (!v->exit)
		move_out_end(r->move);
	if (end)
		(void)fprintf(stderr, "seismo: %s\n", code && message ? message : v->err.text);
	else if (message && r->o->out != OUT_JSON)
		printf("%s\n", message);
	acting_leave(r, end);
}

static void on_done(void *arg, Move *m)
{
	Acting *r = arg;

	if (r->then && (!move_view(m)->exit || (r->takes_same && move_view(m)->same)))
		r->then(r);
	else if (r->failed)
		r->failed(r);
	else
		acting_finish(r, 0, NULL);
}

/* --- beginning and end --- */

int acting_open(Acting *r, const Options *o, Err *e)
{
	SessionSpec from = ask_session(o);

	*r = (Acting){ .o = o };
	(void)uv_loop_init(&r->loop);
	if (session_open(&r->s, &r->loop, &from, e) < 0)
		return -1;
	if (mover_open(&r->mover, &r->s, e) == 0)
		return 0;
	session_close(&r->s);
	return -1;
}

MoveSpec acting_spec(Acting *r)
{
	MoveSpec spec = mover_spec(&r->mover, &r->loop);

	spec.choose = choose;
	spec.vet = vet;
	spec.on_planned = on_planned;
	spec.on_step = r->o->out == OUT_JSON ? NULL : on_step;
	spec.on_done = on_done;
	spec.arg = r;
	return spec;
}

int acting_end(Acting *r)
{
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	if (r->s.loop)
		session_done(&r->s);
	if (r->done)
		r->done(r);
	template_target_done(&r->target);
	(void)uv_loop_close(&r->loop);
	mover_close(&r->mover);
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
	return o->reason && (!*o->reason || strlen(o->reason) > CONSENT_REASON_MAX);
}
