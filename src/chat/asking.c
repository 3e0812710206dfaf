/* An answer under way: asked of Bedrock or of a local model, taken in as it comes, and what becomes of it. */
#include "chat/own.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/said.h"
#include "model/caching.h"

enum { ASK_SENT, ASK_CACHED };         /* what asking came to; -1: neither */

static ChatStep *step_of(const Asking *k)
{
	ChatTurn *t = turn_last(k->column);

	return &t->step[t->steps - 1];
}

void asking_cancel(const Asking *k)
{
	if (k && k->local)
		local_cancel(k->local);
	else if (k)
		aws_cancel(k->call);
}

void asking_let_go(ChatColumn *col)
{
	Asking *k = col->asking;

	if (!k)
		return;
	col->asking = NULL;
	k->chat = NULL;
	asking_cancel(k);             /* which frees it, in a later turn of the loop */
}

/* --- what comes --- */

static void note_piece(Asking *k)
{
	ChatTurn *t = turn_last(k->column);

	if (t->first_ms < 0)
		t->first_ms = clock_mono_ms() - k->began_ms;
	if (k->first_ms < 0)
		k->first_ms = clock_mono_ms() - k->sent_ms;
	t->state = TURN_STREAMING;
	t->why[0] = 0;
	chat_changed(k->chat, k->column);
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Asking *k = arg;
	ConversePiece piece;
	Err e = { 0 };

	if (!k->chat)
		return;
	arena_reset(&k->arena);
	if (converse_event(&k->arena, type, payload, &step_of(k)->said, &piece, &e) < 0) {
		err_cut(e.text, turn_last(k->column)->why, CHAT_SENTENCE);
		k->broken = true;
		aws_cancel(call);
	} else if (piece.kind != CONVERSE_NONE) {
		note_piece(k);
	}
}

static void on_piece(LocalCall *call, void *arg)
{
	Asking *k = arg;

	(void)call;
	if (k->chat)
		note_piece(k);
}

static void on_retry(AwsCall *call, const char *sentence, int64_t wait_ms, void *arg)
{
	Asking *k = arg;

	(void)call;
	(void)wait_ms;
	if (!k->chat)
		return;
	(void)snprintf(turn_last(k->column)->why, CHAT_SENTENCE, "%s", sentence);
	chat_changed(k->chat, k->column);
}

/* --- what became of it --- */

/* why NULL: it is whole. */
static void ended(Asking *k, const Err *why, bool cancelled)
{
	ChatTurn *t = turn_last(k->column);
	ChatStep *s = step_of(k);

	s->priced = said_price(chat_prices(k->chat, str_of(s->model)), str_of(s->model), &s->said, &s->nusd);
	if (!s->priced || !said_cold_steady(chat_prices(k->chat, str_of(s->model)), str_of(s->model), &s->said, &s->cold_nusd, &s->steady_nusd))
		s->cold_nusd = s->steady_nusd = -1;
	guardrail_said(&s->said, &s->guard);
	if (s->said.has_usage) {
		const Tokens *n = &s->said.tokens;

		if (!way_is_auto(str_of(k->column->model)))
			request_learn(k->column, k->prompt_bytes, caching_prompt(n));
		if (s->priced && k->call)
			aws_settle(k->call, s->nusd);
	}
	t->total_ms = clock_mono_ms() - k->began_ms;
	t->state = !why ? TURN_DONE : cancelled && !k->broken ? TURN_CANCELLED : TURN_FAILED;
	if (t->state != TURN_FAILED) {
		t->why[0] = 0;
	} else if (!k->broken) {
		t->why_kind = why->kind;
		err_cut(why->text, t->why, sizeof t->why);
	}
}

static int ask_ways(Asking *k, Err *e);

/* What a turn ends with, however. */
static void close_turn(Asking *k)
{
	Chat *c = k->chat;
	ChatTurn *t = turn_last(k->column);

	k->column->asking = NULL;
	if (t->state == TURN_DONE)
		(void)tools_begin(c, k->column);
	t = turn_last(k->column);
	if (t->state != TURN_TOOLS)
		guards_answer(c, k->column);
	cached_keep(c, t, &k->cached);
	chat_changed(c, k->column);
	if (c->host.ended)
		c->host.ended(c->host.arg);
}

static void asking_free(Asking *k)
{
	arena_done(&k->arena);
	free(k);
}

/* By what was kept of an answer before: nothing was asked. */
static void answered(Asking *k)
{
	ChatTurn *t = turn_last(k->column);

	k->cached.on = false;
	t->first_ms = t->total_ms = clock_mono_ms() - k->began_ms;
	t->state = TURN_DONE;
	t->why[0] = 0;
	close_turn(k);
	asking_free(k);
}

/* Another model instead, as long as nothing was said: as ask_ways; -1 without an error: there is none. */
static int fall_back(Asking *k, const Miss *m, Err *e)
{
	if (k->broken || step_of(k)->said.parts || !way_next(k->chat, k->column, &k->way, m))
		return -1;
	turn_last(k->column)->state = TURN_ASKED;
	turn_last(k->column)->why[0] = 0;
	return ask_ways(k, e);
}

static void finish(Asking *k, const Err *why, const Miss *m)
{
	Chat *c = k->chat;
	Err e = { 0 };
	int rc = -1;

	if (!c) {
		asking_free(k);
		return;
	}
	if (!m || !m->cancelled || k->broken)
		way_tell(c, &k->way, k->first_ms, m);
	if (m)
		rc = fall_back(k, m, &e);
	if (rc == ASK_CACHED) {
		answered(k);
	} else if (rc == ASK_SENT) {
		chat_changed(c, k->column);
	} else {
		/* The next of the chain could not be asked either: that is the reason now. */
		ended(k, e.text[0] ? &e : why, m && m->cancelled);
		close_turn(k);
		asking_free(k);
	}
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const Miss m = err ? miss_of_aws(err) : (Miss){ 0 };

	(void)call;
	(void)out;
	finish(arg, err ? &err->err : NULL, err ? &m : NULL);
}

static void on_local_done(LocalCall *call, const LocalError *err, void *arg)
{
	const Miss m = err ? miss_of_local(err) : (Miss){ 0 };

	(void)call;
	finish(arg, err ? &err->err : NULL, err ? &m : NULL);
}

/* --- asking --- */

bool asking_bars(const ChatColumn *col, Str model, Err *e)
{
	if (!col->guardrail.id[0] || !local_model_is(model))
		return false;
	(void)err_kind(e, ERR_REFUSED, "the guardrail is Bedrock's: %.*s would answer without it; :guardrail off", (int)(model.n < 40 ? model.n : 40),
	               model.p);
	return true;
}

static int ask_local(Asking *k, const ConverseIn *in, Err *e)
{
	const ChatHost *h = &k->chat->host;
	const ConfLocalModel *m = local_model_find(h->local, h->locals, in->model);
	const LocalHandler on = { on_piece, on_local_done, k };

	if (!m)
		return err_kind(e, ERR_USAGE, "there is no %.*s; local_models of config.yaml names them", STR_ARG(in->model));
	if (h->off)
		return err_kind(e, ERR_REFUSED, "%s", h->off);
	if (asking_bars(k->column, in->model, e))
		return -1;
	k->local = local_ask(h->http, m, in, &step_of(k)->said, &on, e);
	return k->local ? 0 : -1;
}

static int ask_aws(Asking *k, const ConverseIn *in, Err *e)
{
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .on_retry = on_retry, .arg = k };
	int64_t tokens;
	bool priced;
	int within;

	h.estimate_nusd = request_most(k->chat, k->column, in->model, k->prompt_bytes, &tokens, &within, &priced);
	k->call = aws_call(k->chat->host.aws, &op_bedrock_converse_stream, in, &h, e);
	return k->call ? 0 : -1;
}

/* A kept answer to the same; of the first step alone, and not for a person who has seen it and wants another one. */
static bool ask_cache(Asking *k, const ConverseIn *in)
{
	int64_t tokens, most;
	bool stale, priced;
	int within;

	k->cached.on = false;
	if (k->steps || k->chat->host.off)
		return false;
	cached_ask(k->chat, k->column, in, &k->cached);
	if (!k->cached.on || k->again || !cached_find(k->chat, turn_last(k->column), &k->cached, &stale))
		return false;
	most = request_most(k->chat, k->column, in->model, k->prompt_bytes, &tokens, &within, &priced);
	if (stale)
		renew_begin(k->chat, k->column, in, most, &k->cached);
	return true;
}

static int ask(Asking *k, Err *e)
{
	ChatTurn *t = turn_last(k->column);
	const Str model = str_of(k->way.model);
	ConverseIn in;

	k->call = NULL;
	k->local = NULL;
	k->first_ms = -1;
	k->sent_ms = clock_mono_ms();
	turn_cut(t, k->steps);
	arena_reset(&k->arena);
	(void)snprintf(turn_step(t)->model, CHAT_WORD, "%s", k->way.model);
	if (request_make_for(k->chat, k->column, model, &k->arena, &in, &k->prompt_bytes, e) < 0)
		return -1;
	if (ask_cache(k, &in))
		return ASK_CACHED;
	/* The person's question is held to the bound of all runs; what follows from it only counts. */
	if (!k->steps && !k->sent && chat_take_rate(k->chat, e) < 0)
		return -1;
	if ((local_model_is(model) ? ask_local(k, &in, e) : ask_aws(k, &in, e)) < 0) {
		if (!k->steps && !k->sent)
			chat_give_back_rate(k->chat);
		return -1;
	}
	chat_note_sent(k->chat, !k->steps && !k->sent, k->sent_ms);
	k->sent = true;
	return ASK_SENT;
}

/* Asks the model that the way leads to; where that cannot even be asked, the next. */
static int ask_ways(Asking *k, Err *e)
{
	Miss m;
	int rc;

	while ((rc = ask(k, e)) < 0) {
		m = miss_unsent(str_of(k->way.model), e);
		way_tell(k->chat, &k->way, -1, &m);
		if (!way_next(k->chat, k->column, &k->way, &m))
			return -1;
		*e = (Err){ 0 };
	}
	return rc;
}

/* Its last turn is the question. What cannot even be sent has failed. */
void chat_ask(Chat *c, ChatColumn *col)
{
	Asking *k = xcalloc(1, sizeof *k);
	ChatTurn *t = turn_last(col);
	Err e = { 0 };
	int rc;

	*k = (Asking){ .chat = c, .column = col, .began_ms = clock_mono_ms(), .steps = t->steps, .again = col->again };
	col->again = false;
	options_note(col, t);
	if (!t->steps)
		t->asked_ms = clock_wall_ms();
	else
		k->began_ms -= t->total_ms;              /* the time of a turn is that of all its steps */
	t->state = TURN_ASKED;
	rc = way_first(c, col, t, &k->way, &e) < 0 ? -1 : ask_ways(k, &e);
	if (rc == ASK_CACHED) {
		answered(k);
		return;
	}
	if (rc == ASK_SENT) {
		col->asking = k;
		chat_changed(c, col);
		return;
	}
	turn_cut(t, k->steps);
	t->state = TURN_FAILED;
	t->why_kind = e.kind;
	err_cut(e.text, t->why, sizeof t->why);
	asking_free(k);
	chat_changed(c, col);
	if (c->host.ended)
		c->host.ended(c->host.arg);
}
