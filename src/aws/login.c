#include "aws/login.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/creds_own.h"
#include "api/sso.h"
#include "base/xalloc.h"

enum { SLOWER_MS = 5000 /* RFC 8628, section 3.5 */, CLIENT_AHEAD_MS = 15 * 60000,
       INTERVAL_S = 5 /* section 3.2 */, INTERVAL_MAX_S = 60 };

struct Login {
	AwsCreds *creds;
	const Provider *p;
	AwsClient *client;
	LoginHandler h;
	Arena arena;                /* wiped */
	uv_timer_t timer;
	SsoClient self;
	bool reused;                /* self is of an earlier login */
	Str before, device;         /* before: the token that was in the cache when this began */
	LoginCode code;
	int64_t interval_ms;
	bool over;
};

static void on_poll(uv_timer_t *t);
static void authorize(Login *l);

static void on_closed(uv_handle_t *h)
{
	Login *l = h->data;

	arena_wipe_done(&l->arena);
	free(l);
}

void login_cancel(Login *l)
{
	if (!l || l->over)
		return;
	l->over = true;
	aws_client_free(l->client);
	uv_close((uv_handle_t *)&l->timer, on_closed);
}

static void end(Login *l, int64_t ends_ms, const Err *why)
{
	LoginHandler h = l->h;

	login_cancel(l);
	h.on_done(h.arg, ends_ms, why);
}

static void fail(Login *l, const AwsError *err, const char *what)
{
	Err e = { 0 };

	if (err) {
		e = err->err;
		(void)err_wrap(&e, "%s", what);
	} else {
		(void)err_set(&e, "%s", what);
	}
	end(l, 0, &e);
}

/* --- the token --- */

static bool is_code(const AwsError *err, const char *exception, const char *oauth)
{
	return str_is(str_of(err->code), exception) || str_is(str_of(err->code), oauth);
}

static void wait(Login *l)
{
	(void)uv_timer_start(&l->timer, on_poll, (uint64_t)l->interval_ms, 0);
}

static void on_token(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Login *l = arg;
	const SsoTokenOut *out = result;
	int64_t ends_ms;
	Err e = { 0 };

	(void)call;
	if (l->over)
		return;
	if (!err) {
		ends_ms = creds_now(l->creds) + out->expires_s * 1000;
		if (sso_token_write(l->p->file, &l->p->sso, &l->self, out->access, out->refresh, ends_ms, &e) < 0)
			end(l, 0, &e);
		else
			end(l, ends_ms, NULL);
	} else if (is_code(err, "SlowDownException", "slow_down")) {
		l->interval_ms += SLOWER_MS;
		wait(l);
	} else if (is_code(err, "AuthorizationPendingException", "authorization_pending") || err->fault == AWS_NETWORK ||
	           err->fault == AWS_TORN || err->fault == AWS_THROTTLED || err->fault == AWS_SERVER) {
		wait(l);                /* a line that is down for a while does not end a login */
	} else if (is_code(err, "ExpiredTokenException", "expired_token")) {
		fail(l, NULL, "the login code has ended before it was confirmed; start again for a new one");
	} else if (is_code(err, "AccessDeniedException", "access_denied")) {
		fail(l, NULL, "the login was refused in the browser");
	} else {
		fail(l, err, "logging in");
	}
}

/* `aws sso login` in another window is as good. */
static bool logged_in_elsewhere(Login *l)
{
	Arena a = { 0 };
	SsoToken t;
	int64_t ends_ms = 0;

	if (sso_token_read(&a, l->p->file, &t, NULL) == 0 && !str_eq(t.access, l->before) && t.expires_ms > creds_now(l->creds))
		ends_ms = t.expires_ms;
	arena_wipe_done(&a);
	if (ends_ms)
		end(l, ends_ms, NULL);
	return ends_ms != 0;
}

static void on_poll(uv_timer_t *t)
{
	Login *l = t->data;
	SsoTokenIn in = { .client_id = l->self.id, .client_secret = l->self.secret, .grant = SSO_GRANT_DEVICE, .device_code = l->device };
	AwsHandler h = { .on_done = on_token, .arg = l };
	Err e = { 0 };

	if (logged_in_elsewhere(l))
		return;
	if (creds_now(l->creds) >= l->code.ends_ms)
		fail(l, NULL, "the login code has ended before it was confirmed; start again for a new one");
	else if (!aws_call(l->client, &op_sso_oidc_create_token, &in, &h, &e))
		end(l, 0, &e);
}

/* --- the code --- */

static int64_t interval_of(const SsoDeviceOut *out)
{
	int64_t s = out->interval_s ? out->interval_s : INTERVAL_S;

	return s < 1 ? 1 : s > INTERVAL_MAX_S ? INTERVAL_MAX_S : s;
}

static void on_device(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Login *l = arg;
	const SsoDeviceOut *out = result;

	(void)call;
	if (l->over)
		return;
	if (err && l->reused && is_code(err, "InvalidClientException", "invalid_client")) {
		l->self = (SsoClient){ 0 };       /* the service has forgotten us: one more registration, and no more */
		authorize(l);
		return;
	}
	if (err) {
		fail(l, err, "logging in");
		return;
	}
	l->device = arena_str(&l->arena, out->device_code);
	l->code = (LoginCode){ .url = arena_str(&l->arena, out->url), .url_with_code = arena_str(&l->arena, out->url_with_code),
	                       .code = arena_str(&l->arena, out->user_code), .ends_ms = creds_now(l->creds) + out->expires_s * 1000 };
	l->interval_ms = interval_of(out) * 1000;
	wait(l);
	l->h.on_code(l->h.arg, &l->code);
}

static void on_registered(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Login *l = arg;
	const SsoRegisterOut *out = result;

	(void)call;
	if (l->over)
		return;
	if (err) {
		fail(l, err, "logging in");
		return;
	}
	l->self = (SsoClient){ .id = arena_str(&l->arena, out->client_id), .secret = arena_str(&l->arena, out->client_secret),
	                       .expires_ms = out->expires_s * 1000 };
	l->reused = false;
	/* One that cannot be kept is registered again next time. */
	(void)sso_client_write(sso_client_file(&l->arena, &l->p->sso), &l->p->sso, &l->self, NULL);
	authorize(l);
}

/* The next step: a registration, or with one the device's code. */
static void authorize(Login *l)
{
	SsoDeviceIn in = { l->self.id, l->self.secret, l->p->sso.start_url };
	SsoRegisterIn us = { .type = STR("public") };
	Str rest = l->p->sso.scopes;
	AwsHandler h = { .on_done = l->self.id.n ? on_device : on_registered, .arg = l };
	Err e = { 0 };
	AwsCall *call;

	/* The name that is shown when the login is confirmed in the browser. */
	us.name = arena_printf(&l->arena, "seismo-%.*s", l->p->sso.session.n ? 80 : 7, l->p->sso.session.n ? l->p->sso.session.p : "console");
	us.scopes.v = ARENA_ARRAY(&l->arena, Str, rest.n + 1);
	while (rest.n) {
		Str one = str_trim(str_cut(rest, ',', &rest));

		if (one.n)
			us.scopes.v[us.scopes.n++] = one;
	}
	call = l->self.id.n ? aws_call(l->client, &op_sso_oidc_start_device_authorization, &in, &h, &e)
	                    : aws_call(l->client, &op_sso_oidc_register_client, &us, &h, &e);
	if (!call)
		end(l, 0, &e);
}

static void on_begin(uv_timer_t *t)
{
	authorize(t->data);
}

static void read_cache(Login *l)
{
	SsoToken t;

	l->reused = sso_client_read(&l->arena, sso_client_file(&l->arena, &l->p->sso), &l->self) == 0 &&
	            l->self.expires_ms > creds_now(l->creds) + CLIENT_AHEAD_MS;
	if (!l->reused)
		l->self = (SsoClient){ 0 };
	l->before = sso_token_read(&l->arena, l->p->file, &t, NULL) == 0 ? t.access : STR("");
}

/* --- for others --- */

Str login_place(const AwsCreds *c)
{
	const Provider *p = creds_sso_provider(c);

	return !p ? STR("") : p->sso.session.n ? p->sso.session : p->sso.start_url;
}

Str login_region(const AwsCreds *c)
{
	const Provider *p = creds_sso_provider(c);

	return p ? p->sso.region : STR("");
}

/* As for the token itself: to AWS, or to what AWS_ENDPOINT_URL_SSO_OIDC names, never where --endpoint-url points. */
static AwsClient *client_of(const AwsCreds *c, const Provider *p, Err *e)
{
	AwsClientSpec spec = { .context = str_of(p->source), .region = p->sso.region, .read_only = true, .check_late = true,
	                       .fetches_keys = true,
	                       .now_ms = c->net.now_ms, .now_arg = c->net.now_arg };

	return aws_client_new(c->net.http, &spec, creds_of(NULL, p->source, c), e);
}

Login *login_start(AwsCreds *c, const LoginHandler *h, Err *e)
{
	const Provider *p = creds_sso_provider(c);
	Login *l;

	if (!p) {
		(void)err_kind(e, ERR_USAGE, "%s has no SSO login: its keys come from: %s", creds_source(c), creds_kind(c));
		return NULL;
	}
	l = xcalloc(1, sizeof *l);
	*l = (Login){ .creds = c, .p = p, .h = *h };
	if (!(l->client = client_of(c, p, e))) {
		free(l);
		return NULL;
	}
	read_cache(l);
	(void)uv_timer_init(http_loop(c->net.http), &l->timer);
	l->timer.data = l;
	(void)uv_timer_start(&l->timer, on_begin, 0, 0);      /* callbacks never come from in here */
	return l;
}
