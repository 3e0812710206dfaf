/* IAM Identity Center: the AWS CLI's token from its cache, renewed there when it can be, then the role's keys. */
#include "aws/creds_own.h"

#include <stdlib.h>
#include <unistd.h>

#include "aws/services.h"
#include "base/file.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

enum { CACHE_MAX_BYTES = 64 << 10, TOKEN_AHEAD_MS = 15 * 60000 };

/* The cache file; strings live in the fetch's arena. */
typedef struct SsoToken {
	JsonVal root;
	Str access, refresh, client_id, client_secret;
	int64_t expires_ms, registration_ms;
} SsoToken;

static void log_in(Fetch *f, const char *what)
{
	fetch_fail(f, ERR_FAILED, "%s: %s; run `aws sso login --profile %s`", f->p->source, what, f->p->profile);
}

static int read_token(Fetch *f, SsoToken *t, Err *e)
{
	Buf text = { 0 };
	Str until = STR(""), registered = STR("");
	int rc = -1;

	*t = (SsoToken){ .refresh = STR(""), .client_id = STR(""), .client_secret = STR("") };
	if (file_read(f->p->file, &text, CACHE_MAX_BYTES, e) == 0 && jv_parse(&f->arena, buf_str(&text), CACHE_MAX_BYTES, &t->root, e) == 0 &&
	    jv_type(t->root) == JV_OBJECT && jv_name(t->root, "accessToken", &t->access, e) == 0 &&
	    jv_str(t->root, "expiresAt", &until, e) == 0)
		rc = keyset_time(until, &t->expires_ms);
	buf_wipe_done(&text);
	if (rc < 0)
		return -1;
	/* Without these the token cannot be renewed; it is good as it is. */
	if (jv_opt_name(t->root, "refreshToken", &t->refresh, NULL) < 0 || jv_opt_name(t->root, "clientId", &t->client_id, NULL) < 0 ||
	    jv_opt_name(t->root, "clientSecret", &t->client_secret, NULL) < 0 ||
	    jv_opt_str(t->root, "registrationExpiresAt", &registered, NULL) < 0 || keyset_time(registered, &t->registration_ms) < 0)
		t->registration_ms = 0;
	return 0;
}

/* --- the role's keys --- */

static void on_keys(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Fetch *f = arg;
	const StsKeys *out = result;
	KeySet *keys;
	Err e = { 0 };

	(void)call;
	if (f->over)
		return;
	if (err && err->status == 401) {
		log_in(f, "the SSO session is not valid any more");
		return;
	}
	if (err) {
		e = err->err;
		(void)err_wrap(&e, "%s, SSO role %.*s in %.*s", f->p->source, STR_ARG(f->p->sso_role), STR_ARG(f->p->sso_account));
		fetch_end(f, NULL, &e);
		return;
	}
	keys = keyset_new(out->access, out->secret, out->token, out->expires_ms, f->p->source, &e);
	fetch_end(f, keys, keys ? NULL : &e);
}

static void ask_keys(Fetch *f, Str token)
{
	SsoRoleIn in = { f->p->sso_role, f->p->sso_account, token };
	AwsHandler h = { .on_done = on_keys, .arg = f };
	Err e = { 0 };

	if (!aws_call(f->client, &op_sso_get_role_credentials, &in, &h, &e))
		fetch_end(f, NULL, &e);
}

/* --- renewing the token --- */

/* All members stay, those that changed get their new values. */
static void write_token(Fetch *f, const SsoToken *t, const SsoTokenOut *new_one)
{
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	char until[TIME_TEXT];

	time_format_iso(creds_now(f->creds) + new_one->expires_s * 1000, until);
	jw_object(&w);
	for (size_t i = 0; i < jv_count(t->root); i++) {
		Str key;
		JsonVal v = jv_member_at(t->root, i, &key);
		Buf raw = { 0 };

		if (str_is(key, "accessToken") || str_is(key, "expiresAt") || (new_one->refresh.n && str_is(key, "refreshToken")))
			continue;
		jw_key_str(&w, key);
		if (jv_write(v, &raw) == 0)
			jw_raw(&w, buf_str(&raw));
		else
			jw_null(&w);
		buf_wipe_done(&raw);
	}
	jw_kstr(&w, "accessToken", new_one->access);
	jw_kstr(&w, "expiresAt", str_of(until));
	if (new_one->refresh.n)
		jw_kstr(&w, "refreshToken", new_one->refresh);
	jw_object_end(&w);
	/* A folder that cannot be written costs the next program a renewal, not this one its keys. */
	(void)file_replace(f->p->file, buf_str(&text), NULL);
	buf_wipe_done(&text);
}

static void on_token(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Fetch *f = arg;
	const SsoTokenOut *out = result;
	SsoToken t;
	Err e = { 0 };

	(void)call;
	if (f->over)
		return;
	/* Read again: the CLI may have renewed it in the meantime. */
	if (read_token(f, &t, &e) < 0)
		log_in(f, "its SSO token cannot be read");
	else if (!err) {
		write_token(f, &t, out);
		ask_keys(f, out->access);
	} else if (t.expires_ms > creds_now(f->creds)) {
		ask_keys(f, t.access);
	} else {
		log_in(f, "the SSO session has expired and could not be renewed");
	}
}

static bool can_renew(const Fetch *f, const SsoToken *t)
{
	return f->p->sso_refreshes && t->refresh.n && t->client_id.n && t->client_secret.n && t->registration_ms > creds_now(f->creds);
}

static void sso_start(Fetch *f)
{
	AwsHandler h = { .on_done = on_token, .arg = f };
	SsoToken t;
	Err e = { 0 };
	int64_t left;

	if (read_token(f, &t, &e) < 0) {
		log_in(f, file_exists(f->p->file) ? "its SSO token cannot be read" : "nobody has logged in to SSO yet");
		return;
	}
	/* A session's token opens every account of its owner: it goes to AWS, or to what AWS_ENDPOINT_URL_SSO names on this
	 * machine, and not where --endpoint-url points. */
	if (!fetch_client(f, f->p->sso_region, NULL, false, &e)) {
		fetch_end(f, NULL, &e);
		return;
	}
	left = t.expires_ms - creds_now(f->creds);
	if (left < TOKEN_AHEAD_MS && can_renew(f, &t)) {
		SsoTokenIn in = { t.client_id, t.client_secret, t.refresh };

		if (!aws_call(f->client, &op_sso_oidc_create_token, &in, &h, &e))
			fetch_end(f, NULL, &e);
	} else if (left <= 0) {
		log_in(f, "the SSO session has expired");
	} else {
		ask_keys(f, t.access);
	}
}

const FetchClass fetch_sso = { sso_start, NULL };
