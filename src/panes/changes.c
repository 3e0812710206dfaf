/* What was changed in the last 24 hours: time, object, from and to, who, age. Two rows are enough for it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "model/change.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "wire/time8601.h"

enum { LABEL_W = 8, TIME_W = 5, FROM_TO_W = 12, WHO_W = 16, AGE_W = 5, LEAST_OBJECT_W = 8, WIDE_W = 16 };

typedef struct ChangeRow { Clean time, object, from_to, only_to, who, age; bool pointer; } ChangeRow;
typedef struct ChangesPane {
	ChangeRow row[FIG_CHANGES];
	int   n, total, cursor;
	const Figures *fig;            /* of the last update: the rows stand in its order */
	Clean state, problem, nothing;
	Fresh fresh;
	bool  have;
} ChangesPane;

static int changes_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(ChangesPane));
	return 0;
}

static void changes_close(Pane *p)
{
	free(p->state);
}

/* A pointer speaks for itself; of everything else its kind is said. */
static Clean object_of(Arena *a, const ChangeCell *c)
{
	const char *kind = c->kind == CHANGE_POINTER ? "" : change_kind_name((ChangeKind)c->kind);

	return clean_text(a, arena_printf(a, "%s%s%s%s%s", kind, *kind ? " " : "", c->context, *c->context ? "/" : "", c->object), 0);
}

static ChangeRow row_of(Arena *a, const ChangeCell *c, const World *w)
{
	CivilTime t = time_civil(c->time_ms + w->offset_ms);
	const char *to = *c->to ? c->to : *c->from ? "gone" : NULL;
	ChangeRow r = {
		.time = clean_ownf(a, "%02d:%02d", t.hour, t.minute), .object = object_of(a, c), .who = clean_text(a, change_actor(str_of(c->by)), 0),
		.age = fmt_age(a, w->now_ms - c->time_ms), .pointer = c->kind == CHANGE_POINTER,
	};

	r.from_to = to ? clean_text(a, arena_printf(a, "%s>%s", c->from, to), 0) : clean_own(c->kind == CHANGE_POINTER ? "moved" : "changed");
	r.only_to = to ? clean_text(a, arena_printf(a, ">%s", to), 0) : r.from_to;
	if (!r.who.n)
		r.who = clean_own("-");
	return r;
}

/* A source that is denied costs what it alone knows: the row says which, and what is still there. */
static Clean problem_of(Arena *a, const World *w, Fresh fresh, const char *why)
{
	const SourceView *bad = sources_worst(&w->feed[FEED_CHANGES].sources);

	if (fresh == FRESH_FAILED)
		return clean_text(a, str_of(why), 0);
	if (!bad)
		return clean_own("");
	if (bad->state == SOURCE_DENIED && bad->lacks[0])
		return clean_text(a, arena_printf(a, "no %s: nothing from %s", bad->lacks, bad->name), 0);
	return clean_text(a, arena_printf(a, "nothing from %s: %s", bad->name, bad->why), 0);
}

/* Whoever was not asked since then knows of no later change. */
static Clean nothing_of(const Pane *p, const World *w, const ChangesPane *s, Arena *a)
{
	char at[32];

	world_as_of(w, p->cls->feeds, at);
	if (!s->have || s->fresh == FRESH_LOADING)
		return clean_own(s->have ? "loading ..." : "no figures yet");
	return *at ? clean_ownf(a, "nothing was changed in the 24 h until %s", at) : clean_own("nothing was changed in the last 24 h");
}

static void changes_update(Pane *p, const World *w)
{
	ChangesPane *s = p->state;
	Arena *a = &p->arena;
	char why[FRESH_TEXT];

	s->fig = w->fig;
	s->have = w->fig != NULL;
	s->n = s->have ? w->fig->change_count : 0;
	s->n = s->n < 0 ? 0 : s->n > FIG_CHANGES ? FIG_CHANGES : s->n;
	s->total = s->have ? w->fig->changes_total : 0;
	s->fresh = world_fresh(w, p->cls->feeds, why);
	s->problem = problem_of(a, w, s->fresh, why);
	s->nothing = nothing_of(p, w, s, a);
	s->state = s->fresh == FRESH_STALE ? clean_own("stale") : s->fresh == FRESH_LOADING ? clean_own("loading") : clean_ownf(a, "24h %d", s->total);
	for (int i = 0; i < s->n; i++)
		s->row[i] = row_of(a, &w->fig->change[i], w);
	if (s->cursor >= s->n)
		s->cursor = s->n ? s->n - 1 : 0;
}

/* Which changes stand on the rows. Whoever walks through them sees all in turn; else, when there is no room for all, a pointer that
 * moved comes before the labels and parameters that went with it. */
static int choose(const ChangesPane *s, bool focused, int rows, int out[FIG_CHANGES])
{
	int top = s->cursor < rows ? 0 : s->cursor - rows + 1, pointers = 0, others, n = 0;

	for (int i = 0; i < s->n; i++)
		pointers += s->row[i].pointer;
	others = focused ? s->n : pointers < rows ? rows - pointers : 0;
	for (int i = focused ? top : 0; i < s->n && n < rows; i++)
		if (s->row[i].pointer || others-- > 0)
			out[n++] = i;
	return n;
}

/* Wider windows give to from>to and who first: that is what is cut at 80 columns. */
typedef struct Widths { int object, from_to, who; } Widths;

static Widths widths(int w)
{
	Widths v = { .from_to = FROM_TO_W, .who = WHO_W };
	int fixed = LABEL_W + TIME_W + AGE_W + 4, more;

	v.object = w - fixed - v.from_to - v.who;
	more = v.object - 30;
	if (more > 0) {
		v.from_to += more < WIDE_W ? more : WIDE_W;
		v.who += more < WIDE_W ? 0 : more - WIDE_W < WIDE_W ? more - WIDE_W : WIDE_W;
		v.object = w - fixed - v.from_to - v.who;
	}
	if (v.object >= LEAST_OBJECT_W)
		return v;
	v.who = 0;                        /* a narrow window keeps what and where to */
	v.object = w - fixed - v.from_to + 1;
	return v;
}

static void draw_row(Box b, int y, const ChangeRow *r, Role role, const Widths *v, Arena *scratch)
{
	Clean move = r->from_to.columns <= v->from_to ? r->from_to : clean_cut_middle(scratch, r->only_to, v->from_to);
	int x = LABEL_W;

	draw_text(b, x, y, role == ROLE_TEXT ? ROLE_DIM : role, r->time);
	x += TIME_W + 1;
	draw_left(b, x, y, v->object, role, clean_cut_middle(scratch, r->object, v->object));
	x += v->object + 1;
	draw_left(b, x, y, v->from_to, role, move);
	x += v->from_to + 1;
	if (v->who) {
		draw_left(b, x, y, v->who, role == ROLE_TEXT ? ROLE_DIM : role, clean_cut_middle(scratch, r->who, v->who));
		x += v->who + 1;
	}
	draw_right(b, x, y, AGE_W, role == ROLE_TEXT ? ROLE_DIM : role, r->age);
}

static void changes_draw(const Pane *p, Box b)
{
	const ChangesPane *s = p->state;
	int rows = b.h - (s->problem.n > 0), at[FIG_CHANGES], n = rows > 0 ? choose(s, p->focused, rows, at) : 0;
	Role plain = s->fresh == FRESH_STALE ? ROLE_STALE : ROLE_TEXT;
	Widths v = widths(b.w - (b.x + b.w < surface_width(b.s)));      /* a pane at its right begins with letters */
	Arena scratch = { 0 };

	for (int i = 0; i < n && v.object > 0; i++)
		draw_row(b, i, &s->row[at[i]], p->focused && at[i] == s->cursor ? ROLE_SELECTED : plain, &v, &scratch);
	draw_own(b, 0, 0, p->focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, "CHANGES");
	if (b.h > 1)
		draw_text(box_sub(b, 0, 1, LABEL_W - 1, 1), 0, 0, fresh_role(s->fresh), s->state);
	if (s->problem.n)
		draw_text(b, LABEL_W, b.h - 1, ROLE_ERROR, pane_cut(&scratch, s->problem, b.w - LABEL_W));
	if (!s->n && rows > 0)
		draw_text(b, LABEL_W, 0, ROLE_DIM, s->nothing);
	arena_done(&scratch);
}

static int changes_key(Pane *p, Key k)
{
	ChangesPane *s = p->state;
	int old = s->cursor;

	if (k.kind == KEY_UP || (k.kind == KEY_CHAR && !k.mod && k.ch == 'k'))
		s->cursor -= s->cursor > 0;
	else if (k.kind == KEY_DOWN || (k.kind == KEY_CHAR && !k.mod && k.ch == 'j'))
		s->cursor += s->cursor + 1 < s->n;
	else if (k.kind == KEY_HOME || (k.kind == KEY_CHAR && !k.mod && k.ch == 'g'))
		s->cursor = 0;
	else if (k.kind == KEY_END || (k.kind == KEY_CHAR && k.ch == 'G'))
		s->cursor = s->n ? s->n - 1 : 0;
	else
		return PANE_IGNORED;
	p->stale |= old != s->cursor;
	return PANE_HANDLED;
}

static void line(Buf *b, const char *label, const char *value)
{
	(void)buf_printf(b, "%-8s %s\n", label, *value ? value : "-");
}

static void describe(Pane *p)
{
	const ChangesPane *s = p->state;
	const ChangeCell *c;
	char time[TIME_TEXT];
	Buf b = { 0 };

	if (!s->n || !s->fig)
		return;
	c = &s->fig->change[s->cursor];
	time_format_iso(c->time_ms, time);
	line(&b, "time", time);
	line(&b, "kind", change_kind_name((ChangeKind)c->kind));
	if (*c->context)
		line(&b, "context", c->context);
	line(&b, "object", c->object);
	line(&b, "from", c->from);
	line(&b, "to", c->to);
	line(&b, "by", c->by);
	line(&b, "source", change_source_name((ChangeSource)c->source));
	app_show_text(p->app, "Change", buf_str(&b));
	buf_done(&b);
}

static void copy_object(Pane *p)
{
	const ChangesPane *s = p->state;

	if (s->n && s->fig)
		app_copy(p->app, str_of(s->fig->change[s->cursor].object), "the object");
}

static const PaneKey keys[] = { { "enter", "describe", describe }, { "d", "describe", describe }, { "c", "copy object", copy_object }, { 0 } };

const PaneClass pane_changes = {
	.name = "changes", .title = "changes", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK,
	.feeds = FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_CHANGES), .focusable = true, .aside = true,
	.open = changes_open, .update = changes_update, .draw = changes_draw, .key = changes_key, .close = changes_close, .keys = keys,
};
