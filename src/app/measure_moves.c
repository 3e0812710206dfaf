/* Readings that need two versions or two shares: what a move of a pointer changed, and what a cache that is read less costs. */
#include "app/measure_own.h"

#include "app/fleet_models.h"
#include "app/registry.h"
#include "base/num.h"
#include "model/agent_name.h"
#include "store/alerts.h"
#include "store/change.h"
#include "store/recent.h"

/* NAMED_MS: how long CloudTrail may take to say who it was. */
enum { MOVES_MAX = 200, NAMED_MS = 15 * 60000, RELEASE_MS = 5 * 60000, BEFORE_HOURS = 24, BEFORE_JOBS = 30, DROP_PPM = 200000 };

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

static Str key_of(Measuring *m, Str agent, Str version)
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
	if (sums_since(m, key_of(m, agent, to), keeps ? since : c->time_ms, &now, e) < 0 ||
	    sums_before(m, key_of(m, agent, from), c->time_ms, &before, e) < 0)
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

/* What moves together is one release: a route, an endpoint and an alias of one agent, one after the other. */
typedef struct Release { const Change *first, *route; int64_t at_ms; bool outside; } Release;

static bool is_of(const Change *c, Str agent)
{
	Str rest;

	return agent_same_name(str_cut(c->object, '/', &rest), agent);
}

/* Other pointers that follow one that seismo has moved are brought into line by somebody's pipeline. CloudTrail dates to the second, and
 * an item's time is that of the machine that wrote it: what follows at once may be dated before what it follows. */
static bool follows_ours(const Registry *r, const Change *c, Str agent)
{
	for (size_t i = 0; i < r->changes; i++) {
		const Change *x = &r->change[i];
		int64_t after = c->time_ms - x->time_ms;

		if (after >= -CHANGE_APART_MS && after <= RELEASE_MS && is_of(x, agent) && !str_eq(x->object, c->object) && registry_ours(r, x))
			return true;
	}
	return false;
}

static void add_to(const Measuring *m, const AlertRule *r, const Registry *g, const Change *c, Release *x)
{
	Str rest, agent = str_cut(c->object, '/', &rest);
	bool outside = is_outside(m, r, c) && !registry_ours(g, c) && !follows_ours(g, c, agent);

	if (outside && !x->outside)
		*x = (Release){ .outside = true };       /* what seismo has moved of it is not what is told */
	if (outside == x->outside) {
		x->first = c;                        /* the newest come first */
		x->route = str_ends(c->object, STR("/route")) ? c : x->route;
	}
	x->at_ms = c->time_ms;
}

/* The alerts that there are. */
typedef struct Told { AlertRow *row; size_t n; } Told;

/* The pointer under which the newest release is told already. A look between its moves sees one of them, and the route or an earlier one only
 * later: that is no other alert. */
static const Change *told_under(const Told *t, const AlertRule *r, const Registry *g, const Release *newest, Str agent)
{
	for (size_t i = 0; i < g->changes && g->change[i].time_ms >= newest->at_ms; i++)
		for (size_t k = 0; k < t->n && is_of(&g->change[i], agent); k++)
			if (t->row[k].st.phase == PHASE_FIRING && str_eq(t->row[k].rule, r->id) && str_eq(t->row[k].key, g->change[i].object))
				return &g->change[i];
	return NULL;
}

/* The newest comes first; one of others' is rather meant than one of seismo's own. */
static Release newer(Release newest, Release x)
{
	return newest.outside || (newest.first && !x.outside) ? newest : x;
}

/* The newest release is what the alert is about; the others count. */
static void one_agent(Measuring *m, const AlertRule *r, const Registry *g, const Told *t, size_t from)
{
	Str rest, agent = str_cut(g->change[from].object, '/', &rest);
	Release newest = { 0 }, x = { 0 };
	const Change *c;
	int64_t outside = 0;

	for (size_t i = from; i < g->changes; i++) {
		if (!is_of(&g->change[i], agent))
			continue;
		if (x.first && x.at_ms - g->change[i].time_ms > RELEASE_MS) {
			newest = newer(newest, x);
			outside += x.outside;
			x = (Release){ 0 };
		}
		add_to(m, r, g, &g->change[i], &x);
	}
	newest = newer(newest, x);
	outside += x.outside;
	/* Where there is a route, it is what the jobs follow. */
	c = told_under(t, r, g, &newest, agent);
	c = c ? c : newest.route ? newest.route : newest.first;
	measure_add_of(m, r, c->object, (AlertReading){ true, outside * MEASURE_MICRO, ALERT_NONE, outside }, agent, moved_to(c));
}

int measure_outside(Measuring *m, const AlertRule *r, Err *e)
{
	const int64_t from = m->q->now_ms - r->window_ms;
	Registry g = { 0 };
	Told told = { 0 };
	Change *any;
	size_t n;

	if (store_changes(m->s, from, 0, 1, m->a, &any, &n, e) < 0)
		return -1;
	if (n && (registry_read(m->s, from, m->a, &g, e) < 0 || alerts_list(m->s, m->q->now_ms, m->a, &told.row, &told.n, e) < 0))
		return -1;
	for (size_t i = 0; i < g.changes; i++) {
		Str rest, agent = str_cut(g.change[i].object, '/', &rest);
		bool known = false;

		for (size_t k = 0; k < i && !known; k++)
			known = is_of(&g.change[k], agent);
		if (!known)
			one_agent(m, r, &g, &told, i);
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
