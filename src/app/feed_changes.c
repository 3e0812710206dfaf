/* What was changed, as services other than the agents table know it: one reader after the other, each with its own interval. One
 * that is denied or not here is left alone for a while, and named; it does not fail the feed. */
#include "app/changes_readers.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/unserved.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "store/platform.h"

enum { LEFT_ALONE_MS = 900000, TRY_AGAIN_MS = 15000 };

/* In the order of source_reader_name. */
static const ChangeReader *const readers[CHANGE_READERS] = { &reader_trail, &reader_agentcore, &reader_classic, &reader_models, &reader_labels };
enum { READERS = CHANGE_READERS };

typedef struct ChangesState {
	void   *of[CHANGE_READERS];
	int64_t due_ms[CHANGE_READERS];        /* monotonic */
	int     at;                            /* the reader whose turn it is */
	int64_t wait_ms;                       /* what reader_store was told */
	bool    answered, failed;              /* in this round: anybody; somebody in earnest */
	Err     err;
} ChangesState;

static int64_t interval(const ConfSources *src)
{
	int64_t least = readers[0]->interval_ms(src);

	for (int i = 1; i < READERS; i++)
		if (readers[i]->interval_ms(src) < least)
			least = readers[i]->interval_ms(src);
	return least;
}

static void free_state(void *state)
{
	ChangesState *st = state;

	for (int i = 0; i < READERS; i++) {
		if (st->of[i] && readers[i]->done)
			readers[i]->done(st->of[i]);
		free(st->of[i]);
	}
	free(st);
}

static void on_close(Feed *f)
{
	ChangesState *st = f->state;

	for (int i = 0; st && i < READERS; i++)
		if (st->of[i] && readers[i]->close)
			readers[i]->close(st->of[i]);
}

/* A feed that only asks once must not take the part for the whole; one that goes on shows what there is and names the rest. */
static void round_over(Feed *f, ChangesState *st)
{
	int64_t next = INT64_MAX, now = clock_mono_ms();

	for (int i = 0; i < READERS; i++)
		next = st->due_ms[i] < next ? st->due_ms[i] : next;
	f->pause_ms = next > now ? next - now : 1;
	feed_end(f, st->failed && (!f->all->spec.live || !st->answered) ? &st->err : NULL);
}

static void next_reader(Feed *f, ChangesState *st, int64_t wait_ms);

static void on_left_out(Feed *f, const Err *err, void *arg)
{
	(void)err;                       /* what is kept is left out again with the next round */
	(void)arg;
	next_reader(f, f->state, LEFT_ALONE_MS);
}

/* The configuration does not want this back end: what was kept of it must not be taken for what is there. Nobody is told of a change. */
static void leave_out(Feed *f, ChangesState *st)
{
	FeedBatch *b = feed_batch_new(f);
	Platform *none = ARENA_NEW(&b->arena, Platform);

	*none = (Platform){ .source = source_reader_of(st->at) };
	b->b.platform = none;
	f->view.sources.v[st->at].state = SOURCE_LEFT_OUT;
	st->answered = true;
	feed_batch_write(b, on_left_out, NULL);
}

static void go_on(Feed *f, ChangesState *st)
{
	while (st->at < READERS && st->due_ms[st->at] > clock_mono_ms())
		st->at++;
	if (st->at == READERS) {
		round_over(f, st);
		return;
	}
	if (config_leaves_out(&f->all->spec.session->ctx->src, readers[st->at]->backend)) {
		leave_out(f, st);
		return;
	}
	if (!st->of[st->at])
		st->of[st->at] = xcalloc(1, readers[st->at]->state_size);
	readers[st->at]->start(f, st->of[st->at], &f->view.sources.v[st->at]);
}

static void next_reader(Feed *f, ChangesState *st, int64_t wait_ms)
{
	int64_t least = readers[st->at]->interval_ms(&f->all->spec.session->ctx->src);

	st->due_ms[st->at] = clock_mono_ms() + (wait_ms > least ? wait_ms : least);
	st->at++;
	feed_progress(f);
	go_on(f, st);
}

void reader_end(Feed *f, int64_t wait_ms)
{
	ChangesState *st = f->state;
	SourceView *v = &f->view.sources.v[st->at];

	v->state = SOURCE_OK;
	v->fresh_ms = feed_now_ms();
	v->why[0] = v->lacks[0] = 0;
	st->answered = true;
	next_reader(f, st, wait_ms);
}

/* Nobody knows beforehand in which Regions a service is: a name that leads nowhere while other services answer says so. */
static SourceState state_of(const ChangesState *st, const AwsError *err)
{
	if (err->fault == AWS_DENIED)
		return SOURCE_DENIED;
	return aws_is_unserved(err) || (err->fault == AWS_NETWORK && st->answered) ? SOURCE_ABSENT : SOURCE_FAILED;
}

void reader_fail(Feed *f, const AwsError *err)
{
	ChangesState *st = f->state;
	SourceView *v = &f->view.sources.v[st->at];

	v->state = state_of(st, err);
	(void)snprintf(v->why, sizeof v->why, "%.399s", err->err.text);
	(void)snprintf(v->lacks, sizeof v->lacks, "%s", err->lacks);
	f->view.lacks[0] = 0;            /* it is the source's, not the feed's */
	st->answered |= err->fault != AWS_NETWORK;
	if (v->state == SOURCE_FAILED) {
		st->failed = true;
		st->err = err->err;
	}
	next_reader(f, st, v->state == SOURCE_FAILED ? TRY_AGAIN_MS : LEFT_ALONE_MS);
}

void reader_fail_err(Feed *f, const Err *err)
{
	AwsError e = { .fault = AWS_OTHER, .err = *err };

	reader_fail(f, &e);
}

static void on_stored(Feed *f, const Err *err, void *arg)
{
	ChangesState *st = f->state;

	(void)arg;
	if (err)
		reader_fail_err(f, err);
	else
		reader_end(f, st->wait_ms);
}

void reader_store(Feed *f, FeedBatch *b, int64_t wait_ms)
{
	ChangesState *st = f->state;

	st->wait_ms = wait_ms;
	feed_batch_write(b, on_stored, NULL);
}

static void start(Feed *f)
{
	ChangesState *st = f->state;

	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	for (int i = 0; i < READERS; i++)
		f->view.sources.v[i].name = source_reader_name(i);
	f->view.sources.n = READERS;
	st->at = 0;
	st->answered = st->failed = false;
	if (f->hurried)
		for (int i = 0; i < READERS; i++)
			st->due_ms[i] = 0;
	f->hurried = false;
	go_on(f, st);
}

const FeedClass feed_class_changes = {
	.name = "changes", .interval_ms = interval, .start = start, .free_state = free_state, .close = on_close
};
