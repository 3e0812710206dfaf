#include "store/db.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/books_own.h"

sqlite3_stmt *db_stmt(Store *s, const char *sql, Err *e)
{
	sqlite3_stmt *st = NULL;

	for (size_t i = 0; i < s->kept_n; i++)
		if (s->kept[i].sql == sql) {
			sqlite3_reset(s->kept[i].stmt);
			return s->kept[i].stmt;
		}
	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK) {
		(void)db_fail(s, "cannot ask the snapshot", e);
		return NULL;
	}
	VEC_GROW(s->kept, s->kept_cap, s->kept_n + 1);
	s->kept[s->kept_n++] = (Kept){ sql, st };
	return st;
}

int db_fail(Store *s, const char *doing, Err *e)
{
	const char *why = sqlite3_errmsg(s->db), *remedy = "";

	s->failed = sqlite3_errcode(s->db);
	switch (s->failed) {
	case SQLITE_BUSY:
		remedy = "; another program holds it: try again";
		break;
	case SQLITE_FULL:
		remedy = "; free space on that disk";
		break;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		remedy = "; check that the folder exists and can be written";
		break;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		remedy = "; the file is damaged: move it away and a new one is made";
		break;
	default:
		break;
	}
	return err_set(e, "%s (%s): %s%s", doing, s->path, why, remedy);
}

int db_exec(Store *s, const char *sql, Err *e)
{
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(s, "cannot use the snapshot", e);
}

int db_done(Store *s, sqlite3_stmt *st, const char *doing, Err *e)
{
	int rc = sqlite3_step(st) == SQLITE_DONE ? 0 : db_fail(s, doing, e);

	sqlite3_reset(st);
	return rc;
}

int db_each(Store *s, const DbQuery *q, void *arg, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, q->sql, e);
	int rc;

	if (!st)
		return -1;
	for (int i = 0; i < q->binds; i++)
		sqlite3_bind_int64(st, 1 + i, q->bind[i]);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (q->row(s, st, arg, e) < 0)
			break;
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		(void)db_fail(s, q->doing, e);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : -1;
}

int db_int(Store *s, const char *sql, int64_t *out, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*out = 0;
	if (!st)
		return -1;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = sqlite3_column_int64(st, 0);
	else if (rc != SQLITE_DONE)
		return db_fail(s, "cannot read the snapshot", e);
	sqlite3_reset(st);
	return 0;
}

/* Small batches are many. */
static int run(Store *s, const char *sql, Err *e)
{
	sqlite3_stmt *st = db_stmt(s, sql, e);

	return st ? db_done(s, st, "cannot use the snapshot", e) : -1;
}

int db_begin(Store *s, Err *e)
{
	static const char sql[] = "BEGIN IMMEDIATE";

	if (s->mode != STORE_WRITE)
		return err_set(e, "the snapshot %s was opened for reading only", s->path);
	return run(s, sql, e);
}

int db_commit(Store *s, Err *e)
{
	static const char sql[] = "COMMIT";

	return run(s, sql, e);
}

int db_view(Store *s, bool *begun, Err *e)
{
	*begun = sqlite3_get_autocommit(s->db) != 0;
	return *begun ? db_exec(s, "BEGIN", e) : 0;
}

void db_view_end(Store *s, bool begun)
{
	if (begun)
		(void)sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL);     /* nothing was written */
}

void db_undo(Store *s)
{
	for (size_t i = 0; i < s->kept_n; i++)
		sqlite3_reset(s->kept[i].stmt);
	if (!sqlite3_get_autocommit(s->db))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);   /* the first error is the one to tell */
	names_done(&s->names);
	pairs_done(&s->versions);
	ahead_drop(s);
	cells_reset(&s->cells);
	held_reset(&s->held);
	books_close(s);
	index_lose(&s->index);
	links_lose(&s->links);
	shapes_lose(&s->shapes);
}

int db_bind_str(sqlite3_stmt *st, int at, Str text)
{
	return sqlite3_bind_text64(st, at, text.p ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
}

Str db_col_str(sqlite3_stmt *st, int at)
{
	const void *p = sqlite3_column_blob(st, at);

	return (Str){ p, (size_t)sqlite3_column_bytes(st, at) };
}

int db_name_find(Store *s, Str text, int64_t *id, Err *e)
{
	static const char sql[] = "SELECT id FROM name WHERE text = ?";
	const Name *n = text.n ? names_find(&s->names, text) : NULL;
	sqlite3_stmt *st;
	int rc;

	*id = n ? n->id : 0;
	if (n || !text.n)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	db_bind_str(st, 1, text);
	rc = sqlite3_step(st);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -2;
	sqlite3_reset(st);
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return db_fail(s, "cannot read a name", e);
	if (rc == SQLITE_ROW && !names_get(&s->names, *id))
		names_put(&s->names, *id, text);
	return 0;
}

int db_name_id(Store *s, Str text, int64_t *id, Err *e)
{
	static const char sql[] = "INSERT INTO name(text) VALUES(?)";
	sqlite3_stmt *st;

	if (db_name_find(s, text, id, e) < 0)
		return -1;
	if (*id >= 0)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	db_bind_str(st, 1, text);
	if (db_done(s, st, "cannot keep a name", e) < 0)
		return -1;
	*id = sqlite3_last_insert_rowid(s->db);
	names_put(&s->names, *id, text);
	return 0;
}

int db_name_text(Store *s, int64_t id, Str *text, Err *e)
{
	static const char sql[] = "SELECT text FROM name WHERE id = ?";
	const Name *n = id ? names_get(&s->names, id) : NULL;
	sqlite3_stmt *st;
	int rc = 0;

	*text = n ? n->text : STR("");
	if (n || !id)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	sqlite3_bind_int64(st, 1, id);
	if (sqlite3_step(st) == SQLITE_ROW)
		*text = names_put(&s->names, id, db_col_str(st, 0))->text;
	else
		rc = err_set(e, "the snapshot %s lacks name %lld; move it away and a new one is made", s->path, (long long)id);
	sqlite3_reset(st);
	return rc;
}
