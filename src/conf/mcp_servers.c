#include "conf/mcp_servers.h"

#include "conf/checks.h"
#include "conf/yaml.h"

/* What the protocol allows in a tool's name that "SERVER/TOOL" can carry. */
static bool check_tool(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '/' && !check_name((Str){ s.p + i, 1 }))
			return false;
	return s.n > 0;
}

static bool check_word(Str s)
{
	return s.n > 0 && !str_has_nul(s);
}

static bool is_safe(Str url)
{
	return str_starts(url, STR("https://")) || url_is_loopback(url);
}

static int check_entry(const char *file, const YamlNode *map, void *out, Err *e)
{
	const ConfMcpServer *s = out;
	const YamlNode *command = yaml_get(map, "command"), *url = yaml_get(map, "url");

	if (!command == !url)
		return yaml_error(file, map, e, "the MCP server %.*s needs %s", STR_ARG(s->name), command ? "either command or url, not both" :
		                  "command (a program and its arguments) or url");
	if (url && !is_safe(s->url))
		return yaml_error(file, url, e, "the MCP server %.*s is neither reached by https nor on this machine; what is asked and answered could be "
		                  "read on the way", STR_ARG(s->name));
	if (url && yaml_get(map, "env"))
		return yaml_error_key(file, yaml_get(map, "env"), e, "env goes with command; a server behind a url has its own");
	if (command && yaml_get(map, "bearer_env"))
		return yaml_error_key(file, yaml_get(map, "bearer_env"), e, "bearer_env goes with url; name the variable in env, and the program gets it");
	return 0;
}

#define AT(member) .offset = offsetof(ConfMcpServer, member)
#define LIST(member, count) AT(member), .count_offset = offsetof(ConfMcpServer, count)
static const Setting rows[] = {
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 64, .check = check_name, .want = "1 to 64 letters, digits, -, _ or .", .must = true,
	  .unique = true, .help = "What it is called: its tools are NAME/TOOL, in availableTools of a view too." },
	{ "command", SET_TEXTS, LIST(command, command_n), .min = 1, .max = 64, .check = check_word, .want = "a program and its arguments, one by one",
	  .help = "The program that is the server, and its arguments; run without a shell and talked to over its standard input and output." },
	{ "url", SET_TEXT, AT(url), .min = 8, .max = 2048, .check = check_url, .want = "a URL such as https://tools.example.com/mcp",
	  .help = "In place of command: a server behind streamable HTTP. https, or http on this machine." },
	{ "bearer_env", SET_TEXT, AT(bearer_env), .min = 1, .max = 128, .check = check_variable, .want = "the name of a variable, not AWS_...",
	  .help = "With url: the environment variable that holds the token it is sent." },
	{ "env", SET_TEXTS, LIST(env, env_n), .min = 0, .max = 32, .check = check_variable, .want = "the name of a variable, not AWS_...",
	  .help = "With command: environment variables that the program gets besides PATH, HOME, the locale and proxies. AWS keys are never passed on." },
	{ "tools", SET_TEXTS, LIST(tools, tools_n), .min = 1, .max = 512, .check = check_tool, .want = "the name of a tool",
	  .help = "Which of its tools there are. Left out: all that it lists." },
	{ "timeout", SET_DURATION, AT(timeout_ms), .min = 1000, .max = 3600000, .fallback = "60s",
	  .help = "How long an answer may take. Progress that the server tells begins it anew, ten times at most." },
};
#undef LIST
#undef AT
const SettingList mcp_server_list = { SCHEMA(rows), sizeof(ConfMcpServer), check_entry, NULL };
