/* Cells of tenants by weeks. Weeks begin on Monday. */
#include <stdlib.h>
#include <string.h>

#include "app/grid_own.h"
#include "app/hours.h"
#include "base/num.h"
#include "base/xalloc.h"

typedef struct Week { CostCell cell; HourSet hours; Against against; } Week;
typedef struct TenantLine {
	const FigText *context;
	int64_t key;
	Str     name;
	int64_t nusd[GRID_WEEKS], jobs[GRID_WEEKS];
	Weighed base[GRID_WEEKS];
} TenantLine;
typedef struct Weeks {
	Week week[GRID_WEEKS];
	int  n;
	TenantLine *line;
	size_t lines, cap, first;      /* first: of the store that is being read */
	const FigText *context;
} Weeks;

/* Rows come hour by hour, in the order of their keys: the line of a key is near the one of the row before. */
static TenantLine *tenant_line(Weeks *w, int64_t key)
{
	size_t low = w->first, high = w->lines;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (w->line[mid].key < key)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < w->lines && w->line[low].key == key)
		return &w->line[low];
	VEC_GROW(w->line, w->cap, w->lines + 1);
	memmove(&w->line[low + 1], &w->line[low], (w->lines - low) * sizeof *w->line);
	w->lines++;
	w->line[low] = (TenantLine){ .context = w->context, .key = key };
	return &w->line[low];
}

static void add_tenant(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	Weeks *w = arg;
	TenantLine *l = tenant_line(w, key[DIM_TENANT]);

	for (int i = 0; i < w->n; i++) {
		const HourSet *h = &w->week[i].hours;
		int64_t at = hour - h->first;

		if (at < 0 || at >= (int64_t)h->n)
			continue;
		if (h->now[at]) {
			l->nusd[i] += x->nusd;
			l->jobs[i] += x->jobs;
		}
		if (h->weight[at])
			l->base[i] = hours_weigh(l->base[i], x->nusd, h->weight[at]);
	}
}

/* Weeks begin on Monday. Those that are covered as a whole, the newest last. */
static void make_weeks(Weeks *w, const FiguresAsk *when, int64_t covered_ms, Arena *a)
{
	int64_t today = grid_day_start(when->now_ms, when->offset_ms), local_day = floor_div(when->now_ms + when->offset_ms, 24 * HOUR_MS);
	int64_t monday = today - ((local_day + 3) % 7 + 7) % 7 * 24;

	for (int back = GRID_WEEKS - 1; back >= 0; back--) {
		Week *k = &w->week[w->n];

		k->cell = (CostCell){ .from_hour = monday - back * 168, .until_hour = monday - back * 168 + 168 };
		if (back && (!covered_ms || k->cell.from_hour * HOUR_MS < covered_ms))
			continue;
		k->hours = hours_of(&k->cell, when, covered_ms, a, &k->against);
		w->n++;
	}
}

static int read_weeks(const Stores *from, Weeks *w, const FiguresAsk *when, Arena *a, Err *e)
{
	CostCell all = { .from_hour = floor_div(when->now_ms, HOUR_MS) - BASE_DAYS * 24, .until_hour = INT64_MAX / HOUR_MS };
	Against unused;
	HourSet every = hours_of(&all, when, 0, a, &unused);

	for (size_t i = 0; i < from->n; i++) {
		if (!from->s[i])
			continue;
		w->first = w->lines;
		w->context = from->context ? &from->context[i] : NULL;
		if (hours_read(from->s[i], &every, DIM_TENANT, HOURS_MONEY, add_tenant, w, e) < 0)
			return -1;
		for (size_t k = w->first; k < w->lines; k++)
			if (store_key_text(from->s[i], w->line[k].key, a, &w->line[k].name, e) < 0)
				return -1;
	}
	return 0;
}

static int64_t tenant_sum(const TenantLine *l)
{
	int64_t sum = 0;

	for (int i = 0; i < GRID_WEEKS; i++)
		sum += l->nusd[i];
	return sum;
}

static int dearest_tenant(const void *x, const void *y)
{
	const TenantLine *a = x, *b = y;
	int64_t sa = tenant_sum(a), sb = tenant_sum(b);

	return sa != sb ? (sa < sb ? 1 : -1) : str_cmp(a->name, b->name);
}

static Grid *grid_of_weeks(Weeks *w)
{
	size_t rows = 0;
	Grid *g;

	if (w->lines)
		qsort(w->line, w->lines, sizeof *w->line, dearest_tenant);
	while (rows < w->lines && rows < GRID_ROWS && tenant_sum(&w->line[rows]))
		rows++;
	g = grid_new(GRID_TENANT_WEEK, rows, (size_t)w->n);
	g->total_rows = (int32_t)w->lines;
	g->from_hour = w->week[0].cell.from_hour;
	g->until_hour = w->week[w->n - 1].cell.until_hour;
	for (int i = 0; i < w->n; i++)
		g->col_from[i] = w->week[i].cell.from_hour;
	for (size_t r = 0; r < rows; r++) {
		const TenantLine *l = &w->line[r];

		fig_text(g->row[r].key, sizeof g->row[r].key, l->name);
		if (l->context)
			memcpy(g->row[r].context, *l->context, sizeof *l->context);
		for (int i = 0; i < w->n; i++) {
			GridCell *c = &g->cell[r * (size_t)w->n + (size_t)i];

			c->nusd = l->nusd[i];
			c->jobs = l->jobs[i];
			c->state = GRID_READ;
			c->running = i == w->n - 1;
			if (w->week[i].against.known)
				c->base_nusd = floor_div(hours_mean(l->base[i]) + 500, 1000);
		}
	}
	return g;
}

int grid_tenants(const Stores *from, const FiguresAsk *when, int64_t covered_ms, Grid **out, Err *e)
{
	Weeks *w = xcalloc(1, sizeof *w);
	Arena a = { 0 };
	int rc;

	make_weeks(w, when, covered_ms, &a);
	rc = read_weeks(from, w, when, &a, e);
	if (rc == 0)
		*out = grid_of_weeks(w);
	free(w->line);
	free(w);
	arena_done(&a);
	return rc;
}
