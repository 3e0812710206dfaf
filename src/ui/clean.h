/* The one door through which text from outside reaches the terminal. A Clean holds only what may be drawn: valid
 * UTF-8, no controls, no bidi controls, no tag or supplementary variation selectors, at most 4 combining marks a cell;
 * everything removed or replaced leaves a visible mark. Drawing functions take Clean, so raw text does not compile. */
#ifndef UI_CLEAN_H
#define UI_CLEAN_H

#include "base/arena.h"
#include "base/buf.h"

typedef struct Clean {
	const char *p;
	size_t n;
	int    columns;          /* cells it takes */
} Clean;

enum { CLEAN_KEEP_NEWLINES = 1 };   /* '\n' splits lines for multi-line panes; otherwise it is shown as a mark */
Clean  clean_text(Arena *a, Str raw, unsigned flags);
/* At most max_bytes of raw are looked at; what is left out is said ("… +9.9 MB"). */
Clean  clean_capped(Arena *a, Str raw, size_t max_bytes);
/* Writes the cleaned text (for `seismo tool clean`). */
int    clean_to(Buf *out, Str raw, unsigned flags);
/* Our own literal or number: ASCII or UTF-8 that we wrote. */
Clean  clean_own(const char *text);
Clean  clean_ownf(Arena *a, const char *fmt, ...) FORMAT(2, 3);
/* Cut to columns: at the end with "…", or in the middle (ids, roles). Never splits a character. */
Clean  clean_cut(Arena *a, Clean c, int columns);
Clean  clean_cut_middle(Arena *a, Clean c, int columns);
/* The next character cluster of c from byte *at: its bytes and cells (0 at the end). */
int    clean_next(Clean c, size_t *at, Str *cluster);

#endif
