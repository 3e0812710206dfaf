/* When two JSON values are the same, and numbers of any length by their exact text: 1, 1.0 and 10e-1 are one number, and no
 * double in between blurs two. */
#ifndef WIRE_JSONSAME_H
#define WIRE_JSONSAME_H

#include "wire/jsonval.h"

/* 0.DIGITS * 10^point; the digits have no zero at either end, none at all for zero. Borrows the text. */
typedef struct Decimal {
	bool    negative;
	Str     front, rest;             /* the digits: one behind the other */
	int64_t point;
} Decimal;

Decimal decimal_of(Str number);      /* a JSON number as written */
int     decimal_cmp(const Decimal *a, const Decimal *b);
bool    decimal_is_whole(const Decimal *d);
/* Whether a is a whole multiple of unit, which is above zero: 1 or 0, -1 when unit has more than 18 digits. */
int     decimal_is_multiple(const Decimal *a, const Decimal *unit);

/* Members of objects in any order. *steps counts down with every value that is looked at; below zero the answer is no. */
bool     json_same(JsonVal a, JsonVal b, long *steps);
uint64_t json_hash(JsonVal v);       /* the same for values that are the same */

#endif
