/* Stale answers are asked for anew behind the back of the conversation. */
#include "chat/cached.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/own.h"
#include "chat/said.h"
#include "model/money.h"

/* It outlives its chat, whose end takes `chat` away. */
typedef struct Renewal {
	Chat      *chat;
	ChatColumn *column;
	int64_t    asked_ms;             /* of the turn that was answered meanwhile */
	CachedAsk  ask;
	AwsCall   *call;                 /* one of both */
	LocalCall *local;
	ChatStep   step;
	Arena      arena;
	bool       broken;
} Renewal;

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Renewal *r = arg;
	ConversePiece piece;

	arena_reset(&r->arena);
	if (!r->chat || converse_event(&r->arena, type, payload, &r->step.said, &piece, NULL) < 0) {
		r->broken = true;
		aws_cancel(call);
	}
}

static void on_piece(LocalCall *call, void *arg)
{
	(void)call;
	(void)arg;
}

/* In the turn that it was answered for, when that is still the last one: what is paid is said. */
static void say(Chat *c, const Renewal *r)
{
	ChatTurn *t = turn_last(r->column);
	char cost[MONEY_TEXT] = "no price";
	size_t n;

	if (!t || t->asked_ms != r->asked_ms || !t->how[0])
		return;
	n = strlen(t->how);
	if (r->step.priced)
		money_exact(r->step.nusd, cost);
	(void)snprintf(t->how + n, sizeof t->how - n, "; asked anew for %s%s", r->step.priced ? "$" : "", cost);
	chat_changed(c, r->column);
}

static void end(Renewal *r, bool ok)
{
	Chat *c = r->chat;
	ChatStep *s = &r->step;

	if (c) {
		c->renewal = NULL;
		s->priced = said_price(chat_prices(c, str_of(s->model)), str_of(s->model), &s->said, &s->nusd);
		guardrail_said(&s->said, &s->guard);
		if (r->call && s->priced)
			aws_settle(r->call, s->nusd);
		if (s->said.has_usage)
			say(c, r);
		if (ok && !r->broken && tools_fit(c, s) && guards_pass(r->column, s))
			cached_keep_step(c, s, &r->ask);
	}
	converse_turn_done(&s->said);
	arena_done(&r->arena);
	free(r);
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	(void)call;
	(void)out;
	end(arg, !err);
}

static void on_local_done(LocalCall *call, const LocalError *err, void *arg)
{
	(void)call;
	end(arg, !err);
}

void renew_begin(Chat *c, ChatColumn *col, const ConverseIn *in, int64_t most_nusd, const CachedAsk *ask)
{
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .estimate_nusd = most_nusd };
	const ConfLocalModel *m = local_model_find(c->host.local, c->host.locals, in->model);
	Renewal *r;

	if (c->renewal || chat_may_send(c, 1, clock_mono_ms(), NULL) < 0 || chat_take_rate(c, NULL) < 0)
		return;
	r = xcalloc(1, sizeof *r);
	*r = (Renewal){ .chat = c, .column = col, .asked_ms = turn_last(col)->asked_ms, .ask = *ask };
	(void)snprintf(r->step.model, sizeof r->step.model, "%.*s", STR_ARG(in->model));
	h.arg = r;
	if (m)
		r->local = local_ask(c->host.http, m, in, &r->step.said, &(LocalHandler){ on_piece, on_local_done, r }, NULL);
	else
		r->call = aws_call(c->host.aws, &op_bedrock_converse_stream, in, &h, NULL);
	if (!r->call && !r->local) {
		chat_give_back_rate(c);
		free(r);
		return;
	}
	c->renewal = r;
	chat_note_sent(c, true, clock_mono_ms());
}

void renew_drop(Chat *c)
{
	Renewal *r = c->renewal;

	if (!r)
		return;
	c->renewal = NULL;
	r->chat = NULL;
	if (r->local)
		local_cancel(r->local);
	else
		aws_cancel(r->call);
}
