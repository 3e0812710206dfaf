/* Who moves: agent versions by Δ$ or by Δ error rate, the last two hours against the usual ones. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

enum { ROWS = 24 };

typedef struct MoverRow { Clean key, a, b, c; Role role; } MoverRow;
typedef struct MoversPane { bool errors; int n; MoverRow row[ROWS]; bool have; } MoversPane;

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

static MoverRow cost_row(Arena *a, const GroupCell *g)
{
	int64_t delta = g->nusd - g->base_nusd;
	bool high = g->base_nusd > 0 && g->nusd >= 2 * g->base_nusd;

	return (MoverRow){ clean_text(a, str_of(g->key), 0), fmt_money(a, g->nusd), fmt_delta(a, delta),
					   fmt_ratio(a, g->nusd, g->base_nusd ? g->base_nusd : FIG_NONE), high ? ROLE_WARN : ROLE_TEXT };
}

static MoverRow error_row(Arena *a, const GroupCell *g)
{
	bool high = g->jobs >= FEW && g->base_err_ppm != FIG_NONE && g->err_ppm > 3 * g->base_err_ppm && g->err_ppm > 20000;

	return (MoverRow){ clean_text(a, str_of(g->key), 0), fmt_rate(a, g->err_ppm, g->failed, g->jobs),
					   fmt_rate(a, g->base_err_ppm, 0, FEW), clean_ownf(a, "n=%lld", (long long)g->jobs),
					   high ? ROLE_ERROR : ROLE_TEXT };
}

static void movers_update(Pane *p, const World *w)
{
	MoversPane *s = p->state;
	const Groups *g = !w->fig ? NULL : s->errors ? &w->fig->movers_errors : &w->fig->movers_cost;

	s->n = 0;
	s->have = g != NULL;
	for (int i = 0; g && i < g->n && s->n < ROWS; i++) {
		if (s->errors && g->cell[i].err_ppm == FIG_NONE)
			continue;
		s->row[s->n++] = (s->errors ? error_row : cost_row)(&p->arena, &g->cell[i]);
	}
}

static void movers_draw(const Pane *p, Box b)
{
	const MoversPane *s = p->state;
	Arena scratch = { 0 };
	int kw = b.w - 23 > 8 ? b.w - 23 : 8;

	draw_own(b, 0, 0, ROLE_TITLE, s->errors ? "MOVERS error %" : "MOVERS $, 2 h");
	draw_right(b, kw, 0, 7, ROLE_TITLE, clean_own("now"));
	draw_right(b, kw + 8, 0, 7, ROLE_TITLE, clean_own(s->errors ? "usual" : "diff"));
	draw_right(b, kw + 16, 0, 6, ROLE_TITLE, clean_own(s->errors ? "jobs" : "x"));
	for (int i = 0; i < s->n && i < b.h - 1; i++) {
		const MoverRow *r = &s->row[i];

		draw_left(b, 0, i + 1, kw - 1, r->role, clean_cut_middle(&scratch, r->key, kw - 1));
		draw_right(b, kw, i + 1, 7, r->role, r->a);
		draw_right(b, kw + 8, i + 1, 7, ROLE_DIM, r->b);
		draw_right(b, kw + 16, i + 1, 6, ROLE_DIM, r->c);
	}
	if (!s->n)
		draw_own(b, 2, 1, ROLE_DIM, s->have ? "nothing moves" : "no figures yet");
	arena_done(&scratch);
}

static const char *const options[] = { "by", NULL };

const PaneClass pane_movers = {
	.name = "movers", .title = "movers", .topics = TOPIC_FIGURES, .feeds = FEED_BIT(FEED_JOBS), .options = options,
	.open = movers_open, .update = movers_update, .draw = movers_draw, .close = movers_close,
};
