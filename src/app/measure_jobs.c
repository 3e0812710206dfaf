/* Readings that need the newest calls themselves: streaks, silence, stuck jobs, traces. */
#include "app/measure_own.h"

#include "base/num.h"
#include "store/recent.h"

/* Beyond these a question says that it saw only the newest: some tenths of a second of work. */
enum { STREAK_ROWS = 20000, TRACE_ROWS = 200000 };

static bool no_jobs(Measuring *m)
{
	if (!m->q->jobs_fresh)
		measure_unknown(m);
	return !m->q->jobs_fresh;
}

int measure_streaks(Measuring *m, const AlertRule *r, Err *e)
{
	Scan s;

	if (no_jobs(m))
		return 0;
	if (store_streaks(m->s, m->q->now_ms - r->window_ms, STREAK_ROWS, m->a, &s, e) < 0)
		return -1;
	m->out->partial += s.part;
	for (size_t i = 0; i < s.n; i++)
		if (s.row[i].key.n)
			measure_add(m, r, s.row[i].key, (AlertReading){ true, s.row[i].n * MEASURE_MICRO, ALERT_NONE, s.row[i].n });
	return 0;
}

/* The newest of the keys that are this one, or (an agent) one of its versions; 0: none within the minutes that are kept. */
static int64_t last_of(const Scan *s, AlertBy by, Str key)
{
	int64_t last = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->row[i].at_ms > last && str_eq(by == BY_AGENT ? key_agent(s->row[i].key) : s->row[i].key, key))
			last = s->row[i].at_ms;
	return last;
}

int measure_silence(Measuring *m, const AlertRule *r, Err *e)
{
	const int64_t now = m->q->now_ms;
	int64_t from = m->minute - RECENT_MINUTES;
	const Span *base;
	Scan s;

	if (no_jobs(m))
		return 0;
	from = r->by != BY_NONE && m->recent_from > from ? m->recent_from : from;
	if (measure_base(m, measure_dim(r->by), &base, e) < 0 ||
	    store_last_calls(m->s, r->by == BY_AGENT ? DIM_VERSION : measure_dim(r->by), from, m->a, &s, e) < 0)
		return -1;
	for (size_t i = 0; i < base->n; i++) {
		const CostGroup *g = &base->g[i];
		int64_t last = last_of(&s, r->by, g->key), jobs = g->s.jobs, hours = (int64_t)m->base_n;

		if (jobs <= 0 || (r->by != BY_NONE && !g->key.n))
			continue;
		/* Known to the minute: the last call counts as one of that minute's end. */
		last = last ? last + MINUTE_MS : from * MINUTE_MS;
		measure_add(m, r, g->key, (AlertReading){ true, last < now ? (now - last) * 1000 : 0,
		                                          mul_div(hours * 3600, MEASURE_MICRO, jobs), jobs / hours });
	}
	return 0;
}

int measure_stuck(Measuring *m, const AlertRule *r, Err *e)
{
	int64_t all = 0;
	Scan s;

	if (no_jobs(m))
		return 0;
	/* What has stood still for a day has been given up by whoever ran it. */
	if (store_stuck(m->s, m->q->now_ms - DAY_MS, m->q->now_ms - r->window_ms, m->a, &s, e) < 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		all += s.row[i].n;
		if (r->by == BY_AGENT)
			measure_add(m, r, s.row[i].key, (AlertReading){ true, s.row[i].n * MEASURE_MICRO, ALERT_NONE, s.row[i].n });
	}
	if (r->by == BY_NONE)
		measure_add(m, r, STR(""), (AlertReading){ true, all * MEASURE_MICRO, ALERT_NONE, all });
	return 0;
}

static int read_traces(Measuring *m, int64_t window_ms, Err *e)
{
	const TraceAsk q = { .from_ms = m->q->now_ms - window_ms, .rows = TRACE_ROWS };
	bool part;

	if (m->trace && m->trace_window_ms == window_ms)
		return 0;
	if (store_traces(m->s, &q, m->a, &m->trace, &m->traces, &part, e) < 0)
		return -1;
	m->trace_window_ms = window_ms;
	m->out->partial += part;
	return 0;
}

int measure_traces(Measuring *m, const AlertRule *r, Err *e)
{
	if (no_jobs(m))
		return 0;
	if (read_traces(m, r->window_ms, e) < 0)
		return -1;
	for (size_t i = 0; i < m->traces; i++) {
		const TraceSum *t = &m->trace[i];
		AlertReading x = { true, t->nusd, ALERT_NONE, t->calls };

		if (r->metric == METRIC_TRACE_CALLS)
			x.value = t->calls * MEASURE_MICRO;
		else if (r->metric == METRIC_TRACE_AGE)
			x.value = mul_div(t->last_ms - t->first_ms, MEASURE_MICRO, MINUTE_MS);
		/* There are thousands: only those that matter go on. */
		if (alert_judge(r, &x) != VERDICT_CLEAR)
			measure_add_of(m, r, t->trace, x, t->agent, t->version);
	}
	return 0;
}

static bool is_unpinned(Str version)
{
	return str_is(version, "DEFAULT") || str_is(version, "DRAFT") || str_is(version, "TSTALIASID");
}

int measure_unpinned(Measuring *m, const AlertRule *r, Err *e)
{
	const Span *now;

	if (!m->q->prod || no_jobs(m))
		return 0;
	if (measure_span(m, DIM_VERSION, r->window_ms, &now, e) < 0)
		return -1;
	if (!now)
		measure_unknown(m);
	for (size_t i = 0; now && i < now->n; i++) {
		Str version = key_version(now->g[i].key), agent = key_agent(now->g[i].key);

		if (is_unpinned(version))
			measure_add_of(m, r, agent, (AlertReading){ true, now->g[i].s.jobs * MEASURE_MICRO, ALERT_NONE, now->g[i].s.jobs }, agent, version);
	}
	return 0;
}
