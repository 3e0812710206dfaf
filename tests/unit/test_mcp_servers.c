#include "unit.h"

#include "conf/config.h"
#include "conf/mcp_servers.h"

static void read_whole(void **state)
{
	static const char text[] =
		"mcp_servers:\n"
		"  - {name: files, command: [npx, -y, server, /data], env: [MY_TOKEN, AWS_REGION], tools: [read_file, a/b], timeout: 5s}\n"
		"  - {name: web, url: \"https://tools.example.com/mcp\", bearer_env: WEB_TOKEN}\n"
		"  - {name: here, url: \"http://127.0.0.1:3000/mcp\"}\n";
	Arena a = { 0 };
	Config c;
	Err e = { 0 };

	(void)state;
	if (config_parse(&a, "f.yaml", STR(text), &c, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(c.mcp_servers, 3);
	assert_true(str_is(c.mcp_server[0].name, "files") && c.mcp_server[0].command_n == 4 && str_is(c.mcp_server[0].command[3], "/data"));
	assert_true(c.mcp_server[0].env_n == 2 && c.mcp_server[0].tools_n == 2 && c.mcp_server[0].timeout_ms == 5000);
	assert_true(c.mcp_server[1].command_n == 0 && str_is(c.mcp_server[1].url, "https://tools.example.com/mcp"));
	assert_true(str_is(c.mcp_server[1].bearer_env, "WEB_TOKEN") && c.mcp_server[1].timeout_ms == 60000 && c.mcp_server[1].tools_n == 0);
	arena_done(&a);
}

static void refused(void **state)
{
	static const struct { const char *entry, *why; } rows[] = {
		{ "{name: a}", "the MCP server a needs command (a program and its arguments) or url" },
		{ "{name: a, command: [x], url: \"https://h/\"}", "the MCP server a needs either command or url, not both" },
		{ "{name: a, command: x}", "command" },
		{ "{command: [x]}", "name" },
		{ "{name: a/b, command: [x]}", "name" },
		{ "{name: a, comand: [x]}", "did you mean \"command\"" },
		{ "{name: a, url: \"http://tools.example.com/mcp\"}", "neither reached by https nor on this machine" },
		{ "{name: a, url: \"ftp://127.0.0.1/\"}", "url" },
		{ "{name: a, url: \"https://h/\", env: [X]}", "env goes with command" },
		{ "{name: a, command: [x], bearer_env: X}", "bearer_env goes with url" },
		{ "{name: a, command: [x], env: [AWS_SECRET_ACCESS_KEY]}", "the name of a variable, not AWS_" },
		{ "{name: a, command: [x], env: [\"A=b\"]}", "the name of a variable, not AWS_" },
		{ "{name: a, command: [x], tools: [\"a b\"]}", "the name of a tool" },
		{ "{name: a, command: [x], timeout: 0s}", "timeout" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Arena a = { 0 };
		Config c;
		Err e = { 0 };
		Str text = arena_printf(&a, "mcp_servers:\n  - %s\n", rows[i].entry);

		assert_int_equal(config_parse(&a, "f.yaml", text, &c, &e), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		if (!strstr(e.text, rows[i].why) || strncmp(e.text, "f.yaml:2:", 9) != 0)
			fail_msg("%s: %s", rows[i].entry, e.text);
		arena_done(&a);
	}
}

static void names_are_unique(void **state)
{
	Arena a = { 0 };
	Config c;
	Err e = { 0 };

	(void)state;
	assert_int_equal(config_parse(&a, "f.yaml", STR("mcp_servers: [{name: a, command: [x]}, {name: a, command: [y]}]\n"), &c, &e), -1);
	assert_non_null(strstr(e.text, "name"));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(read_whole), cmocka_unit_test(refused), cmocka_unit_test(names_are_unique) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
