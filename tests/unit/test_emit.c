#include "unit.h"

#include <unistd.h>

#include "base/file.h"
#include "cli/emit.h"

static const EmitColumn columns[] = {
	{ "id", "ID", CELL_TEXT, false },
	{ "cost", "USD", CELL_MONEY, true },
	{ "tokens.input", "IN", CELL_COUNT, true },
	{ "note", NULL, CELL_TEXT, false },
};

static char got[4096];
static int code;

/* What the answer looks like on stdout. */
static const char *printed(Output out, const char *json, const char *rows)
{
	Options o = { .out = out };
	Buf b = { 0 }, text = { 0 };
	FILE *f = tmpfile();
	int saved = dup(STDOUT_FILENO);

	assert_non_null(f);
	(void)buf_puts(&b, json);
	(void)fflush(stdout);
	(void)dup2(fileno(f), STDOUT_FILENO);
	code = emit(&o, &b, rows, columns, 4);
	(void)fflush(stdout);
	(void)dup2(saved, STDOUT_FILENO);
	(void)close(saved);
	(void)lseek(fileno(f), 0, SEEK_SET);
	assert_int_equal(fd_read_all(fileno(f), &text, sizeof got - 1, NULL), 0);
	(void)snprintf(got, sizeof got, "%s", buf_cstr(&text));
	fclose(f);
	buf_done(&b);
	buf_done(&text);
	return got;
}

static void test_csv_quotes_what_must_be(void **state)
{
	(void)state;
	assert_string_equal(printed(OUT_CSV,
		"[{\"id\":\"a,b\",\"cost\":5,\"tokens\":{\"input\":-7},\"note\":\"say \\\"x\\\"\"},"
		"{\"id\":null,\"cost\":null,\"tokens\":null,\"note\":\"two\\nlines\"}]", ""),
		"id,cost,tokens.input,note\n"
		"\"a,b\",5,-7,\"say \"\"x\"\"\"\n"
		",,,\"two\nlines\"\n");
	assert_int_equal(code, 0);
}

/* What a spreadsheet would run is text there; a number stays a number. */
static void test_csv_disarms_formulas(void **state)
{
	static const char *const bad[] = { "=1+1", "+1", "-1", "@SUM(A1)" };
	char json[128], want[128];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(json, sizeof json, "[{\"id\":\"%s\",\"cost\":-1}]", bad[i]);
		(void)snprintf(want, sizeof want, "\n\"'%s\",-1,,\n", bad[i]);
		assert_non_null(strstr(printed(OUT_CSV, json, ""), want));
	}
}

static void test_a_table_lines_up(void **state)
{
	(void)state;
	assert_string_equal(printed(OUT_TABLE,
		"{\"groups\":[{\"id\":\"long name\",\"cost\":1500000000,\"tokens\":{\"input\":12},\"note\":\"hidden\"},"
		"{\"id\":\"x\",\"cost\":null,\"tokens\":{\"input\":1}}]}", "groups"),
		"ID           USD  IN\n"
		"long name  $1.50  12\n"
		"x              -   1\n");
}

/* Text from outside cannot drive the terminal that a table or a CSV is printed to. */
static void test_controls_do_not_come_out(void **state)
{
	static const char json[] = "[{\"id\":\"\\u001b]52;c;AA\\u0007\",\"cost\":1}]";

	(void)state;
	assert_null(strchr(printed(OUT_TABLE, json, ""), '\033'));
	assert_null(strchr(printed(OUT_CSV, json, ""), '\033'));
}

static void test_json_comes_out_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(printed(OUT_JSON, "{\"id\":9007199254740993}", ""), "{\"id\":9007199254740993}\n");
	assert_int_equal(code, 0);
}

static void test_nothing_at_all(void **state)
{
	(void)state;
	assert_string_equal(printed(OUT_CSV, "[]", ""), "id,cost,tokens.input,note\n");
	assert_string_equal(printed(OUT_TABLE, "[]", ""), "ID  USD  IN\n");
}

/* Half a document would be taken for a whole one. */
static void test_an_answer_that_does_not_fit_is_an_error(void **state)
{
	Options o = { .out = OUT_JSON };
	Buf b;

	(void)state;
	buf_init(&b, 16);
	(void)buf_puts(&b, "[1,2,3,4,5,6");
	(void)buf_puts(&b, ",7,8,9,10,11,12]");
	assert_true(b.full);
	assert_int_equal(emit(&o, &b, "", columns, 4), 1);
	o.out = OUT_CSV;
	assert_int_equal(emit(&o, &b, "", columns, 4), 1);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv_quotes_what_must_be),
		cmocka_unit_test(test_csv_disarms_formulas),
		cmocka_unit_test(test_a_table_lines_up),
		cmocka_unit_test(test_controls_do_not_come_out),
		cmocka_unit_test(test_json_comes_out_as_it_is),
		cmocka_unit_test(test_nothing_at_all),
		cmocka_unit_test(test_an_answer_that_does_not_fit_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
