/* How rows become totals: shared by taking in, booking again and forgetting. */
#ifndef STORE_APPLY_H
#define STORE_APPLY_H

#include "store/row.h"

/* Books the call anew (over its stored cost lines when it has some), sets its keys, and puts the difference to `before`
 * (NULL: it is new) into the store's cells. *moved (may be NULL) gets the difference in money added. */
int  apply_book(Store *s, Call *c, const Call *before, const PriceTable *p, LedgerMode mode, Arena *a, int64_t *moved, Err *e);
/* Puts the call into the store's cells (sign 1), or takes it out (-1). known: what the hours of simple dimensions hold of it
 * already; NULL: nothing. */
void apply_count(Store *s, const Call *c, int sign, const Sums *known);
int  apply_version(Store *s, int64_t agent, int64_t version, int64_t *id, Err *e);      /* of "agent@version", from the ids of both */
int  line_take_old(Store *s, Err *e);                     /* the lines of an older layout, in a new one */
int  apply_rebuild(Store *s, Err *e);                     /* all totals from the rows, in a layout that has none yet */
int  apply_resheet(Store *s, Err *e);                     /* the same from the totals of layout 19 and before, which had a row for each cell */
int  flush_cells(Store *s, Err *e);                       /* the same of the cells as they are */
/* Of hours that Logs Insights has added up (pushed.h), whose own rows have changed: the difference is taken anew. */
int  pushed_settle(Store *s, Err *e);
int  pushed_any(Store *s, bool *any, Err *e);             /* are there such hours at all */
int  apply_flush(Store *s, Err *e);                       /* writes the cells' differences to the totals, empties them */
int  apply_feeds(Store *s, const StoreBatch *b, StoreDelta *d, Err *e);   /* metrics, agents, changes, cursors */
/* First in a transaction that books: from which minute on calls are also kept by key. now_ms 0: as it is; else older minutes go. */
int  recent_begin(Store *s, int64_t now_ms, Err *e);
/* Request ids (request.c). begin: once in a transaction, before the others. find: the call that a request id belongs to. */
int  request_begin(Store *s, Err *e);
int  request_put(Store *s, Str request, int64_t call, Err *e);
int  request_find(Store *s, Str request, Arena *a, Call *c, bool *found, Err *e);
int  apply_alarms(Store *s, const StoreBatch *b, StoreDelta *d, Err *e);
int  apply_news(Store *s, int64_t *news, Err *e);         /* counts one more (pulse.h) */
/* Before these times nothing is taken in any more (set by store_prune). */
typedef struct Horizon { int64_t jobs_ms, lines_ms; } Horizon;
int  apply_horizon(Store *s, Horizon *h, Err *e);

#endif
