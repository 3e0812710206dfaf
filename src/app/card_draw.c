/* The card on the screen: its title, what is typed, what it says. Nothing of it is computed here but how it is written. */
#include "app/card_sheet.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "base/clock.h"
#include "model/change.h"
#include "model/money.h"
#include "wire/time8601.h"

enum { FIELD_LEAST = 14, INPUT_Y = 13 };

/* --- what would be done --- */

static void title(Sheet *s)
{
	const MoveView *v = s->v;
	const Session *session = &s->c->w->session;
	Str name = v ? v->name : str_of(s->c->of.agent), pointer = v ? v->pointer_name : str_of(s->c->of.pointer);
	Str version = v ? v->version : str_of(s->c->of.version);
	Clean right = clean_own("");
	int x = 1 + draw_ownf(s->b, 1, s->y, ROLE_TITLE, "%s%s%s  ", card_rows[s->c->kind].title, s->c->rung ? ": " : "",
	                      s->c->rung ? s->c->rung->name : "");
	const char *mode = session->read_only ? "RO" : "RW";

	if (v && v->claim)
		right = clean_ownf(&s->ar, "%s %s, rev %lld, %s", v->backend, v->thing, (long long)v->rev_seen, mode);
	else if (v)
		right = clean_ownf(&s->ar, "%s %s, NO CLAIM, %s", v->backend, v->thing, mode);
	draw_text(s->b, x, s->y, ROLE_TEXT, clean_cut(&s->ar, clean_text(&s->ar, arena_printf(&s->ar, "%.*s%s%.*s%s%.*s", STR_ARG(name),
	          version.n ? " " : "", STR_ARG(version), pointer.n ? " / " : "", STR_ARG(pointer)), 0), s->b.w - x - right.columns - 2));
	draw_right(s->b, s->b.w - right.columns - 1, s->y, right.columns, v && !v->claim ? ROLE_ERROR : ROLE_DIM, right);
	s->y++;
}

/* --- what is typed --- */

/* Of a text that is longer than its room the end is what is being typed, and the beginning what is read. */
void sheet_field(Sheet *s, int x, int room, const char *text, bool here, const char *empty)
{
	Clean c = here ? clean_end(&s->ar, str_of(text), room - 1) : clean_cut(&s->ar, clean_text(&s->ar, str_of(text), 0), room);
	int used;

	draw_fill(s->b, x, s->y, room, 1, here ? ROLE_SELECTED : ROLE_TEXT);
	used = c.n ? draw_text(s->b, x, s->y, here ? ROLE_SELECTED : ROLE_TEXT, c) : 0;
	if (!c.n)
		draw_own(s->b, x, s->y, here ? ROLE_SELECTED : ROLE_DIM, empty);
	if (here) {
		s->c->cursor_x = s->b.x + x + used;
		s->c->cursor_y = s->b.y + s->y;
	}
}

/* How much of the name is there; of as many characters that are not it, that at once. */
static void typed_so_far(Sheet *s, Str words, int room)
{
	Str typed = str_of(s->c->typed);
	bool wrong = typed.n >= words.n && !str_eq(typed, words);

	draw_right(s->b, s->b.w - room, s->y, room - 1, wrong ? ROLE_WARN : ROLE_DIM,
	           wrong ? clean_own("not the name") : clean_ownf(&s->ar, "[%zu of %zu]", typed.n, words.n));
}

static void confirm_row(Sheet *s)
{
	const Consent said = card_consent(s->c);
	const Session *session = &s->c->w->session;
	Clean words = clean_text(&s->ar, consent_words(&said, &s->ar), 0);
	const char *label = session->read_only ? "type to unlock: " : "type to confirm: ";
	int x = 1, counter = 14, most = s->b.w - (int)strlen(label) - counter - FIELD_LEAST;

	if (!consent_wants_name(session, &said)) {
		draw_own(s->b, 1, s->y++, ROLE_DIM, "confirm: Tab, then Enter; the name need not be typed in this stage");
		return;
	}
	x += draw_own(s->b, x, s->y, ROLE_KEY, label);
	x += draw_text(s->b, x, s->y, ROLE_MATCH, clean_cut_middle(&s->ar, words, most));
	x += draw_own(s->b, x, s->y, ROLE_KEY, " > ");
	sheet_field(s, x, s->b.w - x - counter, s->c->typed, s->c->field == FIELD_NAME, "");
	typed_so_far(s, consent_words(&said, &s->ar), counter);
	s->y++;
}

static void button(Box b, int x, int y, const char *text, bool focused)
{
	draw_ownf(b, x, y, focused ? ROLE_SELECTED : ROLE_TEXT, focused ? "[ %s ]" : "  %s  ", text);
}

/* What t is for: to choose again. */
static const char *t_words(const Card *c)
{
	return c->kind == CARD_ROLLBACK ? "t target" : c->kind == CARD_ROLLOUT ? "t share" : c->kind == CARD_STOP ? "t rung" : "";
}

static void input(Sheet *s)
{
	const Session *session = &s->c->w->session;

	draw_own(s->b, 1, s->y, ROLE_KEY, "reason  > ");
	sheet_field(s, 11, s->b.w - 12, s->c->reason, s->c->field == FIELD_REASON, "mandatory: whoever looks at it tomorrow wants to know");
	s->y++;
	if (session->read_only && !session->unlockable) {
		draw_own(s->b, 1, s->y++, ROLE_READONLY, "READ-ONLY: nothing can be sent from here; y shows the command of AWS's own tool");
		return;
	}
	confirm_row(s);
	button(s->b, 1, s->y, "Cancel", !s->c->send);
	button(s->b, 13, s->y, card_rows[s->c->kind].button, s->c->send);
	draw_own(s->b, 28, s->y++, ROLE_STATUS, s->c->field >= FIELD_NAME ? "Tab moves, Enter acts   Esc cancels"
	          : arena_printf(&s->ar, "Enter goes on   %s%sy aws   Esc cancels", t_words(s->c), *t_words(s->c) ? "   " : "").p);
}

/* --- what is said --- */

/* The lines that would allow it, to be pasted. */
static void how_to_allow(const Sheet *s, Buf *b)
{
	const Session *session = &s->c->w->session;
	Str account = session->account[0] ? str_of(session->account) : STR("ITS ACCOUNT");

	if (!session->read_only || session->unlockable)
		return;
	if (session->ctx->write && session->notice[0])
		(void)buf_printf(b, "%s: write into the configuration what shall hold", session->notice);
	else if (session->ctx->write && session->ctx->account_id.n)
		(void)buf_puts(b, "started with --readonly, or SEISMO_READONLY is set");
	else
		(void)buf_printf(b, "contexts.%.*s in config.yaml needs:  write: true   account_id: \"%.*s\"", STR_ARG(session->ctx->name), STR_ARG(account));
}

static void messages(Sheet *s)
{
	const Card *c = s->c;
	const char *again = c->kind == CARD_STOP || c->facts.targets ? t_words(c) : "";
	Clean rest = clean_text(&s->ar, str_of(c->say), 0), part;
	Buf b = { 0 };

	if (c->ignored || c->pasted) {
		if (c->ignored)
			(void)buf_printf(&b, "%lld key%s ignored", (long long)c->ignored, c->ignored == 1 ? "" : "s");
		if (c->pasted)
			(void)buf_printf(&b, "%s%lld paste%s ignored: the name is typed", b.n ? ", " : "", (long long)c->pasted, c->pasted == 1 ? "" : "s");
		draw_own(s->b, 1, s->y++, ROLE_WARN, buf_cstr(&b));
	}
	while (s->y < s->b.h && clean_wrap(&rest, s->b.w - 2, &part))
		draw_text(s->b, 1, s->y++, c->say_role, part);
	buf_reset(&b);
	how_to_allow(s, &b);
	rest = clean_text(&s->ar, buf_str(&b), 0);
	while (s->y < s->b.h && clean_wrap(&rest, s->b.w - 2, &part))
		draw_text(s->b, 1, s->y++, ROLE_WARN, part);
	for (size_t i = 0; c->state == CARD_REFUSED && i < c->choices && s->y < s->b.h; i++) {
		buf_reset(&b);
		(void)buf_printf(&b, "%zu  %s", i + 1, c->choice[i]);
		draw_text(s->b, 3, s->y++, ROLE_TEXT, clean_cut(&s->ar, clean_text(&s->ar, buf_str(&b), 0), s->b.w - 4));
	}
	if (c->state == CARD_REFUSED && s->y < s->b.h)
		draw_own(s->b, 1, s->y++, ROLE_STATUS, c->choices ? "a number takes that pointer  Esc closes"
		         : arena_printf(&s->ar, "Enter tries again  %s%sEsc closes%s", again, *again ? "  " : "",
		                        c->kind == CARD_ROLLBACK ? "  :rollback AGENT POINTER VERSION" : "").p);
	buf_done(&b);
}

/* In as many rows as it takes, how it is left first. */
static void too_small(Sheet *s)
{
	Clean rest = clean_own("Esc closes the card: it needs a window of 60x21"), part;

	while (s->y < s->b.h && clean_wrap(&rest, s->b.w, &part))
		draw_text(s->b, 0, s->y++, ROLE_WARN, part);
}

void card_draw(App *a, Box whole)
{
	Card *c = a->card;
	int top = a->banner_rows ? 3 : 1;
	Sheet s = { .a = a, .c = c, .v = c->state == CARD_READY ? errand_view(c->errand) : NULL, .b = box_sub(whole, 0, top, whole.w, whole.h - top) };

	c->cursor_x = -1;
	if (!card_fits(a)) {
		too_small(&s);
		return;
	}
	title(&s);
	if (c->state == CARD_PLANNING) {
		draw_own(s.b, 1, s.y + 1, ROLE_INFO, "reading where it is, who would sign, and whether it can be done ...   Esc cancels");
		s.y += 3;
	} else if (c->state == CARD_LADDER) {
		sheet_ladder(&s);
	} else if (s.v) {
		sheet_plan(&s);
		/* Always in the same place: what is typed does not move when a figure comes. */
		s.y = INPUT_Y;
		input(&s);
	} else {
		s.y++;
	}
	messages(&s);
	arena_done(&s.ar);
}
