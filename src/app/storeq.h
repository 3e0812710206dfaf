/* The store's work on the worker pool: writes one at a time, in order; reads each on a connection of its own. A job's
 * context belongs to the job; what it made comes back on the loop thread. */
#ifndef APP_STOREQ_H
#define APP_STOREQ_H

#include <uv.h>

#include "store/pulse.h"

typedef struct StoreQ StoreQ;

typedef struct StoreWork {
	int  (*run)(Store *s, void *work, Err *e);       /* on a worker thread; 0, or -1 with *e, and then perhaps again on another store */
	void (*done)(void *work, const Err *err);        /* on the loop thread, exactly once; err NULL when run gave 0 */
	void *work;
} StoreWork;

/* The same over several stores at once, to read only. s[i] is NULL when that one cannot be read (yet). */
typedef struct StoreReads {
	int  (*run)(Store *const *s, size_t n, void *work, Err *e);
	void (*done)(void *work, const Err *err);
	void *work;
} StoreReads;

/* path NULL: a store in memory. The file is opened (and made) by the first write, on the worker. */
StoreQ *storeq_new(uv_loop_t *loop, const char *path);
/* Waiting jobs end with an error at once; frees itself when the running ones are done. */
void    storeq_close(StoreQ *q);
void    storeq_on_gone(StoreQ *q, void (*gone)(void *arg), void *arg);      /* called when it has freed itself */
void    storeq_write(StoreQ *q, StoreWork w);
void    storeq_read(StoreQ *q, StoreWork w);
/* A read on a connection that stays open from look to look: for what is asked every second. One at a time; false, and nothing is done:
 * one is under way, the queue is closing, or its rows are in memory, where nobody else can write. */
bool    storeq_look(StoreQ *q, StoreWork w);
/* store_mark of its file; -1 also while its rows are in memory. On any thread. */
int     storeq_mark(const StoreQ *q, StoreMark *m, bool *settled);
/* Runs after all that was under way when the queue closes, as its last write. A later one takes the place of an earlier one; run NULL:
 * none. Not run when the file was never opened for writing. */
void    storeq_at_close(StoreQ *q, StoreWork w);
/* n from 1. A closed queue among them ends it with an error at once. */
void    storeq_read_all(StoreQ *const *q, size_t n, StoreReads w);
/* A connection for this thread, wherever the queue keeps its rows; close it with store_close. */
Store  *storeq_open_reader(const StoreQ *q, Err *e);
bool    storeq_idle(const StoreQ *q);
bool    storeq_in_memory(const StoreQ *q);      /* its file cannot be used, as far as the first write has shown */
/* A sentence when the file had to be set aside or cannot be written, else the one that was set ("" when all is well). */
const char *storeq_note(const StoreQ *q);
void    storeq_set_note(StoreQ *q, const char *text);

#endif
