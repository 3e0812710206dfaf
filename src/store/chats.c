#include "store/chats.h"

#include "base/xalloc.h"
#include "store/db.h"

#define COLUMNS "id, title, created_ms, used_ms, pinned, questions"

int store_chat_put(Store *s, const ChatRow *r, Err *e)
{
	static const char sql[] = "INSERT INTO chat(" COLUMNS ", body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(id) DO UPDATE SET "
	                          "title = excluded.title, used_ms = max(used_ms, excluded.used_ms), pinned = excluded.pinned, "
	                          "questions = excluded.questions, body = excluded.body";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	(void)db_bind_str(st, 1, r->id);
	(void)db_bind_str(st, 2, r->title);
	sqlite3_bind_int64(st, 3, r->created_ms);
	sqlite3_bind_int64(st, 4, r->used_ms);
	sqlite3_bind_int64(st, 5, r->pinned);
	sqlite3_bind_int64(st, 6, r->questions);
	(void)db_bind_str(st, 7, r->body);
	return db_done(s, st, "cannot keep a conversation", e);
}

static ChatRow read_row(sqlite3_stmt *st, Arena *a)
{
	return (ChatRow){
		.id = arena_str(a, db_col_str(st, 0)), .title = arena_str(a, db_col_str(st, 1)), .created_ms = sqlite3_column_int64(st, 2),
		.used_ms = sqlite3_column_int64(st, 3), .pinned = sqlite3_column_int64(st, 4) != 0, .questions = sqlite3_column_int64(st, 5),
		.body = STR(""),
	};
}

int store_chats(Store *s, Str search, Arena *a, ChatRow **out, size_t *n, Err *e)
{
	/* What was said, not how it is written down: no names of members, and no escapes between the letters. */
	static const char sql[] = "SELECT " COLUMNS " FROM chat WHERE ?1 = '' OR instr(lower(title), lower(?1)) OR (json_valid(body) AND EXISTS("
	                          "SELECT 1 FROM json_tree(body) AS t WHERE t.key IN ('asked', 'text', 'system', 'model', 'label') "
	                          "AND t.type = 'text' AND instr(lower(t.value), lower(?1)))) ORDER BY used_ms DESC, id";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	ChatRow *v = NULL;
	size_t cap = 0;
	int rc;

	*n = 0;
	*out = NULL;
	if (!st)
		return -1;
	(void)db_bind_str(st, 1, search);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (*n == cap) {
			ChatRow *more = ARENA_ARRAY(a, ChatRow, cap = cap ? cap * 2 : 16);

			for (size_t i = 0; i < *n; i++)
				more[i] = v[i];
			v = more;
		}
		v[(*n)++] = read_row(st, a);
	}
	sqlite3_reset(st);
	*out = v;
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot list conversations", e);
}

int store_chat(Store *s, Str id, Arena *a, ChatRow *out, bool *found, Err *e)
{
	static const char sql[] = "SELECT " COLUMNS ", body FROM chat WHERE substr(id, 1, length(?1)) = ?1 ORDER BY id = ?1 DESC LIMIT 2";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	(void)db_bind_str(st, 1, id);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*out = read_row(st, a);
		out->body = arena_str(a, db_col_str(st, 6));
		/* Several begin so: none is meant, unless one of them is just that. */
		*found = str_eq(out->id, id) || (rc = sqlite3_step(st)) == SQLITE_DONE;
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read a conversation", e);
}

int store_chat_pin(Store *s, Str id, bool pinned, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "UPDATE chat SET pinned = ?2 WHERE id = ?1", e);

	if (!st)
		return -1;
	(void)db_bind_str(st, 1, id);
	sqlite3_bind_int64(st, 2, pinned);
	return db_done(s, st, "cannot pin a conversation", e);
}

int store_chat_drop(Store *s, Str id, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "DELETE FROM chat WHERE id = ?1", e);

	if (!st)
		return -1;
	(void)db_bind_str(st, 1, id);
	return db_done(s, st, "cannot delete a conversation", e);
}

int store_chats_expire(Store *s, int64_t unused_since_ms, int64_t *dropped, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, "DELETE FROM chat WHERE pinned = 0 AND used_ms < ?1", e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, unused_since_ms);
	if (db_done(s, st, "cannot delete conversations that were not used", e) < 0)
		return -1;
	if (dropped)
		*dropped = sqlite3_changes(s->db);
	return 0;
}
