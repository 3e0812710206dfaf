#include "base/ranked.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, FEW = 160 };

static void sort_few(Ranked *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const Ranked x = v[i];
		size_t at = i;

		for (; at && v[at - 1].rank > x.rank; at--)
			v[at] = v[at - 1];
		v[at] = x;
	}
}

/* By one digit, keeping the order of those that are alike in it. */
static void sort_digit(const Ranked *from, Ranked *to, size_t n, int shift)
{
	uint32_t at[DIGITS] = { 0 }, sum = 0;

	for (size_t i = 0; i < n; i++)
		at[from[i].rank >> shift & (DIGITS - 1)]++;
	for (size_t i = 0; i < DIGITS; i++) {
		uint32_t here = at[i];

		at[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i].rank >> shift & (DIGITS - 1)]++] = from[i];
}

/* A digit that is the same in all of them orders nothing. */
void ranked_sort(Ranked *v, size_t n)
{
	Ranked *from = v, *to, *own;
	uint64_t differ = 0;
	bool in_order = true;

	if (n < FEW) {
		sort_few(v, n);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		differ |= v[i].rank ^ v[0].rank;
		in_order = in_order && v[i - 1].rank <= v[i].rank;
	}
	if (in_order)
		return;
	to = own = xmalloc(n * sizeof *own);
	for (int shift = 0; shift < 64; shift += DIGIT_BITS) {
		Ranked *swap = from;

		if (!(differ >> shift & (DIGITS - 1)))
			continue;
		sort_digit(from, to, n, shift);
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof *v);
	free(own);
}
