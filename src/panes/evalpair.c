#include "panes/evalpair.h"

#include "panes/fmt.h"
#include "panes/panes.h"

enum { HEAD_ROWS = 3, TEXT_SHOWN = 64 << 10 };

static Clean figures_of(const EvalsSide *s, Arena *a)
{
	return clean_ownf(a, "%s  %s>%s  %s  %s", fmt_ms(a, s->total_ms).p, fmt_count(a, s->in_tok).p, fmt_count(a, s->out_tok).p,
	                  s->priced ? fmt_money(a, s->nusd).p : "no price", clean_text(a, str_of(s->stop), 0).p);
}

static void lay_out(EvalPairView *v, int i, const EvalsSide *s, int w, Arena *a)
{
	v->shown_head[i] = clean_text(a, str_of(v->head[i]), 0);
	v->figures[i] = s->found && !v->blind ? figures_of(s, a) : clean_own("");
	v->row[i] = NULL;
	v->n[i] = 0;
	if (!s->found) {
		v->figures[i] = clean_own("no answer of it is in the file of results");
		return;
	}
	v->row[i] = markdown_rows(a, str_sub(s->text, 0, TEXT_SHOWN), w, &v->n[i]);
	if (!str_trim(s->text).n)
		v->figures[i] = clean_own("an empty answer");
}

void evalpair_update(EvalPairView *v, Pane *p, const World *w)
{
	const PaneAsk *got;
	Arena *a = &p->arena;
	const int half = (p->w - 1) / 2;

	(void)w;
	app_ask(p, &ask_evals_pair, &v->ask);
	got = pane_answer(p, &ask_evals_pair);
	v->shown_title = clean_text(a, str_of(v->title), 0);
	v->shown_why = clean_text(a, str_of(v->why), 0);
	v->state = got->error[0] ? clean_text(a, str_of(got->error), 0) : clean_own(got->answered ? "" : "reading");
	v->ready = v->same = false;
	if (got->answered) {
		const EvalsSide *side = ((const EvalsPair *)got->out)->side;

		v->ready = side[0].found && side[1].found;
		v->same = v->ready && str_eq(side[0].text, side[1].text);
	}
	v->body = p->h - HEAD_ROWS - (v->why[0] && !v->blind);
	for (int i = 0; i < 2; i++) {
		v->n[i] = 0;
		v->row[i] = NULL;
		v->shown_head[i] = v->figures[i] = clean_own("");
		if (got->answered)
			lay_out(v, i, &((const EvalsPair *)got->out)->side[i], half - (i == 0), a);
	}
}

static void draw_side(const EvalPairView *v, int i, Box b)
{
	Arena scratch = { 0 };

	draw_text(b, 0, 0, ROLE_TITLE, clean_cut(&scratch, v->shown_head[i], b.w));
	draw_text(b, 0, 1, ROLE_DIM, clean_cut(&scratch, v->figures[i], b.w));
	for (int y = 0; y < v->body && (size_t)(v->top + y) < v->n[i]; y++)
		markdown_draw(b, 0, y + 2, &v->row[i][v->top + y]);
	arena_done(&scratch);
}

void evalpair_draw(const EvalPairView *v, const Pane *p, Box b)
{
	const int half = (b.w - 1) / 2;
	const Fresh fresh = v->state.n ? (str_is((Str){ v->state.p, v->state.n }, "reading") ? FRESH_LOADING : FRESH_FAILED) : FRESH_OK;
	Box in = pane_head(b, p, v->shown_title, fresh, v->state);
	Arena scratch = { 0 };

	draw_side(v, 0, box_sub(in, 0, 0, half - 1, in.h));
	draw_side(v, 1, box_sub(in, half, 0, in.w - half, in.h));
	for (int y = 0; y < in.h - (v->shown_why.n && !v->blind); y++)
		draw_own(in, half - 1, y, ROLE_BORDER, "│");
	if (v->shown_why.n && !v->blind)
		draw_text(in, 0, in.h - 1, ROLE_WARN, clean_cut(&scratch, v->shown_why, in.w));
	arena_done(&scratch);
}

int evalpair_key(EvalPairView *v, Key k)
{
	const int most = (int)(v->n[0] > v->n[1] ? v->n[0] : v->n[1]) - v->body;
	const bool plain = k.kind == KEY_CHAR && !k.mod;
	int top = v->top;

	if (k.kind == KEY_DOWN || (plain && k.ch == 'j'))
		top++;
	else if (k.kind == KEY_UP || (plain && k.ch == 'k'))
		top--;
	else if (k.kind == KEY_PAGE_DOWN || (plain && k.ch == ' '))
		top += v->body;
	else if (k.kind == KEY_PAGE_UP)
		top -= v->body;
	else if (k.kind == KEY_HOME || (plain && k.ch == 'g'))
		top = 0;
	else if (k.kind == KEY_END || (plain && k.ch == 'G'))
		top = most;
	else
		return PANE_IGNORED;
	top = top > most ? most : top;
	v->top = top < 0 ? 0 : top;
	return PANE_HANDLED;
}
