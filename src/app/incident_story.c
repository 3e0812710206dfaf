/* What was changed, and everything that happened in the order of time. */
#include "app/incident_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define DAY_MS INT64_C(86400000)

static const char *const names[] = {
	[EVENT_CHANGED] = "changed", [EVENT_ALERT] = "alert", [EVENT_ALERT_OVER] = "alert over", [EVENT_ACKED] = "acknowledged",
	[EVENT_SILENCED] = "silenced", [EVENT_FIRST_ERROR] = "first error", [EVENT_PEAK] = "most errors",
	[EVENT_ACTION] = "action", [EVENT_ACTION_ENDED] = "action ended",
};

const char *event_name(EventKind k)
{
	return names[k];
}

/* An agent's changes are its pointers', its versions' and what has no agent: models, guardrails, parameters. */
static bool concerns(const Change *c, Str agent)
{
	Str name;

	if (!agent.n || c->kind == CHANGE_MODEL || c->kind == CHANGE_GUARDRAIL || c->kind == CHANGE_SSM || c->kind == CHANGE_LABEL)
		return true;
	name = str_sub(c->object, 0, agent.n);
	return str_eq(name, agent) && (c->object.n == agent.n || strchr("/@ ", c->object.p[agent.n]));
}

static int read_changes(Incident *x, Err *e)
{
	IncidentFacts *f = x->out;
	ChangeFact *all;
	size_t n;

	if (cost_facts_changes(x->q, x->q->until_ms - 30 * DAY_MS, x->a, &all, &n, e) < 0)
		return -1;
	f->before = ARENA_ARRAY(x->a, ChangeFact, n + 1);
	f->move = ARENA_ARRAY(x->a, ChangeFact, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!concerns(&all[i].c, f->agent))
			continue;
		if (all[i].c.time_ms >= f->began_ms - DAY_MS)
			f->before[f->befores++] = all[i];
		if (all[i].c.kind == CHANGE_POINTER && f->agent.n)
			f->move[f->moves++] = all[i];
	}
	return 0;
}

/* --- the story --- */

typedef struct Story { EventFact *v; size_t n, cap; } Story;

static void add(Story *s, EventFact ev)
{
	if (!ev.ms)
		return;
	VEC_GROW(s->v, s->cap, s->n + 1);
	s->v[s->n++] = ev;
}

static void add_changes(const Incident *x, Story *s)
{
	for (size_t i = 0; i < x->out->befores; i++) {
		const Change *c = &x->out->before[i].c;

		add(s, (EventFact){ c->time_ms, EVENT_CHANGED, change_actor(c->by),
		                    arena_printf(x->a, "%s %.*s", change_kind_name(c->kind), STR_ARG(c->object)),
		                    arena_printf(x->a, "%.*s > %.*s", STR_ARG(c->from), STR_ARG(c->to)) });
	}
}

static void add_alerts(const Incident *x, Story *s)
{
	for (size_t i = 0; i < x->out->shown_n; i++) {
		const AlertView *v = &x->out->shown[i];
		const AlertRow *r = &v->r;
		Str what = r->key.n ? arena_printf(x->a, "%.*s:%.*s", STR_ARG(r->rule), STR_ARG(r->key)) : r->rule;

		add(s, (EventFact){ r->st.since_ms, v->state == ALERT_OK ? EVENT_ALERT_OVER : EVENT_ALERT, STR(""), what,
		                    v->cloudwatch ? v->fact : str_of(alert_severity_names[r->severity]) });
		add(s, (EventFact){ r->acked.at_ms, EVENT_ACKED, r->acked.by, what, r->acked.reason });
		add(s, (EventFact){ r->silenced.at_ms, EVENT_SILENCED, r->silenced.by, what, r->silenced.reason });
	}
}

static void add_errors(const Incident *x, Story *s)
{
	const SlotFacts *t = &x->out->slot;

	for (size_t i = 0; i < x->out->errors; i++) {
		const ErrorFact *c = &x->out->error[i];

		add(s, (EventFact){ c->first_ms, EVENT_FIRST_ERROR, STR(""), c->code.n ? c->code : STR("(no code)"),
		                    arena_printf(x->a, "version %.*s, %lld in the window", STR_ARG(c->version), (long long)c->n) });
	}
	for (size_t v = 0; v < t->versions; v++) {
		size_t peak = 0;

		for (size_t i = 1; i < t->slots; i++)
			peak = t->failed[v * t->slots + i] > t->failed[v * t->slots + peak] ? i : peak;
		if (t->slots && t->failed[v * t->slots + peak])
			add(s, (EventFact){ t->from_ms + (int64_t)peak * t->slot_ms, EVENT_PEAK, STR(""), t->version[v],
			                    arena_printf(x->a, "%lld of %lld failed in %lld min", (long long)t->failed[v * t->slots + peak],
			                                 (long long)t->decided[v * t->slots + peak], (long long)(t->slot_ms / 60000)) });
	}
}

static void add_actions(const Incident *x, Story *s)
{
	for (size_t i = 0; i < x->out->actions; i++) {
		const AuditRow *first = x->out->action[i].first, *last = x->out->action[i].last;
		Str what = arena_printf(x->a, "%.*s %.*s", STR_ARG(first->action), STR_ARG(first->pointer));

		add(s, (EventFact){ first->at_ms, EVENT_ACTION, first->by, what,
		                    arena_printf(x->a, "%.*s > %.*s: %.*s", STR_ARG(route_text(first->from, x->a)), STR_ARG(route_text(first->to, x->a)),
		                                 STR_ARG(first->reason)) });
		if (last != first)
			add(s, (EventFact){ last->at_ms, EVENT_ACTION_ENDED, last->by, what, last->note.n ?
			                    arena_printf(x->a, "%s: %.*s", last->event, STR_ARG(last->note)) : str_of(last->event) });
	}
}

static int in_order(const void *px, const void *py)
{
	const EventFact *x = px, *y = py;
	int c;

	if (x->ms != y->ms)
		return x->ms < y->ms ? -1 : 1;
	if (x->kind != y->kind)
		return (int)x->kind - (int)y->kind;
	c = str_cmp(x->what, y->what);
	return c ? c : str_cmp(x->text, y->text);
}

int incident_story(Incident *x, Err *e)
{
	IncidentFacts *f = x->out;
	Story s = { 0 };

	if (read_changes(x, e) < 0)
		return -1;
	add_changes(x, &s);
	add_alerts(x, &s);
	add_errors(x, &s);
	add_actions(x, &s);
	f->event = ARENA_ARRAY(x->a, EventFact, s.n + 1);
	for (size_t i = 0; i < s.n; i++)
		f->event[i] = s.v[i];
	free(s.v);
	f->events = s.n;
	if (f->events)
		qsort(f->event, f->events, sizeof *f->event, in_order);
	return 0;
}
