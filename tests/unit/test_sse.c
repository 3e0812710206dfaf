#include "unit.h"

#include "wire/sse.h"

static int note(void *arg, Str type, Str data)
{
	(void)buf_printf(arg, "[%.*s|%.*s]", STR_ARG(type), STR_ARG(data));
	return str_is(data, "stop") ? -1 : 0;
}

/* All of it, byte by byte, and cut in two at every place: one answer. */
static void gives(const char *stream, const char *want)
{
	size_t n = strlen(stream);

	for (size_t cut = 0; cut <= n; cut++) {
		Buf got = { 0 };
		Err e = { 0 };
		Sse s;

		sse_init(&s, 100);
		if (cut == 0) {
			for (size_t i = 0; i < n; i++)
				(void)sse_feed(&s, (Str){ stream + i, 1 }, note, &got, &e);
		} else {
			assert_int_equal(sse_feed(&s, (Str){ stream, cut }, note, &got, &e), 0);
			assert_int_equal(sse_feed(&s, (Str){ stream + cut, n - cut }, note, &got, &e), 0);
		}
		assert_string_equal(buf_cstr(&got), want);
		sse_done(&s);
		buf_done(&got);
	}
}

static void events(void **state)
{
	(void)state;
	gives("data: a\n\ndata:b\r\n\r\ndata: c\r\r", "[message|a][message|b][message|c]");
	gives("\xef\xbb\xbf" "data: a\n\n", "[message|a]");
	gives(": hello\nevent: ping\nid: 7\nretry: 10\ndata: 1\ndata:  2\ndata\n\n", "[ping|1\n 2\n]");
	gives("event: x\n\ndata: y\n\n", "[message|y]");
	gives("data: no end\n", "");
	gives("data\n\n", "[message|]");
	gives("datax: 1\nxdata: 2\n\n", "");
}

static void limits(void **state)
{
	Buf got = { 0 };
	Err e = { 0 };
	Sse s;
	int rc = 0;

	(void)state;
	sse_init(&s, 10);
	for (int i = 0; i < 1000 && rc == 0; i++)
		rc = sse_feed(&s, STR("x"), note, &got, &e);
	assert_int_equal(rc, -1);
	assert_string_equal(e.text, "an event of the stream is larger than 10 bytes");
	sse_done(&s);
	sse_init(&s, 10);
	assert_int_equal(sse_feed(&s, STR("data: 12345\ndata: 1234\n\n"), note, &got, &e), 0);
	assert_int_equal(sse_feed(&s, STR("data: 12345\ndata: 123456\n\n"), note, &got, &e), -1);
	assert_string_equal(buf_cstr(&got), "[message|12345\n1234]");
	sse_done(&s);
	sse_init(&s, 10);
	assert_int_equal(sse_feed(&s, STR("data: stop\n\ndata: more\n\n"), note, &got, &e), -1);
	assert_string_equal(e.text, "");
	assert_string_equal(buf_cstr(&got), "[message|12345\n1234][message|stop]");
	sse_done(&s);
	buf_done(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(events), cmocka_unit_test(limits) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
