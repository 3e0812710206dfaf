#include "sim/bedrock.h"

#include <stdio.h>

#include "sim/fleet_tables.h"

Str bedrock_stop_reason(Dialect dialect, const ModelTurn *t)
{
	static const char *const reasons[STOPS] = {
		[STOP_END] = "end_turn", [STOP_TOOL] = "tool_use", [STOP_LENGTH] = "max_tokens", [STOP_GUARDRAIL] = "guardrail_intervened",
	};

	(void)dialect;                  /* all three use the same words */
	return str_of(reasons[t->stop]);
}

Str bedrock_bare_model(const ModelTurn *t)
{
	Str id = str_of(fleet_models[t->model].id);

	return str_starts(id, STR("us.")) ? str_sub(id, 3, id.n) : id;
}

static void put_usage_converse(JsonW *w, const ModelTurn *t)
{
	int64_t writes = t->cache_write_5m + t->cache_write_1h;

	jw_ki64(w, "inputTokens", t->input);
	jw_ki64(w, "outputTokens", t->tokens);
	jw_ki64(w, "totalTokens", t->input + t->tokens + t->cache_read + writes);
	jw_ki64(w, "cacheReadInputTokens", t->cache_read);
	jw_ki64(w, "cacheWriteInputTokens", writes);
	if (!writes)
		return;
	jw_key(w, "cacheDetails");
	jw_array(w);
	jw_object(w);
	jw_kstr(w, "ttl", t->cache_write_1h ? STR("1h") : STR("5m"));
	jw_ki64(w, "inputTokens", writes);
	jw_object_end(w);
	jw_array_end(w);
}

static void put_usage_anthropic(JsonW *w, const ModelTurn *t)
{
	jw_ki64(w, "input_tokens", t->input);
	jw_ki64(w, "cache_creation_input_tokens", t->cache_write_5m + t->cache_write_1h);
	jw_ki64(w, "cache_read_input_tokens", t->cache_read);
	jw_key(w, "cache_creation");
	jw_object(w);
	jw_ki64(w, "ephemeral_5m_input_tokens", t->cache_write_5m);
	jw_ki64(w, "ephemeral_1h_input_tokens", t->cache_write_1h);
	jw_object_end(w);
	jw_ki64(w, "output_tokens", t->tokens);
}

static void put_usage_nova(JsonW *w, const ModelTurn *t)
{
	jw_ki64(w, "inputTokens", t->input);
	jw_ki64(w, "outputTokens", t->tokens);
	jw_ki64(w, "totalTokens", t->input + t->tokens);
	jw_ki64(w, "cacheReadInputTokenCount", t->cache_read);
	jw_ki64(w, "cacheWriteInputTokenCount", t->cache_write_5m + t->cache_write_1h);
}

void bedrock_put_usage(JsonW *w, Dialect dialect, const ModelTurn *t)
{
	static void (*const put[])(JsonW *, const ModelTurn *) = {
		[DIALECT_CONVERSE] = put_usage_converse, [DIALECT_ANTHROPIC] = put_usage_anthropic, [DIALECT_NOVA] = put_usage_nova,
	};

	jw_key(w, "usage");
	jw_object(w);
	put[dialect](w, t);
	jw_object_end(w);
}

void bedrock_put_metrics(JsonW *w, int64_t latency_ms)
{
	jw_key(w, "metrics");
	jw_object(w);
	jw_ki64(w, "latencyMs", latency_ms);
	jw_object_end(w);
}

void bedrock_put_served(JsonW *w, const ModelTurn *t)
{
	jw_key(w, "serviceTier");
	jw_object(w);
	jw_kstr(w, "type", t->tier);
	jw_object_end(w);
	jw_kraw(w, "trace", t->trace);
}

void bedrock_put_message(JsonW *w, const ModelTurn *t, Str request_id)
{
	char id[40];

	snprintf(id, sizeof id, "msg_bdrk_%.*s", STR_ARG(str_sub(request_id, 0, 8)));
	jw_object(w);
	jw_kstr(w, "model", bedrock_bare_model(t));
	jw_kstr(w, "id", str_of(id));
	jw_kstr(w, "type", STR("message"));
	jw_kstr(w, "role", STR("assistant"));
}

static void put_block_converse(JsonW *w, const ModelBlock *b)
{
	jw_object(w);
	switch (b->kind) {
	case BLOCK_TEXT:
		jw_kstr(w, "text", b->text);
		break;
	case BLOCK_REASONING:
		jw_key(w, "reasoningContent");
		jw_object(w);
		jw_key(w, "reasoningText");
		jw_object(w);
		jw_kstr(w, "text", b->text);
		jw_kstr(w, "signature", b->id);
		jw_object_end(w);
		jw_object_end(w);
		break;
	case BLOCK_TOOL:
		jw_key(w, "toolUse");
		jw_object(w);
		jw_kstr(w, "toolUseId", b->id);
		jw_kstr(w, "name", b->name);
		jw_key(w, "input");
		jw_raw(w, b->text);
		jw_object_end(w);
	}
	jw_object_end(w);
}

static void put_block_anthropic(JsonW *w, const ModelBlock *b)
{
	jw_object(w);
	switch (b->kind) {
	case BLOCK_TEXT:
		jw_kstr(w, "type", STR("text"));
		jw_kstr(w, "text", b->text);
		break;
	case BLOCK_REASONING:
		jw_kstr(w, "type", STR("thinking"));
		jw_kstr(w, "thinking", b->text);
		jw_kstr(w, "signature", b->id);
		break;
	case BLOCK_TOOL:
		jw_kstr(w, "type", STR("tool_use"));
		jw_kstr(w, "id", b->id);
		jw_kstr(w, "name", b->name);
		jw_key(w, "input");
		jw_raw(w, b->text);
	}
	jw_object_end(w);
}

static void put_content(JsonW *w, Dialect dialect, const ModelTurn *t)
{
	jw_key(w, "content");
	jw_array(w);
	for (int i = 0; i < t->blocks; i++)
		(dialect == DIALECT_ANTHROPIC ? put_block_anthropic : put_block_converse)(w, &t->block[i]);
	jw_array_end(w);
}

static void put_anthropic(JsonW *w, const ModelTurn *t, Str request_id)
{
	bedrock_put_message(w, t, request_id);
	put_content(w, DIALECT_ANTHROPIC, t);
	jw_kstr(w, "stop_reason", bedrock_stop_reason(DIALECT_ANTHROPIC, t));
	jw_knull(w, "stop_sequence");
	bedrock_put_usage(w, DIALECT_ANTHROPIC, t);
	jw_object_end(w);
}

static void put_converse(JsonW *w, Dialect dialect, const ModelTurn *t)
{
	jw_object(w);
	jw_key(w, "output");
	jw_object(w);
	jw_key(w, "message");
	jw_object(w);
	jw_kstr(w, "role", STR("assistant"));
	put_content(w, dialect, t);
	jw_object_end(w);
	jw_object_end(w);
	jw_kstr(w, "stopReason", bedrock_stop_reason(dialect, t));
	bedrock_put_usage(w, dialect, t);
	if (dialect == DIALECT_CONVERSE) {
		bedrock_put_metrics(w, model_latency_ms(t));
		bedrock_put_served(w, t);
	}
	jw_object_end(w);
}

/* InvokeModel tells what it counted in headers, whatever the model's own body says. */
static void answer_counted(SimCall *c, const ModelTurn *t, Str body)
{
	const struct { const char *name; int64_t value; } counts[] = {
		{ "x-amzn-bedrock-input-token-count", t->input },
		{ "x-amzn-bedrock-output-token-count", t->tokens },
		{ "x-amzn-bedrock-cache-read-input-token-count", t->cache_read },
		{ "x-amzn-bedrock-cache-write-input-token-count", t->cache_write_5m + t->cache_write_1h },
		{ "x-amzn-bedrock-invocation-latency", model_latency_ms(t) },
	};
	enum { COUNTS = sizeof counts / sizeof counts[0] };
	HttpHeader headers[COUNTS + 2] = { { STR("content-type"), STR("application/json") }, { STR("x-amzn-requestid"), str_of(c->request_id) } };

	for (size_t i = 0; i < COUNTS; i++)
		headers[2 + i] = (HttpHeader){ str_of(counts[i].name), arena_printf(c->arena, "%lld", (long long)counts[i].value) };
	sim_reply(c, 200, headers, COUNTS + 2, body);
}

void bedrock_answer_whole(SimCall *c, Dialect dialect, const ModelTurn *t)
{
	Buf out = {0};
	JsonW w = jw_to(&out);

	if (dialect == DIALECT_ANTHROPIC)
		put_anthropic(&w, t, str_of(c->request_id));
	else
		put_converse(&w, dialect, t);
	if (dialect == DIALECT_CONVERSE)
		sim_answer(c, buf_str(&out));
	else
		answer_counted(c, t, buf_str(&out));
	buf_done(&out);
}
