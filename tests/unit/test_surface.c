#include "unit.h"

#include <math.h>

#include "ui/surface.h"

static void expect_rows(const Surface *s, const char *want)
{
	Buf out = { 0 };

	assert_int_equal(surface_to_text(s, false, &out), 0);
	assert_string_equal(buf_cstr(&out), want);
	buf_done(&out);
}

static void text_stays_in_its_box(void **state)
{
	Surface *s = surface_new(10, 3);
	Box b = box_sub(surface_box(s), 2, 1, 5, 1);

	(void)state;
	assert_int_equal(draw_own(b, 0, 0, ROLE_TEXT, "0123456789"), 5);
	assert_int_equal(draw_own(b, 0, 1, ROLE_TEXT, "below"), 5);
	assert_int_equal(draw_own(b, 0, -1, ROLE_TEXT, "above"), 5);
	assert_int_equal(draw_own(b, -2, 0, ROLE_TEXT, "abcd"), 4);
	assert_int_equal(draw_own(b, 7, 0, ROLE_TEXT, "x"), 0);
	expect_rows(s, "\n  cd234\n\n");
	surface_free(s);
}

static void boxes_are_clamped(void **state)
{
	Surface *s = surface_new(8, 4);
	Box b = box_sub(surface_box(s), 6, 3, 10, 10), none = box_sub(b, 5, 5, 3, -1);

	(void)state;
	assert_int_equal(b.w, 2);
	assert_int_equal(b.h, 1);
	assert_int_equal(none.w, 0);
	assert_int_equal(none.h, 0);
	draw_fill(none, -5, -5, 100, 100, ROLE_SELECTED);
	assert_int_equal(draw_own(none, 0, 0, ROLE_TEXT, "x"), 0);
	expect_rows(s, "\n\n\n\n");
	surface_free(s);
}

static void wide_characters(void **state)
{
	Surface *s = surface_new(6, 1);
	Box b = surface_box(s);

	(void)state;
	assert_int_equal(draw_own(b, 0, 0, ROLE_TEXT, "日本"), 4);
	assert_int_equal(surface_cell(s, 1, 0)->width, 0);
	draw_own(b, 1, 0, ROLE_TEXT, "x");                       /* over the right half */
	expect_rows(s, " x本\n");
	draw_own(b, 2, 0, ROLE_TEXT, "y");                       /* over the left half */
	expect_rows(s, " xy\n");
	draw_own(b, 1, 0, ROLE_TEXT, "語");
	draw_own(b, 2, 0, ROLE_TEXT, "語");                      /* over the right half, with a wide one */
	expect_rows(s, "  語\n");
	assert_int_equal(draw_own(b, 5, 0, ROLE_TEXT, "語"), 1); /* does not fit: a blank */
	assert_int_equal(surface_cell(s, 5, 0)->width, 1);
	expect_rows(s, "  語\n");
	surface_clear(s);
	expect_rows(s, "\n");
	surface_free(s);
}

static void columns_of_a_table(void **state)
{
	Surface *s = surface_new(20, 4);
	Box b = surface_box(s);

	(void)state;
	assert_int_equal(draw_left(b, 0, 0, 6, ROLE_TEXT, clean_own("upsell-generator")), 6);
	assert_int_equal(draw_right(b, 7, 0, 6, ROLE_MONEY, clean_own("0.041")), 6);
	draw_right(b, 7, 1, 3, ROLE_MONEY, clean_own("12345"));
	draw_hline(b, 0, 2, 4, ROLE_BORDER);
	draw_ramp(b, 0, 3, 3, 99, clean_own("12"));
	assert_int_equal(draw_ownf(b, 5, 3, ROLE_TEXT, "%d %s", 7, "jobs"), 6);
	assert_int_equal(draw_left(b, 0, 1, -3, ROLE_TEXT, clean_own("x")), 0);
	expect_rows(s, "upsel…  0.041\n       12…\n────\n12   7 jobs\n");
	assert_int_equal(surface_cell(s, 2, 3)->role, ROLE_RAMP_0 + RAMP_MAX - 1);
	assert_int_equal(surface_cell(s, 8, 0)->role, ROLE_MONEY);
	surface_free(s);
}

static void recolouring_keeps_text(void **state)
{
	Surface *s = surface_new(6, 1);
	Box b = surface_box(s);

	(void)state;
	draw_own(b, 0, 0, ROLE_TEXT, "ab日");
	draw_role(b, -1, 0, 99, ROLE_SELECTED, ATTR_BOLD);
	expect_rows(s, "ab日\n");
	for (int x = 0; x < 6; x++) {
		assert_int_equal(surface_cell(s, x, 0)->role, ROLE_SELECTED);
		assert_int_equal(surface_cell(s, x, 0)->attrs, ATTR_BOLD);
	}
	surface_free(s);
}

static void stamps_tell_changes(void **state)
{
	Surface *s = surface_new(6, 2), *other = surface_new(6, 2);
	Box b = surface_box(s);
	uint64_t top, bottom;

	(void)state;
	assert_true(surface_row_stamp(s, 0) != surface_row_stamp(other, 0));
	draw_own(b, 0, 0, ROLE_TEXT, "same");
	top = surface_row_stamp(s, 0);
	bottom = surface_row_stamp(s, 1);
	draw_own(b, 0, 0, ROLE_TEXT, "same");
	assert_true(surface_row_stamp(s, 0) == top);
	draw_own(b, 0, 0, ROLE_TEXT, "some");
	assert_true(surface_row_stamp(s, 0) != top);
	assert_true(surface_row_stamp(s, 1) == bottom);
	assert_null(surface_cell(s, 6, 0));
	assert_null(surface_cell(s, 0, -1));
	surface_free(s);
	surface_free(other);
	surface_free(NULL);
}

/* Rows that nothing was drawn on are passed over, and keep their stamps: nobody compares them again. */
static void emptying(void **state)
{
	Surface *s = surface_new(6, 3);
	uint64_t first = surface_row_stamp(s, 0), last = surface_row_stamp(s, 2);

	(void)state;
	for (int how = 0; how < 3; how++) {
		draw_own(surface_box(s), 1, 1, ROLE_TEXT, "日ab");
		draw_role(surface_box(s), 0, 1, 6, ROLE_SELECTED, 0);
		if (how == 0)
			surface_clear(s);
		else if (how == 1)
			surface_resize(s, 6, 3);
		else
			box_clear(surface_box(s));
		for (int x = 0; x < 6; x++)
			assert_memory_equal(surface_cell(s, x, 1), &(Cell){ .width = 1 }, sizeof(Cell));
		assert_true(surface_row_stamp(s, 0) == first && surface_row_stamp(s, 2) == last);
	}
	surface_clear(s);
	draw_own(surface_box(s), 0, 1, ROLE_TEXT, "again");
	surface_clear(s);
	expect_rows(s, "\n\n\n");
	surface_free(s);
}

static void sparks(void **state)
{
	static const double rising[] = { 0, 1, 2, 3, 4, 5, 6, 7 }, gap[] = { 5, NAN, 0, INFINITY, 10 };
	static const double flat[] = { 0, 0 }, below[] = { -4, 0, 4 }, huge[] = { -1.7e308, 1.7e308 };
	Surface *s = surface_new(12, 6);
	Box b = surface_box(s);

	(void)state;
	assert_int_equal(draw_spark(b, 0, 0, 8, ROLE_CHART_1, rising, 8, false), 8);
	draw_spark(b, 0, 1, 5, ROLE_CHART_1, gap, 5, false);
	draw_spark(b, 0, 2, 4, ROLE_CHART_1, flat, 2, false);
	draw_spark(b, 0, 3, 3, ROLE_CHART_1, below, 3, false);
	draw_spark(b, 0, 4, 3, ROLE_CHART_1, rising, 8, true);
	draw_spark(b, 0, 5, 2, ROLE_CHART_1, huge, 2, false);
	assert_int_equal(draw_spark(b, 0, 0, -2, ROLE_CHART_1, NULL, 0, false), 0);
	expect_rows(s, "▁▂▃▄▅▆▇█\n▅ ▁ █\n  ▁▁\n▁▅█\n+*#\n▁█\n");
	surface_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_in_its_box), cmocka_unit_test(boxes_are_clamped), cmocka_unit_test(wide_characters),
		cmocka_unit_test(columns_of_a_table), cmocka_unit_test(recolouring_keeps_text),
		cmocka_unit_test(stamps_tell_changes), cmocka_unit_test(emptying), cmocka_unit_test(sparks),
	};

	return cmocka_run_group_tests_name("surface", tests, NULL, NULL);
}
