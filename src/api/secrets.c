#include "api/secrets.h"

static const ShapeMember get_in[] = {
	SH_STR(SecretGetIn, id, "SecretId", .flags = SHAPE_MUST, .about = "secret"),
	SH_STR(SecretGetIn, version_id, "VersionId"),
	SH_STR(SecretGetIn, version_stage, "VersionStage"),
	{ 0 },
};
static const ShapeMember get_out[] = {
	SH_STR(SecretGetOut, arn, "ARN"),
	SH_STR(SecretGetOut, name, "Name"),
	SH_STR(SecretGetOut, version_id, "VersionId"),
	SH_BLOB(SecretGetOut, binary, "SecretBinary", .flags = SHAPE_SECRET),
	SH_STR(SecretGetOut, string, "SecretString", .flags = SHAPE_SECRET),
	SH_STRS(SecretGetOut, stages, "VersionStages", 0),
	SH_TIME(SecretGetOut, created_ms, "CreatedDate"),
	{ 0 },
};
static const ShapeMember put_in[] = {
	SH_STR(SecretPutIn, id, "SecretId", .flags = SHAPE_MUST, .about = "secret"),
	SH_STR(SecretPutIn, token, "ClientRequestToken", .flags = SHAPE_TOKEN),
	SH_BLOB(SecretPutIn, binary, "SecretBinary", .flags = SHAPE_SECRET),
	SH_STR(SecretPutIn, string, "SecretString", .flags = SHAPE_SECRET),
	SH_STRS(SecretPutIn, stages, "VersionStages", 0),
	{ 0 },
};
static const ShapeMember put_out[] = {
	SH_STR(SecretPutOut, arn, "ARN"),
	SH_STR(SecretPutOut, name, "Name"),
	SH_STR(SecretPutOut, version_id, "VersionId"),
	SH_STRS(SecretPutOut, stages, "VersionStages", 0),
	{ 0 },
};
static const ShapeMember versions_in[] = {
	SH_STR(SecretVersionsIn, id, "SecretId", .flags = SHAPE_MUST, .about = "secret"),
	SH_I64(SecretVersionsIn, max_results, "MaxResults"),
	SH_STR(SecretVersionsIn, next_token, "NextToken"),
	SH_BOOL(SecretVersionsIn, deprecated, "IncludeDeprecated"),
	{ 0 },
};
static const ShapeMember version[] = {
	SH_STR(SecretVersion, id, "VersionId"),
	SH_STRS(SecretVersion, stages, "VersionStages", 0),
	SH_TIME(SecretVersion, accessed_ms, "LastAccessedDate"),
	SH_TIME(SecretVersion, created_ms, "CreatedDate"),
	SH_STRS(SecretVersion, kms_key_ids, "KmsKeyIds", 0),
	{ 0 },
};
static const Shape shape_version = SHAPE(SecretVersion, version);
static const ShapeMember versions_out[] = {
	SH_STRUCTS(SecretVersions, versions, "Versions", shape_version, SHAPE_ALWAYS),
	SH_STR(SecretVersions, next_token, "NextToken"),
	SH_STR(SecretVersions, arn, "ARN"),
	SH_STR(SecretVersions, name, "Name"),
	{ 0 },
};
static const ShapeMember about_in[] = { SH_STR(SecretIn, id, "SecretId", .flags = SHAPE_MUST, .about = "secret"), { 0 } };
static const ShapeMember tag[] = { SH_STR(SecretTag, key, "Key"), SH_STR(SecretTag, value, "Value"), { 0 } };
static const Shape shape_tag = SHAPE(SecretTag, tag);
static const ShapeMember stages[] = { SH_STRS(SecretStages, stages, "VersionStages", 0), { 0 } };
static const Shape shape_stages = { .size = sizeof(SecretStages), .member = stages, .bare = true };
static const ShapeMember about_out[] = {
	SH_STR(SecretAbout, arn, "ARN"),
	SH_STR(SecretAbout, name, "Name"),
	SH_STR(SecretAbout, description, "Description"),
	SH_STR(SecretAbout, kms_key_id, "KmsKeyId"),
	SH_BOOL(SecretAbout, rotation, "RotationEnabled"),
	SH_STR(SecretAbout, rotation_lambda, "RotationLambdaARN"),
	SH_TIME(SecretAbout, rotated_ms, "LastRotatedDate"),
	SH_TIME(SecretAbout, changed_ms, "LastChangedDate"),
	SH_TIME(SecretAbout, accessed_ms, "LastAccessedDate"),
	SH_TIME(SecretAbout, deleted_ms, "DeletedDate"),
	SH_TIME(SecretAbout, next_rotation_ms, "NextRotationDate"),
	SH_STRUCTS(SecretAbout, tags, "Tags", shape_tag, 0),
	SH_MAP(SecretAbout, versions, "VersionIdsToStages", SecretVersionStages, shape_stages),
	SH_STR(SecretAbout, owning_service, "OwningService"),
	SH_TIME(SecretAbout, created_ms, "CreatedDate"),
	SH_STR(SecretAbout, primary_region, "PrimaryRegion"),
	{ 0 },
};

static const ShapeMember filter[] = {
	SH_STR(SecretFilter, key, "Key"),
	SH_STRS(SecretFilter, values, "Values", 0),
	{ 0 },
};
static const Shape shape_filter = SHAPE(SecretFilter, filter);
static const ShapeMember list_in[] = {
	SH_STRUCTS(SecretListIn, filters, "Filters", shape_filter, 0),
	SH_I64(SecretListIn, max_results, "MaxResults"),
	SH_STR(SecretListIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember entry[] = {
	SH_STR(SecretEntry, arn, "ARN"),
	SH_STR(SecretEntry, name, "Name"),
	SH_STR(SecretEntry, description, "Description"),
	SH_TIME(SecretEntry, created_ms, "CreatedDate"),
	SH_TIME(SecretEntry, changed_ms, "LastChangedDate"),
	SH_TIME(SecretEntry, deleted_ms, "DeletedDate"),
	{ 0 },
};
static const Shape shape_entry = SHAPE(SecretEntry, entry);
static const ShapeMember list_out[] = {
	SH_STRUCTS(SecretList, secrets, "SecretList", shape_entry, SHAPE_ALWAYS),
	SH_STR(SecretList, next_token, "NextToken"),
	{ 0 },
};
static const Shape shape_list_in = SHAPE(SecretListIn, list_in), shape_list_out = SHAPE(SecretList, list_out);

static const Shape shape_get_in = SHAPE(SecretGetIn, get_in), shape_get_out = SHAPE(SecretGetOut, get_out);
static const Shape shape_put_in = SHAPE(SecretPutIn, put_in), shape_put_out = SHAPE(SecretPutOut, put_out);
static const Shape shape_versions_in = SHAPE(SecretVersionsIn, versions_in), shape_versions_out = SHAPE(SecretVersions, versions_out);
static const Shape shape_about_in = SHAPE(SecretIn, about_in), shape_about_out = SHAPE(SecretAbout, about_out);

static const AwsService secrets = {
	.id = "secrets-manager", .host_prefix = "secretsmanager", .signing_name = "secretsmanager", .protocol = AWS_JSON11,
	.target_prefix = "secretsmanager", .name = "Secrets Manager",
	.missing_hint = "check the secret's name, the label or version, and the region",
};

#define SECRETS_ROW(op_name, kind) \
	.service = &secrets, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "secretsmanager:" op_name

const AwsOp op_secrets_get_value = {
	SECRETS_ROW("GetSecretValue", AWS_READ), .idempotent = true, .in = &shape_get_in, .out = &shape_get_out };
/* The token makes a second try harmless. */
const AwsOp op_secrets_put_value = {
	SECRETS_ROW("PutSecretValue", AWS_WRITE), .idempotent = true, .in = &shape_put_in, .out = &shape_put_out };
const AwsOp op_secrets_list_version_ids = {
	SECRETS_ROW("ListSecretVersionIds", AWS_READ), .idempotent = true, .in = &shape_versions_in, .out = &shape_versions_out,
	.page_token = "NextToken" };
const AwsOp op_secrets_describe = {
	SECRETS_ROW("DescribeSecret", AWS_READ), .idempotent = true, .in = &shape_about_in, .out = &shape_about_out };
const AwsOp op_secrets_list = {
	SECRETS_ROW("ListSecrets", AWS_READ), .idempotent = true, .in = &shape_list_in, .out = &shape_list_out, .page_token = "NextToken" };
