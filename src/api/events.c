#include "api/events.h"

static const ShapeMember entry[] = {
	SH_TIME(EventEntry, time_ms, "Time"),
	SH_STR(EventEntry, source, "Source"),
	SH_STRS(EventEntry, resources, "Resources", 0),
	SH_STR(EventEntry, detail_type, "DetailType"),
	SH_STR(EventEntry, detail, "Detail"),
	SH_STR(EventEntry, bus, "EventBusName", .about = "event bus"),
	SH_STR(EventEntry, trace, "TraceHeader"),
	{ 0 },
};
static const Shape shape_entry = SHAPE(EventEntry, entry);
static const ShapeMember put_in[] = { SH_STRUCTS(EventsPutIn, entries, "Entries", shape_entry, SHAPE_MUST), { 0 } };
static const ShapeMember result[] = {
	SH_STR(EventResult, id, "EventId"),
	SH_STR(EventResult, code, "ErrorCode"),
	SH_STR(EventResult, message, "ErrorMessage"),
	{ 0 },
};
static const Shape shape_result = SHAPE(EventResult, result);
static const ShapeMember put_out[] = {
	SH_I64(EventsPutOut, failed, "FailedEntryCount", .flags = SHAPE_ALWAYS),
	SH_STRUCTS(EventsPutOut, results, "Entries", shape_result, 0),
	{ 0 },
};
static const Shape shape_put_in = SHAPE(EventsPutIn, put_in), shape_put_out = SHAPE(EventsPutOut, put_out);

static const AwsService events = {
	.id = "eventbridge", .host_prefix = "events", .signing_name = "events", .protocol = AWS_JSON11, .target_prefix = "AWSEvents",
	.name = "EventBridge", .missing_hint = "check the name of the event bus and the region",
};

/* Not idempotent: rules act on each event, and would on a second one. */
const AwsOp op_events_put_events = {
	.service = &events, .name = "PutEvents", .method = "POST", .path = "/", .cls = AWS_WRITE, .permission = "events:PutEvents",
	.in = &shape_put_in, .out = &shape_put_out };
