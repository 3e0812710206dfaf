/* The last hours by minute for each key of a dimension: what live rates over windows of minutes are read from. Older minutes are
 * dropped; calls that come late for a minute that is kept are in it. */
#ifndef STORE_RECENT_H
#define STORE_RECENT_H

#include "store/store.h"

enum { RECENT_MINUTES = 360 };

/* Groups over whole minutes [from, until), by nusd, descending, then key. Every simple dimension (others are an error); DIM_AGENT adds
 * up its versions. */
int store_recent(Store *s, Dim by, int64_t from_minute, int64_t until_minute, Arena *a, CostGroup **out, size_t *n, Err *e);
/* The same for one key, minute by minute: count cells from from_minute on. Not for DIM_AGENT. */
int store_recent_of(Store *s, Dim by, Str key, int64_t from_minute, size_t count, Sums *out, Err *e);
/* The first minute that is complete; INT64_MAX before the first calls were taken in. */
int store_recent_from(Store *s, int64_t *minute, Err *e);

#endif
