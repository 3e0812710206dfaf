/* The settled part of the index: entries in the order of their hashes, in rows of as many as fill a page. A row's id is the hash of its
 * first entry; equal hashes are in one row, and no row reaches into the next slice. */
#include "store/index.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/db.h"

enum { HASH_BYTES = 4, ID_BYTES = 5, ENTRY = HASH_BYTES + ID_BYTES, BLOCK = 440, CHUNK = 64, BITS_EACH = 16, BITS_MAX_LOG = 28 };

static const char doing[] = "cannot keep the places of jobs";

/* In the machine's own byte order: the file never leaves it. */
static void put_entry(char *p, const IndexEntry *v)
{
	int32_t hash = (int32_t)v->hash;

	memcpy(p, &hash, HASH_BYTES);
	for (int i = 0; i < ID_BYTES; i++)
		p[HASH_BYTES + i] = (char)(v->id >> 8 * i);
}

static IndexEntry entry_at(Str block, size_t i)
{
	const char *p = block.p + i * ENTRY;
	int32_t hash;
	int64_t id = 0;

	memcpy(&hash, p, HASH_BYTES);
	for (int k = 0; k < ID_BYTES; k++)
		id |= (int64_t)(unsigned char)p[HASH_BYTES + k] << 8 * k;
	return (IndexEntry){ hash, id };
}

int block_find(Store *s, int64_t hash, void (*each)(void *arg, const IndexEntry *v), void *arg, Err *e)
{
	static const char sql[] = "SELECT entries FROM job_block WHERE id <= ? ORDER BY id DESC LIMIT 1";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, hash);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Str block = db_col_str(st, 0);
		size_t low = 0, n = block.n / ENTRY, high = n;

		while (low < high) {
			size_t mid = (low + high) / 2;

			if (entry_at(block, mid).hash < hash)
				low = mid + 1;
			else
				high = mid;
		}
		for (; low < n; low++) {
			IndexEntry v = entry_at(block, low);

			if (v.hash != hash)
				break;
			each(arg, &v);
		}
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot find a job", e);
}

int block_each(Store *s, void (*each)(void *arg, const IndexEntry *v), void *arg, Err *e)
{
	static const char sql[] = "SELECT entries FROM job_block";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Str block = db_col_str(st, 0);

		for (size_t i = 0; i < block.n / ENTRY; i++) {
			IndexEntry v = entry_at(block, i);

			each(arg, &v);
		}
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the places of jobs", e);
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

static int write_block(Store *s, const IndexEntry *v, size_t n, Err *e)
{
	static const char sql[] = "INSERT INTO job_block VALUES(?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	char bytes[ENTRY];

	if (!st)
		return -1;
	buf_reset(&s->scratch);
	for (size_t i = 0; i < n; i++) {
		put_entry(bytes, &v[i]);
		(void)buf_put(&s->scratch, bytes, ENTRY);
	}
	sqlite3_bind_int64(st, 1, v->hash);
	sqlite3_bind_blob64(st, 2, s->scratch.p, s->scratch.n, SQLITE_STATIC);
	return db_done(s, st, doing, e);
}

int block_write(Store *s, const IndexEntry *v, size_t n, Err *e)
{
	for (size_t i = 0, run; i < n; i += run) {
		run = n - i < BLOCK ? n - i : BLOCK;
		while (i + run < n && v[i + run].hash == v[i + run - 1].hash)
			run++;
		if (write_block(s, v + i, run, e) < 0)
			return -1;
	}
	return 0;
}

/* The entries of the next rows from `from` on; *upto: the last hash that can be in them. */
static int read_chunk(Store *s, int64_t from, int64_t until, Lot *out, int64_t *upto, Err *e)
{
	static const char sql[] = "SELECT id, entries FROM job_block WHERE id >= ? AND id <= ? ORDER BY id LIMIT 65";
	sqlite3_stmt *st = db_stmt(s, sql, e);
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
		for (size_t i = 0; i < block.n / ENTRY; i++)
			add(out, entry_at(block, i));
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the places of jobs", e);
}

static int drop_range(Store *s, int64_t from, int64_t until, Err *e)
{
	static const char sql[] = "DELETE FROM job_block WHERE id >= ? AND id <= ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	return db_done(s, st, doing, e);
}

static bool before(const IndexEntry *a, const IndexEntry *b)
{
	return a->hash != b->hash ? a->hash < b->hash : a->id < b->id;
}

/* *changed: it is not what the rows say. */
static void merge(const Lot *old, const IndexEntry *v, size_t n, const IdSet *gone, Lot *out, bool *changed)
{
	size_t i = 0, k = 0;

	out->n = 0;
	while (i < old->n || k < n) {
		bool mine = k == n || (i < old->n && !before(&v[k], &old->v[i]));
		IndexEntry x = mine ? old->v[i++] : v[k++];

		if (!gone || !idset_has(gone, x.id))
			add(out, x);
	}
	*changed = out->n != old->n;
}

int block_merge(Store *s, int64_t from, int64_t until, const IndexEntry *v, size_t n, const IdSet *gone, Err *e)
{
	Lot old = { 0 }, all = { 0 };
	int rc = 0;

	for (int64_t upto; rc == 0 && from <= until; from = upto + 1) {
		size_t run = 0;
		bool changed;

		if ((rc = read_chunk(s, from, until, &old, &upto, e)) < 0)
			break;
		while (run < n && v[run].hash <= upto)
			run++;
		merge(&old, v, run, gone, &all, &changed);
		if (changed)
			rc = drop_range(s, from, upto, e) < 0 ? -1 : block_write(s, all.v, all.n, e);
		v += run;
		n -= run;
	}
	free(old.v);
	free(all.v);
	return rc;
}

/* --- ids --- */

void idset_add(IdSet *set, int64_t id)
{
	size_t at = (size_t)(id - set->first);

	set->bits[at / 8] |= (unsigned char)(1u << at % 8);
}

bool idset_has(const IdSet *set, int64_t id)
{
	size_t at = (size_t)(id - set->first);

	return id >= set->first && id <= set->last && set->bits[at / 8] >> at % 8 & 1;
}

/* --- a filter: most that are asked for are not there --- */

static size_t bit_of(const Index *x, int64_t hash)
{
	return (uint32_t)hash >> (32 - x->filter_log);
}

static void count_one(void *n, const IndexEntry *v)
{
	(void)v;
	++*(size_t *)n;
}

void filter_add(void *index, const IndexEntry *v)
{
	const Index *x = index;
	size_t bit;

	if (!x->filter)
		return;
	bit = bit_of(x, v->hash);
	x->filter[bit / 8] |= (unsigned char)(1u << bit % 8);
}

bool filter_has(const Index *x, int64_t hash)
{
	size_t bit;

	if (!x->filter)
		return true;
	bit = bit_of(x, hash);
	return x->filter[bit / 8] >> bit % 8 & 1;
}

int filter_make(Store *s, Err *e)
{
	Index *x = &s->index;
	size_t n = 0;

	if (block_each(s, count_one, &n, e) < 0)
		return -1;
	for (x->filter_log = 20; x->filter_log < BITS_MAX_LOG && (size_t)1 << x->filter_log < n * BITS_EACH;)
		x->filter_log++;
	x->filter = xcalloc((size_t)1 << x->filter_log >> 3, 1);
	return block_each(s, filter_add, x, e);
}
