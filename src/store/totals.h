/* Rows of totals, their keys as ids and as text. Inside the store only. */
#ifndef STORE_TOTALS_H
#define STORE_TOTALS_H

#include "store/db.h"
#include "store/rollup.h"

int totals_read(Store *s, sqlite3_stmt *st, int at, Sums *out, Err *e);      /* a column of sums; damage is an error */
int totals_unpack(const Store *s, Str blob, Sums *out, Err *e);              /* the same from its bytes */
int totals_forget(Store *s, Rollup r, int64_t before, Err *e);                 /* rows and latencies before that span */

int totals_key_text(Store *s, Dim d, const int64_t key[DIM_PARTS], Arena *a, Str *out, Err *e);
/* *found false: nothing has this key. */
int totals_key_find(Store *s, Dim d, Str text, int64_t key[DIM_PARTS], bool *found, Err *e);

#endif
