/* The last 24 hours: what each cost beside what is usual, and when things were changed. Above it how long jobs take, whole. */
#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/marks.h"
#include "panes/panes.h"
#include "wire/time8601.h"

#define HOUR_MS INT64_C(3600000)

enum { HOURS = 24, COLUMN_W = 4, BAR_W = 3, AXIS_W = 9, LEAST_W = AXIS_W + HOURS * COLUMN_W, P99_LEAST = 1000, P95_LEAST = 100 };

typedef struct DayPane {
	Clean latency, state, top;
	Fresh fresh;
	bool have, ascii, any_base;
	HourCell hour[HOURS];
	bool known[HOURS];             /* the feeds' back-fill covers it */
	bool mark[HOURS * COLUMN_W];
	int  first;                    /* hour of the day of hour[0] */
	int64_t most;
} DayPane;

static int day_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(DayPane));
	return 0;
}

static void day_close(Pane *p)
{
	free(p->state);
}

/* "p50 1.2s  p95 10.6s  p99 n=447": of too few jobs a tail is chance. */
static Clean percentiles(Arena *a, const FigLatency *l)
{
	const char *few = clean_ownf(a, "n=%lld", (long long)l->n).p;

	return clean_ownf(a, "p50 %s  p95 %s  p99 %s", l->n < FEW ? few : fmt_ms(a, l->p50_ms).p, l->n < P95_LEAST ? few : fmt_ms(a, l->p95_ms).p,
	                  l->n < P99_LEAST ? few : fmt_ms(a, l->p99_ms).p);
}

static void take_hours(DayPane *s, const World *w)
{
	const Figures *f = w->fig;
	int64_t last = floor_div(f->at_ms, HOUR_MS), at = last - HOURS + 1 - f->first_hour;
	int64_t covered = f->covered_from_ms ? (f->covered_from_ms + HOUR_MS - 1) / HOUR_MS - f->first_hour : INT64_MAX;

	s->most = 0;
	s->any_base = false;
	s->first = (int)(floor_div((last - HOURS + 1) * HOUR_MS + w->offset_ms, HOUR_MS) % HOURS);
	for (int i = 0; i < HOURS; i++, at++) {
		s->known[i] = at >= 0 && at < FIG_DAYS * HOURS && at >= covered;
		s->hour[i] = s->known[i] ? f->grid[at] : (HourCell){ .base_nusd = FIG_NONE };
		s->any_base |= s->hour[i].base_nusd > 0;
		s->most = s->hour[i].nusd > s->most ? s->hour[i].nusd : s->most;
		s->most = s->hour[i].base_nusd > s->most ? s->hour[i].base_nusd : s->most;
	}
	(void)marks_on(f, (last + 1) * HOUR_MS, HOUR_MS / COLUMN_W, HOURS * COLUMN_W, s->mark);
}

static void day_update(Pane *p, const World *w)
{
	DayPane *s = p->state;
	Arena *a = &p->arena;
	char text[FRESH_TEXT];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = s->fresh == FRESH_OK ? clean_own("") : pane_as_of(p, w, a);
	s->have = w->fig != NULL;
	s->ascii = w->ascii;
	if (!s->have || p->w < LEAST_W)
		return;
	s->latency = clean_ownf(a, "approx, 1 h  %s    5 min  %s", percentiles(a, &w->fig->latency[1]).p, percentiles(a, &w->fig->latency[0]).p);
	take_hours(s, w);
	s->top = fmt_money(a, s->most);
}

static double part_of(const DayPane *s, int64_t nusd)
{
	return s->most > 0 ? (double)nusd / (double)s->most : 0;
}

/* Usual, above a bar that does not reach it. */
static void draw_usual(const DayPane *s, Box b, int x, int h, const HourCell *c)
{
	int row = (int)(part_of(s, c->base_nusd) * h);

	row = row < h ? row : h - 1;
	if (c->base_nusd > 0 && part_of(s, c->nusd) * h <= row)
		for (int i = 0; i < BAR_W; i++)
			draw_own(b, x + i, h - 1 - row, ROLE_DIM, s->ascii ? "-" : "┄");
}

static void draw_hours(const DayPane *s, Box b)
{
	draw_right(b, 0, 0, AXIS_W - 1, ROLE_DIM, s->top);
	draw_right(b, 0, b.h - 1, AXIS_W - 1, ROLE_DIM, clean_own("$0"));
	for (int i = 0; i < HOURS; i++) {
		const HourCell *c = &s->hour[i];
		Box bars = box_sub(b, AXIS_W, 0, HOURS * COLUMN_W, b.h);
		bool twice = c->base_nusd > 0 && c->nusd >= 2 * c->base_nusd;

		if (!s->known[i])
			continue;
		draw_bar(bars, i * COLUMN_W, 0, BAR_W, b.h, i == HOURS - 1 ? ROLE_LIVE : twice ? ROLE_WARN : ROLE_CHART_1, part_of(s, c->nusd), s->ascii);
		draw_usual(s, bars, i * COLUMN_W, b.h, c);
		if (twice && i < HOURS - 1)
			draw_own(bars, i * COLUMN_W + BAR_W, 0, ROLE_WARN, "!");
	}
}

static void day_draw(const Pane *p, Box b)
{
	const DayPane *s = p->state;
	const char *glyph = marks_glyph(s->ascii);
	Box title = box_sub(b, 0, 1, b.w, 1);

	if (b.w < LEAST_W)
		return;
	draw_own(b, 0, 0, ROLE_TITLE, "LATENCY");
	draw_own(title, 0, 0, ROLE_TITLE, "24 HOURS");
	if (!s->have) {
		pane_empty(box_sub(b, 0, 1, b.w, b.h - 1), s->fresh, "no figures yet");
		return;
	}
	draw_text(b, AXIS_W, 0, ROLE_TEXT, s->latency);
	draw_text(b, AXIS_W + s->latency.columns + 2, 0, fresh_role(s->fresh), s->state);
	for (int i = 0; i < HOURS * COLUMN_W; i++)
		if (s->mark[i])
			draw_own(title, AXIS_W + i, 0, ROLE_CHART_2, glyph);
	if (b.h > 3)
		draw_hours(s, box_sub(b, 0, 2, b.w, b.h - 3));
	for (int i = 0; i < HOURS; i++)
		draw_ownf(b, AXIS_W + i * COLUMN_W, b.h - 1, ROLE_DIM, "%02d", (s->first + i) % HOURS);
	draw_own(b, AXIS_W + HOURS * COLUMN_W, b.h - 2, ROLE_DIM, "$ an hour");
	if (s->any_base)
		draw_ownf(b, AXIS_W + HOURS * COLUMN_W, b.h - 1, ROLE_DIM, "%s usual", s->ascii ? "-" : "┄");
}

const PaneClass pane_day = {
	.name = "day", .title = "24 hours", .topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.least_w = LEAST_W, .open = day_open, .update = day_update, .draw = day_draw, .close = day_close,
};
