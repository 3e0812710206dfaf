#include "store/gather.h"

struct Gather { GatherRow *row; void *arg; Err *e; bool failed; };

static void on_row(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Store *s = sqlite3_user_data(ctx);
	struct Gather *g = s->gather;

	(void)n;
	if (!g || g->failed || g->row(s, arg, g->arg, g->e) == 0)
		return;
	g->failed = true;
	sqlite3_result_error(ctx, "stopped", -1);
}

static void on_end(sqlite3_context *ctx)
{
	sqlite3_result_null(ctx);
}

int gather_register(Store *s, Err *e)
{
	return sqlite3_create_function_v2(s->db, "gather", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, s, NULL, on_row, on_end, NULL) == SQLITE_OK
	       ? 0 : db_fail(s, "cannot prepare the snapshot", e);
}

int gather_each(Store *s, const DbQuery *q, GatherRow *row, void *arg, Err *e)
{
	struct Gather g = { row, arg, e, false }, *before = s->gather;
	sqlite3_stmt *st = db_stmt(s, q->sql, e);
	int rc;

	if (!st)
		return -1;
	for (int i = 0; i < q->binds; i++)
		sqlite3_bind_int64(st, 1 + i, q->bind[i]);
	s->gather = &g;
	rc = sqlite3_step(st);               /* one row, of no meaning: the aggregate's */
	s->gather = before;
	if (rc != SQLITE_ROW && !g.failed)
		(void)db_fail(s, q->doing, e);
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : -1;
}

Str gather_blob(sqlite3_value *v)
{
	const void *p = sqlite3_value_blob(v);

	return (Str){ p, (size_t)sqlite3_value_bytes(v) };
}
