#include "store/evals.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/apply.h"
#include "store/db.h"

#define CELL_COLUMNS "name, model, template, version, sha256, n, passed, invalid, unjudged, missing, nusd, unpriced, judge_nusd, p50_ms, p95_ms, " \
	"won, lost, tied, p, differs"
#define RUN_COLUMNS "id, time_ms, suite, plan, results, stopped, spent_nusd"

/* --- writing --- */

static int forget(Store *s, int64_t run, Err *e)
{
	static const char *const sql[] = {
		"DELETE FROM eval_vote WHERE run = ?", "DELETE FROM eval_case WHERE run = ?", "DELETE FROM eval_cell WHERE run = ?",
		"DELETE FROM eval_run WHERE id = ?",
	};

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		sqlite3_stmt *st = db_stmt(s, sql[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, run);
		if (db_done(s, st, "cannot replace an evaluation", e) < 0)
			return -1;
	}
	return 0;
}

static int put_run(Store *s, EvalRun *r, Err *e)
{
	static const char sql[] = "INSERT INTO eval_run(" RUN_COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?)";
	const Str text[] = { r->suite, r->plan, r->results, r->stopped };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	if (r->id)
		sqlite3_bind_int64(st, 1, r->id);      /* left out: the next number */
	sqlite3_bind_int64(st, 2, r->time_ms);
	for (int i = 0; i < 4; i++)
		(void)db_bind_str(st, 3 + i, text[i]);
	sqlite3_bind_int64(st, 7, r->spent_nusd);
	if (db_done(s, st, "cannot keep an evaluation", e) < 0)
		return -1;
	r->id = r->id ? r->id : sqlite3_last_insert_rowid(s->db);
	return 0;
}

static int put_cell(Store *s, int64_t run, size_t place, const EvalCellRow *c, Err *e)
{
	static const char sql[] = "INSERT INTO eval_cell(run, place, " CELL_COLUMNS ") "
	                          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const Str text[] = { c->name, c->model, c->template, c->version, c->sha256 };
	const int64_t number[] = { c->n, c->passed, c->invalid, c->unjudged, c->missing, c->nusd, c->unpriced, c->judge_nusd, c->p50_ms, c->p95_ms,
	                           c->won, c->lost, c->tied };
	enum { TEXTS = sizeof text / sizeof *text, NUMBERS = sizeof number / sizeof *number };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, (int64_t)place);
	for (int i = 0; i < TEXTS; i++)
		(void)db_bind_str(st, 3 + i, text[i]);
	for (int i = 0; i < NUMBERS; i++)
		sqlite3_bind_int64(st, 3 + TEXTS + i, number[i]);
	sqlite3_bind_double(st, 3 + TEXTS + NUMBERS, c->p);
	(void)db_bind_str(st, 4 + TEXTS + NUMBERS, c->differs);
	return db_done(s, st, "cannot keep an evaluation", e);
}

static int put_case(Store *s, int64_t run, size_t place, size_t at, const EvalCaseRow *c, Err *e)
{
	static const char sql[] = "INSERT INTO eval_case(run, place, at, id, passed, n, key, why) VALUES(?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, run);
	sqlite3_bind_int64(st, 2, (int64_t)place);
	sqlite3_bind_int64(st, 3, (int64_t)at);
	(void)db_bind_str(st, 4, c->id);
	sqlite3_bind_int64(st, 5, c->passed);
	sqlite3_bind_int64(st, 6, c->n);
	(void)db_bind_str(st, 7, c->key);
	(void)db_bind_str(st, 8, c->why);
	return db_done(s, st, "cannot keep an evaluation", e);
}

static int put_cells(Store *s, const EvalRun *r, Err *e)
{
	for (size_t i = 0; i < r->cells; i++) {
		if (put_cell(s, r->id, i, &r->cell[i], e) < 0)
			return -1;
		for (size_t k = 0; k < r->cell[i].cases; k++)
			if (put_case(s, r->id, i, k, &r->cell[i].one[k], e) < 0)
				return -1;
	}
	return 0;
}

int evals_put(Store *s, EvalRun *r, Err *e)
{
	int64_t news;

	if (db_begin(s, e) < 0)
		return -1;
	if ((r->id && forget(s, r->id, e) < 0) || put_run(s, r, e) < 0 || put_cells(s, r, e) < 0 || apply_news(s, &news, e) < 0 ||
	    db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	return 0;
}

/* --- reading --- */

static EvalRun run_row(sqlite3_stmt *st, Arena *a)
{
	return (EvalRun){
		.id = sqlite3_column_int64(st, 0), .time_ms = sqlite3_column_int64(st, 1), .suite = arena_str(a, db_col_str(st, 2)),
		.plan = arena_str(a, db_col_str(st, 3)), .results = arena_str(a, db_col_str(st, 4)), .stopped = arena_str(a, db_col_str(st, 5)),
		.spent_nusd = sqlite3_column_int64(st, 6),
	};
}

/* CELL_COLUMNS, from that column on. */
static EvalCellRow cell_row(sqlite3_stmt *st, int at, Arena *a)
{
	return (EvalCellRow){
		.name = arena_str(a, db_col_str(st, at)), .model = arena_str(a, db_col_str(st, at + 1)), .template = arena_str(a, db_col_str(st, at + 2)),
		.version = arena_str(a, db_col_str(st, at + 3)), .sha256 = arena_str(a, db_col_str(st, at + 4)), .n = sqlite3_column_int64(st, at + 5),
		.passed = sqlite3_column_int64(st, at + 6), .invalid = sqlite3_column_int64(st, at + 7), .unjudged = sqlite3_column_int64(st, at + 8),
		.missing = sqlite3_column_int64(st, at + 9), .nusd = sqlite3_column_int64(st, at + 10), .unpriced = sqlite3_column_int64(st, at + 11),
		.judge_nusd = sqlite3_column_int64(st, at + 12), .p50_ms = sqlite3_column_int64(st, at + 13), .p95_ms = sqlite3_column_int64(st, at + 14),
		.won = sqlite3_column_int64(st, at + 15), .lost = sqlite3_column_int64(st, at + 16), .tied = sqlite3_column_int64(st, at + 17),
		.p = sqlite3_column_double(st, at + 18), .differs = arena_str(a, db_col_str(st, at + 19)),
	};
}

typedef struct CellRead { Arena *a; EvalCellRow *v; size_t n, cap; } CellRead;

static int take_cell(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	CellRead *r = arg;

	(void)s;
	(void)e;
	VEC_GROW(r->v, r->cap, r->n + 1);
	r->v[r->n++] = cell_row(st, 0, r->a);
	return 0;
}

static int read_cells(Store *s, Arena *a, EvalRun *r, Err *e)
{
	const DbQuery q = { "SELECT " CELL_COLUMNS " FROM eval_cell WHERE run = ? ORDER BY place", "cannot read an evaluation", take_cell, { r->id }, 1 };
	CellRead x = { .a = a };
	int rc = db_each(s, &q, &x, e);

	r->cell = ARENA_ARRAY(a, EvalCellRow, x.n + 1);
	for (size_t i = 0; i < x.n; i++)
		r->cell[i] = x.v[i];
	r->cells = x.n;
	free(x.v);
	return rc;
}

int evals_runs(Store *s, Str suite, size_t limit, Arena *a, EvalRun **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT " RUN_COLUMNS " FROM eval_run WHERE ?1 = '' OR suite = ?1 ORDER BY id DESC LIMIT ?2";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	EvalRun *v = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	if (!st)
		return -1;
	(void)db_bind_str(st, 1, suite);
	sqlite3_bind_int64(st, 2, limit ? (int64_t)limit : -1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = run_row(st, a);
	}
	if (rc != SQLITE_DONE)
		(void)db_fail(s, "cannot read the evaluations", e);
	sqlite3_reset(st);
	*out = ARENA_ARRAY(a, EvalRun, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = v[i];
	free(v);
	for (size_t i = 0; rc == SQLITE_DONE && i < *n; i++)
		if (read_cells(s, a, &(*out)[i], e) < 0)
			return -1;
	return rc == SQLITE_DONE ? 0 : -1;
}

typedef struct CaseRead { Arena *a; EvalRun *r; } CaseRead;

static int count_case(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	EvalRun *r = arg;
	const int64_t place = sqlite3_column_int64(st, 0);

	(void)s;
	(void)e;
	if (place >= 0 && place < (int64_t)r->cells)
		r->cell[place].cases = (size_t)sqlite3_column_int64(st, 1);
	return 0;
}

static int take_case(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	CaseRead *x = arg;
	const int64_t place = sqlite3_column_int64(st, 0);
	EvalCellRow *c = place >= 0 && place < (int64_t)x->r->cells ? &x->r->cell[place] : NULL;

	(void)s;
	(void)e;
	if (c)
		c->one[c->cases++] = (EvalCaseRow){ arena_str(x->a, db_col_str(st, 1)), sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3),
		                                    arena_str(x->a, db_col_str(st, 4)), arena_str(x->a, db_col_str(st, 5)) };
	return 0;
}

int evals_cases(Store *s, Arena *a, EvalRun *r, Err *e)
{
	static const char counts[] = "SELECT place, count(*) FROM eval_case WHERE run = ? GROUP BY place";
	static const char rows[] = "SELECT place, id, passed, n, key, why FROM eval_case WHERE run = ? ORDER BY place, at";
	const DbQuery count = { counts, "cannot read an evaluation", count_case, { r->id }, 1 };
	const DbQuery read = { rows, "cannot read an evaluation", take_case, { r->id }, 1 };
	CaseRead x = { .a = a, .r = r };
	bool begun = false;
	int rc = db_view(s, &begun, e);

	if (rc == 0)
		rc = db_each(s, &count, r, e);
	for (size_t i = 0; rc == 0 && i < r->cells; i++) {
		r->cell[i].one = ARENA_ARRAY(a, EvalCaseRow, r->cell[i].cases + 1);
		r->cell[i].cases = 0;
	}
	if (rc == 0)
		rc = db_each(s, &read, &x, e);
	db_view_end(s, begun);
	return rc;
}

int evals_vote(Store *s, const EvalVote *v, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO eval_vote(run, place, id, choice, time_ms) VALUES(?, ?, ?, ?, ?)";
	sqlite3_stmt *st;
	int64_t news;
	int rc = db_begin(s, e);

	if (rc < 0)
		return -1;
	if ((st = db_stmt(s, sql, e))) {
		sqlite3_bind_int64(st, 1, v->run);
		sqlite3_bind_int64(st, 2, (int64_t)v->place);
		(void)db_bind_str(st, 3, v->id);
		sqlite3_bind_int64(st, 4, v->choice);
		sqlite3_bind_int64(st, 5, v->time_ms);
	}
	if (!st || db_done(s, st, "cannot keep a vote", e) < 0 || apply_news(s, &news, e) < 0 || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	return 0;
}

static int count_vote(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	Paired *out = arg;
	const int64_t choice = sqlite3_column_int64(st, 0), n = sqlite3_column_int64(st, 1);

	(void)s;
	(void)e;
	*(choice > 0 ? &out->won : choice < 0 ? &out->lost : &out->tied) += n;
	return 0;
}

int evals_votes(Store *s, int64_t run, size_t place, Paired *out, Err *e)
{
	const DbQuery q = { "SELECT choice, count(*) FROM eval_vote WHERE run = ? AND place = ? GROUP BY choice", "cannot count votes", count_vote,
	                    { run, (int64_t)place }, 2 };

	*out = (Paired){ 0 };
	return db_each(s, &q, out, e);
}

int evals_find(Store *s, Str sha256, Str model, Arena *a, EvalRun *run, EvalCellRow *cell, bool *found, Err *e)
{
	static const char sql[] = "SELECT " RUN_COLUMNS ", " CELL_COLUMNS " FROM eval_cell JOIN eval_run ON id = run "
	                          "WHERE sha256 = ?1 AND sha256 <> '' AND (?2 = '' OR model = ?2) AND stopped = '' AND missing = 0 "
	                          "ORDER BY run DESC, place LIMIT 1";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	(void)db_bind_str(st, 1, sha256);
	(void)db_bind_str(st, 2, model);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*run = run_row(st, a);
		*cell = cell_row(st, 7, a);
		*found = true;
	} else if (rc != SQLITE_DONE) {
		(void)db_fail(s, "cannot look up an evaluation", e);
	}
	sqlite3_reset(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return -1;
	return *found ? read_cells(s, a, run, e) : 0;
}
