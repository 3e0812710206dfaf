/* A second connection that brings what a writer committed from its log to its file, in a thread of its own while the writer goes on: for a
 * long run of batches, which would else wait for the disk every few of them. */
#ifndef STORE_BESIDE_H
#define STORE_BESIDE_H

#include "store/store.h"

/* From then on the writer never does so by itself. Its log begins anew only when all of it was brought over and is safe on the disk, so
 * whoever asked for this looks after how long it gets. Used for store_bring alone; closed before the writer is. */
Store  *store_beside(Store *writer, Err *e);
/* As store_sync, and waits for the disk even when the writer was quicker: what it has to wait for in the end is little then. */
int     store_bring(Store *beside, Err *e);
int64_t store_log_pages(const Store *writer);      /* after the last commit; 0: the store has no log, or nothing stands beside it */

#endif
