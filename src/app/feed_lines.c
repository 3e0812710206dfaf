/* COST_TRACKING lines from the jobs' log groups, and records of Bedrock's own log of the calls where that is read. FilterLogEvents is
 * what makes them whole: forward, and back into the past, as feed_span.h says; lines that arrive late are found by a longer look
 * back now and then. While a tail (feed_tail.h) brings the jobs' lines the second they arrive, the search only looks after it from time to
 * time, and at once when the tail may have missed something. */
#include "app/feed_impl.h"
#include "app/feed_push.h"
#include "app/feed_span.h"
#include "app/feed_tail.h"
#include "api/invocation.h"
#include "aws/pages.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum { WINDOW_MS = 10000, WINDOWS = 13, OVERLAP_MS = 300000, SWEEP_MS = 3600000, SWEEP_EVERY = 60, SLICE_MS = 6 * 3600000, KEEP_HEAD_MS = 60000 };
/* Lines are kept so long; jobs, which carry their tokens themselves, are read further back. */
#define BACK_MAX_MS (INT64_C(7) * 86400000)

typedef struct LinesState {
	size_t  group;                   /* the one that is read now */
	Pages   pages;
	Span    span, after;             /* after: once the range is stored */
	Range   range;
	int64_t newest_ms, started_ms;
	int64_t kept_head_ms;            /* the head that the store has */
	int64_t looked_ms;               /* monotonic: the last look at the live end */
	bool    failed;                  /* a group could not be read: the others are, the cursors stay */
	Err     err;
	Tail   *tail;
	Push   *push;
	bool    pushing;                 /* the last round was a question */
	bool    went_back;               /* it is not any more, and the store has to be told */
	int64_t count_from_ms, count[WINDOWS];     /* of the range under way: lines by stretches of WINDOW_MS */
} LinesState;

static int64_t interval(const ConfSources *src)
{
	return src->jobs_poll_ms;
}

static void free_state(void *state)
{
	LinesState *st = state;

	tail_free(st->tail);
	push_free(st->push);
	pages_done(&st->pages);
	free(st);
}

static void ask_page(Feed *f);

/* The jobs' groups, and behind them the one of Bedrock's own log. */
static size_t group_count(const ConfSources *src)
{
	return src->log_group_count + (src->invocation_log_group.n > 0);
}

static bool is_bedrocks(const ConfSources *src, size_t group)
{
	return group == src->log_group_count;
}

static void start_group(Feed *f, LinesState *st)
{
	pages_start(&st->pages, "CloudWatch Logs' job lines", NULL, clock_mono_ms());
	ask_page(f);
}

static void start_range(Feed *f, LinesState *st, Range r)
{
	st->range = r;
	st->started_ms = feed_now_ms();
	st->group = 0;
	st->newest_ms = 0;
	memset(st->count, 0, sizeof st->count);
	st->count_from_ms = (st->started_ms / WINDOW_MS - WINDOWS + 1) * WINDOW_MS;
	st->failed = false;
	start_group(f, st);
}

/* Of the live end alone: how many lines came in each stretch of ten seconds. */
static void count_line(LinesState *st, const LogLine *line, bool bedrock)
{
	int64_t at = (line->event_ms - st->count_from_ms) / WINDOW_MS;

	if (!bedrock && !st->range.back && line->event_ms >= st->count_from_ms && at < WINDOWS)
		st->count[at]++;
}

/* The newest stretch is not over, and lines of the one before may still be on their way. */
static void tell_counts(LinesState *st)
{
	for (int i = 0; i < WINDOWS; i++) {
		int64_t from = st->count_from_ms + i * (int64_t)WINDOW_MS;

		if (from >= st->range.from_ms && from + 2 * WINDOW_MS <= st->started_ms)
			push_count(st->push, st->count[i], from, from + WINDOW_MS);
	}
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
	if (!st->range.back) {
		st->looked_ms = clock_mono_ms();
		tell_counts(st);
		tail_was_read(st->tail, st->span.back_ms, st->started_ms);
	}
	f->pause_ms = tail_pause_ms(&f->view.tail, f->view.interval_ms);
	f->view.backfilling = f->all->spec.live && span_backward(&st->span, f->all->spec.since_ms,
															 back ? feed_now_ms() - back : 0, SLICE_MS, &next);
	/* Into the past slice by slice, as long as the live end need not be asked again. */
	if (!f->view.backfilling || clock_mono_ms() - st->looked_ms >= f->view.interval_ms) {
		feed_end(f, NULL);
		return;
	}
	if (!st->range.back) {
		f->view.fresh_ms = feed_now_ms();
		f->view.phase = FEED_OK;
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
	if (st->went_back)
		feed_batch_cursor(b, "push.on", STR("0"));
	st->went_back = false;
	if (st->after.back_ms != st->span.back_ms)
		feed_batch_cursor(b, "lines.back", arena_printf(&b->arena, "%lld", (long long)st->after.back_ms));
	feed_batch_write(b, range_done, st);
}

static void next_group(Feed *f, LinesState *st)
{
	if (++st->group < group_count(&f->all->spec.session->ctx->src))
		start_group(f, st);
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
	else if (st->pages.token.n)
		ask_page(f);
	else
		next_group(f, st);
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	LinesState *st = arg;
	const LogsFilterOut *page = out;
	bool bedrock = is_bedrocks(&f->all->spec.session->ctx->src, st->group);
	FeedBatch *b;
	Err broken = { 0 };

	if (err && pages_restart(&st->pages, err->code, err->err.text)) {
		ask_page(f);
		return;
	}
	if (err) {
		group_failed(f, st, err);
		return;
	}
	b = feed_batch_new(f);
	for (size_t i = 0; i < page->events.n; i++) {
		LogLine line;

		(bedrock ? record_invocation : record_line)(&b->arena, &page->events.v[i], &line);
		if (page->events.v[i].time_ms > st->newest_ms)
			st->newest_ms = page->events.v[i].time_ms;
		if (line.kind != LINE_COST && line.kind != LINE_INVOCATION)
			continue;
		count_line(st, &line, bedrock);
		f->view.items++;
		feed_batch_line(b, &line);
	}
	/* What has come is kept; that it is not all keeps the cursors where they are. */
	if (pages_next(&st->pages, page->next_token, page->events.n, clock_mono_ms(), &broken) == PAGES_BROKEN) {
		if (!st->failed)
			st->err = broken;
		st->failed = true;
	}
	feed_batch_write(b, page_stored, st);
}

static void ask_page(Feed *f)
{
	LinesState *st = f->state;
	const ConfSources *src = &f->all->spec.session->ctx->src;
	bool bedrock = is_bedrocks(src, st->group);
	Str group = bedrock ? src->invocation_log_group : src->log_groups[st->group];
	bool arn = str_starts(group, STR("arn:"));       /* of another account */
	LogsFilterIn in = {
		.group = arn ? STR("") : group, .group_arn = arn ? group : STR(""), .pattern = bedrock ? STR("ModelInvocationLog") : STR("COST_TRACKING"),
		.start_ms = st->range.from_ms, .end_ms = st->range.until_ms, .next_token = st->pages.token,
	};

	feed_call(f, &op_logs_filter_log_events, &in, on_page, st);
}

/* No cursor yet leaves 0. */
static void read_span(Feed *f, LinesState *st)
{
	st->span = (Span){ 0 };
	(void)str_i64(f->all->lines_head, &st->span.head_ms);
	(void)str_i64(f->all->lines_back, &st->span.back_ms);
}

static LinesState *state_of(Feed *f)
{
	LinesState *st = f->state;

	if (st)
		return st;
	st = f->state = xcalloc(1, sizeof *st);
	read_span(f, st);
	st->tail = tail_new(f);
	st->push = push_new(f);
	return st;
}

static void resume(Feed *f)
{
	LinesState *st = f->state;

	read_span(f, st);
	push_resume(st->push);
	st->pushing = false;
	tail_resume(st->tail);
}

/* Lines are not taken in any more, or they are again from where Insights has come to. */
static void switch_over(Feed *f, LinesState *st, bool push)
{
	int64_t until = push_until_ms(st->push);

	st->pushing = push;
	if (push) {
		tail_close(st->tail);
		f->view.tail = (TailView){ 0 };
		f->pause_ms = 0;
		return;
	}
	st->went_back = true;
	tail_resume(st->tail);
	f->view.interval_ms = interval(&f->all->spec.session->ctx->src);
	f->view.pushed = f->view.pushed ? (f->view.pushed & ~(unsigned)PUSHED_ON) | PUSHED_SOME : 0;
	if (st->span.head_ms && until > st->span.head_ms)
		st->span.head_ms = until;
}

static void start(Feed *f)
{
	LinesState *st = state_of(f);
	int64_t since = f->all->spec.since_ms;
	bool sweep = f->view.rounds % SWEEP_EVERY == SWEEP_EVERY - 1;

	if (!group_count(&f->all->spec.session->ctx->src)) {
		feed_end(f, NULL);
		return;
	}
	if (push_is_on(st->push) != st->pushing)
		switch_over(f, st, !st->pushing);
	if (st->pushing) {
		push_round(st->push);
		return;
	}
	/* Time that nobody watched, or a wider question: the span begins anew with what is asked for. */
	if (st->span.head_ms < since || st->span.back_ms > since)
		st->span = (Span){ 0 };
	start_range(f, st, span_forward(&st->span, since, sweep ? SWEEP_MS : OVERLAP_MS));
}

static void tick(Feed *f, int64_t now_ms)
{
	LinesState *st = state_of(f);

	if (!push_is_on(st->push))
		tail_tick(st->tail, now_ms);
}

static void close_tail(Feed *f)
{
	LinesState *st = f->state;

	if (!st)
		return;
	tail_close(st->tail);
	push_close(st->push);
}

const FeedClass feed_class_lines = {
	.name = "cost lines", .interval_ms = interval, .start = start, .free_state = free_state, .tick = tick, .close = close_tail,
	.resume = resume, .since_ms = feed_since,
};
