/* The last seven dates by hours, small: the cost view's first heatmap beside other panes. Enter opens that view at the hour. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/heat_own.h"
#include "panes/panes.h"

enum { LABEL_W = 4, CELL_W = 3, SUM_W = 4, WEEK_W = LABEL_W + 24 * CELL_W + SUM_W };

static int week_open(Pane *p, Err *e)
{
	HeatPane *s = p->state = xcalloc(1, sizeof *s);

	(void)e;
	s->axes = GRID_DATE_HOUR;
	s->cols = 24;
	s->label_w = LABEL_W;
	s->cell_w = CELL_W;
	s->total_w = SUM_W;
	return 0;
}

static void week_close(Pane *p)
{
	free(p->state);
}

static void week_update(Pane *p, const World *w)
{
	HeatPane *s = p->state;
	char text[FRESH_TEXT];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = s->fresh == FRESH_OK ? clean_own("") : s->fresh == FRESH_FAILED ? clean_own("feed FAILED") : pane_as_of(p, w, &p->arena);
	s->ascii = w->ascii;
	s->title = clean_own("7 DAYS");
	s->grid = w->fig ? grid_of_figures(w->fig, w->now_ms, &p->arena) : NULL;
	s->body = p->h > 3 ? p->h - 2 : 1;
	s->lines = 0;
	if (!s->grid)
		return;
	heat_place(s, w);
	heat_rows(s, w, p->w - s->state.columns - 2, &p->arena);
}

static void week_draw(const Pane *p, Box b)
{
	const HeatPane *s = p->state;
	Box in;

	if (b.w < WEEK_W)
		return;
	in = pane_head(b, p, s->title, s->fresh, s->state);
	if (!s->grid) {
		pane_empty(in, s->fresh, "no figures yet");
		return;
	}
	heat_draw_rows(s, in, p->focused);
}

/* The pane is gone once the other view is open. */
static void to_cost(Pane *p)
{
	const HeatPane *s = p->state;
	App *app = p->app;
	CostCell cell;

	if (!s->grid)
		return;
	grid_cell(s->grid, s->row, s->col, &cell);
	app_open_view(app, "cost");
	app_select_cell(app, &cell, GRID_DATE_HOUR);
}

static const PaneKey keys[] = {
	{ "enter", "cost of the hour", to_cost }, { "x", "explain", heat_explain_cell }, { "b", "colour", heat_next_basis }, { 0 }
};

const PaneClass pane_week = {
	.scrub_ms = 3600000, .name = "week", .title = "7 days", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK,
	.feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), .focusable = true, .aside = true, .least_w = WEEK_W,
	.open = week_open, .update = week_update, .draw = week_draw, .key = heat_key, .close = week_close, .keys = keys,
};
