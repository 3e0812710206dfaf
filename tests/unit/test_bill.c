#include "unit.h"

#include <uv.h>

#include "sim/bill.h"
#include "sim/fleet_hour.h"

static const int64_t start_ms = INT64_C(1763467200000);      /* 2025-11-18T12:00:00Z */

static Sim *open_held(uv_loop_t *loop)
{
	Err e = { 0 };
	Sim *s;

	assert_int_equal(uv_loop_init(loop), 0);
	s = sim_open(loop, &(SimSpec){ .seed = 7, .clock_ms = start_ms, .speed = 0 }, &e);
	assert_non_null(s);
	return s;
}

static void close_held(uv_loop_t *loop, Sim *s)
{
	sim_close(s);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static void requests_to_the_bill_are_on_the_bill(void **state)
{
	int64_t hour = start_ms / HOUR_MS, later = start_ms + HOUR_MS + BILL_LATE_MS;
	uv_loop_t loop;
	Sim *s = open_held(&loop);

	(void)state;
	for (int i = 0; i < 3; i++)
		bill_ask(s, start_ms + i);
	bill_ask(s, start_ms - 1);
	assert_null(bill_hour(s, hour, later - 1));
	assert_int_equal(bill_hour(s, hour, later)[BILL_ASKING].usd, INT64_C(300000000));
	assert_int_equal(bill_hour(s, hour - 1, later)[BILL_ASKING].usd, INT64_C(100000000));
	assert_int_equal(bill_hour(s, hour - 2, later)[BILL_ASKING].usd, 0);
	close_held(&loop, s);
}

static void an_hour_on_the_bill_stays_as_it_is(void **state)
{
	int64_t hour = start_ms / HOUR_MS - 48, sum = 0;
	const BillCell *first;
	BillCell copy[BILL_KINDS];
	uv_loop_t loop;
	Sim *s = open_held(&loop);

	(void)state;
	first = bill_hour(s, hour, start_ms);
	memcpy(copy, first, sizeof copy);
	for (unsigned k = 0; k < BILL_TOKENS; k++)
		sum += copy[k].usd;
	assert_true(sum > 0);
	assert_ptr_equal(bill_hour(s, hour, start_ms), first);
	for (int64_t h = hour; h < hour + 40; h++)
		assert_non_null(bill_hour(s, h, start_ms));
	assert_memory_equal(copy, first, sizeof copy);
	assert_null(bill_hour(s, fleet_first_hour(sim_fleet(s)) - 1, start_ms));
	close_held(&loop, s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_to_the_bill_are_on_the_bill),
		cmocka_unit_test(an_hour_on_the_bill_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
