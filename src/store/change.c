#include "store/change.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/db.h"

/* Clocks of two services and of whoever writes a time into an item. */

#define ROW_COLUMNS "id, time_ms, since_ms, kind, source, object, value_from, value_to, who"
typedef struct Row { int64_t id; Change c; } Row;

static Row row_of(sqlite3_stmt *st, Arena *a)
{
	return (Row){ sqlite3_column_int64(st, 0), {
		.time_ms = sqlite3_column_int64(st, 1), .since_ms = sqlite3_column_int64(st, 2), .kind = (ChangeKind)sqlite3_column_int(st, 3),
		.source = (ChangeSource)sqlite3_column_int(st, 4), .object = arena_str(a, db_col_str(st, 5)), .from = arena_str(a, db_col_str(st, 6)),
		.to = arena_str(a, db_col_str(st, 7)), .by = arena_str(a, db_col_str(st, 8)) } };
}

/* --- one row for each change --- */

static int64_t distance(const Change *x, const Change *y)
{
	int64_t d = x->time_ms - y->time_ms;

	return d < 0 ? -d : d;
}

static bool may_be_same(const Change *x, const Change *y)
{
	return !x->to.n || !y->to.n || str_eq(x->to, y->to);
}

/* The nearest row that no sighting of this source stands behind yet. */
static int find_same(Store *s, const Change *c, Arena *a, Row *out, bool *found, Err *e)
{
	static const char sql[] = "SELECT " ROW_COLUMNS " FROM change WHERE object = ?1 AND kind = ?2 AND time_ms >= ?3 AND since_ms <= ?4 "
		"AND NOT EXISTS (SELECT 1 FROM sighting WHERE sighting.change = change.id AND sighting.source = ?5) ORDER BY time_ms, id";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	db_bind_str(st, 1, c->object);
	sqlite3_bind_int64(st, 2, c->kind);
	sqlite3_bind_int64(st, 3, c->since_ms - CHANGE_APART_MS);
	sqlite3_bind_int64(st, 4, c->time_ms + CHANGE_APART_MS);
	sqlite3_bind_int64(st, 5, c->source);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Row r = row_of(st, a);

		if (!may_be_same(&r.c, c) || (*found && distance(&out->c, c) <= distance(&r.c, c)))
			continue;
		*out = r;
		*found = true;
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the changes", e);
}

static bool is_known(Store *s, const Change *c, Err *e)
{
	static const char sql[] = "SELECT 1 FROM sighting WHERE source = ? AND id = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	bool known;

	if (!st)
		return false;
	sqlite3_bind_int64(st, 1, c->source);
	db_bind_str(st, 2, c->id);
	known = sqlite3_step(st) == SQLITE_ROW;
	sqlite3_reset(st);
	return known;
}

static Change merged(const Change *x, const Change *y)
{
	bool x_first = change_source_rank(x->source) >= change_source_rank(y->source);
	const Change *better = x_first ? x : y, *other = x_first ? y : x;
	Change out = *better;

	if (!out.from.n)
		out.from = other->from;
	if (!out.to.n)
		out.to = other->to;
	if (!out.by.n)
		out.by = other->by;
	return out;
}

static bool says_the_same(const Change *x, const Change *y)
{
	return x->time_ms == y->time_ms && x->source == y->source && str_eq(x->from, y->from) && str_eq(x->to, y->to) && str_eq(x->by, y->by);
}

static int put_row(Store *s, int64_t id, const Change *c, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO change(" ROW_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const Str texts[] = { c->object, c->from, c->to, c->by };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	if (id)
		sqlite3_bind_int64(st, 1, id);
	else
		sqlite3_bind_null(st, 1);
	sqlite3_bind_int64(st, 2, c->time_ms);
	sqlite3_bind_int64(st, 3, c->since_ms);
	sqlite3_bind_int64(st, 4, c->kind);
	sqlite3_bind_int64(st, 5, c->source);
	for (int i = 0; i < 4; i++)
		db_bind_str(st, 6 + i, texts[i]);
	return db_done(s, st, "cannot keep a change", e);
}

static int put_sighting(Store *s, const Change *c, int64_t row, Err *e)
{
	static const char sql[] = "INSERT INTO sighting(source, id, change) VALUES(?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->source);
	db_bind_str(st, 2, c->id);
	sqlite3_bind_int64(st, 3, row);
	return db_done(s, st, "cannot keep who saw a change", e);
}

int change_take(Store *s, const Change *c, size_t *fresh, Err *e)
{
	Arena a = { 0 };
	Err why = { 0 };
	bool found = false;
	Change both;
	int rc = 0;
	Row r;

	if (is_known(s, c, &why))
		goto out;
	rc = why.kind ? -1 : find_same(s, c, &a, &r, &found, &why);
	if (rc < 0)
		goto out;
	both = found ? merged(&r.c, c) : *c;
	if (!found || !says_the_same(&both, &r.c)) {
		rc = put_row(s, found ? r.id : 0, &both, &why);
		++*fresh;
	}
	if (rc == 0)
		rc = put_sighting(s, c, found ? r.id : sqlite3_last_insert_rowid(s->db), &why);
out:
	if (rc < 0 && e)
		*e = why;
	arena_done(&a);
	return rc;
}

int change_known_as(Store *s, const KnownAs *k, Err *e)
{
	static const char sql[] = "INSERT INTO known_as(id, name) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET name = ?2 WHERE name <> ?2";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, k->id);
	db_bind_str(st, 2, k->name);
	return db_done(s, st, "cannot keep a name", e);
}

int change_prune(Store *s, int64_t before_ms, Err *e)
{
	static const char *const sql[] = { "DELETE FROM sighting WHERE change IN (SELECT id FROM change WHERE time_ms < ?)",
	                                   "DELETE FROM change WHERE time_ms < ?" };

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		sqlite3_stmt *st = db_stmt(s, sql[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, before_ms);
		if (db_done(s, st, "cannot forget old changes", e) < 0)
			return -1;
	}
	return 0;
}

/* --- reading --- */

/* "ABCDEFGHIJ/TSTALIASID" part by part; a part that has no other name stays. */
static int show_names(Store *s, Arena *a, Str *object, Err *e)
{
	static const char sql[] = "SELECT name FROM known_as WHERE id = ?";
	Str rest = *object, out = STR("");
	int rc = SQLITE_DONE;

	for (bool first = true; rest.n || first; first = false) {
		Str part = str_cut(rest, '/', &rest);
		sqlite3_stmt *st = db_stmt(s, sql, e);

		if (!st)
			return -1;
		db_bind_str(st, 1, part);
		if ((rc = sqlite3_step(st)) == SQLITE_ROW)
			part = db_col_str(st, 0);
		else if (rc != SQLITE_DONE)
			return db_fail(s, "cannot read a name", e);
		out = arena_printf(a, "%.*s%s%.*s", STR_ARG(out), first ? "" : "/", STR_ARG(part));
		sqlite3_reset(st);
	}
	*object = out;
	return 0;
}

int store_changes(Store *s, int64_t from_ms, int64_t until_ms, size_t limit, Arena *a, Change **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT " ROW_COLUMNS " FROM change WHERE time_ms >= ? AND time_ms < ? "
		"ORDER BY time_ms DESC, object, kind, id DESC LIMIT ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	Change *v = NULL;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, until_ms ? until_ms : INT64_MAX);
	sqlite3_bind_int64(st, 3, limit ? (int64_t)limit : -1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = row_of(st, a).c;
	}
	if (rc != SQLITE_DONE)
		(void)db_fail(s, "cannot read the changes", e);
	sqlite3_reset(st);
	rc = rc == SQLITE_DONE ? 0 : -1;
	for (size_t i = 0; i < *n && rc == 0; i++)
		rc = show_names(s, a, &v[i].object, e);
	if (*n) {
		*out = ARENA_ARRAY(a, Change, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc;
}

int store_traits(Store *s, ChangeKind kind, Arena *a, TraitRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT source, object, value FROM trait WHERE kind = ? ORDER BY source, object";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	TraitRow *v = NULL;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, kind);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = (TraitRow){ (ChangeSource)sqlite3_column_int(st, 0), arena_str(a, db_col_str(st, 1)), arena_str(a, db_col_str(st, 2)) };
	}
	if (rc != SQLITE_DONE)
		(void)db_fail(s, "cannot read the registry as it was", e);
	sqlite3_reset(st);
	rc = rc == SQLITE_DONE ? 0 : -1;
	for (size_t i = 0; i < *n && rc == 0; i++)
		rc = show_names(s, a, &v[i].object, e);
	if (*n) {
		*out = ARENA_ARRAY(a, TraitRow, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc;
}
