/* The two tables of sheets (sheet.h): totals, and latencies. A row is a sheet; its id is made of the rollup, the span of time (for few
 * keys some spans together) and the first key that belongs on it, so that a stretch of time is a stretch of ids. A sheet that grows
 * too long for a page of the file is cut in two. Inside the store only. */
#ifndef STORE_SHEETS_H
#define STORE_SHEETS_H

#include "store/db.h"
#include "store/sheet.h"

typedef enum SheetTable { SHEETS_TOTAL, SHEETS_LATENCY, SHEET_TABLES } SheetTable;

/* The span of that rollup in which a moment lies. Times that four digits of a year cannot say count as the nearest that can. */
int64_t sheets_at(Rollup r, int64_t ms);

/* A cell: p says where it stands; SHEET_BEHIND bytes behind its body may be read. 0, or -1 with *e set. */
typedef int SheetEach(Store *s, const Place *p, Str body, void *arg, Err *e);
/* All cells of the spans [from, until), in the order of the spans (of their sheets' spans, then keys). In one statement. */
int sheets_each(Store *s, SheetTable t, Rollup r, int64_t from, int64_t until, SheetEach *each, void *arg, Err *e);
/* The cell at that place, if there is one. */
int sheets_find(Store *s, SheetTable t, const Place *p, SheetEach *each, void *arg, Err *e);
/* The last span that has anything; INT64_MAX when none has. */
int sheets_last(Store *s, SheetTable t, Rollup r, int64_t *at, Err *e);

/* Changes the i-th of n cells by add (sheet.h). place gives where it stands; places ascend by rollup, then span, then key. */
typedef struct SheetsChange { size_t n; const Place *(*place)(void *arg, size_t i); SheetAdd *add; void *arg; } SheetsChange;
int sheets_change(Store *s, SheetTable t, const SheetsChange *c, Err *e);
int sheets_forget(Store *s, SheetTable t, Rollup r, int64_t before, Err *e);       /* spans before that one */

int sheet_table_register(Store *s, Err *e);                       /* once for a connection: total_cells, latency_cells and line_cells */

int sheets_damaged(const Store *s, Err *e);                      /* -1: says so */

/* For those that walk over rows themselves (sheet_table.c). */
int64_t sheets_id(SheetTable t, Rollup r, int64_t at, int64_t key);      /* of the sheet that such a cell would begin */
/* How the sheet with this id is read; at: its first span. false: no program of this layout made such an id. */
bool sheets_open(SheetTable t, int64_t id, Str bytes, SheetReader *r, Place *p);
void sheets_place(SheetTable t, const SheetReader *r, int64_t first, Place *p);  /* of the reader's cell; p->rollup is set */

#endif
