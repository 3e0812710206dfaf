/* Which call a request id belongs to. Kept only in stores that are told of Bedrock's own log: without its records nobody asks, and an
 * entry for each line is not for nothing. The entries stand in the tables of index.c, under hashes of their own. */
#include "store/apply.h"

#include "base/buf.h"

static int64_t hash_of(Store *s, Str request)
{
	buf_reset(&s->scratch);
	(void)buf_puts(&s->scratch, "request:");
	(void)buf_put_str(&s->scratch, request);      /* one that did not fit could only be found too often */
	return index_hash(buf_str(&s->scratch));
}

int request_put(Store *s, Str request, int64_t call, Err *e)
{
	return request.n ? index_put(s, hash_of(s, request), call, e) : 0;
}

static int index_jobs(Store *s, Err *e)
{
	static const char sql[] = "SELECT id, rest FROM job WHERE kind = 0 AND id > ? ORDER BY id LIMIT 1000";
	int64_t id[1000], after = INT64_MIN;
	Str request[1000];
	Arena a = { 0 };
	int n, rc = -1;

	do {
		sqlite3_stmt *st = db_stmt(s, sql, e);

		if (!st) {
			rc = -1;
			break;
		}
		sqlite3_bind_int64(st, 1, after);
		for (n = 0; (rc = sqlite3_step(st)) == SQLITE_ROW; n++) {
			Call c = { 0 };
			Job j = { 0 };

			call_unpack(db_col_str(st, 1), &c);
			detail_unpack(c.detail, &j);
			id[n] = after = sqlite3_column_int64(st, 0);
			request[n] = arena_str(&a, j.request_id);
		}
		sqlite3_reset(st);
		rc = rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the jobs again", e);
		for (int i = 0; i < n && rc == 0; i++)
			rc = request_put(s, request[i], id[i], e);
		arena_reset(&a);
	} while (rc == 0 && n == 1000);
	arena_done(&a);
	return rc;
}

int request_begin(Store *s, Err *e)
{
	int64_t known;

	if (db_int(s, "SELECT count(*) FROM meta WHERE key = 'requests'", &known, e) < 0)
		return -1;
	if (known)
		return 0;
	return index_jobs(s, e) < 0 || line_requests(s, request_put, e) < 0 ? -1 : db_exec(s, "INSERT INTO meta VALUES('requests', 1)", e);
}

/* Hashes are short: who is found is asked. */
static int is_of(Store *s, const Call *c, Str request, Arena *a, bool *yes, Err *e)
{
	LineQuery q = { .call = c->id, .line = c->line, .call_only = true };
	Job j = { 0 };
	LogLine *v;
	size_t n;

	detail_unpack(c->detail, &j);
	*yes = str_eq(j.request_id, request) || (c->kind == CALL_LONE && str_eq(c->job_id, request));
	if (*yes)
		return 0;
	if (line_list(s, &q, a, &v, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && !*yes; i++)
		*yes = str_eq(v[i].request_id, request);
	return 0;
}

int request_find(Store *s, Str request, Arena *a, Call *c, bool *found, Err *e)
{
	const int64_t *id;
	size_t n;

	*found = false;
	if (index_ids(s, hash_of(s, request), &id, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && !*found; i++) {
		bool there;

		/* A call that was merged into another one has left its entry behind. */
		if (call_look(s, id[i], a, c, &there, e) < 0 || (there && is_of(s, c, request, a, found, e) < 0))
			return -1;
	}
	return 0;
}
