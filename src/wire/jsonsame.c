#include "wire/jsonsame.h"

enum { FAR = 1 << 30, UNIT_DIGITS = 18 };      /* FAR: exponents beyond it are all alike */

static Str without_zeros_behind(Str s)
{
	while (s.n && s.p[s.n - 1] == '0')
		s.n--;
	return s;
}

static Str without_zeros_before(Str s)
{
	while (s.n && s.p[0] == '0')
		s = str_sub(s, 1, s.n);
	return s;
}

static int64_t exponent_of(Str text)
{
	int64_t v;

	if (text.n && text.p[0] == '+')
		text = str_sub(text, 1, text.n);
	if (!text.n)
		return 0;
	if (str_i64(text, &v) < 0)
		return text.p[0] == '-' ? -FAR : FAR;
	return v > FAR ? FAR : v < -FAR ? -FAR : v;
}

Decimal decimal_of(Str number)
{
	Decimal d = { .negative = number.n && number.p[0] == '-' };
	Str digits = str_sub(number, d.negative, number.n), exponent = STR("");
	size_t n;

	for (size_t i = 0; i < digits.n; i++)
		if ((digits.p[i] | 0x20) == 'e') {
			exponent = str_sub(digits, i + 1, digits.n);
			digits = str_sub(digits, 0, i);
		}
	d.front = without_zeros_before(str_cut(digits, '.', &d.rest));
	d.rest = without_zeros_behind(d.rest);
	d.point = (int64_t)d.front.n;
	if (!d.rest.n)
		d.front = without_zeros_behind(d.front);
	if (!d.front.n) {
		n = d.rest.n;
		d.rest = without_zeros_before(d.rest);
		d.point -= (int64_t)(n - d.rest.n);
	}
	d.point += exponent_of(exponent);
	if (!d.front.n && !d.rest.n)
		d = (Decimal){ .front = STR(""), .rest = STR("") };
	return d;
}

static size_t count(const Decimal *d)
{
	return d->front.n + d->rest.n;
}

static char digit(const Decimal *d, size_t i)
{
	return i < d->front.n ? d->front.p[i] : d->rest.p[i - d->front.n];
}

static int cmp_sizes(const Decimal *a, const Decimal *b)
{
	size_t n = count(a) < count(b) ? count(a) : count(b);

	if (!count(a) || !count(b))
		return (count(a) > 0) - (count(b) > 0);
	if (a->point != b->point)
		return a->point < b->point ? -1 : 1;
	for (size_t i = 0; i < n; i++)
		if (digit(a, i) != digit(b, i))
			return digit(a, i) < digit(b, i) ? -1 : 1;
	return (count(a) > n) - (count(b) > n);
}

int decimal_cmp(const Decimal *a, const Decimal *b)
{
	if (a->negative != b->negative)
		return a->negative ? -1 : 1;
	return a->negative ? -cmp_sizes(a, b) : cmp_sizes(a, b);
}

bool decimal_is_whole(const Decimal *d)
{
	return d->point >= (int64_t)count(d);
}

static uint64_t mod_mul(uint64_t a, uint64_t b, uint64_t m)
{
	return (uint64_t)((unsigned __int128)a * b % m);
}

int decimal_is_multiple(const Decimal *a, const Decimal *unit)
{
	int64_t shift = (a->point - (int64_t)count(a)) - (unit->point - (int64_t)count(unit));
	uint64_t m = 0, left = 0, ten = 10;

	if (!count(unit) || count(unit) > UNIT_DIGITS)
		return -1;
	if (!count(a))
		return 1;
	/* Its last digit is no zero, so it cannot have a factor of ten that the unit has. */
	if (shift < 0)
		return 0;
	for (size_t i = 0; i < count(unit); i++)
		m = m * 10 + (uint64_t)(digit(unit, i) - '0');
	for (size_t i = 0; i < count(a); i++)
		left = (mod_mul(left, 10, m) + (uint64_t)(digit(a, i) - '0')) % m;
	for (ten %= m; shift; shift >>= 1, ten = mod_mul(ten, ten, m))
		if (shift & 1)
			left = mod_mul(left, ten, m);
	return left == 0;
}

static bool same_objects(JsonVal a, JsonVal b, long *steps)
{
	JsonVal mine, other;
	Str key;

	for (size_t i = 0; i < jv_count(a); i++) {
		mine = jv_member_at(a, i, &key);
		other = jv_get_str(b, key);
		if (jv_type(other) == JV_ABSENT || !json_same(mine, other, steps))
			return false;
	}
	return true;
}

bool json_same(JsonVal a, JsonVal b, long *steps)
{
	Decimal x, y;
	Str s, t;

	if (--*steps < 0 || jv_type(a) != jv_type(b) || jv_count(a) != jv_count(b))
		return false;
	switch (jv_type(a)) {
	case JV_NUMBER:
		x = decimal_of(jv_number_text(a));
		y = decimal_of(jv_number_text(b));
		return decimal_cmp(&x, &y) == 0;
	case JV_STRING:
		return jv_as_str(a, &s, NULL) == 0 && jv_as_str(b, &t, NULL) == 0 && str_eq(s, t);
	case JV_ARRAY:
		for (size_t i = 0; i < jv_count(a); i++)
			if (!json_same(jv_at(a, i), jv_at(b, i), steps))
				return false;
		return true;
	case JV_OBJECT:
		return same_objects(a, b, steps);
	default:
		return true;
	}
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * UINT64_C(0x9E3779B97F4A7C15) ^ h >> 29;
}

static uint64_t hash_number(Str text)
{
	Decimal d = decimal_of(text);
	uint64_t h = mix(JV_NUMBER, (uint64_t)d.point * 2 + d.negative);

	for (size_t i = 0; i < count(&d); i++)
		h = mix(h, (uint64_t)digit(&d, i));
	return h;
}

uint64_t json_hash(JsonVal v)
{
	uint64_t h = mix(17, jv_type(v)), sum = 0;
	Str key = STR(""), s;

	switch (jv_type(v)) {
	case JV_NUMBER:
		return hash_number(jv_number_text(v));
	case JV_STRING:
		return jv_as_str(v, &s, NULL) == 0 ? mix(h, str_quick_hash(s)) : h;
	case JV_ARRAY:
		for (size_t i = 0; i < jv_count(v); i++)
			h = mix(h, json_hash(jv_at(v, i)));
		return h;
	case JV_OBJECT:
		/* A sum: the order of members says nothing. */
		for (size_t i = 0; i < jv_count(v); i++) {
			uint64_t member = json_hash(jv_member_at(v, i, &key));

			sum += mix(str_quick_hash(key), member);
		}
		return mix(h, sum);
	default:
		return h;
	}
}
