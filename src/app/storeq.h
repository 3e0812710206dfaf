/* The store's work on the worker pool: writes one at a time, in order; reads each on a connection of its own. A job's
 * context belongs to the job; what it made comes back on the loop thread. */
#ifndef APP_STOREQ_H
#define APP_STOREQ_H

#include <uv.h>

#include "store/store.h"

typedef struct StoreQ StoreQ;

typedef struct StoreWork {
	int  (*run)(Store *s, void *work, Err *e);       /* on a worker thread; 0, or -1 with *e */
	void (*done)(void *work, const Err *err);        /* on the loop thread, exactly once; err NULL when run gave 0 */
	void *work;
} StoreWork;

/* path NULL: a store in memory. The file is opened (and made) by the first write, on the worker. */
StoreQ *storeq_new(uv_loop_t *loop, const char *path);
/* Waiting jobs end with an error at once; frees itself when the running ones are done. */
void    storeq_close(StoreQ *q);
void    storeq_write(StoreQ *q, StoreWork w);
void    storeq_read(StoreQ *q, StoreWork w);
/* A connection for this thread, wherever the queue keeps its rows; close it with store_close. */
Store  *storeq_open_reader(const StoreQ *q, Err *e);
bool    storeq_idle(const StoreQ *q);
/* A sentence when the file had to be set aside or cannot be written, else the one that was set ("" when all is well). */
const char *storeq_note(const StoreQ *q);
void    storeq_set_note(StoreQ *q, const char *text);

#endif
