#include "unit.h"

#include <dirent.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "cli/rawrequest.h"
#include "wire/sigv4.h"
#include "wire/time8601.h"

#define VECTORS SHARED_DIR "/aws/vectors/sigv4"
#define EXTRA SHARED_DIR "/aws/vectors/sigv4-extra"

/* AWS's published example credentials. */
static const SigCreds example = { STR("AKIDEXAMPLE"), STR("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), { 0 } };
static const SigScope at_2015 = { STR("us-east-1"), STR("service"), 1440938160000 };

static Str read_text(Arena *a, const char *folder, const char *name)
{
	Buf b = { 0 };
	Err e;
	Str path = arena_printf(a, "%s%s%s", folder, *name ? "/" : "", name), text;

	if (file_read(path.p, &b, 1 << 20, &e) < 0)
		fail_msg("%s", e.text);
	text = arena_str(a, buf_str(&b));
	buf_done(&b);
	return text;
}

static Str member(const cJSON *j, const char *name)
{
	return str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(j, name)));
}

static SigCreds creds_of(const cJSON *j)
{
	const cJSON *c = cJSON_GetObjectItemCaseSensitive(j, "credentials");

	return (SigCreds){ member(c, "access_key_id"), member(c, "secret_access_key"), member(c, "token") };
}

static bool is_set(const cJSON *j, const char *name)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(j, name));
}

static void assert_str(Str got, Str want, const char *what)
{
	if (!str_eq(got, want))
		fail_msg("%s: got\n%.*s\nwant\n%.*s", what, STR_ARG(got), STR_ARG(want));
}

static void suite_case(Arena *a, SigCache *cache, const char *folder)
{
	cJSON *j = cJSON_Parse(read_text(a, folder, "context.json").p);
	SigCreds creds = creds_of(j);
	SigScope scope = { member(j, "region"), member(j, "service"), 0 };
	SigRequest rq = { 0 };
	SigResult got;
	Err e;

	assert_int_equal(time_parse_iso(member(j, "timestamp"), &scope.time_ms), 0);
	assert_int_equal(rawrequest_parse(a, read_text(a, folder, "request.txt"), &rq, &e), 0);
	rq.flags = (is_set(j, "normalize") ? 0u : SIG_NO_NORMALIZE) | (is_set(j, "sign_body") ? SIG_BODY_HEADER : 0u)
	           | (is_set(j, "omit_session_token") ? SIG_OMIT_TOKEN : 0u);
	if (sig_sign(a, cache, &creds, &scope, &rq, &got, &e) < 0)
		fail_msg("%s: %s", folder, e.text);
	assert_str(got.canonical_request, read_text(a, folder, "header-canonical-request.txt"), folder);
	assert_str(got.string_to_sign, read_text(a, folder, "header-string-to-sign.txt"), folder);
	assert_str(got.signature, read_text(a, folder, "header-signature.txt"), folder);
	assert_true(str_has(read_text(a, folder, "header-signed-request.txt"), got.authorization));
	cJSON_Delete(j);
}

static void for_each_entry(const char *folder, void (*fn)(Arena *a, SigCache *cache, const char *path))
{
	DIR *d = opendir(folder);
	struct dirent *entry;
	SigCache *cache = sig_cache_new();
	int seen = 0;

	assert_non_null(d);
	while ((entry = readdir(d))) {
		Arena a = { 0 };

		if (entry->d_name[0] == '.')
			continue;
		fn(&a, cache, arena_printf(&a, "%s/%s", folder, entry->d_name).p);
		arena_done(&a);
		seen++;
	}
	closedir(d);
	sig_cache_free(cache);
	assert_true(seen > 0);
}

static void published_suite(void **state)
{
	(void)state;
	SKIP_WITHOUT(VECTORS);
	for_each_entry(VECTORS, suite_case);
}

/* The same request with what the signer added, as a server sees it. */
static SigRequest as_sent(Arena *a, SigRequest rq, const SigResult *signed_)
{
	SigHeader *h = ARENA_ARRAY(a, SigHeader, rq.header_count + signed_->add_count);

	memcpy(h, rq.headers, rq.header_count * sizeof *h);
	memcpy(h + rq.header_count, signed_->add, signed_->add_count * sizeof *h);
	rq.headers = h;
	rq.header_count += signed_->add_count;
	return rq;
}

static void extra_case(Arena *a, SigCache *cache, const char *path)
{
	cJSON *j = cJSON_Parse(read_text(a, path, "").p), *h;
	SigCreds creds = creds_of(j);
	SigScope scope = { member(j, "region"), member(j, "service"), 0 };
	SigHeader headers[16];
	SigRequest rq = { member(j, "method"), member(j, "path_on_wire"), member(j, "query_on_wire"), headers, 0, member(j, "body"), 0 };
	SigResult got;
	Err e;

	assert_int_equal(time_parse_basic(member(j, "timestamp"), &scope.time_ms), 0);
	cJSON_ArrayForEach(h, cJSON_GetObjectItemCaseSensitive(j, "headers_on_wire")) {
		assert_true(rq.header_count < 16);
		headers[rq.header_count++] = (SigHeader){ str_of(cJSON_GetStringValue(cJSON_GetArrayItem(h, 0))),
		                                          str_of(cJSON_GetStringValue(cJSON_GetArrayItem(h, 1))) };
	}
	rq.flags = is_set(j, "double_encode") ? 0 : SIG_S3_PATH;
	if (sig_sign(a, cache, &creds, &scope, &rq, &got, &e) < 0)
		fail_msg("%s: %s", path, e.text);
	assert_str(got.canonical_request, member(j, "canonical_request"), path);
	assert_str(got.string_to_sign, member(j, "string_to_sign"), path);
	assert_str(got.authorization, member(j, "authorization"), path);
	rq = as_sent(a, rq, &got);
	assert_int_equal(sig_verify(a, &creds, &scope, 0, &rq, &e), SIG_OK);
	cJSON_Delete(j);
}

static void extra_cases(void **state)
{
	(void)state;
	SKIP_WITHOUT(EXTRA);
	for_each_entry(EXTRA, extra_case);
}

static const SigHeader plain_headers[] = {
	{ STR("Host"), STR("example.amazonaws.com") }, { STR("My-Header"), STR(" b ") }, { STR("User-Agent"), STR("x") },
	{ STR("MY-header"), STR("a\t\tc") }, { STR("My-Header-2"), STR("") },
};

static SigRequest plain_request(void)
{
	return (SigRequest){ STR("POST"), STR("/a%3Ab/../c//d/"), STR("a-b=1&a=2&a=10&b=%2f+&e&%"), plain_headers, 5, STR("body"), 0 };
}

static Str canonical_line(Str text, int line)
{
	while (line--)
		(void)str_cut(text, '\n', &text);
	return str_cut(text, '\n', &text);
}

/* Rules that no published case shows together: pair order, escapes, one line for a repeated header. */
static void canonical_rules(void **state)
{
	Arena a = { 0 };
	SigRequest rq = plain_request();
	SigResult got;
	Err e;

	(void)state;
	assert_int_equal(sig_sign(&a, NULL, &example, &at_2015, &rq, &got, &e), 0);
	assert_str(canonical_line(got.canonical_request, 1), STR("/c/d/"), "path");
	assert_str(canonical_line(got.canonical_request, 2), STR("%25=&a=10&a=2&a-b=1&b=%2F%2B&e="), "query");
	assert_str(canonical_line(got.canonical_request, 4), STR("my-header:b,a c"), "header");
	assert_str(canonical_line(got.canonical_request, 5), STR("my-header-2:"), "empty header");
	assert_true(str_has(got.authorization, STR("SignedHeaders=host;my-header;my-header-2;x-amz-date,")));
	rq.flags = SIG_NO_NORMALIZE;
	assert_int_equal(sig_sign(&a, NULL, &example, &at_2015, &rq, &got, &e), 0);
	assert_str(canonical_line(got.canonical_request, 1), STR("/a%253Ab/../c//d/"), "path kept");
	rq.flags = SIG_S3_PATH;
	assert_int_equal(sig_sign(&a, NULL, &example, &at_2015, &rq, &got, &e), 0);
	assert_str(canonical_line(got.canonical_request, 1), rq.path, "path on the wire");
	arena_done(&a);
}

static void s3_always_announces_the_body(void **state)
{
	Arena a = { 0 };
	SigScope s3 = { STR("us-east-1"), STR("s3"), 1440938160000 };
	SigRequest rq = plain_request();
	SigResult got;
	Err e;

	(void)state;
	assert_int_equal(sig_sign(&a, NULL, &example, &s3, &rq, &got, &e), 0);
	assert_int_equal(got.add_count, 3);
	assert_true(str_is(got.add[1].name, "X-Amz-Content-SHA256"));
	assert_true(str_ends(got.canonical_request, got.add[1].value));
	rq.flags = SIG_UNSIGNED_BODY;
	assert_int_equal(sig_sign(&a, NULL, &example, &s3, &rq, &got, &e), 0);
	assert_true(str_ends(got.canonical_request, STR("\nUNSIGNED-PAYLOAD")));
	arena_done(&a);
}

static void assert_refused(SigRequest rq, const SigCreds *creds)
{
	Arena a = { 0 };
	SigResult got;
	Err e = { 0 };

	assert_int_equal(sig_sign(&a, NULL, creds, &at_2015, &rq, &got, &e), -1);
	assert_true(strlen(e.text) > 10);
	assert_null(strstr(e.text, "wJalr"));
	arena_done(&a);
}

static void with_header(Str name, Str value)
{
	SigHeader h[2] = { plain_headers[0], { name, value } };
	SigRequest rq = plain_request();

	rq.headers = h;
	rq.header_count = 2;
	assert_refused(rq, &example);
}

static void refusals(void **state)
{
	SigRequest rq = plain_request();
	SigCreds bad_token = example, no_secret = example;

	(void)state;
	rq.headers++;
	rq.header_count--;
	assert_refused(rq, &example);
	with_header(STR("x"), STR("a\r\nb"));
	with_header(STR("x"), (Str){ "a\0b", 3 });
	with_header(STR("x\n"), STR("a"));
	with_header(STR("x:y"), STR("a"));
	with_header(STR("x;y"), STR("a"));
	with_header(STR(""), STR("a"));
	with_header(STR("X-Amz-Date"), STR("20150830T123601Z"));
	with_header(STR("hoST"), STR("example.amazonaws.com"));
	rq = plain_request();
	rq.path = STR("relative");
	assert_refused(rq, &example);
	rq.path = STR("/a\nb");
	assert_refused(rq, &example);
	rq = plain_request();
	bad_token.token = STR("a\nb");
	assert_refused(rq, &bad_token);
	no_secret.secret_key = STR("");
	assert_refused(rq, &no_secret);
}

static void cache_gives_the_same_and_never_a_stale_key(void **state)
{
	SigCache *cache = sig_cache_new();
	SigCreds rotated = example;
	SigRequest rq = plain_request();
	Err e;

	(void)state;
	rotated.secret_key = STR("je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY");
	for (int i = 0; i < 300; i++) {
		Arena a = { 0 };
		SigScope scope = { i % 3 ? STR("us-east-1") : STR("eu-west-1"), i % 2 ? STR("logs") : STR("bedrock"), 1440938160000 + i / 3 * 86400000LL };
		const SigCreds *creds = i % 5 ? &example : &rotated;
		SigResult with, without;

		assert_int_equal(sig_sign(&a, cache, creds, &scope, &rq, &with, &e), 0);
		assert_int_equal(sig_sign(&a, NULL, creds, &scope, &rq, &without, &e), 0);
		assert_str(with.authorization, without.authorization, "cached key");
		assert_int_equal(sig_sign(&a, cache, creds, &scope, &rq, &with, &e), 0);
		assert_str(with.authorization, without.authorization, "key from the cache");
		arena_done(&a);
	}
	sig_cache_free(cache);
	sig_cache_free(NULL);
}

/* One signed request of a fixed form, and a changed copy of it, for the verifier. */
typedef struct Served {
	Arena      arena;
	SigCreds   creds;
	SigScope   now;
	SigHeader  h[8];
	SigRequest rq;
} Served;

static void serve(Served *s)
{
	SigRequest rq = plain_request();
	SigResult signed_;
	Err e;

	*s = (Served){ .creds = example, .now = at_2015 };
	s->creds.token = STR("token-1");
	assert_int_equal(sig_sign(&s->arena, NULL, &s->creds, &s->now, &rq, &signed_, &e), 0);
	s->rq = as_sent(&s->arena, rq, &signed_);
	assert_int_equal(s->rq.header_count, 8);
	memcpy(s->h, s->rq.headers, sizeof s->h);
	s->rq.headers = s->h;
}

enum { H_HOST, H_MINE, H_AGENT, H_DATE = 5, H_TOKEN, H_AUTH };

static void assert_verdict(Served *s, SigVerdict want)
{
	Err e = { 0 };

	assert_int_equal(sig_verify(&s->arena, &s->creds, &s->now, 300000, &s->rq, &e), want);
	assert_int_equal(want == SIG_OK, e.text[0] == 0);
	arena_done(&s->arena);
}

#define VERDICT(want, change) \
	do { \
		Served s; \
		serve(&s); \
		change; \
		assert_verdict(&s, (want)); \
	} while (0)

static Str edited(Served *s, const char *from, const char *to)
{
	Str text = s->h[H_AUTH].value;
	const char *at = strstr(text.p, from);

	assert_non_null(at);
	return arena_printf(&s->arena, "%.*s%s%s", (int)(at - text.p), text.p, to, at + strlen(from));
}

static void verdicts(void **state)
{
	(void)state;
	VERDICT(SIG_OK, (void)0);
	VERDICT(SIG_OK, s.h[H_AGENT].value = STR("a proxy was here"));
	VERDICT(SIG_OK, s.now.time_ms += 300000);
	VERDICT(SIG_OK, s.h[H_AUTH].value = edited(&s, ", Signed", ",Signed"));
	VERDICT(SIG_MISSING, s.rq.header_count = H_AUTH);
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = STR("Bearer x"));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "Credential=", "credential="));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "aws4_request", "aws4"));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "Signature=", "Signature=0"));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, ";x-amz-date", ""));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "host;my-header", "my-header;host"));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "my-header-2", "my-header-3"));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "host;", "host;host;"));
	VERDICT(SIG_MALFORMED, s.h[H_AUTH].value = edited(&s, "my-header-2", "My-Header-2"));
	VERDICT(SIG_MALFORMED, s.h[H_DATE].value = STR("2015-08-30T12:36:00Z"));
	VERDICT(SIG_MALFORMED, s.h[H_MINE].value = STR("a\nb"));
	VERDICT(SIG_MALFORMED, s.h[H_AGENT] = s.h[H_AUTH]);
	VERDICT(SIG_UNKNOWN_KEY, s.creds.access_key = STR("AKIDOTHER"));
	VERDICT(SIG_UNKNOWN_KEY, s.creds.token = STR("token-2"));
	VERDICT(SIG_BAD_SCOPE, s.now.region = STR("eu-west-1"));
	VERDICT(SIG_BAD_SCOPE, s.now.service = STR("logs"));
	VERDICT(SIG_BAD_SCOPE, s.h[H_DATE].value = STR("20150831T000000Z"));
	VERDICT(SIG_SKEWED, s.now.time_ms += 300001);
	VERDICT(SIG_SKEWED, s.now.time_ms -= 300001);
	VERDICT(SIG_MISMATCH, s.rq.body = STR("Body"));
	VERDICT(SIG_MISMATCH, s.rq.method = STR("PUT"));
	VERDICT(SIG_MISMATCH, s.rq.path = STR("/c/e/"));
	VERDICT(SIG_MISMATCH, s.rq.query = STR(""));
	VERDICT(SIG_MISMATCH, s.h[H_MINE].value = STR("c"));
	VERDICT(SIG_MISMATCH, s.h[H_HOST].value = STR("other.amazonaws.com"));
	VERDICT(SIG_MISMATCH, s.h[H_DATE].value = STR("20150830T123601Z"));
	VERDICT(SIG_MISMATCH, s.h[H_AUTH].value = edited(&s, ";x-amz-security-token", ""));
	VERDICT(SIG_MISMATCH, s.creds.secret_key = STR("je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY"));
	VERDICT(SIG_MISMATCH, (s.h[H_AGENT] = (SigHeader){ STR("x-amz-content-sha256"),
	                       STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_suite), cmocka_unit_test(extra_cases), cmocka_unit_test(canonical_rules),
		cmocka_unit_test(s3_always_announces_the_body), cmocka_unit_test(refusals),
		cmocka_unit_test(cache_gives_the_same_and_never_a_stale_key), cmocka_unit_test(verdicts),
	};

	return cmocka_run_group_tests_name("sigv4", tests, NULL, NULL);
}
