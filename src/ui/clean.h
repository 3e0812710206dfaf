/* The one door through which text from outside reaches the terminal. A Clean holds only what may be drawn: valid
 * UTF-8, no controls, no bidi controls, no tag or supplementary variation selectors, at most 4 combining marks a cell;
 * everything removed or replaced leaves a visible mark. Drawing functions take Clean, so raw text does not compile.
 *
 * Marks: C0 and DEL become their pictures (␛ ␀ ␡); invalid UTF-8 one U+FFFD for each maximal subpart; a zero-width
 * joiner "⁀" (the pictures that it joined stand side by side, because terminals disagree on their width); a no-break
 * space "⍽"; a combining mark without a base is put on "◌"; everything else that must not be drawn "‹U+202E›". */
#ifndef UI_CLEAN_H
#define UI_CLEAN_H

#include "base/arena.h"
#include "base/buf.h"

typedef struct Clean {
	const char *p;
	size_t n;
	int    columns;          /* cells it takes; of several lines the widest */
} Clean;

/* '\n' splits lines for multi-line panes, and a tab is shown as "→" and blanks up to the next fourth column.
 * Without it both are shown as their pictures. */
enum { CLEAN_KEEP_NEWLINES = 1 };
Clean  clean_text(Arena *a, Str raw, unsigned flags);
/* At most max_bytes of raw are looked at; what is left out is said ("… +9.9 MB"). */
Clean  clean_capped(Arena *a, Str raw, size_t max_bytes);
/* Appends the cleaned text to out; -1 when out's cap is reached (at most 6 bytes come out for one that goes in). */
int    clean_to(Buf *out, Str raw, unsigned flags);
/* Our own literal or number: ASCII or UTF-8 that we wrote. */
Clean  clean_own(const char *text);
Clean  clean_ownf(Arena *a, const char *fmt, ...) FORMAT(2, 3);
/* Cut to columns: at the end with "…", or in the middle (ids, roles). Never splits a character. */
Clean  clean_cut(Arena *a, Clean c, int columns);
Clean  clean_cut_middle(Arena *a, Clean c, int columns);
/* What of a line that is being typed has room: its end. */
Clean  clean_end(Arena *a, Str raw, int columns);
/* The next character cluster of c from byte *at: its bytes and cells. Returns 0 at the end (cluster is empty) and at
 * the end of a line (cluster is "\n" and *at stands behind it). */
int    clean_next(Clean c, size_t *at, Str *cluster);
/* Takes the next screen line of at most columns cells off the front of *rest, borrowed: at a line end, else behind the
 * last blank that fits, else between characters. False when nothing is left. At least one character is taken. */
bool   clean_wrap(Clean *rest, int columns, Clean *line);
int    clean_rows(Clean c, int columns);                  /* how many it makes of it */

#endif
