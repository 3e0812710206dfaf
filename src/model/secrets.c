#include "model/secrets.h"

#include <ctype.h>

#include "base/scan.h"

enum { KEY_BLOCK_MAX = 16384, URL_MAX = 512 };

const SecretRow secret_rows[] = {
	{ "aws-access-key", "AKIA", "", 16, 16, false, FLAG_HIGH, false },
	{ "aws-session-key", "ASIA", "", 16, 16, false, FLAG_HIGH, false },
	{ "aws-secret-key", "aws_secret_access_key=", "+/=\"'", 40, 44, true, FLAG_CRITICAL, false },
	{ "aws-secret-key", "aws_secret_access_key = ", "+/=\"'", 40, 44, true, FLAG_CRITICAL, false },
	{ "aws-secret-key", "secretaccesskey\":\"", "+/=", 40, 40, true, FLAG_CRITICAL, false },
	{ "aws-secret-key", "secretaccesskey\": \"", "+/=", 40, 40, true, FLAG_CRITICAL, false },
	{ "aws-session-token", "aws_session_token=", "+/=", 64, 4096, true, FLAG_CRITICAL, false },
	{ "aws-session-token", "aws_session_token = ", "+/=", 64, 4096, true, FLAG_CRITICAL, false },
	{ "aws-signature", "x-amz-signature=", "", 64, 64, true, FLAG_MEDIUM, false },
	{ "aws-session-token", "x-amz-security-token=", "+/=%", 64, 4096, true, FLAG_HIGH, false },
	{ "bearer-token", "bearer ", "-._~+/=", 20, 4096, true, FLAG_HIGH, false },
	{ "basic-auth", "authorization: basic ", "+/=", 8, 512, true, FLAG_HIGH, false },
	{ "jwt", "eyJ", "-_.=", 40, 8192, false, FLAG_HIGH, false },
	{ "github-token", "ghp_", "", 36, 36, false, FLAG_CRITICAL, false },
	{ "github-token", "gho_", "", 36, 36, false, FLAG_CRITICAL, false },
	{ "github-token", "ghs_", "", 36, 36, false, FLAG_CRITICAL, false },
	{ "github-token", "ghu_", "", 36, 36, false, FLAG_CRITICAL, false },
	{ "github-token", "github_pat_", "_", 40, 100, false, FLAG_CRITICAL, false },
	{ "gitlab-token", "glpat-", "-_", 20, 64, false, FLAG_CRITICAL, false },
	{ "slack-token", "xoxb-", "-", 20, 120, false, FLAG_HIGH, false },
	{ "slack-token", "xoxp-", "-", 20, 120, false, FLAG_HIGH, false },
	{ "slack-token", "xoxa-", "-", 20, 120, false, FLAG_HIGH, false },
	{ "slack-token", "xoxs-", "-", 20, 120, false, FLAG_HIGH, false },
	{ "slack-webhook", "https://hooks.slack.com/services/", "/", 24, 120, false, FLAG_HIGH, false },
	{ "anthropic-key", "sk-ant-", "-_", 24, 200, false, FLAG_CRITICAL, false },
	{ "openai-key", "sk-proj-", "-_", 24, 200, false, FLAG_CRITICAL, false },
	{ "openai-key", "sk-", "", 40, 60, false, FLAG_CRITICAL, false },
	{ "stripe-key", "sk_live_", "", 16, 120, false, FLAG_CRITICAL, false },
	{ "stripe-key", "rk_live_", "", 16, 120, false, FLAG_CRITICAL, false },
	{ "google-key", "AIza", "-_", 35, 35, false, FLAG_HIGH, false },
	{ "npm-token", "npm_", "", 36, 36, false, FLAG_CRITICAL, false },
	{ "pypi-token", "pypi-", "-_", 60, 300, false, FLAG_CRITICAL, false },
	{ "sendgrid-key", "SG.", "-_.", 60, 80, false, FLAG_HIGH, false },
	{ "password", "password=", "!#$%*+-./:=@^_~\"'", 6, 128, true, FLAG_MEDIUM, true },
	{ "password", "password: ", "!#$%*+-./:=@^_~\"'", 6, 128, true, FLAG_MEDIUM, true },
	{ "password", "passwd=", "!#$%*+-./:=@^_~\"'", 6, 128, true, FLAG_MEDIUM, true },
	{ "password", "password\":\"", "!#$%*+-./:=@^_~", 6, 128, true, FLAG_MEDIUM, true },
	{ "password", "password\": \"", "!#$%*+-./:=@^_~", 6, 128, true, FLAG_MEDIUM, true },
	{ "api-key", "api_key=", "-._", 16, 200, true, FLAG_HIGH, false },
	{ "api-key", "apikey=", "-._", 16, 200, true, FLAG_HIGH, false },
	{ "api-key", "api_key\": \"", "-._", 16, 200, true, FLAG_HIGH, false },
	{ "api-key", "x-api-key: ", "-._", 16, 200, true, FLAG_HIGH, false },
	{ "client-secret", "client_secret=", "-._~", 16, 200, true, FLAG_HIGH, false },
	{ 0 },
};

/* What no prefix alone tells. */
static const SecretRow private_key = { "private-key", "-----BEGIN ", "", 0, 0, false, FLAG_CRITICAL, false };
static const SecretRow url_password = { "url-password", "://", "", 0, 0, false, FLAG_HIGH, false };

static bool has_prefix(Str s, size_t at, const SecretRow *r, size_t *n)
{
	size_t k = 0;

	for (; r->prefix[k]; k++)
		if (at + k >= s.n || (r->any_case ? (char)scan_fold((unsigned char)s.p[at + k]) : s.p[at + k]) != r->prefix[k])
			return false;
	*n = k;
	return true;
}

static size_t body_length(Str s, size_t at, const SecretRow *r)
{
	size_t n = 0;

	while (at + n < s.n && n <= r->max && (isalnum((unsigned char)s.p[at + n]) || (s.p[at + n] && strchr(r->chars, s.p[at + n]))))
		n++;
	return n;
}

/* "password: required" tells none. */
static bool has_sign(Str body)
{
	for (size_t i = 0; i < body.n; i++)
		if (!isalpha((unsigned char)body.p[i]) && !strchr("\"'.,:", body.p[i]))
			return true;
	return false;
}

/* "-----BEGIN … PRIVATE KEY-----" to the end of its block, or as far as it goes. */
static size_t key_block(Str s, size_t at)
{
	static const char end[] = "-----END ";
	size_t i = at + 11, most = s.n - at > KEY_BLOCK_MAX ? at + KEY_BLOCK_MAX : s.n;

	while (i < most && s.p[i] != '-')
		i++;
	if (i < at + 22 || memcmp(s.p + i - 11, "PRIVATE KEY", 11) != 0)
		return 0;
	for (i += 5; i + sizeof end - 1 <= most; i++)
		if (s.p[i] == '-' && memcmp(s.p + i, end, sizeof end - 1) == 0) {
			for (i += sizeof end - 1; i < most && s.p[i] != '-'; i++)
				;
			return (i + 5 < s.n ? i + 5 : s.n) - at;
		}
	return most - at;
}

/* "://user:password@host": the password. */
static size_t password_in_url(Str s, size_t at, size_t *skip)
{
	size_t colon = 0, i;

	for (i = at + 3; i < s.n && i < at + URL_MAX && s.p[i] != '@'; i++) {
		if (s.p[i] == '/' || s.p[i] == '?' || isspace((unsigned char)s.p[i]) || s.p[i] == '"')
			return 0;
		if (s.p[i] == ':' && !colon)
			colon = i;
	}
	if (i >= s.n || s.p[i] != '@' || !colon || i < colon + 3)
		return 0;
	*skip = colon + 1 - at;
	return i - at;
}

const SecretRow *secret_at(Str s, size_t at, size_t *n, size_t *skip)
{
	char c = s.p[at], low = (char)scan_fold((unsigned char)c);
	size_t head, body;

	*skip = 0;
	if (c == ':')
		return str_starts(str_sub(s, at, 3), STR("://")) && (*n = password_in_url(s, at, skip)) > 0 ? &url_password : NULL;
	if (c == '-' && str_starts(str_sub(s, at, 11), STR("-----BEGIN ")))
		return (*n = key_block(s, at)) > 0 ? &private_key : NULL;
	if (at && (isalnum((unsigned char)s.p[at - 1])))
		return NULL;
	for (const SecretRow *r = secret_rows; r->id; r++) {
		if ((r->any_case ? low : c) != r->prefix[0] || !has_prefix(s, at, r, &head))
			continue;
		body = body_length(s, at + head, r);
		if (r->mixed && !has_sign(str_sub(s, at + head, body)))
			continue;
		/* A longer word is something else, unless anything may follow. */
		if (body < r->min || (body > r->max && r->min == r->max))
			continue;
		*n = head + (body > r->max ? r->max : body);
		*skip = r->any_case ? head : 0;
		return r;
	}
	return NULL;
}
