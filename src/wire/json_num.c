#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/json_scan.h"

__extension__ typedef unsigned __int128 U128;

/* mant * 10^exp10. */
typedef struct Decimal {
	uint64_t mant;
	int64_t  exp10;
	bool     negative;
	bool     too_long;   /* more digits than mant holds */
} Decimal;

enum { POW10_MAX = JSON_DIGITS_MAX };
static const uint64_t pow10_u64[POW10_MAX + 1], recip10[POW10_MAX + 1][2];

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
	after = p = json_digits(p, end, &d.mant);
	if (p < end && *p == '.') {
		after = json_digits(p + 1, end, &d.mant);
		d.exp10 = -(after - p - 1);
	}
	if (after - first > POW10_MAX)   /* 19 digits always fit */
		many_digits(first, after, &d);
	if (after + 1 < end)
		d.exp10 += exponent(after + 1, end);
	return d;
}

/* Most numbers are "-123" or "123.45" of at most 19 digits. False: another form. */
static inline bool plain_decimal(Str s, JsonDecimal *d)
{
	const char *p = s.p, *end = s.p + s.n, *first, *point;

	*d = (JsonDecimal){ .negative = s.n && *p == '-' };
	first = p += d->negative;
	point = p = json_digits(p, end, &d->mant);
	if (p < end && *p == '.') {
		p = json_digits(p + 1, end, &d->mant);
		point++;
	}
	d->exp10 = -(int)(p - point);
	d->digits = (int)(p - first);
	return p == end;
}

int json_decimal_i64(const JsonDecimal *d, int64_t *out)
{
	if (!d->digits || d->digits > JSON_DIGITS_MAX || d->exp10 || d->mant > INT64_MAX)
		return -1;
	*out = d->negative ? -(int64_t)d->mant : (int64_t)d->mant;
	return 0;
}

int json_text_i64(Str number, int64_t *out)
{
	JsonDecimal plain;
	Decimal d;
	uint64_t limit, v;

	if (plain_decimal(number, &plain) && json_decimal_i64(&plain, out) == 0)
		return 0;
	d = decimal_of(number);
	limit = (uint64_t)INT64_MAX + d.negative;
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

/* Nearest double of mant * 10^exp10 for mant > 0 and -19 <= exp10 <= 0. Multiplies by a reciprocal of 128 bits; that this
 * is enough for every mant of 64 bits and these exponents is shown in D. Lemire, "Number parsing at a gigabyte per
 * second" (2021); the figures are his too. A division of 128 bits costs four times as much. */
static double scale_down(uint64_t mant, int exp10)
{
	int zeros = __builtin_clzll(mant), top, shift, power;
	const uint64_t *factor = recip10[-exp10];
	U128 product = (U128)(mant << zeros) * factor[0];
	uint64_t high, m;
	double v;

	/* Nine bits below the ones that are kept: only when all are set can the lower half of the factor carry into them. */
	if ((uint64_t)(product >> 64 & 0x1FF) == 0x1FF)
		product += (U128)(mant << zeros) * factor[1] >> 64;
	high = (uint64_t)(product >> 64);
	top = (int)(high >> 63);
	shift = top + 9;                                       /* leaves 54 bits: one more than a double has, to round by */
	m = high >> shift;
	power = ((217706 * exp10) >> 16) + 63 + top - zeros;   /* 217706 / 2^16 = log2(10) */
	/* Exactly half way: to even. Beyond 10^-4 that cannot happen. */
	if ((uint64_t)product <= 1 && exp10 >= -4 && (m & 3) == 1 && m << shift == high)
		m &= ~UINT64_C(1);
	m = (m + (m & 1)) >> 1;
	m += (uint64_t)(power + 1022) << 52;                   /* the hidden bit and a carry out of it raise the exponent */
	memcpy(&v, &m, sizeof v);
	return v;
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

/* Both factors are exact for a mantissa of at most 53 bits, so one division rounds once. */
static double down(uint64_t mant, int exp10)
{
	return mant <= UINT64_C(1) << 53 ? (double)mant / (double)pow10_u64[-exp10] : scale_down(mant, exp10);
}

int json_decimal_num(const JsonDecimal *d, double *out)
{
	double v;

	if (!d->digits || d->digits > JSON_DIGITS_MAX)
		return -1;
	v = down(d->mant, d->exp10);
	*out = d->negative ? -v : v;
	return 0;
}

int json_text_num(Str number, double *out)
{
	JsonDecimal plain;
	Decimal d;
	double v;

	if (plain_decimal(number, &plain) && json_decimal_num(&plain, out) == 0)
		return 0;
	d = decimal_of(number);
	if (!d.too_long && d.mant == 0)
		v = 0;
	else if (!d.too_long && d.exp10 <= 0 && d.exp10 >= -POW10_MAX)
		v = down(d.mant, (int)d.exp10);
	else if (!d.too_long && d.exp10 > 0 && d.exp10 <= POW10_MAX)
		v = (double)((U128)d.mant * pow10_u64[d.exp10]);
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

/* 10^-i, shifted until the top bit of 128 is set, rounded up. */
static const uint64_t recip10[POW10_MAX + 1][2] = {
	{ 0x8000000000000000u, 0x0000000000000000u },
	{ 0xccccccccccccccccu, 0xcccccccccccccccdu },
	{ 0xa3d70a3d70a3d70au, 0x3d70a3d70a3d70a4u },
	{ 0x83126e978d4fdf3bu, 0x645a1cac083126eau },
	{ 0xd1b71758e219652bu, 0xd3c36113404ea4a9u },
	{ 0xa7c5ac471b478423u, 0x0fcf80dc33721d54u },
	{ 0x8637bd05af6c69b5u, 0xa63f9a49c2c1b110u },
	{ 0xd6bf94d5e57a42bcu, 0x3d32907604691b4du },
	{ 0xabcc77118461cefcu, 0xfdc20d2b36ba7c3eu },
	{ 0x89705f4136b4a597u, 0x31680a88f8953031u },
	{ 0xdbe6fecebdedd5beu, 0xb573440e5a884d1cu },
	{ 0xafebff0bcb24aafeu, 0xf78f69a51539d749u },
	{ 0x8cbccc096f5088cbu, 0xf93f87b7442e45d4u },
	{ 0xe12e13424bb40e13u, 0x2865a5f206b06fbau },
	{ 0xb424dc35095cd80fu, 0x538484c19ef38c95u },
	{ 0x901d7cf73ab0acd9u, 0x0f9d37014bf60a11u },
	{ 0xe69594bec44de15bu, 0x4c2ebe687989a9b4u },
	{ 0xb877aa3236a4b449u, 0x09befeb9fad487c3u },
	{ 0x9392ee8e921d5d07u, 0x3aff322e62439fd0u },
	{ 0xec1e4a7db69561a5u, 0x2b31e9e3d06c32e6u },
};
