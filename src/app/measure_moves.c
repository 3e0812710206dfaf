/* Readings that need two versions or two shares: what a move of a pointer changed, and what a cache that is read less costs. */
#include "app/measure_own.h"

#include "app/fleet_models.h"
#include "base/num.h"
#include "store/change.h"
#include "store/recent.h"

/* NAMED_MS: how long CloudTrail may take to say who it was. */
enum { MOVES_MAX = 200, NAMED_MS = 15 * 60000, BEFORE_HOURS = 24, BEFORE_JOBS = 30, DROP_PPM = 200000 };

/* --- after a move --- */

static bool lists(Str routes, Str version)
{
	while (routes.n)
		if (str_eq(models_next_version(&routes), version))
			return true;
	return false;
}

/* The version that came with the move; empty: it only shifted weights. */
static Str new_version(const Change *c)
{
	Str rest = c->to;

	while (rest.n) {
		Str v = models_next_version(&rest);

		if (v.n && !lists(c->from, v))
			return v;
	}
	return STR("");
}

static Str version_key(Measuring *m, Str agent, Str version)
{
	return arena_printf(m->a, "%.*s@%.*s", STR_ARG(agent), STR_ARG(version));
}

/* What the version did since then, and the one before it in the day before the move. */
static int sums_since(Measuring *m, Str key, int64_t from_ms, Sums *out, Err *e)
{
	Sums minute[RECENT_MINUTES + 1];
	int64_t from = floor_div(from_ms, MINUTE_MS), count = m->minute - from + 1;

	*out = (Sums){ 0 };
	if (count < 1 || count > RECENT_MINUTES + 1)
		return 0;
	if (store_recent_of(m->s, DIM_VERSION, key, from, (size_t)count, minute, e) < 0)
		return -1;
	for (int64_t i = 0; i < count; i++)
		sums_add(out, &minute[i]);
	return 0;
}

static int sums_before(Measuring *m, Str key, int64_t until_ms, Sums *out, Err *e)
{
	Sums hour[BEFORE_HOURS];

	*out = (Sums){ 0 };
	if (store_hours(m->s, DIM_VERSION, key, floor_div(until_ms, HOUR_MS) - BEFORE_HOURS, BEFORE_HOURS, hour, e) < 0)
		return -1;
	for (int i = 0; i < BEFORE_HOURS; i++)
		sums_add(out, &hour[i]);
	return 0;
}

static int64_t judged(const AlertRule *r, const Sums *s)
{
	if (r->metric == METRIC_COST_AFTER_MOVE)
		return s->jobs > 0 ? s->nusd / s->jobs : 0;
	return s->jobs > 0 ? mul_div(s->failed, MEASURE_MICRO, s->jobs) : 0;
}

static int one_move(Measuring *m, const AlertRule *r, const Change *c, Err *e)
{
	Str name, agent = str_cut(c->object, '/', &name), rest = c->from, to = new_version(c), from = models_next_version(&rest);
	int64_t since = m->q->now_ms - r->window_ms;
	bool keeps = c->time_ms < since;
	Sums now, before;

	if (!to.n || !from.n)
		return 0;
	if (sums_since(m, version_key(m, agent, to), keeps ? since : c->time_ms, &now, e) < 0 ||
	    sums_before(m, version_key(m, agent, from), c->time_ms, &before, e) < 0)
		return -1;
	measure_add_of(m, r, c->object, (AlertReading){ keeps ? KNOWN_KEEPS : KNOWN, judged(r, &now),
	                                                before.jobs >= BEFORE_JOBS ? judged(r, &before) : ALERT_NONE, now.jobs }, agent, to);
	return 0;
}

/* A version that is bad does not get better because half an hour has passed: moves of before the window keep what fires. */
int measure_after_move(Measuring *m, const AlertRule *r, Err *e)
{
	const int64_t from = m->q->now_ms - r->window_ms;
	Change *c;
	size_t n;

	if (!m->q->jobs_fresh || m->recent_from > floor_div(from, MINUTE_MS)) {
		measure_unknown(m);
		return 0;
	}
	if (store_changes(m->s, m->q->now_ms - RECENT_MINUTES * MINUTE_MS, 0, MOVES_MAX, m->a, &c, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		bool later = false;

		/* The newest first: an earlier move of the same pointer is past. */
		for (size_t k = 0; k < i && !later; k++)
			later = c[k].kind == CHANGE_POINTER && str_eq(c[k].object, c[i].object);
		if (c[i].kind == CHANGE_POINTER && !later && one_move(m, r, &c[i], e) < 0)
			return -1;
	}
	return 0;
}

/* --- moves that seismo did not make --- */

/* "release-pipeline" stands for each of its sessions. */
static bool is_expected(const AlertRule *r, Str by)
{
	Str who = change_actor(by);

	for (size_t i = 0; i < r->expects; i++) {
		Str want = r->expect[i];

		if (str_eq(by, want) || str_eq(who, want) || (str_starts(who, want) && who.n > want.n && who.p[want.n] == '/'))
			return true;
	}
	return false;
}

/* Whoever releases by a pipeline and says so is not told of it while nobody has named the mover yet. */
static bool is_outside(const Measuring *m, const AlertRule *r, const Change *c)
{
	if (!c->by.n && r->expects)
		return m->q->now_ms - c->time_ms > NAMED_MS;
	return !is_expected(r, c->by);
}

static Str moved_to(const Change *c)
{
	Str to = new_version(c), rest = c->to;

	return to.n ? to : models_next_version(&rest);
}

int measure_outside(Measuring *m, const AlertRule *r, Err *e)
{
	Change *c;
	size_t n;

	if (store_changes(m->s, m->q->now_ms - r->window_ms, 0, MOVES_MAX, m->a, &c, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		int64_t moves = 0;
		bool later = false;
		Str rest;

		for (size_t k = 0; k < n; k++) {
			bool same = c[k].kind == CHANGE_POINTER && str_eq(c[k].object, c[i].object);

			later |= same && k < i;
			moves += same && is_outside(m, r, &c[k]);
		}
		if (c[i].kind == CHANGE_POINTER && !later)
			measure_add_of(m, r, c[i].object, (AlertReading){ true, moves * MEASURE_MICRO, ALERT_NONE, moves }, str_cut(c[i].object, '/', &rest),
			               moved_to(&c[i]));
	}
	return 0;
}

/* --- the prompt cache --- */

/* ppm; 0 without a prompt. */
static int64_t read_share(const Sums *s)
{
	int64_t rate = caching_rate(s->tok.cache_read, caching_prompt(&s->tok));

	return rate > 0 ? rate : 0;
}

/* nUSD an hour: what the tokens cost more that would have been read at the usual share. A model without prices: 0. */
static int64_t miss_rate(const Measuring *m, const AlertRule *r, const Sums *now, int64_t usual)
{
	return mul_div(caching_burn(&now->tok, now->cache.miss_nusd, usual), HOUR_MS, measure_span_ms(m, r->window_ms));
}

/* What of its prompt a key usually reads. A version that is new is compared with what its agent read before; 0: nothing is usual. */
static int64_t usual_share(const Span *base, const Span *agents, const AlertRule *r, Str key)
{
	const Sums *was = span_find(base, key);

	if ((!was || was->jobs < BEFORE_JOBS) && r->by == BY_VERSION)
		was = span_find(agents, key_agent(key));
	return was && was->jobs >= BEFORE_JOBS ? read_share(was) : 0;
}

int measure_cache(Measuring *m, const AlertRule *r, Err *e)
{
	const Dim by = measure_dim(r->by);
	const Span *now, *base, *agents;

	if (!m->q->jobs_fresh) {
		measure_unknown(m);
		return 0;
	}
	if (measure_span(m, by, r->window_ms, &now, e) < 0 || measure_base(m, by, &base, e) < 0 || measure_base(m, DIM_AGENT, &agents, e) < 0)
		return -1;
	if (!now)
		measure_unknown(m);
	for (size_t i = 0; now && i < now->n; i++) {
		const Sums *s = &now->g[i].s;
		int64_t usual = usual_share(base, agents, r, now->g[i].key);
		bool drop = usual - read_share(s) >= DROP_PPM;

		if (now->g[i].key.n && usual)
			measure_add(m, r, now->g[i].key, (AlertReading){ true, drop ? miss_rate(m, r, s, usual) : 0, ALERT_NONE, s->jobs });
	}
	return 0;
}
