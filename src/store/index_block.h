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

int     entry_order(const IndexEntry *x, const IndexEntry *y);   /* by hash, then id: < 0, 0, > 0 */
void    entries_sort(IndexEntry *v, size_t n);

/* Entries as bytes: those of a row, or any others in their order. */
Str     entries_pack(Buf *b, const IndexEntry *v, size_t n);      /* borrowed from b, which is emptied first */
size_t  entries_count(Str entries);
IndexEntry entries_at(Str entries, size_t i);
size_t  entries_from(Str entries, int64_t hash);                 /* the place of the first one that has this hash or a higher one */
void    entries_find(Str entries, int64_t hash, EntryEach *each, void *arg);

/* The statements for the table <name>_block, and for <name>_new beside it: what has not been moved into blocks yet. Up to which row of that the
 * hashes of each slice have been moved stands in meta. */
typedef struct BlockSql { const char *find, *each, *put, *chunk, *drop, *marks, *mark, *past, *reading, *writing; } BlockSql;
#define BLOCK_SQL(name, key, what) { \
	"SELECT entries FROM " name "_block WHERE id <= ? ORDER BY id DESC LIMIT 1", "SELECT entries FROM " name "_block", \
	"INSERT INTO " name "_block VALUES(?, ?)", "SELECT id, entries FROM " name "_block WHERE id >= ? AND id <= ? ORDER BY id LIMIT 65", \
	"DELETE FROM " name "_block WHERE id >= ? AND id <= ?", "SELECT value FROM meta WHERE key = '" key "'", \
	"INSERT OR REPLACE INTO meta VALUES('" key "', ?)", "DELETE FROM " name "_new WHERE id <= ?", "cannot read " what, "cannot keep " what }

int     block_find(struct Store *s, const BlockSql *t, int64_t hash, EntryEach *each, void *arg, Err *e);
int     block_each(struct Store *s, const BlockSql *t, EntryEach *each, void *arg, Err *e);
int     block_write(struct Store *s, const BlockSql *t, const IndexEntry *v, size_t n, Err *e);      /* in order, where there are none */
/* Merges entries in order into those of hashes in [from, until], without those whose ids are gone (NULL: none is). */
typedef bool BlockGone(const void *arg, int64_t id);
typedef struct BlockMerge { int64_t from, until; const IndexEntry *v; size_t n; BlockGone *gone; const void *arg; } BlockMerge;
int     block_merge(struct Store *s, const BlockSql *t, const BlockMerge *m, Err *e);
/* 0 for a slice of which none has been moved. Putting them drops the rows that all slices have left behind. */
int     block_marks(struct Store *s, const BlockSql *t, int64_t done[INDEX_SLICES], Err *e);
int     block_mark(struct Store *s, const BlockSql *t, const int64_t done[INDEX_SLICES], Err *e);

#endif
