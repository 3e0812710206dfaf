#include <string.h>

#include "conf/yaml.h"

enum { MAX_WORD = 63, MAX_DISTANCE = 2 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: Damerau-Levenshtein in which no part is edited twice, which is what typing errors need. */
static int distance(Str a, Str b)
{
	int row[3][MAX_WORD + 1] = { { 0 } };

	for (int j = 0; j <= (int)b.n; j++)
		row[0][j] = j;
	for (int i = 1; i <= (int)a.n; i++) {
		int *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];

		now[0] = i;
		for (int j = 1; j <= (int)b.n; j++) {
			int change = before[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			now[j] = least(change, least(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				now[j] = least(now[j], two_before[j - 2] + 1);
		}
	}
	return row[a.n % 3][b.n];
}

const char *nearest_word(Str word, const char *const *known)
{
	const char *best = NULL;
	int best_distance = MAX_DISTANCE + 1;

	if (!word.n || word.n > MAX_WORD)
		return NULL;
	for (; *known; known++) {
		Str k = str_of(*known);
		int d;

		if (!k.n || k.n > MAX_WORD)
			continue;
		d = str_eq_nocase(word, k) ? 0 : distance(word, k);
		/* Two edits turn any two-letter word into any other: that is no likeness. */
		if (d < best_distance && d < (int)k.n) {
			best_distance = d;
			best = *known;
		}
	}
	return best;
}
