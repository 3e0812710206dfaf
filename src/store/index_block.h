/* Entries in the order of their hashes, in rows of as many as fill a page. A row's id is the hash of its first entry; equal hashes are in
 * one row, and no row reaches into the next slice (a sixteenth of all hashes).
 * There are two tables of them, because hashes are random: whoever merges a few entries into a slice writes all of it. New ones are merged into
 * the upper table, and a slice of that into the lower one once it is no longer small beside what is there. Inside the store only. */
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

/* The statements for the tables <name>_upper and <name>_block, the lower one, and for <name>_new beside them: what has not been merged yet. */
typedef struct TableSql { const char *find, *range, *put, *chunk, *drop; } TableSql;
typedef struct BlockSql { TableSql upper, lower; const char *marks, *mark, *past, *reading, *writing; } BlockSql;
#define TABLE_SQL(table) { \
	"SELECT entries FROM " table " WHERE id <= ? ORDER BY id DESC LIMIT 1", \
	"SELECT entries FROM " table " WHERE id >= ? AND id <= ? ORDER BY id", "INSERT INTO " table " VALUES(?, ?)", \
	"SELECT id, entries FROM " table " WHERE id >= ? AND id <= ? ORDER BY id LIMIT 65", "DELETE FROM " table " WHERE id >= ? AND id <= ?" }
#define BLOCK_SQL(name, key, what) { \
	TABLE_SQL(name "_upper"), TABLE_SQL(name "_block"), "SELECT value FROM meta WHERE key = '" key "'", \
	"INSERT OR REPLACE INTO meta VALUES('" key "', ?)", "DELETE FROM " name "_new WHERE id <= ?", "cannot read " what, "cannot keep " what }

/* What stands in meta, as it is. */
typedef struct BlockMarks {
	int64_t done[INDEX_SLICES];          /* up to which row of <name>_new the hashes of each slice have been merged; 0: none */
	int64_t upper[INDEX_SLICES], lower[INDEX_SLICES];      /* about so many entries each has; lower 0: not counted yet */
	int64_t filter_lines, filter_room;   /* index_filter.c */
} BlockMarks;

/* *marks: all 0 when nothing has been merged. Putting them drops the rows that all slices have left behind. */
int     block_marks(struct Store *s, const BlockSql *t, BlockMarks *marks, Err *e);
int     block_mark(struct Store *s, const BlockSql *t, const BlockMarks *marks, Err *e);

int     block_find(struct Store *s, const BlockSql *t, int64_t hash, EntryEach *each, void *arg, Err *e);
int     block_each(struct Store *s, const BlockSql *t, EntryEach *each, void *arg, Err *e);
int     block_write(struct Store *s, const BlockSql *t, const IndexEntry *v, size_t n, Err *e);      /* in order, where there are none */
typedef bool BlockGone(const void *arg, int64_t id);
/* Entries in order into their slice, without those whose ids are gone (NULL: none is). all: also what is in the lower table is looked at. */
typedef struct BlockMerge { int slice; const IndexEntry *v; size_t n; BlockGone *gone; const void *arg; bool all; } BlockMerge;
int     block_merge(struct Store *s, const BlockSql *t, BlockMarks *marks, const BlockMerge *m, Err *e);

#endif
