#include "app/feed_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum { RETRY_MS = 15000 };       /* a feed with a long interval does not wait it out after a failure */

static const FeedClass *const classes[FEEDS_N] = {
	[FEED_IDENTITY] = &feed_class_identity,
	[FEED_JOBS]     = &feed_class_jobs,
	[FEED_LINES]    = &feed_class_lines,
	[FEED_AGENTS]   = &feed_class_agents,
	[FEED_METRICS]  = &feed_class_metrics,
};

static void free_if_done(Feeds *f)
{
	if (!f->closing || f->pending)
		return;
	for (int i = 0; i < FEEDS_N; i++)
		if (f->feed[i].state)
			f->feed[i].cls->free_state(f->feed[i].state);
	arena_done(&f->cursors);
	free(f);
}

/* Counted until its callback is over: what is called there may close the feeds, and they must survive that call. */
void feeds_release(Feeds *f)
{
	f->pending--;
	free_if_done(f);
}

static void start_round(Feed *f)
{
	f->busy = true;
	/* A failed feed keeps its sentence until a round went well. */
	if (f->view.phase == FEED_OFF)
		f->view.phase = FEED_LOADING;
	f->view.waiting[0] = 0;
	f->cls->start(f);
}

static bool all_quiet(const Feeds *f)
{
	for (int i = 0; i < FEEDS_N; i++)
		if (f->feed[i].wanted && (f->feed[i].busy || f->feed[i].view.rounds == 0))
			return false;
	return true;
}

void feed_progress(Feed *f)
{
	if (!f->all->closing && f->all->spec.on_change)
		f->all->spec.on_change(f->all->spec.arg, f->id);
}

/* Without an answer the others still try: one service being down must not blind the rest. Only a wrong account stops
 * them: nothing of it may reach this context's store. */
static void identity_known(Feeds *all, const Err *err)
{
	bool wrong = all->wrong_account, first = !all->identified;

	all->identified = !wrong;
	for (int i = 0; i < FEEDS_N; i++) {
		Feed *f = &all->feed[i];

		if (i == FEED_IDENTITY || !f->wanted || f->busy)
			continue;
		if (wrong) {
			f->view.phase = FEED_FAILED;
			f->view.err = *err;
			f->view.rounds++;
		} else if (first) {
			start_round(f);
		}
	}
}

void feed_end(Feed *f, const Err *err)
{
	Feeds *all = f->all;
	int64_t wait = f->view.interval_ms;

	if (err && wait > RETRY_MS)
		wait = RETRY_MS;
	else if (!err && f->view.backfilling)
		wait = 0;        /* it broke off to look at the live end, and goes on with the next tick */
	f->busy = false;
	f->view.rounds++;
	f->view.waiting[0] = 0;
	if (err) {
		f->view.phase = FEED_FAILED;
		f->view.err = *err;
	} else {
		f->view.phase = FEED_OK;
		f->view.fresh_ms = feed_now_ms();
	}
	f->due_ms = clock_mono_ms() + wait;
	if (f->id == FEED_IDENTITY)
		identity_known(all, err);
	feed_progress(f);
	if (!all->spec.live && all_quiet(all) && all->spec.on_idle) {
		void (*idle)(void *) = all->spec.on_idle;

		all->spec.on_idle = NULL;
		idle(all->spec.arg);
	}
}

/* --- cursors, read once at start --- */

typedef struct CursorRead { Feeds *f; Arena arena; Str value[4]; } CursorRead;

static int cursors_run(Store *s, void *work, Err *e)
{
	static const char *const name[4] = { "jobs.head", "jobs.back", "lines.head", "lines.back" };
	CursorRead *r = work;

	for (int i = 0; i < 4; i++)
		if (store_cursor(s, name[i], &r->arena, &r->value[i], e) < 0)
			return -1;
	return 0;
}

static void cursors_done(void *work, const Err *err)
{
	CursorRead *r = work;
	Feeds *f = r->f;

	if (!f->closing) {
		if (!err) {
			f->jobs_head = arena_str(&f->cursors, r->value[0]);
			f->jobs_back = arena_str(&f->cursors, r->value[1]);
			f->lines_head = arena_str(&f->cursors, r->value[2]);
			f->lines_back = arena_str(&f->cursors, r->value[3]);
		}
		f->started = true;
		start_round(&f->feed[FEED_IDENTITY]);
	}
	arena_done(&r->arena);
	free(r);
	feeds_release(f);
}

Feeds *feeds_new(const FeedsSpec *spec)
{
	Feeds *f = xcalloc(1, sizeof *f);
	CursorRead *r = xcalloc(1, sizeof *r);

	f->spec = *spec;
	for (int i = 0; i < FEEDS_N; i++) {
		f->feed[i] = (Feed){ .all = f, .id = (FeedId)i, .cls = classes[i],
			.wanted = i == FEED_IDENTITY || (spec->mask & FEED_BIT(i)) };
		f->feed[i].view.name = classes[i]->name;
		f->feed[i].view.interval_ms = classes[i]->interval_ms(&spec->session->ctx->src);
	}
	r->f = f;
	f->pending++;
	/* Through the writer: it makes the file, so that whoever reads next finds one. */
	storeq_write(spec->queue, (StoreWork){ cursors_run, cursors_done, r });
	return f;
}

void feeds_close(Feeds *f)
{
	if (!f || f->closing)
		return;
	f->closing = true;
	free_if_done(f);
}

const FeedView *feeds_view(const Feeds *f, FeedId id)
{
	return &f->feed[id].view;
}

void feeds_tick(Feeds *f, int64_t now_ms)
{
	for (int i = 0; i < FEEDS_N; i++)
		if ((f->identified || i == FEED_IDENTITY) && f->started && f->feed[i].wanted && !f->feed[i].busy &&
			now_ms >= f->feed[i].due_ms)
			start_round(&f->feed[i]);
}

void feeds_refresh(Feeds *f)
{
	for (int i = 0; i < FEEDS_N; i++)
		f->feed[i].due_ms = 0;
}

bool feeds_stored(Feeds *f)
{
	bool stored = f->stored;

	f->stored = false;
	return stored;
}

bool feeds_failed(const Feeds *f, Err *e)
{
	for (int i = 0; i < FEEDS_N; i++) {
		if (!f->feed[i].wanted || f->feed[i].view.phase != FEED_FAILED)
			continue;
		if (i == FEED_IDENTITY && f->spec.mask & ~FEED_BIT(FEED_IDENTITY))
			continue;       /* a missing STS alone does not fail a question about jobs */
		*e = f->feed[i].view.err;
		return true;
	}
	return false;
}

int64_t feed_now_ms(void)
{
	return clock_wall_ms();
}

/* --- calls --- */

/* Tries and waits included: a screen that asks every few seconds has no use for a later answer. Everything waits for the
 * identity, so it must not be the one that hangs. */
enum { CALL_MS = 20000, IDENTITY_MS = 8000 };

typedef struct Pending { Feed *f; FeedDone done; void *arg; } Pending;

static void on_call_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Pending *p = arg;
	Feeds *all = p->f->all;
	AwsError wrong = { .fault = AWS_REFUSED };

	(void)call;
	if (!all->closing) {
		p->f->view.waiting[0] = 0;
		/* What is still in flight when the account turns out to be another one must not be stored. */
		if (all->wrong_account && p->f->id != FEED_IDENTITY) {
			wrong.err = all->feed[FEED_IDENTITY].view.err;
			p->done(p->f, NULL, &wrong, p->arg);
		} else {
			p->done(p->f, out, err, p->arg);
		}
	}
	free(p);
	feeds_release(all);
}

static void on_call_retry(AwsCall *call, const char *sentence, int64_t wait_ms, void *arg)
{
	Pending *p = arg;

	(void)call;
	(void)wait_ms;
	if (p->f->all->closing)
		return;
	(void)snprintf(p->f->view.waiting, sizeof p->f->view.waiting, "%.159s", sentence);
	feed_progress(p->f);
}

typedef struct Unsent { uv_timer_t timer; Pending *p; AwsError err; } Unsent;    /* timer first: libuv gives it back */

static void on_unsent_closed(uv_handle_t *h)
{
	free(h);
}

/* What could not be sent comes back through the loop as well, so that a feed has one way to end. */
static void on_unsent(uv_timer_t *t)
{
	Unsent *u = (Unsent *)t;

	on_call_done(NULL, NULL, &u->err, u->p);
	uv_close((uv_handle_t *)t, on_unsent_closed);
}

void feed_call(Feed *f, const AwsOp *op, const void *in, FeedDone done, void *arg)
{
	Pending *p = xcalloc(1, sizeof *p);
	AwsHandler h = { .on_done = on_call_done, .on_retry = on_call_retry, .arg = p, .total_ms = f->id == FEED_IDENTITY ? IDENTITY_MS : CALL_MS };
	Err e = { 0 };
	Unsent *u;

	*p = (Pending){ f, done, arg };
	f->all->pending++;
	if (aws_call(f->all->spec.session->aws, op, in, &h, &e))
		return;
	u = xcalloc(1, sizeof *u);
	u->p = p;
	u->err = (AwsError){ .fault = AWS_OTHER, .err = e };
	(void)uv_timer_init(f->all->spec.session->loop, &u->timer);
	(void)uv_timer_start(&u->timer, on_unsent, 0, 0);
}
