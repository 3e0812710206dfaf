/* Feeds bring what AWS knows into the store: identity, jobs, cost lines, agents, metrics. Each is a row (FeedClass): what
 * it is called, how often it asks, and a function that starts one round of calls and ends in feed_end. The screen never
 * waits for them: it shows what the store has and how old that is. */
#ifndef APP_FEED_H
#define APP_FEED_H

#include "app/session.h"
#include "app/storeq.h"

typedef enum FeedId { FEED_IDENTITY, FEED_JOBS, FEED_LINES, FEED_AGENTS, FEED_METRICS, FEEDS_N } FeedId;
typedef enum FeedPhase { FEED_OFF, FEED_LOADING, FEED_OK, FEED_FAILED } FeedPhase;
#define FEED_BIT(id) (1u << (id))
#define FEEDS_ALL ((1u << FEEDS_N) - 1)

/* What a pane may know of a feed. */
typedef struct FeedView {
	const char *name;
	FeedPhase phase;
	int64_t interval_ms;
	int64_t fresh_ms;              /* wall clock of the last whole round; 0 = never */
	int64_t covered_from_ms;       /* complete since then; 0 = unknown */
	int64_t rounds, items, skipped; /* skipped: items that could not be read */
	bool    backfilling, live, sampled;   /* live: a tail is open; sampled: AWS leaves lines out */
	char    waiting[160];          /* "DynamoDB is busy, trying again in 4 s"; empty when not */
	Err     err;                   /* of the last failed round */
} FeedView;

typedef struct Feeds Feeds;
typedef struct FeedsSpec {
	Session *session;
	StoreQ  *queue;
	unsigned mask;                 /* FEED_BIT of the feeds wanted; identity always runs first */
	int64_t  since_ms;             /* how far back the first round of each feed must reach */
	int64_t  backfill_ms;          /* and how far back to go on in the background; 0 = no further */
	bool     live;                 /* keep polling and open tails; false: one round each, then on_idle */
	void (*on_change)(void *arg, FeedId id);      /* a round or a page ended: the store or a FeedView changed */
	void (*on_idle)(void *arg);                   /* one-shot only: all rounds ended */
	void *arg;
} FeedsSpec;

/* The store's cursors are read first; calls begin when they are known. */
Feeds *feeds_new(const FeedsSpec *spec);
/* Callbacks of the spec are not called any more; what is in flight is dropped when it comes back (session_close cancels
 * it). Freed when the last call has come back. */
void   feeds_close(Feeds *f);
const FeedView *feeds_view(const Feeds *f, FeedId id);
/* Starts the rounds that are due at now. Called by the console's one refresh timer. */
void   feeds_tick(Feeds *f, int64_t now_ms);
/* Next tick asks everything again, whatever its interval. */
void   feeds_refresh(Feeds *f);
/* Whether the store has taken in anything new since this was last asked. A round that read only what was known says no. */
bool   feeds_stored(Feeds *f);
bool   feeds_failed(const Feeds *f, Err *e);      /* the first failed feed of the mask, with its sentence */

#endif
