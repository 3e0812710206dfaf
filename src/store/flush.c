/* Writes what a batch has changed in the totals: each touched row once. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/apply.h"
#include "store/rows.h"

#include "model/sketch.h"

/* The cells that have something to write, in the order of the table. */
typedef struct Flush { const Cells *all; uint32_t *order, *cell; size_t n; Buf *bytes; unsigned char sums[SUMS_BLOB_MAX]; } Flush;

static void give_sums(sqlite3_context *ctx, void *arg, size_t row, int column)
{
	Flush *f = arg;
	const Cell *c = &f->all->v[f->cell[row]];

	switch (column) {
	case 0:
		sqlite3_result_int64(ctx, c->place.rollup);
		break;
	case 1:
		sqlite3_result_int64(ctx, c->place.at);
		break;
	case 2 + DIM_PARTS:
		sqlite3_result_blob64(ctx, f->sums, sums_pack(&c->s, f->sums), SQLITE_STATIC);
		break;
	default:
		sqlite3_result_int64(ctx, c->place.key[column - 2]);
	}
}

static int write_sums(Store *s, Flush *f, Err *e)
{
	static const char sql[] = "INSERT INTO total SELECT c0, c1, c2, c3, c4, c5 FROM rows WHERE true "
		"ON CONFLICT(rollup, at, k1, k2, k3) DO UPDATE SET sums = sums_add(sums, excluded.sums)";

	f->n = 0;
	for (size_t i = 0; i < f->all->n; i++)
		if (!sums_zero(&f->all->v[f->order[i]].s))
			f->cell[f->n++] = f->order[i];
	return rows_write(s, sql, &(Rows){ f->n, give_sums, f }, "cannot keep totals", e);
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

static void give_latencies(sqlite3_context *ctx, void *arg, size_t row, int column)
{
	const Flush *f = arg;
	const Cell *c = &f->all->v[f->cell[row]];

	switch (column) {
	case 0:
		sqlite3_result_int64(ctx, c->place.rollup);
		break;
	case 1:
		sqlite3_result_int64(ctx, c->place.at);
		break;
	case 2:
		sqlite3_result_int64(ctx, c->place.key[0]);
		break;
	default:
		pack_latencies(f->all, c, f->bytes);
		sqlite3_result_blob64(ctx, f->bytes->n ? f->bytes->p : "", f->bytes->n, SQLITE_STATIC);
	}
}

static int write_latencies(Store *s, Flush *f, Err *e)
{
	static const char sql[] = "INSERT INTO latency SELECT c0, c1, c2, c3 FROM rows WHERE true "
		"ON CONFLICT(rollup, at, key) DO UPDATE SET sketch = sketch_add(sketch, excluded.sketch)";

	f->n = 0;
	for (size_t i = 0; i < f->all->n; i++)
		if (f->all->v[f->order[i]].count)
			f->cell[f->n++] = f->order[i];
	return rows_write(s, sql, &(Rows){ f->n, give_latencies, f }, "cannot keep latencies", e);
}

int apply_flush(Store *s, Err *e)
{
	return pushed_settle(s, e) < 0 ? -1 : flush_cells(s, e);
}

int flush_cells(Store *s, Err *e)
{
	Flush f = { .all = &s->cells, .bytes = &s->scratch };
	int rc;

	f.order = xmalloc((s->cells.n + 1) * sizeof *f.order);
	f.cell = xmalloc((s->cells.n + 1) * sizeof *f.cell);
	cells_sort(&s->cells, f.order);
	rc = write_sums(s, &f, e) < 0 || write_latencies(s, &f, e) < 0 ? -1 : 0;
	free(f.order);
	free(f.cell);
	if (rc == 0)
		cells_reset(&s->cells);
	return rc;
}
