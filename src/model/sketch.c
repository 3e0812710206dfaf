#include "model/sketch.h"

#include <assert.h>
#include <stdlib.h>

#include "base/varint.h"
#include "base/xalloc.h"

/* STEPS buckets for each power of two; below 2 * STEPS a bucket is one value wide. */
enum { STEP_BITS = 6, STEPS = 1 << STEP_BITS };

/* A reader of bytes: stands on a bucket, whose own bytes begin at `at`, or at the end. before: the bucket in front of it. */
typedef struct Reader { Str rest; const char *at; int before, bucket; int64_t count; } Reader;

static int64_t wrap_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

int sketch_bucket(int64_t value)
{
	int shift;

	if (value < 2 * STEPS)
		return value < 0 ? 0 : (int)value;
	shift = 63 - __builtin_clzll((uint64_t)value) - STEP_BITS;
	return shift * STEPS + (int)(value >> shift);
}

int64_t sketch_middle(int bucket)
{
	int shift = bucket / STEPS - 1;

	assert(bucket >= 0 && bucket < SKETCH_BUCKETS);
	if (shift <= 0)
		return bucket;
	return ((int64_t)(bucket - shift * STEPS) << shift) + (INT64_C(1) << (shift - 1));
}

void sketch_done(Sketch *s)
{
	free(s->n);
	*s = (Sketch){ 0 };
}

/* Room for the buckets from..until, by whole powers of two. */
static void widen(Sketch *s, int from, int until)
{
	int first = from / STEPS * STEPS, end = (until / STEPS + 1) * STEPS;
	int64_t *n;

	if (s->len) {
		first = first < s->first ? first : s->first;
		end = end > s->first + s->len ? end : s->first + s->len;
	}
	n = xcalloc((size_t)(end - first), sizeof *n);
	if (s->len)
		memcpy(n + (s->first - first), s->n, (size_t)s->len * sizeof *n);
	free(s->n);
	*s = (Sketch){ n, first, end - first };
}

static int64_t *at(Sketch *s, int bucket)
{
	if (bucket < s->first || bucket >= s->first + s->len)
		widen(s, bucket, bucket);
	return &s->n[bucket - s->first];
}

void sketch_add(Sketch *s, int64_t value, int64_t count)
{
	int64_t *n = at(s, sketch_bucket(value));

	*n = wrap_add(*n, count);
}

void sketch_merge(Sketch *to, const Sketch *x)
{
	if (!x->len)
		return;
	if (!to->len || x->first < to->first || x->first + x->len > to->first + to->len)
		widen(to, x->first, x->first + x->len - 1);
	for (int i = 0; i < x->len; i++) {
		int64_t *n = &to->n[x->first - to->first + i];

		*n = wrap_add(*n, x->n[i]);
	}
}

static __int128 total(const Sketch *s)
{
	__int128 n = 0;

	for (int i = 0; i < s->len; i++)
		n += s->n[i] > 0 ? s->n[i] : 0;
	return n;
}

int64_t sketch_count(const Sketch *s)
{
	__int128 n = total(s);

	return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

int64_t sketch_quantile(const Sketch *s, int permille)
{
	__int128 n = total(s), rank = (n * permille + 999) / 1000;

	if (!n)
		return -1;
	rank = rank < 1 ? 1 : rank > n ? n : rank;
	for (int i = 0; i < s->len; i++) {
		rank -= s->n[i] > 0 ? s->n[i] : 0;
		if (rank <= 0)
			return sketch_middle(s->first + i);
	}
	return -1;
}

/* --- bytes --- */

/* The lowest bit of the gap says whether the count is told, or 1 as it mostly is. Signs stand in the lowest bit of a count. */
void sketch_write_bucket(Buf *out, int *last, int bucket, int64_t count)
{
	unsigned char p[2 * VARINT_MAX];
	size_t n;

	if (!count)
		return;
	n = varint_put(p, (uint64_t)(bucket - *last - 1) << 1 | (count != 1));
	if (count != 1)
		n += varint_put(p + n, varint_zigzag(count));
	*last = bucket;
	(void)buf_put(out, p, n);            /* whoever asked looks at out->full when all is written */
}

static int step_far(Reader *r, Err *e)
{
	uint64_t gap, count = 2;

	if (varint_take(&r->rest, &gap) < 0 || ((gap & 1) && (varint_take(&r->rest, &count) < 0 || !count || count == 2)) ||
	    gap >> 1 >= (uint64_t)(SKETCH_BUCKETS - r->bucket - 1))
		return err_set(e, "a latency sketch is damaged");
	r->bucket += (int)(gap >> 1) + 1;
	r->count = varint_unzigzag(count);
	return 0;
}

/* Steps to the next bucket; SKETCH_BUCKETS at the end. */
static int step(Reader *r, Err *e)
{
	unsigned char c;

	r->at = r->rest.p;
	r->before = r->bucket;
	if (!r->rest.n) {
		r->bucket = SKETCH_BUCKETS;
		return 0;
	}
	/* Most buckets are near the one before and have one value: one byte. */
	c = (unsigned char)r->rest.p[0];
	if (c >= 0x80 || (c & 1) || r->bucket + (c >> 1) + 1 >= SKETCH_BUCKETS)
		return step_far(r, e);
	r->bucket += (c >> 1) + 1;
	r->count = 1;
	r->rest = (Str){ r->rest.p + 1, r->rest.n - 1 };
	return 0;
}

static int begin(Reader *r, Str blob, Err *e)
{
	*r = (Reader){ .rest = blob, .bucket = -1 };
	return step(r, e);
}

static int written(const Buf *out, Err *e)
{
	return out->full ? err_set(e, "a latency sketch does not fit") : 0;
}

int sketch_write(const Sketch *s, Buf *out, Err *e)
{
	int last = -1;

	for (int i = 0; i < s->len; i++)
		sketch_write_bucket(out, &last, s->first + i, s->n[i]);
	return written(out, e);
}

/* The count that a byte tells; 0: none can be told so. */
#define COUNT1(raw) (signed char)((raw) == 2 ? 0 : (raw) >> 1 ^ -((raw) & 1))
#define COUNT4(raw) COUNT1(raw), COUNT1((raw) + 1), COUNT1((raw) + 2), COUNT1((raw) + 3)
#define COUNT16(raw) COUNT4(raw), COUNT4((raw) + 4), COUNT4((raw) + 8), COUNT4((raw) + 12)
#define COUNT64(raw) COUNT16(raw), COUNT16((raw) + 16), COUNT16((raw) + 32), COUNT16((raw) + 48)
static const signed char count_of[256] = { COUNT64(0), COUNT64(64) };

/* Buckets of a byte or two that fall into what the sketch has room for, which most do. The reader stands behind them. */
static void read_near(Sketch *s, Reader *r)
{
	const unsigned char *p = (const unsigned char *)r->rest.p, *const end = p + r->rest.n, *const last = r->rest.n ? end - 1 : p;
	const unsigned len = (unsigned)s->len;
	int64_t *const n = s->n;
	unsigned i = (unsigned)(r->bucket - s->first);       /* wraps in front of the first: no place then */

	/* Small sketches seldom tell a count and large ones mostly do: a branch is guessed well enough, and lets the next byte be read
	 * before this one is known. */
	while (p < last) {
		const unsigned gap = p[0], next = i + (gap >> 1) + 1;
		int count = 1;

		if (next >= len || gap & 0x80)
			break;
		if (gap & 1) {
			if (!(count = count_of[p[1]]))
				break;
			p++;
		}
		p++;
		n[next] = wrap_add(n[next], count);
		i = next;
	}
	r->bucket = (int)i + s->first;
	r->rest = (Str){ (const char *)p, (size_t)(end - p) };
}

int sketch_read(Sketch *s, Str blob, Err *e)
{
	Reader r = { .rest = blob, .bucket = -1 };

	for (read_near(s, &r); r.rest.n; read_near(s, &r)) {
		int64_t *n;

		if (step(&r, e) < 0)
			return -1;
		n = at(s, r.bucket);
		*n = wrap_add(*n, r.count);
	}
	return 0;
}

/* Writes the buckets below limit. Behind the same bucket as before they are the same bytes. */
static int copy_below(Reader *x, int limit, int *last, Buf *out, Err *e)
{
	const char *from;

	if (x->bucket < limit && x->before != *last) {
		sketch_write_bucket(out, last, x->bucket, x->count);
		if (step(x, e) < 0)
			return -1;
	}
	for (from = x->at; x->bucket < limit;) {
		*last = x->bucket;
		if (step(x, e) < 0)
			return -1;
	}
	if (x->at != from)
		(void)buf_put(out, from, (size_t)(x->at - from));
	return 0;
}

int sketch_merge_blobs(Str a, Str b, Buf *out, Err *e)
{
	Reader x, y;
	int last = -1;

	if (begin(&x, a, e) < 0 || begin(&y, b, e) < 0)
		return -1;
	while (y.bucket < SKETCH_BUCKETS) {
		int64_t count = y.count;

		if (copy_below(&x, y.bucket, &last, out, e) < 0)
			return -1;
		if (x.bucket == y.bucket) {
			count = wrap_add(count, x.count);
			if (step(&x, e) < 0)
				return -1;
		}
		sketch_write_bucket(out, &last, y.bucket, count);
		if (step(&y, e) < 0)
			return -1;
	}
	return copy_below(&x, SKETCH_BUCKETS, &last, out, e) < 0 ? -1 : written(out, e);
}
