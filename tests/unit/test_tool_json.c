#include "unit.h"

#include <unistd.h>

#include "cli/tools.h"

/* Runs the tool with doc on its standard input. Returns the exit code; what it said on stderr is in said. */
static int run_tool(const char *doc, int argc, char *said, size_t said_size)
{
	char *argv[] = { "json", "extra", NULL };
	int in = dup(STDIN_FILENO), err = dup(STDERR_FILENO), code;
	FILE *input = tmpfile(), *output = tmpfile();

	assert_non_null(input);
	assert_non_null(output);
	(void)fputs(doc, input);
	rewind(input);
	(void)dup2(fileno(input), STDIN_FILENO);
	(void)dup2(fileno(output), STDERR_FILENO);
	code = tool_json(argc, argv);
	(void)dup2(in, STDIN_FILENO);
	(void)dup2(err, STDERR_FILENO);
	rewind(output);
	said[fread(said, 1, said_size - 1, output)] = 0;
	(void)fclose(input);
	(void)fclose(output);
	(void)close(in);
	(void)close(err);
	return code;
}

static void codes_and_sentences(void **state)
{
	char said[256];

	(void)state;
	assert_int_equal(run_tool("{\"a\": [1, 2]}\n", 1, said, sizeof said), 0);
	assert_string_equal(said, "");
	assert_int_equal(run_tool("{\"a\":\n [1, 2}", 1, said, sizeof said), 1);
	assert_string_equal(said, "seismo tool json: not valid JSON: line 2, column 7: a comma or the closing bracket is expected here\n");
	assert_int_equal(run_tool("", 1, said, sizeof said), 1);
	assert_int_equal(run_tool("{}", 2, said, sizeof said), 2);
	assert_non_null(strstr(said, "takes no arguments"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(codes_and_sentences) };

	return cmocka_run_group_tests_name("tool_json", tests, NULL, NULL);
}
