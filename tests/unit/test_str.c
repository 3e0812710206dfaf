#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

static void exact_decimals(void **state)
{
	int64_t v = 0;

	(void)state;
	assert_int_equal(str_scaled(STR("1.5"), 6, &v), 0);
	assert_int_equal(v, 1500000);
	assert_int_equal(str_scaled(STR("-0.0000005"), 6, &v), 0);
	assert_int_equal(v, -1);
	assert_int_equal(str_scaled(STR("0.00000049"), 6, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(str_scaled(STR("9.9995"), 3, &v), 0);
	assert_int_equal(v, 10000);
	assert_int_equal(str_scaled(STR("12e-3"), 6, &v), 0);
	assert_int_equal(v, 12000);
	assert_int_equal(str_scaled(STR("000.100"), 2, &v), 0);
	assert_int_equal(v, 10);
	assert_int_equal(str_scaled(STR("1e3"), 0, &v), 0);
	assert_int_equal(v, 1000);
	assert_int_equal(str_scaled(STR("9223372036854775808"), 0, &v), -1);
	assert_int_equal(str_scaled(STR("1."), 0, &v), -1);
	assert_int_equal(str_scaled(STR("."), 0, &v), -1);
	assert_int_equal(str_scaled(STR(""), 0, &v), -1);
	assert_int_equal(str_scaled(STR("0x10"), 0, &v), -1);
	assert_int_equal(str_scaled(STR("1e999"), 0, &v), -1);
}

static void strict_integers(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_int_equal(str_i64(STR("-9223372036854775808"), &v), 0);
	assert_true(v == INT64_MIN);
	assert_int_equal(str_i64(STR("9223372036854775807"), &v), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(str_i64(STR("9223372036854775808"), &v), -1);
	assert_int_equal(str_i64(STR("+1"), &v), -1);
	assert_int_equal(str_i64(STR(" 1"), &v), -1);
	assert_int_equal(str_i64(STR("-"), &v), -1);
}

static void cuts(void **state)
{
	Str rest = STR("a,b,c");

	(void)state;
	assert_true(str_is(str_cut(rest, ',', &rest), "a"));
	assert_true(str_is(rest, "b,c"));
	assert_true(str_is(str_trim(STR("\t x y \r\n")), "x y"));
	assert_true(str_has(STR("COST_TRACKING x"), STR("TRACK")));
	assert_false(str_has(STR("ab"), STR("abc")));
}

static void capped_buffer(void **state)
{
	Buf b;

	(void)state;
	buf_init(&b, 5);
	assert_int_equal(buf_puts(&b, "hell"), 0);
	assert_int_equal(buf_puts(&b, "oo"), -1);
	assert_true(b.full);
	assert_string_equal(buf_cstr(&b), "hell");
	buf_shift(&b, 2);
	assert_string_equal(buf_cstr(&b), "ll");
	buf_done(&b);
}

static void arena_blocks(void **state)
{
	Arena a = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_true(str_is(arena_printf(&a, "n%d", i % 10), (char[]){ 'n', (char)('0' + i % 10), 0 }));
	assert_non_null(arena_alloc(&a, 3 << 20));
	arena_reset(&a);
	assert_non_null(arena_alloc(&a, 10));
	arena_done(&a);
}

/* Several at once are what each is by itself, whatever their lengths. */
static void hashes_of_several(void **state)
{
	const Str text[] = { STR("foobar"), STR(""), STR("a"), STR("the same thing twice, and longer"), STR("the same thing twice, and longer"), STR("b") };
	enum { TEXTS = sizeof text / sizeof *text };

	(void)state;
	/* The authors' test suite: isthe.com/chongo/src/fnv/test_fnv.c */
	assert_true(str_hash(STR("")) == UINT64_C(0xcbf29ce484222325));
	assert_true(str_hash(STR("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(str_hash(STR("foobar")) == UINT64_C(0x85944171f73967e8));
	for (size_t n = 0; n <= STR_LANES; n++)
		for (size_t from = 0; from + n <= TEXTS; from++) {
			uint64_t hash[STR_LANES];

			str_hash_each(text + from, n, hash);
			for (size_t i = 0; i < n; i++)
				assert_true(hash[i] == str_hash(text[from + i]));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact_decimals), cmocka_unit_test(strict_integers), cmocka_unit_test(cuts),
		cmocka_unit_test(capped_buffer), cmocka_unit_test(arena_blocks), cmocka_unit_test(hashes_of_several),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
