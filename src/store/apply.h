/* How rows become totals: shared by taking in, booking again and forgetting. */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "store/row.h"

/* Books the call anew (over its stored cost lines when it has some), sets its keys, and puts the difference to `before`
 * (NULL: it is new) into the store's cells. *moved (may be NULL) gets the difference in money added. */
int  apply_book(Store *s, Call *c, const Call *before, const PriceTable *p, LedgerMode mode, Arena *a, int64_t *moved, Err *e);
int  apply_flush(Store *s, Err *e);                       /* writes the cells' differences to the totals, empties them */
int  apply_feeds(Store *s, const StoreBatch *b, StoreDelta *d, Err *e);   /* metrics, agents, cursors */
/* Before these times nothing is taken in any more (set by store_prune). */
typedef struct Horizon { int64_t jobs_ms, lines_ms; } Horizon;
int  apply_horizon(Store *s, Horizon *h, Err *e);

#endif
