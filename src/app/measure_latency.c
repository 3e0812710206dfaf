/* How long jobs take, from the sketches of the hours: approximate, within 1 %. */
#include "app/measure_own.h"

#include "store/latency.h"

enum { BASE_JOBS = 100 };      /* with fewer no usual p95 is said */

static const LatencyGroup *group_of(const LatencyGroup *g, size_t n, Str key)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(g[i].key, key))
			return &g[i];
	return NULL;
}

/* The slowest version of the agent, of those that did a tenth of its jobs. */
static int slowest_version(Measuring *m, const AlertRule *r, Str agent, int64_t jobs, Str *version, Err *e)
{
	int64_t most = -1;
	LatencyGroup *g;
	size_t n;

	*version = STR("");
	if (store_latency_by(m->s, DIM_VERSION, m->q->now_ms - r->window_ms, 0, m->a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(key_agent(g[i].key), agent) || g[i].n * 10 < jobs || g[i].p95_ms <= most)
			continue;
		most = g[i].p95_ms;
		*version = key_version(g[i].key);
	}
	return 0;
}

static int add_group(Measuring *m, const AlertRule *r, const LatencyGroup *g, const LatencyGroup *base, Err *e)
{
	AlertReading x = { true, g->p95_ms * MEASURE_MICRO, base && base->n >= BASE_JOBS ? base->p95_ms * MEASURE_MICRO : ALERT_NONE, g->n };
	AlertReading low = x;
	Str version = STR("");

	/* Of a hundred jobs five are above it: a few slow ones more are no news. */
	low.value = g->p95_low_ms * MEASURE_MICRO;
	if (alert_judge(r, &low) != VERDICT_BREACH)
		x.known = KNOWN_KEEPS;
	if (r->by != BY_POINTER && r->by != BY_AGENT) {
		measure_add(m, r, g->key, x);
		return 0;
	}
	/* Another question of the same size: only for those that need it. */
	if (alert_judge(r, &x) == VERDICT_BREACH && slowest_version(m, r, g->key, g->n, &version, e) < 0)
		return -1;
	measure_add_of(m, r, r->by == BY_AGENT ? g->key : arena_printf(m->a, "%.*s/route", STR_ARG(g->key)), x, g->key, version);
	return 0;
}

int measure_p95(Measuring *m, const AlertRule *r, Err *e)
{
	const Dim by = measure_dim(r->by);
	LatencyGroup *now, *base = NULL;
	size_t n, base_n = 0;

	if (!m->q->jobs_fresh) {
		measure_unknown(m);
		return 0;
	}
	if (measure_agents(m, e) < 0 || store_latency_by(m->s, by, m->q->now_ms - r->window_ms, 0, m->a, &now, &n, e) < 0 ||
	    (measure_has_base(m) && store_latency_hours_by(m->s, by, m->base_hour, m->base_n, m->a, &base, &base_n, e) < 0))
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (by != DIM_ALL && (!now[i].key.n || (r->by == BY_POINTER && !measure_has_pointer(m, now[i].key))))
			continue;
		if (add_group(m, r, &now[i], group_of(base, base_n, now[i].key), e) < 0)
			return -1;
	}
	return 0;
}
