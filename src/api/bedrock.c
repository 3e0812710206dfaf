#include "api/bedrock.h"

static const ShapeMember models_in[] = {
	SH_STR(BedrockModelsIn, provider, "byProvider", .place = PLACE_QUERY),
	SH_STR(BedrockModelsIn, customization, "byCustomizationType", .place = PLACE_QUERY),
	SH_STR(BedrockModelsIn, modality, "byOutputModality", .place = PLACE_QUERY),
	SH_STR(BedrockModelsIn, inference, "byInferenceType", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_models_in = SHAPE(BedrockModelsIn, models_in);
static const ShapeMember life[] = {
	SH_STR(BedrockLife, status, "status"),
	SH_TIME_ISO(BedrockLife, start_ms, "startOfLifeTime"),
	SH_TIME_ISO(BedrockLife, legacy_ms, "legacyTime"),
	SH_TIME_ISO(BedrockLife, extended_ms, "publicExtendedAccessTime"),
	SH_TIME_ISO(BedrockLife, end_ms, "endOfLifeTime"),
	{ 0 },
};
static const Shape shape_life = SHAPE(BedrockLife, life);
static const ShapeMember model[] = {
	SH_STR(BedrockModel, id, "modelId", .flags = SHAPE_MUST),
	SH_STR(BedrockModel, arn, "modelArn"),
	SH_STR(BedrockModel, name, "modelName"),
	SH_STR(BedrockModel, provider, "providerName"),
	SH_BOOL(BedrockModel, streaming, "responseStreamingSupported"),
	SH_STRS(BedrockModel, inputs, "inputModalities", 0),
	SH_STRS(BedrockModel, outputs, "outputModalities", 0),
	SH_STRS(BedrockModel, inference, "inferenceTypesSupported", 0),
	SH_STRS(BedrockModel, customizations, "customizationsSupported", 0),
	SH_STRUCT(BedrockModel, life, "modelLifecycle", shape_life),
	{ 0 },
};
static const Shape shape_model = SHAPE(BedrockModel, model);
static const ShapeMember models_out[] = { SH_STRUCTS(BedrockModelsOut, models, "modelSummaries", shape_model, SHAPE_ALWAYS), { 0 } };
static const Shape shape_models_out = SHAPE(BedrockModelsOut, models_out);
static const ShapeMember model_in[] = {
	SH_STR(BedrockModelIn, id, "modelIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "model"),
	{ 0 },
};
static const Shape shape_model_in = SHAPE(BedrockModelIn, model_in);
static const ShapeMember model_out[] = { SH_STRUCT(BedrockModelOut, model, "modelDetails", shape_model), { 0 } };
static const Shape shape_model_out = SHAPE(BedrockModelOut, model_out);
static const ShapeMember profiles_in[] = {
	SH_STR(BedrockProfilesIn, type, "typeEquals", .place = PLACE_QUERY, .wire = "type"),
	SH_I64(BedrockProfilesIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(BedrockProfilesIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_profiles_in = SHAPE(BedrockProfilesIn, profiles_in);
static const ShapeMember profile_model[] = { SH_STR(BedrockProfileModel, arn, "modelArn"), { 0 } };
static const Shape shape_profile_model = SHAPE(BedrockProfileModel, profile_model);
static const ShapeMember profile[] = {
	SH_STR(BedrockProfile, id, "inferenceProfileId", .flags = SHAPE_MUST),
	SH_STR(BedrockProfile, arn, "inferenceProfileArn"),
	SH_STR(BedrockProfile, name, "inferenceProfileName"),
	SH_STR(BedrockProfile, description, "description"),
	SH_STR(BedrockProfile, status, "status"),
	SH_STR(BedrockProfile, type, "type"),
	SH_STRUCTS(BedrockProfile, models, "models", shape_profile_model, 0),
	SH_TIME_ISO(BedrockProfile, created_ms, "createdAt"),
	SH_TIME_ISO(BedrockProfile, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_profile = SHAPE(BedrockProfile, profile);
static const ShapeMember profiles_out[] = {
	SH_STRUCTS(BedrockProfilesOut, profiles, "inferenceProfileSummaries", shape_profile, SHAPE_ALWAYS),
	SH_STR(BedrockProfilesOut, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_profiles_out = SHAPE(BedrockProfilesOut, profiles_out);
static const ShapeMember profile_in[] = {
	SH_STR(BedrockProfileIn, id, "inferenceProfileIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "inference profile"),
	{ 0 },
};
static const Shape shape_profile_in = SHAPE(BedrockProfileIn, profile_in);
static const ShapeMember bucket[] = {
	SH_STR(BedrockBucket, bucket, "bucketName", .flags = SHAPE_MUST),
	SH_STR(BedrockBucket, prefix, "keyPrefix"),
	{ 0 },
};
static const Shape shape_bucket = SHAPE(BedrockBucket, bucket);
static const ShapeMember log_group[] = {
	SH_STR(BedrockLogGroup, group, "logGroupName", .flags = SHAPE_MUST),
	SH_STR(BedrockLogGroup, role, "roleArn", .flags = SHAPE_MUST),
	SH_STRUCT(BedrockLogGroup, large, "largeDataDeliveryS3Config", shape_bucket),
	{ 0 },
};
static const Shape shape_log_group = SHAPE(BedrockLogGroup, log_group);
static const ShapeMember logging[] = {
	SH_STRUCT(BedrockLogging, group, "cloudWatchConfig", shape_log_group),
	SH_STRUCT(BedrockLogging, bucket, "s3Config", shape_bucket),
	SH_OPT_BOOL(BedrockLogging, text, "textDataDeliveryEnabled"),
	SH_OPT_BOOL(BedrockLogging, image, "imageDataDeliveryEnabled"),
	SH_OPT_BOOL(BedrockLogging, embedding, "embeddingDataDeliveryEnabled"),
	SH_OPT_BOOL(BedrockLogging, video, "videoDataDeliveryEnabled"),
	SH_OPT_BOOL(BedrockLogging, audio, "audioDataDeliveryEnabled"),
	{ 0 },
};
static const Shape shape_logging = SHAPE(BedrockLogging, logging);
static const ShapeMember logging_out[] = { SH_STRUCT(BedrockLoggingOut, logging, "loggingConfig", shape_logging), { 0 } };
static const Shape shape_logging_out = SHAPE(BedrockLoggingOut, logging_out);
static const ShapeMember logging_in[] = {
	SH_STRUCT(BedrockLoggingIn, logging, "loggingConfig", shape_logging, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_logging_in = SHAPE(BedrockLoggingIn, logging_in);
static const ShapeMember guardrails_in[] = {
	SH_STR(BedrockGuardrailsIn, guardrail, "guardrailIdentifier", .place = PLACE_QUERY, .about = "guardrail"),
	SH_I64(BedrockGuardrailsIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(BedrockGuardrailsIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_guardrails_in = SHAPE(BedrockGuardrailsIn, guardrails_in);
static const ShapeMember guardrail[] = {
	SH_STR(BedrockGuardrail, id, "guardrailId", .flags = SHAPE_MUST),
	SH_STR(BedrockGuardrail, arn, "guardrailArn"),
	SH_STR(BedrockGuardrail, name, "name"),
	SH_STR(BedrockGuardrail, description, "description"),
	SH_STR(BedrockGuardrail, version, "version"),
	SH_STR(BedrockGuardrail, status, "status"),
	SH_TIME_ISO(BedrockGuardrail, created_ms, "createdAt"),
	SH_TIME_ISO(BedrockGuardrail, updated_ms, "updatedAt"),
	SH_STR(BedrockGuardrail, blocked_input, "blockedInputMessaging"),
	SH_STR(BedrockGuardrail, blocked_output, "blockedOutputsMessaging"),
	SH_STR(BedrockGuardrail, key_arn, "kmsKeyArn"),
	SH_STRS(BedrockGuardrail, reasons, "statusReasons", 0),
	SH_STRS(BedrockGuardrail, recommendations, "failureRecommendations", 0),
	SH_DOC(BedrockGuardrail, topics, "topicPolicy"),
	SH_DOC(BedrockGuardrail, content, "contentPolicy"),
	SH_DOC(BedrockGuardrail, words, "wordPolicy"),
	SH_DOC(BedrockGuardrail, sensitive, "sensitiveInformationPolicy"),
	SH_DOC(BedrockGuardrail, grounding, "contextualGroundingPolicy"),
	SH_DOC(BedrockGuardrail, reasoning, "automatedReasoningPolicy"),
	SH_DOC(BedrockGuardrail, cross_region, "crossRegionDetails"),
	{ 0 },
};
static const Shape shape_guardrail = SHAPE(BedrockGuardrail, guardrail);
static const ShapeMember guardrail_item[] = {
	SH_STR(BedrockGuardrail, id, "id", .flags = SHAPE_MUST),
	SH_STR(BedrockGuardrail, arn, "arn"),
	SH_STR(BedrockGuardrail, name, "name"),
	SH_STR(BedrockGuardrail, description, "description"),
	SH_STR(BedrockGuardrail, version, "version"),
	SH_STR(BedrockGuardrail, status, "status"),
	SH_TIME_ISO(BedrockGuardrail, created_ms, "createdAt"),
	SH_TIME_ISO(BedrockGuardrail, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_guardrail_item = SHAPE(BedrockGuardrail, guardrail_item);
static const ShapeMember guardrails_out[] = {
	SH_STRUCTS(BedrockGuardrailsOut, guardrails, "guardrails", shape_guardrail_item, SHAPE_ALWAYS),
	SH_STR(BedrockGuardrailsOut, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_guardrails_out = SHAPE(BedrockGuardrailsOut, guardrails_out);
static const ShapeMember guardrail_in[] = {
	SH_STR(BedrockGuardrailIn, id, "guardrailIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "guardrail"),
	SH_STR(BedrockGuardrailIn, version, "guardrailVersion", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_guardrail_in = SHAPE(BedrockGuardrailIn, guardrail_in);

static const AwsService bedrock = {
	.id = "bedrock", .host_prefix = "bedrock", .signing_name = "bedrock", .protocol = AWS_REST_JSON, .bearer = true, .name = "Bedrock",
	.busy_name = "the AI service", .missing_hint = "check the id, and that it is offered in this region",
};

#define ROW(op_name, verb, at, kind) .service = &bedrock, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock:" op_name

const AwsOp op_bedrock_list_foundation_models = {
	ROW("ListFoundationModels", "GET", "/foundation-models", AWS_READ), .in = &shape_models_in, .out = &shape_models_out,
	.idempotent = true };
const AwsOp op_bedrock_get_foundation_model = {
	ROW("GetFoundationModel", "GET", "/foundation-models/{modelIdentifier}", AWS_READ), .in = &shape_model_in,
	.out = &shape_model_out, .idempotent = true };
const AwsOp op_bedrock_list_inference_profiles = {
	ROW("ListInferenceProfiles", "GET", "/inference-profiles", AWS_READ), .in = &shape_profiles_in,
	.out = &shape_profiles_out, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_bedrock_get_inference_profile = {
	ROW("GetInferenceProfile", "GET", "/inference-profiles/{inferenceProfileIdentifier}", AWS_READ),
	.in = &shape_profile_in, .out = &shape_profile, .idempotent = true };
const AwsOp op_bedrock_get_logging = {
	ROW("GetModelInvocationLoggingConfiguration", "GET", "/logging/modelinvocations", AWS_READ), .out = &shape_logging_out,
	.idempotent = true };
const AwsOp op_bedrock_put_logging = {
	ROW("PutModelInvocationLoggingConfiguration", "PUT", "/logging/modelinvocations", AWS_WRITE), .in = &shape_logging_in,
	.idempotent = true };
const AwsOp op_bedrock_list_guardrails = {
	ROW("ListGuardrails", "GET", "/guardrails", AWS_READ), .in = &shape_guardrails_in, .out = &shape_guardrails_out,
	.idempotent = true, .page_token = "nextToken" };
const AwsOp op_bedrock_get_guardrail = {
	ROW("GetGuardrail", "GET", "/guardrails/{guardrailIdentifier}", AWS_READ), .in = &shape_guardrail_in,
	.out = &shape_guardrail, .idempotent = true };

bool bedrock_on_demand(const BedrockModel *m)
{
	for (size_t i = 0; i < m->inference.n; i++)
		if (str_is(m->inference.v[i], "ON_DEMAND"))
			return true;
	return false;
}
