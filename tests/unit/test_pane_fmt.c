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

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ages_never_look_younger) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
