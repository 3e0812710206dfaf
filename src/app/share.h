/* What a live watch settles with the other processes on its store: which one polls AWS (store/lease.h), which one watches, what is new.
 *
 * The one that holds the feeder's lease polls, and keeps in the store how its feeds stand. The others ask only who they are; once a
 * second all look whether anything was committed (store/pulse.h); the others show what is new and how old it is as the store says it, and take over
 * within LEASE_LAPSE_MS when the holder goes. A holder for whom jobs and cost lines have failed for TAKE_MS while another process has
 * AWS's answer to who it is loses the lease to that one: expired keys of one console must not blind the others.
 * Where nothing can be written everybody polls for himself. */
#ifndef APP_SHARE_H
#define APP_SHARE_H

#include "app/feed.h"
#include "store/lease.h"
#include "store/pulse.h"

struct Watch;

typedef enum ShareJob { SHARE_FEEDER, SHARE_WATCHER, SHARE_JOBS } ShareJob;

typedef struct Share {
	Lease   lease[SHARE_JOBS];
	LeaseInfo holder[SHARE_JOBS];  /* as last seen */
	bool    want[SHARE_JOBS];      /* this process would do it */
	bool    open, known;           /* known: the store was looked at */
	bool    busy;                  /* a look or a write is under way */
	bool    failed;                /* the last write failed: nobody can hold anything */
	int64_t version;               /* see store_pulse */
	int64_t wrote_version;         /* the same of the connection that writes */
	StoreMark mark;                /* of the file when all that others did was known */
	bool    marked;
	Pulse   pulse;
	bool    news;                  /* of others, since share_news */
	FeedView told[FEEDS_N];        /* how the feeds stand, as the store was told last */
	int64_t told_ms;               /* monotonic */
	int64_t blind_ms;              /* since when all feeds of the holder have failed; monotonic, 0: they have not */
} Share;

/* what: "console", "collect": who holds a lease, for people. */
void share_open(struct Watch *w, const char *what);
/* Once a second, and when the identity is known. Nothing waits for it. */
void share_tick(struct Watch *w);
/* Before its store is closed: gives the leases back. */
void share_close(struct Watch *w);
/* This process would watch as well (budgets, alert rules); whether it does at this moment is share_holds(w, SHARE_WATCHER). */
void share_want(struct Watch *w, ShareJob job, bool want);
/* It is ours, now. To be asked before each act. */
bool share_holds(const struct Watch *w, ShareJob job);
/* Asks the process that polls, when it is another one, to ask AWS for everything again now. */
void share_wish(struct Watch *w);
/* Whether another process has put anything new into the store since this was last asked. */
bool share_news(struct Watch *w);

enum { SHARE_WORDS = 96 };
/* Who does it: "this console", "collect 4711", "console 12 on build-3"; empty: nobody does, or it is not known yet. */
void share_words(const struct Watch *w, ShareJob job, char out[SHARE_WORDS]);
void lease_words(const LeaseInfo *i, char out[SHARE_WORDS]);      /* the same of what lease_look has found; never "this" */

#endif
