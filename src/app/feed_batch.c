/* Batches on their way from a feed to the store: deep copies, because the answer they came in dies with its callback.
 */
#include "app/feed_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static const size_t job_texts[] = {
	offsetof(Job, id), offsetof(Job, trace_id), offsetof(Job, tenant), offsetof(Job, persona), offsetof(Job, agent),
	offsetof(Job, version), offsetof(Job, model), offsetof(Job, status), offsetof(Job, error_code),
	offsetof(Job, error_message), offsetof(Job, request_id), offsetof(Job, pointer), offsetof(Job, template_id),
	offsetof(Job, template_version), offsetof(Job, template_sha), offsetof(Job, service_tier), offsetof(Job, region),
	offsetof(Job, stop_reason),
};
static const size_t line_texts[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, level), offsetof(LogLine, trace_id), offsetof(LogLine, job_id),
	offsetof(LogLine, request_id), offsetof(LogLine, tenant), offsetof(LogLine, persona), offsetof(LogLine, agent),
	offsetof(LogLine, version), offsetof(LogLine, model), offsetof(LogLine, service_tier), offsetof(LogLine, text),
};

static void own_texts(Arena *a, void *record, const size_t *offset, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		Str *s = (Str *)((char *)record + offset[i]);

		if (s->n)
			*s = arena_str(a, *s);
	}
}

FeedBatch *feed_batch_new(Feed *f)
{
	FeedBatch *b = xcalloc(1, sizeof *b);
	Session *s = f->all->spec.session;

	b->feed = f;
	b->b.prices = session_prices(s);
	b->b.mode = s->ledger;
	b->b.now_ms = feed_now_ms();
	memcpy(b->account, s->account, sizeof b->account);
	/* A copy: the client may be closed while the batch is on a worker. */
	b->region = arena_str(&b->arena, session_region(s));
	return b;
}

void feed_batch_job(FeedBatch *b, const Job *job)
{
	VEC_GROW(b->job, b->job_cap, b->b.job_count + 1);
	b->job[b->b.job_count] = *job;
	own_texts(&b->arena, &b->job[b->b.job_count], job_texts, sizeof job_texts / sizeof *job_texts);
	b->b.job_count++;
}

void feed_batch_line(FeedBatch *b, const LogLine *line)
{
	VEC_GROW(b->line, b->line_cap, b->b.line_count + 1);
	b->line[b->b.line_count] = *line;
	own_texts(&b->arena, &b->line[b->b.line_count], line_texts, sizeof line_texts / sizeof *line_texts);
	b->b.line_count++;
}

void feed_batch_cursor(FeedBatch *b, const char *name, Str value)
{
	b->cursor[b->b.cursor_count++] = (Cursor){ name, arena_str(&b->arena, value) };
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
	return !b->job_count && !b->line_count && !b->series_count && !b->agent_count && !b->agents_replace && !b->cursor_count;
}

/* Whether figures can differ after it. How far back the jobs are complete is one of them. */
static bool batch_was_news(const FeedBatch *b)
{
	const StoreDelta *d = &b->delta;

	for (size_t i = 0; i < b->b.cursor_count; i++)
		if (strcmp(b->cursor[i].feed, "jobs.back") == 0)
			return true;
	return d->jobs_new || d->jobs_changed || d->lines_new || d->series || d->agents || b->b.agents_replace;
}

static void batch_done(void *work, const Err *err)
{
	FeedBatch *b = work;
	Feeds *all = b->feed->all;

	all->stored |= !err && batch_was_news(b);
	if (!all->closing)
		b->then(b->feed, err, b->arg);
	arena_done(&b->arena);
	free(b->job);
	free(b->line);
	free(b);
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
