#include "base/utf8.h"

#include <utf8proc.h>

int utf8_next(Str s, size_t at, uint32_t *cp)
{
	const unsigned char *p = (const unsigned char *)s.p + at;
	size_t left = s.n - at, need, i;
	unsigned char lo = 0x80, hi = 0xBF;
	uint32_t v;

	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if (p[0] < 0xC2 || p[0] > 0xF4)
		return -1;
	need = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
	v = p[0] & (0xFFu >> (need + 1));
	/* The second byte of these four is narrower: no overlong forms, no surrogates, nothing above U+10FFFF. */
	switch (p[0]) {
	case 0xE0: lo = 0xA0; break;
	case 0xED: hi = 0x9F; break;
	case 0xF0: lo = 0x90; break;
	case 0xF4: hi = 0x8F; break;
	default: break;
	}
	for (i = 1; i < need; i++) {
		if (i == left || p[i] < lo || p[i] > hi)
			return -(int)i;
		v = v << 6 | (p[i] & 0x3F);
		lo = 0x80;
		hi = 0xBF;
	}
	*cp = v;
	return (int)need;
}

size_t utf8_write(char out[4], uint32_t cp)
{
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out);
}

int utf8_put(Buf *out, uint32_t cp)
{
	char b[4];

	return buf_put(out, b, utf8_write(b, cp));
}

int cp_parts(uint32_t cp, uint32_t out[CP_PARTS])
{
	utf8proc_int32_t parts[CP_PARTS];
	int last = UTF8PROC_BOUNDCLASS_START;
	utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, parts, CP_PARTS, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT, &last);

	if (n < 1 || n > CP_PARTS) {
		out[0] = cp;
		return 1;
	}
	for (utf8proc_ssize_t i = 0; i < n; i++)
		out[i] = (uint32_t)parts[i];
	return (int)n;
}

uint32_t cp_lower(uint32_t cp)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
}
