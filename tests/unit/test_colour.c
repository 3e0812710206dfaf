#include "unit.h"

#include "ui/colour.h"

/* The fixed colours 16 to 255 of xterm, counted out. */
static uint32_t fixed_rgb(uint32_t index)
{
	static const uint32_t step[6] = { 0, 95, 135, 175, 215, 255 };
	uint32_t cube = index - 16, grey = 8 + 10 * (index - 232);

	return index >= 232 ? grey * 0x010101 : step[cube / 36] << 16 | step[cube / 6 % 6] << 8 | step[cube % 6];
}

static int64_t apart(uint32_t a, uint32_t b)
{
	static const int64_t weight[3] = { 2, 4, 3 };
	int64_t sum = 0;

	for (int i = 0; i < 3; i++) {
		int64_t d = (int64_t)(a >> 8 * i & 255) - (int64_t)(b >> 8 * i & 255);

		sum += weight[i] * d * d;
	}
	return sum;
}

static uint32_t shown(uint32_t rgb)
{
	Theme t = { .role[ROLE_WARN].fg = { COLOUR_RGB, rgb } };
	Palette p;

	palette_build(&p, &t, DEPTH_256, 256);
	return p.ink[ROLE_WARN].fg;
}

/* Of all 240 none is nearer than the one that is shown, and of two that are as near the first is taken. */
static void the_nearest_of_256(void **state)
{
	(void)state;
	for (uint32_t rgb = 0; rgb < 0x1000000; rgb += 0x0BA7) {
		uint32_t best = 16;

		for (uint32_t i = 17; i < 256; i++)
			if (apart(rgb, fixed_rgb(i)) < apart(rgb, fixed_rgb(best)))
				best = i;
		assert_int_equal(shown(rgb), INK_INDEX | best);
	}
	for (uint32_t i = 16; i < 256; i++)
		assert_int_equal(fixed_rgb(shown(fixed_rgb(i)) & INK_VALUE), fixed_rgb(i));
}

/* Greys lie between the steps of the cube and the row of greys. */
static void the_nearest_of_greys(void **state)
{
	(void)state;
	for (uint32_t v = 0; v < 256; v++) {
		uint32_t rgb = v * 0x010101, best = 16;

		for (uint32_t i = 17; i < 256; i++)
			if (apart(rgb, fixed_rgb(i)) < apart(rgb, fixed_rgb(best)))
				best = i;
		assert_int_equal(shown(rgb), INK_INDEX | best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_nearest_of_256), cmocka_unit_test(the_nearest_of_greys) };

	return cmocka_run_group_tests_name("colour", tests, NULL, NULL);
}
