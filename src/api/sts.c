#include "api/sts.h"

static const ShapeMember identity[] = {
	SH_STR(StsIdentity, account, "Account", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(StsIdentity, arn, "Arn", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(StsIdentity, user_id, "UserId"),
	{ 0 },
};
static const ShapeMember role_in[] = {
	SH_STR(StsRoleIn, role_arn, "RoleArn", .flags = SHAPE_MUST, .about = "role"),
	SH_STR(StsRoleIn, session_name, "RoleSessionName", .flags = SHAPE_MUST),
	SH_STR(StsRoleIn, external_id, "ExternalId", .flags = SHAPE_SECRET),
	SH_STR(StsRoleIn, mfa_serial, "SerialNumber"),
	SH_STR(StsRoleIn, mfa_code, "TokenCode", .flags = SHAPE_SECRET),
	SH_I64(StsRoleIn, duration_s, "DurationSeconds"),
	{ 0 },
};
static const ShapeMember web_in[] = {
	SH_STR(StsRoleIn, role_arn, "RoleArn", .flags = SHAPE_MUST, .about = "role"),
	SH_STR(StsRoleIn, session_name, "RoleSessionName", .flags = SHAPE_MUST),
	SH_STR(StsRoleIn, web_token, "WebIdentityToken", .flags = SHAPE_MUST | SHAPE_SECRET),
	SH_I64(StsRoleIn, duration_s, "DurationSeconds"),
	{ 0 },
};
static const ShapeMember keys[] = {
	SH_STR(StsKeys, access, "AccessKeyId", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(StsKeys, secret, "SecretAccessKey", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_STR(StsKeys, token, "SessionToken", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_TIME(StsKeys, expires_ms, "Expiration", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_keys = SHAPE(StsKeys, keys);
static const ShapeMember role_out[] = { SH_STRUCT(StsRoleOut, keys, "Credentials", shape_keys, .flags = SHAPE_MUST), { 0 } };

static const Shape shape_identity = SHAPE(StsIdentity, identity), shape_role_in = SHAPE(StsRoleIn, role_in);
static const Shape shape_web_in = SHAPE(StsRoleIn, web_in), shape_role_out = SHAPE(StsRoleOut, role_out);

/* "123456789012". Whatever else stands there must never be compared with a configured account. */
static int check_identity(Arena *a, void *output, Err *e)
{
	Str s = ((const StsIdentity *)output)->account;
	size_t digits = 0;

	(void)a;
	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	return digits == 12 && s.n == 12 ? 0 : err_set(e, "GetCallerIdentityResult/Account: not an account of 12 digits");
}

static const AwsService sts = {
	.id = "sts", .host_prefix = "sts", .signing_name = "sts", .protocol = AWS_QUERY, .target_prefix = "2011-06-15", .name = "STS",
};

#define STS_ROW(op_name) \
	.service = &sts, .name = op_name, .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true, .permission = "sts:" op_name

/* Needs no permission, so it is the test of credentials and connection. */
const AwsOp op_sts_get_caller_identity = { STS_ROW("GetCallerIdentity"), .out = &shape_identity, .finish = check_identity };
const AwsOp op_sts_assume_role = { STS_ROW("AssumeRole"), .in = &shape_role_in, .out = &shape_role_out };
const AwsOp op_sts_assume_role_with_web_identity = {
	STS_ROW("AssumeRoleWithWebIdentity"), .open = true, .in = &shape_web_in, .out = &shape_role_out };
