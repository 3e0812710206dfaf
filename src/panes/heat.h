/* How a cell of a heatmap looks: its step of the ramp, its glyph, its number, and what the steps stand for. */
#ifndef PANES_HEAT_H
#define PANES_HEAT_H

#include "app/grid.h"

typedef enum Basis { BASIS_RATIO, BASIS_MONEY, BASIS_DELTA, BASES } Basis;      /* what the colour says */
enum { HEAT_STEPS = 7, HEAT_LEGEND_W = 8 };

typedef struct HeatScale {
	Basis basis;
	bool  ascii;
	int64_t mean_of;               /* amounts are divided by it */
	int64_t unit;                  /* nUSD that a number in a narrow cell counts */
	int64_t most;                  /* the largest amount, or difference, of all cells */
	int   cell_w;
} HeatScale;

const char *heat_basis_name(Basis b);
int         heat_basis_of(Str word, Basis *out);     /* "ratio", "usd", "delta"; 0 or -1 */
HeatScale   heat_scale(const Grid *g, Basis basis, int cell_w, bool ascii);
/* -1: nothing to judge (no jobs, or nothing to compare with). */
int         heat_step(const HeatScale *s, const GridCell *c);
/* As wide as the cell: the glyph of the step and a number in units, or where there is room the amount and its ratio. */
Clean       heat_text(const HeatScale *s, const GridCell *c, int step, Arena *a);
Clean       heat_legend(const HeatScale *s, int step, Arena *a);

#endif
