#include "store/index_block.h"

#include <endian.h>
#include <stdlib.h>

#include "base/ranked.h"
#include "base/xalloc.h"
#include "store/db.h"

enum { HASH_BYTES = 4, ID_BYTES = 5, ENTRY = HASH_BYTES + ID_BYTES, BLOCK = 440, CHUNK = 64 /* rows; BLOCK_SQL asks for one more */ };

int entry_order(const IndexEntry *x, const IndexEntry *y)
{
	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

void entries_sort(IndexEntry *v, size_t n)
{
	Ranked *r = xmalloc((n + 1) * sizeof *r);

	for (size_t i = 0; i < n; i++)
		r[i] = (Ranked){ rank_of(v[i].id), rank_of(v[i].hash) };
	ranked_sort(r, n);
	for (size_t i = 0; i < n; i++)
		r[i] = (Ranked){ r[i].what, r[i].rank };
	ranked_sort(r, n);
	for (size_t i = 0; i < n; i++)
		v[i] = (IndexEntry){ rank_number(r[i].rank), rank_number(r[i].what) };
	free(r);
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

int block_find(Store *s, const BlockSql *t, int64_t hash, EntryEach *each, void *arg, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->find, e);
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, hash);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		entries_find(db_col_str(st, 0), hash, each, arg);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

int block_each(Store *s, const BlockSql *t, EntryEach *each, void *arg, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->each, e);
	int rc;

	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Str block = db_col_str(st, 0);

		for (size_t i = 0; i < entries_count(block); i++) {
			IndexEntry v = entries_at(block, i);

			each(arg, &v);
		}
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

/* --- writing --- */

typedef struct Lot { IndexEntry *v; size_t n, cap; } Lot;

static void add(Lot *lot, IndexEntry v)
{
	if (lot->n && lot->v[lot->n - 1].hash == v.hash && lot->v[lot->n - 1].id == v.id)
		return;
	VEC_GROW(lot->v, lot->cap, lot->n + 1);
	lot->v[lot->n++] = v;
}

static int write_block(Store *s, const BlockSql *t, const IndexEntry *v, size_t n, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->put, e);
	Str bytes;

	if (!st)
		return -1;
	bytes = entries_pack(&s->scratch, v, n);
	sqlite3_bind_int64(st, 1, v->hash);
	sqlite3_bind_blob64(st, 2, bytes.p, bytes.n, SQLITE_STATIC);
	return db_done(s, st, t->writing, e);
}

int block_write(Store *s, const BlockSql *t, const IndexEntry *v, size_t n, Err *e)
{
	for (size_t i = 0, run; i < n; i += run) {
		run = n - i < BLOCK ? n - i : BLOCK;
		while (i + run < n && v[i + run].hash == v[i + run - 1].hash)
			run++;
		if (write_block(s, t, v + i, run, e) < 0)
			return -1;
	}
	return 0;
}

/* The entries of the next rows from `from` on; *upto: the last hash that can be in them. */
static int read_chunk(Store *s, const BlockSql *t, int64_t from, int64_t until, Lot *out, int64_t *upto, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->chunk, e);
	int rc, rows = 0;

	out->n = 0;
	*upto = until;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Str block = db_col_str(st, 1);

		if (rows++ == CHUNK) {
			*upto = sqlite3_column_int64(st, 0) - 1;
			break;
		}
		for (size_t i = 0; i < entries_count(block); i++)
			add(out, entries_at(block, i));
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

static int drop_range(Store *s, const BlockSql *t, int64_t from, int64_t until, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->drop, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	return db_done(s, st, t->writing, e);
}

static bool before(const IndexEntry *a, const IndexEntry *b)
{
	return a->hash != b->hash ? a->hash < b->hash : a->id < b->id;
}

/* *changed: it is not what the rows say. */
static void merge(const Lot *old, const BlockMerge *m, Lot *out, bool *changed)
{
	size_t i = 0, k = 0;

	out->n = 0;
	while (i < old->n || k < m->n) {
		bool mine = k == m->n || (i < old->n && !before(&m->v[k], &old->v[i]));
		IndexEntry x = mine ? old->v[i++] : m->v[k++];

		if (!m->gone || !m->gone(m->arg, x.id))
			add(out, x);
	}
	*changed = out->n != old->n;
}

int block_merge(Store *s, const BlockSql *t, const BlockMerge *all, Err *e)
{
	Lot old = { 0 }, merged = { 0 };
	BlockMerge m = *all;
	size_t left = all->n;
	int rc = 0;

	for (int64_t upto; rc == 0 && m.from <= m.until; m.from = upto + 1, m.v += m.n, left -= m.n) {
		bool changed;

		if ((rc = read_chunk(s, t, m.from, m.until, &old, &upto, e)) < 0)
			break;
		for (m.n = 0; m.n < left && m.v[m.n].hash <= upto;)
			m.n++;
		merge(&old, &m, &merged, &changed);
		if (changed)
			rc = drop_range(s, t, m.from, upto, e) < 0 ? -1 : block_write(s, t, merged.v, merged.n, e);
	}
	free(old.v);
	free(merged.v);
	return rc;
}

int block_marks(Store *s, const BlockSql *t, int64_t done[INDEX_SLICES], Err *e)
{
	sqlite3_stmt *st = db_stmt(s, t->marks, e);
	int rc;

	memset(done, 0, INDEX_SLICES * sizeof *done);
	if (!st)
		return -1;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == (int)(INDEX_SLICES * sizeof *done))
		memcpy(done, sqlite3_column_blob(st, 0), INDEX_SLICES * sizeof *done);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, t->reading, e);
}

int block_mark(Store *s, const BlockSql *t, const int64_t done[INDEX_SLICES], Err *e)
{
	int64_t all = INT64_MAX;
	sqlite3_stmt *st = db_stmt(s, t->mark, e);

	if (!st)
		return -1;
	sqlite3_bind_blob64(st, 1, done, INDEX_SLICES * sizeof *done, SQLITE_STATIC);
	if (db_done(s, st, t->writing, e) < 0 || !(st = db_stmt(s, t->past, e)))
		return -1;
	for (int i = 0; i < INDEX_SLICES; i++)
		all = done[i] < all ? done[i] : all;
	sqlite3_bind_int64(st, 1, all);
	return db_done(s, st, t->writing, e);
}
