#include "store/index.h"

#include <stdlib.h>

#include "base/varint.h"
#include "base/xalloc.h"
#include "store/rows.h"

enum { FRESH_MAX = 1 << 18, ROW_MAX = 1 << 14, HASH_BYTES = 4 };

/* 32 bits keep the tables small; who finds an id compares its text anyway. */
int64_t index_hash(Str job_id)
{
	return (int32_t)(uint32_t)str_hash(job_id);
}

static int slice_of(int64_t hash)
{
	return (int)(((uint32_t)hash ^ UINT32_C(0x80000000)) >> 28);     /* in the order of the numbers */
}

static size_t spread(int64_t hash, size_t slots)
{
	return (size_t)(((uint64_t)hash * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (slots - 1);
}

/* --- in memory --- */

void index_lose(Index *x)
{
	x->known = false;
	x->n = x->written = 0;
	memset(x->done, 0, sizeof x->done);
	if (x->slots)
		memset(x->slot, 0, x->slots * sizeof *x->slot);
}

void index_done(Index *x)
{
	free(x->v);
	free(x->slot);
	free(x->found);
	*x = (Index){ 0 };
}

static void link_entry(Index *x, size_t at)
{
	size_t i = spread(x->v[at].hash, x->slots);

	while (x->slot[i])
		i = (i + 1) & (x->slots - 1);
	x->slot[i] = (uint32_t)at + 1;
}

static void link_all(Index *x)
{
	memset(x->slot, 0, x->slots * sizeof *x->slot);
	for (size_t i = 0; i < x->n; i++)
		link_entry(x, i);
}

static void add(Index *x, int64_t hash, int64_t id)
{
	if (x->n * 2 >= x->slots) {
		free(x->slot);
		x->slots = x->slots ? x->slots * 2 : 256;
		x->slot = xmalloc(x->slots * sizeof *x->slot);
		link_all(x);
	}
	VEC_GROW(x->v, x->cap, x->n + 1);
	x->v[x->n++] = (IndexEntry){ hash, id };
	link_entry(x, x->n - 1);
}

/* --- rows of job_new: the hash in the machine's own byte order (the file never leaves it), the id as what it is more than the one before --- */

static Str pack(Buf *b, const IndexEntry *v, size_t n)
{
	int64_t before = 0;

	buf_reset(b);
	for (size_t i = 0; i < n; i++) {
		unsigned char bytes[HASH_BYTES + VARINT_MAX];
		int32_t hash = (int32_t)v[i].hash;

		memcpy(bytes, &hash, HASH_BYTES);
		(void)buf_put(b, bytes, HASH_BYTES + varint_put(bytes + HASH_BYTES, varint_zigzag(v[i].id - before)));
		before = v[i].id;
	}
	return buf_str(b);
}

/* Takes the next one from the front. before: 0 first. */
static bool unpack(Str *from, int64_t *before, IndexEntry *out)
{
	int32_t hash;
	uint64_t more;

	if (from->n <= HASH_BYTES)
		return false;
	memcpy(&hash, from->p, HASH_BYTES);
	*from = str_sub(*from, HASH_BYTES, from->n);
	if (varint_take(from, &more) < 0)
		return false;
	*before = (int64_t)((uint64_t)*before + (uint64_t)varint_unzigzag(more));
	*out = (IndexEntry){ hash, *before };
	return true;
}

static int read_done(Store *s, int64_t done[INDEX_SLICES], Err *e)
{
	static const char sql[] = "SELECT value FROM meta WHERE key = 'settled'";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	memset(done, 0, INDEX_SLICES * sizeof *done);
	if (!st)
		return -1;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && sqlite3_column_bytes(st, 0) == (int)(INDEX_SLICES * sizeof *done))
		memcpy(done, sqlite3_column_blob(st, 0), INDEX_SLICES * sizeof *done);
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the places of jobs", e);
}

/* Each entry that has not been moved yet. */
static int each_fresh(Store *s, const int64_t done[INDEX_SLICES], void (*each)(void *arg, const IndexEntry *v), void *arg, int64_t *last, Err *e)
{
	static const char sql[] = "SELECT id, entries FROM job_new ORDER BY id";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Str rest = db_col_str(st, 1);
		int64_t before = 0;
		IndexEntry v;

		*last = sqlite3_column_int64(st, 0);
		while (unpack(&rest, &before, &v))
			if (*last > done[slice_of(v.hash)])
				each(arg, &v);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the places of jobs", e);
}

static void add_one(void *index, const IndexEntry *v)
{
	add(index, v->hash, v->id);
}

int index_begin(Store *s, Err *e)
{
	Index *x = &s->index;
	int64_t version, settled;

	if (db_int(s, "PRAGMA data_version", &version, e) < 0)
		return -1;
	if (x->known && x->version == version)
		return 0;
	index_lose(x);
	if (read_done(s, x->done, e) < 0 || db_int(s, "SELECT EXISTS(SELECT 1 FROM job_settled)", &settled, e) < 0)
		return -1;
	x->last_row = 0;
	for (int i = 0; i < INDEX_SLICES; i++)
		if (x->done[i] > x->last_row)
			x->last_row = x->done[i];
	if (each_fresh(s, x->done, add_one, x, &x->last_row, e) < 0)
		return -1;
	x->written = x->n;
	x->settled = settled;
	x->version = version;
	x->known = true;
	return 0;
}

typedef struct Found { Index *x; int64_t hash; size_t n; } Found;

static void find_one(void *found, const IndexEntry *v)
{
	Found *f = found;

	if (v->hash != f->hash || !v->id)
		return;
	VEC_GROW(f->x->found, f->x->found_cap, f->n + 1);
	f->x->found[f->n++] = v->id;
}

/* Outside a transaction another process may have written since. */
static bool is_current(const Store *s)
{
	return s->index.known && !sqlite3_get_autocommit(s->db);
}

static int find_fresh(Store *s, Found *f, Err *e)
{
	const Index *x = &s->index;
	int64_t done[INDEX_SLICES], last;

	if (!is_current(s))
		return read_done(s, done, e) < 0 || each_fresh(s, done, find_one, f, &last, e) < 0 ? -1 : 0;
	for (size_t i = x->slots ? spread(f->hash, x->slots) : 0; x->slots && x->slot[i]; i = (i + 1) & (x->slots - 1))
		find_one(f, &x->v[x->slot[i] - 1]);
	return 0;
}

static int find_settled(Store *s, Found *f, Err *e)
{
	static const char sql[] = "SELECT id FROM job_settled WHERE hash = ?";
	sqlite3_stmt *st;
	int rc;

	if (is_current(s) && !s->index.settled)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, f->hash);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		find_one(f, &(IndexEntry){ f->hash, sqlite3_column_int64(st, 0) });
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot find a job", e);
}

int index_ids(Store *s, int64_t hash, const int64_t **id, size_t *n, Err *e)
{
	Found f = { &s->index, hash, 0 };

	if (find_fresh(s, &f, e) < 0 || find_settled(s, &f, e) < 0)
		return -1;
	*id = s->index.found;
	*n = f.n;
	return 0;
}

/* --- to the file --- */

static int write_fresh(Store *s, Err *e)
{
	static const char sql[] = "INSERT INTO job_new VALUES(?, ?)";
	Index *x = &s->index;
	sqlite3_stmt *st;
	Str bytes;

	while (x->written < x->n) {
		size_t n = x->n - x->written < ROW_MAX ? x->n - x->written : ROW_MAX;

		if (!(st = db_stmt(s, sql, e)))
			return -1;
		bytes = pack(&s->scratch, x->v + x->written, n);
		sqlite3_bind_int64(st, 1, ++x->last_row);
		sqlite3_bind_blob64(st, 2, bytes.p, bytes.n, SQLITE_STATIC);
		if (db_done(s, st, "cannot keep the places of jobs", e) < 0)
			return -1;
		x->written += n;
	}
	return 0;
}

static int by_hash(const void *a, const void *b)
{
	const IndexEntry *x = a, *y = b;

	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

static void give_entry(sqlite3_context *ctx, void *entries, size_t row, int column)
{
	const IndexEntry *v = entries;

	sqlite3_result_int64(ctx, column ? v[row].id : v[row].hash);
}

static int put_done(Store *s, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO meta VALUES('settled', ?)";
	static const char past[] = "DELETE FROM job_new WHERE id <= ?";
	const Index *x = &s->index;
	int64_t all = INT64_MAX;
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_blob64(st, 1, x->done, sizeof x->done, SQLITE_STATIC);
	if (db_done(s, st, "cannot keep the places of jobs", e) < 0 || !(st = db_stmt(s, past, e)))
		return -1;
	for (int i = 0; i < INDEX_SLICES; i++)
		all = x->done[i] < all ? x->done[i] : all;
	sqlite3_bind_int64(st, 1, all);
	return db_done(s, st, "cannot keep the places of jobs", e);
}

/* Moves the slices [from, until) to job_settled. All is written by then. */
static int move(Store *s, int from, int until, Err *e)
{
	static const char sql[] = "INSERT OR IGNORE INTO job_settled SELECT c0, c1 FROM rows WHERE true";
	Index *x = &s->index;
	IndexEntry *v = xmalloc((x->n + 1) * sizeof *v);
	size_t n = 0, kept = 0;
	int rc;

	for (size_t i = 0; i < x->n; i++) {
		int slice = slice_of(x->v[i].hash);

		if (slice < from || slice >= until)
			x->v[kept++] = x->v[i];
		else if (x->v[i].id)
			v[n++] = x->v[i];
	}
	x->n = x->written = kept;
	if (x->slots)
		link_all(x);
	for (int i = from; i < until; i++)
		x->done[i] = x->last_row;
	if (n)
		qsort(v, n, sizeof *v, by_hash);
	x->settled |= n > 0;
	rc = rows_write(s, sql, &(Rows){ n, give_entry, v }, "cannot keep the places of jobs", e);
	free(v);
	return rc < 0 ? -1 : put_done(s, e);
}

int index_settle(Store *s, Err *e)
{
	Index *x = &s->index;

	if (write_fresh(s, e) < 0)
		return -1;
	while (x->n >= FRESH_MAX) {
		int oldest = 0;

		for (int i = 1; i < INDEX_SLICES; i++)
			if (x->done[i] < x->done[oldest])
				oldest = i;
		if (move(s, oldest, oldest + 1, e) < 0)
			return -1;
	}
	return 0;
}

int index_put(Store *s, int64_t hash, int64_t id, Err *e)
{
	add(&s->index, hash, id);
	/* One transaction may bring all requests there are. */
	return s->index.n < 2 * FRESH_MAX ? 0 : index_settle(s, e);
}

int index_drop(Store *s, int64_t hash, int64_t id, Err *e)
{
	static const char sql[] = "DELETE FROM job_settled WHERE hash = ?2 AND id = ?1";
	Index *x = &s->index;
	sqlite3_stmt *st;

	/* Its row keeps it: it leads to nothing then. */
	for (size_t i = x->slots ? spread(hash, x->slots) : 0; x->slots && x->slot[i]; i = (i + 1) & (x->slots - 1))
		if (x->v[x->slot[i] - 1].hash == hash && x->v[x->slot[i] - 1].id == id)
			x->v[x->slot[i] - 1].id = 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, hash);
	return db_done(s, st, "cannot take a call out", e);
}

int index_forget(Store *s, int64_t booked_before_ms, Err *e)
{
	static const char jobs[] = "DELETE FROM job_settled WHERE (hash, id) IN (SELECT job_hash(job_id), id FROM job WHERE booked_ms < ?)";
	/* Request ids have entries of their own, which only the call's number leads to. */
	static const char calls[] = "DELETE FROM job_settled WHERE id IN (SELECT id FROM job WHERE booked_ms < ?)";
	sqlite3_stmt *st;
	int64_t requests;

	if (index_begin(s, e) < 0 || write_fresh(s, e) < 0 || (s->index.n && move(s, 0, INDEX_SLICES, e) < 0) ||
	    db_int(s, "SELECT count(*) FROM meta WHERE key = 'requests'", &requests, e) < 0 || !(st = db_stmt(s, requests ? calls : jobs, e)))
		return -1;
	sqlite3_bind_int64(st, 1, booked_before_ms);
	return db_done(s, st, "cannot forget old jobs", e);
}
