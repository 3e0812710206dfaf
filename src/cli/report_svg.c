/* The charts of a report, one below the other, on white. */
#include "cli/report.h"

#include <stdlib.h>

#include "base/num.h"
#include "model/money.h"
#include "ui/svg.h"
#include "wire/time8601.h"

enum {
	WIDTH = 960, LEFT = 92, RIGHT = 24, TOP = 40, PLOT_H = 220, GAP = 28, GRID_LINES = 4, BAR_ROW = 34, NAME_W = 230, MARKS_MAX = 12,
	TITLE_COLUMNS = (WIDTH - 2 * RIGHT) / SVG_GLYPH, LABELS = 8, CELL_BYTES = 400,
};
#define HOUR_MS INT64_C(3600000)

typedef struct Plot { const ReportChart *c; Buf *out; Arena *a; int x, y, w, h; int64_t top; } Plot;

static Clean clean_part(Arena *a, const Part *p, int columns)
{
	Str s = part_words(a, p);

	return clean_cut(a, clean_capped(a, s, CELL_BYTES), columns);
}

static Clean value(const Plot *p, int64_t v)
{
	char text[MONEY_TEXT];

	if (p->c->ppm)
		return clean_ownf(p->a, "%lld.%lld %%", (long long)(v / 10000), (long long)(v / 1000 % 10));
	money_screen(v, text);
	return clean_ownf(p->a, "%s", text);
}

static Clean when(const Plot *p, int64_t ms, bool day)
{
	CivilTime t = time_civil(ms);

	return day ? clean_ownf(p->a, "%02d-%02d %02d:%02d", t.month, t.day, t.hour, t.minute) : clean_ownf(p->a, "%02d:%02d", t.hour, t.minute);
}

/* The next 1, 2 or 5 with noughts behind. */
static int64_t round_up(int64_t v)
{
	int64_t step = 1;

	while (step < v && step < INT64_MAX / 10) {
		if (step * 2 >= v)
			return step * 2;
		if (step * 5 >= v)
			return step * 5;
		step *= 10;
	}
	return step;
}

static int64_t highest(const ReportChart *c)
{
	int64_t top = 1;

	for (size_t s = 0; s < c->n; s++)
		for (size_t i = 0; i < c->points; i++) {
			int64_t v = c->series[s].v[i], high = c->series[s].high && v != REPORT_GAP ? c->series[s].high[i] : v;

			top = v > top ? v : top;
			top = high > top ? high : top;
		}
	return c->ppm && top > 500000 ? 1000000 : round_up(top);
}

static int y_of(const Plot *p, int64_t v)
{
	return p->y + p->h - (int)mul_div(v < 0 ? 0 : v, p->h, p->top);
}

static int x_of(const Plot *p, size_t point)
{
	return p->x + (int)((int64_t)(2 * point + 1) * p->w / (int64_t)(2 * p->c->points));
}

static void put_axes(const Plot *p)
{
	bool days = p->c->until_ms - p->c->from_ms > 24 * HOUR_MS;

	for (int i = 0; i <= GRID_LINES; i++) {
		int64_t v = p->top / GRID_LINES * i;

		svg_rule(p->out, p->x, y_of(p, v), p->x + p->w, y_of(p, v), i ? SVG_GRID : SVG_INK, false);
		svg_text(p->out, p->x - 6, y_of(p, v) + 4, SVG_DIM, SVG_END, value(p, v));
	}
	for (int i = 0; i <= LABELS; i++) {
		int64_t ms = p->c->from_ms + (p->c->until_ms - p->c->from_ms) / LABELS * i;
		int x = p->x + p->w * i / LABELS;

		svg_rule(p->out, x, p->y + p->h, x, p->y + p->h + 4, SVG_INK, false);
		if (!days || i % 2 == 0)
			svg_text(p->out, x, p->y + p->h + 18, SVG_DIM, i == LABELS ? SVG_END : i ? SVG_MIDDLE : SVG_START, when(p, ms, days));
	}
}

static Clean tip_of(const Plot *p, size_t series, size_t i)
{
	const ReportSeries *s = &p->c->series[series];
	int64_t ms = p->c->from_ms + mul_div(p->c->until_ms - p->c->from_ms, (int64_t)i, (int64_t)p->c->points);

	return clean_ownf(p->a, "%s %s: %s", when(p, ms, true).p, clean_part(p->a, &s->name, 40).p, value(p, s->v[i]).p);
}

static void put_bars(const Plot *p, size_t series)
{
	const ReportSeries *s = &p->c->series[series];
	int w = p->w / (int)p->c->points - 1;

	for (size_t i = 0; i < p->c->points; i++)
		if (s->v[i] != REPORT_GAP && s->v[i] > 0)
			svg_rect(p->out, x_of(p, i) - (w > 1 ? w : 1) / 2, y_of(p, s->v[i]), w > 1 ? w : 1, p->y + p->h - y_of(p, s->v[i]),
			         (SvgPaint)(SVG_SERIES_1 + series % SVG_SERIES), tip_of(p, series, i));
}

/* Broken where nothing is known. */
static void put_line(const Plot *p, size_t series)
{
	const ReportSeries *s = &p->c->series[series];
	SvgPaint paint = (SvgPaint)(SVG_SERIES_1 + series % SVG_SERIES);
	SvgPoint *v = ARENA_ARRAY(p->a, SvgPoint, p->c->points + 1);
	size_t n = 0;

	for (size_t i = 0; i <= p->c->points; i++) {
		if (i == p->c->points || s->v[i] == REPORT_GAP) {
			svg_path(p->out, v, n, paint);
			n = 0;
			continue;
		}
		v[n++] = (SvgPoint){ x_of(p, i), y_of(p, s->v[i]) };
		if (s->low)
			svg_rule(p->out, x_of(p, i), y_of(p, s->low[i]), x_of(p, i), y_of(p, s->high[i]), paint, false);
		if (p->c->points <= 96)
			svg_mark(p->out, x_of(p, i), y_of(p, s->v[i]), paint, tip_of(p, series, i));
	}
}

static int put_legend(const Plot *p, int y)
{
	for (size_t s = 0; s < p->c->n; s++) {
		SvgPaint paint = (SvgPaint)(SVG_SERIES_1 + s % SVG_SERIES);
		SvgPoint line[2] = { { p->x, y - 4 }, { p->x + 24, y - 4 } };

		if (p->c->bars && !s)
			svg_rect(p->out, p->x, y - 9, 24, 10, paint, clean_own(""));
		else
			svg_path(p->out, line, 2, paint);
		svg_text(p->out, p->x + 32, y, SVG_INK, SVG_START, clean_part(p->a, &p->c->series[s].name, TITLE_COLUMNS - 20));
		y += SVG_LINE;
	}
	return y;
}

/* Numbered in the plot, told below. */
static int put_marks(const Plot *p, int y)
{
	for (size_t i = 0; i < p->c->marks; i++) {
		const ReportMark *m = &p->c->mark[i];
		int x = p->x + (int)mul_div(m->ms - p->c->from_ms, p->w, p->c->until_ms - p->c->from_ms);

		if (m->ms >= p->c->from_ms && m->ms < p->c->until_ms) {
			svg_rule(p->out, x, p->y, x, p->y + p->h, SVG_WARN, true);
			if (i < MARKS_MAX)
				svg_text(p->out, x + 2, p->y + 10, SVG_WARN, SVG_START, clean_ownf(p->a, "%zu", i + 1));
		}
		if (i >= MARKS_MAX)
			continue;
		svg_text(p->out, p->x, y, SVG_WARN, SVG_START,
		         clean_ownf(p->a, "%zu  %s  %s", i + 1, when(p, m->ms, true).p, clean_part(p->a, &m->text, TITLE_COLUMNS - 30).p));
		y += SVG_LINE;
	}
	if (p->c->marks > MARKS_MAX) {
		svg_text(p->out, p->x, y, SVG_WARN, SVG_START, clean_ownf(p->a, "and %zu more", p->c->marks - MARKS_MAX));
		y += SVG_LINE;
	}
	return y;
}

static int put_over_time(Plot *p)
{
	p->x = LEFT;
	p->w = WIDTH - LEFT - RIGHT;
	p->h = PLOT_H;
	put_axes(p);
	for (size_t s = 0; s < p->c->n; s++)
		(p->c->bars && !s ? put_bars : put_line)(p, s);
	return put_marks(p, put_legend(p, p->y + p->h + 42));
}

/* A row for each name: the first series is a filled bar, the others hollow ones below it. */
static int put_by_name(Plot *p)
{
	int y = p->y, room = WIDTH - NAME_W - RIGHT - 12 * SVG_GLYPH;

	for (size_t i = 0; i < p->c->points; i++) {
		svg_text(p->out, NAME_W - 8, y + 13, SVG_INK, SVG_END, clean_part(p->a, &p->c->name[i], NAME_W / SVG_GLYPH - 3));
		for (size_t s = 0; s < p->c->n; s++) {
			int64_t v = p->c->series[s].v[i];
			int w = v == REPORT_GAP || v < 0 ? 0 : (int)mul_div(v, room, p->top), at = y + (s ? 17 : 2);

			if (v == REPORT_GAP)
				continue;
			if (s)
				svg_hollow(p->out, NAME_W, at, w > 1 ? w : 1, 8, SVG_DIM);
			else
				svg_rect(p->out, NAME_W, at, w > 1 ? w : 1, 14, SVG_SERIES_1, clean_own(""));
			if (!s)
				svg_text(p->out, NAME_W + w + 6, at + 11, SVG_INK, SVG_START, value(p, v));
		}
		y += BAR_ROW;
	}
	for (size_t s = 0; s < p->c->n; s++) {
		if (s)
			svg_hollow(p->out, NAME_W, y + 3, 24, 8, SVG_DIM);
		else
			svg_rect(p->out, NAME_W, y, 24, 14, SVG_SERIES_1, clean_own(""));
		svg_text(p->out, NAME_W + 32, y + 11, SVG_INK, SVG_START, clean_part(p->a, &p->c->series[s].name, 60));
		y += SVG_LINE + 2;
	}
	return y;
}

static int height_of(const ReportChart *c)
{
	int marks = (int)(c->marks > MARKS_MAX ? MARKS_MAX + 1 : c->marks);

	if (!c->until_ms)
		return 24 + (int)c->points * BAR_ROW + (int)c->n * (SVG_LINE + 2) + GAP;
	return 24 + PLOT_H + 42 + ((int)c->n + marks) * SVG_LINE + GAP;
}

static Clean title_of(const Report *r, Arena *a)
{
	Buf b = { 0 };
	Clean c;

	for (size_t i = 0; i < r->titles; i++) {
		Clean part = clean_part(a, &r->title[i], TITLE_COLUMNS);

		(void)buf_put(&b, part.p, part.n);
	}
	c = clean_cut(a, clean_text(a, buf_str(&b), 0), TITLE_COLUMNS);
	buf_done(&b);
	return c;
}

void report_svg(const Report *r, Buf *out)
{
	Arena a = { 0 };
	Clean title = title_of(r, &a);
	int y = TOP, h = TOP;

	for (size_t i = 0; i < r->n; i++)
		h += r->block[i].chart ? height_of(r->block[i].chart) : 0;
	svg_begin(out, WIDTH, h, title);
	svg_heading(out, RIGHT, 24, title);
	for (size_t i = 0; i < r->n; i++) {
		Plot p = { .c = r->block[i].chart, .out = out, .a = &a };

		if (!p.c)
			continue;
		p.top = highest(p.c);
		p.y = y + 24;
		svg_text(out, RIGHT, y + 8, SVG_INK, SVG_START, clean_own(p.c->title));
		if (p.c->points && p.c->n)
			(void)(p.c->until_ms ? put_over_time : put_by_name)(&p);
		y += height_of(p.c);
	}
	svg_end(out);
	arena_done(&a);
}
