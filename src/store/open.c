#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "store/books_own.h"
#include "store/gather.h"
#include "store/rows.h"
#include "store/runs.h"
#include "store/sheets.h"
#include "store/place.h"

enum { BUSY_MS = 5000, CHECK_WHOLE_BYTES = 64 << 20, CHECK_INDEXES_BYTES = 16 << 20 };

/* The folder's links are resolved (a home below a symlink is common); the file itself must not be one. */
static char *real_place(const char *path, Err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? xstrndup(path, slash == path ? 1 : (size_t)(slash - path)) : xstrdup("."), *real, *out;
	size_t n;

	real = realpath(dir, NULL);
	if (!real) {
		(void)err_set(e, "cannot open the snapshot's folder %s: %s", dir, strerror(errno));
		free(dir);
		return NULL;
	}
	free(dir);
	n = strlen(real) + strlen(slash ? slash + 1 : path) + 2;
	out = xmalloc(n);
	(void)snprintf(out, n, "%s/%s", strcmp(real, "/") == 0 ? "" : real, slash ? slash + 1 : path);
	free(real);
	return out;
}

/* An existing file is looked at by lstat and never opened here: closing any descriptor of a database drops the locks
 * that this process holds on it (fcntl(2)). SQLite then refuses links itself (SQLITE_OPEN_NOFOLLOW). */
static int guard(const char *path, StoreMode mode, off_t *size, Err *e)
{
	struct stat st;
	int fd;

	*size = 0;
	if (lstat(path, &st) < 0) {
		if (errno != ENOENT || mode == STORE_READ)
			return err_set(e, "cannot open the snapshot %s: %s", path, strerror(errno));
		fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			return err_set(e, "cannot make the snapshot %s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
		if (lstat(path, &st) < 0)
			return err_set(e, "cannot open the snapshot %s: %s", path, strerror(errno));
	}
	if (!S_ISREG(st.st_mode))
		return err_set(e, "the snapshot %s is not a regular file; remove it or name another place", path);
	if (st.st_uid != geteuid())
		return err_set(e, "the snapshot %s belongs to another user; remove it or name another place", path);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return err_set(e, "the snapshot %s can be written by others; run chmod 600 on it", path);
	if (mode == STORE_WRITE && (st.st_mode & 077) && chmod(path, 0600) < 0)
		return err_set(e, "cannot make the snapshot %s private: %s", path, strerror(errno));
	*size = st.st_size;
	return 0;
}

/* SQLite's count of its memory takes a global lock at each allocation. Refused when it is already in use: no harm. */
static void tune(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

Store *db_connect(const char *path, StoreMode mode, int more_flags, Err *e)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int flags = (mode == STORE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) | SQLITE_OPEN_NOMUTEX | more_flags;
	Store *s = xcalloc(1, sizeof *s);

	(void)pthread_once(&once, tune);
	s->mode = mode;
	s->path = xstrdup(path);
	if (sqlite3_open_v2(path, &s->db, flags, runs_vfs()) != SQLITE_OK) {
		(void)db_fail(s, "cannot open the snapshot", e);
		store_close(s);
		return NULL;
	}
	sqlite3_extended_result_codes(s->db, 0);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	if (db_functions(s, e) < 0 || rows_register(s, e) < 0 || gather_register(s, e) < 0 || sheet_table_register(s, e) < 0) {
		store_close(s);
		return NULL;
	}
	return s;
}

/* What a writer needs set. Sizes: 16 MiB of pages keep the indexes of a batch; a checkpoint every 32 MiB of log. */
static int prepare_writer(Store *s, bool in_memory, Err *e)
{
	/* WAL's memory is not shared with another machine, and a rollback journal is safe from a power cut with FULL only. */
	static const char here[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL";
	static const char there[] = "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL";

	/* auto_vacuum is for a file that is still empty; it only lets store_shrink work, nothing runs by itself. */
	if (db_exec(s, "PRAGMA auto_vacuum = INCREMENTAL", e) < 0)
		return -1;
	if (db_exec(s, in_memory ? "PRAGMA synchronous = OFF" : place_is_remote(s->path) ? there : here, e) < 0)
		return -1;
	return db_exec(s, "PRAGMA temp_store = MEMORY; " DB_WRITER_CACHE "; PRAGMA wal_autocheckpoint = 8000", e);
}

/* What only a transaction needs. */
static void drop_workspace(Store *s)
{
	Buf *const bufs[] = { &s->scratch, &s->merged, &s->old, &s->sheet, &s->body, &s->said };

	ahead_drop(s);
	cells_done(&s->cells);
	held_done(&s->held);
	links_done(&s->links);
	for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++)
		buf_done(bufs[i]);
	free(s->keys);
	s->keys = NULL;
	s->keys_cap = 0;
}

void store_rest(Store *s)
{
	drop_workspace(s);
	/* With entries in it, it would be read again for the next batch. */
	if (!s->index.n)
		index_done(&s->index);
	(void)sqlite3_db_release_memory(s->db);
}

static bool damaged(Store *s)
{
	int code = sqlite3_errcode(s->db);

	return code == SQLITE_NOTADB || code == SQLITE_CORRUPT;
}

/* Whether sheets can be read, of which SQLite knows that they are bytes: 0, 1 they are damaged, -1 error. */
static int examine_sheets(Store *s, Err *e)
{
	static const char sql[] = "SELECT (SELECT count(*) FROM line_cells), (SELECT count(*) FROM total_cells), (SELECT count(*) FROM latency_cells)";
	sqlite3_stmt *st;
	int64_t version;
	int rc;

	if (db_int(s, "PRAGMA user_version", &version, e) < 0)
		return -1;
	if (version < schema_newest())           /* what it is brought up to date from is read cell by cell */
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	rc = sqlite3_step(st);
	sqlite3_reset(st);
	return rc == SQLITE_ROW ? 0 : rc == SQLITE_ERROR || damaged(s) ? 1 : db_fail(s, "cannot check the snapshot", e);
}

static bool has_log(const char *path)
{
	size_t n = strlen(path) + sizeof "-wal";
	char *log = xmalloc(n);
	struct stat st;
	bool has;

	(void)snprintf(log, n, "%s-wal", path);
	has = lstat(log, &st) == 0 && st.st_size > 0;
	free(log);
	return has;
}

/* SQLite takes the missing end of the last page for zeros. With a log that page may be whole in there. */
static int cut_short(Store *s, off_t size, bool log, Err *e)
{
	int64_t page;

	if (log || size == 0)
		return 0;
	if (db_int(s, "PRAGMA page_size", &page, e) < 0)
		return -1;
	return size % page != 0;
}

/* 0 sound, 1 to be set aside, -1 error. A large file is not read whole at each start, and its indexes are not compared with their
 * tables from a smaller size on: what is wrong there shows when it is used. */
static int examine(Store *s, off_t size, Err *e)
{
	static const char quick[] = "PRAGMA quick_check(1)", whole[] = "PRAGMA integrity_check(1)";
	bool foreign = false, log = has_log(s->path);        /* asked before SQLite makes one */
	sqlite3_stmt *st;
	int rc;

	if (schema_check(s, &foreign, e) < 0)
		return damaged(s) ? 1 : -1;
	if (foreign)
		return 1;
	if ((rc = cut_short(s, size, log, e)) != 0)
		return rc;
	if (size && size <= CHECK_WHOLE_BYTES) {
		if (!(st = db_stmt(s, size <= CHECK_INDEXES_BYTES ? whole : quick, e)))
			return damaged(s) ? 1 : -1;
		if (sqlite3_step(st) == SQLITE_ROW)
			rc = !str_is(db_col_str(st, 0), "ok");
		else
			rc = damaged(s) ? 1 : db_fail(s, "cannot check the snapshot", e);
		sqlite3_reset(st);
		if (rc == 0)
			rc = examine_sheets(s, e);
	}
	return rc;
}

static int set_aside(const char *path, char note[256], Err *e)
{
	static const char *const parts[] = { "", "-wal", "-shm" };
	size_t n = strlen(path) + 64;
	char *from = xmalloc(n), *to = xmalloc(n);
	time_t now = time(NULL);
	struct tm tm;
	char when[32];
	int rc = 0;

	gmtime_r(&now, &tm);
	(void)strftime(when, sizeof when, "%Y%m%dT%H%M%SZ", &tm);
	for (size_t i = 0; i < sizeof parts / sizeof *parts && rc == 0; i++) {
		(void)snprintf(from, n, "%s%s", path, parts[i]);
		(void)snprintf(to, n, "%s.broken-%s%s", path, when, parts[i]);
		if (rename(from, to) < 0 && errno != ENOENT)
			rc = err_set(e, "cannot set the damaged snapshot %s aside: %s", from, strerror(errno));
	}
	if (rc == 0 && note)
		(void)snprintf(note, 256, "The snapshot %.120s could not be used: it is kept as .broken-%s and a new one was made.", path, when);
	free(from);
	free(to);
	return rc;
}

/* Before a file of an older layout is changed it is copied. Without room for that the change is made all the same: it is one
 * transaction, and everything in the file can be read from AWS again. */
static int keep_old_layout(Store *s, char note[256], Err *e)
{
	size_t n = strlen(s->path) + 48;
	int64_t version;
	Err why = { 0 };
	char *to;

	if (db_int(s, "PRAGMA user_version", &version, e) < 0)
		return -1;
	if (!version || version >= schema_newest())
		return 0;
	to = xmalloc(n);
	for (int64_t v = 1; v <= version; v++) {     /* the one of the last change is enough */
		(void)snprintf(to, n, "%s.layout-%lld", s->path, (long long)v);
		if (v < version)
			(void)unlink(to);
	}
	if (store_backup(s, to, &why) < 0 && note)
		(void)snprintf(note, 256, "The snapshot's layout was changed without a copy of the old one: %.160s", why.text);
	free(to);
	return 0;
}

static Store *open_writer(const char *path, char note[256], Err *e)
{
	for (int attempt = 0; attempt < 2; attempt++) {
		off_t size;
		Store *s;
		int verdict;

		if (guard(path, STORE_WRITE, &size, e) < 0 || place_try_lock(path, e) < 0 || !(s = db_connect(path, STORE_WRITE, SQLITE_OPEN_NOFOLLOW, e)))
			return NULL;
		verdict = examine(s, size, e);
		if (verdict == 0 && prepare_writer(s, false, e) == 0 && keep_old_layout(s, note, e) == 0 && schema_make(s, e) == 0)
			return s;
		store_close(s);
		if (verdict <= 0 || attempt > 0 || set_aside(path, note, e) < 0)
			return NULL;
	}
	return NULL;
}

static Store *open_reader(const char *path, Err *e)
{
	bool foreign;
	off_t size;
	Store *s;

	if (guard(path, STORE_READ, &size, e) < 0 || !(s = db_connect(path, STORE_READ, SQLITE_OPEN_NOFOLLOW, e)))
		return NULL;
	/* A week of 200 tenants by the hour is 4 MiB of pages: what is asked again is not read again. */
	if (schema_check(s, &foreign, e) < 0 || db_exec(s, "PRAGMA cache_size = -8192", e) < 0) {
		store_close(s);
		return NULL;
	}
	return s;
}

Store *store_open(const char *path, StoreMode mode, char note[256], Err *e)
{
	char *real = real_place(path, e);
	Store *s = NULL;

	if (note)
		note[0] = '\0';
	if (real)
		s = mode == STORE_WRITE ? open_writer(real, note, e) : open_reader(real, e);
	free(real);
	return s;
}

Store *store_open_memory(const char *name, StoreMode mode, Err *e)
{
	char uri[256];
	bool foreign;
	Store *s;

	(void)snprintf(uri, sizeof uri, "file:/%s?vfs=memdb", name);
	/* A reader is a read-write handle held to reading: memdb opens only what is already there otherwise. */
	if (!(s = db_connect(uri, STORE_WRITE, SQLITE_OPEN_CREATE | SQLITE_OPEN_URI, e)))
		return NULL;
	if (prepare_writer(s, true, e) < 0 || (mode == STORE_WRITE && schema_make(s, e) < 0))
		goto fail;
	s->mode = mode;
	if (schema_check(s, &foreign, e) < 0 || (mode == STORE_READ && db_exec(s, "PRAGMA query_only = 1", e) < 0))
		goto fail;
	return s;
fail:
	store_close(s);
	return NULL;
}

void store_close(Store *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->kept_n; i++)
		sqlite3_finalize(s->kept[i].stmt);
	free(s->kept);
	names_done(&s->names);
	pairs_done(&s->versions);
	drop_workspace(s);
	index_done(&s->index);
	shapes_lose(&s->shapes);
	books_close(s);
	sqlite3_close_v2(s->db);
	free(s->path);
	free(s);
}
