/* Code points, how many cells they take, and which of them share a cell. Widths are what the widest of the usual
 * terminals uses: where terminals disagree a cell too many is blank, a cell too few would damage the neighbour. */
#ifndef UI_WIDTH_H
#define UI_WIDTH_H

#include "base/utf8.h"

enum { CLUSTER_MARKS = 4 };        /* code points after the base of one cell */

/* One cell's text while it is read: a base and what joins it. */
typedef struct Cluster {
	int32_t prev, state;           /* state: utf8proc's own, for breaks that depend on more than two code points */
	int     marks, width;
	bool    open;                  /* there is a base that can be joined */
} Cluster;

bool cp_is_mark(uint32_t cp);                      /* categories Mn, Mc, Me */
/* Must not reach a screen as itself: controls, format characters (bidi, zero width, tags), variation selectors other
 * than U+FE0F, unassigned code points, line separators, and characters that look like nothing. */
bool cp_is_hidden(uint32_t cp);
bool cp_takes_vs16(uint32_t cp);                   /* U+FE0F after it asks for the two-cell picture */
void cluster_begin(Cluster *c, uint32_t cp);
bool cluster_join(Cluster *c, uint32_t cp);        /* false: cp begins a cell of its own */

#endif
