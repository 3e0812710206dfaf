#include "app/ops_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/errand.h"
#include "app/strip.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"

/* STAY_MS: how long an outcome stands there; SOON_MS: the registry's pace while somebody elsewhere moves a pointer. */
enum { LOOK_MS = 5000, STAY_MS = 600000, SOON_MS = 2000, KEY = 400 };

typedef struct OpsContext {
	Watch *w;
	char  *journal;
	FileMark mark;                       /* of the journal when it was read; zero: it is not there */
	int64_t fresh_ms[2];                 /* of the registry's feeds then */
	int64_t read_ms;                     /* monotonic */
	bool  busy, read, calm;              /* calm: the journal's mark can be trusted */
	Arena arena;
	OpsSeen seen;
} OpsContext;

struct OpsWatch {
	OpsContext in[FIG_CONTEXTS];
	size_t n;
	unsigned epoch;
	ProcessId self;
	char key[KEY];                       /* of the move that is followed; empty: none */
	bool  looking;
	int64_t look_ms;                     /* monotonic */
	ProofTrack proof;
};

static void forget(OpsContext *c)
{
	arena_done(&c->arena);
	free(c->journal);
	*c = (OpsContext){ 0 };
}

void ops_free(App *a)
{
	for (size_t i = 0; a->ops && i < a->ops->n; i++)
		forget(&a->ops->in[i]);
	free(a->ops);
	a->ops = NULL;
}

/* --- reading --- */

typedef struct OpsRead { Asked who; size_t at; char *journal; OpsAsk q; Arena arena; OpsSeen out; } OpsRead;

static int read_run(Store *s, void *work, Err *e)
{
	OpsRead *r = work;

	return ops_seen(s, &r->q, &r->arena, &r->out, e);
}

static void read_done(void *work, const Err *err)
{
	OpsRead *r = work;
	App *a = r->who.a;

	a->reads--;
	if (!asked_late(&r->who) && a->ops && a->ops->epoch == r->who.epoch) {
		OpsContext *c = &a->ops->in[r->at];

		c->busy = false;
		if (!err) {
			Arena old = c->arena;

			c->arena = r->arena;
			c->seen = r->out;
			c->read = true;
			r->arena = old;
			app_changed(a, TOPIC_CLOCK);
		}
	}
	arena_done(&r->arena);
	free(r->journal);
	free(r);
}

static void ask(App *a, size_t at)
{
	OpsContext *c = &a->ops->in[at];
	const SourcesView *src = &feeds_view(c->w->feeds, FEED_CHANGES)->sources;
	const ConfRollback *conf = &c->w->session.conf->rollback;
	int64_t keep = conf->pin_ms > conf->wait_ms ? conf->pin_ms : conf->wait_ms;
	OpsRead *r = xcalloc(1, sizeof *r);

	r->who = (Asked){ .a = a, .epoch = a->epoch };
	r->at = at;
	r->journal = c->journal ? xstrdup(c->journal) : NULL;
	r->q = (OpsAsk){ .journal = r->journal, .self = a->ops->self, .since_ms = clock_wall_ms() - keep, .ttl_ms = c->w->session.conf->stops.ttl_ms };
	r->q.looked_ms[CHANGE_BY_DYNAMODB] = feeds_view(c->w->feeds, FEED_AGENTS)->fresh_ms;
	r->q.looked_ms[CHANGE_BY_AGENTCORE] = src->n > 1 ? src->v[1].fresh_ms : 0;
	r->q.looked_ms[CHANGE_BY_CLASSIC] = src->n > 2 ? src->v[2].fresh_ms : 0;
	c->busy = true;
	c->read_ms = clock_mono_ms();
	a->reads++;
	storeq_read(c->w->queue, (StoreWork){ read_run, read_done, r });
}

/* Whether anything may be new: of the file one question to the file system. */
static bool has_news(OpsContext *c)
{
	const int64_t fresh[2] = { feeds_view(c->w->feeds, FEED_AGENTS)->fresh_ms, feeds_view(c->w->feeds, FEED_CHANGES)->fresh_ms };
	FileMark now = { 0 };
	bool calm = true, news;

	if (c->journal && file_mark(c->journal, &now, &calm) < 0)
		calm = true;
	news = !c->read || !c->calm || memcmp(&now, &c->mark, sizeof now) != 0 || memcmp(fresh, c->fresh_ms, sizeof fresh) != 0;
	c->mark = now;
	c->calm = calm;
	memcpy(c->fresh_ms, fresh, sizeof fresh);
	return news;
}

static void settle(App *a)
{
	OpsWatch *o = a->ops;

	if (!o) {
		o = a->ops = xcalloc(1, sizeof *o);
		process_self(&o->self);
		o->epoch = a->epoch - 1;
	}
	if (o->epoch == a->epoch)
		return;
	for (size_t i = 0; i < o->n; i++)
		forget(&o->in[i]);
	o->epoch = a->epoch;
	o->n = a->watch_n;
	o->key[0] = 0;
	o->looking = false;
	for (size_t i = 0; i < o->n; i++) {
		o->in[i].w = a->watch[i];
		/* Without a journal there is the registry. */
		(void)session_state_path(&a->watch[i]->session, "journal.db", &o->in[i].journal, NULL);
	}
}

/* --- the one that is shown --- */

bool ops_provable(const SeenMove *m)
{
	return m->v.outcome == MOVE_DONE && m->v.leaves.n && m->v.to.n == 1;
}

static void key_of(const SeenMove *m, char out[KEY])
{
	if (m->v.op.n)
		(void)snprintf(out, KEY, "%.*s", STR_ARG(m->v.op));
	else
		(void)snprintf(out, KEY, "%.*s %lld", STR_ARG(m->v.pointer), (long long)m->v.finished_ms);
}

static bool is_followed(const OpsWatch *o, const SeenMove *m)
{
	char key[KEY];

	key_of(m, key);
	return strcmp(key, o->key) == 0;
}

static bool is_errands(const App *a, const SeenMove *m)
{
	return a->errand && m->v.op.n && str_eq(errand_view(a->errand)->op, m->v.op);
}

/* Under way, of unknown end, or not proved yet: for as long as somebody would wait for it. */
static bool is_current(const OpsWatch *o, const OpsContext *c, const SeenMove *m)
{
	int64_t now = clock_wall_ms(), wait = c->w->session.conf->rollback.wait_ms, settled = is_followed(o, m) ? o->proof.settled_ms : 0;

	if (m->v.outcome != MOVE_DONE)
		return true;
	if (!ops_provable(m))
		return now - m->v.finished_ms < STAY_MS;
	return now - (settled ? settled : m->v.finished_ms) < (settled ? STAY_MS : wait);
}

static int rank(const SeenMove *m)
{
	return m->v.outcome == MOVE_OPEN ? 0 : m->v.outcome == MOVE_DONE ? 1 : 2;
}

static const SeenMove *first(const App *a, bool past, const OpsContext **in, int *more)
{
	const OpsWatch *o = a->ops;
	const SeenMove *best = NULL;

	*more = 0;
	for (size_t i = 0; o && o->epoch == a->epoch && i < o->n; i++)
		for (size_t k = 0; k < o->in[i].seen.moves; k++) {
			const SeenMove *m = &o->in[i].seen.move[k];

			if (is_errands(a, m) || (!past && !is_current(o, &o->in[i], m)))
				continue;
			++*more;
			if (best && (rank(best) < rank(m) || (rank(best) == rank(m) && best->begun_ms >= m->begun_ms)))
				continue;
			best = m;
			*in = &o->in[i];
		}
	*more -= best != NULL;
	return best;
}

const SeenMove *ops_move(const App *a, bool past, const ProofTrack **proof, int *more)
{
	static const ProofTrack none;
	const OpsContext *in;
	const SeenMove *m = first(a, past, &in, more);

	*proof = m && is_followed(a->ops, m) ? &a->ops->proof : &none;
	return m;
}

/* --- is it back? --- */

typedef struct Look { Asked who; char key[KEY]; Arena arena; ProofAsk q; int64_t left_ms; ProofTrack t; } Look;

static int look_run(Store *s, void *work, Err *e)
{
	Look *l = work;

	return proof_follow(s, &l->q, l->left_ms, &l->t, e);
}

static void look_done(void *work, const Err *err)
{
	Look *l = work;
	App *a = l->who.a;

	a->reads--;
	if (!asked_late(&l->who) && a->ops && strcmp(a->ops->key, l->key) == 0) {
		a->ops->looking = false;
		if (!err)
			a->ops->proof = l->t;
		app_changed(a, TOPIC_CLOCK);
	}
	arena_done(&l->arena);
	free(l);
}

static void look(App *a, const OpsContext *c, const SeenMove *m)
{
	OpsWatch *o = a->ops;
	int64_t now = clock_wall_ms(), end = m->v.finished_ms + c->w->session.conf->rollback.wait_ms;
	Look *l;

	if (o->looking || clock_mono_ms() - o->look_ms < LOOK_MS || o->proof.at_ms >= end)
		return;
	o->look_ms = clock_mono_ms();
	o->looking = true;
	l = xcalloc(1, sizeof *l);
	l->who = (Asked){ .a = a, .epoch = a->epoch };
	memcpy(l->key, o->key, sizeof l->key);
	l->t = o->proof;
	l->t.rule = proof_rule(c->w->session.conf);
	l->t.served = m->served;
	l->t.away = m->left_ms <= now;
	l->left_ms = m->left_ms;
	l->q = (ProofAsk){ .backend = m->v.backend ? arena_cstr(&l->arena, str_of(m->v.backend)) : NULL, .agent = arena_str(&l->arena, m->v.name),
	                   .old = arena_str(&l->arena, m->v.leaves), .new = arena_str(&l->arena, route_main(m->v.to)),
	                   .now_ms = now < end ? now : end, .moved_ms = m->v.finished_ms, .served = m->served, .past = now >= end };
	proof_feeds(&l->q, feeds_view(c->w->feeds, FEED_JOBS), feeds_view(c->w->feeds, FEED_METRICS));
	if (l->q.past)
		l->q.fresh = l->q.known_ms >= l->q.now_ms;
	a->reads++;
	storeq_read(c->w->queue, (StoreWork){ look_run, look_done, l });
}

static void follow(App *a)
{
	OpsWatch *o = a->ops;
	const OpsContext *in = NULL;
	int more;
	const SeenMove *m = first(a, false, &in, &more);
	bool own = a->errand && (!m || strip_is_own(a));

	if (!m) {
		/* What is pinned can still be asked for; its rows go when nobody has. */
		m = first(a, true, &in, &more);
		if (!a->errand && o->key[0] && a->strip_rows && !strip_asked(a))
			strip_close(a);
		if (!m || !strip_asked(a))
			return;
	}
	if (!is_followed(o, m)) {
		key_of(m, o->key);
		o->proof = (ProofTrack){ 0 };
		o->looking = false;
		o->look_ms = 0;
		if (!own && !strip_asked(a))
			strip_open(a);
	}
	if (ops_provable(m))
		look(a, in, m);
}

void ops_tick(App *a)
{
	if (a->quitting || !context_stored(a))
		return;
	settle(a);
	for (size_t i = 0; i < a->ops->n; i++) {
		OpsContext *c = &a->ops->in[i];
		bool open = false;

		if (!c->w->feeds || c->busy)
			continue;
		for (size_t k = 0; k < c->seen.moves; k++) {
			open |= c->seen.move[k].v.outcome == MOVE_OPEN;
			/* Of another machine's steps nothing else tells. */
			if (c->seen.move[k].how == SEEN_IN_REGISTRY && c->seen.move[k].v.outcome == MOVE_OPEN)
				feeds_soon(c->w->feeds, FEED_AGENTS, SOON_MS);
		}
		/* A process that dies leaves no trace in the file. */
		if (has_news(c) || (open && clock_mono_ms() - c->read_ms >= SOON_MS))
			ask(a, i);
	}
	follow(a);
}
