/* A window of time read from totals: whole spans (hours or days) from these, the parts at its ends with as few rows as can be.
 * Inside the store only. */
#ifndef STORE_WINDOW_H
#define STORE_WINDOW_H

#include "store/db.h"

/* What is read, each into arg. Times are half open. */
typedef struct WindowSource {
	int64_t span_ms;
	int (*spans)(Store *s, void *arg, int64_t from, int64_t until, Err *e);             /* adds whole spans */
	int (*minutes)(Store *s, void *arg, int64_t from, int64_t until, Err *e);           /* adds whole minutes; NULL: not kept */
	int (*rows)(Store *s, void *arg, int64_t from_ms, int64_t until_ms, bool out, Err *e);   /* adds the calls, or takes them out */
} WindowSource;

/* until_ms 0 = open. Of one moment, also while another connection writes. */
int window_read(Store *s, const WindowSource *from, void *arg, int64_t from_ms, int64_t until_ms, Err *e);

#endif
