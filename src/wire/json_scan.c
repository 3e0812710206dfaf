#include "wire/json_fast.h"

#include <string.h>

/* Where in a number we are. The states from NUM_ZERO on are whole numbers if nothing more comes. */
typedef enum NumState {
	NUM_MINUS, NUM_DOT, NUM_E, NUM_E_SIGN, NUM_ZERO, NUM_INT, NUM_FRACTION, NUM_EXPONENT,
} NumState;

static const char hex_value_plus_1[256];

static void spill(Json *j, const char *from, const char *to)
{
	j->spilled = true;
	(void)buf_put(&j->spill, from, (size_t)(to - from));   /* its cap is the document's */
}

static void spill_code_point(Json *j, unsigned c)
{
	char s[4];
	size_t n = 0;

	if (c < 0x80) {
		s[n++] = (char)c;
	} else if (c < 0x800) {
		s[n++] = (char)(0xC0 | c >> 6);
		s[n++] = (char)(0x80 | (c & 0x3F));
	} else if (c < 0x10000) {
		s[n++] = (char)(0xE0 | c >> 12);
		s[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		s[n++] = (char)(0x80 | (c & 0x3F));
	} else {
		s[n++] = (char)(0xF0 | c >> 18);
		s[n++] = (char)(0x80 | (c >> 12 & 0x3F));
		s[n++] = (char)(0x80 | (c >> 6 & 0x3F));
		s[n++] = (char)(0x80 | (c & 0x3F));
	}
	spill(j, s, s + n);
}

/* Something else than a low surrogate follows: the high one stays alone. */
static void spill_lone_high(Json *j)
{
	if (j->high)
		spill_code_point(j, 0xFFFD);
	j->high = 0;
}

static void spill_unit(Json *j)
{
	unsigned u = j->unit;

	if (u >= 0xDC00 && u <= 0xDFFF && j->high) {
		spill_code_point(j, 0x10000 + ((j->high - 0xD800) << 10) + (u - 0xDC00));
		j->high = 0;
		return;
	}
	spill_lone_high(j);
	if (u >= 0xD800 && u <= 0xDBFF)
		j->high = u;
	else
		spill_code_point(j, u >= 0xDC00 && u <= 0xDFFF ? 0xFFFD : u);
}

/* One byte of an escape. Returns what is wrong with it, or NULL. */
static const char *escape_step(Json *j, unsigned char c)
{
	static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
	const char *at;

	if (j->escape > 1) {
		if (!hex_value_plus_1[c])
			return "\\u needs four hexadecimal digits";
		j->unit = j->unit << 4 | (unsigned)(hex_value_plus_1[c] - 1);
		if (--j->escape == 1) {
			j->escape = 0;
			spill_unit(j);
		}
		return NULL;
	}
	if (c == 'u') {
		j->escape = 5;
		j->unit = 0;
		return NULL;
	}
	at = c ? strchr(names, c) : NULL;
	if (!at)
		return "unknown escape in a string";
	spill_lone_high(j);
	spill(j, &bytes[at - names], &bytes[at - names] + 1);
	j->escape = 0;
	return NULL;
}

/* One byte >= 0x80, or one that should be. Table 3-7 of the Unicode standard: no overlong forms, no surrogates,
 * nothing over U+10FFFF. */
static bool utf8_step(Json *j, unsigned char c)
{
	if (j->utf8_left) {
		if (c < j->utf8_lo || c > j->utf8_hi)
			return false;
		j->utf8_left--;
	} else if (c >= 0xC2 && c <= 0xDF) {
		j->utf8_left = 1;
	} else if (c >= 0xE0 && c <= 0xEF) {
		j->utf8_left = 2;
	} else if (c >= 0xF0 && c <= 0xF4) {
		j->utf8_left = 3;
	} else {
		return false;
	}
	j->utf8_lo = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	j->utf8_hi = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	return true;
}

static JsonTok string_done(Json *j, const char *run, const char *quote)
{
	if (j->spilled) {
		if (quote > run)
			spill_lone_high(j);
		spill(j, run, quote);
		spill_lone_high(j);
		j->text = buf_str(&j->spill);
	} else {
		j->text = (Str){ run, (size_t)(quote - run) };
	}
	j->p = quote + 1;
	return json_string_token(j, j->is_key);
}

/* Reads on in a string, from its first byte or from where the last chunk ended. */
JsonTok json_string_go(Json *j)
{
	const char *run = j->p, *p = run, *end = j->end, *wrong;

	while (p < end) {
		if (j->escape) {
			if ((wrong = escape_step(j, (unsigned char)*p)))
				return json_fail(j, p, wrong);
			run = ++p;
			continue;
		}
		if (!j->utf8_left && (p = json_skip_plain(p, end)) == end)
			break;
		if (!j->utf8_left && *p == '"')
			return string_done(j, run, p);
		if (!j->utf8_left && *p == '\\') {
			if (p > run)
				spill_lone_high(j);
			spill(j, run, p);
			j->escape = 1;
			run = ++p;
			continue;
		}
		if (!j->utf8_left && (unsigned char)*p < 0x20)
			return json_fail(j, p, "a control character in a string must be written as an escape");
		if (!utf8_step(j, (unsigned char)*p))
			return json_fail(j, p, "invalid UTF-8 in a string");
		p++;
	}
	if (end > run)
		spill_lone_high(j);
	spill(j, run, end);
	j->p = end;
	return json_out_of_bytes(j);
}

JsonTok json_string_begin(Json *j, bool is_key)
{
	j->p++;
	j->is_key = is_key;
	j->part = PART_STRING;
	j->spilled = false;
	j->spill.n = 0;
	j->escape = j->utf8_left = 0;
	j->high = 0;
	return json_string_go(j);
}

static inline const char *skip_digits(const char *p, const char *end)
{
	uint64_t v;

	while (json_eight_digits(p, end, &v))
		p += 8;
	while (p < end && (unsigned char)(*p - '0') <= 9)
		p++;
	return p;
}

static JsonTok number_done(Json *j, const char *run, const char *p)
{
	if (j->spilled) {
		spill(j, run, p);
		j->text = buf_str(&j->spill);
	} else {
		j->text = (Str){ run, (size_t)(p - run) };
	}
	j->p = p;
	return json_value_done(j, JSON_NUMBER);
}

/* The state after one byte, or -1 when the number ends before it, or -2 when a digit is missing. */
static int number_step(NumState st, char c)
{
	bool digit = c >= '0' && c <= '9', e = c == 'e' || c == 'E';

	switch (st) {
	case NUM_MINUS:
		return c == '0' ? NUM_ZERO : digit ? NUM_INT : -2;
	case NUM_DOT:
		return digit ? NUM_FRACTION : -2;
	case NUM_E:
		return digit ? NUM_EXPONENT : c == '+' || c == '-' ? NUM_E_SIGN : -2;
	case NUM_E_SIGN:
		return digit ? NUM_EXPONENT : -2;
	case NUM_ZERO:
		return digit ? -2 : c == '.' ? NUM_DOT : e ? NUM_E : -1;
	case NUM_INT:
		return digit ? NUM_INT : c == '.' ? NUM_DOT : e ? NUM_E : -1;
	case NUM_FRACTION:
		return digit ? NUM_FRACTION : e ? NUM_E : -1;
	case NUM_EXPONENT:
		return digit ? NUM_EXPONENT : -1;
	}
	return -2;
}

/* Reads on at j->p; the bytes from `run` on are the number's and not spilled yet. */
JsonTok json_number_go(Json *j, const char *run)
{
	const char *p = j->p, *end = j->end;
	NumState st = (NumState)j->num;

	while (p < end) {
		int next;

		if (st >= NUM_INT && (p = skip_digits(p, end)) == end)
			break;
		next = number_step(st, *p);
		if (next == -1)
			return number_done(j, run, p);
		if (next == -2)
			return json_fail(j, p, st == NUM_ZERO ? "a number must not start with 0" : "a digit is missing in a number");
		st = (NumState)next;
		p++;
	}
	j->num = (uint8_t)st;
	if (j->finished && !j->over_cap && st >= NUM_ZERO)
		return number_done(j, run, p);
	spill(j, run, end);
	j->p = end;
	return json_out_of_bytes(j);
}

JsonTok json_number_begin(Json *j, char c)
{
	const char *end = json_plain_number(j->p, j->end, &j->decimal);

	if (end) {
		j->text = (Str){ j->p, (size_t)(end - j->p) };
		j->p = end;
		return json_value_done(j, JSON_NUMBER);
	}
	j->part = PART_NUMBER;
	j->decimal.digits = 0;
	j->spilled = false;
	j->spill.n = 0;
	j->num = c == '-' ? NUM_MINUS : c == '0' ? NUM_ZERO : NUM_INT;
	j->p++;
	return json_number_go(j, j->p - 1);
}

#define HEX(c, v) [c] = (v) + 1
static const char hex_value_plus_1[256] = {
	HEX('0', 0), HEX('1', 1), HEX('2', 2), HEX('3', 3), HEX('4', 4), HEX('5', 5), HEX('6', 6), HEX('7', 7),
	HEX('8', 8), HEX('9', 9), HEX('a', 10), HEX('b', 11), HEX('c', 12), HEX('d', 13), HEX('e', 14), HEX('f', 15),
	HEX('A', 10), HEX('B', 11), HEX('C', 12), HEX('D', 13), HEX('E', 14), HEX('F', 15),
};
