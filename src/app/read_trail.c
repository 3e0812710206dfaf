/* CloudTrail: who changed what. All writes of the account and Region come in one listing, newest first, and those that are about the
 * fleet are picked out here: a listing for each kind of event would be dozens of calls a minute, and listing by service
 * would bring every call of a model. */
#include "app/changes_readers.h"

#include <stdlib.h>

#include "api/trail_change.h"
#include "app/trail_span.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum {
	POLL_MS = 60000, PAGE = 50,
	BETWEEN_MS = 550,                /* LookupEvents: two calls a second for each account and Region (API reference) */
	ROUND_PAGES = 20, ASK_PAGES = 40,
	PATIENCE = 8, BUSY_MS = 1100,    /* the limit is the account's: others ask too */
	DAYS_BACK = 7,                   /* how far a console reads back in the background; a question says how far */
};
#define DAY_MS INT64_C(86400000)
static const char cursor[] = "trail.span";

typedef struct TrailState {
	Feed *f;
	SourceView *view;
	TrailSpan span;
	TrailWant want;
	int64_t  newest_ms;              /* of the events that came for it; 0: none yet */
	bool     known;                  /* the cursor was read */
	FeedBatch *batch;
	Change  *change; size_t change_cap;
	KnownAs *name; size_t name_cap;
	Pages    pages;
	int      left;                   /* pages that this round may still read */
	int      patience;               /* for being throttled, beyond what every call has */
	int64_t  next_ms;                /* monotonic: no call before */
	uv_timer_t *timer;               /* the wait before the next one */
} TrailState;

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return POLL_MS;
}

static int64_t target(const Feed *f)
{
	const FeedsSpec *spec = &f->all->spec;
	int64_t back = feed_now_ms() - DAYS_BACK * DAY_MS;

	if (!spec->live && spec->backfill_ms > DAY_MS)
		return spec->since_ms + spec->backfill_ms - DAY_MS;      /* one screen shows a day of changes */
	return spec->live && back < spec->since_ms ? back : spec->since_ms;
}

static void drop_batch(TrailState *st)
{
	feed_batch_free(st->batch);
	st->batch = NULL;
}

static void done(void *state)
{
	TrailState *st = state;

	drop_batch(st);
	pages_done(&st->pages);
	free(st->change);
	free(st->name);
}

/* --- the pace --- */

static void ask_page(TrailState *st);

static void on_timer_closed(uv_handle_t *h)
{
	free(h);
}

/* true: it was running. */
static bool end_timer(TrailState *st)
{
	uv_timer_t *t = st->timer;

	if (!t)
		return false;
	st->timer = NULL;
	uv_close((uv_handle_t *)t, on_timer_closed);
	return true;
}

static void on_time(uv_timer_t *t)
{
	TrailState *st = t->data;
	Feeds *all = st->f->all;

	(void)end_timer(st);
	ask_page(st);
	feeds_release(all);
}

static void close_reader(void *state)
{
	TrailState *st = state;

	if (end_timer(st))
		st->f->all->pending--;       /* whoever closes looks whether that was the last */
}

static void ask_in_time(TrailState *st)
{
	int64_t wait = st->next_ms - clock_mono_ms();

	if (wait <= 0) {
		ask_page(st);
		return;
	}
	st->timer = xcalloc(1, sizeof *st->timer);
	(void)uv_timer_init(st->f->all->spec.session->loop, st->timer);
	st->timer->data = st;
	st->f->all->pending++;
	(void)uv_timer_start(st->timer, on_time, (uint64_t)wait, 0);
}

/* --- pages --- */

static void keep_change(TrailState *st, const Change *c)
{
	Arena *a = &st->batch->arena;
	size_t n = st->batch->b.change_count++;

	VEC_GROW(st->change, st->change_cap, n + 1);
	st->change[n] = *c;
	st->change[n].object = arena_str(a, c->object);
	st->change[n].from = arena_str(a, c->from);
	st->change[n].to = arena_str(a, c->to);
	st->change[n].by = arena_str(a, c->by);
	st->change[n].id = arena_str(a, c->id);
}

static void keep_name(TrailState *st, const KnownAs *k)
{
	size_t n = st->batch->b.name_count++;

	VEC_GROW(st->name, st->name_cap, n + 1);
	st->name[n] = (KnownAs){ arena_str(&st->batch->arena, k->id), arena_str(&st->batch->arena, k->name) };
}

static void keep_event(TrailState *st, const TrailEvent *event)
{
	Str table = st->f->all->spec.session->ctx->src.agents_table;
	TrailChanges found;
	Arena a = { 0 };

	trail_changes(&a, event, table, &found);
	for (size_t i = 0; i < found.n; i++)
		keep_change(st, &found.v[i]);
	if (found.has_known)
		keep_name(st, &found.known);
	arena_done(&a);
}

/* The oldest first: of two at about the same time each then meets what was seen of it. */
static void end_round(TrailState *st)
{
	Feed *f = st->f;
	FeedBatch *b = st->batch;
	size_t n = b->b.change_count;
	Change *change = ARENA_ARRAY(&b->arena, Change, n + 1);
	KnownAs *name = ARENA_ARRAY(&b->arena, KnownAs, b->b.name_count + 1);

	for (size_t i = 0; i < n; i++)
		change[i] = st->change[n - 1 - i];
	for (size_t i = 0; i < b->b.name_count; i++)
		name[i] = st->name[b->b.name_count - 1 - i];
	b->b.changes = change;
	b->b.names = name;
	feed_batch_cursor(b, cursor, trail_span_text(&st->span, &b->arena));
	st->view->covered_from_ms = trail_span_covered(&st->span);
	st->view->behind = st->view->covered_from_ms > target(f);
	st->batch = NULL;
	reader_store(f, b, POLL_MS);
}

static void begin(TrailState *st, TrailWant w)
{
	st->want = w;
	st->newest_ms = 0;
	pages_start(&st->pages, "CloudTrail's events", NULL, clock_mono_ms());
	ask_in_time(st);
}

static void stretch_over(TrailState *st, int64_t oldest_ms)
{
	TrailWant more;

	trail_span_read(&st->span, &st->want, oldest_ms, st->newest_ms);
	if (st->left > 0 && trail_span_more(&st->span, target(st->f), &more))
		begin(st, more);
	else
		end_round(st);
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	TrailState *st = arg;
	const TrailEvents *page = out;
	PagesStep step = PAGES_BROKEN;
	Err broken = { 0 };
	size_t n;

	if (err && err->fault == AWS_THROTTLED && st->patience-- > 0) {
		st->next_ms = clock_mono_ms() + BUSY_MS;
		ask_in_time(st);
		return;
	}
	if (err && pages_restart(&st->pages, err->code, err->err.text)) {
		ask_in_time(st);
		return;
	}
	/* What lies before the 90 days that it keeps is out of range, and for it no such time has been. */
	if (err && str_is(str_of(err->code), "InvalidTimeRangeException") && !st->span.kept_ms) {
		st->span.kept_ms = feed_now_ms() - TRAIL_KEPT_MS;
		begin(st, st->want.step == TRAIL_HEAD ? trail_span_head(&st->span, target(f)) : st->want);
		return;
	}
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->events.n, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		drop_batch(st);
		if (err)
			reader_fail(f, err);
		else
			reader_fail_err(f, &broken);
		return;
	}
	n = page->events.n;
	for (size_t i = 0; i < n; i++) {
		keep_event(st, &page->events.v[i]);
		st->newest_ms = page->events.v[i].time_ms > st->newest_ms ? page->events.v[i].time_ms : st->newest_ms;
	}
	st->left--;
	if (step == PAGES_DONE)
		stretch_over(st, 0);
	else if (st->left > 0 || !n)
		ask_in_time(st);
	else
		stretch_over(st, page->events.v[n - 1].time_ms);
}

static void ask_page(TrailState *st)
{
	TrailAttribute writes = { STR("ReadOnly"), STR("false") };
	TrailLookupIn in = { .attributes = { &writes, 1 }, .start_ms = st->want.lo_ms, .end_ms = st->want.hi_ms, .limit = PAGE,
	                     .next_token = st->pages.token };

	st->next_ms = clock_mono_ms() + BETWEEN_MS;
	feed_call(st->f, &op_cloudtrail_lookup_events, &in, on_page, st);
}

static void begin_round(TrailState *st)
{
	drop_batch(st);
	st->batch = feed_batch_new(st->f);
	st->patience = PATIENCE;
	st->left = st->f->all->spec.live ? ROUND_PAGES : ASK_PAGES;
	begin(st, trail_span_head(&st->span, target(st->f)));
}

/* --- where it had got to --- */

typedef struct SpanRead { TrailState *st; Arena arena; Str text; } SpanRead;

static int read_run(Store *s, void *work, Err *e)
{
	SpanRead *r = work;

	return store_cursor(s, cursor, &r->arena, &r->text, e);
}

static void read_done(void *work, const Err *err)
{
	SpanRead *r = work;
	TrailState *st = r->st;
	Feeds *all = st->f->all;

	if (!all->closing && err) {
		reader_fail_err(st->f, err);
	} else if (!all->closing) {
		trail_span_parse(&st->span, r->text);
		st->known = true;
		begin_round(st);
	}
	arena_done(&r->arena);
	free(r);
	feeds_release(all);
}

static void start(Feed *f, void *state, SourceView *view)
{
	TrailState *st = state;
	SpanRead *r;

	st->f = f;
	st->view = view;
	if (st->known) {
		begin_round(st);
		return;
	}
	r = xcalloc(1, sizeof *r);
	r->st = st;
	f->all->pending++;
	/* Through the writer, as the other cursors: then the file is there. */
	storeq_write(f->all->spec.queue, (StoreWork){ read_run, read_done, r });
}

const ChangeReader reader_trail = {
	.backend = CONF_BACKENDS, .interval_ms = interval, .state_size = sizeof(TrailState), .start = start, .close = close_reader, .done = done,
};
