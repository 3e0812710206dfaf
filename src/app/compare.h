/* A cell beside what is usual for its hours, by the keys of a dimension. Runs on a worker. */
#ifndef APP_COMPARE_H
#define APP_COMPARE_H

#include "app/hours.h"

typedef struct Compared {
	const FigText *context;        /* whose key it is; NULL when one context is watched */
	Str  key;
	Sums now;
	Sums base;                     /* usual, in thousandths; all zero while it is not known */
} Compared;

/* Keys in no order. The running hour is compared with as much of the usual as has passed of it. Text lives in a. */
int compare_read(const Stores *from, const FiguresAsk *when, const CostCell *c, Dim by, Arena *a, Compared **out, size_t *n,
                 Against *against, Err *e);

#endif
