#include "unit.h"

#include <stdlib.h>

#include "base/ranked.h"

enum { MOST = 5000 };

static uint64_t next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	return *x ^= *x << 17;
}

/* `what` is the place it had, so of one rank the lower place comes first. */
static void check(size_t n, uint64_t mask)
{
	static Ranked v[MOST];
	static uint64_t was[MOST];
	uint64_t x = n * 77 + mask + 1;

	for (size_t i = 0; i < n; i++)
		v[i] = (Ranked){ was[i] = next(&x) & mask, i };
	ranked_sort(v, n);
	for (size_t i = 0; i < n; i++) {
		assert_true(v[i].what < n && v[i].rank == was[v[i].what]);
		assert_true(!i || v[i - 1].rank < v[i].rank || (v[i - 1].rank == v[i].rank && v[i - 1].what < v[i].what));
	}
}

static void in_order_and_what_is_alike_stays(void **state)
{
	static const size_t many[] = { 0, 1, 2, 3, 63, 64, 65, 1000, MOST };
	static const uint64_t mask[] = { 0, 1, 0x3ff, 0xfff, UINT64_C(0xff00000000), UINT64_C(1) << 63, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof many / sizeof *many; i++)
		for (size_t k = 0; k < sizeof mask / sizeof *mask; k++)
			check(many[i], mask[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(in_order_and_what_is_alike_stays) };

	return cmocka_run_group_tests_name("ranked", tests, NULL, NULL);
}
