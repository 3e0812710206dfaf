/* Lines as older layouts have them: until layout 16 a column for everything, ids without meaning, indexes by event and by call; then until
 * layout 22 a row for each, with the id that it still has. */
#include "store/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/apply.h"
#include "store/line_sheets.h"

enum { F_TOKENS = 1, F_CACHE_SHIFT = 1, F_LATE = 8, F_TAIL = 16, FIRST_NAME = 10 };

static const size_t texts[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, job_id), offsetof(LogLine, trace_id), offsetof(LogLine, request_id),
	offsetof(LogLine, service_tier),
};

static void unpack(Str blob, LogLine *l)
{
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		uint32_t n;

		if (blob.n < sizeof n)
			return;
		memcpy(&n, blob.p, sizeof n);
		blob = str_sub(blob, sizeof n, blob.n);
		*(Str *)(void *)((char *)l + texts[i]) = str_sub(blob, 0, n);
		blob = str_sub(blob, n, blob.n);
	}
}

static int read_old(Store *s, sqlite3_stmt *st, LogLine *l, Err *e)
{
	static const size_t named[LINE_NAMES] = {
		offsetof(LogLine, level), offsetof(LogLine, tenant), offsetof(LogLine, persona), offsetof(LogLine, agent),
		offsetof(LogLine, version), offsetof(LogLine, model),
	};
	int64_t flags = sqlite3_column_int64(st, 2);

	*l = (LogLine){
		.event_ms = sqlite3_column_int64(st, 0), .kind = (LineKind)sqlite3_column_int64(st, 1), .has_tokens = flags & F_TOKENS,
		.cache_hit = (Tri)(flags >> F_CACHE_SHIFT & 3), .late = flags & F_LATE, .tail = flags >= F_TAIL,
		.reported_nusd = { sqlite3_column_type(st, 3) != SQLITE_NULL, sqlite3_column_int64(st, 3) },
		.duration_ms = { sqlite3_column_type(st, 4) != SQLITE_NULL, sqlite3_column_int64(st, 4) },
		.tokens = { sqlite3_column_int64(st, 5), sqlite3_column_int64(st, 6), sqlite3_column_int64(st, 7), sqlite3_column_int64(st, 8),
		            sqlite3_column_int64(st, 9) },
	};
	for (int i = 0; i < LINE_NAMES; i++)
		if (db_name_text(s, sqlite3_column_int64(st, FIRST_NAME + i), (Str *)(void *)((char *)l + named[i]), e) < 0)
			return -1;
	unpack(db_col_str(st, 16), l);
	l->text = db_col_str(st, 17);
	return 0;
}

/* *first: the call had no line yet. */
static int name_first(Store *s, int64_t call, int64_t line, bool *first, Err *e)
{
	static const char sql[] = "UPDATE job SET line = ?2 WHERE id = ?1 AND line = 0";
	sqlite3_stmt *st;

	*first = false;
	if (!call)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, call);
	sqlite3_bind_int64(st, 2, line);
	if (db_done(s, st, "cannot name a call's line", e) < 0)
		return -1;
	*first = sqlite3_changes(s->db) > 0;
	return 0;
}

/* Its event's hash stays: it is the key by which the row was unlike all others. */
static int take_over(Store *s, sqlite3_stmt *st, Err *e)
{
	int64_t event_hash = sqlite3_column_int64(st, 18), call = sqlite3_column_int64(st, 19), name[LINE_NAMES];
	LinePlace place;
	LineHash hash;
	LogLine l;
	bool first, fresh;

	if (read_old(s, st, &l, e) < 0)
		return -1;
	hash = line_hash(&l);
	if (line_place(s, &l, &hash, &place, e) < 0 || name_first(s, call, place.id, &first, e) < 0)
		return -1;
	place.known = false;
	place.event_hash = event_hash;
	return line_insert(s, &l, &hash, &place, (LineCall){ call, call && !first }, name, &fresh, e);
}

/* In the order of time, so that they are appended; one at a time, so that memory stays as it is. */
static int take_old(Store *s, Err *e)
{
	static const char sql[] =
		"SELECT event_ms, kind, flags, reported, duration_ms, input, output, cache_read, cache_write_5m, cache_write_1h, level, tenant,"
		"persona, agent, version, model, detail, text, event_hash, call FROM line_old INDEXED BY line_event ORDER BY event_ms, event_hash";
	sqlite3_stmt *st;
	int rc;

	if (held_begin(s, false, e) < 0 || sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return db_fail(s, "cannot read log lines", e);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (take_over(s, st, e) < 0)
			break;
	sqlite3_finalize(st);
	if (rc != SQLITE_DONE)
		return rc == SQLITE_ROW ? -1 : db_fail(s, "cannot read log lines", e);
	return links_settle(s, e) < 0 ? -1 : db_exec(s, "DROP TABLE line_old", e);
}

/* Rows that go on sheets together. */
typedef struct Lot { int64_t *id; LineCell *cell; size_t n, id_cap, cell_cap; Arena bytes; } Lot;

static int add_row(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	const Lot *l = arg;

	(void)old;
	(void)e;
	line_cell_put(out, &l->cell[i]);
	return 0;
}

static int write_lot(Store *s, Lot *l, Err *e)
{
	int rc = line_sheets_change(s, &(LineChange){ l->id, l->n, true, add_row, l }, e);

	l->n = 0;
	arena_reset(&l->bytes);
	return rc;
}

static int take_row(Store *s, sqlite3_stmt *st, Lot *l, Err *e)
{
	enum { AT_ONCE = 2048 };
	LineCell *c;

	if (l->n == AT_ONCE && write_lot(s, l, e) < 0)
		return -1;
	VEC_GROW(l->id, l->id_cap, l->n + 1);
	VEC_GROW(l->cell, l->cell_cap, l->n + 1);
	l->id[l->n] = sqlite3_column_int64(st, 0);
	c = &l->cell[l->n++];
	*c = (LineCell){ .event_hash = sqlite3_column_int64(st, 1), .call = sqlite3_column_int64(st, 2),
	                 .kind = (LineKind)sqlite3_column_int(st, 3), .flags = sqlite3_column_int(st, 4) };
	c->rest = arena_str(&l->bytes, db_col_str(st, 5));
	c->text = arena_str(&l->bytes, db_col_str(st, 6));
	return 0;
}

static int take_rows(Store *s, Err *e)
{
	static const char sql[] = "SELECT id, event_hash, call, kind, flags, rest, text FROM line_row ORDER BY id";
	static const char more[] = "INSERT INTO line_more SELECT call, id FROM line_row WHERE flags & 32 ORDER BY call, id; DROP TABLE line_row";
	sqlite3_stmt *st;
	Lot l = { 0 };
	int rc, bad = 0;

	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return db_fail(s, "cannot read log lines", e);
	while (!bad && (rc = sqlite3_step(st)) == SQLITE_ROW)
		bad = take_row(s, st, &l, e);
	sqlite3_finalize(st);
	if (!bad)
		bad = rc != SQLITE_DONE ? db_fail(s, "cannot read log lines", e) : write_lot(s, &l, e);
	free(l.id);
	free(l.cell);
	arena_done(&l.bytes);
	return bad < 0 || db_exec(s, more, e) < 0 ? -1 : line_relink(s, e);
}

int line_take_old(Store *s, Err *e)
{
	int64_t rows, old;

	if (db_int(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'line_row'", &rows, e) < 0 || (rows && take_rows(s, e) < 0) ||
	    db_int(s, "SELECT count(*) FROM sqlite_schema WHERE name = 'line_old'", &old, e) < 0)
		return -1;
	return old ? take_old(s, e) : 0;
}
