/* Within inject_text: from bytes to plain small letters, and from one reading to the encodings that it holds. */
#ifndef MODEL_INJECT_FOLD_H
#define MODEL_INJECT_FOLD_H

#include "model/inject_text.h"

/* Bytes that are still to be read: the input, or what was decoded. */
typedef struct Source { ViewKind kind; int depth; Str bytes; uint32_t from, to; } Source;

/* Appends what is left of s to t->text with letters plain but ASCII capitals kept, which encodings need. map: also where each
 * byte came from. hidden: text that was carried unseen goes to the end of t->raw, its length to *hidden. */
Str  fold_source(InjectText *t, const Source *s, bool map, size_t *hidden);
/* Finds encoded text in a folded view and gives each piece decoded (at the end of t->raw) to `add`. */
typedef void (*AddSource)(void *arg, Source s);
void find_encoded(InjectText *t, const InjectView *v, AddSource add, void *arg);
/* Readings of a view in small letters that need no decoding; appended to t->text. An empty Str: there is none. */
Str  join_letters(InjectText *t, Str text);
Str  respell(InjectText *t, Str text);
Str  rewrite_reversed(InjectText *t, Str text, bool forced);
Str  rewrite_rot13(InjectText *t, Str text);

static inline bool is_ascii_letter(unsigned char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* One more byte of a view that is being written; false when there is no room. */
static inline bool text_put(InjectText *t, char c)
{
	if (t->text_n >= t->text_cap)
		return false;
	t->text[t->text_n++] = c;
	return true;
}

#endif
