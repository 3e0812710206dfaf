/* Bedrock Agents at run time: invocations, and questions to knowledge bases.
 * Source: Agents for Amazon Bedrock Runtime API Reference, version 2023-07-26. */
#ifndef API_AGENT_RUNTIME_H
#define API_AGENT_RUNTIME_H

#include "api/op.h"

typedef struct BarLatency { Str latency; } BarLatency;
typedef struct BarModelConfig { BarLatency performance; } BarModelConfig;
typedef struct BarPromptCreation { bool drop_thinking; OptI64 turns; } BarPromptCreation;
/* final: the answer in pieces as the model writes it; else it comes as one at the end. */
typedef struct BarStreaming { bool final; int64_t guardrail_interval; } BarStreaming;
/* results: of what a returnControl asked for, as JSON. */
typedef struct BarSession {
	LIST_OF(ShapePair) attributes, prompt_attributes;
	Str invocation_id;
	LIST_OF(Str) results, files, knowledge_bases;
	Str history;
} BarSession;
typedef struct BarInvokeIn {
	Str agent, alias, session, text, memory, source_arn;
	bool trace, end;
	BarModelConfig model;
	BarPromptCreation prompts;
	BarSession state;
	BarStreaming streaming;
} BarInvokeIn;
/* Headers of the answer. */
typedef struct BarInvokeOut { Str session, memory, content_type; } BarInvokeOut;
typedef struct BarS3 { Str uri; } BarS3;
typedef struct BarWeb { Str url; } BarWeb;
typedef struct BarCustom { Str id; } BarCustom;
/* type says which one: S3, WEB, CUSTOM, … */
typedef struct BarLocation { Str type; BarS3 s3; BarWeb web; BarCustom custom; } BarLocation;
typedef struct BarContent { Str type, text; } BarContent;
/* metadata: JSON. */
typedef struct BarPassage {
	BarContent content;
	BarLocation location;
	Str metadata;
	double score;
	Str document_id;
} BarPassage;
typedef struct BarSpan { OptI64 start, end; } BarSpan;
typedef struct BarTextPart { Str text; BarSpan span; } BarTextPart;
typedef struct BarPart { BarTextPart text; } BarPart;
typedef struct BarCitation { BarPart part; LIST_OF(BarPassage) references; } BarCitation;
typedef struct BarAttribution { LIST_OF(BarCitation) citations; } BarAttribution;
/* A piece of the answer: UTF-8, which a piece may cut. */
typedef struct BarChunk { Str bytes; BarAttribution attribution; } BarChunk;
/* trace: JSON, an object of one member that names the kind of step ("orchestrationTrace" …). */
typedef struct BarTrace {
	Str agent, alias, version, session, collaborator;
	int64_t time_ms;
	LIST_OF(Str) callers;
	Str trace;
} BarTrace;
typedef struct BarParameter { Str name, type, value; } BarParameter;
typedef struct BarFunction {
	Str group, function, agent, collaborator, invocation;
	LIST_OF(BarParameter) parameters;
} BarFunction;
/* One of both; api: JSON. */
typedef struct BarInvocation { BarFunction function; Str api; } BarInvocation;
/* The caller is to do these and to go on with their results (BarSession) under this id. */
typedef struct BarReturnControl { Str id; LIST_OF(BarInvocation) inputs; } BarReturnControl;
typedef struct BarFile { Str name, type, bytes; } BarFile;
typedef struct BarFiles { LIST_OF(BarFile) files; } BarFiles;
typedef struct BarGuardrail { Str id, version; } BarGuardrail;
/* filter, reranking, …: JSON. */
typedef struct BarVectorSearch { int64_t results; Str search, filter, reranking, implicit_filter; } BarVectorSearch;
typedef struct BarRetrieval { BarVectorSearch vector; Str managed; } BarRetrieval;
typedef struct BarQuery { Str text, type; } BarQuery;
typedef struct BarRetrieveIn {
	Str base;
	BarQuery query;
	BarRetrieval retrieval;
	BarGuardrail guardrail;
	Str next_token;
} BarRetrieveIn;
typedef struct BarRetrieveOut { LIST_OF(BarPassage) passages; Str guardrail_action, next_token; } BarRetrieveOut;
typedef struct BarQuestion { Str text; } BarQuestion;
/* model: ARN of a model or inference profile. generation, orchestration: JSON. */
typedef struct BarGenerateFrom {
	Str base, model;
	BarRetrieval retrieval;
	Str generation, orchestration;
} BarGenerateFrom;
/* type: KNOWLEDGE_BASE, with base; or EXTERNAL_SOURCES, with sources (JSON). */
typedef struct BarGenerateConfig { Str type; BarGenerateFrom base; Str sources; } BarGenerateConfig;
typedef struct BarKey { Str arn; } BarKey;
typedef struct BarGenerateIn { BarQuestion input; BarGenerateConfig config; BarKey key; Str session; } BarGenerateIn;
typedef struct BarAnswer { Str text; } BarAnswer;
typedef struct BarGenerateOut {
	BarAnswer output;
	LIST_OF(BarCitation) citations;
	Str session, guardrail_action;
} BarGenerateOut;

extern const AwsOp op_agent_runtime_invoke, op_agent_runtime_retrieve, op_agent_runtime_retrieve_and_generate;

/* One event of InvokeAgent, by its type; what belongs to other types is zero. Unknown types leave all zero. */
typedef enum BarKind { BAR_OTHER, BAR_CHUNK, BAR_TRACE, BAR_RETURN_CONTROL, BAR_FILES } BarKind;
typedef struct BarEvent { BarKind kind; BarChunk chunk; BarTrace trace; BarReturnControl control; BarFiles files; } BarEvent;
int agent_event(Arena *a, Str type, Str payload, BarEvent *out, Err *e);

#endif
