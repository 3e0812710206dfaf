/* Live jobs: active first, then the newest. Enter and d describe, y shows JSON, c copies the id. */
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum {
	COL_STATE,
	COL_AGE,
	COL_ID,
	COL_AGENT,
	COL_TENANT,
	COL_PERSONA,
	COL_TOKENS,
	COL_COST,
	COL_RETRIES,
	COL_MODEL,
	COL_CACHE,
	COL_LATENCY,
	COL_TRACE,
	COLS
};

static const TableColumn columns[COLS] = {
	[COL_STATE]   = { "state", "stat", 4, false, 'S', 0 },
	[COL_AGE]     = { "age", "age", 5, true, 'A', 0 },
	[COL_ID]      = { "id", "id", 8, false, 'I', 0 },
	[COL_AGENT]   = { "agent", "agent@version", 22, false, 'N', 0 },
	[COL_TENANT]  = { "tenant", "tenant", 10, false, 'T', 0 },
	[COL_PERSONA] = { "persona", "persona", 8, false, 'P', 0 },
	[COL_TOKENS]  = { "tokens", "tokens", 6, true, 'K', 0 },
	[COL_COST]    = { "cost", "$", 7, true, 'C', 0 },
	[COL_RETRIES] = { "retries", "re", 2, true, 'E', 0 },
	[COL_MODEL]   = { "model", "model", 22, false, 'M', 106 },
	[COL_CACHE]   = { "cache", "cache", 5, false, 'H', 112 },
	[COL_LATENCY] = { "latency", "latency", 7, true, 'L', 120 },
	[COL_TRACE]   = { "trace", "trace", 16, false, 0, 138 },
};

typedef struct JobsPane {
	Table t;
	Clean title, state, empty;
	Fresh fresh;
	bool  failures;
	Arena clock;                   /* of what changes with every tick: ages and title */
} JobsPane;

static int jobs_open(Pane *p, Err *e)
{
	JobsPane *s = p->state = xcalloc(1, sizeof *s);

	return table_open(&s->t, columns, COLS, p, e);
}

static void jobs_close(Pane *p)
{
	JobsPane *s = p->state;

	table_close(&s->t);
	arena_done(&s->clock);
	free(s);
}

static const struct { const char *word; Role role;
} states[JOB_STATES] = {
	[JOB_QUEUED] = { "..wt", ROLE_DIM },     [JOB_RUNNING] = { ">run", ROLE_LIVE },
	[JOB_SUCCEEDED] = { "+ok", ROLE_OK },    [JOB_FAILED] = { "!err", ROLE_ERROR },
	[JOB_CANCELLED] = { "xcan", ROLE_WARN }, [JOB_OTHER] = { "?", ROLE_UNTRUSTED },
};

static Clean tail(Arena *a, const char *id)
{
	Str s = str_of(id);

	return clean_text(a, s.n > 8 ? str_sub(s, s.n - 8, 8) : s, 0);
}

static void cost_cell(TableCell *c, const JobCell *j, Arena *a)
{
	c->num = j->nusd == FIG_NONE ? -1 : j->nusd;
	c->role = ROLE_MONEY;
	c->text = fmt_money(a, j->nusd);
	if (j->unpriced) {
		c->text = clean_own("no $/M");
		c->role = ROLE_UNPRICED;
	}
}

static TableCell age_cell(const JobCell *j, const World *w, Arena *a)
{
	int64_t age = w->now_ms - (j->state == JOB_RUNNING && j->started_ms ? j->started_ms : j->updated_ms);

	return (TableCell){ fmt_age(a, age), ROLE_TEXT, age };
}

static void fill(JobsPane *s, const JobCell *j, const World *w, Arena *a)
{
	TableRow *r = table_add(&s->t, str_of(j->id), j);
	TableCell *c = r->cell;
	int64_t tok = tokens_total(&j->tokens);
	int state = j->state >= 0 && j->state < JOB_STATES ? j->state : JOB_OTHER;
	Str status = str_of(j->status);

	for (int i = 0; i < COLS; i++)
		c[i] = (TableCell){ clean_own(""), ROLE_TEXT, 0 };
	c[COL_STATE] =
		(TableCell){ state == JOB_OTHER ? clean_cut(a, clean_text(a, status, 0), 4) : clean_own(states[state].word),
					 states[state].role, state };
	c[COL_AGE] = age_cell(j, w, &s->clock);
	c[COL_ID].text = tail(a, j->id);
	c[COL_AGENT].text = clean_cut_middle(a, clean_text(a, arena_printf(a, "%s@%s", j->agent, j->version), 0), 22);
	c[COL_TENANT].text = clean_text(a, str_of(j->tenant), 0);
	c[COL_PERSONA].text = clean_text(a, str_of(s->failures ? j->error_code : j->persona), 0);
	if (s->failures)
		c[COL_PERSONA].role = ROLE_ERROR;
	c[COL_TOKENS] =
		(TableCell){ j->has_tokens ? fmt_count(a, tok) : clean_own("-"), ROLE_TEXT, j->has_tokens ? tok : -1 };
	cost_cell(&c[COL_COST], j, a);
	c[COL_RETRIES] = (TableCell){ fmt_count(a, j->retries), j->retries ? ROLE_WARN : ROLE_DIM, j->retries };
	c[COL_MODEL].text = clean_text(a, str_of(j->model), 0);
	c[COL_CACHE].text = clean_own(j->cache_hit == TRI_UNKNOWN ? "-" : j->cache_hit == TRI_YES ? "hit" : "miss");
	c[COL_LATENCY] = (TableCell){ fmt_ms(a, j->latency_ms), ROLE_TEXT, j->latency_ms };
	c[COL_TRACE].text = clean_text(a, str_of(j->trace), 0);
}

/* A list of failures needs its error codes in full more than it needs models and tokens; a wide window has room for
 * the names of everything. */
static void widths(JobsPane *s, int w)
{
	Table *t = &s->t;

	t->hidden[COL_MODEL] = s->failures && w < 144;
	t->hidden[COL_TOKENS] = s->failures && w < 100;
	for (int i = 0; i < t->shown_n && !t->chosen; i++) {
		int c = t->shown[i];

		t->width[i] = 0;
		if (c == COL_PERSONA && s->failures)
			t->width[i] = w < 100 ? 15 : 26;
		else if (w >= 186)
			t->width[i] = c == COL_TENANT ? 16 : c == COL_PERSONA ? 16 : c == COL_MODEL ? 44 : 0;
	}
}

/* The whole fleet's counts stand over the whole fleet only. */
static void title_fleet(JobsPane *s, const World *w, Arena *a)
{
	const Figures *f = w->fig;
	const FeedView *jobs = &w->feed[FEED_JOBS];
	Clean oldest = f->oldest_running_ms ? fmt_age(a, w->now_ms - f->oldest_running_ms) : clean_own("-");

	s->title = clean_ownf(a, "JOBS 24h  run %lld  wait %lld  ok %s  err %lld  oldest %s", (long long)f->states[JOB_RUNNING],
						  (long long)f->states[JOB_QUEUED], fmt_count(a, f->states[JOB_SUCCEEDED]).p,
						  (long long)f->states[JOB_FAILED], oldest.p);
	if (jobs->backfilling && !w->filter.n)       /* a filter's count stands there */
		s->title = clean_ownf(a, "%s  (reading history)", s->title.p);
	if (jobs->skipped)
		s->title = clean_ownf(a, "%s  %lld unreadable", s->title.p, (long long)jobs->skipped);
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

static const JobCell *list_of(const World *w, int *n)
{
	*n = w->scope_jobs.job ? w->scope_jobs.n : w->fig ? w->fig->job_count : 0;
	return w->scope_jobs.job ? w->scope_jobs.job : w->fig ? w->fig->job : NULL;
}

static void title(JobsPane *s, const World *w)
{
	int n;
	const JobCell *list = list_of(w, &n);

	s->title = clean_own("JOBS");
	if (w->scope_jobs.job || w->failures_only)
		title_list(s, w, list, n, &s->clock);
	else if (w->fig)
		title_fleet(s, w, &s->clock);
	if (s->t.n < s->t.total)
		s->title = clean_ownf(&s->clock, "%s  %zu of %zu match", s->title.p, s->t.n, s->t.total);
}

/* Most ticks change nothing but ages: four hundred rows need not be cleaned and sorted again for that. */
static bool jobs_tick(Pane *p, const World *w)
{
	JobsPane *s = p->state;
	char text[320];

	if (s->fresh != FRESH_OK || world_fresh(w, p->cls->feeds, text) != FRESH_OK)
		return false;
	arena_reset(&s->clock);
	for (size_t i = 0; i < s->t.n; i++)
		s->t.row[i].cell[COL_AGE] = age_cell(s->t.row[i].object, w, &s->clock);
	title(s, w);
	return true;
}

static void jobs_update(Pane *p, const World *w)
{
	JobsPane *s = p->state;
	Arena *a = &p->arena;
	char text[320];
	int n;
	const JobCell *list = list_of(w, &n);
	bool only_active = str_is(pane_option(p, "show"), "active");

	s->failures = w->failures_only;
	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = clean_text(a, arena_str(a, str_of(text)), 0);
	widths(s, p->w);
	arena_reset(&s->clock);
	table_begin(&s->t);
	for (int i = 0; i < n; i++) {
		if (w->failures_only && list[i].state != JOB_FAILED)
			continue;
		if (only_active && list[i].state != JOB_RUNNING && list[i].state != JOB_QUEUED)
			continue;
		fill(s, &list[i], w, a);
	}
	table_end(&s->t, w->filter);
	title(s, w);
	s->empty = s->t.total         ? table_nothing(&s->t, w->filter, a)
	         : w->failures_only ? clean_own("no failures here")
	                            : clean_own("no jobs in this window");
}

static void jobs_draw(const Pane *p, Box b)
{
	const JobsPane *s = p->state;
	Box in = pane_head(b, p, s->title, s->fresh, s->state);
	Arena scratch = { 0 };

	table_draw(&s->t, in, p->focused, &scratch);
	if (!s->t.n)
		pane_empty(in, s->fresh, s->empty.p);
	arena_done(&scratch);
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

static void describe(Pane *p)
{
	const JobCell *j = current(p);

	if (j)
		app_describe_job(p->app, j->id, false);
}

static void raw(Pane *p)
{
	const JobCell *j = current(p);

	if (j)
		app_describe_job(p->app, j->id, true);
}

static void copy_id(Pane *p)
{
	const JobCell *j = current(p);

	app_copy(p->app, str_of(j ? j->id : ""), "the job id");
}

static const PaneKey keys[] = {
	{ "enter", "describe", describe },
	{ "d", "describe", describe },
	{ "y", "JSON", raw },
	{ "c", "copy id", copy_id },
	{ 0 },
};
static const char *const options[] = { "show", NULL };

const PaneClass pane_jobs = {
	.name = "jobs", .title = "jobs", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK | TOPIC_FILTER | TOPIC_GROUPS,
	.feeds = FEED_BIT(FEED_JOBS), .options = options, .focusable = true,
	.open = jobs_open, .update = jobs_update, .tick = jobs_tick,
	.draw = jobs_draw, .key = jobs_key, .close = jobs_close, .keys = keys, .help = jobs_help,
};
