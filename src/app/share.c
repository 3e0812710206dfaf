#include "app/share.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/feed_state.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { TELL_MS = 5000, TAKE_MS = 30000, EARLY_MS = 500 };

static const char *const names[SHARE_JOBS] = { LEASE_FEEDER, LEASE_WATCHER };

static bool is_ours(const Share *s, ShareJob job, int64_t mono_ms)
{
	return s->holder[job].state == LEASE_MINE && lease_held(&s->lease[job], mono_ms);
}

/* Nobody can take the lease where nothing can be written. */
static bool polls_alone(const Share *s)
{
	return s->failed && s->holder[SHARE_FEEDER].state != LEASE_OTHER;
}

bool share_holds(const Watch *w, ShareJob job)
{
	const Share *s = &w->share;

	/* Alone with a store in memory; or it cannot be written, and nothing is done twice that matters. */
	if (w->feeds && s->want[job] && (storeq_in_memory(w->queue) || (job == SHARE_FEEDER && polls_alone(s))))
		return true;
	return is_ours(s, job, clock_mono_ms());
}

/* Keys of another account have no business here, and without an answer of STS it is tried all the same. */
static bool may_poll(const Watch *w)
{
	return feeds_view(w->feeds, FEED_IDENTITY)->rounds > 0 && !w->session.found[0];
}

static bool is_free(LeaseState state)
{
	return state == LEASE_FREE || state == LEASE_LAPSED;
}

/* Of what everything rests on nothing comes. */
static bool all_failed(const Watch *w)
{
	return feeds_view(w->feeds, FEED_JOBS)->phase == FEED_FAILED && feeds_view(w->feeds, FEED_LINES)->phase == FEED_FAILED;
}

/* The holder gets nothing and we might: see share.h. */
static bool is_blind(Watch *w, int64_t mono_ms)
{
	Share *s = &w->share;

	if (s->holder[SHARE_FEEDER].state != LEASE_OTHER || !all_failed(w) || feeds_view(w->feeds, FEED_IDENTITY)->phase != FEED_OK) {
		s->blind_ms = 0;
		return false;
	}
	if (!s->blind_ms)
		s->blind_ms = mono_ms;
	return mono_ms - s->blind_ms >= TAKE_MS;
}

/* Follows what the lease says. */
static void settle(Watch *w)
{
	Share *s = &w->share;
	bool ours = is_ours(s, SHARE_FEEDER, clock_mono_ms()) || polls_alone(s);

	if (ours && may_poll(w) && !feeds_polls(w->feeds)) {
		feeds_poll(w->feeds);
		memset(s->told, 0, sizeof s->told);
	} else if ((s->holder[SHARE_FEEDER].state == LEASE_OTHER || !may_poll(w)) && feeds_polls(w->feeds)) {
		feeds_rest(w->feeds);
	}
}

/* --- writing: leases, and how the feeds stand --- */

typedef struct Claim {
	Watch *w;
	StoreQ *queue;                 /* the watch lets go of its own when it is closed, while a worker is at this */
	Lease lease[SHARE_JOBS];
	bool  want[SHARE_JOBS];
	LeaseInfo holder[SHARE_JOBS];
	FeedView view[FEEDS_N];
	bool  tell, give;              /* give: back, not asked for again */
	int64_t version;               /* see Share.wrote_version */
	StoreMark mark;
	bool  marked;                  /* nobody else has committed anything since the last time */
} Claim;

/* After our own renewal the file is another one, and nothing in it is new. A commit of somebody else in the very tick of ours is
 * found by the next renewal. */
static void mark_own(Store *s, Claim *c)
{
	int64_t version = c->version;
	bool moved, settled;
	Pulse p;

	c->marked = storeq_mark(c->queue, &c->mark, &settled) == 0 && store_pulse(s, &c->version, &p, &moved, NULL) == 0 && version && !moved;
}

static int claim_run(Store *s, void *work, Err *e)
{
	Claim *c = work;
	FeedState st[FEEDS_N];
	Arena a = { 0 };
	size_t n = 0;
	int rc;

	if (c->give) {
		c->holder[SHARE_FEEDER] = (LeaseInfo){ 0 };
		return lease_give(s, &c->lease[SHARE_FEEDER], e);
	}
	for (int i = 0; i < SHARE_JOBS; i++)
		if (c->want[i] && lease_take(s, &c->lease[i], lease_now(), &c->holder[i], e) < 0)
			return -1;
	for (int i = 0; i < FEEDS_N; i++)
		if (i != FEED_IDENTITY && c->view[i].name)
			feed_state_of(&c->view[i], &a, &st[n++]);
	rc = !c->tell || c->holder[SHARE_FEEDER].state != LEASE_MINE ? 0 : store_put_feed_states(s, st, n, e);
	arena_done(&a);
	mark_own(s, c);
	return rc;
}

static int give_run(Store *store, void *work, Err *e)
{
	Share *s = &((Watch *)work)->share;

	for (int i = 0; i < SHARE_JOBS; i++)
		(void)lease_give(store, &s->lease[i], e);      /* what is not given back lapses */
	return 0;
}

static void give_done(void *work, const Err *err)
{
	(void)work;
	(void)err;
}

static bool same_holders(const LeaseInfo *a, const LeaseInfo *b)
{
	for (int i = 0; i < SHARE_JOBS; i++)
		if (a[i].state != b[i].state || a[i].who.pid != b[i].who.pid)
			return false;
	return true;
}

static void claim_done(void *work, const Err *err)
{
	Claim *c = work;
	Watch *w = c->w;
	Share *s = &w->share;
	LeaseInfo was[SHARE_JOBS];
	bool failed = s->failed;

	memcpy(was, s->holder, sizeof was);
	s->busy = false;
	s->marked = s->marked && c->marked;          /* what came before it was known, too */
	s->mark = c->mark;
	s->wrote_version = c->version;
	for (int i = 0; i < SHARE_JOBS; i++) {
		s->lease[i] = c->lease[i];
		s->lease[i].force = false;
		if (c->holder[i].beats || (c->give && i == SHARE_FEEDER))
			s->holder[i] = c->holder[i];
	}
	s->failed = err != NULL;
	if (!err && c->tell) {
		memcpy(s->told, c->view, sizeof s->told);
		s->told_ms = clock_mono_ms();
	}
	if (w->feeds) {
		settle(w);
		if (failed != s->failed || !same_holders(was, s->holder))
			watch_changed(w);
	}
	free(c);
}

/* What others should know: at once when it means something, else now and then. */
static bool has_to_tell(const Watch *w, int64_t mono_ms)
{
	const Share *s = &w->share;
	bool fresher = false;

	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = feeds_view(w->feeds, (FeedId)i);

		if (i == FEED_IDENTITY || !(w->spec.mask & FEED_BIT(i)))
			continue;
		if (feed_state_differs(v, &s->told[i]))
			return true;
		fresher |= v->fresh_ms != s->told[i].fresh_ms;
	}
	return fresher && mono_ms - s->told_ms >= TELL_MS - EARLY_MS;
}

static bool is_due(const Share *s, ShareJob job, int64_t mono_ms)
{
	if (!s->want[job])
		return false;
	if (!s->known || is_free(s->holder[job].state))
		return true;
	return s->holder[job].state == LEASE_MINE && mono_ms - s->lease[job].renewed_mono_ms >= LEASE_BEAT_MS;
}

/* True when something is to be written, and is on its way. */
static bool claim(Watch *w)
{
	Share *s = &w->share;
	int64_t mono_ms = clock_mono_ms();
	bool force = is_blind(w, mono_ms), mine = s->holder[SHARE_FEEDER].state == LEASE_MINE, tell = mine && has_to_tell(w, mono_ms);
	Claim *c;

	s->want[SHARE_FEEDER] = may_poll(w);
	if (!force && !tell && (s->want[SHARE_FEEDER] || !mine) && !is_due(s, SHARE_FEEDER, mono_ms) && !is_due(s, SHARE_WATCHER, mono_ms))
		return false;
	c = xcalloc(1, sizeof *c);
	c->w = w;
	c->queue = w->queue;
	c->tell = tell;
	c->give = mine && !s->want[SHARE_FEEDER];
	memcpy(c->lease, s->lease, sizeof c->lease);
	memcpy(c->want, s->want, sizeof c->want);
	c->version = s->wrote_version;
	c->lease[SHARE_FEEDER].force = force;
	for (int i = 0; i < FEEDS_N; i++)
		if (w->spec.mask & FEED_BIT(i))
			c->view[i] = *feeds_view(w->feeds, (FeedId)i);
	s->blind_ms = 0;
	s->busy = true;
	storeq_write(w->queue, (StoreWork){ claim_run, claim_done, c });
	return true;
}

/* --- looking --- */

typedef struct Look {
	Watch *w;
	Lease lease[SHARE_JOBS];
	LeaseInfo holder[SHARE_JOBS];
	int64_t version;
	Pulse   pulse;
	bool    moved, marked;
	StoreMark mark;                /* of before it looked */
	Arena   arena;
	FeedState *state;
	size_t  states;
} Look;

static int look_run(Store *s, void *work, Err *e)
{
	Look *l = work;
	LeaseNow now = lease_now();

	if (store_pulse(s, &l->version, &l->pulse, &l->moved, e) < 0)
		return -1;
	for (int i = 0; i < SHARE_JOBS; i++)
		if (lease_look(s, names[i], &l->lease[i], now, &l->holder[i], e) < 0)
			return -1;
	return l->moved ? store_feed_states(s, &l->arena, &l->state, &l->states, e) : 0;
}

/* How the feeds stand with the process that polls. */
static void show(Watch *w, const Look *l)
{
	FeedView v[FEEDS_N];

	for (int i = 0; i < FEEDS_N; i++)
		v[i] = *feeds_view(w->feeds, (FeedId)i);
	feed_states_show(l->state, l->states, v);
	for (int i = 0; i < FEEDS_N; i++)
		feeds_show(w->feeds, (FeedId)i, &v[i]);
}

static void look_take(Watch *w, const Look *l)
{
	Share *s = &w->share;
	Pulse was = s->pulse;
	bool first = !s->version;
	LeaseInfo holder[SHARE_JOBS];

	memcpy(holder, s->holder, sizeof holder);
	s->mark = l->mark;
	s->marked = l->marked;
	memcpy(s->lease, l->lease, sizeof s->lease);
	memcpy(s->holder, l->holder, sizeof s->holder);
	s->version = l->version;
	s->known = true;
	settle(w);
	if (l->moved) {
		s->pulse = l->pulse;
		s->news |= l->pulse.news > was.news && l->pulse.news > feeds_news(w->feeds);
		if (!first && l->pulse.wishes > was.wishes && feeds_polls(w->feeds))
			watch_refresh(w);
	}
	/* Also what the last holder has left behind; a process with keys of another account says that itself. */
	if (l->moved && !feeds_polls(w->feeds) && may_poll(w))
		show(w, l);
	/* What we ourselves have committed is on the screen. */
	if ((l->moved && (!feeds_polls(w->feeds) || l->pulse.news != was.news)) || !same_holders(holder, s->holder))
		watch_changed(w);
}

static void look_done(void *work, const Err *err)
{
	Look *l = work;
	Watch *w = l->w;

	w->share.busy = false;
	if (!err && w->feeds) {
		look_take(w, l);
		(void)claim(w);
	}
	arena_done(&l->arena);
	free(l);
}

/* Both jobs are ours and nobody has committed anything: there is nothing to look at, and no worker is woken for it. */
static bool is_still(const Watch *w)
{
	const Share *s = &w->share;
	int64_t mono_ms = clock_mono_ms();
	StoreMark now;
	bool settled;

	return s->known && s->marked && !s->failed && is_ours(s, SHARE_FEEDER, mono_ms) &&
	       (!s->want[SHARE_WATCHER] || is_ours(s, SHARE_WATCHER, mono_ms)) && storeq_mark(w->queue, &now, &settled) == 0 &&
	       store_mark_same(&now, &s->mark);
}

void share_tick(Watch *w)
{
	Share *s = &w->share;
	Look *l;

	if (!s->open || s->busy || !w->feeds)
		return;
	if (storeq_in_memory(w->queue)) {
		if (may_poll(w))
			feeds_poll(w->feeds);
		return;
	}
	/* The first thing to know is whether to poll: one question less before the first round. */
	if (!s->known && may_poll(w) && claim(w)) {
		s->known = true;
		return;
	}
	if (is_still(w)) {
		settle(w);
		(void)claim(w);
		return;
	}
	l = xcalloc(1, sizeof *l);
	l->w = w;
	l->marked = storeq_mark(w->queue, &l->mark, &l->marked) == 0 && l->marked;
	l->version = s->version;
	l->pulse = s->pulse;
	memcpy(l->lease, s->lease, sizeof l->lease);
	s->busy = storeq_look(w->queue, (StoreWork){ look_run, look_done, l });
	if (!s->busy)
		free(l);
}

void share_open(Watch *w, const char *what)
{
	Share *s = &w->share;

	for (int i = 0; i < SHARE_JOBS; i++)
		lease_init(&s->lease[i], names[i], what);
	s->open = true;
}

void share_close(Watch *w)
{
	Share *s = &w->share;

	/* What is still on its way comes back before: the leases are known then. */
	if (s->open)
		storeq_at_close(w->queue, (StoreWork){ give_run, give_done, w });
	s->open = false;
}

void share_want(Watch *w, ShareJob job, bool want)
{
	w->share.want[job] = want;
}

static int wish_run(Store *s, void *work, Err *e)
{
	(void)work;
	return store_wish(s, e);
}

static void wish_done(void *work, const Err *err)
{
	(void)work;
	(void)err;           /* the feeds go on at their pace */
}

void share_wish(Watch *w)
{
	if (!feeds_polls(w->feeds))
		storeq_write(w->queue, (StoreWork){ wish_run, wish_done, NULL });
}

bool share_news(Watch *w)
{
	bool news = w->share.news;

	w->share.news = false;
	return news;
}

void lease_words(const LeaseInfo *i, char out[SHARE_WORDS])
{
	ProcessId self;

	out[0] = '\0';
	if (i->state == LEASE_FREE)
		return;
	process_self(&self);
	(void)snprintf(out, SHARE_WORDS, "%s %lld%s%s", i->what, (long long)i->who.pid, strcmp(self.host, i->who.host) ? " on " : "",
	               strcmp(self.host, i->who.host) ? i->who.host : "");
}

void share_words(const Watch *w, ShareJob job, char out[SHARE_WORDS])
{
	const Share *s = &w->share;

	if (share_holds(w, job))
		(void)snprintf(out, SHARE_WORDS, "this %s", s->lease[job].what);
	else if (s->holder[job].state == LEASE_OTHER)
		lease_words(&s->holder[job], out);
	else
		out[0] = '\0';
}
