/* Shared by line.c, which finds lines, and line_write.c, which writes those that wait (held.h). */
#ifndef STORE_LINE_OWN_H
#define STORE_LINE_OWN_H

#include "store/line_pack.h"
#include "store/row.h"

enum { LINE_TEXT_MAX = 8 << 10 };
/* Of a cell (line_pack.h). */
enum {
	F_LINE_TOKENS = 1, F_LINE_CACHE_SHIFT = 1, F_LINE_LATE = 8, F_LINE_TAIL = 16, F_LINE_MORE = 32, F_LINE_SHAPED = 64 /* its text (line_shape.h) */,
};

static inline Str line_kept_text(const LogLine *l)
{
	return str_sub(l->text, 0, LINE_TEXT_MAX);
}

/* What a line with these members says. Borrowed from the cell or from s->said. */
int line_said(Store *s, const LineCell *c, const LogLine *l, const int64_t name[LINE_NAMES], Str *text, Err *e);
int line_text(Store *s, const LineCell *c, Str *text, Err *e);  /* the same of a cell alone */
/* The line is one more of the call, whose own row names its first. */
int line_put_more(Store *s, int64_t call, int64_t line, Err *e);
int line_link(Store *s, const HeldLine *h, Err *e);              /* it will be found by its trace, its job and its call */

#endif
