#include "sim/bedrock.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/rng.h"
#include "wire/eventstream.h"
#include "wire/text.h"

enum { TICK_MS = 30 };

typedef struct Talk {
	SimStream stream;                /* first: the service layer knows a conversation by it */
	Arena     arena;
	Dialect   dialect;
	ModelTurn turn;
	char      request_id[FLEET_UUID];
	int       block;                 /* that is being sent */
	size_t    at;                    /* bytes of its text that were sent */
	int64_t   wait_ms, spent_ms;     /* before the first token; so far */
	Rng       padding;
	bool      begun, opened;
} Talk;

/* Every event ends in filler of varying length, as the service's own do: clients must overlook unknown members. */
static Str filler(Talk *k)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	return str_sub(str_of(letters), 0, 1 + rng_below(&k->padding, sizeof letters - 1));
}

/* json: an object that is still open. Converse sends it as it is, the others as bytes inside a chunk. */
static void send_event(Talk *k, const char *type, JsonW *w)
{
	Buf frame = {0}, chunk = {0}, bytes = {0};
	JsonW c = jw_to(&chunk);

	if (k->dialect == DIALECT_CONVERSE)
		jw_kstr(w, "p", filler(k));
	jw_object_end(w);
	if (k->dialect == DIALECT_NOVA && w->depth)
		jw_object_end(w);
	if (k->dialect == DIALECT_CONVERSE) {
		(void)es_encode_event(&frame, type, buf_str(w->out));      /* a few hundred bytes */
	} else {
		(void)b64_encode(&bytes, buf_str(w->out));
		jw_object(&c);
		jw_kstr(&c, "bytes", buf_str(&bytes));
		jw_kstr(&c, "p", filler(k));
		jw_object_end(&c);
		(void)es_encode_event(&frame, "chunk", buf_str(&chunk));
	}
	sim_stream_put(&k->stream, buf_str(&frame));
	buf_done(&frame);
	buf_done(&chunk);
	buf_done(&bytes);
	buf_reset(w->out);
}

/* Begins an event. Anthropic's carry their type, Nova's stand inside a member of that name. */
static JsonW open_event(Talk *k, Buf *json, const char *type)
{
	JsonW w = jw_to(json);

	jw_object(&w);
	if (k->dialect == DIALECT_ANTHROPIC)
		jw_kstr(&w, "type", str_of(type));
	if (k->dialect == DIALECT_NOVA) {
		jw_key(&w, type);
		jw_object(&w);
	}
	return w;
}

static void send_start(Talk *k, Buf *json)
{
	ModelTurn first = k->turn;
	JsonW w;

	if (k->dialect != DIALECT_ANTHROPIC) {
		w = open_event(k, json, "messageStart");
		jw_kstr(&w, "role", STR("assistant"));
		send_event(k, "messageStart", &w);
		return;
	}
	w = open_event(k, json, "message_start");
	jw_key(&w, "message");
	bedrock_put_message(&w, &k->turn, str_of(k->request_id));
	jw_key(&w, "content");
	jw_raw(&w, STR("[]"));
	jw_knull(&w, "stop_reason");
	jw_knull(&w, "stop_sequence");
	first.tokens = 1;
	bedrock_put_usage(&w, DIALECT_ANTHROPIC, &first);
	jw_object_end(&w);
	send_event(k, "chunk", &w);
}

static void open_anthropic(Talk *k, Buf *json, const ModelBlock *b)
{
	JsonW w = open_event(k, json, "content_block_start");

	jw_ki64(&w, "index", k->block);
	jw_key(&w, "content_block");
	jw_object(&w);
	switch (b->kind) {
	case BLOCK_TEXT:
		jw_kstr(&w, "type", STR("text"));
		jw_kstr(&w, "text", STR(""));
		break;
	case BLOCK_REASONING:
		jw_kstr(&w, "type", STR("thinking"));
		jw_kstr(&w, "thinking", STR(""));
		jw_kstr(&w, "signature", STR(""));
		break;
	case BLOCK_TOOL:
		jw_kstr(&w, "type", STR("tool_use"));
		jw_kstr(&w, "id", b->id);
		jw_kstr(&w, "name", b->name);
		jw_key(&w, "input");
		jw_raw(&w, STR("{}"));
	}
	jw_object_end(&w);
	send_event(k, "chunk", &w);
}

/* Text and reasoning have no beginning of their own in Converse and Nova. */
static void open_block(Talk *k, Buf *json, const ModelBlock *b)
{
	JsonW w;

	k->opened = true;
	if (k->dialect == DIALECT_ANTHROPIC) {
		open_anthropic(k, json, b);
	} else if (b->kind == BLOCK_TOOL) {
		w = open_event(k, json, "contentBlockStart");
		jw_ki64(&w, "contentBlockIndex", k->block);
		jw_key(&w, "start");
		jw_object(&w);
		jw_key(&w, "toolUse");
		jw_object(&w);
		jw_kstr(&w, "toolUseId", b->id);
		jw_kstr(&w, "name", b->name);
		jw_object_end(&w);
		jw_object_end(&w);
		send_event(k, "contentBlockStart", &w);
	}
}

static void delta_anthropic(JsonW *w, BlockKind kind, Str piece, bool signature)
{
	static const char *const types[] = { [BLOCK_TEXT] = "text_delta", [BLOCK_REASONING] = "thinking_delta", [BLOCK_TOOL] = "input_json_delta" };
	static const char *const keys[] = { [BLOCK_TEXT] = "text", [BLOCK_REASONING] = "thinking", [BLOCK_TOOL] = "partial_json" };

	jw_kstr(w, "type", signature ? STR("signature_delta") : str_of(types[kind]));
	jw_kstr(w, signature ? "signature" : keys[kind], piece);
}

static void delta_converse(JsonW *w, BlockKind kind, Str piece, bool signature)
{
	if (kind == BLOCK_TEXT) {
		jw_kstr(w, "text", piece);
		return;
	}
	jw_key(w, kind == BLOCK_TOOL ? "toolUse" : "reasoningContent");
	jw_object(w);
	jw_kstr(w, kind == BLOCK_TOOL ? "input" : signature ? "signature" : "text", piece);
	jw_object_end(w);
}

static void send_delta(Talk *k, Buf *json, BlockKind kind, Str piece, bool signature)
{
	bool anthropic = k->dialect == DIALECT_ANTHROPIC;
	JsonW w = open_event(k, json, anthropic ? "content_block_delta" : "contentBlockDelta");

	jw_ki64(&w, anthropic ? "index" : "contentBlockIndex", k->block);
	jw_key(&w, "delta");
	jw_object(&w);
	(anthropic ? delta_anthropic : delta_converse)(&w, kind, piece, signature);
	jw_object_end(&w);
	send_event(k, "contentBlockDelta", &w);
}

static void close_block(Talk *k, Buf *json, const ModelBlock *b)
{
	bool anthropic = k->dialect == DIALECT_ANTHROPIC;
	JsonW w;

	if (b->kind == BLOCK_REASONING)
		send_delta(k, json, b->kind, b->id, true);
	w = open_event(k, json, anthropic ? "content_block_stop" : "contentBlockStop");
	jw_ki64(&w, anthropic ? "index" : "contentBlockIndex", k->block);
	send_event(k, "contentBlockStop", &w);
	k->block++;
	k->at = 0;
	k->opened = false;
}

/* The last chunk of InvokeModelWithResponseStream carries what the service itself counted. */
static void put_invocation_metrics(Talk *k, JsonW *w)
{
	const ModelTurn *t = &k->turn;

	jw_key(w, "amazon-bedrock-invocationMetrics");
	jw_object(w);
	jw_ki64(w, "inputTokenCount", t->input);
	jw_ki64(w, "outputTokenCount", t->tokens);
	jw_ki64(w, "invocationLatency", k->spent_ms);
	jw_ki64(w, "firstByteLatency", k->wait_ms);
	jw_ki64(w, "cacheReadInputTokenCount", t->cache_read);
	jw_ki64(w, "cacheWriteInputTokenCount", t->cache_write_5m + t->cache_write_1h);
	jw_object_end(w);
}

static void end_anthropic(Talk *k, Buf *json)
{
	JsonW w = open_event(k, json, "message_delta");

	jw_key(&w, "delta");
	jw_object(&w);
	jw_kstr(&w, "stop_reason", bedrock_stop_reason(k->dialect, &k->turn));
	jw_knull(&w, "stop_sequence");
	jw_object_end(&w);
	jw_key(&w, "usage");
	jw_object(&w);
	jw_ki64(&w, "output_tokens", k->turn.tokens);
	jw_object_end(&w);
	send_event(k, "chunk", &w);
	w = open_event(k, json, "message_stop");
	put_invocation_metrics(k, &w);
	send_event(k, "chunk", &w);
}

static void send_end(Talk *k, Buf *json)
{
	JsonW w;

	if (k->dialect == DIALECT_ANTHROPIC) {
		end_anthropic(k, json);
		return;
	}
	w = open_event(k, json, "messageStop");
	jw_kstr(&w, "stopReason", bedrock_stop_reason(k->dialect, &k->turn));
	send_event(k, "messageStop", &w);
	w = open_event(k, json, "metadata");
	bedrock_put_usage(&w, k->dialect, &k->turn);
	if (k->dialect == DIALECT_CONVERSE) {
		bedrock_put_metrics(&w, k->spent_ms);
		bedrock_put_served(&w, &k->turn);
	} else {
		jw_key(&w, "metrics");
		jw_raw(&w, STR("{}"));
		jw_key(&w, "trace");
		jw_raw(&w, STR("{}"));
		jw_object_end(&w);               /* the metrics stand beside "metadata" */
		put_invocation_metrics(k, &w);
	}
	send_event(k, "metadata", &w);
}

static void on_tick(SimStream *s)
{
	Talk *k = (Talk *)s;
	const ModelBlock *b = &k->turn.block[k->block];
	Buf json = {0};
	size_t from = k->at;

	k->spent_ms += TICK_MS;
	if (k->spent_ms < k->wait_ms)
		return;
	if (!k->begun) {
		k->begun = true;
		send_start(k, &json);
	}
	if (k->block < k->turn.blocks && !k->opened)
		open_block(k, &json, b);
	if (k->block < k->turn.blocks && model_token(b->text, &k->at)) {
		send_delta(k, &json, b->kind, str_sub(b->text, from, k->at - from), false);
	} else if (k->block < k->turn.blocks) {
		close_block(k, &json, b);
	}
	if (k->block == k->turn.blocks) {
		send_end(k, &json);
		sim_stream_end(s);
	}
	buf_done(&json);
}

static void on_done(SimStream *s)
{
	Talk *k = (Talk *)s;

	arena_done(&k->arena);
	free(k);
}

void bedrock_answer_stream(SimCall *c, Dialect dialect, const ModelTurn *t)
{
	HttpHeader type = { STR("x-amzn-bedrock-content-type"), STR("application/json") };
	Talk *k = xcalloc(1, sizeof *k);

	k->stream = (SimStream){ .tick = on_tick, .done = on_done };
	k->dialect = dialect;
	k->turn = *t;
	for (int i = 0; i < t->blocks; i++) {
		ModelBlock *b = &k->turn.block[i];
		*b = (ModelBlock){ b->kind, arena_str(&k->arena, b->text), arena_str(&k->arena, b->id), arena_str(&k->arena, b->name) };
	}
	k->turn.tier = arena_str(&k->arena, t->tier);
	k->turn.trace = arena_str(&k->arena, t->trace);
	snprintf(k->request_id, sizeof k->request_id, "%s", c->request_id);
	k->wait_ms = t->first_ms;
	k->padding = (Rng){ t->blocks ? str_hash(t->block[0].text) : 0 };
	sim_stream_begin_with(c, &k->stream, TICK_MS, dialect == DIALECT_CONVERSE ? NULL : &type);
}
