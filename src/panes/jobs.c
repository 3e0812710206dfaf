/* Live jobs: active first, then the newest. Enter and d describe, y shows JSON, c copies the id. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/jobseg.h"
#include "panes/fmt.h"
#include "panes/jobcells.h"
#include "panes/panes.h"

typedef struct JobsPane {
	Table t;
	JobLook look;
	Clean title, state, empty;
	Fresh fresh;
	Arena clock, heading;          /* of what changes with every tick: ages; title */
} JobsPane;

static int jobs_open(Pane *p, Err *e)
{
	JobsPane *s = p->state = xcalloc(1, sizeof *s);

	return table_open(&s->t, job_columns, JOB_COLS, p, e);
}

static void jobs_close(Pane *p)
{
	JobsPane *s = p->state;

	table_close(&s->t);
	arena_done(&s->clock);
	arena_done(&s->heading);
	free(s);
}

/* The whole fleet's counts stand over the whole fleet only. */
static void title_fleet(JobsPane *s, const World *w, Arena *a)
{
	const Figures *f = w->fig;
	const FeedView *jobs = &w->feed[FEED_JOBS], *lines = &w->feed[FEED_LINES];
	Clean oldest = f->oldest_running_ms ? fmt_age(a, w->now_ms - f->oldest_running_ms) : clean_own("-");

	s->title = clean_ownf(a, "JOBS 24h  run %lld  wait %lld  ok %s  err %lld  oldest %s", (long long)f->states[JOB_RUNNING],
						  (long long)f->states[JOB_QUEUED], fmt_count(a, f->states[JOB_SUCCEEDED]).p,
						  (long long)f->states[JOB_FAILED], oldest.p);
	if (jobs->backfilling && !w->filter.n)       /* a filter's count stands there */
		s->title = clean_ownf(a, "%s  (reading history)", s->title.p);
	if (f->contexts_read < f->contexts)
		s->title = clean_ownf(a, "%s  of %d of %d contexts", s->title.p, f->contexts_read, f->contexts);
	if (jobs->skipped + lines->skipped)
		s->title = clean_ownf(a, "%s  dropped %lld (unreadable)", s->title.p, (long long)(jobs->skipped + lines->skipped));
}

/* What was narrowed down is counted as it stands below. */
static void title_list(JobsPane *s, const World *w, const JobCell *list, int n, Arena *a)
{
	int64_t failed = 0, nusd = 0;
	bool all = w->scope_jobs.job && n < FIG_JOBS;

	for (int i = 0; i < n; i++) {
		failed += list[i].state == JOB_FAILED;
		nusd += list[i].nusd == FIG_NONE ? 0 : list[i].nusd;
	}
	if (w->failures_only)
		s->title = clean_ownf(a, "FAILURES  %s%lld", all ? "" : "newest ", (long long)failed);
	else
		s->title = clean_ownf(a, "JOBS  %s%d, %lld failed, %s", all ? "" : "newest ", n, (long long)failed, fmt_money(a, nusd).p);
}

/* What the filter found among all jobs, and whether more of them are on the way. */
static void title_found(JobsPane *s, const World *w, Arena *a)
{
	const JobsFound *f = &w->found;
	bool reading = f->loading || w->feed[FEED_JOBS].backfilling;
	const char *more = f->searching ? " (searching)" : reading ? " (reading history)" : "";

	s->title = clean_ownf(a, "%s  %s of %s%s match%s", w->failures_only ? "FAILURES" : "JOBS", fmt_exact(a, f->matched).p,
	                      f->capped ? "the newest " : "", fmt_exact(a, f->of).p, more);
	if (f->states[JOB_RUNNING] + f->states[JOB_QUEUED])
		s->title = clean_ownf(a, "%s  active %s", s->title.p, fmt_exact(a, f->states[JOB_RUNNING] + f->states[JOB_QUEUED]).p);
	if (f->states[JOB_FAILED] && !w->failures_only)
		s->title = clean_ownf(a, "%s  err %s", s->title.p, fmt_exact(a, f->states[JOB_FAILED]).p);
	if (f->nusd)
		s->title = clean_ownf(a, "%s  %s", s->title.p, fmt_money(a, f->nusd).p);
	if (f->matched > f->n)
		s->title = clean_ownf(a, "%s  newest %d below", s->title.p, f->n);
}

static const JobCell *list_of(const World *w, int *n)
{
	if (w->found.job) {
		*n = w->found.n;
		return w->found.job;
	}
	*n = w->scope_jobs.job ? w->scope_jobs.n : w->fig ? w->fig->job_count : 0;
	return w->scope_jobs.job ? w->scope_jobs.job : w->fig ? w->fig->job : NULL;
}

static void title(JobsPane *s, const World *w)
{
	Arena *a = &s->heading;
	int n;
	const JobCell *list = list_of(w, &n);

	arena_reset(a);
	s->title = clean_own("JOBS");
	if (w->found.job)
		title_found(s, w, a);
	else if (w->scope_jobs.loading)
		s->title = clean_own("JOBS  loading");
	else if (w->scope_jobs.job || w->failures_only)
		title_list(s, w, list, n, a);
	else if (w->fig)
		title_fleet(s, w, a);
	/* Until the others are read these are all that there is to look at. */
	if (!w->found.job && !w->scope_jobs.loading && w->filter.n)
		s->title = clean_ownf(a, "%s  %zu of newest %zu match", s->title.p, s->t.n, s->t.total);
	if (w->held)
		s->title = clean_ownf(a, "%s  +%d%s while frozen", s->title.p, w->held, w->held < FIG_JOBS ? "" : " or more");
}

/* How the cost lines arrive, where there is room for it and nothing worse to say. */
static void say_tail(JobsPane *s, const World *w, int width, Arena *a)
{
	char words[TAIL_WORDS];

	if (s->fresh != FRESH_OK)
		return;
	tail_words(&w->feed[FEED_LINES].tail, w->now_ms, words);
	s->state = clean_text(a, arena_str(a, str_of(words)), 0);
	if (s->title.columns + 2 + s->state.columns > width)
		s->state = clean_own("");
}

/* Most ticks change nothing but ages: four hundred rows need not be cleaned and sorted again for that. */
static bool jobs_tick(Pane *p, const World *w)
{
	JobsPane *s = p->state;
	char text[FRESH_TEXT];

	if (!w->frozen && (s->fresh != FRESH_OK || world_fresh(w, p->cls->feeds, text) != FRESH_OK))
		return false;
	title(s, w);
	if (w->frozen)                   /* what came since is counted; ages stand still */
		return true;
	arena_reset(&s->clock);
	for (size_t i = 0; i < s->t.n; i++)
		s->t.row[i].cell[COL_AGE] = job_age(s->t.row[i].object, w->now_ms, &s->clock);
	say_tail(s, w, p->w, &s->clock);
	return true;
}

static void jobs_update(Pane *p, const World *w)
{
	JobsPane *s = p->state;
	Arena *a = &p->arena;
	char text[FRESH_TEXT];
	int n;
	const JobCell *list = list_of(w, &n);
	bool only_active = str_is(pane_option(p, "show"), "active");

	s->look = (JobLook){ w->failures_only, w->contexts > 1, p->w };
	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = clean_text(a, arena_str(a, str_of(text)), 0);
	if (w->found.error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(a, str_of(w->found.error), 0);
	}
	job_widths(&s->t, s->look);
	arena_reset(&s->clock);
	table_begin(&s->t);
	for (int i = 0; i < n; i++) {
		/* A start's first picture waits for no row that nobody can see; the stores' own answer follows at once. */
		if (w->from_snapshot && s->t.sort < 0 && !w->filter.n && s->t.n >= (size_t)p->h)
			break;
		if (w->failures_only && list[i].state != JOB_FAILED)
			continue;
		if (only_active && list[i].state != JOB_RUNNING && list[i].state != JOB_QUEUED)
			continue;
		job_row(&s->t, &list[i], s->look, w->now_ms, a, &s->clock);
	}
	table_end(&s->t, w->found.job ? STR("") : w->filter);
	title(s, w);
	say_tail(s, w, p->w, a);
	s->empty = w->scope_jobs.loading ? clean_own("loading ...")
	         : w->filter.n           ? filter_nothing(w->filter, job_column_names, job_column_of, NULL, a)
	         : w->failures_only      ? clean_own("no failures here")
	                                 : clean_own("no jobs in this window");
}

static void jobs_draw(const Pane *p, Box b)
{
	const JobsPane *s = p->state;

	pane_table(b, p, &s->t, s->title, s->fresh, s->state, s->empty);
}

static void jobs_help(const Pane *p, Buf *out)
{
	table_help(&((const JobsPane *)p->state)->t, out);
}

static int jobs_key(Pane *p, Key k)
{
	JobsPane *s = p->state;

	return table_key(&s->t, k, p->h - 2);
}

static const JobCell *current(Pane *p)
{
	const TableRow *r = table_current(&((JobsPane *)p->state)->t);

	return r ? r->object : NULL;
}

static bool jobs_job(const Pane *p, JobRef *out)
{
	const TableRow *r = table_current(&((const JobsPane *)p->state)->t);
	const JobCell *j = r ? r->object : NULL;

	if (!j)
		return false;
	(void)snprintf(out->context, sizeof out->context, "%s", j->context);
	(void)snprintf(out->id, sizeof out->id, "%s", j->id);
	return true;
}

static bool jobs_agent(const Pane *p, ActOn *out)
{
	const TableRow *r = table_current(&((const JobsPane *)p->state)->t);
	const JobCell *j = r ? r->object : NULL;

	if (!j || !*j->agent)
		return false;
	(void)snprintf(out->context, sizeof out->context, "%s", j->context);
	(void)snprintf(out->agent, sizeof out->agent, "%s", j->agent);
	return true;
}

static void describe(Pane *p)
{
	const JobCell *j = current(p);

	if (j)
		app_describe_job(p->app, j->context, j->id, false);
}

static void explain(Pane *p)
{
	const JobCell *j = current(p);

	if (j)
		app_explain_job(p->app, j->context, j->id);
}

static void raw(Pane *p)
{
	const JobCell *j = current(p);

	if (j)
		app_describe_job(p->app, j->context, j->id, true);
}

static void trace_lines(Pane *p)
{
	const JobCell *j = current(p);

	if (j)
		app_trace_lines(p->app, j);
}

static void copy_id(Pane *p)
{
	const JobCell *j = current(p);

	app_copy(p->app, str_of(j ? j->id : ""), "the job id");
}

static const PaneKey keys[] = {
	{ "enter", "describe", describe },
	{ "d", "describe", describe },
	{ "l", "log lines", trace_lines },
	{ "y", "JSON", raw },
	{ "x", "explain cost", explain },
	{ "c", "copy id", copy_id },
	{ 0 },
};
static const char *const options[] = { "show", NULL };

const PaneClass pane_jobs = {
	.name = "jobs", .title = "jobs", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK | TOPIC_FILTER | TOPIC_GROUPS | TOPIC_HELD,
	.feeds = FEED_BIT(FEED_JOBS), .options = options, .focusable = true,
	.open = jobs_open, .update = jobs_update, .tick = jobs_tick,
	.draw = jobs_draw, .key = jobs_key, .job = jobs_job, .agent = jobs_agent, .close = jobs_close, .keys = keys, .help = jobs_help,
};
