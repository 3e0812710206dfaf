#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"

/* "seij" */
enum { APPLICATION = 0x7365696a, LAYOUT = 1, BUSY_MS = 10000 };

struct Journal {
	sqlite3 *db;
	char *path;
};

static const char layout[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS op(op TEXT PRIMARY KEY, facts TEXT NOT NULL, begun_ms INTEGER NOT NULL, step TEXT NOT NULL,"
	"detail TEXT NOT NULL, at_ms INTEGER NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS step(id INTEGER PRIMARY KEY, op TEXT NOT NULL, at_ms INTEGER NOT NULL, step TEXT NOT NULL, detail TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS step_op ON step(op);"
	"PRAGMA application_id = 1936025962; PRAGMA user_version = 1; COMMIT";

static int bad(Journal *j, const char *doing, Err *e)
{
	return err_set(e, "cannot %s the journal %s: %s; nothing is sent without it", doing, j->path, sqlite3_errmsg(j->db));
}

static int run(Journal *j, const char *sql, const char *doing, Err *e)
{
	return sqlite3_exec(j->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : bad(j, doing, e);
}

static sqlite3_stmt *ask(Journal *j, const char *sql, Err *e)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(j->db, sql, -1, &st, NULL) == SQLITE_OK)
		return st;
	(void)bad(j, "read", e);
	return NULL;
}

static int64_t number(Journal *j, const char *pragma)
{
	sqlite3_stmt *st = ask(j, pragma, NULL);
	int64_t v = st && sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;

	sqlite3_finalize(st);
	return v;
}

static void bind(sqlite3_stmt *st, int at, Str s)
{
	(void)sqlite3_bind_text64(st, at, s.n ? s.p : "", s.n, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static Str column(sqlite3_stmt *st, int at, Arena *a)
{
	const void *p = sqlite3_column_text(st, at);

	return arena_str(a, (Str){ p ? p : "", p ? (size_t)sqlite3_column_bytes(st, at) : 0 });
}

/* Ours alone: who can write it could make us believe that an action ended. */
static int guard(const char *path, Err *e)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	else if (errno != EEXIST)
		return err_set(e, "cannot make the journal %s: %s; check that the folder exists and can be written", path, strerror(errno));
	if (lstat(path, &st) < 0)
		return err_set(e, "cannot open the journal %s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, "the journal %s is not a regular file that only you can write; look at it, then move it away", path);
	return 0;
}

/* 0 a journal, 1 still empty, -1 neither. */
static int examine(Journal *j, Err *e)
{
	int64_t app = number(j, "PRAGMA application_id"), version = number(j, "PRAGMA user_version");

	if (app < 0 || version < 0)
		return bad(j, "read", e);
	if (app == 0 && version == 0)
		return 1;
	if (app != APPLICATION)
		return err_set(e, "the journal %s is another program's file; move it away", j->path);
	if (version > LAYOUT)
		return err_set(e, "the journal %s was written by a newer seismo; use that program", j->path);
	return 0;
}

static int prepare(Journal *j, Err *e)
{
	int state;

	sqlite3_busy_timeout(j->db, BUSY_MS);
	/* FULL: a commit is on the disk before the first byte of the action goes out. */
	if (run(j, "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL", "open", e) < 0 || (state = examine(j, e)) < 0)
		return -1;
	return state ? run(j, layout, "lay out", e) : 0;
}

Journal *journal_open(const char *path, Err *e)
{
	Journal *j;

	if (guard(path, e) < 0)
		return NULL;
	j = xcalloc(1, sizeof *j);
	j->path = xstrdup(path);
	if (sqlite3_open_v2(path, &j->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		(void)bad(j, "open", e);
		journal_close(j);
		return NULL;
	}
	if (prepare(j, e) < 0) {
		journal_close(j);
		return NULL;
	}
	return j;
}

void journal_close(Journal *j)
{
	if (!j)
		return;
	sqlite3_close_v2(j->db);
	free(j->path);
	free(j);
}

static int done(Journal *j, sqlite3_stmt *st, Err *e)
{
	int rc = sqlite3_step(st) == SQLITE_DONE ? 0 : bad(j, "write", e);

	sqlite3_finalize(st);
	return rc;
}

static int put_step(Journal *j, Str op, const char *step, Str detail, int64_t now_ms, Err *e)
{
	sqlite3_stmt *st = ask(j, "INSERT INTO step(op, at_ms, step, detail) VALUES(?1, ?2, ?3, ?4)", e);

	if (!st)
		return -1;
	bind(st, 1, op);
	sqlite3_bind_int64(st, 2, now_ms);
	bind(st, 3, str_of(step));
	bind(st, 4, detail);
	return done(j, st, e);
}

/* One row of each table, or of neither. */
static int both(Journal *j, sqlite3_stmt *st, Str op, const char *step, Str detail, int64_t now_ms, Err *e)
{
	int rc = -1;

	if (run(j, "BEGIN IMMEDIATE", "write", e) < 0) {
		sqlite3_finalize(st);
		return -1;
	}
	if (done(j, st, e) == 0 && sqlite3_changes(j->db) != 1)
		(void)err_set(e, "the journal %s has no open action %.*s", j->path, STR_ARG(op));
	else if (sqlite3_changes(j->db) == 1)
		rc = put_step(j, op, step, detail, now_ms, e);
	if (rc == 0)
		rc = run(j, "COMMIT", "write", e);
	if (rc < 0)
		(void)sqlite3_exec(j->db, "ROLLBACK", NULL, NULL, NULL);
	return rc;
}

int journal_begin(Journal *j, Str op, Str facts, int64_t now_ms, Err *e)
{
	sqlite3_stmt *st = ask(j, "INSERT INTO op VALUES(?1, ?2, ?3, 'begun', '', ?3, '')", e);

	if (!st)
		return -1;
	bind(st, 1, op);
	bind(st, 2, facts);
	sqlite3_bind_int64(st, 3, now_ms);
	return both(j, st, op, "begun", STR(""), now_ms, e);
}

static int move_on(Journal *j, Str op, const char *step, const char *outcome, Str detail, int64_t now_ms, Err *e)
{
	sqlite3_stmt *st = ask(j, "UPDATE op SET step = ?2, detail = ?3, at_ms = ?4, outcome = ?5 WHERE op = ?1 AND outcome = ''", e);

	if (!st)
		return -1;
	bind(st, 1, op);
	bind(st, 2, str_of(step));
	bind(st, 3, detail);
	sqlite3_bind_int64(st, 4, now_ms);
	bind(st, 5, str_of(outcome));
	return both(j, st, op, step, detail, now_ms, e);
}

int journal_step(Journal *j, Str op, const char *step, Str detail, int64_t now_ms, Err *e)
{
	return move_on(j, op, step, "", detail, now_ms, e);
}

int journal_end(Journal *j, Str op, const char *outcome, Str detail, int64_t now_ms, Err *e)
{
	return move_on(j, op, outcome, outcome, detail, now_ms, e);
}

#define ROW "SELECT op, facts, step, detail, outcome, begun_ms, at_ms FROM op "
/* A clock may go back by a day; the numbers of the rows do not. */
#define NEWEST "ORDER BY (SELECT MIN(id) FROM step WHERE step.op = op.op) DESC "

static JournalRow row_of(sqlite3_stmt *st, Arena *a)
{
	return (JournalRow){ column(st, 0, a), column(st, 1, a), column(st, 2, a), column(st, 3, a), column(st, 4, a),
	                     sqlite3_column_int64(st, 5), sqlite3_column_int64(st, 6) };
}

int journal_find(Journal *j, Str op, Arena *a, JournalRow *out, bool *found, Err *e)
{
	sqlite3_stmt *st = ask(j, ROW "WHERE op = ?1", e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	bind(st, 1, op);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		*out = row_of(st, a);
		*found = true;
	}
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : bad(j, "read", e);
}

int journal_list(Journal *j, bool unknown_only, size_t limit, Arena *a, JournalRow **out, size_t *n, Err *e)
{
	sqlite3_stmt *st = ask(j, ROW "WHERE ?1 = 0 OR outcome = '' " NEWEST "LIMIT ?2", e);
	int rc;

	*n = 0;
	*out = ARENA_ARRAY(a, JournalRow, limit + 1);
	if (!st)
		return -1;
	sqlite3_bind_int(st, 1, unknown_only);
	sqlite3_bind_int64(st, 2, (int64_t)limit);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < limit)
		(*out)[(*n)++] = row_of(st, a);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : bad(j, "read", e);
}

int journal_steps(Journal *j, Str op, Arena *a, JournalStep **out, size_t *n, Err *e)
{
	enum { STEPS_MAX = 256 };
	sqlite3_stmt *st = ask(j, "SELECT step, detail, at_ms FROM step WHERE op = ?1 ORDER BY id LIMIT 256", e);
	int rc;

	*n = 0;
	*out = ARENA_ARRAY(a, JournalStep, STEPS_MAX);
	if (!st)
		return -1;
	bind(st, 1, op);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < STEPS_MAX)
		(*out)[(*n)++] = (JournalStep){ column(st, 0, a), column(st, 1, a), sqlite3_column_int64(st, 2) };
	sqlite3_finalize(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : bad(j, "read", e);
}
