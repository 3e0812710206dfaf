#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "store/row.h"

static const int64_t minute_ms = 60000, hour_ms = 3600000;
static const char *const dim_names[DIMS] = { "all", "tenant", "persona", "agent", "version", "model" };

#define SUM_LIST \
	"nusd, jobs, failed, unpriced, cache_hits, cache_known, retries, latency_ms_sum, latency_n, input, output, cache_read," \
	"cache_write_5m, cache_write_1h"

static void read_sums(sqlite3_stmt *st, int at, Sums *out)
{
	for (int i = 0; i < SUM_FIELDS; i++)
		sums_set_field(out, i, sqlite3_column_int64(st, at + i));
}

const char *dim_name(Dim d)
{
	return dim_names[d];
}

int dim_of(Str name, Dim *out)
{
	for (int d = 0; d < DIMS; d++)
		if (str_is(name, dim_names[d])) {
			*out = (Dim)d;
			return 0;
		}
	return -1;
}

static int64_t ceil_div(int64_t a, int64_t b)
{
	return a / b + (a % b > 0);
}

/* Adds whole hours [from, until) of a dimension to the groups. */
static int add_hours(Store *s, Dim by, int64_t from, int64_t until, Cells *groups, Err *e)
{
	static const char sql[] = "SELECT key, " SUM_LIST " FROM hourly WHERE dim = ? AND hour >= ? AND hour < ?";
	sqlite3_stmt *st;
	Sums x;
	int rc;

	if (from >= until)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, by);
	sqlite3_bind_int64(st, 2, from);
	sqlite3_bind_int64(st, 3, until);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		read_sums(st, 1, &x);
		sums_add(cells_at(groups, 0, sqlite3_column_int64(st, 0), 0), &x);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read hourly totals", e);
}

/* Adds the calls booked in [from, until) themselves, or takes them out again. */
static int move_rows(Store *s, Dim by, int64_t from_ms, int64_t until_ms, bool out, Cells *groups, Err *e)
{
#define ROWS_BY(key) "SELECT " CALL_SUM_COLUMNS ", " key " FROM job INDEXED BY job_booked WHERE booked_ms >= ? AND booked_ms < ?"
	static const char *const sql[DIMS] = {
		[DIM_ALL] = ROWS_BY("0"), [DIM_TENANT] = ROWS_BY("k_tenant"), [DIM_PERSONA] = ROWS_BY("k_persona"),
		[DIM_AGENT] = ROWS_BY("k_agent"), [DIM_VERSION] = ROWS_BY("k_version"), [DIM_MODEL] = ROWS_BY("k_model"),
	};
	static const Sums zero;
	sqlite3_stmt *st;
	Sums x;
	int rc;

	if (from_ms >= until_ms)
		return 0;
	if (!(st = db_stmt(s, sql[by], e)))
		return -1;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, until_ms);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		call_sums_read(st, &x);
		sums_move(cells_at(groups, 0, sqlite3_column_int64(st, 11), 0), out ? &zero : &x, out ? &x : &zero);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the jobs of an hour", e);
}

/* Adds whole minutes [from, until) over all calls. */
static int add_minutes(Store *s, int64_t from, int64_t until, Cells *groups, Err *e)
{
	static const char sql[] = "SELECT " SUM_LIST " FROM minutely WHERE minute >= ? AND minute < ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	Sums x;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from);
	sqlite3_bind_int64(st, 2, until);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		read_sums(st, 0, &x);
		sums_add(cells_at(groups, 0, 0, 0), &x);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the minutes of an hour", e);
}

/* Where rows or hourly totals have been forgotten, an hour less some of its rows is not the rest of it. */
static int is_whole(Store *s, int64_t hour, bool *whole, Err *e)
{
	static const char sql[] = "SELECT coalesce(max(value), 0) FROM meta WHERE key IN ('pruned_jobs_ms', 'pruned_hours_ms')";
	int64_t pruned;

	if (db_int(s, sql, &pruned, e) < 0)
		return -1;
	*whole = hour >= 0 && hour * hour_ms >= pruned;
	return 0;
}

/* Adds a part [from, until) of one hour with as few rows as can be: over all calls by the minute, else the part itself or
 * the hour without its rest. */
static int add_part(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Cells *groups, Err *e)
{
	int64_t hour = floor_div(from_ms, hour_ms), first = ceil_div(from_ms, minute_ms), last = floor_div(until_ms, minute_ms);
	bool whole;

	if (from_ms >= until_ms)
		return 0;
	if (by == DIM_ALL && first <= last)
		return move_rows(s, by, from_ms, first * minute_ms, false, groups, e) < 0 || add_minutes(s, first, last, groups, e) < 0 ||
		       move_rows(s, by, last * minute_ms, until_ms, false, groups, e) < 0 ? -1 : 0;
	if (is_whole(s, hour, &whole, e) < 0)
		return -1;
	if (!whole || until_ms - from_ms <= hour_ms / 2)
		return move_rows(s, by, from_ms, until_ms, false, groups, e);
	return add_hours(s, by, hour, hour + 1, groups, e) < 0 ||
	       move_rows(s, by, hour * hour_ms, from_ms, true, groups, e) < 0 ||
	       move_rows(s, by, until_ms, (hour + 1) * hour_ms, true, groups, e) < 0 ? -1 : 0;
}

static int by_money(const void *a, const void *b)
{
	const CostGroup *x = a, *y = b;

	if (x->s.nusd != y->s.nusd)
		return x->s.nusd > y->s.nusd ? -1 : 1;
	return str_cmp(x->key, y->key);
}

static int list_groups(Store *s, const Cells *groups, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	Str key;

	*out = ARENA_ARRAY(a, CostGroup, groups->n + 1);
	*n = 0;
	for (size_t i = 0; i < groups->n; i++) {
		if (sums_zero(&groups->v[i].s))
			continue;
		if (db_name_text(s, groups->v[i].key, &key, e) < 0)
			return -1;
		(*out)[(*n)++] = (CostGroup){ arena_str(a, key), groups->v[i].s };
	}
	if (*n)
		qsort(*out, *n, sizeof **out, by_money);
	return 0;
}

static int add_window(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Cells *groups, Err *e)
{
	int64_t first = ceil_div(from_ms, hour_ms), last = until_ms ? floor_div(until_ms, hour_ms) : INT64_MAX / hour_ms;

	if (first > last)
		return add_part(s, by, from_ms, until_ms, groups, e);
	if (add_part(s, by, from_ms, first * hour_ms, groups, e) < 0 || add_hours(s, by, first, last, groups, e) < 0)
		return -1;
	return until_ms ? add_part(s, by, last * hour_ms, until_ms, groups, e) : 0;
}

int store_cost(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	/* Totals and rows must be of one moment, also while another connection writes. */
	bool begun = sqlite3_get_autocommit(s->db) != 0;
	Cells groups = { 0 };
	int rc;

	*n = 0;
	if (begun && db_exec(s, "BEGIN", e) < 0)
		return -1;
	rc = add_window(s, by, from_ms, until_ms, &groups, e);
	if (rc == 0)
		rc = list_groups(s, &groups, a, out, n, e);
	if (begun)
		(void)sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);     /* nothing was written */
	cells_done(&groups);
	return rc;
}

/* The hours of one key are found one by one: the table is ordered by hour, so that sums over all keys read only theirs. */
int store_hours(Store *s, Dim dim, Str key, int64_t from_hour, size_t count, Sums *out, Err *e)
{
	static const char sql[] = "SELECT " SUM_LIST " FROM hourly WHERE dim = ? AND hour = ? AND key = ?";
	int64_t id = 0;

	memset(out, 0, count * sizeof *out);
	if (dim != DIM_ALL && db_name_find(s, key, &id, e) < 0)
		return -1;
	for (size_t i = 0; i < count && id >= 0; i++) {
		sqlite3_stmt *st = db_stmt(s, sql, e);
		int rc;

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, dim);
		sqlite3_bind_int64(st, 2, from_hour + (int64_t)i);
		sqlite3_bind_int64(st, 3, id);
		if ((rc = sqlite3_step(st)) == SQLITE_ROW)
			read_sums(st, 0, &out[i]);
		else if (rc != SQLITE_DONE)
			return db_fail(s, "cannot read hourly totals", e);
		sqlite3_reset(st);
	}
	return 0;
}

int store_hours_by(Store *s, Dim by, const int64_t *hours, size_t count, Arena *a, CostGroup **out, size_t *n, Err *e)
{
	Cells groups = { 0 };
	int rc = 0;

	*n = 0;
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = add_hours(s, by, hours[i], hours[i] + 1, &groups, e);
	if (rc == 0)
		rc = list_groups(s, &groups, a, out, n, e);
	cells_done(&groups);
	return rc;
}

int store_minutes(Store *s, int64_t from_minute, size_t count, Sums *out, Err *e)
{
	static const char sql[] = "SELECT minute, " SUM_LIST " FROM minutely WHERE minute >= ? AND minute < ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	memset(out, 0, count * sizeof *out);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_minute);
	sqlite3_bind_int64(st, 2, from_minute + (int64_t)count);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		read_sums(st, 1, &out[sqlite3_column_int64(st, 0) - from_minute]);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the last minutes", e);
}
