/* Writes what a batch has changed in the totals: each touched sheet once. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/sketch.h"
#include "store/apply.h"
#include "store/sheets.h"

/* The cells that have something to write, in the order of the tables. */
typedef struct Flush {
	const Cells *all;
	const uint32_t *order;
	const Ahead *ahead;              /* NULL: the bytes of the cells are not made yet */
	uint32_t *cell;
	size_t n;
	Buf *bytes;
} Flush;

enum { SOON = 8 };       /* cells from now on */

static const Place *place_of(void *arg, size_t i)
{
	const Flush *f = arg;

	if (i + SOON < f->n)
		__builtin_prefetch(&f->all->v[f->cell[i + SOON]].place);

	return &f->all->v[f->cell[i]].place;
}

static void near_sums(const Flush *f, uint32_t cell)
{
	enum { CACHE_LINE = 64 };
	const char *p = (const char *)&f->all->v[cell].s;

	for (size_t i = 0; i < sizeof(Sums); i += CACHE_LINE)
		__builtin_prefetch(p + i);
}

static int add_sums(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Flush *f = arg;
	const Sums *delta = &f->all->v[f->cell[i]].s;
	unsigned char bytes[SUMS_CELL_MAX];
	Sums x;

	if (i + SOON < f->n)
		near_sums(f, f->cell[i + SOON]);
	if (!old.n && f->ahead) {
		(void)buf_put_str(out, ahead_sums(f->ahead, f->cell[i]));
		return 0;
	}
	if (old.n) {
		if (sums_read(old, &x) < 0)
			return err_set(e, "totals are damaged; move the snapshot away and a new one is made");
		sums_add(&x, delta);
		if (sums_zero(&x))
			return 0;
		delta = &x;
	}
	(void)buf_put(out, bytes, sums_write(delta, bytes));      /* whether it fitted is looked at behind all cells */
	return 0;
}

static int write_sums(Store *s, Flush *f, Err *e)
{
	f->n = 0;
	for (size_t i = 0; i < f->all->n; i++) {
		if (i + SOON < f->all->n)
			__builtin_prefetch(&f->all->v[f->order[i + SOON]].s);
		if (!sums_zero(&f->all->v[f->order[i]].s))
			f->cell[f->n++] = f->order[i];
	}
	return sheets_change(s, SHEETS_TOTAL, &(SheetsChange){ f->n, place_of, add_sums, f }, e);
}

/* The cell's differences as bytes: what came and went in one bucket is none. */
static void pack_latencies(const Cells *all, const Cell *c, Buf *out)
{
	const CellLatency *v = all->latency + c->first;
	int last = -1;

	buf_reset(out);
	for (uint32_t i = 0, run; i < c->count; i += run) {
		int64_t count = 0;

		for (run = 0; i + run < c->count && v[i + run].bucket == v[i].bucket; run++)
			count += v[i + run].sign;
		sketch_write_bucket(out, &last, v[i].bucket, count);
	}
}

static int add_latencies(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Flush *f = arg;

	pack_latencies(f->all, &f->all->v[f->cell[i]], f->bytes);
	return sketch_merge_blobs(old, buf_str(f->bytes), out, e);
}

static int write_latencies(Store *s, Flush *f, Err *e)
{
	f->n = 0;
	for (size_t i = 0; i < f->all->n; i++)
		if (f->all->v[f->order[i]].count)
			f->cell[f->n++] = f->order[i];
	return sheets_change(s, SHEETS_LATENCY, &(SheetsChange){ f->n, place_of, add_latencies, f }, e);
}

int apply_flush(Store *s, Err *e)
{
	return pushed_settle(s, e) < 0 ? -1 : flush_cells(s, e);
}

/* Order of all cells, which is s's own when it was made ahead. */
static uint32_t *sorted(Store *s)
{
	uint32_t *order;

	if (ahead_end(s))
		return NULL;
	order = xmalloc((s->cells.n + 1) * sizeof *order);
	cells_sort(&s->cells, order);
	return order;
}

int flush_cells(Store *s, Err *e)
{
	uint32_t *order = sorted(s), *cell = xmalloc((s->cells.n + 1) * sizeof *cell);
	Flush f = { .all = &s->cells, .order = order ? order : ahead_order(s->ahead), .ahead = s->ahead, .cell = cell, .bytes = &s->scratch };
	int rc;

	rc = write_sums(s, &f, e) < 0 || write_latencies(s, &f, e) < 0 ? -1 : 0;
	ahead_drop(s);
	free(order);
	free(cell);
	if (rc == 0)
		cells_reset(&s->cells);
	return rc;
}
