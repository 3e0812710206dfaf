#include "unit.h"

#include "cli/rawrequest.h"

static void both_line_ends(void **state)
{
	static const char *const texts[] = {
		"POST /a b?x=1 2 HTTP/1.1\nHost:h\nMy: one\n two\n\t three \nEmpty:\n\nbody\n\nmore",
		"POST /a b?x=1 2 HTTP/1.1\r\nHost:h\r\nMy: one\r\n two\r\n\t three \r\nEmpty:\r\n\r\nbody\n\nmore",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		Arena a = { 0 };
		SigRequest rq = { 0 };

		assert_int_equal(rawrequest_parse(&a, str_of(texts[i]), &rq, NULL), 0);
		assert_true(str_is(rq.method, "POST") && str_is(rq.path, "/a b") && str_is(rq.query, "x=1 2"));
		assert_int_equal(rq.header_count, 3);
		assert_true(str_is(rq.headers[1].name, "My"));
		assert_true(str_is(rq.headers[1].value, " one two three"));
		assert_true(str_is(rq.headers[2].value, ""));
		assert_true(str_is(rq.body, "body\n\nmore"));
		arena_done(&a);
	}
}

static void without_headers_or_end(void **state)
{
	Arena a = { 0 };
	SigRequest rq = { 0 };

	(void)state;
	assert_int_equal(rawrequest_parse(&a, STR("GET / HTTP/1.1"), &rq, NULL), 0);
	assert_int_equal(rq.header_count, 0);
	assert_int_equal(rawrequest_parse(&a, STR("GET / HTTP/1.1\nHost: h"), &rq, NULL), 0);
	assert_int_equal(rq.header_count, 1);
	assert_int_equal(rq.body.n, 0);
	arena_done(&a);
}

static void what_is_no_request(void **state)
{
	static const char *const bad[] = {
		"", "\n", "GET", "GET /", "GET / HTTX/1.1", "GET HTTP/1.1", "HTTP/1.1", "GET / HTTP/1.1\n folded\n", "GET / HTTP/1.1\nno colon\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		Arena a = { 0 };
		SigRequest rq = { 0 };
		Err e = { 0 };

		if (rawrequest_parse(&a, str_of(bad[i]), &rq, &e) == 0)
			fail_msg("accepted: %s", bad[i]);
		assert_true(e.text[0]);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_line_ends), cmocka_unit_test(without_headers_or_end), cmocka_unit_test(what_is_no_request),
	};

	return cmocka_run_group_tests_name("rawrequest", tests, NULL, NULL);
}
