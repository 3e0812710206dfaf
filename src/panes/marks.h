/* When things were changed, on charts: the figures know of the last 24 hours. */
#ifndef PANES_MARKS_H
#define PANES_MARKS_H

#include "model/figures.h"

const char *marks_glyph(bool ascii);
/* In which of n columns something was changed; the last column ends before end_ms. Returns how many columns. */
int  marks_on(const Figures *f, int64_t end_ms, int64_t column_ms, int n, bool out[]);
int  marks_between(const Figures *f, int64_t from_ms, int64_t until_ms);      /* how many changes */

#endif
