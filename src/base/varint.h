/* Numbers in as few bytes as they need: seven bits a byte, the low ones first, the top bit says that more follow. */
#ifndef BASE_VARINT_H
#define BASE_VARINT_H

#include <string.h>

#include "base/str.h"

enum { VARINT_MAX = 10 };                /* bytes */

/* Returns how many bytes it took. */
static inline size_t varint_put(unsigned char *p, uint64_t v)
{
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		p[n++] = (unsigned char)(v | 0x80);
	p[n++] = (unsigned char)v;
	return n;
}

/* Takes one from the front. 0, or -1: cut off, too long, or longer than it need be (a number is written in one way only). */
static inline int varint_take(Str *from, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < from->n && i < VARINT_MAX; i++) {
		uint64_t b = (unsigned char)from->p[i];

		if (i == VARINT_MAX - 1 && b > 1)
			return -1;
		*v |= (b & 0x7f) << (7 * i);
		if (b < 0x80) {
			*from = (Str){ from->p + i + 1, from->n - i - 1 };
			return b || !i ? 0 : -1;
		}
	}
	return -1;
}

/* The same from the bytes [*p, end), all of a number at once: how long the next one is cannot be guessed. */
static inline int varint_next(const unsigned char **p, const unsigned char *end, uint64_t *v)
{
	Str rest = { (const char *)*p, (size_t)(end - *p) };
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	uint64_t w, last;

	if (rest.n >= sizeof w) {
		memcpy(&w, *p, sizeof w);
		last = ~w & UINT64_C(0x8080808080808080);
		if (last) {
			int bytes = __builtin_ctzll(last) / 8 + 1;

			w &= (last ^ (last - 1)) & UINT64_C(0x7f7f7f7f7f7f7f7f);
			if (bytes > 1 && !(w >> 8 * (bytes - 1)))
				return -1;
			w = (w & UINT64_C(0x007f007f007f007f)) | (w & UINT64_C(0x7f007f007f007f00)) >> 1;
			w = (w & UINT64_C(0x00003fff00003fff)) | (w & UINT64_C(0x3fff00003fff0000)) >> 2;
			*v = (w & UINT64_C(0x0fffffff)) | (w & UINT64_C(0x0fffffff00000000)) >> 4;
			*p += bytes;
			return 0;
		}
	}
#endif
	if (varint_take(&rest, v) < 0)
		return -1;
	*p = (const unsigned char *)rest.p;
	return 0;
}

/* Signed numbers with their sign in the lowest bit, so that small ones stay short. */
static inline uint64_t varint_zigzag(int64_t v)
{
	return (uint64_t)v << 1 ^ (uint64_t)(v >> 63);
}

static inline int64_t varint_unzigzag(uint64_t v)
{
	return (int64_t)(v >> 1 ^ (0 - (v & 1)));
}

#endif
