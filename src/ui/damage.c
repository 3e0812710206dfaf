#include "ui/damage.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "ui/ascii.h"
#include "ui/cells.h"
#include "ui/motion.h"

enum { GAP_MAX = 5 };              /* a longer gap of equal cells is always cheaper to jump */
enum { SYNC_FROM = 1024 };         /* smaller frames arrive in one piece anyway */

struct Painter {
	const Caps *caps;
	bool     ascii;
	Palette  palette;
	int      w, h;
	Cell    *front;                /* what the terminal shows, of the rows that have a stamp; the others are blank */
	Cell    *blank;                /* one such row */
	uint64_t *stamp;               /* of the surface's row that was painted; 0: none */
	bool    *due;                  /* painted, and not in front yet */
	bool     known;                /* front is true */
	Place    at;                   /* the cursor */
	Ink      pen;
	int      cursor_on;            /* -1: not known */
};

static const char sync_begin[] = "\033[?2026h", sync_end[] = "\033[?2026l";

Painter *painter_new(const Caps *caps, bool ascii)
{
	Painter *p = xcalloc(1, sizeof *p);

	p->caps = caps;
	p->ascii = ascii;
	p->cursor_on = -1;
	return p;
}

void painter_free(Painter *p)
{
	if (!p)
		return;
	free(p->front);
	free(p->blank);
	free(p->stamp);
	free(p->due);
	free(p);
}

void painter_palette(Painter *p, const Palette *palette)
{
	p->palette = *palette;
	painter_forget(p);
}

void painter_forget(Painter *p)
{
	p->known = false;
}

/* The ink of a cell. Of a blank only what can be seen counts: its letters' colour cannot, unless it is reversed. */
static Ink cell_ink(const Painter *p, const Cell *c)
{
	Ink k = { 0 };

	if (c->role < INK_COUNT)
		k = p->palette.ink[c->role];
	k.attrs |= c->attrs;
	if (!c->text[0] && !(k.attrs & (ATTR_REVERSE | ATTR_UNDERLINE))) {
		k.fg = 0;
		k.attrs = 0;
	}
	return k;
}

static bool cell_same(const Painter *p, const Cell *a, const Cell *b)
{
	if (cell_equal(a, b))
		return true;
	if (a->width != b->width || a->text[0] != b->text[0] || (a->text[0] && strcmp(a->text, b->text) != 0))
		return false;
	/* The second half of a wide character has no look of its own. */
	return a->width == 0 || ink_same(cell_ink(p, a), cell_ink(p, b));
}

/* A blank on the right background needs no change of letters. */
static bool pen_draws(const Painter *p, const Cell *c)
{
	Ink k = cell_ink(p, c);

	if (ink_same(p->pen, k))
		return true;
	return !c->text[0] && !k.attrs && k.bg == p->pen.bg && !(p->pen.attrs & (ATTR_REVERSE | ATTR_UNDERLINE));
}

static void take_pen(Painter *p, const Cell *c, Buf *out)
{
	if (!pen_draws(p, c))
		ink_change(p->caps, &p->pen, cell_ink(p, c), out);
}

/* More than one code point, or a picture: terminals do not agree how many cells it takes. */
static bool is_doubtful(const Cell *c)
{
	const unsigned char *t = (const unsigned char *)c->text;
	size_t first = t[0] < 0x80 ? 1 : t[0] < 0xE0 ? 2 : t[0] < 0xF0 ? 3 : 4;

	return t[0] && (first == 4 || t[first]);
}

static void put_plain(const Painter *p, const Cell *c, Buf *out)
{
	char like[3];

	if (!c->text[0]) {
		(void)buf_putc(out, ' ');
	} else if (!c->text[1]) {
		(void)buf_putc(out, c->text[0]);
	} else if (p->ascii) {
		ascii_cell(c, like);
		(void)buf_puts(out, like);
	} else {
		(void)buf_puts(out, c->text);
	}
}

static void advance(Painter *p, int cells)
{
	p->at.x += cells;
	if (p->at.x < p->w)
		return;
	/* Behind the last column: the cursor waits there, or is in the next row already. */
	p->at.x = -1;
	if (!p->caps->wraps_late)
		p->at.y = -1;
}

static void put_cell(Painter *p, const Cell *c, Buf *out)
{
	Place here = p->at;

	take_pen(p, c, out);
	if (p->ascii || !is_doubtful(c)) {
		put_plain(p, c, out);
		advance(p, c->width);
		return;
	}
	/* Its cells are emptied first, so that one drawn narrower leaves nothing old beside it; and the cursor is asked for
	 * by its column afterwards, so that the neighbour is where it belongs. */
	if (c->width == 2) {
		(void)buf_puts(out, "  ");
		advance(p, 2);
		motion_put(p->caps, &p->at, here, out);
	}
	put_plain(p, c, out);
	p->at.x = -1;
	if (here.x + c->width >= p->w)
		p->at.y = -1;
}

/* Would writing this last cell scroll the screen? */
static bool is_forbidden(const Painter *p, int x, int y)
{
	return y == p->h - 1 && x == p->w - 1 && p->caps->wraps && !p->caps->wraps_late;
}

/* The first column from which the whole rest of the row is erasable blank of one background. */
static int blank_from(const Painter *p, const Cell *row)
{
	Ink last = cell_ink(p, &row[p->w - 1]);
	int x = p->w;

	if (!*p->caps->el || last.attrs || (last.bg && !p->caps->erases_colour))
		return p->w;
	while (x > 0 && !row[x - 1].text[0] && row[x - 1].width == 1 && ink_same(cell_ink(p, &row[x - 1]), last))
		x--;
	return x;
}

/* Cells of [x, end) that are equal but cheaper to write again than to jump over; 0 when jumping is cheaper. */
static int gap_of(const Painter *p, const Cell *row, const Cell *front, int x)
{
	size_t bytes = 0;
	int n = 0;

	while (x + n < p->w && cell_same(p, &row[x + n], &front[x + n])) {
		const Cell *c = &row[x + n];
		size_t jump = n == 0 ? 3 : 4;

		bytes += c->text[0] ? strlen(c->text) : 1;
		if (n == GAP_MAX || bytes > jump || c->width != 1 || is_doubtful(c) || !pen_draws(p, c))
			return 0;
		n++;
	}
	return x + n < p->w ? n : 0;
}

static int next_change(const Painter *p, const Cell *row, const Cell *front, int x)
{
	while (x < p->w && cell_same(p, &row[x], &front[x]))
		x++;
	return x;
}

/* Erases from x on when that is shorter than writing the blanks that differ. */
static bool erase_rest(Painter *p, const Cell *row, const Cell *front, int x, int y, Buf *out)
{
	int last = p->w - 1;

	while (last > x && cell_same(p, &row[last], &front[last]))
		last--;
	if (last - x + 1 <= (int)strlen(p->caps->el))
		return false;
	motion_put(p->caps, &p->at, (Place){ x, y }, out);
	take_pen(p, &row[x], out);
	(void)buf_puts(out, p->caps->el);
	return true;
}

static void paint_row(Painter *p, const Cell *row, int y, Buf *out)
{
	const Cell *front = p->stamp[y] ? p->front + (size_t)y * (size_t)p->w : p->blank;
	int x, blank;

	/* Most rows with a new stamp were emptied and then drawn as they had been. */
	if (memcmp(row, front, (size_t)p->w * sizeof *row) == 0 || (x = next_change(p, row, front, 0)) == p->w)
		return;
	blank = blank_from(p, row);
	while (x < p->w) {
		if (x >= blank && erase_rest(p, row, front, x, y, out))
			return;
		if (!is_forbidden(p, x, y)) {
			motion_put(p->caps, &p->at, (Place){ x, y }, out);
			put_cell(p, &row[x], out);
		}
		x += row[x].width == 2 ? 2 : 1;
		if (x < p->w && cell_same(p, &row[x], &front[x])) {
			int gap = p->at.x < 0 ? 0 : gap_of(p, row, front, x);

			for (int i = 0; i < gap; i++)
				put_cell(p, &row[x++], out);
			if (!gap)
				x = next_change(p, row, front, x);
		}
	}
}

static void show_cursor(Painter *p, int x, int y, Buf *out)
{
	bool on = x >= 0 && y >= 0 && x < p->w && y < p->h;

	if (on)
		motion_put(p->caps, &p->at, (Place){ x, y }, out);
	if (p->cursor_on != on)
		(void)buf_puts(out, on ? p->caps->cnorm : p->caps->civis);
	p->cursor_on = on;
}

/* An empty screen of the surface's size, and the pen at rest. */
static void start_over(Painter *p, const Surface *s, Buf *out)
{
	/* No role: every role may have a background, an erased cell has none. */
	static const Cell erased = { .width = 1, .role = UINT16_MAX };
	size_t rows;

	p->w = surface_width(s);
	p->h = surface_height(s);
	rows = (size_t)p->h;
	p->front = xreallocarray(p->front, rows * (size_t)p->w, sizeof *p->front);
	p->blank = xreallocarray(p->blank, (size_t)p->w, sizeof *p->blank);
	p->stamp = xreallocarray(p->stamp, rows, sizeof *p->stamp);
	p->due = xreallocarray(p->due, rows, sizeof *p->due);
	for (int x = 0; x < p->w; x++)
		p->blank[x] = erased;
	memset(p->stamp, 0, rows * sizeof *p->stamp);
	memset(p->due, 0, rows * sizeof *p->due);
	(void)buf_puts(out, p->caps->ansi ? "\033[m" : p->caps->sgr0);
	(void)buf_puts(out, p->caps->clear);
	p->pen = (Ink){ 0 };
	p->at = (Place){ 0, 0 };
	p->cursor_on = -1;
	p->known = true;
}

void painter_bytes(Painter *p, const Surface *s, int cursor_x, int cursor_y, Buf *out)
{
	size_t begin = out->n;
	bool sync = p->caps->sync;

	if (sync)
		(void)buf_puts(out, sync_begin);
	if (!p->known || p->w != surface_width(s) || p->h != surface_height(s))
		start_over(p, s, out);
	for (int y = 0; y < p->h; y++) {
		if (p->stamp[y] == surface_row_stamp(s, y))
			continue;
		paint_row(p, surface_row(s, y), y, out);
		p->stamp[y] = surface_row_stamp(s, y);
		p->due[y] = true;
	}
	show_cursor(p, cursor_x, cursor_y, out);
	if (!sync)
		return;
	if (out->n - begin < SYNC_FROM + sizeof sync_begin) {
		size_t n = sizeof sync_begin - 1;

		memmove(out->p + begin, out->p + begin + n, out->n - begin - n);
		out->n -= n;
		out->p[out->n] = 0;
	} else {
		(void)buf_puts(out, sync_end);
	}
}

void painter_settle(Painter *p, const Surface *s)
{
	const size_t w = (size_t)p->w;

	for (int y = 0; y < p->h; y++)
		if (p->due[y]) {
			memcpy(p->front + (size_t)y * w, surface_row(s, y), w * sizeof *p->front);
			p->due[y] = false;
		}
}

void painter_frame(Painter *p, const Surface *s, int cursor_x, int cursor_y, Buf *out)
{
	painter_bytes(p, s, cursor_x, cursor_y, out);
	painter_settle(p, s);
}
