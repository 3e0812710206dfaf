/* Security Token Service. Roles of every account may be assumed; how is in their names (docs/simulator.md). */
#include "sim/service.h"

#include "sim/rng.h"
#include "sim/roles.h"
#include "wire/text.h"
#include "wire/time8601.h"

#define STS_XMLNS "https://sts.amazonaws.com/doc/2011-06-15/"
#define MFA_CODE  "123456"

enum { DURATION_MIN_S = 900, DURATION_S = 3600, DURATION_MAX_S = 43200, CHAINED_MAX_S = 3600, TOKEN_MAX = 20000 };

/* One parameter of the form, decoded; empty when absent. */
static Str param(SimCall *c, const char *name)
{
	Str form = c->rq->body, out = {0};

	while (form.n && !out.p) {
		Str value = str_cut(form, '&', &form), key = str_cut(value, '=', &value);
		Buf plus = {0}, text = {0};
		if (!str_is(key, name))
			continue;
		for (size_t i = 0; i < value.n; i++)
			buf_putc(&plus, value.p[i] == '+' ? ' ' : value.p[i]);
		if (uri_decode(&text, buf_str(&plus)) == 0)
			out = arena_str(c->arena, buf_str(&text));
		buf_done(&plus);
		buf_done(&text);
	}
	return out;
}

static void begin(SimCall *c, Buf *out)
{
	buf_printf(out, "<%.*sResponse xmlns=\"" STS_XMLNS "\"><%.*sResult>", STR_ARG(c->operation), STR_ARG(c->operation));
}

static void element(Buf *out, const char *name, Str text)
{
	buf_printf(out, "<%s>", name);
	sim_put_xml(out, text);
	buf_printf(out, "</%s>", name);
}

static void end(SimCall *c, Buf *out)
{
	buf_printf(out, "</%.*sResult><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%.*sResponse>",
	           STR_ARG(c->operation), c->request_id, STR_ARG(c->operation));
	sim_answer(c, buf_str(out));
	buf_done(out);
}

static void get_caller_identity(SimCall *c)
{
	Buf out = {0};

	begin(c, &out);
	element(&out, "Arn", c->who.arn);
	element(&out, "UserId", c->who.user_id);
	element(&out, "Account", c->who.account);
	end(c, &out);
}

static void invalid(SimCall *c, const char *text)
{
	sim_fail(c, 400, "ValidationError", text);
}

static void denied(SimCall *c, Str arn)
{
	const char *text = str_is(c->operation, "AssumeRole")
		? arena_printf(c->arena, "User: %.*s is not authorized to perform: sts:AssumeRole on resource: %.*s", STR_ARG(c->who.arn), STR_ARG(arn)).p
		: "Not authorized to perform sts:AssumeRoleWithWebIdentity";

	sim_fail(c, 403, "AccessDenied", text);
}

static bool is_session_name(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char l = (char)(s.p[i] | 0x20);
		if (!(l >= 'a' && l <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') && !str_has(STR("_+=,.@-"), str_sub(s, i, 1)))
			return false;
	}
	return s.n >= 2 && s.n <= 64;
}

/* What both ways into a role have in common: role, session name, duration. False: answered. */
static bool read_role(SimCall *c, RoleArn *role, Str *session, int64_t *duration_s)
{
	Str text = param(c, "DurationSeconds");

	*duration_s = DURATION_S;
	*session = param(c, "RoleSessionName");
	if (!role_arn_parse(param(c, "RoleArn"), role))
		invalid(c, arena_printf(c->arena, "%.*s is invalid: RoleArn must be arn:aws:iam::ACCOUNT:role/NAME", STR_ARG(param(c, "RoleArn"))).p);
	else if (!is_session_name(*session))
		invalid(c, "Value at 'roleSessionName' failed to satisfy constraint: 2 to 64 of letters, digits and _+=,.@-");
	else if (text.n && (str_i64(text, duration_s) < 0 || *duration_s < DURATION_MIN_S || *duration_s > DURATION_MAX_S))
		invalid(c, "Value at 'durationSeconds' failed to satisfy constraint: a number from 900 to 43200");
	else if (c->who.role && *duration_s > CHAINED_MAX_S)
		invalid(c, "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
	else if (str_ends(role->name, STR("-denied")))
		denied(c, param(c, "RoleArn"));
	else
		return true;
	return false;
}

static void put_session(SimCall *c, Buf *out, const RoleArn *role, Str session, int64_t duration_s)
{
	int64_t life_s = sim_faults(c->sim)->expire_s ? sim_faults(c->sim)->expire_s : duration_s;
	char id[18], expires[TIME_TEXT];
	const RoleSession *s;
	Str arn, user_id;

	keys_letters(id, sizeof id - 1, rng_join(str_hash(role->account), str_hash(role->name)));
	user_id = arena_printf(c->arena, "AROA%s:%.*s", id, STR_ARG(session));
	arn = arena_printf(c->arena, "arn:%.*s:sts::%.*s:assumed-role/%.*s/%.*s", STR_ARG(role->partition), STR_ARG(role->account),
	                   STR_ARG(role->name), STR_ARG(session));
	s = roles_add(sim_roles(c->sim), sim_seed(c->sim), role->account, arn, user_id, sim_wall(c->sim) + life_s * 1000);
	time_format_iso(s->expires_ms / 1000 * 1000, expires);
	buf_puts(out, "<AssumedRoleUser>");
	element(out, "AssumedRoleId", user_id);
	element(out, "Arn", arn);
	buf_puts(out, "</AssumedRoleUser><Credentials>");
	element(out, "AccessKeyId", str_of(s->access));
	element(out, "SecretAccessKey", str_of(s->secret));
	element(out, "SessionToken", str_of(s->token));
	buf_printf(out, "<Expiration>%.19sZ</Expiration></Credentials>", expires);
}

/* Roles that end in -external or -mfa ask for more. */
static bool trust_holds(SimCall *c, const RoleArn *role)
{
	Str serial = param(c, "SerialNumber"), code = param(c, "TokenCode");

	if (str_ends(role->name, STR("-external")) && !str_eq(param(c, "ExternalId"), role->account)) {
		denied(c, param(c, "RoleArn"));
		return false;
	}
	if (str_ends(role->name, STR("-mfa")) && !serial.n) {
		denied(c, param(c, "RoleArn"));
		return false;
	}
	if (serial.n && (!str_has(serial, STR(":mfa/")) || !str_is(code, MFA_CODE))) {
		sim_fail(c, 403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.");
		return false;
	}
	return true;
}

static void assume_role(SimCall *c)
{
	int64_t duration_s;
	Buf out = {0};
	RoleArn role;
	Str session;

	if (!read_role(c, &role, &session, &duration_s) || !trust_holds(c, &role))
		return;
	begin(c, &out);
	put_session(c, &out, &role, session, duration_s);
	if (param(c, "SourceIdentity").n)
		element(&out, "SourceIdentity", param(c, "SourceIdentity"));
	end(c, &out);
}

/* The middle part of a JWT (RFC 7519). Its signature is not looked at: there is no issuer here to ask for keys. */
static int read_claims(SimCall *c, Str token, JsonVal *out)
{
	Str rest = token, part[3];
	Buf text = {0}, json = {0};
	int rc = -1;

	for (int i = 0; i < 3; i++)
		part[i] = str_cut(rest, '.', &rest);
	if (!part[0].n || !part[2].n || rest.n || token.n > TOKEN_MAX)
		return -1;
	for (size_t i = 0; i < part[1].n; i++)
		buf_putc(&text, part[1].p[i] == '-' ? '+' : part[1].p[i] == '_' ? '/' : part[1].p[i]);
	while (text.n % 4)
		buf_putc(&text, '=');
	if (b64_decode(&json, buf_str(&text)) == 0)
		rc = jv_parse(c->arena, buf_str(&json), TOKEN_MAX, out, NULL);
	buf_done(&text);
	buf_done(&json);
	return rc;
}

static void assume_role_with_web_identity(SimCall *c)
{
	int64_t duration_s, until_s;
	Str session, subject, issuer, audience = {0};
	JsonVal claims;
	Buf out = {0};
	RoleArn role;

	if (!read_role(c, &role, &session, &duration_s))
		return;
	if (read_claims(c, param(c, "WebIdentityToken"), &claims) < 0 || jv_str(claims, "sub", &subject, NULL) < 0 ||
	    jv_str(claims, "iss", &issuer, NULL) < 0 || jv_i64(claims, "exp", &until_s, NULL) < 0) {
		sim_fail(c, 400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT with the claims iss, sub and exp.");
		return;
	}
	if (until_s * 1000 <= sim_wall(c->sim)) {
		sim_fail(c, 400, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time");
		return;
	}
	(void)jv_opt_str(claims, "aud", &audience, NULL);       /* a list of audiences is left out */
	begin(c, &out);
	element(&out, "SubjectFromWebIdentityToken", subject);
	element(&out, "Audience", audience);
	put_session(c, &out, &role, session, duration_s);
	element(&out, "Provider", issuer);
	end(c, &out);
}

void svc_sts(SimCall *c)
{
	static const SimOperation operations[] = {
		{ "GetCallerIdentity", get_caller_identity },
		{ "AssumeRole", assume_role },
		{ "AssumeRoleWithWebIdentity", assume_role_with_web_identity },
	};

	sim_run(c, operations, sizeof operations / sizeof operations[0]);
}
