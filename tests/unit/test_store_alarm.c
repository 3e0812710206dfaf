#include "unit.h"

#include "store/alarm.h"
#include "store_unit.h"

static AlarmRow row_of(const char *name, const char *state, int64_t since_ms)
{
	return (AlarmRow){ .arn = str_of(name), .account = STR("111122223333"), .name = str_of(name), .state = str_of(state),
	                   .reason = STR("because"), .ns = STR("AWS/Bedrock"), .metric = STR("Invocations"), .dimensions_json = STR("{}"),
	                   .statistic = STR("Sum"), .comparison = STR("GreaterThanThreshold"), .has_threshold = true, .threshold = 0.5,
	                   .period_s = 60, .periods = 3, .points = 2, .since_ms = since_ms };
}

static bool put(Store *s, const AlarmRow *rows, size_t n)
{
	StoreBatch b = { .alarms = rows, .alarm_count = n, .alarms_replace = true, .prices = &fleet_prices };
	StoreDelta d = { 0 };

	MUST(store_apply(s, &b, &d, e));
	return d.alarms;
}

static void the_list_is_replaced_and_sorted(void **state)
{
	Store *s = must_open("alarm.db", STORE_WRITE);
	AlarmRow rows[] = { row_of("a", "OK", 5), row_of("b", "ALARM", 1), row_of("c", "INSUFFICIENT_DATA", 9), row_of("d", "ALARM", 2) };
	Arena a = { 0 };
	AlarmRow *got;
	size_t n;

	(void)state;
	rows[3].has_threshold = false;
	rows[3].rule = STR("ALARM(\"a\")");
	assert_true(put(s, rows, 4));
	MUST(store_alarms(s, &a, &got, &n, e));
	assert_int_equal(n, 4);
	assert_true(str_is(got[0].name, "d") && str_is(got[1].name, "b") && str_is(got[2].name, "c") && str_is(got[3].name, "a"));
	assert_true(!got[0].has_threshold && got[1].has_threshold && got[1].threshold == 0.5);
	assert_true(str_is(got[0].rule, "ALARM(\"a\")") && str_is(got[1].account, "111122223333") && str_is(got[1].comparison, "GreaterThanThreshold"));
	assert_true(got[1].period_s == 60 && got[1].periods == 3 && got[1].points == 2 && got[1].since_ms == 1);

	assert_false(put(s, rows, 4));              /* the same again is no news */
	rows[0].state = STR("ALARM");
	assert_true(put(s, rows, 1));
	MUST(store_alarms(s, &a, &got, &n, e));
	assert_true(n == 1 && str_is(got[0].name, "a") && str_is(got[0].state, "ALARM"));
	assert_true(put(s, NULL, 0));
	MUST(store_alarms(s, &a, &got, &n, e));
	assert_int_equal(n, 0);
	assert_false(put(s, NULL, 0));
	arena_done(&a);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_list_is_replaced_and_sorted) };

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
