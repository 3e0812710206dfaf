#include "model/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How an amount below a limit is shown: steps of `step` nUSD, at most `most` of them, `decimals` digits. */
typedef struct Band {
	uint64_t step, most;
	int decimals;
	const char *suffix;
} Band;

/* Smallest first; below a dollar two significant digits, from there three, from a thousand two. An amount that rounds
 * past its band is shown in the next: $0.996 is "$1.00", $999.50 is "$1.0k". */
static const Band bands[] = {
	{ 1, 99, 9, "" }, { 10, 99, 8, "" }, { 100, 99, 7, "" }, { 1000, 99, 6, "" }, { 10000, 99, 5, "" },
	{ 100000, 99, 4, "" }, { 1000000, 99, 3, "" }, { 10000000, 999, 2, "" }, { 100000000, 999, 1, "" },
	{ 1000000000, 999, 0, "" }, { UINT64_C(100000000000), 99, 1, "k" }, { UINT64_C(1000000000000), 999, 0, "k" },
	{ UINT64_C(100000000000000), 99, 1, "M" }, { UINT64_C(1000000000000000), 999, 0, "M" },
	{ UINT64_C(100000000000000000), UINT64_MAX, 1, "B" },
};

/* The magnitude also of INT64_MIN. */
static uint64_t magnitude(int64_t v)
{
	return v < 0 ? (uint64_t)0 - (uint64_t)v : (uint64_t)v;
}

static void cut_zeros(char *text, int decimals, int keep)
{
	size_t n = strlen(text);

	while (decimals-- > keep && text[n - 1] == '0')
		text[--n] = '\0';
}

void money_screen(int64_t nusd, char out[MONEY_TEXT])
{
	uint64_t v = magnitude(nusd), q, unit = 1;
	const Band *b = bands;
	char digits[24];

	while ((q = v / b->step + (v % b->step >= b->step - b->step / 2 && b->step > 1)) > b->most)
		b++;
	for (int i = 0; i < b->decimals; i++)
		unit *= 10;
	if (b->decimals)
		(void)snprintf(digits, sizeof digits, "%" PRIu64 ".%0*" PRIu64, q / unit, b->decimals, q % unit);
	else
		(void)snprintf(digits, sizeof digits, "%" PRIu64, q);
	if (b->decimals > 2)
		cut_zeros(digits, b->decimals, 2);
	(void)snprintf(out, MONEY_TEXT, "%s$%s%s", nusd < 0 ? "-" : "", digits, b->suffix);
}

void money_exact(int64_t nusd, char out[MONEY_TEXT])
{
	uint64_t v = magnitude(nusd);

	(void)snprintf(out, MONEY_TEXT, "%s%" PRIu64 ".%09" PRIu64, nusd < 0 ? "-" : "",
	               v / (uint64_t)NUSD_PER_USD, v % (uint64_t)NUSD_PER_USD);
	cut_zeros(out, 9, 2);
}
