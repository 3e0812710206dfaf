/* How long calls took, as counts in logarithmic buckets: sketches of parts merge into exactly the sketch of the whole, in any
 * order, and what was put in can be taken out again.
 *
 * Values below 128 have a bucket each; above, each power of two is cut into 64 equal buckets, and a bucket answers with its middle.
 * So a quantile is the value of that nearest rank within 1/128 (0.79 %), whatever the distribution. The guarantee, and buckets that
 * are linear between powers of two, are those of DDSketch (Masson, Rim, Lee: "DDSketch: A Fast and Fully-Mergeable Quantile Sketch
 * with Relative-Error Guarantees", PVLDB 12(12), 2019); unlike there nothing is collapsed, because 64-bit integers need no more
 * than SKETCH_BUCKETS. No floating point: a value has the same bucket on every machine. */
#ifndef MODEL_SKETCH_H
#define MODEL_SKETCH_H

#include "base/buf.h"

enum {
	SKETCH_BUCKETS = 58 * 64,
	SKETCH_BLOB_MAX = 12 * SKETCH_BUCKETS,     /* bytes; some hundred in practice */
};

typedef struct Sketch {
	int64_t *n;              /* of the buckets from first on; zeros between */
	int      first, len;
} Sketch;                    /* {0} is an empty one */

void sketch_done(Sketch *s);
/* count times the value; negative counts take out what was put in. Values below 0 count as 0. Counts wrap. */
void sketch_add(Sketch *s, int64_t value, int64_t count);
void sketch_merge(Sketch *to, const Sketch *x);
/* How many values: buckets with a count below zero (more taken out than put in) hold none. */
int64_t sketch_count(const Sketch *s);
/* The value of nearest rank: the least one that at least permille thousandths of all do not exceed (0: the least of all).
 * -1 when there is none. */
int64_t sketch_quantile(const Sketch *s, int permille);

int     sketch_bucket(int64_t value);
int64_t sketch_middle(int bucket);

/* The same as bytes: for each bucket that is not zero the gap to the one before and its count, as varints. Equal sketches have
 * equal bytes. Appended to out. */
int  sketch_write(const Sketch *s, Buf *out, Err *e);
/* One bucket of it, in ascending order; *last is the bucket written before, -1 at first. A count of 0 writes nothing. */
void sketch_write_bucket(Buf *out, int *last, int bucket, int64_t count);
/* Adds what the bytes hold. Damaged bytes are an error, and s then holds a part of them. */
int  sketch_read(Sketch *s, Str blob, Err *e);
/* Appends the bytes of the merged sketch to out. */
int  sketch_merge_blobs(Str a, Str b, Buf *out, Err *e);

#endif
