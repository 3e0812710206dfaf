#include "app/grid_own.h"

#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

int64_t grid_day_start(int64_t ms, int64_t offset_ms)
{
	return floor_div(floor_div(ms + offset_ms, 24 * HOUR_MS) * 24 * HOUR_MS - offset_ms, HOUR_MS);
}

Grid *grid_new(GridAxes axes, size_t rows, size_t cols)
{
	Grid *g = xcalloc(1, sizeof *g + rows * sizeof(GridRow) + rows * cols * sizeof(GridCell) + cols * (sizeof *g->col_from + sizeof *g->col_key));

	g->axes = (int32_t)axes;
	g->rows = (int32_t)rows;
	g->total_rows = (int32_t)rows;
	g->cols = (int32_t)cols;
	g->total_cols = (int32_t)cols;
	g->cell = (GridCell *)(g + 1);
	g->row = (GridRow *)(g->cell + rows * cols);
	g->col_from = axes == GRID_TENANT_WEEK ? (int64_t *)(g->row + rows) : NULL;
	g->col_key = axes == GRID_PERSONA_MODEL ? (FigKey *)(g->row + rows) : NULL;
	for (size_t i = 0; i < rows * cols; i++)
		g->cell[i].base_nusd = FIG_NONE;
	return g;
}

/* --- dates and hours --- */

Grid *grid_of_figures(const Figures *f, int64_t now_ms, Arena *a)
{
	Grid *g = ARENA_NEW(a, Grid);
	int64_t running = floor_div(now_ms, HOUR_MS) - f->first_hour;

	*g = (Grid){ .axes = GRID_DATE_HOUR, .rows = FIG_DAYS, .total_rows = FIG_DAYS, .cols = 24, .total_cols = 24, .from_hour = f->first_hour,
	             .until_hour = f->first_hour + FIG_DAYS * 24, .covered_from_ms = f->covered_from_ms };
	g->row = ARENA_ARRAY(a, GridRow, FIG_DAYS);
	g->cell = ARENA_ARRAY(a, GridCell, FIG_DAYS * 24);
	for (int i = 0; i < FIG_DAYS * 24; i++) {
		const HourCell *h = &f->grid[i];
		GridCell *c = &g->cell[i];

		*c = (GridCell){ .nusd = h->nusd, .jobs = h->jobs, .base_nusd = h->base_nusd, .running = i == running };
		c->state = h->jobs || (i <= running && i > running - f->grid_known) ? GRID_READ : GRID_UNREAD;
		/* A running hour is compared with the same minutes. */
		if (i == running && c->base_nusd != FIG_NONE)
			c->base_nusd = mul_div(c->base_nusd, now_ms % HOUR_MS, HOUR_MS);
	}
	for (int d = 0; d < FIG_DAYS; d++) {
		g->row[d].from_hour = f->first_hour + d * 24;
		g->row[d].until_hour = g->row[d].from_hour + 24;
	}
	return g;
}

/* --- what is asked --- */

static int grid_run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	static GridRun *const run[GRID_AXES] = {
		[GRID_TENANT_WEEK] = grid_tenants, [GRID_PERSONA_MODEL] = grid_models, [GRID_AGENT_VERSION] = grid_versions, [GRID_WEEKDAY_HOUR] = grid_slots,
	};
	const GridAsk *q = in;
	int64_t covered;
	Grid *g;

	if (figures_covered(from, &covered, e) < 0 || run[q->axes](from, when, covered, &g, e) < 0)
		return -1;
	g->covered_from_ms = covered;
	*out = g;
	return 0;
}

const AskClass ask_grid = { .name = "grid", .in_size = sizeof(GridAsk), .run = grid_run };

static void hours_cell(const Grid *g, int row, int col, CostCell *out)
{
	out->from_hour = g->row[row].from_hour + col;
	out->until_hour = out->from_hour + 1;
}

static void week_cell(const Grid *g, int row, int col, CostCell *out)
{
	out->from_hour = g->col_from[col];
	out->until_hour = out->from_hour + 168;
	(void)cell_narrow(out, DIM_TENANT, g->row[row].key);
}

static void model_cell(const Grid *g, int row, int col, CostCell *out)
{
	out->days = 1;
	(void)cell_narrow(out, DIM_PERSONA, g->row[row].key);
	(void)cell_narrow(out, DIM_MODEL, g->col_key[col]);
}

static void version_cell(const Grid *g, int row, int col, CostCell *out)
{
	const GridCell *c = &g->cell[row * g->cols + col];

	(void)(c->key[0] ? cell_narrow(out, DIM_VERSION, c->key) : cell_narrow(out, DIM_AGENT, g->row[row].key));
}

/* Monday is the first row. */
static void slot_cell(const Grid *g, int row, int col, CostCell *out)
{
	(void)g;
	out->weekday = (row + 1) % 7 + 1;
	out->slot = col + 1;
}

void grid_cell(const Grid *g, int row, int col, CostCell *out)
{
	static void (*const make[GRID_AXES])(const Grid *, int, int, CostCell *) = {
		[GRID_DATE_HOUR] = hours_cell, [GRID_TENANT_WEEK] = week_cell, [GRID_PERSONA_MODEL] = model_cell, [GRID_AGENT_VERSION] = version_cell,
		[GRID_WEEKDAY_HOUR] = slot_cell,
	};

	*out = (CostCell){ .from_hour = g->from_hour, .until_hour = g->until_hour };
	memcpy(out->context, g->row[row].context, sizeof out->context);
	make[g->axes](g, row, col, out);
}

int64_t grid_mean_of(const Grid *g)
{
	return g->axes == GRID_WEEKDAY_HOUR ? GRID_SLOT_DAYS / 7 : 1;
}
