#include "api/s3.h"

#include "wire/text.h"

#define IN_HEADER(at) .place = PLACE_HEADER, .wire = (at)
#define IN_QUERY(at) .place = PLACE_QUERY, .wire = (at)
#define BUCKET(S) SH_STR(S, bucket, "Bucket", .flags = SHAPE_MUST, .place = PLACE_LABEL)
#define OWNER(S) SH_STR(S, owner, "ExpectedBucketOwner", IN_HEADER("x-amz-expected-bucket-owner"))

/* --- objects --- */

static const ShapeMember get_in[] = {
	SH_STR(S3GetIn, key, "Key", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "object"),
	BUCKET(S3GetIn),
	SH_STR(S3GetIn, version_id, "VersionId", IN_QUERY("versionId")),
	SH_STR(S3GetIn, range, "Range", IN_HEADER("Range")),
	SH_STR(S3GetIn, if_match, "IfMatch", IN_HEADER("If-Match")),
	SH_STR(S3GetIn, if_none_match, "IfNoneMatch", IN_HEADER("If-None-Match")),
	OWNER(S3GetIn),
	{ 0 },
};
#define OBJECT_HEADERS \
	SH_STR(S3Object, etag, "ETag", IN_HEADER("ETag")), \
	SH_STR(S3Object, version_id, "VersionId", IN_HEADER("x-amz-version-id")), \
	SH_STR(S3Object, type, "ContentType", IN_HEADER("Content-Type")), \
	SH_STR(S3Object, encryption, "ServerSideEncryption", IN_HEADER("x-amz-server-side-encryption")), \
	SH_STR(S3Object, kms_key_id, "SSEKMSKeyId", IN_HEADER("x-amz-server-side-encryption-aws-kms-key-id")), \
	SH_STR(S3Object, content_range, "ContentRange", IN_HEADER("Content-Range")), \
	SH_STR(S3Object, crc32, "ChecksumCRC32", IN_HEADER("x-amz-checksum-crc32")), \
	SH_STR(S3Object, storage_class, "StorageClass", IN_HEADER("x-amz-storage-class")), \
	SH_I64(S3Object, length, "ContentLength", IN_HEADER("Content-Length")), \
	SH_TIME(S3Object, modified_ms, "LastModified", IN_HEADER("Last-Modified")), \
	SH_BOOL(S3Object, delete_marker, "DeleteMarker", IN_HEADER("x-amz-delete-marker")), \
	SH_BOOL(S3Object, bucket_key, "BucketKeyEnabled", IN_HEADER("x-amz-server-side-encryption-bucket-key-enabled")), \
	SH_PAIRS(S3Object, metadata, "Metadata", 0, IN_HEADER("x-amz-meta-"))
static const ShapeMember head_out[] = { OBJECT_HEADERS, { 0 } };
static const ShapeMember get_out[] = { OBJECT_HEADERS, SH_BLOB(S3Object, body, "Body", .place = PLACE_PAYLOAD), { 0 } };
static const ShapeMember put_in[] = {
	SH_STR(S3PutIn, key, "Key", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "object"),
	BUCKET(S3PutIn),
	SH_STR(S3PutIn, type, "ContentType", IN_HEADER("Content-Type")),
	SH_STR(S3PutIn, if_match, "IfMatch", IN_HEADER("If-Match")),
	SH_STR(S3PutIn, if_none_match, "IfNoneMatch", IN_HEADER("If-None-Match")),
	SH_STR(S3PutIn, encryption, "ServerSideEncryption", IN_HEADER("x-amz-server-side-encryption")),
	SH_STR(S3PutIn, kms_key_id, "SSEKMSKeyId", IN_HEADER("x-amz-server-side-encryption-aws-kms-key-id")),
	SH_STR(S3PutIn, storage_class, "StorageClass", IN_HEADER("x-amz-storage-class")),
	OWNER(S3PutIn),
	SH_PAIRS(S3PutIn, metadata, "Metadata", 0, IN_HEADER("x-amz-meta-")),
	SH_BLOB(S3PutIn, body, "Body", .place = PLACE_PAYLOAD),
	{ 0 },
};
static const ShapeMember put_out[] = {
	SH_STR(S3PutOut, etag, "ETag", IN_HEADER("ETag")),
	SH_STR(S3PutOut, version_id, "VersionId", IN_HEADER("x-amz-version-id")),
	SH_STR(S3PutOut, encryption, "ServerSideEncryption", IN_HEADER("x-amz-server-side-encryption")),
	SH_STR(S3PutOut, kms_key_id, "SSEKMSKeyId", IN_HEADER("x-amz-server-side-encryption-aws-kms-key-id")),
	SH_STR(S3PutOut, crc32, "ChecksumCRC32", IN_HEADER("x-amz-checksum-crc32")),
	{ 0 },
};

/* --- listing --- */

static const ShapeMember list_in[] = {
	SH_STR(S3ListIn, bucket, "Bucket", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "bucket"),
	SH_STR(S3ListIn, prefix, "Prefix", IN_QUERY("prefix")),
	SH_STR(S3ListIn, delimiter, "Delimiter", IN_QUERY("delimiter")),
	SH_I64(S3ListIn, max, "MaxKeys", IN_QUERY("max-keys")),
	SH_STR(S3ListIn, token, "ContinuationToken", IN_QUERY("continuation-token")),
	SH_STR(S3ListIn, start_after, "StartAfter", IN_QUERY("start-after")),
	OWNER(S3ListIn),
	{ 0 },
};
static const ShapeMember entry[] = {
	SH_STR(S3Entry, key, "Key"),
	SH_TIME(S3Entry, modified_ms, "LastModified"),
	SH_STR(S3Entry, etag, "ETag"),
	SH_I64(S3Entry, size, "Size", .flags = SHAPE_ALWAYS),
	SH_STR(S3Entry, storage_class, "StorageClass"),
	{ 0 },
};
static const Shape shape_entry = SHAPE(S3Entry, entry);
static const ShapeMember prefix[] = { SH_STR(S3Prefix, prefix, "Prefix"), { 0 } };
static const Shape shape_prefix = SHAPE(S3Prefix, prefix);
static const ShapeMember list_out[] = {
	SH_STR(S3List, name, "Name"),
	SH_STR(S3List, prefix, "Prefix", .flags = SHAPE_ALWAYS),
	SH_STR(S3List, delimiter, "Delimiter"),
	SH_STR(S3List, start_after, "StartAfter"),
	SH_STR(S3List, encoding, "EncodingType"),
	SH_I64(S3List, max, "MaxKeys", .flags = SHAPE_ALWAYS),
	SH_I64(S3List, count, "KeyCount", .flags = SHAPE_ALWAYS),
	SH_BOOL(S3List, truncated, "IsTruncated", .flags = SHAPE_ALWAYS),
	SH_STR(S3List, next_token, "NextContinuationToken"),
	SH_STRUCTS(S3List, entries, "Contents", shape_entry, SHAPE_FLAT),
	SH_STRUCTS(S3List, prefixes, "CommonPrefixes", shape_prefix, SHAPE_FLAT),
	{ 0 },
};

/* --- protection --- */

static const ShapeMember bucket_in[] = {
	SH_STR(S3BucketIn, bucket, "Bucket", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "bucket"),
	OWNER(S3BucketIn),
	{ 0 },
};
static const ShapeMember block[] = {
	SH_BOOL(S3Block, acls, "BlockPublicAcls", .flags = SHAPE_ALWAYS),
	SH_BOOL(S3Block, ignore_acls, "IgnorePublicAcls", .flags = SHAPE_ALWAYS),
	SH_BOOL(S3Block, policy, "BlockPublicPolicy", .flags = SHAPE_ALWAYS),
	SH_BOOL(S3Block, restrict_buckets, "RestrictPublicBuckets", .flags = SHAPE_ALWAYS),
	{ 0 },
};
static const Shape shape_block = SHAPE(S3Block, block);
static const ShapeMember block_out[] = {
	SH_STRUCT(S3BlockOut, block, "PublicAccessBlockConfiguration", shape_block, .place = PLACE_PAYLOAD),
	{ 0 },
};
static const ShapeMember block_in[] = {
	SH_STR(S3BlockIn, bucket, "Bucket", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "bucket"),
	OWNER(S3BlockIn),
	SH_STRUCT(S3BlockIn, block, "PublicAccessBlockConfiguration", shape_block, .flags = SHAPE_MUST, .place = PLACE_PAYLOAD),
	{ 0 },
};
static const ShapeMember by_default[] = {
	SH_STR(S3DefaultEncryption, algorithm, "SSEAlgorithm"),
	SH_STR(S3DefaultEncryption, kms_key_id, "KMSMasterKeyID"),
	{ 0 },
};
static const Shape shape_by_default = SHAPE(S3DefaultEncryption, by_default);
static const ShapeMember encryption_rule[] = {
	SH_STRUCT(S3EncryptionRule, by_default, "ApplyServerSideEncryptionByDefault", shape_by_default),
	SH_BOOL(S3EncryptionRule, bucket_key, "BucketKeyEnabled", .flags = SHAPE_ALWAYS),
	{ 0 },
};
static const Shape shape_encryption_rule = SHAPE(S3EncryptionRule, encryption_rule);
static const ShapeMember encryption[] = {
	SH_STRUCTS(S3Encryption, rules, "Rules", shape_encryption_rule, SHAPE_FLAT, .wire = "Rule"),
	{ 0 },
};
static const Shape shape_encryption = SHAPE(S3Encryption, encryption);
static const ShapeMember encryption_out[] = {
	SH_STRUCT(S3EncryptionOut, encryption, "ServerSideEncryptionConfiguration", shape_encryption, .place = PLACE_PAYLOAD),
	{ 0 },
};

/* --- lifecycle --- */

static const ShapeMember expiration[] = {
	SH_TIME(S3Expiration, date_ms, "Date"),
	SH_I64(S3Expiration, days, "Days"),
	SH_BOOL(S3Expiration, delete_marker, "ExpiredObjectDeleteMarker"),
	{ 0 },
};
static const Shape shape_expiration = SHAPE(S3Expiration, expiration);
static const ShapeMember transition[] = {
	SH_TIME(S3Transition, date_ms, "Date"),
	SH_OPT_I64(S3Transition, days, "Days"),
	SH_STR(S3Transition, storage_class, "StorageClass"),
	{ 0 },
};
static const Shape shape_transition = SHAPE(S3Transition, transition);
static const ShapeMember noncurrent_transition[] = {
	SH_I64(S3NoncurrentTransition, days, "NoncurrentDays"),
	SH_STR(S3NoncurrentTransition, storage_class, "StorageClass"),
	SH_I64(S3NoncurrentTransition, newer, "NewerNoncurrentVersions"),
	{ 0 },
};
static const Shape shape_noncurrent_transition = SHAPE(S3NoncurrentTransition, noncurrent_transition);
static const ShapeMember noncurrent_expiration[] = {
	SH_I64(S3NoncurrentExpiration, days, "NoncurrentDays"),
	SH_I64(S3NoncurrentExpiration, newer, "NewerNoncurrentVersions"),
	{ 0 },
};
static const Shape shape_noncurrent_expiration = SHAPE(S3NoncurrentExpiration, noncurrent_expiration);
static const ShapeMember tag[] = { SH_STR(S3Tag, key, "Key"), SH_STR(S3Tag, value, "Value"), { 0 } };
static const Shape shape_tag = SHAPE(S3Tag, tag);
static const ShapeMember filter_and[] = {
	SH_STR(S3FilterAnd, prefix, "Prefix"),
	SH_STRUCTS(S3FilterAnd, tags, "Tags", shape_tag, SHAPE_FLAT, .wire = "Tag"),
	SH_I64(S3FilterAnd, larger, "ObjectSizeGreaterThan"),
	SH_I64(S3FilterAnd, smaller, "ObjectSizeLessThan"),
	{ 0 },
};
static const Shape shape_filter_and = SHAPE(S3FilterAnd, filter_and);
static const ShapeMember filter[] = {
	SH_STR(S3Filter, prefix, "Prefix"),
	SH_STRUCT(S3Filter, tag, "Tag", shape_tag),
	SH_I64(S3Filter, larger, "ObjectSizeGreaterThan"),
	SH_I64(S3Filter, smaller, "ObjectSizeLessThan"),
	SH_STRUCT(S3Filter, all, "And", shape_filter_and),
	{ 0 },
};
static const Shape shape_filter = SHAPE(S3Filter, filter);
static const ShapeMember abort_uploads[] = { SH_I64(S3AbortUploads, days, "DaysAfterInitiation"), { 0 } };
static const Shape shape_abort_uploads = SHAPE(S3AbortUploads, abort_uploads);
/* A rule that is written has a filter, empty for the whole bucket, and never the old form of one: both together are refused. */
#define RULE \
	SH_STRUCT(S3Rule, expiration, "Expiration", shape_expiration), \
	SH_STR(S3Rule, id, "ID"), \
	SH_STRUCT(S3Rule, filter, "Filter", shape_filter, .flags = SHAPE_ALWAYS), \
	SH_STR(S3Rule, status, "Status", .flags = SHAPE_MUST), \
	SH_STRUCTS(S3Rule, transitions, "Transitions", shape_transition, SHAPE_FLAT, .wire = "Transition"), \
	SH_STRUCTS(S3Rule, noncurrent_transitions, "NoncurrentVersionTransitions", shape_noncurrent_transition, SHAPE_FLAT, \
	           .wire = "NoncurrentVersionTransition"), \
	SH_STRUCT(S3Rule, noncurrent_expiration, "NoncurrentVersionExpiration", shape_noncurrent_expiration), \
	SH_STRUCT(S3Rule, abort_uploads, "AbortIncompleteMultipartUpload", shape_abort_uploads)
static const ShapeMember rule_in[] = { RULE, { 0 } };
static const ShapeMember rule_out[] = { SH_STR(S3Rule, prefix, "Prefix"), RULE, { 0 } };
static const Shape shape_rule_in = SHAPE(S3Rule, rule_in), shape_rule_out = SHAPE(S3Rule, rule_out);
#define MINIMUM_SIZE(S) SH_STR(S, minimum_size, "TransitionDefaultMinimumObjectSize", IN_HEADER("x-amz-transition-default-minimum-object-size"))
static const ShapeMember lifecycle[] = { SH_STRUCTS(S3Lifecycle, rules, "Rules", shape_rule_in, SHAPE_FLAT, .wire = "Rule"), { 0 } };
static const Shape shape_lifecycle = SHAPE(S3Lifecycle, lifecycle);
static const ShapeMember lifecycle_out[] = {
	SH_STRUCTS(S3LifecycleOut, rules, "Rules", shape_rule_out, SHAPE_FLAT, .wire = "Rule"),
	MINIMUM_SIZE(S3LifecycleOut),
	{ 0 },
};
static const ShapeMember lifecycle_in[] = {
	SH_STR(S3LifecycleIn, bucket, "Bucket", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "bucket"),
	OWNER(S3LifecycleIn),
	MINIMUM_SIZE(S3LifecycleIn),
	SH_STRUCT(S3LifecycleIn, lifecycle, "LifecycleConfiguration", shape_lifecycle, .flags = SHAPE_MUST, .place = PLACE_PAYLOAD),
	{ 0 },
};
static const ShapeMember lifecycle_put[] = { MINIMUM_SIZE(S3LifecyclePut), { 0 } };

/* --- what a table cannot say --- */

/* The checksum of the object comes with it only when asked for. */
static int ask_checksum(const void *in, AwsParts *out, Err *e)
{
	(void)in;
	(void)e;
	out->header[out->header_count++] = (HttpHeader){ STR("x-amz-checksum-mode"), STR("ENABLED") };
	return 0;
}

/* XML 1.0 has no characters below a blank, and keys may: they come percent-encoded. */
static int ask_encoded(const void *in, AwsParts *out, Err *e)
{
	(void)in;
	return buf_puts(&out->query, "encoding-type=url") < 0 ? err_set(e, "no memory for the query") : 0;
}

/* "%2F" and "+", as forms are encoded; what is no escape stays. */
static void decode_key(Arena *a, Str *s)
{
	char *to = arena_alloc(a, s->n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		int hi = s->p[i] == '%' && s->n - i > 2 ? hex_digit(s->p[i + 1]) : -1;
		int lo = hi < 0 ? -1 : hex_digit(s->p[i + 2]);

		to[n++] = lo >= 0 ? (char)(hi << 4 | lo) : s->p[i] == '+' ? ' ' : s->p[i];
		i += lo >= 0 ? 2 : 0;
	}
	*s = (Str){ to, n };
}

static int decode_keys(Arena *a, void *out, Err *e)
{
	S3List *list = out;

	(void)e;
	if (!str_is(list->encoding, "url"))
		return 0;
	decode_key(a, &list->prefix);
	decode_key(a, &list->delimiter);
	decode_key(a, &list->start_after);
	for (size_t i = 0; i < list->entries.n; i++)
		decode_key(a, &list->entries.v[i].key);
	for (size_t i = 0; i < list->prefixes.n; i++)
		decode_key(a, &list->prefixes.v[i].prefix);
	return 0;
}

/* The old form of a filter as a filter: rules that are read can be written back. */
static int mend_filters(Arena *a, void *out, Err *e)
{
	S3LifecycleOut *l = out;

	(void)a;
	(void)e;
	for (size_t i = 0; i < l->rules.n; i++)
		if (!l->rules.v[i].filter.prefix.n)
			l->rules.v[i].filter.prefix = l->rules.v[i].prefix;
	return 0;
}

/* --- rows --- */

static const Shape shape_get_in = SHAPE(S3GetIn, get_in), shape_get_out = SHAPE(S3Object, get_out), shape_head_out = SHAPE(S3Object, head_out);
static const Shape shape_put_in = SHAPE(S3PutIn, put_in), shape_put_out = SHAPE(S3PutOut, put_out);
static const Shape shape_list_in = SHAPE(S3ListIn, list_in), shape_list_out = SHAPE(S3List, list_out);
static const Shape shape_bucket_in = SHAPE(S3BucketIn, bucket_in), shape_encryption_out = SHAPE(S3EncryptionOut, encryption_out);
static const Shape shape_block_in = SHAPE(S3BlockIn, block_in), shape_block_out = SHAPE(S3BlockOut, block_out);
static const Shape shape_lifecycle_in = SHAPE(S3LifecycleIn, lifecycle_in), shape_lifecycle_out = SHAPE(S3LifecycleOut, lifecycle_out);
static const Shape shape_lifecycle_put = SHAPE(S3LifecyclePut, lifecycle_put);

static const AwsService s3 = {
	.id = "s3", .host_prefix = "s3", .signing_name = "s3", .protocol = AWS_REST_XML, .name = "S3",
	.missing_hint = "check the names of the bucket and the key, and the region",
};

#define S3_ROW(op_name, verb, at, kind, allowed) \
	.service = &s3, .name = op_name, .method = verb, .path = at, .cls = kind, .permission = "s3:" allowed, .idempotent = true

const AwsOp op_s3_get_object = {
	S3_ROW("GetObject", "GET", "/{Bucket}/{Key+}", AWS_READ, "GetObject"), .in = &shape_get_in, .encode = ask_checksum,
	.out = &shape_get_out };
const AwsOp op_s3_head_object = {
	S3_ROW("HeadObject", "HEAD", "/{Bucket}/{Key+}", AWS_READ, "GetObject"), .in = &shape_get_in, .out = &shape_head_out };
/* The same bytes under the same key, however often; with a condition a second time fails, and changes nothing. */
const AwsOp op_s3_put_object = {
	S3_ROW("PutObject", "PUT", "/{Bucket}/{Key+}", AWS_WRITE, "PutObject"), .in = &shape_put_in, .out = &shape_put_out, .checksum = true };
const AwsOp op_s3_list_objects = {
	S3_ROW("ListObjectsV2", "GET", "/{Bucket}?list-type=2", AWS_READ, "ListBucket"), .in = &shape_list_in, .encode = ask_encoded,
	.out = &shape_list_out, .finish = decode_keys, .page_token = "NextContinuationToken" };
const AwsOp op_s3_get_public_access_block = {
	S3_ROW("GetPublicAccessBlock", "GET", "/{Bucket}?publicAccessBlock", AWS_READ, "GetBucketPublicAccessBlock"), .in = &shape_bucket_in,
	.out = &shape_block_out };
const AwsOp op_s3_put_public_access_block = {
	S3_ROW("PutPublicAccessBlock", "PUT", "/{Bucket}?publicAccessBlock", AWS_WRITE, "PutBucketPublicAccessBlock"), .in = &shape_block_in,
	.checksum = true };
const AwsOp op_s3_get_bucket_encryption = {
	S3_ROW("GetBucketEncryption", "GET", "/{Bucket}?encryption", AWS_READ, "GetEncryptionConfiguration"), .in = &shape_bucket_in,
	.out = &shape_encryption_out };
const AwsOp op_s3_get_lifecycle = {
	S3_ROW("GetBucketLifecycleConfiguration", "GET", "/{Bucket}?lifecycle", AWS_READ, "GetLifecycleConfiguration"), .in = &shape_bucket_in,
	.out = &shape_lifecycle_out, .finish = mend_filters };
const AwsOp op_s3_put_lifecycle = {
	S3_ROW("PutBucketLifecycleConfiguration", "PUT", "/{Bucket}?lifecycle", AWS_WRITE, "PutLifecycleConfiguration"),
	.in = &shape_lifecycle_in, .out = &shape_lifecycle_put, .checksum = true };
