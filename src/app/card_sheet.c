/* What a card says between its title and what is typed: of a move both versions and what speaks for and against it, of anything else what
 * becomes of what, and who is hit. What is not known is not there, or says so; a share of few jobs is told as its counts. */
#include "app/card_sheet.h"

#include <stdio.h>

#include "app/app_impl.h"
#include "model/change.h"
#include "model/money.h"
#include "wire/time8601.h"

enum { FEW_P95 = 100 };

void sheet_clock(Buf *b, const App *a, int64_t ms)
{
	CivilTime t = time_civil(ms + a->world.offset_ms), now = time_civil(a->world.clock_ms + a->world.offset_ms);

	/* Yesterday's time of day would be read as today's. */
	if (t.day != now.day || t.month != now.month)
		(void)buf_printf(b, "%02d-%02d ", t.month, t.day);
	(void)buf_printf(b, "%02d:%02d", t.hour, t.minute);
}

void sheet_age(Buf *b, int64_t ms)
{
	int64_t minutes = ms > 0 ? ms / 60000 : 0;

	if (minutes < 120)
		(void)buf_printf(b, "%lldm", (long long)minutes);
	else if (minutes < 48 * 60)
		(void)buf_printf(b, "%lldh%02lldm", (long long)(minutes / 60), (long long)(minutes % 60));
	else
		(void)buf_printf(b, "%lldd%lldh", (long long)(minutes / 1440), (long long)(minutes / 60 % 24));
}

void sheet_row(Sheet *s, const char *label, Role role, const Buf *text)
{
	draw_own(s->b, 1, s->y, ROLE_DIM, label);
	draw_left(s->b, SHEET_LABEL, s->y, s->b.w - SHEET_LABEL, role, clean_cut(&s->ar, clean_text(&s->ar, buf_str(text), 0), s->b.w - SHEET_LABEL));
	s->y++;
}

/* --- a move --- */

static void from_row(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	(void)buf_printf(&b, "%.*s", STR_ARG(route_text(s->v->from, &s->ar)));
	if (s->c->has_facts && f->moved_ms) {
		(void)buf_puts(&b, "  live ");
		sheet_clock(&b, s->a, f->moved_ms);
		(void)buf_puts(&b, " (");
		sheet_age(&b, s->a->world.clock_ms - f->moved_ms);
		(void)buf_printf(&b, ")  moved by %s  src %s", f->moved_by[0] ? f->moved_by : "an unknown hand",
		                 change_source_name((ChangeSource)f->moved_source));
	} else if (s->c->has_facts) {
		(void)buf_puts(&b, "  no move to it is on record here");
	}
	sheet_row(s, "from", ROLE_TEXT, &b);
	buf_done(&b);
}

/* Why it is this one, when the figures have not chosen it. */
static const char *to_from(const MoveView *v)
{
	return v->action == MOVE_UNDO ? "where it was before what is undone" : v->action == MOVE_STOP_PARK
	       ? "the parking version of the configuration" : "chosen by you; nothing vouches for it but the figures below";
}

static void to_row(Sheet *s)
{
	Buf b = { 0 };
	bool proved = s->v->evidence.n > 0;

	(void)buf_printf(&b, "%.*s  ", STR_ARG(route_text(s->v->to, &s->ar)));
	if (proved)
		(void)buf_printf(&b, "GOOD  %.*s", STR_ARG(s->v->evidence));
	else
		(void)buf_puts(&b, to_from(s->v));
	sheet_row(s, "to", proved ? ROLE_OK : ROLE_TEXT, &b);
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

	sheet_age(&b, f->now.until_ms - f->now.from_ms);
	(void)buf_puts(&b, f->moved_ms == f->now.from_ms ? " since the move" : "");
	if (age >= 0)
		(void)buf_printf(&b, ", feed %lld s", (long long)age);
	version_row(s, arena_printf(&s->ar, "%s now", s->c->seen_from[0] ? s->c->seen_from : "all").p, &f->now, buf_cstr(&b));
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

/* Of which what happens is looked at: the rows that follow when they are known. */
static bool has_figures(Sheet *s, int rows)
{
	if (s->c->has_facts) {
		draw_own(s->b, 12, s->y++, ROLE_DIM, "  jobs err% (95%)   p95 s    $/job  window");
		now_row(s);
		return true;
	}
	draw_left(s->b, 12, s->y + 1, s->b.w - 12, s->c->facts_error[0] ? ROLE_ERROR : ROLE_INFO,
	          s->c->facts_error[0] ? clean_text(&s->ar, str_of(s->c->facts_error), 0) : clean_own("figures are being read ..."));
	s->y += rows;
	return false;
}

static void then_row(Sheet *s)
{
	const CardFacts *f = &s->c->facts;

	version_row(s, arena_printf(&s->ar, "%s then", s->c->seen_to).p, &f->then, f->then_left ? "its last 24 h" : "the last 24 h");
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
		sheet_clock(&b, s->a, f->first_failed_ms);
		(void)buf_puts(&b, " (");
		sheet_age(&b, f->first_failed_ms - f->moved_ms);
		(void)buf_puts(&b, " after)");
	}
	sheet_row(s, "errors", ROLE_TEXT, &b);
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
	sheet_row(s, "is it", roles[s->c->facts.blame], &b);
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
	sheet_row(s, "target", f->to_model_end_ms && f->to_model_end_ms <= s->a->world.clock_ms ? ROLE_ERROR : ROLE_TEXT, &b);
	buf_done(&b);
}

static void scope(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	(void)buf_printf(&b, "%lld.%lld jobs/min, %lld tenant%s", (long long)(f->rate_milli / 1000), (long long)(f->rate_milli / 100 % 10),
	                 (long long)f->tenants, f->tenants == 1 ? "" : "s");
	if (f->running)
		(void)buf_printf(&b, "; %lld running on %s%s", (long long)f->running, s->c->seen_from[0] ? s->c->seen_from : "it",
		                 move_action_moves(s->v->action) ? " may keep it until they end" : "");
	sheet_row(s, "scope", ROLE_TEXT, &b);
	buf_reset(&b);
	if (f->also[0] && move_action_moves(s->v->action)) {
		(void)buf_printf(&b, "%s   NOT undone here", f->also);
		sheet_row(s, "ALSO", ROLE_WARN, &b);
	}
	buf_done(&b);
}

static void diff(Sheet *s)
{
	const CardFacts *f = &s->c->facts;
	Buf b = { 0 };

	(void)buf_puts(&b, f->diff_known ? f->diff : "not known here: the registry does not describe both versions");
	sheet_row(s, "diff", f->diff_known ? ROLE_TEXT : ROLE_DIM, &b);
	buf_done(&b);
}

/* --- what AWS is asked, and what takes it back --- */

Str sheet_undo(MoveAction action, Str backend, const char *words, Arena *a)
{
	MoveAction undo;
	MoveWay way;

	if (!move_action_undo(action, &undo))
		return str_of(words ? words : "nothing takes it back");
	return move_action_way(undo, backend, &way) && way.call ? arena_printf(a, ":undo, with %s", way.call) : STR(":undo");
}

static const char *undo_words(const Card *c)
{
	return c->rung ? c->rung->undo : card_rows[c->kind].undo;
}

static void call(Sheet *s)
{
	const MoveView *v = s->v;
	Buf b = { 0 };

	(void)buf_printf(&b, "%s   undo: %.*s", v->call, STR_ARG(sheet_undo(v->action, str_of(v->backend), undo_words(s->c), &s->ar)));
	sheet_row(s, "call", ROLE_TEXT, &b);
	buf_done(&b);
}

void sheet_line(Sheet *s, const char *label, Role role, Str text)
{
	Buf b = { 0 };

	(void)buf_put(&b, text.p, text.n);
	sheet_row(s, label, role, &b);
	buf_done(&b);
}

static void line(Sheet *s, const char *label, Str text)
{
	sheet_line(s, label, ROLE_TEXT, text);
}

static void until(Sheet *s)
{
	Buf b = { 0 };

	if (!s->v->until_ms)
		return;
	sheet_clock(&b, s->a, s->v->until_ms);
	(void)buf_puts(&b, " it is meant to hold; it stays until it is undone: nothing is taken back by itself");
	sheet_row(s, "until", ROLE_TEXT, &b);
	buf_done(&b);
}

/* --- the two kinds --- */

static void move(Sheet *s)
{
	from_row(s);
	to_row(s);
	if (!has_figures(s, 4))
		return;
	then_row(s);
	version_row(s, "others", &s->c->facts.others, others_say(s));
	errors(s);
	if (s->v->action == MOVE_ROLLBACK)
		verdict(s);
	else
		call(s);
	diff(s);
	target(s);
	scope(s);
}

static void limit(Sheet *s)
{
	const ConfStops *stops = &s->c->w->session.conf->stops;

	line(s, "limit", arena_printf(&s->ar, "%lld requests a minute to %.*s", (long long)stops->per_minute,
	                              STR_ARG(stops_target(stops, str_of(s->c->of.agent), &s->ar))));
}

static void change(Sheet *s)
{
	const MoveView *v = s->v;

	line(s, "change", v->change);
	line(s, "call", str_of(v->call));
	line(s, "reaches", str_of(v->reach));
	line(s, "undo", sheet_undo(v->action, str_of(v->backend), undo_words(s->c), &s->ar));
	until(s);
	if (v->action == MOVE_STOP_THROTTLE)
		limit(s);
	if (!has_figures(s, 3))
		return;
	if (s->c->seen_to[0])
		then_row(s);
	else if (s->c->seen_from[0])
		version_row(s, "others", &s->c->facts.others, others_say(s));
	errors(s);
	if (s->c->seen_to[0])
		diff(s);
	scope(s);
}

void sheet_plan(Sheet *s)
{
	if (move_action_labels(s->v->action))
		sheet_label(s);
	else if (move_action_moves(s->v->action))
		move(s);
	else
		change(s);
}
