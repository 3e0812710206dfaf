#include "store/scans.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/row.h"
#include "store/sheets.h"
#include "store/totals.h"

/* Numbers by an id, as many as there are keys: found by a plain search, or by hash for traces below. */
typedef struct Tally { int64_t id, n, at_ms; bool ended; } Tally;
typedef struct Tallies { Tally *v; size_t n, cap; } Tallies;

static Tally *tally_at(Tallies *t, int64_t id)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i].id == id)
			return &t->v[i];
	VEC_GROW(t->v, t->cap, t->n + 1);
	t->v[t->n] = (Tally){ .id = id };
	return &t->v[t->n++];
}

/* Those with a number, with the names of their ids. Frees the tallies. */
static int give(Store *s, Tallies *t, Arena *a, Scan *out, Err *e)
{
	int rc = 0;

	out->row = ARENA_ARRAY(a, ScanRow, t->n + 1);
	out->n = 0;
	for (size_t i = 0; i < t->n && rc == 0; i++) {
		Str key;

		if (!t->v[i].n || (rc = db_name_text(s, t->v[i].id, &key, e)) < 0)
			continue;
		out->row[out->n++] = (ScanRow){ arena_str(a, key), t->v[i].n, t->v[i].at_ms };
	}
	free(t->v);
	return rc;
}

int store_streaks(Store *s, int64_t from_ms, size_t rows, Arena *a, Scan *out, Err *e)
{
	static const char sql[] = "SELECT k_version, state, updated_ms FROM job INDEXED BY job_updated "
		"WHERE kind = 0 AND updated_ms >= ?1 AND state IN (2, 3) ORDER BY updated_ms DESC LIMIT ?2";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	Tallies t = { 0 };
	size_t seen = 0;
	int rc;

	*out = (Scan){ 0 };
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, (int64_t)rows);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Tally *at = tally_at(&t, sqlite3_column_int64(st, 0));

		seen++;
		at->ended |= sqlite3_column_int64(st, 1) != JOB_FAILED;
		if (at->ended)
			continue;
		at->n++;
		at->at_ms = sqlite3_column_int64(st, 2);
	}
	sqlite3_reset(st);
	out->part = seen == rows;
	if (rc != SQLITE_DONE) {
		free(t.v);
		return db_fail(s, "cannot read the newest jobs", e);
	}
	return give(s, &t, a, out, e);
}

static int give_rows(Store *s, sqlite3_stmt *st, Arena *a, Scan *out, Err *e)
{
	Tallies t = { 0 };
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(t.v, t.cap, t.n + 1);
		t.v[t.n++] = (Tally){ .id = sqlite3_column_int64(st, 0), .n = sqlite3_column_int64(st, 1), .at_ms = sqlite3_column_int64(st, 2) };
	}
	sqlite3_reset(st);
	if (rc != SQLITE_DONE) {
		free(t.v);
		return db_fail(s, "cannot read the newest jobs", e);
	}
	return give(s, &t, a, out, e);
}

/* The minutes with calls by key: keys.v[i] is that of t.v[i]. */
typedef struct Calls { Cells keys; Tallies t; } Calls;

static int count_minute(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	Calls *c = arg;
	Sums x;
	size_t n = c->keys.n, i;

	if (totals_unpack(s, body, &x, e) < 0)
		return -1;
	if (x.jobs <= 0)
		return 0;
	i = (size_t)(cells_at(&c->keys, &(Place){ .key = { p->key[0] } }) - c->keys.v);
	if (i == n) {
		VEC_GROW(c->t.v, c->t.cap, n + 1);
		c->t.v[c->t.n++] = (Tally){ .id = p->key[0] };
	}
	c->t.v[i].n++;
	c->t.v[i].at_ms = p->at * 60000;           /* they come in order */
	return 0;
}

int store_last_calls(Store *s, Dim by, int64_t from_minute, Arena *a, Scan *out, Err *e)
{
	Calls c = { 0 };
	int rc = sheets_each(s, SHEETS_TOTAL, (Rollup)dim_minutes(by), from_minute, INT64_MAX, count_minute, &c, e);

	*out = (Scan){ 0 };
	cells_done(&c.keys);
	if (rc == 0)
		return give(s, &c.t, a, out, e);
	free(c.t.v);
	return -1;
}

int store_stuck(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, Scan *out, Err *e)
{
	static const char sql[] = "SELECT k_agent, count(*), min(updated_ms) FROM job INDEXED BY job_active "
		"WHERE kind = 0 AND state <= 1 AND updated_ms >= ?1 AND updated_ms < ?2 GROUP BY k_agent";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	*out = (Scan){ 0 };
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, until_ms);
	return give_rows(s, st, a, out, e);
}

/* --- traces --- */

typedef struct Traces { TraceSum *v; int64_t (*ids)[3]; size_t n, cap, ids_cap; uint32_t *slot; size_t slots; Arena *arena; } Traces;

static void traces_grow(Traces *t)
{
	t->slots = t->slots ? t->slots * 2 : 1024;
	free(t->slot);
	t->slot = xcalloc(t->slots, sizeof *t->slot);
	for (size_t n = 0; n < t->n; n++) {
		size_t i = (size_t)str_hash(t->v[n].trace) & (t->slots - 1);

		while (t->slot[i])
			i = (i + 1) & (t->slots - 1);
		t->slot[i] = (uint32_t)n + 1;
	}
}

static size_t trace_at(Traces *t, Str trace)
{
	size_t i;

	if (t->n * 2 >= t->slots)
		traces_grow(t);
	for (i = (size_t)str_hash(trace) & (t->slots - 1); t->slot[i]; i = (i + 1) & (t->slots - 1))
		if (str_eq(t->v[t->slot[i] - 1].trace, trace))
			return t->slot[i] - 1;
	VEC_GROW(t->v, t->cap, t->n + 1);
	VEC_GROW(t->ids, t->ids_cap, t->n + 1);
	t->v[t->n] = (TraceSum){ .trace = arena_str(t->arena, trace) };
	t->slot[i] = (uint32_t)++t->n;
	return t->n - 1;
}

/* The ids of the names that were asked for; -1: any. *none: one of them was never seen, so nothing matches. */
static int scope_ids(Store *s, const TraceAsk *q, int64_t id[4], bool *none, Err *e)
{
	const Str name[4] = { q->tenant, q->persona, q->agent, q->model };

	*none = false;
	for (int i = 0; i < 4; i++) {
		id[i] = -1;
		if (name[i].n && db_name_find(s, name[i], &id[i], e) < 0)
			return -1;
		*none |= id[i] == -2;
	}
	return 0;
}

#define SCOPED " AND (?3 < 0 OR k_tenant = ?3) AND (?4 < 0 OR k_persona = ?4) AND (?5 < 0 OR k_agent = ?5) AND (?6 < 0 OR k_model = ?6)"

static int read_traces(Store *s, const TraceAsk *q, const int64_t id[4], Traces *t, bool *part, Err *e)
{
	static const char sql[] = "SELECT rest, nusd, booked_ms, k_agent, k_tenant FROM job INDEXED BY job_booked "
		"WHERE booked_ms >= ?1" SCOPED " ORDER BY booked_ms DESC LIMIT ?2";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	size_t rows = 0;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, q->from_ms);
	sqlite3_bind_int64(st, 2, (int64_t)q->rows);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_int64(st, 3 + i, id[i]);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t ms = sqlite3_column_int64(st, 2);
		Call c = { 0 };
		TraceSum *x;
		size_t at;

		rows++;
		call_unpack(db_col_str(st, 0), &c);
		if (!c.trace.n)
			continue;
		at = trace_at(t, c.trace);
		x = &t->v[at];
		if (!x->calls++) {               /* the newest comes first */
			x->last_ms = ms;
			t->ids[at][0] = sqlite3_column_int64(st, 3);
			t->ids[at][1] = c.own[OWN_VERSION];
			t->ids[at][2] = sqlite3_column_int64(st, 4);
		}
		x->first_ms = ms;
		x->nusd += sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	*part = rows == q->rows;
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the newest calls", e);
}

static int name_traces(Store *s, Traces *t, Err *e)
{
	for (size_t i = 0; i < t->n; i++) {
		Str *const to[3] = { &t->v[i].agent, &t->v[i].version, &t->v[i].tenant };

		for (int k = 0; k < 3; k++) {
			if (db_name_text(s, t->ids[i][k], to[k], e) < 0)
				return -1;
			*to[k] = arena_str(t->arena, *to[k]);
		}
	}
	return 0;
}

int store_traces(Store *s, const TraceAsk *q, Arena *a, TraceSum **out, size_t *n, bool *part, Err *e)
{
	Traces t = { .arena = a };
	int64_t id[4];
	bool none;
	int rc;

	*n = 0;
	*part = false;
	rc = scope_ids(s, q, id, &none, e);
	if (rc == 0 && !none)
		rc = read_traces(s, q, id, &t, part, e);
	if (rc == 0)
		rc = name_traces(s, &t, e);
	*out = ARENA_ARRAY(a, TraceSum, t.n + 1);
	if (rc == 0 && t.n)
		memcpy(*out, t.v, t.n * sizeof *t.v);
	*n = rc == 0 ? t.n : 0;
	free(t.v);
	free(t.ids);
	free(t.slot);
	return rc;
}

int store_scope_sum(Store *s, const TraceAsk *names, int64_t from_ms, int64_t until_ms, int64_t *nusd, Err *e)
{
	static const char sql[] = "SELECT coalesce(sum(nusd), 0) FROM job INDEXED BY job_booked WHERE booked_ms >= ?1 AND booked_ms < ?2" SCOPED;
	sqlite3_stmt *st;
	int64_t id[4];
	bool none;
	int rc;

	*nusd = 0;
	if (scope_ids(s, names, id, &none, e) < 0)
		return -1;
	if (none)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, until_ms);
	for (int i = 0; i < 4; i++)
		sqlite3_bind_int64(st, 3 + i, id[i]);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*nusd = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : db_fail(s, "cannot add up calls", e);
}
