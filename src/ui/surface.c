#include "ui/surface.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "ui/ascii.h"
#include "ui/cells.h"

struct Surface {
	int       w, h;
	Cell     *cell;
	uint64_t *stamp;          /* one a row */
	bool     *blank;          /* one a row: nothing was drawn on it since it was emptied */
	uint64_t  clock;
};

static const Cell blank_cell = { .width = 1 };

static void fill_blank(Surface *s)
{
	/* Never a stamp of another surface, nor of one that lived at this address before: each starts at the present. */
	s->clock += (uint64_t)clock_mono_ns();
	for (int i = 0; i < s->w * s->h; i++)
		s->cell[i] = blank_cell;
	for (int y = 0; y < s->h; y++) {
		s->stamp[y] = ++s->clock;
		s->blank[y] = true;
	}
}

Surface *surface_new(int w, int h)
{
	Surface *s = xcalloc(1, sizeof *s);

	surface_resize(s, w, h);
	return s;
}

void surface_free(Surface *s)
{
	if (!s)
		return;
	free(s->cell);
	free(s->stamp);
	free(s->blank);
	free(s);
}

void surface_resize(Surface *s, int w, int h)
{
	w = w < 1 ? 1 : w > SURFACE_MAX ? SURFACE_MAX : w;
	h = h < 1 ? 1 : h > SURFACE_MAX ? SURFACE_MAX : h;
	if (w == s->w && h == s->h) {
		surface_clear(s);
		return;
	}
	s->w = w;
	s->h = h;
	s->cell = xreallocarray(s->cell, (size_t)s->w * (size_t)s->h, sizeof *s->cell);
	s->stamp = xreallocarray(s->stamp, (size_t)s->h, sizeof *s->stamp);
	s->blank = xreallocarray(s->blank, (size_t)s->h, sizeof *s->blank);
	fill_blank(s);
}

void surface_clear(Surface *s)
{
	for (int y = 0; y < s->h; y++) {
		if (!s->blank[y])
			surface_put_run(s, 0, y, s->w, &blank_cell);
		s->blank[y] = true;
	}
}

int surface_width(const Surface *s)
{
	return s->w;
}

int surface_height(const Surface *s)
{
	return s->h;
}

const Cell *surface_cell(const Surface *s, int x, int y)
{
	if (x < 0 || y < 0 || x >= s->w || y >= s->h)
		return NULL;
	return &s->cell[y * s->w + x];
}

const Cell *surface_row(const Surface *s, int y)
{
	assert(y >= 0 && y < s->h);
	return &s->cell[y * s->w];
}

uint64_t surface_row_stamp(const Surface *s, int y)
{
	assert(y >= 0 && y < s->h);
	return s->stamp[y];
}

static void changed(Surface *s, int y)
{
	s->stamp[y] = ++s->clock;
	s->blank[y] = false;
}

/* What stands in a cell whose other half was overwritten: a blank of the same role. */
static void orphan(Surface *s, Cell *c, int y)
{
	Cell b = { .width = 1, .role = c->role, .attrs = c->attrs };

	*c = b;
	changed(s, y);
}

void surface_put(Surface *s, int x, int y, const Cell *c)
{
	Cell *at = &s->cell[y * s->w + x];

	if (cell_equal(at, c))
		return;
	if (at->width == 0 && c->width != 0 && x > 0 && at[-1].width == 2)
		orphan(s, at - 1, y);
	if (at->width == 2 && c->width != 2 && x + 1 < s->w && at[1].width == 0)
		orphan(s, at + 1, y);
	*at = *c;
	changed(s, y);
}

void surface_put_run(Surface *s, int x, int y, int n, const Cell *c)
{
	const Cell *const row = &s->cell[y * s->w];

	for (const int end = x + n; x < end; x++)
		if (!cell_equal(&row[x], c))
			surface_put(s, x, y, c);
}

Box surface_box(Surface *s)
{
	return (Box){ s, 0, 0, s->w, s->h };
}

void box_clear(Box b)
{
	for (int y = b.y; y < b.y + b.h; y++)
		surface_put_run(b.s, b.x, y, b.w, &blank_cell);
}

Box box_sub(Box b, int x, int y, int w, int h)
{
	Box r = b;

	x = x < 0 ? 0 : x > b.w ? b.w : x;
	y = y < 0 ? 0 : y > b.h ? b.h : y;
	r.x = b.x + x;
	r.y = b.y + y;
	r.w = w < 0 ? 0 : w > b.w - x ? b.w - x : w;
	r.h = h < 0 ? 0 : h > b.h - y ? b.h - y : h;
	return r;
}

static int put_row(const Surface *s, int y, bool ascii, Buf *out)
{
	int end = s->w;
	char like[3];

	while (end > 0 && !s->cell[y * s->w + end - 1].text[0] && s->cell[y * s->w + end - 1].width)
		end--;
	for (int x = 0; x < end; x++) {
		const Cell *c = &s->cell[y * s->w + x];

		if (!c->width)
			continue;
		if (ascii)
			ascii_cell(c, like);
		if (buf_puts(out, ascii ? like : c->text[0] ? c->text : " ") < 0)
			return -1;
	}
	/* A drawn blank is as blank as a cell that was never drawn. */
	while (out->n && out->p[out->n - 1] == ' ')
		out->p[--out->n] = 0;
	return buf_putc(out, '\n');
}

int surface_to_text(const Surface *s, bool ascii, Buf *out)
{
	for (int y = 0; y < s->h; y++)
		if (put_row(s, y, ascii, out) < 0)
			return -1;
	return 0;
}
