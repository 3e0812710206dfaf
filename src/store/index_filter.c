/* A filter for one transaction: most hashes that are asked for are not in the settled part. */
#include "store/index.h"

#include "base/xalloc.h"
#include "store/db.h"

enum { BITS_EACH = 16, BITS_MAX_LOG = 28 };

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

	if (block_each(s, &index_settled, count_one, &n, e) < 0)
		return -1;
	for (x->filter_log = 20; x->filter_log < BITS_MAX_LOG && (size_t)1 << x->filter_log < n * BITS_EACH;)
		x->filter_log++;
	x->filter = xcalloc((size_t)1 << x->filter_log >> 3, 1);
	return block_each(s, &index_settled, filter_add, x, e);
}
