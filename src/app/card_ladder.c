/* The stop ladder on its card: each rung with what AWS is asked, whom that reaches, what takes it back, and whether this back end has it and
 * the configuration what it needs. */
#include "app/card_sheet.h"

#include <stdio.h>

enum { AT = 14, PARTS = 2 };

/* One sentence below the name of a rung. */
typedef struct Part { const char *label; Role role; Str text; int rows; } Part;
typedef struct Parts { Part part[PARTS]; int n; } Parts;

static int rows_of(Sheet *s, Str text, int columns)
{
	return clean_rows(clean_text(&s->ar, text, 0), columns);
}

static void draw_part(Sheet *s, const Part *p)
{
	draw_own(s->b, 4, s->y, ROLE_DIM, p->label);
	s->y += draw_wrapped(s->b, AT, s->y, s->b.w - AT, p->rows, p->role, clean_text(&s->ar, p->text, 0));
}

/* What it still needs; empty: nothing. */
static Str lacks(Sheet *s, const Rung *r)
{
	const Card *c = s->c;
	MoveAsk ask = { .action = r->action, .agent = str_of(c->of.agent) };
	MoveSpec spec = { 0 };
	Err e = { 0 };

	if (r->action == MOVE_STOP_SESSIONS || stops_prepare(&c->w->session.conf->stops, STR(""), &s->ar, &ask, &spec, &e) == 0)
		return STR("");
	return arena_str(&s->ar, str_of(e.text));
}

static void add_part(Parts *p, const char *label, Role role, Str text)
{
	p->part[p->n++] = (Part){ label, role, text, 1 };
}

static Parts parts_of(Sheet *s, const Rung *r)
{
	Str rest, backend = str_cut(str_of(s->c->of.pointer), '/', &rest), missing;
	Parts p = { .n = 0 };
	MoveWay way;

	if (!card_rung_way(s->c, r, &way)) {
		add_part(&p, "", ROLE_DIM, str_of(way.text));
		return p;
	}
	add_part(&p, "reaches", ROLE_TEXT, str_of(way.text));
	if ((missing = lacks(s, r)).n)
		add_part(&p, "config", ROLE_WARN, missing);
	else
		add_part(&p, "undo", ROLE_TEXT, sheet_undo(r->action, backend, r->undo, &s->ar));
	return p;
}

/* Each has a row; the rest of the window is for sentences that need more, those that say what to write first. */
static void share_rows(Sheet *s, Parts of[RUNGS], int below)
{
	static const bool firsts[] = { true, false };
	int spare = s->b.h - s->y - below - RUNGS;

	for (int i = 0; i < RUNGS; i++)
		spare -= of[i].n;
	for (size_t f = 0; f < sizeof firsts / sizeof *firsts; f++)
		for (int i = 0; i < RUNGS * PARTS; i++) {
			Part *p = &of[i / PARTS].part[i % PARTS];
			int more = i % PARTS < of[i / PARTS].n && (p->role == ROLE_WARN) == firsts[f] ? rows_of(s, p->text, s->b.w - AT) - p->rows : 0;

			more = more < spare ? more : spare;
			if (more <= 0)
				continue;
			p->rows += more;
			spare -= more;
		}
}

static void rung(Sheet *s, int at, const Parts *p)
{
	const Card *c = s->c;
	const Rung *r = &rungs[at];
	Str rest, backend = str_cut(str_of(c->of.pointer), '/', &rest);
	MoveWay way;
	bool has = card_rung_way(c, r, &way), taken = c->rung == r;

	draw_ownf(s->b, 1, s->y, has ? ROLE_KEY : ROLE_DIM, "%d", at + 1);
	draw_own(s->b, 4, s->y, taken ? ROLE_SELECTED : has ? ROLE_TITLE : ROLE_DIM, r->name);
	draw_left(s->b, AT, s->y, s->b.w - AT, has ? ROLE_TEXT : ROLE_DIM,
	          clean_cut(&s->ar, clean_text(&s->ar, has ? str_of(way.call) : arena_printf(&s->ar, "not in %.*s", STR_ARG(backend)), 0), s->b.w - AT));
	s->y++;
	for (int i = 0; i < p->n; i++)
		draw_part(s, &p->part[i]);
}

void sheet_ladder(Sheet *s)
{
	const Card *c = s->c;
	/* What is below: one row, or the field with its own; and what is said. */
	const int below = (c->rung ? 2 : 1) + rows_of(s, str_of(c->say), s->b.w - 2) + (c->ignored || c->pasted);
	Parts of[RUNGS];

	for (int i = 0; i < RUNGS; i++)
		of[i] = parts_of(s, &rungs[i]);
	share_rows(s, of, below);
	for (int i = 0; i < RUNGS; i++)
		rung(s, i, &of[i]);
	if (!c->rung) {
		draw_own(s->b, 1, s->y++, ROLE_STATUS, "the mildest first: a number takes a rung   Esc closes");
		return;
	}
	draw_own(s->b, 1, s->y, ROLE_KEY, "sessions > ");
	sheet_field(s, 12, s->b.w - 13, c->of.sessions, c->field == FIELD_SESSIONS, "");
	s->y++;
	draw_own(s->b, 1, s->y++, ROLE_STATUS, "ID,ID, as traces and logs have them   Enter goes on   Esc closes");
}
