/* Patterns that come from outside (PCRE2, loaded when the first one is made). Written as in ECMA-262, as JSON Schema has them.
 * A match has a limit on its steps, so that no pattern on no text takes longer than a moment. */
#ifndef BASE_REGEX_H
#define BASE_REGEX_H

#include "base/err.h"
#include "base/str.h"

typedef struct Regex Regex;

/* UNDECIDED: the steps were used up, or the text is no valid UTF-8 or longer than REGEX_TEXT_MAX. */
typedef enum RegexAnswer { REGEX_NO, REGEX_YES, REGEX_UNDECIDED } RegexAnswer;

enum { REGEX_PATTERN_MAX = 4096, REGEX_TEXT_MAX = 64 << 10 };      /* bytes */

Regex      *regex_new(Str pattern, Err *e);       /* NULL and Err: too long, or what is wrong with it and where */
void        regex_free(Regex *r);                 /* NULL is fine */
RegexAnswer regex_find(const Regex *r, Str text); /* whether it matches anywhere in the text */

#endif
