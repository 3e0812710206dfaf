/* Filter as you type over all jobs that the stores keep, not only those of the figures. The index (model/jobsearch.h) is read
 * on a worker when a filter is first typed in a view that lists jobs, the newest segments first, and given back when that view
 * is left. It is searched on the loop thread, in slices: the whole of it takes some milliseconds, so that a worker would only add
 * the ways there and back, and a lock; and a key that comes between two slices is answered with what it asks. */
#ifndef APP_FIND_H
#define APP_FIND_H

#include "app/pane.h"

enum { FIND_SLICE_US = 4000, FIND_ROWS = 2000000 };      /* most rows that are held: the newest */

/* Before panes are updated: asks what is to be asked now, works for a slice, puts what was found into World. */
void find_sync(App *a);
void find_refresh(App *a);         /* the stores have news: the newest segment and one of the others are read again */
void find_finish(App *a);          /* all of it, without waiting for anything: for one picture */
void find_close(App *a);

#endif
