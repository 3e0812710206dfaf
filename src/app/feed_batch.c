/* Batches on their way from a feed to the store: deep copies, because the answer they came in dies with its callback.
 */
#include "app/feed_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

FeedBatch *feed_batch_new(Feed *f)
{
	FeedBatch *b = xcalloc(1, sizeof *b);
	Session *s = f->all->spec.session;

	b->feed = f;
	b->b.prices = session_prices(s);
	b->b.mode = s->ledger;
	b->b.now_ms = feed_now_ms();
	b->b.requests = s->ctx->src.invocation_log_group.n > 0;
	memcpy(b->account, s->account, sizeof b->account);
	/* A copy: the client may be closed while the batch is on a worker. */
	b->region = arena_str(&b->arena, session_region(s));
	return b;
}

void feed_batch_job(FeedBatch *b, const Job *job)
{
	VEC_GROW(b->job, b->job_cap, b->b.job_count + 1);
	b->job[b->b.job_count] = *job;
	job_own(&b->arena, &b->job[b->b.job_count]);
	b->b.job_count++;
}

void feed_batch_line(FeedBatch *b, const LogLine *line)
{
	VEC_GROW(b->line, b->line_cap, b->b.line_count + 1);
	b->line[b->b.line_count] = *line;
	line_own(&b->arena, &b->line[b->b.line_count]);
	b->b.line_count++;
}

void feed_batch_cursor(FeedBatch *b, const char *name, Str value)
{
	b->cursor[b->b.cursor_count++] = (Cursor){ name, arena_str(&b->arena, value) };
}

void feed_batch_free(FeedBatch *b)
{
	if (!b)
		return;
	arena_done(&b->arena);
	free(b->job);
	free(b->line);
	free(b);
}

static int batch_run(Store *s, void *work, Err *e)
{
	FeedBatch *b = work;

	/* Numbers of two accounts must never meet in one file. */
	if (b->account[0] && store_pin_identity(s, str_of(b->account), b->region, e) < 0)
		return -1;
	return store_apply(s, &b->b, &b->delta, e);
}

static bool batch_is_empty(const StoreBatch *b)
{
	return !b->job_count && !b->line_count && !b->series_count && !b->agent_count && !b->agents_replace && !b->alarms_replace &&
	       !b->cursor_count && !b->charge_count && !b->change_count && !b->name_count && !b->traits && !b->platform;
}

static void batch_done(void *work, const Err *err)
{
	FeedBatch *b = work;
	Feeds *all = b->feed->all;

	if (!err && b->delta.news) {
		all->stored = true;
		all->news = b->delta.news;
	}
	if (!all->closing)
		b->then(b->feed, err, b->arg);
	feed_batch_free(b);
	feeds_release(all);
}

void feed_batch_write(FeedBatch *b, void (*then)(Feed *f, const Err *err, void *arg), void *arg)
{
	b->then = then;
	b->arg = arg;
	b->b.jobs = b->job;
	b->b.lines = b->line;
	b->b.cursors = b->cursor;
	b->feed->all->pending++;
	if (batch_is_empty(&b->b)) {
		batch_done(b, NULL);
		return;
	}
	storeq_write(b->feed->all->spec.queue, (StoreWork){ batch_run, batch_done, b });
}
