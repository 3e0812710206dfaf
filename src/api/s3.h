/* S3: prompt templates, results, and how a bucket is protected. Buckets by name only; the endpoint's rules decide whether
 * the name is part of the host or of the path. Source: Amazon S3 API Reference, version 2006-03-01. */
#ifndef API_S3_H
#define API_S3_H

#include "api/op.h"

/* owner: account that the bucket must belong to; another one is AccessDenied. range: "bytes=0-1023". Objects that are as
 * if_none_match says come as the fault AWS_UNCHANGED. */
typedef struct S3GetIn { Str bucket, key, version_id, range, if_match, if_none_match, owner; } S3GetIn;
/* etag: with its quotes. body: GetObject only; it has been checked when S3 sent a CRC-32 of the whole object. */
typedef struct S3Object {
	Str body, etag, version_id, type, encryption, kms_key_id, content_range, crc32, storage_class;
	int64_t length, modified_ms;
	bool delete_marker, bucket_key;
	LIST_OF(ShapePair) metadata;      /* of the user, without "x-amz-meta-" */
} S3Object;
/* if_none_match: "*" puts only what is not there. if_match: an etag. Metadata: US-ASCII, keys in lower case. */
typedef struct S3PutIn {
	Str bucket, key, body, type, if_match, if_none_match, encryption, kms_key_id, storage_class, owner;
	LIST_OF(ShapePair) metadata;
} S3PutIn;
typedef struct S3PutOut { Str etag, version_id, encryption, kms_key_id, crc32; } S3PutOut;

/* max: 1 to 1000. token: next_token of the page before. */
typedef struct S3ListIn { Str bucket, prefix, delimiter, token, start_after, owner; int64_t max; } S3ListIn;
typedef struct S3Entry { Str key, etag, storage_class; int64_t size, modified_ms; } S3Entry;
typedef struct S3Prefix { Str prefix; } S3Prefix;
/* Keys and prefixes are decoded: what they were asked to come as (encoding-type=url) does not show. */
typedef struct S3List {
	Str name, prefix, delimiter, next_token, start_after, encoding;
	bool truncated;
	int64_t count, max;
	LIST_OF(S3Entry) entries;
	LIST_OF(S3Prefix) prefixes;
} S3List;

typedef struct S3BucketIn { Str bucket, owner; } S3BucketIn;
typedef struct S3Block { bool acls, ignore_acls, policy, restrict_buckets; } S3Block;
typedef struct S3BlockOut { S3Block block; } S3BlockOut;
typedef struct S3BlockIn { Str bucket, owner; S3Block block; } S3BlockIn;
typedef struct S3DefaultEncryption { Str algorithm, kms_key_id; } S3DefaultEncryption;
typedef struct S3EncryptionRule { S3DefaultEncryption by_default; bool bucket_key; } S3EncryptionRule;
typedef struct S3Encryption { LIST_OF(S3EncryptionRule) rules; } S3Encryption;
typedef struct S3EncryptionOut { S3Encryption encryption; } S3EncryptionOut;

typedef struct S3Expiration { int64_t days, date_ms; bool delete_marker; } S3Expiration;
typedef struct S3Transition { OptI64 days; int64_t date_ms; Str storage_class; } S3Transition;
typedef struct S3NoncurrentTransition { int64_t days, newer; Str storage_class; } S3NoncurrentTransition;
typedef struct S3NoncurrentExpiration { int64_t days, newer; } S3NoncurrentExpiration;
typedef struct S3Tag { Str key, value; } S3Tag;
typedef struct S3FilterAnd { Str prefix; LIST_OF(S3Tag) tags; int64_t larger, smaller; } S3FilterAnd;
typedef struct S3Filter { Str prefix; S3Tag tag; int64_t larger, smaller; S3FilterAnd all; } S3Filter;
typedef struct S3AbortUploads { int64_t days; } S3AbortUploads;
typedef struct S3Rule {
	Str id, status;                  /* status: Enabled, Disabled */
	Str prefix;                      /* read only: the old form of a filter, which filter.prefix then has too */
	S3Filter filter;                 /* empty: the rule is for the whole bucket */
	S3Expiration expiration;
	LIST_OF(S3Transition) transitions;
	LIST_OF(S3NoncurrentTransition) noncurrent_transitions;
	S3NoncurrentExpiration noncurrent_expiration;
	S3AbortUploads abort_uploads;
} S3Rule;
typedef struct S3Lifecycle { LIST_OF(S3Rule) rules; } S3Lifecycle;
typedef struct S3LifecycleOut { LIST_OF(S3Rule) rules; Str minimum_size; } S3LifecycleOut;
/* Replaces all rules of the bucket. */
typedef struct S3LifecycleIn { Str bucket, owner, minimum_size; S3Lifecycle lifecycle; } S3LifecycleIn;
typedef struct S3LifecyclePut { Str minimum_size; } S3LifecyclePut;

extern const AwsOp op_s3_get_object, op_s3_head_object, op_s3_put_object, op_s3_list_objects, op_s3_get_public_access_block,
                   op_s3_put_public_access_block, op_s3_get_bucket_encryption, op_s3_get_lifecycle, op_s3_put_lifecycle;

#endif
