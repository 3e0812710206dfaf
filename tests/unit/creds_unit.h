/* Shared by the tests of credentials: a home folder of its own and one server that plays STS, SSO, OIDC, the container's
 * endpoint and the instance's metadata. Every secret begins with "hush": no sentence may have that in it. */
#ifndef CREDS_UNIT_H
#define CREDS_UNIT_H

#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "aws/aws.h"
#include "api/sso.h"
#include "api/sts.h"
#include "base/clock.h"
#include "base/file.h"
#include "net/httpd.h"
#include "wire/time8601.h"

typedef struct Rig {
	uv_loop_t loop;
	Httpd *server;
	Http  *http;
	AwsClient *client;
	char   home[64], url[64];

	/* What the server does. */
	int     life_s;              /* of the keys it gives */
	int     expired;             /* so many identity calls are answered with ExpiredToken */
	int     doubted;             /* and with InvalidClientTokenId */
	int     limit_ms;            /* of credential_process */
	int     status;              /* of everything but the identity; 0: 200 */
	bool    no_imds_v2, denied;
	const char *unknown;         /* this key is none (any more) */
	HttpdConn *stream;           /* a model's answer under way */
	int64_t shift_ms;            /* our clock */

	/* What it saw. */
	int  writes;
	int  identities, roles, webs, ssos, renewals, containers, imds;
	char used[80], source[80], body[2048], auth[256], order[256];

	int  done, calls;
	AwsFault fault;
	char text[1024], asked_mfa[80];
} Rig;

static inline void write_text(Rig *r, const char *name, const char *text)
{
	char path[512], *slash;
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/%s", r->home, name);
	slash = strrchr(path, '/');
	*slash = 0;
	assert_int_equal(dir_make_private(path, NULL), 0);
	*slash = '/';
	f = fopen(path, "w");
	assert_non_null(f);
	(void)fputs(text, f);
	(void)fclose(f);
}

static inline Str header_of(const HttpdRequest *rq, const char *name)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (str_is(rq->headers[i].name, name))
			return rq->headers[i].value;
	return STR("");
}

static inline void key_of(const HttpdRequest *rq, char *out, size_t size)
{
	const char *at = strstr(header_of(rq, "authorization").n ? header_of(rq, "authorization").p : "", "Credential=");

	(void)snprintf(out, size, "%.*s", at ? (int)strcspn(at + 11, "/") : 0, at ? at + 11 : "");
}

static inline void answer(HttpdConn *c, int status, const char *text)
{
	HttpdReply reply = { .status = status, .body = str_of(text) };

	httpd_reply(c, &reply);
}

static inline int64_t rig_now(void *arg)
{
	return clock_wall_ms() + ((Rig *)arg)->shift_ms;
}

static inline void until(const Rig *r, char out[TIME_TEXT])
{
	time_format_iso(clock_wall_ms() + r->shift_ms + r->life_s * 1000LL, out);
}

static inline void answer_sts(Rig *r, HttpdConn *c, const char *action, const char *id, int n)
{
	char text[1024], end[TIME_TEXT];

	until(r, end);
	(void)snprintf(text, sizeof text, "<%sResponse><%sResult><Credentials><AccessKeyId>%s%d</AccessKeyId><SecretAccessKey>hush-role"
	               "</SecretAccessKey><SessionToken>hush-token</SessionToken><Expiration>%s</Expiration></Credentials></%sResult>"
	               "</%sResponse>", action, action, id, n, end, action, action);
	answer(c, 200, text);
}

static inline void answer_json(Rig *r, HttpdConn *c, const char *id)
{
	char text[512], end[TIME_TEXT];

	until(r, end);
	(void)snprintf(text, sizeof text, "{\"Code\":\"Success\",\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"hush\",\"Token\":\"hush-t\","
	               "\"Expiration\":\"%s\"}", id, end);
	answer(c, r->status ? r->status : 200, text);
}

/* A key with OTHER in it is another account's, one with ROLE in it a role's session. */
static inline void answer_identity(HttpdConn *c, const char *key)
{
	const char *account = strstr(key, "OTHER") ? "444455556666" : "111122223333";
	char text[512];

	(void)snprintf(text, sizeof text, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:%s::%s:%s%s</Arn><UserId>u"
	               "</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>", strstr(key, "ROLE") ? "sts" : "iam",
	               account, strstr(key, "ROLE") ? "assumed-role/one/" : "user/", strstr(key, "ROLE") ? key : "x", account);
	answer(c, 200, text);
}

static inline void on_sts(Rig *r, HttpdConn *c, const HttpdRequest *rq)
{
	static const char oops[] = "<ErrorResponse><Error><Code>%s</Code><Message>no</Message></Error></ErrorResponse>";
	char text[256];
	bool unknown;

	if (str_has(rq->body, STR("Action=GetCallerIdentity"))) {
		r->identities++;
		key_of(rq, r->used, sizeof r->used);
		unknown = (r->unknown && strcmp(r->used, r->unknown) == 0) || (r->doubted > 0 && r->doubted--);
		(void)snprintf(text, sizeof text, oops, unknown ? "InvalidClientTokenId" : "ExpiredToken");
		if ((r->expired > 0 && r->expired--) || unknown)
			answer(c, 403, text);
		else
			answer_identity(c, r->used);
		return;
	}
	if (header_of(rq, "x-amz-target").n) {
		r->writes++;
		if (r->expired > 0 && r->expired--)
			answer(c, 400, "{\"__type\":\"ExpiredTokenException\"}");
		else
			answer(c, 200, "{}");
		return;
	}
	(void)snprintf(r->body, sizeof r->body, "%.*s", STR_ARG(rq->body));
	key_of(rq, r->source, sizeof r->source);
	(void)snprintf(r->order + strlen(r->order), sizeof r->order - strlen(r->order), "%s ", r->source);
	(void)snprintf(r->auth, sizeof r->auth, "%.*s", STR_ARG(header_of(rq, "authorization")));
	(void)snprintf(text, sizeof text, oops, "AccessDenied");
	if (r->denied)
		answer(c, 403, text);
	else if (str_has(rq->body, STR("Action=AssumeRoleWithWebIdentity")))
		answer_sts(r, c, "AssumeRoleWithWebIdentity", "ASIAWEB", ++r->webs);
	else
		answer_sts(r, c, "AssumeRole", "ASIAROLE", ++r->roles);
}

static inline void on_instance_path(Rig *r, HttpdConn *c, const HttpdRequest *rq)
{
	r->imds++;
	if (str_is(rq->method, "PUT"))
		answer(c, r->no_imds_v2 ? 403 : 200, "hush-imds");
	else if (!str_is(header_of(rq, "x-aws-ec2-metadata-token"), "hush-imds"))
		answer(c, 401, "");
	else if (str_ends(rq->path, STR("/")))
		answer(c, 200, "fleet-role\n");
	else if (str_ends(rq->path, STR("/fleet-role")))
		answer_json(r, c, "ASIAIMDS");
	else
		answer(c, 404, "");
}

static inline void on_rig_request(HttpdConn *c, const HttpdRequest *rq, void *arg)
{
	Rig *r = arg;
	char text[512];

	if (str_is(rq->path, "/federation/credentials")) {
		r->ssos++;
		(void)snprintf(r->auth, sizeof r->auth, "%.*s", STR_ARG(header_of(rq, "x-amz-sso_bearer_token")));
		(void)snprintf(r->body, sizeof r->body, "%.*s", STR_ARG(rq->query));
		(void)snprintf(text, sizeof text, "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO%d\",\"secretAccessKey\":\"hush\","
		               "\"sessionToken\":\"hush\",\"expiration\":%lld}}", r->ssos,
		               (long long)(clock_wall_ms() + r->shift_ms + r->life_s * 1000LL));
		answer(c, r->status ? r->status : 200, text);
	} else if (str_is(rq->path, "/token")) {
		r->renewals++;
		(void)snprintf(r->body, sizeof r->body, "%.*s", STR_ARG(rq->body));
		answer(c, r->denied ? 400 : 200, r->denied ? "{\"error\":\"invalid_grant\",\"error_description\":\"hush\"}"
		       : "{\"accessToken\":\"hush-new\",\"expiresIn\":28800,\"refreshToken\":\"hush-next\",\"tokenType\":\"Bearer\"}");
	} else if (str_is(rq->path, "/container")) {
		r->containers++;
		(void)snprintf(r->auth, sizeof r->auth, "%.*s", STR_ARG(header_of(rq, "authorization")));
		answer_json(r, c, "ASIACONTAINER");
	} else if (str_starts(rq->path, STR("/latest/"))) {
		on_instance_path(r, c, rq);
	} else if (str_ends(header_of(rq, "x-amz-target"), STR(".StartLiveTail"))) {
		static const HttpHeader kind = { STR("content-type"), STR("application/vnd.amazon.eventstream") };
		HttpdReply head = { .status = 200, .headers = &kind, .header_count = 1 };

		r->stream = c;
		httpd_stream_begin(c, &head, NULL, NULL);
	} else if (str_is(rq->path, "/foundation-models")) {
		(void)snprintf(r->auth, sizeof r->auth, "%.*s", STR_ARG(header_of(rq, "authorization")));
		answer(c, 200, "{\"modelSummaries\":[]}");
	} else {
		on_sts(r, c, rq);
	}
}

static inline void clear_aws(void)
{
	static const char *const names[] = {
		"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE",
		"AWS_CREDENTIAL_EXPIRATION", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME",
		"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
		"AWS_METADATA_SERVICE_TIMEOUT", "AWS_METADATA_SERVICE_NUM_ATTEMPTS", "AWS_BEARER_TOKEN_BEDROCK", "AWS_AUTH_SCHEME_PREFERENCE",
		"AWS_LOGIN_CACHE_DIRECTORY", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_ENDPOINT_URL", "AWS_MAX_ATTEMPTS",
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
}

static inline int rig_open(void **state)
{
	Rig *r = calloc(1, sizeof *r);
	Err e = { 0 };

	clear_aws();
	(void)snprintf(r->home, sizeof r->home, "/tmp/seismo-creds-XXXXXX");
	if (!mkdtemp(r->home) || uv_loop_init(&r->loop) < 0)
		return -1;
	setenv("HOME", r->home, 1);
	r->server = httpd_open(&r->loop, 0, 1 << 20, on_rig_request, r, &e);
	r->http = http_new(&r->loop, &e);
	if (!r->server || !r->http)
		return -1;
	(void)snprintf(r->url, sizeof r->url, "http://127.0.0.1:%d", httpd_port(r->server));
	setenv("AWS_ENDPOINT_URL", r->url, 1);
	setenv("AWS_MAX_ATTEMPTS", "1", 1);
	r->life_s = 3600;
	*state = r;
	return 0;
}

static inline int rig_close(void **state)
{
	Rig *r = *state;
	char command[128];

	aws_client_free(r->client);
	http_close(r->http, NULL, NULL);
	(void)uv_run(&r->loop, UV_RUN_NOWAIT);
	httpd_close(r->server);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&r->loop) < 0)
		return -1;
	(void)snprintf(command, sizeof command, "rm -rf '%s'", r->home);
	(void)!system(command);
	free(r);
	return 0;
}

static inline void on_call_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Rig *r = arg;

	(void)call;
	(void)out;
	r->done++;
	r->fault = err ? err->fault : AWS_OK;
	(void)snprintf(r->text, sizeof r->text, "%s", err ? err->err.text : "");
	if (strstr(r->text, "hush"))
		fail_msg("a secret in a sentence: %s", r->text);
}

/* One call, to its end. */
static inline void call_op(Rig *r, const AwsOp *op)
{
	AwsHandler h = { .on_done = on_call_done, .arg = r };
	Err e = { 0 };

	r->calls = r->done + 1;
	if (!aws_call(r->client, op, NULL, &h, &e))
		fail_msg("%s", e.text);
	while (r->done < r->calls)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
}

static inline void call_identity(Rig *r)
{
	call_op(r, &op_sts_get_caller_identity);
}

/* A client with these credentials; NULL: the default ones. False: creds_load failed and r->text says why. */
static inline bool use(Rig *r, const char *profile, const char *mfa)
{
	CredsAsk ask = { .profile = str_of(profile), .profile_given = profile != NULL, .mfa_code = str_of(mfa),
	                 .process_limit_ms = r->limit_ms };
	AwsClientSpec spec = { .context = STR("dev"), .region = STR("eu-west-1"), .now_ms = rig_now, .now_arg = r };
	Err e = { 0 };
	AwsCreds *c = creds_load(&ask, &e);

	(void)snprintf(r->text, sizeof r->text, "%s", e.text);
	assert_null(strstr(r->text, "hush"));
	if (!c)
		return false;
	aws_client_free(r->client);
	r->client = aws_client_new(r->http, &spec, c, &e);
	if (!r->client)
		fail_msg("%s", e.text);
	return true;
}

static inline void signs_with(Rig *r, const char *profile, const char *key)
{
	if (!use(r, profile, NULL))
		fail_msg("%s", r->text);
	call_identity(r);
	assert_string_equal(r->text, "");
	assert_string_equal(r->used, key);
}

static inline void fails_with(Rig *r, const char *profile, const char *says)
{
	if (use(r, profile, NULL))
		call_identity(r);
	if (!strstr(r->text, says))
		fail_msg("\"%s\" does not say \"%s\"", r->text, says);
}

#define CREDS_TEST(f) cmocka_unit_test_setup_teardown(f, rig_open, rig_close)

#endif
