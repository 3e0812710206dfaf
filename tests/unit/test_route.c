#include "unit.h"

#include "model/route.h"

#define ROUTE(...) ((Route){ (RoutePart[]){ __VA_ARGS__ }, sizeof((RoutePart[]){ __VA_ARGS__ }) / sizeof(RoutePart) })

static void test_equal_in_any_order(void **state)
{
	Route x = ROUTE({ STR("3.1"), 90 }, { STR("3.2"), 10 }), y = ROUTE({ STR("3.2"), 10 }, { STR("3.1"), 90 });
	Route z = ROUTE({ STR("3.1"), 10 }, { STR("3.2"), 90 });

	(void)state;
	assert_true(route_eq(x, y));
	assert_false(route_eq(x, z));
	assert_false(route_eq(x, ROUTE({ STR("3.1"), 100 })));
	assert_true(route_eq((Route){ 0 }, (Route){ 0 }));
}

static void test_the_main_version(void **state)
{
	(void)state;
	assert_true(str_is(route_main(ROUTE({ STR("3.1"), 10 }, { STR("3.2"), 90 })), "3.2"));
	assert_true(str_is(route_main(ROUTE({ STR("b"), 50 }, { STR("a"), 50 })), "b"));
	assert_int_equal(route_main((Route){ 0 }).n, 0);
	assert_int_equal(route_share(ROUTE({ STR("3.1"), 10 }, { STR("3.2"), 90 }), STR("3.2")), 90);
	assert_int_equal(route_share(ROUTE({ STR("3.1"), 100 }), STR("3.2")), 0);
}

static void test_what_is_no_route(void **state)
{
	const struct { Route r; const char *says; } rows[] = {
		{ { 0 }, "add up to 0" }, { { (RoutePart[]){ { STR("1"), 99 } }, 1 }, "add up to 99" },
		{ { (RoutePart[]){ { STR("1"), 50 }, { STR("1"), 50 } }, 2 }, "twice" },
		{ { (RoutePart[]){ { STR("1"), 100 }, { STR("2"), 0 } }, 2 }, "weight 0" },
		{ { (RoutePart[]){ { STR("1"), 200 }, { STR("2"), -100 } }, 2 }, "weight 200" },
		{ { (RoutePart[]){ { STR(""), 100 } }, 1 }, "without the name" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Err e = { 0 };

		assert_int_equal(route_check(rows[i].r, &e), -1);
		assert_non_null(strstr(e.text, rows[i].says));
	}
	assert_int_equal(route_check(ROUTE({ STR("3.1"), 90 }, { STR("3.2"), 10 }), NULL), 0);
}

static void test_as_text(void **state)
{
	Arena a = { 0 };

	(void)state;
	assert_true(str_is(route_text(route_one(&a, STR("4.2")), &a), "4.2"));
	assert_true(str_is(route_text(ROUTE({ STR("3.1"), 90 }, { STR("3.2"), 10 }), &a), "3.1:90 3.2:10"));
	assert_true(str_is(route_text((Route){ 0 }, &a), "-"));
	assert_true(str_is(route_text(route_copy(&a, ROUTE({ STR("x"), 7 })), &a), "x:7"));
	assert_int_equal(route_one(&a, STR("")).n, 0);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_in_any_order), cmocka_unit_test(test_the_main_version), cmocka_unit_test(test_what_is_no_route),
		cmocka_unit_test(test_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
