/* Computes what the views show from the store: rollups, minute cells and the newest jobs. Runs on a worker. */
#ifndef APP_FIGURES_H
#define APP_FIGURES_H

#include "model/figures.h"
#include "store/store.h"

typedef struct FiguresAsk {
	int64_t now_ms;
	int64_t offset_ms;             /* of the display's time zone from UTC at now */
	FigText region;
} FiguresAsk;

int figures_compute(Store *s, const FiguresAsk *ask, Figures *out, Err *e);
/* Who explains the difference of one hour: groups by Δ$ against the same hour of other days, largest first. */
int figures_groups(Store *s, Dim by, int64_t hour, int64_t now_ms, int64_t offset_ms, Groups *out, int64_t *base_n, Err *e);
/* The hours that a given hour is compared with: same kind of day (weekday or weekend), hour -1..+1, the last 35 days,
 * other days only. Returns how many. */
enum { BASE_DAYS = 35, BASE_HOURS_MAX = BASE_DAYS * 3, BASE_LEAST = 12 };
size_t baseline_hours(int64_t hour, int64_t now_ms, int64_t offset_ms, int64_t out[BASE_HOURS_MAX]);

/* Small helpers of everything that computes figures. */
int64_t fig_ppm(int64_t part, int64_t whole);                 /* FIG_NONE when whole is 0 */
void    fig_text(char *out, size_t cap, Str s);               /* cut to fit, always terminated */
void figures_job(const JobRow *r, JobCell *out);

/* The frame row of the snapshot: the figures with one screen of jobs (f is cut to that). A damaged row or one of another
 * layout is refused. */
int figures_save(Store *s, Figures *f, Err *e);
int figures_load(Store *s, Figures *out, Err *e);

#endif
