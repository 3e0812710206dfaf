/* `seismo tool …`: small tools for when a call is refused or a text looks odd. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/tools.h"

typedef struct Tool { const char *name; int (*run)(int argc, char **argv); const char *help; } Tool;

static const Tool tools[] = {
	{ "sign",   tool_sign,   "signs the raw HTTP request on stdin and prints each step as JSON" },
	{ "frames", tool_frames, "reads an event stream on stdin, prints one JSON line per message" },
	{ "clean",  tool_clean,  "prints the bytes on stdin as the screen would show them" },
	{ "json",   tool_json,   "checks the JSON document on stdin" },
	{ "tokens", tool_tokens, "says about how many tokens the text on stdin is, an estimate without any model" },
	{ "scan",   tool_scan,   "says of each line what the guards say: as an input, with --output as an answer, with --mask masked" },
	{ "ingest", tool_ingest, "takes JSON lines (log lines, log events, jobs) of a file into a store" },
};

int cmd_tool(int argc, char **argv)
{
	size_t n = sizeof tools / sizeof *tools;

	for (size_t i = 0; argc > 0 && i < n; i++)
		if (strcmp(argv[0], tools[i].name) == 0)
			return tools[i].run(argc, argv);
	(void)fprintf(argc > 0 && strcmp(argv[0], "--help") == 0 ? stdout : stderr, "usage: seismo tool NAME [flags]\n");
	for (size_t i = 0; i < n; i++)
		(void)fprintf(argc > 0 && strcmp(argv[0], "--help") == 0 ? stdout : stderr, "  %-8s %s\n", tools[i].name,
					  tools[i].help);
	return argc > 0 && strcmp(argv[0], "--help") == 0 ? 0 : 2;
}
