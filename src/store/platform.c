#include "store/platform.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/db.h"

static const char failed_put[] = "cannot keep the platforms' agents", failed_read[] = "cannot read the platforms' agents";

/* --- has it changed? --- */

static void add_text(Buf *b, Str s)
{
	(void)buf_printf(b, "%zu:", s.n);
	(void)buf_put(b, s.n ? s.p : "", s.n);
}

static uint64_t hash_of(const Platform *p)
{
	Buf b = { 0 };
	uint64_t h;

	for (size_t i = 0; i < p->agents; i++) {
		const Str texts[] = { p->agent[i].id, p->agent[i].name, p->agent[i].mark };

		for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
			add_text(&b, texts[t]);
	}
	for (size_t i = 0; i < p->versions; i++) {
		const PlatformVersion *v = &p->version[i];
		const Str texts[] = { v->agent, v->version, v->status, v->release, v->model, v->detail };

		for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
			add_text(&b, texts[t]);
		(void)buf_printf(&b, "%" PRId64, v->created_ms);
	}
	for (size_t i = 0; i < p->pointers; i++) {
		const PlatformPointer *q = &p->pointer[i];
		const Str texts[] = { q->agent, q->id, q->name, q->live, q->target, q->status, q->claim };

		for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
			add_text(&b, texts[t]);
		(void)buf_printf(&b, "%d%d%d%" PRId64, q->follows, q->paused, q->claim_known, q->updated_ms);
	}
	h = str_hash(buf_str(&b));
	buf_done(&b);
	return h;
}

static int is_same(Store *s, const Platform *p, bool *same, Err *e)
{
	char cursor[40], now[24];
	Arena a = { 0 };
	Str was = STR("");
	sqlite3_stmt *st;

	(void)snprintf(cursor, sizeof cursor, "platform.%s", change_source_name(p->source));
	(void)snprintf(now, sizeof now, "%016" PRIx64, hash_of(p));
	if (store_cursor(s, cursor, &a, &was, e) < 0) {
		arena_done(&a);
		return -1;
	}
	*same = str_is(was, now);
	arena_done(&a);
	if (*same)
		return 0;
	if (!(st = db_stmt(s, "INSERT OR REPLACE INTO cursor VALUES(?, ?)", e)))
		return -1;
	db_bind_str(st, 1, str_of(cursor));
	db_bind_str(st, 2, str_of(now));
	return db_done(s, st, failed_put, e);
}

/* --- writing --- */

static int forget(Store *s, const char *sql, ChangeSource source, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, source);
	return db_done(s, st, failed_put, e);
}

static int put_agent(Store *s, ChangeSource source, const PlatformAgent *x, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO platform_agent(source, id, name, mark) VALUES(?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, source);
	db_bind_str(st, 2, x->id);
	db_bind_str(st, 3, x->name);
	db_bind_str(st, 4, x->mark);
	return db_done(s, st, failed_put, e);
}

static int put_version(Store *s, ChangeSource source, size_t at, const PlatformVersion *x, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO platform_version(source, agent, version, at, status, release, model, detail, created_ms) "
		"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const Str texts[] = { x->status, x->release, x->model, x->detail };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, source);
	db_bind_str(st, 2, x->agent);
	db_bind_str(st, 3, x->version);
	sqlite3_bind_int64(st, 4, (int64_t)at);
	for (int i = 0; i < 4; i++)
		db_bind_str(st, 5 + i, texts[i]);
	sqlite3_bind_int64(st, 9, x->created_ms);
	return db_done(s, st, failed_put, e);
}

static int put_pointer(Store *s, ChangeSource source, const PlatformPointer *x, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO platform_pointer(source, id, agent, name, live, target, status, claim, follows, paused, "
		"claim_known, updated_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const Str texts[] = { x->id, x->agent, x->name, x->live, x->target, x->status, x->claim };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, source);
	for (int i = 0; i < 7; i++)
		db_bind_str(st, 2 + i, texts[i]);
	sqlite3_bind_int64(st, 9, x->follows);
	sqlite3_bind_int64(st, 10, x->paused);
	sqlite3_bind_int64(st, 11, x->claim_known);
	sqlite3_bind_int64(st, 12, x->updated_ms);
	return db_done(s, st, failed_put, e);
}

int platform_put(Store *s, const Platform *p, bool *changed, Err *e)
{
	bool same;
	int rc = is_same(s, p, &same, e);

	*changed = rc == 0 && !same;
	if (!*changed)
		return rc;
	rc = forget(s, "DELETE FROM platform_agent WHERE source = ?", p->source, e) < 0 ||
	     forget(s, "DELETE FROM platform_version WHERE source = ?", p->source, e) < 0 ||
	     forget(s, "DELETE FROM platform_pointer WHERE source = ?", p->source, e) < 0 ? -1 : 0;
	for (size_t i = 0; i < p->agents && rc == 0; i++)
		rc = put_agent(s, p->source, &p->agent[i], e);
	for (size_t i = 0; i < p->versions && rc == 0; i++)
		rc = put_version(s, p->source, i, &p->version[i], e);
	for (size_t i = 0; i < p->pointers && rc == 0; i++)
		rc = put_pointer(s, p->source, &p->pointer[i], e);
	return rc;
}

/* --- reading --- */

typedef struct Reading { Arena *a; Platform *out; size_t cap; } Reading;

static Str text_at(Reading *r, sqlite3_stmt *st, int at)
{
	return arena_str(r->a, db_col_str(st, at));
}

static int agent_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Reading *r = arg;

	(void)s;
	(void)e;
	VEC_GROW(r->out->agent, r->cap, r->out->agents + 1);
	r->out->agent[r->out->agents++] = (PlatformAgent){ text_at(r, st, 0), text_at(r, st, 1), text_at(r, st, 2) };
	return 0;
}

static int version_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Reading *r = arg;

	(void)s;
	(void)e;
	VEC_GROW(r->out->version, r->cap, r->out->versions + 1);
	r->out->version[r->out->versions++] = (PlatformVersion){ text_at(r, st, 0), text_at(r, st, 1), text_at(r, st, 2), text_at(r, st, 3),
	                                                         text_at(r, st, 4), text_at(r, st, 5), sqlite3_column_int64(st, 6) };
	return 0;
}

static int pointer_row(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Reading *r = arg;

	(void)s;
	(void)e;
	VEC_GROW(r->out->pointer, r->cap, r->out->pointers + 1);
	r->out->pointer[r->out->pointers++] = (PlatformPointer){
		.agent = text_at(r, st, 0), .id = text_at(r, st, 1), .name = text_at(r, st, 2), .live = text_at(r, st, 3), .target = text_at(r, st, 4),
		.status = text_at(r, st, 5), .claim = text_at(r, st, 6), .follows = sqlite3_column_int(st, 7) != 0,
		.paused = sqlite3_column_int(st, 8) != 0, .claim_known = sqlite3_column_int(st, 9) != 0, .updated_ms = sqlite3_column_int64(st, 10) };
	return 0;
}

static int read_rows(Store *s, const char *sql, DbRow *row, ChangeSource source, Reading *r, Err *e)
{
	const DbQuery q = { sql, failed_read, row, { source }, 1 };

	r->cap = 0;
	return db_each(s, &q, r, e);
}

/* From a list that grew into the arena. */
static void *settle(Arena *a, void *list, size_t n, size_t size)
{
	void *kept = arena_alloc_array(a, n + 1, size);

	if (n)
		memcpy(kept, list, n * size);
	free(list);
	return kept;
}

int store_platform(Store *s, ChangeSource source, Arena *a, Platform *out, Err *e)
{
	Reading r = { a, out, 0 };
	int rc;

	*out = (Platform){ .source = source };
	rc = read_rows(s, "SELECT id, name, mark FROM platform_agent WHERE source = ? ORDER BY id", agent_row, source, &r, e) < 0 ||
	     read_rows(s, "SELECT agent, version, status, release, model, detail, created_ms FROM platform_version WHERE source = ? ORDER BY agent, at",
	               version_row, source, &r, e) < 0 ||
	     read_rows(s, "SELECT agent, id, name, live, target, status, claim, follows, paused, claim_known, updated_ms FROM platform_pointer "
	               "WHERE source = ? ORDER BY id", pointer_row, source, &r, e) < 0 ? -1 : 0;
	out->agent = settle(a, out->agent, out->agents, sizeof *out->agent);
	out->version = settle(a, out->version, out->versions, sizeof *out->version);
	out->pointer = settle(a, out->pointer, out->pointers, sizeof *out->pointer);
	return rc;
}
