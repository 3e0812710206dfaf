/* A command's way to its answer: open the session, bring the feeds it needs up to date, read the store on this thread. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "app/feed.h"
#include "cli/options.h"

typedef struct Ask {
	uv_loop_t loop;
	Session session;
	StoreQ *queue;
	Store  *store;                 /* for reading; after ask_open */
	int64_t since_ms, now_ms, started_ms;
	bool    open;
} Ask;

SessionSpec ask_session(const Options *o);
/* default_since_ms: used without --since. feeds: FEED_BIT mask. With --cached nothing is asked and the age of the
 * snapshot goes to stderr. */
int  ask_open(Ask *a, const Options *o, int64_t default_since_ms, unsigned feeds, Err *e);
void ask_close(Ask *a, const Options *o);
/* "2h", "7d", "90" (seconds) before now, or an ISO 8601 time. */
int  ask_time(const char *flag, const char *text, int64_t now_ms, int64_t *out, Err *e);

#endif
