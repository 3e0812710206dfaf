/* Finds a short text in many bytes; ASCII letters of either case are alike, all other bytes only themselves. Candidates are the
 * places where the needle's first and last byte stand, 32 or 16 of them compared at once where the machine can; each is
 * then looked at in full. All ways give the same places: the tests hold them against one another. */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include "base/str.h"

enum {
	SCAN_MAX = 255,                /* bytes of a needle */
	SCAN_PAD = 32,                 /* bytes behind the text that must be readable, whatever they hold */
};
#define SCAN_NONE SIZE_MAX

typedef struct Needle Needle;
typedef size_t (*ScanFind)(const Needle *k, const char *p, size_t n, size_t from);

struct Needle {
	ScanFind find;                 /* the quickest way of this machine */
	size_t   n;                    /* from 1 */
	unsigned char first, last;     /* in lower case */
	unsigned char first_bit, last_bit;   /* 0x20 for a letter: what makes it lower case; else 0 */
	char     text[SCAN_MAX];       /* in lower case */
};

/* text longer than SCAN_MAX is cut; an empty one is found everywhere and must not be asked for. */
void needle_init(Needle *k, Str text);

/* The first place at or behind `from` where the needle stands whole within p[0 .. n), or SCAN_NONE. p must be readable up to
 * n + SCAN_PAD (the plain way does not need that). */
static inline size_t scan_find(const Needle *k, const char *p, size_t n, size_t from)
{
	return k->find(k, p, n, from);
}

static inline unsigned char scan_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* Every way by itself, for tests; of those that scan_has says are here. */
typedef enum ScanWay { SCAN_PLAIN, SCAN_SSE2, SCAN_AVX2, SCAN_WAYS } ScanWay;
bool     scan_has(ScanWay w);
ScanFind scan_way(ScanWay w);

#endif
