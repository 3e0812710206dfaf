#include "app/explain.h"

#include <stdio.h>
#include <string.h>

#include "ui/clean.h"

void put_text(Buf *b, Str raw, int width)
{
	int cells = width < 0 ? -width : width;
	Arena a = { 0 };
	Clean c = clean_cut_middle(&a, clean_text(&a, raw, 0), cells);

	if (width < 0)
		(void)buf_printf(b, "%*s", cells - c.columns, "");
	(void)buf_put(b, c.p, c.n);
	if (width > 0)
		(void)buf_printf(b, "%*s", cells - c.columns, "");
	arena_done(&a);
}

void put_usd(Buf *b, int64_t nusd, bool sign, int width)
{
	uint64_t v = nusd < 0 ? (uint64_t)0 - (uint64_t)nusd : (uint64_t)nusd;
	char t[MONEY_TEXT];

	(void)snprintf(t, sizeof t, "%s%llu.%09llu", nusd < 0 ? "-" : sign ? "+" : "", (unsigned long long)(v / NUSD_PER_USD),
	               (unsigned long long)(v % NUSD_PER_USD));
	(void)buf_printf(b, "%*s", width, t);
}

void put_number(Buf *b, int64_t n, int width)
{
	char digits[24], t[40];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n), at = 0, from = n < 0;

	for (size_t i = 0; i < len; i++) {
		if (i > from && (len - i) % 3 == 0)
			t[at++] = ',';
		t[at++] = digits[i];
	}
	t[at] = 0;
	(void)buf_printf(b, "%*s", width, t);
}
