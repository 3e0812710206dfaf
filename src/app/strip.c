#include "app/strip.h"

#include <stdio.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/errand.h"
#include "app/ops_watch.h"
#include "model/change.h"
#include "wire/time8601.h"

/* What the strip is about. */
typedef struct Shown {
	const MoveView *v;                   /* NULL: nothing */
	const Watch *w;
	const ProofTrack *p;
	const SeenMove *by_others;           /* NULL: the errand's */
	bool over;
	bool proves;                         /* it is looked whether the fleet is back */
	const char *step;
	int64_t went_ms;
	int more;                            /* others that somebody moves at the same time */
} Shown;

static void set_rows(App *a, int rows)
{
	a->strip_rows = rows;
	screen_replace(a);
}

void strip_open(App *a)
{
	a->strip_asked = false;
	set_rows(a, STRIP_ROWS);
}

void strip_close(App *a)
{
	a->strip_asked = false;
	set_rows(a, 0);
}

bool strip_asked(const App *a)
{
	return a->strip_asked;
}

/* The one that needs its person: the own one that is not over, or of unknown end, then another one of unknown end; else the one that began later. */
static bool is_own(const App *a, const SeenMove *m)
{
	const MoveView *v = a->errand ? errand_view(a->errand) : NULL;

	if (!v || !m)
		return v != NULL;
	if (errand_busy(a) || (v->outcome == MOVE_UNKNOWN && !str_eq(v->op, m->v.op)))
		return true;
	return m->v.outcome != MOVE_UNKNOWN && a->errand->went_ms >= m->begun_ms && !str_eq(v->op, m->v.op);
}

bool strip_is_own(const App *a)
{
	return is_own(a, ops_move(a, a->strip_asked).m);
}

static Shown pick(const App *a)
{
	const OpsMove o = ops_move(a, a->strip_asked);
	const Errand *x = a->errand;

	if (is_own(a, o.m))
		return (Shown){ .v = errand_view(x), .w = x->w, .p = &x->proof, .over = x->over, .proves = errand_proves(x), .step = x->step,
		                .went_ms = x->went_ms, .more = o.more + (o.m != NULL) };
	if (!o.m)
		return (Shown){ 0 };
	return (Shown){ .v = &o.m->v, .w = o.w, .p = o.proof, .by_others = o.m, .over = o.m->v.outcome != MOVE_OPEN, .proves = ops_provable(o.m),
	                .step = "", .went_ms = o.m->begun_ms, .more = o.more };
}

int strip_rows(const App *a)
{
	/* What is too low for both shows where it stands, and the view. */
	return a->strip_rows && surface_height(a->surface) < 12 ? 1 : a->strip_rows;
}

bool strip_fold(App *a)
{
	if (strip_rows(a) < 2)
		return false;
	set_rows(a, 1);
	return true;
}

/* --- what it says --- */

/* FEW: so many jobs have no percentage. */
enum { STATE_TEXT = 40, FEW = 30 };
typedef struct Word { const char *text; Role role; } Word;

/* Of the five that make it back: sent, read back, the old version silent, the new one well, and that for a while. */
static int so_far(const ProofTrack *p)
{
	int n = 1;

	for (int i = 0; i < BACK_PARTS; i++)
		n += (p->v.ok & BACK_BIT(i)) != 0;
	return p->at_ms ? n : 2;
}

static Word outcome(const Shown *x, char out[STATE_TEXT])
{
	/* Of what moves a pointer, and of what else is done. */
	static const Word words[][2] = {
		[MOVE_OPEN] = { { "MOVING", ROLE_INFO }, { "UNDER WAY", ROLE_INFO } }, [MOVE_DONE] = { { "MOVED", ROLE_OK }, { "DONE", ROLE_OK } },
		[MOVE_FAILED] = { { "NOT MOVED", ROLE_ERROR }, { "NOT DONE", ROLE_ERROR } },
		[MOVE_REFUSED] = { { "REFUSED", ROLE_ERROR }, { "REFUSED", ROLE_ERROR } },
		[MOVE_LOST] = { { "LOST RACE", ROLE_ERROR }, { "LOST RACE", ROLE_ERROR } },
		[MOVE_UNKNOWN] = { { "UNKNOWN", ROLE_ERROR }, { "UNKNOWN", ROLE_ERROR } },
		[MOVE_RELEASED] = { { "LET GO", ROLE_WARN }, { "LET GO", ROLE_WARN } },
	};
	static const Role roles[] = { [BACK_VERIFYING] = ROLE_INFO, [BACK_FULL] = ROLE_OK, [BACK_LOW] = ROLE_WARN, [BACK_NOT] = ROLE_ERROR };
	const ProofTrack *p = x->p;

	if (!x->proves)
		return words[x->over ? x->v->outcome : MOVE_OPEN][!move_action_moves(x->v->action)];
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

/* "Mon 03:10" */
static void put_day(Buf *b, int64_t ms, const App *a)
{
	static const char *const day[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
	CivilTime t = time_civil(ms + a->world.offset_ms);

	(void)buf_printf(b, "%s %02d:%02d", day[(ms + a->world.offset_ms) / 86400000 % 7], t.hour, t.minute);
}

static void put_span(Buf *b, int64_t ms)
{
	int64_t s = ms > 0 ? ms / 1000 : 0;

	if (s < 60)
		(void)buf_printf(b, "%llds", (long long)s);
	else
		(void)buf_printf(b, "%lldm%02llds", (long long)(s / 60), (long long)(s % 60));
}

/* Of "ROLE/SESSION" the session: there is no room for more. */
static Str short_name(Str by)
{
	Str who = change_actor(by);

	while (str_has(who, STR("/")))
		(void)str_cut(who, '/', &who);
	return who.n ? who : STR("somebody");
}

/* "RB-7f3c upsell-generator/prod 2.2>2.1 by you 03:10:02 +7m52s"; of what moves nothing "PA-... serving>paused". */
static void head(const App *a, const Shown *x, Buf *b)
{
	static const char *const kind[MOVE_ACTIONS + 1] = {
		[MOVE_ROLLBACK] = "RB", [MOVE_ROLLOUT] = "RO", [MOVE_UNDO] = "UN", [MOVE_PAUSE] = "PA", [MOVE_RESUME] = "RE", [MOVE_APPROVE] = "AP",
		[MOVE_REJECT] = "RJ", [MOVE_STOP_THROTTLE] = "ST", [MOVE_STOP_AB] = "ST", [MOVE_STOP_REJECT] = "ST", [MOVE_STOP_SESSIONS] = "ST",
		[MOVE_PROMOTE] = "PR", [MOVE_UNPROMOTE] = "UN", [MOVE_STOP_PARK] = "PK", [MOVE_UNTHROTTLE] = "UN", [MOVE_RESUME_AB] = "UN",
	};
	const MoveView *v = x->v;
	Arena ar = { 0 };
	const bool moves = move_action_moves(v->action), open = !x->over || (x->proves && !x->p->settled_ms);
	Str from = moves ? route_text(v->from, &ar) : v->was, to = moves ? route_text(v->to, &ar) : v->becomes;
	Str thing = v->version.n ? v->version : v->pointer_name;
	int64_t until = open ? a->world.clock_ms : x->p->settled_ms ? x->p->settled_ms : v->finished_ms;

	(void)buf_printf(b, "%s-%.4s %.*s/%.*s %.*s>%.*s ", kind[v->action] ? kind[v->action] : "MV", v->op.n ? v->op.p : "----",
	                 STR_ARG(v->name), STR_ARG(thing), STR_ARG(from), STR_ARG(to));
	/* A narrow screen cuts the end. */
	if (x->more)
		(void)buf_printf(b, "(+%d) ", x->more);
	(void)buf_printf(b, "by %.*s ", STR_ARG(!x->by_others || x->by_others->own ? STR("you") : short_name(v->by)));
	put_clock(b, x->went_ms, a);
	(void)buf_puts(b, " +");
	put_span(b, until - x->went_ms);
	arena_done(&ar);
}

static const char *tick_of(const ProofTrack *p, BackPart part)
{
	return p->v.ok & BACK_BIT(part) ? " ok" : "";
}

/* "4.0": percent with one digit. */
static void put_percent(Buf *b, int64_t ppm)
{
	(void)buf_printf(b, "%lld.%lld", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10));
}

/* Of a move that somebody else has sent: what is known of how far it is. */
static void step_of(const SeenMove *m, Buf *b)
{
	static const struct { const char *step, *says; } steps[] = {
		{ "begun", "is written down, asks whose keys these are" }, { "claiming", "asks for the lock" }, { "claimed", "has the lock" },
		{ "acting", "has asked AWS to move it" }, { "verifying", "reads it back" }, { "verified", "has read it back, gives the lock back" },
	};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (str_is(m->step, steps[i].step))
			(void)buf_printf(b, "1 it %s", steps[i].says);
	if (m->how == SEEN_IN_REGISTRY)
		(void)buf_puts(b, "1 it holds the pointer's lock; its steps are not known on this machine");
}

/* The head names the pointer, so an ARN only takes the room of what is said of it; and what resolves it has a row of its own. */
static void put_said(Buf *b, const char *text, const MoveView *v)
{
	const char *resolve = strstr(text, MOVE_LOOK_AGAIN);
	Str said = resolve ? (Str){ text, (size_t)(resolve - text) } : str_of(text);

	while (v->pointer.n && said.n >= v->pointer.n) {
		if (str_starts(said, v->pointer)) {
			(void)buf_printf(b, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name));
			said = str_sub(said, v->pointer.n, said.n);
		} else {
			(void)buf_put(b, said.p, 1);
			said = str_sub(said, 1, said.n);
		}
	}
	(void)buf_put(b, said.p, said.n);
}

/* What was sent, and what the pointer says. */
static void second(const App *a, const Shown *x, Buf *b)
{
	const MoveView *v = x->v;
	const ProofTrack *p = x->p;

	if (!x->over && x->by_others) {
		step_of(x->by_others, b);
		return;
	}
	if (!x->over) {
		(void)buf_puts(b, "1 ");
		put_said(b, x->step[0] ? x->step : "written down on this machine; asking for the lock", v);
		return;
	}
	if (v->outcome != MOVE_DONE) {
		put_said(b, x->by_others && !v->err.text[0] ? "its process has ended and left no outcome: what became of it AWS can tell. "
		                                             "Its lock may be held until it is resolved" : v->err.text, v);
		return;
	}
	if (!x->proves && !move_action_moves(v->action)) {
		(void)buf_printf(b, "1 sent ok%s  2 reads back %.*s ", v->claim ? "" : " NO CLAIM", STR_ARG(v->becomes));
		put_clock(b, v->finished_ms, a);
		(void)buf_puts(b, " ok");
		return;
	}
	if (move_action_labels(v->action)) {
		(void)buf_printf(b, "1 sent ok  2 reads back %.*s ", STR_ARG(v->to.n ? route_main(v->to) : STR("no version")));
		put_clock(b, v->finished_ms, a);
		(void)buf_puts(b, " ok");
		return;
	}
	if (!x->proves) {
		(void)buf_printf(b, "1 moved, and read back%s. %s", x->by_others ? " by whoever moved it" : "",
		                 v->action == MOVE_STOP_PARK ? "It is parked: nothing is to be back"
		                 : v->to.n > 1 ? "Traffic is divided: nothing is to be back" : "What it left is not known here");
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

/* What comes next, or what holds from now on. */
static void rest(const App *a, const Shown *x, Buf *b)
{
	const MoveView *v = x->v;

	if (!x->over && x->by_others && x->by_others->how == SEEN_IN_REGISTRY) {
		(void)buf_printf(b, "2 its holder is gone? seismo op resolve %.*s", STR_ARG(v->op));
	} else if (!x->over && move_action_moves(v->action)) {
		(void)buf_printf(b, "2 READY and the version served are read back until AWS says %.*s", STR_ARG(route_main(v->to)));
	} else if (!x->over) {
		(void)buf_printf(b, "2 it is read back until it is %.*s", STR_ARG(v->becomes));
	} else if (v->outcome == MOVE_DONE && !move_action_moves(v->action) && v->until_ms) {
		(void)buf_puts(b, "it is meant to hold until ");
		put_clock(b, v->until_ms, a);
		(void)buf_puts(b, ", and stays until it is undone");
	} else if (v->outcome == MOVE_DONE && (!move_action_moves(v->action) || move_action_labels(v->action)) && v->reach) {
		(void)buf_printf(b, "reaches %s", v->reach);
	}
}

/* What came since, as far as the snapshot knows. */
static void since(const Shown *x, Buf *b)
{
	const ProofTrack *p = x->p;
	Str now = route_main(x->v->to);

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

/* Who it was, from where, and how that is known: this console can neither stop nor finish it. */
static void others(const SeenMove *m, Buf *b)
{
	bool here = m->how == SEEN_IN_JOURNAL;
	Str host = m->host.n ? m->host : STR("an unknown machine");

	if (m->own)
		(void)buf_puts(b, "sent from this console before its last move");
	else
		(void)buf_printf(b, "not from this console: %.*s, %s%.*s", STR_ARG(change_actor(m->v.by)), here ? "this machine, " : "", STR_ARG(host));
	if (m->pid && !m->own)
		(void)buf_printf(b, ", process %lld", (long long)m->pid);
}

/* Rules go on being watched when the console is left: by a collector, which nobody quits by the way. */
static bool watched_on(const Watch *w)
{
	char by[SHARE_WORDS];

	share_words(w, SHARE_WATCHER, by);
	return strncmp(by, "collect ", 8) == 0;
}

/* Of the own move: of others' the versions are known, and where their sessions are not. */
bool strip_offers_sessions(const App *a)
{
	return strip_rows(a) > 1 && strip_is_own(a) && errand_proves(a->errand) && str_is(str_of(errand_view(a->errand)->backend), "agentcore");
}

/* A hint is whole or not there. */
static void put_hint(Buf *b, int w, const char *hint)
{
	if (b->n + (b->n ? 3 : 0) + strlen(hint) <= (size_t)w)
		(void)buf_printf(b, "%s%s", b->n ? "   " : "", hint);
}

/* What can be done about the own move that was made, the most wanted in front. */
static void ways_on(const App *a, const Shown *x, int w, Buf *b)
{
	MoveAction undo;

	if (x->p->v.waits)
		(void)buf_puts(b, x->p->v.waits);
	if (strip_offers_sessions(a))
		put_hint(b, w, "S stop sessions");
	if (x->proves)
		put_hint(b, w, watched_on(a->errand->w) ? "quitting keeps watching" : "quit stops watching");
	if (move_action_undo(x->v->action, &undo))
		put_hint(b, w, ":undo");
	put_hint(b, w, "Esc folds");
	put_hint(b, w, ":strip copy");
}

static bool needs_resolving(const MoveView *v)
{
	return v->outcome == MOVE_UNKNOWN && v->op.n;
}

static void fourth(const App *a, const Shown *x, int w, Buf *b)
{
	const MoveView *v = x->v;
	const ProofTrack *p = x->p;

	if (needs_resolving(v)) {
		errand_put_resolve(b, x->w, v);
		put_hint(b, w, "Esc folds");
		put_hint(b, w, ":strip hides");
	} else if (v->outcome == MOVE_DONE && p->settled_ms && p->v.word != BACK_NOT) {
		(void)buf_puts(b, "back since ");
		put_clock(b, p->settled_ms, a);
		(void)buf_puts(b, "   a move away pages until ");
		put_day(b, v->finished_ms + a->shared.conf.rollback.pin_ms, a);
		put_hint(b, w, ":strip hides");
	} else if (x->by_others) {
		others(x->by_others, b);
	} else if (!x->over) {
		(void)buf_puts(b, "Esc folds   quitting finishes it or stops it at a safe point, within 30 s");
	} else if (v->outcome == MOVE_DONE) {
		ways_on(a, x, w, b);
	} else {
		(void)buf_puts(b, "nothing was changed by you   Esc folds   :strip hides");
	}
}

static void line(Box b, int y, Role role, const Buf *text)
{
	Arena ar = { 0 };

	draw_left(b, 0, y, b.w, role, clean_cut(&ar, clean_text(&ar, buf_str(text), 0), b.w));
	arena_done(&ar);
}

static int rows_needed(Str text, int w)
{
	Arena ar = { 0 };
	int rows = clean_rows(clean_text(&ar, text, 0), w);

	arena_done(&ar);
	return rows;
}

/* Where the two bytes stand last in s, at `from` or behind; s.n: nowhere. */
static size_t last_of(Str s, const char *two, size_t from)
{
	for (size_t at = s.n; at >= from + 2; at--)
		if (memcmp(s.p + at - 2, two, 2) == 0)
			return at - 2;
	return s.n;
}

/* A sentence names the furthest cause last: what there is no room for is left out from there, whole, with what leads over to it
 * (", the last one: …"). */
static void leave_causes(Buf *text, int rows, int w)
{
	Str said = buf_str(text);

	while (rows_needed(said, w) > rows) {
		size_t end = last_of(said, ": ", 0), before;

		if (end == said.n)
			return;
		said.n = end;
		before = last_of(said, ": ", 0);
		said.n = last_of(said, ", ", before < said.n ? before : 0);
	}
	text->n = said.n;
}

/* How many rows it took. */
static int rows_of(Box b, int y, int rows, Role role, const Buf *text)
{
	Arena ar = { 0 };
	int used = draw_wrapped(b, 0, y, b.w, rows, role, clean_text(&ar, buf_str(text), 0));

	arena_done(&ar);
	return used;
}

/* Below the head. A sentence of how it goes or why it failed may need the row of what comes next, and a command may need it whole. */
static void body(const App *a, const Shown *x, Box b, int y)
{
	Buf text = { 0 };
	int low, used;

	fourth(a, x, b.w, &text);
	low = needs_resolving(x->v) && text.n > (size_t)b.w ? 2 : 1;
	(void)rows_of(b, y + STRIP_ROWS - 1 - low, low, ROLE_DIM, &text);
	buf_reset(&text);
	second(a, x, &text);
	/* Why it failed is not left out: there the cause is what is wanted. */
	if (x->v->outcome == MOVE_OPEN || x->v->outcome == MOVE_UNKNOWN)
		leave_causes(&text, STRIP_ROWS - 1 - low, b.w);
	used = rows_of(b, y, x->v->outcome == MOVE_DONE ? 1 : STRIP_ROWS - 1 - low, ROLE_TEXT, &text);
	buf_reset(&text);
	if (x->proves)
		since(x, &text);
	else
		rest(a, x, &text);
	if (text.n && used + low < STRIP_ROWS - 1)
		line(b, y + 1, ROLE_TEXT, &text);
	buf_done(&text);
}

void strip_draw(App *a, Box b)
{
	int rows = strip_rows(a), y = b.h - 1 - rows;
	Shown x = rows ? pick(a) : (Shown){ 0 };
	Buf text = { 0 };
	char state[STATE_TEXT];
	Word word;

	if (!x.v)
		return;
	word = outcome(&x, state);
	draw_fill(b, 0, y, b.w, rows, ROLE_STATUS);
	head(a, &x, &text);
	line(box_sub(b, 0, 0, b.w - (int)strlen(word.text) - 1, b.h), y, ROLE_TITLE, &text);
	draw_right(b, b.w - (int)strlen(word.text), y, (int)strlen(word.text), word.role, clean_own(word.text));
	if (rows > 1)
		body(a, &x, b, y + 1);
	buf_done(&text);
}

/* For a ticket or a chat: what was done, how it ended, and by which id the journal knows it. */
static void copy_line(App *a)
{
	Shown x = pick(a);
	Buf text = { 0 };
	Arena ar = { 0 };
	char state[STATE_TEXT];
	Clean said;

	if (x.v) {
		head(a, &x, &text);
		(void)buf_printf(&text, " %s", outcome(&x, state).text);
		if (x.v->op.n)
			(void)buf_printf(&text, " op %.*s", STR_ARG(x.v->op));
	}
	said = clean_text(&ar, buf_str(&text), 0);
	app_copy(a, (Str){ said.p, said.n }, "what the strip says");
	buf_done(&text);
	arena_done(&ar);
}

void strip_command(App *a, Str rest)
{
	const Shown x = pick(a);

	if (str_is(str_trim(rest), "copy")) {
		copy_line(a);
	} else if (!x.v && !ops_move(a, true).m) {
		app_say(a, ROLE_INFO, "no pointer is being moved, as far as can be seen: B on a row rolls back");
	} else if (a->strip_rows == 1 && (a->strip_asked || x.over)) {
		if (x.by_others)
			ops_hide(a, x.by_others);
		strip_close(a);
	} else {
		a->strip_asked = a->strip_asked || !x.v;
		set_rows(a, a->strip_rows == 1 || !a->strip_rows ? STRIP_ROWS : 1);
	}
}
