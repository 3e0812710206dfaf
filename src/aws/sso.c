/* IAM Identity Center's two services. Neither is signed: a token of the login stands in for keys. */
#include "aws/jsonout.h"
#include "aws/services.h"
#include "wire/text.h"

static int encode_role(const void *input, AwsParts *out, Err *e)
{
	const SsoRoleIn *in = input;

	(void)e;
	(void)buf_puts(&out->query, "account_id=");
	(void)uri_encode(&out->query, in->account, false);
	(void)buf_puts(&out->query, "&role_name=");
	(void)uri_encode(&out->query, in->role, false);
	(void)buf_put_str(&out->secret, in->token);
	(void)buf_printf(&out->about, "role %.*s", STR_ARG(in->role));
	return 0;
}

static int decode_role(Arena *a, const AwsBody *body, void *output, Err *e)
{
	StsKeys *out = output;
	JsonVal v;

	(void)a;
	if (jv_object(body->json, "roleCredentials", &v, e) < 0 || jv_name(v, "accessKeyId", &out->access, e) < 0 ||
	    jv_name(v, "secretAccessKey", &out->secret, e) < 0 || jv_name(v, "sessionToken", &out->token, e) < 0)
		return -1;
	return jv_i64(v, "expiration", &out->expires_ms, e);
}

static int encode_token(const void *input, AwsParts *out, Err *e)
{
	const SsoTokenIn *in = input;
	cJSON *o = jo_new();
	int rc = 0;

	jo_cstr(o, "grantType", "refresh_token");
	if (jo_str(o, "clientId", in->client_id, e) < 0 || jo_str(o, "clientSecret", in->client_secret, e) < 0 ||
	    jo_str(o, "refreshToken", in->refresh, e) < 0)
		rc = -1;
	return jo_finish(o, rc, &out->body, e);
}

static int decode_token(Arena *a, const AwsBody *body, void *output, Err *e)
{
	SsoTokenOut *out = output;

	(void)a;
	out->refresh = STR("");
	if (jv_name(body->json, "accessToken", &out->access, e) < 0 || jv_i64(body->json, "expiresIn", &out->expires_s, e) < 0)
		return -1;
	if (out->expires_s < 0 || out->expires_s > 366 * 86400)
		return err_set(e, "expiresIn: not a number of seconds");
	return jv_opt_name(body->json, "refreshToken", &out->refresh, e);
}

static const AwsService sso = {
	.id = "sso", .host_prefix = "portal.sso", .signing_name = "awsssoportal", .protocol = AWS_REST_JSON, .name = "SSO",
};
static const AwsService oidc = {
	.id = "sso-oidc", .host_prefix = "oidc", .signing_name = "sso-oauth", .protocol = AWS_REST_JSON, .name = "SSO OIDC",
};

const AwsOp op_sso_get_role_credentials = {
	.service = &sso, .name = "GetRoleCredentials", .method = "GET", .path = "/federation/credentials", .cls = AWS_READ,
	.idempotent = true, .open = true, .secret_header = "x-amz-sso_bearer_token", .encode = encode_role, .decode = decode_role,
	.out_size = sizeof(StsKeys),
};
/* Not idempotent: a refresh token may be good once. */
const AwsOp op_sso_oidc_create_token = {
	.service = &oidc, .name = "CreateToken", .method = "POST", .path = "/token", .cls = AWS_READ, .open = true,
	.encode = encode_token, .decode = decode_token, .out_size = sizeof(SsoTokenOut),
};
