#include "model/linediff.h"

typedef struct Lines { Str *v; size_t n; } Lines;

static Lines lines_of(Str text, Arena *a)
{
	size_t max = 1;
	Lines l = { 0 };

	for (size_t i = 0; i < text.n; i++)
		max += text.p[i] == '\n';
	l.v = ARENA_ARRAY(a, Str, max);
	while (text.n)
		l.v[l.n++] = str_cut(text, '\n', &text);
	return l;
}

static void put(LineDiff *d, DiffKind kind, Str text)
{
	d->line[d->n++] = (DiffLine){ kind, text };
	d->gone += kind == DIFF_GONE;
	d->added += kind == DIFF_ADDED;
}

/* length[i * (m + 1) + k]: of the longest common part of x from i on and y from k on. */
static void walk(LineDiff *d, const Str *x, size_t n, const Str *y, size_t m, const uint16_t *length)
{
	size_t i = 0, k = 0;

	while (i < n || k < m) {
		if (i < n && k < m && str_eq(x[i], y[k])) {
			put(d, DIFF_SAME, x[i++]);
			k++;
		} else if (i < n && (k == m || length[(i + 1) * (m + 1) + k] >= length[i * (m + 1) + k + 1])) {
			put(d, DIFF_GONE, x[i++]);
		} else {
			put(d, DIFF_ADDED, y[k++]);
		}
	}
}

static void middle(LineDiff *d, const Str *x, size_t n, const Str *y, size_t m, Arena *a)
{
	uint16_t *length;

	if (n > LINEDIFF_MAX || m > LINEDIFF_MAX) {
		for (size_t i = 0; i < n; i++)
			put(d, DIFF_GONE, x[i]);
		for (size_t k = 0; k < m; k++)
			put(d, DIFF_ADDED, y[k]);
		return;
	}
	length = ARENA_ARRAY(a, uint16_t, (n + 1) * (m + 1));
	for (size_t i = n; i-- > 0;)
		for (size_t k = m; k-- > 0;) {
			uint16_t down = length[(i + 1) * (m + 1) + k], right = length[i * (m + 1) + k + 1];

			length[i * (m + 1) + k] = str_eq(x[i], y[k]) ? (uint16_t)(length[(i + 1) * (m + 1) + k + 1] + 1) : down > right ? down : right;
		}
	walk(d, x, n, y, m, length);
}

LineDiff linediff(Str from, Str to, Arena *a)
{
	Lines x = lines_of(from, a), y = lines_of(to, a);
	LineDiff d = { .line = ARENA_ARRAY(a, DiffLine, x.n + y.n + 1) };
	size_t head = 0, tail = 0;

	while (head < x.n && head < y.n && str_eq(x.v[head], y.v[head]))
		put(&d, DIFF_SAME, x.v[head++]);
	while (tail < x.n - head && tail < y.n - head && str_eq(x.v[x.n - 1 - tail], y.v[y.n - 1 - tail]))
		tail++;
	middle(&d, x.v + head, x.n - head - tail, y.v + head, y.n - head - tail, a);
	for (size_t i = x.n - tail; i < x.n; i++)
		put(&d, DIFF_SAME, x.v[i]);
	return d;
}
