#include "app/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/charge.h"
#include "aws/aws.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum {
	FIRST_MS = 200, MOST_MS = 3000,      /* between two looks: doubled each time */
	QUEUE_MS = 5000, QUEUE_TRIES = 24,   /* no room for another query */
	TOTAL_MS = 600000, FAREWELL_MS = 3000, CALL_MS = 20000,
};

struct Question {
	QuestionSpec spec;
	Arena arena;                         /* query, groups */
	char  id[80];                        /* empty: not started, or over */
	AwsCall *call;
	uv_timer_t timer;
	int64_t begun_ms, wait_ms;           /* begun_ms: monotonic */
	int64_t noted_nusd;                  /* of what it has read */
	int   tries, holds;                  /* holds: timer, call */
	bool  dropped, over, farewell;
	char  status[24];
};

static void release(Question *q)
{
	if (--q->holds)
		return;
	arena_done(&q->arena);
	free(q);
}

static void on_closed(uv_handle_t *h)
{
	release(h->data);
}

/* The end of it, whatever it was. */
static void end(Question *q)
{
	Session *s = q->spec.session;

	if (q->over)
		return;
	q->over = true;
	uv_close((uv_handle_t *)&q->timer, on_closed);
	if (q->farewell)
		session_parted(s);
}

static void finish(Question *q, QuestionEnd how, const LogsQueryOut *out, const Err *why, const char *lacks)
{
	static const Err well;

	q->id[0] = 0;
	if (!q->dropped)
		q->spec.done(q->spec.arg, how, out, why ? why : &well, lacks);
	end(q);
}

static void on_timer(uv_timer_t *t);

static void again(Question *q, int64_t ms)
{
	(void)uv_timer_start(&q->timer, on_timer, (uint64_t)ms, 0);
}

static void say(Question *q, const char *words)
{
	if (!q->dropped && q->spec.state)
		q->spec.state(q->spec.arg, words);
}

/* --- calls: each holds the question until it has come back --- */

static bool start_call(Question *q, const AwsOp *op, const void *in, void (*done)(AwsCall *, const void *, const AwsError *, void *), Err *e)
{
	AwsHandler h = { .on_done = done, .arg = q, .total_ms = CALL_MS, .rank = q->dropped ? RANK_PERSON : q->spec.rank };

	q->call = aws_call(q->spec.session->aws, op, in, &h, e);
	q->holds += q->call != NULL;
	return q->call != NULL;
}

static void on_stopped(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Question *q = arg;

	(void)call;
	(void)out;
	(void)err;                           /* it had ended, or AWS ends it after an hour */
	q->call = NULL;
	end(q);
	release(q);
}

static void stop(Question *q)
{
	LogsQueryId in = { str_of(q->id) };

	if (!start_call(q, &op_logs_stop_query, &in, on_stopped, NULL))
		end(q);
}

/* Paid once, for all that it has read until now. */
static void note(Question *q, double bytes)
{
	int64_t nusd = charge_scanned(bytes);

	if (nusd > q->noted_nusd)
		own_cost_note(&q->spec.session->own_cost, &op_logs_get_query_results, 0, nusd - q->noted_nusd, clock_wall_ms());
	q->noted_nusd = nusd > q->noted_nusd ? nusd : q->noted_nusd;
}

static void ended_early(Question *q, const LogsQueryOut *out, const char *how)
{
	Err why = { 0 };

	(void)err_set(&why, "Logs Insights ended the query before it was through (%s) after %.1f MB; what it had is partial and is asked for "
	              "again", how, out->stats.bytes / 1e6);
	finish(q, QUESTION_PART, out, &why, "");
}

/* What it had is told now; then AWS is told that nobody waits any more. */
static void too_long(Question *q, const LogsQueryOut *out)
{
	Err why = { 0 };

	(void)err_set(&why, "Logs Insights was not through after ten minutes; what it had is partial and is asked for again");
	q->spec.done(q->spec.arg, QUESTION_PART, out, &why, "");
	question_drop(q);
}

static void take(Question *q, const LogsQueryOut *out)
{
	char words[120];

	(void)snprintf(q->status, sizeof q->status, "%.*s", STR_ARG(out->status));
	if (str_is(out->status, "Complete")) {
		finish(q, QUESTION_WHOLE, out, NULL, "");
		return;
	}
	if (!str_is(out->status, "Scheduled") && !str_is(out->status, "Running")) {
		ended_early(q, out, q->status);
		return;
	}
	if (clock_mono_ms() - q->begun_ms > TOTAL_MS) {
		too_long(q, out);
		return;
	}
	(void)snprintf(words, sizeof words, "Logs Insights: %s, %zu rows so far (partial)", q->status, out->rows.n);
	say(q, words);
	q->wait_ms = q->wait_ms * 2 > MOST_MS ? MOST_MS : q->wait_ms * 2;
	again(q, q->wait_ms);
}

static void on_results(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Question *q = arg;

	(void)call;
	q->call = NULL;
	if (!err && !q->over)
		note(q, ((const LogsQueryOut *)out)->stats.bytes);
	if (q->over)
		;                            /* there was no time to say goodbye */
	else if (q->dropped)
		stop(q);
	else if (err)
		finish(q, QUESTION_FAILED, NULL, &err->err, err->lacks);
	else
		take(q, out);
	release(q);
}

static void look(Question *q)
{
	LogsQueryId in = { str_of(q->id) };
	Err e = { 0 };

	if (!start_call(q, &op_logs_get_query_results, &in, on_results, &e))
		finish(q, QUESTION_FAILED, NULL, &e, "");
}

/* The account's quota of queries at once is shared with everybody, scheduled ones included. */
static bool is_full(const AwsError *err)
{
	return strcmp(err->code, "LimitExceededException") == 0;
}

static void on_started(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Question *q = arg;
	const LogsQueryId *id = out;

	(void)call;
	q->call = NULL;
	if (q->over) {
		release(q);
		return;
	}
	if (err && is_full(err) && ++q->tries < QUEUE_TRIES && !q->dropped) {
		say(q, "Logs Insights has no room for another query, asking again in 5 s");
		again(q, QUEUE_MS);
	} else if (err) {
		finish(q, QUESTION_FAILED, NULL, &err->err, err->lacks);
	} else {
		(void)snprintf(q->id, sizeof q->id, "%.*s", STR_ARG(id->id));
		if (q->dropped)
			stop(q);
		else
			again(q, q->wait_ms);
	}
	release(q);
}

static void begin(Question *q)
{
	LogsQueryIn in = { .query = q->spec.query, .start_s = q->spec.from_s, .end_s = q->spec.until_s };
	bool arns = false;
	Err e = { 0 };

	for (size_t i = 0; i < q->spec.groups; i++)
		arns |= str_starts(q->spec.group[i], STR("arn:"));
	/* One kind of name for all of them. */
	if (arns) {
		in.group_arns.v = (Str *)q->spec.group;
		in.group_arns.n = q->spec.groups;
	} else {
		in.groups.v = (Str *)q->spec.group;
		in.groups.n = q->spec.groups;
	}
	if (!start_call(q, &op_logs_start_query, &in, on_started, &e))
		finish(q, QUESTION_FAILED, NULL, &e, "");
}

/* Also the way in which what could not even be asked ends: in a later turn. */
static void on_timer(uv_timer_t *t)
{
	Question *q = t->data;

	if (q->over)
		return;
	if (q->farewell) {
		if (q->call)
			aws_cancel(q->call);
		end(q);
	} else if (q->id[0]) {
		look(q);
	} else {
		begin(q);
	}
}

Question *question_ask(const QuestionSpec *spec)
{
	Question *q = xcalloc(1, sizeof *q);
	Str *group;

	q->spec = *spec;
	q->spec.query = arena_str(&q->arena, spec->query);
	group = ARENA_ARRAY(&q->arena, Str, spec->groups + 1);
	for (size_t i = 0; i < spec->groups; i++)
		group[i] = arena_str(&q->arena, spec->group[i]);
	q->spec.group = group;
	q->begun_ms = clock_mono_ms();
	q->wait_ms = FIRST_MS;
	q->holds = 1;
	(void)uv_timer_init(spec->session->loop, &q->timer);     /* cannot fail */
	q->timer.data = q;
	again(q, 0);
	return q;
}

void question_drop(Question *q)
{
	if (!q || q->over || q->dropped)
		return;
	q->dropped = true;
	if (!q->call && !q->id[0]) {
		end(q);                          /* not asked yet */
		return;
	}
	q->farewell = true;
	session_part(q->spec.session);
	(void)uv_timer_start(&q->timer, on_timer, FAREWELL_MS, 0);
	if (!q->call)
		stop(q);
}
