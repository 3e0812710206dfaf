#include "api/sns.h"

static const ShapeMember publish_in[] = {
	SH_STR(SnsPublishIn, topic_arn, "TopicArn", .about = "topic"),
	SH_STR(SnsPublishIn, target_arn, "TargetArn"),
	SH_STR(SnsPublishIn, message, "Message", .flags = SHAPE_MUST),
	SH_STR(SnsPublishIn, subject, "Subject"),
	SH_STR(SnsPublishIn, structure, "MessageStructure"),
	SH_STR(SnsPublishIn, dedup_id, "MessageDeduplicationId"),
	SH_STR(SnsPublishIn, group_id, "MessageGroupId"),
	{ 0 },
};
static const ShapeMember publish_out[] = {
	SH_STR(SnsPublishOut, message_id, "MessageId", .flags = SHAPE_MUST),
	SH_STR(SnsPublishOut, sequence_number, "SequenceNumber"),
	{ 0 },
};
static const ShapeMember list_in[] = { SH_STR(SnsListIn, next_token, "NextToken"), { 0 } };
static const ShapeMember topic[] = { SH_STR(SnsTopic, arn, "TopicArn"), { 0 } };
static const Shape shape_topic = SHAPE(SnsTopic, topic);
static const ShapeMember list_out[] = {
	SH_STRUCTS(SnsTopics, topics, "Topics", shape_topic, 0),
	SH_STR(SnsTopics, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember subscribe_in[] = {
	SH_STR(SnsSubscribeIn, topic_arn, "TopicArn", .flags = SHAPE_MUST, .about = "topic"),
	SH_STR(SnsSubscribeIn, protocol, "Protocol", .flags = SHAPE_MUST),
	SH_STR(SnsSubscribeIn, endpoint, "Endpoint"),
	SH_PAIRS(SnsSubscribeIn, attributes, "Attributes", 0),
	SH_BOOL(SnsSubscribeIn, return_arn, "ReturnSubscriptionArn"),
	{ 0 },
};
static const ShapeMember subscribe_out[] = { SH_STR(SnsSubscribeOut, arn, "SubscriptionArn"), { 0 } };

static const Shape shape_publish_in = SHAPE(SnsPublishIn, publish_in), shape_publish_out = SHAPE(SnsPublishOut, publish_out);
static const Shape shape_list_in = SHAPE(SnsListIn, list_in), shape_list_out = SHAPE(SnsTopics, list_out);
static const Shape shape_subscribe_in = SHAPE(SnsSubscribeIn, subscribe_in), shape_subscribe_out = SHAPE(SnsSubscribeOut, subscribe_out);

static const AwsService sns = {
	.id = "sns", .host_prefix = "sns", .signing_name = "sns", .protocol = AWS_QUERY, .target_prefix = "2010-03-31", .name = "SNS",
	.missing_hint = "check the topic's ARN and the region",
};

#define SNS_ROW(op_name, kind) .service = &sns, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "sns:" op_name

const AwsOp op_sns_publish = { SNS_ROW("Publish", AWS_WRITE), .in = &shape_publish_in, .out = &shape_publish_out };
const AwsOp op_sns_list_topics = {
	SNS_ROW("ListTopics", AWS_READ), .idempotent = true, .in = &shape_list_in, .out = &shape_list_out, .page_token = "NextToken" };
const AwsOp op_sns_subscribe = {
	SNS_ROW("Subscribe", AWS_WRITE), .idempotent = true, .in = &shape_subscribe_in, .out = &shape_subscribe_out };
