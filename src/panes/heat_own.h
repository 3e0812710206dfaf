/* The heatmap pane's inside, shared by its files only. */
#ifndef PANES_HEAT_OWN_H
#define PANES_HEAT_OWN_H

#include "app/ask_cost.h"
#include "panes/heat.h"

enum { COLS_MAX = 24, TOTAL_W = 7, EXTRA_W = 15, FOOT_ROWS = 2 };

typedef struct RowText { Clean label, cell[COLS_MAX], total, usual, ratio; int step[COLS_MAX]; int hatch; bool under[COLS_MAX]; } RowText;

typedef struct HeatPane {
	GridAxes axes;
	Basis basis;
	int   running;                 /* cell of the running hour, of dates and hours */
	int   row, col, top;           /* of the grid; top: first row shown */
	bool  opened, moved;           /* the cursor stays where a person put it */
	int64_t at_hour;               /* the cursor's row and column as what they are, for they may move in the grid */
	FigText at_context;
	FigKey  at_key, at_col;
	const Grid *grid;              /* until the next update; NULL: none yet */
	const char *nothing;           /* why the grid has no rows, when that is known */
	bool  ascii, incomplete, legend_row;
	bool  changed;                 /* in an hour of a cell that is shown */
	Clean title, state, below, why, head[COLS_MAX], legend[HEAT_STEPS];
	RowText *line;                 /* the rows shown */
	int   lines, body;             /* how many; and how many fit */
	int   label_w, cell_w, total_w, cols;       /* cols: that there is room for, from the left */
	bool  wide;                    /* room for what a row usually costs */
	Fresh fresh;
} HeatPane;

/* What an axis is called in views, its title, and how it is laid out. */
typedef struct AxesKind { const char *y, *x, *title; int label_w, label_wide, cell_least, cell_max, total_w; } AxesKind;
extern const AxesKind heat_axes[GRID_AXES];

/* heat_cursor.c */
int  heat_running(const Grid *g, const World *w);            /* cell of the running hour */
void heat_place(HeatPane *s, const World *w);                /* the cursor on its object again, or where it starts */
int  heat_key(Pane *p, Key k);
void heat_next_basis(Pane *p);                               /* what panes with a heatmap do */
void heat_explain_cell(Pane *p);

/* heat_rows.c */
void heat_rows(HeatPane *s, const World *w, int width, Arena *a);       /* all that is drawn of the grid */
void heat_explain(HeatPane *s, const World *w, const CostCell *cell, Arena *a);
void heat_draw_rows(const HeatPane *s, Box in, bool cursor);

#endif
