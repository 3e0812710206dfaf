#include "unit.h"

#include "cli/options.h"

static int nothing(const Options *o)
{
	(void)o;
	return 0;
}

static const Command commands[] = {
	{ "get", "KIND", "ask", FLAGS_WINDOW | FLAGS_ANSWER, nothing, false, NULL },
	{ "sim", "", "serve", FLAGS_SIM, nothing, false, NULL },
	{ "export", "KIND", "report", FLAGS_EXPORT, nothing, false, NULL },
	{ 0 },
};

static Options o;
static const Command *command;
static Err e;

static int parse(const char *line)
{
	static char text[512];
	static char *argv[24];
	int argc = 0;

	(void)snprintf(text, sizeof text, "seismo %s", line);
	for (char *p = text; *p;) {
		argv[argc++] = p;
		while (*p && *p != ' ')
			p++;
		if (*p)
			*p++ = 0;
	}
	argv[argc] = NULL;
	e = (Err){ 0 };
	return options_parse(argc, argv, commands, &o, &command, &e);
}

static void test_flags_in_all_their_forms(void **state)
{
	(void)state;
	assert_int_equal(parse("-x prod --region=eu-west-1 get jobs --since 2h -o json --cached"), 0);
	assert_ptr_equal(command, &commands[0]);
	assert_string_equal(o.context, "prod");
	assert_string_equal(o.region, "eu-west-1");
	assert_string_equal(o.since, "2h");
	assert_true(o.cached);
	assert_int_equal(o.out, OUT_JSON);
	assert_int_equal(o.args, 1);
	assert_string_equal(o.arg[0], "jobs");
}

/* -f is the file of a report, and the filter everywhere else; reports have forms of their own. */
static void test_a_letter_belongs_to_the_command_before_it(void **state)
{
	(void)state;
	assert_int_equal(parse("export cost -f out.svg -o svg --force"), 0);
	assert_string_equal(o.file, "out.svg");
	assert_null(o.filter);
	assert_true(o.force && o.out == OUT_SVG);
	assert_int_equal(parse("-f acme get jobs"), 0);
	assert_string_equal(o.filter, "acme");
	assert_null(o.file);
	assert_int_equal(parse("get jobs -f acme"), 0);
	assert_string_equal(o.filter, "acme");
	assert_int_equal(parse("export cost"), 0);
	assert_int_equal(o.out, OUT_MARKDOWN);
	assert_int_equal(parse("export cost -o table"), -1);
	assert_non_null(strstr(e.text, "markdown, json, csv or svg, not table"));
	assert_int_equal(parse("get jobs -o svg"), -1);
	assert_non_null(strstr(e.text, "table, json or csv, not svg"));
}

static void test_the_console_is_what_remains(void **state)
{
	(void)state;
	assert_int_equal(parse("--refresh -1 --read-only"), 0);
	assert_null(command);
	assert_string_equal(o.refresh, "-1");
	assert_true(o.read_only);
	assert_int_equal(o.out, OUT_TABLE);
}

static void test_what_stands_behind_two_dashes_is_no_flag(void **state)
{
	(void)state;
	assert_int_equal(parse("get -- --since -"), 0);
	assert_null(o.since);
	assert_int_equal(o.args, 2);
	assert_string_equal(o.arg[0], "--since");
	assert_string_equal(o.arg[1], "-");
}

static void test_mistakes_are_usage_errors_that_help(void **state)
{
	static const struct { const char *line, *says; } row[] = {
		{ "--contxt prod", "did you mean --context?" },
		{ "gett jobs", "did you mean get?" },
		{ "get jobs --since", "--since needs a value" },
		{ "get jobs --cached=yes", "--cached takes no value" },
		{ "get jobs -o xml", "-o takes table, json or csv, not xml" },
		{ "sim --since 2h", "--since does not go with sim" },
		{ "--since 2h", "--since does not go with the console" },
		{ "--readonly --write", "exclude each other" },
		{ "get 1 2 3 4 5 6 7 8 9", "too many arguments" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_int_equal(parse(row[i].line), -1);
		assert_int_equal(e.kind, ERR_USAGE);
		if (!strstr(e.text, row[i].says))
			fail_msg("%s: %s", row[i].line, e.text);
	}
}

static void test_the_last_one_wins(void **state)
{
	(void)state;
	assert_int_equal(parse("get jobs -o csv -o json"), 0);
	assert_int_equal(o.out, OUT_JSON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flags_in_all_their_forms),
		cmocka_unit_test(test_a_letter_belongs_to_the_command_before_it),
		cmocka_unit_test(test_the_console_is_what_remains),
		cmocka_unit_test(test_what_stands_behind_two_dashes_is_no_flag),
		cmocka_unit_test(test_mistakes_are_usage_errors_that_help),
		cmocka_unit_test(test_the_last_one_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
