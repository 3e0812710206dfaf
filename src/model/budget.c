#include "model/budget.h"

#include "base/num.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)

const char *const budget_period_names[] = { "hour", "day", "week", "month", "trace", NULL };

/* Days since 1970-01-01 to year and month, and back to the day of the month's first (proleptic Gregorian calendar; the method of
 * counting from 1 March, so that the leap day ends the year). */
static void month_of(int64_t day, int64_t *year, int64_t *month)
{
	int64_t z = day + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;

	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = yoe + era * 400 + (*month <= 2);
}

static int64_t first_day_of(int64_t year, int64_t month)
{
	int64_t y = year - (month <= 2), era = floor_div(y, 400), yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

static void month_span(int64_t day, int64_t *first, int64_t *next)
{
	int64_t year, month;

	month_of(day, &year, &month);
	*first = first_day_of(year, month);
	*next = month == 12 ? first_day_of(year + 1, 1) : first_day_of(year, month + 1);
}

void budget_period(BudgetPeriod p, int64_t now_ms, int64_t offset_ms, int64_t *from_ms, int64_t *until_ms)
{
	int64_t local = now_ms + offset_ms, day = floor_div(local, DAY_MS), first = day, next = day + 1;

	*from_ms = *until_ms = 0;
	if (p == PERIOD_TRACE)
		return;
	if (p == PERIOD_HOUR) {
		*from_ms = floor_div(local, HOUR_MS) * HOUR_MS - offset_ms;
		*until_ms = *from_ms + HOUR_MS;
		return;
	}
	if (p == PERIOD_WEEK) {
		first = floor_div(day + 3, 7) * 7 - 3;         /* 1970-01-01 was a Thursday */
		next = first + 7;
	} else if (p == PERIOD_MONTH) {
		month_span(day, &first, &next);
	}
	*from_ms = first * DAY_MS - offset_ms;
	*until_ms = next * DAY_MS - offset_ms;
}

int64_t budget_percent(const Budget *b, int64_t spent_nusd)
{
	if (spent_nusd <= 0)
		return 0;
	return b->limit_nusd > 0 ? mul_div(spent_nusd, 100, b->limit_nusd) : 100;
}

unsigned budget_reached(const Budget *b, int64_t spent_nusd)
{
	unsigned bits = 0;

	for (size_t i = 0; i < b->percents && i < BUDGET_STEPS; i++)
		if (spent_nusd > 0 && (__int128)spent_nusd * 100 >= (__int128)b->limit_nusd * b->percent[i])
			bits |= 1u << i;
	return bits;
}

unsigned budget_step(const Budget *b, int64_t from_ms, int64_t spent_nusd, int64_t now_ms, BudgetStatus *s)
{
	unsigned reached = budget_reached(b, spent_nusd), fresh;

	if (from_ms < s->from_ms)
		return 0;
	if (from_ms > s->from_ms)
		*s = (BudgetStatus){ .from_ms = from_ms };
	fresh = reached & ~s->reached;
	if (fresh)
		s->reached_ms = now_ms;
	s->reached |= reached;
	return fresh;
}
