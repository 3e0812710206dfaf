/* Bedrock Runtime besides Converse: models by their own JSON, token counts, guardrails.
 * Source: Amazon Bedrock Runtime API Reference, version 2023-09-30. */
#ifndef API_BEDROCK_INVOKE_H
#define API_BEDROCK_INVOKE_H

#include "api/converse.h"

/* body: the model's own JSON. metadata: a JSON object of up to 16 pairs for the invocation log. */
typedef struct BedrockInvokeIn {
	Str model, body, content_type, accept, trace, guardrail, guardrail_version, latency, tier, metadata;
} BedrockInvokeIn;
/* body: borrowed from the answer; empty for streams, whose chunks came as events. */
typedef struct BedrockInvokeOut { Str body, content_type, latency, tier; } BedrockInvokeOut;
/* bytes: one event of the model's own JSON. */
typedef struct BedrockChunk { Str bytes; } BedrockChunk;
typedef struct BedrockCountInvoke { Str body; } BedrockCountInvoke;
/* more: JSON. */
typedef struct BedrockCountConverse {
	LIST_OF(ConverseMessage) messages;
	LIST_OF(ConverseSystem) system;
	ConverseTools tools;
	Str more;
} BedrockCountConverse;
/* One of both. */
typedef struct BedrockCountInput { BedrockCountInvoke invoke; BedrockCountConverse converse; } BedrockCountInput;
typedef struct BedrockCountIn { Str model; BedrockCountInput input; } BedrockCountIn;
typedef struct BedrockCountOut { int64_t input_tokens; } BedrockCountOut;
typedef struct BedrockGuardText { Str text; LIST_OF(Str) qualifiers; } BedrockGuardText;
typedef struct BedrockGuardSource { Str bytes; } BedrockGuardSource;
typedef struct BedrockGuardImage { Str format; BedrockGuardSource source; } BedrockGuardImage;
/* One of both. */
typedef struct BedrockGuardContent { BedrockGuardText text; BedrockGuardImage image; } BedrockGuardContent;
/* source: "INPUT" or "OUTPUT". scope: "INTERVENTIONS" or "FULL". */
typedef struct BedrockApplyIn {
	Str guardrail, version, source;
	LIST_OF(BedrockGuardContent) content;
	Str scope;
} BedrockApplyIn;
/* What is charged: units of 1,000 characters for each policy. */
typedef struct BedrockGuardUnits {
	int64_t topics, content, words, sensitive, sensitive_free, grounding, images, reasoning;
} BedrockGuardUnits;
typedef struct BedrockGuardOutput { Str text; } BedrockGuardOutput;
typedef struct BedrockGuardCovered { int64_t guarded, total; } BedrockGuardCovered;
typedef struct BedrockGuardCoverage { BedrockGuardCovered text, images; } BedrockGuardCoverage;
/* action: "NONE" or "GUARDRAIL_INTERVENED". assessments: JSON. */
typedef struct BedrockApplyOut {
	Str action, reason;
	LIST_OF(BedrockGuardOutput) outputs;
	LIST_OF(Str) assessments;
	BedrockGuardUnits units;
	BedrockGuardCoverage coverage;
} BedrockApplyOut;

extern const AwsOp op_bedrock_invoke_model, op_bedrock_invoke_model_stream, op_bedrock_count_tokens,
	op_bedrock_apply_guardrail;

/* The model's own JSON out of one event of InvokeModelWithResponseStream; *out is empty for events of other types. */
int bedrock_chunk(Arena *a, Str type, Str payload, Str *out, Err *e);

#endif
