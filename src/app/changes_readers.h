/* The readers behind the changes feed, one for each service that knows of changes. A reader has one round at a time and
 * ends it with reader_end; the feed calls one after the other. For the files of the feed alone. */
#ifndef APP_CHANGES_READERS_H
#define APP_CHANGES_READERS_H

#include "app/feed_impl.h"

typedef struct ChangeReader {
	int64_t (*interval_ms)(const ConfSources *src);
	size_t state_size;               /* zeroed at the first round */
	ConfBackend backend;             /* that it reads; CONF_BACKENDS: none of them */
	void (*start)(Feed *f, void *state, SourceView *view);
	void (*close)(void *state);      /* nothing may come by itself any more; may be NULL */
	void (*done)(void *state);       /* frees what the state holds; may be NULL */
} ChangeReader;

extern const ChangeReader reader_trail, reader_agentcore, reader_classic, reader_models, reader_labels;

/* Ends the round. wait_ms: until the next one, at least the interval. */
void reader_end(Feed *f, int64_t wait_ms);
void reader_fail(Feed *f, const AwsError *err);
void reader_fail_err(Feed *f, const Err *err);       /* a store or a listing that is broken */
/* Hands the batch over and ends the round when it is stored. */
void reader_store(Feed *f, FeedBatch *b, int64_t wait_ms);

#endif
