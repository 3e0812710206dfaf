#include "api/bedrock_prompt.h"

#include "api/bedrock_agent.h"

static const ShapeMember prompt_list_in[] = {
	SH_STR(BaPromptListIn, prompt, "promptIdentifier", .place = PLACE_QUERY, .about = "prompt"),
	SH_I64(BaPromptListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(BaPromptListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_prompt_list_in = SHAPE(BaPromptListIn, prompt_list_in);
static const ShapeMember prompt_in[] = {
	SH_STR(BaPromptIn, id, "promptIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "prompt"),
	SH_STR(BaPromptIn, version, "promptVersion", .place = PLACE_QUERY),
	SH_STR(BaPromptIn, data, "includedData", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_prompt_in = SHAPE(BaPromptIn, prompt_in);
static const ShapeMember prompt_text[] = {
	SH_STR(BaPromptText, text, "text", .flags = SHAPE_MUST),
	SH_DOC(BaPromptText, cache_point, "cachePoint"),
	SH_LIST(BaPromptText, variables, "inputVariables", SHAPE_DOC, 0),
	{ 0 },
};
static const Shape shape_prompt_text = SHAPE(BaPromptText, prompt_text);
static const ShapeMember prompt_chat[] = {
	SH_LIST(BaPromptChat, messages, "messages", SHAPE_DOC, SHAPE_MUST),
	SH_LIST(BaPromptChat, system, "system", SHAPE_DOC, 0),
	SH_LIST(BaPromptChat, variables, "inputVariables", SHAPE_DOC, 0),
	SH_DOC(BaPromptChat, tools, "toolConfiguration"),
	{ 0 },
};
static const Shape shape_prompt_chat = SHAPE(BaPromptChat, prompt_chat);
static const ShapeMember prompt_template[] = {
	SH_STRUCT(BaPromptTemplate, text, "text", shape_prompt_text),
	SH_STRUCT(BaPromptTemplate, chat, "chat", shape_prompt_chat),
	{ 0 },
};
static const Shape shape_prompt_template = SHAPE(BaPromptTemplate, prompt_template);
static const ShapeMember prompt_limits[] = {
	SH_OPT_NUM(BaPromptLimits, temperature, "temperature"),
	SH_OPT_NUM(BaPromptLimits, top_p, "topP"),
	SH_OPT_I64(BaPromptLimits, max_tokens, "maxTokens"),
	SH_STRS(BaPromptLimits, stop_sequences, "stopSequences", 0),
	{ 0 },
};
static const Shape shape_prompt_limits = SHAPE(BaPromptLimits, prompt_limits);
static const ShapeMember prompt_inference[] = { SH_STRUCT(BaPromptInference, text, "text", shape_prompt_limits), { 0 } };
static const Shape shape_prompt_inference = SHAPE(BaPromptInference, prompt_inference);
static const ShapeMember prompt_agent[] = { SH_STR(BaPromptAgent, arn, "agentIdentifier", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_prompt_agent = SHAPE(BaPromptAgent, prompt_agent);
static const ShapeMember prompt_resource[] = { SH_STRUCT(BaPromptResource, agent, "agent", shape_prompt_agent), { 0 } };
static const Shape shape_prompt_resource = SHAPE(BaPromptResource, prompt_resource);
static const ShapeMember prompt_tag[] = {
	SH_STR(BaPromptTag, key, "key", .flags = SHAPE_MUST),
	SH_STR(BaPromptTag, value, "value", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_prompt_tag = SHAPE(BaPromptTag, prompt_tag);
static const ShapeMember prompt_variant[] = {
	SH_STR(BaPromptVariant, name, "name", .flags = SHAPE_MUST),
	SH_STR(BaPromptVariant, type, "templateType", .flags = SHAPE_MUST),
	SH_STRUCT(BaPromptVariant, template, "templateConfiguration", shape_prompt_template, .flags = SHAPE_MUST),
	SH_STR(BaPromptVariant, model, "modelId"),
	SH_STRUCT(BaPromptVariant, inference, "inferenceConfiguration", shape_prompt_inference),
	SH_STRUCTS(BaPromptVariant, metadata, "metadata", shape_prompt_tag, 0),
	SH_DOC(BaPromptVariant, more, "additionalModelRequestFields"),
	SH_STRUCT(BaPromptVariant, resource, "genAiResource", shape_prompt_resource),
	{ 0 },
};
static const Shape shape_prompt_variant = SHAPE(BaPromptVariant, prompt_variant);
static const ShapeMember prompt[] = {
	SH_STR(BaPrompt, id, "id", .flags = SHAPE_MUST),
	SH_STR(BaPrompt, arn, "arn"),
	SH_STR(BaPrompt, name, "name"),
	SH_STR(BaPrompt, version, "version", .flags = SHAPE_MUST),
	SH_STR(BaPrompt, description, "description"),
	SH_STR(BaPrompt, key_arn, "customerEncryptionKeyArn"),
	SH_STR(BaPrompt, default_variant, "defaultVariant"),
	SH_STRUCTS(BaPrompt, variants, "variants", shape_prompt_variant, 0),
	SH_TIME_ISO(BaPrompt, created_ms, "createdAt"),
	SH_TIME_ISO(BaPrompt, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_prompt = SHAPE(BaPrompt, prompt);
static const ShapeMember prompt_item[] = {
	SH_STR(BaPrompt, id, "id", .flags = SHAPE_MUST),
	SH_STR(BaPrompt, arn, "arn"),
	SH_STR(BaPrompt, name, "name"),
	SH_STR(BaPrompt, version, "version", .flags = SHAPE_MUST),
	SH_STR(BaPrompt, description, "description"),
	SH_TIME_ISO(BaPrompt, created_ms, "createdAt"),
	SH_TIME_ISO(BaPrompt, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_prompt_item = SHAPE(BaPrompt, prompt_item);
static const ShapeMember prompts[] = {
	SH_STRUCTS(BaPrompts, prompts, "promptSummaries", shape_prompt_item, SHAPE_ALWAYS),
	SH_STR(BaPrompts, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_prompts = SHAPE(BaPrompts, prompts);
static const ShapeMember prompt_version_in[] = {
	SH_STR(BaPromptVersionIn, id, "promptIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "prompt"),
	SH_STR(BaPromptVersionIn, description, "description"),
	SH_PAIRS(BaPromptVersionIn, tags, "tags", 0),
	SH_STR(BaPromptVersionIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_prompt_version_in = SHAPE(BaPromptVersionIn, prompt_version_in);

#define ROW(op_name, verb, at, kind) .service = &bedrock_agent, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock:" op_name

const AwsOp op_bedrock_agent_list_prompts = {
	ROW("ListPrompts", "GET", "/prompts/", AWS_READ), .in = &shape_prompt_list_in, .out = &shape_prompts,
	.idempotent = true, .page_token = "nextToken" };
const AwsOp op_bedrock_agent_get_prompt = {
	ROW("GetPrompt", "GET", "/prompts/{promptIdentifier}/", AWS_READ), .in = &shape_prompt_in, .out = &shape_prompt,
	.idempotent = true };
const AwsOp op_bedrock_agent_create_prompt_version = {
	ROW("CreatePromptVersion", "POST", "/prompts/{promptIdentifier}/versions", AWS_WRITE), .in = &shape_prompt_version_in,
	.out = &shape_prompt, .idempotent = true };
