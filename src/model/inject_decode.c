#include <string.h>

#include "base/utf8.h"
#include "model/inject_fold.h"

enum { RUN_MIN = 16, BINARY_MIN = 6, ESCAPES_MIN = 4 };

enum { ENCODINGS = 4 };
/* tried: up to where each encoding's longest run has been looked at; within it none begins anew, or many short runs with blanks
 * between them would be read over and over. */
typedef struct Finder { InjectText *t; const InjectView *v; AddSource add; void *arg; size_t tried[ENCODINGS]; } Finder;

static int digit_of(unsigned char c, int base)
{
	int d = c >= '0' && c <= '9' ? c - '0' : is_ascii_letter(c) ? (c | 0x20) - 'a' + 10 : 99;

	return d < base ? d : -1;
}

/* Of both alphabets: nobody who hides a text says which one he took. */
static int b64_digit(unsigned char c)
{
	return c == '-' ? 62 : c == '_' ? 63 : str_b64_digit(c);
}

static int b32_digit(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

static bool raw_put(InjectText *t, int c)
{
	if (t->raw_n >= t->raw_cap)
		return false;
	t->raw[t->raw_n++] = (char)c;
	return true;
}

/* UTF-16 of Latin letters is every other byte. */
static Str without_zeros(char *p, size_t n)
{
	size_t zeros = 0, out = 0;

	for (size_t i = 0; i < n; i++)
		zeros += p[i] == 0;
	if (zeros * 5 < n * 2)
		return (Str){ p, n };
	for (size_t i = 0; i < n; i++)
		if (p[i])
			p[out++] = p[i];
	return (Str){ p, out };
}

/* Bytes that decode from something by chance are hardly ever text: valid UTF-8, few controls, letters for the most part. */
static bool is_text(Str s)
{
	size_t letters = 0, odd = 0, chars = 0;

	for (size_t at = 0; at < s.n;) {
		uint32_t cp = 0;
		int n = utf8_next(s, at, &cp);

		chars++;
		if (n < 0 || (cp < ' ' && cp != '\n' && cp != '\r' && cp != '\t'))
			odd++;
		else if (cp == ' ' || cp >= 0x80 || is_ascii_letter((unsigned char)cp))
			letters++;
		at += (size_t)(n < 0 ? -n : n);
	}
	return chars >= 6 && odd * 20 <= chars && letters * 10 >= chars * 6;
}

/* What was decoded since raw_at is a source when it is text; else it is forgotten. Returns whether it was. */
static bool offer(Finder *f, ViewKind kind, size_t raw_at, size_t from, size_t to)
{
	Str s = without_zeros(f->t->raw + raw_at, f->t->raw_n - raw_at);

	f->t->raw_n = raw_at;
	if (!is_text(s))
		return false;
	f->t->raw_n += s.n;
	f->t->tricks |= kind == VIEW_ESCAPES ? TRICK_ESCAPES : TRICK_ENCODED;
	f->add(f->arg, (Source){ kind, f->v->depth + 1, s, inject_text_place(f->t, f->v, from), inject_text_place(f->t, f->v, to - 1) + 1 });
	return true;
}

/* One digit after the other, `bits` each, most significant first; other bytes are passed over. */
static bool decode_run(Finder *f, ViewKind kind, size_t from, size_t to, int bits, int (*digit)(unsigned char))
{
	size_t raw_at = f->t->raw_n;
	uint32_t held = 0;
	int have = 0;

	for (size_t i = from; i < to; i++) {
		int d = digit((unsigned char)f->v->text.p[i]);

		if (d < 0)
			continue;
		held = held << bits | (uint32_t)d;
		have += bits;
		if (have >= 8) {
			have -= 8;
			if (!raw_put(f->t, (int)(held >> have & 0xFF)))
				break;
		}
	}
	return offer(f, kind, raw_at, from, to);
}

static int hex_digit_of(unsigned char c)
{
	return digit_of(c, 16);
}

static int bit_of(unsigned char c)
{
	return digit_of(c, 2);
}

/* Where a run of digits beginning at `at` ends. Between digits one blank or line end may stand when `loose` of them have come
 * without one; loose 0: never. *count: digits. */
static size_t run_end(Str s, size_t at, int (*digit)(unsigned char), size_t loose, size_t *count)
{
	size_t since = 0;

	*count = 0;
	while (at < s.n) {
		if (digit((unsigned char)s.p[at]) >= 0) {
			++*count;
			since++;
		} else if (loose && since >= loose && at + 1 < s.n && (s.p[at] == ' ' || s.p[at] == '\n') && digit((unsigned char)s.p[at + 1]) >= 0) {
			since = 0;
		} else {
			break;
		}
		at++;
	}
	return at;
}

/* The encodings of letters and digits, the strictest first: a run of one is also a run of those below. */
static const struct Encoding { ViewKind kind; int (*digit)(unsigned char); int bits; size_t loose, min; } encodings[ENCODINGS] = {
	{ VIEW_BINARY, bit_of, 1, 7, BINARY_MIN * 8 },
	{ VIEW_HEX, hex_digit_of, 4, 2, RUN_MIN },
	{ VIEW_BASE32, b32_digit, 5, 40, RUN_MIN },
	{ VIEW_BASE64, b64_digit, 6, 40, RUN_MIN },
};

static size_t try_encodings(Finder *f, size_t at)
{
	Str s = f->v->text;
	size_t longest = at + 1;

	for (size_t i = 0; i < ENCODINGS; i++) {
		const struct Encoding *e = &encodings[i];
		size_t count, end;

		if (at >= f->tried[i]) {
			end = f->tried[i] = run_end(s, at, e->digit, e->loose, &count);
			if (count >= e->min && decode_run(f, e->kind, at, end, e->bits, e->digit))
				return end;
		}
		end = run_end(s, at, e->digit, 0, &count);
		if (end > longest)
			longest = end;
	}
	return longest;
}

/* --- character escapes: &#73; &#x49; %49 \x49 \u0049 ---------------------------------------------------------------- */

static size_t read_number(Str s, size_t at, int base, size_t most, uint32_t *out)
{
	size_t n = 0;

	*out = 0;
	while (n < most && at + n < s.n && digit_of((unsigned char)s.p[at + n], base) >= 0)
		*out = *out * (uint32_t)base + (uint32_t)digit_of((unsigned char)s.p[at + n++], base);
	return n;
}

/* The escape at s[at]: its length, or 0. byte: it stands for a byte, not for a code point. */
static size_t escape_at(Str s, size_t at, uint32_t *cp, bool *byte)
{
	size_t n;

	*byte = false;
	if (s.p[at] == '%') {
		*byte = true;
		return read_number(s, at + 1, 16, 2, cp) == 2 ? 3 : 0;
	}
	if (at + 3 >= s.n)
		return 0;
	if (s.p[at] == '\\' && s.p[at + 1] == 'x') {
		*byte = true;
		return read_number(s, at + 2, 16, 2, cp) == 2 ? 4 : 0;
	}
	if (s.p[at] == '\\' && (s.p[at + 1] | 0x20) == 'u')
		return read_number(s, at + 2, 16, 4, cp) == 4 ? 6 : 0;
	if (s.p[at] != '&' || s.p[at + 1] != '#')
		return 0;
	if ((s.p[at + 2] | 0x20) == 'x') {
		n = read_number(s, at + 3, 16, 6, cp);
		return !n ? 0 : n + 3 + (at + 3 + n < s.n && s.p[at + 3 + n] == ';');
	}
	n = read_number(s, at + 2, 10, 7, cp);
	return !n ? 0 : n + 2 + (at + 2 + n < s.n && s.p[at + 2 + n] == ';');
}

static bool put_escape(InjectText *t, uint32_t cp, bool byte)
{
	char b[4];
	size_t n = 1;

	if (byte)
		return raw_put(t, (int)cp);
	if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF))
		cp = 0xFFFD;
	n = utf8_write(b, cp);
	for (size_t i = 0; i < n; i++)
		if (!raw_put(t, b[i]))
			return false;
	return true;
}

static void find_escapes(Finder *f)
{
	Str s = f->v->text;
	size_t raw_at = f->t->raw_n, count = 0, n;
	bool byte;
	uint32_t cp;

	for (size_t at = 0; at < s.n && count < ESCAPES_MIN; at += n) {
		n = s.p[at] == '%' || s.p[at] == '\\' || s.p[at] == '&' ? escape_at(s, at, &cp, &byte) : 0;
		count += n > 0;
		n = n ? n : 1;
	}
	if (count < ESCAPES_MIN)
		return;
	for (size_t at = 0; at < s.n; at += n) {
		n = s.p[at] == '%' || s.p[at] == '\\' || s.p[at] == '&' ? escape_at(s, at, &cp, &byte) : 0;
		if (!(n ? put_escape(f->t, cp, byte) : raw_put(f->t, s.p[at])))
			break;
		n = n ? n : 1;
	}
	(void)offer(f, VIEW_ESCAPES, raw_at, 0, s.n);
}

void find_encoded(InjectText *t, const InjectView *v, AddSource add, void *arg)
{
	Finder f = { .t = t, .v = v, .add = add, .arg = arg };
	Str s = v->text;

	find_escapes(&f);
	for (size_t at = 0; at < s.n;) {
		if (b64_digit((unsigned char)s.p[at]) < 0)
			at++;
		else
			at = try_encodings(&f, at);
	}
}
