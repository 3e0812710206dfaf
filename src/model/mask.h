/* Personal data and secrets in a text, replaced by tokens such as "[mail 1]" before anything is stored or leaves the program. The
 * same value gets the same token for as long as its book lives, so a conversation stays readable. Pure. */
#ifndef MODEL_MASK_H
#define MODEL_MASK_H

#include "base/buf.h"

typedef enum MaskKind { MASK_MAIL, MASK_PHONE, MASK_CARD, MASK_IBAN, MASK_ID, MASK_IP, MASK_ACCOUNT, MASK_SECRET, MASK_KINDS } MaskKind;

typedef struct MaskHit { MaskKind kind; const char *rule; size_t from, n; } MaskHit;

/* The values seen so far, as hashes: never the values. */
typedef struct MaskBook MaskBook;
MaskBook *mask_book_new(void);
void      mask_book_free(MaskBook *b);

/* The first thing to mask at or behind `from`; false when there is none. */
bool mask_find(Str text, size_t from, MaskHit *hit);
/* Appends text with all of them replaced. Without a book the tokens have no number. -1 when out's cap is reached. count: per kind,
 * added to; may be NULL. */
int  mask_put(MaskBook *b, Str text, Buf *out, size_t count[MASK_KINDS]);
/* The same into out[0 .. room), ended by a 0, cut between characters; no numbers. Returns its length. */
size_t mask_into(Str text, char *out, size_t room);
const char *mask_kind_name(MaskKind k);            /* "mail" */

#endif
