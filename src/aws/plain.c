#include "aws/plain.h"

enum { SECRET_RUN = 16 };

/* Length of the well-formed UTF-8 character at p, its code point in *cp; 0 when there is none. */
static size_t character(const unsigned char *p, size_t n, uint32_t *cp)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t len = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;

	if (!len || len > n)
		return 0;
	*cp = len == 1 ? p[0] : p[0] & (0x7fU >> len);
	for (size_t i = 1; i < len; i++) {
		if (p[i] >> 6 != 2)
			return 0;
		*cp = *cp << 6 | (p[i] & 0x3f);
	}
	return *cp >= least[len] && *cp <= 0x10ffff && !(*cp >= 0xd800 && *cp <= 0xdfff) ? len : 0;
}

/* C0, DEL, C1, bidirectional and zero-width controls, private use, tags. */
static bool is_plain(uint32_t c)
{
	if (c < 0xa0)
		return c >= 0x20 && c < 0x7f;
	return c != 0xad && c != 0x61c && c != 0xfeff && !(c >= 0x200b && c <= 0x200f) && !(c >= 0x2028 && c <= 0x202e) &&
	       !(c >= 0x2060 && c <= 0x206f) && !(c >= 0xe000 && c <= 0xf8ff) && !(c >= 0xfe00 && c <= 0xfe0f) && c < 0xe0000;
}

void plain_copy(char *out, size_t size, Str s)
{
	size_t at = 0;

	if (!size)
		return;
	for (size_t i = 0; i < s.n;) {
		uint32_t cp = 0;
		size_t len = character((const unsigned char *)s.p + i, s.n - i, &cp);
		bool good = len && is_plain(cp);
		size_t take = good ? len : 1;

		if (at + take >= size)
			break;
		for (size_t k = 0; k < take; k++)
			out[at++] = good ? s.p[i + k] : '?';
		i += len ? len : 1;
	}
	out[at] = 0;
}

static bool key_like(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || strchr("+/=_-", c);
}

void plain_said(char *out, size_t size, Str s)
{
	char *run;

	plain_copy(out, size, s);
	for (char *p = out; *p;) {
		bool digit = false, letter = false;

		for (run = p; *p && key_like(*p); p++) {
			digit |= *p >= '0' && *p <= '9';
			letter |= (*p | 32) >= 'a' && (*p | 32) <= 'z';
		}
		if (p - run >= SECRET_RUN && digit && letter)
			memset(run, '*', (size_t)(p - run));
		if (p == run)
			p++;
	}
}
