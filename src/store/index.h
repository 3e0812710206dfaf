/* Ids of calls by the hash of their job id. Hashes are random, so one large table of them would be written nearly whole by every batch (a
 * page for each new row). New ones are written as they come, a row of job_new for a batch, and are found in memory; of these a sixteenth
 * of all hashes at a time is merged into job_block (index_block.c), so that a page of that is written once for many. Inside the store only. */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "base/err.h"
#include "base/str.h"

struct Store;

enum { INDEX_SLICES = 16 };

typedef struct IndexEntry { int64_t hash, id; } IndexEntry;

/* What a writer knows of job_new. */
typedef struct Index {
	bool     known;                  /* else it is read when a transaction begins */
	bool     settled;                /* something is in job_block */
	int64_t  version;                /* of the file when it was read (PRAGMA data_version): others write too */
	int64_t  last_row;               /* of job_new */
	int64_t  done[INDEX_SLICES];     /* up to which row the hashes of a slice have been moved */
	IndexEntry *v;
	size_t   n, cap, written;        /* those behind `written` are in no row yet */
	uint32_t *slot;                  /* places in v, plus 1 */
	size_t   slots;
	int64_t *found; size_t found_cap;
	size_t   asked;                  /* of job_block during this transaction */
	unsigned char *filter;           /* bits of the hashes in it, made when very many are asked for; NULL: none */
	int      filter_log;
} Index;

void    index_done(Index *x);
void    index_lose(Index *x);                                    /* it may no longer be what the file says */
int64_t index_hash(Str job_id);
int     index_begin(struct Store *s, Err *e);                    /* once in a transaction, before the others */
void    index_near(const Index *x, int64_t hash);                /* it will be asked for: brings its place in memory near */
int     index_put(struct Store *s, int64_t hash, int64_t id, Err *e);
int     index_drop(struct Store *s, int64_t hash, int64_t id, Err *e);
int     index_settle(struct Store *s, Err *e);                   /* before a commit: writes what was put */
int     index_forget(struct Store *s, int64_t booked_before_ms, Err *e);    /* before these jobs are deleted */
/* The ids of a hash: borrowed until the next call. Also of calls that are gone. */
int     index_ids(struct Store *s, int64_t hash, const int64_t **id, size_t *n, Err *e);
/* All places anew from the jobs: for a copy of some of them. */
int     index_remake(struct Store *s, Err *e);
int     index_take_old(struct Store *s, Err *e);                 /* those of an older layout */

/* --- index_block.c; only index.c calls these --- */

typedef struct IdSet { int64_t first, last; unsigned char *bits; } IdSet;
void    idset_add(IdSet *set, int64_t id);
bool    idset_has(const IdSet *set, int64_t id);

int     block_find(struct Store *s, int64_t hash, void (*each)(void *arg, const IndexEntry *v), void *arg, Err *e);
int     block_each(struct Store *s, void (*each)(void *arg, const IndexEntry *v), void *arg, Err *e);
int     block_write(struct Store *s, const IndexEntry *v, size_t n, Err *e);      /* in order, where there are none */
/* Merges entries in order into those of hashes in [from, until], without those of the ids in gone (NULL: none). */
int     block_merge(struct Store *s, int64_t from, int64_t until, const IndexEntry *v, size_t n, const IdSet *gone, Err *e);
int     filter_make(struct Store *s, Err *e);
void    filter_add(void *index, const IndexEntry *v);
bool    filter_has(const Index *x, int64_t hash);                /* false: certainly not */

#endif
