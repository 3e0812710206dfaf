/* Code points: reading and writing them as UTF-8, and what they are made of. The tables are utf8proc's. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/buf.h"

enum { CP_PARTS = 18 };            /* the longest decomposition that Unicode has */

/* The code point at s[at] (at < s.n): its length, or minus the length of the invalid part that becomes one U+FFFD
 * (maximal subpart, Unicode 15 section 3.9). */
int  utf8_next(Str s, size_t at, uint32_t *cp);
int  utf8_put(Buf *out, uint32_t cp);
size_t utf8_write(char out[4], uint32_t cp);       /* bytes written */
/* What cp is made of by NFKD: the letter and its marks, the plain form of a styled or wide letter. Returns how many (from 1);
 * a code point that is made of nothing else is its own part. */
int  cp_parts(uint32_t cp, uint32_t out[CP_PARTS]);
uint32_t cp_lower(uint32_t cp);

#endif
