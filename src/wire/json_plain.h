/* JSON whose tokens lie whole in memory and are plain, as most are: strings without escapes and beyond ASCII, numbers
 * without an exponent. The parser takes the short way through these, and so does a reader of many small documents. Each
 * says where its token ends, or NULL: then the bytes are for the parser to read or to refuse, nothing has been accepted. */
#ifndef WIRE_JSON_PLAIN_H
#define WIRE_JSON_PLAIN_H

#include "base/str.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* mant * 10^exp10, exp10 <= 0. With more than JSON_DIGITS_MAX digits mant is no longer theirs. */
typedef struct JsonDecimal {
	uint64_t mant;
	int      exp10, digits;
	bool     negative;
} JsonDecimal;

enum { JSON_DIGITS_MAX = 19 };   /* always fit into 64 bits */

/* json_num.c: the short way of json_text_num and json_text_i64. -1: the text must be read. */
int json_decimal_num(const JsonDecimal *d, double *out);
int json_decimal_i64(const JsonDecimal *d, int64_t *out);

/* The eight bytes at p when all of them are digits, the first one lowest. Numbers are read eight digits at a time. */
static inline bool json_eight_digits(const char *p, const char *end, uint64_t *v)
{
	if (end - p < 8 || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return false;
	memcpy(v, p, 8);
	/* A carry or a borrow begins at a byte that is no digit and has set its own top bit. */
	return !(((*v + 0x4646464646464646u) | (*v - 0x3030303030303030u)) & 0x8080808080808080u);
}

/* Appends the digits at p to *mant and returns where they end. */
static inline const char *json_digits(const char *p, const char *end, uint64_t *mant)
{
	uint64_t m = *mant, v;
	unsigned digit;

	for (; json_eight_digits(p, end, &v); p += 8) {
		/* Pairs, then fours, then all eight: each step joins neighbours, the earlier one being the higher. */
		v -= 0x3030303030303030u;
		v = v * 10 + (v >> 8);
		v = ((v & 0x000000FF000000FFu) * (100 + (UINT64_C(1000000) << 32)) +
		     ((v >> 16) & 0x000000FF000000FFu) * (1 + (UINT64_C(10000) << 32))) >> 32;
		m = m * 100000000 + (uint32_t)v;
	}
	for (; p < end && (digit = (unsigned char)*p - '0') <= 9; p++)
		m = m * 10 + digit;
	*mant = m;
	return p;
}

/* "-12.5" at p, when something that may follow a number follows it. */
static inline const char *json_plain_number(const char *p, const char *end, JsonDecimal *out)
{
	bool negative = *p == '-';
	const char *first = p + negative, *point;
	uint64_t mant = 0;

	point = p = json_digits(first, end, &mant);
	if (p == first || (*first == '0' && p - first > 1))
		return NULL;
	if (p < end && *p == '.') {
		point++;
		p = json_digits(point, end, &mant);
		if (p == point)
			return NULL;
	}
	if (p == end || (*p != ',' && *p != ']' && *p != '}'))
		return NULL;
	*out = (JsonDecimal){ mant, -(int)(p - point), (int)(p - first), negative };
	return p;
}

/* Skips printable ASCII but quote and backslash, eight bytes at a time. */
static inline const char *json_skip_plain_c(const char *p, const char *end)
{
	const uint64_t ones = 0x0101010101010101u;

	while (end - p >= 8) {
		uint64_t v, quote, slash, hit;

		memcpy(&v, p, 8);
		quote = v ^ ones * '"';
		slash = v ^ ones * '\\';
		/* A borrow can only raise a false hit above a true one; the first hit is always true. */
		hit = ((quote - ones) | (slash - ones) | (v - ones * 0x20) | v) & ones * 0x80;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
		if (hit)
			return p + __builtin_ctzll(hit) / 8;
#else
		if (hit)
			break;
#endif
		p += 8;
	}
	while (p < end && (unsigned char)*p >= 0x20 && (unsigned char)*p < 0x80 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/* The same, sixteen at a time where every machine of the kind can: SSE2 belongs to x86-64. */
static inline const char *json_skip_plain(const char *p, const char *end)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
		/* As signed bytes, all from 0x80 on are below the blank too. */
		__m128i hit = _mm_or_si128(_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)),
		                           _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')), _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		int mask = _mm_movemask_epi8(hit);

		if (mask)
			return p + __builtin_ctz((unsigned)mask);
	}
#endif
	return json_skip_plain_c(p, end);
}

/* The string whose quote is at p: *out borrows what stands between the quotes. */
static inline const char *json_plain_string(const char *p, const char *end, Str *out)
{
	const char *text = p + 1;

	p = json_skip_plain(text, end);
	if (p == end || *p != '"')
		return NULL;
	*out = (Str){ text, (size_t)(p - text) };
	return p + 1;
}

#endif
