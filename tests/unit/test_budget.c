#include "unit.h"

#include <time.h>

#include "model/budget.h"

#define USD INT64_C(1000000000)
#define DAY INT64_C(86400000)
#define HOUR INT64_C(3600000)

static const int64_t steps[] = { 50, 80, 95, 100 };

static Budget budget(BudgetPeriod p)
{
	return (Budget){ .id = STR("b"), .period = p, .limit_nusd = 400 * USD, .percent = steps, .percents = 4 };
}

static void periods(void **state)
{
	int64_t from, until, now = INT64_C(1772380800000);       /* Sunday 2026-03-01 16:00 UTC */

	(void)state;
	budget_period(PERIOD_HOUR, now + 123, 0, &from, &until);
	assert_int_equal(from, now);
	assert_int_equal(until - from, HOUR);
	budget_period(PERIOD_HOUR, now, HOUR / 2, &from, &until);        /* +00:30: its hours begin at half past */
	assert_int_equal(from, now - HOUR / 2);
	budget_period(PERIOD_DAY, now, 9 * HOUR, &from, &until);         /* Monday 01:00 there */
	assert_int_equal(from, now - HOUR);
	assert_int_equal(until - from, DAY);
	budget_period(PERIOD_WEEK, now, 0, &from, &until);
	assert_int_equal(from, now - 16 * HOUR - 6 * DAY);
	assert_int_equal(until - from, 7 * DAY);
	budget_period(PERIOD_WEEK, now, 9 * HOUR, &from, &until);
	assert_int_equal(from, now - HOUR);
	budget_period(PERIOD_MONTH, now, 0, &from, &until);
	assert_int_equal(from, now - 16 * HOUR);
	assert_int_equal(until - from, 31 * DAY);
	budget_period(PERIOD_MONTH, now - DAY, 0, &from, &until);
	assert_int_equal(until - from, 28 * DAY);
	budget_period(PERIOD_TRACE, now, 0, &from, &until);
	assert_int_equal(from + until, 0);
}

/* Every day of a century against the system's calendar. */
static void months(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 36524; day++) {
		int64_t from, until;
		time_t t = (time_t)(day * 86400), a, b;
		struct tm tm, first;

		budget_period(PERIOD_MONTH, day * DAY + 5, 0, &from, &until);
		(void)gmtime_r(&t, &tm);
		a = (time_t)(from / 1000);
		b = (time_t)(until / 1000);
		(void)gmtime_r(&a, &first);
		assert_true(first.tm_mday == 1 && first.tm_mon == tm.tm_mon && first.tm_year == tm.tm_year);
		(void)gmtime_r(&b, &first);
		assert_true(first.tm_mday == 1 && first.tm_mon == (tm.tm_mon + 1) % 12);
		budget_period(PERIOD_WEEK, day * DAY + 5, 0, &from, &until);
		a = (time_t)(from / 1000);
		(void)gmtime_r(&a, &first);
		assert_true(first.tm_wday == 1 && from <= day * DAY && day * DAY < until);
	}
}

static void thresholds_once_each(void **state)
{
	Budget b = budget(PERIOD_DAY);
	BudgetStatus s = { 0 };

	(void)state;
	assert_int_equal(budget_percent(&b, 0), 0);
	assert_int_equal(budget_percent(&b, 200 * USD), 50);
	assert_int_equal(budget_percent(&b, 200 * USD - 1), 49);
	assert_int_equal(budget_step(&b, DAY, 199 * USD, 1, &s), 0);
	assert_int_equal(budget_step(&b, DAY, 200 * USD, 2, &s), 1);
	assert_int_equal(budget_step(&b, DAY, 210 * USD, 3, &s), 0);
	assert_int_equal(s.reached_ms, 2);
	assert_int_equal(budget_step(&b, DAY, 150 * USD, 4, &s), 0);       /* a correction: reached stays reached */
	assert_int_equal(s.reached, 1);
	assert_int_equal(budget_step(&b, DAY, 500 * USD, 5, &s), 2 | 4 | 8);
	assert_int_equal(budget_step(&b, 2 * DAY, 10 * USD, 6, &s), 0);    /* the next day begins with none */
	assert_int_equal(s.reached, 0);
	/* Clock set back, or a job of yesterday: yesterday's thresholds do not come again. */
	assert_int_equal(budget_step(&b, DAY, 900 * USD, 7, &s), 0);
	assert_int_equal(s.from_ms, 2 * DAY);
	assert_int_equal(budget_step(&b, 2 * DAY, 200 * USD, 8, &s), 1);
	b.limit_nusd = 0;
	assert_int_equal(budget_reached(&b, 1), 15);
	assert_int_equal(budget_reached(&b, 0), 0);
	assert_int_equal(budget_percent(&b, 1), 100);
}

/* However the sum moves, each threshold is new once in a period. */
static void once_whatever_comes(void **state)
{
	Budget b = budget(PERIOD_HOUR);
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 500; round++) {
		BudgetStatus s = { 0 };
		unsigned seen[3] = { 0 };

		for (int i = 0; i < 60; i++) {
			int period;
			unsigned fresh;

			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			period = (int)(seed >> 60) % 3;
			fresh = budget_step(&b, (period + 1) * HOUR, (int64_t)(seed >> 20) % (500 * USD), i, &s);
			assert_int_equal(fresh & seen[period], 0);
			seen[period] |= fresh;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods), cmocka_unit_test(months), cmocka_unit_test(thresholds_once_each), cmocka_unit_test(once_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
