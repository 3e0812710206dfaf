#include "app/strip.h"

#include <stdio.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/errand.h"
#include "base/clock.h"
#include "wire/time8601.h"

static void set_rows(App *a, int rows)
{
	a->strip_rows = rows;
	screen_replace(a);
}

void strip_open(App *a)
{
	set_rows(a, STRIP_ROWS);
}

int strip_rows(const App *a)
{
	/* What is too low for both shows where it stands, and the view. */
	return a->errand && a->strip_rows && surface_height(a->surface) < 12 ? 1 : a->strip_rows;
}

bool strip_fold(App *a)
{
	if (strip_rows(a) < 2)
		return false;
	set_rows(a, 1);
	return true;
}

void strip_command(App *a, Str rest)
{
	(void)rest;
	if (!a->errand) {
		app_say(a, ROLE_INFO, "nothing was moved from this console yet: B on an alert or a job opens the card");
	} else if (a->strip_rows == 1 && a->errand->over) {
		set_rows(a, 0);
	} else {
		set_rows(a, a->strip_rows == 1 || !a->strip_rows ? STRIP_ROWS : 1);
	}
}

/* --- what it says --- */

/* FEW: so many jobs have no percentage. */
enum { STATE_TEXT = 40, FEW = 30 };
typedef struct Word { const char *text; Role role; } Word;

/* Of the five that make it back: sent, read back, the old version silent, the new one well, and that for a while. */
static int so_far(const ErrandProof *p)
{
	int n = 1;

	for (int i = 0; i < BACK_PARTS; i++)
		n += (p->v.ok & BACK_BIT(i)) != 0;
	return p->at_ms ? n : 2;
}

static Word outcome(const Errand *x, const MoveView *v, char out[STATE_TEXT])
{
	static const Word words[] = {
		[MOVE_OPEN] = { "MOVING", ROLE_INFO }, [MOVE_DONE] = { "MOVED", ROLE_OK }, [MOVE_FAILED] = { "NOT MOVED", ROLE_ERROR },
		[MOVE_REFUSED] = { "REFUSED", ROLE_ERROR }, [MOVE_LOST] = { "LOST RACE", ROLE_ERROR }, [MOVE_UNKNOWN] = { "UNKNOWN", ROLE_ERROR },
		[MOVE_RELEASED] = { "LET GO", ROLE_WARN },
	};
	static const Role roles[] = { [BACK_VERIFYING] = ROLE_INFO, [BACK_FULL] = ROLE_OK, [BACK_LOW] = ROLE_WARN, [BACK_NOT] = ROLE_ERROR };
	const ErrandProof *p = &x->proof;

	if (!x->over || v->outcome != MOVE_DONE)
		return x->over ? words[v->outcome] : words[MOVE_OPEN];
	if (p->v.word == BACK_VERIFYING)
		(void)snprintf(out, STATE_TEXT, "%s %d/%d", back_word(p->v.word), so_far(p), BACK_PARTS + 1);
	else if (p->v.word == BACK_LOW)
		(void)snprintf(out, STATE_TEXT, "%s n=%lld", back_word(p->v.word), (long long)p->f.n);
	else
		(void)snprintf(out, STATE_TEXT, "%s", back_word(p->v.word));
	return (Word){ out, roles[p->v.word] };
}

static void put_clock(Buf *b, int64_t ms, const App *a)
{
	CivilTime t = time_civil(ms + a->world.offset_ms);

	(void)buf_printf(b, "%02d:%02d:%02d", t.hour, t.minute, t.second);
}

static void put_span(Buf *b, int64_t ms)
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 60)
		(void)buf_printf(b, "%llds", (long long)s);
	else
		(void)buf_printf(b, "%lldm%02llds", (long long)(s / 60), (long long)(s % 60));
}

/* "RB-7f3c upsell-generator/prod 2.2>2.1 by you 03:10:02 +7m52s" */
static void head(const App *a, const Errand *x, const MoveView *v, Buf *b)
{
	static const char *const kind[MOVE_ACTIONS] = { [MOVE_ROLLBACK] = "RB", [MOVE_ROLLOUT] = "RO", [MOVE_UNDO] = "UN" };
	Arena ar = { 0 };
	Str from = route_text(v->from, &ar), to = route_text(v->to, &ar);
	bool open = !x->over || (v->outcome == MOVE_DONE && !x->proof.settled_ms);
	int64_t until = open ? a->world.clock_ms : x->proof.settled_ms ? x->proof.settled_ms : v->finished_ms;

	(void)buf_printf(b, "%s-%.4s %.*s/%.*s %.*s>%.*s by you ", kind[v->action], v->op.n ? v->op.p : "----", STR_ARG(v->name),
	                 STR_ARG(v->pointer_name), STR_ARG(from), STR_ARG(to));
	put_clock(b, x->went_ms, a);
	(void)buf_puts(b, " +");
	put_span(b, until - x->went_ms);
	arena_done(&ar);
}

static const char *tick_of(const ErrandProof *p, BackPart part)
{
	return p->v.ok & BACK_BIT(part) ? " ok" : "";
}

/* "4.0": percent with one digit. */
static void put_percent(Buf *b, int64_t ppm)
{
	(void)buf_printf(b, "%lld.%lld", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10));
}

/* What was sent, and what the pointer says. */
static void second(const App *a, const Errand *x, const MoveView *v, Buf *b)
{
	const ErrandProof *p = &x->proof;

	if (!x->over) {
		(void)buf_printf(b, "1 %s", x->step[0] ? x->step : "written down on this machine; asking for the lock");
		return;
	}
	if (v->outcome != MOVE_DONE) {
		(void)buf_puts(b, v->err.text);
		return;
	}
	(void)buf_printf(b, "1 sent ok%s  2 READY live=%.*s ", v->claim ? "" : " NO CLAIM", STR_ARG(route_main(v->to)));
	put_clock(b, v->finished_ms, a);
	(void)buf_printf(b, " %s  3 %.*s: ", p->away ? "MOVED AWAY" : "ok", STR_ARG(v->leaves));
	if (!p->at_ms) {
		(void)buf_puts(b, "jobs are being counted");
		return;
	}
	(void)buf_puts(b, "0 jobs ");
	put_span(b, p->v.quiet_ms);
	(void)buf_puts(b, " (want ");
	put_span(b, p->v.want_ms);
	(void)buf_printf(b, ")%s", tick_of(p, BACK_QUIET));
}

/* What came since, as far as the snapshot knows. */
static void third(const Errand *x, const MoveView *v, Buf *b)
{
	const ErrandProof *p = &x->proof;
	Str now = route_main(v->to);

	if (!x->over) {
		(void)buf_printf(b, "2 READY and the version served are read back until AWS says %.*s", STR_ARG(now));
		return;
	}
	if (v->outcome != MOVE_DONE)
		return;
	if (!p->at_ms) {
		(void)buf_printf(b, "4 %.*s: jobs are being counted  5 not yet", STR_ARG(now));
		return;
	}
	(void)buf_printf(b, "4 %.*s err ", STR_ARG(now));
	if (p->f.n >= FEW)
		put_percent(b, p->f.failed * 1000000 / p->f.n);
	(void)buf_printf(b, "%s%lld/%lld", p->f.n >= FEW ? " % (" : "", (long long)p->f.failed, (long long)p->f.n);
	if (p->f.n >= FEW) {
		(void)buf_puts(b, ", max ");
		put_percent(b, p->v.high_ppm);
		(void)buf_puts(b, ")");
	}
	(void)buf_puts(b, " want <");
	put_percent(b, p->rule.threshold_ppm);
	(void)buf_printf(b, "%s  5 stays ", tick_of(p, BACK_WELL));
	put_span(b, p->v.held_ms);
	(void)buf_puts(b, " of ");
	put_span(b, p->rule.hold_ms);
	(void)buf_printf(b, "%s  feed %s", tick_of(p, BACK_HELD), p->f.fresh ? "live" : "STALE");
	if (p->f.seen_ppm != BACK_UNKNOWN)
		(void)buf_printf(b, "  seen %lld %%", (long long)(p->f.seen_ppm / 10000));
}

static void fourth(const Errand *x, const MoveView *v, Buf *b)
{
	if (!x->over)
		(void)buf_puts(b, "Esc folds   quitting finishes it or stops it at a safe point, within 30 s");
	else if (v->outcome == MOVE_UNKNOWN)
		(void)buf_printf(b, "seismo op resolve %.*s --write --yes --reason R   Esc folds   :strip hides", STR_ARG(v->op));
	else if (v->outcome == MOVE_DONE)
		(void)buf_printf(b, "%s%sEsc folds  seismo undo %.*s  quit stops watching", x->proof.v.waits ? x->proof.v.waits : "",
		                 x->proof.v.waits ? "   " : "", STR_ARG(v->op));
	else
		(void)buf_puts(b, "nothing was changed by you   Esc folds   :strip hides");
}

static void line(Box b, int y, Role role, const Buf *text)
{
	Arena ar = { 0 };

	draw_left(b, 0, y, b.w, role, clean_cut(&ar, clean_text(&ar, buf_str(text), 0), b.w));
	arena_done(&ar);
}

/* A sentence of an outcome that is none may need two rows. */
static void rows_of(Box b, int y, int rows, Role role, const Buf *text)
{
	Arena ar = { 0 };
	Clean rest = clean_text(&ar, buf_str(text), 0), part;

	for (int i = 0; i < rows && clean_wrap(&rest, b.w, &part); i++)
		draw_left(b, 0, y + i, b.w, role, part);
	arena_done(&ar);
}

void strip_draw(App *a, Box b)
{
	const Errand *x = a->errand;
	int rows = strip_rows(a), y = b.h - 1 - rows;
	const MoveView *v;
	Buf text = { 0 };
	char state[STATE_TEXT];
	Word word;

	if (!x || !rows)
		return;
	v = errand_view(x);
	word = outcome(x, v, state);
	draw_fill(b, 0, y, b.w, rows, ROLE_STATUS);
	head(a, x, v, &text);
	line(box_sub(b, 0, 0, b.w - (int)strlen(word.text) - 1, b.h), y, ROLE_TITLE, &text);
	draw_right(b, b.w - (int)strlen(word.text), y, (int)strlen(word.text), word.role, clean_own(word.text));
	if (rows > 1) {
		buf_reset(&text);
		second(a, x, v, &text);
		rows_of(b, y + 1, x->over && v->outcome != MOVE_DONE ? 2 : 1, ROLE_TEXT, &text);
		buf_reset(&text);
		third(x, v, &text);
		if (text.n)
			line(b, y + 2, ROLE_TEXT, &text);
		buf_reset(&text);
		fourth(x, v, &text);
		line(b, y + 3, ROLE_DIM, &text);
	}
	buf_done(&text);
}
