/* Log lines by the sheet (sheet.h), in the order of their ids, which is that of their time: a row of line_sheet holds as many as fill a page.
 * Its id is that of a line from which on lines belong on it; no sheet reaches into another span of 2^22 ms (70 min), and the key of a cell is
 * what its line's id is more than the first of the span. Inside the store only. */
#ifndef STORE_LINE_SHEETS_H
#define STORE_LINE_SHEETS_H

#include "store/db.h"
#include "store/line_pack.h"

/* The cell is borrowed until it returns 0, or -1 with *e set. It must not walk over lines itself. */
typedef int LineEach(Store *s, const LineCell *c, void *arg, Err *e);
int line_sheets_each(Store *s, int64_t from, int64_t until, LineEach *each, void *arg, Err *e);      /* ids, both included; in their order */
int line_sheets_newest(Store *s, int64_t *id, Err *e);                   /* INT64_MIN: there is none */

/* Changes the lines of n ids, which ascend, by add (sheet.h). in_order: all that is there comes before them. */
typedef struct LineChange { const int64_t *id; size_t n; bool in_order; SheetAdd *add; void *arg; } LineChange;
int line_sheets_change(Store *s, const LineChange *c, Err *e);

/* Takes away the lines in [from, until) that `gone` says *yes of, and puts what is left on fewer sheets. */
typedef int LineGone(Store *s, const LineCell *c, bool *yes, Err *e);
int line_sheets_forget(Store *s, int64_t from, int64_t until, LineGone *gone, Err *e);

int line_sheets_damaged(const Store *s, Err *e);                 /* -1: says so */
/* The cell that r stands on; false: it is damaged. sheet: the id of the row. */
bool line_sheets_cell(int64_t sheet, const SheetReader *r, LineCell *c);

#endif
