/* A sheet: neighbouring cells of one set of totals as bytes, in the order of their keys. A batch that changes some of them copies the
 * others as they are, and a reader steps over those that it does not want. For each cell: the numbers of its key, the length of its
 * body and the body, all lengths and numbers as varints. Pure: what bodies are is the caller's business. Inside the store only. */
#ifndef STORE_SHEET_H
#define STORE_SHEET_H

#include "base/buf.h"
#include "store/dim.h"

enum { SHEET_NUMBERS = 1 + DIM_PARTS };

typedef struct SheetKey { int64_t n[SHEET_NUMBERS]; } SheetKey;        /* as many as the sheet's cells have, the others 0 */
typedef struct SheetCell { SheetKey key; Str body; } SheetCell;        /* body: borrowed from the sheet */
typedef struct SheetReader { const unsigned char *at, *end; int numbers; bool begun; SheetCell cell; } SheetReader;

/* A copy in b, borrowed from it. Behind it stand SHEET_BEHIND bytes that may be read, because bodies are read some bytes at a time. */
enum { SHEET_BEHIND = 8 };
int sheet_copy(Buf *b, Str sheet, Str *copy, Err *e);

/* numbers: 1 to SHEET_NUMBERS. */
SheetReader sheet_reader(Str sheet, int numbers);
/* 1: the next cell is r->cell, the keys ascend; 0: there is none; -1: damaged. */
int  sheet_next(SheetReader *r);
/* The cell of that key, with the cells before it only stepped over: 1 found, 0 there is none, -1 damaged. */
int  sheet_find(Str sheet, int numbers, const SheetKey *key, Str *body);
int  sheet_compare(const SheetKey *a, const SheetKey *b, int numbers);
int  sheet_put(Buf *out, const SheetKey *key, int numbers, Str body);

/* Changes cells: key[0..n) ascend. add appends what the body of the i-th becomes (old: as it was, empty when the cell is new; nothing
 * appended: the cell goes), and returns 0, or -1 with *e set; i counts from `first`, for those who change cells part by part. The new sheet
 * is appended to out. */
typedef int SheetAdd(void *arg, size_t i, Str old, Buf *out, Err *e);
typedef struct SheetChange { const SheetKey *key; size_t n, first; SheetAdd *add; void *arg; Buf *body /* scratch */; } SheetChange;
int  sheet_merge(Str old, int numbers, const SheetChange *c, Buf *out, Err *e);

#endif
