#include "unit.h"

#include "panes/fmt.h"

static void ages_never_look_younger(void **state)
{
	static const struct { int64_t s; const char *text; } row[] = {
		{ -3, "0s" }, { 0, "0s" }, { 99, "99s" }, { 119, "119s" }, { 120, "2m" }, { 7199, "119m" }, { 7200, "2h" },
		{ 359999, "99h" }, { 360000, "4d" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_string_equal(fmt_age(&a, row[i].s * 1000).p, row[i].text);
	assert_string_equal(fmt_age(&a, FIG_NONE).p, "-");
	arena_done(&a);
}

static void differences_fit_their_column(void **state)
{
	static const struct { int64_t nusd; const char *text; } row[] = {
		{ 0, "$0.00" }, { 1, "+<$.001" }, { -999999, "-<$.001" }, { 1000000, "+$0.001" }, { -9400000, "-$0.009" },
		{ 61000000, "+$0.061" }, { -12345000000, "-$12.3" }, { INT64_C(1400000000000), "+$1.4k" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_string_equal(fmt_delta(&a, row[i].nusd).p, row[i].text);
	assert_string_equal(fmt_delta(&a, FIG_NONE).p, "-");
	arena_done(&a);
}

static void models_by_their_name(void **state)
{
	static const struct { const char *id; int columns; const char *text; } row[] = {
		{ "us.anthropic.claude-sonnet-4-20250514-v1:0", 22, "claude-sonnet-4" },
		{ "us.anthropic.claude-sonnet-4-20250514-v1:0", 10, "sonnet-4" },
		{ "anthropic.claude-3-5-haiku-20241022-v1:0", 10, "3-5-haiku" },
		{ "anthropic.claude-opus-4-8", 22, "claude-opus-4-8" },
		{ "anthropic.claude-v2:1", 22, "claude-v2:1" },
		{ "amazon.nova-lite-v1:0", 10, "nova-lite" },
		{ "eu.deepseek.v3.2", 10, "v3.2" },
		{ "deepseek.v3.2", 10, "v3.2" },
		{ "my-import", 10, "my-import" },
		{ "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-pro-v1:0", 22, "nova-pro" },
		{ "a.", 10, "a." }, { "", 10, "" }, { "x-v1:0\033[31m", 30, "x-v1:0␛[31m" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_string_equal(fmt_model(&a, str_of(row[i].id), row[i].columns).p, row[i].text);
	arena_done(&a);
}

static void every_digit(void **state)
{
	static const struct { int64_t n; const char *text; } row[] = {
		{ 0, "0" }, { 999, "999" }, { 1000, "1,000" }, { 38201, "38,201" }, { 1000000, "1,000,000" }, { -5, "0" }, { FIG_NONE, "-" },
		{ INT64_MAX, "9,223,372,036,854,775,807" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_string_equal(fmt_exact(&a, row[i].n).p, row[i].text);
	assert_string_equal(fmt_ms(&a, 99999).p, "99.9s");
	assert_string_equal(fmt_ms(&a, 100000).p, "100s");
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models_by_their_name),
		cmocka_unit_test(every_digit),
		cmocka_unit_test(ages_never_look_younger),
		cmocka_unit_test(differences_fit_their_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
