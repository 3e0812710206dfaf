#include "store/links.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/apply.h"

/* An entry's id: the second (of 1024 ms), counted from before all that a line's id can say, then whether the line is about money. */
enum { SECOND_SHIFT = 30, FRESH_MAX = 1 << 18, AT_ONCE = 4 /* slices */ };
static const int64_t second_bias = INT64_C(1) << 33;

static const BlockSql settled = BLOCK_SQL("link", "linked", "the places of log lines");

void links_lose(Links *x)
{
	x->n = 0;
}

void links_done(Links *x)
{
	free(x->v);
	*x = (Links){ 0 };
}

void links_put(Store *s, int64_t hash, int64_t line, bool money)
{
	Links *x = &s->links;
	const IndexEntry v = { hash, ((line >> SECOND_SHIFT) + second_bias) << 1 | money };

	/* Lines of one trace often follow each other. */
	if (x->n && x->v[x->n - 1].hash == v.hash && x->v[x->n - 1].id == v.id)
		return;
	VEC_GROW(x->v, x->cap, x->n + 1);
	x->v[x->n++] = v;
}

/* --- to the file --- */

/* Rows of link_new are numbered by how many entries there were when each was written, itself included. */
static int last_row(Store *s, const BlockMarks *marks, int64_t *last, Err *e)
{
	if (db_int(s, "SELECT max(id) FROM link_new", last, e) < 0)
		return -1;
	for (int i = 0; i < INDEX_SLICES; i++)
		if (marks->done[i] > *last)
			*last = marks->done[i];
	return 0;
}

static int write_new(Store *s, int64_t id, Err *e)
{
	static const char sql[] = "INSERT INTO link_new VALUES(?, ?)";
	const Links *x = &s->links;
	sqlite3_stmt *st = db_stmt(s, sql, e);
	Str bytes;

	if (!st)
		return -1;
	bytes = entries_pack(&s->scratch, x->v, x->n);
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_blob64(st, 2, bytes.p, bytes.n, SQLITE_STATIC);
	return db_done(s, st, settled.writing, e);
}

static void sort(Links *x)
{
	size_t n = 0;

	entries_sort(x->v, x->n);
	for (size_t i = 0; i < x->n; i++)
		if (!n || entry_order(&x->v[n - 1], &x->v[i]) != 0)
			x->v[n++] = x->v[i];
	x->n = n;
}

/* The slices [first, until) of rows behind those that have been moved. */
typedef struct Slices { const BlockMarks *marks; int first, until; IndexEntry *v; size_t n, cap; } Slices;

static int take_slices(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Slices *x = arg;
	const int64_t row = sqlite3_column_int64(st, 0);
	const Str entries = db_col_str(st, 1);

	(void)s;
	(void)e;
	for (size_t i = entries_from(entries, index_slice_start(x->first)); i < entries_count(entries); i++) {
		const IndexEntry v = entries_at(entries, i);

		if (index_slice(v.hash) >= x->until)
			break;
		if (row <= x->marks->done[index_slice(v.hash)])
			continue;
		VEC_GROW(x->v, x->cap, x->n + 1);
		x->v[x->n++] = v;
	}
	return 0;
}

static bool is_gone(const void *arg, int64_t id)
{
	const Horizon *h = arg;
	const int64_t before_ms = id & 1 ? h->jobs_ms : h->lines_ms;

	return (id >> 1) - second_bias < before_ms >> (SECOND_SHIFT - LINE_TIME_SHIFT);
}

/* Moves some slices into blocks, and leaves out what leads to lines that are no longer kept. All rows are read for it, however few slices. */
static int move(Store *s, int first, int until, BlockMarks *marks, int64_t last, Err *e)
{
	static const char sql[] = "SELECT id, entries FROM link_new WHERE id > ?";
	Slices x = { .marks = marks, .first = first, .until = until };
	int64_t from = INT64_MAX;
	Horizon h;
	int rc;

	for (int i = first; i < until; i++)
		from = marks->done[i] < from ? marks->done[i] : from;
	if ((rc = apply_horizon(s, &h, e)) == 0)
		rc = db_each(s, &(DbQuery){ sql, settled.reading, take_slices, { from }, 1 }, &x, e);
	entries_sort(x.v, x.n);
	for (size_t at = 0, n; first < until && rc == 0; at += n, first++) {
		for (n = 0; at + n < x.n && index_slice(x.v[at + n].hash) == first;)
			n++;
		marks->done[first] = last;
		rc = block_merge(s, &settled, marks, &(BlockMerge){ .slice = first, .v = x.v + at, .n = n, .gone = is_gone, .arg = &h }, e);
	}
	free(x.v);
	return rc < 0 ? -1 : block_mark(s, &settled, marks, e);
}

/* The slice whose move is longest ago; -1: what has not been moved is not much yet. */
static int oldest(const int64_t done[INDEX_SLICES], int64_t last)
{
	int64_t fresh = 0;
	int at = 0;

	for (int i = 0; i < INDEX_SLICES; i++) {
		fresh += last - done[i];
		if (done[i] < done[at])
			at = i;
	}
	return fresh / INDEX_SLICES >= FRESH_MAX ? at : -1;
}

int links_settle(Store *s, Err *e)
{
	BlockMarks marks;
	int64_t last;

	if (!s->links.n)
		return 0;
	sort(&s->links);
	if (block_marks(s, &settled, &marks, e) < 0 || last_row(s, &marks, &last, e) < 0)
		return -1;
	last += (int64_t)s->links.n;
	if (write_new(s, last, e) < 0)
		return -1;
	links_lose(&s->links);
	for (int slice; (slice = oldest(marks.done, last)) >= 0;)
		if (move(s, slice / AT_ONCE * AT_ONCE, (slice / AT_ONCE + 1) * AT_ONCE, &marks, last, e) < 0)
			return -1;
	return 0;
}

int links_clear(Store *s, Err *e)
{
	links_lose(&s->links);
	return db_exec(s, "DELETE FROM link_new; DELETE FROM link_upper; DELETE FROM link_block; DELETE FROM meta WHERE key = 'linked'", e);
}

/* --- finding --- */

typedef struct Find { int64_t hash; LinkSpans *out; } Find;

static void found(void *arg, const IndexEntry *v)
{
	LinkSpans *out = ((Find *)arg)->out;
	const int64_t from = ((v->id >> 1) - second_bias) * (INT64_C(1) << SECOND_SHIFT);

	VEC_GROW(out->v, out->cap, out->n + 1);
	out->v[out->n++] = (LinkSpan){ from, from + (INT64_C(1) << SECOND_SHIFT) - 1 };
}

static int find_new(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	(void)s;
	(void)e;
	entries_find(db_col_str(st, 0), ((Find *)arg)->hash, found, arg);
	return 0;
}

int links_find(Store *s, int64_t hash, LinkSpans *out, Err *e)
{
	static const char sql[] = "SELECT entries FROM link_new WHERE id > ?";
	Find f = { hash, out };
	BlockMarks marks;

	for (size_t i = 0; i < s->links.n; i++)
		if (s->links.v[i].hash == hash)
			found(&f, &s->links.v[i]);
	if (block_marks(s, &settled, &marks, e) < 0 ||
	    db_each(s, &(DbQuery){ sql, settled.reading, find_new, { marks.done[index_slice(hash)] }, 1 }, &f, e) < 0)
		return -1;
	return block_find(s, &settled, hash, found, &f, e);
}
