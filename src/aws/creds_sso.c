/* IAM Identity Center: the AWS CLI's token from its cache, renewed there when it can be, then the role's keys. */
#include "aws/creds_own.h"

#include "api/sso.h"
#include "base/file.h"

enum { TOKEN_AHEAD_MS = 15 * 60000 };

static void sso_start(Fetch *f);

static void give_up(Fetch *f, const char *what)
{
	fetch_fail(f, ERR_FAILED, "%s: %s; run `seismo login --profile %s` or `aws sso login --profile %s`", f->p->source, what,
	           f->p->profile, f->p->profile);
}

/* Whoever can ask a person does that first, once. */
static void log_in(Fetch *f, const char *what)
{
	AwsCreds *c = f->creds;

	f->own = (void *)(uintptr_t)what;
	if (!c->on_login || f->attempt++) {
		give_up(f, what);
		return;
	}
	c->login_waits = f;
	c->on_login(c->login_arg, f->p->source);
}

void sso_login_given(Fetch *f, bool logged_in)
{
	if (logged_in)
		sso_start(f);
	else
		give_up(f, f->own);
}

/* --- the role's keys --- */

static void on_keys(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Fetch *f = arg;
	const StsRoleOut *out = result;
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
	keys = keyset_new(out->keys.access, out->keys.secret, out->keys.token, out->keys.expires_ms, f->p->source, &e);
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
	if (sso_token_read(&f->arena, f->p->file, &t, &e) < 0)
		log_in(f, "its SSO token cannot be read");
	else if (!err) {
		/* A folder that cannot be written costs the next program a renewal, not this one its keys. */
		(void)sso_token_renew(f->p->file, &t, out->access, out->refresh, creds_now(f->creds) + out->expires_s * 1000, NULL);
		ask_keys(f, out->access);
	} else if (t.expires_ms > creds_now(f->creds)) {
		ask_keys(f, t.access);
	} else {
		log_in(f, "the SSO session has expired and could not be renewed");
	}
}

static bool can_renew(const Fetch *f, const SsoToken *t)
{
	return f->p->sso.session.n && t->refresh.n && t->client_id.n && t->client_secret.n && t->registration_ms > creds_now(f->creds);
}

static void sso_start(Fetch *f)
{
	AwsHandler h = { .on_done = on_token, .arg = f };
	SsoToken t;
	Err e = { 0 };
	int64_t left;

	if (sso_token_read(&f->arena, f->p->file, &t, &e) < 0) {
		log_in(f, file_exists(f->p->file) ? "its SSO token cannot be read" : "nobody has logged in to SSO yet");
		return;
	}
	/* A session's token opens every account of its owner: it goes to AWS, or to what AWS_ENDPOINT_URL_SSO names on this
	 * machine, and not where --endpoint-url points. */
	if (!f->client && !fetch_client(f, f->p->sso.region, NULL, false, &e)) {
		fetch_end(f, NULL, &e);
		return;
	}
	left = t.expires_ms - creds_now(f->creds);
	if (left < TOKEN_AHEAD_MS && can_renew(f, &t)) {
		SsoTokenIn in = { .client_id = t.client_id, .client_secret = t.client_secret, .grant = SSO_GRANT_REFRESH, .refresh = t.refresh };

		if (!aws_call(f->client, &op_sso_oidc_create_token, &in, &h, &e))
			fetch_end(f, NULL, &e);
	} else if (left <= 0) {
		log_in(f, "the SSO session has expired");
	} else {
		ask_keys(f, t.access);
	}
}

const FetchClass fetch_sso = { sso_start, NULL };
