#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/json.h"

__extension__ typedef unsigned __int128 U128;

/* mant * 10^exp10. */
typedef struct Decimal {
	uint64_t mant;
	int64_t  exp10;
	bool     negative;
	bool     too_long;   /* more digits than mant holds */
} Decimal;

enum { POW10_MAX = 19 };
static const uint64_t pow10_u64[POW10_MAX + 1];

static const char *digits(const char *p, const char *end, uint64_t *mant)
{
	uint64_t m = *mant;
	unsigned digit;

	for (; p < end && (digit = (unsigned char)*p - '0') <= 9; p++)
		m = m * 10 + digit;
	*mant = m;
	return p;
}

/* Any number of digits: zeros wait until another digit shows that they count. p stands on a digit or on the point. */
static void many_digits(const char *p, const char *end, Decimal *d)
{
	int64_t zeros = 0;
	bool fraction = false;

	d->mant = 0;
	d->exp10 = 0;
	for (; p < end; p++) {
		if (*p == '.') {
			fraction = true;
			continue;
		}
		d->exp10 -= fraction;
		if (*p == '0') {
			zeros += d->mant != 0;
			continue;
		}
		for (; zeros >= 0; zeros--) {
			if (d->mant > (UINT64_MAX - 9) / 10)
				d->too_long = true;
			else
				d->mant *= 10;
		}
		zeros = 0;
		d->mant += (uint64_t)(*p - '0');
	}
	d->exp10 += zeros;
}

static int64_t exponent(const char *p, const char *end)
{
	bool negative = *p == '-';
	int64_t exp = 0;

	p += negative || *p == '+';
	for (; p < end && exp < INT32_MAX; p++)
		exp = exp * 10 + (*p - '0');
	return negative ? -exp : exp;
}

/* The text is a JSON number: the parser has seen to that. */
static Decimal decimal_of(Str s)
{
	const char *p = s.p, *end = s.p + s.n, *first, *after;
	Decimal d = { .negative = s.n && *p == '-' };

	first = p += d.negative;
	after = p = digits(p, end, &d.mant);
	if (p < end && *p == '.') {
		after = digits(p + 1, end, &d.mant);
		d.exp10 = -(after - p - 1);
	}
	if (after - first > POW10_MAX)   /* 19 digits always fit */
		many_digits(first, after, &d);
	if (after + 1 < end)
		d.exp10 += exponent(after + 1, end);
	return d;
}

int json_text_i64(Str number, int64_t *out)
{
	Decimal d = decimal_of(number);
	uint64_t limit = (uint64_t)INT64_MAX + d.negative, v;

	if (d.mant == 0) {
		*out = 0;
		return 0;
	}
	for (; d.exp10 < 0 && d.mant % 10 == 0; d.exp10++)
		d.mant /= 10;
	v = d.mant;
	if (d.too_long || d.exp10 < 0 || d.exp10 > POW10_MAX ||
	    __builtin_mul_overflow(v, pow10_u64[d.exp10], &v) || v > limit)
		return -1;
	*out = d.negative ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

/* Nearest double of mant * 10^exp10 for |exp10| <= 19, by integers of 128 bits alone. */
static double scale_exact(uint64_t mant, int exp10)
{
	int shift;
	U128 wide, q;

	if (exp10 >= 0)
		return (double)((U128)mant * pow10_u64[exp10]);
	shift = 64 + __builtin_clzll(mant);
	wide = (U128)mant << shift;
	q = wide / pow10_u64[-exp10];
	/* q has at least 63 bits: a remainder only matters as "a little more", which the lowest bit can say. */
	q |= q * pow10_u64[-exp10] != wide;
	return ldexp((double)q, -shift);
}

/* Every length and exponent, correctly rounded, with a point as decimal mark whatever the locale says. */
static double slow_double(Str s)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	char *copy = xstrndup(s.p, s.n);
	double v = strtod_l(copy, NULL, c);

	free(copy);
	freelocale(c);
	return v;
}

int json_text_num(Str number, double *out)
{
	Decimal d = decimal_of(number);
	double v;

	if (!d.too_long && d.mant == 0)
		v = 0;
	else if (!d.too_long && d.mant <= UINT64_C(1) << 53 && d.exp10 <= 0 && d.exp10 >= -POW10_MAX)
		v = (double)d.mant / (double)pow10_u64[-d.exp10];   /* both exact, so one rounding */
	else if (!d.too_long && d.exp10 <= POW10_MAX && d.exp10 >= -POW10_MAX)
		v = scale_exact(d.mant, (int)d.exp10);
	else
		v = fabs(slow_double(number));
	if (!isfinite(v))
		return -1;
	*out = d.negative ? -v : v;
	return 0;
}

static const uint64_t pow10_u64[POW10_MAX + 1] = {
	1u, 10u, 100u, 1000u, 10000u, 100000u, 1000000u, 10000000u, 100000000u, 1000000000u, 10000000000u, 100000000000u,
	1000000000000u, 10000000000000u, 100000000000000u, 1000000000000000u, 10000000000000000u, 100000000000000000u,
	1000000000000000000u, 10000000000000000000u,
};
