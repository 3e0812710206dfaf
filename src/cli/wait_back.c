#include "cli/wait_back.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/proof.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "cli/ask.h"
#include "cli/vigil.h"

/* LOOK_MS: how often AWS is asked where the pointer is; TELL_MS: how often a line says how it stands when nothing changes. */
enum { ASK_MS = 2000, LOOK_MS = 10000, TELL_MS = 60000, BACK_MS = 2 * 3600000, TEXT = 400 };

typedef struct Waiting {
	Acting *r;
	Vigil vigil;
	BackRule rule;
	BackState state;
	ProofAsk ask, put;                     /* put: to the worker, with what comes back in asked */
	Proof proof, asked;
	BackVerdict verdict;
	int64_t began_ms, look_ms, told_ms;    /* monotonic */
	const char *told;                      /* what the last line waited for */
	bool  looking, ended, answered;
	int   code;
} Waiting;

static double percent(int64_t ppm)
{
	return (double)ppm / 1e4;
}

static int64_t seconds(int64_t ms)
{
	return ms / 1000;
}

static void words(const Waiting *w, char out[TEXT])
{
	const BackVerdict *v = &w->verdict;
	const BackFigures *f = &w->proof.f;
	char low[40] = "";

	if (v->word == BACK_LOW)
		(void)snprintf(low, sizeof low, ", n=%lld", (long long)f->n);
	(void)snprintf(out, TEXT, "%s%s%s%s: %.*s has had no job for %lld s (wanted %lld), %.*s failed %lld of %lld (at most %.1f %%, "
	               "wanted under %.1f), held %lld s of %lld", back_word(v->word), low, v->waits ? ", " : "", v->waits ? v->waits : "",
	               STR_ARG(w->ask.old), (long long)seconds(v->quiet_ms), (long long)seconds(v->want_ms), STR_ARG(w->ask.new),
	               (long long)f->failed, (long long)f->n, percent(v->high_ppm), percent(w->rule.threshold_ppm),
	               (long long)seconds(v->held_ms), (long long)seconds(w->rule.hold_ms));
}

static void finish(Waiting *w)
{
	MoveTold *t = &w->r->told;
	int64_t all = w->proof.old.jobs + w->proof.new.jobs;
	char text[TEXT];

	t->after = w->proof.new;
	t->after_known = t->traffic = w->answered;
	t->old_share_ppm = all ? (int64_t)((double)w->proof.old.jobs / (double)all * 1e6) : 0;
	t->waited_ms = clock_mono_ms() - w->began_ms;
	words(w, text);
	acting_finish(w->r, w->code, text);
}

/* A look at the pointer that is under way still needs the move. */
static void end(Waiting *w, int code)
{
	if (w->ended)
		return;
	w->ended = true;
	w->code = code;
	vigil_close(&w->vigil);
	if (!w->looking)
		finish(w);
}

/* --- the pointer --- */

static void on_look(void *arg, Move *m, MoveSeen seen)
{
	Waiting *w = arg;

	(void)m;
	w->looking = false;
	/* What was read before holds until it can be read again. */
	if (seen != MOVE_SEEN_UNKNOWN) {
		w->ask.served = seen == MOVE_SEEN_THERE;
		w->ask.away = seen == MOVE_SEEN_AWAY;
	}
	if (w->ended)
		finish(w);
}

/* The end of waiting comes also when the jobs cannot be read at all. */
static void on_tick(void *arg)
{
	Waiting *w = arg;
	const FeedView *jobs = vigil_feed(&w->vigil, FEED_JOBS);

	if (!w->answered && jobs->err.text[0])
		w->verdict.waits = "the jobs feed cannot be read";
	if (w->ended || clock_mono_ms() - w->began_ms <= w->r->s.conf->rollback.wait_ms)
		return;
	if (!w->answered && jobs->err.text[0] && w->r->o->out != OUT_JSON)
		(void)fprintf(stderr, "seismo: %s\n", jobs->err.text);
	end(w, ERR_LATE);
}

static bool before_ask(void *arg)
{
	Waiting *w = arg;

	w->ask.now_ms = clock_wall_ms();
	proof_feeds(&w->ask, vigil_feed(&w->vigil, FEED_JOBS), vigil_feed(&w->vigil, FEED_METRICS));
	w->put = w->ask;
	if (!w->looking && clock_mono_ms() >= w->look_ms) {
		w->looking = true;
		w->look_ms = clock_mono_ms() + LOOK_MS;
		move_look(w->r->move, on_look, w);
	}
	return true;
}

/* --- the figures --- */

static int ask(Store *s, void *arg, Err *e)
{
	Waiting *w = arg;
	Arena a = { 0 };
	int rc = proof_read(s, &w->put, &a, &w->asked, e);

	w->asked.old.key = w->asked.new.key = STR("");       /* they lived in a */
	arena_done(&a);
	return rc;
}

static void tell(Waiting *w)
{
	bool news = w->told != w->verdict.waits;
	char text[TEXT];

	if (!news && clock_mono_ms() < w->told_ms + TELL_MS)
		return;
	w->told = w->verdict.waits;
	w->told_ms = clock_mono_ms();
	words(w, text);
	if (w->r->o->out != OUT_JSON)
		(void)fprintf(stderr, "seismo: %s\n", text);
}

static void told(void *arg, const Err *err)
{
	Waiting *w = arg;

	if (err && w->r->o->out != OUT_JSON)
		(void)fprintf(stderr, "seismo: %s\n", err->text);
	if (!err) {
		w->answered = true;
		w->proof = w->asked;
		w->verdict = back_look(&w->rule, &w->proof.f, &w->state);
		tell(w);
	}
	if (w->verdict.word == BACK_FULL || w->verdict.word == BACK_LOW)
		end(w, 0);
	else if (w->verdict.word == BACK_NOT)
		end(w, ERR_LATE);
}

/* Whoever does not want to wait any more: the pointer stays where it is. */
static void on_stop(Acting *r)
{
	end(r->later, ERR_LATE);
}

static void on_close(Acting *r)
{
	vigil_close(&((Waiting *)r->later)->vigil);
}

void wait_back(Acting *r)
{
	const MoveView *v = move_view(r->move);
	Waiting *w = ARENA_NEW(&r->arena, Waiting);
	const VigilSpec spec = { .session = ask_session(r->o), .what = move_action_name(v->action), .every_ms = ASK_MS, .back_ms = BACK_MS,
	                         .tick = on_tick, .before = before_ask, .ask = ask, .told = told, .arg = w };
	Err why = { 0 };

	if (acting_stopping(r)) {
		acting_finish(r, ERR_LATE, "moved; told to end before it was proved that it is back");
		return;
	}
	w->r = r;
	w->rule = proof_rule(r->s.conf);
	/* A worker may still read them when the move is gone. */
	w->ask = (ProofAsk){ .backend = v->backend, .agent = arena_str(&r->arena, v->name),
	                     .old = arena_str(&r->arena, v->leaves),
	                     .new = arena_str(&r->arena, route_main(v->to)), .moved_ms = v->finished_ms, .served = true };
	w->began_ms = clock_mono_ms();
	w->look_ms = w->began_ms + LOOK_MS;
	w->verdict.waits = "nothing is known yet";
	r->later = w;
	r->stop = on_stop;
	r->close = on_close;
	if (vigil_open(&w->vigil, &r->loop, &spec, &why) < 0)
		acting_finish(r, ERR_LATE, why.text);
}
