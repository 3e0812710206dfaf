/* Watches budgets and alert rules on the store of a watched context. Of all processes on a store the one that holds the watcher's lease
 * (share.h) does: twice a minute it measures on a worker, judges, and puts the states into the store, where all processes see them. */
#ifndef APP_WATCHER_H
#define APP_WATCHER_H

#include <stdbool.h>
#include <stdint.h>

struct Watch;

enum { WATCHER_MS = 30000 };

typedef struct Watcher {
	bool    open, busy;
	int64_t started_ms;            /* wall clock */
	int64_t due_ms;                /* monotonic */
} Watcher;

void watcher_open(struct Watch *w, int64_t now_ms);
/* With every tick of the watch; looks when it is due and this process holds the lease. now_ms: wall clock. */
void watcher_tick(struct Watch *w, int64_t now_ms);

#endif
