#include "panes/marks.h"

#include <string.h>

#include "base/num.h"

const char *marks_glyph(bool ascii)
{
	return ascii ? "c" : "◆";
}

/* A frame row from the disk may say anything. */
static int known(const Figures *f)
{
	return f->mark_count < 0 ? 0 : f->mark_count > FIG_MARKS ? FIG_MARKS : f->mark_count;
}

int marks_on(const Figures *f, int64_t end_ms, int64_t column_ms, int n, bool out[])
{
	int columns = 0;

	memset(out, 0, (size_t)n * sizeof *out);
	for (int i = 0; i < known(f); i++) {
		int64_t at = n + floor_div(f->mark_ms[i] - end_ms, column_ms);

		if (at < 0 || at >= n)
			continue;
		columns += !out[at];
		out[at] = true;
	}
	return columns;
}

int marks_between(const Figures *f, int64_t from_ms, int64_t until_ms)
{
	int n = 0;

	for (int i = 0; i < known(f); i++)
		n += f->mark_ms[i] >= from_ms && f->mark_ms[i] < until_ms;
	return n;
}
