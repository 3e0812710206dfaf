/* What the programs' own calls cost, by UTC day and operation: added up by all that use this store. */
#ifndef STORE_OWN_COST_H
#define STORE_OWN_COST_H

#include "store/store.h"

typedef struct OwnCostRow {
	int64_t day;                   /* since 1970 */
	Str     op;                    /* "cloudwatch GetMetricData" */
	int64_t calls, nusd;
} OwnCostRow;
typedef struct OwnCostSum { int64_t calls, nusd; } OwnCostSum;

/* Adds the rows in one transaction; *today (may be NULL) gets what that day has come to. Days older than 400 are forgotten. */
int store_own_cost_add(Store *s, const OwnCostRow *v, size_t n, int64_t day, OwnCostSum *today, Err *e);
int store_own_cost_sum(Store *s, int64_t day, OwnCostSum *out, Err *e);
/* The dearest first, then the most called. */
int store_own_cost_day(Store *s, int64_t day, Arena *a, OwnCostRow **out, size_t *n, Err *e);

#endif
