/* DynamoDB Streams: changes of a table, in order, for 24 hours. Source: Amazon DynamoDB Streams API Reference, 2012-08-10. */
#ifndef API_DYNAMODB_STREAMS_H
#define API_DYNAMODB_STREAMS_H

#include "api/op.h"

typedef struct DdbStreamIn { Str arn, start_shard; int64_t limit; } DdbStreamIn;
typedef struct DdbSequence { Str first, last; } DdbSequence;           /* last: empty while the shard is open */
typedef struct DdbShard { Str id, parent; DdbSequence range; } DdbShard;
typedef struct DdbStream { Str arn, label, status, view, table, last_shard; LIST_OF(DdbShard) shards; } DdbStream;
typedef struct DdbStreamOut { DdbStream stream; } DdbStreamOut;
typedef struct DdbIteratorIn { Str arn, shard, type, sequence; } DdbIteratorIn;      /* type: TRIM_HORIZON | LATEST | AT_… */
typedef struct DdbIteratorOut { Str iterator; } DdbIteratorOut;
typedef struct DdbRecordsIn { Str iterator; int64_t limit; } DdbRecordsIn;
/* keys, new_image, old_image: items as JSON. */
typedef struct DdbChange { Str sequence, keys, new_image, old_image; int64_t time_ms; } DdbChange;
typedef struct DdbRecord { Str id, name; DdbChange change; } DdbRecord;             /* name: INSERT | MODIFY | REMOVE */
typedef struct DdbRecords { LIST_OF(DdbRecord) records; Str next_iterator; } DdbRecords;

extern const AwsOp op_dynamodb_describe_stream, op_dynamodb_get_shard_iterator, op_dynamodb_get_records;

#endif
