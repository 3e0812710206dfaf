/* A strip for each context that is watched: what it costs and does by itself, and how fresh that is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/ask_contexts.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

enum { LEAST_W = 70, NAME_W = 12, REGION_W = 12, NUMBER_W = 7, SPARK_W = 17 };

typedef struct Strip { Clean name, region, rate, jobs, errors, today, state; Role role, state_role; double spark[FIG_SPARK]; } Strip;
typedef struct ContextsPane { Strip strip[FIG_CONTEXTS]; int n; Clean state; Fresh fresh; bool ascii; } ContextsPane;

static int contexts_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(ContextsPane));
	return 0;
}

static void contexts_close(Pane *p)
{
	free(p->state);
}

/* Its place among those that are watched; -1: it is none of them. */
static int place_of(const World *w, const char *name)
{
	if (!*name)
		return w->contexts ? 0 : -1;
	for (int i = 0; i < w->contexts; i++)
		if (strcmp(w->context[i].name, name) == 0)
			return i;
	return -1;
}

/* "live", or what is wrong in a word; and when its credentials end, if that is near. */
static void state_of(Strip *t, const World *w, int at, unsigned feeds, Arena *a)
{
	static const struct { const char *word; Role role; } words[] = {
		[FRESH_OK] = { "live", ROLE_OK }, [FRESH_LOADING] = { "loading", ROLE_DIM }, [FRESH_STALE] = { "stale", ROLE_STALE },
		[FRESH_FAILED] = { "FAILED", ROLE_ERROR }, [FRESH_EMPTY] = { "-", ROLE_DIM },
	};
	const ContextView *c = &w->context[at];
	char text[FRESH_TEXT];
	Fresh f = world_context_fresh(w, at, feeds, text);
	int64_t left = c->expires_ms - w->clock_ms;

	t->state = clean_own(w->cached ? "kept" : w->past ? "past" : words[f].word);
	t->state_role = w->cached || w->past ? ROLE_DIM : words[f].role;
	if (c->expires_ms && left < 3600000) {
		t->state = clean_ownf(a, "%s, keys %s", t->state.p, left > 0 ? fmt_age(a, left).p : "ended");
		t->state_role = left < 600000 ? ROLE_WARN : t->state_role;
	}
}

static void strip_of(Strip *t, const ContextRow *r, const World *w, unsigned feeds, Arena *a)
{
	int at = place_of(w, r->name);
	const ContextView *c = at < 0 ? NULL : &w->context[at];

	*t = (Strip){ .role = ROLE_TEXT, .name = clean_text(a, str_of(c ? c->name : r->name), 0) };
	t->region = clean_text(a, str_of(c ? c->region : ""), 0);
	t->rate = t->jobs = t->errors = t->today = clean_own("-");
	t->state = clean_own("");
	for (int i = 0; i < FIG_SPARK; i++)
		t->spark[i] = r->read ? (double)r->spark[i] : NAN;
	if (c) {
		t->role = app_stage_role(c->stage);
		state_of(t, w, at, feeds, a);
	}
	if (!r->read) {
		t->state = clean_own("store not read");
		t->state_role = ROLE_ERROR;
		return;
	}
	t->rate = fmt_money(a, r->rate_nusd);
	t->jobs = fmt_milli(a, r->jobs_milli);
	t->errors = fmt_rate(a, fig_ppm(r->hour.failed, r->hour.jobs), r->hour.failed, r->hour.jobs);
	t->today = fmt_money(a, r->today_nusd);
}

static void contexts_update(Pane *p, const World *w)
{
	static const ContextsAsk all = { 0 };
	ContextsPane *s = p->state;
	const PaneAsk *answer;
	const ContextRows *rows;

	s->n = 0;
	s->ascii = w->ascii;
	s->fresh = FRESH_LOADING;
	s->state = clean_own("");
	if (!w->fig || p->h < 1 || p->w < LEAST_W)     /* the stores are not read yet, or it is not shown */
		return;
	app_ask(p, &ask_contexts, &all);
	answer = pane_answer(p, &ask_contexts);
	rows = answer->out;
	if (answer->error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(&p->arena, arena_str(&p->arena, str_of(answer->error)), 0);
	}
	for (; rows && s->n < rows->n && s->n < FIG_CONTEXTS; s->n++)
		strip_of(&s->strip[s->n], &rows->row[s->n], w, p->cls->feeds, &p->arena);
}

typedef struct Column { const char *title; int w; bool right; } Column;
static const Column columns[] = {
	{ "CONTEXT", NAME_W, false }, { "Region", REGION_W, false }, { "$ / h", NUMBER_W, true }, { "jobs/m", NUMBER_W, true },
	{ "err 1 h", NUMBER_W, true }, { "today", NUMBER_W, true }, { "$, last 34 min", SPARK_W, false }, { "", 20, false },
};
enum { COLUMNS = sizeof columns / sizeof *columns, SPARK_AT = 6 };

static void draw_strip(Box b, int y, const Strip *t, bool ascii, Arena *scratch)
{
	const Clean cell[COLUMNS] = { t->name, t->region, t->rate, t->jobs, t->errors, t->today, { "", 0, 0 }, t->state };
	const Role role[COLUMNS] = { t->role, ROLE_DIM, ROLE_MONEY, ROLE_TEXT, ROLE_TEXT, ROLE_MONEY, ROLE_CHART_1, t->state_role };

	for (int i = 0, x = 0; i < COLUMNS; x += columns[i++].w + 1) {
		if (i == SPARK_AT)
			draw_spark(b, x, y, SPARK_W, ROLE_CHART_1, t->spark + (FIG_SPARK - SPARK_W), SPARK_W, ascii);
		else if (columns[i].right)
			draw_right(b, x, y, columns[i].w, role[i], cell[i]);
		else
			draw_left(b, x, y, columns[i].w, role[i], clean_cut_middle(scratch, cell[i], columns[i].w));
	}
}

static void contexts_draw(const Pane *p, Box b)
{
	const ContextsPane *s = p->state;
	int rows = s->n > b.h - 1 ? b.h - 2 : s->n;
	Arena scratch = { 0 };

	if (b.w < LEAST_W)
		return;
	for (int i = 0, x = 0; i < COLUMNS; x += columns[i++].w + 1)
		(columns[i].right ? draw_right : draw_left)(b, x, 0, columns[i].w, ROLE_TITLE, clean_own(columns[i].title));
	for (int i = 0; i < rows; i++)
		draw_strip(b, i + 1, &s->strip[i], s->ascii, &scratch);
	if (rows >= 0 && rows < s->n && b.h > 1)
		draw_ownf(b, 0, rows + 1, ROLE_DIM, "+%d more", s->n - rows);
	if (!s->n)
		pane_empty(b, s->fresh, "no store can be read");
	if (s->state.n && b.h > 1)
		draw_text(b, 0, b.h - 1, ROLE_ERROR, pane_cut(&scratch, s->state, b.w));
	arena_done(&scratch);
}

const PaneClass pane_contexts = {
	.name = "contexts", .title = "contexts", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK, .feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.least_w = LEAST_W, .open = contexts_open, .update = contexts_update, .draw = contexts_draw, .close = contexts_close,
};
