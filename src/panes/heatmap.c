/* Cost by two axes: dates and hours, tenants and weeks, personas and models, agents and versions, weekdays and hours. The colour says how
 * far from the usual; the cursor's cell is explained below and by the contributors pane. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "panes/heat_own.h"
#include "panes/marks.h"
#include "panes/panes.h"
#include "panes/why.h"

enum { NARROW = 100 }; /* columns below which the heading has room for one short state only */

static int heat_open(Pane *p, Err *e)
{
	HeatPane *s = p->state = xcalloc(1, sizeof *s);
	Str x = pane_option(p, "x"), y = pane_option(p, "y"), value = pane_option(p, "value");
	int axes = 0;

	while (y.n && axes < GRID_AXES && !(str_is(y, heat_axes[axes].y) && (!x.n || str_is(x, heat_axes[axes].x))))
		axes++;
	if (axes == GRID_AXES)
		return err_kind(e, ERR_USAGE, "line %d: heatmap: y and x are date and hour, tenant and week, persona and model, agent and version, or "
						"weekday and hour", p->node->line);
	s->axes = (GridAxes)axes;
	if (value.n && heat_basis_of(value, &s->basis) < 0)
		return err_kind(e, ERR_USAGE, "line %d: heatmap: value is ratio, usd or delta, not %.*s", p->node->line,
						STR_ARG(value));
	return 0;
}

static void heat_close(Pane *p)
{
	free(p->state);
}

/* --- update --- */

/* Wider windows get wider cells, then what each row usually costs. Where cells are words and not numbers only those with room for
 * them are shown. */
static void widths(HeatPane *s, int w)
{
	const AxesKind *k = &heat_axes[s->axes];
	int cell;

	s->cols = s->grid ? s->grid->cols : 0;
	s->label_w = w >= 120 ? k->label_wide : k->label_w;
	s->total_w = k->total_w;
	while (s->cols > 1 && k->cell_least > 3 && (w - s->label_w - s->total_w) / s->cols < k->cell_least)
		s->cols--;
	cell = (w - s->label_w - s->total_w - EXTRA_W) / (s->cols ? s->cols : 1);
	s->wide = cell >= k->cell_least;
	if (!s->wide)
		cell = (w - s->label_w - s->total_w) / (s->cols ? s->cols : 1);
	s->cell_w = cell < 3 ? 3 : cell > k->cell_max ? k->cell_max : cell;
}

static const Grid *grid_now(Pane *p, HeatPane *s, const World *w)
{
	GridAsk q = { .axes = (int32_t)s->axes };
	const PaneAsk *answer;

	if (s->axes == GRID_DATE_HOUR)
		return w->fig ? grid_of_figures(w->fig, w->now_ms, &p->arena) : NULL;
	app_ask(p, &ask_grid, &q);
	answer = pane_answer(p, &ask_grid);
	if (answer->error[0])
		s->state = clean_text(&p->arena, arena_str(&p->arena, str_of(answer->error)), 0);
	return answer->answered ? answer->out : NULL;
}

/* The cursor's cell, and why it costs what it costs. */
static void choose(Pane *p, HeatPane *s, const World *w)
{
	const PaneAsk *why;
	CostCell cell;

	grid_cell(s->grid, s->row, s->col, &cell);
	heat_explain(s, w, &cell, &p->arena);
	if (!cell_same(&cell, &w->cell) || w->cell_axes != (int)s->axes)
		app_select_cell(p->app, &cell, (int)s->axes);
	app_ask(p, &ask_why, &cell);
	why = pane_answer(p, &ask_why);
	s->why = clean_own("");
	if (why->answered && ((const CellWhy *)why->out)->against.known)
		s->why = why_line(&((const CellWhy *)why->out)->bridge, p->w, &p->arena);
	else if (why->error[0])
		s->why = clean_text(&p->arena, arena_str(&p->arena, str_of(why->error)), 0);
}

static void heat_update(Pane *p, const World *w)
{
	HeatPane *s = p->state;
	char text[FRESH_TEXT];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = clean_text(&p->arena, arena_str(&p->arena, str_of(text)), 0);
	/* Cut in its middle the sentence would not name what is missing. */
	if (p->w < NARROW && pane_lacks(p, w, &p->arena).n)
		s->state = pane_lacks(p, w, &p->arena);
	s->ascii = w->ascii;
	if (!s->opened && w->cell.until_hour)
		s->axes = (GridAxes)w->cell_axes;
	s->title = clean_own(heat_axes[s->axes].title);
	s->grid = grid_now(p, s, w);
	s->nothing = s->grid && s->axes == GRID_PERSONA_MODEL ? "no calls of a whole day (UTC) are read yet" : NULL;
	if (s->grid && !s->grid->rows)
		s->grid = NULL;
	widths(s, p->w);
	s->body = p->h - 2 - FOOT_ROWS > 1 ? p->h - 2 - FOOT_ROWS : 1;
	s->legend_row = s->grid && (s->grid->rows < s->body || s->body > FIG_DAYS);
	if (s->legend_row && s->grid->rows >= s->body)
		s->body--;
	s->lines = 0;
	if (!s->grid)
		return;
	heat_place(s, w);
	s->incomplete = s->axes == GRID_DATE_HOUR ? w->fig->grid_known <= s->running : s->grid->cell[0].state == GRID_UNREAD;
	heat_rows(s, w, p->w, &p->arena);
	choose(p, s, w);
}

/* The last row: what failed, or what the colours stand for. */
static void draw_foot(const HeatPane *s, Box in, int y, Clean state)
{
	Clean line;
	int x = 0;

	if (state.n) {
		while (y < in.h && clean_wrap(&state, in.w, &line))
			draw_text(in, 0, y++, fresh_role(s->fresh), line);
		return;
	}
	if (s->incomplete)
		x += 2 + draw_own(in, x, y, ROLE_STALE, "older hours are being read");
	for (int i = 0; i < HEAT_STEPS && x + HEAT_STEPS * HEAT_LEGEND_W <= in.w + i * HEAT_LEGEND_W; i++, x += HEAT_LEGEND_W)
		draw_ramp(in, x, y, HEAT_LEGEND_W, i, s->legend[i]);
	if (s->changed && x + 12 <= in.w)
		draw_ownf(in, x + 2, y, ROLE_CHART_2, "%s changed", marks_glyph(s->ascii));
}

static void heat_draw(const Pane *p, Box b)
{
	const HeatPane *s = p->state;
	bool beside = s->title.columns + 2 + s->state.columns <= b.w;
	Box in = pane_head(b, p, s->title, s->fresh, beside ? s->state : clean_own(""));
	int y = s->lines + 1;

	if (!s->grid) {
		pane_empty(in, s->state.n ? s->fresh : s->nothing ? FRESH_EMPTY : FRESH_LOADING,
		           s->state.n ? s->state.p : s->nothing ? s->nothing : "no figures yet");
		return;
	}
	heat_draw_rows(s, in, true);
	if (y < in.h)
		draw_text(in, 0, y, ROLE_TEXT, s->below);
	if (y + 2 >= in.h && (!beside || (s->incomplete && !s->why.n))) {
		/* Without a row for it, what is wrong comes before why. */
		draw_foot(s, in, y + 1, beside ? clean_own("") : s->state);
		return;
	}
	if (y + 1 < in.h)
		draw_text(in, 0, y + 1, ROLE_TEXT, s->why);
	/* What failed may take the row above as well, when there is nothing to explain there. */
	draw_foot(s, in, y + 2 - (s->state.n && !beside && !s->why.n), beside ? clean_own("") : s->state);
}

/* --- keys --- */

static void next_axes(Pane *p)
{
	HeatPane *s = p->state;

	s->axes = (GridAxes)((s->axes + 1) % GRID_AXES);
	s->moved = false;
	s->top = 0;
}

static void to_contributors(Pane *p)
{
	app_focus(p->app, "contributors");
}

static const PaneKey keys[] = {
	{ "enter", "who", to_contributors }, { "tab", "axes", next_axes }, { "x", "explain", heat_explain_cell },
	{ "b", "colour", heat_next_basis }, { 0 }
};
static const char *const options[] = { "x", "y", "value", NULL };

const PaneClass pane_heatmap = {
	.scrub_ms = 3600000, .name = "heatmap",
	.title = "cost by hour",
	.topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK,
	.feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.options = options,
	.focusable = true,
	.open = heat_open,
	.update = heat_update,
	.draw = heat_draw,
	.key = heat_key,
	.close = heat_close,
	.keys = keys,
};
