/* Who explains a difference: groups of some hours against what is usual for them. Shared by the figures and the cost
 * view; runs on a worker. */
#ifndef APP_GROUPS_H
#define APP_GROUPS_H

#include "app/figures.h"

typedef enum GroupsOrder { GROUPS_BY_COST, GROUPS_BY_ERRORS } GroupsOrder;     /* largest difference first */

typedef struct GroupAsk {
	Dim by;
	const int64_t *hours; size_t hour_count;      /* these are added up */
	int64_t base_hour;                            /* and compared with what is usual for this one */
	int64_t part, whole;                          /* times part / whole: hours asked, less what is still to come */
	int64_t covered_from_ms, now_ms, offset_ms;
} GroupAsk;

int groups_read(Store *s, const GroupAsk *q, GroupsOrder order, Groups *out, int64_t *base_n, Err *e);

#endif
