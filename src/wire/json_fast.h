/* The short way for strings that are plain and lie whole in a chunk, as most do. Only json.c and json_scan.c include this. */
#ifndef WIRE_JSON_FAST_H
#define WIRE_JSON_FAST_H

#include "wire/json_scan.h"

/* Skips printable ASCII but quote and backslash, eight bytes at a time. */
static inline const char *json_skip_plain(const char *p, const char *end)
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

/* The text is known: a member's name or a value. */
static inline JsonTok json_string_token(Json *j, bool is_key)
{
	if (!is_key)
		return json_value_done(j, JSON_STRING);
	j->part = PART_NONE;
	j->want = WANT_COLON;
	return JSON_KEY;
}

/* At the quote at j->p. */
static inline JsonTok json_string_read(Json *j, bool is_key)
{
	const char *text = j->p + 1, *p = json_skip_plain(text, j->end);

	if (p == j->end || *p != '"')
		return json_string_begin(j, is_key);
	j->text = (Str){ text, (size_t)(p - text) };
	j->p = p + 1;
	return json_string_token(j, is_key);
}

#endif
