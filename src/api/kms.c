#include "api/kms.h"

static const ShapeMember sign_in[] = {
	SH_STR(KmsSignIn, key_id, "KeyId", .flags = SHAPE_MUST, .about = "key"),
	SH_BLOB(KmsSignIn, message, "Message", .flags = SHAPE_MUST | SHAPE_SECRET),
	SH_STR(KmsSignIn, message_type, "MessageType"),
	SH_STR(KmsSignIn, algorithm, "SigningAlgorithm", .flags = SHAPE_MUST),
	{ 0 },
};
static const ShapeMember sign_out[] = {
	SH_STR(KmsSignOut, key_id, "KeyId"),
	SH_BLOB(KmsSignOut, signature, "Signature", .flags = SHAPE_MUST),
	SH_STR(KmsSignOut, algorithm, "SigningAlgorithm"),
	{ 0 },
};
static const ShapeMember verify_in[] = {
	SH_STR(KmsVerifyIn, key_id, "KeyId", .flags = SHAPE_MUST, .about = "key"),
	SH_BLOB(KmsVerifyIn, message, "Message", .flags = SHAPE_MUST | SHAPE_SECRET),
	SH_STR(KmsVerifyIn, message_type, "MessageType"),
	SH_BLOB(KmsVerifyIn, signature, "Signature", .flags = SHAPE_MUST),
	SH_STR(KmsVerifyIn, algorithm, "SigningAlgorithm", .flags = SHAPE_MUST),
	{ 0 },
};
static const ShapeMember verify_out[] = {
	SH_STR(KmsVerifyOut, key_id, "KeyId"),
	SH_BOOL(KmsVerifyOut, valid, "SignatureValid", .flags = SHAPE_MUST),
	SH_STR(KmsVerifyOut, algorithm, "SigningAlgorithm"),
	{ 0 },
};
static const ShapeMember key_in[] = {
	SH_STR(KmsKeyIn, key_id, "KeyId", .flags = SHAPE_MUST, .about = "key"),
	{ 0 },
};
static const ShapeMember public_key_out[] = {
	SH_STR(KmsPublicKeyOut, key_id, "KeyId"),
	SH_BLOB(KmsPublicKeyOut, public_key, "PublicKey", .flags = SHAPE_MUST),
	SH_STR(KmsPublicKeyOut, key_spec, "KeySpec"),
	SH_STR(KmsPublicKeyOut, key_usage, "KeyUsage"),
	SH_STRS(KmsPublicKeyOut, algorithms, "SigningAlgorithms", 0),
	{ 0 },
};
static const ShapeMember key[] = {
	SH_STR(KmsKey, key_id, "KeyId", .flags = SHAPE_MUST),
	SH_STR(KmsKey, arn, "Arn"),
	SH_STR(KmsKey, account, "AWSAccountId"),
	SH_STR(KmsKey, description, "Description"),
	SH_STR(KmsKey, key_spec, "KeySpec"),
	SH_STR(KmsKey, key_usage, "KeyUsage"),
	SH_STR(KmsKey, state, "KeyState"),
	SH_STR(KmsKey, manager, "KeyManager"),
	SH_BOOL(KmsKey, enabled, "Enabled", .flags = SHAPE_ALWAYS),
	SH_TIME(KmsKey, created_ms, "CreationDate"),
	SH_TIME(KmsKey, deletion_ms, "DeletionDate"),
	SH_STRS(KmsKey, algorithms, "SigningAlgorithms", 0),
	{ 0 },
};
static const Shape shape_key = SHAPE(KmsKey, key);
static const ShapeMember describe_out[] = {
	SH_STRUCT(KmsDescribeOut, key, "KeyMetadata", shape_key, .flags = SHAPE_MUST),
	{ 0 },
};

static const Shape shape_sign_in = SHAPE(KmsSignIn, sign_in), shape_sign_out = SHAPE(KmsSignOut, sign_out);
static const Shape shape_verify_in = SHAPE(KmsVerifyIn, verify_in), shape_verify_out = SHAPE(KmsVerifyOut, verify_out);
static const Shape shape_key_in = SHAPE(KmsKeyIn, key_in), shape_public_key_out = SHAPE(KmsPublicKeyOut, public_key_out);
static const Shape shape_describe_out = SHAPE(KmsDescribeOut, describe_out);

static const AwsService kms = {
	.id = "kms", .host_prefix = "kms", .signing_name = "kms", .protocol = AWS_JSON11, .target_prefix = "TrentService",
	.name = "KMS", .missing_hint = "check the key's id or alias, and that it is a key of this region",
};

#define KMS_ROW(op_name, kind) .service = &kms, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "kms:" op_name

/* Signing changes nothing in the account, but what it signs is believed: it is a write. Asking twice gives two good
 * signatures, so it may be repeated. */
const AwsOp op_kms_sign = { KMS_ROW("Sign", AWS_WRITE), .idempotent = true, .in = &shape_sign_in, .out = &shape_sign_out };
const AwsOp op_kms_verify = { KMS_ROW("Verify", AWS_READ), .idempotent = true, .in = &shape_verify_in, .out = &shape_verify_out };
const AwsOp op_kms_get_public_key = {
	KMS_ROW("GetPublicKey", AWS_READ), .idempotent = true, .in = &shape_key_in, .out = &shape_public_key_out };
const AwsOp op_kms_describe_key = {
	KMS_ROW("DescribeKey", AWS_READ), .idempotent = true, .in = &shape_key_in, .out = &shape_describe_out };
