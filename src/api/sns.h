/* SNS: topics that hooks publish to. Source: Amazon SNS API Reference, version 2010-03-31. */
#ifndef API_SNS_H
#define API_SNS_H

#include "api/op.h"

typedef struct SnsPublishIn { Str topic_arn, target_arn, message, subject, structure, dedup_id, group_id; } SnsPublishIn;
typedef struct SnsPublishOut { Str message_id, sequence_number; } SnsPublishOut;
typedef struct SnsListIn { Str next_token; } SnsListIn;
typedef struct SnsTopic { Str arn; } SnsTopic;
typedef struct SnsTopics { LIST_OF(SnsTopic) topics; Str next_token; } SnsTopics;
typedef struct SnsSubscribeIn { Str topic_arn, protocol, endpoint; LIST_OF(ShapePair) attributes; bool return_arn; } SnsSubscribeIn;
typedef struct SnsSubscribeOut { Str arn; } SnsSubscribeOut;      /* "pending confirmation" until the owner agrees */

extern const AwsOp op_sns_publish, op_sns_list_topics, op_sns_subscribe;

#endif
