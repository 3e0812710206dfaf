#include "ui/motion.h"

#include <string.h>

enum { NEAR = 4, SEQUENCE_MAX = 48 };               /* farther than NEAR a counted sequence is shorter than repeating */

typedef struct Seq {
	char   p[SEQUENCE_MAX];
	size_t n;
} Seq;

static void add(Seq *s, char c)
{
	s->p[s->n++] = c;
}

static void add_number(Seq *s, int v)
{
	if (v >= 10)
		add_number(s, v / 10);
	add(s, (char)('0' + v % 10));
}

/* CSI v letter; a count of 1 is the default and left out. */
static void add_csi(Seq *s, int v, char letter)
{
	add(s, '\033');
	add(s, '[');
	if (v != 1)
		add_number(s, v);
	add(s, letter);
}

static void add_absolute(Seq *s, Place to)
{
	add(s, '\033');
	add(s, '[');
	if (to.x || to.y)
		add_number(s, to.y + 1);
	if (to.x) {
		add(s, ';');
		add_number(s, to.x + 1);
	}
	add(s, 'H');
}

static void shorter(Seq *best, const Seq *other)
{
	if (other->n && (!best->n || other->n < best->n))
		*best = *other;
}

/* From column x (-1: unknown) to column to of the same row; empty when there is no way but an absolute one. */
static Seq across(const Caps *c, int x, int to)
{
	Seq best = { .n = 0 }, s = { .n = 0 };

	if (c->column) {
		add_csi(&s, to + 1, 'G');
		shorter(&best, &s);
	}
	s.n = 0;
	add(&s, '\r');
	if (to)
		add_csi(&s, to, 'C');
	shorter(&best, &s);
	s.n = 0;
	if (x >= 0 && to > x) {
		add_csi(&s, to - x, 'C');
	} else if (x >= 0 && x - to <= NEAR) {
		for (int i = to; i < x; i++)
			add(&s, '\b');
	} else if (x >= 0) {
		add_csi(&s, x - to, 'D');
	}
	shorter(&best, &s);
	return best;
}

/* From row y to row to of the same column. */
static Seq along(const Caps *c, int y, int to)
{
	Seq best = { .n = 0 }, s = { .n = 0 };

	add_csi(&s, to > y ? to - y : y - to, to > y ? 'B' : 'A');
	shorter(&best, &s);
	s.n = 0;
	if (c->row) {
		add_csi(&s, to + 1, 'd');
		shorter(&best, &s);
	}
	s.n = 0;
	if (c->linefeed && to > y && to - y <= NEAR)
		for (int i = y; i < to; i++)
			add(&s, '\n');
	shorter(&best, &s);
	return best;
}

void motion_put(const Caps *c, Place *now, Place to, Buf *out)
{
	Seq best = { .n = 0 }, x = { .n = 0 }, y = { .n = 0 };

	if (now->x == to.x && now->y == to.y)
		return;
	if (!c->ansi) {
		caps_put(out, c->cup, to.y, to.x);
		*now = to;
		return;
	}
	add_absolute(&best, to);
	if (now->y >= 0) {
		if (now->x != to.x)
			x = across(c, now->x, to.x);
		if (now->y != to.y)
			y = along(c, now->y, to.y);
		if (x.n + y.n < best.n) {
			(void)buf_put(out, x.p, x.n);
			(void)buf_put(out, y.p, y.n);
			*now = to;
			return;
		}
	}
	(void)buf_put(out, best.p, best.n);
	*now = to;
}
