/* What the processes on one store tell each other besides rows: that there are new ones, how the feeds of the one that polls
 * stand, and that somebody wants them to ask at once. */
#ifndef STORE_PULSE_H
#define STORE_PULSE_H

#include "store/store.h"

/* Counters that only grow. news: a batch changed what figures are made of; wishes: somebody asked for a refresh. */
typedef struct Pulse { int64_t news, wishes; } Pulse;

/* Cheap enough for every second. *version (0 at first) belongs to one connection that stays open: false in *moved and nothing
 * read when no other connection has committed anything since (SQLite's data_version). */
int store_pulse(Store *s, int64_t *version, Pulse *p, bool *moved, Err *e);
/* What a commit, whoever's, changes about the file and its log: two questions to the file system, no lock and no connection, so that the
 * thread that draws can ask. *settled: the last change is so long ago that another one would show. */
typedef struct StoreMark { int64_t v[6]; } StoreMark;
int  store_mark(const char *path, StoreMark *m, bool *settled);          /* -1: it cannot be told */
bool store_mark_same(const StoreMark *a, const StoreMark *b);

/* Asks whoever polls to ask AWS for everything again now. */
int store_wish(Store *s, Err *e);

/* Writes a word of no meaning: -1 and why when nothing can be written (read-only, no space). */
int store_try_write(Store *s, Err *e);

/* A feed as its process sees it; kept so that others can say how old the data is. Times are wall clock. */
typedef struct FeedState {
	Str name;
	int64_t phase, interval_ms, fresh_ms, covered_from_ms, rounds, items, skipped, backfilling, error_kind;
	int64_t tail_wanted, tail_live, gap_from_ms, gap_until_ms, sampled_ms, tail_lines, tail_sampled, tail_pauses, tail_breaks, pushed;
	Str waiting, error, lacks, tail_why;
	Str sources;                 /* how its parts stand, in its own words */
} FeedState;

int store_put_feed_states(Store *s, const FeedState *v, size_t n, Err *e);       /* one transaction */
/* What the feed brought is known to be out of date, as after a write of ours: nobody takes it for an answer of AWS any more, and the
 * process that polls asks again. */
int store_feed_expire(Store *s, const char *feed, Err *e);
int store_feed_states(Store *s, Arena *a, FeedState **out, size_t *n, Err *e);

#endif
