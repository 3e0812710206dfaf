#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/cells.h"

static uint64_t state = 7;

static int64_t dice(int64_t sides)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)(state >> 11) % sides;
}

static bool before(const Place *a, const Place *b)
{
	const int64_t x[] = { a->rollup, a->at, a->key[0], a->key[1], a->key[2] }, y[] = { b->rollup, b->at, b->key[0], b->key[1], b->key[2] };

	for (size_t i = 0; i < sizeof x / sizeof *x; i++)
		if (x[i] != y[i])
			return x[i] < y[i];
	return false;
}

/* Each cell once, each behind all that stand before it in the tables. */
static void check(size_t n, int64_t spans, int64_t first, int64_t names)
{
	Cells c = { 0 };
	uint32_t *order;
	bool *seen;

	for (size_t i = 0; i < n; i++) {
		Place p = { dice(ROLLUPS), 0, { dice(names), dice(names), dice(names) } };

		p.at = first / (1 + p.rollup) + dice(spans);       /* of each rollup other ones */
		cells_at(&c, &p)->s.jobs++;
	}
	order = xcalloc(c.n, sizeof *order);
	seen = xcalloc(c.n, sizeof *seen);
	cells_sort(&c, order);
	for (size_t i = 0; i < c.n; i++) {
		assert_true(order[i] < c.n && !seen[order[i]]);
		seen[order[i]] = true;
		assert_true(!i || before(&c.v[order[i - 1]].place, &c.v[order[i]].place));
	}
	free(seen);
	free(order);
	cells_done(&c);
}

static void cells_come_in_the_order_of_the_tables(void **unused)
{
	(void)unused;
	check(3, 5, 500000, 9);
	check(150, 5, -40, 3);
	check(5000, 24, 500000, 300);                    /* few bits: by digits */
	check(5000, 1, 0, 1);
	check(5000, 90, -1036800, 60);
	check(5000, 40, 29000000, INT64_C(1) << 19);     /* 5 + 6 + 57: too many */
	check(5000, 200, -500, INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(cells_come_in_the_order_of_the_tables) };

	return cmocka_run_group_tests_name("cells", tests, NULL, NULL);
}
