/* The exact test of paired answers, beside values from the binomial table. */
#include "unit.h"

#include <math.h>

#include "model/paired.h"

static void assert_p(int64_t won, int64_t lost, double want)
{
	const Paired p = { won, lost, 100 }, other = { lost, won, 0 };

	assert_true(fabs(paired_p(&p) - want) < 1e-9);
	assert_true(fabs(paired_p(&other) - want) < 1e-9);       /* neither side is preferred, and ties do not count */
}

static void exact(void **state)
{
	(void)state;
	assert_p(0, 0, 1);
	assert_p(1, 0, 1);
	assert_p(5, 5, 1);
	assert_p(6, 5, 1);
	assert_p(5, 0, 2.0 / 32);
	assert_p(6, 0, 2.0 / 64);
	assert_p(14, 3, 2.0 * (1 + 17 + 136 + 680) / 131072);
	assert_p(9, 1, 2.0 * (1 + 10) / 1024);
	assert_true(paired_p(&(Paired){ 0, 5000, 0 }) < 1e-100 && paired_p(&(Paired){ 0, 5000, 0 }) >= 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(exact) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
