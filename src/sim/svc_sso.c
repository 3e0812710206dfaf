/* IAM Identity Center: device codes, tokens, and keys for roles of any account.
 * Source: IAM Identity Center OIDC API Reference and Portal API Reference, 2019-06-10; RFC 8628. */
#include "sim/serve.h"

#include <inttypes.h>
#include <string.h>

#include "api/sso.h"
#include "base/clock.h"
#include "sim/rng.h"
#include "sim/roles.h"
#include "sim/sso.h"
#include "wire/jsonw.h"
#include "wire/text.h"

/* Of each the oldest is forgotten when there are too many. */
enum { CLIENTS = 128, LOGINS = 128, TOKENS = 1024, SECRET_LETTERS = 32, BODY_MAX_BYTES = 1 << 16 };
enum { CLIENT_S = 90 * 86400, CODE_S = 600, INTERVAL_S = 1, TOKEN_S = 8 * 3600, KEYS_S = 3600, REFRESH_S = 7 * 86400 };
#define DEVICE_GRANT "urn:ietf:params:oauth:grant-type:device_code"

typedef char Secret[SECRET_LETTERS + 1];
typedef enum LoginState { LOGIN_WAITS, LOGIN_ALLOWED, LOGIN_DENIED, LOGIN_USED } LoginState;

typedef struct Client { Secret id, secret; bool scopes; int64_t expires_ms; } Client;
typedef struct Login { Secret device; char user[10]; size_t client; LoginState state; int64_t expires_ms, polled_ms; } Login;
typedef struct Token { Secret access, refresh; Secret client; int64_t expires_ms, refresh_ms; bool refreshed; } Token;
typedef struct Sso { Client client[CLIENTS]; Login login[LOGINS]; Token token[TOKENS]; uint64_t clients, logins, tokens, made; } Sso;

const SimTable sim_sso;

static Sso *sso_of(Sim *s)
{
	return sim_slot(s, &sim_sso, sizeof(Sso));
}

/* Errors of OAuth: a word of the RFC in the body, the exception's name in the header. */
static int fail(SimCall *c, int status, const char *exception, const char *word, const char *text)
{
	HttpHeader headers[] = { { STR("x-amzn-errortype"), str_of(exception) }, { STR("x-amzn-requestid"), str_of(c->request_id) } };
	Buf body = { 0 };
	JsonW w = jw_to(&body);

	jw_object(&w);
	jw_kstr(&w, "error", str_of(word));
	jw_kstr(&w, "error_description", str_of(text));
	jw_object_end(&w);
	sim_reply(c, status, headers, 2, buf_str(&body));
	buf_done(&body);
	return -1;
}

/* Answers with what fn puts between the braces; -1, for the row's handler to return: the answer has been given. */
static int finish(SimCall *c, Buf *body)
{
	sim_answer(c, buf_str(body));
	buf_wipe_done(body);
	return -1;
}

static void make_secret(SimCall *c, Secret out)
{
	Sso *s = sso_of(c->sim);

	keys_letters(out, SECRET_LETTERS, rng_join(rng_join(sim_seed(c->sim), UINT64_C(0x550)), ++s->made));
}

static int read_json(SimCall *c)
{
	if (jv_parse(c->arena, c->rq->body, BODY_MAX_BYTES, &c->body, NULL) == 0 && jv_type(c->body) == JV_OBJECT)
		return 0;
	return fail(c, 400, "InvalidRequestException", "invalid_request", "The body is not a JSON object");
}

static Str member(const SimCall *c, const char *key)
{
	Str text = STR("");

	(void)jv_opt_str(c->body, key, &text, NULL);      /* another type is as good as none */
	return text;
}

/* --- RegisterClient */

static int register_client(SimCall *c, const void *in, void *out)
{
	Sso *s = sso_of(c->sim);
	Client *one;
	Buf body = { 0 };
	JsonW w = jw_to(&body);

	(void)in;
	(void)out;
	if (read_json(c) < 0)
		return -1;
	if (!member(c, "clientName").n)
		return fail(c, 400, "InvalidRequestException", "invalid_request", "clientName is missing");
	if (!str_is(member(c, "clientType"), "public"))
		return fail(c, 400, "InvalidClientMetadataException", "invalid_client_metadata", "clientType must be public");
	one = &s->client[s->clients++ % CLIENTS];
	make_secret(c, one->id);
	make_secret(c, one->secret);
	one->scopes = jv_count(jv_get(c->body, "scopes")) > 0;
	one->expires_ms = sim_wall(c->sim) + (int64_t)CLIENT_S * 1000;
	jw_object(&w);
	jw_kstr(&w, "clientId", str_of(one->id));
	jw_kstr(&w, "clientSecret", str_of(one->secret));
	jw_ki64(&w, "clientIdIssuedAt", sim_wall(c->sim) / 1000);
	jw_ki64(&w, "clientSecretExpiresAt", one->expires_ms / 1000);
	jw_object_end(&w);
	return finish(c, &body);
}

static Client *find_client(SimCall *c)
{
	Sso *s = sso_of(c->sim);
	Str id = member(c, "clientId"), secret = member(c, "clientSecret");

	for (size_t i = 0; id.n && i < CLIENTS; i++)
		if (str_is(id, s->client[i].id) && str_is(secret, s->client[i].secret) && s->client[i].expires_ms > sim_wall(c->sim))
			return &s->client[i];
	(void)fail(c, 401, "InvalidClientException", "invalid_client", "Client is not registered, or its registration has expired");
	return NULL;
}

/* --- StartDeviceAuthorization */

static int start_device(SimCall *c, const void *in, void *out)
{
	Sso *s = sso_of(c->sim);
	Str url = arena_printf(c->arena, "http://127.0.0.1:%d/_seismo/device", sim_port(c->sim));
	Client *client;
	Login *one;
	Buf body = { 0 };
	JsonW w = jw_to(&body);

	(void)in;
	(void)out;
	if (read_json(c) < 0 || !(client = find_client(c)))
		return -1;
	if (!str_starts(member(c, "startUrl"), STR("https://")))
		return fail(c, 400, "InvalidRequestException", "invalid_request", "Invalid start URL");
	one = &s->login[s->logins++ % LOGINS];
	*one = (Login){ .client = (size_t)(client - s->client), .expires_ms = sim_wall(c->sim) + CODE_S * 1000 };
	make_secret(c, one->device);
	memcpy(one->user, one->device + 8, 4);
	one->user[4] = '-';
	memcpy(one->user + 5, one->device + 12, 4);
	jw_object(&w);
	jw_kstr(&w, "deviceCode", str_of(one->device));
	jw_kstr(&w, "userCode", str_of(one->user));
	jw_kstr(&w, "verificationUri", url);
	jw_kstr(&w, "verificationUriComplete", arena_printf(c->arena, "%.*s?user_code=%s", STR_ARG(url), one->user));
	jw_ki64(&w, "expiresIn", CODE_S);
	jw_ki64(&w, "interval", INTERVAL_S);
	jw_object_end(&w);
	return finish(c, &body);
}

bool sso_answer(Sim *sim, Str user_code, bool allow)
{
	Sso *s = sso_of(sim);

	for (size_t i = 0; i < LOGINS; i++) {
		Login *one = &s->login[i];

		if (!user_code.n || !str_is(user_code, one->user) || one->state != LOGIN_WAITS || one->expires_ms <= sim_wall(sim))
			continue;
		one->state = allow ? LOGIN_ALLOWED : LOGIN_DENIED;
		return true;
	}
	return false;
}

/* --- CreateToken */

static int give_token(SimCall *c, const Client *client)
{
	Sso *s = sso_of(c->sim);
	Token *one = &s->token[s->tokens++ % TOKENS];
	int64_t life_s = sim_faults(c->sim)->expire_s ? sim_faults(c->sim)->expire_s : TOKEN_S;
	Buf body = { 0 };
	JsonW w = jw_to(&body);

	*one = (Token){ .expires_ms = sim_wall(c->sim) + life_s * 1000, .refresh_ms = sim_wall(c->sim) + (int64_t)REFRESH_S * 1000 };
	make_secret(c, one->access);
	memcpy(one->client, client->id, sizeof one->client);
	jw_object(&w);
	jw_kstr(&w, "accessToken", str_of(one->access));
	jw_kstr(&w, "tokenType", STR("Bearer"));
	jw_ki64(&w, "expiresIn", life_s);
	if (client->scopes) {
		make_secret(c, one->refresh);
		jw_kstr(&w, "refreshToken", str_of(one->refresh));
	}
	jw_object_end(&w);
	return finish(c, &body);
}

static int by_device(SimCall *c, const Client *client)
{
	Sso *s = sso_of(c->sim);
	Str code = member(c, "deviceCode");
	int64_t mono = clock_mono_ms(), before;
	Login *one = NULL;

	for (size_t i = 0; code.n && i < LOGINS; i++)
		if (str_is(code, s->login[i].device) && &s->client[s->login[i].client] == client)
			one = &s->login[i];
	if (!one || one->state == LOGIN_USED)
		return fail(c, 400, "InvalidGrantException", "invalid_grant", "Invalid grant provided");
	if (one->expires_ms <= sim_wall(c->sim))
		return fail(c, 400, "ExpiredTokenException", "expired_token", "The device code has expired");
	before = one->polled_ms;
	one->polled_ms = mono;
	if (before && mono - before < INTERVAL_S * 900)       /* a tenth for clients whose timers are early */
		return fail(c, 400, "SlowDownException", "slow_down", "Polled too often");
	switch (one->state) {
	case LOGIN_WAITS:
		return fail(c, 400, "AuthorizationPendingException", "authorization_pending", "Nobody has answered yet");
	case LOGIN_DENIED:
		return fail(c, 400, "AccessDeniedException", "access_denied", "The login was denied in the browser");
	case LOGIN_ALLOWED: case LOGIN_USED:
		break;
	}
	one->state = LOGIN_USED;
	return give_token(c, client);
}

/* A refresh token is good once. */
static int by_refresh(SimCall *c, const Client *client)
{
	Sso *s = sso_of(c->sim);
	Str token = member(c, "refreshToken");

	for (size_t i = 0; token.n && i < TOKENS; i++) {
		Token *one = &s->token[i];

		if (!str_is(token, one->refresh) || !str_is(str_of(client->id), one->client) || one->refreshed || one->refresh_ms <= sim_wall(c->sim))
			continue;
		one->refreshed = true;
		return give_token(c, client);
	}
	return fail(c, 400, "InvalidGrantException", "invalid_grant", "Invalid refresh token provided");
}

static int create_token(SimCall *c, const void *in, void *out)
{
	const Client *client;
	Str grant;

	(void)in;
	(void)out;
	if (read_json(c) < 0 || !(client = find_client(c)))
		return -1;
	grant = member(c, "grantType");
	if (str_is(grant, DEVICE_GRANT))
		return by_device(c, client);
	if (str_is(grant, "refresh_token"))
		return by_refresh(c, client);
	return fail(c, 400, "UnsupportedGrantTypeException", "unsupported_grant_type", "The simulated region knows device codes and refresh tokens");
}

/* --- GetRoleCredentials */

static Str query(SimCall *c, const char *name)
{
	Str rest = c->rq->query, out = STR("");

	while (rest.n) {
		Str value = str_cut(rest, '&', &rest), key = str_cut(value, '=', &value);
		Buf text = { 0 };

		if (str_is(key, name) && uri_decode(&text, value) == 0)
			out = arena_str(c->arena, buf_str(&text));
		buf_done(&text);
	}
	return out;
}

static const Token *find_token(SimCall *c)
{
	Sso *s = sso_of(c->sim);
	Str token = sim_header(c->rq, "x-amz-sso_bearer_token");

	for (size_t i = 0; token.n && i < TOKENS; i++)
		if (str_is(token, s->token[i].access) && s->token[i].expires_ms > sim_wall(c->sim))
			return &s->token[i];
	return NULL;
}

static int give_keys(SimCall *c, const RoleArn *role)
{
	int64_t life_s = sim_faults(c->sim)->expire_s ? sim_faults(c->sim)->expire_s : KEYS_S;
	uint64_t mark = rng_join(str_hash(role->account), str_hash(role->name));
	const RoleSession *keys;
	Buf body = { 0 };
	JsonW w = jw_to(&body);
	char id[18];
	Str arn;

	keys_letters(id, sizeof id - 1, mark);
	arn = arena_printf(c->arena, "arn:aws:sts::%.*s:assumed-role/AWSReservedSSO_%.*s_%016" PRIx64 "/operator", STR_ARG(role->account),
	                   STR_ARG(role->name), mark);
	keys = roles_add(sim_roles(c->sim), sim_seed(c->sim), role->account, arn, arena_printf(c->arena, "AROA%s:operator", id),
	                 sim_wall(c->sim) + life_s * 1000);
	jw_object(&w);
	jw_key(&w, "roleCredentials");
	jw_object(&w);
	jw_kstr(&w, "accessKeyId", str_of(keys->access));
	jw_kstr(&w, "secretAccessKey", str_of(keys->secret));
	jw_kstr(&w, "sessionToken", str_of(keys->token));
	jw_ki64(&w, "expiration", keys->expires_ms);
	jw_object_end(&w);
	jw_object_end(&w);
	return finish(c, &body);
}

static int get_role_credentials(SimCall *c, const void *in, void *out)
{
	Str account = query(c, "account_id"), name = query(c, "role_name");
	RoleArn role;

	(void)in;
	(void)out;
	if (!find_token(c))
		sim_fail(c, 401, "UnauthorizedException", "Session token not found or invalid");
	else if (!role_arn_parse(arena_printf(c->arena, "arn:aws:iam::%.*s:role/%.*s", STR_ARG(account), STR_ARG(name)), &role))
		sim_fail(c, 400, "InvalidRequestException", "account_id must have 12 digits, and role_name must be one");
	else if (str_ends(name, STR("-denied")))
		sim_fail(c, 403, "ForbiddenException", "No access");
	else
		return give_keys(c, &role);
	return -1;
}

static const SimRow rows[] = {
	{ &op_sso_oidc_register_client, register_client, NULL }, { &op_sso_oidc_start_device_authorization, start_device, NULL },
	{ &op_sso_oidc_create_token, create_token, NULL }, { &op_sso_get_role_credentials, get_role_credentials, NULL },
};
const SimTable sim_sso = SIM_TABLE(rows);
