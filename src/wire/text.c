#include "wire/text.h"

#include <stdio.h>
#include <string.h>

static const char hex_upper[] = "0123456789ABCDEF", hex_lower[] = "0123456789abcdef";
static const char b64_alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_unreserved(unsigned char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')
	       || c == '-' || c == '.' || c == '_' || c == '~';
}

/* Takes back what a failed call has put. */
static int undo(Buf *out, size_t n)
{
	out->n = n;
	if (out->p)
		out->p[n] = 0;
	return -1;
}

int uri_encode(Buf *out, Str s, bool keep_slash)
{
	size_t was = out->n, from = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_unreserved(c) || (c == '/' && keep_slash))
			continue;
		if (buf_put_str(out, str_sub(s, from, i - from)) < 0
		    || buf_put(out, (char[]){ '%', hex_upper[c >> 4], hex_upper[c & 15] }, 3) < 0)
			return undo(out, was);
		from = i + 1;
	}
	return buf_put_str(out, str_sub(s, from, s.n)) < 0 ? undo(out, was) : 0;
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int uri_decode(Buf *out, Str s)
{
	size_t was = out->n;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			int hi = i + 2 < s.n ? hex_digit(s.p[i + 1]) : -1, lo = hi < 0 ? -1 : hex_digit(s.p[i + 2]);

			if (lo < 0)
				return undo(out, was);
			c = (char)(hi << 4 | lo);
			i += 2;
		}
		if (buf_putc(out, c) < 0)
			return undo(out, was);
	}
	return 0;
}

int b64_encode(Buf *out, Str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t was = out->n;

	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0u);
		char four[4] = {
			b64_alphabet[v >> 18], b64_alphabet[v >> 12 & 63],
			left > 1 ? b64_alphabet[v >> 6 & 63] : '=', left > 2 ? b64_alphabet[v & 63] : '=',
		};

		if (buf_put(out, four, 4) < 0)
			return undo(out, was);
	}
	return 0;
}

int b64_decode(Buf *out, Str s)
{
	size_t was = out->n, pad = 0;

	if (s.n % 4)
		return -1;
	while (pad < 2 && pad < s.n && s.p[s.n - 1 - pad] == '=')
		pad++;
	for (size_t i = 0; i < s.n; i += 4) {
		size_t digits = i + 4 == s.n ? 4 - pad : 4;
		unsigned v = 0;

		for (size_t k = 0; k < 4; k++) {
			int d = k < digits ? str_b64_digit((unsigned char)s.p[i + k]) : 0;

			if (d < 0)
				return undo(out, was);
			v = v << 6 | (unsigned)d;
		}
		/* Bits behind the last byte must be zero: one text for one value. */
		if ((digits == 3 && v & 0xff) || (digits == 2 && v & 0xffff)
		    || buf_put(out, (char[]){ (char)(v >> 16), (char)(v >> 8 & 0xff), (char)(v & 0xff) }, digits - 1) < 0)
			return undo(out, was);
	}
	return 0;
}

int hex_encode(Buf *out, Str s)
{
	size_t was = out->n;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (buf_put(out, (char[]){ hex_lower[c >> 4], hex_lower[c & 15] }, 2) < 0)
			return undo(out, was);
	}
	return 0;
}

/* Length of the one UTF-8 sequence at p[0..n), or 0. Unicode 15, table 3-7. */
static size_t utf8_sequence(const unsigned char *p, size_t n)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (p[0] == 0xe0)
		lo = 0xa0;                    /* below: overlong */
	else if (p[0] == 0xed)
		hi = 0x9f;                    /* above: surrogates */
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f;                    /* above: past U+10FFFF */
	if (n < len || p[1] < lo || p[1] > hi)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

static bool is_ascii8(const unsigned char *p)
{
	uint64_t eight;

	memcpy(&eight, p, sizeof eight);
	return !(eight & 0x8080808080808080u);
}

bool utf8_valid(Str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, len;

	while (i < s.n) {
		/* Most text is ASCII: eight bytes at a time, and the last eight once more rather than the rest one by one. */
		if (s.n >= 8 && is_ascii8(p + (s.n - i >= 8 ? i : s.n - 8))) {
			i += 8;
			continue;
		}
		if (!(len = utf8_sequence(p + i, s.n - i)))
			return false;
		i += len;
	}
	return true;
}

void sha256_hex(Str s, char out[65])
{
	unsigned char sum[32];

	sha256_of(s, sum);
	for (int i = 0; i < 32; i++)
		(void)snprintf(out + (size_t)i * 2, 3, "%02x", sum[i]);
}

void uuid_text(const unsigned char random[16], char out[UUID_TEXT])
{
	unsigned char b[16];

	memcpy(b, random, sizeof b);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
	(void)snprintf(out, UUID_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2], b[3], b[4], b[5],
	               b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}
