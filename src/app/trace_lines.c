/* All log lines of one trace: the snapshot has the lines that carry cost; the others stay where they are until somebody asks. One
 * question to each of the context's log groups, for the time of the job only. */
#include "app/app_impl.h"
#include "app/line_gist.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/logs.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

enum { EVENTS_MOST = 1000, PAGES_MOST = 20, ASK_MS = 30000 };
static const int64_t before_ms = 60000, after_ms = 300000;

typedef struct Found { int64_t ms; uint32_t order; Str text; } Found;

typedef struct Asking {
	App *a;
	Watch *w;
	unsigned epoch;
	size_t group, groups;
	Pages pages;
	Arena arena;
	Str pattern, name;
	int64_t from_ms, until_ms, offset_ms;
	Found *found; size_t n, cap;
	bool more;                     /* than is shown */
} Asking;

static void asking_free(Asking *q)
{
	pages_done(&q->pages);
	arena_done(&q->arena);
	free(q->found);
	free(q);
}

static int by_time(const void *x, const void *y)
{
	const Found *a = x, *b = y;

	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static void put_line(Buf *out, const Found *f, int64_t offset_ms)
{
	CivilTime c = time_civil(f->ms + offset_ms);

	(void)buf_printf(out, "%02d:%02d:%02d.%03d  ", c.hour, c.minute, c.second, c.ms);
	line_gist(f->text, out);
	(void)buf_putc(out, '\n');
}

/* What has come is shown also when something failed on the way; then it says so first. */
static void show(Asking *q, const char *failed)
{
	Buf text = { 0 };
	char title[160];

	if (q->n)
		qsort(q->found, q->n, sizeof *q->found, by_time);
	if (failed)
		(void)buf_printf(&text, "not all of it: %s\n\n", failed);
	for (size_t i = 0; i < q->n; i++)
		put_line(&text, &q->found[i], q->offset_ms);
	if (!q->n && !failed)
		(void)buf_printf(&text, "no line of it in %zu log %s, from a minute before the job to five after it\n", q->groups,
		                 q->groups == 1 ? "group" : "groups");
	if (q->more)
		(void)buf_puts(&text, "\nmore than these were found; the rest is not shown\n");
	(void)snprintf(title, sizeof title, "Log lines of %.*s: %zu%s", (int)(q->name.n < 60 ? q->name.n : 60), q->name.p, q->n, q->more ? "+" : "");
	q->a->say[0] = 0;
	page_show(q->a, title, buf_str(&text));
	buf_done(&text);
}

static void ask_page(Asking *q);

static void take(Asking *q, const LogsFilterOut *out)
{
	for (size_t i = 0; i < out->events.n; i++) {
		if (q->n == EVENTS_MOST) {
			q->more = true;
			return;
		}
		VEC_GROW(q->found, q->cap, q->n + 1);
		q->found[q->n] = (Found){ out->events.v[i].time_ms, (uint32_t)q->n, arena_str(&q->arena, out->events.v[i].message) };
		q->n++;
	}
}

static void on_page(AwsCall *call, const void *answer, const AwsError *err, void *arg)
{
	Asking *q = arg;
	const LogsFilterOut *out = answer;
	PagesStep step;
	Err e = { 0 };

	(void)call;
	/* Other contexts are shown by now, or another page: this one would come out of the blue. */
	if (q->a->quitting || q->epoch != q->a->epoch || q->a->mode != MODE_VIEW) {
		asking_free(q);
		return;
	}
	if (!err) {
		take(q, out);
		step = pages_next(&q->pages, out->next_token, out->events.n, clock_mono_ms(), &e);
		if (!q->more && step == PAGES_MORE) {
			ask_page(q);
			return;
		}
		if (step != PAGES_BROKEN && !q->more && ++q->group < q->groups) {
			pages_done(&q->pages);
			pages_start(&q->pages, "CloudWatch Logs", &(PagesLimit){ .pages = PAGES_MOST, .ms = ASK_MS }, clock_mono_ms());
			ask_page(q);
			return;
		}
	} else {
		e = err->err;
	}
	show(q, e.text[0] ? e.text : NULL);
	asking_free(q);
}

static void ask_page(Asking *q)
{
	Str group = q->w->session.ctx->src.log_groups[q->group];
	bool arn = str_starts(group, STR("arn:"));
	LogsFilterIn in = {
		.group = arn ? STR("") : group, .group_arn = arn ? group : STR(""), .pattern = q->pattern, .start_ms = q->from_ms,
		.end_ms = q->until_ms, .next_token = q->pages.token,
	};
	AwsHandler h = { .on_done = on_page, .arg = q, .total_ms = ASK_MS };
	Err e = { 0 };

	if (aws_call(q->w->session.aws, &op_logs_filter_log_events, &in, &h, &e))
		return;
	show(q, e.text);
	asking_free(q);
}

/* A quoted term of a filter pattern is looked for as it stands; what would end the quotes cannot be asked for. */
static bool can_ask(Str name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] == '"' || name.p[i] == '\\' || (unsigned char)name.p[i] < ' ')
			return false;
	return name.n > 0;
}

void app_trace_lines(App *a, const JobCell *j)
{
	Watch *w = context_find(a, j->context);
	Str name = str_of(*j->trace ? j->trace : j->id);
	bool ended = j->state != JOB_QUEUED && j->state != JOB_RUNNING;
	Asking *q;

	if (!w || !w->session.aws || a->world.cached || !w->session.ctx->src.log_group_count) {
		app_say(a, ROLE_WARN, "no log group is asked here");
		return;
	}
	if (!can_ask(name)) {
		app_say(a, ROLE_WARN, "this job has no trace id that could be searched for");
		return;
	}
	q = xcalloc(1, sizeof *q);
	*q = (Asking){ .a = a, .w = w, .epoch = a->epoch, .groups = w->session.ctx->src.log_group_count, .offset_ms = a->world.offset_ms };
	q->name = arena_str(&q->arena, name);
	q->pattern = arena_printf(&q->arena, "\"%.*s\"", STR_ARG(name));
	q->from_ms = (j->started_ms && j->started_ms < j->updated_ms ? j->started_ms : j->updated_ms) - before_ms;
	q->until_ms = ended ? j->updated_ms + after_ms : app_clock(a);
	pages_start(&q->pages, "CloudWatch Logs", &(PagesLimit){ .pages = PAGES_MOST, .ms = ASK_MS }, clock_mono_ms());
	app_say(a, ROLE_INFO, "asking the log groups for this trace ...");
	ask_page(q);
}
