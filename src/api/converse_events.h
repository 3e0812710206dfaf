/* Events of ConverseStream on the wire. Inner header: converse.c has their shapes, converse_turn.c folds them. */
#ifndef API_CONVERSE_EVENTS_H
#define API_CONVERSE_EVENTS_H

#include "api/converse.h"

typedef struct ConverseStartTool { Str id, name, type; } ConverseStartTool;
typedef struct ConverseStart { ConverseStartTool tool; } ConverseStart;
typedef struct ConverseStartEvent { int64_t block; ConverseStart start; } ConverseStartEvent;
typedef struct ConverseToolDelta { Str input; } ConverseToolDelta;
typedef struct ConverseReasoningDelta { Str text, signature, redacted; } ConverseReasoningDelta;
typedef struct ConverseDelta {
	Str text;
	ConverseToolDelta tool;
	ConverseReasoningDelta reasoning;
	Str citation;
} ConverseDelta;
typedef struct ConverseDeltaEvent { int64_t block; ConverseDelta delta; } ConverseDeltaEvent;
typedef struct ConverseStopEvent { Str reason, more; } ConverseStopEvent;
typedef struct ConverseMetadataEvent {
	ConverseUsage usage;
	ConverseMetrics metrics;
	ConverseTier tier;
	ConverseLatency performance;
	Str trace;
} ConverseMetadataEvent;

extern const Shape converse_start_event, converse_delta_event, converse_stop_event, converse_metadata_event;

#endif
