/* Feeds bring what AWS knows into the store: identity, jobs, cost lines, agents, metrics, alarms, changes, quotas, bills. Each is a row (FeedClass):
 * what it is called, how often it asks, and a function that starts one round of calls and ends in feed_end. The screen never
 * waits for them: it shows what the store has and how old that is. */
#ifndef APP_FEED_H
#define APP_FEED_H

#include "app/changes_feed.h"
#include "app/session.h"
#include "app/storeq.h"
#include "app/tail_gap.h"

typedef enum FeedId {
	FEED_IDENTITY, FEED_JOBS, FEED_LINES, FEED_AGENTS, FEED_METRICS, FEED_ALARMS, FEED_CHANGES, FEED_QUOTAS, FEED_BILLS, FEEDS_N
} FeedId;
typedef enum FeedPhase { FEED_OFF, FEED_LOADING, FEED_OK, FEED_FAILED } FeedPhase;
#define FEED_BIT(id) (1u << (id))
/* Those that every context has. Bills are asked for only where they are configured: by those who show or collect everything, and by
 * questions that name them. */
#define FEEDS_ALL (FEED_BIT(FEED_BILLS) - 1)
/* Those that must be fresh for the screen to be believed. Limits are unknown without their permission, and nothing else is missing. */
#define FEEDS_CLAIM (FEEDS_ALL & ~FEED_BIT(FEED_QUOTAS))
unsigned feeds_configured(const ConfSources *src, unsigned mask, bool all);

enum { PUSHED_ON = 1, PUSHED_SOME = 2, PUSHED_APPROXIMATE = 4, PUSHED_PARTIAL = 8 };

/* What a pane may know of a feed. */
typedef struct FeedView {
	const char *name;
	FeedPhase phase;
	int64_t interval_ms;
	int64_t fresh_ms;              /* wall clock of the last whole round; 0 = never */
	int64_t covered_from_ms;       /* complete since then; 0 = unknown */
	int64_t rounds, items, skipped; /* skipped: items that could not be read */
	bool    backfilling;
	bool    slowed;                /* asks less often, because the day's own cost has come to its cap */
	TailView tail;                 /* of the cost lines */
	unsigned pushed;               /* PUSHED_ bits: the cost lines come by Logs Insights, or did for some hours */
	SourcesView sources;           /* of the changes */
	char    waiting[160];          /* "DynamoDB is busy, trying again in 4 s"; empty when not */
	Err     err;                   /* of the last failed round */
	char    lacks[80];             /* the permission that it failed for: "logs:FilterLogEvents"; empty: not for one */
} FeedView;

typedef struct Feeds Feeds;
typedef struct FeedsSpec {
	Session *session;
	StoreQ  *queue;
	unsigned mask;                 /* FEED_BIT of the feeds wanted; identity always runs first */
	int64_t  since_ms;             /* how far back the first round of each feed must reach */
	int64_t  backfill_ms;          /* and how far back to go on in the background; 0 = no further */
	bool     live;                 /* keep polling and open tails; false: one round each, then on_idle */
	/* Other processes use the store too. live: only the identity is asked until feeds_poll (share.h settles who polls). Else: what
	 * the one that polls has brought up to date is not asked again. */
	bool     shared;
	void (*on_change)(void *arg, FeedId id);      /* a round or a page ended: the store or a FeedView changed */
	void (*on_idle)(void *arg);                   /* one-shot only: all rounds ended */
	void (*on_gone)(void *arg);                   /* closed, and all that was under way has come back; may be NULL */
	void *arg;
} FeedsSpec;

/* The store's cursors are read first; calls begin when they are known. */
Feeds *feeds_new(const FeedsSpec *spec);
/* Callbacks of the spec (but on_gone) are not called any more; what is in flight is dropped when it comes back (session_close cancels
 * it). Freed when the last call has come back. */
void   feeds_close(Feeds *f);
const FeedView *feeds_view(const Feeds *f, FeedId id);
/* live and shared: this process polls from now on, from where the store says that others have come; or it does so no more. */
void   feeds_poll(Feeds *f);
void   feeds_rest(Feeds *f);
bool   feeds_polls(const Feeds *f);
/* How a feed stands, told by the process that polls. */
void   feeds_show(Feeds *f, FeedId id, const FeedView *v);
/* Starts the rounds that are due at now. Called by the program's one refresh timer. */
void   feeds_tick(Feeds *f, int64_t now_ms);
/* Next tick asks everything again, whatever its interval. */
void   feeds_refresh(Feeds *f);
/* This one is due in ms at the latest, where this process polls. */
void   feeds_soon(Feeds *f, FeedId id, int64_t ms);
/* Whether the store has taken in anything new since this was last asked. A round that read only what was known says no. */
bool   feeds_stored(Feeds *f);
/* How much of the store is booked again after the prices changed, in percent; -1: it is not being booked again. */
int    feeds_rebooked(const Feeds *f);
int64_t feeds_news(const Feeds *f);      /* the number of the last change that they made (store/pulse.h) */
/* Whether it is older than three intervals, and so has lost its claim to be "now". Not while its first answer is awaited. */
bool   feed_is_stale(const FeedView *v, int64_t clock_ms);
/* Up to when what it brings is known: the clock, unless it is stale; 0: not known. */
int64_t feed_known_ms(const FeedView *v, int64_t clock_ms);
const char *feed_name(FeedId id);
bool   feeds_failed(const Feeds *f, Err *e);      /* the first failed feed of the mask, with its sentence */

#endif
