#include "unit.h"

#include "model/push_rate.h"

enum { TEN_S = 10000 };

/* So many windows of ten seconds with so many events a second each; returns the end. */
static int64_t windows(PushRate *r, int64_t from, int n, int64_t per_s)
{
	for (int i = 0; i < n; i++, from += TEN_S)
		push_rate_told(r, per_s * 10, from, from + TEN_S);
	return from;
}

static void on_after_half_a_minute(void **state)
{
	PushRate r;
	int64_t t;

	(void)state;
	push_rate_init(&r, 500, false);
	assert_int_equal(r.milli, -1);
	t = windows(&r, 0, 100, 500);                        /* at the limit is not above it */
	assert_false(r.on);
	t = windows(&r, t, 2, 501);
	assert_false(r.on);
	t = windows(&r, t, 1, 500);                          /* a burst that ends begins anew */
	t = windows(&r, t, 2, 9000);
	assert_false(r.on);
	t = windows(&r, t, 1, 501);
	assert_true(r.on);
	assert_int_equal(r.milli, 501000);
	assert_int_equal(r.told_ms, t);
}

static void off_after_five_quiet_minutes(void **state)
{
	PushRate r;
	int64_t t;

	(void)state;
	push_rate_init(&r, 500, true);
	t = windows(&r, 0, 1000, 351);                       /* not 30 % below: it stays, however long */
	assert_true(r.on);
	t = windows(&r, t, 29, 100);
	assert_true(r.on);
	t = windows(&r, t, 1, 351);
	t = windows(&r, t, 29, 0);
	assert_true(r.on);
	t = windows(&r, t, 1, 0);
	assert_false(r.on);
	t = windows(&r, t, 1000, 499);                       /* and between the two limits it stays off as well */
	assert_false(r.on);
}

static void nothing_counts_twice(void **state)
{
	PushRate r;

	(void)state;
	push_rate_init(&r, 500, false);
	for (int i = 0; i < 10; i++)
		push_rate_told(&r, 100000, 0, TEN_S);        /* the same stretch, read again */
	assert_false(r.on);
	push_rate_told(&r, 0, 5, 5);
	assert_int_equal(r.told_ms, TEN_S);
	push_rate_told(&r, 60000, TEN_S, TEN_S + 60000);     /* a minute in one: 1,000 a second for a minute */
	assert_true(r.on);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_after_half_a_minute),
		cmocka_unit_test(off_after_five_quiet_minutes),
		cmocka_unit_test(nothing_counts_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
