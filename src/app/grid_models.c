/* Cells of personas by models: the last seven UTC days that are over, for such totals are kept by the day. */
#include <stdlib.h>
#include <string.h>

#include "app/grid_own.h"
#include "app/hours.h"
#include "base/num.h"
#include "base/xalloc.h"

/* What one persona costs on one model, in one context. */
typedef struct Part { const FigText *context; Str persona, model; int64_t nusd, jobs; Weighed base; } Part;
/* A row or a column, and what all of it costs. */
typedef struct Line { const FigText *context; Str key; int64_t nusd; } Line;
typedef struct Models {
	HourSet hours;
	Part   *part; size_t parts, cap;
	size_t  first;                 /* of the store that is being read; by the keys' numbers: */
	int64_t (*key)[2]; size_t keys_cap;
} Models;

static void add_part(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	Models *m = arg;
	int64_t at = hour - m->hours.first;
	Part *p;
	size_t i = m->first;

	if (at < 0 || at >= (int64_t)m->hours.n || (!m->hours.now[at] && !m->hours.weight[at]))
		return;
	/* There are few pairs, and a day's rows of one come one after the other only within a tenant. */
	while (i < m->parts && (m->key[i][0] != key[DIM_PERSONA] || m->key[i][1] != key[DIM_MODEL]))
		i++;
	if (i == m->parts) {
		VEC_GROW(m->part, m->cap, i + 1);
		VEC_GROW(m->key, m->keys_cap, i + 1);
		m->part[i] = (Part){ 0 };
		m->key[i][0] = key[DIM_PERSONA];
		m->key[i][1] = key[DIM_MODEL];
		m->parts++;
	}
	p = &m->part[i];
	if (m->hours.now[at]) {
		p->nusd += x->nusd;
		p->jobs += x->jobs;
	}
	if (m->hours.weight[at])
		p->base = hours_weigh(p->base, x->nusd, m->hours.weight[at]);
}

static int read_stores(const Stores *from, Models *m, Arena *a, Err *e)
{
	for (size_t i = 0; i < from->n; i++) {
		m->first = m->parts;
		if (!from->s[i])
			continue;
		if (hours_read(from->s[i], &m->hours, DIM_PERSONA_MODEL, HOURS_MONEY, add_part, m, e) < 0)
			return -1;
		for (size_t k = m->first; k < m->parts; k++) {
			m->part[k].context = from->context ? &from->context[i] : NULL;
			if (store_key_text(from->s[i], m->key[k][0], a, &m->part[k].persona, e) < 0 ||
			    store_key_text(from->s[i], m->key[k][1], a, &m->part[k].model, e) < 0)
				return -1;
		}
	}
	return 0;
}

static bool is_line(const Line *l, const FigText *context, Str key)
{
	return l->context == context && str_eq(l->key, key);
}

static void count(Line *line, size_t *n, const FigText *context, Str key, int64_t nusd)
{
	size_t i = 0;

	while (i < *n && !is_line(&line[i], context, key))
		i++;
	if (i == *n)
		line[(*n)++] = (Line){ context, key, 0 };
	line[i].nusd += nusd;
}

static size_t find(const Line *line, size_t n, const FigText *context, Str key)
{
	size_t i = 0;

	while (i < n && !is_line(&line[i], context, key))
		i++;
	return i;
}

static int dearest(const void *x, const void *y)
{
	const Line *a = x, *b = y;
	int c = str_cmp(a->key, b->key);

	if (a->nusd != b->nusd)
		return a->nusd < b->nusd ? 1 : -1;
	return c || !a->context ? c : strcmp(*a->context, *b->context);
}

static Grid *make_grid(const Models *m, bool known, Arena *a)
{
	Line *row = ARENA_ARRAY(a, Line, m->parts + 1), *col = ARENA_ARRAY(a, Line, m->parts + 1);
	size_t rows = 0, cols = 0, shown, most;
	Grid *g;

	/* Who has no calls of these days is no row: what is usual of him is in none of the cells. */
	for (size_t i = 0; i < m->parts; i++)
		if (m->part[i].jobs || m->part[i].nusd) {
			count(row, &rows, m->part[i].context, m->part[i].persona, m->part[i].nusd);
			count(col, &cols, NULL, m->part[i].model, m->part[i].nusd);
		}
	if (rows)
		qsort(row, rows, sizeof *row, dearest);
	if (cols)
		qsort(col, cols, sizeof *col, dearest);
	shown = rows < GRID_ROWS ? rows : GRID_ROWS;
	most = cols < GRID_MODELS ? cols : GRID_MODELS;
	g = grid_new(GRID_PERSONA_MODEL, shown, most);
	g->total_rows = (int32_t)rows;
	g->total_cols = (int32_t)cols;
	for (size_t r = 0; r < shown; r++) {
		fig_text(g->row[r].key, sizeof g->row[r].key, row[r].key);
		if (row[r].context)
			memcpy(g->row[r].context, *row[r].context, sizeof g->row[r].context);
	}
	for (size_t c = 0; c < most; c++)
		fig_text(g->col_key[c], sizeof g->col_key[c], col[c].key);
	for (size_t i = 0; i < shown * most; i++) {
		g->cell[i].state = GRID_READ;
		g->cell[i].base_nusd = known ? 0 : FIG_NONE;
	}
	for (size_t i = 0; i < m->parts; i++) {
		const Part *p = &m->part[i];
		size_t r = find(row, shown, p->context, p->persona), c = find(col, most, NULL, p->model);
		GridCell *cell = &g->cell[r * most + c];

		if (r == shown || c == most)
			continue;
		cell->nusd = p->nusd;
		cell->jobs = p->jobs;
		if (known)
			cell->base_nusd = floor_div(hours_mean(p->base) + 500, 1000);
	}
	return g;
}

int grid_models(const Stores *from, const FiguresAsk *when, int64_t covered_ms, Grid **out, Err *e)
{
	int64_t today = floor_div(when->now_ms, 24 * HOUR_MS), whole = -floor_div(-covered_ms, 24 * HOUR_MS);
	CostCell days = { .from_hour = (today - FIG_DAYS) * 24, .until_hour = today * 24, .days = 1 };
	Models m = { 0 };
	Against against;
	Arena a = { 0 };
	int rc = 0;

	if (days.from_hour < whole * 24)
		days.from_hour = whole * 24 < days.until_hour ? whole * 24 : days.until_hour;
	m.hours = hours_of(&days, when, covered_ms, &a, &against);
	if (days.from_hour < days.until_hour)
		rc = read_stores(from, &m, &a, e);
	if (rc == 0) {
		*out = make_grid(&m, against.known, &a);
		(*out)->from_hour = days.from_hour;
		(*out)->until_hour = days.until_hour;
	}
	free(m.part);
	free(m.key);
	arena_done(&a);
	return rc;
}
