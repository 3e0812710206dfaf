#include "base/str.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

bool str_eq_nocase(Str a, Str b)
{
	return a.n == b.n && (a.n == 0 || strncasecmp(a.p, b.p, a.n) == 0);
}

int str_cmp(Str a, Str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(Str s, Str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(Str s, Str suffix)
{
	return s.n >= suffix.n && (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

bool str_has(Str s, Str needle)
{
	return needle.n == 0 || (s.n >= needle.n && memmem(s.p, s.n, needle.p, needle.n) != NULL);
}

bool str_has_nul(Str s)
{
	return s.n && memchr(s.p, 0, s.n) != NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

Str str_trim(Str s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

Str str_cut(Str s, char sep, Str *rest)
{
	const char *at = s.n ? memchr(s.p, sep, s.n) : NULL;
	Str head = s;

	if (!at) {
		*rest = (Str){ s.p + s.n, 0 };
		return head;
	}
	head.n = (size_t)(at - s.p);
	*rest = (Str){ at + 1, s.n - head.n - 1 };
	return head;
}

int str_i64(Str s, int64_t *out)
{
	bool neg = s.n && s.p[0] == '-';
	size_t i = neg;
	int64_t v = 0;

	if (i == s.n)
		return -1;
	for (; i < s.n; i++) {
		if (!isdigit((unsigned char)s.p[i]))
			return -1;
		/* Accumulated below zero: INT64_MIN has no positive twin. */
		if (__builtin_mul_overflow(v, (int64_t)10, &v) ||
		    __builtin_sub_overflow(v, (int64_t)(s.p[i] - '0'), &v))
			return -1;
	}
	if (!neg && v == INT64_MIN)
		return -1;
	*out = neg ? v : -v;
	return 0;
}

/* Splits decimal text into digits and the power of ten of the last one. */
struct decimal {
	bool    neg;
	char    digit[40];
	int     n;        /* significant digits kept */
	int64_t exp;      /* value = digits x 10^exp */
	bool    sticky;   /* a nonzero digit was dropped */
};

static void decimal_push(struct decimal *d, char c, bool after_point)
{
	if (d->n == 0 && c == '0') {
		d->exp -= after_point;
		return;
	}
	if (d->n < (int)sizeof d->digit) {
		d->digit[d->n++] = c;
		d->exp -= after_point;
	} else {
		d->sticky |= c != '0';
		d->exp += !after_point;
	}
}

static int decimal_parse(Str s, struct decimal *d)
{
	size_t i = 0;
	bool point = false, any = false;
	int64_t e = 0;

	if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
		d->neg = s.p[i++] == '-';
	for (; i < s.n && (isdigit((unsigned char)s.p[i]) || (s.p[i] == '.' && !point)); i++) {
		if (s.p[i] == '.') {
			point = true;
			continue;
		}
		any = true;
		decimal_push(d, s.p[i], point);
	}
	if (!any || (i && s.p[i - 1] == '.'))
		return -1;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		Str x = str_sub(s, i + 1, s.n);
		if (x.n && x.p[0] == '+')
			x = str_sub(x, 1, x.n);
		if (str_i64(x, &e) < 0 || e > 400 || e < -400)
			return -1;
		i = s.n;
	}
	d->exp += e;
	return i == s.n ? 0 : -1;
}

/* "12.34" of so few digits that nothing can overflow or must be rounded: the form that nearly all have. -1: another. */
static int short_scaled(Str s, int scale, int64_t *out)
{
	bool point = false;
	int64_t v = 0;

	if (s.n > 18 || !s.n || s.p[0] == '.' || s.p[s.n - 1] == '.')
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		unsigned digit = (unsigned char)s.p[i] - '0';

		if (digit > 9 && (s.p[i] != '.' || point))
			return -1;
		scale -= point;
		if (digit > 9)
			point = true;
		else
			v = v * 10 + (int64_t)digit;
	}
	for (; scale > 0; scale--)
		if (__builtin_mul_overflow(v, (int64_t)10, &v))
			return -1;
	if (scale == 0)
		*out = v;
	return scale;
}

int str_scaled(Str s, int scale, int64_t *out)
{
	struct decimal d = { 0 };
	int64_t v = 0, exp;
	int keep, i;

	if (short_scaled(s, scale, out) == 0)
		return 0;
	if (decimal_parse(s, &d) < 0)
		return -1;
	exp = d.exp + scale;
	keep = exp < 0 ? (-exp > d.n ? -1 : d.n + (int)exp) : d.n;
	for (i = 0; i < keep; i++)
		if (__builtin_mul_overflow(v, (int64_t)10, &v) || __builtin_add_overflow(v, (int64_t)(d.digit[i] - '0'), &v))
			return -1;
	for (; exp > 0 && v; exp--)
		if (__builtin_mul_overflow(v, (int64_t)10, &v))
			return -1;
	if (keep >= 0 && keep < d.n && d.digit[keep] >= '5' && __builtin_add_overflow(v, (int64_t)1, &v))
		return -1;
	*out = d.neg ? -v : v;
	return 0;
}

static const uint64_t hash_basis = 0xcbf29ce484222325ULL, hash_prime = 0x100000001b3ULL;

static uint64_t hash_on(uint64_t h, Str s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * hash_prime;
	return h;
}

int str_b64_digit(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

uint64_t str_hash(Str s)
{
	return hash_on(hash_basis, s);
}

void str_hash_each(const Str *v, size_t n, uint64_t *out)
{
	uint64_t a = hash_basis, b = a, c = a, d = a;
	Str lane[STR_LANES];
	size_t common = SIZE_MAX;

	for (size_t i = 0; i < STR_LANES; i++) {
		lane[i] = i < n ? v[i] : n ? v[0] : STR("");
		common = lane[i].n < common ? lane[i].n : common;
	}
	for (size_t i = 0; i < common; i++) {
		a = (a ^ (unsigned char)lane[0].p[i]) * hash_prime;
		b = (b ^ (unsigned char)lane[1].p[i]) * hash_prime;
		c = (c ^ (unsigned char)lane[2].p[i]) * hash_prime;
		d = (d ^ (unsigned char)lane[3].p[i]) * hash_prime;
	}
	for (size_t i = 0; i < n; i++)
		out[i] = hash_on((const uint64_t[]){ a, b, c, d }[i], str_sub(v[i], common, v[i].n));
}

uint64_t str_quick_hash(Str s)
{
	const uint64_t odd = UINT64_C(0x9E3779B97F4A7C15);
	uint64_t h = s.n, part = 0;
	size_t i = 0;

	for (; i + sizeof part <= s.n; i += sizeof part) {
		memcpy(&part, s.p + i, sizeof part);
		h = (h ^ part) * odd;
		h ^= h >> 29;
	}
	if (i < s.n) {
		part = 0;
		memcpy(&part, s.p + i, s.n - i);
		h = (h ^ part) * odd;
		h ^= h >> 29;
	}
	return h;
}
