/* A table of entries in the order of their hashes, in rows of as many as fill a page. A row's id is the hash of its first entry; equal
 * hashes are in one row, and no row reaches into the next slice (a sixteenth of all hashes). Inside the store only. */
#ifndef STORE_INDEX_BLOCK_H
#define STORE_INDEX_BLOCK_H

#include "base/buf.h"
#include "base/err.h"

struct Store;

enum { INDEX_SLICES = 16 };

typedef struct IndexEntry { int64_t hash /* of 32 bits */, id /* of 40 */; } IndexEntry;
typedef void EntryEach(void *arg, const IndexEntry *v);

/* In the order of the numbers. */
static inline int index_slice(int64_t hash)
{
	return (int)(((uint32_t)hash ^ UINT32_C(0x80000000)) >> 28);
}

static inline int64_t index_slice_start(int slice)
{
	return ((int64_t)slice << 28) - (INT64_C(1) << 31);
}

int     entry_order(const void *a, const void *b);               /* for qsort: by hash, then id */

/* Entries as bytes: those of a row, or any others in their order. */
Str     entries_pack(Buf *b, const IndexEntry *v, size_t n);      /* borrowed from b, which is emptied first */
size_t  entries_count(Str entries);
IndexEntry entries_at(Str entries, size_t i);
size_t  entries_from(Str entries, int64_t hash);                 /* the place of the first one that has this hash or a higher one */
void    entries_find(Str entries, int64_t hash, EntryEach *each, void *arg);

/* What is gone: the ids of [first, last] whose bit is set, or (bits NULL) all of them. */
typedef struct IdSet { int64_t first, last; unsigned char *bits; } IdSet;
void    idset_add(IdSet *set, int64_t id);
bool    idset_has(const IdSet *set, int64_t id);

typedef struct BlockSql { const char *find, *each, *put, *chunk, *drop, *reading, *writing; } BlockSql;
#define BLOCK_SQL(table, what) { \
	"SELECT entries FROM " table " WHERE id <= ? ORDER BY id DESC LIMIT 1", "SELECT entries FROM " table, "INSERT INTO " table " VALUES(?, ?)", \
	"SELECT id, entries FROM " table " WHERE id >= ? AND id <= ? ORDER BY id LIMIT 65", "DELETE FROM " table " WHERE id >= ? AND id <= ?", \
	"cannot read " what, "cannot keep " what }

int     block_find(struct Store *s, const BlockSql *t, int64_t hash, EntryEach *each, void *arg, Err *e);
int     block_each(struct Store *s, const BlockSql *t, EntryEach *each, void *arg, Err *e);
int     block_write(struct Store *s, const BlockSql *t, const IndexEntry *v, size_t n, Err *e);      /* in order, where there are none */
/* Merges entries in order into those of hashes in [from, until], without those of the ids in gone (NULL: none). */
int     block_merge(struct Store *s, const BlockSql *t, int64_t from, int64_t until, const IndexEntry *v, size_t n, const IdSet *gone, Err *e);

#endif
