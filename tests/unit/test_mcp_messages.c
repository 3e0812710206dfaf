#include "unit.h"

#include "mcp/mcp.h"

static JsonVal parsed(Arena *a, const char *text)
{
	JsonVal v;
	Err e = { 0 };

	if (jv_parse(a, str_of(text), 4 << 20, &v, &e) < 0)
		fail_msg("%s: %s", text, e.text);
	return v;
}

static void written(void **state)
{
	Buf b = { 0 };

	(void)state;
	mcp_put_initialize(&b, 1, "0.1");
	assert_string_equal(buf_cstr(&b), "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"protocolVersion\":\"2025-06-18\","
	                    "\"capabilities\":{},\"clientInfo\":{\"name\":\"seismo\",\"version\":\"0.1\"}}}");
	buf_reset(&b);
	mcp_put_list(&b, 2, STR("c\n"));
	assert_string_equal(buf_cstr(&b), "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/list\",\"params\":{\"cursor\":\"c\\n\"}}");
	buf_reset(&b);
	mcp_put_call(&b, 3, STR("t"), STR("{\"a\":1}"));
	assert_string_equal(buf_cstr(&b), "{\"jsonrpc\":\"2.0\",\"id\":3,\"method\":\"tools/call\",\"params\":{\"name\":\"t\",\"arguments\":{\"a\":1},"
	                    "\"_meta\":{\"progressToken\":3}}}");
	buf_reset(&b);
	mcp_put_cancelled(&b, 3, "why");
	assert_string_equal(buf_cstr(&b), "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":3,\"reason\":\"why\"}}");
	buf_done(&b);
}

static void versions(void **state)
{
	static const struct { const char *text, *version, *why; } rows[] = {
		{ "{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}", "2025-06-18", "" },
		{ "{\"protocolVersion\":\"2025-03-26\",\"capabilities\":{}}", "2025-03-26", "" },
		{ "{\"protocolVersion\":\"2024-11-05\",\"capabilities\":{\"tools\":{}}}", "2024-11-05", "" },
		{ "{\"protocolVersion\":\"1.0\",\"capabilities\":{}}", NULL,
		  "it speaks version 1.0 of the protocol, and seismo knows 2025-06-18, 2025-03-26 and 2024-11-05" },
		{ "{\"capabilities\":{}}", NULL, "protocolVersion: missing" },
		{ "{\"protocolVersion\":\"2025-06-18\"}", NULL, "capabilities: missing" },
		{ "5", NULL, "not an object" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		McpHello hello;
		Err e = { 0 };

		assert_int_equal(mcp_read_initialize(parsed(&a, rows[i].text), &hello, &e), rows[i].version ? 0 : -1);
		assert_string_equal(e.text, rows[i].why);
		if (rows[i].version)
			assert_string_equal(hello.version, rows[i].version);
	}
	arena_done(&a);
}

static void results(void **state)
{
	Arena a = { 0 };
	McpResult r;
	Err e = { 0 };

	(void)state;
	assert_int_equal(mcp_read_result(&a, parsed(&a, "{\"content\":[{\"type\":\"text\",\"text\":\"one\"},{\"type\":\"image\",\"data\":\"QUJD\","
		"\"mimeType\":\"image/png\"},{\"type\":\"audio\",\"data\":\"\",\"mimeType\":\"audio/wav\"},{\"type\":\"resource\",\"resource\":{\"uri\":\"f:x\","
		"\"text\":\"two\"}},{\"type\":\"resource_link\",\"uri\":\"f:y\",\"name\":\"y\"},{\"type\":\"hologram\"}],\"isError\":true}"), &r, &e), 0);
	assert_true(str_is(r.text, "one\n[image image/png, 3 bytes, not shown]\n[audio audio/wav, 0 bytes, not shown]\ntwo\n[resource f:y, of no type]\n"
		"[content of a kind that is not known of no type, 0 bytes, not shown]"));
	assert_true(r.is_error && r.left_out == 4 && !r.cut && r.structured.n == 0);
	assert_int_equal(mcp_read_result(&a, parsed(&a, "{\"structuredContent\":{\"a\":1}}"), &r, &e), 0);
	assert_true(str_is(r.structured, "{\"a\":1}") && r.text.n == 0);
	assert_int_equal(mcp_read_result(&a, parsed(&a, "{}"), &r, &e), -1);
	assert_int_equal(mcp_read_result(&a, parsed(&a, "[]"), &r, &e), -1);
	assert_int_equal(mcp_read_result(&a, parsed(&a, "{\"content\":[{\"type\":\"text\"}]}"), &r, &e), -1);
	assert_int_equal(mcp_read_result(&a, parsed(&a, "{\"content\":[],\"isError\":1}"), &r, &e), -1);
	assert_int_equal(mcp_read_result(&a, parsed(&a, "{\"content\":[],\"structuredContent\":[]}"), &r, &e), -1);
	arena_done(&a);
}

/* The hash is over the whole definition: what we do not know of it counts as well. */
static void hashes(void **state)
{
	Arena a = { 0 };
	McpToolItem one, two, three;

	(void)state;
	assert_int_equal(mcp_read_tool(&a, parsed(&a, "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"}}"), &one, NULL), 0);
	assert_int_equal(mcp_read_tool(&a, parsed(&a, "{ \"name\": \"t\", \"inputSchema\": {\"type\":\"object\"} }"), &two, NULL), 0);
	assert_int_equal(mcp_read_tool(&a, parsed(&a, "{\"name\":\"t\",\"inputSchema\":{\"type\":\"object\"},\"_meta\":{\"x\":1}}"), &three, NULL), 0);
	assert_string_equal(one.hash, two.hash);
	assert_string_not_equal(one.hash, three.hash);
	arena_done(&a);
}

static void names(void **state)
{
	Str server, tool;

	(void)state;
	assert_int_equal(mcp_split(STR("files/read/all"), &server, &tool), 0);
	assert_true(str_is(server, "files") && str_is(tool, "read/all"));
	assert_int_equal(mcp_split(STR("files"), &server, &tool), -1);
	assert_int_equal(mcp_split(STR("files/"), &server, &tool), -1);
	assert_int_equal(mcp_split(STR("/x"), &server, &tool), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written), cmocka_unit_test(versions), cmocka_unit_test(results), cmocka_unit_test(hashes), cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
