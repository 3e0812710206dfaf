#include "app/measure_own.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "store/recent.h"

Dim measure_dim(AlertBy by)
{
	static const Dim dims[BYS] = { [BY_NONE] = DIM_ALL, [BY_TENANT] = DIM_TENANT, [BY_PERSONA] = DIM_PERSONA, [BY_AGENT] = DIM_AGENT,
		[BY_VERSION] = DIM_VERSION, [BY_MODEL] = DIM_MODEL, [BY_POINTER] = DIM_AGENT };

	return dims[by];
}

static size_t last_at(Str key)
{
	size_t at = key.n;

	while (at && key.p[at - 1] != '@')
		at--;
	return at;
}

Str key_agent(Str version_key)
{
	size_t at = last_at(version_key);

	return at ? str_sub(version_key, 0, at - 1) : version_key;
}

Str key_version(Str version_key)
{
	size_t at = last_at(version_key);

	return at ? str_sub(version_key, at, version_key.n) : STR("");
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const CostGroup *)a)->key, ((const CostGroup *)b)->key);
}

const Sums *span_find(const Span *s, Str key)
{
	const CostGroup want = { .key = key }, *at = s->n ? bsearch(&want, s->g, s->n, sizeof *s->g, by_key) : NULL;

	return at ? &at->s : NULL;
}

static const Span *keep_span(Measuring *m, Span s)
{
	Span *to = m->spans < SPANS_MAX ? &m->span[m->spans++] : ARENA_NEW(m->a, Span);

	if (s.n)
		qsort(s.g, s.n, sizeof *s.g, by_key);
	for (size_t i = 0; i < s.n; i++)
		sums_add(&s.all, &s.g[i].s);
	*to = s;
	return to;
}

static const Span *kept_span(const Measuring *m, Dim by, int64_t window_ms)
{
	for (size_t i = 0; i < m->spans; i++)
		if (m->span[i].by == by && m->span[i].window_ms == window_ms)
			return &m->span[i];
	return NULL;
}

int64_t measure_span_ms(const Measuring *m, int64_t window_ms)
{
	return window_ms / MINUTE_MS * MINUTE_MS + m->q->now_ms - m->minute * MINUTE_MS;
}

int measure_span(Measuring *m, Dim by, int64_t window_ms, const Span **out, Err *e)
{
	int64_t from = m->minute - window_ms / MINUTE_MS;
	Span s = { .by = by, .window_ms = window_ms };

	*out = kept_span(m, by, window_ms);
	if (*out || (by != DIM_ALL && m->recent_from > from))
		return 0;
	if (store_recent(m->s, by, from, m->minute + 1, m->a, &s.g, &s.n, e) < 0)
		return -1;
	*out = keep_span(m, s);
	return 0;
}

bool measure_has_base(const Measuring *m)
{
	return m->base_n >= BASE_LEAST;
}

int measure_base(Measuring *m, Dim by, const Span **out, Err *e)
{
	Span s = { .by = by };

	*out = kept_span(m, by, 0);
	if (*out)
		return 0;
	if (measure_has_base(m) && store_hours_by(m->s, by, m->base_hour, m->base_n, m->a, &s.g, &s.n, e) < 0)
		return -1;
	*out = keep_span(m, s);
	return 0;
}

void measure_unknown(Measuring *m)
{
	m->out->known[m->rule] = false;
}

void measure_add_of(Measuring *m, const AlertRule *r, Str key, AlertReading x, Str agent, Str version)
{
	Measures *o = m->out;

	VEC_GROW(o->v, o->cap, o->n + 1);
	o->v[o->n++] = (Measured){ r, key, x, agent, version };
}

void measure_add(Measuring *m, const AlertRule *r, Str key, AlertReading x)
{
	Str agent = STR(""), version = STR("");

	if (r->by == BY_VERSION) {
		agent = key_agent(key);
		version = key_version(key);
	} else if (r->by == BY_AGENT) {
		agent = key;
	}
	measure_add_of(m, r, key, x, agent, version);
}

/* --- metrics that are read off the sums of a window --- */

enum { BASE_JOBS = 30 };       /* with fewer a usual rate says nothing */

static int64_t ppm(int64_t part, int64_t whole)
{
	return whole > 0 ? mul_div(part, MEASURE_MICRO, whole) : 0;
}

/* now: of the key; all: of everything in the window; base NULL: the key had nothing in the usual hours. */
typedef struct Compared { const Measuring *m; const AlertRule *r; const Sums *now, *all, *base, *base_all; } Compared;

static AlertReading error_rate(const Compared *c)
{
	bool enough = c->base && c->base->jobs >= BASE_JOBS;

	return (AlertReading){ true, ppm(c->now->failed, c->now->jobs), enough ? ppm(c->base->failed, c->base->jobs) : ALERT_NONE, c->now->jobs };
}

/* What was nothing in the usual hours is usually nothing. */
static AlertReading spend_rate(const Compared *c)
{
	const Measuring *m = c->m;
	int64_t base = !measure_has_base(m) ? ALERT_NONE : c->base ? c->base->nusd / (int64_t)m->base_n : 0;

	return (AlertReading){ true, mul_div(c->now->nusd, HOUR_MS, measure_span_ms(m, c->r->window_ms)), base, c->now->jobs };
}

static AlertReading jobs_rate(const Compared *c)
{
	const Measuring *m = c->m;
	int64_t base = !measure_has_base(m) ? ALERT_NONE : c->base ? mul_div(c->base->jobs, MEASURE_MICRO, (int64_t)m->base_n * 60) : 0;

	return (AlertReading){ true, mul_div(c->now->jobs * MEASURE_MICRO, MINUTE_MS, measure_span_ms(m, c->r->window_ms)), base, c->now->jobs };
}

static AlertReading share(const Compared *c)
{
	int64_t base = !measure_has_base(c->m) ? ALERT_NONE : c->base ? ppm(c->base->nusd, c->base_all->nusd) : 0;

	return (AlertReading){ true, ppm(c->now->nusd, c->all->nusd), base, c->all->jobs };
}

static AlertReading cost_per_job(const Compared *c)
{
	bool enough = c->base && c->base->jobs >= BASE_JOBS;

	return (AlertReading){ true, c->now->jobs > 0 ? c->now->nusd / c->now->jobs : 0, enough ? c->base->nusd / c->base->jobs : ALERT_NONE,
	                       c->now->jobs };
}

static AlertReading unpriced(const Compared *c)
{
	return (AlertReading){ true, c->now->unpriced * MEASURE_MICRO, ALERT_NONE, c->now->jobs };
}

static AlertReading (*const compare[METRICS])(const Compared *c) = {
	[METRIC_ERROR_RATE] = error_rate, [METRIC_SPEND_RATE] = spend_rate, [METRIC_JOBS_RATE] = jobs_rate, [METRIC_HOUR_SHARE] = share,
	[METRIC_COST_PER_JOB] = cost_per_job, [METRIC_UNPRICED] = unpriced,
};

/* The version of the agent with the most failures, or else the most spending, in the window. */
static int worst_version(Measuring *m, const AlertRule *r, Str agent, Str *version, Err *e)
{
	const Sums *worst = NULL;
	const Span *by;

	*version = STR("");
	if (measure_span(m, DIM_VERSION, r->window_ms, &by, e) < 0)
		return -1;
	for (size_t i = 0; by && i < by->n; i++) {
		const Sums *s = &by->g[i].s;

		if (!str_eq(key_agent(by->g[i].key), agent))
			continue;
		if (!worst || s->failed > worst->failed || (s->failed == worst->failed && s->nusd > worst->nusd)) {
			worst = s;
			*version = key_version(by->g[i].key);
		}
	}
	return 0;
}

static int add_compared(Measuring *m, const AlertRule *r, Str key, const Compared *c, Err *e)
{
	Str version;

	if (r->by != BY_POINTER && r->by != BY_AGENT) {
		measure_add(m, r, key, compare[r->metric](c));
		return 0;
	}
	if (worst_version(m, r, key, &version, e) < 0)
		return -1;
	measure_add_of(m, r, r->by == BY_AGENT ? key : arena_printf(m->a, "%.*s/route", STR_ARG(key)), compare[r->metric](c), key, version);
	return 0;
}

int measure_agents(Measuring *m, Err *e)
{
	if (m->agents_read)
		return 0;
	m->agents_read = true;
	return store_agents(m->s, m->a, &m->agent, &m->agents, e);
}

bool measure_has_pointer(const Measuring *m, Str agent)
{
	for (size_t i = 0; i < m->agents; i++)
		if (m->agent[i].is_route && str_eq(m->agent[i].agent, agent))
			return true;
	return false;
}

static int measure_sums(Measuring *m, const AlertRule *r, Err *e)
{
	const Dim by = measure_dim(r->by);
	const Span *now, *base;
	static const Sums zero;
	Compared c = { .m = m, .r = r };

	if (!m->q->jobs_fresh) {
		measure_unknown(m);
		return 0;
	}
	if (measure_span(m, by, r->window_ms, &now, e) < 0 || measure_base(m, by, &base, e) < 0 || measure_agents(m, e) < 0)
		return -1;
	if (!now) {
		measure_unknown(m);
		return 0;
	}
	c.all = &now->all;
	c.base_all = &base->all;
	if (by == DIM_ALL) {
		c.now = now->n ? &now->g[0].s : &zero;
		c.base = base->n ? &base->g[0].s : NULL;
		return add_compared(m, r, STR(""), &c, e);
	}
	for (size_t i = 0; i < now->n; i++) {
		/* A call that names no tenant, agent or model is no key of its own; a pointer is one of the registry. */
		if (!now->g[i].key.n || (r->by == BY_POINTER && !measure_has_pointer(m, now->g[i].key)))
			continue;
		c.now = &now->g[i].s;
		c.base = span_find(base, now->g[i].key);
		if (add_compared(m, r, now->g[i].key, &c, e) < 0)
			return -1;
	}
	return 0;
}

static const MeasureFn metrics[METRICS] = {
	[METRIC_ERROR_RATE] = measure_sums, [METRIC_SPEND_RATE] = measure_sums, [METRIC_JOBS_RATE] = measure_sums, [METRIC_HOUR_SHARE] = measure_sums,
	[METRIC_COST_PER_JOB] = measure_sums, [METRIC_UNPRICED] = measure_sums,
	[METRIC_ERROR_AFTER_MOVE] = measure_after_move, [METRIC_COST_AFTER_MOVE] = measure_after_move, [METRIC_CACHE_MISS_RATE] = measure_cache,
	[METRIC_FAILURES_IN_A_ROW] = measure_streaks, [METRIC_SILENCE] = measure_silence, [METRIC_STUCK_JOBS] = measure_stuck,
	[METRIC_TRACE_COST] = measure_traces, [METRIC_TRACE_CALLS] = measure_traces, [METRIC_TRACE_AGE] = measure_traces,
	[METRIC_UNPINNED] = measure_unpinned, [METRIC_THROTTLE_RATE] = measure_throttles,
	[METRIC_LEFT_RESTORED] = measure_restored, [METRIC_STOP_OVERDUE] = measure_stops,
	[METRIC_P95] = measure_p95, [METRIC_MOVES] = measure_outside, [METRIC_MODEL_LEFT] = measure_retiring, [METRIC_BILL_DRIFT] = measure_bill,
	[METRIC_SEEN] = measure_seen, [METRIC_FEED_AGE] = measure_feed_age, [METRIC_CREDENTIALS] = measure_credentials,
};

/* The hours that this one is compared with, without those that the back-fill has not reached. */
static int find_base_hours(Measuring *m, Err *e)
{
	int64_t all[BASE_HOURS_MAX], covered;
	Stores from = { &m->s, NULL, 1 };
	size_t n = baseline_hours(floor_div(m->q->now_ms, HOUR_MS), m->q->now_ms, m->q->offset_ms, all);

	if (figures_covered(&from, &covered, e) < 0)
		return -1;
	for (size_t i = 0; covered && i < n; i++)
		if (all[i] * HOUR_MS >= covered)
			m->base_hour[m->base_n++] = all[i];
	return 0;
}

int measure_rules(Store *s, const MeasureAsk *q, Arena *a, Measures *out, Err *e)
{
	Measuring m = { .s = s, .q = q, .a = a, .out = out, .minute = floor_div(q->now_ms, MINUTE_MS) };

	*out = (Measures){ .known = xcalloc(q->rules + 1, sizeof *out->known) };
	if (store_recent_from(s, &m.recent_from, e) < 0 || find_base_hours(&m, e) < 0)
		return -1;
	for (m.rule = 0; m.rule < q->rules; m.rule++) {
		const AlertRule *r = &q->rule[m.rule];

		out->known[m.rule] = true;
		if (!r->off && metrics[r->metric] && metrics[r->metric](&m, r, e) < 0)
			return err_wrap(e, "alert %.*s", STR_ARG(r->id));
	}
	return 0;
}

void measures_done(Measures *m)
{
	free(m->v);
	free(m->known);
	*m = (Measures){ 0 };
}
