/* The feeds of some contexts without a screen, until SIGTERM or SIGINT: what `seismo collect` does. Everything that is done for a
 * context is the watch's (watch.h), as in the console. */
#ifndef APP_COLLECT_H
#define APP_COLLECT_H

#include "app/watch.h"

typedef struct CollectSpec {
	SessionSpec session;           /* its context may name several */
	int64_t every_ms;              /* between two regular reports */
	/* event: what has just happened, one sentence; NULL: a regular report. On the loop thread; must not wait. */
	void (*report)(void *arg, const Watch *w, const char *event);
	void *arg;
} CollectSpec;

/* Runs until it is told to end; leases are given back and what is under way is finished or dropped. 0, or -1 and *e: the configuration
 * is wrong, or the store of one of the contexts cannot be written. */
int collect_run(uv_loop_t *loop, const CollectSpec *spec, Err *e);

#endif
