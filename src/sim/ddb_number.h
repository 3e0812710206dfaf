/* DynamoDB numbers: decimal text of up to 38 digits between 1E-130 and 9.99E125, compared and added exactly. */
#ifndef SIM_DDB_NUMBER_H
#define SIM_DDB_NUMBER_H

#include "base/arena.h"
#include "base/buf.h"

enum { DEC_DIGITS = 38 };

/* 0.d0 d1 d2… times 10^exp, without zeros at either end; n == 0 is zero. */
typedef struct Dec {
	bool negative;
	int  n, exp;
	unsigned char d[DEC_DIGITS];
} Dec;

/* NULL and *out, or the service's sentence about what is wrong. "1e3", "+1" and " 1" are read like the service reads them. */
const char *dec_parse(Str text, Dec *out);
int  dec_cmp(const Dec *a, const Dec *b);
const char *dec_add(const Dec *a, const Dec *b, bool subtract, Dec *out);   /* NULL or the sentence */
Str  dec_text(Arena *a, const Dec *d);              /* canonical, without exponent */
/* Bytes whose order (memcmp) is the order of the numbers: for keys in an index. */
void dec_sort_bytes(const Dec *d, Buf *out);

#endif
