/* The groups of one hour, for tests. */
#ifndef GROUPS_UNIT_H
#define GROUPS_UNIT_H

#include "app/groups.h"

/* Who explains an hour; n: on how many hours the usual rests, 0 while it is not known. */
static inline int figures_groups(const Stores *from, Dim by, int64_t hour, const FiguresAsk *when, Groups *out, int64_t *n, Err *e)
{
	CostCell cell = { .from_hour = hour, .until_hour = hour + 1 };
	Against usual;
	int rc = groups_read(from, when, &cell, by, GROUPS_BY_COST, out, &usual, e);

	*n = usual.known ? usual.samples : 0;
	return rc;
}

#endif
