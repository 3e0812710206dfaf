/* Evaluations: what a run of a suite came to. The sentence first, the cells below it, then the cases with the regressions on top; Enter shows two
 * answers side by side. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "panes/evalvote.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "wire/time8601.h"

enum { COL_CASE, COL_CELL, COL_KIND, COL_WHY, COLS };
static const TableColumn columns[COLS] = {
	[COL_CASE] = { "case", "case", 24, false, 'C', 0 }, [COL_CELL] = { "cell", "cell", 12, false, 'E', 0 },
	[COL_KIND] = { "result", "result", 9, false, 'S', 0 }, [COL_WHY] = { "why", "why", -1, false, 0, 0 },
};

/* Of the cells, which are a list without a cursor. */
enum { CELL_NAME, CELL_N, CELL_PASS, CELL_PAIR, CELL_COST, CELL_P95, CELL_INVALID, CELL_THEN, CELL_MODEL, CELL_COLS };
static const struct { const char *title; int w; bool right; int min_pane; } cell_column[CELL_COLS] = {
	[CELL_NAME] = { "cell", 24, false, 0 }, [CELL_N] = { "n", 9, true, 0 }, [CELL_PASS] = { "pass %", 12, true, 0 },
	[CELL_PAIR] = { "won/lost", 8, true, 0 }, [CELL_COST] = { "$/case", 7, true, 0 }, [CELL_P95] = { "p95", 7, true, 0 },
	[CELL_INVALID] = { "invalid", 7, true, 0 }, [CELL_THEN] = { "before", 9, true, 100 }, [CELL_MODEL] = { "model", 24, false, 120 },
};
enum { CELLS_SHOWN = 6, LEAST_CASES = 5 };

typedef struct CellRow { Clean col[CELL_COLS]; Role role; } CellRow;

typedef struct EvalsPane {
	Table t;
	int64_t nth;
	const EvalsSeen *seen;         /* NULL: not read yet */
	Fresh fresh;
	Clean sentence, about, beside, state;
	CellRow cell[SUITE_CELLS];
	int   cells;
	bool  pairing;                 /* two answers are shown in place of the list */
	EvalPairView pair;
	bool  voting;                  /* and they are voted on */
	EvalVoting vote;
} EvalsPane;

static int evals_open(Pane *p, Err *e)
{
	EvalsPane *s = p->state = xcalloc(1, sizeof *s);

	s->sentence = s->about = s->beside = s->state = clean_own("");
	return table_open(&s->t, columns, COLS, p, e);
}

static void evals_close(Pane *p)
{
	EvalsPane *s = p->state;

	evalvote_done(&s->vote);
	table_close(&s->t);
	free(s);
}

/* --- the words above the table --- */

/* The cell that is spoken of: that of the row under the cursor; of the first one nothing is said beside itself. */
static int spoken_of(const EvalsPane *s)
{
	const TableRow *r = table_current(&s->t);
	const EvalsLine *l = r ? r->object : NULL;

	return l && l->cell > 0 ? l->cell : s->seen->cells > 1 ? 1 : 0;
}

static Clean percent_of(const EvalsCell *base, const EvalsCell *c, Arena *a)
{
	if (base->nusd <= 0 || base->missing || c->missing || base->unpriced || c->unpriced)
		return clean_own("");
	return clean_ownf(a, ", $ %+.0f %%", (double)(c->nusd - base->nusd) * 100 / (double)base->nusd);
}

/* "v2.2 vs v2.1 on nova-pro: won 14, lost 3, tied 183, p 0.013, $ -22 %" */
static Clean sentence_of(const EvalsSeen *v, int at, Arena *a)
{
	const EvalsCell *base = &v->cell[0], *c = &v->cell[at];
	const bool same = str_eq(str_of(base->model), str_of(c->model));
	const Clean name = clean_text(a, str_of(c->name), 0), first = clean_text(a, str_of(base->name), 0);

	if (!at)
		return clean_ownf(a, "%s: passed %" PRId64 " of %" PRId64, name.p, c->passed, c->n);
	return clean_ownf(a, "%s vs %s%s%s: won %" PRId64 ", lost %" PRId64 ", tied %" PRId64 ", p %.3f%s", name.p, first.p, same ? " on " : "",
	                  same ? fmt_model(a, str_of(c->model), 20).p : "", c->won, c->lost, c->tied, c->p, percent_of(base, c, a).p);
}

static Clean about_of(const EvalsSeen *v, int at, const World *w, Arena *a)
{
	const EvalsCell *c = &v->cell[at];
	Clean line = clean_ownf(a, "%s%s%s  %s  run %d of %d  %s", v->context[0] ? clean_text(a, str_of(v->context), 0).p : "", v->context[0] ? " " : "",
	                        clean_text(a, str_of(v->suite), 0).p, fmt_when(a, v->time_ms, w->now_ms, w->offset_ms).p, v->nth + 1, v->runs,
	                        fmt_money(a, v->spent_nusd).p);

	if (c->vote_won + c->vote_lost + c->vote_tied)
		line = clean_ownf(a, "%s  blind %" PRId64 "/%" PRId64 "/%" PRId64 " p %.2f", line.p, c->vote_won, c->vote_lost, c->vote_tied,
		                  paired_p(&(Paired){ c->vote_won, c->vote_lost, c->vote_tied }));
	if (v->stopped[0])
		line = clean_ownf(a, "%s  NOT FINISHED", line.p);
	if (!v->has_before)
		return clean_ownf(a, "%s  no earlier run", line.p);
	if (!c->then)
		return clean_ownf(a, "%s  not in the run before", line.p);
	return clean_ownf(a, "%s  before: %" PRId64 "/%" PRId64 ", %d no longer, %d newly", line.p, c->then_passed, c->then_n, c->no_longer, c->newly);
}

/* What the comparison cannot be laid to. */
static Clean beside_of(const EvalsCell *c, Arena *a)
{
	int n = c->differs[0] != 0;

	for (const char *at = c->differs; *at; at++)
		n += *at == ',';
	return n > 1 ? clean_ownf(a, "they differ in %d things (%s): it can be laid to none alone", n, clean_text(a, str_of(c->differs), 0).p)
	             : clean_own("");
}

/* --- rows --- */

static Clean passed_of(const EvalsCell *c, Arena *a)
{
	if (!c->n)
		return clean_own("-");
	if (c->n < FEW)
		return clean_ownf(a, "%" PRId64 "/%" PRId64, c->passed, c->n);
	return clean_ownf(a, "%.1f ±%.1f", (double)c->passed * 100 / (double)c->n, (double)(c->high_ppm - c->low_ppm) / 20000);
}

static void fill_cell(CellRow *r, const EvalsCell *c, bool first, Arena *a)
{
	const int64_t had = c->n + c->invalid + c->unjudged;

	r->role = c->no_longer || c->lost > c->won ? ROLE_WARN : ROLE_TEXT;
	r->col[CELL_NAME] = clean_text(a, str_of(c->name), 0);
	r->col[CELL_N] = clean_ownf(a, "%" PRId64, c->n);
	r->col[CELL_PASS] = passed_of(c, a);
	r->col[CELL_PAIR] = first ? clean_own("first") : clean_ownf(a, "%" PRId64 "/%" PRId64, c->won, c->lost);
	r->col[CELL_COST] = had && !c->unpriced ? fmt_money(a, c->nusd / had) : clean_own("-");
	r->col[CELL_P95] = c->p95_ms < 0 ? clean_own("-") : fmt_ms(a, c->p95_ms);
	r->col[CELL_INVALID] = clean_ownf(a, "%" PRId64 "%s%s", c->invalid, c->unjudged ? clean_ownf(a, "+%" PRId64 "u", c->unjudged).p : "",
	                                  c->missing ? clean_ownf(a, "+%" PRId64 "m", c->missing).p : "");
	r->col[CELL_THEN] = c->then ? clean_ownf(a, "%" PRId64 "/%" PRId64, c->then_passed, c->then_n) : clean_own("-");
	r->col[CELL_MODEL] = fmt_model(a, str_of(c->model), cell_column[CELL_MODEL].w);
}

static const struct { const char *word; Role role; } kinds[EVALS_KINDS] = {
	[EVALS_LOST] = { "lost", ROLE_ERROR }, [EVALS_NO_LONGER] = { "no longer", ROLE_ERROR }, [EVALS_FAILED] = { "fails", ROLE_WARN },
	[EVALS_OPEN] = { "open", ROLE_INFO }, [EVALS_WON] = { "won", ROLE_OK }, [EVALS_PASSED] = { "passes", ROLE_DIM },
};

static void fill_case(EvalsPane *s, const EvalsLine *l, Arena *a)
{
	TableRow *r = table_add(&s->t, arena_printf(a, "%d/%s", l->cell, l->one), l);
	const char *name = l->cell < s->seen->cells ? s->seen->cell[l->cell].name : "";

	r->cell[COL_CASE] = (TableCell){ clean_text(a, str_of(l->one), 0), ROLE_TEXT, 0 };
	r->cell[COL_CELL] = (TableCell){ clean_text(a, str_of(name), 0), ROLE_DIM, l->cell };
	r->cell[COL_KIND] = (TableCell){ clean_own(kinds[l->kind].word), kinds[l->kind].role, l->kind };
	r->cell[COL_WHY] = (TableCell){ clean_text(a, str_of(l->why), 0), ROLE_UNTRUSTED, 0 };
}

static void fill(EvalsPane *s, Pane *p, const World *w)
{
	const EvalsSeen *v = s->seen;
	Arena *a = &p->arena;
	int at;

	for (s->cells = 0; s->cells < v->cells; s->cells++)
		fill_cell(&s->cell[s->cells], &v->cell[s->cells], !s->cells, a);
	table_begin(&s->t);
	for (int32_t i = 0; i < v->n; i++)
		fill_case(s, &v->line[i], a);
	table_end(&s->t, w->filter);
	if (!s->t.n && w->filter.n)
		s->state = table_nothing(&s->t, w->filter, a);
	if (v->total > v->n)
		s->state = clean_ownf(a, "%d of %d cases", v->n, v->total);
	at = spoken_of(s);
	s->sentence = sentence_of(v, at, a);
	s->about = about_of(v, at, w, a);
	s->beside = beside_of(&v->cell[at], a);
}

static void end_vote(Pane *p, EvalsPane *s)
{
	Buf tally = { 0 };

	s->pairing = s->voting = false;
	evalvote_tally(&s->vote, &tally);
	app_show_text(p->app, "Blind vote", buf_str(&tally));
	buf_done(&tally);
}

static void next_pair(Pane *p, EvalsPane *s)
{
	p->dirty = true;
	if (!evalvote_show(&s->vote, &s->pair))
		end_vote(p, s);
}

/* Nothing is to be chosen between two answers that are one. */
static void pass(Pane *p, EvalsPane *s)
{
	evalvote_pass(&s->vote);
	next_pair(p, s);
}

static void evals_update(Pane *p, const World *w)
{
	EvalsPane *s = p->state;
	const EvalsAsk ask = { s->nth };
	const PaneAsk *got;

	app_ask(p, &ask_evals, &ask);
	got = pane_answer(p, &ask_evals);
	s->seen = got->out;
	s->sentence = clean_own("EVALUATIONS");
	s->about = s->beside = s->state = clean_own("");
	s->fresh = got->error[0] ? FRESH_FAILED : got->out ? FRESH_OK : FRESH_LOADING;
	if (got->error[0])
		s->state = clean_text(&p->arena, str_of(got->error), 0);
	s->cells = 0;
	if (s->seen && s->seen->runs) {
		s->nth = got->answered ? s->seen->nth : s->nth;
		fill(s, p, w);
	} else {
		table_begin(&s->t);
		table_end(&s->t, STR(""));
		if (s->seen)
			s->fresh = FRESH_EMPTY;
	}
	if (s->pairing)
		evalpair_update(&s->pair, p, w);
	/* The next one is still to be read: then it is not known to say the same. */
	while (s->voting && s->pair.same) {
		pass(p, s);
		if (s->pairing)
			evalpair_update(&s->pair, p, w);
	}
}

/* --- drawing --- */

static void draw_cells(const EvalsPane *s, Box b, int rows)
{
	for (int y = -1; y < rows; y++)
		for (int i = 0, x = 0; i < CELL_COLS; i++) {
			const int w = cell_column[i].w;
			const Clean c = y < 0 ? clean_own(cell_column[i].title) : s->cell[y].col[i];
			const Role role = y < 0 ? ROLE_TITLE : i == CELL_NAME ? s->cell[y].role : ROLE_TEXT;

			if (b.w < cell_column[i].min_pane)
				continue;
			if (cell_column[i].right)
				draw_right(b, x, y + 1, w, role, c);
			else
				draw_left(b, x, y + 1, w, role, c);
			x += w + 1;
		}
}

static int cells_shown(const EvalsPane *s, int h)
{
	const int room = h - LEAST_CASES - 1, most = s->cells < CELLS_SHOWN ? s->cells : CELLS_SHOWN;

	return room < most ? (room > 0 ? room : 0) : most;
}

static void evals_draw(const Pane *p, Box b)
{
	const EvalsPane *s = p->state;
	Arena scratch = { 0 };
	Box in;
	int y = 0, rows;

	if (s->pairing) {
		evalpair_draw(&s->pair, p, b);
		return;
	}
	in = pane_head(b, p, clean_cut(&scratch, s->sentence, b.w), s->fresh, s->state);
	if (s->cells) {
		draw_text(in, 0, y++, ROLE_DIM, clean_cut(&scratch, s->about, in.w));
		if (s->beside.n)
			draw_text(in, 0, y++, ROLE_WARN, clean_cut(&scratch, s->beside, in.w));
		rows = cells_shown(s, in.h - y);
		draw_cells(s, box_sub(in, 0, y, in.w, rows + 1), rows);
		y += rows + 1;
		table_draw(&s->t, box_sub(in, 0, y, in.w, in.h - y), p->focused, &scratch);
	} else if (s->fresh == FRESH_EMPTY || s->fresh == FRESH_LOADING) {
		pane_empty(in, s->fresh, "no run is kept yet: `seismo eval SUITE.yaml` makes one (docs/eval.md)");
	}
	arena_done(&scratch);
}

/* --- keys --- */

static const EvalsLine *current(const EvalsPane *s)
{
	const TableRow *r = table_current(&s->t);

	return r ? r->object : NULL;
}

static void show(EvalsPane *s, const EvalsLine *l)
{
	const EvalsSeen *v = s->seen;
	EvalPairView *x = &s->pair;

	*x = (EvalPairView){ 0 };
	(void)snprintf(x->title, sizeof x->title, "%s: %s %s", l->one, v->cell[l->cell].name, kinds[l->kind].word);
	(void)snprintf(x->head[0], sizeof x->head[0], "%s%s", v->cell[l->beside_then ? l->cell : 0].name, l->beside_then ? ", the run before" : "");
	(void)snprintf(x->head[1], sizeof x->head[1], "%s", v->cell[l->cell].name);
	(void)snprintf(x->why, sizeof x->why, "%s", l->why);
	memcpy(x->ask.path[0], l->beside_then ? v->before : v->results, sizeof x->ask.path[0]);
	memcpy(x->ask.path[1], v->results, sizeof x->ask.path[1]);
	memcpy(x->ask.key[0], l->other, sizeof x->ask.key[0]);
	memcpy(x->ask.key[1], l->key, sizeof x->ask.key[1]);
	s->pairing = true;
}

static void act_pair(Pane *p)
{
	EvalsPane *s = p->state;

	if (current(s))
		show(s, current(s));
}

static void act_vote(Pane *p)
{
	EvalsPane *s = p->state;
	const int cell = s->seen && s->seen->runs ? spoken_of(s) : 0;

	if (!cell || !evalvote_begin(&s->vote, s->seen, cell, (uint64_t)clock_mono_ns())) {
		app_say(p->app, ROLE_WARN, "a blind vote needs two cells with answers to the same cases");
		return;
	}
	s->pairing = s->voting = true;
	next_pair(p, s);
}

/* Only what is on the screen can be voted on. A pair with a missing answer is passed over. */
static int vote_key(Pane *p, EvalsPane *s, Key k)
{
	const bool plain = k.kind == KEY_CHAR && !k.mod;
	const int side = k.kind == KEY_LEFT ? -1 : k.kind == KEY_RIGHT ? 1 : 0;
	EvalBallot b;
	int choice;

	if (k.kind == KEY_ESC || (plain && k.ch == 'q')) {
		end_vote(p, s);
		return PANE_HANDLED;
	}
	if (plain && k.ch == 'n') {
		pass(p, s);
		return PANE_HANDLED;
	}
	if (!side && !(plain && k.ch == '='))
		return evalpair_key(&s->pair, k);
	if (!s->pair.ready)
		return PANE_HANDLED;
	b = s->vote.v[s->vote.at];
	choice = evalvote_cast(&s->vote, side);
	app_eval_vote(p->app, &s->vote.to, b.one, choice);
	next_pair(p, s);
	return PANE_HANDLED;
}

static void step_run(Pane *p, int by)
{
	EvalsPane *s = p->state;

	if (!s->seen || s->nth + by < 0 || s->nth + by >= s->seen->runs)
		return;
	s->nth += by;
}

static void act_older(Pane *p)
{
	step_run(p, 1);
}

static void act_newer(Pane *p)
{
	step_run(p, -1);
}

static void act_templates(Pane *p)
{
	app_open_view(p->app, "templates");
}

static int evals_key(Pane *p, Key k)
{
	EvalsPane *s = p->state;

	if (!s->pairing)
		return table_key(&s->t, k, p->h - LEAST_CASES - s->cells);
	if (s->voting)
		return vote_key(p, s, k);
	if (k.kind == KEY_ESC || (k.kind == KEY_CHAR && !k.mod && k.ch == 'q')) {
		s->pairing = false;
		return PANE_HANDLED;
	}
	return evalpair_key(&s->pair, k);
}

static const PaneKey pair_keys[] = { { "esc", "back", NULL }, { "up", "scroll", NULL }, { 0 } };

static const PaneKey vote_keys[] = {
	{ "left", "this is better", NULL }, { "right", "that is", NULL }, { "=", "neither", NULL }, { "n", "pass", NULL }, { "esc", "end", NULL }, { 0 },
};

static const PaneKey *evals_typing(const Pane *p)
{
	const EvalsPane *s = p->state;

	return s->voting ? vote_keys : s->pairing ? pair_keys : NULL;
}

static void evals_help(const Pane *p, Buf *out)
{
	table_help(&((const EvalsPane *)p->state)->t, out);
}

static const PaneKey keys[] = {
	{ "enter", "both answers", act_pair },
	{ "B", "vote blind", act_vote },
	{ "left", "older run", act_older },
	{ "right", "newer run", act_newer },
	{ "tab", "templates", act_templates },
	{ 0 },
};

const PaneClass pane_evals = {
	.name = "evals", .title = "evaluations", .topics = TOPIC_FIGURES | TOPIC_FILTER | TOPIC_CLOCK, .focusable = true, .open = evals_open,
	.update = evals_update, .draw = evals_draw, .key = evals_key, .typing = evals_typing, .close = evals_close, .keys = keys, .help = evals_help,
};
