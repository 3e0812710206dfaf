/* Rows of totals, their keys as ids and as text. Inside the store only. */
#ifndef STORE_TOTALS_H
#define STORE_TOTALS_H

#include "store/db.h"
#include "store/rollup.h"

int totals_unpack(const Store *s, Str cell, Sums *out, Err *e);              /* damage is an error */
int totals_forget(Store *s, Rollup r, int64_t before, Err *e);               /* cells and latencies before that span */
/* Those of one name (0: over all) in a rollup by the minute: count of them from from_minute on. */
int totals_minutes(Store *s, Rollup r, int64_t key, int64_t from_minute, size_t count, Sums *out, Err *e);

int totals_key_text(Store *s, Dim d, const int64_t key[DIM_PARTS], Arena *a, Str *out, Err *e);
/* *found false: nothing has this key. */
int totals_key_find(Store *s, Dim d, Str text, int64_t key[DIM_PARTS], bool *found, Err *e);

#endif
