#include "aws/services.h"

#include <stdio.h>

#include "wire/text.h"
#include "wire/time8601.h"

/* "123456789012". Whatever else stands there must never be compared with a configured account. */
static bool is_account(Str s)
{
	if (s.n != 12)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static int only_once(const XmlNode *n, Err *e)
{
	for (const XmlNode *a = n->child; a; a = a->next)
		for (const XmlNode *b = a->next; b; b = b->next)
			if (str_eq(a->name, b->name))
				return err_set(e, "%.*s: there twice", a->name.n > 40 ? 40 : STR_ARG(a->name));
	return 0;
}

static int decode_identity(Arena *a, const AwsBody *body, void *output, Err *e)
{
	StsIdentity *out = output;
	const XmlNode *result = xml_find(body->xml, "GetCallerIdentityResult");

	(void)a;
	if (!str_is(body->xml->name, "GetCallerIdentityResponse") || !result)
		return err_set(e, "GetCallerIdentityResult: missing");
	if (only_once(result, e) < 0)
		return -1;
	out->account = xml_text(result, "Account");
	out->arn = xml_text(result, "Arn");
	out->user_id = xml_text(result, "UserId");
	if (!is_account(out->account))
		return err_set(e, "GetCallerIdentityResult/Account: not an account of 12 digits");
	return out->arn.n ? 0 : err_set(e, "GetCallerIdentityResult/Arn: missing");
}

/* --- roles --- */

static void parameter(Buf *out, const char *name, Str value)
{
	if (!value.n)
		return;
	(void)buf_printf(out, "&%s=", name);
	(void)uri_encode(out, value, false);
}

static int encode_role(const void *input, AwsParts *out, Err *e)
{
	const StsRoleIn *in = input;
	char seconds[24];

	(void)e;
	(void)snprintf(seconds, sizeof seconds, "%lld", (long long)in->duration_s);
	parameter(&out->body, "RoleArn", in->role_arn);
	parameter(&out->body, "RoleSessionName", in->session_name);
	parameter(&out->body, "ExternalId", in->external_id);
	parameter(&out->body, "SerialNumber", in->mfa_serial);
	parameter(&out->body, "TokenCode", in->mfa_code);
	parameter(&out->body, "WebIdentityToken", in->web_token);
	parameter(&out->body, "DurationSeconds", in->duration_s ? str_of(seconds) : STR(""));
	(void)buf_printf(&out->about, "%.*s", in->role_arn.n > 200 ? 200 : STR_ARG(in->role_arn));
	return 0;
}

static int decode_keys(const AwsBody *body, const char *result, StsKeys *out, Err *e)
{
	const XmlNode *r = xml_find(body->xml, result), *keys = r ? xml_find(r, "Credentials") : NULL;

	if (!keys)
		return err_set(e, "%s/Credentials: missing", result);
	if (only_once(keys, e) < 0)
		return -1;
	out->access = xml_text(keys, "AccessKeyId");
	out->secret = xml_text(keys, "SecretAccessKey");
	out->token = xml_text(keys, "SessionToken");
	if (!out->access.n || !out->secret.n || !out->token.n)
		return err_set(e, "%s/Credentials: not a whole set of keys", result);
	if (time_parse_iso(xml_text(keys, "Expiration"), &out->expires_ms) < 0)
		return err_set(e, "%s/Credentials/Expiration: not a time", result);
	return 0;
}

static int decode_role(Arena *a, const AwsBody *body, void *output, Err *e)
{
	(void)a;
	return decode_keys(body, "AssumeRoleResult", output, e);
}

static int decode_web(Arena *a, const AwsBody *body, void *output, Err *e)
{
	(void)a;
	return decode_keys(body, "AssumeRoleWithWebIdentityResult", output, e);
}

static const AwsService sts = {
	.id = "sts", .host_prefix = "sts", .signing_name = "sts", .protocol = AWS_QUERY, .target_prefix = "2011-06-15", .name = "STS",
};

/* Needs no permission, so it is the test of credentials and connection. */
const AwsOp op_sts_get_caller_identity = {
	.service = &sts, .name = "GetCallerIdentity", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "sts:GetCallerIdentity", .decode = decode_identity, .out_size = sizeof(StsIdentity),
};

const AwsOp op_sts_assume_role = {
	.service = &sts, .name = "AssumeRole", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "sts:AssumeRole", .encode = encode_role, .decode = decode_role, .out_size = sizeof(StsKeys),
};
const AwsOp op_sts_assume_role_with_web_identity = {
	.service = &sts, .name = "AssumeRoleWithWebIdentity", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.open = true, .permission = "sts:AssumeRoleWithWebIdentity", .encode = encode_role, .decode = decode_web,
	.out_size = sizeof(StsKeys),
};
