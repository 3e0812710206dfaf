#include "api/sqs.h"

static const ShapeMember attributes_in[] = {
	SH_STR(SqsAttributesIn, queue_url, "QueueUrl", .flags = SHAPE_MUST, .about = "queue"),
	SH_STRS(SqsAttributesIn, names, "AttributeNames", 0),
	{ 0 },
};
static const ShapeMember attributes_out[] = { SH_PAIRS(SqsAttributes, attributes, "Attributes", 0), { 0 } };
static const ShapeMember url_in[] = {
	SH_STR(SqsUrlIn, name, "QueueName", .flags = SHAPE_MUST, .about = "queue"),
	SH_STR(SqsUrlIn, owner, "QueueOwnerAWSAccountId"),
	{ 0 },
};
static const ShapeMember url_out[] = { SH_STR(SqsUrlOut, queue_url, "QueueUrl", .flags = SHAPE_MUST), { 0 } };
static const ShapeMember receive_in[] = {
	SH_STR(SqsReceiveIn, queue_url, "QueueUrl", .flags = SHAPE_MUST, .about = "queue"),
	SH_STRS(SqsReceiveIn, system_attributes, "MessageSystemAttributeNames", 0),
	SH_STRS(SqsReceiveIn, attribute_names, "MessageAttributeNames", 0),
	SH_I64(SqsReceiveIn, max, "MaxNumberOfMessages"),
	SH_OPT_I64(SqsReceiveIn, visibility_s, "VisibilityTimeout", .flags = SHAPE_ALWAYS),
	SH_I64(SqsReceiveIn, wait_s, "WaitTimeSeconds"),
	{ 0 },
};
static const ShapeMember value[] = {
	SH_STR(SqsValue, string, "StringValue"),
	SH_BLOB(SqsValue, binary, "BinaryValue"),
	SH_STR(SqsValue, type, "DataType"),
	{ 0 },
};
static const Shape shape_value = SHAPE(SqsValue, value);
static const ShapeMember message[] = {
	SH_STR(SqsMessage, id, "MessageId"),
	SH_STR(SqsMessage, receipt, "ReceiptHandle"),
	SH_STR(SqsMessage, md5, "MD5OfBody"),
	SH_STR(SqsMessage, body, "Body"),
	SH_PAIRS(SqsMessage, system, "Attributes", 0),
	SH_MAP(SqsMessage, attributes, "MessageAttributes", SqsMessageAttribute, shape_value),
	{ 0 },
};
static const Shape shape_message = SHAPE(SqsMessage, message);
static const ShapeMember receive_out[] = { SH_STRUCTS(SqsMessages, messages, "Messages", shape_message, 0), { 0 } };
static const ShapeMember move_in[] = {
	SH_STR(SqsMoveIn, source_arn, "SourceArn", .flags = SHAPE_MUST, .about = "queue"),
	SH_STR(SqsMoveIn, destination_arn, "DestinationArn"),
	SH_I64(SqsMoveIn, per_second, "MaxNumberOfMessagesPerSecond"),
	{ 0 },
};
static const ShapeMember move_out[] = { SH_STR(SqsMoveOut, task, "TaskHandle", .flags = SHAPE_MUST), { 0 } };
static const ShapeMember moves_in[] = {
	SH_STR(SqsMovesIn, source_arn, "SourceArn", .flags = SHAPE_MUST, .about = "queue"),
	SH_I64(SqsMovesIn, max, "MaxResults"),
	{ 0 },
};
static const ShapeMember move[] = {
	SH_STR(SqsMove, task, "TaskHandle"),
	SH_STR(SqsMove, status, "Status"),
	SH_STR(SqsMove, source_arn, "SourceArn"),
	SH_STR(SqsMove, destination_arn, "DestinationArn"),
	SH_I64(SqsMove, per_second, "MaxNumberOfMessagesPerSecond"),
	SH_I64(SqsMove, moved, "ApproximateNumberOfMessagesMoved", .flags = SHAPE_ALWAYS),
	SH_I64(SqsMove, to_move, "ApproximateNumberOfMessagesToMove"),
	SH_STR(SqsMove, failure, "FailureReason"),
	SH_I64(SqsMove, started_ms, "StartedTimestamp"),       /* ms since 1970: a plain number of this API, no timestamp */
	{ 0 },
};
static const Shape shape_move = SHAPE(SqsMove, move);
static const ShapeMember moves_out[] = { SH_STRUCTS(SqsMoves, moves, "Results", shape_move, 0), { 0 } };

static const Shape shape_attributes_in = SHAPE(SqsAttributesIn, attributes_in), shape_attributes_out = SHAPE(SqsAttributes, attributes_out);
static const Shape shape_url_in = SHAPE(SqsUrlIn, url_in), shape_url_out = SHAPE(SqsUrlOut, url_out);
static const Shape shape_receive_in = SHAPE(SqsReceiveIn, receive_in), shape_receive_out = SHAPE(SqsMessages, receive_out);
static const Shape shape_move_in = SHAPE(SqsMoveIn, move_in), shape_move_out = SHAPE(SqsMoveOut, move_out);
static const Shape shape_moves_in = SHAPE(SqsMovesIn, moves_in), shape_moves_out = SHAPE(SqsMoves, moves_out);

static const AwsService sqs = {
	.id = "sqs", .host_prefix = "sqs", .signing_name = "sqs", .protocol = AWS_JSON10, .target_prefix = "AmazonSQS", .query_mode = true,
	.name = "SQS", .missing_hint = "check the queue's name, the region and the account",
};

#define SQS_ROW(op_name, kind) .service = &sqs, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "sqs:" op_name

const AwsOp op_sqs_get_queue_attributes = {
	SQS_ROW("GetQueueAttributes", AWS_READ), .idempotent = true, .in = &shape_attributes_in, .out = &shape_attributes_out };
const AwsOp op_sqs_get_queue_url = { SQS_ROW("GetQueueUrl", AWS_READ), .idempotent = true, .in = &shape_url_in, .out = &shape_url_out };
/* Not idempotent: what a lost answer held may be hidden now, or one receive nearer to the dead letters. */
const AwsOp op_sqs_receive_message = { SQS_ROW("ReceiveMessage", AWS_READ), .in = &shape_receive_in, .out = &shape_receive_out };
const AwsOp op_sqs_start_message_move_task = {
	SQS_ROW("StartMessageMoveTask", AWS_WRITE), .in = &shape_move_in, .out = &shape_move_out };
const AwsOp op_sqs_list_message_move_tasks = {
	SQS_ROW("ListMessageMoveTasks", AWS_READ), .idempotent = true, .in = &shape_moves_in, .out = &shape_moves_out };
