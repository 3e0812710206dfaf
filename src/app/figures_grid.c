/* The hours of the last days, each beside what is usual for it, and who moves. */
#include "app/figures_own.h"

#include "base/num.h"

int figures_part_grid(Work *w, Err *e)
{
	Figures *f = w->f;
	int64_t local_midnight = floor_div(w->ask->now_ms + w->ask->offset_ms, DAY_MS) * DAY_MS - w->ask->offset_ms;
	int64_t today = floor_div(local_midnight, HOUR_MS), running = floor_div(w->ask->now_ms, HOUR_MS);

	f->first_hour = today - (FIG_DAYS - 1) * 24;
	for (int i = 0; i < FIG_DAYS * 24; i++) {
		int64_t hour = f->first_hour + i, at = hour - w->hour0, n;
		HourCell *c = &f->grid[i];
		Sums base;

		*c = (HourCell){ .base_nusd = FIG_NONE };
		if (hour > running || at < 0 || at >= BACK_HOURS)
			continue;
		c->nusd = w->all[at].nusd;
		c->jobs = w->all[at].jobs;
		c->failed = w->all[at].failed;
		c->unpriced = w->all[at].unpriced;
		base = work_usual_hour(w, hour, &n);
		c->base_n = n;
		if (n >= BASE_LEAST)
			c->base_nusd = base.nusd / n;
		if (hour >= today) {
			f->today_nusd += c->nusd;
			f->today_unpriced += c->unpriced;
		} else if (hour >= today - 24) {
			f->yesterday_nusd += c->nusd;
		}
		f->grid_known += f->covered_from_ms && (hour + 1) * HOUR_MS > f->covered_from_ms;
	}
	(void)e;                           /* all of it was read before */
	return 0;
}

/* The running hour and the one before it, against what is usual for them less what is still to come. */
int figures_part_movers(Work *w, Err *e)
{
	int64_t running = floor_div(w->ask->now_ms, HOUR_MS);
	CostCell two = { .from_hour = running - 1, .until_hour = running + 1 };
	Against usual;

	if (groups_read(w->from, w->ask, &two, DIM_VERSION, GROUPS_BY_COST, &w->f->movers_cost, &usual, e) < 0)
		return -1;
	return groups_read(w->from, w->ask, &two, DIM_VERSION, GROUPS_BY_ERRORS, &w->f->movers_errors, &usual, e);
}
