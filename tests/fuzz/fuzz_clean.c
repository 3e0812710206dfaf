/* Any bytes: the cleaned text keeps the screen's rules, its columns are the sum of its clusters, and cleaning what is
 * clean changes nothing. */
#include <stdlib.h>

#include "../unit/screen_rules.h"
#include "ui/clean.h"

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_clusters(Clean c, bool lines)
{
	size_t at = 0, bytes = 0;
	int w, row = 0, widest = 0;
	Str cluster;

	do {
		w = clean_next(c, &at, &cluster);
		check(w >= 0 && w <= 2 && cluster.n < 28);
		bytes += cluster.n;
		row = w ? row + w : 0;
		if (row > widest)
			widest = row;
	} while (cluster.n);
	check(bytes == c.n);
	check(lines || widest == c.columns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	Arena a = { 0 };
	unsigned flags = n ? data[0] & 1 : 0;
	Str raw = { (const char *)data, n };
	Clean c = clean_text(&a, raw, flags), again, cut;

	check(!screen_rule_broken((Str){ c.p, c.n }, flags));
	check_clusters(c, flags);
	again = clean_text(&a, (Str){ c.p, c.n }, flags);
	check(str_eq((Str){ again.p, again.n }, (Str){ c.p, c.n }));
	for (int w = 0; w < 6 && !flags; w++) {
		cut = clean_cut(&a, c, w);
		check(cut.columns <= w);
		check_clusters(cut, false);
		cut = clean_cut_middle(&a, c, w);
		check(cut.columns <= w);
		check_clusters(cut, false);
	}
	c = clean_capped(&a, raw, n / 2);
	check(!screen_rule_broken((Str){ c.p, c.n }, false));
	check_clusters(c, false);
	arena_done(&a);
	return 0;
}
