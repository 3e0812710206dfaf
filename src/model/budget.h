/* Budgets: a limit on what a part of the fleet may spend in a period, the thresholds that were reached. Where the period will end
 * says model/forecast.h. Pure: sums and times are arguments. */
#ifndef MODEL_BUDGET_H
#define MODEL_BUDGET_H

#include "base/str.h"

typedef enum BudgetPeriod { PERIOD_HOUR, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_TRACE } BudgetPeriod;
extern const char *const budget_period_names[];

enum { BUDGET_STEPS = 16 };

typedef struct Budget {
	Str id;
	Str context, tenant, persona, agent, model;    /* of the scope: empty = any; all that are given must match */
	BudgetPeriod period;
	int64_t limit_nusd;
	const int64_t *percent; size_t percents;       /* rising, at most BUDGET_STEPS */
} Budget;

/* The period that now_ms is in, [from, until), in the zone that is offset_ms ahead of UTC: hours, days and weeks (from Monday)
 * of that zone, its months. PERIOD_TRACE has none: both are 0. */
void budget_period(BudgetPeriod p, int64_t now_ms, int64_t offset_ms, int64_t *from_ms, int64_t *until_ms);

/* 0..: whole percent of the limit, rounded down; a limit of 0 is reached by the first nUSD. */
int64_t budget_percent(const Budget *b, int64_t spent_nusd);
/* Bit per threshold that this sum has reached. */
unsigned budget_reached(const Budget *b, int64_t spent_nusd);

/* What was reached within a period, kept between two looks. */
typedef struct BudgetStatus { int64_t from_ms; unsigned reached; int64_t reached_ms; } BudgetStatus;
/* One look: bits of the thresholds that this sum is the first in the period to reach. Once reached stays reached, also when
 * a correction lowers the sum; a look at an earlier period (the clock was set back, a job came late) changes nothing. */
unsigned budget_step(const Budget *b, int64_t from_ms, int64_t spent_nusd, int64_t now_ms, BudgetStatus *s);

#endif
