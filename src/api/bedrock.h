/* Bedrock, the control plane: models, inference profiles, the invocation log, guardrails.
 * Source: Amazon Bedrock API Reference, version 2023-04-20. */
#ifndef API_BEDROCK_H
#define API_BEDROCK_H

#include "api/op.h"

typedef struct BedrockModelsIn { Str provider, customization, modality, inference; } BedrockModelsIn;
/* status: ACTIVE or LEGACY; the times are 0 where none is set. */
typedef struct BedrockLife { Str status; int64_t start_ms, legacy_ms, extended_ms, end_ms; } BedrockLife;
/* inference: ON_DEMAND, PROVISIONED; a model that has neither is reached through an inference profile. */
typedef struct BedrockModel {
	Str id, arn, name, provider;
	bool streaming;
	LIST_OF(Str) inputs, outputs, inference, customizations;
	BedrockLife life;
} BedrockModel;
typedef struct BedrockModelsOut { LIST_OF(BedrockModel) models; } BedrockModelsOut;
typedef struct BedrockModelIn { Str id; } BedrockModelIn;
typedef struct BedrockModelOut { BedrockModel model; } BedrockModelOut;
/* type: SYSTEM_DEFINED or APPLICATION. */
typedef struct BedrockProfilesIn { Str type; int64_t max; Str next_token; } BedrockProfilesIn;
typedef struct BedrockProfileModel { Str arn; } BedrockProfileModel;
/* models: what it routes to, one for each Region; its price is theirs. */
typedef struct BedrockProfile {
	Str id, arn, name, description, status, type;
	LIST_OF(BedrockProfileModel) models;
	int64_t created_ms, updated_ms;
} BedrockProfile;
typedef struct BedrockProfilesOut { LIST_OF(BedrockProfile) profiles; Str next_token; } BedrockProfilesOut;
typedef struct BedrockProfileIn { Str id; } BedrockProfileIn;
typedef struct BedrockBucket { Str bucket, prefix; } BedrockBucket;
typedef struct BedrockLogGroup { Str group, role; BedrockBucket large; } BedrockLogGroup;
/* What the invocation log keeps, and where. A put replaces all of it. */
typedef struct BedrockLogging {
	BedrockLogGroup group;
	BedrockBucket bucket;
	OptBool text, image, embedding, video, audio;
} BedrockLogging;
/* No group and no bucket: nothing is logged. */
typedef struct BedrockLoggingOut { BedrockLogging logging; } BedrockLoggingOut;
typedef struct BedrockLoggingIn { BedrockLogging logging; } BedrockLoggingIn;
/* guardrail: of one all versions; empty: all, their drafts. */
typedef struct BedrockGuardrailsIn { Str guardrail; int64_t max; Str next_token; } BedrockGuardrailsIn;
/* Policies are JSON. */
typedef struct BedrockGuardrail {
	Str id, arn, name, description, version, status;
	int64_t created_ms, updated_ms;
	Str blocked_input, blocked_output, key_arn;
	LIST_OF(Str) reasons, recommendations;
	Str topics, content, words, sensitive, grounding, reasoning, cross_region;
} BedrockGuardrail;
typedef struct BedrockGuardrailsOut { LIST_OF(BedrockGuardrail) guardrails; Str next_token; } BedrockGuardrailsOut;
/* version: empty for the draft. */
typedef struct BedrockGuardrailIn { Str id, version; } BedrockGuardrailIn;

extern const AwsOp op_bedrock_list_foundation_models, op_bedrock_get_foundation_model,
	op_bedrock_list_inference_profiles, op_bedrock_get_inference_profile, op_bedrock_get_logging,
	op_bedrock_put_logging, op_bedrock_list_guardrails, op_bedrock_get_guardrail;

/* That the model answers to its own id; others are reached through an inference profile. */
bool bedrock_on_demand(const BedrockModel *m);

#endif
