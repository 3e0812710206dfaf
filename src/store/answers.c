#include "store/answers.h"

#include "store/db.h"

static void bind_key(sqlite3_stmt *st, const unsigned char key[ANSWER_KEY])
{
	sqlite3_bind_blob(st, 1, key, ANSWER_KEY, SQLITE_STATIC);
}

int store_answer(Store *s, const unsigned char key[ANSWER_KEY], int64_t now_ms, Arena *a, AnswerRow *out, bool *found, Err *e)
{
	/* One from the future was made before the clock was put back: nobody knows how old it is. */
	static const char sql[] = "SELECT model, body, made_ms, fresh_ms, until_ms, nusd FROM answer WHERE key = ?1 AND made_ms <= ?2 AND until_ms > ?2";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	bind_key(st, key);
	sqlite3_bind_int64(st, 2, now_ms);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*found = true;
		*out = (AnswerRow){ .model = arena_str(a, db_col_str(st, 0)), .body = arena_str(a, db_col_str(st, 1)), .made_ms = sqlite3_column_int64(st, 2),
		                    .fresh_ms = sqlite3_column_int64(st, 3), .until_ms = sqlite3_column_int64(st, 4), .nusd = sqlite3_column_int64(st, 5) };
		memcpy(out->key, key, ANSWER_KEY);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read a kept answer", e);
}

static int put(Store *s, const AnswerRow *r, int64_t now_ms, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO answer(key, model, made_ms, fresh_ms, until_ms, used_ms, nusd, bytes, body) "
	                          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	bind_key(st, r->key);
	(void)db_bind_str(st, 2, r->model);
	sqlite3_bind_int64(st, 3, r->made_ms);
	sqlite3_bind_int64(st, 4, r->fresh_ms);
	sqlite3_bind_int64(st, 5, r->until_ms);
	sqlite3_bind_int64(st, 6, now_ms);
	sqlite3_bind_int64(st, 7, r->nusd);
	sqlite3_bind_int64(st, 8, answer_bytes(r));
	(void)db_bind_str(st, 9, r->body);
	return db_done(s, st, "cannot keep an answer", e);
}

int store_answers_expire(Store *s, int64_t now_ms, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "DELETE FROM answer WHERE until_ms <= ?1 OR made_ms > ?1", e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, now_ms);
	return db_done(s, st, "cannot forget old answers", e);
}

static int forget(Store *s, int64_t max_bytes, int64_t now_ms, Err *e)
{
	static const char most[] = "DELETE FROM answer WHERE key IN (SELECT key FROM (SELECT key, sum(bytes) OVER (ORDER BY used_ms DESC, key) AS run "
	                           "FROM answer) WHERE run > ?1)";
	sqlite3_stmt *st;

	if (store_answers_expire(s, now_ms, e) < 0 || !(st = db_stmt(s, most, e)))
		return -1;
	sqlite3_bind_int64(st, 1, max_bytes);
	return db_done(s, st, "cannot forget answers", e);
}

int store_answer_put(Store *s, const AnswerRow *row, int64_t max_bytes, int64_t now_ms, Err *e)
{
	if (db_begin(s, e) < 0)
		return -1;
	if (put(s, row, now_ms, e) == 0 && forget(s, max_bytes, now_ms, e) == 0 && db_commit(s, e) == 0)
		return 0;
	db_undo(s);
	return -1;
}

int store_answer_used(Store *s, const unsigned char key[ANSWER_KEY], int64_t now_ms, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "UPDATE answer SET used_ms = max(used_ms, ?2) WHERE key = ?1", e);

	if (!st)
		return -1;
	bind_key(st, key);
	sqlite3_bind_int64(st, 2, now_ms);
	return db_done(s, st, "cannot note an answer's use", e);
}

int store_answers_clear(Store *s, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "DELETE FROM answer", e);

	return st ? db_done(s, st, "cannot forget the answers", e) : -1;
}

int store_answers_size(Store *s, int64_t *n, int64_t *bytes, Err *e)
{
	return db_int(s, "SELECT count(*) FROM answer", n, e) < 0 || db_int(s, "SELECT coalesce(sum(bytes), 0) FROM answer", bytes, e) < 0 ? -1 : 0;
}
