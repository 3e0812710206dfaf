/* Rows that are handed over while their statement runs: "SELECT gather(a, b) FROM t WHERE ..." gives a and b of each row. Stopping at
 * each row and asking for its columns from outside takes about as long again as reading them. Inside the store only. */
#ifndef STORE_GATHER_H
#define STORE_GATHER_H

#include "store/db.h"

/* 0, or -1 with *e set, which ends the reading. */
typedef int GatherRow(Store *s, sqlite3_value **v, void *arg, Err *e);

int gather_register(Store *s, Err *e);                           /* once for a connection */
int gather_each(Store *s, const DbQuery *q, GatherRow *row, void *arg, Err *e);      /* q's own row is not used */
Str gather_blob(sqlite3_value *v);                               /* borrowed until the next row */

#endif
