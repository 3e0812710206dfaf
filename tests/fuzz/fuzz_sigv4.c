/* Any request text: what the signer signs, the verifier accepts; with a kept key it comes out the same; and a changed
 * body, method or header does not pass. */
#include <stdlib.h>
#include <string.h>

#include "cli/rawrequest.h"
#include "wire/sigv4.h"

static const SigCreds creds = { STR("AKIDEXAMPLE"), STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), STR("token") };

static bool has_header(const SigRequest *rq, Str name)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (str_eq_nocase(rq->headers[i].name, name))
			return true;
	return false;
}

static SigRequest as_sent(Arena *a, SigRequest rq, const SigResult *r)
{
	SigHeader *h = ARENA_ARRAY(a, SigHeader, rq.header_count + r->add_count);

	if (rq.header_count)
		memcpy(h, rq.headers, rq.header_count * sizeof *h);
	memcpy(h + rq.header_count, r->add, r->add_count * sizeof *h);
	rq.headers = h;
	rq.header_count += r->add_count;
	return rq;
}

static void expect(Arena *a, const SigScope *scope, SigRequest rq, bool good)
{
	if ((sig_verify(a, &creds, scope, 0, &rq, NULL) == SIG_OK) != good)
		abort();
}

static void check(Arena *a, const SigScope *scope, SigRequest rq)
{
	SigCache *cache = sig_cache_new();
	SigResult one, two, three;
	SigRequest sent;

	if (sig_sign(a, NULL, &creds, scope, &rq, &one, NULL) == 0) {
		if (sig_sign(a, cache, &creds, scope, &rq, &two, NULL) < 0 || sig_sign(a, cache, &creds, scope, &rq, &three, NULL) < 0
		    || !str_eq(one.authorization, two.authorization) || !str_eq(two.authorization, three.authorization))
			abort();
		sent = as_sent(a, rq, &one);
		expect(a, scope, sent, true);
		sent.body = arena_printf(a, "%.*s+", STR_ARG(str_sub(rq.body, 0, 64)));
		expect(a, scope, sent, false);
		sent.body = rq.body;
		sent.method = STR("OTHER");
		expect(a, scope, sent, false);
	}
	sig_cache_free(cache);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const Str services[] = { STR("service"), STR("s3"), STR("bedrock"), STR("logs") };
	Arena a = { 0 };
	SigRequest rq = { 0 };
	SigScope scope = { STR("us-east-1"), { 0 }, 1440938160000 };

	if (!size)
		return 0;
	scope.service = services[data[0] & 3];
	/* A signature or a body hash of the request's own would be judged by its content: not what this is about. */
	if (rawrequest_parse(&a, (Str){ (const char *)data + 1, size - 1 }, &rq, NULL) == 0 && !str_is(rq.method, "OTHER")
	    && !has_header(&rq, STR("authorization")) && !has_header(&rq, STR("x-amz-content-sha256"))) {
		rq.flags = data[0] >> 2 & (SIG_S3_PATH | SIG_NO_NORMALIZE | SIG_BODY_HEADER);
		check(&a, &scope, rq);
	}
	arena_done(&a);
	return 0;
}
