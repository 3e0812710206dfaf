/* One watched context: its session, its store, its feeds, and what its store forgets. The console holds one for each context
 * that it shows. A closed one lives until everything that it had under way has come back, and nothing of that reaches the
 * screen any more. */
#ifndef APP_WATCH_H
#define APP_WATCH_H

#include "app/ops_seen.h"
#include "app/share.h"
#include "app/watcher.h"

typedef struct Watch Watch;

typedef struct WatchSpec {
	SessionSpec session;
	unsigned mask;                 /* FEED_BIT of the feeds wanted */
	const char *what;              /* "console", "collect": for those who see it poll (share.h); not needed without live feeds */
	void (*on_change)(void *arg, Watch *w);        /* a feed's view, the store's rows or its note changed; may be NULL */
	void (*on_idle)(void *arg, Watch *w);          /* one-shot only: all rounds ended */
	void *arg;
} WatchSpec;

struct Watch {
	WatchSpec spec;
	Session session;
	StoreQ *queue;                 /* NULL before watch_store */
	Feeds  *feeds;                 /* NULL before watch_feeds */
	Share   share;                 /* what it settles with other processes on the store; live only */
	Watcher watcher;               /* of budgets and alert rules; live only */
	int64_t keep_due_ms;           /* monotonic; 0: never asked */
	bool    keep_first;            /* the store has not been looked through since the start */
	char    mfa_serial[160];       /* its credentials want a code of this device (prompt.h); empty: they do not */
	bool    wants_login;           /* or a login */
	int64_t quiet_until_ms;        /* given up: nobody is asked again before; wall clock */
	bool    told_no_tail;          /* why there is no live tail was said */
	bool    told_slow;             /* so was that the feeds have slowed down */
	char   *journal;               /* path; NULL: there is no place for one */
	int     holds;                 /* watch.c: who still needs it */
};

/* Reads configuration and credentials, as session_open does; asks nobody. NULL and *e when it cannot be. */
Watch *watch_open(uv_loop_t *loop, const WatchSpec *spec, Err *e);
/* All contexts that the spec's session names, at most max. After -1 there is nothing to close. */
int    watch_open_all(uv_loop_t *loop, Shared *shared, const WatchSpec *spec, Watch **out, size_t max, size_t *n, Err *e);
void   watch_store(Watch *w);      /* opens its store */
/* Starts its feeds; the store must be open. live: they keep polling; else one round each. */
void   watch_feeds(Watch *w, int64_t since_ms, int64_t backfill_ms, bool live);
/* The same as far back as the views look: live ones bring the last hours first. */
void   watch_start(Watch *w, int64_t now_ms, bool live);
/* What is due: rounds of the feeds, a look at what others did, alert rules, and what the store forgets. Called by the program's one refresh
 * timer. now_ms: wall clock. */
void   watch_tick(Watch *w, int64_t now_ms);
/* Asks everything again now, whoever polls. */
void   watch_refresh(Watch *w);
/* Whether the store holds anything new since this was last asked. */
bool   watch_news(Watch *w);
/* Where what is done to its pointers is known from (ops_seen.h). Borrows the path. */
OpsAsk watch_ops(const Watch *w, int64_t now_ms);
void   watch_changed(Watch *w);    /* tells whoever opened it, unless it is closed */
/* Who has something under way holds it: closed, it still lives until that is released. */
void   watch_hold(Watch *w);
void   watch_release(Watch *w);
void   watch_close(Watch *w);      /* NULL is fine */

#endif
