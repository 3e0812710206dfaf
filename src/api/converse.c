#include "api/converse_events.h"
#include "api/converse_parts.h"

static const ShapeMember s3[] = {
	SH_STR(ConverseS3, uri, "uri", .flags = SHAPE_MUST),
	SH_STR(ConverseS3, owner, "bucketOwner"),
	{ 0 },
};
static const Shape shape_s3 = SHAPE(ConverseS3, s3);
static const ShapeMember source[] = {
	SH_BLOB(ConverseSource, bytes, "bytes"),
	SH_STRUCT(ConverseSource, s3, "s3Location", shape_s3),
	SH_STR(ConverseSource, text, "text"),
	SH_LIST(ConverseSource, content, "content", SHAPE_DOC, 0),
	{ 0 },
};
static const Shape shape_source = SHAPE(ConverseSource, source);
static const ShapeMember source_media[] = {
	SH_BLOB(ConverseSource, bytes, "bytes"),
	SH_STRUCT(ConverseSource, s3, "s3Location", shape_s3),
	{ 0 },
};
static const Shape shape_source_media = SHAPE(ConverseSource, source_media);
static const ShapeMember image[] = {
	SH_STR(ConverseImage, format, "format", .flags = SHAPE_MUST),
	SH_STRUCT(ConverseImage, source, "source", shape_source_media, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_image = SHAPE(ConverseImage, image);
static const ShapeMember citations[] = { SH_BOOL(ConverseCitations, enabled, "enabled", .flags = SHAPE_ALWAYS), { 0 } };
static const Shape shape_citations = SHAPE(ConverseCitations, citations);
static const ShapeMember document[] = {
	SH_STR(ConverseDocument, format, "format"),
	SH_STR(ConverseDocument, name, "name", .flags = SHAPE_MUST),
	SH_STRUCT(ConverseDocument, source, "source", shape_source, .flags = SHAPE_MUST),
	SH_STR(ConverseDocument, context, "context"),
	SH_STRUCT(ConverseDocument, citations, "citations", shape_citations),
	{ 0 },
};
static const Shape shape_document = SHAPE(ConverseDocument, document);
static const ShapeMember tool_use[] = {
	SH_STR(ConverseToolUse, id, "toolUseId", .flags = SHAPE_MUST),
	SH_STR(ConverseToolUse, name, "name", .flags = SHAPE_MUST),
	SH_DOC(ConverseToolUse, input, "input", .flags = SHAPE_MUST),
	SH_STR(ConverseToolUse, type, "type"),
	{ 0 },
};
static const Shape shape_tool_use = SHAPE(ConverseToolUse, tool_use);
static const ShapeMember result_part[] = {
	SH_STR(ConverseResultPart, text, "text"),
	SH_DOC(ConverseResultPart, json, "json"),
	SH_STRUCT(ConverseResultPart, image, "image", shape_image),
	SH_STRUCT(ConverseResultPart, document, "document", shape_document),
	SH_DOC(ConverseResultPart, video, "video"),
	SH_DOC(ConverseResultPart, search, "searchResult"),
	{ 0 },
};
static const Shape shape_result_part = SHAPE(ConverseResultPart, result_part);
static const ShapeMember tool_result[] = {
	SH_STR(ConverseToolResult, id, "toolUseId", .flags = SHAPE_MUST),
	SH_STRUCTS(ConverseToolResult, content, "content", shape_result_part, SHAPE_MUST),
	SH_STR(ConverseToolResult, status, "status"),
	SH_STR(ConverseToolResult, type, "type"),
	{ 0 },
};
static const Shape shape_tool_result = SHAPE(ConverseToolResult, tool_result);
static const ShapeMember reasoning_text[] = {
	SH_STR(ConverseReasoningText, text, "text", .flags = SHAPE_MUST),
	SH_STR(ConverseReasoningText, signature, "signature"),
	{ 0 },
};
static const Shape shape_reasoning_text = SHAPE(ConverseReasoningText, reasoning_text);
static const ShapeMember reasoning[] = {
	SH_STRUCT(ConverseReasoning, text, "reasoningText", shape_reasoning_text),
	SH_BLOB(ConverseReasoning, redacted, "redactedContent"),
	{ 0 },
};
static const Shape shape_reasoning = SHAPE(ConverseReasoning, reasoning);
static const ShapeMember cache_point[] = {
	SH_STR(ConverseCachePoint, type, "type", .flags = SHAPE_MUST),
	SH_STR(ConverseCachePoint, ttl, "ttl"),
	{ 0 },
};
static const Shape shape_cache_point = SHAPE(ConverseCachePoint, cache_point);
static const ShapeMember block[] = {
	SH_STR(ConverseBlock, text, "text"),
	SH_STRUCT(ConverseBlock, image, "image", shape_image),
	SH_STRUCT(ConverseBlock, document, "document", shape_document),
	SH_STRUCT(ConverseBlock, tool_use, "toolUse", shape_tool_use),
	SH_STRUCT(ConverseBlock, tool_result, "toolResult", shape_tool_result),
	SH_STRUCT(ConverseBlock, reasoning, "reasoningContent", shape_reasoning),
	SH_STRUCT(ConverseBlock, cache_point, "cachePoint", shape_cache_point),
	SH_DOC(ConverseBlock, guard, "guardContent"),
	SH_DOC(ConverseBlock, citations, "citationsContent"),
	SH_DOC(ConverseBlock, search, "searchResult"),
	SH_DOC(ConverseBlock, video, "video"),
	SH_DOC(ConverseBlock, audio, "audio"),
	{ 0 },
};
static const Shape shape_block = SHAPE(ConverseBlock, block);
static const ShapeMember message[] = {
	SH_STR(ConverseMessage, role, "role", .flags = SHAPE_MUST),
	SH_STRUCTS(ConverseMessage, content, "content", shape_block, SHAPE_MUST),
	{ 0 },
};
const Shape converse_message_shape = SHAPE(ConverseMessage, message);
static const ShapeMember system_block[] = {
	SH_STR(ConverseSystem, text, "text"),
	SH_STRUCT(ConverseSystem, cache_point, "cachePoint", shape_cache_point),
	SH_DOC(ConverseSystem, guard, "guardContent"),
	{ 0 },
};
const Shape converse_system_shape = SHAPE(ConverseSystem, system_block);
static const ShapeMember limits[] = {
	SH_I64(ConverseLimits, max_tokens, "maxTokens", .flags = SHAPE_MUST),
	SH_OPT_NUM(ConverseLimits, temperature, "temperature"),
	SH_OPT_NUM(ConverseLimits, top_p, "topP"),
	SH_STRS(ConverseLimits, stop_sequences, "stopSequences", 0),
	{ 0 },
};
static const Shape shape_limits = SHAPE(ConverseLimits, limits);
static const ShapeMember schema[] = { SH_DOC(ConverseSchema, json, "json"), { 0 } };
static const Shape shape_schema = SHAPE(ConverseSchema, schema);
static const ShapeMember tool_spec[] = {
	SH_STR(ConverseToolSpec, name, "name", .flags = SHAPE_MUST),
	SH_STR(ConverseToolSpec, description, "description"),
	SH_STRUCT(ConverseToolSpec, schema, "inputSchema", shape_schema, .flags = SHAPE_MUST),
	SH_BOOL(ConverseToolSpec, strict, "strict"),
	{ 0 },
};
static const Shape shape_tool_spec = SHAPE(ConverseToolSpec, tool_spec);
static const ShapeMember system_tool[] = { SH_STR(ConverseSystemTool, name, "name", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_system_tool = SHAPE(ConverseSystemTool, system_tool);
static const ShapeMember tool[] = {
	SH_STRUCT(ConverseTool, spec, "toolSpec", shape_tool_spec),
	SH_STRUCT(ConverseTool, system, "systemTool", shape_system_tool),
	SH_STRUCT(ConverseTool, cache_point, "cachePoint", shape_cache_point),
	{ 0 },
};
static const Shape shape_tool = SHAPE(ConverseTool, tool);
static const ShapeMember tool_choice[] = {
	SH_DOC(ConverseToolChoice, automatic, "auto"),
	SH_DOC(ConverseToolChoice, any, "any"),
	SH_STRUCT(ConverseToolChoice, tool, "tool", shape_system_tool),
	{ 0 },
};
static const Shape shape_tool_choice = SHAPE(ConverseToolChoice, tool_choice);
static const ShapeMember tools[] = {
	SH_STRUCTS(ConverseTools, tools, "tools", shape_tool, SHAPE_MUST),
	SH_STRUCT(ConverseTools, choice, "toolChoice", shape_tool_choice),
	{ 0 },
};
const Shape converse_tools_shape = SHAPE(ConverseTools, tools);
static const ShapeMember guardrail[] = {
	SH_STR(ConverseGuardrail, id, "guardrailIdentifier"),
	SH_STR(ConverseGuardrail, version, "guardrailVersion"),
	SH_STR(ConverseGuardrail, trace, "trace"),
	{ 0 },
};
static const Shape shape_guardrail = SHAPE(ConverseGuardrail, guardrail);
static const ShapeMember guardrail_stream[] = {
	SH_STR(ConverseGuardrail, id, "guardrailIdentifier"),
	SH_STR(ConverseGuardrail, version, "guardrailVersion"),
	SH_STR(ConverseGuardrail, trace, "trace"),
	SH_STR(ConverseGuardrail, mode, "streamProcessingMode"),
	{ 0 },
};
static const Shape shape_guardrail_stream = SHAPE(ConverseGuardrail, guardrail_stream);
static const ShapeMember variable_text[] = { SH_STR(ConverseVariableText, text, "text"), { 0 } };
static const Shape shape_variable_text = SHAPE(ConverseVariableText, variable_text);
static const ShapeMember latency[] = { SH_STR(ConverseLatency, latency, "latency"), { 0 } };
static const Shape shape_latency = SHAPE(ConverseLatency, latency);
static const ShapeMember tier[] = { SH_STR(ConverseTier, type, "type", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_tier = SHAPE(ConverseTier, tier);
static const ShapeMember json_schema[] = {
	SH_STR(ConverseJsonSchema, schema, "schema", .flags = SHAPE_MUST),
	SH_STR(ConverseJsonSchema, name, "name"),
	SH_STR(ConverseJsonSchema, description, "description"),
	{ 0 },
};
static const Shape shape_json_schema = SHAPE(ConverseJsonSchema, json_schema);
static const ShapeMember structure[] = { SH_STRUCT(ConverseStructure, schema, "jsonSchema", shape_json_schema), { 0 } };
static const Shape shape_structure = SHAPE(ConverseStructure, structure);
static const ShapeMember format[] = {
	SH_STR(ConverseFormat, type, "type", .flags = SHAPE_MUST),
	SH_STRUCT(ConverseFormat, structure, "structure", shape_structure, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_format = SHAPE(ConverseFormat, format);
static const ShapeMember output[] = {
	SH_STRUCT(ConverseOutput, format, "textFormat", shape_format),
	SH_STR(ConverseOutput, effort, "effort"),
	{ 0 },
};
static const Shape shape_output = SHAPE(ConverseOutput, output);
/* Both forms of a turn; a stream may check its guardrails while it runs. */
#define TURN_IN(guardrail_shape) \
	SH_STR(ConverseIn, model, "modelId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "model"), \
	SH_STRUCTS(ConverseIn, messages, "messages", converse_message_shape, 0), \
	SH_STRUCTS(ConverseIn, system, "system", converse_system_shape, 0), \
	SH_STRUCT(ConverseIn, limits, "inferenceConfig", shape_limits, .flags = SHAPE_MUST), \
	SH_STRUCT(ConverseIn, tools, "toolConfig", converse_tools_shape), \
	SH_STRUCT(ConverseIn, guardrail, "guardrailConfig", guardrail_shape), \
	SH_DOC(ConverseIn, more, "additionalModelRequestFields"), \
	{ .name = "promptVariables", .kind = SHAPE_STRUCT, .at = offsetof(ConverseIn, variables), .size = sizeof(ConverseVariable), \
	       .flags = SHAPE_MAP, .of = &shape_variable_text }, \
	SH_STRS(ConverseIn, response_paths, "additionalModelResponseFieldPaths", 0), \
	SH_PAIRS(ConverseIn, metadata, "requestMetadata", 0), \
	SH_STRUCT(ConverseIn, performance, "performanceConfig", shape_latency), \
	SH_STRUCT(ConverseIn, tier, "serviceTier", shape_tier), \
	SH_STRUCT(ConverseIn, output, "outputConfig", shape_output), \
	{ 0 }
static const ShapeMember turn_in[] = { TURN_IN(shape_guardrail) };
static const Shape shape_in = SHAPE(ConverseIn, turn_in);
static const ShapeMember in_stream[] = { TURN_IN(shape_guardrail_stream) };
static const Shape shape_in_stream = SHAPE(ConverseIn, in_stream);
static const ShapeMember cache_detail[] = {
	SH_STR(ConverseCacheDetail, ttl, "ttl"),
	SH_I64(ConverseCacheDetail, input, "inputTokens"),
	{ 0 },
};
static const Shape shape_cache_detail = SHAPE(ConverseCacheDetail, cache_detail);
static const ShapeMember usage[] = {
	SH_I64(ConverseUsage, input, "inputTokens"),
	SH_I64(ConverseUsage, output, "outputTokens"),
	SH_I64(ConverseUsage, cache_read, "cacheReadInputTokens"),
	SH_I64(ConverseUsage, cache_write, "cacheWriteInputTokens"),
	SH_STRUCTS(ConverseUsage, details, "cacheDetails", shape_cache_detail, 0),
	{ 0 },
};
static const Shape shape_usage = SHAPE(ConverseUsage, usage);
static const ShapeMember metrics[] = { SH_I64(ConverseMetrics, latency_ms, "latencyMs"), { 0 } };
static const Shape shape_metrics = SHAPE(ConverseMetrics, metrics);
static const ShapeMember answer[] = { SH_STRUCT(ConverseAnswer, message, "message", converse_message_shape), { 0 } };
static const Shape shape_answer = SHAPE(ConverseAnswer, answer);
static const ShapeMember turn_out[] = {
	SH_STRUCT(ConverseOut, answer, "output", shape_answer, .flags = SHAPE_MUST),
	SH_STR(ConverseOut, stop_reason, "stopReason"),
	SH_STRUCT(ConverseOut, usage, "usage", shape_usage),
	SH_STRUCT(ConverseOut, metrics, "metrics", shape_metrics),
	SH_STRUCT(ConverseOut, tier, "serviceTier", shape_tier),
	SH_STRUCT(ConverseOut, performance, "performanceConfig", shape_latency),
	SH_DOC(ConverseOut, trace, "trace"),
	SH_DOC(ConverseOut, more, "additionalModelResponseFields"),
	{ 0 },
};
static const Shape shape_out = SHAPE(ConverseOut, turn_out);
static const ShapeMember start_tool[] = {
	SH_STR(ConverseStartTool, id, "toolUseId", .flags = SHAPE_MUST),
	SH_STR(ConverseStartTool, name, "name", .flags = SHAPE_MUST),
	SH_STR(ConverseStartTool, type, "type"),
	{ 0 },
};
static const Shape shape_start_tool = SHAPE(ConverseStartTool, start_tool);
static const ShapeMember start[] = { SH_STRUCT(ConverseStart, tool, "toolUse", shape_start_tool), { 0 } };
static const Shape shape_start = SHAPE(ConverseStart, start);
static const ShapeMember start_event[] = {
	SH_I64(ConverseStartEvent, block, "contentBlockIndex", .flags = SHAPE_MUST),
	SH_STRUCT(ConverseStartEvent, start, "start", shape_start),
	{ 0 },
};
const Shape converse_start_event = SHAPE(ConverseStartEvent, start_event);
static const ShapeMember tool_delta[] = { SH_STR(ConverseToolDelta, input, "input"), { 0 } };
static const Shape shape_tool_delta = SHAPE(ConverseToolDelta, tool_delta);
static const ShapeMember reasoning_delta[] = {
	SH_STR(ConverseReasoningDelta, text, "text"),
	SH_STR(ConverseReasoningDelta, signature, "signature"),
	SH_BLOB(ConverseReasoningDelta, redacted, "redactedContent"),
	{ 0 },
};
static const Shape shape_reasoning_delta = SHAPE(ConverseReasoningDelta, reasoning_delta);
static const ShapeMember delta[] = {
	SH_STR(ConverseDelta, text, "text"),
	SH_STRUCT(ConverseDelta, tool, "toolUse", shape_tool_delta),
	SH_STRUCT(ConverseDelta, reasoning, "reasoningContent", shape_reasoning_delta),
	SH_DOC(ConverseDelta, citation, "citation"),
	{ 0 },
};
static const Shape shape_delta = SHAPE(ConverseDelta, delta);
static const ShapeMember delta_event[] = {
	SH_I64(ConverseDeltaEvent, block, "contentBlockIndex"),
	SH_STRUCT(ConverseDeltaEvent, delta, "delta", shape_delta),
	{ 0 },
};
const Shape converse_delta_event = SHAPE(ConverseDeltaEvent, delta_event);
static const ShapeMember stop_event[] = {
	SH_STR(ConverseStopEvent, reason, "stopReason"),
	SH_DOC(ConverseStopEvent, more, "additionalModelResponseFields"),
	{ 0 },
};
const Shape converse_stop_event = SHAPE(ConverseStopEvent, stop_event);
static const ShapeMember metadata_event[] = {
	SH_STRUCT(ConverseMetadataEvent, usage, "usage", shape_usage),
	SH_STRUCT(ConverseMetadataEvent, metrics, "metrics", shape_metrics),
	SH_STRUCT(ConverseMetadataEvent, tier, "serviceTier", shape_tier),
	SH_STRUCT(ConverseMetadataEvent, performance, "performanceConfig", shape_latency),
	SH_DOC(ConverseMetadataEvent, trace, "trace"),
	{ 0 },
};
const Shape converse_metadata_event = SHAPE(ConverseMetadataEvent, metadata_event);

static int check(const void *input, AwsParts *out, Err *e)
{
	const ConverseIn *in = input;

	(void)out;
	if (in->limits.max_tokens <= 0)
		return err_kind(e, ERR_USAGE, "max_tokens must be at least 1: without it the model's maximum is taken from the quota");
	if (in->limits.temperature.v < 0)
		return err_kind(e, ERR_USAGE, "the temperature cannot be negative");
	return 0;
}

enum { THINKING_S = 600 };

const AwsService bedrock_runtime = {
	.id = "bedrock-runtime", .host_prefix = "bedrock-runtime", .signing_name = "bedrock", .protocol = AWS_REST_JSON, .bearer = true,
	.name = "Bedrock Runtime", .busy_name = "the AI service",
	.missing_hint = "check the model id and that the model is offered in this region",
};

/* Not idempotent: a turn that was answered is charged, so it is only repeated when the service refused to begin it.
 * A model may think for minutes before its first byte, and giving up then loses an answer that is paid for. */
const AwsOp op_bedrock_converse = {
	.service = &bedrock_runtime, .name = "Converse", .method = "POST", .path = "/model/{modelId}/converse", .cls = AWS_PAID,
	.quiet_s = THINKING_S, .total_s = THINKING_S, .permission = "bedrock:InvokeModel",
	.encode = check, .in = &shape_in, .out = &shape_out,
};
const AwsOp op_bedrock_converse_stream = {
	.service = &bedrock_runtime, .name = "ConverseStream", .method = "POST", .path = "/model/{modelId}/converse-stream",
	.cls = AWS_PAID, .stream = true, .last_event = "metadata", .quiet_s = THINKING_S,
	.permission = "bedrock:InvokeModelWithResponseStream", .encode = check, .in = &shape_in_stream,
};

/* The classes add up. cacheDetails splits the writes by their life. */
int converse_tokens(const ConverseUsage *u, Tokens *out, Err *e)
{
	int64_t hour = 0;

	*out = (Tokens){ 0 };
	if (u->input < 0 || u->output < 0 || u->cache_read < 0 || u->cache_write < 0)
		return err_set(e, "usage: a count is negative");
	for (size_t i = 0; i < u->details.n; i++) {
		const ConverseCacheDetail *d = &u->details.v[i];

		if (d->input < 0)
			return err_set(e, "cacheDetails[%zu].inputTokens: negative", i);
		if (str_is(d->ttl, "1h") && __builtin_add_overflow(hour, d->input, &hour))
			return err_set(e, "cacheDetails: out of range");
	}
	*out = (Tokens){ .input = u->input, .output = u->output, .cache_read = u->cache_read };
	out->cache_write_1h = hour < u->cache_write ? hour : u->cache_write;
	out->cache_write_5m = u->cache_write - out->cache_write_1h;
	return 0;
}

Str converse_text(Arena *a, const ConverseMessage *m)
{
	Buf text = { 0 };
	Str out;

	for (size_t i = 0; i < m->content.n; i++)
		(void)buf_put_str(&text, m->content.v[i].text);      /* no longer than the body, which had a cap */
	out = arena_str(a, buf_str(&text));
	buf_done(&text);
	return out;
}
