#include "sim/auth.h"

#include <stdio.h>
#include <string.h>

#include "sim/rng.h"
#include "sim/roles.h"
#include "wire/sigv4.h"
#include "wire/time8601.h"

/* One refusal in the words of each kind of service. JSON services refuse with 400, others with 403, S3 as said. */
typedef struct Words { const char *json, *query, *s3; int s3_status; const char *message; } Words;

static const Words
	no_token = { "MissingAuthenticationTokenException", "MissingAuthenticationToken", "AccessDenied", 403,
	             "Request is missing Authentication Token" },
	malformed = { "IncompleteSignatureException", "IncompleteSignature", "AuthorizationHeaderMalformed", 400,
	              "The request signature does not conform to AWS standards." },
	unknown_key = { "UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId", 403,
	                "The security token included in the request is invalid." },
	wrong_token = { "UnrecognizedClientException", "InvalidClientTokenId", "InvalidToken", 400,
	                "The security token included in the request is invalid." },
	expired = { "ExpiredTokenException", "ExpiredToken", "ExpiredToken", 400, "The security token included in the request is expired" },
	bad_scope = { "InvalidSignatureException", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed", 400, NULL },
	skewed = { "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", 403, NULL },
	unsigned_header = { "IncompleteSignatureException", "IncompleteSignature", "AccessDenied", 403, NULL },
	no_hash = { NULL, NULL, "InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256" },
	other_body = { "InvalidSignatureException", "SignatureDoesNotMatch", "XAmzContentSHA256Mismatch", 400,
	               "The provided 'x-amz-content-sha256' header does not match what was computed." },
	no_chunks = { NULL, NULL, "NotImplemented", 501, "A body signed in chunks is not served by the simulated region." },
	mismatch = { "InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch", 403,
	             "The request signature we calculated does not match the signature you provided. "
	             "Check your AWS Secret Access Key and signing method." };

/* What the Authorization header claims; only read, nothing of it is believed. */
typedef struct Claims { Str access_key, day, region, service, signed_names; } Claims;

void auth_keys_make(uint64_t seed, AuthKeys *out)
{
	uint64_t key = rng_join(seed, UINT64_C(0xa17));

	memcpy(out->access, "AKIASIM", 7);
	keys_letters(out->access + 7, 6, key);
	memcpy(out->access + 13, "EXAMPLE", 8);
	memcpy(out->secret, "SIMULATED/", 10);
	keys_letters(out->secret + 10, 21, rng_join(key, 1));
	memcpy(out->secret + 31, "/EXAMPLEK", 10);
}

static Claims claims_of(const HttpdRequest *rq)
{
	Str rest = sim_header(rq, "authorization");
	Claims c = {0};

	while (rest.n) {
		Str item = str_trim(str_cut(rest, ' ', &rest));
		if (str_ends(item, STR(",")))
			item.n--;
		if (str_starts(item, STR("Credential="))) {
			item = str_sub(item, 11, item.n);
			c.access_key = str_cut(item, '/', &item);
			c.day = str_cut(item, '/', &item);
			c.region = str_cut(item, '/', &item);
			c.service = str_cut(item, '/', &item);
		} else if (str_starts(item, STR("SignedHeaders="))) {
			c.signed_names = str_sub(item, 14, item.n);
		}
	}
	return c;
}

Str auth_scope_service(const HttpdRequest *rq)
{
	return claims_of(rq).service;
}

static bool is_s3(const SimCall *c)
{
	return str_is(str_of(c->signing), "s3");
}

/* Always false, for callers to return. message NULL: the words' own. */
static bool refuse(SimCall *c, const Words *w, const char *message)
{
	bool json = c->proto == PROTO_JSON10 || c->proto == PROTO_JSON11;
	const char *code = is_s3(c) ? w->s3 : c->proto == PROTO_QUERY ? w->query : w->json;

	if (str_is(str_of(c->signing), "dynamodb"))
		code = arena_printf(c->arena, "com.amazon.coral.service#%s", code).p;
	sim_fail(c, is_s3(c) ? w->s3_status : json ? 400 : 403, code, message ? message : w->message);
	return false;
}

static bool fail_skew(SimCall *c)
{
	int64_t wall_ms = sim_wall(c->sim), skew_ms = is_s3(c) ? AUTH_SKEW_S3_MS : AUTH_SKEW_MS, signed_ms = 0;
	char now[TIME_TEXT], edge[TIME_TEXT];
	Str date = str_sub(sim_header(c->rq, "x-amz-date"), 0, 20);
	bool late = time_parse_basic(date, &signed_ms) == 0 && signed_ms > wall_ms;

	if (is_s3(c))
		return refuse(c, &skewed, "The difference between the request time and the current time is too large.");
	time_format_basic(wall_ms, now);
	time_format_basic(late ? wall_ms + skew_ms : wall_ms - skew_ms, edge);
	return refuse(c, &skewed, arena_printf(c->arena, late ? "Signature not yet current: %.*s is still later than %s (%s + 5 min.)"
	                                       : "Signature expired: %.*s is now earlier than %s (%s - 5 min.)", STR_ARG(date), edge, now).p);
}

/* "us-east-1", "us-gov-west-1", "ap-southeast-2": lower-case words and a number at the end. */
static bool is_region(Str s)
{
	Str word = {0};
	int words = 0;

	for (; s.n; words++) {
		word = str_cut(s, '-', &s);
		for (size_t i = 0; i < word.n; i++)
			if (s.n ? word.p[i] < 'a' || word.p[i] > 'z' : word.p[i] < '0' || word.p[i] > '9')
				return false;
		if (!word.n)
			return false;
	}
	return words >= 3 && words <= 5;
}

static bool is_signed(const Claims *claims, Str name)
{
	Str rest = claims->signed_names;

	while (rest.n)
		if (str_eq(str_cut(rest, ';', &rest), name))
			return true;
	return false;
}

/* Host and each x-amz-* header must be among the signed ones: what is not could be changed on the way. */
static bool check_signed_names(SimCall *c, const Claims *claims)
{
	if (!is_signed(claims, STR("host")))
		return refuse(c, &unsigned_header, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
	for (size_t i = 0; i < c->rq->header_count; i++) {
		Str name = c->rq->headers[i].name;
		if (str_starts(name, STR("x-amz-")) && !is_signed(claims, name))
			return refuse(c, &unsigned_header, is_s3(c) ? "There were headers present in the request which were not signed"
			              : arena_printf(c->arena, "'%.*s' must be a 'SignedHeader' in the AWS Authorization.", STR_ARG(name)).p);
	}
	return true;
}

static bool check_scope(SimCall *c, const Claims *claims)
{
	Str date = sim_header(c->rq, "x-amz-date");

	if (!str_eq(claims->service, str_of(c->signing)))
		return refuse(c, &bad_scope, arena_printf(c->arena, "Credential should be scoped to correct service: '%s'.", c->signing).p);
	if (!is_region(claims->region))
		return refuse(c, &bad_scope, arena_printf(c->arena, "Credential should be scoped to a valid region, not '%.*s'.",
		              STR_ARG(str_sub(claims->region, 0, 40))).p);
	if (!str_starts(date, claims->day) || claims->day.n != 8)
		return refuse(c, &bad_scope, arena_printf(c->arena, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of "
		              "date from HTTP: '%.*s' != '%.*s', from '%.*s'.", STR_ARG(str_sub(claims->day, 0, 20)),
		              STR_ARG(str_sub(date, 0, 8)), STR_ARG(str_sub(date, 0, 20))).p);
	return true;
}

static bool check_payload(SimCall *c)
{
	Str hash = sim_header(c->rq, "x-amz-content-sha256");

	if (is_s3(c) && !hash.n)
		return refuse(c, &no_hash, NULL);
	if (is_s3(c) && str_starts(hash, STR("STREAMING-")))
		return refuse(c, &no_chunks, NULL);
	/* Only S3 takes a body that is not signed. */
	return !hash.n || hash.n == 64 || is_s3(c) ? true : refuse(c, &other_body, NULL);
}

static bool verify(SimCall *c, const SigCreds *creds, const Claims *claims)
{
	const HttpdRequest *rq = c->rq;
	SigScope scope = { .region = claims->region, .service = str_of(c->signing), .time_ms = sim_wall(c->sim) };
	SigHeader *headers = ARENA_ARRAY(c->arena, SigHeader, rq->header_count + 1);
	SigRequest sig = { .method = rq->method, .path = rq->path, .query = rq->query, .headers = headers,
	                   .header_count = rq->header_count, .body = rq->body,
	                   .flags = c->proto == PROTO_XML ? SIG_S3_PATH : 0 };
	Err e = {0};

	for (size_t i = 0; i < rq->header_count; i++)
		headers[i] = (SigHeader){ rq->headers[i].name, rq->headers[i].value };
	switch (sig_verify(c->arena, creds, &scope, is_s3(c) ? AUTH_SKEW_S3_MS : AUTH_SKEW_MS, &sig, &e)) {
	case SIG_OK:          return true;
	case SIG_MISSING:     return refuse(c, &no_token, NULL);
	case SIG_MALFORMED:   return refuse(c, &malformed, NULL);
	case SIG_UNKNOWN_KEY: return refuse(c, &wrong_token, NULL);
	case SIG_BAD_SCOPE:   return refuse(c, &bad_scope, e.text);
	case SIG_SKEWED:      return fail_skew(c);
	case SIG_MISMATCH:    break;
	}
	return refuse(c, str_has(str_of(e.text), STR("announces")) ? &other_body : &mismatch, NULL);
}

/* Whose keys these are: the account's own, or a role session's. */
static bool find_caller(SimCall *c, const AuthKeys *keys, const Claims *claims, SigCreds *creds, const RoleSession **session)
{
	*session = NULL;
	c->region = claims->region;
	if (str_is(claims->access_key, keys->access)) {
		*creds = (SigCreds){ .access_key = str_of(keys->access), .secret_key = str_of(keys->secret) };
		c->who = (SimCaller){ STR(SIM_ACCOUNT), STR(SIM_CALLER), STR(SIM_CALLER_ID), false };
		/* Keys of long life have no token. */
		return !sim_header(c->rq, "x-amz-security-token").n || refuse(c, &wrong_token, NULL);
	}
	*session = roles_find(sim_roles(c->sim), claims->access_key);
	if (!*session)
		return refuse(c, &unknown_key, NULL);
	*creds = (SigCreds){ str_of((*session)->access), str_of((*session)->secret), str_of((*session)->token) };
	c->who = (SimCaller){ arena_str(c->arena, str_of((*session)->account)), arena_str(c->arena, str_of((*session)->arn)),
	                      arena_str(c->arena, str_of((*session)->user_id)), true };
	return true;
}

/* The one call here that proves itself by what it brings. */
static bool needs_no_signature(const SimCall *c)
{
	return c->proto == PROTO_QUERY && str_is(c->operation, "AssumeRoleWithWebIdentity");
}

bool auth_check(SimCall *c, const AuthKeys *keys)
{
	Str header = sim_header(c->rq, "authorization");
	Claims claims = claims_of(c->rq);
	const RoleSession *session;
	SigCreds creds;

	if (needs_no_signature(c))
		return true;
	if (!header.n && str_has(c->rq->query, STR("X-Amz-Signature=")))
		return refuse(c, &no_token, "Presigned requests are not served by the simulated region: sign with the Authorization header.");
	if (!header.n)
		return refuse(c, &no_token, NULL);
	if (!claims.access_key.n || !claims.service.n || !claims.signed_names.n)
		return refuse(c, &malformed, NULL);
	if (!find_caller(c, keys, &claims, &creds, &session) || !check_scope(c, &claims) || !check_signed_names(c, &claims) ||
	    !check_payload(c) || !verify(c, &creds, &claims))
		return false;
	if (session && session->expires_ms <= sim_wall(c->sim))
		return refuse(c, &expired, NULL);
	return true;
}
