#include "unit.h"

#include "model/interval.h"

/* Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I, method 3. */
static void published_values(void **state)
{
	static const struct { int64_t hits, n, low, high; } row[] = {
		{ 81, 263, 255300, 366200 }, { 15, 148, 62400, 160500 }, { 0, 20, 0, 161100 }, { 1, 29, 6100, 171800 } };

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		int64_t low, high;

		interval_95(row[i].hits, row[i].n, &low, &high);
		assert_true(llabs(low - row[i].low) <= 50 && llabs(high - row[i].high) <= 50);
	}
}

static void it_holds_the_share_and_stays_within_bounds(void **state)
{
	(void)state;
	for (int64_t n = 1; n <= 60; n++)
		for (int64_t hits = 0; hits <= n; hits++) {
			int64_t low, high, other_low, other_high, share = hits * 1000000 / n;

			interval_95(hits, n, &low, &high);
			assert_true(0 <= low && low <= share && share <= high && high <= 1000000);
			interval_95(n - hits, n, &other_low, &other_high);
			assert_true(llabs(low - (1000000 - other_high)) <= 1 && llabs(high - (1000000 - other_low)) <= 1);
		}
}

static void nothing_says_nothing(void **state)
{
	int64_t low, high;

	(void)state;
	interval_95(0, 0, &low, &high);
	assert_true(low == 0 && high == 1000000);
	interval_95(-3, 10, &low, &high);
	assert_true(low == 0 && high < 350000);
	interval_95(12, 10, &low, &high);
	assert_true(low > 650000 && high == 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_values), cmocka_unit_test(it_holds_the_share_and_stays_within_bounds), cmocka_unit_test(nothing_says_nothing) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
