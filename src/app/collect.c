#include "app/collect.h"

#include <signal.h>
#include <stdio.h>

#include "base/clock.h"
#include "model/figures.h"

enum { TICK_MS = 1000, SIGNALS = 3 };

static const int signals[SIGNALS] = { SIGTERM, SIGINT, SIGHUP };

/* One context, and what was reported of it. */
typedef struct Part {
	struct Collect *c;
	Watch *watch;
	bool  started, told_polls;
	char  told_by[SHARE_WORDS];
	FeedPhase told[FEEDS_N];
} Part;

typedef struct Collect {
	CollectSpec spec;
	uv_loop_t *loop;
	Shared shared;
	Part   part[FIG_CONTEXTS];
	size_t n, ready;
	bool   ending;
	int64_t report_ms;                 /* monotonic: the next one */
	uv_timer_t tick;
	uv_signal_t sig[SIGNALS];
	Err    why;                        /* kind 0: told to end */
} Collect;

static void report(Part *p, const char *event)
{
	p->c->spec.report(p->c->spec.arg, p->watch, event);
}

static void end(Collect *c)
{
	if (c->ending)
		return;
	c->ending = true;
	uv_close((uv_handle_t *)&c->tick, NULL);
	for (size_t i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&c->sig[i], NULL);
	for (size_t i = 0; i < c->n; i++)
		watch_close(c->part[i].watch);
	shared_close(&c->shared);
}

static void on_signal(uv_signal_t *h, int signum)
{
	(void)signum;
	end(h->data);
}

/* --- what is worth a line of its own --- */

static void report_role(Part *p)
{
	const Watch *w = p->watch;
	bool polls = feeds_polls(w->feeds);
	char by[SHARE_WORDS], text[2 * SHARE_WORDS];

	share_words(w, SHARE_FEEDER, by);
	if (polls ? p->told_polls : !by[0] || strcmp(by, p->told_by) == 0)
		return;
	p->told_polls = polls;
	(void)snprintf(p->told_by, sizeof p->told_by, "%s", polls ? "" : by);
	(void)snprintf(text, sizeof text, polls ? "polls AWS" : "%s polls AWS, this one stands by", by);
	report(p, text);
}

static void report_feeds(Part *p)
{
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = feeds_view(p->watch->feeds, (FeedId)i);
		FeedPhase was = p->told[i];
		char text[1200];

		if (v->phase != FEED_FAILED && v->phase != FEED_OK)
			continue;
		p->told[i] = v->phase;
		if (v->phase == FEED_FAILED && was != FEED_FAILED)
			(void)snprintf(text, sizeof text, "%s failed: %s", v->name, v->err.text);
		else if (v->phase == FEED_OK && was == FEED_FAILED)
			(void)snprintf(text, sizeof text, "%s come again", v->name);
		else
			continue;
		report(p, text);
	}
}

static void on_change(void *arg, Watch *w)
{
	Collect *c = arg;

	for (size_t i = 0; i < c->n && !c->ending; i++)
		if (c->part[i].watch == w) {
			(void)watch_news(w);           /* nobody computes figures here */
			report_role(&c->part[i]);
			report_feeds(&c->part[i]);
		}
}

static void on_tick(uv_timer_t *t)
{
	Collect *c = t->data;
	int64_t now = clock_mono_ms();
	bool due = now >= c->report_ms;

	if (due)
		c->report_ms = now + c->spec.every_ms;
	for (size_t i = 0; i < c->n; i++) {
		if (!c->part[i].started)
			continue;
		watch_tick(c->part[i].watch, clock_wall_ms());
		if (due)
			report(&c->part[i], NULL);
	}
}

/* --- start: a store that cannot be written is no place to collect into --- */

static int try_run(Store *s, void *work, Err *e)
{
	(void)work;
	return store_try_write(s, e);
}

static void try_done(void *work, const Err *err)
{
	Part *p = work;
	Collect *c = p->c;
	StoreQ *q = p->watch->queue;

	if (c->ending)
		return;
	if (!err && !storeq_in_memory(q)) {
		p->started = true;
		watch_start(p->watch, clock_wall_ms(), true);
		return;
	}
	if (err)
		c->why = *err;
	else if (!p->watch->session.store_path)
		(void)err_set(&c->why, "there is nowhere to keep what is collected; set HOME or XDG_DATA_HOME");
	else
		(void)err_set(&c->why, "there is nowhere to keep what is collected (%s)", storeq_note(q));
	if (c->n > 1)
		(void)err_wrap(&c->why, "context %.*s", STR_ARG(p->watch->session.ctx->name));
	end(c);
}

static void start(Collect *c)
{
	struct sigaction hup;

	(void)uv_timer_init(c->loop, &c->tick);
	c->tick.data = c;
	c->report_ms = clock_mono_ms() + c->spec.every_ms;
	(void)uv_timer_start(&c->tick, on_tick, TICK_MS, TICK_MS);
	for (size_t i = 0; i < SIGNALS; i++) {
		(void)uv_signal_init(c->loop, &c->sig[i]);
		c->sig[i].data = c;
		/* nohup(1) wants it to live on. */
		if (signals[i] != SIGHUP || (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN))
			(void)uv_signal_start(&c->sig[i], on_signal, signals[i]);
	}
	for (size_t i = 0; i < c->n; i++) {
		watch_store(c->part[i].watch);
		storeq_write(c->part[i].watch->queue, (StoreWork){ try_run, try_done, &c->part[i] });
	}
}

int collect_run(uv_loop_t *loop, const CollectSpec *spec, Err *e)
{
	Collect c = { .spec = *spec, .loop = loop };
	WatchSpec ws = { .session = spec->session, .mask = FEEDS_ALL, .what = "collect", .on_change = on_change, .arg = &c };
	Watch *list[FIG_CONTEXTS];
	int rc;

	if (shared_open(&c.shared, loop, spec->session.config_path, false, e) < 0)
		return -1;
	rc = watch_open_all(loop, &c.shared, &ws, list, FIG_CONTEXTS, &c.n, e);
	if (rc == 0) {
		for (size_t i = 0; i < c.n; i++)
			c.part[i] = (Part){ .c = &c, .watch = list[i] };
		start(&c);
	} else {
		shared_close(&c.shared);
	}
	(void)uv_run(loop, UV_RUN_DEFAULT);
	shared_done(&c.shared);
	if (rc == 0 && c.why.kind) {
		*e = c.why;
		rc = -1;
	}
	return rc;
}
