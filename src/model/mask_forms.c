#include "model/mask_forms.h"

#include <ctype.h>

enum { DIGITS_MAX = 24, MAIL_LOCAL = 64, MAIL_DOMAIN = 255 };

static bool digit(Str s, size_t at)
{
	return at < s.n && s.p[at] >= '0' && s.p[at] <= '9';
}

static bool upper(Str s, size_t at)
{
	return at < s.n && s.p[at] >= 'A' && s.p[at] <= 'Z';
}

static bool word(Str s, size_t at)
{
	return at < s.n && (isalnum((unsigned char)s.p[at]) || (unsigned char)s.p[at] >= 0x80);
}

/* Digits from s[at] on with at most one of `between` between two of them. Returns how many, at most DIGITS_MAX; *end: behind
 * the last. */
static size_t digits(Str s, size_t at, const char *between, char out[DIGITS_MAX + 1], size_t *end)
{
	size_t n = 0;

	*end = at;
	while (n < DIGITS_MAX && digit(s, at)) {
		out[n++] = s.p[at++];
		*end = at;
		if (at < s.n && s.p[at] && strchr(between, s.p[at]) && digit(s, at + 1))
			at++;
	}
	out[n] = 0;
	/* A longer number is none of ours. */
	return digit(s, *end) ? 0 : n;
}

static size_t mail(Str s, size_t at)
{
	size_t i = at, dot = 0, begin;

	while (i < s.n && i < at + MAIL_LOCAL && (isalnum((unsigned char)s.p[i]) || (s.p[i] && strchr("._%+-'", s.p[i]))))
		i++;
	if (i == at || i + 1 >= s.n || s.p[i] != '@')
		return 0;
	begin = ++i;
	while (i < s.n && i < begin + MAIL_DOMAIN && (isalnum((unsigned char)s.p[i]) || s.p[i] == '-' || (s.p[i] == '.' && word(s, i + 1)))) {
		if (s.p[i] == '.')
			dot = i;
		i++;
	}
	return dot > begin && i - dot > 2 && isalpha((unsigned char)s.p[dot + 1]) ? i - at : 0;
}

static bool luhn(const char *d, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned v = (unsigned)(d[n - 1 - i] - '0');

		sum += i % 2 ? (v > 4 ? 2 * v - 9 : 2 * v) : v;
	}
	return sum % 10 == 0;
}

static size_t card(Str s, size_t at)
{
	char d[DIGITS_MAX + 1];
	size_t end, n;

	if (at >= s.n || s.p[at] < '2' || s.p[at] > '6')
		return 0;
	n = digits(s, at, " -", d, &end);
	return n >= 13 && n <= 19 && !word(s, end) && luhn(d, n) ? end - at : 0;
}

static size_t iban(Str s, size_t at)
{
	size_t i = at, n = 0, end = at;
	unsigned rest = 0, front = 0;

	if (!upper(s, at) || !upper(s, at + 1) || !digit(s, at + 2) || !digit(s, at + 3))
		return 0;
	/* The country and the check digits count last. */
	front = (unsigned)(s.p[at] - 'A' + 10) * 10000 + (unsigned)(s.p[at + 1] - 'A' + 10) * 100 + (unsigned)(s.p[at + 2] - '0') * 10 +
	        (unsigned)(s.p[at + 3] - '0');
	for (i += 4; i < s.n && n < 30; i++) {
		if (s.p[i] == ' ' && n % 4 == 0 && (digit(s, i + 1) || upper(s, i + 1)))
			continue;
		if (!digit(s, i) && !upper(s, i))
			break;
		rest = digit(s, i) ? (rest * 10 + (unsigned)(s.p[i] - '0')) % 97 : (rest * 100 + (unsigned)(s.p[i] - 'A' + 10)) % 97;
		n++;
		/* A word in capitals may follow; the longest that has the right sum is it. */
		if (n >= 11 && (rest * 1000000ull + front) % 97 == 1 && !word(s, i + 1))
			end = i + 1;
	}
	return end - at;
}

static size_t us_ssn(Str s, size_t at)
{
	static const char form[] = "ddd-dd-dddd";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == '-' ? at + i >= s.n || s.p[at + i] != '-' : !digit(s, at + i))
			return 0;
	if (word(s, at + 11) || s.p[at] == '9' || memcmp(s.p + at, "000", 3) == 0 || memcmp(s.p + at, "666", 3) == 0)
		return 0;
	return 11;
}

static size_t uk_nino(Str s, size_t at)
{
	char d[DIGITS_MAX + 1];
	size_t end, i = at + 2;

	if (!upper(s, at) || !upper(s, at + 1))
		return 0;
	i += i < s.n && s.p[i] == ' ';
	if (digits(s, i, " ", d, &end) != 6)
		return 0;
	end += end < s.n && s.p[end] == ' ';
	return end < s.n && s.p[end] >= 'A' && s.p[end] <= 'D' && !word(s, end + 1) ? end + 1 - at : 0;
}

static size_t es_dni(Str s, size_t at)
{
	static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
	unsigned v = 0;
	size_t i = at;

	if (at < s.n && s.p[at] >= 'X' && s.p[at] <= 'Z')
		v = (unsigned)(s.p[i++] - 'X');
	while (i < at + 8 && digit(s, i))
		v = v * 10 + (unsigned)(s.p[i++] - '0');
	if (i != at + 8)
		return 0;
	i += i < s.n && s.p[i] == '-';
	return i < s.n && s.p[i] == letters[v % 23] && !word(s, i + 1) ? i + 1 - at : 0;
}

static size_t fr_nir(Str s, size_t at)
{
	char d[DIGITS_MAX + 1];
	unsigned long long v = 0;
	size_t end;

	if (at >= s.n || (s.p[at] != '1' && s.p[at] != '2') || digits(s, at, " ", d, &end) != 15 || word(s, end))
		return 0;
	for (int i = 0; i < 13; i++)
		v = v * 10 + (unsigned)(d[i] - '0');
	return 97 - v % 97 == (unsigned)((d[13] - '0') * 10 + d[14] - '0') ? end - at : 0;
}

static size_t it_cf(Str s, size_t at)
{
	static const char form[] = "LLLLLLddLddLdddL";

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'L' ? !upper(s, at + i) : !digit(s, at + i))
			return 0;
	return word(s, at + 16) ? 0 : 16;
}

static size_t br_cpf(Str s, size_t at)
{
	static const char form[] = "ddd.ddd.ddd-dd";
	unsigned d[11], n = 0, one = 0, two = 0;

	for (size_t i = 0; form[i]; i++) {
		if (form[i] == 'd' ? !digit(s, at + i) : at + i >= s.n || s.p[at + i] != form[i])
			return 0;
		if (form[i] == 'd')
			d[n++] = (unsigned)(s.p[at + i] - '0');
	}
	for (unsigned i = 0; i < 9; i++)
		one += d[i] * (10 - i);
	for (unsigned i = 0; i < 10; i++)
		two += d[i] * (11 - i);
	return one * 10 % 11 % 10 == d[9] && two * 10 % 11 % 10 == d[10] && !word(s, at + 14) ? 14 : 0;
}

/* "+49 171 2345678", "(555) 123-4567", "555-123-4567", "0171 2345678". */
static size_t phone(Str s, size_t at)
{
	char d[DIGITS_MAX + 1];
	size_t end, n, gaps = 0, i = at;

	if (at < s.n && s.p[at] == '(' && digit(s, at + 1) && digit(s, at + 2) && digit(s, at + 3) && at + 5 < s.n && s.p[at + 4] == ')') {
		i = at + 5 + (s.p[at + 5] == ' ');
		return digits(s, i, " -.", d, &end) == 7 && !word(s, end) ? end - at : 0;
	}
	if (at < s.n && s.p[at] == '+') {
		/* One "(0)" on the way is not dialled. */
		n = digits(s, at + 1, " -./", d, &end);
		if (end + 4 < s.n && s.p[end] == ' ' && memcmp(s.p + end + 1, "(0)", 3) == 0 && digit(s, end + 4 + (s.p[end + 4] == ' ')))
			n += digits(s, end + 4 + (s.p[end + 4] == ' '), " -./", d, &end);
		return n >= 8 && n <= 15 && s.p[at + 1] != '0' && !word(s, end) ? end - at : 0;
	}
	n = digits(s, at, " -./", d, &end);
	for (; i < end; i++)
		gaps += !digit(s, i);
	if (!gaps || word(s, end))
		return 0;
	if (d[0] == '0' && d[1] != '0' && n >= 9 && n <= 12 && gaps <= 4)
		return end - at;
	/* North America: three, three, four, with the same sign between them. */
	if (n != 10 || gaps != 2 || end - at != 12 || d[0] < '2' || digit(s, at + 3))
		return 0;
	return s.p[at + 3] == s.p[at + 7] && s.p[at + 3] != '/' ? 12 : 0;
}

static size_t ipv4(Str s, size_t at)
{
	size_t i = at;

	for (int part = 0; part < 4; part++) {
		unsigned v = 0;
		size_t begin = i;

		while (i < begin + 3 && digit(s, i))
			v = v * 10 + (unsigned)(s.p[i++] - '0');
		if (i == begin || v > 255 || (part < 3 && (i >= s.n || s.p[i++] != '.')))
			return 0;
	}
	return word(s, i) || (i < s.n && s.p[i] == '.' && digit(s, i + 1)) ? 0 : i - at;
}

/* Eight groups, or "::" somewhere: so no time of day is one. */
static size_t ipv6(Str s, size_t at)
{
	size_t i = at, groups = 0, size = 0;
	bool gap = false;

	for (; i < s.n && groups < 8; i++) {
		if (isxdigit((unsigned char)s.p[i])) {
			if (++size > 4)
				return 0;
		} else if (s.p[i] == ':' && (size || (i > at && s.p[i - 1] == ':' && !gap))) {
			gap |= !size;
			groups += size > 0;
			size = 0;
		} else {
			break;
		}
	}
	groups += size > 0;
	if (i > at && s.p[i - 1] == ':' && !(i > at + 1 && s.p[i - 2] == ':'))
		i--;
	return (groups == 8 || (gap && groups >= 2)) && !word(s, i) ? i - at : 0;
}

static size_t account(Str s, size_t at)
{
	char d[DIGITS_MAX + 1];
	size_t end;

	return digits(s, at, "", d, &end) == 12 && !word(s, end) ? end - at : 0;
}

const MaskForm mask_forms[] = {
	{ MASK_MAIL, "mail", mail },     { MASK_IBAN, "iban", iban },     { MASK_CARD, "card", card },
	{ MASK_ID, "us-ssn", us_ssn },   { MASK_ID, "uk-nino", uk_nino }, { MASK_ID, "es-dni", es_dni },
	{ MASK_ID, "fr-nir", fr_nir },   { MASK_ID, "it-codice-fiscale", it_cf },
	{ MASK_ID, "br-cpf", br_cpf },   { MASK_IP, "ipv4", ipv4 },       { MASK_IP, "ipv6", ipv6 },
	{ MASK_PHONE, "phone", phone },  { MASK_ACCOUNT, "aws-account", account },
	{ 0 },
};
