/* Writing single cells of a surface; for the drawing functions of ui/ only. */
#ifndef UI_CELLS_H
#define UI_CELLS_H

#include <assert.h>
#include <string.h>

#include "ui/surface.h"

enum { SURFACE_MAX = 4096 };       /* cells a side: what a terminal may claim to be */

/* memcmp, without a call for each of ten thousand cells. */
static inline bool cell_equal(const Cell *a, const Cell *b)
{
	enum { WORDS = sizeof *a / 8 };
	uint64_t x[WORDS], y[WORDS], differ = 0;

	static_assert(sizeof *a % 8 == 0, "a cell is whole words");
	memcpy(x, a, sizeof x);
	memcpy(y, b, sizeof y);
	for (int i = 0; i < WORDS; i++)
		differ |= x[i] ^ y[i];
	return !differ;
}

/* x and y must be inside. c's text must be zero behind its end (cells are compared whole). Overwriting a half of a wide
 * character blanks its other half; a wide one's second cell (width 0) is put by the caller. */
void surface_put(Surface *s, int x, int y, const Cell *c);
/* The same cell, one wide, in n cells side by side. */
void surface_put_run(Surface *s, int x, int y, int n, const Cell *c);

#endif
