/* What the feeds share among themselves; nobody else includes this. */
#ifndef APP_FEED_IMPL_H
#define APP_FEED_IMPL_H

#include "app/feed.h"
#include "api/records.h"
#include "store/books.h"

typedef struct Feed Feed;
typedef struct Rebook Rebook;            /* rebook.c */

typedef struct FeedClass {
	const char *name;
	int64_t (*interval_ms)(const ConfSources *src);
	void (*start)(Feed *f);              /* one round; ends in feed_end, now or later */
	void (*free_state)(void *state);
	void (*tick)(Feed *f, int64_t now_ms);   /* with each feeds_tick, also while a round runs; may be NULL */
	void (*close)(Feed *f);              /* feeds_close, feeds_rest: ends what would go on by itself; may be NULL */
	void (*resume)(Feed *f);             /* polls again after a rest, and the cursors are read anew; may be NULL */
	int64_t retry_ms;                    /* after a failure; 0: 15 s. Never longer than the interval */
	int64_t (*since_ms)(const Feed *f);  /* how far back what it brings must reach; NULL: it has no past */
	bool vital;                          /* never waits behind the others, and never slows down */
	bool costs;                          /* its calls cost money: at the day's cap it asks less often */
} FeedClass;

struct Feed {
	Feeds *all;
	FeedId id;
	const FeedClass *cls;
	FeedView view;
	bool wanted, busy;
	bool hurried;                        /* somebody asked for everything now: the class may have waits of its own */
	bool again;                          /* asked for while a round was under way, whose answer may be from before that */
	bool settled;                        /* another process has brought it up to date: not asked */
	int64_t due_ms;                      /* monotonic */
	int64_t as_of_ms;                    /* what the round that ends brought is as of then; 0: now */
	int64_t pause_ms;                    /* until the next round after one that went well; 0: the interval */
	void *state;                         /* the class's own */
};

struct Feeds {
	FeedsSpec spec;
	Feed feed[FEEDS_N];
	bool closing, identified;
	bool started;                        /* the cursors were read once, and with them the file is there */
	bool polling, ready;                 /* ready: the cursors were read since it polls */
	bool fed;                            /* one-shot: another process polls */
	bool told;                           /* one-shot: the store knows how far it was brought */
	bool wrong_account;                  /* nothing that comes may be stored until the identity is right again */
	bool stored;                         /* since feeds_stored was asked */
	int64_t news;                        /* see feeds_news */
	int  generation;                     /* of the keys that the identity was asked with last */
	int  pending;                        /* calls and store jobs that will still come back */
	Rebook *rebook;                      /* NULL: nothing had to be booked again */
	struct Profiles *profiles;           /* profiles.c; NULL: not looked yet */
	Arena cursors;                       /* texts read from the store at start */
	Str  jobs_head, jobs_back, lines_head, lines_back, push_head, push_back, push_whole, push_on;
	int64_t quotas_asked_ms;             /* the last list of limits that came whole; 0: never */
	int64_t bills_asked_ms;              /* the last question about the bill that was answered; 0: never */
};

extern const FeedClass feed_class_identity, feed_class_jobs, feed_class_lines, feed_class_agents, feed_class_metrics,
	feed_class_alarms, feed_class_changes, feed_class_quotas, feed_class_bills;

void feeds_release(Feeds *f);            /* one of `pending` has come back, and its callback is over */
/* Ends a round. err NULL: it went well. */
void feed_end(Feed *f, const Err *err);
/* One-shot only: whether this was the last thing that was waited for. */
void feeds_settled(Feeds *f);
/* Books the store again, when its state says that it must be. */
void rebook_begin(Feeds *f, const BooksState *state);
void rebook_close(Feeds *f);
/* Between pages: lets the panes see what has come. */
void feed_progress(Feed *f);
/* An AWS call for this feed. on_done runs only while the feeds are open; a cancelled or late one is dropped.
 * A call that cannot even be sent ends the same way, through done, in a later turn of the loop. */
typedef void (*FeedDone)(Feed *f, const void *out, const AwsError *err, void *arg);
void feed_call(Feed *f, const AwsOp *op, const void *in, FeedDone done, void *arg);

/* A batch on its way to the store, with an arena of its own. */
typedef struct FeedBatch {
	Arena arena;
	StoreBatch b;
	StoreDelta delta;
	Job     *job;     size_t job_cap;
	LogLine *line;    size_t line_cap;
	Cursor   cursor[4];
	char     account[16];
	Str      region;
	Feed    *feed;
	void   (*then)(Feed *f, const Err *err, void *arg);     /* on the loop, while the feeds are open */
	void    *arg;
} FeedBatch;
FeedBatch *feed_batch_new(Feed *f);
void feed_batch_job(FeedBatch *b, const Job *job);          /* deep copies */
void feed_batch_line(FeedBatch *b, const LogLine *line);
void feed_batch_cursor(FeedBatch *b, const char *name, Str value);
void feed_batch_free(FeedBatch *b);                         /* of one that was not written */
/* Hands the batch to the store and takes ownership. An empty batch does not reach the store:
 * `then` is called at once. */
void feed_batch_write(FeedBatch *b, void (*then)(Feed *f, const Err *err, void *arg), void *arg);

/* feed_kept.c */
void kept_read(Feeds *f);                /* then feeds_begin; through the writer, which makes the file */
void kept_tell(Feeds *f);                /* one-shot: how fresh the store is now; then feeds_settled */
void feeds_begin(Feeds *f);

int64_t feed_now_ms(void);
int64_t feed_since(const Feed *f);                          /* of the spec: FeedClass.since_ms of most */

#endif
