/* The object: current keys, and fetching the next ones before they run out. */
#include "aws/creds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/creds_own.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum {
	PROCESS_LIMIT_MS = 60000,
	ADVISE_MS = 15 * 60000,      /* before the end: fetch beside the work */
	MUST_MS = 10 * 60000,        /* before the end: calls wait for it */
	AGAIN_MS = 5000,             /* after a failure nobody is asked again for so long */
	AGAIN_VALID_MS = 60000,      /* the same while the old keys still hold */
};

static void on_go(uv_timer_t *t);

/* --- made and read --- */

static Str profile_name(const CredsAsk *ask)
{
	/* botocore's order. */
	static const char *const variables[] = { "AWS_DEFAULT_PROFILE", "AWS_PROFILE" };

	if (ask->role.arn.n && ask->role.source_profile.n)
		return ask->role.source_profile;
	if (ask->profile.n)
		return ask->profile;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (str_of(getenv(variables[i])).n)
			return str_of(getenv(variables[i]));
	return STR("default");
}

static bool is_secret_line(Str line)
{
	static const char *const names[] = { "aws_secret_access_key", "aws_session_token", "aws_security_token" };
	Str rest;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_nocase(str_trim(str_cut(line, '=', &rest)), str_of(names[i])) ||
		    str_eq_nocase(str_trim(str_cut(line, ':', &rest)), str_of(names[i])))
			return true;
	return false;
}

/* The config file stays for region and endpoints; secrets in it do not. Their lines become blanks in place. */
static void keep_config(AwsCreds *c, Files *f, Str profile)
{
	Str rest = buf_str(&f->config_text);

	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest);

		if (is_secret_line(line))
			memset(f->config_text.p + (line.p - f->config_text.p), ' ', line.n);
	}
	/* It was parsed a moment ago; with fewer lines it still parses. */
	if (ini_parse(&c->arena, "config", buf_str(&f->config_text), &c->config, NULL) == 0)
		c->profile = ini_section(&c->config, "profile", profile);
}

static void keep_settings(AwsCreds *c, Files *f, Str profile)
{
	Profile p = profile_find(&f->config, &f->credentials, profile);
	Str region = profile_get(&p, "region"), endpoint = profile_get(&p, "endpoint_url");

	keep_config(c, f, profile);
	c->region = arena_str(&c->arena, region);
	c->endpoint = arena_str(&c->arena, endpoint);
}

/* AWS_AUTH_SCHEME_PREFERENCE is a list; what it names first counts. */
static bool prefers_sigv4(void)
{
	Str list = str_of(getenv("AWS_AUTH_SCHEME_PREFERENCE"));

	while (list.n) {
		Str one = str_trim(str_cut(list, ',', &list));

		if (str_is(one, "sigv4") || str_is(one, "httpBearerAuth"))
			return str_is(one, "sigv4");
	}
	return false;
}

static int find_bearer(AwsCreds *c, Err *e)
{
	Str token = str_of(getenv("AWS_BEARER_TOKEN_BEDROCK"));

	if (!token.n || prefers_sigv4())
		return 0;
	c->bearer = keyset_new(token, STR(""), STR(""), 0, "AWS_BEARER_TOKEN_BEDROCK", e);
	return c->bearer ? 0 : -1;
}

static bool keys_at_once(const Provider *p)
{
	return p->kind == FROM_ENVIRONMENT || p->kind == FROM_FILES;
}

/* When to think of the next keys. Short-lived ones would be inside both windows from the start. */
static void set_windows(AwsCreds *c)
{
	int64_t now = creds_now(c), left = c->keys->expires_ms - now;
	bool is_short = left < 2 * ADVISE_MS;

	c->advise_ms = is_short ? now + left / 2 : c->keys->expires_ms - ADVISE_MS;
	c->must_ms = is_short ? now + left / 4 * 3 : c->keys->expires_ms - MUST_MS;
}

/* A role stays what it is, however often it is taken; a program or a machine may give other keys the next time. */
static bool stays_the_same(const AwsCreds *c)
{
	ProviderKind k = c->provider->kind;

	return !c->keys || c->next_is_same || k == FROM_ROLE || k == FROM_WEB || k == FROM_SSO || k == FROM_LOGIN;
}

static void take_keys(AwsCreds *c, KeySet *keys)
{
	c->generation++;
	if (!stays_the_same(c))
		c->same_since = c->generation;
	c->next_is_same = false;
	keyset_free(c->keys);
	c->keys = keys;
	c->refused = c->doubted = false;
	set_windows(c);
}

static int load(AwsCreds *c, Files *f, const CredsAsk *ask, Err *e)
{
	Str name = profile_name(ask);
	KeySet *keys = NULL;
	int rc;

	c->stamp = files_stamp();
	if (files_read(f, e) < 0) {
		/* Broken files do not matter to keys that come from elsewhere. */
		files_done(f);
		*f = (Files){ 0 };
		if (ask->profile_given || ask->role.source_profile.n || !str_of(getenv("AWS_ACCESS_KEY_ID")).n)
			return -1;
	}
	keep_settings(c, f, name);
	if (find_bearer(c, e) < 0)
		return -1;
	if (ask->role.arn.n)
		rc = plan_given_role(&c->arena, f, &ask->role, name, &c->provider, e);
	else
		rc = plan_make(&c->arena, f, name, ask->profile_given, &c->provider, e);
	if (rc < 0 && c->bearer && !ask->profile_given && !ask->role.arn.n) {
		static const Provider nowhere = { .kind = FROM_NOWHERE, .source = "AWS_BEARER_TOKEN_BEDROCK", .profile = "" };

		c->provider = &nowhere;      /* an API key alone reaches the models */
		rc = 0;
	}
	if (rc == 0 && keys_at_once(c->provider))
		rc = plan_keys(f, c->provider, &keys, e);
	if (keys)
		take_keys(c, keys);
	return rc;
}

AwsCreds *creds_load(const CredsAsk *ask, Err *e)
{
	AwsCreds *c = xcalloc(1, sizeof *c);
	Files f = { 0 };
	int rc = load(c, &f, ask, e);

	files_done(&f);
	if (rc < 0) {
		creds_free(c);
		return NULL;
	}
	(void)snprintf(c->source, sizeof c->source, "%s", c->provider->source);
	c->process_limit_ms = ask->process_limit_ms ? ask->process_limit_ms : PROCESS_LIMIT_MS;
	(void)snprintf(c->mfa_code, sizeof c->mfa_code, "%.*s", ask->mfa_code.n > 15 ? 15 : STR_ARG(ask->mfa_code));
	return c;
}

AwsCreds *creds_of(KeySet *keys, const char *source, const AwsCreds *settings)
{
	static const Provider given = { .kind = FROM_ENVIRONMENT, .source = "given keys", .profile = "" };
	static const Provider nowhere = { .kind = FROM_NOWHERE, .source = "no keys", .profile = "" };
	AwsCreds *c = xcalloc(1, sizeof *c);

	c->settings = settings;
	c->provider = keys ? &given : &nowhere;
	(void)snprintf(c->source, sizeof c->source, "%s", source);
	if (keys)
		take_keys(c, keys);
	return c;
}

AwsCreds *creds_static(Str access, Str secret, Str token)
{
	return creds_of(keyset_new(access, secret, token, 0, "given keys", NULL), "given keys", NULL);
}

static void on_closed(uv_handle_t *h)
{
	free(h->data);
}

void creds_free(AwsCreds *c)
{
	if (!c)
		return;
	if (c->fetch)
		fetch_stop(c->fetch);
	c->fetch = c->mfa_waits = c->login_waits = NULL;
	keyset_free(c->keys);
	keyset_free(c->bearer);
	c->keys = c->bearer = NULL;
	explicit_bzero(c->mfa_code, sizeof c->mfa_code);
	arena_done(&c->arena);
	if (c->attached)
		uv_close((uv_handle_t *)&c->go, on_closed);
	else
		free(c);
}

SigCreds creds_get(const AwsCreds *c)
{
	return c->keys ? c->keys->sig : (SigCreds){ STR(""), STR(""), STR("") };
}

const char *creds_source(const AwsCreds *c)
{
	return c->source;
}

const char *creds_kind(const AwsCreds *c)
{
	static const char *const kinds[PROVIDER_KINDS] = {
		[FROM_NOWHERE] = "API key for the models, nothing else", [FROM_ENVIRONMENT] = "given keys",
		[FROM_FILES] = "keys of the shared files", [FROM_ROLE] = "role", [FROM_WEB] = "role by web identity", [FROM_SSO] = "SSO",
		[FROM_LOGIN] = "login session", [FROM_PROCESS] = "credential_process", [FROM_CONTAINER] = "container's role",
		[FROM_IMDS] = "instance's role",
	};

	return kinds[c->provider->kind];
}

Str creds_id(const AwsCreds *c)
{
	return c->keys && keys_at_once(c->provider) ? c->keys->sig.access_key : str_of(c->source);
}

int64_t creds_expires_ms(const AwsCreds *c)
{
	return c->keys ? c->keys->expires_ms : 0;
}

int creds_generation(const AwsCreds *c)
{
	return c->generation;
}

Str creds_bearer(const AwsCreds *c)
{
	return c->bearer ? c->bearer->sig.access_key : STR("");
}

Str creds_profile_region(const AwsCreds *c)
{
	return c->region;
}

Str creds_profile_get(const AwsCreds *c, const char *key)
{
	const AwsCreds *of = c->settings ? c->settings : c;

	return of->profile ? ini_get(of->profile, key) : STR("");
}

Str creds_profile_endpoint(const AwsCreds *c, const char *service_id_lower)
{
	const AwsCreds *of = c->settings ? c->settings : c;
	Str services = of->profile ? ini_get(of->profile, "services") : STR("");
	const IniSection *section = services.n ? ini_section(&of->config, "services", services) : NULL;
	Str own = section ? ini_get_nested(section, service_id_lower, "endpoint_url") : STR("");

	return own.n ? own : of->endpoint;
}

/* --- on the loop --- */

int64_t creds_now(const AwsCreds *c)
{
	return c->net.now_ms ? c->net.now_ms(c->net.now_arg) : clock_wall_ms();
}

void creds_attach(AwsCreds *c, const CredsNet *net, void (*on_ready)(void *, const Err *), void *arg)
{
	c->net = *net;
	c->on_ready = on_ready;
	c->arg = arg;
	c->attached = true;
	(void)uv_timer_init(http_loop(net->http), &c->go);      /* cannot fail */
	c->go.data = c;
}

static bool can_fetch(const AwsCreds *c)
{
	return c->provider->kind != FROM_NOWHERE && c->provider->kind != FROM_ENVIRONMENT;
}

/* The last sentence, or one for keys that cannot be renewed at all. */
static void no_way(AwsCreds *c, Err *e)
{
	if (c->provider->kind == FROM_NOWHERE)
		(void)err_kind(e, ERR_USAGE, "AWS_BEARER_TOKEN_BEDROCK reaches the models only; everything else needs keys: run `aws "
		               "configure` or `aws configure sso`");
	else
		(void)err_set(e, "the session token from %s has expired; set new keys there and start again", c->source);
}

static void tell(AwsCreds *c, const Err *why)
{
	bool wanted = c->wanted;

	c->wanted = false;
	if (wanted && c->on_ready)
		c->on_ready(c->arg, why);
}

static bool valid(const AwsCreds *c)
{
	return c->keys && !c->refused && (!c->keys->expires_ms || creds_now(c) < c->keys->expires_ms);
}

static void on_fetched(void *arg, KeySet *keys, const Err *why)
{
	AwsCreds *c = arg;
	bool same = keys && c->keys && keyset_same(keys, c->keys);
	bool same_key = keys && c->keys && str_eq(keys->sig.access_key, c->keys->sig.access_key);

	c->fetch = c->mfa_waits = c->login_waits = NULL;
	if (keys && (!same || !c->refused)) {
		c->again_ms = 0;
		c->next_is_same |= same_key;    /* a key belongs to one user or one session for good, whatever its secret */
		take_keys(c, keys);
		tell(c, NULL);
		return;
	}
	keyset_free(keys);
	if (same && c->doubted) {
		c->refused = c->doubted = false;      /* the file changed for somebody else: AWS has the word */
		tell(c, NULL);
		return;
	}
	if (same)
		(void)err_set(&c->why, "the session token from %s has expired, and there is no newer one; log in again", c->source);
	else
		c->why = *why;
	c->again_ms = clock_mono_ms() + (valid(c) ? AGAIN_VALID_MS : AGAIN_MS);
	/* Keys that still hold are better than none. */
	tell(c, valid(c) ? NULL : &c->why);
}

static void on_go(uv_timer_t *t)
{
	AwsCreds *c = t->data;

	if (c->fetch)
		return;
	if (!can_fetch(c)) {
		Err e = { 0 };

		no_way(c, &e);
		tell(c, &e);
	} else if (clock_mono_ms() < c->again_ms) {
		tell(c, &c->why);
	} else {
		c->fetch = fetch_start(c, c->provider, on_fetched, c);
	}
}

static void go(AwsCreds *c)
{
	/* A timer of 0 that is set again from its own callback may come again in the same turn, and a handler that asks again
	 * at once would keep the loop there: where there is only the last word to be told, the turn ends first. */
	bool only_tells = !can_fetch(c) || clock_mono_ms() < c->again_ms;

	if (!c->fetch && !uv_is_active((uv_handle_t *)&c->go))
		(void)uv_timer_start(&c->go, on_go, only_tells, 0);
}

bool creds_ready(AwsCreds *c)
{
	bool ends = c->keys && c->keys->expires_ms && can_fetch(c), rest = clock_mono_ms() < c->again_ms;
	int64_t now = ends ? creds_now(c) : 0;

	/* Keys that cannot be renewed are used until AWS refuses them. */
	if (c->keys && !c->refused && (!ends || now < c->must_ms || (rest && valid(c)))) {
		if (rotate_due(c)) {
			c->again_ms = 0;        /* what failed before was about other files */
			go(c);
		}
		if (ends && now >= c->advise_ms && !rest)
			go(c);
		return true;
	}
	c->wanted = true;
	go(c);
	return false;
}

bool creds_refuse(AwsCreds *c, Str access)
{
	if (!can_fetch(c))
		return false;
	/* Refused keys may be those before the last swap. */
	if (c->keys && str_eq(c->keys->sig.access_key, access))
		c->refused = true;
	return true;
}

bool creds_doubt(AwsCreds *c, Str access)
{
	if (!c->keys)
		return false;
	if (!str_eq(c->keys->sig.access_key, access))
		return true;
	if (!rotate_under_way(c))
		return false;
	c->again_ms = 0;
	c->refused = c->doubted = true;
	return true;
}

const char *creds_notice(const AwsCreds *c)
{
	return c->again_ms && valid(c) ? c->why.text : "";
}

void creds_on_mfa(AwsCreds *c, void (*on_ask)(void *, const char *), void *arg)
{
	c->on_mfa = on_ask;
	c->mfa_arg = arg;
}

void creds_mfa_code(AwsCreds *c, Str code)
{
	Fetch *f = c->mfa_waits;

	(void)snprintf(c->mfa_code, sizeof c->mfa_code, "%.*s", code.n > 15 ? 15 : STR_ARG(code));
	c->mfa_waits = NULL;
	if (f)
		role_mfa_given(f);
}

void creds_on_login(AwsCreds *c, void (*on_ask)(void *, const char *), void *arg)
{
	c->on_login = on_ask;
	c->login_arg = arg;
}

void creds_logged_in(AwsCreds *c, bool logged_in)
{
	Fetch *f = c->login_waits;

	c->login_waits = NULL;
	if (logged_in)
		c->again_ms = 0;
	if (f)
		sso_login_given(f, logged_in);
}

const Provider *creds_sso_provider(const AwsCreds *c)
{
	const Provider *p = c->provider;

	while (p && p->kind == FROM_ROLE)
		p = p->from;
	return p && p->kind == FROM_SSO ? p : NULL;
}
