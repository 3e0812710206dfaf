#include "app/errand.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/app_impl.h"
#include "app/consent.h"
#include "app/drill.h"
#include "app/ops_watch.h"
#include "app/stops.h"
#include "app/strip.h"
#include "app/template_list.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { SAFE_MS = 30000, LOOK_MS = 5000, READ_MS = 10000, TELL_MOST = 20 };

/* What the shell's screen gets when there is no other screen any more. A terminal that is gone takes nothing, and that is all right. */
static void tell_shell(const char *text)
{
	if (write(STDERR_FILENO, "seismo: ", 8) < 0 || write(STDERR_FILENO, text, strlen(text)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
		return;
}

static void part(Errand *x)
{
	if (!x->parted)
		session_parted(&x->w->session);
	x->parted = true;
}

static void errand_free(Errand *x)
{
	Watch *w = x->w;

	if (x->reading) {                        /* its answer still needs the move */
		x->leaving = true;
		return;
	}
	template_target_done(&x->target);
	move_free(x->move);
	mover_close(&x->mover);
	arena_done(&x->arena);
	part(x);
	watch_release(w);
	free(x);
}

/* --- what the move asks and tells --- */

static int choose(void *arg, const MoveView *v, Arena *a, Str *to, Str *evidence, Err *e)
{
	Errand *x = arg;
	Store *s = x->w->queue ? storeq_open_reader(x->w->queue, NULL) : NULL;
	int rc = mover_choose(&x->mover, s, v, a, to, evidence, e);

	store_close(s);
	return rc;
}

static Str vouch(void *arg, const MoveView *v, Str to, Arena *a)
{
	Errand *x = arg;
	Store *s = x->w->queue ? storeq_open_reader(x->w->queue, NULL) : NULL;
	Str evidence = mover_vouch(&x->mover, s, v, to, a);

	store_close(s);
	return evidence;
}

static void vet(void *arg, Move *m, Str version)
{
	Errand *x = arg;

	template_target_vet(&x->target, &x->w->session, m, version);
}

static void on_planned(void *arg, Move *m)
{
	Errand *x = arg;

	if (x->dropped)
		move_stop(m);
	else
		x->h.on_planned(x->h.arg);
}

static void on_step(void *arg, Move *m, const char *sentence)
{
	Errand *x = arg;

	(void)m;
	(void)snprintf(x->step, sizeof x->step, "%s", sentence);
	if (!x->a->quitting)
		app_changed(x->a, 0);
}

static void on_limit_closed(uv_handle_t *h)
{
	errand_free(h->data);
}

/* The program waits for nothing else. */
static void left(Errand *x)
{
	const MoveView *v = move_view(x->move);
	App *a = x->a;
	char text[1200];

	(void)snprintf(text, sizeof text, "%s of %.*s: %s%s%s", move_action_name(v->action), STR_ARG(v->name), move_outcome_name(v->outcome),
	               v->err.text[0] ? ": " : "", v->err.text);
	tell_shell(text);
	if (v->exit)
		a->exit_code = v->exit;
	a->errand = NULL;
	if (a->spec.after_loop)
		a->spec.after_loop(a->spec.arg);
	(void)uv_timer_stop(&x->limit);
	uv_close((uv_handle_t *)&x->limit, on_limit_closed);
}

static void on_done(void *arg, Move *m)
{
	Errand *x = arg;

	(void)m;
	template_target_drop(&x->target);
	x->over = true;
	x->read_ms = clock_mono_ms();            /* the end itself has read the pointer back */
	x->proof = (ProofTrack){ .rule = proof_rule(x->w->session.conf), .served = true };
	part(x);
	if (!x->going) {
		if (!x->dropped)
			x->h.on_refused(x->h.arg);
		errand_free(x);
	} else if (x->a->quitting) {
		left(x);
	} else {
		strip_open(x->a);                /* how it ended is worth all its rows */
		app_refresh_all(x->a);
		if (move_action_labels(errand_view(x)->action))
			template_list_refresh(x->a);
	}
}

/* --- from outside --- */

/* What the person leaves to the journal and to the configuration. */
static int prepare(Errand *x, const ErrandAsk *ask, MoveAsk *move, MoveSpec *spec, Err *e)
{
	if (move->action == MOVE_UNDO)
		return mover_undo(&x->mover, ask->op, &x->arena, move, e);
	return stops_prepare(&x->w->session.conf->stops, ask->sessions, &x->arena, move, spec, e);
}

Errand *errand_start(App *a, Watch *w, const ErrandAsk *ask, ErrandHandler h, Err *e)
{
	Errand *x = xcalloc(1, sizeof *x);
	MoveAsk move = ask->move;
	MoveSpec spec;

	*x = (Errand){ .a = a, .serial = ++a->pane_serial, .w = w, .h = h };
	if (mover_open(&x->mover, &w->session, e) < 0) {
		free(x);
		return NULL;
	}
	x->mover.on_card = true;
	spec = mover_spec(&x->mover, a->loop);
	if (prepare(x, ask, &move, &spec, e) < 0) {
		mover_close(&x->mover);
		arena_done(&x->arena);
		free(x);
		return NULL;
	}
	session_part(&w->session);
	watch_hold(w);
	spec.choose = choose;
	spec.vouch = vouch;
	spec.vet = vet;
	spec.on_planned = on_planned;
	spec.on_step = on_step;
	spec.on_done = on_done;
	spec.arg = x;
	x->move = move_start(&spec, &move);
	return x;
}

const MoveView *errand_view(const Errand *x)
{
	return move_view(x->move);
}

void errand_drop(Errand *x)
{
	if (!x)
		return;
	x->dropped = true;
	move_stop(x->move);
}

void errand_send(Errand *x, Str reason, bool unlocked)
{
	App *a = x->a;

	errand_close(a);                     /* one that has ended makes room */
	a->errand = x;
	x->going = true;
	if (errand_view(x)->action == MOVE_ROLLBACK)
		drill_sent(a->spec.drill, clock_wall_ms());
	x->went_ms = clock_wall_ms();
	move_consent(x->move, reason, unlocked);
	move_go(x->move);
	strip_open(a);
}

bool errand_busy(const App *a)
{
	return a->errand && !a->errand->over;
}

/* --- is it back? --- */

typedef struct Look { App *a; uint64_t serial; Arena arena; ProofAsk ask; Proof out; } Look;

static int look_run(Store *s, void *work, Err *e)
{
	Look *q = work;

	return proof_read(s, &q->ask, &q->arena, &q->out, e);
}

static void judge(Errand *x, Look *q)
{
	/* The pointer may have been read since it was asked. */
	q->out.f.served = x->proof.served;
	q->out.f.away = x->proof.away;
	proof_track(&x->proof, &q->ask, &q->out);
}

static void look_done(void *work, const Err *err)
{
	Look *q = work;
	Errand *x = q->a->errand;

	q->a->reads--;
	/* Another one may have been sent meanwhile; this one is then gone. */
	if (x && x->serial == q->serial && !q->a->quitting) {
		x->looking = false;
		if (!err)
			judge(x, q);
		app_changed(q->a, 0);
	}
	arena_done(&q->arena);
	free(q);
}

static void ask_jobs(Errand *x)
{
	const MoveView *v = errand_view(x);
	Look *q = xcalloc(1, sizeof *q);

	x->look_ms = clock_mono_ms();
	x->looking = true;
	q->a = x->a;
	q->serial = x->serial;
	q->ask = (ProofAsk){ .backend = v->backend, .agent = arena_str(&q->arena, v->name),
	                     .old = arena_str(&q->arena, v->leaves),
	                     .new = arena_str(&q->arena, route_main(v->to)), .now_ms = clock_wall_ms(), .moved_ms = v->finished_ms, .served = true };
	proof_feeds(&q->ask, feeds_view(x->w->feeds, FEED_JOBS), feeds_view(x->w->feeds, FEED_METRICS));
	x->a->reads++;
	storeq_read(x->w->queue, (StoreWork){ look_run, look_done, q });
}

static void on_pointer(void *arg, Move *m, MoveSeen seen)
{
	Errand *x = arg;

	(void)m;
	x->reading = false;
	/* What was read before holds until it can be read again. */
	if (seen != MOVE_SEEN_UNKNOWN) {
		x->proof.served = seen == MOVE_SEEN_THERE;
		x->proof.away = seen == MOVE_SEEN_AWAY;
	}
	if (x->leaving)
		errand_free(x);
}

/* A pointer that reads back is not yet a fleet that is well; of what else is done reading it back is all the proof there is. */
bool errand_proves(const Errand *x)
{
	return x->over && proof_fits(errand_view(x));
}

void errand_tick(App *a)
{
	Errand *x = a->errand;

	if (!x || !errand_proves(x) || !x->w->queue || !x->w->feeds || a->quitting)
		return;
	if (!x->reading && clock_mono_ms() - x->read_ms >= READ_MS) {
		x->read_ms = clock_mono_ms();
		x->reading = true;
		move_look(x->move, on_pointer, x);
	}
	if (!x->looking && clock_mono_ms() - x->look_ms >= LOOK_MS)
		ask_jobs(x);
}

/* --- the end of the console --- */

static void on_limit(uv_timer_t *t)
{
	Errand *x = t->data;
	char text[200];

	/* The journal has the step that was reached, and says so to whoever looks next. */
	(void)snprintf(text, sizeof text, "stopped after %d s with the outcome open" MOVE_LOOK_AGAIN "%.*s", SAFE_MS / 1000,
	               STR_ARG(move_view(x->move)->op));
	tell_shell(text);
	_exit(ERR_UNKNOWN);
}

void errand_put_resolve(Buf *b, const Watch *w, const MoveView *v)
{
	const ConfContext *ctx = w->session.ctx;
	const Consent said = { .name = v->name };

	(void)buf_printf(b, "seismo op resolve %.*s", STR_ARG(v->op));
	/* Nobody need say which context it is in when it is the default one. */
	if (config_context(w->session.conf, STR(""), NULL) != ctx)
		(void)buf_printf(b, " -x %.*s", STR_ARG(ctx->name));
	(void)buf_puts(b, " --write ");
	if (consent_wants_name(&w->session, &said))
		(void)buf_printf(b, "--confirm %.*s", STR_ARG(v->name));
	else
		(void)buf_puts(b, "--yes");
	(void)buf_puts(b, " --reason R");
}

static void tell_unknown(const Watch *w, const MoveView *v)
{
	Buf b = { 0 };

	(void)buf_printf(&b, "%s of %.*s/%.*s: its end is not known; find it out and end it with: ", move_action_name(v->action), STR_ARG(v->name),
	                 STR_ARG(v->pointer_name));
	errand_put_resolve(&b, w, v);
	tell_shell(buf_cstr(&b));
	buf_done(&b);
}

/* Somebody may have resolved it since. */
static bool is_open_still(const Errand *x)
{
	JournalRow row;
	Arena ar = { 0 };
	bool found = false, open = x->over && errand_view(x)->outcome == MOVE_UNKNOWN;

	if (open && journal_find(x->mover.journal, errand_view(x)->op, &ar, &row, &found, NULL) == 0 && found)
		open = !row.outcome.n;
	arena_done(&ar);
	return open;
}

void errand_last_word(App *a)
{
	OpsUnknown other[TELL_MOST];
	size_t n;

	/* Of the demo's region nothing is left that could be resolved. */
	if (a->spec.demo)
		return;
	n = ops_unknown(a, other, TELL_MOST);
	if (a->errand && is_open_still(a->errand)) {
		tell_unknown(a->errand->w, errand_view(a->errand));
		a->exit_code = errand_view(a->errand)->exit;
	}
	for (size_t i = 0; i < n; i++)
		tell_unknown(other[i].w, other[i].v);
}

void errand_leave(App *a)
{
	static const int deaf[] = { SIGHUP, SIGTERM, SIGINT };
	Errand *x = a->errand;
	char text[300];

	if (!errand_busy(a))
		return;
	(void)snprintf(text, sizeof text, "%s of %.*s is under way: it is finished, or stopped where that is safe, within %d s",
	               move_action_name(move_view(x->move)->action), STR_ARG(move_view(x->move)->name), SAFE_MS / 1000);
	tell_shell(text);
	/* Whoever closed the terminal has said all there was to say. */
	for (size_t i = 0; i < sizeof deaf / sizeof *deaf; i++)
		(void)signal(deaf[i], SIG_IGN);
	(void)uv_timer_init(a->loop, &x->limit);
	x->limit.data = x;
	(void)uv_timer_start(&x->limit, on_limit, SAFE_MS, 0);
	move_stop(x->move);
}

void errand_close(App *a)
{
	if (!a->errand || !a->errand->over)
		return;
	errand_free(a->errand);
	a->errand = NULL;
}
