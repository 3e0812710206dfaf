/* What the app asks its store: figures, the groups of one hour, the jobs of a scope. Each question is a job on the
 * worker pool; an answer to a question that is not current any more is dropped. */
#include "app/app_impl.h"
#include "app/drill.h"
#include "app/find.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"

/* --- the jobs of a scope --- */

typedef struct ScopeAsk { Asked who; FiguresAsk when; CostCell scope; bool failures; JobCell *job; int n; } ScopeAsk;

/* Hours that are not one after the other (the Tuesdays' ninth) are asked run by run, the newest first, until there are enough. */
static int scope_runs(const ScopeAsk *q, const Stores *from, JobFilter *f, JobCell *out, int *n, Err *e)
{
	int64_t hour = q->when.now_ms / 3600000 + 1 < q->scope.until_hour ? q->when.now_ms / 3600000 + 1 : q->scope.until_hour;
	int got;

	while (hour > q->scope.from_hour && *n < FIG_JOBS) {
		int64_t end = hour;

		while (hour > q->scope.from_hour && cell_has_hour(&q->scope, hour - 1, q->when.offset_ms))
			hour--;
		if (hour == end) {
			hour--;
			continue;
		}
		f->booked_from_ms = hour * 3600000;
		f->booked_until_ms = end * 3600000;
		if (figures_jobs(from, f, out + *n, FIG_JOBS - *n, &got, e) < 0)
			return -1;
		*n += got;
	}
	return 0;
}

static int scope_run(Store *const *s, size_t n, void *work, Err *e)
{
	ScopeAsk *q = work;
	JobFilter f = { 0 };
	Store *in[FIG_CONTEXTS] = { NULL };
	Stores from = asked_stores(&q->who, in);

	for (size_t i = 0; i < n; i++)
		if (!q->scope.context[0] || strcmp(q->scope.context, q->who.name[i]) == 0)
			in[i] = s[i];
	for (int i = 0; i < CELL_KEYS && q->scope.only[i].dim; i++)
		f.key[q->scope.only[i].dim] = (Str){ q->scope.only[i].key, strlen(q->scope.only[i].key) };
	if (q->failures)
		f.states = 1u << JOB_FAILED;
	if (q->when.past)
		f.updated_until_ms = q->when.now_ms + 1;
	q->job = xcalloc(FIG_JOBS, sizeof *q->job);
	if (q->scope.until_hour)
		return scope_runs(q, &from, &f, q->job, &q->n, e);
	return figures_jobs(&from, &f, q->job, FIG_JOBS, &q->n, e);
}

static void scope_done(void *work, const Err *err)
{
	ScopeAsk *q = work;
	App *a = q->who.a;

	a->reads--;
	if (!asked_late(&q->who) && err)
		app_say(a, ROLE_ERROR, err->text);
	if (asked_late(&q->who) || err || !cell_same(&q->scope, &a->world.scope) ||
		q->failures != a->world.failures_only) {
		free(q->job);
	} else {
		app_retire(a, a->world.scope_jobs.job);
		a->world.scope_jobs = (ScopeJobs){ .job = q->job, .n = q->n };
		app_changed(a, TOPIC_GROUPS);
	}
	free(q);
}

static void scope_ask(App *a)
{
	ScopeAsk *q = xcalloc(1, sizeof *q);

	q->scope = a->world.scope;
	q->when = asked_now(a);
	q->failures = a->world.failures_only;
	asked_send(a, &q->who, scope_run, scope_done, q);
}

void app_scope_jobs(App *a, const CostCell *scope)
{
	app_scope_clear(a);
	a->world.scope = *scope;
	/* Empty until the answer is here, rather than the jobs of another scope. */
	a->world.scope_jobs = (ScopeJobs){ .job = xcalloc(1, sizeof(JobCell)), .loading = true };
	scope_ask(a);
	app_open_view(a, "jobs");
}

void query_failures(App *a, bool only)
{
	a->world.failures_only = only;
	if (only || !cell_anything(&a->world.scope))
		scope_ask(a);
	else
		app_scope_clear(a);
	app_changed(a, TOPICS_ALL);
}

/* --- figures --- */

typedef struct Compute { Asked who; FiguresAsk ask; Figures *out; int64_t began_ms, past_ms; bool save; } Compute;

static int compute_run(Store *const *s, size_t n, void *work, Err *e)
{
	Compute *c = work;
	Stores from = asked_stores(&c->who, s);

	(void)n;
	return figures_compute(&from, &c->ask, c->out, e);
}

/* The frame of several contexts lies in the first one's store, beside that one's own. */
enum { FRAME_NAME = 16 + FIG_CONTEXTS * FIG_TEXT };

static void frame_name(const App *a, char out[FRAME_NAME])
{
	StoreQ *queue[FIG_CONTEXTS];
	FigText name[FIG_CONTEXTS];
	size_t n = context_stores(a, queue, name), used = (size_t)snprintf(out, FRAME_NAME, "figures");

	for (size_t i = 0; i < n && n > 1; i++)
		used += (size_t)snprintf(out + used, FRAME_NAME - used, "%s%s", i ? "," : ":", name[i]);
}

typedef struct Save { char name[FRAME_NAME]; Figures f; } Save;

static int save_run(Store *s, void *work, Err *e)
{
	Save *v = work;

	return figures_save(s, v->name, &v->f, e);
}

static void save_done(void *work, const Err *err)
{
	(void)err;        /* a frame that could not be kept costs the next start some milliseconds, nothing else */
	free(work);
}

/* Kept for the next start, at most every SAVE_MS: the row is some hundred kilobytes. */
static void figures_save_copy(App *a, const Figures *f)
{
	Save *copy;

	a->unsaved = clock_mono_ms() < a->save_after_ms;
	if (a->unsaved)
		return;
	a->save_after_ms = clock_mono_ms() + SAVE_MS;
	copy = xmalloc(sizeof *copy);
	frame_name(a, copy->name);
	memcpy(&copy->f, f, sizeof copy->f);
	storeq_write(a->watch[0]->queue, (StoreWork){ save_run, save_done, copy });
}

static void figures_take(App *a, Figures *f, bool snapshot)
{
	if (a->frozen) {
		free(a->held);
		a->held = f;
		a->world.held = 0;
		for (int i = 0; i < f->job_count; i++)
			a->world.held += f->job[i].updated_ms > (a->fig ? a->fig->newest_ms : 0);
		app_changed(a, TOPIC_HELD);
		return;
	}
	a->world.held = 0;
	if (!snapshot && f->alerts_critical)
		drill_alarm(a->spec.drill, app_clock(a));
	app_retire(a, a->fig);
	a->fig = f;
	a->world.fig = f;
	a->world.from_snapshot = snapshot;
	app_changed(a, TOPIC_FIGURES);
}

void app_freeze(App *a, bool frozen)
{
	Figures *f = a->held;

	a->frozen = frozen;
	a->world.held = 0;
	if (frozen)
		return;
	a->held = NULL;
	if (f)
		figures_take(a, f, false);
	app_changed(a, TOPICS_ALL);
}

static void compute_done(void *work, const Err *err)
{
	Compute *c = work;
	App *a = c->who.a;

	a->reads--;
	if (asked_late(&c->who)) {
		free(c->out);
		free(c);
		return;
	}
	a->computing = false;
	a->compute_after_ms = clock_mono_ms() + (clock_mono_ms() - c->began_ms) * COMPUTE_REST;
	/* The person has moved on in time meanwhile. */
	if (c->past_ms != a->past_ms) {
		a->compute_after_ms = 0;
		a->compute_again = true;
	}
	if (err || c->past_ms != a->past_ms) {
		free(c->out);
	} else {
		if (c->save)
			figures_save_copy(a, c->out);
		figures_take(a, c->out, false);
		if (a->world.scope_jobs.job && !a->frozen)
			scope_ask(a);
		ask_again(a);
		find_refresh(a);
	}
	if (a->compute_again)
		app_compute(a);
	free(c);
}

static void on_compute(uv_timer_t *t)
{
	app_compute(t->data);
}

/* While the past is read, pages come faster than figures can be made of them: after each computation the worker rests
 * for a multiple of the time that it took. */
void app_compute(App *a)
{
	int64_t wait = a->compute_after_ms - clock_mono_ms();
	Compute *c;

	a->compute_again = a->computing;
	if (a->computing)
		return;
	if (wait > 0 && a->handles) {
		if (!uv_is_active((uv_handle_t *)&a->compute))
			(void)uv_timer_start(&a->compute, on_compute, (uint64_t)wait, 0);
		return;
	}
	a->computing = true;
	c = xcalloc(1, sizeof *c);
	c->began_ms = clock_mono_ms();
	c->ask = asked_now(a);
	c->out = xmalloc(sizeof *c->out);
	c->past_ms = a->past_ms;
	c->save = a->term != NULL && !a->past_ms;
	asked_send(a, &c->who, compute_run, compute_done, c);
}

/* Opening the store takes as long as all else before the first paint: it is only done where the file beside it does not serve. */
static Figures *last_figures(const char *path, const char *name)
{
	Figures *own = xcalloc(1, sizeof *own);
	Err e = { 0 };
	Store *s;

	if (figures_peek(path, name, own) == 0)
		return own;
	free(own);
	if (!(s = store_open(path, STORE_READ, NULL, &e)))
		return NULL;
	own = xcalloc(1, sizeof *own);
	if (figures_load(s, name, own, &e) < 0) {
		free(own);
		own = NULL;
	}
	store_close(s);
	return own;
}

/* The last painted figures, read on this thread before anything else is opened. */
void query_snapshot(App *a)
{
	const char *path = a->watch[0]->session.store_path;
	char name[FRAME_NAME];
	Figures *own;

	if (!path || !file_exists(path))
		return;
	frame_name(a, name);
	if ((own = last_figures(path, name)))
		figures_take(a, own, true);
}

/* Panes keep pointers until they have updated: what they point to is retired, not freed. */
void query_forget(App *a)
{
	a->epoch++;
	a->computing = a->compute_again = a->unsaved = a->frozen = false;
	a->past_ms = 0;
	a->compute_after_ms = a->save_after_ms = 0;
	if (a->handles)
		(void)uv_timer_stop(&a->compute);
	free(a->held);
	a->held = NULL;
	app_retire(a, a->fig);
	a->fig = NULL;
	a->world.fig = NULL;
	a->world.from_snapshot = false;
	a->world.cell = (CostCell){ 0 };
	a->world.store_note = "";
	a->tell_n = 0;
	app_scope_clear(a);
	find_close(a);
	for (size_t i = 0; i < a->pane_count; i++)
		ask_forget(&a->pane[i]);
	if (a->mode == MODE_TEXT)
		page_close(a);
	a->mode = MODE_VIEW;
	app_changed(a, TOPICS_ALL);
}

/* --- feeds --- */

/* The screen has room for a file's name, not for its folders. */
static void short_paths(const char *text, char *out, size_t size)
{
	size_t n = 0, word = 0;

	for (; *text && n + 1 < size; text++) {
		if (*text == ' ' || *text == '(')
			word = n + 1;
		if (*text == '/' && (n > word || text[1] != ' ')) {
			n = word;
			continue;
		}
		out[n++] = *text;
	}
	out[n] = 0;
}

static void store_notes(App *a)
{
	char note[320];

	a->note[0] = 0;
	for (size_t i = 0; i < a->watch_n && !a->note[0]; i++) {
		short_paths(a->watch[i]->queue ? storeq_note(a->watch[i]->queue) : "", note, sizeof note);
		if (*note)
			(void)snprintf(a->note, sizeof a->note, "%s%s%s", a->watch_n > 1 ? a->world.context[i].name : "",
			               a->watch_n > 1 ? ": " : "", note);
	}
	a->world.store_note = a->note;
}

void query_feeds(App *a)
{
	context_views(a);
	store_notes(a);
}

/* The feeds of a context whose own calls have come to the day's cap. */
static void note_slow(App *a)
{
	World *w = &a->world;

	for (size_t k = 0; k < a->watch_n && !w->pause_note[0]; k++)
		if (own_cost_capped(&a->watch[k]->session.own_cost, clock_wall_ms()))
			(void)snprintf(w->pause_note, sizeof w->pause_note, "slowed: own cost at its cap%s%s", a->watch_n > 1 ? ", " : "",
			               a->watch_n > 1 ? w->context[k].name : "");
}

void query_pauses(App *a)
{
	World *w = &a->world;
	int64_t next = INT64_MAX;
	const char *name = NULL, *whose = "";
	int down = 0;

	for (size_t k = 0; k < a->watch_n; k++) {
		AwsBreaker b[16];
		size_t n = a->watch[k]->session.aws ? aws_breakers(a->watch[k]->session.aws, b, sizeof b / sizeof *b) : 0;

		for (size_t i = 0; i < n; i++) {
			if (b[i].state == BREAKER_CLOSED)
				continue;
			down++;
			name = b[i].service;
			whose = a->watch_n > 1 ? w->context[k].name : "";
			next = b[i].wait_ms < next ? b[i].wait_ms : next;
		}
	}
	w->pause_note[0] = 0;
	if (down == 1)
		(void)snprintf(w->pause_note, sizeof w->pause_note, "%s%s%s down, next %lld s", whose, *whose ? ": " : "", name,
		               (long long)(next + 999) / 1000);
	else if (down)
		(void)snprintf(w->pause_note, sizeof w->pause_note, "%d services down, next %lld s", down, (long long)(next + 999) / 1000);
	else
		note_slow(a);
}

/* Why cost lines are only polled for: once, the panes go on saying that it is so. */
static void say_no_tail(App *a, Watch *w)
{
	const char *why = feeds_view(w->feeds, FEED_LINES)->tail.why_not;
	char text[320];

	if (w->told_no_tail || !why[0])
		return;
	w->told_no_tail = true;
	(void)snprintf(text, sizeof text, "No live tail, cost lines are polled: %s", why);
	app_tell(a, ROLE_WARN, text);
}

static void say_slow(App *a, Watch *w)
{
	const OwnCost *o = &w->session.own_cost;
	int64_t now = clock_wall_ms();
	char own[OWN_COST_TEXT], text[320];
	bool capped = own_cost_capped(o, now);

	if (capped && !w->told_slow) {
		own_cost_text(o, now, own);
		(void)snprintf(text, sizeof text, "Jobs and metrics are read ten times less often (%s); registry and alarms go on. See :coverage", own);
		app_tell(a, ROLE_WARN, text);
	}
	w->told_slow = capped;
}

void query_changed(void *arg, Watch *w)
{
	App *a = arg;
	bool stored = watch_news(w);

	if (a->quitting)
		return;
	query_feeds(a);
	say_no_tail(a, w);
	say_slow(a, w);
	/* The picture of the last run is replaced by what the store says as soon as anything answers, also an error. What comes now
	 * changes nothing of the past that is shown. Without a screen they are made once, when all has been read. */
	if (a->handles && !a->past_ms && (stored || !a->fig || a->world.from_snapshot))
		app_compute(a);
	app_changed(a, TOPIC_FEEDS);
}

void query_tick(App *a)
{
	/* A new minute moves every window, also when nothing new came. */
	if (a->fig && app_now(a) / 60000 != a->fig->at_ms / 60000)
		app_compute(a);
	if (a->unsaved && a->fig && !a->past_ms)
		figures_save_copy(a, a->fig);
}

void query_idle(void *arg, Watch *w)
{
	App *a = arg;

	(void)w;
	if (++a->idle_n == a->watch_n)
		uv_stop(a->loop);
}

void app_refresh_all(App *a)
{
	for (size_t i = 0; i < a->watch_n; i++)
		watch_refresh(a->watch[i]);
	app_compute(a);
}
