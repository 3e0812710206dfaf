/* EventBridge: what the console did, told to others. Source: Amazon EventBridge API Reference, version 2015-10-07. */
#ifndef API_EVENTS_H
#define API_EVENTS_H

#include "api/op.h"

/* detail: one JSON object as text. bus: name or ARN; none means "default". */
typedef struct EventEntry { Str source, detail_type, detail, bus, trace; LIST_OF(Str) resources; int64_t time_ms; } EventEntry;
/* 1 to 10 entries, 256 KiB in total. */
typedef struct EventsPutIn { LIST_OF(EventEntry) entries; } EventsPutIn;
typedef struct EventResult { Str id, code, message; } EventResult;
/* An answer without an error may still have failed entries: results are in the order of the entries, those with a code
 * were not taken. */
typedef struct EventsPutOut { int64_t failed; LIST_OF(EventResult) results; } EventsPutOut;

extern const AwsOp op_events_put_events;

#endif
