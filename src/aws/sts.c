#include "aws/services.h"

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
				return err_set(e, "GetCallerIdentityResult/%.*s: there twice", a->name.n > 40 ? 40 : STR_ARG(a->name));
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

static const AwsService sts = {
	.id = "sts", .host_prefix = "sts", .signing_name = "sts", .protocol = AWS_QUERY, .target_prefix = "2011-06-15", .name = "STS",
};

/* Needs no permission, so it is the test of credentials and connection. */
const AwsOp op_sts_get_caller_identity = {
	.service = &sts, .name = "GetCallerIdentity", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "sts:GetCallerIdentity", .decode = decode_identity, .out_size = sizeof(StsIdentity),
};
