/* What each model was asked in a minute beside what the account may ask, the fullest first. */
#include <stdlib.h>

#include "app/ask_headroom.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

enum { LEAST_W = 76, HIGH_PPM = 800000, FULL_PPM = 1000000 };

typedef struct Column { const char *title; int w; bool right; } Column;
static const Column columns[] = {
	{ "QUOTAS 1 h", 23, false }, { "req/m", 5, true }, { "peak", 5, true }, { "of", 5, true }, { "used", 5, true },
	{ "tok/m", 5, true }, { "peak", 5, true }, { "of", 5, true }, { "used", 5, true }, { "", 5, false },
};
enum { COLUMNS = sizeof columns / sizeof *columns, SIDE = 4, WORD = COLUMNS - 1 };

typedef struct QuotaRow { Clean cell[COLUMNS]; Role role[COLUMNS]; } QuotaRow;
typedef struct QuotasPane {
	QuotaRow row[HEADROOM_ROWS];
	int n;
	Clean state; Fresh fresh;
	const Headroom *answer;        /* valid until the next update */
	char lacks[80];
	int64_t offset_ms;
} QuotasPane;

static int quotas_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(QuotasPane));
	return 0;
}

static void quotas_close(Pane *p)
{
	free(p->state);
}

typedef struct Word { const char *text; Role role; } Word;

static Word word_of(int64_t ppm)
{
	return ppm == FIG_NONE ? (Word){ "", ROLE_DIM } : ppm >= FULL_PPM ? (Word){ "FULL", ROLE_ERROR }
	       : ppm >= HIGH_PPM ? (Word){ "high", ROLE_WARN } : (Word){ "ok", ROLE_OK };
}

static void fill_side(QuotaRow *q, const HeadroomRow *r, QuotaUnit unit, Arena *a)
{
	const HeadroomSide *s = &r->side[unit];
	Clean *cell = q->cell + 1 + SIDE * (int)unit;
	Role *role = q->role + 1 + SIDE * (int)unit;
	int64_t ppm = headroom_ppm(r, unit);

	cell[0] = s->now == FIG_NONE ? clean_own("-") : fmt_count(a, s->now);
	cell[1] = s->peak == FIG_NONE ? clean_own("-") : fmt_count(a, s->peak);
	cell[2] = s->limit == FIG_NONE ? clean_own("?") : fmt_count(a, s->limit);
	cell[3] = ppm == FIG_NONE ? clean_own("-") : ppm < 10000 && ppm > 0 ? clean_own("<1 %") : clean_ownf(a, "%lld %%", (long long)(ppm / 10000));
	role[0] = role[1] = ROLE_TEXT;
	role[2] = ROLE_DIM;
	role[3] = word_of(ppm).role;
}

static void fill_row(QuotaRow *q, const HeadroomRow *r, Arena *a)
{
	static const char *const ways[QUOTA_WAYS] = { "", " x-region", " global" };
	const char *way = ways[r->way];
	int room = columns[0].w - (int)strlen(way);
	Word word = word_of(headroom_worst_ppm(r));
	Clean model = fmt_model(a, str_of(r->model), room);

	if (*r->context)
		model = clean_ownf(a, "%s/%s", clean_text(a, str_of(r->context), 0).p, model.p);
	q->cell[0] = clean_ownf(a, "%s%s", clean_cut_middle(a, model, room).p, way);
	q->role[0] = ROLE_TEXT;
	for (int k = 0; k < QUOTA_UNITS; k++)
		fill_side(q, r, (QuotaUnit)k, a);
	if (r->throttled)
		word = (Word){ "THR", ROLE_THROTTLED };
	q->cell[WORD] = clean_own(word.text);
	q->role[WORD] = word.role;
}

/* Limits that are not known are said once, above; what was used is known all the same. */
static void say_state(QuotasPane *s, const Pane *p, const World *w)
{
	const FeedView *v = &w->feed[FEED_QUOTAS];
	char text[FRESH_TEXT];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = clean_own("");
	(void)snprintf(s->lacks, sizeof s->lacks, "%s", v->phase == FEED_FAILED ? v->lacks : "");
	if (s->fresh == FRESH_STALE)
		s->state = pane_as_of(p, w, (Arena *)&p->arena);
	else if (v->phase == FEED_FAILED && !v->fresh_ms)
		s->state = clean_own("limits unknown");
}

static void quotas_update(Pane *p, const World *w)
{
	HeadroomAsk in = { .listed_ms = w->feed[FEED_QUOTAS].fresh_ms };
	QuotasPane *s = p->state;
	const PaneAsk *answer;

	s->n = 0;
	s->answer = NULL;
	s->offset_ms = w->offset_ms;
	s->fresh = FRESH_LOADING;
	s->state = clean_own("");
	if (!w->fig || p->h < 1 || p->w < LEAST_W)
		return;
	say_state(s, p, w);
	app_ask(p, &ask_headroom, &in);
	answer = pane_answer(p, &ask_headroom);
	s->answer = answer->out;
	if (answer->error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(&p->arena, arena_str(&p->arena, str_of(answer->error)), 0);
	} else if (!s->answer) {
		s->fresh = FRESH_LOADING;
	}
	for (; s->answer && s->n < s->answer->n; s->n++)
		fill_row(&s->row[s->n], &s->answer->row[s->n], &p->arena);
}

static void quotas_draw(const Pane *p, Box b)
{
	const QuotasPane *s = p->state;
	int rows = s->n > b.h - 1 ? b.h - 2 : s->n;

	if (b.w < LEAST_W)
		return;
	for (int i = 0, x = 0; i < COLUMNS; x += columns[i++].w + 1) {
		Role role = p->focused && i == 0 ? ROLE_BORDER_FOCUS : ROLE_TITLE;

		(columns[i].right ? draw_right : draw_left)(b, x, 0, columns[i].w, role, clean_own(columns[i].title));
		for (int y = 0; y < rows; y++)
			(columns[i].right ? draw_right : draw_left)(b, x, y + 1, columns[i].w, s->row[y].role[i], s->row[y].cell[i]);
	}
	if (rows >= 0 && rows < s->n && b.h > 1)
		draw_ownf(b, 0, rows + 1, ROLE_DIM, "+%d less full", s->n - rows);
	if (!s->n)
		pane_empty(box_sub(b, 0, 1, b.w, b.h - 1), s->fresh, "no calls are counted");
	if (s->fresh == FRESH_FAILED && b.h > 1)
		draw_text(box_sub(b, 0, b.h - 1, b.w, 1), 0, 0, ROLE_ERROR, s->state);
	else if (s->state.n)
		draw_text(box_sub(b, sizeof "QUOTAS", 0, columns[0].w - (int)sizeof "QUOTAS", 1), 0, 0, ROLE_STALE, s->state);
}

static void explain(Pane *p)
{
	const QuotasPane *s = p->state;
	Buf b = { 0 };

	if (!s->answer)
		return;
	headroom_page(s->answer, s->lacks, s->offset_ms, &b);
	app_show_text(p->app, "Quota headroom", buf_str(&b));
	buf_done(&b);
}

static const PaneKey keys[] = { { "x", "explain quotas", explain }, { "enter", "explain quotas", explain }, { 0 } };

const PaneClass pane_quotas = {
	.name = "quotas", .title = "quotas", .topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_METRICS),
	.focusable = true, .aside = true, .least_w = LEAST_W,
	.open = quotas_open, .update = quotas_update, .draw = quotas_draw, .close = quotas_close, .keys = keys,
};
