/* Who moves: agent versions by Δ$ or by Δ error rate, the last two hours against the usual ones. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

enum { ROWS = 24 };

typedef struct MoverRow { Clean key, a, b, c; Role role; const GroupCell *of; } MoverRow;
typedef struct MoversPane {
	Clean title, lacks;
	bool  errors, have;
	int   n, shown, cursor;        /* shown: rows that there is room for */
	MoverRow row[ROWS];
	FigText context;               /* whom the cursor is on */
	FigKey  key;
	int64_t hour;                  /* the running one */
} MoversPane;

static int movers_open(Pane *p, Err *e)
{
	MoversPane *s = p->state = xcalloc(1, sizeof *s);
	Str by = pane_option(p, "by");

	s->errors = str_is(by, "errors");
	if (by.n && !s->errors && !str_is(by, "cost"))
		return err_kind(e, ERR_USAGE, "line %d: movers: by is cost or errors, not %.*s", p->node->line, STR_ARG(by));
	return 0;
}

static void movers_close(Pane *p)
{
	free(p->state);
}

/* The same name in two accounts is two things. */
static Clean name_of(Arena *a, const GroupCell *g)
{
	return clean_text(a, *g->context ? arena_printf(a, "%s/%s", g->context, g->key) : str_of(g->key), 0);
}

static MoverRow cost_row(Arena *a, const GroupCell *g)
{
	int64_t delta = g->nusd - g->base_nusd;
	bool high = g->base_nusd > 0 && g->nusd >= 2 * g->base_nusd;

	return (MoverRow){ name_of(a, g), fmt_money(a, g->nusd), fmt_delta(a, delta),
					   fmt_ratio(a, g->nusd, g->base_nusd ? g->base_nusd : FIG_NONE), high ? ROLE_WARN : ROLE_TEXT, g };
}

static MoverRow error_row(Arena *a, const GroupCell *g)
{
	bool high = g->jobs >= FEW && g->base_err_ppm != FIG_NONE && g->err_ppm > 3 * g->base_err_ppm && g->err_ppm > 20000;

	return (MoverRow){ name_of(a, g), fmt_rate(a, g->err_ppm, g->failed, g->jobs),
					   fmt_rate(a, g->base_err_ppm, 0, FEW), clean_ownf(a, "n=%lld", (long long)g->jobs),
					   high ? ROLE_ERROR : ROLE_TEXT, g };
}

/* The cursor follows its object. */
static void move_to(MoversPane *s, int row)
{
	if (row < 0 || row >= s->shown)
		return;
	s->cursor = row;
	memcpy(s->context, s->row[row].of->context, sizeof s->context);
	memcpy(s->key, s->row[row].of->key, sizeof s->key);
}

static void movers_update(Pane *p, const World *w)
{
	MoversPane *s = p->state;
	const Groups *g = !w->fig ? NULL : s->errors ? &w->fig->movers_errors : &w->fig->movers_cost;
	Clean at;

	s->lacks = pane_lacks(p, w, &p->arena);
	s->title = clean_own(s->errors ? "MOVERS error %" : "MOVERS $, 2 h");
	at = pane_as_of(p, w, &p->arena);
	if (at.n)
		s->title = clean_ownf(&p->arena, "MOVERS %s %s", s->errors ? "err" : "$", at.p);
	s->n = 0;
	s->have = g != NULL;
	for (int i = 0; g && i < g->n && s->n < ROWS; i++) {
		if (s->errors && g->cell[i].err_ppm == FIG_NONE)
			continue;
		s->row[s->n++] = (s->errors ? error_row : cost_row)(&p->arena, &g->cell[i]);
	}
	s->hour = floor_div(w->now_ms, 3600000);
	s->shown = p->h - 1 - (s->lacks.n > 0);
	s->shown = s->shown > s->n ? s->n : s->shown < 0 ? 0 : s->shown;
	for (int i = 0; i < s->shown; i++)
		if (strcmp(s->row[i].of->key, s->key) == 0 && strcmp(s->row[i].of->context, s->context) == 0)
			s->cursor = i;
	move_to(s, s->cursor < s->shown ? s->cursor : s->shown - 1);
}

static void movers_draw(const Pane *p, Box b)
{
	const MoversPane *s = p->state;
	Arena scratch = { 0 };
	int kw = b.w - 23 > 8 ? b.w - 23 : 8;

	draw_text(b, 0, 0, p->focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, s->title);
	draw_right(b, kw, 0, 7, ROLE_TITLE, clean_own("now"));
	draw_right(b, kw + 8, 0, 7, ROLE_TITLE, clean_own(s->errors ? "usual" : "diff"));
	draw_right(b, kw + 16, 0, 6, ROLE_TITLE, clean_own(s->errors ? "jobs" : "x"));
	for (int i = 0; i < s->shown; i++) {
		const MoverRow *r = &s->row[i];

		draw_left(b, 0, i + 1, kw - 1, r->role, clean_cut_middle(&scratch, r->key, kw - 1));
		draw_right(b, kw, i + 1, 7, r->role, r->a);
		draw_right(b, kw + 8, i + 1, 7, ROLE_DIM, r->b);
		draw_right(b, kw + 16, i + 1, 6, ROLE_DIM, r->c);
		if (p->focused && i == s->cursor)
			draw_role(b, 0, i + 1, kw + 22, ROLE_SELECTED, ATTR_REVERSE);
	}
	if (s->lacks.n)
		draw_text(box_sub(b, 0, b.h - 1, b.w, 1), 0, 0, ROLE_ERROR, s->lacks);
	else if (!s->n)
		draw_own(b, 2, 1, ROLE_DIM, s->have ? "nothing moves" : "no figures yet");
	arena_done(&scratch);
}

static int movers_key(Pane *p, Key k)
{
	MoversPane *s = p->state;
	bool plain = k.kind == KEY_CHAR && !k.mod;

	if (k.kind == KEY_UP || (plain && k.ch == 'k'))
		move_to(s, s->cursor - 1);
	else if (k.kind == KEY_DOWN || (plain && k.ch == 'j'))
		move_to(s, s->cursor + 1);
	else
		return PANE_IGNORED;
	p->dirty = true;
	return PANE_HANDLED;
}

/* Its calls of the running hour and the one before. */
static bool chosen(const MoversPane *s, CostCell *c)
{
	*c = (CostCell){ .from_hour = s->hour - 1, .until_hour = s->hour + 1 };
	memcpy(c->context, s->context, sizeof c->context);
	return s->shown && cell_narrow(c, DIM_VERSION, s->key);
}

static void to_jobs(Pane *p)
{
	CostCell c;

	if (chosen(p->state, &c))
		app_scope_jobs(p->app, &c);
}

static void explain(Pane *p)
{
	CostCell c;

	if (chosen(p->state, &c))
		app_explain(p->app, &c);
}

static const PaneKey keys[] = { { "enter", "jobs", to_jobs }, { "x", "explain", explain }, { 0 } };
static const char *const options[] = { "by", NULL };

const PaneClass pane_movers = {
	.name = "movers", .title = "movers",
	.topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), .options = options,
	.focusable = true, .aside = true, .key = movers_key, .keys = keys,
	.open = movers_open, .update = movers_update, .draw = movers_draw, .close = movers_close,
};
