#include "store/pushed.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "store/apply.h"
#include "store/sheets.h"
#include "store/totals.h"

enum { KEPT_HOURS = 40 * 24 };           /* nothing older is asked for again */
static const int64_t hour_ms = 3600000;

/* The totals that each kind's answer goes into, and the dimensions of its keys. */
static const Rollup rollups[PUSH_KINDS][6] = {
	[PUSH_WHO] = { ROLLUP_ALL, ROLLUP_TENANT, ROLLUP_PERSONA, ROLLUP_MODEL, ROLLUP_TENANT_MODEL, ROLLUP_TENANT_PERSONA_MODEL },
	[PUSH_WHAT] = { ROLLUP_AGENT, ROLLUP_VERSION, ROLLUP_VERSION_MODEL },
};
static const int rollup_count[PUSH_KINDS] = { [PUSH_WHO] = 6, [PUSH_WHAT] = 3 };
static const Dim dims[PUSH_KINDS][DIM_PARTS] = {
	[PUSH_WHO] = { DIM_TENANT, DIM_PERSONA, DIM_MODEL }, [PUSH_WHAT] = { DIM_AGENT, DIM_VERSION, DIM_MODEL },
};

/* One hour of one kind. */
typedef struct Hour {
	PushKind kind;
	int64_t  hour, from_ms, until_ms;
	bool     known, approximate, partial;
	Cells    said, applied, own;     /* of Insights; what the totals hold of it; of the store by itself */
	Cells    items;                  /* of these, what the jobs table tells of */
} Hour;

static Sums *at_key(Cells *c, const int64_t key[DIM_PARTS])
{
	return &cells_at(c, &(Place){ .key = { key[0], key[1], key[2] } })->s;
}

static void hour_done(Hour *h)
{
	cells_done(&h->said);
	cells_done(&h->applied);
	cells_done(&h->own);
	cells_done(&h->items);
}

static int span_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Hour *h = arg;

	(void)s;
	(void)e;
	h->known = true;
	h->from_ms = sqlite3_column_int64(st, 0);
	h->until_ms = sqlite3_column_int64(st, 1);
	h->approximate = sqlite3_column_int(st, 2);
	h->partial = sqlite3_column_int(st, 3);
	return 0;
}

static int read_span(Store *s, Hour *h, Err *e)
{
	static const char sql[] = "SELECT from_ms, until_ms, approximate, partial FROM pushed_hour WHERE hour = ? AND kind = ?";

	return db_each(s, &(DbQuery){ sql, "cannot read what Logs Insights said", span_row, { h->hour, h->kind }, 2 }, h, e);
}

static int said_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	int64_t key[DIM_PARTS] = { sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2) };
	Hour *h = arg;

	return sums_unpack(db_col_str(st, 3), at_key(&h->said, key)) < 0 || sums_unpack(db_col_str(st, 4), at_key(&h->applied, key)) < 0
	       ? sheets_damaged(s, e) : 0;
}

static int read_rows(Store *s, Hour *h, Err *e)
{
	static const char sql[] = "SELECT k1, k2, k3, said, applied FROM pushed WHERE hour = ? AND kind = ?";

	return db_each(s, &(DbQuery){ sql, "cannot read what Logs Insights said", said_row, { h->hour, h->kind }, 2 }, h, e);
}

static int own_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	int64_t id[DIM_SIMPLE], key[DIM_PARTS];
	Hour *h = arg;
	Sums x;

	(void)s;
	(void)e;
	call_sums_read(st, &x, id);
	for (int i = 0; i < DIM_PARTS; i++)
		key[i] = id[dims[h->kind][i]];
	sums_add(at_key(&h->own, key), &x);
	if (sqlite3_column_int64(st, 0) == CALL_ITEM)
		sums_add(at_key(&h->items, key), &x);
	return 0;
}

/* What the store has by itself of the time that Insights has added up. */
static int read_own(Store *s, Hour *h, Err *e)
{
	static const char sql[] = "SELECT " CALL_SUM_COLUMNS " FROM job INDEXED BY job_booked WHERE booked_ms >= ? AND booked_ms < ?";

	return db_each(s, &(DbQuery){ sql, "cannot read the calls of an hour", own_row, { h->from_ms, h->until_ms }, 2 }, h, e);
}

static int add_said(Store *s, Hour *h, const PushGroup *g, Err *e)
{
	int64_t key[DIM_PARTS], agent, version;

	if (db_name_id(s, g->model, &key[2], e) < 0)
		return -1;
	if (h->kind == PUSH_WHO) {
		if (db_name_id(s, g->tenant, &key[0], e) < 0 || db_name_id(s, g->persona, &key[1], e) < 0)
			return -1;
	} else {
		if (db_name_id(s, g->agent, &agent, e) < 0 || db_name_id(s, g->version, &version, e) < 0 ||
		    apply_version(s, agent, version, &key[1], e) < 0)
			return -1;
		key[0] = agent;
	}
	sums_add(at_key(&h->said, key), &g->s);
	h->approximate |= g->approximate;
	return 0;
}

/* What the totals of that key should hold besides the store's own. Of a key of which no line speaks the store's own word stands. */
static Sums difference(const Sums *said, const Sums *own, const Sums *items)
{
	Sums d = { 0 };

	if (!said->jobs)
		return d;
	d.nusd = said->nusd - own->nusd;
	d.tok = (Tokens){ said->tok.input - own->tok.input, said->tok.output - own->tok.output, said->tok.cache_read - own->tok.cache_read,
	                  said->tok.cache_write_5m - own->tok.cache_write_5m, said->tok.cache_write_1h - own->tok.cache_write_1h };
	d.cache = (CacheMoney){ said->cache.saved_nusd - own->cache.saved_nusd, said->cache.premium_nusd - own->cache.premium_nusd,
	                        said->cache.miss_nusd - own->cache.miss_nusd };
	/* How many there were the jobs table knows better: a job may have many calls. */
	if (!items->jobs) {
		d.jobs = said->jobs - own->jobs;
		d.unpriced = said->unpriced - own->unpriced;
		d.booked = said->booked - own->booked;
	}
	return d;
}

static void move_totals(Store *s, const Hour *h, const int64_t key[DIM_PARTS], const Sums *delta)
{
	int64_t id[DIM_SIMPLE] = { 0 };

	for (int i = 0; i < DIM_PARTS; i++)
		id[dims[h->kind][i]] = key[i];
	for (int i = 0; i < rollup_count[h->kind]; i++) {
		const RollupKind *k = rollup_kind(rollups[h->kind][i]);
		Place p = { rollups[h->kind][i], sheets_at(rollups[h->kind][i], h->hour * hour_ms), { id[k->part[0]], id[k->part[1]], id[k->part[2]] } };

		sums_add(&cells_at(&s->cells, &p)->s, delta);
	}
}

static int write_row(Store *s, const Hour *h, const int64_t key[DIM_PARTS], const Sums *said, const Sums *applied, Err *e)
{
	static const char sql[] = "INSERT INTO pushed VALUES(?, ?, ?, ?, ?, ?, ?)";
	unsigned char a[SUMS_BLOB_MAX], b[SUMS_BLOB_MAX];
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, h->hour);
	sqlite3_bind_int64(st, 2, h->kind);
	for (int i = 0; i < DIM_PARTS; i++)
		sqlite3_bind_int64(st, 3 + i, key[i]);
	sqlite3_bind_blob64(st, 6, a, sums_pack(said, a), SQLITE_STATIC);
	sqlite3_bind_blob64(st, 7, b, sums_pack(applied, b), SQLITE_STATIC);
	return db_done(s, st, "cannot keep what Logs Insights said", e);
}

static int run_hour(Store *s, const char *sql, int64_t a, int64_t b, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, a);
	sqlite3_bind_int64(st, 2, b);
	return db_done(s, st, "cannot keep what Logs Insights said", e);
}

static int write_span(Store *s, const Hour *h, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO pushed_hour VALUES(?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	const int64_t v[] = { h->hour, h->kind, h->from_ms, h->until_ms, h->approximate, h->partial };

	if (!st)
		return -1;
	for (int i = 0; i < 6; i++)
		sqlite3_bind_int64(st, 1 + i, v[i]);
	return db_done(s, st, "cannot keep what Logs Insights said", e);
}

/* Every key that anybody knows of once: said has all of them then. */
static int settle(Store *s, Hour *h, Err *e)
{
	static const char drop[] = "DELETE FROM pushed WHERE hour = ? AND kind = ?";

	for (size_t i = 0; i < h->applied.n; i++)
		(void)at_key(&h->said, h->applied.v[i].place.key);
	if (run_hour(s, drop, h->hour, h->kind, e) < 0)
		return -1;
	for (size_t i = 0; i < h->said.n; i++) {
		const int64_t *key = h->said.v[i].place.key;
		Sums want = difference(&h->said.v[i].s, at_key(&h->own, key), at_key(&h->items, key)), delta = want;

		sums_sub(&delta, at_key(&h->applied, key));
		if (!sums_zero(&delta))
			move_totals(s, h, key, &delta);
		if ((!sums_zero(&h->said.v[i].s) || !sums_zero(&want)) && write_row(s, h, key, &h->said.v[i].s, &want, e) < 0)
			return -1;
	}
	return write_span(s, h, e);
}

static int settle_hour(Store *s, int64_t hour, PushKind kind, Err *e)
{
	Hour h = { .kind = kind, .hour = hour };
	int rc = read_span(s, &h, e);

	if (rc == 0 && h.known)
		rc = read_rows(s, &h, e) < 0 || read_own(s, &h, e) < 0 ? -1 : settle(s, &h, e);
	hour_done(&h);
	return rc;
}

int pushed_any(Store *s, bool *any, Err *e)
{
	int64_t n;
	int rc = db_int(s, "SELECT EXISTS(SELECT 1 FROM pushed_hour)", &n, e);

	*any = n;
	return rc;
}

int pushed_settle(Store *s, Err *e)
{
	int64_t *hour;
	size_t n = 0;
	bool any;
	int rc = pushed_any(s, &any, e);

	if (rc < 0 || !any)
		return rc;
	/* Settling makes more cells. */
	hour = xmalloc((s->cells.n + 1) * sizeof *hour);
	for (size_t i = 0; i < s->cells.n; i++)
		if (s->cells.v[i].place.rollup == ROLLUP_ALL && !sums_zero(&s->cells.v[i].s))
			hour[n++] = s->cells.v[i].place.at;
	for (size_t i = 0; i < n && rc == 0; i++)
		for (int k = 0; k < PUSH_KINDS && rc == 0; k++)
			rc = settle_hour(s, hour[i], (PushKind)k, e);
	free(hour);
	return rc;
}

static int push_one(Store *s, const PushAnswer *a, Err *e)
{
	Hour h = { .kind = a->kind, .hour = floor_div(a->from_ms, hour_ms) };
	int rc = read_span(s, &h, e) < 0 || read_rows(s, &h, e) < 0 ? -1 : 0;

	if (rc == 0 && a->again) {
		cells_reset(&h.said);
		h.approximate = h.partial = false;
	}
	h.from_ms = h.known && h.from_ms < a->from_ms ? h.from_ms : a->from_ms;
	h.until_ms = h.known && h.until_ms > a->until_ms ? h.until_ms : a->until_ms;
	h.partial |= a->partial;
	for (size_t i = 0; i < a->n && rc == 0; i++)
		if (a->group[i].hour == h.hour)
			rc = add_said(s, &h, &a->group[i], e);
	if (rc == 0)
		rc = read_own(s, &h, e) < 0 ? -1 : settle(s, &h, e);
	hour_done(&h);
	return rc;
}

static int put_cursors(Store *s, const Cursor *v, size_t n, Err *e)
{
	StoreBatch b = { .cursors = v, .cursor_count = n };
	StoreDelta d = { 0 };

	return apply_feeds(s, &b, &d, e);
}

static int push_all(Store *s, const PushAnswer *v, size_t n, Err *e)
{
	static const char old_rows[] = "DELETE FROM pushed WHERE hour < ? AND kind >= ?";
	static const char old_hours[] = "DELETE FROM pushed_hour WHERE hour < ? AND kind >= ?";

	for (size_t i = 0; i < n; i++)
		if (push_one(s, &v[i], e) < 0)
			return -1;
	if (n && (run_hour(s, old_rows, floor_div(v[n - 1].from_ms, hour_ms) - KEPT_HOURS, 0, e) < 0 ||
	          run_hour(s, old_hours, floor_div(v[n - 1].from_ms, hour_ms) - KEPT_HOURS * 10, 0, e) < 0))
		return -1;
	return flush_cells(s, e);
}

int store_push(Store *s, const PushAnswer *v, size_t n, const Cursor *cursor, size_t cursors, int64_t *news, Err *e)
{
	int64_t number = 0;

	if (db_begin(s, e) < 0)
		return -1;
	if (push_all(s, v, n, e) < 0 || put_cursors(s, cursor, cursors, e) < 0 || (n && apply_news(s, &number, e) < 0) || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	if (news)
		*news = number;
	return 0;
}

int store_pushed(Store *s, int64_t from_ms, int64_t until_ms, PushedSpan *out, Err *e)
{
	static const char sql[] = "SELECT count(DISTINCT hour), coalesce(max(approximate), 0), coalesce(max(partial), 0) FROM pushed_hour "
	                          "WHERE hour >= ? AND hour < ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*out = (PushedSpan){ 0 };
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, floor_div(from_ms, hour_ms));
	sqlite3_bind_int64(st, 2, until_ms ? floor_div(until_ms - 1, hour_ms) + 1 : INT64_MAX);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = (PushedSpan){ sqlite3_column_int64(st, 0), sqlite3_column_int(st, 1), sqlite3_column_int(st, 2) };
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read what Logs Insights said", e);
}
