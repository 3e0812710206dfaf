/* Code points as bytes and back, and what they are made of. */
#include "unit.h"

#include "base/utf8.h"

static void test_every_code_point_comes_back(void **state)
{
	char b[4];
	uint32_t got;

	(void)state;
	for (uint32_t cp = 1; cp < 0x110000; cp++) {
		size_t n;

		if (cp >= 0xD800 && cp <= 0xDFFF)
			continue;
		n = utf8_write(b, cp);
		assert_int_equal(utf8_next((Str){ b, n }, 0, &got), (int)n);
		assert_int_equal(got, cp);
		assert_true(n == 1 || utf8_next((Str){ b, n - 1 }, 0, &got) == -(int)(n - 1));
	}
}

static void test_parts(void **state)
{
	static const struct { uint32_t cp; int n; uint32_t first, last; } rows[] = {
		{ 'a', 1, 'a', 'a' }, { 0xE9, 2, 'e', 0x301 }, { 0x1D400, 1, 'A', 'A' }, { 0xFF21, 1, 'A', 'A' },
		{ 0xFB01, 2, 'f', 'i' }, { 0x2474, 3, '(', ')' }, { 0xFDFA, CP_PARTS, 0x635, 0x645 }, { 0x4E00, 1, 0x4E00, 0x4E00 },
	};
	uint32_t out[CP_PARTS];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int n = cp_parts(rows[i].cp, out);

		assert_int_equal(n, rows[i].n);
		assert_int_equal(out[0], rows[i].first);
		assert_int_equal(out[n - 1], rows[i].last);
	}
	for (uint32_t cp = 0; cp < 0x110000; cp++)
		assert_in_range(cp_parts(cp, out), 1, CP_PARTS);
	assert_int_equal(cp_lower(0x416), 0x436);
	assert_int_equal(cp_lower(0x4E00), 0x4E00);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_point_comes_back),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
