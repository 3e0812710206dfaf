/* Stops that hold beyond the time that they were meant for. */
#include "app/measure_own.h"

int measure_stops(Measuring *m, const AlertRule *r, Err *e)
{
	OpsSeen seen;

	if (ops_seen(m->s, &m->q->ops, m->a, &seen, e) < 0)
		return -1;
	/* The one that ends first comes first: of two of one pointer it is the one that counts. */
	for (size_t i = 0; i < seen.stops; i++) {
		const SeenStop *s = &seen.stop[i];
		int64_t over_s = (m->q->now_ms - s->until_ms) / 1000;
		bool told = false;

		for (size_t k = 0; k < i && !told; k++)
			told = str_eq(seen.stop[k].name, s->name) && str_eq(seen.stop[k].pointer_name, s->pointer_name);
		if (!told)
			measure_add_of(m, r, arena_printf(m->a, "%.*s/%.*s", STR_ARG(s->name), STR_ARG(s->pointer_name)),
			               (AlertReading){ KNOWN, over_s > 0 ? over_s * MEASURE_MICRO : 0, ALERT_NONE, 1 }, s->name, STR(""));
	}
	return 0;
}
