/* All log lines of one trace: the snapshot has the lines that carry cost; the others stay where they are until somebody asks. One
 * question to each of the context's log groups, for the time of the job only. */
#include "app/app_impl.h"
#include "app/line_gist.h"
#include "app/log_groups.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

enum { EVENTS_MOST = 1000, ASK_MS = 30000 };
static const int64_t before_ms = 60000, after_ms = 300000;

typedef struct Found { int64_t ms; uint32_t order; Str text; } Found;

typedef struct Asking {
	App *a;
	size_t groups;
	LogGroups from;
	Arena arena;
	Str name;
	int64_t offset_ms;
	Found *found; size_t n, cap;
	bool more;                     /* than is shown */
} Asking;

static void asking_free(Asking *q)
{
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

static bool take(void *arg, size_t group, const LogsFilterOut *out)
{
	Asking *q = arg;

	(void)group;
	for (size_t i = 0; i < out->events.n; i++) {
		if (q->n == EVENTS_MOST) {
			q->more = true;
			return false;
		}
		VEC_GROW(q->found, q->cap, q->n + 1);
		q->found[q->n] = (Found){ out->events.v[i].time_ms, (uint32_t)q->n, arena_str(&q->arena, out->events.v[i].message) };
		q->n++;
	}
	return q->a->mode == MODE_VIEW;
}

static void end(void *arg, bool gone, const char *why)
{
	Asking *q = arg;

	/* Another page may be shown by now as well: this one would come out of the blue. */
	if (!gone && q->a->mode == MODE_VIEW)
		show(q, why);
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
	*q = (Asking){ .a = a, .groups = w->session.ctx->src.log_group_count, .offset_ms = a->world.offset_ms };
	q->name = arena_str(&q->arena, name);
	app_say(a, ROLE_INFO, "asking the log groups for this trace ...");
	log_groups_start(&q->from, a, w, &(LogGroupsAsk){
		.pattern = arena_printf(&q->arena, "\"%.*s\"", STR_ARG(name)),
		.from_ms = (j->started_ms && j->started_ms < j->updated_ms ? j->started_ms : j->updated_ms) - before_ms,
		.until_ms = ended ? j->updated_ms + after_ms : app_clock(a), .ms = ASK_MS, .take = take, .end = end, .arg = q });
}
