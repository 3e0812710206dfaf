#include "chat/precheck.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "chat/own.h"

typedef struct Look { PrecheckDone *done; void *arg; } Look;

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Look *k = arg;
	GuardSaid said = { .here = false };

	(void)call;
	if (!err)
		guardrail_applied(out, &said);
	k->done(k->arg, &said, err);
	free(k);
}

AwsCall *precheck_ask(AwsClient *aws, const Guardrail *g, Str question, PrecheckDone *done, void *arg, Err *e)
{
	BedrockGuardContent text = { .text.text = question };
	const BedrockApplyIn in = { .guardrail = str_of(g->id), .version = str_of(g->version), .source = STR("INPUT"), .content = { &text, 1 } };
	Look *k = xcalloc(1, sizeof *k);
	AwsCall *call;

	*k = (Look){ done, arg };
	/* Without an estimate: no table has what a unit of text costs, and the caps of the playground hold as long as anything is left. */
	call = aws_call(aws, &op_bedrock_apply_guardrail, &in, &(AwsHandler){ .on_done = on_done, .arg = k }, e);
	if (!call)
		free(k);
	return call;
}

void precheck_refusal(const Guardrail *g, const GuardSaid *said, char out[PRECHECK_SENTENCE])
{
	char words[GUARD_WORDS], name[GUARD_ID + GUARD_VERSION];

	guardrail_words(said, words);
	(void)snprintf(out, PRECHECK_SENTENCE, "not sent: guardrail %s blocks it%s%s", guardrail_name(g, name), words[0] ? ", " : "", words);
}

/* --- of a conversation's columns --- */

/* One look for all columns with the same guardrail and question. */
typedef struct Checking { Chat *chat; Guardrail guardrail; AwsCall *call; } Checking;

static void ended(Chat *c, ChatColumn *col)
{
	guards_answer(c, col);
	chat_changed(c, col);
	if (c->host.ended)
		c->host.ended(c->host.arg);
}

static void fail(Chat *c, ChatColumn *col, TurnState state, const char *why)
{
	ChatTurn *t = turn_last(col);

	t->state = state;
	err_cut(state == TURN_FAILED ? why : "", t->why, sizeof t->why);
	ended(c, col);
}

static void take(Chat *c, ChatColumn *col, const Checking *k, const GuardSaid *said, const AwsError *err)
{
	char why[PRECHECK_SENTENCE];

	col->checking = NULL;
	turn_last(col)->why_kind = err ? err->err.kind : ERR_REFUSED;
	if (err) {
		fail(c, col, err->fault == AWS_CANCELLED ? TURN_CANCELLED : TURN_FAILED, err->err.text);
		return;
	}
	turn_last(col)->checked = *said;
	if (!guardrail_blocks(said)) {
		turn_last(col)->why_kind = 0;
		chat_ask(c, col);
		return;
	}
	precheck_refusal(&k->guardrail, said, why);
	fail(c, col, TURN_FAILED, why);
}

static void on_said(void *arg, const GuardSaid *said, const AwsError *err)
{
	Checking *k = arg;
	Chat *c = k->chat;

	for (size_t i = 0; c && i < c->columns; i++)
		if (c->column[i].checking == k)
			take(c, &c->column[i], k, said, err);
	free(k);
}

/* Another column's look at the same. */
static Checking *same(Chat *c, const ChatColumn *col)
{
	for (size_t i = 0; i < c->columns; i++) {
		ChatColumn *x = &c->column[i];

		if (x->checking && guardrail_is(&x->checking->guardrail, &col->guardrail) &&
		    str_eq(buf_str(&turn_last(x)->asked), buf_str(&col->turn[col->turns - 1].asked)))
			return x->checking;
	}
	return NULL;
}

void precheck_then_ask(Chat *c, ChatColumn *col)
{
	ChatTurn *t = turn_last(col);
	Checking *k;
	Err e = { 0 };

	if (!c->host.check_input || !col->guardrail.id[0]) {
		chat_ask(c, col);
		return;
	}
	options_note(col, t);
	t->asked_ms = clock_wall_ms();
	(void)snprintf(t->why, sizeof t->why, "the guardrail looks at the question");
	chat_changed(c, col);
	if ((col->checking = same(c, col)))
		return;
	k = xcalloc(1, sizeof *k);
	*k = (Checking){ c, col->guardrail, NULL };
	k->call = precheck_ask(c->host.aws, &k->guardrail, buf_str(&t->asked), on_said, k, &e);
	if (k->call) {
		col->checking = k;
		return;
	}
	free(k);
	fail(c, col, TURN_FAILED, e.text);
}

void precheck_drop(Chat *c, ChatColumn *col)
{
	Checking *k = col->checking;

	if (!k)
		return;
	col->checking = NULL;
	for (size_t i = 0; i < c->columns; i++)
		if (c->column[i].checking == k)
			return;
	k->chat = NULL;
	aws_cancel(k->call);
}

void precheck_cancel(const ChatColumn *col)
{
	if (col->checking)
		aws_cancel(col->checking->call);
}
