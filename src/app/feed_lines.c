/* COST_TRACKING lines from the jobs' log groups, by FilterLogEvents: the only source that gives each event an id, so
 * the only one that money is booked from. An empty page with a token is normal and followed; a token that comes back
 * unchanged ends the chain. Forward, and back into the past, as feed_span.h says; lines that arrive late are found by a
 * longer look back now and then. */
#include "app/feed_impl.h"
#include "app/feed_span.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum { OVERLAP_MS = 300000, SWEEP_MS = 3600000, SWEEP_EVERY = 60, SLICE_MS = 6 * 3600000, PAGES_MAX = 20000,
	KEEP_HEAD_MS = 60000 };
/* Lines are kept so long; jobs, which carry their tokens themselves, are read further back. */
#define BACK_MAX_MS (INT64_C(7) * 86400000)

typedef struct LinesState {
	size_t  group;                   /* the one that is read now */
	Str     token;
	Arena   tokens[2];               /* the last token and the one before: compared, then swapped */
	int     turn, pages;
	Span    span, after;             /* after: once the range is stored */
	Range   range;
	int64_t newest_ms, started_ms;
	int64_t kept_head_ms;            /* the head that the store has */
	int64_t looked_ms;               /* monotonic: the last look at the live end */
	bool    failed;                  /* a group could not be read: the others are, the cursors stay */
	Err     err;
} LinesState;

static int64_t interval(const ConfSources *src)
{
	return src->jobs_poll_ms;
}

static void free_state(void *state)
{
	LinesState *st = state;

	arena_done(&st->tokens[0]);
	arena_done(&st->tokens[1]);
	free(st);
}

static void ask_page(Feed *f);

static void start_range(Feed *f, LinesState *st, Range r)
{
	st->range = r;
	st->started_ms = feed_now_ms();
	st->group = 0;
	st->token = STR("");
	st->pages = 0;
	st->newest_ms = 0;
	st->failed = false;
	ask_page(f);
}

static void range_done(Feed *f, const Err *err, void *arg)
{
	LinesState *st = arg;
	int64_t back = f->all->spec.backfill_ms < BACK_MAX_MS ? f->all->spec.backfill_ms : BACK_MAX_MS;
	Range next;

	if (err) {
		feed_end(f, err);
		return;
	}
	st->span = st->after;
	f->view.covered_from_ms = st->span.back_ms;
	if (!st->range.back)
		st->looked_ms = clock_mono_ms();
	f->view.backfilling = f->all->spec.live && span_backward(&st->span, f->all->spec.since_ms,
															 back ? feed_now_ms() - back : 0, SLICE_MS, &next);
	/* Into the past slice by slice, as long as the live end need not be asked again. */
	if (!f->view.backfilling || clock_mono_ms() - st->looked_ms >= f->view.interval_ms) {
		feed_end(f, NULL);
		return;
	}
	feed_progress(f);
	start_range(f, st, next);
}

static void groups_done(Feed *f, LinesState *st)
{
	FeedBatch *b;
	int64_t newest = st->newest_ms > st->started_ms ? st->newest_ms : st->started_ms;

	if (st->failed) {
		feed_end(f, &st->err);
		return;
	}
	/* What was there when the range began has come, also when no line of ours was among it. */
	st->after = span_after(&st->span, &st->range, newest, st->started_ms);
	b = feed_batch_new(f);
	/* The head moves in each round. Kept once a minute, it costs the next start one more minute of lines. */
	if (st->after.head_ms - st->kept_head_ms >= KEEP_HEAD_MS) {
		st->kept_head_ms = st->after.head_ms;
		feed_batch_cursor(b, "lines.head", arena_printf(&b->arena, "%lld", (long long)st->after.head_ms));
	}
	if (st->after.back_ms != st->span.back_ms)
		feed_batch_cursor(b, "lines.back", arena_printf(&b->arena, "%lld", (long long)st->after.back_ms));
	feed_batch_write(b, range_done, st);
}

static void next_group(Feed *f, LinesState *st)
{
	st->token = STR("");
	st->pages = 0;
	if (++st->group < f->all->spec.session->ctx->src.log_group_count)
		ask_page(f);
	else
		groups_done(f, st);
}

/* One group that is gone or closed to us must not hide the others. */
static void group_failed(Feed *f, LinesState *st, const AwsError *err)
{
	if (!st->failed)
		st->err = err->err;
	st->failed = true;
	if (err->fault == AWS_NOT_FOUND || err->fault == AWS_DENIED)
		next_group(f, st);
	else
		feed_end(f, &st->err);
}

static void page_stored(Feed *f, const Err *err, void *arg)
{
	LinesState *st = arg;

	feed_progress(f);
	if (err)
		feed_end(f, err);
	else if (st->token.n)
		ask_page(f);
	else
		next_group(f, st);
}

static void take_token(LinesState *st, Str token)
{
	Arena *keep = &st->tokens[st->turn ^= 1];

	if (str_eq(token, st->token))
		token = STR("");
	if (token.n && ++st->pages > PAGES_MAX) {
		token = STR("");
		st->failed = true;
		err_set(&st->err, "CloudWatch Logs came to no end within %d pages; ask for less time", PAGES_MAX);
	}
	arena_reset(keep);
	st->token = token.n ? arena_str(keep, token) : token;
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	LinesState *st = arg;
	const LogsFilterOut *page = out;
	FeedBatch *b;

	if (err) {
		group_failed(f, st, err);
		return;
	}
	b = feed_batch_new(f);
	for (size_t i = 0; i < page->count; i++) {
		LogLine line;

		record_line(&b->arena, &page->event[i], &line);
		if (page->event[i].time_ms > st->newest_ms)
			st->newest_ms = page->event[i].time_ms;
		if (line.kind != LINE_COST)
			continue;
		f->view.items++;
		feed_batch_line(b, &line);
	}
	take_token(st, page->next_token);
	feed_batch_write(b, page_stored, st);
}

static void ask_page(Feed *f)
{
	LinesState *st = f->state;
	const ConfSources *src = &f->all->spec.session->ctx->src;
	LogsFilterIn in = {
		.group = src->log_groups[st->group].p, .pattern = "COST_TRACKING",
		.start_ms = st->range.from_ms, .end_ms = st->range.until_ms, .next_token = st->token,
	};

	feed_call(f, &op_logs_filter_log_events, &in, on_page, st);
}

static LinesState *state_of(Feed *f)
{
	LinesState *st = f->state;

	if (st)
		return st;
	st = f->state = xcalloc(1, sizeof *st);
	(void)str_i64(f->all->lines_head, &st->span.head_ms);    /* no cursor yet leaves 0 */
	(void)str_i64(f->all->lines_back, &st->span.back_ms);
	return st;
}

static void start(Feed *f)
{
	LinesState *st = state_of(f);
	int64_t since = f->all->spec.since_ms;
	bool sweep = f->view.rounds % SWEEP_EVERY == SWEEP_EVERY - 1;

	if (!f->all->spec.session->ctx->src.log_group_count) {
		feed_end(f, NULL);
		return;
	}
	/* Time that nobody watched, or a wider question: the span begins anew with what is asked for. */
	if (st->span.head_ms < since || st->span.back_ms > since)
		st->span = (Span){ 0 };
	start_range(f, st, span_forward(&st->span, since, sweep ? SWEEP_MS : OVERLAP_MS));
}

const FeedClass feed_class_lines = {
	.name = "cost lines", .interval_ms = interval, .start = start, .free_state = free_state
};
