/* CloudWatch's alarms as they were at the last look (feed "alarms"). */
#ifndef STORE_ALARM_H
#define STORE_ALARM_H

#include "store/store.h"

typedef struct AlarmRow {
	Str  arn, account, name;
	Str  state;                       /* OK, ALARM, INSUFFICIENT_DATA; another word stays as it is */
	Str  reason, description;
	Str  rule;                        /* of a composite alarm: 'ALARM("a") OR ALARM("b")'; empty: a metric alarm */
	Str  ns, metric, dimensions_json, statistic, comparison;      /* metric empty: composite, or metric math */
	bool has_threshold;
	double threshold;
	int64_t period_s, periods, points;      /* points of the last `periods` must breach; 0: all */
	int64_t since_ms;                 /* in this state */
} AlarmRow;

/* ALARM first, then what is not known, then OK; of each the newest first. */
int store_alarms(Store *s, Arena *a, AlarmRow **out, size_t *n, Err *e);

#endif
