/* Totals and latencies made anew from the jobs, for a file of an older layout: part of the transaction that brings it up to date. */
#include "store/apply.h"

#include "store/rollup.h"

enum { CELLS_MAX = 1 << 16, LATENCIES_MAX = 1 << 20 };

/* These members were kept before, by the hour and simple dimension. */
static Sums known_before(const Call *c)
{
	Sums all, known = { 0 };

	call_sums(c, &all);
	for (int i = 0; i < SUMS_OLD; i++)
		sums_set_field(&known, i, sums_field(&all, i));
	return known;
}

static int add_calls(Store *s, int64_t hours_kept_before_ms, Err *e)
{
	static const char sql[] = "SELECT " CALL_COLUMNS " FROM job ORDER BY id";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Sums known;
		Call c;

		call_read(st, &c);
		known = known_before(&c);
		apply_count(s, &c, 1, c.b.booked_ms < hours_kept_before_ms ? &known : NULL);
		if ((s->cells.n > CELLS_MAX || s->cells.latencies > LATENCIES_MAX) && apply_flush(s, e) < 0)
			break;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		(void)db_fail(s, "cannot read the jobs again", e);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? apply_flush(s, e) : -1;
}

int apply_rebuild(Store *s, Err *e)
{
	int64_t kept_before_ms;

	return store_detail_from(s, &kept_before_ms, e) < 0 || recent_begin(s, 0, e) < 0 ? -1 : add_calls(s, kept_before_ms, e);
}
