#include "unit.h"

#include "aws/fault.h"
#include "aws/plain.h"
#include "aws/retry.h"
#include "aws_unit.h"

#define ERRORS SHARED_DIR "/aws/samples/errors.json"

static AwsProtocol protocol_of(Str name)
{
	return str_is(name, "query") || str_is(name, "rest-xml") ? AWS_QUERY : str_is(name, "rest-json") ? AWS_REST_JSON
	       : str_is(name, "json-1.1") ? AWS_JSON11 : AWS_JSON10;
}

static HttpReply reply_of(Arena *a, JsonVal sample)
{
	HttpReply r = { 0 };
	HttpHeader *h;
	int64_t status = 0;
	JsonVal headers;

	assert_int_equal(jv_i64(sample, "status", &status, NULL), 0);
	assert_int_equal(jv_object(sample, "headers", &headers, NULL), 0);
	assert_int_equal(jv_str(sample, "body", &r.body, NULL), 0);
	r.status = (int)status;
	r.header_count = jv_count(headers);
	r.headers = h = ARENA_ARRAY(a, HttpHeader, r.header_count ? r.header_count : 1);
	for (size_t i = 0; i < r.header_count; i++) {
		Str name;
		char *lower;
		JsonVal v = jv_member_at(headers, i, &name);

		lower = arena_cstr(a, name);
		for (char *p = lower; *p; p++)
			*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
		h[i].name = str_of(lower);
		assert_int_equal(jv_as_str(v, &h[i].value, NULL), 0);
	}
	return r;
}

static void published_samples(void **state)
{
	Arena a = { 0 };
	JsonVal all;
	Err e = { 0 };

	(void)state;
	SKIP_WITHOUT(ERRORS);
	assert_int_equal(jv_parse(&a, shared_file(&a, ERRORS), 1 << 20, &all, &e), 0);
	assert_int_equal(jv_count(all), 16);
	for (size_t i = 0; i < jv_count(all); i++) {
		JsonVal sample = jv_at(all, i), expect;
		HttpReply reply = reply_of(&a, sample);
		Str protocol = { 0 }, code = { 0 }, id = { 0 }, name = { 0 };
		bool retryable = false, throttling = false, skew = false;
		Fault f;

		assert_int_equal(jv_object(sample, "expect", &expect, NULL), 0);
		assert_int_equal(jv_str(sample, "protocol", &protocol, NULL) | jv_str(sample, "name", &name, NULL), 0);
		assert_int_equal(jv_str(expect, "code", &code, NULL) | jv_opt_str(expect, "request_id", &id, NULL), 0);
		assert_int_equal(jv_bool(expect, "retryable", &retryable, NULL) | jv_bool(expect, "throttling", &throttling, NULL), 0);
		(void)jv_opt_bool(expect, "clock_skew_candidate", &skew, NULL);
		fault_read(protocol_of(protocol), &reply, &f);
		if (!str_is(code, f.code) || (f.retry != RETRY_NEVER) != retryable || f.throttled != throttling || !str_is(id, f.request_id))
			fail_msg("%.*s: code %s, retry %d, throttled %d, request id %s", STR_ARG(name), f.code, f.retry, f.throttled, f.request_id);
		assert_true(!skew || f.may_be_skew);
	}
	arena_done(&a);
}

static void stream_names_differ_in_case(void **state)
{
	Fault f;

	(void)state;
	fault_stream(STR("throttlingException"), STR("{\"message\":\"slow \\u001b[31mdown\"}"), &f);
	assert_int_equal(f.fault, AWS_THROTTLED);
	assert_string_equal(f.message, "slow ?[31mdown");
	fault_stream(STR("modelStreamErrorException"), STR("{}"), &f);
	assert_int_equal(f.fault, AWS_SERVER);
	assert_int_equal(f.retry, RETRY_NEVER);
	fault_stream(STR("InternalFailure"), STR(""), &f);
	assert_int_equal(f.fault, AWS_SERVER);
	fault_stream(STR("SessionTimeoutException"), STR("not json"), &f);
	assert_int_equal(f.fault, AWS_OTHER);
	assert_string_equal(f.code, "SessionTimeoutException");
}

static void hostile_texts_are_cleaned(void **state)
{
	char out[16];

	(void)state;
	plain_copy(out, sizeof out, STR("a\x1b[2J\r\n\x7f\xc2\x9b"));
	assert_string_equal(out, "a?[2J????");
	plain_copy(out, sizeof out, STR("\xe2\x80\xae" "b\xff\xc3\xa9\xf0\x9f\x98\x80"));
	assert_string_equal(out, "?b?\xc3\xa9\xf0\x9f\x98\x80");
	plain_copy(out, 4, STR("ab\xc3\xa9"));                        /* no half character at the end */
	assert_string_equal(out, "ab");
	plain_copy(out, sizeof out, STR("\xc0\xaf\xed\xa0\x80z"));    /* overlong, surrogate */
	assert_null(strchr(out, '/'));
}

static void each_transport_fault_has_its_sentence(void **state)
{
	static const struct { HttpFault fault; RetryRule retry; const char *has; } rows[] = {
		{ HTTP_DNS, RETRY_ALWAYS, "cannot find the host of https://x" }, { HTTP_CONNECT, RETRY_ALWAYS, "cannot reach https://x" },
		{ HTTP_DNS_SILENT, RETRY_NEVER, "cannot find the host of https://x" },
		{ HTTP_HANDSHAKE, RETRY_ALWAYS, "no TLS connection to https://x" },
		{ HTTP_PROXY_LOGIN, RETRY_NEVER, "start again" },
		{ HTTP_TLS, RETRY_NEVER, "no trusted connection to https://x" }, { HTTP_TIMEOUT, RETRY_IDEMPOTENT, "no answer in time" },
		{ HTTP_SLOW, RETRY_IDEMPOTENT, "stopped sending" }, { HTTP_TOO_BIG, RETRY_NEVER, "bigger than this program takes" },
		{ HTTP_TORN, RETRY_IDEMPOTENT, "broke off" },
	};
	const AwsOp *op = aws_ops()[0];
	FaultPlace at = { .op = op, .account = "", .region = "eu-west-1", .endpoint = "https://x", .about = "", .creds_source = "c" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		HttpReply reply = { .fault = rows[i].fault, .fault_text = "why" };
		Fault f;
		Err e = { 0 };

		fault_transport(&reply, &f);
		assert_int_equal(f.retry, rows[i].retry);
		fault_sentence(&f, reply.fault, &at, &e);
		if (!strstr(e.text, rows[i].has) || !strstr(e.text, "STS GetCallerIdentity"))
			fail_msg("%s", e.text);
	}
}

static void backoff(void **state)
{
	const RetryAsk none = { -1, -1 };
	RetryBudget b;
	int cost = 0, n = 0;

	(void)state;
	assert_int_equal(retry_wait_ms(0, false, 0, UINT32_MAX, &none), 49);
	assert_int_equal(retry_wait_ms(0, false, 25, UINT32_MAX, &none), 24);
	assert_int_equal(retry_wait_ms(1, true, 25, UINT32_MAX, &none), 1999);
	assert_int_equal(retry_wait_ms(9, true, 0, UINT32_MAX, &none), 19999);
	assert_int_equal(retry_wait_ms(62, true, 0, 0, &none), 0);
	assert_int_equal(retry_wait_ms(0, true, 0, 0, &(RetryAsk){ 700, -1 }), 700);          /* asked for, within five seconds of ours */
	assert_int_equal(retry_wait_ms(0, true, 0, 0, &(RetryAsk){ INT64_MAX, -1 }), 5000);
	assert_int_equal(retry_wait_ms(0, true, 0, 1u << 31, &(RetryAsk){ 3, -1 }), 500);
	retry_budget_init(&b);
	while (retry_take(&b, false, &cost))
		n++;
	assert_int_equal(n, 500 / 14);
	assert_int_equal(cost, 14);
	retry_give_back(&b, cost);
	assert_true(retry_take(&b, true, &cost));
	assert_int_equal(cost, 5);
	for (int i = 0; i < 1000; i++)
		retry_give_back(&b, 0);
	assert_int_equal(b.tokens, RETRY_CAPACITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_samples), cmocka_unit_test(stream_names_differ_in_case), cmocka_unit_test(hostile_texts_are_cleaned),
		cmocka_unit_test(each_transport_fault_has_its_sentence), cmocka_unit_test(backoff),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
