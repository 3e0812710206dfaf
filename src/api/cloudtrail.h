/* CloudTrail: who changed what, for the last 90 days. Source: AWS CloudTrail API Reference, version 2013-11-01. */
#ifndef API_CLOUDTRAIL_H
#define API_CLOUDTRAIL_H

#include "api/op.h"

typedef struct TrailAttribute { Str key, value; } TrailAttribute;      /* "EventName", "ResourceName", "EventSource" … one at most */
typedef struct TrailLookupIn { LIST_OF(TrailAttribute) attributes; int64_t start_ms, end_ms, limit; Str next_token; } TrailLookupIn;
typedef struct TrailResource { Str type, name; } TrailResource;
/* record: the whole event as JSON text (CloudTrail record contents). */
typedef struct TrailEvent {
	Str id, name, source, user, access_key, read_only, record;
	int64_t time_ms;
	LIST_OF(TrailResource) resources;
} TrailEvent;
typedef struct TrailEvents { LIST_OF(TrailEvent) events; Str next_token; } TrailEvents;

extern const AwsOp op_cloudtrail_lookup_events;

#endif
