/* Cells of agents by their versions, the newest at the left. */
#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "app/grid_own.h"
#include "base/num.h"

/* "10" is newer than "9": runs of digits count as numbers. */
static int natural(Str a, Str b)
{
	size_t i = 0, k = 0;

	while (i < a.n && k < b.n) {
		bool digits = a.p[i] >= '0' && a.p[i] <= '9' && b.p[k] >= '0' && b.p[k] <= '9';
		size_t x = i, y = k;

		if (!digits) {
			if (a.p[i] != b.p[k])
				return (unsigned char)a.p[i] < (unsigned char)b.p[k] ? -1 : 1;
			i++, k++;
			continue;
		}
		while (i < a.n && a.p[i] >= '0' && a.p[i] <= '9')
			i++;
		while (k < b.n && b.p[k] >= '0' && b.p[k] <= '9')
			k++;
		for (; x < i && a.p[x] == '0' && x + 1 < i; x++)
			;
		for (; y < k && b.p[y] == '0' && y + 1 < k; y++)
			;
		if (i - x != k - y)
			return i - x < k - y ? -1 : 1;
		if (memcmp(a.p + x, b.p + y, i - x))
			return memcmp(a.p + x, b.p + y, i - x) < 0 ? -1 : 1;
	}
	return a.n - i == b.n - k ? 0 : a.n - i < b.n - k ? -1 : 1;
}

typedef struct VersionLine { const Compared *c; Str agent, version; int64_t of_agent; } VersionLine;

static int same_agent(const VersionLine *a, const VersionLine *b)
{
	int c = str_cmp(a->agent, b->agent);

	if (c || !a->c->context)
		return c;
	return strcmp(*a->c->context, *b->c->context);
}

static int by_agent(const void *x, const void *y)
{
	int c = same_agent(x, y);

	return c ? c : natural(((const VersionLine *)y)->version, ((const VersionLine *)x)->version);
}

static int by_agent_cost(const void *x, const void *y)
{
	const VersionLine *a = x, *b = y;

	return a->of_agent != b->of_agent ? (a->of_agent < b->of_agent ? 1 : -1) : by_agent(x, y);
}

static VersionLine *version_lines(const Compared *c, size_t n, Arena *a)
{
	VersionLine *v = ARENA_ARRAY(a, VersionLine, n + 1);

	for (size_t i = 0; i < n; i++) {
		size_t at = c[i].key.n;

		while (at > 0 && c[i].key.p[at - 1] != '@')
			at--;
		v[i] = (VersionLine){ .c = &c[i], .agent = c[i].key, .version = STR("") };
		if (at) {
			v[i].agent = str_sub(c[i].key, 0, at - 1);
			v[i].version = str_sub(c[i].key, at, c[i].key.n);
		}
	}
	if (n)
		qsort(v, n, sizeof *v, by_agent);
	for (size_t i = 0, end; i < n; i = end) {
		int64_t sum = 0;

		for (end = i; end < n && same_agent(&v[i], &v[end]) == 0; end++)
			sum += v[end].c->now.nusd;
		for (size_t k = i; k < end; k++)
			v[k].of_agent = sum;
	}
	if (n)
		qsort(v, n, sizeof *v, by_agent_cost);
	return v;
}

/* The newest versions of each agent that cost anything in the last days, the newest at the left. */
int grid_versions(const Stores *from, const FiguresAsk *when, int64_t covered_ms, Grid **out, Err *e)
{
	int64_t today = grid_day_start(when->now_ms, when->offset_ms);
	CostCell days = { .from_hour = today - (FIG_DAYS - 1) * 24, .until_hour = today + 24 };
	Arena a = { 0 };
	Compared *found;
	VersionLine *v;
	Against against;
	size_t n, row = 0, rows = 0;
	Grid *g;

	if (days.from_hour * HOUR_MS < covered_ms)
		days.from_hour = floor_div(covered_ms, HOUR_MS);
	if (compare_read(from, when, &days, DIM_VERSION, &a, &found, &n, &against, e) < 0) {
		arena_done(&a);
		return -1;
	}
	v = version_lines(found, n, &a);
	for (size_t i = 0; i < n; i++)
		rows += i == 0 || same_agent(&v[i - 1], &v[i]) != 0;
	rows = rows < GRID_ROWS ? rows : GRID_ROWS;
	g = *out = grid_new(GRID_AGENT_VERSION, rows, GRID_VERSIONS);
	g->from_hour = days.from_hour;
	g->until_hour = days.until_hour;
	for (size_t i = 0, col = 0; i < n; i++, col++) {
		GridCell *c;

		if (i && same_agent(&v[i - 1], &v[i]) != 0) {
			row++;
			col = 0;
		}
		if (row >= rows || col >= GRID_VERSIONS)
			continue;
		fig_text(g->row[row].key, sizeof g->row[row].key, v[i].agent);
		if (v[i].c->context)
			memcpy(g->row[row].context, *v[i].c->context, sizeof(FigText));
		c = &g->cell[row * GRID_VERSIONS + col];
		*c = (GridCell){ .nusd = v[i].c->now.nusd, .jobs = v[i].c->now.jobs, .base_nusd = FIG_NONE, .state = GRID_READ, .running = 1 };
		fig_text(c->key, sizeof c->key, v[i].c->key);
		if (against.known)
			c->base_nusd = floor_div(v[i].c->base.nusd + 500, 1000);
	}
	arena_done(&a);
	return 0;
}
