/* Bedrock prompt management: prompts and their versions.
 * Source: Agents for Amazon Bedrock API Reference, version 2023-06-05. */
#ifndef API_BEDROCK_PROMPT_H
#define API_BEDROCK_PROMPT_H

#include "api/op.h"

/* prompt: of one prompt all versions; empty: all prompts. */
typedef struct BaPromptListIn { Str prompt; int64_t max; Str next_token; } BaPromptListIn;
/* version: empty for the draft. */
typedef struct BaPromptIn { Str id, version, data; } BaPromptIn;
/* The text with {{variables}}. */
typedef struct BaPromptText { Str text, cache_point; LIST_OF(Str) variables; } BaPromptText;
typedef struct BaPromptChat { LIST_OF(Str) messages, system, variables; Str tools; } BaPromptChat;
/* One of both. */
typedef struct BaPromptTemplate { BaPromptText text; BaPromptChat chat; } BaPromptTemplate;
typedef struct BaPromptLimits {
	OptNum temperature, top_p;
	OptI64 max_tokens;
	LIST_OF(Str) stop_sequences;
} BaPromptLimits;
typedef struct BaPromptInference { BaPromptLimits text; } BaPromptInference;
typedef struct BaPromptAgent { Str arn; } BaPromptAgent;
typedef struct BaPromptResource { BaPromptAgent agent; } BaPromptResource;
typedef struct BaPromptTag { Str key, value; } BaPromptTag;
typedef struct BaPromptVariant {
	Str name, type;
	BaPromptTemplate template;
	Str model;
	BaPromptInference inference;
	LIST_OF(BaPromptTag) metadata;
	Str more;
	BaPromptResource resource;
} BaPromptVariant;
typedef struct BaPrompt {
	Str id, arn, name, version, description, key_arn, default_variant;
	LIST_OF(BaPromptVariant) variants;
	int64_t created_ms, updated_ms;
} BaPrompt;
typedef struct BaPrompts { LIST_OF(BaPrompt) prompts; Str next_token; } BaPrompts;
typedef struct BaPromptVersionIn { Str id, description; LIST_OF(ShapePair) tags; Str token; } BaPromptVersionIn;

extern const AwsOp op_bedrock_agent_list_prompts, op_bedrock_agent_get_prompt,
	op_bedrock_agent_create_prompt_version;

#endif
