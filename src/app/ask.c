/* Questions to the stores: what the app and its panes want to know beyond the figures. Each is a job on the worker pool over
 * the stores of all contexts that are shown; an answer that comes after these were switched is dropped. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void asked_send(App *a, Asked *who, int (*run)(Store *const *, size_t, void *, Err *), void (*done)(void *, const Err *), void *work)
{
	StoreQ *queue[FIG_CONTEXTS];

	who->a = a;
	who->epoch = a->epoch;
	who->n = context_stores(a, queue, who->name);
	a->reads++;
	storeq_read_all(queue, who->n, (StoreReads){ run, done, work });
}

Stores asked_stores(const Asked *who, Store *const *s)
{
	return (Stores){ s, who->n > 1 ? who->name : NULL, who->n };
}

bool asked_late(const Asked *who)
{
	return who->a->quitting || who->epoch != who->a->epoch;
}

FiguresAsk asked_now(const App *a)
{
	FiguresAsk when = { .now_ms = app_now(a), .offset_ms = a->world.offset_ms, .past = a->past_ms || a->spec.fixed_now_ms };

	context_known(a, when.known_ms, when.counted_ms);
	when.budget = a->shared.conf.budget;
	when.budgets = a->shared.conf.budget_count;
	if (a->watch_n == 1)
		fig_text(when.context, sizeof when.context, a->watch[0]->session.ctx->name);
	(void)snprintf(when.region, sizeof when.region, "%.*s", STR_ARG(session_region(&a->watch[0]->session)));
	return when;
}

/* --- panes --- */

/* The pane may be closed, and another one in its place, when the answer comes: it is known by its number. */
typedef struct Question {
	Asked who;
	uint64_t pane;
	const AskClass *cls;
	FiguresAsk when;
	void *in, *out;
} Question;

static Pane *pane_of(const Question *q)
{
	App *a = q->who.a;

	for (size_t i = 0; i < a->pane_count; i++)
		if (a->pane[i].serial == q->pane)
			return &a->pane[i];
	return NULL;
}

static PaneAsk *slot_of(Pane *p, const AskClass *cls)
{
	for (int i = 0; i < PANE_ASKS; i++)
		if (p->ask[i].cls == cls)
			return &p->ask[i];
	return NULL;
}

const PaneAsk *pane_answer(const Pane *p, const AskClass *cls)
{
	static const PaneAsk nothing;

	for (int i = 0; i < PANE_ASKS; i++)
		if (p->ask[i].cls == cls)
			return &p->ask[i];
	return &nothing;
}

static int run(Store *const *s, size_t n, void *work, Err *e)
{
	Question *q = work;
	Stores from = asked_stores(&q->who, s);

	(void)n;
	return q->cls->run(&from, &q->when, q->in, &q->out, e);
}

static void pose(Pane *p, PaneAsk *slot);

/* While the screen stands still, what it shows stands still too; an answer to something new is what the person waits for. */
static bool is_held(const App *a, const PaneAsk *slot, const Question *q)
{
	return a->frozen && slot->out && memcmp(slot->out_in, q->in, q->cls->in_size) == 0;
}

static void take(App *a, Pane *p, PaneAsk *slot, Question *q, const Err *err)
{
	bool current = memcmp(slot->in, q->in, q->cls->in_size) == 0;

	slot->in_flight = false;
	slot->loading = !current;
	(void)snprintf(slot->error, sizeof slot->error, "%.250s", err && current ? err->text : "");
	if (!err && !is_held(a, slot, q)) {
		app_retire(a, slot->out);
		app_retire(a, slot->out_in);
		slot->out = q->out;
		slot->out_in = q->in;
		slot->at_ms = q->when.now_ms;
		q->out = q->in = NULL;
	}
	slot->answered = slot->out && memcmp(slot->out_in, slot->in, q->cls->in_size) == 0;
	if (!current || slot->again)
		pose(p, slot);
	p->dirty = true;
	app_changed(a, 0);
}

static void done(void *work, const Err *err)
{
	Question *q = work;
	App *a = q->who.a;
	Pane *p = asked_late(&q->who) ? NULL : pane_of(q);
	PaneAsk *slot = p ? slot_of(p, q->cls) : NULL;

	a->reads--;
	if (slot)
		take(a, p, slot, q, err);
	free(q->in);
	free(q->out);
	free(q);
}

static void *copy(const void *in, size_t n)
{
	void *own = xmalloc(n ? n : 1);

	if (n)
		memcpy(own, in, n);
	return own;
}

static void pose(Pane *p, PaneAsk *slot)
{
	Question *q;

	if (!p->app || !context_stored(p->app))      /* alone, as in tests; or the first paint: what it wants to know stands in the slot */
		return;
	q = xcalloc(1, sizeof *q);
	*q = (Question){ .pane = p->serial, .cls = slot->cls, .when = asked_now(p->app), .in = copy(slot->in, slot->cls->in_size) };
	if (slot->cls->prices)
		q->when.prices = session_prices(&p->app->watch[0]->session);
	slot->in_flight = true;
	slot->again = false;
	asked_send(p->app, &q->who, run, done, q);
}

void app_ask(Pane *p, const AskClass *cls, const void *in)
{
	PaneAsk *slot = slot_of(p, cls);

	if (!slot && (slot = slot_of(p, NULL)))
		slot->cls = cls;
	if (!slot)                       /* more kinds of questions than a pane can have: a mistake in the pane */
		abort();
	if (slot->in && memcmp(slot->in, in, cls->in_size) == 0)
		return;
	free(slot->in);
	slot->in = copy(in, cls->in_size);
	slot->loading = true;
	slot->answered = slot->out && memcmp(slot->out_in, in, cls->in_size) == 0;
	if (!slot->in_flight)
		pose(p, slot);
}

void ask_again(App *a)
{
	for (size_t i = 0; i < a->pane_count; i++)
		for (int k = 0; k < PANE_ASKS; k++) {
			PaneAsk *slot = &a->pane[i].ask[k];

			if (!slot->cls)
				continue;
			slot->again = slot->in_flight;
			if (!slot->in_flight)
				pose(&a->pane[i], slot);
		}
}

void ask_forget(Pane *p)
{
	for (int k = 0; k < PANE_ASKS; k++) {
		free(p->ask[k].in);
		app_retire(p->app, p->ask[k].out);       /* the pane may point into it until its next update */
		app_retire(p->app, p->ask[k].out_in);
		p->ask[k] = (PaneAsk){ 0 };
	}
}
