#include "store/index.h"

#include <stdlib.h>

#include "base/varint.h"
#include "base/xalloc.h"
#include "store/rows.h"

enum { FRESH_MAX = 1 << 18, MANY_ASKED = 2000, ROW_MAX = 1 << 14, HASH_BYTES = 4, SOON = 16 /* entries from now */ };

/* 32 bits keep the tables small; who finds an id compares its text anyway. */
int64_t index_fold(uint64_t hash)
{
	return (int32_t)(uint32_t)hash;
}

int64_t index_hash(Str job_id)
{
	return index_fold(str_hash(job_id));
}

const BlockSql index_settled = BLOCK_SQL("job", "settled", "the places of jobs");

static size_t spread(int64_t hash, size_t slots)
{
	return (size_t)(((uint64_t)hash * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (slots - 1);
}

/* --- in memory --- */

static void empty(Fresh *f)
{
	f->n = 0;
	if (f->slots)
		memset(f->slot, 0, f->slots * sizeof *f->slot);
}

void index_lose(Index *x)
{
	x->known = false;
	filter_lose(x);
	x->n = x->puts = 0;
	x->marks = (BlockMarks){ 0 };
	for (int i = 0; i < INDEX_SLICES; i++)
		empty(&x->fresh[i]);
}

void index_done(Index *x)
{
	for (int i = 0; i < INDEX_SLICES; i++) {
		free(x->fresh[i].v);
		free(x->fresh[i].slot);
	}
	free(x->put);
	free(x->found);
	free(x->filter);
	*x = (Index){ 0 };
}

void index_near(const Index *x, int64_t hash)
{
	const Fresh *f = &x->fresh[index_slice(hash)];

	if (f->slots)
		__builtin_prefetch(&f->slot[spread(hash, f->slots)]);
	filter_near(x, hash);
}

static void link_entry(Fresh *f, size_t at)
{
	size_t i = spread(f->v[at].hash, f->slots);

	while (f->slot[i])
		i = (i + 1) & (f->slots - 1);
	f->slot[i] = (uint32_t)at + 1;
}

/* All of them. */
static void link_all(Fresh *f)
{
	free(f->slot);
	for (f->slots = f->slots ? f->slots : 64; f->n * 2 >= f->slots;)
		f->slots *= 2;
	f->slot = xcalloc(f->slots, sizeof *f->slot);
	for (size_t i = 0; i < f->n; i++) {
		if (i + SOON < f->n)
			__builtin_prefetch(&f->slot[spread(f->v[i + SOON].hash, f->slots)]);
		link_entry(f, i);
	}
}

static void push(Index *x, const IndexEntry *v)
{
	Fresh *f = &x->fresh[index_slice(v->hash)];

	VEC_GROW(f->v, f->cap, f->n + 1);
	f->v[f->n++] = *v;
	x->n++;
}

static void add(Index *x, const IndexEntry *v)
{
	Fresh *f = &x->fresh[index_slice(v->hash)];

	push(x, v);
	if (f->n * 2 >= f->slots)
		link_all(f);
	else
		link_entry(f, f->n - 1);
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

/* Each entry that has not been moved yet. */
static int each_fresh(Store *s, const int64_t done[INDEX_SLICES], EntryEach *each, void *arg, int64_t *last, Err *e)
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
			if (*last > done[index_slice(v.hash)])
				each(arg, &v);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the places of jobs", e);
}

static void take_one(void *index, const IndexEntry *v)
{
	push(index, v);
}

int index_begin(Store *s, size_t asks, Err *e)
{
	Index *x = &s->index;
	int64_t version, settled, last;
	BlockMarks marks;

	x->asked = asks;
	if (db_int(s, "PRAGMA data_version", &version, e) < 0)
		return -1;
	if (x->known && x->version == version)
		return 0;
	if (block_marks(s, &index_settled, &marks, e) < 0 || db_int(s, "SELECT ifnull(max(id), 0) FROM job_new", &last, e) < 0)
		return -1;
	for (int i = 0; i < INDEX_SLICES; i++)
		last = marks.done[i] > last ? marks.done[i] : last;
	/* Whoever puts a place writes a row of job_new or moves a mark; other writes, as a console's, leave what is known as it is. Places that
	 * are gone may still be found: who finds an id looks at its row. */
	if (x->known && last == x->last_row && memcmp(&marks, &x->marks, sizeof marks) == 0) {
		x->version = version;
		return 0;
	}
	index_lose(x);
	if (db_int(s, "SELECT EXISTS(SELECT 1 FROM job_upper) OR EXISTS(SELECT 1 FROM job_block)", &settled, e) < 0)
		return -1;
	x->marks = marks;
	x->last_row = last;
	if (each_fresh(s, x->marks.done, take_one, x, &x->last_row, e) < 0)
		return -1;
	for (int i = 0; i < INDEX_SLICES; i++)
		link_all(&x->fresh[i]);
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
	const Fresh *x = &s->index.fresh[index_slice(f->hash)];
	BlockMarks marks;
	int64_t last;

	if (!is_current(s))
		return block_marks(s, &index_settled, &marks, e) < 0 || each_fresh(s, marks.done, find_one, f, &last, e) < 0 ? -1 : 0;
	for (size_t i = x->slots ? spread(f->hash, x->slots) : 0; x->slots && x->slot[i]; i = (i + 1) & (x->slots - 1))
		find_one(f, &x->v[x->slot[i] - 1]);
	return 0;
}

static int find_settled(Store *s, Found *f, Err *e)
{
	Index *x = &s->index;

	if (is_current(s)) {
		if (!x->settled || !filter_has(x, f->hash))
			return 0;
		if (++x->asked >= MANY_ASKED && !x->filter && filter_want(s, e) < 0)
			return -1;
	}
	return block_find(s, &index_settled, f->hash, find_one, f, e);
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

	for (size_t at = 0, n; at < x->puts; at += n) {
		sqlite3_stmt *st = db_stmt(s, sql, e);
		Str bytes;

		n = x->puts - at < ROW_MAX ? x->puts - at : ROW_MAX;
		if (!st)
			return -1;
		bytes = pack(&s->scratch, x->put + at, n);
		sqlite3_bind_int64(st, 1, ++x->last_row);
		sqlite3_bind_blob64(st, 2, bytes.p, bytes.n, SQLITE_STATIC);
		if (db_done(s, st, "cannot keep the places of jobs", e) < 0)
			return -1;
	}
	x->puts = 0;
	return 0;
}

/* Ids of calls that go: those of [first, last] whose bit is set. */
typedef struct IdSet { int64_t first, last; unsigned char *bits; } IdSet;

static void idset_add(IdSet *set, int64_t id)
{
	size_t at = (size_t)(id - set->first);

	set->bits[at / 8] |= (unsigned char)(1u << at % 8);
}

static bool idset_has(const void *arg, int64_t id)
{
	const IdSet *set = arg;
	size_t at = (size_t)(id - set->first);

	return id >= set->first && id <= set->last && set->bits[at / 8] >> at % 8 & 1;
}

/* Merges a slice. All is written by then. */
static int move(Store *s, int slice, const IdSet *gone, Err *e)
{
	Index *x = &s->index;
	Fresh *f = &x->fresh[slice];
	size_t n = 0;
	int rc;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].id)
			f->v[n++] = f->v[i];
	entries_sort(f->v, n);
	x->n -= f->n;
	x->settled |= n > 0;
	x->marks.done[slice] = x->last_row;
	rc = filter_add(s, slice, f->v, n, e);
	if (rc == 0)
		rc = block_merge(s, &index_settled, &x->marks, &(BlockMerge){ slice, f->v, n, gone ? idset_has : NULL, gone, gone }, e);
	empty(f);
	return rc;
}

int index_settle(Store *s, Err *e)
{
	Index *x = &s->index;

	if (write_fresh(s, e) < 0)
		return -1;
	while (x->n >= FRESH_MAX) {
		int oldest = 0;

		for (int i = 1; i < INDEX_SLICES; i++)
			if (x->marks.done[i] < x->marks.done[oldest])
				oldest = i;
		if (move(s, oldest, NULL, e) < 0 || block_mark(s, &index_settled, &x->marks, e) < 0)
			return -1;
	}
	return 0;
}

int index_put(Store *s, int64_t hash, int64_t id, Err *e)
{
	const IndexEntry v = { hash, id };
	Index *x = &s->index;

	add(x, &v);
	VEC_GROW(x->put, x->put_cap, x->puts + 1);
	x->put[x->puts++] = v;
	/* One transaction may bring all requests there are. */
	return x->n < 2 * FRESH_MAX ? 0 : index_settle(s, e);
}

void index_drop(Store *s, int64_t hash, int64_t id)
{
	const Fresh *x = &s->index.fresh[index_slice(hash)];

	for (size_t i = x->slots ? spread(hash, x->slots) : 0; x->slots && x->slot[i]; i = (i + 1) & (x->slots - 1)) {
		IndexEntry *v = &x->v[x->slot[i] - 1];

		if (v->hash == hash && v->id == id)
			v->id = 0;
	}
}

/* The ids of the calls that are to be deleted. */
static int read_gone(Store *s, int64_t booked_before_ms, IdSet *gone, Err *e)
{
	static const char ends[] = "SELECT min(id), max(id) FROM job WHERE booked_ms < ?";
	static const char ids[] = "SELECT id FROM job WHERE booked_ms < ?";
	sqlite3_stmt *st = db_stmt(s, ends, e);
	int rc;

	*gone = (IdSet){ .first = 0, .last = -1 };
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, booked_before_ms);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW && sqlite3_column_type(st, 0) != SQLITE_NULL) {
		gone->first = sqlite3_column_int64(st, 0);
		gone->last = sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	if (gone->last < gone->first)
		return rc == SQLITE_ROW ? 0 : db_fail(s, "cannot forget old jobs", e);
	gone->bits = xcalloc((size_t)(gone->last - gone->first) / 8 + 1, 1);
	if (!(st = db_stmt(s, ids, e)))
		return -1;
	sqlite3_bind_int64(st, 1, booked_before_ms);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		idset_add(gone, sqlite3_column_int64(st, 0));
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot forget old jobs", e);
}

int index_forget(Store *s, int64_t booked_before_ms, Err *e)
{
	IdSet gone = { 0 };
	int rc = read_gone(s, booked_before_ms, &gone, e);

	/* Most clean-ups find nothing to forget, and need to know of no place then. */
	if (rc == 0 && gone.bits)
		rc = index_begin(s, 0, e) < 0 || write_fresh(s, e) < 0 ? -1 : 0;
	for (int i = 0; i < INDEX_SLICES && rc == 0 && gone.bits; i++)
		rc = move(s, i, &gone, e);
	if (rc == 0 && gone.bits)
		rc = block_mark(s, &index_settled, &s->index.marks, e);
	free(gone.bits);
	return rc;
}

int index_remake(Store *s, Err *e)
{
	static const char clear[] = "DELETE FROM job_new; DELETE FROM job_upper; DELETE FROM job_block; DELETE FROM job_filter;"
	                            "DELETE FROM meta WHERE key IN ('settled', 'requests')";
	static const char jobs[] = "SELECT id, job_id FROM job";
	sqlite3_stmt *st;
	int rc, bad = 0;

	index_lose(&s->index);
	if (db_exec(s, clear, e) < 0 || index_begin(s, 0, e) < 0 || !(st = db_stmt(s, jobs, e)))
		return -1;
	while (!bad && (rc = sqlite3_step(st)) == SQLITE_ROW)
		bad = index_put(s, index_hash(db_col_str(st, 1)), sqlite3_column_int64(st, 0), e);
	sqlite3_reset(st);
	if (bad || rc != SQLITE_DONE)
		return bad ? -1 : db_fail(s, "cannot read the jobs", e);
	return index_settle(s, e);
}

/* In their order, so that rows are appended. */
int index_take_old(Store *s, Err *e)
{
	enum { AT_ONCE = 1 << 14 };
	static const char sql[] = "SELECT hash, id FROM job_settled ORDER BY hash, id";
	sqlite3_stmt *st = NULL;
	IndexEntry *v;
	int64_t old;
	size_t n = 0;
	int rc;

	if (db_int(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'job_settled'", &old, e) < 0)
		return -1;
	if (!old)
		return 0;
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return db_fail(s, "cannot read the places of jobs", e);
	v = xmalloc(2 * AT_ONCE * sizeof *v);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		IndexEntry one = { sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1) };

		/* Neither equal hashes nor slices are cut through. */
		if (n && ((n >= AT_ONCE && one.hash != v[n - 1].hash) || index_slice(one.hash) != index_slice(v[n - 1].hash) || n == 2 * AT_ONCE)) {
			if (block_write(s, &index_settled, v, n, e) < 0)
				break;
			n = 0;
		}
		v[n++] = one;
	}
	sqlite3_finalize(st);
	if (rc == SQLITE_DONE)
		rc = n && block_write(s, &index_settled, v, n, e) < 0 ? SQLITE_ROW : SQLITE_DONE;
	else if (rc != SQLITE_ROW)
		(void)db_fail(s, "cannot read the places of jobs", e);
	free(v);
	return rc == SQLITE_DONE ? db_exec(s, "DROP TABLE job_settled", e) : -1;
}
