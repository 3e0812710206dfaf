/* The card on the screen. What is not known is not there, or says so; a share of few jobs is told as its counts. Nothing of it is computed
 * here but how it is written. */
#include "app/card.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "base/clock.h"
#include "model/change.h"
#include "model/money.h"
#include "wire/time8601.h"

enum { LABEL = 9, FEW_P95 = 100, FIELD_LEAST = 14, INPUT_Y = 13 };

typedef struct Sheet { App *a; Card *c; const MoveView *v; Box b; int y; Arena ar; } Sheet;

static void put_clock(Buf *b, const App *a, int64_t ms)
{
	CivilTime t = time_civil(ms + a->world.offset_ms), now = time_civil(a->world.clock_ms + a->world.offset_ms);

	/* Yesterday's time of day would be read as today's. */
	if (t.day != now.day || t.month != now.month)
		(void)buf_printf(b, "%02d-%02d ", t.month, t.day);
	(void)buf_printf(b, "%02d:%02d", t.hour, t.minute);
}

static void put_age(Buf *b, int64_t ms)
{
	int64_t minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes < 120)
		(void)buf_printf(b, "%lldm", (long long)minutes);
	else if (minutes < 48 * 60)
		(void)buf_printf(b, "%lldh%02lldm", (long long)(minutes / 60), (long long)(minutes % 60));
	else
		(void)buf_printf(b, "%lldd%lldh", (long long)(minutes / 1440), (long long)(minutes / 60 % 24));
}

/* One row: a label, and text that is cut. */
static void row(Sheet *s, const char *label, Role role, const Buf *text)
{
	draw_own(s->b, 1, s->y, ROLE_DIM, label);
	draw_left(s->b, LABEL, s->y, s->b.w - LABEL, role, clean_cut(&s->ar, clean_text(&s->ar, buf_str(text), 0), s->b.w - LABEL));
	s->y++;
}

/* --- what would be done --- */

static void title(Sheet *s)
{
	const MoveView *v = s->v;
	const Session *session = &s->c->w->session;
	Str name = v ? v->name : str_of(s->c->of.agent), pointer = v ? v->pointer_name : str_of(s->c->of.pointer);
	Str backend = str_of(v ? v->backend : "");
	const char *what = str_is(backend, "agentcore") ? "endpoint" : str_is(backend, "agents-classic") ? "alias" : "route";
	Clean right = clean_own("");
	int x = 1 + draw_own(s->b, 1, s->y, ROLE_TITLE, "ROLL BACK  ");
	const char *mode = session->read_only ? "RO" : "RW";

	if (v && v->claim)
		right = clean_ownf(&s->ar, "%s %s, rev %lld, %s", v->backend, what, (long long)v->rev_seen, mode);
	else if (v)
		right = clean_ownf(&s->ar, "%s %s, NO CLAIM, %s", v->backend, what, mode);
	draw_text(s->b, x, s->y, ROLE_TEXT, clean_cut(&s->ar, clean_text(&s->ar, arena_printf(&s->ar, "%.*s%s%.*s", STR_ARG(name), pointer.n ? " / " : "",
	          STR_ARG(pointer)), 0), s->b.w - x - right.columns - 2));
	draw_right(s->b, s->b.w - right.columns - 1, s->y, right.columns, v && !v->claim ? ROLE_ERROR : ROLE_DIM, right);
	s->y++;
}

static void from_row(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	(void)buf_printf(&b, "%.*s", STR_ARG(route_text(s->v->from, &s->ar)));
	if (s->c->has_facts && f->moved_ms) {
		(void)buf_puts(&b, "  live ");
		put_clock(&b, s->a, f->moved_ms);
		(void)buf_puts(&b, " (");
		put_age(&b, s->a->world.clock_ms - f->moved_ms);
		(void)buf_printf(&b, ")  moved by %s  src %s", f->moved_by[0] ? f->moved_by : "an unknown hand",
		                 change_source_name((ChangeSource)f->moved_source));
	} else if (s->c->has_facts) {
		(void)buf_puts(&b, "  no move to it is on record here");
	}
	row(s, "from", ROLE_TEXT, &b);
	buf_done(&b);
}

static void to_row(Sheet *s)
{
	Buf b = { 0 };
	bool proved = s->v->evidence.n > 0;

	(void)buf_printf(&b, "%.*s  ", STR_ARG(route_text(s->v->to, &s->ar)));
	if (proved)
		(void)buf_printf(&b, "GOOD  %.*s", STR_ARG(s->v->evidence));
	else
		(void)buf_puts(&b, "chosen by you; nothing vouches for it but the figures below");
	row(s, "to", proved ? ROLE_OK : ROLE_TEXT, &b);
	buf_done(&b);
}

/* --- figures --- */

static void put_share(Buf *b, const CardShare *c)
{
	int64_t n = c->failed + c->succeeded, ppm = n ? (c->failed * 1000000 + n / 2) / n : 0, half = (c->high_ppm - c->low_ppm) / 2;
	char text[96];

	if (n < BLAME_LEAST) {
		(void)snprintf(text, sizeof text, "%lld/%lld", (long long)c->failed, (long long)n);
		(void)buf_printf(b, "%11s", text);
		return;
	}
	(void)snprintf(text, sizeof text, "%lld.%lld ±%lld.%lld", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10), (long long)(half / 10000),
	               (long long)(half / 1000 % 10));
	/* The sign is two bytes and one cell. */
	(void)buf_printf(b, "%12s", text);
}

static void put_figures(Buf *b, const CardShare *c)
{
	char money[MONEY_TEXT] = "-", p95[48] = "-";

	(void)buf_printf(b, "%6lld", (long long)c->jobs);
	put_share(b, c);
	if (c->p95_ms >= 0 && c->p95_n >= FEW_P95)
		(void)snprintf(p95, sizeof p95, "%lld.%lld", (long long)(c->p95_ms / 1000), (long long)(c->p95_ms / 100 % 10));
	else if (c->p95_ms >= 0)
		(void)snprintf(p95, sizeof p95, "n<%d", FEW_P95);
	if (c->nusd_per_job >= 0)
		money_screen(c->nusd_per_job, money);
	(void)buf_printf(b, "%8s %8s  ", p95, money);
}

static void version_row(Sheet *s, const char *label, const CardShare *c, const char *window)
{
	Buf b = { 0 };

	put_figures(&b, c);
	(void)buf_puts(&b, window);
	draw_text(s->b, 1, s->y, ROLE_TEXT, clean_cut(&s->ar, clean_text(&s->ar, str_of(label), 0), 10));
	draw_left(s->b, 12, s->y, s->b.w - 12, ROLE_TEXT, clean_cut(&s->ar, clean_text(&s->ar, buf_str(&b), 0), s->b.w - 12));
	s->y++;
	buf_done(&b);
}

static void now_row(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	const FeedView *jobs = &s->a->world.feed[FEED_JOBS];
	int64_t age = jobs->fresh_ms ? (s->a->world.clock_ms - jobs->fresh_ms) / 1000 : -1;
	Buf b = { 0 };

	put_age(&b, f->now.until_ms - f->now.from_ms);
	(void)buf_puts(&b, f->moved_ms == f->now.from_ms ? " since the move" : "");
	if (age >= 0)
		(void)buf_printf(&b, ", feed %lld s", (long long)age);
	version_row(s, arena_printf(&s->ar, "%s now", s->c->seen_from).p, &f->now, buf_cstr(&b));
	buf_done(&b);
}

static const char *others_say(const Sheet *s)
{
	const CardFacts *f = &s->c->facts;

	if (!f->model[0])
		return "its model is not known here";
	if (!f->others.jobs)
		return "nobody else is on its model";
	return f->others_well ? "NOT the model, NOT Bedrock" : "same model, same window";
}

static void figures(Sheet *s)
{
	const CardFacts *f = &s->c->facts;

	if (!s->c->has_facts) {
		draw_left(s->b, 12, s->y + 1, s->b.w - 12, s->c->facts_error[0] ? ROLE_ERROR : ROLE_INFO,
		          s->c->facts_error[0] ? clean_text(&s->ar, str_of(s->c->facts_error), 0) : clean_own("figures are being read ..."));
		s->y += 4;
		return;
	}
	draw_own(s->b, 12, s->y++, ROLE_DIM, "  jobs err% (95%)   p95 s    $/job  window");
	now_row(s);
	version_row(s, arena_printf(&s->ar, "%s then", s->c->seen_to).p, &f->then, f->then_left ? "its last 24 h" : "the last 24 h");
	version_row(s, "others", &f->others, others_say(s));
}

/* That it is an error stands before it. */
static Str short_code(Str code)
{
	static const char *const ends[] = { "Exception", "Error" };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_ends(code, str_of(ends[i])) && code.n > strlen(ends[i]))
			code.n -= strlen(ends[i]);
	return code;
}

static void errors(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	for (int i = 0; i < f->errors; i++)
		(void)buf_printf(&b, "%s%lld%% %.*s", i ? "  " : "", (long long)((f->error[i].n * 100 + f->failed_read / 2) / f->failed_read),
		                 STR_ARG(short_code(str_of(f->error[i].code))));
	if (f->error_kinds > f->errors)
		(void)buf_printf(&b, "  +%d", f->error_kinds - f->errors);
	if (!f->errors)
		(void)buf_puts(&b, "none in this window");
	if (f->first_failed_ms) {
		(void)buf_puts(&b, "  first ");
		put_clock(&b, s->a, f->first_failed_ms);
		(void)buf_puts(&b, " (");
		put_age(&b, f->first_failed_ms - f->moved_ms);
		(void)buf_puts(&b, " after)");
	}
	row(s, "errors", ROLE_TEXT, &b);
	buf_done(&b);
}

static void verdict(Sheet *s)
{
	static const Role roles[] = {
		[BLAME_UNKNOWN] = ROLE_WARN, [BLAME_FEW] = ROLE_WARN, [BLAME_RELEASE] = ROLE_OK, [BLAME_THROTTLING] = ROLE_ERROR,
		[BLAME_MODEL] = ROLE_ERROR, [BLAME_SAME] = ROLE_ERROR,
	};
	Buf b = { 0 };

	(void)buf_puts(&b, blame_says(s->c->facts.blame));
	row(s, "is it", roles[s->c->facts.blame], &b);
	buf_done(&b);
}

static void target(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	/* The plan has asked AWS for it. */
	(void)buf_puts(&b, "version ok");
	if (f->to_known && f->to_status[0])
		(void)buf_printf(&b, " (%s)", f->to_status);
	if (f->to_model[0]) {
		(void)buf_printf(&b, " | model %.40s", f->to_model);
		if (f->to_model_end_ms) {
			CivilTime t = time_civil(f->to_model_end_ms);

			(void)buf_printf(&b, "%s %04d-%02d-%02d", f->to_model_end_ms <= s->a->world.clock_ms ? " ENDED" : ", ends", t.year, t.month, t.day);
		}
	}
	row(s, "target", f->to_model_end_ms && f->to_model_end_ms <= s->a->world.clock_ms ? ROLE_ERROR : ROLE_TEXT, &b);
	buf_done(&b);
}

static void scope(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	(void)buf_printf(&b, "%lld.%lld jobs/min, %lld tenant%s", (long long)(f->rate_milli / 1000), (long long)(f->rate_milli / 100 % 10),
	                 (long long)f->tenants, f->tenants == 1 ? "" : "s");
	if (f->running)
		(void)buf_printf(&b, "; %lld running on %s may keep it until they end", (long long)f->running, s->c->seen_from);
	row(s, "scope", ROLE_TEXT, &b);
	buf_reset(&b);
	if (f->also[0]) {
		(void)buf_printf(&b, "%s   NOT undone here", f->also);
		row(s, "ALSO", ROLE_WARN, &b);
	}
	buf_done(&b);
}

static void facts(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	figures(s);
	if (!s->c->has_facts)
		return;
	errors(s);
	verdict(s);
	(void)buf_puts(&b, f->diff_known ? f->diff : "not known here: the registry does not describe both versions");
	row(s, "diff", f->diff_known ? ROLE_TEXT : ROLE_DIM, &b);
	buf_done(&b);
	target(s);
	scope(s);
}

/* --- what is typed --- */

/* Of a text that is longer than its room the end is what is being typed, and the beginning what is read. */
static void field(Sheet *s, int x, int room, const char *text, bool here, const char *empty)
{
	Clean c = clean_text(&s->ar, str_of(text), 0);
	int used;

	if (!here)
		c = clean_cut(&s->ar, c, room);
	while (c.columns >= room && *text && here) {
		do
			text++;
		while ((*text & 0xc0) == 0x80);
		c = clean_text(&s->ar, str_of(text), 0);
	}
	draw_fill(s->b, x, s->y, room, 1, here ? ROLE_SELECTED : ROLE_TEXT);
	used = c.n ? draw_text(s->b, x, s->y, here ? ROLE_SELECTED : ROLE_TEXT, c) : 0;
	if (!c.n)
		draw_own(s->b, x, s->y, here ? ROLE_SELECTED : ROLE_DIM, empty);
	if (here) {
		s->c->cursor_x = s->b.x + x + used;
		s->c->cursor_y = s->b.y + s->y;
	}
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
	field(s, x, s->b.w - x - counter, s->c->typed, s->c->field == FIELD_NAME, "");
	draw_right(s->b, s->b.w - counter, s->y, counter - 1, ROLE_DIM,
	           clean_ownf(&s->ar, "[%zu of %zu]", strlen(s->c->typed), consent_words(&said, &s->ar).n));
	s->y++;
}

static void button(Box b, int x, int y, const char *text, bool focused)
{
	draw_ownf(b, x, y, focused ? ROLE_SELECTED : ROLE_TEXT, focused ? "[ %s ]" : "  %s  ", text);
}

static void input(Sheet *s)
{
	const Session *session = &s->c->w->session;

	draw_own(s->b, 1, s->y, ROLE_KEY, "reason  > ");
	field(s, 11, s->b.w - 12, s->c->reason, s->c->field == FIELD_REASON, "mandatory: whoever looks at it tomorrow wants to know");
	s->y++;
	if (session->read_only && !session->unlockable) {
		draw_own(s->b, 1, s->y++, ROLE_READONLY, "READ-ONLY: nothing can be sent from here; y shows the command of AWS's own tool");
		return;
	}
	confirm_row(s);
	button(s->b, 1, s->y, "Cancel", !s->c->send);
	button(s->b, 13, s->y, "Roll back", s->c->send);
	draw_own(s->b, 28, s->y++, ROLE_STATUS, s->c->field >= FIELD_NAME ? "Tab moves, Enter acts   Esc cancels"
	                                        : "Enter goes on   t target   y aws   Esc cancels");
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
		         : "Enter tries again  t target  Esc closes  :rollback AGENT POINTER VERSION");
	buf_done(&b);
}

void card_draw(App *a, Box whole)
{
	Card *c = a->card;
	int top = a->banner_rows ? 3 : 1;
	Sheet s = { .a = a, .c = c, .v = c->state == CARD_READY ? errand_view(c->errand) : NULL, .b = box_sub(whole, 0, top, whole.w, whole.h - top) };

	c->cursor_x = -1;
	if (!card_fits(a)) {
		draw_own(s.b, 0, 0, ROLE_WARN, "the card needs a window of 60x21; Esc closes it");
		return;
	}
	title(&s);
	if (c->state == CARD_PLANNING) {
		draw_own(s.b, 1, s.y + 1, ROLE_INFO, "reading where the pointer is, who would sign, and what it could go back to ...   Esc cancels");
		s.y += 3;
	} else if (s.v) {
		from_row(&s);
		to_row(&s);
		facts(&s);
		/* Always in the same place: what is typed does not move when a figure comes. */
		s.y = INPUT_Y;
		input(&s);
	} else {
		s.y++;
	}
	messages(&s);
	arena_done(&s.ar);
}
