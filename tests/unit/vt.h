/* A small terminal: enough of ECMA-48 to show what our own drawing leads to, and strict: anything else fails the test. */
#ifndef TESTS_VT_H
#define TESTS_VT_H

#include "unit.h"

#include <utf8proc.h>

#include "base/str.h"

enum { VT_W = 80, VT_H = 24, VT_TEXT = 28 };

typedef struct Vt {
	struct { char text[VT_TEXT]; int fg, bg, attrs; } cell[VT_H][VT_W];
	int  x, y, fg, bg, attrs;
	bool cursor, waiting;          /* waiting: behind the last column */
	size_t bytes;
} Vt;

static inline void vt_erase(Vt *v, int y, int from, int to)
{
	for (int x = from; x < to; x++) {
		memset(&v->cell[y][x], 0, sizeof v->cell[y][x]);
		v->cell[y][x].bg = v->bg;
	}
}

/* Colours: 0 the terminal's own, 1 + index, or 0x1000000 + RGB. */
static inline int vt_colour(const int *p, int *i)
{
	if (p[*i + 1] == 5) {
		*i += 2;
		return 1 + p[*i];
	}
	assert_int_equal(p[*i + 1], 2);
	*i += 4;
	return 0x1000000 + (p[*i - 2] << 16) + (p[*i - 1] << 8) + p[*i];
}

static inline void vt_sgr(Vt *v, const int *p, int n)
{
	for (int i = 0; i < n; i++) {
		int c = p[i];

		if (c == 0)
			v->fg = v->bg = v->attrs = 0;
		else if (c == 1 || c == 2 || c == 4 || c == 7)
			v->attrs |= 1 << c;
		else if (c == 22)
			v->attrs &= ~(1 << 1 | 1 << 2);
		else if (c == 24 || c == 27)
			v->attrs &= ~(1 << (c - 20));
		else if (c == 38)
			v->fg = vt_colour(p, &i);
		else if (c == 48)
			v->bg = vt_colour(p, &i);
		else if (c == 39 || (c >= 30 && c <= 37) || (c >= 90 && c <= 97))
			v->fg = c == 39 ? 0 : c < 90 ? c - 29 : c - 81;
		else if (c == 49 || (c >= 40 && c <= 47) || (c >= 100 && c <= 107))
			v->bg = c == 49 ? 0 : c < 100 ? c - 39 : c - 91;
		else
			fail_msg("SGR %d", c);
	}
}

static inline size_t vt_csi(Vt *v, const char *s, size_t n)
{
	int p[16] = { 0 }, count = 1, first;
	size_t i = 0;
	bool mode = s[0] == '?';

	for (i = mode; i < n && ((s[i] >= '0' && s[i] <= '9') || s[i] == ';'); i++) {
		if (s[i] == ';')
			count++;
		else
			p[count - 1] = p[count - 1] * 10 + s[i] - '0';
	}
	assert_true(i < n && count < 16);
	first = p[0] ? p[0] : 1;
	if (s[i] == 'm') {
		vt_sgr(v, p, count);
		return i + 1;
	}
	if (mode) {
		if (p[0] == 25)
			v->cursor = s[i] == 'h';
		return i + 1;
	}
	v->waiting = false;
	switch (s[i]) {
	case 'H': v->y = first - 1; v->x = p[1] ? p[1] - 1 : 0; break;
	case 'G': v->x = first - 1; break;
	case 'd': v->y = first - 1; break;
	case 'A': v->y -= first; break;
	case 'B': v->y += first; break;
	case 'C': v->x += first; break;
	case 'D': v->x -= first; break;
	case 'K': vt_erase(v, v->y, v->x, VT_W); break;
	case 'J':
		for (int y = 0; y < VT_H; y++)
			vt_erase(v, y, 0, VT_W);
		break;
	case 'l': case 'h': break;
	default: fail_msg("CSI %c", s[i]);
	}
	assert_true(v->x >= 0 && v->x < VT_W && v->y >= 0 && v->y < VT_H);
	return i + 1;
}

static inline size_t vt_text(Vt *v, const char *s, size_t n)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t len = utf8proc_iterate((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, &cp);
	int w;

	assert_true(len > 0);
	w = utf8proc_charwidth(cp);
	if (w == 0) {
		/* Joins what was written last. */
		int x = v->waiting ? VT_W - 1 : v->x - 1;

		if (x > 0 && !v->cell[v->y][x].text[0])
			x--;
		strncat(v->cell[v->y][x].text, s, (size_t)len);
		return (size_t)len;
	}
	assert_false(v->waiting);          /* we never rely on wrapping */
	assert_true(v->x + w <= VT_W);
	for (int i = 0; i < w; i++) {
		memset(&v->cell[v->y][v->x + i], 0, sizeof v->cell[0][0]);
		v->cell[v->y][v->x + i].fg = v->fg;
		v->cell[v->y][v->x + i].bg = v->bg;
		v->cell[v->y][v->x + i].attrs = v->attrs;
	}
	if (cp != ' ')
		memcpy(v->cell[v->y][v->x].text, s, (size_t)len);
	v->x += w;
	if (v->x == VT_W) {
		v->x--;
		v->waiting = true;
	}
	return (size_t)len;
}

static inline void vt_feed(Vt *v, Str s)
{
	v->bytes += s.n;
	for (size_t i = 0; i < s.n;) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == 0x1B && i + 1 < s.n && s.p[i + 1] == '[') {
			i += 2 + vt_csi(v, s.p + i + 2, s.n - i - 2);
		} else if (c == '\r') {
			v->x = 0;
			v->waiting = false;
			i++;
		} else if (c == '\n') {
			assert_true(++v->y < VT_H);
			v->waiting = false;
			i++;
		} else if (c == '\b') {
			assert_true(--v->x >= 0 && !v->waiting);
			i++;
		} else {
			assert_true(c >= 0x20 && c != 0x7F);
			i += vt_text(v, s.p + i, s.n - i);
		}
	}
}

#endif
