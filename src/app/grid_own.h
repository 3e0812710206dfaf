/* What the axes of a heatmap's cells share; nobody else includes this. An axis is a function in a file of its own and a row in grid.c. */
#ifndef APP_GRID_OWN_H
#define APP_GRID_OWN_H

#include "app/grid.h"

#define HOUR_MS INT64_C(3600000)

/* The hour of the local midnight before. Hours are whole hours of UTC: in a zone with half hours they start at half past. */
int64_t grid_day_start(int64_t ms, int64_t offset_ms);
/* Header, rows, columns and cells in one block that free takes whole. */
Grid   *grid_new(GridAxes axes, size_t rows, size_t cols);

/* Reads the stores. covered_ms: of figures_covered. */
typedef int GridRun(const Stores *from, const FiguresAsk *when, int64_t covered_ms, Grid **out, Err *e);
GridRun grid_tenants, grid_models, grid_versions, grid_slots;

#endif
