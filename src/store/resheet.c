/* Totals of a file of an older layout, a row for each cell, put on sheets: part of the transaction that brings the file up to date. */
#include "store/apply.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "model/sketch.h"
#include "store/sheets.h"

enum { ROWS_MAX = 4096, DAY_HOURS = 24 };

/* Rows that go on sheets together: of one rollup and span, in the order of their keys. */
typedef struct Lot { SheetTable t; Place *place; Str *body; size_t n, place_cap, body_cap; Arena bytes; } Lot;

static const Place *place_of(void *arg, size_t i)
{
	return &((const Lot *)arg)->place[i];
}

static int add_row(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Lot *l = arg;
	unsigned char bytes[SUMS_CELL_MAX];
	Sums x, y = { 0 };

	if (l->t == SHEETS_LATENCY)
		return sketch_merge_blobs(old, l->body[i], out, e);
	if (sums_unpack(l->body[i], &x) < 0 || (old.n && sums_read(old, &y) < 0))
		return err_set(e, "totals are damaged; move the snapshot away and a new one is made");
	sums_add(&x, &y);
	if (!sums_zero(&x))
		(void)buf_put(out, bytes, sums_write(&x, bytes));     /* whether it fitted is looked at behind all cells */
	return 0;
}

static int write_lot(Store *s, Lot *l, Err *e)
{
	static const Rollup day[ROLLUPS] = {
		[ROLLUP_ALL] = ROLLUP_DAY, [ROLLUP_TENANT] = ROLLUP_DAY_TENANT, [ROLLUP_AGENT] = ROLLUP_DAY_AGENT,
		[ROLLUP_VERSION] = ROLLUP_DAY_VERSION, [ROLLUP_MODEL] = ROLLUP_DAY_MODEL,
	};
	const SheetsChange c = { l->n, place_of, add_row, l };
	int rc = sheets_change(s, l->t, &c, e);

	if (rc == 0 && l->n && l->t == SHEETS_LATENCY && day[l->place[0].rollup]) {
		for (size_t i = 0; i < l->n; i++) {
			l->place[i].rollup = day[l->place[i].rollup];
			l->place[i].at = floor_div(l->place[i].at, DAY_HOURS);
		}
		rc = sheets_change(s, l->t, &c, e);
	}
	l->n = 0;
	arena_reset(&l->bytes);
	return rc;
}

/* Columns: rollup, span, keys, bytes. */
static int take_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Lot *l = arg;
	const int64_t rollup = sqlite3_column_int64(st, 0);
	int64_t span_ms, at = sqlite3_column_int64(st, 1);
	Place p;

	if (rollup < 0 || rollup > ROLLUP_RECENT_MODEL)
		return sheets_damaged(s, e);
	span_ms = rollup_kind((Rollup)rollup)->span_ms;
	at = at > INT64_MAX / span_ms ? INT64_MAX : at < INT64_MIN / span_ms ? INT64_MIN : at * span_ms;
	p = (Place){ rollup, sheets_at((Rollup)rollup, at),
	             { sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4) } };
	/* Spans beyond what sheets can say are all one: each of their rows for itself, because keys must ascend. */
	if (l->n && (l->n == ROWS_MAX || l->place[0].rollup != p.rollup || l->place[0].at != p.at || at == INT64_MAX || at == INT64_MIN ||
	             at != p.at * span_ms) && write_lot(s, l, e) < 0)
		return -1;
	VEC_GROW(l->place, l->place_cap, l->n + 1);
	VEC_GROW(l->body, l->body_cap, l->n + 1);
	l->place[l->n] = p;
	l->body[l->n++] = arena_str(&l->bytes, db_col_str(st, 5));
	return 0;
}

static int take_all(Store *s, SheetTable t, const char *sql, Err *e)
{
	Lot l = { .t = t };
	int rc = db_each(s, &(DbQuery){ sql, "cannot read totals", take_row, { 0 }, 0 }, &l, e);

	if (rc == 0)
		rc = write_lot(s, &l, e);
	free(l.place);
	free(l.body);
	arena_done(&l.bytes);
	return rc;
}

int apply_resheet(Store *s, Err *e)
{
	static const char totals[] = "SELECT rollup, at, k1, k2, k3, sums FROM total ORDER BY rollup, at, k1, k2, k3";
	static const char latencies[] = "SELECT rollup, at, key, 0, 0, sketch FROM latency ORDER BY rollup, at, key";

	if (take_all(s, SHEETS_TOTAL, totals, e) < 0 || take_all(s, SHEETS_LATENCY, latencies, e) < 0)
		return -1;
	return db_exec(s, "DROP TABLE total; DROP TABLE latency", e);
}
