/* Models that end: how many days are left of those that the fleet uses. */
#include "app/measure_own.h"

#include "app/fleet_models.h"
#include "store/change.h"

enum { USED_HOURS = 24 };

/* Models that were called, and how often. */
static int read_called(Measuring *m, CostGroup **g, size_t *n, Err *e)
{
	int64_t hour[USED_HOURS], now = m->q->now_ms / HOUR_MS;

	for (int i = 0; i < USED_HOURS; i++)
		hour[i] = now - i;
	return store_hours_by(m->s, DIM_MODEL, hour, USED_HOURS, m->a, g, n, e);
}

static void add_model(Measuring *m, const AlertRule *r, const ModelEnds *ends, Str model, int64_t jobs)
{
	int64_t end_ms, left;
	const ModelUse *use = models_use(ends, model);

	if (!model.n || !models_end(ends, model, &end_ms))
		return;
	left = end_ms > m->q->now_ms ? (end_ms - m->q->now_ms) / 1000 * MEASURE_MICRO / (DAY_MS / 1000) : 0;
	measure_add_of(m, r, model, (AlertReading){ true, left, ALERT_NONE, jobs > 0 ? jobs : 1 }, use ? use->agent : STR(""),
	               use ? use->version : STR(""));
}

int measure_retiring(Measuring *m, const AlertRule *r, Err *e)
{
	ModelEnds ends;
	CostGroup *called;
	size_t n;

	if (models_read(m->s, m->a, &ends, e) < 0 || read_called(m, &called, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		add_model(m, r, &ends, called[i].key, called[i].s.jobs);
	for (size_t i = 0; i < ends.uses; i++) {
		bool told = false;

		for (size_t k = 0; k < n && !told; k++)
			told = str_eq(called[k].key, ends.use[i].model);
		for (size_t k = 0; k < i && !told; k++)
			told = str_eq(ends.use[k].model, ends.use[i].model);
		if (!told)
			add_model(m, r, &ends, ends.use[i].model, 0);
	}
	return 0;
}
