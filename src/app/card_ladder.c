/* The stop ladder on its card: each rung with what AWS is asked, whom that reaches, what takes it back, and whether this back end has it and
 * the configuration what it needs. */
#include "app/card_sheet.h"

#include <stdio.h>

enum { AT = 14, ROOMY = 23 };

/* A sentence may need two rows, where there is room for all of the ladder even so. */
static void line(Sheet *s, const char *label, Role role, const char *text)
{
	Clean rest = clean_text(&s->ar, str_of(text), 0), part;
	int rows = s->b.h >= ROOMY ? 2 : 1;

	draw_own(s->b, 4, s->y, ROLE_DIM, label);
	if (rows == 1)
		rest = clean_cut(&s->ar, rest, s->b.w - AT);
	for (; rows && clean_wrap(&rest, s->b.w - AT, &part); rows--)
		draw_left(s->b, AT, s->y++, s->b.w - AT, role, part);
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

static void rung(Sheet *s, int at)
{
	const Card *c = s->c;
	const Rung *r = &rungs[at];
	Str backend, rest, missing;
	MoveWay way;
	bool has = card_rung_way(c, r, &way), taken = c->rung == r;

	backend = str_cut(str_of(c->of.pointer), '/', &rest);
	draw_ownf(s->b, 1, s->y, has ? ROLE_KEY : ROLE_DIM, "%d", at + 1);
	draw_own(s->b, 4, s->y, taken ? ROLE_SELECTED : has ? ROLE_TITLE : ROLE_DIM, r->name);
	draw_left(s->b, AT, s->y, s->b.w - AT, has ? ROLE_TEXT : ROLE_DIM,
	          clean_cut(&s->ar, clean_text(&s->ar, has ? str_of(way.call) : arena_printf(&s->ar, "not in %.*s", STR_ARG(backend)), 0), s->b.w - AT));
	s->y++;
	line(s, has ? "reaches" : "", has ? ROLE_TEXT : ROLE_DIM, way.text);
	if (!has)
		return;
	missing = lacks(s, r);
	line(s, missing.n ? "config" : "undo", missing.n ? ROLE_WARN : ROLE_TEXT,
	     missing.n ? missing.p : sheet_undo(r->action, backend, r->undo, &s->ar).p);
}

void sheet_ladder(Sheet *s)
{
	const Card *c = s->c;

	for (int i = 0; i < RUNGS; i++)
		rung(s, i);
	if (!c->rung) {
		draw_own(s->b, 1, s->y++, ROLE_STATUS, "the mildest first: a number takes a rung   Esc closes");
		return;
	}
	draw_own(s->b, 1, s->y, ROLE_KEY, "sessions > ");
	sheet_field(s, 12, s->b.w - 13, c->of.sessions, c->field == FIELD_SESSIONS, "");
	s->y++;
	draw_own(s->b, 1, s->y++, ROLE_STATUS, "ID,ID, as traces and logs have them   Enter goes on   Esc closes");
}
