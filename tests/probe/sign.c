/* What `tool sign` does, for many requests in one process. On standard input each request is one line
 * "SERVICE REGION DATE TOKEN BYTES" (TOKEN "-": none) and that many bytes of raw request; the answer to each is one line
 * of JSON. The keys come from the environment. Ends with 1 at the first request that cannot be signed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/rawrequest.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

enum { INPUT_MAX = 1 << 30, OUTPUT_MAX = 1 << 30 };

static int sign(Arena *a, SigCache *cache, Str head, Str text, Buf *out, Err *e)
{
	SigCreds creds = { str_of(getenv("AWS_ACCESS_KEY_ID")), str_of(getenv("AWS_SECRET_ACCESS_KEY")), { 0 } };
	SigScope scope = { 0 };
	SigRequest rq = { 0 };
	SigResult result;
	JsonW w = jw_to(out);
	Str date;

	scope.service = str_cut(head, ' ', &head);
	scope.region = str_cut(head, ' ', &head);
	date = str_cut(head, ' ', &head);
	if (!str_is(head, "-"))
		creds.token = head;
	if (time_parse_basic(date, &scope.time_ms) < 0)
		return err_set(e, "no date: %.*s", STR_ARG(date));
	if (rawrequest_parse(a, text, &rq, e) < 0 || sig_sign(a, cache, &creds, &scope, &rq, &result, e) < 0)
		return -1;
	jw_object(&w);
	jw_kstr(&w, "canonicalRequest", result.canonical_request);
	jw_kstr(&w, "authorization", result.authorization);
	jw_object_end(&w);
	return buf_putc(out, '\n') < 0 ? err_set(e, "too much output") : 0;
}

int main(void)
{
	SigCache *cache = sig_cache_new();
	Buf in = { 0 }, out = { .max = OUTPUT_MAX };
	Arena a = { 0 };
	Err e = { 0 };
	Str rest;
	int rc = fd_read_all(STDIN_FILENO, &in, INPUT_MAX, &e);

	rest = buf_str(&in);
	while (rc == 0 && rest.n) {
		Str head = str_cut(rest, '\n', &rest);
		size_t at = head.n;
		int64_t bytes = 0;

		while (at && head.p[at - 1] != ' ')
			at--;
		if (!at || str_i64(str_sub(head, at, head.n), &bytes) < 0 || bytes < 0 || (size_t)bytes > rest.n)
			rc = err_set(&e, "the length of a request is wrong");
		else
			rc = sign(&a, cache, str_sub(head, 0, at - 1), str_sub(rest, 0, (size_t)bytes), &out, &e);
		rest = str_sub(rest, (size_t)bytes, rest.n);
		arena_reset(&a);
	}
	if (rc == 0)
		rc = fd_write_all(STDOUT_FILENO, out.p, out.n, &e);
	if (rc < 0)
		(void)fprintf(stderr, "%s\n", e.text);
	buf_done(&in);
	buf_done(&out);
	arena_done(&a);
	sig_cache_free(cache);
	return rc < 0 ? 1 : 0;
}
