/* Readings about what CloudWatch counts, what AWS billed, about the feeds, and about the credentials. */
#include "app/measure_own.h"

#include "app/counted.h"
#include "app/reconcile.h"
#include "base/num.h"
#include "wire/jsonval.h"
#include "wire/time8601.h"

enum { LATE_MINUTES = 2, SEEN_LATE_MINUTES = 5 };     /* the newest minutes of a metric are not whole yet */

/* Its ModelId; empty when it has none. */
static Str model_of(Arena *a, const MetricSeries *s)
{
	JsonVal v;
	Str model = STR("");

	if (jv_parse(a, s->dimensions_json, s->dimensions_json.n + 1, &v, NULL) == 0)
		(void)jv_str(v, "ModelId", &model, NULL);        /* absent: a metric over all models */
	return model;
}

typedef struct Calls { Str key; int64_t went, throttled; } Calls;

static Calls *calls_of(Calls *c, size_t *n, size_t max, Str key)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(c[i].key, key))
			return &c[i];
	if (*n == max)
		return NULL;
	c[*n] = (Calls){ .key = key };
	return &c[(*n)++];
}

int measure_throttles(Measuring *m, const AlertRule *r, Err *e)
{
	enum { KEYS_MAX = 100 };
	const int64_t until = (m->minute - LATE_MINUTES + 1) * MINUTE_MS, from = until - r->window_ms;
	Calls calls[KEYS_MAX];
	MetricSeries *s;
	size_t n, keys = 0;

	if (!m->q->metrics_fresh) {
		measure_unknown(m);
		return 0;
	}
	if (store_metrics(m->s, from, until, m->a, &s, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool throttled = str_is(s[i].name, "InvocationThrottles");
		Calls *c;

		if (!throttled && !str_is(s[i].name, "Invocations"))
			continue;
		c = calls_of(calls, &keys, KEYS_MAX, r->by == BY_MODEL ? model_of(m->a, &s[i]) : STR(""));
		if (c)
			*(throttled ? &c->throttled : &c->went) += counted_points(&s[i], from, until);
	}
	/* Throttled calls are not among those that CloudWatch counts as Invocations (Bedrock user guide, "Runtime metrics"). */
	for (size_t i = 0; i < keys; i++) {
		int64_t all = calls[i].went + calls[i].throttled;

		measure_add(m, r, calls[i].key, (AlertReading){ true, all ? mul_div(calls[i].throttled, MEASURE_MICRO, all) : 0, ALERT_NONE, all });
	}
	return 0;
}

int measure_seen(Measuring *m, const AlertRule *r, Err *e)
{
	const int64_t until = (m->minute - SEEN_LATE_MINUTES) * MINUTE_MS, from = until - r->window_ms;
	int64_t seen, jobs;

	if (!m->q->metrics_fresh || !m->q->jobs_fresh) {
		measure_unknown(m);
		return 0;
	}
	if (counted_seen(m->s, from, until, m->a, &seen, &jobs, e) < 0)
		return -1;
	if (seen != INT64_MIN)
		measure_add(m, r, STR(""), (AlertReading){ true, seen, ALERT_NONE, jobs });
	return 0;
}

int measure_feed_age(Measuring *m, const AlertRule *r, Err *e)
{
	(void)e;
	for (int i = 0; i < FEEDS_N; i++) {
		const MeasureFeed *f = &m->q->feed[i];
		int64_t age = m->q->now_ms - f->fresh_ms;

		if (f->wanted && f->fresh_ms)
			measure_add(m, r, str_of(f->name), (AlertReading){ true, age > 0 ? age * 1000 : 0, f->interval_ms * 1000, 1 });
	}
	return 0;
}

int measure_credentials(Measuring *m, const AlertRule *r, Err *e)
{
	int64_t left = m->q->credentials_ms - m->q->now_ms;

	(void)e;
	if (m->q->credentials_ms)
		measure_add(m, r, STR(""), (AlertReading){ true, left > 0 ? left * 1000 : 0, ALERT_NONE, 1 });
	return 0;
}

/* The key is the day that the bill is of. */
int measure_bill(Measuring *m, const AlertRule *r, Err *e)
{
	DriftFact d;
	CivilTime t;
	bool known;

	if (reconcile_last(m->s, m->q->now_ms, &d, &known, e) < 0)
		return -1;
	if (!known)
		return 0;
	t = time_civil(d.day * DAY_MS);
	measure_add(m, r, arena_printf(m->a, "%04d-%02d-%02d", t.year, t.month, t.day),
	            (AlertReading){ KNOWN, d.drift_nusd < 0 ? -d.drift_nusd : d.drift_nusd, d.bill_nusd, 1 });
	return 0;
}
