/* A filter: most hashes that are asked for are in none of the merged places. It stands in the file, a row for each slice, and is written with
 * the slices, because a process that made it would have to read all places first. */
#include "store/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/db.h"
#include "wire/text.h"

enum {
	LINE_BYTES = 64 /* of the cache */, LINE_LOG = 9 /* in bits */, PROBES = 5, BITS_LEAST = 10 /* for an entry */,
	HASH_BITS = 28 /* within a slice */, SUM = sizeof(uint32_t), ROOM_LEAST = 1 << 18, LINES_MOST = (32 << 20) / INDEX_SLICES / LINE_BYTES,
};

static const char writing[] = "cannot keep the places of jobs";

void filter_lose(Index *x)
{
	free(x->filter);
	x->filter = NULL;
}

static size_t part_bytes(const Index *x)
{
	return (size_t)x->marks.filter_lines * LINE_BYTES;
}

/* All bits of a hash lie in one line of the cache: the place of the line is the order of the hashes, in which a table is read. */
static inline size_t line_in_part(const Index *x, int64_t hash)
{
	return (size_t)((((uint64_t)hash & ((1u << HASH_BITS) - 1)) * (uint64_t)x->marks.filter_lines) >> HASH_BITS) * LINE_BYTES;
}

static inline unsigned char *line_of(const Index *x, int64_t hash)
{
	return x->filter + (size_t)index_slice(hash) * part_bytes(x) + line_in_part(x, hash);
}

static inline uint64_t mix(int64_t hash)
{
	return (uint64_t)(uint32_t)hash * UINT64_C(0x9E3779B97F4A7C15);
}

static inline unsigned bit_of(uint64_t mixed, int i)
{
	return (unsigned)(mixed >> (64 - LINE_LOG * (i + 1))) & ((1 << LINE_LOG) - 1);
}

void filter_near(const Index *x, int64_t hash)
{
	if (x->filter)
		__builtin_prefetch(line_of(x, hash));
}

static void set(unsigned char *line, int64_t hash)
{
	const uint64_t mixed = mix(hash);

	for (int i = 0; i < PROBES; i++)
		line[bit_of(mixed, i) / 8] |= (unsigned char)(1u << bit_of(mixed, i) % 8);
}

bool filter_has(const Index *x, int64_t hash)
{
	const uint64_t mixed = mix(hash);
	const unsigned char *line;

	if (!x->filter)
		return true;
	line = line_of(x, hash);
	for (int i = 0; i < PROBES; i++)
		if (!(line[bit_of(mixed, i) / 8] >> bit_of(mixed, i) % 8 & 1))
			return false;
	return true;
}

/* --- in the file --- */

static int move_bytes(sqlite3_blob *b, void *bytes, int n, int at, bool write)
{
	return write ? sqlite3_blob_write(b, bytes, n, at) : sqlite3_blob_read(b, bytes, n, at);
}

/* A part with its sum behind it: a bit that got lost would hide a place, and a call that is known would be booked again. It is written over where
 * it lies: a row put in its place would give all its pages back first. 1: the row is not there, another's, or damaged. */
static int move_part(Store *s, int slice, unsigned char *bytes, bool write, Err *e)
{
	const int n = (int)part_bytes(&s->index);
	const Str part = { (const char *)bytes, (size_t)n };
	sqlite3_blob *b = NULL;
	uint32_t sum = write ? crc32_of(0, part) : 0;
	int rc = sqlite3_blob_open(s->db, "main", "job_filter", "bits", slice, write, &b);

	if (rc == SQLITE_OK && sqlite3_blob_bytes(b) != n + SUM) {
		(void)sqlite3_blob_close(b);
		return 1;
	}
	if (rc == SQLITE_OK)
		rc = move_bytes(b, bytes, n, 0, write);
	if (rc == SQLITE_OK)
		rc = move_bytes(b, &sum, SUM, n, write);
	if (rc == SQLITE_OK)
		rc = sqlite3_blob_close(b);
	else
		(void)sqlite3_blob_close(b);             /* the first error is the one to tell */
	if (rc != SQLITE_OK)
		return rc == SQLITE_ERROR ? 1 : db_fail(s, writing, e);
	return !write && sum != crc32_of(0, part);
}

static int forget(Store *s, Err *e)
{
	filter_lose(&s->index);
	s->index.marks.filter_lines = 0;
	return db_exec(s, "DELETE FROM job_filter", e);
}

int filter_add(Store *s, int slice, const IndexEntry *v, size_t n, Err *e)
{
	Index *x = &s->index;
	unsigned char *part;
	int rc = 0;

	if (!n || !x->marks.filter_lines)
		return 0;
	/* A fuller one lets too much through: it is made anew when it is wanted. */
	if ((x->marks.filter_room -= (int64_t)n) < 0)
		return forget(s, e);
	part = x->filter ? x->filter + (size_t)slice * part_bytes(x) : xmalloc(part_bytes(x));
	if (!x->filter)
		rc = move_part(s, slice, part, false, e);
	for (size_t i = 0; i < n && rc == 0; i++)
		set(part + line_in_part(x, v[i].hash), v[i].hash);
	if (rc == 0)
		rc = move_part(s, slice, part, true, e);
	if (!x->filter)
		free(part);
	return rc > 0 ? forget(s, e) : rc;
}

static int read_parts(Store *s, Err *e)
{
	Index *x = &s->index;
	int rc = 0;

	x->filter = xmalloc(INDEX_SLICES * part_bytes(x));
	for (int i = 0; i < INDEX_SLICES && rc == 0; i++)
		rc = move_part(s, i, x->filter + (size_t)i * part_bytes(x), false, e);
	if (rc != 0)
		filter_lose(x);
	return rc > 0 ? forget(s, e) : rc;
}

static int write_parts(Store *s, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO job_filter VALUES(?, zeroblob(?))";
	Index *x = &s->index;

	for (int i = 0; i < INDEX_SLICES; i++) {
		sqlite3_stmt *st = db_stmt(s, sql, e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, i);
		sqlite3_bind_int64(st, 2, (int64_t)part_bytes(x) + SUM);
		if (db_done(s, st, writing, e) < 0 || move_part(s, i, x->filter + (size_t)i * part_bytes(x), true, e) != 0)
			return -1;
	}
	return block_mark(s, &index_settled, &x->marks, e);
}

static void take(void *index, const IndexEntry *v)
{
	Index *x = index;

	set(line_of(x, v->hash), v->hash);
	x->marks.filter_room--;
	x->marks.lower[index_slice(v->hash)]++;
}

/* For a fourth more entries than there are, so that all of them are read again only when so many more have come. They are counted by the way. */
static int make(Store *s, Err *e)
{
	Index *x = &s->index;
	int64_t room;

	/* Ids are given out in turn, and most calls have one entry. */
	if (db_int(s, "SELECT max(id) FROM job", &room, e) < 0)
		return -1;
	for (room += room / 4 + ROOM_LEAST;; room *= 2) {
		const int64_t lines = room * BITS_LEAST / (INDEX_SLICES * LINE_BYTES * 8) + 1;

		x->marks.filter_lines = lines < LINES_MOST ? lines : LINES_MOST;
		x->marks.filter_room = lines < LINES_MOST ? room : INT64_MAX;
		x->filter = xcalloc(INDEX_SLICES, part_bytes(x));
		memset(x->marks.lower, 0, sizeof x->marks.lower);
		if (block_each(s, &index_settled, take, x, e) < 0)
			return -1;
		for (int i = 0; i < INDEX_SLICES; i++)
			x->marks.lower[i] -= x->marks.upper[i];
		if (x->marks.filter_room >= 0)
			return write_parts(s, e);
		filter_lose(x);
	}
}

int filter_want(Store *s, Err *e)
{
	Index *x = &s->index;

	if (sqlite3_txn_state(s->db, "main") != SQLITE_TXN_WRITE)
		return 0;
	if (x->marks.filter_lines && read_parts(s, e) < 0)
		return -1;
	return x->filter ? 0 : make(s, e);
}
