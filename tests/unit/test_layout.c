#include "unit.h"

#include "ui/layout.h"

static void expect(const Placed *p, int x, int y, int w, int h)
{
	assert_int_equal(p->x, x);
	assert_int_equal(p->y, y);
	assert_int_equal(p->w, w);
	assert_int_equal(p->h, h);
}

static void cells_percents_stars(void **state)
{
	ViewNode d = { .size_kind = SIZE_STAR }, c = { .size_kind = SIZE_STAR, .next = &d };
	ViewNode b = { .size_kind = SIZE_PERCENT, .size = 40, .next = &c }, a = { .size_kind = SIZE_CELLS, .size = 3, .next = &b };
	ViewNode root = { .is_split = true, .rows = true, .child = &a };
	Placed out[8];

	(void)state;
	assert_int_equal(layout_place(&root, (Placed){ NULL, 0, 2, 80, 20 }, NULL, out, 8), 4);
	expect(&out[0], 0, 2, 80, 3);
	expect(&out[1], 0, 5, 80, 8);
	expect(&out[2], 0, 13, 80, 5);
	expect(&out[3], 0, 18, 80, 4);
	assert_ptr_equal(out[3].node, &d);
	assert_int_equal(layout_place(&root, (Placed){ NULL, 0, 0, 80, 20 }, NULL, out, 2), 2);
	assert_int_equal(layout_place(NULL, (Placed){ NULL, 0, 0, 80, 20 }, NULL, out, 8), 0);
}

static void nested_and_rounding(void **state)
{
	ViewNode right = { .size_kind = SIZE_PERCENT, .size = 50 }, left = { .size_kind = SIZE_PERCENT, .size = 50, .next = &right };
	ViewNode bottom = { .is_split = true, .child = &left, .size_kind = SIZE_PERCENT, .size = 33 };
	ViewNode top = { .size_kind = SIZE_PERCENT, .size = 33, .next = &bottom };
	ViewNode root = { .is_split = true, .rows = true, .child = &top };
	Placed out[3];

	(void)state;
	assert_int_equal(layout_place(&root, (Placed){ NULL, 0, 0, 81, 10 }, NULL, out, 3), 3);
	expect(&out[0], 0, 0, 81, 3);
	/* Without a star the last percent takes the rest: no hole at the edge. */
	expect(&out[1], 0, 3, 41, 7);
	expect(&out[2], 41, 3, 40, 7);
}

static void nothing_is_ever_negative(void **state)
{
	ViewNode e = { .size_kind = SIZE_CELLS, .size = 4 }, d = { .size_kind = SIZE_STAR, .next = &e };
	ViewNode c = { .size_kind = SIZE_PERCENT, .size = 90, .next = &d }, b = { .size_kind = SIZE_PERCENT, .size = 70, .next = &c };
	ViewNode a = { .size_kind = SIZE_CELLS, .size = 5, .next = &b };
	ViewNode root = { .is_split = true, .child = &a };
	Placed out[5];

	(void)state;
	for (int w = -3; w < 200; w++) {
		int sum = 0;

		assert_int_equal(layout_place(&root, (Placed){ NULL, 0, 0, w, 1 }, NULL, out, 5), 5);
		for (int i = 0; i < 5; i++) {
			assert_true(out[i].w >= 0);
			assert_int_equal(out[i].x, sum);
			sum += out[i].w;
		}
		assert_int_equal(sum, w < 0 ? 0 : w);
	}
	layout_place(&root, (Placed){ NULL, 0, 0, 7, 1 }, NULL, out, 5);
	expect(&out[0], 0, 0, 5, 1);
	expect(&out[4], 5, 0, 2, 1);
}

/* What is not shown leaves its room to the others, and keeps its place in the list. */
static void nodes_come_and_go(void **state)
{
	ViewNode e = { .size_kind = SIZE_STAR }, inner = { .size_kind = SIZE_STAR };
	ViewNode d = { .is_split = true, .size_kind = SIZE_CELLS, .size = 5, .child = &inner, .next = &e, .from_w = 100, .from_h = 40, .when = WHEN_QUIET };
	ViewNode c = { .size_kind = SIZE_CELLS, .size = 4, .next = &d, .from_w = 100, .from_h = 40, .when = WHEN_FIRING };
	ViewNode b = { .size_kind = SIZE_CELLS, .size = 2, .next = &c, .when = WHEN_FIRING };
	ViewNode a = { .size_kind = SIZE_PERCENT, .size = 10, .next = &b, .from_w = 100, .from_h = 1 };
	ViewNode root = { .is_split = true, .rows = true, .child = &a };
	static const struct { LayoutFor what; int h[5]; } rows[] = {
		{ { 99, 50, false }, { 0, 0, 0, 5, 15 } }, { { 99, 50, true }, { 0, 2, 4, 0, 14 } }, { { 100, 39, false }, { 2, 0, 0, 5, 13 } },
		{ { 100, 40, false }, { 2, 0, 4, 5, 9 } }, { { 100, 40, true }, { 2, 2, 4, 5, 7 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Placed out[5];
		int y = 3;

		assert_int_equal(layout_place(&root, (Placed){ NULL, 0, 3, 100, 20 }, &rows[i].what, out, 5), 5);
		for (int k = 0; k < 5; k++) {
			expect(&out[k], 0, y, 100, rows[i].h[k]);
			y += rows[i].h[k];
		}
		assert_ptr_equal(out[3].node, &inner);
	}
	assert_int_equal(layout_place(&root, (Placed){ NULL, 0, 0, 100, 20 }, NULL, NULL, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_percents_stars), cmocka_unit_test(nested_and_rounding), cmocka_unit_test(nothing_is_ever_negative),
		cmocka_unit_test(nodes_come_and_go),
	};

	return cmocka_run_group_tests_name("layout", tests, NULL, NULL);
}
