#include "wire/sigv4.h"

#include <string.h>

#include "wire/sigcanon.h"
#include "wire/sigkey.h"
#include "wire/time8601.h"

/* The request on its way to being signed: the headers that count, in lower case, and what is added to it. */
typedef struct Signing {
	SigHeader *headers;
	size_t     count;
	Str        time;           /* YYYYMMDDTHHMMSSZ */
	Str        payload_hash;
} Signing;

static bool has_line_end(Str s)
{
	return s.n && (memchr(s.p, '\r', s.n) || memchr(s.p, '\n', s.n) || memchr(s.p, 0, s.n));
}

/* A token of RFC 9110. A ";" in a name, for one, would make the list of signed names ambiguous. */
static bool is_name(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], letter = (char)(c | 0x20);

		if (!(letter >= 'a' && letter <= 'z') && !(c >= '0' && c <= '9') && (!c || !strchr("!#$%&'*+-.^_`|~", c)))
			return false;
	}
	return s.n;
}

/* Headers that proxies or the HTTP library may touch, and an older signature. The list is botocore's. */
static bool is_never_signed(Str lower)
{
	static const char *const never[] = {
		"authorization", "connection", "expect", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent",
		"x-amzn-trace-id",
	};

	if (str_starts(lower, STR("proxy-")))
		return true;
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		if (str_is(lower, never[i]))
			return true;
	return false;
}

static int check_inputs(const SigCreds *creds, const SigScope *scope, const SigRequest *rq, Err *e)
{
	if (!creds->access_key.n || !creds->secret_key.n)
		return err_set(e, "there are no credentials to sign with: access key or secret key is empty");
	if (!scope->region.n || !scope->service.n)
		return err_set(e, "region and service must be given to sign a request");
	if (has_line_end(creds->access_key) || has_line_end(creds->token) || has_line_end(scope->region) || has_line_end(scope->service))
		return err_set(e, "access key, session token, region and service must not hold line ends or NUL bytes");
	if (!rq->method.n || has_line_end(rq->method) || has_line_end(rq->path) || has_line_end(rq->query))
		return err_set(e, "method, path and query must not hold line ends or NUL bytes, and a method is needed");
	for (size_t i = 0; i < rq->header_count; i++) {
		Str name = rq->headers[i].name;

		if (!is_name(name))
			return err_set(e, "header %zu has no usable name: letters, digits and !#$%%&'*+-.^_`|~ are allowed", i + 1);
		if (has_line_end(rq->headers[i].value))
			return err_set(e, "the value of header %.*s holds a line end or a NUL byte", STR_ARG(name));
	}
	return 0;
}

/* The header of that (lower-case) name, which must not be given twice; *own is NULL when there is none. */
static int find_one(const Signing *s, const char *name, const SigHeader **own, Err *e)
{
	*own = NULL;
	for (size_t i = 0; i < s->count; i++) {
		if (!str_is(s->headers[i].name, name))
			continue;
		if (*own)
			return err_set(e, "the request has the header %s twice", name);
		*own = &s->headers[i];
	}
	return 0;
}

/* Makes sure that the request carries name: value and that it is signed. A header of the same value may be there
 * already; another value would leave two on the wire. */
static int supply(Signing *s, SigResult *out, const char *name, const char *lower_name, Str value, Err *e)
{
	const SigHeader *own;

	if (find_one(s, lower_name, &own, e) < 0)
		return -1;
	if (own && !str_eq(str_trim(own->value), value))
		return err_set(e, "the request has an %s header that differs from what is to be signed; leave it out", name);
	if (own)
		return 0;
	s->headers[s->count++] = (SigHeader){ str_of(lower_name), value };
	out->add[out->add_count++] = (SigHeader){ str_of(name), value };
	return 0;
}

/* The last line of the canonical request; for S3 or on demand also a header. */
static int supply_payload_hash(Arena *a, Signing *s, const SigScope *scope, const SigRequest *rq, SigResult *out, Err *e)
{
	const SigHeader *own;

	if (find_one(s, "x-amz-content-sha256", &own, e) < 0)
		return -1;
	if (own) {
		s->payload_hash = str_trim(own->value);
		return 0;
	}
	s->payload_hash = rq->flags & SIG_UNSIGNED_BODY ? STR("UNSIGNED-PAYLOAD") : sig_hex_sha256(a, rq->body);
	if (!(rq->flags & SIG_BODY_HEADER) && !sigcanon_is_s3(scope->service))
		return 0;
	return supply(s, out, "X-Amz-Content-SHA256", "x-amz-content-sha256", s->payload_hash, e);
}

static int collect(Arena *a, Signing *s, const SigCreds *creds, const SigScope *scope, const SigRequest *rq, SigResult *out, Err *e)
{
	const SigHeader *host;
	char time[TIME_TEXT];

	s->headers = ARENA_ARRAY(a, SigHeader, rq->header_count + 3);
	for (size_t i = 0; i < rq->header_count; i++) {
		Str name = sigcanon_lower(a, rq->headers[i].name);

		if (!is_never_signed(name))
			s->headers[s->count++] = (SigHeader){ name, rq->headers[i].value };
	}
	if (find_one(s, "host", &host, e) < 0)
		return -1;
	if (!host)
		return err_set(e, "the request has no host header; it must be signed");
	time_format_basic(scope->time_ms, time);
	s->time = arena_str(a, str_of(time));
	if (supply(s, out, "X-Amz-Date", "x-amz-date", s->time, e) < 0)
		return -1;
	if (creds->token.n && rq->flags & SIG_OMIT_TOKEN)
		out->add[out->add_count++] = (SigHeader){ STR("X-Amz-Security-Token"), creds->token };
	else if (creds->token.n && supply(s, out, "X-Amz-Security-Token", "x-amz-security-token", creds->token, e) < 0)
		return -1;
	return supply_payload_hash(a, s, scope, rq, out, e);
}

int sig_sign(Arena *a, SigCache *cache, const SigCreds *creds, const SigScope *scope, const SigRequest *rq, SigResult *out, Err *e)
{
	Signing s = { 0 };
	SigCanon canon;
	HmacKey key;
	unsigned char mac[SHA256_BYTES];
	Str day, scope_text;

	*out = (SigResult){ 0 };
	if (check_inputs(creds, scope, rq, e) < 0 || collect(a, &s, creds, scope, rq, out, e) < 0
	    || sigcanon_build(a, rq, sigcanon_path_of(scope->service, rq->flags), s.headers, s.count, s.payload_hash, &canon, e) < 0)
		return -1;
	day = str_sub(s.time, 0, SIG_DAY_CHARS);
	scope_text = sigkey_scope(a, day, scope->region, scope->service);
	out->canonical_request = canon.text;
	out->string_to_sign = sigkey_string_to_sign(a, s.time, scope_text, canon.text);
	sigkey_get(cache, creds, day, scope->region, scope->service, &key);
	hmac_key_of(&key, out->string_to_sign, mac);
	hmac_key_done(&key);
	out->signature = sig_hex(a, mac, sizeof mac);
	out->authorization = SIG_JOIN(a, STR(SIG_ALGORITHM " Credential="), creds->access_key, STR("/"), scope_text,
	                              STR(", SignedHeaders="), canon.signed_names, STR(", Signature="), out->signature);
	out->add[out->add_count++] = (SigHeader){ STR("Authorization"), out->authorization };
	return 0;
}
