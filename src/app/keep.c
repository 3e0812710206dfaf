#include "app/keep.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <stdlib.h>

#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  INT64_C(86400000)

/* The first waits at most this long for the feeds: one that fails or fills in weeks must not put it off for ever. */
enum { WAIT_MS = 120000, SHRINKS = 16 };

/* The first row is what is kept when there is room (docs: "limits.retention"); the next ones are tried in turn until the
 * file fits. Hourly totals stay: they are small, and what the views compare with. */
static const KeepStep steps[] = {
	{ 35 * DAY_MS, 7 * DAY_MS }, { 28 * DAY_MS, 5 * DAY_MS }, { 21 * DAY_MS, 3 * DAY_MS }, { 14 * DAY_MS, 2 * DAY_MS },
	{ 10 * DAY_MS, DAY_MS }, { 7 * DAY_MS, DAY_MS }, { 3 * DAY_MS, 12 * HOUR_MS }, { DAY_MS, 6 * HOUR_MS },
};
enum { STEPS = sizeof steps / sizeof *steps };
static const int64_t hourly_ms = 400 * DAY_MS;

int keep_run(Store *s, int64_t now_ms, int64_t limit_bytes, KeepResult *out, Err *e)
{
	int64_t bytes, unused;
	int i = 0;

	*out = (KeepResult){ 0 };
	do {
		if (store_prune(s, now_ms, steps[i].jobs_ms, steps[i].lines_ms, hourly_ms, e) < 0 || store_size(s, &bytes, &unused, e) < 0)
			return -1;
		out->kept = steps[i++];
		out->fits = bytes - unused <= limit_bytes;
	} while (!out->fits && i < STEPS);
	out->shortened = i > 1;
	for (int n = 0; n < SHRINKS && bytes > limit_bytes && unused > 0; n++)
		if (store_shrink(s, e) < 0 || store_size(s, &bytes, &unused, e) < 0)
			return -1;
	return 0;
}

void keep_text(const KeepResult *r, int64_t limit_bytes, char out[160])
{
	long long mb = (long long)(limit_bytes >> 20);

	out[0] = '\0';
	if (!r->fits)
		(void)snprintf(out, 160, "the store is over limits.store_mb (%lld) though it keeps 1 day: raise it", mb);
	else if (r->shortened)
		(void)snprintf(out, 160, "limits.store_mb (%lld) holds only %lld days of jobs, %lld h of log lines", mb,
		               (long long)(r->kept.jobs_ms / DAY_MS), (long long)(r->kept.lines_ms / HOUR_MS));
}

typedef struct KeepWork {
	Watch *w;
	int64_t now_ms, limit_bytes;
	KeepResult result;
} KeepWork;

static int run(Store *s, void *work, Err *e)
{
	KeepWork *k = work;
	int rc = keep_run(s, k->now_ms, k->limit_bytes, &k->result, e);

	/* It has gone through much of the file: a console that stands for an hour needs none of that. */
	store_rest(s);
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
	return rc;
}

/* The watch lives as long as its store has work. A failure is tried again in an hour; the feeds' own writes meet the same disk
 * sooner and say what is wrong with it. */
static void done(void *work, const Err *err)
{
	KeepWork *k = work;
	char text[160];

	if (!err && k->w->feeds && k->w->session.store_path) {
		keep_text(&k->result, k->limit_bytes, text);
		storeq_set_note(k->w->queue, text);
		watch_changed(k->w);
	}
	free(k);
}

static bool feeds_quiet(const Watch *w)
{
	for (int i = 0; i < FEEDS_N; i++)
		if (feeds_view(w->feeds, (FeedId)i)->phase == FEED_LOADING)
			return false;
	return storeq_idle(w->queue);
}

void keep_tick(Watch *w, int64_t now_ms)
{
	int64_t mono_ms = clock_mono_ms();
	KeepWork *k;

	if (!w->keep_due_ms) {
		w->keep_first = true;
		w->keep_due_ms = mono_ms;
	}
	if (mono_ms < w->keep_due_ms || (w->keep_first && mono_ms < w->keep_due_ms + WAIT_MS && !feeds_quiet(w)))
		return;
	w->keep_first = false;
	w->keep_due_ms = mono_ms + HOUR_MS;
	k = xcalloc(1, sizeof *k);
	*k = (KeepWork){ .w = w, .now_ms = now_ms, .limit_bytes = w->session.conf->limits.store_mb << 20 };
	storeq_write(w->queue, (StoreWork){ run, done, k });
}
