#include "ui/colour.h"

#include <stdlib.h>
#include <string.h>

enum { SGR_MAX = 96 };

/* xterm's default colours 0 to 15 (XTerm-col.ad). */
static const uint32_t base_rgb[16] = {
	0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
	0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
};
static const int cube_step[6] = { 0, 95, 135, 175, 215, 255 };

static uint32_t rgb_of_index(uint32_t i)
{
	uint32_t grey;

	if (i < 16)
		return base_rgb[i];
	if (i >= 232) {
		grey = 8 + 10 * (i - 232);
		return grey << 16 | grey << 8 | grey;
	}
	i -= 16;
	return (uint32_t)cube_step[i / 36] << 16 | (uint32_t)cube_step[i / 6 % 6] << 8 | (uint32_t)cube_step[i % 6];
}

/* The eye sees green differences best and blue ones least: weights 3, 4, 2 on the squares. */
static int distance(uint32_t a, uint32_t b)
{
	int r = (int)(a >> 16 & 255) - (int)(b >> 16 & 255);
	int g = (int)(a >> 8 & 255) - (int)(b >> 8 & 255);
	int bl = (int)(a & 255) - (int)(b & 255);

	return 3 * r * r + 4 * g * g + 2 * bl * bl;
}

static uint32_t nearest(uint32_t rgb, uint32_t from, uint32_t to)
{
	uint32_t best = from;

	for (uint32_t i = from; i < to; i++)
		if (distance(rgb, rgb_of_index(i)) < distance(rgb, rgb_of_index(best)))
			best = i;
	return best;
}

static uint32_t nearest_step(int v)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < 6; i++)
		if (abs(v - cube_step[i]) < abs(v - cube_step[best]))
			best = i;
	return best;
}

/* Of the cube and the greys, 16 to 255. The distance is a sum over the channels, so each finds its own step of the cube:
 * looking at all 240 for each role was a fourteenth of a start. */
static uint32_t nearest_fixed(uint32_t rgb)
{
	uint32_t cube = 16 + 36 * nearest_step((int)(rgb >> 16 & 255)) + 6 * nearest_step((int)(rgb >> 8 & 255)) + nearest_step((int)(rgb & 255));
	uint32_t grey = nearest(rgb, 232, 256);

	return distance(rgb, rgb_of_index(grey)) < distance(rgb, rgb_of_index(cube)) ? grey : cube;
}

static uint32_t ink_of(Colour c, TermDepth depth)
{
	uint32_t v = c.v & INK_VALUE;

	if (c.kind == COLOUR_DEFAULT || depth == DEPTH_MONO)
		return 0;
	if (c.kind == COLOUR_RGB) {
		if (depth == DEPTH_TRUE)
			return INK_RGB | v;
		/* The first 16 are the user's own and may be anything: of 256 only the fixed ones are matched. */
		return INK_INDEX | (depth == DEPTH_256 ? nearest_fixed(v) : nearest(v, 0, 16));
	}
	v &= 255;
	if (v >= 16 && depth == DEPTH_16)
		v = nearest(rgb_of_index(v), 0, 16);
	return INK_INDEX | v;
}

/* With 8 colours a bright letter is the plain colour in bold; a bright background is the plain one. */
static Ink fit_to_eight(Ink k)
{
	if ((k.fg & ~INK_VALUE) == INK_INDEX && (k.fg & INK_VALUE) >= 8) {
		k.fg -= 8;
		k.attrs |= ATTR_BOLD;
	}
	if ((k.bg & ~INK_VALUE) == INK_INDEX && (k.bg & INK_VALUE) >= 8)
		k.bg -= 8;
	return k;
}

static Ink ramp_ink(Colour c, TermDepth depth)
{
	uint32_t rgb = c.kind == COLOUR_RGB ? c.v : rgb_of_index(c.v & 255);
	bool light = distance(rgb, 0) > distance(rgb, 0xFFFFFF);
	Ink k = { .bg = ink_of(c, depth) };

	if (k.bg)
		k.fg = INK_INDEX | (depth == DEPTH_16 ? (light ? 0u : 15u) : (light ? 16u : 231u));
	return k;
}

void palette_build(Palette *p, const Theme *theme, TermDepth depth, int colours)
{
	*p = (Palette){ 0 };
	for (int i = 0; theme && i < INK_COUNT; i++) {
		Ink *k = &p->ink[i];

		if (i < ROLE_COUNT) {
			const RoleStyle *r = &theme->role[i];

			*k = (Ink){ ink_of(r->fg, depth), ink_of(r->bg, depth), r->attrs };
		} else if (theme->ramp_count > 0) {
			int step = i - ROLE_COUNT;

			*k = ramp_ink(theme->ramp[step < theme->ramp_count ? step : theme->ramp_count - 1], depth);
		}
		if (depth == DEPTH_16 && colours < 16)
			*k = fit_to_eight(*k);
	}
	if (depth == DEPTH_MONO)
		p->ink[ROLE_SELECTED].attrs |= ATTR_REVERSE;
}

static size_t put_number(char *to, unsigned n)
{
	char digits[10];
	size_t len = 0, i;

	do
		digits[len++] = (char)('0' + n % 10);
	while (n /= 10);
	for (i = 0; i < len; i++)
		to[i] = digits[len - 1 - i];
	to[len] = ';';
	return len + 1;
}

static size_t put_colour(char *to, uint32_t ink, bool background)
{
	unsigned v = ink & INK_VALUE, base = background ? 40 : 30;
	size_t n;

	if (!ink)
		return put_number(to, base + 9);
	if ((ink & ~INK_VALUE) == INK_INDEX && v < 16)
		return put_number(to, v < 8 ? base + v : base + 60 + v - 8);
	n = put_number(to, base + 8);
	if ((ink & ~INK_VALUE) == INK_INDEX) {
		n += put_number(to + n, 5);
		return n + put_number(to + n, v);
	}
	n += put_number(to + n, 2);
	n += put_number(to + n, v >> 16 & 255);
	n += put_number(to + n, v >> 8 & 255);
	return n + put_number(to + n, v & 255);
}

static size_t put_attrs(char *to, unsigned on)
{
	static const struct { unsigned attr, code; } codes[] = {
		{ ATTR_BOLD, 1 }, { ATTR_DIM, 2 }, { ATTR_UNDERLINE, 4 }, { ATTR_REVERSE, 7 },
	};
	size_t n = 0;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (on & codes[i].attr)
			n += put_number(to + n, codes[i].code);
	return n;
}

/* Parameters that lead from now to want without a reset, each with ';' behind it. */
static size_t put_delta(char *to, Ink now, Ink want)
{
	unsigned off = now.attrs & ~want.attrs, on = want.attrs & ~now.attrs;
	size_t n = 0;

	if (off & (ATTR_BOLD | ATTR_DIM)) {
		n += put_number(to + n, 22);            /* takes both away */
		on |= want.attrs & (ATTR_BOLD | ATTR_DIM);
	}
	if (off & ATTR_UNDERLINE)
		n += put_number(to + n, 24);
	if (off & ATTR_REVERSE)
		n += put_number(to + n, 27);
	n += put_attrs(to + n, on);
	if (now.fg != want.fg)
		n += put_colour(to + n, want.fg, false);
	if (now.bg != want.bg)
		n += put_colour(to + n, want.bg, true);
	return n;
}

static void put_sgr(Buf *out, const char *params, size_t n)
{
	char s[SGR_MAX + 4] = "\033[";

	memcpy(s + 2, params, n);
	/* The last ';' becomes the final letter; no parameter at all means reset. */
	s[n ? n + 1 : 2] = 'm';
	(void)buf_put(out, s, n ? n + 2 : 3);
}

static void change_by_terminfo(const Caps *c, Ink want, Buf *out)
{
	const struct { unsigned attr; const char *cap; } on[] = {
		{ ATTR_BOLD, c->bold }, { ATTR_DIM, c->dim }, { ATTR_UNDERLINE, c->underline }, { ATTR_REVERSE, c->reverse },
	};

	(void)buf_puts(out, c->sgr0);
	for (size_t i = 0; i < sizeof on / sizeof *on; i++)
		if (want.attrs & on[i].attr)
			caps_put(out, on[i].cap, 0, 0);
	if (want.fg)
		caps_put(out, c->setaf, (int)(want.fg & INK_VALUE), 0);
	if (want.bg)
		caps_put(out, c->setab, (int)(want.bg & INK_VALUE), 0);
}

void ink_change(const Caps *c, Ink *now, Ink want, Buf *out)
{
	static const Ink plain = { 0 };
	char fresh[SGR_MAX], delta[SGR_MAX];
	size_t f = 0, d;

	if (ink_same(*now, want))
		return;
	if (!c->ansi) {
		change_by_terminfo(c, want, out);
		*now = want;
		return;
	}
	if (!ink_same(want, plain)) {
		f = put_number(fresh, 0);
		f += put_delta(fresh + f, plain, want);
	}
	d = put_delta(delta, *now, want);
	if ((c->ansi_off || (ink_same(*now, plain))) && d && d <= (f ? f : 1))
		put_sgr(out, delta, d);
	else
		put_sgr(out, fresh, f);
	*now = want;
}
