/* The hours of a cell, and how much each other hour counts towards what is usual for them. Runs on a worker. */
#ifndef APP_HOURS_H
#define APP_HOURS_H

#include "app/cell.h"
#include "app/figures.h"

typedef struct Against {
	int64_t hours, based;          /* of the cell that have begun; and those of them whose usual is known */
	int64_t samples;               /* hours, or days, that the usual rests on, where they are fewest */
	bool    by_day;                /* days are compared, not hours */
	bool    known;                 /* the usual of all of them: then base is filled */
	int64_t part_ms;               /* of the running hour, when it is among them; else 0 */
} Against;

typedef struct HourSet {
	int64_t first;                 /* hour of the arrays */
	size_t  n;                     /* up to the running hour, which is the last */
	bool   *now;                   /* hours of the cell that have begun */
	uint64_t *weight;              /* towards the usual; all 0 while that is not known */
	int64_t cut_ms;                /* of the last hour only what was booked before then; 0: all of it */
} HourSet;

/* The running hour is compared with as much of the usual as has passed of it. covered_ms: of figures_covered. Lives in a. */
HourSet hours_of(const CostCell *c, const FiguresAsk *when, int64_t covered_ms, Arena *a, Against *against);
/* Totals of all hours that count, by the keys of one dimension; of one that is kept by the day, of whole days (of a cell of days only),
 * which come as their first hour; of them nusd and jobs alone; or the calls themselves, where no total has all the names. */
typedef enum HoursFrom { HOURS_TOTALS, HOURS_MONEY, HOURS_CALLS } HoursFrom;
int     hours_read(Store *s, const HourSet *h, Dim by, HoursFrom what, StoreEach each, void *arg, Err *e);

/* A usual amount that is being added up, and the whole of it in thousandths. */
typedef unsigned __int128 Weighed;
Weighed hours_weigh(Weighed sum, int64_t v, uint64_t weight);
int64_t hours_mean(Weighed sum);

#endif
