/* COST_TRACKING lines from the jobs' log groups, by FilterLogEvents: the only source that gives each event an id, so
 * the only one that money is booked from. An empty page with a token is normal and followed; a token that comes back
 * unchanged ends the chain. */
#include "app/feed_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum { OVERLAP_MS = 300000, PAGES_MAX = 20000, SLICE_MS = 6 * 3600000 };
/* Lines are kept so long; jobs, which carry their tokens themselves, are read further back. */
#define BACK_MAX_MS (INT64_C(7) * 86400000)

typedef struct LinesState {
	size_t  group;                   /* the one that is read now */
	Str     token;
	Arena   tokens[2];               /* the last token and the one before: compared, then swapped */
	int     turn, pages;
	int64_t head_ms, back_ms, from_ms, until_ms, newest_ms;
	int64_t looked_ms;               /* monotonic: the last look at the live end */
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

/* Into the past slice by slice, as long as the live end need not be asked again. */
static bool next_slice(Feed *f, LinesState *st)
{
	int64_t span = f->all->spec.backfill_ms < BACK_MAX_MS ? f->all->spec.backfill_ms : BACK_MAX_MS;
	int64_t want = feed_now_ms() - span;

	f->view.backfilling = f->all->spec.live && span && st->back_ms > want;
	if (!f->view.backfilling || clock_mono_ms() - st->looked_ms >= f->view.interval_ms)
		return false;
	st->until_ms = st->back_ms;
	st->from_ms = st->back_ms - SLICE_MS > want ? st->back_ms - SLICE_MS : want;
	st->group = 0;
	st->token = STR("");
	st->pages = 0;
	st->newest_ms = 0;
	return true;
}

static void round_done(Feed *f, const Err *err, void *arg)
{
	LinesState *st = arg;

	if (!err) {
		if (st->newest_ms > st->head_ms)
			st->head_ms = st->newest_ms;
		if (!st->back_ms || st->from_ms < st->back_ms)
			st->back_ms = st->from_ms ? st->from_ms : 1;
		f->view.covered_from_ms = st->back_ms;
		if (!st->until_ms)
			st->looked_ms = clock_mono_ms();
		if (next_slice(f, st)) {
			feed_progress(f);
			ask_page(f);
			return;
		}
	}
	feed_end(f, err);
}

static void groups_done(Feed *f, LinesState *st)
{
	FeedBatch *b = feed_batch_new(f);
	int64_t head = st->newest_ms > st->head_ms ? st->newest_ms : st->head_ms;
	int64_t back = !st->back_ms || st->from_ms < st->back_ms ? st->from_ms : st->back_ms;

	if (head)
		feed_batch_cursor(b, "lines.head", arena_printf(&b->arena, "%lld", (long long)head));
	feed_batch_cursor(b, "lines.back", arena_printf(&b->arena, "%lld", (long long)(back ? back : 1)));
	feed_batch_write(b, round_done, st);
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

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	LinesState *st = arg;
	const LogsFilterOut *page = out;
	FeedBatch *b;
	Arena *keep;

	if (err) {
		feed_end(f, &err->err);
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
	if (page->next_token.n && (str_eq(page->next_token, st->token) || ++st->pages > PAGES_MAX)) {
		st->token = STR("");
	} else {
		keep = &st->tokens[st->turn ^= 1];
		arena_reset(keep);
		st->token = page->next_token.n ? arena_str(keep, page->next_token) : STR("");
	}
	feed_batch_write(b, page_stored, st);
}

static void ask_page(Feed *f)
{
	LinesState *st = f->state;
	const ConfSources *src = &f->all->spec.session->ctx->src;
	LogsFilterIn in = {
		.group = src->log_groups[st->group].p, .pattern = "COST_TRACKING",
		.start_ms = st->from_ms, .end_ms = st->until_ms, .next_token = st->token,
	};

	feed_call(f, &op_logs_filter_log_events, &in, on_page, st);
}

static void start(Feed *f)
{
	LinesState *st = f->state;
	int64_t since = f->all->spec.since_ms;

	if (!st) {
		st = f->state = xcalloc(1, sizeof *st);
		(void)str_i64(f->all->lines_head, &st->head_ms);    /* no cursor yet leaves 0 */
		(void)str_i64(f->all->lines_back, &st->back_ms);
	}
	if (!f->all->spec.session->ctx->src.log_group_count) {
		feed_end(f, NULL);
		return;
	}
	st->group = 0;
	st->token = STR("");
	st->pages = 0;
	st->newest_ms = 0;
	st->until_ms = 0;
	st->from_ms = st->head_ms && st->back_ms && st->back_ms <= since ? st->head_ms - OVERLAP_MS : since;
	if (st->from_ms < since)
		st->from_ms = since;
	ask_page(f);
}

const FeedClass feed_class_lines = {
	.name = "cost lines", .interval_ms = interval, .start = start, .free_state = free_state
};
