/* What the service itself counts for the prompt that a text would be part of (CountTokens, which costs nothing): exact until something changes.
 * Sources: Amazon Bedrock API Reference, CountTokens; User Guide, "Monitor your token usage by counting tokens". */
#include "chat/own.h"

#include <stdlib.h>

#include "api/bedrock_invoke.h"
#include "base/clock.h"
#include "base/xalloc.h"

typedef struct Counting { Chat *chat; ChatColumn *column; AwsCall *call; uint64_t stamp; int64_t bytes; } Counting;

/* Of all that a prompt is made of. */
static uint64_t stamp_of(const Chat *c, const ChatColumn *col, Str text)
{
	uint64_t h = hash_mix(hash_mix(1, str_quick_hash(text)), str_quick_hash(buf_str(&col->system)));

	h = hash_mix(hash_mix(h, str_quick_hash(str_of(col->model))), c->tools_set);
	for (size_t i = 0; i < col->turns; i++)
		h = hash_mix(h, (uint64_t)col->turn[i].asked_ms * 8 + (uint64_t)col->turn[i].state);
	return h;
}

bool count_known(const Chat *c, const ChatColumn *col, Str text, int64_t *tokens)
{
	*tokens = col->counted;
	return col->counted > 0 && stamp_of(c, col, text) == col->counted_stamp;
}

void count_drop(ChatColumn *col)
{
	Counting *k = col->counting;

	if (!k)
		return;
	col->counting = NULL;
	k->chat = NULL;
	aws_cancel(k->call);          /* which frees it, in a later turn of the loop */
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	const BedrockCountOut *got = out;
	Counting *k = arg;
	Chat *c = k->chat;

	(void)call;
	if (c) {
		ChatColumn *col = k->column;

		col->counting = NULL;
		if (!err && got->input_tokens > 0) {
			col->counted = got->input_tokens;
			col->counted_stamp = k->stamp;
			request_learn(col, k->bytes, got->input_tokens);
		}
		chat_changed(c, col);
		if (c->host.counted)
			c->host.counted(c->host.arg, (size_t)(col - c->column), err ? &err->err : NULL);
	}
	free(k);
}

/* The foundation model: a profile counts as the model behind it does, and CountTokens takes no profiles. */
static Str model_of(const Chat *c, const ChatColumn *col)
{
	PriceWork w;

	(void)price_work(c->host.prices(c->host.arg), &(PriceCall){ str_of(col->model), STR(""), clock_wall_ms(), { 0 } }, &w);
	return price_base_model(w.model.n ? w.model : str_of(col->model));
}

static int begin(Chat *c, ChatColumn *col, Str text, Err *e)
{
	ChatColumn as_if = *col;
	BedrockCountIn in = { .model = model_of(c, col) };
	Counting *k = xcalloc(1, sizeof *k);
	ConverseIn whole;
	Arena a = { 0 };
	int rc = -1;

	*k = (Counting){ .chat = c, .column = col, .stamp = stamp_of(c, col, text) };
	/* The conversation as it would be with the question at its end. */
	as_if.turn = ARENA_ARRAY(&a, ChatTurn, col->turns + 1);
	if (col->turns)
		memcpy(as_if.turn, col->turn, col->turns * sizeof *as_if.turn);
	as_if.turn[as_if.turns++] = (ChatTurn){ .asked = { .p = (char *)text.p, .n = text.n } };
	if (request_make(c, &as_if, &a, &whole, &k->bytes, e) == 0) {
		in.input.converse.messages.v = whole.messages.v;
		in.input.converse.messages.n = whole.messages.n;
		in.input.converse.system.v = whole.system.v;
		in.input.converse.system.n = whole.system.n;
		in.input.converse.tools = whole.tools;
		k->call = aws_call(c->host.aws, &op_bedrock_count_tokens, &in, &(AwsHandler){ .on_done = on_done, .arg = k }, e);
	}
	if (k->call) {
		col->counting = k;
		rc = 0;
	} else {
		free(k);
	}
	arena_done(&a);
	return rc;
}

int chat_count(Chat *c, Str text, Err *e)
{
	if (!str_trim(text).n)
		return err_kind(e, ERR_USAGE, "nothing to count: type a question first");
	for (size_t i = 0; i < c->columns; i++)
		if (!c->column[i].model[0])
			return err_kind(e, ERR_USAGE, "column %zu has no model; :model ID sets it", i + 1);
		else if (way_is_auto(str_of(c->column[i].model)) || local_model_is(str_of(c->column[i].model)))
			return err_kind(e, ERR_USAGE, "column %zu is not counted: only a model of Bedrock that is named is; the estimate stays", i + 1);
	for (size_t i = 0; i < c->columns; i++) {
		count_drop(&c->column[i]);
		if (begin(c, &c->column[i], text, e) < 0)
			return -1;
	}
	return 0;
}
