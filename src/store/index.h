/* Ids of calls by the hash of their job id. Hashes are random, so one large table of them would be written nearly whole by every batch (a
 * page for each new row). New ones are written as they come, a row of job_new for a batch, and are found in memory; of these a sixteenth
 * of all hashes at a time is merged into job_upper, and that into job_block (index_block.h), so that a page is written once for many. Inside
 * the store only. */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "store/index_block.h"

/* Those of a slice that have not been merged yet. */
typedef struct Fresh { IndexEntry *v; size_t n, cap; uint32_t *slot /* places in v, plus 1 */; size_t slots; } Fresh;

/* What a writer knows of job_new. */
typedef struct Index {
	bool     known;                  /* else it is read when a transaction begins */
	bool     settled;                /* something has been merged */
	int64_t  version;                /* of the file when it was read (PRAGMA data_version): others write too */
	int64_t  last_row;               /* of job_new */
	BlockMarks marks;
	Fresh    fresh[INDEX_SLICES];
	size_t   n;                      /* in all of them */
	IndexEntry *put; size_t puts, put_cap;   /* what is in no row yet, as it came */
	int64_t *found; size_t found_cap;
	size_t   asked;                  /* so often, or to be asked so often, during this transaction */
	unsigned char *filter;           /* bits of these hashes; NULL: not read (index_filter.c) */
} Index;

void    index_done(Index *x);
void    index_lose(Index *x);                                    /* it may no longer be what the file says */
int64_t index_hash(Str job_id);
int64_t index_fold(uint64_t hash);                               /* the same from the str_hash of the id */
/* Once in a transaction, before the others; about so many hashes will be asked for. */
int     index_begin(struct Store *s, size_t asks, Err *e);
void    index_near(const Index *x, int64_t hash);                /* it will be asked for: brings its place in memory near */
int     index_put(struct Store *s, int64_t hash, int64_t id, Err *e);
void    index_drop(struct Store *s, int64_t hash, int64_t id);      /* one that has been written leads to nothing then */
int     index_settle(struct Store *s, Err *e);                   /* before a commit: writes what was put */
int     index_forget(struct Store *s, int64_t booked_before_ms, Err *e);    /* before these jobs are deleted */
/* The ids of a hash: borrowed until the next call. Also of calls that are gone. */
int     index_ids(struct Store *s, int64_t hash, const int64_t **id, size_t *n, Err *e);
/* All places anew from the jobs: for a copy of some of them. */
int     index_remake(struct Store *s, Err *e);
int     index_take_old(struct Store *s, Err *e);                 /* those of an older layout */

extern const BlockSql index_settled;

/* --- index_filter.c; only index.c calls these --- */

/* Reads the file's filter, or makes it when there is none. Within a transaction that writes; else nothing happens. */
int     filter_want(struct Store *s, Err *e);
void    filter_lose(Index *x);                                   /* in memory alone */
void    filter_near(const Index *x, int64_t hash);
/* These are merged into a slice: into the file's filter too, or that goes because it is too small for them. block_mark comes behind it. */
int     filter_add(struct Store *s, int slice, const IndexEntry *v, size_t n, Err *e);
bool    filter_has(const Index *x, int64_t hash);                /* false: certainly not */

#endif
