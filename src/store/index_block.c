#include "store/index_block.h"

#include <endian.h>
#include <stdlib.h>

#include "base/ranked.h"
#include "base/xalloc.h"
#include "store/db.h"

enum {
	HASH_BYTES = 4, ID_BYTES = 5, ENTRY = HASH_BYTES + ID_BYTES, BLOCK = 440, CHUNK = 64 /* rows; TABLE_SQL asks for one more */,
	UPPER_LEAST = 1 << 16 /* entries of a slice */, UPPER_PART = 4 /* of them as many there are in the lower table, or more */,
};

int entry_order(const IndexEntry *x, const IndexEntry *y)
{
	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

static int by_order(const void *x, const void *y)
{
	return entry_order(x, y);
}

/* By the hashes alone: few of them are equal. */
void entries_sort(IndexEntry *v, size_t n)
{
	Ranked *r = xmalloc((n + 1) * sizeof *r);

	for (size_t i = 0; i < n; i++)
		r[i] = (Ranked){ rank_of(v[i].hash), rank_of(v[i].id) };
	ranked_sort(r, n);
	for (size_t i = 0; i < n; i++)
		v[i] = (IndexEntry){ rank_number(r[i].rank), rank_number(r[i].what) };
	free(r);
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && v[i + run].hash == v[i].hash;)
			run++;
		if (run > 1)
			qsort(v + i, run, sizeof *v, by_order);
	}
}

/* In the machine's own byte order: the file never leaves it. */
static void put_entry(char *p, const IndexEntry *v)
{
	int32_t hash = (int32_t)v->hash;
	uint64_t id = htole64((uint64_t)v->id);

	memcpy(p, &hash, HASH_BYTES);
	memcpy(p + HASH_BYTES, &id, ID_BYTES);
}

IndexEntry entries_at(Str block, size_t i)
{
	const char *p = block.p + i * ENTRY;
	int32_t hash;
	uint64_t id = 0;

	memcpy(&hash, p, HASH_BYTES);
	memcpy(&id, p + HASH_BYTES, ID_BYTES);
	return (IndexEntry){ hash, (int64_t)le64toh(id) };
}

Str entries_pack(Buf *b, const IndexEntry *v, size_t n)
{
	char bytes[ENTRY];

	buf_reset(b);
	for (size_t i = 0; i < n; i++) {
		put_entry(bytes, &v[i]);
		(void)buf_put(b, bytes, ENTRY);
	}
	return buf_str(b);
}

size_t entries_count(Str entries)
{
	return entries.n / ENTRY;
}

size_t entries_from(Str entries, int64_t hash)
{
	size_t low = 0, high = entries_count(entries);

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (entries_at(entries, mid).hash < hash)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void entries_find(Str entries, int64_t hash, EntryEach *each, void *arg)
{
	for (size_t i = entries_from(entries, hash); i < entries_count(entries); i++) {
		IndexEntry v = entries_at(entries, i);

		if (v.hash != hash)
			break;
		each(arg, &v);
	}
}

/* --- reading --- */

static int table_find(Store *s, const BlockSql *t, const TableSql *table, int64_t hash, EntryEach *each, void *arg, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, table->find, e);
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, hash);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		entries_find(db_col_str(st, 0), hash, each, arg);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

int block_find(Store *s, const BlockSql *t, int64_t hash, EntryEach *each, void *arg, Err *e)
{
	return table_find(s, t, &t->upper, hash, each, arg, e) < 0 ? -1 : table_find(s, t, &t->lower, hash, each, arg, e);
}

typedef struct Walk { EntryEach *each; void *arg; } Walk;

static int walk_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	const Walk *w = arg;
	const Str block = db_col_str(st, 0);

	(void)s;
	(void)e;
	for (size_t i = 0; i < entries_count(block); i++) {
		IndexEntry v = entries_at(block, i);

		w->each(w->arg, &v);
	}
	return 0;
}

static int table_each(Store *s, const BlockSql *t, const TableSql *table, int64_t from, int64_t until, Walk w, Err *e)
{
	return db_each(s, &(DbQuery){ table->range, t->reading, walk_row, { from, until }, 2 }, &w, e);
}

int block_each(Store *s, const BlockSql *t, EntryEach *each, void *arg, Err *e)
{
	const Walk w = { each, arg };

	return table_each(s, t, &t->upper, INT64_MIN, INT64_MAX, w, e) < 0 ? -1 : table_each(s, t, &t->lower, INT64_MIN, INT64_MAX, w, e);
}

/* --- writing: entries as bytes, most of which are only copied --- */

static Str entries_sub(Str entries, size_t from, size_t until)
{
	return str_sub(entries, from * ENTRY, (until - from) * ENTRY);
}

static int write_row(Store *s, const BlockSql *t, const TableSql *table, Str entries, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, table->put, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, entries_at(entries, 0).hash);
	sqlite3_bind_blob64(st, 2, entries.p, entries.n, SQLITE_STATIC);
	return db_done(s, st, t->writing, e);
}

static int write_rows(Store *s, const BlockSql *t, const TableSql *table, Str entries, Err *e)
{
	const size_t n = entries_count(entries);

	for (size_t i = 0, end; i < n; i = end) {
		end = n - i < BLOCK ? n : i + BLOCK;
		while (end < n && entries_at(entries, end).hash == entries_at(entries, end - 1).hash)
			end++;
		if (write_row(s, t, table, entries_sub(entries, i, end), e) < 0)
			return -1;
	}
	return 0;
}

int block_write(Store *s, const BlockSql *t, const IndexEntry *v, size_t n, Err *e)
{
	return write_rows(s, t, &t->lower, entries_pack(&s->scratch, v, n), e);
}

/* Into hashes of [from, until] of one table. */
typedef struct Merge {
	const TableSql *table;
	int64_t from, until;
	Str     entries;
	BlockGone *gone; const void *arg;
	int64_t left;                    /* so many there are then */
} Merge;

/* The entries of the next rows from `from` on; *upto: the last hash that can be in them. */
static int read_chunk(Store *s, const BlockSql *t, const Merge *m, Buf *out, int64_t *upto, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, m->table->chunk, e);
	int rc, rows = 0;

	buf_reset(out);
	*upto = m->until;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, m->from);
	sqlite3_bind_int64(st, 2, m->until);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (rows++ == CHUNK) {
			*upto = sqlite3_column_int64(st, 0) - 1;
			break;
		}
		(void)buf_put_str(out, db_col_str(st, 1));      /* whether all fitted is looked at behind the merge */
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

static int drop_range(Store *s, const BlockSql *t, const TableSql *table, int64_t from, int64_t until, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, table->drop, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	return db_done(s, st, t->writing, e);
}

/* Adds both to out, what is in both once. */
static void merge(Str old, Str more, Buf *out)
{
	const size_t n = entries_count(old);
	size_t from = 0, at = 0;

	for (size_t k = 0; k < entries_count(more); k++) {
		const IndexEntry x = entries_at(more, k);
		IndexEntry next = { 0 };

		for (; at < n; at++)
			if (next = entries_at(old, at), entry_order(&next, &x) >= 0)
				break;
		(void)buf_put_str(out, entries_sub(old, from, at));
		from = at;
		if (at == n || entry_order(&next, &x) != 0)
			(void)buf_put_str(out, entries_sub(more, k, k + 1));
	}
	(void)buf_put_str(out, entries_sub(old, from, n));
}

static void leave_out(Buf *entries, BlockGone *gone, const void *arg)
{
	char *to = entries->p;

	for (size_t i = 0; gone && i < entries_count(buf_str(entries)); i++)
		if (!gone(arg, entries_at(buf_str(entries), i).id)) {
			memmove(to, entries->p + i * ENTRY, ENTRY);
			to += ENTRY;
		}
	if (gone && entries->n)
		entries->n = (size_t)(to - entries->p);
}

static int does_not_fit(const Store *s, Err *e)
{
	return err_set(e, "places of one slice of %s do not fit", s->path);
}

static int table_merge(Store *s, const BlockSql *t, Merge *m, Err *e)
{
	Buf old = { 0 }, merged = { 0 };
	size_t at = 0;
	int rc = 0;

	m->left = 0;
	for (int64_t upto; rc == 0 && m->from <= m->until; m->from = upto + 1) {
		size_t end;

		if ((rc = read_chunk(s, t, m, &old, &upto, e)) < 0)
			break;
		end = upto < m->until ? entries_from(m->entries, upto + 1) : entries_count(m->entries);
		buf_reset(&merged);
		merge(buf_str(&old), entries_sub(m->entries, at, end), &merged);
		leave_out(&merged, m->gone, m->arg);
		m->left += (int64_t)entries_count(buf_str(&merged));
		at = end;
		if (old.full || merged.full)
			rc = does_not_fit(s, e);
		else if (merged.n != old.n)
			rc = drop_range(s, t, m->table, m->from, upto, e) < 0 ? -1 : write_rows(s, t, m->table, buf_str(&merged), e);
	}
	buf_done(&old);
	buf_done(&merged);
	return rc;
}

static int take_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	return buf_put_str(arg, db_col_str(st, 0)) < 0 ? does_not_fit(s, e) : 0;
}

/* All of the upper slice, and what is to be merged, into the lower one. */
static int merge_down(Store *s, const BlockSql *t, Merge *m, Err *e)
{
	Buf upper = { 0 }, both = { 0 };
	int rc = db_each(s, &(DbQuery){ t->upper.range, t->reading, take_row, { m->from, m->until }, 2 }, &upper, e);

	if (rc == 0 && upper.n)
		rc = drop_range(s, t, &t->upper, m->from, m->until, e);
	merge(buf_str(&upper), m->entries, &both);
	if (rc == 0 && both.full)
		rc = does_not_fit(s, e);
	m->table = &t->lower;
	m->entries = buf_str(&both);
	if (rc == 0)
		rc = table_merge(s, t, m, e);
	buf_done(&upper);
	buf_done(&both);
	return rc;
}

int block_merge(Store *s, const BlockSql *t, BlockMarks *marks, const BlockMerge *b, Err *e)
{
	int64_t *upper = &marks->upper[b->slice], *lower = &marks->lower[b->slice];
	const int64_t share = *lower / UPPER_PART, most = share > UPPER_LEAST ? share : UPPER_LEAST;
	const bool down = b->all || *upper + (int64_t)b->n > most;
	Buf entries = { 0 };
	Merge m = { &t->upper, index_slice_start(b->slice), index_slice_start(b->slice + 1) - 1, STR(""), b->gone, b->arg, 0 };
	int rc;

	m.entries = entries_pack(&entries, b->v, b->n);
	rc = entries.full ? does_not_fit(s, e) : down ? merge_down(s, t, &m, e) : table_merge(s, t, &m, e);
	*(down ? lower : upper) = m.left;
	if (down)
		*upper = 0;
	buf_done(&entries);
	return rc;
}

/* --- how far it is --- */

int block_marks(Store *s, const BlockSql *t, BlockMarks *marks, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->marks, e);
	Str bytes;
	int rc;

	*marks = (BlockMarks){ 0 };
	if (!st)
		return -1;
	/* A file that an older program wrote last has the first of them. */
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && (bytes = db_col_str(st, 0)).n >= sizeof marks->done && bytes.n <= sizeof *marks)
		memcpy(marks, bytes.p, bytes.n);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

int block_mark(Store *s, const BlockSql *t, const BlockMarks *marks, Err *e)
{
	int64_t all = INT64_MAX;
	sqlite3_stmt *st = db_stmt(s, t->mark, e);

	if (!st)
		return -1;
	sqlite3_bind_blob64(st, 1, marks, sizeof *marks, SQLITE_STATIC);
	if (db_done(s, st, t->writing, e) < 0 || !(st = db_stmt(s, t->past, e)))
		return -1;
	for (int i = 0; i < INDEX_SLICES; i++)
		all = marks->done[i] < all ? marks->done[i] : all;
	sqlite3_bind_int64(st, 1, all);
	return db_done(s, st, t->writing, e);
}
