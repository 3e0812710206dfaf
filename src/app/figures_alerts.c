/* How many alerts fire that nobody has said anything about, and whether anybody watches: for the first line, whatever view is shown. */
#include "app/alert_views.h"
#include "app/figures_own.h"

int figures_part_alerts(Work *w, Err *e)
{
	Figures *f = w->f;

	/* States are those of now. */
	for (size_t i = 0; i < w->from->n && !w->ask->past; i++) {
		AlertView *v;
		WatchView who;
		size_t n;

		if (!w->from->s[i])
			continue;
		if (alert_views(w->from->s[i], w->ask->now_ms, &w->arena, &v, &n, &who, e) < 0)
			return -1;
		f->unwatched += !who.watched;
		for (size_t k = 0; k < n; k++) {
			bool counts = v[k].state == ALERT_FIRING && v[k].r.severity >= SEVERITY_WARNING;

			f->alerts += counts;
			f->alerts_critical += counts && v[k].r.severity == SEVERITY_CRITICAL;
		}
	}
	return 0;
}
