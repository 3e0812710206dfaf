#include "app/figures_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

static int (*const parts[])(Work *w, Err *e) = {
	figures_part_jobs, figures_part_vitals, figures_part_grid, figures_part_movers, figures_part_forecast, figures_part_changes,
	figures_part_alerts, figures_part_bills,
};

size_t work_base_hours(const Work *w, int64_t hour, int64_t out[BASE_HOURS_MAX])
{
	size_t n = baseline_hours(hour, w->ask->now_ms, w->ask->offset_ms, out), kept = 0;

	/* Hours before the back-fill are unknown, not empty. */
	for (size_t i = 0; w->f->covered_from_ms && i < n; i++)
		if (out[i] >= w->hour0 && out[i] < w->hour0 + BACK_HOURS && out[i] * HOUR_MS >= w->f->covered_from_ms)
			out[kept++] = out[i];
	return kept;
}

static int64_t earlier(int64_t now_ms, int64_t known_ms)
{
	return known_ms && known_ms < now_ms ? known_ms : now_ms;
}

int64_t work_known_ms(const Work *w, size_t store)
{
	return w->ask->past ? w->ask->now_ms : earlier(w->ask->now_ms, w->ask->known_ms[store]);
}

int64_t work_counted_ms(const Work *w, size_t store)
{
	return w->ask->past ? w->ask->now_ms : earlier(work_known_ms(w, store), w->ask->counted_ms[store]);
}

Sums work_usual_hour(const Work *w, int64_t hour, int64_t *samples)
{
	int64_t hours[BASE_HOURS_MAX];
	size_t n = work_base_hours(w, hour, hours);
	Sums sum = { 0 };

	for (size_t i = 0; i < n; i++)
		sums_add(&sum, &w->all[hours[i] - w->hour0]);
	*samples = (int64_t)n;
	return sum;
}

/* Of the hour and the minute that were running then, what had come by then. */
static int cut_sums(Work *w, Store *s, Sums *hour, Sums *minute, Err *e)
{
	const int64_t now = w->ask->now_ms, from[2] = { floor_div(now, HOUR_MS) * HOUR_MS, floor_div(now, MINUTE_MS) * MINUTE_MS };
	Sums *const to[2] = { hour, minute };
	CostGroup *g;
	size_t n;

	for (int i = 0; i < 2; i++) {
		if (store_cost(s, DIM_ALL, from[i], now + 1, &w->arena, &g, &n, e) < 0)
			return -1;
		*to[i] = n ? g[0].s : (Sums){ 0 };
	}
	return 0;
}

/* What the last five minutes of a store come to as rates. The running minute counts with the part that has passed. */
static void add_rates(Work *w, const Sums *minute, int64_t known_ms)
{
	int64_t span_ms = 5 * MINUTE_MS + known_ms % MINUTE_MS;
	Sums now = { 0 };

	for (int k = MINUTES - 6; k < MINUTES; k++)
		sums_add(&now, &minute[k]);
	w->spend_nusd += mul_div(now.nusd, HOUR_MS, span_ms);
	w->jobs_milli += mul_div(now.jobs * 1000, MINUTE_MS, span_ms);
}

/* Hours and minutes of all stores, added up. */
static int read_sums(Work *w, Err *e)
{
	Sums *part = xcalloc(BACK_HOURS, sizeof *part), minute[MINUTES];
	int rc = 0;

	for (size_t i = 0; i < w->from->n && rc == 0; i++) {
		Store *s = w->from->s[i];
		int64_t known = work_known_ms(w, i);

		if (!s || (rc = store_hours(s, DIM_ALL, STR(""), w->hour0, BACK_HOURS, part, e)) < 0 ||
		    (rc = store_minutes(s, floor_div(known, MINUTE_MS) - MINUTES + 1, MINUTES, minute, e)) < 0 ||
		    (w->ask->past && (rc = cut_sums(w, s, &part[BACK_HOURS - 1], &minute[MINUTES - 1], e)) < 0))
			continue;
		for (int k = 0; k < BACK_HOURS; k++)
			sums_add(&w->all[k], &part[k]);
		for (int k = 0; k < MINUTES; k++)
			sums_add(&w->minute[k], &minute[k]);
		add_rates(w, minute, known);
		if (floor_div(known, MINUTE_MS) * MINUTE_MS + MINUTE_MS > w->f->spark_end_ms)
			w->f->spark_end_ms = floor_div(known, MINUTE_MS) * MINUTE_MS + MINUTE_MS;
	}
	free(part);
	return rc;
}

int figures_covered(const Stores *from, int64_t *covered_from_ms, Err *e)
{
	Arena a = { 0 };
	bool known = true;
	int rc = 0;

	*covered_from_ms = 0;
	for (size_t i = 0; i < from->n && rc == 0; i++) {
		JobFilter any = { .limit = 1 };
		Str back = STR("");
		int64_t ms = 0;
		JobRow *row;
		size_t n = 0;

		/* What holds nothing adds nothing, neither now nor to what is usual. */
		if (!from->s[i] || (rc = store_cursor(from->s[i], "jobs.back", &a, &back, e)) < 0 ||
		    (!back.n && ((rc = store_jobs(from->s[i], &any, &a, &row, &n, e)) < 0 || !n)))
			continue;
		/* No cursor yet: nothing is known to be covered. */
		known &= str_i64(back, &ms) == 0 && ms > 0;
		*covered_from_ms = ms > *covered_from_ms ? ms : *covered_from_ms;
	}
	if (!known)
		*covered_from_ms = 0;
	arena_done(&a);
	return rc;
}

static int read_identity(Work *w, Err *e)
{
	Figures *f = w->f;
	Str account = STR("");

	f->contexts = (int32_t)w->from->n;
	for (size_t i = 0; i < w->from->n; i++)
		f->contexts_read += w->from->s[i] != NULL;
	if (w->from->n == 1 && w->from->s[0] && store_identity(w->from->s[0], &w->arena, &account, e) < 0)
		return -1;
	fig_text(f->account, sizeof f->account, account);
	return figures_covered(w->from, &f->covered_from_ms, e);
}

int figures_compute(const Stores *from, const FiguresAsk *ask, Figures *out, Err *e)
{
	Work *w = xcalloc(1, sizeof *w);
	int rc;

	*w = (Work){ .from = from, .ask = ask, .f = out, .hour0 = floor_div(ask->now_ms, HOUR_MS) - BACK_HOURS + 1 };
	memset(out, 0, sizeof *out);
	out->version = FIG_VERSION;
	out->size = (int32_t)sizeof *out;
	out->at_ms = ask->now_ms;
	memcpy(out->region, ask->region, sizeof out->region);
	rc = read_identity(w, e) < 0 || read_sums(w, e) < 0 ? -1 : 0;
	for (size_t i = 0; i < sizeof parts / sizeof *parts && rc == 0; i++)
		rc = parts[i](w, e);
	arena_done(&w->arena);
	free(w);
	return rc;
}
