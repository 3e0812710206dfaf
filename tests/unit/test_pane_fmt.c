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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_never_look_younger),
		cmocka_unit_test(differences_fit_their_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
