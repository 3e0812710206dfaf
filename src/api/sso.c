#include "api/sso.h"

enum { TOKEN_SECONDS_MAX = 366 * 86400, DEVICE_SECONDS_MAX = 86400 };
static const int64_t time_seconds_max = INT64_C(253402300799);      /* the end of the year 9999 */

static const ShapeMember role_in[] = {
	SH_STR(SsoRoleIn, account, "accountId", .wire = "account_id", .place = PLACE_QUERY, .flags = SHAPE_MUST),
	SH_STR(SsoRoleIn, role, "roleName", .wire = "role_name", .place = PLACE_QUERY, .flags = SHAPE_MUST, .about = "role"),
	SH_STR(SsoRoleIn, token, "accessToken", .wire = "x-amz-sso_bearer_token", .place = PLACE_HEADER, .flags = SHAPE_MUST | SHAPE_SECRET),
	{ 0 },
};
static const ShapeMember keys[] = {
	SH_STR(StsKeys, access, "accessKeyId", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(StsKeys, secret, "secretAccessKey", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_STR(StsKeys, token, "sessionToken", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_I64(StsKeys, expires_ms, "expiration", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_keys = SHAPE(StsKeys, keys);
static const ShapeMember role_out[] = { SH_STRUCT(StsRoleOut, keys, "roleCredentials", shape_keys, .flags = SHAPE_MUST), { 0 } };

static const ShapeMember token_in[] = {
	SH_STR(SsoTokenIn, client_id, "clientId", .flags = SHAPE_MUST),
	SH_STR(SsoTokenIn, client_secret, "clientSecret", .flags = SHAPE_MUST | SHAPE_SECRET),
	SH_STR(SsoTokenIn, grant, "grantType", .flags = SHAPE_MUST),
	SH_STR(SsoTokenIn, device_code, "deviceCode", .flags = SHAPE_SECRET),
	SH_STR(SsoTokenIn, refresh, "refreshToken", .flags = SHAPE_SECRET),
	{ 0 },
};
static const ShapeMember token_out[] = {
	SH_STR(SsoTokenOut, access, "accessToken", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_I64(SsoTokenOut, expires_s, "expiresIn", .flags = SHAPE_MUST),
	SH_STR(SsoTokenOut, refresh, "refreshToken", .flags = SHAPE_NAME | SHAPE_SECRET),
	{ 0 },
};
static const ShapeMember register_in[] = {
	SH_STR(SsoRegisterIn, name, "clientName", .flags = SHAPE_MUST),
	SH_STR(SsoRegisterIn, type, "clientType", .flags = SHAPE_MUST),
	SH_STRS(SsoRegisterIn, scopes, "scopes", 0),
	{ 0 },
};
static const ShapeMember register_out[] = {
	SH_STR(SsoRegisterOut, client_id, "clientId", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(SsoRegisterOut, client_secret, "clientSecret", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_I64(SsoRegisterOut, expires_s, "clientSecretExpiresAt", .flags = SHAPE_MUST),
	{ 0 },
};
static const ShapeMember device_in[] = {
	SH_STR(SsoDeviceIn, client_id, "clientId", .flags = SHAPE_MUST),
	SH_STR(SsoDeviceIn, client_secret, "clientSecret", .flags = SHAPE_MUST | SHAPE_SECRET),
	SH_STR(SsoDeviceIn, start_url, "startUrl", .flags = SHAPE_MUST, .about = "start URL"),
	{ 0 },
};
static const ShapeMember device_out[] = {
	SH_STR(SsoDeviceOut, device_code, "deviceCode", .flags = SHAPE_MUST | SHAPE_NAME | SHAPE_SECRET),
	SH_STR(SsoDeviceOut, user_code, "userCode", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(SsoDeviceOut, url, "verificationUri", .flags = SHAPE_MUST | SHAPE_NAME),
	SH_STR(SsoDeviceOut, url_with_code, "verificationUriComplete", .flags = SHAPE_NAME),
	SH_I64(SsoDeviceOut, expires_s, "expiresIn", .flags = SHAPE_MUST),
	SH_I64(SsoDeviceOut, interval_s, "interval"),
	{ 0 },
};

static const Shape shape_role_in = SHAPE(SsoRoleIn, role_in), shape_role_out = SHAPE(StsRoleOut, role_out);
static const Shape shape_token_in = SHAPE(SsoTokenIn, token_in), shape_token_out = SHAPE(SsoTokenOut, token_out);
static const Shape shape_register_in = SHAPE(SsoRegisterIn, register_in), shape_register_out = SHAPE(SsoRegisterOut, register_out);
static const Shape shape_device_in = SHAPE(SsoDeviceIn, device_in), shape_device_out = SHAPE(SsoDeviceOut, device_out);

static int check_seconds(int64_t s, int64_t least, int64_t most, Err *e)
{
	return s < least || s > most ? err_set(e, "expiresIn: not a number of seconds") : 0;
}

/* 0 would be keys that never end, and beyond the year 9999 there is no text for it. */
static int check_ends(const char *name, int64_t ends, int64_t most, Err *e)
{
	return ends < 1 || ends > most ? err_set(e, "%s: not a time", name) : 0;
}

static int check_role(Arena *a, void *out, Err *e)
{
	(void)a;
	return check_ends("roleCredentials/expiration", ((const StsRoleOut *)out)->keys.expires_ms, time_seconds_max * 1000, e);
}

static int check_registered(Arena *a, void *out, Err *e)
{
	(void)a;
	return check_ends("clientSecretExpiresAt", ((const SsoRegisterOut *)out)->expires_s, time_seconds_max, e);
}

static int check_token(Arena *a, void *out, Err *e)
{
	(void)a;
	return check_seconds(((const SsoTokenOut *)out)->expires_s, 0, TOKEN_SECONDS_MAX, e);
}

static int check_device(Arena *a, void *out, Err *e)
{
	(void)a;
	return check_seconds(((const SsoDeviceOut *)out)->expires_s, 1, DEVICE_SECONDS_MAX, e);
}

static const AwsService sso = {
	.id = "sso", .host_prefix = "portal.sso", .signing_name = "awsssoportal", .protocol = AWS_REST_JSON, .name = "SSO",
};
static const AwsService oidc = {
	.id = "sso-oidc", .host_prefix = "oidc", .signing_name = "sso-oauth", .protocol = AWS_REST_JSON, .name = "SSO OIDC",
};

#define OIDC_ROW(op_name, op_path) .service = &oidc, .name = op_name, .method = "POST", .path = op_path, .cls = AWS_READ, .open = true

const AwsOp op_sso_get_role_credentials = {
	.service = &sso, .name = "GetRoleCredentials", .method = "GET", .path = "/federation/credentials", .cls = AWS_READ,
	.idempotent = true, .open = true, .in = &shape_role_in, .out = &shape_role_out,
	.finish = check_role };
const AwsOp op_sso_oidc_register_client = {
	OIDC_ROW("RegisterClient", "/client/register"), .idempotent = true, .in = &shape_register_in, .out = &shape_register_out,
	.finish = check_registered };
const AwsOp op_sso_oidc_start_device_authorization = {
	OIDC_ROW("StartDeviceAuthorization", "/device_authorization"), .idempotent = true, .in = &shape_device_in,
	.out = &shape_device_out, .finish = check_device };
/* Not idempotent: a refresh token may be good once. */
const AwsOp op_sso_oidc_create_token = {
	OIDC_ROW("CreateToken", "/token"), .in = &shape_token_in, .out = &shape_token_out, .finish = check_token };
