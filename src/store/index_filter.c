/* A filter: most hashes that are asked for are not in the settled part. It lasts as long as what is known of the places does. */
#include "store/index.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/db.h"

enum { BITS_EACH = 12, BITS_FEWEST = 6, BITS_LEAST_LOG = 20, BITS_MOST_LOG = 28, LINE_LOG = 9 /* of the cache, in bits */, PROBES = 3 };

void filter_lose(Index *x)
{
	free(x->filter);
	x->filter = NULL;
}

/* All bits of a hash lie in one line of the cache: the place of the line is the order of the hashes, in which a table is read. */
static inline unsigned char *line_of(const Index *x, int64_t hash)
{
	return x->filter + ((size_t)((uint32_t)hash >> (32 - x->filter_log + LINE_LOG)) << (LINE_LOG - 3));
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

void filter_add(void *index, const IndexEntry *v)
{
	const uint64_t mixed = mix(v->hash);
	Index *x = index;
	unsigned char *line;

	if (!x->filter)
		return;
	line = line_of(x, v->hash);
	for (int i = 0; i < PROBES; i++)
		line[bit_of(mixed, i) / 8] |= (unsigned char)(1u << bit_of(mixed, i) % 8);
	/* A fuller one lets too much through: it is made anew when it is wanted. */
	if (!x->filter_room--)
		filter_lose(x);
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

static int64_t bits(const Index *x)
{
	return INT64_C(1) << x->filter_log;
}

int filter_make(Store *s, Err *e)
{
	Index *x = &s->index;
	int64_t calls;

	/* Ids are given out in turn, and most calls have one entry. */
	if (db_int(s, "SELECT max(id) FROM job", &calls, e) < 0)
		return -1;
	for (x->filter_log = BITS_LEAST_LOG; x->filter_log < BITS_MOST_LOG && bits(x) / BITS_EACH < calls;)
		x->filter_log++;
	do {
		x->filter = xcalloc((size_t)bits(x) / 8, 1);
		x->filter_room = x->filter_log < BITS_MOST_LOG ? bits(x) / BITS_FEWEST : INT64_MAX;
		if (block_each(s, &index_settled, filter_add, x, e) < 0)
			return -1;
	} while (!x->filter && ++x->filter_log);
	return 0;
}
