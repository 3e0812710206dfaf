#include "aws/services.h"

#include <stdio.h>
#include <string.h>

#include "aws/jsonout.h"
#include "wire/text.h"

enum { EVENT_MAX_BYTES = ES_MAX_PAYLOAD, THINKING_S = 600 };

static int decode_models(Arena *a, const AwsBody *body, void *output, Err *e)
{
	BedrockModelsOut *out = output;
	JsonVal list = { 0 };

	if (jv_opt_array(body->json, "modelSummaries", &list, e) < 0)
		return -1;
	out->count = jv_count(list);
	out->model = ARENA_ARRAY(a, BedrockModel, out->count ? out->count : 1);
	for (size_t i = 0; i < out->count; i++) {
		BedrockModel *m = &out->model[i];
		JsonVal v = jv_at(list, i), life = { 0 }, kinds = { 0 };

		if (jv_name(v, "modelId", &m->id, e) < 0 || jv_opt_str(v, "modelName", &m->name, e) < 0 ||
		    jv_opt_str(v, "providerName", &m->provider, e) < 0 || jv_opt_bool(v, "responseStreamingSupported", &m->streaming, e) < 0 ||
		    jv_opt_object(v, "modelLifecycle", &life, e) < 0 || jv_opt_str(life, "status", &m->status, e) < 0 ||
		    jv_opt_array(v, "inferenceTypesSupported", &kinds, e) < 0)
			return -1;
		for (size_t k = 0; k < jv_count(kinds); k++) {
			Str kind;

			if (jv_as_str(jv_at(kinds, k), &kind, e) < 0)
				return -1;
			m->on_demand |= str_is(kind, "ON_DEMAND");
		}
	}
	return 0;
}

static int put_messages(cJSON *root, const ConverseIn *in, Err *e)
{
	cJSON *messages = jo_array(root, "messages");

	for (size_t i = 0; i < in->count; i++) {
		cJSON *one = jo_push(messages);

		jo_cstr(one, "role", in->message[i].assistant ? "assistant" : "user");
		if (jo_str(jo_push(jo_array(one, "content")), "text", in->message[i].text, e) < 0)
			return -1;
	}
	return in->system.n ? jo_str(jo_push(jo_array(root, "system")), "text", in->system, e) : 0;
}

static int encode_turn(const ConverseIn *in, const char *verb, AwsParts *out, Err *e)
{
	cJSON *root, *limits;
	char text[24];
	int rc;

	if (!in->model.n || str_has_nul(in->model))
		return err_kind(e, ERR_USAGE, "no model is given");
	if (in->max_tokens <= 0)
		return err_kind(e, ERR_USAGE, "max_tokens must be at least 1: without it the model's maximum is taken from the quota");
	(void)buf_puts(&out->path, "/model/");
	(void)uri_encode(&out->path, in->model, false);
	(void)buf_printf(&out->path, "/%s", verb);
	(void)buf_printf(&out->about, "model %.*s", STR_ARG(in->model));
	root = jo_new();
	rc = put_messages(root, in, e);
	limits = jo_object(root, "inferenceConfig");
	jo_i64(limits, "maxTokens", in->max_tokens);
	if (in->has_temperature) {
		(void)snprintf(text, sizeof text, "%d.%03d", in->temperature_milli / 1000, in->temperature_milli % 1000);
		if (in->temperature_milli < 0 && rc == 0)
			rc = err_kind(e, ERR_USAGE, "the temperature cannot be negative");
		jo_raw(limits, "temperature", str_of(text));
	}
	return jo_finish(root, rc, &out->body, e);
}

static int encode_converse(const void *in, AwsParts *out, Err *e)
{
	return encode_turn(in, "converse", out, e);
}

static int encode_converse_stream(const void *in, AwsParts *out, Err *e)
{
	return encode_turn(in, "converse-stream", out, e);
}

static int read_count(JsonVal v, const char *key, int64_t *out, Err *e)
{
	if (jv_opt_i64(v, key, out, e) < 0)
		return -1;
	return *out >= 0 ? 0 : err_set(e, "%s: negative", key);
}

/* usage: the classes add up. cacheDetails splits the writes by their life; what it does not name lives 5 minutes. */
static int read_usage(JsonVal usage, Tokens *out, Err *e)
{
	JsonVal details = { 0 };
	int64_t writes = 0, hour = 0;

	*out = (Tokens){ 0 };
	if (read_count(usage, "inputTokens", &out->input, e) < 0 || read_count(usage, "outputTokens", &out->output, e) < 0 ||
	    read_count(usage, "cacheReadInputTokens", &out->cache_read, e) < 0 ||
	    read_count(usage, "cacheWriteInputTokens", &writes, e) < 0 || jv_opt_array(usage, "cacheDetails", &details, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(details); i++) {
		Str ttl = { 0 };
		int64_t n = 0;

		if (jv_opt_str(jv_at(details, i), "ttl", &ttl, e) < 0 || read_count(jv_at(details, i), "inputTokens", &n, e) < 0)
			return -1;
		if (str_is(ttl, "1h") && __builtin_add_overflow(hour, n, &hour))
			return err_set(e, "cacheDetails: out of range");
	}
	out->cache_write_1h = hour < writes ? hour : writes;
	out->cache_write_5m = writes - out->cache_write_1h;
	return 0;
}

static int read_measures(JsonVal v, Tokens *tokens, int64_t *latency_ms, Str *tier, Err *e)
{
	JsonVal usage = { 0 }, metrics = { 0 }, service = { 0 };

	*latency_ms = 0;
	if (jv_opt_object(v, "usage", &usage, e) < 0 || jv_opt_object(v, "metrics", &metrics, e) < 0 ||
	    jv_opt_object(v, "serviceTier", &service, e) < 0 || jv_opt_str(service, "type", tier, e) < 0)
		return -1;
	return read_usage(usage, tokens, e) < 0 ? -1 : read_count(metrics, "latencyMs", latency_ms, e);
}

static int decode_converse(Arena *a, const AwsBody *body, void *output, Err *e)
{
	ConverseOut *out = output;
	JsonVal wrap, message, content;
	Buf text = { 0 };
	int rc = 0;

	if (jv_object(body->json, "output", &wrap, e) < 0 || jv_object(wrap, "message", &message, e) < 0 ||
	    jv_array(message, "content", &content, e) < 0 || jv_opt_str(body->json, "stopReason", &out->stop_reason, e) < 0)
		return -1;
	for (size_t i = 0; rc == 0 && i < jv_count(content); i++) {
		Str piece = { 0 };

		rc = jv_opt_str(jv_at(content, i), "text", &piece, e);    /* other kinds of block have no text */
		(void)buf_put_str(&text, piece);                          /* no longer than the body, which had a cap */
	}
	out->text = arena_str(a, buf_str(&text));
	buf_done(&text);
	return rc < 0 ? -1 : read_measures(body->json, &out->tokens, &out->latency_ms, &out->service_tier, e);
}

static void keep(char *out, size_t size, Str s)
{
	(void)snprintf(out, size, "%.*s", STR_ARG(s));
}

static int read_delta(JsonVal root, Str *delta, Err *e)
{
	JsonVal v = { 0 };

	if (jv_opt_object(root, "delta", &v, e) < 0)
		return -1;
	return jv_opt_str(v, "text", delta, e);      /* reasoning, tool input and citations are not the answer's text */
}

static int read_stop(JsonVal root, ConverseTurn *turn, Err *e)
{
	Str reason = { 0 };

	if (jv_opt_str(root, "stopReason", &reason, e) < 0)
		return -1;
	turn->has_stop = true;
	keep(turn->stop_reason, sizeof turn->stop_reason, reason);
	return 0;
}

static int read_metadata(JsonVal root, ConverseTurn *turn, Err *e)
{
	Str tier = { 0 };

	if (read_measures(root, &turn->tokens, &turn->latency_ms, &tier, e) < 0)
		return -1;
	turn->has_usage = jv_has(root, "usage");
	keep(turn->service_tier, sizeof turn->service_tier, tier);
	return 0;
}

int converse_event(Arena *a, Str type, Str payload, ConverseTurn *turn, Str *delta, Err *e)
{
	JsonVal root;
	int rc = 0;

	*delta = STR("");
	if (jv_parse(a, payload, EVENT_MAX_BYTES, &root, e) < 0)
		return err_wrap(e, "Bedrock ConverseStream event");
	if (str_is(type, "contentBlockDelta"))
		rc = read_delta(root, delta, e);
	else if (str_is(type, "messageStop"))
		rc = read_stop(root, turn, e);
	else if (str_is(type, "metadata"))
		rc = read_metadata(root, turn, e);
	return rc < 0 ? err_wrap(e, "Bedrock ConverseStream %.*s", type.n > 40 ? 40 : STR_ARG(type)) : 0;
}

static const AwsService bedrock = {
	.id = "bedrock", .host_prefix = "bedrock", .signing_name = "bedrock", .protocol = AWS_REST_JSON, .bearer = true, .name = "Bedrock",
	.busy_name = "the AI service",
};
static const AwsService bedrock_runtime = {
	.id = "bedrock-runtime", .host_prefix = "bedrock-runtime", .signing_name = "bedrock", .protocol = AWS_REST_JSON, .bearer = true,
	.name = "Bedrock Runtime", .busy_name = "the AI service",
	.missing_hint = "check the model id and that the model is offered in this region",
};

const AwsOp op_bedrock_list_foundation_models = {
	.service = &bedrock, .name = "ListFoundationModels", .method = "GET", .path = "/foundation-models", .cls = AWS_READ,
	.idempotent = true, .permission = "bedrock:ListFoundationModels", .decode = decode_models, .out_size = sizeof(BedrockModelsOut),
};

/* Not idempotent: a turn that was answered is charged, so it is only repeated when the service refused to begin it.
 * A model may think for minutes before its first byte, and giving up then loses an answer that is paid for. */
const AwsOp op_bedrock_converse = {
	.service = &bedrock_runtime, .name = "Converse", .method = "POST", .path = "/model/{modelId}/converse", .cls = AWS_PAID,
	.quiet_s = THINKING_S, .total_s = THINKING_S, .permission = "bedrock:InvokeModel",
	.encode = encode_converse, .decode = decode_converse, .out_size = sizeof(ConverseOut),
};
const AwsOp op_bedrock_converse_stream = {
	.service = &bedrock_runtime, .name = "ConverseStream", .method = "POST", .path = "/model/{modelId}/converse-stream",
	.cls = AWS_PAID, .stream = true, .last_event = "metadata", .quiet_s = THINKING_S,
	.permission = "bedrock:InvokeModelWithResponseStream", .encode = encode_converse_stream,
};
