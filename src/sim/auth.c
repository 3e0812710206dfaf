#include "sim/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "sim/rng.h"
#include "wire/sigv4.h"
#include "wire/time8601.h"

static void put_letters(char *at, size_t n, Rng *r)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

	for (size_t i = 0; i < n; i++)
		at[i] = letters[rng_below(r, 32)];
}

void auth_keys_make(uint64_t seed, AuthKeys *out)
{
	Rng r = { rng_join(seed, UINT64_C(0xa17)) };

	memcpy(out->access, "AKIASIM......EXAMPLE", AUTH_KEY);
	put_letters(out->access + 7, 6, &r);
	memcpy(out->secret, "SIMULATED/...................../EXAMPLEK", AUTH_SECRET);
	put_letters(out->secret + 10, 21, &r);
}

Str auth_scope_service(const HttpdRequest *rq)
{
	Str rest = sim_header(rq, "authorization"), part = {0};

	for (;;) {
		Str item = str_trim(str_cut(rest, ' ', &rest));
		if (str_starts(item, STR("Credential="))) {
			for (int i = 0; i < 4; i++)
				part = str_cut(item, '/', &item);
			return part;
		}
		if (!rest.n)
			return (Str){0};
	}
}

static void fail_skew(SimCall *c, int64_t wall_ms)
{
	const char *code = c->proto == PROTO_QUERY ? "SignatureDoesNotMatch" : "InvalidSignatureException";
	char now[TIME_TEXT], edge[TIME_TEXT], text[200];
	Str date = sim_header(c->rq, "x-amz-date");
	int64_t signed_ms = 0;
	bool late = time_parse_basic(date, &signed_ms) == 0 && signed_ms > wall_ms;

	time_format_basic(wall_ms, now);
	time_format_basic(late ? wall_ms + AUTH_SKEW_MS : wall_ms - AUTH_SKEW_MS, edge);
	if (late)
		snprintf(text, sizeof text, "Signature not yet current: %.*s is still later than %s (%s + 5 min.)",
		         date.n < 20 ? (int)date.n : 20, date.p, edge, now);
	else
		snprintf(text, sizeof text, "Signature expired: %.*s is now earlier than %s (%s - 5 min.)",
		         date.n < 20 ? (int)date.n : 20, date.n ? date.p : "", edge, now);
	sim_fail(c, 403, code, text);
}

/* Query services and JSON services have names of their own for the same refusal. */
static void fail_as(SimCall *c, const char *query, const char *json, const char *message)
{
	sim_fail(c, 403, c->proto == PROTO_QUERY ? query : json, message);
}

static SigVerdict verify(SimCall *c, const AuthKeys *keys, const char *service, int64_t wall_ms)
{
	const HttpdRequest *rq = c->rq;
	SigCreds creds = { .access_key = str_of(keys->access), .secret_key = str_of(keys->secret) };
	SigScope scope = { .region = STR(SIM_REGION), .service = str_of(service), .time_ms = wall_ms };
	SigHeader *headers = ARENA_ARRAY(c->arena, SigHeader, rq->header_count + 1);
	SigRequest sig = { .method = rq->method, .path = rq->path, .query = rq->query, .headers = headers,
	                   .header_count = rq->header_count, .body = rq->body };

	for (size_t i = 0; i < rq->header_count; i++)
		headers[i] = (SigHeader){ rq->headers[i].name, rq->headers[i].value };
	return sig_verify(c->arena, &creds, &scope, AUTH_SKEW_MS, &sig, NULL);
}

bool auth_check(SimCall *c, const AuthKeys *keys, const char *service)
{
	int64_t wall_ms = clock_wall_ms();
	char text[200];

	switch (verify(c, keys, service, wall_ms)) {
	case SIG_OK:
		return true;
	case SIG_MISSING:
		fail_as(c, "MissingAuthenticationToken", "MissingAuthenticationTokenException", "Request is missing Authentication Token");
		return false;
	case SIG_MALFORMED:
		fail_as(c, "IncompleteSignature", "IncompleteSignatureException", "The request signature does not conform to AWS standards.");
		return false;
	case SIG_UNKNOWN_KEY:
		fail_as(c, "InvalidClientTokenId", "UnrecognizedClientException", "The security token included in the request is invalid.");
		return false;
	case SIG_BAD_SCOPE:
		snprintf(text, sizeof text, "Credential should be scoped to a valid region and to correct service: '%s' in " SIM_REGION ".", service);
		fail_as(c, "SignatureDoesNotMatch", "InvalidSignatureException", text);
		return false;
	case SIG_SKEWED:
		fail_skew(c, wall_ms);
		return false;
	case SIG_MISMATCH:
		break;
	}
	fail_as(c, "SignatureDoesNotMatch", "InvalidSignatureException",
	        "The request signature we calculated does not match the signature you provided. "
	        "Check your AWS Secret Access Key and signing method.");
	return false;
}
