#include "store/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/db.h"
#include "wire/text.h"

/* Returns whether somebody has it open, or left it without tidying up: then there is a log beside it. */
static bool look_at_file(const char *path, StoreCheck *out)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	struct stat st;
	size_t n = strlen(path) + 8;
	char *part = xmalloc(n);
	bool log = false;

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		(void)snprintf(part, n, "%s%s", path, parts[i]);
		if (lstat(part, &st) < 0)
			continue;
		out->mode |= st.st_mode & 0777;
		out->size += st.st_size;
		log |= i > 0;
		if (i > 0)
			continue;
		out->there = true;
		out->regular = S_ISREG(st.st_mode);
		out->own = st.st_uid == geteuid();
	}
	free(part);
	return log;
}

/* The folder's disk; a folder that is not there yet will be made on the disk of the one above. */
static int64_t free_space(const char *path)
{
	char *dir = xstrdup(path), *slash;
	struct statvfs v;
	int64_t bytes = -1;

	while (bytes < 0 && (slash = strrchr(dir, '/')) && slash > dir) {
		*slash = 0;
		if (statvfs(dir, &v) == 0)
			bytes = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	}
	free(dir);
	return bytes;
}

static int past(void *deadline)
{
	return clock_mono_ms() > *(int64_t *)deadline;
}

static void look_inside(sqlite3 *db, int64_t limit_ms, StoreCheck *out)
{
	int64_t deadline = clock_mono_ms() + limit_ms;
	sqlite3_stmt *st = NULL;
	int rc;

	sqlite3_progress_handler(db, 10000, past, &deadline);
	if (sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL) == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		out->checked = true;
		out->sound = str_is(db_col_str(st, 0), "ok");
		(void)snprintf(out->damage, sizeof out->damage, "%.*s", STR_ARG(db_col_str(st, 0)));
	} else if ((rc = sqlite3_errcode(db)) == SQLITE_CORRUPT || rc == SQLITE_NOTADB) {
		out->checked = true;
		(void)snprintf(out->damage, sizeof out->damage, "%s", sqlite3_errmsg(db));
	}
	sqlite3_finalize(st);
	sqlite3_progress_handler(db, 0, NULL, NULL);
}

static int64_t pragma(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW)
		v = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return v;
}

/* SQLite takes the missing end of the last page for zeros. */
static void look_at_end(sqlite3 *db, bool log, StoreCheck *out)
{
	int64_t page = pragma(db, "PRAGMA page_size");

	if (log || page <= 0 || out->size % page == 0 || (out->checked && !out->sound))
		return;
	out->checked = true;
	out->sound = false;
	(void)snprintf(out->damage, sizeof out->damage, "the file ends within a page");
}

/* A write transaction that is given up at once says whether somebody else is in one. */
static bool is_locked(const char *path)
{
	sqlite3 *db = NULL;
	bool locked = false;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
		/* Closing must not tidy the log away. */
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
		locked = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY;
		if (!locked)
			(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	}
	(void)sqlite3_close_v2(db);
	return locked;
}

/* A reader of a write-ahead log makes that log when there is none, and leaves it behind. Without one the file stands still:
 * "immutable" says so (SQLite, "URI filenames"). */
static int open_to_look(const char *path, bool log, sqlite3 **db)
{
	Buf uri = { 0 };
	int rc;

	if (log)
		return sqlite3_open_v2(path, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);
	(void)buf_puts(&uri, "file:");
	(void)uri_encode(&uri, str_of(path), true);
	(void)buf_puts(&uri, "?immutable=1");
	rc = sqlite3_open_v2(buf_cstr(&uri), db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
	buf_done(&uri);
	return rc;
}

void store_check(const char *path, int64_t limit_ms, StoreCheck *out)
{
	sqlite3 *db = NULL;
	bool log;
	int rc;

	*out = (StoreCheck){ .newest_layout = schema_newest() };
	log = look_at_file(path, out);
	out->free_bytes = free_space(path);
	if (!out->there || !out->regular)
		return;
	rc = open_to_look(path, log, &db);
	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(db, 1000);
		out->layout = pragma(db, "PRAGMA user_version");
		out->foreign = !schema_is_ours(pragma(db, "PRAGMA application_id"));
		out->readable = out->layout >= 0;
		look_inside(db, limit_ms, out);
		look_at_end(db, log, out);
	}
	if (!out->readable && !out->damage[0])
		(void)snprintf(out->why, sizeof out->why, "%s", db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
	(void)sqlite3_close_v2(db);
	if (log && out->readable && out->sound && !out->foreign)
		out->locked = is_locked(path);
}
