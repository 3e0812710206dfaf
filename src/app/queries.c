/* What the app asks its store: figures, the groups of one hour, the jobs of a scope. Each question is a job on the
 * worker pool; an answer to a question that is not current any more is dropped. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"

/* --- the jobs of a scope --- */

typedef struct ScopeAsk { App *a; JobScope scope; bool failures; JobCell *job; int n; } ScopeAsk;

static int scope_run(Store *s, void *work, Err *e)
{
	ScopeAsk *q = work;
	JobFilter f = { .dim = q->scope.by, .key = str_of(q->scope.key), .limit = FIG_JOBS };
	Arena a = { 0 };
	JobRow *row;
	size_t n;
	int rc = -1;

	if (q->failures)
		f.states = 1u << JOB_FAILED;
	if (q->scope.hour) {
		f.booked_from_ms = q->scope.hour * 3600000;
		f.booked_until_ms = f.booked_from_ms + 3600000;
	}
	if (store_jobs(s, &f, &a, &row, &n, e) == 0) {
		q->job = xcalloc(n + 1, sizeof *q->job);
		for (size_t i = 0; i < n; i++)
			figures_job(&row[i], &q->job[q->n++]);
		rc = 0;
	}
	arena_done(&a);
	return rc;
}

static bool same_scope(const JobScope *x, const JobScope *y)
{
	return x->hour == y->hour && x->by == y->by && strcmp(x->key, y->key) == 0;
}

static void scope_done(void *work, const Err *err)
{
	ScopeAsk *q = work;
	App *a = q->a;

	a->reads--;
	if (!a->quitting && err)
		app_say(a, ROLE_ERROR, err->text);
	if (a->quitting || err || !same_scope(&q->scope, &a->world.scope) ||
		q->failures != a->world.failures_only) {
		free(q->job);
	} else {
		app_retire(a, a->world.scope_jobs.job);
		a->world.scope_jobs = (ScopeJobs){ q->job, q->n };
		app_changed(a, TOPIC_GROUPS);
	}
	free(q);
}

static void scope_ask(App *a)
{
	ScopeAsk *q = xcalloc(1, sizeof *q);

	q->a = a;
	q->scope = a->world.scope;
	q->failures = a->world.failures_only;
	a->reads++;
	storeq_read(a->queue, (StoreWork){ scope_run, scope_done, q });
}

void app_scope_jobs(App *a, const JobScope *scope)
{
	app_scope_clear(a);
	a->world.scope = *scope;
	/* Empty until the answer is here, rather than the jobs of another scope. */
	a->world.scope_jobs.job = xcalloc(1, sizeof(JobCell));
	scope_ask(a);
	app_open_view(a, "jobs");
}

void query_failures(App *a, bool only)
{
	JobScope *sc = &a->world.scope;

	a->world.failures_only = only;
	if (only || sc->hour || sc->by != DIM_ALL)
		scope_ask(a);
	else
		app_scope_clear(a);
	app_changed(a, TOPICS_ALL);
}

/* --- figures --- */

typedef struct Compute { App *a; FiguresAsk ask; Figures *out; int64_t began_ms; bool save; } Compute;

static int compute_run(Store *s, void *work, Err *e)
{
	Compute *c = work;

	return figures_compute(s, &c->ask, c->out, e);
}

static int save_run(Store *s, void *work, Err *e)
{
	return figures_save(s, work, e);
}

static void save_done(void *work, const Err *err)
{
	(void)err;        /* a frame that could not be kept costs the next start some milliseconds, nothing else */
	free(work);
}

/* Kept for the next start, at most every SAVE_MS: the row is some hundred kilobytes. */
static void figures_save_copy(App *a, const Figures *f)
{
	Figures *copy;

	a->unsaved = clock_mono_ms() < a->save_after_ms;
	if (a->unsaved)
		return;
	a->save_after_ms = clock_mono_ms() + SAVE_MS;
	copy = xmalloc(sizeof *copy);
	memcpy(copy, f, sizeof *copy);
	storeq_write(a->queue, (StoreWork){ save_run, save_done, copy });
}

static void figures_take(App *a, Figures *f, bool snapshot)
{
	if (a->frozen) {
		free(a->held);
		a->held = f;
		return;
	}
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
	App *a = c->a;

	a->reads--;
	a->computing = false;
	a->compute_after_ms = clock_mono_ms() + (clock_mono_ms() - c->began_ms) * COMPUTE_REST;
	if (err || a->quitting) {
		free(c->out);
	} else {
		if (c->save)
			figures_save_copy(a, c->out);
		figures_take(a, c->out, false);
		if (a->world.groups.hour && !a->frozen)
			app_select_hour(a, a->world.groups.hour, a->world.groups.by);
		if (a->world.scope_jobs.job && !a->frozen)
			scope_ask(a);
	}
	if (a->compute_again && !a->quitting)
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
	a->reads++;
	c = xcalloc(1, sizeof *c);
	c->a = a;
	c->began_ms = clock_mono_ms();
	c->ask = (FiguresAsk){ .now_ms = app_now(a), .offset_ms = a->world.offset_ms };
	(void)snprintf(c->ask.region, sizeof c->ask.region, "%.*s", STR_ARG(session_region(&a->session)));
	c->out = xmalloc(sizeof *c->out);
	c->save = a->term != NULL;
	storeq_read(a->queue, (StoreWork){ compute_run, compute_done, c });
}

typedef struct GroupsAsk { App *a; Dim by; int64_t hour, now_ms, offset_ms, base_n; Groups g; } GroupsAsk;

static int groups_run(Store *s, void *work, Err *e)
{
	GroupsAsk *q = work;

	return figures_groups(s, q->by, q->hour, q->now_ms, q->offset_ms, &q->g, &q->base_n, e);
}

static void groups_done(void *work, const Err *err)
{
	GroupsAsk *q = work;
	App *a = q->a;
	HourGroups *h = &a->world.groups;

	a->reads--;
	/* The cursor may have moved on meanwhile: an answer to an old question is dropped. */
	if (!a->quitting && h->hour == q->hour && h->by == q->by) {
		h->loading = false;
		h->loaded = !err;
		h->g = q->g;
		h->base_n = q->base_n;
		(void)snprintf(h->error, sizeof h->error, "%.250s", err ? err->text : "");
		app_changed(a, TOPIC_GROUPS);
	}
	free(q);
}

void app_select_hour(App *a, int64_t hour, Dim by)
{
	GroupsAsk *q = xcalloc(1, sizeof *q);
	HourGroups *h = &a->world.groups;

	if (h->hour != hour || h->by != by) {
		h->loading = true;
		h->loaded = false;
	}
	h->hour = hour;
	h->by = by;
	*q = (GroupsAsk){ .a = a, .by = by, .hour = hour, .now_ms = app_now(a), .offset_ms = a->world.offset_ms };
	a->reads++;
	storeq_read(a->queue, (StoreWork){ groups_run, groups_done, q });
}

/* The last painted figures, read on this thread: one small row, before anything else is opened. */
void query_snapshot(App *a)
{
	Figures *own;
	Store *s;
	Err e = { 0 };

	if (!a->session.store_path || !file_exists(a->session.store_path) ||
		!(s = store_open(a->session.store_path, STORE_READ, NULL, &e)))
		return;
	own = xmalloc(sizeof *own);
	if (figures_load(s, own, &e) == 0)
		figures_take(a, own, true);
	else
		free(own);
	store_close(s);
}

/* --- feeds --- */

void query_feeds(App *a)
{
	for (int i = 0; i < FEEDS_N; i++)
		a->world.feed[i] = *feeds_view(a->feeds, (FeedId)i);
	a->world.store_note = storeq_note(a->queue);
}

static void on_feed(void *arg, FeedId id)
{
	App *a = arg;

	(void)id;
	if (a->quitting)
		return;
	query_feeds(a);
	/* The picture of the last run is replaced by what the store says as soon as anything answers, also an error. */
	if (feeds_stored(a->feeds) || !a->fig || a->world.from_snapshot)
		app_compute(a);
	app_changed(a, TOPIC_FEEDS);
}

void query_tick(App *a)
{
	/* A new minute moves every window, also when nothing new came. */
	if (a->fig && app_now(a) / 60000 != a->fig->at_ms / 60000)
		app_compute(a);
	if (a->unsaved && a->fig)
		figures_save_copy(a, a->fig);
}

static void on_feeds_idle(void *arg)
{
	App *a = arg;

	uv_stop(a->loop);
}

void query_start(App *a, bool live)
{
	FeedsSpec fs = {
		.session = &a->session, .queue = a->queue, .mask = FEEDS_ALL, .live = live,
		.since_ms = app_now(a) - INT64_C(2) * 3600000, .backfill_ms = (int64_t)BASE_DAYS * 86400000,
		.on_change = on_feed, .on_idle = live ? NULL : on_feeds_idle, .arg = a,
	};

	if (!live)
		fs.since_ms = app_now(a) - fs.backfill_ms;
	a->feeds = feeds_new(&fs);
	query_feeds(a);
}

void app_refresh_all(App *a)
{
	feeds_refresh(a->feeds);
	feeds_tick(a->feeds, clock_mono_ms());
	app_compute(a);
}
