/* Converse and ConverseStream: one turn of a conversation with a model, whole or in pieces.
 * Source: Amazon Bedrock Runtime API Reference, version 2023-09-30. */
#ifndef API_CONVERSE_H
#define API_CONVERSE_H

#include "api/op.h"
#include "model/job.h"

typedef struct ConverseS3 { Str uri, owner; } ConverseS3;
/* One of them. content: JSON. */
typedef struct ConverseSource { Str bytes; ConverseS3 s3; Str text; LIST_OF(Str) content; } ConverseSource;
typedef struct ConverseImage { Str format; ConverseSource source; } ConverseImage;
typedef struct ConverseCitations { bool enabled; } ConverseCitations;
typedef struct ConverseDocument {
	Str format, name;
	ConverseSource source;
	Str context;
	ConverseCitations citations;
} ConverseDocument;
/* input: a JSON object, "{}" at least. */
typedef struct ConverseToolUse { Str id, name, input, type; } ConverseToolUse;
/* One of them; others that a tool may give back are JSON. */
typedef struct ConverseResultPart {
	Str text, json;
	ConverseImage image;
	ConverseDocument document;
	Str video, search;
} ConverseResultPart;
/* status: "success" or "error". */
typedef struct ConverseToolResult {
	Str id;
	LIST_OF(ConverseResultPart) content;
	Str status, type;
} ConverseToolResult;
/* signature: given back unchanged with the text in the next turn. */
typedef struct ConverseReasoningText { Str text, signature; } ConverseReasoningText;
/* One of both. */
typedef struct ConverseReasoning { ConverseReasoningText text; Str redacted; } ConverseReasoning;
/* type: "default". ttl: "5m" (also when empty) or "1h". */
typedef struct ConverseCachePoint { Str type, ttl; } ConverseCachePoint;
/* One of them. Kinds that seismo does not make are JSON, so that an answer can be sent back as it came. */
typedef struct ConverseBlock {
	Str text;
	ConverseImage image;
	ConverseDocument document;
	ConverseToolUse tool_use;
	ConverseToolResult tool_result;
	ConverseReasoning reasoning;
	ConverseCachePoint cache_point;
	Str guard, citations, search, video, audio;
} ConverseBlock;
/* role: "user" or "assistant". */
typedef struct ConverseMessage { Str role; LIST_OF(ConverseBlock) content; } ConverseMessage;
/* One of them. */
typedef struct ConverseSystem { Str text; ConverseCachePoint cache_point; Str guard; } ConverseSystem;
/* max_tokens: at least 1: without it the model's maximum is taken from the quota. */
typedef struct ConverseLimits {
	int64_t max_tokens;
	OptNum temperature, top_p;
	LIST_OF(Str) stop_sequences;
} ConverseLimits;
typedef struct ConverseSchema { Str json; } ConverseSchema;
typedef struct ConverseToolSpec { Str name, description; ConverseSchema schema; bool strict; } ConverseToolSpec;
typedef struct ConverseSystemTool { Str name; } ConverseSystemTool;
/* One of them. */
typedef struct ConverseTool {
	ConverseToolSpec spec;
	ConverseSystemTool system;
	ConverseCachePoint cache_point;
} ConverseTool;
/* One of them; automatic, any: "{}". */
typedef struct ConverseToolChoice { Str automatic, any; ConverseSystemTool tool; } ConverseToolChoice;
typedef struct ConverseTools { LIST_OF(ConverseTool) tools; ConverseToolChoice choice; } ConverseTools;
/* trace: "enabled", "disabled" or "enabled_full". mode, of streams: "sync" or "async". */
typedef struct ConverseGuardrail { Str id, version, trace, mode; } ConverseGuardrail;
typedef struct ConverseVariableText { Str text; } ConverseVariableText;
typedef struct ConverseVariable { Str name; ConverseVariableText value; } ConverseVariable;
/* "standard" or "optimized" */
typedef struct ConverseLatency { Str latency; } ConverseLatency;
/* "priority", "default", "flex" or "reserved" */
typedef struct ConverseTier { Str type; } ConverseTier;
typedef struct ConverseJsonSchema { Str schema, name, description; } ConverseJsonSchema;
typedef struct ConverseStructure { ConverseJsonSchema schema; } ConverseStructure;
typedef struct ConverseFormat { Str type; ConverseStructure structure; } ConverseFormat;
typedef struct ConverseOutput { ConverseFormat format; Str effort; } ConverseOutput;
/* more: JSON of the model's own parameters. response_paths: which of its own fields to answer. metadata: shown in
 * the invocation log. */
typedef struct ConverseIn {
	Str model;
	LIST_OF(ConverseMessage) messages;
	LIST_OF(ConverseSystem) system;
	ConverseLimits limits;
	ConverseTools tools;
	ConverseGuardrail guardrail;
	Str more;
	LIST_OF(ConverseVariable) variables;
	LIST_OF(Str) response_paths;
	LIST_OF(ShapePair) metadata;
	ConverseLatency performance;
	ConverseTier tier;
	ConverseOutput output;
} ConverseIn;
typedef struct ConverseCacheDetail { Str ttl; int64_t input; } ConverseCacheDetail;
/* As the service counts: the classes of input add up. details splits the writes by their life. */
typedef struct ConverseUsage {
	int64_t input, output, cache_read, cache_write;
	LIST_OF(ConverseCacheDetail) details;
} ConverseUsage;
typedef struct ConverseMetrics { int64_t latency_ms; } ConverseMetrics;
typedef struct ConverseAnswer { ConverseMessage message; } ConverseAnswer;
/* trace, more: JSON. */
typedef struct ConverseOut {
	ConverseAnswer answer;
	Str stop_reason;
	ConverseUsage usage;
	ConverseMetrics metrics;
	ConverseTier tier;
	ConverseLatency performance;
	Str trace, more;
} ConverseOut;

extern const AwsService bedrock_runtime;
extern const AwsOp op_bedrock_converse, op_bedrock_converse_stream;

/* The usage in the classes that prices have; what details do not name lives 5 minutes. -1: a count is negative or too big. */
int converse_tokens(const ConverseUsage *u, Tokens *out, Err *e);
/* The text blocks of a message, joined. */
Str converse_text(Arena *a, const ConverseMessage *m);

/* A turn in pieces. {0} is an empty one; converse_turn_done frees what it holds. */
typedef enum ConverseKind { CONVERSE_NONE, CONVERSE_TEXT, CONVERSE_REASONING, CONVERSE_REDACTED, CONVERSE_TOOL } ConverseKind;
/* text: of the answer, of its reasoning, of a tool's input (JSON). citations: JSON values with commas between. */
typedef struct ConversePart { int64_t block; ConverseKind kind; Buf text, signature, id, name, type, citations; } ConversePart;
typedef struct ConverseTurn {
	bool has_stop, has_usage;
	char stop_reason[48], service_tier[24];
	Tokens tokens;
	int64_t latency_ms;
	ConversePart *part;           /* by block */
	size_t parts, cap;
	Buf trace;                    /* JSON; empty when the answer had none */
} ConverseTurn;
/* What one event added, for the screen; kind CONVERSE_NONE for most. text is borrowed from the arena. */
typedef struct ConversePiece { ConverseKind kind; int64_t block; Str text; } ConversePiece;

/* The part of that block, made in its place when it is new. NULL: there are too many. */
ConversePart *converse_part(ConverseTurn *turn, int64_t block, Err *e);
/* Folds one event into *turn. Unknown events and members are skipped. */
int  converse_event(Arena *a, Str type, Str payload, ConverseTurn *turn, ConversePiece *out, Err *e);
/* The assistant's message so far, to be sent back with the next turn; its texts are borrowed from turn and arena. -1: a
 * tool's input is not JSON (the model was cut off, or erred); the error names the tool. */
int  converse_turn_message(const ConverseTurn *turn, Arena *a, ConverseMessage *out, Err *e);
void converse_turn_done(ConverseTurn *turn);

#endif
