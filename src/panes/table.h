/* A list with columns: sorting, filtering, a cursor that follows its object, scrolling. The panes that list something
 * fill rows in update; the table does the rest. */
#ifndef PANES_TABLE_H
#define PANES_TABLE_H

#include "app/pane.h"
#include "model/filter.h"

enum { TABLE_COLUMNS = 18 };

typedef struct TableColumn {
	const char *name, *title;
	int  width;                   /* cells; -1: takes what is left */
	bool right;
	char sort;                    /* shift letter; 0: none (never B, Q, R, Y) */
	int  min_pane;                /* shown from this pane width on */
} TableColumn;

typedef struct TableCell { Clean text; Role role; int64_t num; } TableCell;    /* num sorts; equal nums sort by text */

typedef struct TableRow {
	Str key;                      /* of the object, unique */
	const void *object;           /* for the pane */
	TableCell cell[TABLE_COLUMNS];
} TableRow;

typedef struct Table {
	const TableColumn *column;
	int  columns;
	int  shown[TABLE_COLUMNS], width[TABLE_COLUMNS];     /* chosen by the view, in its order; width 0: the column's */
	Clean title[TABLE_COLUMNS];                          /* of the view; n 0: the column's */
	int  shown_n;
	bool hidden[TABLE_COLUMNS];   /* by the pane, for now; does not count when chosen */
	bool chosen;                  /* by the view: min_pane does not count then */
	int  sort; bool down;         /* sort -1: as filled */
	TableRow *row; size_t n, cap, total;                 /* total: before the filter */
	/* Empty until somebody moves the cursor: it then stays on the first row, as a tail shows the newest. Rows change only right before they
	 * are drawn (screen_update), so what a key acts on is what the last frame showed under the cursor. */
	char cursor_key[FIG_KEY];
	int  cursor, top;
	Arena titles;
} Table;

/* Reads columns and sort of the view's node; an unknown column is an error with its nearest name. */
int  table_open(Table *t, const TableColumn *columns, int n, const Pane *p, Err *e);
void table_close(Table *t);
void table_begin(Table *t);                                  /* forgets the rows, keeps cursor and sort */
TableRow *table_add(Table *t, Str key, const void *object);  /* valid until the next add */
void table_end(Table *t, Str filter);                        /* filters, sorts, puts the cursor on its object again */
void table_draw(const Table *t, Box b, bool focused, Arena *scratch);
int  table_key(Table *t, Key k, int rows);                   /* PANE_* */
void table_help(const Table *t, Buf *out);                   /* the sort keys, for the help page */
Clean table_nothing(const Table *t, Str filter, Arena *a);   /* why a filter that was typed leaves no row */
/* The same for columns that are no table's. A word that names none is searched for as it stands; when nothing matches, that is the
 * likely reason. */
Clean filter_nothing(Str filter, const char *const *columns, FilterColumn column, const void *arg, Arena *a);
const TableRow *table_current(const Table *t);               /* NULL when empty */

#endif
