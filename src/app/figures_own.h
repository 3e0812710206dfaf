/* What the parts of the figures share; nobody else includes this. A part is a function of the Work: it reads the stores, and
 * what it makes goes into w->f. New figures are a file and a row in figures.c. */
#ifndef APP_FIGURES_OWN_H
#define APP_FIGURES_OWN_H

#include "app/groups.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

enum { BACK_HOURS = BASE_DAYS * 24 + 24, MINUTES = 65 };

typedef struct Work {
	const Stores *from;
	const FiguresAsk *ask;
	Figures *f;
	Arena arena;                   /* until the figures are computed */
	int64_t hour0;                 /* hour of all[0] */
	Sums all[BACK_HOURS];          /* every hour of the last BASE_DAYS days and the running one, all stores added up */
	Sums minute[MINUTES];          /* minute[MINUTES - 1] is the running one, or the last that a store knows of */
	int64_t spend_nusd, jobs_milli;      /* the last five minutes as rates per hour and per minute */
} Work;

/* The hours of that hour's baseline that are known; returns how many. */
size_t work_base_hours(const Work *w, int64_t hour, int64_t out[BASE_HOURS_MAX]);
/* Up to when the jobs of the store are known, and what CloudWatch counted. */
int64_t work_known_ms(const Work *w, size_t store);
int64_t work_counted_ms(const Work *w, size_t store);
/* What is usual at that hour: the sum over its baseline's hours that are known, and how many these are. */
Sums work_usual_hour(const Work *w, int64_t hour, int64_t *samples);

/* The parts, in the order in which they run: later ones rest on what earlier ones made. */
int figures_part_jobs(Work *w, Err *e);        /* states, the newest jobs */
int figures_part_vitals(Work *w, Err *e);
int figures_part_grid(Work *w, Err *e);        /* hours of the last days; today's and yesterday's sums */
int figures_part_movers(Work *w, Err *e);
int figures_part_forecast(Work *w, Err *e);    /* where day and month will end, and budgets */
int figures_part_alerts(Work *w, Err *e);
int figures_part_bills(Work *w, Err *e);
int figures_part_changes(Work *w, Err *e);     /* of the last 24 h */

#endif
