#include "app/ops_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/errand.h"
#include "app/stops.h"
#include "app/strip.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

/* STAY_MS: how long an outcome stands there; SOON_MS: the registry's pace while somebody elsewhere moves a pointer. */
enum { LOOK_MS = 5000, STAY_MS = 600000, SOON_MS = 2000, KEY = 400 };

typedef struct OpsContext {
	Watch *w;
	FileMark mark;                       /* of the journal when it was read; zero: it is not there */
	int64_t fresh_ms[2];                 /* of the registry's feeds then */
	int64_t read_ms;                     /* monotonic */
	bool  busy, read, calm;              /* calm: the journal's mark can be trusted */
	Arena arena;
	OpsSeen seen;
} OpsContext;

/* Of which stop a person was reminded, and how often. */
typedef struct Told { char op[64]; size_t n; bool over; } Told;
enum { TOLD_MAX = 32, HIDDEN_MAX = 16 };

struct OpsWatch {
	Told told[TOLD_MAX]; size_t tolds;
	OpsContext in[FIG_CONTEXTS];
	size_t n;
	unsigned epoch;
	char key[KEY];                       /* of the move that is followed; empty: none */
	char hidden[HIDDEN_MAX][KEY]; size_t hiddens;      /* of unknown end, and a person has put them away; the oldest are forgotten */
	bool  looking;
	int64_t look_ms;                     /* monotonic */
	ProofTrack proof;
};

static void forget(OpsContext *c)
{
	arena_done(&c->arena);
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

typedef struct OpsRead { Asked who; size_t at; OpsAsk q; Arena arena; OpsSeen out; } OpsRead;

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
	free(r);
}

static void ask(App *a, size_t at)
{
	OpsContext *c = &a->ops->in[at];
	OpsRead *r = xcalloc(1, sizeof *r);

	r->who = (Asked){ .a = a, .epoch = a->epoch };
	r->at = at;
	r->q = watch_ops(c->w, clock_wall_ms());
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

	if (c->w->journal && file_mark(c->w->journal, &now, &calm) < 0)
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
	for (size_t i = 0; i < o->n; i++)
		o->in[i].w = a->watch[i];
}

/* --- the one that is shown --- */

bool ops_provable(const SeenMove *m)
{
	return proof_fits(&m->v);
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

/* What somebody else has resolved meanwhile the errand does not know. */
static bool is_errands(const App *a, const SeenMove *m)
{
	const MoveView *v = a->errand ? errand_view(a->errand) : NULL;

	return v && m->v.op.n && str_eq(v->op, m->v.op) && !(v->outcome == MOVE_UNKNOWN && m->v.outcome == MOVE_DONE);
}

static bool is_hidden(const OpsWatch *o, const SeenMove *m)
{
	char key[KEY];

	key_of(m, key);
	for (size_t i = 0; i < o->hiddens && i < HIDDEN_MAX; i++)
		if (strcmp(o->hidden[i], key) == 0)
			return true;
	return false;
}

void ops_hide(App *a, const SeenMove *m)
{
	if (m->v.outcome == MOVE_UNKNOWN && !is_hidden(a->ops, m))
		key_of(m, a->ops->hidden[a->ops->hiddens++ % HIDDEN_MAX]);
}

/* Under way, of unknown end, or not proved yet: for as long as somebody would wait for it. */
static bool is_current(const OpsWatch *o, const OpsContext *c, const SeenMove *m)
{
	int64_t now = clock_wall_ms(), wait = c->w->session.conf->rollback.wait_ms, settled = is_followed(o, m) ? o->proof.settled_ms : 0;

	if (m->v.outcome != MOVE_DONE)
		return !is_hidden(o, m);
	if (!ops_provable(m))
		return now - m->v.finished_ms < STAY_MS;
	return now - (settled ? settled : m->v.finished_ms) < (settled ? STAY_MS : wait);
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
			if (best && (seen_rank(best) < seen_rank(m) || (seen_rank(best) == seen_rank(m) && best->begun_ms >= m->begun_ms)))
				continue;
			best = m;
			*in = &o->in[i];
		}
	*more -= best != NULL;
	return best;
}

size_t ops_unknown(const App *a, OpsUnknown *out, size_t most)
{
	const OpsWatch *o = a->ops;
	size_t n = 0;

	for (size_t i = 0; o && o->epoch == a->epoch && i < o->n; i++)
		for (size_t k = 0; k < o->in[i].seen.moves && n < most; k++)
			if (o->in[i].seen.move[k].v.outcome == MOVE_UNKNOWN && !is_errands(a, &o->in[i].seen.move[k]))
				out[n++] = (OpsUnknown){ o->in[i].w, &o->in[i].seen.move[k].v };
	return n;
}

OpsMove ops_move(const App *a, bool past)
{
	static const ProofTrack none;
	const OpsContext *in = NULL;
	OpsMove o = { .proof = &none };

	if (!(o.m = first(a, past, &in, &o.more)))
		return o;
	o.w = in->w;
	if (is_followed(a->ops, o.m))
		o.proof = &a->ops->proof;
	return o;
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

/* --- stops --- */

/* NULL: there are more stops than anybody would want to be reminded of. *fresh: it is seen for the first time. */
static Told *told_of(OpsWatch *o, Str op, bool *fresh)
{
	*fresh = false;
	for (size_t i = 0; i < o->tolds; i++)
		if (str_is(op, o->told[i].op))
			return &o->told[i];
	*fresh = true;
	if (o->tolds == TOLD_MAX)
		return NULL;
	(void)snprintf(o->told[o->tolds].op, sizeof o->told->op, "%.*s", STR_ARG(op));
	return &o->told[o->tolds++];
}

/* When it began to hold, and each time that it has held for so long; its end is told once, and is an alert besides. */
static void remind(App *a, const OpsContext *c, const SeenStop *s, int64_t now)
{
	const ConfStops *conf = &c->w->session.conf->stops;
	bool fresh, over = now >= s->until_ms;
	Told *t = told_of(a->ops, s->op, &fresh);
	size_t due = 0;
	char text[320];
	CivilTime until = time_civil(s->until_ms + a->world.offset_ms);

	if (!t)
		return;
	while (due < conf->reminds && now >= s->begun_ms + conf->remind_ms[due])
		due++;
	if (over && !t->over)
		(void)snprintf(text, sizeof text, "stop %s of %.*s/%.*s is overdue since %02d:%02d: it still holds", rung_for(s->action)->name,
		               STR_ARG(s->name), STR_ARG(s->pointer_name), until.hour, until.minute);
	else if (!over && !fresh && due > t->n)
		(void)snprintf(text, sizeof text, "stop %s of %.*s/%.*s holds since %lldm, %lldm are left (until %02d:%02d)", rung_for(s->action)->name,
		               STR_ARG(s->name), STR_ARG(s->pointer_name), (long long)(now - s->begun_ms) / 60000,
		               (long long)(s->until_ms - now + 59999) / 60000, until.hour, until.minute);
	else
		text[0] = 0;
	if (text[0])
		app_tell(a, over ? ROLE_ERROR : ROLE_WARN, text);
	t->n = due;
	t->over = over;
}

static void stops(App *a)
{
	World *w = &a->world;
	int64_t now = clock_wall_ms();
	int n = 0, over = 0;
	const SeenStop *first_end = NULL;

	for (size_t i = 0; i < a->ops->n; i++)
		for (size_t k = 0; k < a->ops->in[i].seen.stops; k++) {
			const SeenStop *s = &a->ops->in[i].seen.stop[k];

			remind(a, &a->ops->in[i], s, now);
			n++;
			over += now >= s->until_ms;
			if (!first_end || s->until_ms < first_end->until_ms)
				first_end = s;
		}
	if (n != w->stops || over != w->stops_over)
		app_changed(a, TOPIC_CLOCK);
	w->stops = n;
	w->stops_over = over;
	w->stop_until_ms = first_end ? first_end->until_ms : 0;
	if (first_end)
		(void)snprintf(w->stop_what, sizeof w->stop_what, "%s %.*s/%.*s", rung_for(first_end->action)->name, STR_ARG(first_end->name),
		               STR_ARG(first_end->pointer_name));
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
	stops(a);
}
