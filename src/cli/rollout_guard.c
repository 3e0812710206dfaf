#include "cli/rollout_guard.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "app/guard_read.h"
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/vigil.h"
#include "store/lease.h"

enum { ASK_MS = 5000, TELL_MS = 60000, DAY_MS = 86400000, TEXT = 600, AGAIN_MS = 5000, ABORTS = 24 };

typedef struct Guarding {
	Acting *r;
	MoveSpec spec;
	MoveAsk ask;
	Vigil vigil;
	GuardRule rule;
	size_t step;                           /* of the configured ones */
	Route  first, at;                      /* before the rollout; where the last move left it */
	bool   guarding, aborting, ended;
	/* The lease: taken and renewed by the store's writer. */
	Lease lease, put;
	LeaseInfo holder;
	bool  leased, taking;
	/* The question, and what came back. */
	GuardMemory memory;
	GuardAsk q;
	GuardFigures asked, f;
	GuardVerdict verdict;
	const char *told; int64_t told_ms;
	int64_t take_ms, blind_ms;             /* monotonic: when the lease is renewed; when it was said that nothing is seen */
	int64_t again_ms;                      /* when the route is put back once more; 0: it is not waited for */
	int     aborts;
} Guarding;

static const ConfRollout *conf(const Guarding *g)
{
	return &g->r->s.conf->rollout;
}

static int64_t percent(const Guarding *g)
{
	return conf(g)->step[g->step];
}

static void say(const Guarding *g, const char *fmt, ...) FORMAT(2, 3);
static void say(const Guarding *g, const char *fmt, ...)
{
	va_list ap;

	if (g->r->o->out == OUT_JSON)
		return;
	va_start(ap, fmt);
	(void)fputs("seismo: ", stderr);
	(void)vfprintf(stderr, fmt, ap);
	(void)fputs("\n", stderr);
	va_end(ap);
}

static void on_close(Acting *r)
{
	Guarding *g = r->later;

	g->ended = true;
	vigil_close(&g->vigil);
}

static void on_done(Acting *r)
{
	guard_memory_done(&((Guarding *)r->later)->memory);
}

static void leave(Guarding *g, int code, const char *message)
{
	if (g->ended)
		return;
	if (g->r->move) {
		acting_finish(g->r, code, message);
		return;
	}
	(void)fprintf(stderr, "seismo: %s\n", message);
	acting_leave(g->r, code);
}

static double share(const GuardSide *s)
{
	return s->n ? 100.0 * (double)s->failed / (double)s->n : 0;
}

static void words(const Guarding *g, char out[TEXT])
{
	const GuardFigures *f = &g->f;
	double most = f->evidence[0];

	for (int t = 1; t < GUARD_TESTS; t++)
		most = f->evidence[t] > most ? f->evidence[t] : most;
	(void)snprintf(out, TEXT, "%s at %lld %%, %s: %.*s failed %lld of %lld (%.1f %%), %.*s %lld of %lld (%.1f %%); evidence against it %.3g to 1",
	               guard_word(g->verdict.word), (long long)percent(g), g->verdict.why, STR_ARG(g->memory.new), (long long)f->new.failed,
	               (long long)f->new.n, share(&f->new), STR_ARG(g->memory.old), (long long)f->old.failed, (long long)f->old.n, share(&f->old),
	               exp(most < 50 ? most : 50));
}

/* --- the moves --- */

static void go(Guarding *g, const MoveAsk *ask)
{
	Acting *r = g->r;

	g->guarding = false;
	r->stop = NULL;                        /* a move is stopped in its own way */
	move_free(r->move);
	r->move = move_start(&g->spec, ask);
}

static void next_step(Guarding *g)
{
	MoveAsk ask = g->ask;

	ask.percent = percent(g);
	go(g, &ask);
}

static void abort_rollout(Guarding *g)
{
	MoveAsk ask = { .action = MOVE_UNDO, .agent = g->ask.agent, .pointer = g->ask.pointer, .exact = g->first,
	                .expect = g->at };

	g->aborting = true;
	g->again_ms = 0;
	g->aborts++;
	ask.reason = arena_printf(&g->r->arena, "guard of the rollout: %s", g->verdict.why);
	say(g, "the old route is put back");
	go(g, &ask);
}

/* Somebody else has moved it since: their reasons are not known here. */
static int still_ours(Acting *r, const MoveView *v, Err *e)
{
	Guarding *g = r->later;

	if (!g->at.n && route_share(v->from, g->ask.to) > percent(g))
		return err_kind(e, ERR_USAGE, "%.*s has %lld %% of the traffic already, which is more than the first step; move it with --percent",
		                STR_ARG(g->ask.to), (long long)route_share(v->from, g->ask.to));
	if (!g->at.n || route_eq(g->at, v->from))
		return 0;
	return err_kind(e, ERR_LOST, "%.*s was moved since the last step: it serves %.*s; the rollout goes no further", STR_ARG(v->pointer),
	                STR_ARG(route_text(v->from, &r->arena)));
}

static void begin_guard(Guarding *g, const MoveView *v)
{
	guard_memory_done(&g->memory);
	g->memory = (GuardMemory){ .agent = arena_str(&g->r->arena, v->name), .old = route_beside(g->first, g->ask.to), .new = g->ask.to,
	                           .from_ms = v->finished_ms };
	g->verdict = (GuardVerdict){ GUARD_WAIT, GUARD_FAILS, "the step has begun" };
	g->told = NULL;
	g->guarding = true;
}

static void on_stop(Acting *r)
{
	Guarding *g = r->later;
	char text[TEXT];

	(void)snprintf(text, sizeof text, "told to end: the rollout stays at %lld %%, and nobody guards it", (long long)percent(g));
	leave(g, ERR_FAILED, g->guarding ? text : "told to end before anything was moved");
}

static void on_step(Acting *r)
{
	Guarding *g = r->later;
	const MoveView *v = move_view(r->move);
	char text[TEXT];

	if (g->aborting) {
		(void)snprintf(text, sizeof text, "aborted at %lld %%: %s; %.*s is back", (long long)percent(g), g->verdict.why,
		               STR_ARG(route_text(v->to, &r->arena)));
		leave(g, ERR_FAILED, text);
		return;
	}
	if (!g->first.n)                       /* a rollout that is taken up at its step came from the version that has the rest */
		g->first = v->same ? route_one(&r->arena, arena_str(&r->arena, route_beside(v->from, g->ask.to))) : route_copy(&r->arena, v->from);
	g->at = route_copy(&r->arena, v->to);
	if (percent(g) >= 100 || g->step + 1 == conf(g)->steps) {
		(void)snprintf(text, sizeof text, "the rollout is over: %.*s", STR_ARG(route_text(v->to, &r->arena)));
		leave(g, 0, text);
		return;
	}
	r->stop = on_stop;
	begin_guard(g, v);
	if (acting_stopping(r))
		on_stop(r);
}

/* A bad version must not keep its share because AWS was busy, or somebody held the lock for a moment. */
static void on_failed(Acting *r)
{
	Guarding *g = r->later;
	const MoveView *v = move_view(r->move);
	char text[TEXT];

	if (!g->aborting) {
		acting_finish(r, 0, NULL);
	} else if ((v->outcome == MOVE_FAILED || (v->outcome == MOVE_LOST && v->lost_to_lock)) && g->aborts < ABORTS && !acting_stopping(r)) {
		say(g, "not put back yet: %s; trying again", v->err.text);
		g->again_ms = clock_mono_ms() + AGAIN_MS;
	} else {
		(void)snprintf(text, sizeof text, "THE ABORT FAILED and nobody guards it: %.*s keeps %lld %%: %.*s", STR_ARG(g->ask.to),
		               (long long)route_share(g->at, g->ask.to), TEXT - 200, v->err.text);
		acting_finish(r, v->exit, text);
	}
}

/* --- the lease --- */

static int take_run(Store *s, void *work, Err *e)
{
	Guarding *g = work;

	return lease_take(s, &g->put, lease_now(), &g->holder, e);
}

static void take_done(void *work, const Err *err)
{
	Guarding *g = work;
	char who[SHARE_WORDS], text[TEXT];

	g->taking = false;
	if (g->ended || err)                   /* a write that fails takes nothing away; lease_held decides */
		return;
	g->lease = g->put;
	if (g->holder.state != LEASE_MINE) {
		lease_words(&g->holder, who);
		(void)snprintf(text, sizeof text, "%s drives a rollout of %.*s: this one holds", who, STR_ARG(g->ask.agent));
		if (!g->leased || g->guarding)
			leave(g, ERR_REFUSED, text);
		return;
	}
	if (g->leased)
		return;
	g->leased = true;
	next_step(g);
}

static void take(Guarding *g)
{
	if (g->taking)
		return;
	g->taking = true;
	g->put = g->lease;
	storeq_write(g->vigil.w->queue, (StoreWork){ take_run, take_done, g });
}

/* The lease is kept, and it is said that nothing is seen, also when the jobs cannot be read. */
static void on_tick(void *arg)
{
	Guarding *g = arg;
	const FeedView *jobs = vigil_feed(&g->vigil, FEED_JOBS);
	int64_t now = clock_mono_ms();

	if (now >= g->take_ms) {
		g->take_ms = now + ASK_MS;
		take(g);
	}
	if (g->guarding && jobs->err.text[0] && now >= g->blind_ms) {
		g->blind_ms = now + TELL_MS;
		say(g, "it holds, because the jobs cannot be read: %s", jobs->err.text);
	}
	if (g->again_ms && now >= g->again_ms)
		abort_rollout(g);
}

/* --- the figures --- */

static bool before_ask(void *arg)
{
	Guarding *g = arg;
	const FeedView *jobs = vigil_feed(&g->vigil, FEED_JOBS);

	g->q.now_ms = clock_wall_ms();
	g->q.fresh = feed_known_ms(jobs, g->q.now_ms) >= g->q.now_ms;
	return g->guarding;                    /* while a pointer is moved nobody asks */
}

static int ask(Store *s, void *arg, Err *e)
{
	Guarding *g = arg;

	return guard_read(s, &g->memory, &g->q, &g->asked, e);
}

static void tell(Guarding *g)
{
	char text[TEXT];

	if (g->told == g->verdict.why && clock_mono_ms() < g->told_ms + TELL_MS)
		return;
	g->told = g->verdict.why;
	g->told_ms = clock_mono_ms();
	words(g, text);
	say(g, "%s", text);
}

static void told(void *arg, const Err *err)
{
	Guarding *g = arg;
	char text[TEXT];

	if (err)
		say(g, "%s", err->text);
	if (err)
		return;
	g->f = g->asked;
	g->verdict = guard_judge(&g->rule, &g->f);
	tell(g);
	if (g->verdict.word != GUARD_ADVANCE && g->verdict.word != GUARD_ABORT)
		return;
	if (!lease_held(&g->lease, clock_mono_ms())) {
		say(g, "the lease is not this process's at the moment: it holds");
		return;
	}
	if (g->verdict.word == GUARD_ADVANCE) {
		g->step++;
		next_step(g);
	} else if (conf(g)->on_breach == BREACH_ABORT) {
		abort_rollout(g);
	} else {
		words(g, text);
		leave(g, ERR_FAILED, text);
	}
}

static GuardRule rule_of(const ConfRollout *c)
{
	GuardRule r = { .min_ms = c->min_ms, .min_count = c->min_count, .error_delta_ppm = c->error_delta_ppm, .p95_ratio_ppm = c->p95_ratio_ppm,
	                .cost_ratio_ppm = c->cost_ratio_ppm };

	for (size_t i = 0; i < c->steps; i++)
		r.steps += c->step[i] < 100;
	return r;
}

void rollout_guard(Acting *r, const MoveSpec *spec, const MoveAsk *ask_of)
{
	Guarding *g = ARENA_NEW(&r->arena, Guarding);
	const VigilSpec vs = { .session = ask_session(r->o), .what = "rollout", .every_ms = ASK_MS, .back_ms = DAY_MS, .tick = on_tick,
	                       .before = before_ask,
	                       .ask = ask, .told = told, .arg = g };
	Err why = { 0 };

	g->r = r;
	g->spec = *spec;
	g->ask = *ask_of;
	g->rule = rule_of(conf(g));
	r->later = g;
	r->then = on_step;
	r->failed = on_failed;
	r->stop = on_stop;
	r->check = still_ours;
	r->takes_same = true;
	r->close = on_close;
	r->done = on_done;
	lease_init(&g->lease, arena_printf(&r->arena, "rollout %.*s", STR_ARG(ask_of->agent)).p, "rollout");
	if (vigil_open(&g->vigil, &r->loop, &vs, &why) < 0) {
		acting_leave(r, cli_fail(&why));
		return;
	}
	take(g);
}
