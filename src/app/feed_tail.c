#include "app/feed_tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "aws/partition.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum {
	PENDING_MAX = 20000,             /* lines that wait for the store; more of them are left to FilterLogEvents */
	STEADY_MS = 60000,               /* a session that held so long was none of a row of failures */
	BASE_MS = 1000, FAILURES_TOLD = 3, REST_MS = 60000, REFUSED_MS = 900000, DEAR_MS = 30000,
};

/* It costs a cent a minute and only makes faster what FilterLogEvents brings for nothing: the other half of the day's cap is for the
 * feeds that have no other way. */
static const char dear[] = "half of limits.own_cost_usd_per_day is spent, so the cost lines are polled until midnight UTC; raise it, or "
                           "set sources.jobs.tail: off";

struct Tail {
	Feed    *f;
	AwsCall *call;
	FeedBatch *batch;                /* what came and is not on its way to the store */
	bool     writing, closed, renewing;   /* renewing: ended by ourselves before AWS would */
	int      failures;               /* in a row */
	int64_t  due_ms, opened_ms;      /* monotonic: the next session, this one */
	int64_t  last_ms;                /* wall clock: the last update; 0: none in this session */
	int64_t  whole_ms;               /* wall clock: all that came until then was taken in; 0: nothing ever came */
	int64_t  batch_ms, write_ms;     /* whole_ms when the batch, and the one that is being written, began */
};

static bool is_wanted(const Feed *f)
{
	const ConfSources *src = &f->all->spec.session->ctx->src;

	return f->all->spec.live && src->tail == CONF_TAIL_AUTO && src->log_group_count;
}

Tail *tail_new(Feed *f)
{
	Tail *t = xcalloc(1, sizeof *t);

	t->f = f;
	f->view.tail = (TailView){ .wanted = is_wanted(f) };
	return t;
}

void tail_close(Tail *t)
{
	t->closed = true;
	if (t->call)
		aws_cancel(t->call);
}

void tail_resume(Tail *t)
{
	TailView *v = &t->f->view.tail;

	/* What came meanwhile is the search's to read, from the store's place on. */
	*v = (TailView){ .wanted = is_wanted(t->f), .lines = v->lines, .sampled = v->sampled, .pauses = v->pauses, .breaks = v->breaks };
	t->closed = false;
	t->failures = 0;
	t->due_ms = t->last_ms = t->whole_ms = 0;
}

void tail_free(Tail *t)
{
	if (!t)
		return;
	feed_batch_free(t->batch);
	free(t);
}

void tail_was_read(Tail *t, int64_t back_ms, int64_t started_ms)
{
	(void)tail_gap_read(&t->f->view.tail.gap, back_ms, started_ms);
}

/* The search looks at once. What lies before the time that the feed was asked for is not missing. */
static void missed_since(Tail *t, int64_t ms)
{
	TailGap *g = &t->f->view.tail.gap;

	tail_gap_begin(g, ms);
	if (g->from_ms < t->f->all->spec.since_ms)
		g->from_ms = t->f->all->spec.since_ms;
	t->f->due_ms = 0;
}

/* --- lines to the store, one batch at a time --- */

static void flush(Tail *t);

static void on_written(Feed *f, const Err *err, void *arg)
{
	Tail *t = arg;

	t->writing = false;
	if (err) {
		missed_since(t, t->write_ms);
		tail_gap_end(&f->view.tail.gap, feed_now_ms());
	}
	flush(t);
	feed_progress(f);
}

static void flush(Tail *t)
{
	FeedBatch *b = t->batch;

	if (!b || t->writing || t->closed)
		return;
	t->writing = true;
	t->write_ms = t->batch_ms;
	t->batch = NULL;
	feed_batch_write(b, on_written, t);
}

static void take_line(Tail *t, const LogLine *line)
{
	if (!t->batch) {
		t->batch = feed_batch_new(t->f);
		t->batch_ms = t->whole_ms;
	}
	feed_batch_line(t->batch, line);
	t->f->view.tail.lines++;
}

/* False: the store is too far behind, and the update is left to FilterLogEvents. */
static bool take_lines(Tail *t, const LogsTailUpdate *u, Arena *a)
{
	if (t->batch && t->batch->b.line_count + u->events.n > PENDING_MAX)
		return false;
	for (size_t i = 0; i < u->events.n; i++) {
		LogLine line;

		record_line(a, &u->events.v[i], &line);
		line.tail = true;
		if (line.kind == LINE_COST)
			take_line(t, &line);
	}
	return true;
}

/* --- the session --- */

static void begin_live(Tail *t, int64_t now)
{
	TailView *v = &t->f->view.tail;

	v->live = true;
	v->why_not[0] = 0;
	/* What came before the session is the search's to read. */
	missed_since(t, t->whole_ms ? t->whole_ms : now);
}

static void on_update(Tail *t, const LogsTailUpdate *u, Arena *a)
{
	TailView *v = &t->f->view.tail;
	int64_t now = feed_now_ms();

	if (!t->last_ms) {
		begin_live(t, now);
	} else if (now - t->last_ms > TAIL_SILENCE_MS) {
		v->pauses++;
		missed_since(t, t->last_ms);
	}
	if (!take_lines(t, u, a)) {
		v->pauses++;
		missed_since(t, t->whole_ms ? t->whole_ms : now);
	}
	if (u->meta.sampled) {
		v->sampled++;
		if (!v->gap.from_ms)
			t->f->due_ms = 0;
		tail_gap_sampled(&v->gap, t->whole_ms ? t->whole_ms : now, now);
	}
	tail_gap_end(&v->gap, now);
	t->last_ms = t->whole_ms = now;
	if (!v->gap.from_ms && t->f->view.phase == FEED_OK)
		t->f->view.fresh_ms = now;
	flush(t);
	feed_progress(t->f);
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Tail *t = arg;
	LogsTailUpdate u;
	Arena a = { 0 };
	Err e = { 0 };

	(void)type;
	if (t->closed || t->f->all->wrong_account || logs_tail_update(&a, payload, &u, &e) < 0) {
		aws_cancel(call);            /* an update that cannot be read is not skipped: the search reads it */
	} else {
		on_update(t, &u, &a);
		if (clock_mono_ms() - t->opened_ms >= t->f->all->spec.session->ctx->src.tail_session_ms ||
		    own_cost_half(&t->f->all->spec.session->own_cost, feed_now_ms())) {
			t->renewing = true;
			aws_cancel(call);
		}
	}
	arena_done(&a);
}

/* Nothing that waiting mends soon: the session is not allowed, not there, or one too many. */
static bool is_refusal(const AwsError *err, bool begun)
{
	switch (err->fault) {
	case AWS_DENIED: case AWS_NOT_FOUND: case AWS_VALIDATION: case AWS_REFUSED: case AWS_BAD_CREDENTIALS:
		return true;
	case AWS_OTHER:
		return !begun;               /* not offered there; in a session it is one of its ends, such as the three hours */
	default:
		return false;
	}
}

static int64_t wait_ms(int failures, bool throttled)
{
	static const RetryAsk nothing = { -1, -1 };
	uint32_t chance;

	if (failures > FAILURES_TOLD)
		return REST_MS;
	if (getrandom(&chance, sizeof chance, 0) != (ssize_t)sizeof chance)
		chance = UINT32_MAX;
	return retry_wait_ms(failures - 1, throttled, BASE_MS, chance, &nothing);
}

static void say_why(Tail *t, const char *sentence)
{
	TailView *v = &t->f->view.tail;

	(void)snprintf(v->why_not, sizeof v->why_not, "%.199s", sentence);
	v->gap = (TailGap){ 0 };         /* the search reads everything, as without a tail */
}

static void ended(Tail *t, const AwsError *err)
{
	bool begun = t->last_ms != 0, steady = begun && clock_mono_ms() - t->opened_ms >= STEADY_MS;
	TailView *v = &t->f->view.tail;

	v->live = false;
	v->gap.sampled_ms = 0;
	if (begun) {
		v->breaks += !t->renewing;
		missed_since(t, t->whole_ms);
	}
	if (steady || t->renewing)
		t->failures = 0;
	else if (!begun || t->failures < FAILURES_TOLD)
		t->failures++;               /* one that works for moments never waits long */
	if (err && is_refusal(err, begun))
		t->due_ms = clock_mono_ms() + REFUSED_MS;
	else
		t->due_ms = t->failures ? clock_mono_ms() + wait_ms(t->failures, err && err->fault == AWS_THROTTLED) : 0;
	if (err && !t->renewing && (is_refusal(err, begun) || (!begun && t->failures > FAILURES_TOLD)))
		say_why(t, err->err.text);
	t->last_ms = 0;
	t->renewing = false;
	feed_progress(t->f);
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Tail *t = arg;
	Feeds *all = t->f->all;

	(void)call;
	(void)out;
	t->call = NULL;
	if (!all->closing && !t->closed) {
		ended(t, err);
		tail_tick(t, clock_mono_ms());
	}
	feeds_release(all);
}

/* The ARN of a group that the configuration names, in the account that AWS itself has named. */
static Str group_arn(Arena *a, const Session *s, Str group)
{
	if (str_starts(group, STR("arn:")))
		return logs_tail_arn(arena_str(a, group));
	return arena_printf(a, "arn:%s:logs:%.*s:%s:log-group:%.*s", partition_name(session_region(s)), STR_ARG(session_region(s)),
	                    s->account, STR_ARG(group));
}

static void open_session(Tail *t)
{
	Session *s = t->f->all->spec.session;
	const ConfSources *src = &s->ctx->src;
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .arg = t, .rank = RANK_FEED };
	Arena a = { 0 };
	Str *group = ARENA_ARRAY(&a, Str, src->log_group_count);
	LogsTailIn in = { .groups = { group, src->log_group_count }, .pattern = STR("COST_TRACKING") };
	Err e = { 0 };

	for (size_t i = 0; i < src->log_group_count; i++)
		group[i] = group_arn(&a, s, src->log_groups[i]);
	t->opened_ms = clock_mono_ms();
	t->call = aws_call(s->aws, &op_logs_start_live_tail, &in, &h, &e);
	if (t->call) {
		t->f->all->pending++;
	} else {
		say_why(t, e.text);
		t->due_ms = t->opened_ms + REFUSED_MS;
	}
	arena_done(&a);
}

void tail_tick(Tail *t, int64_t now_ms)
{
	const Session *s = t->f->all->spec.session;

	if (!t->f->view.tail.wanted || t->closed || t->call || now_ms < t->due_ms || t->f->all->wrong_account)
		return;
	if (own_cost_half(&s->own_cost, feed_now_ms())) {
		say_why(t, dear);
		t->due_ms = now_ms + DEAR_MS;
	} else if (!s->account[0])
		say_why(t, "Live Tail needs the ARNs of the log groups, and the account is not known: sts:GetCallerIdentity did not answer");
	else if (s->conf->limits.concurrent_requests_per_service < 2)
		say_why(t, "Live Tail holds a connection of its own: it needs limits.concurrent_requests_per_service of at least 2");
	else
		open_session(t);
}
