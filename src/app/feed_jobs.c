/* Jobs from the DynamoDB table: its GSI (status, updatedAt) is asked status by status, forward from what was seen last
 * and backward into the past (feed_span.h). Now and then a sweep reads the live end from further back, so that late and
 * out-of-order items are found too. Rows are idempotent in the store: an overlap costs reads and never money. */
#include "app/feed_impl.h"
#include "app/feed_span.h"
#include "aws/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

enum {
	OVERLAP_MS = 120000,
	SWEEP_EVERY = 12,                /* every so many rounds the last sweep_ms are read again */
	SWEEP_ITEMS = 1000,              /* which is sized to about so many items */
	SLICE_MS = 6 * 3600000,
	DAY_MS = 86400000,
	SCAN_EVERY_MS = 300000,          /* a table without its index is read whole each time */
};

static const char *const statuses[] = { "running", "queued", "failed", "succeeded", "cancelled" };
enum { STATUSES = sizeof statuses / sizeof *statuses };

typedef struct Scan {                    /* the chain of pages of one status */
	Feed *f;
	int   status;
	Pages pages;
	bool  use_scan;
} Scan;

typedef struct JobsState {
	Scan    scan[STATUSES];
	Range   range;
	int     open;                    /* chains that still run */
	bool    failed, no_index;
	Err     err;
	Span    span, after;             /* after: once the range is stored */
	int64_t newest_ms, items;        /* in this range */
	bool    sweeping;
	int64_t sweep_ms;
	int64_t looked_ms;               /* monotonic: the last look at the live end */
} JobsState;

static int64_t interval(const ConfSources *src)
{
	return src->jobs_poll_ms;
}

static int64_t cursor_ms(Str s)
{
	int64_t ms = 0;

	return str_i64(s, &ms) < 0 ? 0 : ms;
}

static void resume(Feed *f)
{
	JobsState *st = f->state;

	st->span = (Span){ cursor_ms(f->all->jobs_head), cursor_ms(f->all->jobs_back) };
	f->view.covered_from_ms = st->span.back_ms;
}

static JobsState *state_of(Feed *f)
{
	JobsState *st = f->state;

	if (st)
		return st;
	st = f->state = xcalloc(1, sizeof *st);
	st->sweep_ms = SLICE_MS;
	resume(f);
	return st;
}

static void free_state(void *state)
{
	JobsState *st = state;

	for (int i = 0; i < STATUSES; i++)
		pages_done(&st->scan[i].pages);
	free(st);
}

static int64_t backfill_from(const Feed *f)
{
	int64_t back = f->all->spec.backfill_ms;

	return back && f->all->spec.live ? feed_now_ms() - back : 0;
}

static void start_range(Feed *f, JobsState *st);

/* A sweep is sized by what it read: about SWEEP_ITEMS, at least the overlap, at most a day. */
static void size_sweep(JobsState *st)
{
	if (st->items > SWEEP_ITEMS)
		st->sweep_ms = st->sweep_ms / 2 > OVERLAP_MS ? st->sweep_ms / 2 : OVERLAP_MS;
	else if (st->items < SWEEP_ITEMS / 4)
		st->sweep_ms = st->sweep_ms * 2 < DAY_MS ? st->sweep_ms * 2 : DAY_MS;
}

static void range_done(Feed *f, JobsState *st)
{
	Range next;

	if (st->failed) {
		feed_end(f, &st->err);
		return;
	}
	st->span = st->after;
	f->view.covered_from_ms = st->span.back_ms;
	f->view.backfilling = span_backward(&st->span, f->all->spec.since_ms, backfill_from(f), SLICE_MS, &next);
	if (!st->range.back) {
		st->looked_ms = clock_mono_ms();
		if (st->sweeping)
			size_sweep(st);
	}
	/* The past is read slice by slice without a pause, but the live end keeps its interval. */
	if (!f->view.backfilling || (f->view.slowed && st->range.back) || (f->all->spec.live && clock_mono_ms() - st->looked_ms >= f->view.interval_ms)) {
		feed_end(f, NULL);
		return;
	}
	if (!st->range.back) {
		f->view.fresh_ms = feed_now_ms();
		f->view.phase = FEED_OK;
	}
	feed_progress(f);
	st->range = next;
	start_range(f, st);
}

static void cursor_done(Feed *f, const Err *err, void *arg)
{
	JobsState *st = arg;

	if (err && !st->failed) {
		st->failed = true;
		st->err = *err;
	}
	range_done(f, st);
}

/* All chains of the range ended: only now may the cursors move. */
static void chains_done(Feed *f, JobsState *st)
{
	FeedBatch *b;

	if (st->failed) {
		range_done(f, st);
		return;
	}
	st->after = span_after(&st->span, &st->range, st->newest_ms, feed_now_ms());
	b = feed_batch_new(f);
	if (st->after.head_ms != st->span.head_ms)
		feed_batch_cursor(b, "jobs.head", arena_printf(&b->arena, "%lld", (long long)st->after.head_ms));
	if (st->after.back_ms != st->span.back_ms)
		feed_batch_cursor(b, "jobs.back", arena_printf(&b->arena, "%lld", (long long)st->after.back_ms));
	feed_batch_write(b, cursor_done, st);
}

static void ask_page(Scan *sc);

static void start_chain(Scan *sc)
{
	pages_start(&sc->pages, "DynamoDB's jobs", NULL, clock_mono_ms());
	ask_page(sc);
}

static void chain_end(Scan *sc, const Err *err)
{
	JobsState *st = sc->f->state;

	if (err && !st->failed) {
		st->failed = true;
		st->err = *err;
	}
	pages_done(&sc->pages);
	if (--st->open == 0)
		chains_done(sc->f, st);
}

static void page_stored(Feed *f, const Err *err, void *arg)
{
	Scan *sc = arg;
	JobsState *st = f->state;

	feed_progress(f);
	if (err || st->failed || !sc->pages.token.n)
		chain_end(sc, err);
	else
		ask_page(sc);
}

/* An index that is not there is no reason to show nothing: the table is scanned then, which costs more. */
static bool index_is_missing(const AwsError *err)
{
	return err->fault == AWS_VALIDATION && strstr(err->err.text, "specified index") != NULL;
}

/* One scan reads all there is, so it stands for the whole past and for all statuses. */
static void range_of_scan(Feed *f, JobsState *st)
{
	int64_t from = f->all->spec.since_ms, want = backfill_from(f);

	st->range = (Range){ want && want < from ? want : from, 0, false };
	if (f->view.interval_ms < SCAN_EVERY_MS)
		f->view.interval_ms = SCAN_EVERY_MS;
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	Scan *sc = arg;
	JobsState *st = f->state;
	const DdbPage *page = out;
	FeedBatch *b;
	Err broken = { 0 };

	if (err && index_is_missing(err) && !st->no_index) {
		st->no_index = true;
		range_of_scan(f, st);
		sc->use_scan = true;
		start_chain(sc);
		return;
	}
	if (err) {
		/* The one chain that scans stands for all statuses. */
		chain_end(sc, st->no_index && !sc->use_scan && index_is_missing(err) ? NULL : &err->err);
		return;
	}
	if (pages_next(&sc->pages, page->last_key_json, page->count, clock_mono_ms(), &broken) == PAGES_BROKEN) {
		chain_end(sc, &broken);
		return;
	}
	b = feed_batch_new(f);
	for (size_t i = 0; i < page->count; i++) {
		Job job;
		Err e = { 0 };

		if (record_job(jv_at(page->items, i), &job, &e) < 0) {
			f->view.skipped++;
			f->view.err = e;
			continue;
		}
		if (sc->use_scan && job.updated_ms < st->range.from_ms)
			continue;
		if (job.updated_ms > st->newest_ms)
			st->newest_ms = job.updated_ms;
		st->items++;
		f->view.items++;
		feed_batch_job(b, &job);
	}
	feed_batch_write(b, page_stored, sc);
}

static void ask_page(Scan *sc)
{
	Feed *f = sc->f;
	JobsState *st = f->state;
	const ConfSources *src = &f->all->spec.session->ctx->src;
	char from[TIME_TEXT], until[TIME_TEXT];
	const DdbName names[] = { { "#s", "status" }, { "#u", "updatedAt" } };
	DdbField values[] = {
		{ ":s", { .type = DDB_S, .s = str_of(statuses[sc->status]) } },
		{ ":from", { .type = DDB_S } }, { ":until", { .type = DDB_S } },
	};
	DdbQueryIn in = {
		.table = src->jobs_table.p, .index = src->jobs_index.p, .start_key_json = sc->pages.token,
		.key_condition = st->range.until_ms ? "#s = :s AND #u BETWEEN :from AND :until" : "#s = :s AND #u >= :from",
		.names = names, .name_count = 2, .values = values, .value_count = st->range.until_ms ? 3 : 2,
	};

	if (sc->use_scan)
		in = (DdbQueryIn){ .table = src->jobs_table.p, .start_key_json = sc->pages.token };
	time_format_iso(st->range.from_ms, from);
	time_format_iso(st->range.until_ms, until);
	values[1].v.s = str_of(from);
	values[2].v.s = str_of(until);
	feed_call(f, sc->use_scan ? &op_dynamodb_scan : &op_dynamodb_query, &in, on_page, sc);
}

static void start_range(Feed *f, JobsState *st)
{
	st->open = st->no_index ? 1 : STATUSES;
	st->newest_ms = 0;
	st->items = 0;
	st->failed = false;
	for (int i = 0; i < (st->no_index ? 1 : STATUSES); i++) {
		Scan *sc = &st->scan[i];

		sc->f = f;
		sc->status = i;
		sc->use_scan = st->no_index;
		start_chain(sc);
	}
}

static void start(Feed *f)
{
	JobsState *st = state_of(f);

	st->sweeping = f->view.rounds && f->view.rounds % SWEEP_EVERY == 0;
	st->range = span_forward(&st->span, f->all->spec.since_ms, st->sweeping ? st->sweep_ms : OVERLAP_MS);
	if (st->no_index)
		range_of_scan(f, st);
	start_range(f, st);
}

const FeedClass feed_class_jobs = {
	.costs = true, .name = "jobs", .interval_ms = interval, .start = start, .free_state = free_state, .resume = resume, .since_ms = feed_since
};
