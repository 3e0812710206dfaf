/* A command that goes on looking: a live watch of its context's feeds, and a question to the snapshot every few seconds. Other processes on
 * the same snapshot go on as ever: one of all of them polls (app/share.h). On the loop thread; the question runs on a worker. */
#ifndef CLI_VIGIL_H
#define CLI_VIGIL_H

#include "app/watch.h"

typedef struct VigilSpec {
	SessionSpec session;
	const char *what;                    /* for those who see it poll: "rollback" */
	int64_t every_ms;
	int64_t back_ms;                     /* how far back jobs and counts are needed */
	void (*tick)(void *arg);             /* on the loop, each second, whatever the feeds bring */
	bool (*before)(void *arg);           /* on the loop: shall it be asked now? */
	int  (*ask)(Store *s, void *arg, Err *e);
	void (*told)(void *arg, const Err *err);     /* err NULL: it was answered */
	void *arg;
} VigilSpec;

/* Lives until the loop is empty. */
typedef struct Vigil {
	VigilSpec spec;
	Watch *w;
	uv_timer_t tick;
	int64_t due_ms;                      /* monotonic */
	bool open, busy;
} Vigil;

int  vigil_open(Vigil *v, uv_loop_t *loop, const VigilSpec *spec, Err *e);
const FeedView *vigil_feed(const Vigil *v, FeedId id);
void vigil_close(Vigil *v);              /* callbacks end at once; twice is fine */

#endif
