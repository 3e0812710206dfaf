/* A grid of cells in memory, and boxes of it to draw into. Panes draw roles and Clean text; nothing here knows a
 * terminal. Drawing outside a box is cut off. */
#ifndef UI_SURFACE_H
#define UI_SURFACE_H

#include "conf/themes.h"
#include "ui/clean.h"

enum { CELL_TEXT = 28 };           /* bytes of one cluster: base + up to 4 marks */
typedef struct Cell {
	char    text[CELL_TEXT];       /* UTF-8, NUL-terminated; "" is a blank; the right half of a wide one has width 0 */
	uint8_t width;                 /* 1, 2, or 0 = continuation */
	uint8_t attrs;                 /* ATTR_* on top of the role's */
	uint16_t role;                 /* Role; ROLE_RAMP_0 + i for heat cells */
} Cell;

typedef struct Surface Surface;
typedef struct Box { Surface *s; int x, y, w, h; } Box;

Surface *surface_new(int w, int h);
void     surface_free(Surface *s);
void     surface_resize(Surface *s, int w, int h);      /* and empties it */
void     surface_clear(Surface *s);
int      surface_width(const Surface *s);
int      surface_height(const Surface *s);
const Cell *surface_cell(const Surface *s, int x, int y);     /* NULL outside */
const Cell *surface_row(const Surface *s, int y);             /* width cells; y must be inside */
/* Changes whenever a cell of the row changes, and is never the same for two surfaces: a row whose stamp is known needs
 * no second look. */
uint64_t surface_row_stamp(const Surface *s, int y);
Box      surface_box(Surface *s);
Box      box_sub(Box b, int x, int y, int w, int h);      /* clamped to b */
void     box_clear(Box b);                                    /* blank, as surface_clear makes all of it */

/* All return the number of cells used. y and x are relative to the box. A text ends at its first line end; a wide
 * character that would stick out of the box is drawn as blanks. */
int  draw_text(Box b, int x, int y, Role role, Clean c);
int  draw_attr(Box b, int x, int y, Role role, unsigned attrs, Clean c);
int  draw_right(Box b, int x, int y, int w, Role role, Clean c);     /* right-aligned in w cells */
int  draw_left(Box b, int x, int y, int w, Role role, Clean c);      /* cut and padded to w cells */
int  draw_wrapped(Box b, int x, int y, int w, int rows, Role role, Clean c);     /* in at most so many rows of w cells, the last one cut; how many */
int  draw_own(Box b, int x, int y, Role role, const char *own);      /* our own literal */
int  draw_ownf(Box b, int x, int y, Role role, const char *fmt, ...) FORMAT(5, 6);
void draw_fill(Box b, int x, int y, int w, int h, Role role);
void draw_role(Box b, int x, int y, int w, Role role, unsigned attrs);  /* recolours cells that are there */
void draw_hline(Box b, int x, int y, int w, Role role);
void draw_ramp(Box b, int x, int y, int w, int step, Clean c);       /* text on the ramp's colour (step from 0) */

/* Charts. Values NaN = no data (a gap, never zero). The newest value is v[n - 1] and stands at the right; of more than w
 * values the newest w are shown. Bars stand on zero when no value is below it, else on the least value. */
int  draw_spark(Box b, int x, int y, int w, Role role, const double *v, size_t n, bool ascii);

/* An upright bar of at most h rows that stands on row y + h - 1; part: of h, from 0 to 1. The least bar is drawn also for nothing. */
void draw_bar(Box b, int x, int y, int w, int h, Role role, double part, bool ascii);

/* Plain text of the whole surface, a line per row, trailing blanks cut: for `seismo once` and tests. ascii: look-alikes
 * for everything above 0x7E, as on a terminal with --ascii. */
int  surface_to_text(const Surface *s, bool ascii, Buf *out);

#endif
