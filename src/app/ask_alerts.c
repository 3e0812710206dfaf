#include "app/ask_alerts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/share.h"
#include "base/xalloc.h"
#include "store/change.h"

/* What was changed longer before an alert began hardly made it. */
enum { BEFORE_MS = 24 * 3600000, CHANGES_MAX = 400 };
#define DAY_MS INT64_C(86400000)

typedef struct Seen { const AlertView *v; size_t from; } Seen;
typedef struct Seeing {
	const Stores *stores;
	int64_t now_ms;
	Arena a;
	Seen *seen; size_t n, cap;
	Change *change[FIG_CONTEXTS]; size_t changes[FIG_CONTEXTS];
	AlertsSeen head;               /* without cells */
} Seeing;

static const char *context_of(const Seeing *s, size_t i)
{
	return s->stores->context ? s->stores->context[i] : "";
}

static void see_watch(Seeing *s, size_t from, const WatchView *v)
{
	WatchCell *c = &s->head.watch[s->head.watches++];

	*c = (WatchCell){ .watched = v->watched, .failed = v->run.failed, .run_ms = v->run.at_ms };
	(void)snprintf(c->context, sizeof c->context, "%s", context_of(s, from));
	if (v->who.state == LEASE_OTHER || v->who.state == LEASE_MINE)
		lease_words(&v->who, c->who);
	fig_text(c->note, sizeof c->note, v->run.note);
}

static int see_store(Seeing *s, size_t from, bool ended, Err *e)
{
	AlertView *v;
	WatchView who;
	size_t n;

	if (alert_views(s->stores->s[from], s->now_ms, &s->a, &v, &n, &who, e) < 0 ||
	    store_changes(s->stores->s[from], s->now_ms - 8 * DAY_MS, 0, CHANGES_MAX, &s->a, &s->change[from], &s->changes[from], e) < 0)
		return -1;
	see_watch(s, from, &who);
	for (size_t i = 0; i < n; i++) {
		bool open = alert_is_open(&v[i]) || v[i].unknown, over = v[i].state == ALERT_OK && s->now_ms - v[i].r.st.since_ms < DAY_MS;

		s->head.firing += v[i].state == ALERT_FIRING;
		s->head.total += alert_is_open(&v[i]);
		if (!open && !(ended && over))
			continue;
		VEC_GROW(s->seen, s->cap, s->n + 1);
		s->seen[s->n++] = (Seen){ &v[i], from };
	}
	return 0;
}

/* Those of several stores in one order; each store's own is kept. */
static int worst_first(const void *x, const void *y)
{
	const Seen *a = x, *b = y;
	int c = alert_view_order(a->v, b->v);

	return c ? c : (a->from > b->from) - (a->from < b->from);
}

static void change_cell(const Change *c, ChangeCell *out)
{
	*out = (ChangeCell){ .kind = (int32_t)c->kind, .source = (int32_t)c->source, .time_ms = c->time_ms };
	fig_text(out->object, sizeof out->object, c->object);
	fig_text(out->by, sizeof out->by, c->by);
	fig_text(out->from, sizeof out->from, c->from);
	fig_text(out->to, sizeof out->to, c->to);
}

/* A change that is known by the look that found it may have happened a little before the alert began, and be dated a little after. */
static bool is_before(const Change *x, const AlertCell *c)
{
	return x->since_ms <= c->since_ms && x->time_ms >= c->since_ms - BEFORE_MS;
}

/* A move of the pointer that the alert is about, or of one of its agent. */
static bool is_own_move(const Change *x, const AlertCell *c)
{
	Str rest, agent = str_cut(x->object, '/', &rest);

	if (x->kind != CHANGE_POINTER)
		return false;
	return strchr(c->key, '/') ? str_is(x->object, c->key) : *c->agent && str_is(agent, c->agent);
}

/* The newest first is the nearest first, seen from its beginning. The last place is kept for the own move, which whoever is woken wants to
 * see: a release changes more than four things at once. */
static void changes_before(const Seeing *s, size_t from, AlertCell *c)
{
	const Change *x = s->change[from];
	size_t n = s->changes[from], own = 0;

	while (own < n && !(is_before(&x[own], c) && is_own_move(&x[own], c)))
		own++;
	for (size_t i = 0; i < n && c->changes < ALERT_CHANGES; i++) {
		if (c->changes == ALERT_CHANGES - 1 && own < n && own > i)
			i = own;
		if (is_before(&x[i], c))
			change_cell(&x[i], &c->change[c->changes++]);
	}
}

static int64_t millionths(double v)
{
	return isfinite(v) && fabs(v) < 1e12 ? (int64_t)(v * 1e6) : ALERT_NONE;
}

static void fill(const Seeing *s, const Seen *seen, AlertCell *c)
{
	const AlertView *v = seen->v;
	const AlertRow *r = &v->r;
	const Said *said = v->state == ALERT_SILENCED ? &r->silenced : &r->acked;

	*c = (AlertCell){ .state = (int32_t)v->state, .severity = (int32_t)r->severity, .metric = (int32_t)r->metric, .cloudwatch = v->cloudwatch,
	                  .unknown = v->unknown, .missing = r->st.missing, .since_ms = r->st.since_ms, .value = r->value,
	                  .threshold = v->has_threshold ? millionths(v->threshold) : r->threshold, .baseline = r->baseline, .count = r->count,
	                  .said_ms = said->at_ms, .until_ms = v->state == ALERT_SILENCED ? said->until_ms : 0 };
	(void)snprintf(c->context, sizeof c->context, "%s", context_of(s, seen->from));
	fig_text(c->rule, sizeof c->rule, r->rule);
	fig_text(c->key, sizeof c->key, r->key);
	fig_text(c->agent, sizeof c->agent, r->agent);
	fig_text(c->version, sizeof c->version, r->version);
	fig_text(c->fact, sizeof c->fact, v->fact);
	if (said->at_ms) {
		fig_text(c->by, sizeof c->by, said->by);
		fig_text(c->reason, sizeof c->reason, said->reason);
	}
	if (alert_is_open(v))
		changes_before(s, seen->from, c);
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	const AlertsAsk *q = in;
	Seeing s = { .stores = from, .now_ms = when->now_ms, .head = { .past = when->past } };
	AlertsSeen *answer;
	size_t most = q->max > 0 && q->max < ALERTS_MAX ? (size_t)q->max : ALERTS_MAX;
	int rc = 0;

	/* States are those of now: of the past nothing is known. */
	for (size_t i = 0; i < from->n && !when->past && rc == 0; i++)
		if (from->s[i])
			rc = see_store(&s, i, q->ended != 0, e);
	if (rc == 0) {
		if (s.n)
			qsort(s.seen, s.n, sizeof *s.seen, worst_first);
		most = s.n < most ? s.n : most;
		answer = xcalloc(1, sizeof *answer + most * sizeof answer->cell[0]);
		*answer = s.head;
		answer->n = (int32_t)most;
		for (size_t i = 0; i < most; i++)
			fill(&s, &s.seen[i], &answer->cell[i]);
		*out = answer;
	}
	free(s.seen);
	arena_done(&s.a);
	return rc;
}

const AskClass ask_alerts = { .name = "alerts", .in_size = sizeof(AlertsAsk), .run = run };
