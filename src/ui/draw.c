#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/cells.h"

enum { OWN_MAX = 1024 };

/* How a piece of text is drawn: everything but what and where. */
typedef struct Pen {
	uint16_t role;
	uint8_t  attrs;
} Pen;

static bool row_visible(Box b, int y)
{
	return y >= 0 && y < b.h;
}

static void put_blank(Box b, int x, int y, Pen pen)
{
	Cell c = { .width = 1, .role = pen.role, .attrs = pen.attrs };

	if (x >= 0 && x < b.w)
		surface_put(b.s, b.x + x, b.y + y, &c);
}

static void put_cluster(Box b, int x, int y, Pen pen, Str text, int width)
{
	Cell c = { .width = (uint8_t)width, .role = pen.role, .attrs = pen.attrs };
	Cell second = { .width = 0, .role = pen.role, .attrs = pen.attrs };

	if (x < 0 || x + width > b.w) {
		for (int i = 0; i < width; i++)
			put_blank(b, x + i, y, pen);
		return;
	}
	/* A blank is stored as no text, so that a drawn blank equals a cleared cell. */
	if (text.n < sizeof c.text && !(text.n == 1 && text.p[0] == ' '))
		memcpy(c.text, text.p, text.n);
	surface_put(b.s, b.x + x, b.y + y, &c);
	if (width == 2)
		surface_put(b.s, b.x + x + 1, b.y + y, &second);
}

/* Draws what fits into the columns x .. end-1 of row y; returns the cells used. */
static int put_text(Box b, int x, int y, int end, Pen pen, Clean c)
{
	size_t at = 0;
	int w, from = x;
	Str cluster;

	if (end > b.w)
		end = b.w;
	while (x < end && (w = clean_next(c, &at, &cluster))) {
		if (row_visible(b, y)) {
			Box clip = b;

			clip.w = end;
			put_cluster(clip, x, y, pen, cluster, w);
		}
		x += w < end - x ? w : end - x;
	}
	return x - from;
}

static void put_blanks(Box b, int x, int y, int end, Pen pen)
{
	const Cell c = { .width = 1, .role = pen.role, .attrs = pen.attrs };

	x = x < 0 ? 0 : x;
	end = end < b.w ? end : b.w;
	if (row_visible(b, y) && x < end)
		surface_put_run(b.s, b.x + x, b.y + y, end - x, &c);
}

/* The front of c in at most w cells, with "…" when something is missing; returns the cells used. */
static int put_cut(Box b, int x, int y, int w, Pen pen, Clean c)
{
	int used;

	if (w <= 0)
		return 0;
	if (c.columns <= w)
		return put_text(b, x, y, x + w, pen, c);
	used = put_text(b, x, y, x + w - 1, pen, c);
	put_text(b, x + used, y, x + w, pen, (Clean){ "…", sizeof "…" - 1, 1 });
	return used + 1;
}

static Pen pen_of(Role role, unsigned attrs)
{
	return (Pen){ (uint16_t)role, (uint8_t)attrs };
}

int draw_attr(Box b, int x, int y, Role role, unsigned attrs, Clean c)
{
	return put_text(b, x, y, b.w, pen_of(role, attrs), c);
}

int draw_text(Box b, int x, int y, Role role, Clean c)
{
	return draw_attr(b, x, y, role, 0, c);
}

int draw_right(Box b, int x, int y, int w, Role role, Clean c)
{
	Pen pen = pen_of(role, 0);
	int pad = c.columns < w ? w - c.columns : 0;

	put_blanks(b, x, y, x + pad, pen);
	put_cut(b, x + pad, y, w - pad, pen, c);
	return w > 0 ? w : 0;
}

int draw_left(Box b, int x, int y, int w, Role role, Clean c)
{
	Pen pen = pen_of(role, 0);
	int used = put_cut(b, x, y, w, pen, c);

	put_blanks(b, x + used, y, x + w, pen);
	return w > 0 ? w : 0;
}

int draw_wrapped(Box b, int x, int y, int w, int rows, Role role, Clean c)
{
	Clean rest = c, from, line;
	int used = 0;

	for (; used < rows && (from = rest, clean_wrap(&rest, w, &line)); used++)
		draw_left(b, x, y + used, w, role, used == rows - 1 && rest.n ? from : line);
	return used;
}

int draw_own(Box b, int x, int y, Role role, const char *own)
{
	return draw_text(b, x, y, role, clean_own(own));
}

int draw_ownf(Box b, int x, int y, Role role, const char *fmt, ...)
{
	char text[OWN_MAX];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return n < 0 ? 0 : draw_own(b, x, y, role, text);
}

void draw_fill(Box b, int x, int y, int w, int h, Role role)
{
	for (int i = y < 0 ? 0 : y; i < y + h && i < b.h; i++)
		put_blanks(b, x < 0 ? 0 : x, i, x + w < b.w ? x + w : b.w, pen_of(role, 0));
}

void draw_role(Box b, int x, int y, int w, Role role, unsigned attrs)
{
	int end = x + w < b.w ? x + w : b.w;

	if (!row_visible(b, y))
		return;
	for (x = x < 0 ? 0 : x; x < end; x++) {
		Cell c = *surface_cell(b.s, b.x + x, b.y + y);

		c.role = (uint16_t)role;
		c.attrs = (uint8_t)attrs;
		surface_put(b.s, b.x + x, b.y + y, &c);
	}
}

void draw_hline(Box b, int x, int y, int w, Role role)
{
	Clean dash = { "─", sizeof "─" - 1, 1 };

	for (int i = 0; i < w; i++)
		put_text(b, x + i, y, b.w, pen_of(role, 0), dash);
}

void draw_ramp(Box b, int x, int y, int w, int step, Clean c)
{
	Role role = (Role)(ROLE_RAMP_0 + (step < 0 ? 0 : step >= RAMP_MAX ? RAMP_MAX - 1 : step));

	draw_left(b, x, y, w, role, c);
}
