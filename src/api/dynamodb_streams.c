#include "api/dynamodb_streams.h"

static const ShapeMember stream_in[] = {
	SH_STR(DdbStreamIn, arn, "StreamArn", .flags = SHAPE_MUST, .about = "stream"),
	SH_STR(DdbStreamIn, start_shard, "ExclusiveStartShardId"),
	SH_I64(DdbStreamIn, limit, "Limit"),
	{ 0 },
};
static const ShapeMember sequence[] = {
	SH_STR(DdbSequence, first, "StartingSequenceNumber"), SH_STR(DdbSequence, last, "EndingSequenceNumber"), { 0 } };
static const Shape shape_sequence = SHAPE(DdbSequence, sequence);
static const ShapeMember shard[] = {
	SH_STR(DdbShard, id, "ShardId"),
	SH_STR(DdbShard, parent, "ParentShardId"),
	SH_STRUCT(DdbShard, range, "SequenceNumberRange", shape_sequence),
	{ 0 },
};
static const Shape shape_shard = SHAPE(DdbShard, shard);
static const ShapeMember stream[] = {
	SH_STR(DdbStream, arn, "StreamArn"),
	SH_STR(DdbStream, label, "StreamLabel"),
	SH_STR(DdbStream, status, "StreamStatus"),
	SH_STR(DdbStream, view, "StreamViewType"),
	SH_STR(DdbStream, table, "TableName"),
	SH_STRUCTS(DdbStream, shards, "Shards", shape_shard, SHAPE_ALWAYS),
	SH_STR(DdbStream, last_shard, "LastEvaluatedShardId"),
	{ 0 },
};
static const Shape shape_stream = SHAPE(DdbStream, stream);
static const ShapeMember stream_out[] = { SH_STRUCT(DdbStreamOut, stream, "StreamDescription", shape_stream), { 0 } };
static const ShapeMember iterator_in[] = {
	SH_STR(DdbIteratorIn, arn, "StreamArn", .flags = SHAPE_MUST, .about = "stream"),
	SH_STR(DdbIteratorIn, shard, "ShardId", .flags = SHAPE_MUST),
	SH_STR(DdbIteratorIn, type, "ShardIteratorType", .flags = SHAPE_MUST),
	SH_STR(DdbIteratorIn, sequence, "SequenceNumber"),
	{ 0 },
};
static const ShapeMember iterator_out[] = { SH_STR(DdbIteratorOut, iterator, "ShardIterator"), { 0 } };
static const ShapeMember records_in[] = {
	SH_STR(DdbRecordsIn, iterator, "ShardIterator", .flags = SHAPE_MUST), SH_I64(DdbRecordsIn, limit, "Limit"), { 0 } };
static const ShapeMember change[] = {
	SH_TIME(DdbChange, time_ms, "ApproximateCreationDateTime"),
	SH_DOC(DdbChange, keys, "Keys"),
	SH_DOC(DdbChange, new_image, "NewImage"),
	SH_DOC(DdbChange, old_image, "OldImage"),
	SH_STR(DdbChange, sequence, "SequenceNumber"),
	{ 0 },
};
static const Shape shape_change = SHAPE(DdbChange, change);
static const ShapeMember record[] = {
	SH_STR(DdbRecord, id, "eventID"),
	SH_STR(DdbRecord, name, "eventName"),
	SH_STRUCT(DdbRecord, change, "dynamodb", shape_change),
	{ 0 },
};
static const Shape shape_record = SHAPE(DdbRecord, record);
static const ShapeMember records_out[] = {
	SH_STRUCTS(DdbRecords, records, "Records", shape_record, SHAPE_ALWAYS), SH_STR(DdbRecords, next_iterator, "NextShardIterator"), { 0 } };

static const Shape shape_stream_in = SHAPE(DdbStreamIn, stream_in), shape_stream_out = SHAPE(DdbStreamOut, stream_out);
static const Shape shape_iterator_in = SHAPE(DdbIteratorIn, iterator_in), shape_iterator_out = SHAPE(DdbIteratorOut, iterator_out);
static const Shape shape_records_in = SHAPE(DdbRecordsIn, records_in), shape_records_out = SHAPE(DdbRecords, records_out);

static const AwsService streams = {
	.id = "dynamodb-streams", .host_prefix = "streams.dynamodb", .signing_name = "dynamodb", .protocol = AWS_JSON10,
	.target_prefix = "DynamoDBStreams_20120810", .name = "DynamoDB Streams",
	.missing_hint = "check that the table has a stream, and the region",
};

#define STREAM_ROW(op_name) \
	.service = &streams, .name = op_name, .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true, \
	.permission = "dynamodb:" op_name

const AwsOp op_dynamodb_describe_stream = { STREAM_ROW("DescribeStream"), .in = &shape_stream_in, .out = &shape_stream_out };
const AwsOp op_dynamodb_get_shard_iterator = { STREAM_ROW("GetShardIterator"), .in = &shape_iterator_in, .out = &shape_iterator_out };
const AwsOp op_dynamodb_get_records = { STREAM_ROW("GetRecords"), .in = &shape_records_in, .out = &shape_records_out };
