/* The live end of the cost lines: one Live Tail session over the context's log groups (CloudWatch Logs API Reference, StartLiveTail).
 * It brings lines the second they are taken in; whether all of them came is what FilterLogEvents has to see to, and tail_gap.h keeps
 * what it must look at. A session that ends is opened again, with waits that grow; where there can be none the feed says why
 * and only polls. Its state for the panes is the feed's view.tail. */
#ifndef APP_FEED_TAIL_H
#define APP_FEED_TAIL_H

#include "app/feed_impl.h"

typedef struct Tail Tail;

Tail *tail_new(Feed *f);
void  tail_close(Tail *t);               /* ends the session: AWS bills it by the minute. Nothing more is stored */
void  tail_resume(Tail *t);              /* after tail_close: sessions are opened again */
void  tail_free(Tail *t);                /* after everything that was under way has come back */
/* Opens the session when it is due. now_ms: monotonic. */
void  tail_tick(Tail *t, int64_t now_ms);
/* The search has read everything from back_ms on, and began at started_ms (wall clock). */
void  tail_was_read(Tail *t, int64_t back_ms, int64_t started_ms);

#endif
