/* Markdown as rows of plain cells: headings, lists, quotes, code blocks, and bold, italic and code within a line. What is not understood is
 * shown as it was written. Source of the forms: CommonMark 0.31. */
#ifndef UI_MARKDOWN_H
#define UI_MARKDOWN_H

#include "ui/surface.h"

typedef struct MdRow {
	Clean  text;
	Role   role;
	int    indent;                  /* cells before the text */
	const unsigned char *attr;      /* ATTR_* of each byte of the text; NULL: none */
	bool   code;                    /* of a code block */
} MdRow;

/* Rows that grow in an arena; {.a, .w} is none. */
typedef struct MdRows { Arena *a; MdRow *v; size_t n, cap; int w; } MdRows;
void   md_put(MdRows *r, MdRow row);

/* All lives in the arena. text: from outside, raw. */
MdRow *markdown_rows(Arena *a, Str text, int w, size_t *n);
/* A text that grows at its end, as answers do, a line at a time. at: bytes that are laid out for good; open: the code block that is open there,
 * its mark and how many of them began it (n 0: none is). {0} is the beginning. */
typedef struct MdFence { char c; size_t n; } MdFence;
typedef struct MdPlace { size_t at; MdFence open; } MdPlace;
void   markdown_lines(MdRows *out, Str text, MdPlace *place);            /* lines that have ended: the place is behind them then */
void   markdown_rest(MdRows *out, Str text, const MdPlace *place);       /* what may still go on */
/* Returns the first cell behind it. */
int    markdown_draw(Box b, int x, int y, const MdRow *r);
/* The nth code block of a text (0: the last one), without its fences, also one whose end has not come; empty: there is none. Borrowed.
 * *blocks: how many there are. */
Str    markdown_code(Str text, size_t n, size_t *blocks);

#endif
