#include "unit.h"

#include "wire/jsonrpc.h"

static int reading(Arena *a, const char *text, RpcMessage *m, Err *e)
{
	JsonVal v;

	assert_int_equal(jv_parse(a, str_of(text), 1 << 20, &v, NULL), 0);
	return rpc_read(v, m, e);
}

static void made_and_read(void **state)
{
	Arena a = { 0 };
	Buf b = { 0 };
	RpcMessage m;
	const RpcId text = { RPC_ID_TEXT, 0, STR("a\"b") }, none = { .kind = RPC_ID_NONE };

	(void)state;
	rpc_put_request(&b, 7, "tools/call", STR("{\"x\":1}"));
	assert_string_equal(buf_cstr(&b), "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"x\":1}}");
	assert_int_equal(reading(&a, buf_cstr(&b), &m, NULL), 0);
	assert_int_equal(m.kind, RPC_REQUEST);
	assert_int_equal(m.id.number, 7);
	assert_int_equal(jv_count(m.params), 1);
	buf_reset(&b);
	rpc_put_notification(&b, "notifications/initialized", STR(""));
	assert_int_equal(reading(&a, buf_cstr(&b), &m, NULL), 0);
	assert_int_equal(m.kind, RPC_NOTIFICATION);
	assert_true(str_is(m.method, "notifications/initialized"));
	buf_reset(&b);
	rpc_put_result(&b, &text, STR("{}"));
	assert_int_equal(reading(&a, buf_cstr(&b), &m, NULL), 0);
	assert_int_equal(m.kind, RPC_RESULT);
	assert_true(m.id.kind == RPC_ID_TEXT && str_is(m.id.text, "a\"b"));
	buf_reset(&b);
	rpc_put_error(&b, &none, RPC_NO_METHOD, "no\nsuch");
	assert_null(strchr(buf_cstr(&b), '\n'));
	assert_int_equal(reading(&a, buf_cstr(&b), &m, NULL), 0);
	assert_int_equal(m.kind, RPC_ERROR);
	assert_int_equal(m.code, RPC_NO_METHOD);
	assert_int_equal(m.id.kind, RPC_ID_NONE);
	buf_done(&b);
	arena_done(&a);
}

static void refused(void **state)
{
	static const struct { const char *text, *why; } rows[] = {
		{ "[]", "no JSON-RPC message: not an object" },
		{ "{\"id\":1,\"result\":{}}", "no JSON-RPC message: jsonrpc: missing" },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"result\":{}}", "no JSON-RPC message: jsonrpc is not \"2.0\"" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"result\":{}}", "no JSON-RPC message: id: not an integer" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"result\":{}}", "no JSON-RPC message: id: given twice" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}", "no JSON-RPC message: it has neither method, nor error, nor id and result" },
		{ "{\"jsonrpc\":\"2.0\",\"result\":1}", "no JSON-RPC message: it has neither method, nor error, nor id and result" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":5}", "no JSON-RPC message: error: not an object" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{}}", "no JSON-RPC message: error.code: missing" },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"x\"}", "no JSON-RPC message: id: a request's id must not be null" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":1}", "no JSON-RPC message: params: must be an object or an array" },
		{ "{\"jsonrpc\":\"2.0\",\"method\":\"\"}", "no JSON-RPC message: method: empty" },
	};
	Arena a = { 0 };
	RpcMessage m;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Err e = { 0 };

		assert_int_equal(reading(&a, rows[i].text, &m, &e), -1);
		if (strcmp(e.text, rows[i].why) != 0)
			fail_msg("%s: %s", rows[i].text, e.text);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(made_and_read), cmocka_unit_test(refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
