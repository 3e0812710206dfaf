#include "store/apply.h"
#include "store/change.h"
#include "store/platform.h"

static int put_agents(Store *s, const StoreBatch *b, StoreDelta *d, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO agent VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";

	if (b->agents_replace && db_exec(s, "DELETE FROM agent", e) < 0)
		return -1;
	for (size_t i = 0; i < b->agent_count; i++) {
		const AgentVersionRow *r = &b->agents[i];
		const Str texts[] = { r->agent, r->version, r->status, r->model, r->created_by, r->raw_json };
		sqlite3_stmt *st = db_stmt(s, sql, e);

		if (!st)
			return -1;
		for (int t = 0; t < 6; t++)
			db_bind_str(st, 1 + t, texts[t]);
		sqlite3_bind_int64(st, 7, r->created_ms);
		sqlite3_bind_int64(st, 8, r->rev);
		sqlite3_bind_int64(st, 9, r->is_route);
		if (db_done(s, st, "cannot keep an agent", e) < 0)
			return -1;
		d->agents++;
	}
	return 0;
}

static int put_series(Store *s, const MetricSeries *m, Err *e)
{
	static const char head[] =
		"INSERT INTO series(ns, name, dimensions, stat, period_s, unit, partial) VALUES(?, ?, ?, ?, ?, ?, ?) "
		"ON CONFLICT(ns, name, dimensions, stat, period_s) DO UPDATE SET unit = excluded.unit, partial = excluded.partial RETURNING id";
	static const char body[] = "INSERT OR REPLACE INTO point VALUES(?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, head, e);
	int64_t id;

	if (!st)
		return -1;
	db_bind_str(st, 1, m->ns);
	db_bind_str(st, 2, m->name);
	db_bind_str(st, 3, m->dimensions_json);
	db_bind_str(st, 4, m->stat);
	sqlite3_bind_int64(st, 5, m->period_s);
	db_bind_str(st, 6, m->unit);
	sqlite3_bind_int64(st, 7, m->partial);
	if (sqlite3_step(st) != SQLITE_ROW)
		return db_fail(s, "cannot keep a metric", e);
	id = sqlite3_column_int64(st, 0);
	if (db_done(s, st, "cannot keep a metric", e) < 0)
		return -1;
	for (size_t i = 0; i < m->count; i++) {
		if (!(st = db_stmt(s, body, e)))
			return -1;
		sqlite3_bind_int64(st, 1, id);
		sqlite3_bind_int64(st, 2, m->points[i].t_ms);
		if (m->points[i].has)
			sqlite3_bind_double(st, 3, m->points[i].v);
		else
			sqlite3_bind_null(st, 3);
		if (db_done(s, st, "cannot keep a metric's point", e) < 0)
			return -1;
	}
	return 0;
}

static int put_changes(Store *s, const StoreBatch *b, StoreDelta *d, Err *e)
{
	for (size_t i = 0; i < b->name_count; i++)
		if (change_known_as(s, &b->names[i], e) < 0)
			return -1;
	for (size_t i = 0; i < b->change_count; i++)
		if (change_take(s, &b->changes[i], &d->changes, e) < 0)
			return -1;
	return b->traits ? change_traits(s, b->traits, &d->changes, e) : 0;
}

static int put_platform(Store *s, const StoreBatch *b, StoreDelta *d, Err *e)
{
	bool changed = false;

	if (b->platform && platform_put(s, b->platform, &changed, e) < 0)
		return -1;
	d->agents += changed;
	return 0;
}

int apply_feeds(Store *s, const StoreBatch *b, StoreDelta *d, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO cursor VALUES(?, ?)";

	for (size_t i = 0; i < b->series_count; i++, d->series++)
		if (put_series(s, &b->series[i], e) < 0)
			return -1;
	if (put_agents(s, b, d, e) < 0 || put_changes(s, b, d, e) < 0 || put_platform(s, b, d, e) < 0)
		return -1;
	for (size_t i = 0; i < b->cursor_count; i++) {
		sqlite3_stmt *st = db_stmt(s, sql, e);

		if (!st)
			return -1;
		db_bind_str(st, 1, str_of(b->cursors[i].feed));
		db_bind_str(st, 2, b->cursors[i].value);
		if (db_done(s, st, "cannot keep a feed's place", e) < 0)
			return -1;
	}
	return 0;
}

int store_cursor(Store *s, const char *feed, Arena *a, Str *value, Err *e)
{
	static const char sql[] = "SELECT value FROM cursor WHERE feed = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*value = STR("");
	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(feed));
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*value = arena_str(a, db_col_str(st, 0));
	else if (rc != SQLITE_DONE)
		return db_fail(s, "cannot read a feed's place", e);
	sqlite3_reset(st);
	return 0;
}
