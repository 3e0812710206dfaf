/* What the feeds share among themselves; nobody else includes this. */
#ifndef APP_FEED_IMPL_H
#define APP_FEED_IMPL_H

#include "app/feed.h"
#include "aws/records.h"

typedef struct Feed Feed;

typedef struct FeedClass {
	const char *name;
	int64_t (*interval_ms)(const ConfSources *src);
	void (*start)(Feed *f);              /* one round; ends in feed_end, now or later */
	void (*free_state)(void *state);
} FeedClass;

struct Feed {
	Feeds *all;
	FeedId id;
	const FeedClass *cls;
	FeedView view;
	bool wanted, busy;
	int64_t due_ms;                      /* monotonic */
	void *state;                         /* the class's own */
};

struct Feeds {
	FeedsSpec spec;
	Feed feed[FEEDS_N];
	bool closing, identified, started;
	bool wrong_account;                  /* nothing that comes may be stored until the identity is right again */
	bool stored;                         /* since feeds_stored was asked */
	int  pending;                        /* calls and store jobs that will still come back */
	Arena cursors;                       /* texts read from the store at start */
	Str  jobs_head, jobs_back, lines_head, lines_back;
};

extern const FeedClass feed_class_identity, feed_class_jobs, feed_class_lines, feed_class_agents, feed_class_metrics;

void feeds_release(Feeds *f);            /* one of `pending` has come back, and its callback is over */
/* Ends a round. err NULL: it went well. */
void feed_end(Feed *f, const Err *err);
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
/* Hands the batch to the store and takes ownership. An empty batch does not reach the store:
 * `then` is called at once. */
void feed_batch_write(FeedBatch *b, void (*then)(Feed *f, const Err *err, void *arg), void *arg);

int64_t feed_now_ms(void);

#endif
