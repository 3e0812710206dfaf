#include "sim/ddb_number.h"

#include <string.h>

enum { EXP_MAX = 126, EXP_MIN = -129 };

static const char too_long[] = "Attempting to store more than 38 significant digits in a Number";
static const char overflow[] = "Number overflow. Attempting to store a number with magnitude larger than supported range";
static const char underflow[] = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
static const char not_a_number[] = "The parameter cannot be converted to a numeric value";

/* Digits of any length, most significant first, value 0.d0d1… times 10^exp, into the canonical form. */
static const char *settle(const unsigned char *d, size_t n, int64_t exp, bool negative, Dec *out)
{
	size_t first = 0;

	while (first < n && d[first] == 0)
		first++;
	exp -= (int64_t)first;
	while (n > first && d[n - 1] == 0)
		n--;
	*out = (Dec){ 0 };
	if (n == first)
		return NULL;
	if (n - first > DEC_DIGITS)
		return too_long;
	if (exp > EXP_MAX)
		return overflow;
	if (exp < EXP_MIN)
		return underflow;
	*out = (Dec){ .negative = negative, .n = (int)(n - first), .exp = (int)exp };
	memcpy(out->d, d + first, n - first);
	return NULL;
}

const char *dec_parse(Str text, Dec *out)
{
	unsigned char d[512];
	size_t n = 0, i = 0, digits_seen = 0;
	int64_t exp = 0, e = 0;
	bool negative = false, point = false;

	text = str_trim(text);
	if (text.n > sizeof d)
		return too_long;
	if (text.n && (text.p[0] == '-' || text.p[0] == '+'))
		negative = text.p[i++] == '-';
	for (; i < text.n; i++) {
		if (text.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (text.p[i] < '0' || text.p[i] > '9')
			break;
		d[n++] = (unsigned char)(text.p[i] - '0');
		digits_seen++;
		exp += !point;
	}
	if (!digits_seen)
		return not_a_number;
	if (i < text.n) {
		Str rest = str_sub(text, i + 1, text.n);

		if ((text.p[i] != 'e' && text.p[i] != 'E') || !rest.n)
			return not_a_number;
		if (rest.p[0] == '+')
			rest = str_sub(rest, 1, rest.n);
		if (rest.n > 6 || str_i64(rest, &e) < 0)
			return not_a_number;
	}
	return settle(d, n, exp + e, negative, out);
}

static int cmp_magnitude(const Dec *a, const Dec *b)
{
	int n = a->n < b->n ? a->n : b->n, c;

	if (!a->n || !b->n)
		return (a->n > 0) - (b->n > 0);
	if (a->exp != b->exp)
		return a->exp < b->exp ? -1 : 1;
	c = memcmp(a->d, b->d, (size_t)n);
	return c ? c : (a->n > b->n) - (a->n < b->n);
}

int dec_cmp(const Dec *a, const Dec *b)
{
	bool a_neg = a->negative && a->n, b_neg = b->negative && b->n;

	if (a_neg != b_neg)
		return a_neg ? -1 : 1;
	return a_neg ? cmp_magnitude(b, a) : cmp_magnitude(a, b);
}

const char *dec_add(const Dec *a, const Dec *b, bool subtract, Dec *out)
{
	/* One column for each power of ten that either can have, and one for the carry. */
	enum { COLUMNS = EXP_MAX - EXP_MIN + DEC_DIGITS + 1 };
	int sum[COLUMNS] = { 0 };
	unsigned char digits[COLUMNS];
	bool b_negative = b->negative != subtract, differ = a->negative != b_negative, a_larger = cmp_magnitude(a, b) >= 0;
	const Dec *large = a_larger ? a : b, *small = a_larger ? b : a;

	for (int i = 0; i < large->n; i++)
		sum[EXP_MAX + 1 - large->exp + i] += large->d[i];
	for (int i = 0; i < small->n; i++)
		sum[EXP_MAX + 1 - small->exp + i] += differ ? -small->d[i] : small->d[i];
	for (int i = COLUMNS - 1; i >= 0; i--) {
		int carry = sum[i] < 0 ? -1 : sum[i] / 10;

		digits[i] = (unsigned char)(sum[i] - carry * 10);
		if (i)
			sum[i - 1] += carry;
	}
	return settle(digits, COLUMNS, EXP_MAX + 1, a_larger ? a->negative : b_negative, out);
}

Str dec_text(Arena *a, const Dec *d)
{
	char text[EXP_MAX - EXP_MIN + DEC_DIGITS + 8];
	size_t n = 0;
	int i;

	if (!d->n)
		return STR("0");
	if (d->negative)
		text[n++] = '-';
	if (d->exp <= 0) {
		text[n++] = '0';
		text[n++] = '.';
		for (i = d->exp; i < 0; i++)
			text[n++] = '0';
	}
	for (i = 0; i < d->n; i++) {
		if (i && i == d->exp)
			text[n++] = '.';
		text[n++] = (char)('0' + d->d[i]);
	}
	for (; i < d->exp; i++)
		text[n++] = '0';
	return arena_str(a, (Str){ text, n });
}

void dec_sort_bytes(const Dec *d, Buf *out)
{
	unsigned char key[DEC_DIGITS + 3];
	size_t n = 0;

	if (!d->n) {
		(void)buf_putc(out, 1);   /* a key never comes near a Buf's cap */
		return;
	}
	key[n++] = 2;
	key[n++] = (unsigned char)(d->exp - EXP_MIN);
	for (int i = 0; i < d->n; i++)
		key[n++] = (unsigned char)(d->d[i] + 1);
	key[n++] = 0;
	for (size_t i = 0; d->negative && i < n; i++)
		key[i] = i ? (unsigned char)~key[i] : 0;
	(void)buf_put(out, key, n);
}
