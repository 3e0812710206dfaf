/* What a text says once its disguises are taken off: styled, wide, accented and look-alike letters are plain, what cannot be
 * seen is gone, and what was encoded stands decoded beside it. Each reading is a view; the first is the text itself.
 *
 * Everything lies in room that inject_text_new makes for texts of up to a given size; reading allocates nothing, and takes
 * time in proportion to the text. What a view is made of is never larger than what it was found in, nested at most
 * INJECT_DEPTH times. Pure. */
#ifndef MODEL_INJECT_TEXT_H
#define MODEL_INJECT_TEXT_H

#include "base/str.h"

enum { INJECT_VIEWS = 32, INJECT_DEPTH = 3 };

typedef enum ViewKind {
	VIEW_PLAIN, VIEW_JOINED, VIEW_RESPELT, VIEW_BASE64, VIEW_BASE32, VIEW_HEX, VIEW_BINARY, VIEW_ESCAPES, VIEW_HIDDEN,
	VIEW_REVERSED, VIEW_ROT13, VIEW_KINDS,
} ViewKind;

/* Ways to hide text from a reader or from a filter; bits. */
enum {
	TRICK_ZERO_WIDTH = 1 << 0,     /* zero-width characters within words */
	TRICK_BIDI = 1 << 1,           /* overrides of the writing direction */
	TRICK_HIDDEN = 1 << 2,         /* tag characters or supplementary variation selectors, which carry text unseen */
	TRICK_LOOKALIKE = 1 << 3,      /* a word mixes scripts with letters that look alike */
	TRICK_STYLED = 1 << 4,         /* mathematical, circled, squared letters */
	TRICK_TERMINAL = 1 << 5,       /* terminal escapes */
	TRICK_JOINED = 1 << 6,         /* letters spaced out */
	TRICK_RESPELT = 1 << 7,        /* letters swapped or written as digits, in words that matter */
	TRICK_ENCODED = 1 << 8,        /* base64, base32, hexadecimal or binary that is text */
	TRICK_ESCAPES = 1 << 9,        /* many character escapes */
	TRICK_REVERSED = 1 << 10,
	TRICK_ROT13 = 1 << 11,
	TRICKS = 12,
};

typedef struct InjectView {
	ViewKind kind;
	int      depth;                /* how many encodings it was taken out of */
	Str      text;                 /* small letters, blanks runs of at most two; UTF-8 */
	uint32_t from, to;             /* bytes of the input that it was read from */
} InjectView;

typedef struct InjectText {
	InjectView     view[INJECT_VIEWS];
	int      views;
	unsigned tricks;
	size_t   scanned;              /* bytes of the input that were read: less than it has when it is too large */
	bool     cut;                  /* a view did not fit and was left out */
	/* Its own. */
	size_t   cap;
	char    *text, *raw;           /* folded views; what was decoded */
	uint32_t *map;                 /* of the first view: where in the input each byte came from */
	size_t   text_n, text_cap, raw_n, raw_cap;
} InjectText;

InjectText *inject_text_new(size_t cap_bytes);
void        inject_text_free(InjectText *t);
/* Reads at most the first cap_bytes of in. The views are valid until the next call. */
void        inject_text_read(InjectText *t, Str in);
/* Where in the input what stands at `at` of a view came from: for a decoded view the place that was decoded. */
uint32_t    inject_text_place(const InjectText *t, const InjectView *v, size_t at);
const char *view_name(ViewKind k);
const char *trick_name(int bit);       /* "zero-width", … for bit 0 .. TRICKS - 1 */

#endif
