/* Writing single cells of a surface; for the drawing functions of ui/ only. */
#ifndef UI_CELLS_H
#define UI_CELLS_H

#include "ui/surface.h"

enum { SURFACE_MAX = 4096 };       /* cells a side: what a terminal may claim to be */

/* x and y must be inside. c's text must be zero behind its end (cells are compared whole). Overwriting a half of a wide
 * character blanks its other half; a wide one's second cell (width 0) is put by the caller. */
void surface_put(Surface *s, int x, int y, const Cell *c);

#endif
