#include "api/bedrock_invoke.h"

#include "api/converse_parts.h"

/* The stream's Accept is that of the event stream; the model's own goes in another header. */
#define INVOKE_IN(accept_header) \
	SH_STR(BedrockInvokeIn, model, "modelId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "model"), \
	SH_BLOB(BedrockInvokeIn, body, "body", .flags = SHAPE_SECRET, .place = PLACE_PAYLOAD), \
	SH_STR(BedrockInvokeIn, content_type, "contentType", .place = PLACE_HEADER, .wire = "Content-Type"), \
	SH_STR(BedrockInvokeIn, accept, "accept", .place = PLACE_HEADER, .wire = accept_header), \
	SH_STR(BedrockInvokeIn, trace, "trace", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-Trace"), \
	SH_STR(BedrockInvokeIn, guardrail, "guardrailIdentifier", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-GuardrailIdentifier"), \
	SH_STR(BedrockInvokeIn, guardrail_version, "guardrailVersion", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-GuardrailVersion"), \
	SH_STR(BedrockInvokeIn, latency, "performanceConfigLatency", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-PerformanceConfig-Latency"), \
	SH_STR(BedrockInvokeIn, tier, "serviceTier", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-Service-Tier"), \
	SH_STR(BedrockInvokeIn, metadata, "requestMetadata", .flags = SHAPE_SECRET, .place = PLACE_HEADER, \
	       .wire = "X-Amzn-Bedrock-Request-Metadata"), \
	{ 0 }
static const ShapeMember invoke_in[] = { INVOKE_IN("Accept") };
static const Shape shape_invoke_in = SHAPE(BedrockInvokeIn, invoke_in);
static const ShapeMember invoke_in_stream[] = { INVOKE_IN("X-Amzn-Bedrock-Accept") };
static const Shape shape_invoke_in_stream = SHAPE(BedrockInvokeIn, invoke_in_stream);
static const ShapeMember invoke_out[] = {
	SH_BLOB(BedrockInvokeOut, body, "body", .place = PLACE_PAYLOAD),
	SH_STR(BedrockInvokeOut, content_type, "contentType", .place = PLACE_HEADER, .wire = "Content-Type"),
	SH_STR(BedrockInvokeOut, latency, "performanceConfigLatency", .place = PLACE_HEADER,
	       .wire = "X-Amzn-Bedrock-PerformanceConfig-Latency"),
	SH_STR(BedrockInvokeOut, tier, "serviceTier", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-Service-Tier"),
	{ 0 },
};
static const Shape shape_invoke_out = SHAPE(BedrockInvokeOut, invoke_out);
static const ShapeMember invoke_out_stream[] = {
	SH_STR(BedrockInvokeOut, content_type, "contentType", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-Content-Type"),
	SH_STR(BedrockInvokeOut, latency, "performanceConfigLatency", .place = PLACE_HEADER,
	       .wire = "X-Amzn-Bedrock-PerformanceConfig-Latency"),
	SH_STR(BedrockInvokeOut, tier, "serviceTier", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-Service-Tier"),
	{ 0 },
};
static const Shape shape_invoke_out_stream = SHAPE(BedrockInvokeOut, invoke_out_stream);
static const ShapeMember chunk[] = { SH_BLOB(BedrockChunk, bytes, "bytes"), { 0 } };
static const Shape shape_chunk = SHAPE(BedrockChunk, chunk);
static const ShapeMember count_invoke[] = { SH_BLOB(BedrockCountInvoke, body, "body", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_count_invoke = SHAPE(BedrockCountInvoke, count_invoke);
static const ShapeMember count_converse[] = {
	SH_STRUCTS(BedrockCountConverse, messages, "messages", converse_message_shape, 0),
	SH_STRUCTS(BedrockCountConverse, system, "system", converse_system_shape, 0),
	SH_STRUCT(BedrockCountConverse, tools, "toolConfig", converse_tools_shape),
	SH_DOC(BedrockCountConverse, more, "additionalModelRequestFields"),
	{ 0 },
};
static const Shape shape_count_converse = SHAPE(BedrockCountConverse, count_converse);
static const ShapeMember count_input[] = {
	SH_STRUCT(BedrockCountInput, invoke, "invokeModel", shape_count_invoke),
	SH_STRUCT(BedrockCountInput, converse, "converse", shape_count_converse),
	{ 0 },
};
static const Shape shape_count_input = SHAPE(BedrockCountInput, count_input);
static const ShapeMember count_in[] = {
	SH_STR(BedrockCountIn, model, "modelId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "model"),
	SH_STRUCT(BedrockCountIn, input, "input", shape_count_input, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_count_in = SHAPE(BedrockCountIn, count_in);
static const ShapeMember count_out[] = { SH_I64(BedrockCountOut, input_tokens, "inputTokens", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_count_out = SHAPE(BedrockCountOut, count_out);
static const ShapeMember guard_text[] = {
	SH_STR(BedrockGuardText, text, "text", .flags = SHAPE_MUST),
	SH_STRS(BedrockGuardText, qualifiers, "qualifiers", 0),
	{ 0 },
};
static const Shape shape_guard_text = SHAPE(BedrockGuardText, guard_text);
static const ShapeMember guard_source[] = { SH_BLOB(BedrockGuardSource, bytes, "bytes"), { 0 } };
static const Shape shape_guard_source = SHAPE(BedrockGuardSource, guard_source);
static const ShapeMember guard_image[] = {
	SH_STR(BedrockGuardImage, format, "format", .flags = SHAPE_MUST),
	SH_STRUCT(BedrockGuardImage, source, "source", shape_guard_source, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_guard_image = SHAPE(BedrockGuardImage, guard_image);
static const ShapeMember guard_content[] = {
	SH_STRUCT(BedrockGuardContent, text, "text", shape_guard_text),
	SH_STRUCT(BedrockGuardContent, image, "image", shape_guard_image),
	{ 0 },
};
static const Shape shape_guard_content = SHAPE(BedrockGuardContent, guard_content);
static const ShapeMember apply_in[] = {
	SH_STR(BedrockApplyIn, guardrail, "guardrailIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "guardrail"),
	SH_STR(BedrockApplyIn, version, "guardrailVersion", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(BedrockApplyIn, source, "source", .flags = SHAPE_MUST),
	SH_STRUCTS(BedrockApplyIn, content, "content", shape_guard_content, SHAPE_MUST),
	SH_STR(BedrockApplyIn, scope, "outputScope"),
	{ 0 },
};
static const Shape shape_apply_in = SHAPE(BedrockApplyIn, apply_in);
static const ShapeMember guard_units[] = {
	SH_I64(BedrockGuardUnits, topics, "topicPolicyUnits"),
	SH_I64(BedrockGuardUnits, content, "contentPolicyUnits"),
	SH_I64(BedrockGuardUnits, words, "wordPolicyUnits"),
	SH_I64(BedrockGuardUnits, sensitive, "sensitiveInformationPolicyUnits"),
	SH_I64(BedrockGuardUnits, sensitive_free, "sensitiveInformationPolicyFreeUnits"),
	SH_I64(BedrockGuardUnits, grounding, "contextualGroundingPolicyUnits"),
	SH_I64(BedrockGuardUnits, images, "contentPolicyImageUnits"),
	SH_I64(BedrockGuardUnits, reasoning, "automatedReasoningPolicyUnits"),
	{ 0 },
};
static const Shape shape_guard_units = SHAPE(BedrockGuardUnits, guard_units);
static const ShapeMember guard_output[] = { SH_STR(BedrockGuardOutput, text, "text"), { 0 } };
static const Shape shape_guard_output = SHAPE(BedrockGuardOutput, guard_output);
static const ShapeMember guard_covered[] = {
	SH_I64(BedrockGuardCovered, guarded, "guarded"),
	SH_I64(BedrockGuardCovered, total, "total"),
	{ 0 },
};
static const Shape shape_guard_covered = SHAPE(BedrockGuardCovered, guard_covered);
static const ShapeMember guard_coverage[] = {
	SH_STRUCT(BedrockGuardCoverage, text, "textCharacters", shape_guard_covered),
	SH_STRUCT(BedrockGuardCoverage, images, "images", shape_guard_covered),
	{ 0 },
};
static const Shape shape_guard_coverage = SHAPE(BedrockGuardCoverage, guard_coverage);
static const ShapeMember apply_out[] = {
	SH_STR(BedrockApplyOut, action, "action", .flags = SHAPE_MUST),
	SH_STR(BedrockApplyOut, reason, "actionReason"),
	SH_STRUCTS(BedrockApplyOut, outputs, "outputs", shape_guard_output, SHAPE_ALWAYS),
	SH_LIST(BedrockApplyOut, assessments, "assessments", SHAPE_DOC, SHAPE_ALWAYS),
	SH_STRUCT(BedrockApplyOut, units, "usage", shape_guard_units),
	SH_STRUCT(BedrockApplyOut, coverage, "guardrailCoverage", shape_guard_coverage),
	{ 0 },
};
static const Shape shape_apply_out = SHAPE(BedrockApplyOut, apply_out);

enum { THINKING_S = 600, EVENT_MAX_BYTES = ES_MAX_PAYLOAD };

#define ROW(op_name, verb, at, kind) .service = &bedrock_runtime, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock:" op_name

/* Charged once begun, so it is not repeated. */
const AwsOp op_bedrock_invoke_model = {
	ROW("InvokeModel", "POST", "/model/{modelId}/invoke", AWS_PAID), .in = &shape_invoke_in, .out = &shape_invoke_out,
	.quiet_s = THINKING_S, .total_s = THINKING_S };
const AwsOp op_bedrock_invoke_model_stream = {
	ROW("InvokeModelWithResponseStream", "POST", "/model/{modelId}/invoke-with-response-stream", AWS_PAID),
	.in = &shape_invoke_in_stream, .out = &shape_invoke_out_stream, .stream = true,
	.only_event = "chunk", .quiet_s = THINKING_S };
const AwsOp op_bedrock_count_tokens = {
	ROW("CountTokens", "POST", "/model/{modelId}/count-tokens", AWS_READ), .in = &shape_count_in, .out = &shape_count_out,
	.idempotent = true };
const AwsOp op_bedrock_apply_guardrail = {
	ROW("ApplyGuardrail", "POST", "/guardrail/{guardrailIdentifier}/version/{guardrailVersion}/apply", AWS_PAID),
	.in = &shape_apply_in, .out = &shape_apply_out, .idempotent = true };

int bedrock_chunk(Arena *a, Str type, Str payload, Str *out, Err *e)
{
	BedrockChunk one = { 0 };

	*out = STR("");
	if (!str_is(type, "chunk"))
		return 0;
	if (shape_parse_json(a, &shape_chunk, payload, EVENT_MAX_BYTES, &one, e) < 0)
		return err_wrap(e, "Bedrock InvokeModelWithResponseStream chunk");
	*out = one.bytes;
	return 0;
}
