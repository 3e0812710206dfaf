/* SQS: depth and age of the pipeline's queues, a look at dead letters, and moving them back. Source: Amazon SQS API
 * Reference, version 2012-11-05, JSON protocol. */
#ifndef API_SQS_H
#define API_SQS_H

#include "api/op.h"

/* names: "All", "ApproximateNumberOfMessages", … */
typedef struct SqsAttributesIn { Str queue_url; LIST_OF(Str) names; } SqsAttributesIn;
typedef struct SqsAttributes { LIST_OF(ShapePair) attributes; } SqsAttributes;
typedef struct SqsUrlIn { Str name, owner; } SqsUrlIn;
typedef struct SqsUrlOut { Str queue_url; } SqsUrlOut;
/* visibility_s: without a value 0 is sent, not the queue's default: a look must not hide messages from their consumers. It
 * still counts as a receive, which on a queue with a redrive policy moves a message on after enough of them. */
typedef struct SqsReceiveIn {
	Str queue_url;
	LIST_OF(Str) system_attributes, attribute_names;
	int64_t max, wait_s;            /* 1 to 10 messages; up to 20 s */
	OptI64 visibility_s;
} SqsReceiveIn;
typedef struct SqsValue { Str string, binary, type; } SqsValue;
typedef struct SqsMessageAttribute { Str name; SqsValue value; } SqsMessageAttribute;
typedef struct SqsMessage {
	Str id, receipt, md5, body;
	LIST_OF(ShapePair) system;
	LIST_OF(SqsMessageAttribute) attributes;
} SqsMessage;
typedef struct SqsMessages { LIST_OF(SqsMessage) messages; } SqsMessages;
/* source_arn: of a dead-letter queue. destination_arn: none means back to where each message came from. per_second: 1 to 500. */
typedef struct SqsMoveIn { Str source_arn, destination_arn; int64_t per_second; } SqsMoveIn;
typedef struct SqsMoveOut { Str task; } SqsMoveOut;
typedef struct SqsMovesIn { Str source_arn; int64_t max; } SqsMovesIn;
/* status: RUNNING, COMPLETED, CANCELLING, CANCELLED, FAILED. */
typedef struct SqsMove {
	Str task, status, source_arn, destination_arn, failure;
	int64_t per_second, moved, to_move, started_ms;
} SqsMove;
typedef struct SqsMoves { LIST_OF(SqsMove) moves; } SqsMoves;

extern const AwsOp op_sqs_get_queue_attributes, op_sqs_get_queue_url, op_sqs_receive_message, op_sqs_start_message_move_task,
                   op_sqs_list_message_move_tasks;

#endif
