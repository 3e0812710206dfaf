#include "app/feed_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/profiles.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { RETRY_MS = 15000, SLOW = 10 };       /* a feed with a long interval does not wait it out after a failure */

static const FeedClass *const classes[FEEDS_N] = {
	[FEED_IDENTITY] = &feed_class_identity,
	[FEED_JOBS]     = &feed_class_jobs,
	[FEED_LINES]    = &feed_class_lines,
	[FEED_AGENTS]   = &feed_class_agents,
	[FEED_METRICS]  = &feed_class_metrics,
	[FEED_ALARMS]   = &feed_class_alarms,
	[FEED_CHANGES]  = &feed_class_changes,
	[FEED_QUOTAS]   = &feed_class_quotas,
	[FEED_BILLS]    = &feed_class_bills,
};

unsigned feeds_configured(const ConfSources *src, unsigned mask, bool all)
{
	if (all && (mask & FEEDS_ALL) == FEEDS_ALL)
		mask |= FEED_BIT(FEED_BILLS);
	return src->cost_explorer ? mask : mask & ~FEED_BIT(FEED_BILLS);
}

static void free_if_done(Feeds *f)
{
	if (!f->closing || f->pending)
		return;
	for (int i = 0; i < FEEDS_N; i++)
		if (f->feed[i].state)
			f->feed[i].cls->free_state(f->feed[i].state);
	profiles_free(f);
	arena_done(&f->cursors);
	if (f->spec.on_gone)
		f->spec.on_gone(f->spec.arg);
	free(f);
}

/* Counted until its callback is over: what is called there may close the feeds, and they must survive that call. */
void feeds_release(Feeds *f)
{
	f->pending--;
	free_if_done(f);
}

/* Whether rounds of this feed may begin at all. */
static bool may_ask(const Feeds *f, FeedId id)
{
	if (id == FEED_IDENTITY)
		return f->started;
	return f->identified && f->polling && f->ready && f->feed[id].wanted && !f->feed[id].settled;
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
	return feeds_rebooked(f) < 0;
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
		} else if (first && may_ask(all, f->id)) {
			start_round(f);
		}
	}
}

void feeds_settled(Feeds *f)
{
	void (*idle)(void *) = f->spec.on_idle;

	if (f->spec.live || !idle || !all_quiet(f) || profiles_look(f))
		return;
	if (!f->told) {
		kept_tell(f);
		return;
	}
	f->spec.on_idle = NULL;
	idle(f->spec.arg);
}

void feed_end(Feed *f, const Err *err)
{
	Feeds *all = f->all;
	int64_t wait = f->view.interval_ms, retry = f->cls->retry_ms ? f->cls->retry_ms : RETRY_MS;

	if (err && wait > retry)
		wait = retry;
	else if (!err && f->view.backfilling && !f->view.slowed)
		wait = 0;        /* it broke off to look at the live end, and goes on with the next tick */
	else if (!err && f->pause_ms)
		wait = f->pause_ms;
	if (f->again)
		wait = 0;
	f->again = f->busy = false;
	if (!all->polling && f->id != FEED_IDENTITY)
		return;          /* it began while this process still polled; how the feed stands is another's to say */
	f->view.rounds++;
	f->view.waiting[0] = 0;
	if (err) {
		f->view.phase = FEED_FAILED;
		f->view.err = *err;
		f->view.backfilling = false;
	} else {
		f->view.phase = FEED_OK;
		f->view.lacks[0] = 0;
		f->view.fresh_ms = f->as_of_ms ? f->as_of_ms : feed_now_ms();
	}
	f->as_of_ms = 0;
	f->due_ms = clock_mono_ms() + wait;
	if (f->id == FEED_IDENTITY)
		identity_known(all, err);
	if (all->spec.live && !err && (f->id == FEED_JOBS || f->id == FEED_LINES))
		(void)profiles_look(all);
	feed_progress(f);
	feeds_settled(all);
}

/* The store has been read. */
void feeds_begin(Feeds *f)
{
	bool first = !f->started;

	f->started = true;
	f->ready = f->polling;
	for (int i = 0; i < FEEDS_N && f->polling; i++) {
		Feed *x = &f->feed[i];

		if (x->state && !x->busy && x->cls->resume)
			x->cls->resume(x);
		if (may_ask(f, x->id) && i != FEED_IDENTITY && !x->busy)
			start_round(x);
	}
	if (first)
		start_round(&f->feed[FEED_IDENTITY]);
}

Feeds *feeds_new(const FeedsSpec *spec)
{
	Feeds *f = xcalloc(1, sizeof *f);

	f->spec = *spec;
	f->polling = !(spec->shared && spec->live);
	for (int i = 0; i < FEEDS_N; i++) {
		f->feed[i] = (Feed){ .all = f, .id = (FeedId)i, .cls = classes[i],
			.wanted = i == FEED_IDENTITY || (spec->mask & FEED_BIT(i)) };
		f->feed[i].view.name = classes[i]->name;
		f->feed[i].view.interval_ms = classes[i]->interval_ms(&spec->session->ctx->src);
	}
	kept_read(f);
	return f;
}

void feeds_poll(Feeds *f)
{
	if (f->polling)
		return;
	f->polling = true;
	f->ready = false;
	kept_read(f);
}

void feeds_rest(Feeds *f)
{
	f->polling = f->ready = false;
	for (int i = 0; i < FEEDS_N; i++)
		if (f->feed[i].state && f->feed[i].cls->close)
			f->feed[i].cls->close(&f->feed[i]);
}

bool feeds_polls(const Feeds *f)
{
	return f->polling;
}

void feeds_show(Feeds *f, FeedId id, const FeedView *v)
{
	if (!f->polling && id != FEED_IDENTITY)
		f->feed[id].view = *v;
}

void feeds_close(Feeds *f)
{
	if (!f || f->closing)
		return;
	f->closing = true;
	rebook_close(f);
	for (int i = 0; i < FEEDS_N; i++)
		if (f->feed[i].cls->close)
			f->feed[i].cls->close(&f->feed[i]);
	free_if_done(f);
}

const FeedView *feeds_view(const Feeds *f, FeedId id)
{
	return &f->feed[id].view;
}

/* After a swap of keys it is asked again at once whose they are. */
static void ask_anew(Feeds *f)
{
	if (f->started && f->generation != creds_generation(aws_creds(f->spec.session->aws)))
		f->feed[FEED_IDENTITY].due_ms = 0;
}

/* At the day's cap of what the program's own calls may cost. A person who asks for everything now gets it all the same. */
static void set_pace(Feed *f, bool slow, int64_t mono_ms)
{
	int64_t usual = f->cls->interval_ms(&f->all->spec.session->ctx->src);

	slow = slow && f->cls->costs;
	if (f->view.slowed == slow)
		return;
	f->view.slowed = slow;
	f->view.interval_ms = slow ? usual * SLOW : usual;
	if (slow && f->due_ms)
		f->due_ms = mono_ms + f->view.interval_ms;
	else if (f->due_ms > mono_ms + usual)
		f->due_ms = mono_ms + usual;
	feed_progress(f);
}

void feeds_tick(Feeds *f, int64_t now_ms)
{
	bool slow = f->spec.live && f->polling && own_cost_capped(&f->spec.session->own_cost, feed_now_ms());

	ask_anew(f);
	for (int i = 0; i < FEEDS_N && f->polling; i++)
		set_pace(&f->feed[i], slow, now_ms);
	for (int i = 0; i < FEEDS_N; i++)
		if (may_ask(f, (FeedId)i) && f->feed[i].cls->tick)
			f->feed[i].cls->tick(&f->feed[i], now_ms);
	for (int i = 0; i < FEEDS_N; i++)
		if (may_ask(f, (FeedId)i) && !f->feed[i].busy && now_ms >= f->feed[i].due_ms)
			start_round(&f->feed[i]);
}

void feeds_refresh(Feeds *f)
{
	for (int i = 0; i < FEEDS_N; i++) {
		f->feed[i].due_ms = 0;
		f->feed[i].hurried = true;
		f->feed[i].again = f->feed[i].busy;
	}
}

void feeds_soon(Feeds *f, FeedId id, int64_t ms)
{
	int64_t due = clock_mono_ms() + ms;

	if (f->feed[id].due_ms > due)
		f->feed[id].due_ms = due;
}

bool feeds_stored(Feeds *f)
{
	bool stored = f->stored;

	f->stored = false;
	return stored;
}

int64_t feeds_news(const Feeds *f)
{
	return f->news;
}

static bool is_old(const FeedView *v, int64_t clock_ms)
{
	return clock_ms - v->fresh_ms > 3 * v->interval_ms + 2000;
}

bool feed_is_stale(const FeedView *v, int64_t clock_ms)
{
	return v->fresh_ms && v->phase >= FEED_OK && is_old(v, clock_ms);
}

int64_t feed_known_ms(const FeedView *v, int64_t clock_ms)
{
	return !v->fresh_ms || is_old(v, clock_ms) ? v->fresh_ms : clock_ms;
}

const char *feed_name(FeedId id)
{
	return classes[id]->name;
}

bool feeds_failed(const Feeds *f, Err *e)
{
	for (int i = 0; i < FEEDS_N; i++) {
		if (!f->feed[i].wanted || f->feed[i].view.phase != FEED_FAILED)
			continue;
		if (i == FEED_QUOTAS)
			continue;       /* limits are unknown then, and the rest is answered */
		if (i == FEED_IDENTITY && f->spec.mask & ~FEED_BIT(FEED_IDENTITY))
			continue;       /* a missing STS alone does not fail a question about jobs */
		*e = f->feed[i].view.err;
		return true;
	}
	return false;
}

int64_t feed_since(const Feed *f)
{
	return f->all->spec.since_ms;
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
		if (err)
			memcpy(p->f->view.lacks, err->lacks, sizeof err->lacks);
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
	AwsHandler h = { .on_done = on_call_done, .on_retry = on_call_retry, .arg = p, .total_ms = f->id == FEED_IDENTITY ? IDENTITY_MS : CALL_MS,
	                 .rank = !f->all->spec.live ? RANK_PERSON : f->cls->vital ? RANK_WATCH : RANK_FEED };
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
