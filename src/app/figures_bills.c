/* How far the estimate was off on the last day that has a bill, and what of it nothing live tells of. Several contexts are added up where
 * they speak of the same day; where one has an older bill the older day would be half a figure. */
#include "app/figures_own.h"

#include "app/reconcile.h"

int figures_part_bills(Work *w, Err *e)
{
	DriftFact found[FIG_CONTEXTS];
	size_t n = 0, asked = 0;
	Figures *f = w->f;

	f->bill_day = FIG_NONE;
	for (size_t i = 0; i < w->from->n; i++) {
		bool known;

		if (!w->from->s[i])
			continue;
		asked++;
		if (reconcile_last(w->from->s[i], w->ask->now_ms, &found[n], &known, e) < 0)
			return -1;
		n += known;
	}
	for (size_t i = 1; i < n; i++)
		if (found[i].day != found[0].day)
			return 0;
	if (!n || n < asked)
		return 0;
	f->bill_day = found[0].day;
	for (size_t i = 0; i < n; i++) {
		f->bill_nusd += found[i].bill_nusd;
		f->bill_drift_nusd += found[i].drift_nusd;
		f->not_live_nusd += found[i].not_live_nusd;
	}
	return 0;
}
