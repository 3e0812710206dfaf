#include "wire/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "wire/crypto_calls.h"
#include "wire/sigcanon.h"
#include "wire/sigkey.h"
#include "wire/time8601.h"

/* What an Authorization header says. */
typedef struct Claim {
	Str access_key, day, region, service;
	Str signed_names, signature;
} Claim;

typedef struct Verifying {
	Claim        claim;
	SigHeader   *headers;      /* all of the request, names in lower case */
	size_t       count;
	Str          time;         /* the value of x-amz-date */
} Verifying;

/* The verdict and, for the log of the server, its reason. */
static SigVerdict verdict(SigVerdict v, Err *e, const char *why)
{
	(void)err_set(e, "%s", why);
	return v;
}

static const SigHeader *find(const Verifying *v, Str name, size_t *how_often)
{
	const SigHeader *found = NULL;

	*how_often = 0;
	for (size_t i = 0; i < v->count; i++) {
		if (!str_eq(v->headers[i].name, name))
			continue;
		found = found ? found : &v->headers[i];
		(*how_often)++;
	}
	return found;
}

static Str header(const Verifying *v, const char *name)
{
	size_t times;
	const SigHeader *h = find(v, str_of(name), &times);

	return h ? str_trim(h->value) : (Str){ "", 0 };
}

/* Cuts at the last sep: returns what stands behind it, *head what stands before. */
static Str cut_last(Str s, char sep, Str *head)
{
	size_t i = s.n;

	while (i && s.p[i - 1] != sep)
		i--;
	*head = str_sub(s, 0, i ? i - 1 : 0);
	return str_sub(s, i, s.n);
}

/* Read from the right: an access key could hold a slash, the other parts cannot. */
static bool parse_credential(Str s, Claim *c)
{
	Str end = cut_last(s, '/', &s);

	c->service = cut_last(s, '/', &s);
	c->region = cut_last(s, '/', &s);
	c->day = cut_last(s, '/', &s);
	c->access_key = s;
	return str_is(end, "aws4_request") && c->service.n && c->region.n && c->day.n == SIG_DAY_CHARS && c->access_key.n;
}

/* "AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...": each part once, in any order. */
static bool parse_authorization(Str s, Claim *c)
{
	Str credential = { 0 }, rest = s;

	if (!str_is(str_cut(rest, ' ', &rest), SIG_ALGORITHM))
		return false;
	while (rest.n) {
		Str value, name = str_cut(str_trim(str_cut(rest, ',', &rest)), '=', &value);
		Str *into = str_is(name, "Credential") ? &credential : str_is(name, "SignedHeaders") ? &c->signed_names
		            : str_is(name, "Signature") ? &c->signature : NULL;

		if (!into || into->n || !value.n)
			return false;
		*into = value;
	}
	return credential.n && c->signed_names.n && c->signature.n == 2 * SHA256_BYTES && parse_credential(credential, c);
}

static int collect(Arena *a, Verifying *v, const SigRequest *rq)
{
	v->headers = ARENA_ARRAY(a, SigHeader, rq->header_count);
	for (size_t i = 0; i < rq->header_count; i++) {
		Str value = rq->headers[i].value;

		if (value.n && (memchr(value.p, '\r', value.n) || memchr(value.p, '\n', value.n) || memchr(value.p, 0, value.n)))
			return -1;
		v->headers[v->count++] = (SigHeader){ sigcanon_lower(a, rq->headers[i].name), value };
	}
	return 0;
}

/* The headers that the claim lists. NULL when one is not in the request, when the list is not sorted and unique, or when
 * it leaves out host or x-amz-date. */
static SigHeader *listed(Arena *a, const Verifying *v, size_t *count)
{
	SigHeader *out = ARENA_ARRAY(a, SigHeader, v->count);
	Str rest = v->claim.signed_names, last = { "", 0 };
	bool host = false, date = false;

	*count = 0;
	while (rest.n) {
		Str name = str_cut(rest, ';', &rest);
		size_t times;

		if (str_cmp(name, last) <= 0 || !find(v, name, &times))
			return NULL;
		for (size_t i = 0; i < v->count; i++)
			if (str_eq(v->headers[i].name, name))
				out[(*count)++] = v->headers[i];
		host |= str_is(name, "host");
		date |= str_is(name, "x-amz-date");
		last = name;
	}
	return host && date ? out : NULL;
}

static bool same(Str a, Str b)
{
	return a.n == b.n && CRYPTO_memcmp(a.p, b.p, a.n) == 0;
}

static bool is_hex_digest(Str s)
{
	size_t i = 0;

	while (i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
		i++;
	return s.n == 2 * SHA256_BYTES && i == s.n;
}

/* The last line of the canonical request; false when the header announces another body than the one that came. */
static bool payload_hash(Arena *a, const Verifying *v, const SigRequest *rq, Str *out)
{
	Str hash = sig_hex_sha256(a, rq->body);

	*out = header(v, "x-amz-content-sha256");
	if (!out->n)
		*out = hash;
	return !is_hex_digest(*out) || str_eq(*out, hash);
}

static SigVerdict compare(Arena *a, const Verifying *v, const SigCreds *creds, const SigRequest *rq, Err *e)
{
	const Claim *c = &v->claim;
	unsigned char mac[SHA256_BYTES];
	SigCanon canon;
	SigHeader *headers;
	size_t count;
	HmacKey key;
	Str hash, scope;

	if (!(headers = listed(a, v, &count)))
		return verdict(SIG_MALFORMED, e, "the list SignedHeaders must be sorted, name host and x-amz-date, and name only headers that were sent");
	if (!payload_hash(a, v, rq, &hash))
		return verdict(SIG_MISMATCH, e, "the body is not the one that x-amz-content-sha256 announces");
	if (sigcanon_build(a, rq, sigcanon_path_of(c->service, rq->flags), headers, count, hash, &canon, e) < 0)
		return SIG_MALFORMED;
	scope = sigkey_scope(a, c->day, c->region, c->service);
	sigkey_get(NULL, creds, c->day, c->region, c->service, &key);
	hmac_key_of(&key, sigkey_string_to_sign(a, v->time, scope, canon.text), mac);
	hmac_key_done(&key);
	if (!same(sig_hex(a, mac, sizeof mac), c->signature))
		return verdict(SIG_MISMATCH, e, "the signature does not match the one computed over the request");
	return SIG_OK;
}

SigVerdict sig_verify(Arena *a, const SigCreds *creds, const SigScope *now, int64_t max_skew_ms, const SigRequest *rq, Err *e)
{
	Verifying v = { 0 };
	size_t times;
	int64_t at_ms;

	if (collect(a, &v, rq) < 0)
		return verdict(SIG_MALFORMED, e, "a header value holds a line end or a NUL byte");
	if (!find(&v, STR("authorization"), &times))
		return verdict(SIG_MISSING, e, "the request has no Authorization header");
	if (times > 1 || !parse_authorization(header(&v, "authorization"), &v.claim))
		return verdict(SIG_MALFORMED, e, "the Authorization header is not of the form " SIG_ALGORITHM " Credential=, SignedHeaders=, Signature=");
	v.time = header(&v, "x-amz-date");
	(void)find(&v, STR("x-amz-date"), &times);
	if (times != 1 || time_parse_basic(v.time, &at_ms) < 0)
		return verdict(SIG_MALFORMED, e, "the request needs one x-amz-date header of the form YYYYMMDDTHHMMSSZ");
	if (!str_eq(v.claim.access_key, creds->access_key))
		return verdict(SIG_UNKNOWN_KEY, e, "the access key is not known");
	if (creds->token.n && !same(header(&v, "x-amz-security-token"), creds->token))
		return verdict(SIG_UNKNOWN_KEY, e, "the session token is missing or not known");
	if (!str_eq(v.claim.region, now->region) || !str_eq(v.claim.service, now->service) || !str_starts(v.time, v.claim.day))
		return verdict(SIG_BAD_SCOPE, e, "the credential is scoped to another day, region or service");
	if (llabs(at_ms - now->time_ms) > max_skew_ms)
		return verdict(SIG_SKEWED, e, "the time of signing is too far from the time of the server");
	return compare(a, &v, creds, rq, e);
}
