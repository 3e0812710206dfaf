#include "api/cloudtrail.h"

enum { BACKOFF_MS = 500 };      /* two calls a second are allowed in all */

static const ShapeMember attribute[] = {
	SH_STR(TrailAttribute, key, "AttributeKey", .flags = SHAPE_MUST),
	SH_STR(TrailAttribute, value, "AttributeValue", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_attribute = SHAPE(TrailAttribute, attribute);
static const ShapeMember lookup_in[] = {
	SH_STRUCTS(TrailLookupIn, attributes, "LookupAttributes", shape_attribute, 0),
	SH_TIME(TrailLookupIn, start_ms, "StartTime"),
	SH_TIME(TrailLookupIn, end_ms, "EndTime"),
	SH_I64(TrailLookupIn, limit, "MaxResults"),
	SH_STR(TrailLookupIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember resource[] = { SH_STR(TrailResource, type, "ResourceType"), SH_STR(TrailResource, name, "ResourceName"), { 0 } };
static const Shape shape_resource = SHAPE(TrailResource, resource);
static const ShapeMember event[] = {
	SH_STR(TrailEvent, id, "EventId"),
	SH_STR(TrailEvent, name, "EventName"),
	SH_STR(TrailEvent, read_only, "ReadOnly"),
	SH_STR(TrailEvent, access_key, "AccessKeyId"),
	SH_TIME(TrailEvent, time_ms, "EventTime"),
	SH_STR(TrailEvent, source, "EventSource"),
	SH_STR(TrailEvent, user, "Username"),
	SH_STRUCTS(TrailEvent, resources, "Resources", shape_resource, 0),
	SH_STR(TrailEvent, record, "CloudTrailEvent"),
	{ 0 },
};
static const Shape shape_event = SHAPE(TrailEvent, event);
static const ShapeMember lookup_out[] = {
	SH_STRUCTS(TrailEvents, events, "Events", shape_event, SHAPE_ALWAYS), SH_STR(TrailEvents, next_token, "NextToken"), { 0 } };
static const Shape shape_lookup_in = SHAPE(TrailLookupIn, lookup_in), shape_lookup_out = SHAPE(TrailEvents, lookup_out);

static const AwsService cloudtrail = {
	.id = "cloudtrail", .host_prefix = "cloudtrail", .signing_name = "cloudtrail", .protocol = AWS_JSON11,
	.target_prefix = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", .name = "CloudTrail", .backoff_ms = BACKOFF_MS,
};

const AwsOp op_cloudtrail_lookup_events = {
	.service = &cloudtrail, .name = "LookupEvents", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "cloudtrail:LookupEvents", .in = &shape_lookup_in, .out = &shape_lookup_out, .page_token = "NextToken" };
