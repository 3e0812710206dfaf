/* A heatmap's cells: amounts by two axes, each beside what is usual for its hours. One block, as AskClass wants it. */
#ifndef APP_GRID_H
#define APP_GRID_H

#include "app/pane.h"

typedef enum GridAxes { GRID_DATE_HOUR, GRID_TENANT_WEEK, GRID_PERSONA_MODEL, GRID_AGENT_VERSION, GRID_WEEKDAY_HOUR, GRID_AXES } GridAxes;
typedef struct GridAsk { int32_t axes, pad; } GridAsk;

enum { GRID_ROWS = 1000, GRID_WEEKS = 5, GRID_MODELS = 24, GRID_VERSIONS = 4, GRID_SLOT_DAYS = 21 };

/* UNREAD: the back-fill has not come so far, or the hour is not there yet. */
typedef enum GridState { GRID_UNREAD, GRID_READ } GridState;
typedef struct GridCell {
	int64_t nusd, jobs;
	int64_t base_nusd;             /* FIG_NONE: not known */
	int32_t state, running;        /* running: some of it is still to come */
	FigKey  key;                   /* of agent and version; else empty */
} GridCell;
typedef struct GridRow { FigText context; FigKey key; int64_t from_hour, until_hour; } GridRow;       /* the key, or the hours */
typedef struct Grid {
	int32_t axes, rows, cols;
	int32_t total_rows, total_cols;      /* how many there are in all */
	int64_t from_hour, until_hour; /* of all cells */
	int64_t covered_from_ms;
	GridRow  *row;
	int64_t  *col_from;            /* first hour of the column's week; else NULL */
	FigKey   *col_key;             /* the column's model; else NULL */
	GridCell *cell;                /* row after row */
} Grid;

extern const AskClass ask_grid;    /* in: GridAsk, out: Grid. Not for dates and hours: these are in the figures */

/* Dates and hours, from the figures. In the arena. */
Grid *grid_of_figures(const Figures *f, int64_t now_ms, Arena *a);
/* Which hours, and whose calls; and what amounts of it are divided by (hours of several weeks are shown as their mean). */
void  grid_cell(const Grid *g, int row, int col, CostCell *out);
int64_t grid_mean_of(const Grid *g);

#endif
