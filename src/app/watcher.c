#include "app/watcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/judge.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "conf/config.h"

/* FRESH_MS: younger than that is "now", whatever a feed's interval is. A look that takes long is followed by so much rest. */
enum { FRESH_MS = 60000, FIRST_MS = 60000, KEEP_ENDED_DAYS = 7, REST = 20, NOTE_BYTES = 400 };
#define DAY_MS INT64_C(86400000)

typedef struct Looking {
	Watch *w;
	Arena arena;
	MeasureAsk ask;
	Measures m;
	BudgetSpent *spent;
	int64_t began_ms, measured_ms;         /* monotonic */
	Err err;                               /* why it could not be measured */
	bool failed, changed;
} Looking;

/* --- on a worker --- */

static int measure_run(Store *s, void *work, Err *e)
{
	Looking *l = work;

	if (measure_rules(s, &l->ask, &l->arena, &l->m, e) < 0)
		return -1;
	l->spent = ARENA_ARRAY(&l->arena, BudgetSpent, l->ask.budgets + 1);
	for (size_t i = 0; i < l->ask.budgets; i++) {
		const Budget *b = &l->ask.budget[i];

		if (budget_concerns(b, l->ask.context) && measure_budget(s, b, &l->ask, false, &l->arena, &l->spent[i], e) < 0)
			return err_wrap(e, "budget %.*s", STR_ARG(b->id));
	}
	return 0;
}

/* What was not judged, and why. */
static void put_note(const Looking *l, const Judged *j, char note[NOTE_BYTES])
{
	size_t unknown = 0, used = 0;

	note[0] = '\0';
	for (size_t i = 0; i < l->ask.rules; i++)
		unknown += !l->ask.rule[i].off && !l->m.known[i];
	if (unknown)
		used += (size_t)snprintf(note, NOTE_BYTES, "%zu rules wait for %s", unknown, !l->ask.jobs_fresh ? "newer jobs" : "newer data");
	if (l->m.partial)
		used += (size_t)snprintf(note + used, NOTE_BYTES - used, "%sonly the newest calls were looked at", used ? "; " : "");
	if (j->dropped)
		(void)snprintf(note + used, NOTE_BYTES - used, "%s%lld keys beyond %d of a rule were left out", used ? "; " : "", (long long)j->dropped,
		               JUDGE_KEYS);
}

static int64_t watched_rules_count(const MeasureAsk *q)
{
	int64_t n = 0;

	for (size_t i = 0; i < q->rules; i++)
		n += !q->rule[i].off;
	return n;
}

static int put_run(Store *s, void *work, Err *e)
{
	Looking *l = work;
	JudgeIn in = { .ask = &l->ask, .m = &l->m, .spent = l->spent };
	WatchBatch b = { .run = { .at_ms = l->ask.now_ms, .took_ms = l->measured_ms - l->began_ms, .rules = watched_rules_count(&l->ask),
	                          .failed = l->failed }, .drop_ms = l->ask.now_ms - KEEP_ENDED_DAYS * DAY_MS };
	char note[NOTE_BYTES];
	AlertRow *row;
	BudgetRow *budget;
	Judged j = { 0 };
	int rc;

	if (l->failed) {
		b.run.note = str_of(l->err.text);
		return watch_put(s, &b, e);
	}
	if (alerts_list(s, l->ask.now_ms, &l->arena, &row, &in.rows, e) < 0 || budgets_list(s, &l->arena, &budget, &in.budgets, e) < 0)
		return -1;
	in.row = row;
	in.budget = budget;
	judge(&in, &l->arena, &j);
	put_note(l, &j, note);
	b.run.note = str_of(note);
	b.run.firing = j.firing;
	b.alerts = j.row;
	b.alert_count = j.rows;
	b.budgets = j.budget;
	b.budget_count = j.budgets;
	b.changed = l->changed = j.changed;
	rc = watch_put(s, &b, e);
	judged_done(&j);
	return rc;
}

/* --- on the loop --- */

static void end(Looking *l)
{
	Watch *w = l->w;
	int64_t took = clock_mono_ms() - l->began_ms;

	w->watcher.busy = false;
	w->watcher.due_ms = l->began_ms + (took * REST > WATCHER_MS ? took * REST : WATCHER_MS);
	measures_done(&l->m);
	arena_done(&l->arena);
	free(l);
}

/* When nothing can be written the last look grows old in the store, and that is shown. */
static void put_done(void *work, const Err *err)
{
	Looking *l = work;
	Watch *w = l->w;

	(void)err;
	end(l);
	watch_changed(w);
}

static void measure_done(void *work, const Err *err)
{
	Looking *l = work;
	Watch *w = l->w;

	l->failed = err != NULL;
	if (err)
		l->err = *err;
	l->measured_ms = clock_mono_ms();
	/* The lease may have gone to another one meanwhile, who judges by itself. */
	if (!w->feeds || !share_holds(w, SHARE_WATCHER)) {
		end(l);
		return;
	}
	storeq_write(w->queue, (StoreWork){ put_run, put_done, l });
}

static bool is_fresh(const MeasureFeed *f, const FeedView *v, int64_t now_ms)
{
	int64_t most = 3 * f->interval_ms > FRESH_MS ? 3 * f->interval_ms : FRESH_MS;

	return v->fresh_ms && now_ms - v->fresh_ms <= most;
}

static void ask_feeds(const Watch *w, int64_t now_ms, MeasureAsk *q)
{
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = feeds_view(w->feeds, (FeedId)i);

		q->feed[i] = (MeasureFeed){ .name = v->name, .fresh_ms = v->fresh_ms ? v->fresh_ms : w->watcher.started_ms, .interval_ms = v->interval_ms,
		                            .wanted = i != FEED_IDENTITY && i != FEED_QUOTAS && w->spec.mask & FEED_BIT(i) };
	}
	q->jobs_fresh = is_fresh(&q->feed[FEED_JOBS], feeds_view(w->feeds, FEED_JOBS), now_ms);
	q->metrics_fresh = is_fresh(&q->feed[FEED_METRICS], feeds_view(w->feeds, FEED_METRICS), now_ms);
}

static void look(Watch *w, int64_t now_ms)
{
	const Config *c = w->session.conf;
	Looking *l = xcalloc(1, sizeof *l);

	l->w = w;
	l->began_ms = clock_mono_ms();
	l->ask = (MeasureAsk){
		.now_ms = now_ms, .offset_ms = zone_offset_ms(c, now_ms), .rule = c->alert, .rules = c->alert_count,
		.budget = c->budget, .budgets = c->budget_count, .context = w->session.ctx->name, .prod = str_is(w->session.stage, "prod"),
		.ops = watch_ops(w, now_ms), .credentials_ms = creds_expires_ms(aws_creds(w->session.aws)),
	};
	ask_feeds(w, now_ms, &l->ask);
	w->watcher.busy = true;
	storeq_read(w->queue, (StoreWork){ measure_run, measure_done, l });
}

/* The first look waits for the first jobs: what the store held from before is old. */
static bool is_ready(const Watch *w)
{
	return feeds_view(w->feeds, FEED_JOBS)->rounds > 0 || clock_mono_ms() >= w->watcher.due_ms + FIRST_MS;
}

void watcher_open(Watch *w, int64_t now_ms)
{
	w->watcher = (Watcher){ .open = true, .started_ms = now_ms, .due_ms = clock_mono_ms() };
	share_want(w, SHARE_WATCHER, true);
}

void watcher_tick(Watch *w, int64_t now_ms)
{
	if (!w->watcher.open || w->watcher.busy || clock_mono_ms() < w->watcher.due_ms || !share_holds(w, SHARE_WATCHER) || !is_ready(w))
		return;
	look(w, now_ms);
}
