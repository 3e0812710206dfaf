#include "unit.h"

#include "model/money.h"

static void screen_texts(void **state)
{
	static const struct { int64_t nusd; const char *text; } cases[] = {
		{ 0, "$0.00" }, { 1, "$0.000000001" }, { 99, "$0.000000099" }, { 100, "$0.0000001" }, { 4100000, "$0.0041" },
		{ 4149999, "$0.0041" }, { 4150000, "$0.0042" }, { 4000000, "$0.004" }, { 50000000, "$0.05" },
		{ 99499999, "$0.099" }, { 99500000, "$0.10" }, { 500000000, "$0.50" }, { 994999999, "$0.99" },
		{ 995000000, "$1.00" }, { 1230000000, "$1.23" }, { 9994999999, "$9.99" }, { 9995000000, "$10.0" },
		{ 99950000000, "$100" }, { 412000000000, "$412" }, { 999499999999, "$999" }, { 999500000000, "$1.0k" },
		{ 1400000000000, "$1.4k" }, { 9950000000000, "$10k" }, { 412345000000000, "$412k" }, { 999500000000000, "$1.0M" },
		{ 2100000000000000, "$2.1M" }, { 999500000000000000, "$1.0B" }, { INT64_MAX, "$9.2B" }, { INT64_MIN, "-$9.2B" },
		{ -3200000000, "-$3.20" }, { -1, "-$0.000000001" },
	};
	char out[MONEY_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		money_screen(cases[i].nusd, out);
		assert_string_equal(out, cases[i].text);
	}
}

static void exact_texts(void **state)
{
	static const struct { int64_t nusd; const char *text; } cases[] = {
		{ 0, "0.00" }, { 12345678901, "12.345678901" }, { 500000000, "0.50" }, { 1, "0.000000001" }, { -1500, "-0.0000015" },
		{ 1000000000, "1.00" }, { 1010000000, "1.01" }, { INT64_MAX, "9223372036.854775807" },
		{ INT64_MIN, "-9223372036.854775808" },
	};
	char out[MONEY_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		money_exact(cases[i].nusd, out);
		assert_string_equal(out, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(screen_texts), cmocka_unit_test(exact_texts) };

	return cmocka_run_group_tests_name("money", tests, NULL, NULL);
}
