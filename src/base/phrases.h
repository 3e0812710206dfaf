/* Finds many phrases in one pass, however many there are (Aho and Corasick). A small letter of a phrase stands for either
 * case; everything that separates words (blanks, line ends, . , _ - and the like) is one and the same, however much of it
 * there is, and apostrophes are not looked at: "do not" is found in "Do-NOT" and "do  not", "dont" in "don't".
 *
 * The text may come in pieces: a PhraseState is all that is kept between them. Nothing is allocated but by phrases_new. */
#ifndef BASE_PHRASES_H
#define BASE_PHRASES_H

#include "base/str.h"

enum { PHRASE_MAX = 60 };          /* bytes of a phrase */

/* A phrase is found where a word begins, and where a word goes on behind it ("instruction" is found in "instructions"). */
enum {
	PHRASE_ENDS = 1,               /* only where its last word ends: "dan", not "dance" */
	PHRASE_INSIDE = 2,             /* also within a word: for languages without blanks */
};
typedef struct Phrase { const char *text; uint8_t tag, flags; } Phrase;

typedef struct Phrases Phrases;

/* Between two pieces of a text. {0} is the beginning. */
typedef struct PhraseState {
	uint32_t at;                   /* bytes seen */
	uint16_t node;                 /* 0 is the beginning, too */
	uint16_t waits;                /* phrase + 1 that counts when a word ends here */
} PhraseState;

/* Called for each phrase found: its place in the table given to phrases_new, and the byte behind its end. */
typedef void (*PhraseFound)(void *arg, unsigned phrase, uint32_t end);

Phrases *phrases_new(const Phrase *v, size_t n);    /* v is copied; texts in lower case, at most PHRASE_MAX bytes, 65,000 bytes in all */
void     phrases_free(Phrases *p);
void     phrases_feed(const Phrases *p, PhraseState *s, Str piece, PhraseFound found, void *arg);
/* The text has ended: what waits for the end of a word is found. */
void     phrases_end(const Phrases *p, PhraseState *s, PhraseFound found, void *arg);
size_t   phrases_bytes(const Phrases *p);           /* memory that it takes */

#endif
