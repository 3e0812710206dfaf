/* The selected job beside the list of jobs: what happened to it, what it cost, its log lines. Shown where there is room for both. */
#include "app/timeline.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/panes.h"

enum { RULE_W = 2, LEAST_W = 60 };

typedef struct TimelinePane {
	Clean *row;
	Role  *role;
	int    n, top;
	JobRef of;                     /* whose rows these are */
	Clean  title, state;
	Fresh  fresh;
	const char *nothing;
} TimelinePane;

static int timeline_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(TimelinePane));
	return 0;
}

static void timeline_close(Pane *p)
{
	free(p->state);
}

static Role role_of(int32_t look)
{
	static const Role role[] = {
		[LOOK_PLAIN] = ROLE_TEXT, [LOOK_TITLE] = ROLE_TITLE, [LOOK_DIM] = ROLE_DIM, [LOOK_GOOD] = ROLE_OK, [LOOK_BAD] = ROLE_ERROR,
		[LOOK_MONEY] = ROLE_MONEY,
	};

	return look >= 0 && (size_t)look < sizeof role / sizeof *role ? role[look] : ROLE_TEXT;
}

/* Nothing is cut off: a long line goes on in the next row. */
static void wrap(TimelinePane *s, const Timeline *t, int w, Arena *a)
{
	Clean *text = ARENA_ARRAY(a, Clean, t->n), line;
	size_t rows = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		Clean rest = clean_capped(a, timeline_text(t, i), 8192);

		text[i] = rest;
		rows += t->line[i].look == LOOK_TITLE;       /* a blank row before it */
		while (clean_wrap(&rest, w, &line))
			rows++;
	}
	s->row = ARENA_ARRAY(a, Clean, rows);
	s->role = ARENA_ARRAY(a, Role, rows);
	s->n = 0;
	for (uint32_t i = 0; i < t->n; i++) {
		if (i && t->line[i].look == LOOK_TITLE)
			s->row[s->n++] = clean_own("");
		while (clean_wrap(&text[i], w, &line)) {
			s->role[s->n] = role_of(t->line[i].look);
			s->row[s->n++] = line;
		}
	}
}

static void timeline_update(Pane *p, const World *w)
{
	TimelinePane *s = p->state;
	const PaneAsk *answer;
	const Timeline *t;

	s->n = 0;
	s->title = clean_own("JOB");
	s->state = clean_own("");
	s->fresh = FRESH_OK;
	s->nothing = "no job is selected";
	if (!w->job.id[0] || p->w < LEAST_W)
		return;
	app_ask(p, &ask_timeline, &w->job);
	answer = pane_answer(p, &ask_timeline);
	t = answer->out;
	s->nothing = answer->loading ? "" : "this job is not in the snapshot any more";
	if (answer->error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(&p->arena, str_of(answer->error), 0);
	}
	/* The job before stays for the moment that the answer takes: its first line says which it is. */
	if (!t || (!answer->loading && !answer->answered))
		return;
	if (memcmp(&s->of, answer->out_in, sizeof s->of) != 0)
		s->top = 0;
	memcpy(&s->of, answer->out_in, sizeof s->of);
	wrap(s, t, p->w - RULE_W, &p->arena);
}

static void timeline_draw(const Pane *p, Box b)
{
	const TimelinePane *s = p->state;
	Box in = box_sub(b, RULE_W, 0, b.w - RULE_W, b.h), body = pane_head(in, p, s->title, s->fresh, s->state);
	int top = s->top;

	if (b.w < LEAST_W)
		return;
	for (int y = 0; y < b.h; y++)
		draw_own(b, 0, y, ROLE_BORDER, "│");
	if (top > s->n - body.h)
		top = s->n > body.h ? s->n - body.h : 0;
	for (int y = 0; y < body.h && top + y < s->n; y++)
		draw_text(body, 0, y, s->role[top + y], s->row[top + y]);
	if (!s->n)
		pane_empty(body, s->fresh, s->nothing);
}

static int timeline_key(Pane *p, Key k)
{
	TimelinePane *s = p->state;
	int page = p->h > 3 ? p->h - 3 : 1, most = s->n - (p->h - 1), to = s->top;
	bool plain = k.kind == KEY_CHAR && !k.mod;

	if (k.kind == KEY_DOWN || (plain && k.ch == 'j'))
		to++;
	else if (k.kind == KEY_UP || (plain && k.ch == 'k'))
		to--;
	else if (k.kind == KEY_PAGE_DOWN)
		to += page;
	else if (k.kind == KEY_PAGE_UP)
		to -= page;
	else if (k.kind == KEY_HOME || (plain && k.ch == 'g'))
		to = 0;
	else if (k.kind == KEY_END || (plain && k.ch == 'G'))
		to = most;
	else
		return PANE_IGNORED;
	s->top = to > most ? most : to;
	if (s->top < 0)
		s->top = 0;
	return PANE_HANDLED;
}

const PaneClass pane_timeline = {
	.name = "timeline", .title = "job", .topics = TOPIC_JOB | TOPIC_FIGURES, .focusable = true, .aside = true, .least_w = LEAST_W,
	.open = timeline_open, .update = timeline_update, .draw = timeline_draw, .key = timeline_key, .close = timeline_close,
};
