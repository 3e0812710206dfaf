/* Computes what the views show from the store: rollups, minute cells and the newest jobs. Runs on a worker. */
#ifndef APP_FIGURES_H
#define APP_FIGURES_H

#include "model/budget.h"
#include "model/figures.h"
#include "store/store.h"

/* The stores that a question goes to: one for each context that is watched. What they hold is added up; keys and jobs stay
 * those of their context. */
typedef struct Stores {
	Store *const *s;               /* NULL among them: that one cannot be read */
	const FigText *context;        /* their names; NULL when there is one: nothing needs to be told apart */
	size_t n;
} Stores;

typedef struct FiguresAsk {
	int64_t now_ms;
	bool    past;                  /* what came after now_ms does not count; else there is nothing that could have */
	int64_t offset_ms;             /* of the display's time zone from UTC at now */
	/* Up to when the jobs of each store are known, and what CloudWatch counts; 0: until now. What is "now" is taken as of then. */
	int64_t known_ms[FIG_CONTEXTS], counted_ms[FIG_CONTEXTS];
	FigText region;
	const PriceTable *prices;      /* for questions that say they need them; else NULL */
	const Budget *budget; size_t budgets;      /* configured; they live as long as the program */
	FigText context;               /* the name of the only one that is watched; else empty */
} FiguresAsk;

int figures_compute(const Stores *from, const FiguresAsk *ask, Figures *out, Err *e);
/* The hours that a given hour is compared with: same kind of day (weekday or weekend), hour -1..+1, the last 35 days,
 * other days only. Returns how many. */
enum { BASE_DAYS = 35, BASE_HOURS_MAX = BASE_DAYS * 3, BASE_LEAST = 12 };
size_t baseline_hours(int64_t hour, int64_t now_ms, int64_t offset_ms, int64_t out[BASE_HOURS_MAX]);
bool   day_is_weekend(int64_t day);                           /* days since 1970 */

/* Small helpers of everything that computes figures. */
int64_t fig_ppm(int64_t part, int64_t whole);                 /* FIG_NONE when whole is 0 */
void    fig_text(char *out, size_t cap, Str s);               /* cut to fit, always terminated */
/* The newest jobs of all, at most max of them (f->limit does not count). */
int     figures_jobs(const Stores *from, const JobFilter *f, JobCell *out, int max, int *n, Err *e);
/* Since when the jobs of all stores that hold any are complete; 0 when that is not known of one. */
int     figures_covered(const Stores *from, int64_t *covered_from_ms, Err *e);

/* The frame row of the snapshot: the figures with one screen of jobs (f is cut to that). A damaged row or one of another
 * layout is refused. name: "figures", or one that names the contexts that they are of. out: zeroed memory that nobody has touched, of
 * which what the row has no jobs for stays so. */
int figures_save(Store *s, const char *name, Figures *f, Err *e);
int figures_load(Store *s, const char *name, Figures *out, Err *e);
/* The same without opening the store (store_peek_frame); -1: ask the row, with memory that is zeroed again. */
int figures_peek(const char *store_path, const char *name, Figures *out);

#endif
