#include "store/runs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* Writes to the log that go on where the last one ended are held, as a run, until it is full, until its place is read, and before the write
 * of a commit's last page returns: only behind that does SQLite tell others of the frames (walIndexWriteHdr), and what fails is still an
 * error of the commit. A frame that is written over is not held. Others may write there once the lock for writing is given back: what is
 * held by then is of an undone transaction, and goes with it.
 * A checkpoint's writes to the database cannot be held: one that does not reach the end of the log tells others of its pages without a
 * last call that could fail. The log's format: sqlite.org/fileformat2.html, "The WAL File Format". */
enum { RUN_BYTES = 64 << 10 /* SQLite's own pwrite takes less than 128 KiB */, FRAME_HEADER = 24, WRITE_LOCK = 0 };

typedef struct Run Run;
/* Lies behind SQLite's own struct of an open file, whose methods are its own but for those that `methods` replaces. */
struct Run {
	sqlite3_io_methods methods;
	const sqlite3_io_methods *own;
	Run  *other;                     /* of a database its log, of a log its database, while both are open */
	char *held;                      /* RUN_BYTES, from the first write on */
	int   n;                         /* of them */
	sqlite3_int64 at;                /* where in the file they go */
	sqlite3_int64 end;               /* behind the last write */
	bool  commits;                   /* the frame under way ends a transaction */
	int   failed;                    /* why a run did not get there: nothing more is taken until the lock is given back */
};

static sqlite3_vfs runs, *own_vfs;
static bool registered;

static int own_size(void)
{
	return (own_vfs->szOsFile + 15) / 16 * 16;
}

static Run *run_of(sqlite3_file *f)
{
	return (Run *)((char *)f + own_size());
}

/* --- the log --- */

static int put(sqlite3_file *f, Run *r)
{
	if (r->n && r->failed == SQLITE_OK)
		r->failed = r->own->xWrite(f, r->held, r->n, r->at);
	r->n = 0;
	return r->failed;
}

static int hold(sqlite3_file *f, Run *r, const void *p, int n, sqlite3_int64 at)
{
	bool goes_on = at == r->end && n <= RUN_BYTES;
	int rc = !goes_on || r->n + n > RUN_BYTES ? put(f, r) : r->failed;

	if (rc != SQLITE_OK)
		return rc;
	r->end = at + n;
	if (!goes_on)
		return r->own->xWrite(f, p, n, at);
	if (!r->held)
		r->held = xmalloc(RUN_BYTES);
	if (!r->n)
		r->at = at;
	memcpy(r->held + r->n, p, (size_t)n);
	r->n += n;
	return SQLITE_OK;
}

static int log_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	Run *r = run_of(f);
	int rc = hold(f, r, p, n, at);

	if (n == FRAME_HEADER)
		r->commits = memcmp((const char *)p + 4, "\0\0\0", 4) != 0;       /* a commit's says how large the database is then */
	else if (rc == SQLITE_OK && r->commits)
		rc = put(f, r);
	return rc;
}

static int log_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	Run *r = run_of(f);
	int rc = r->n && at < r->at + r->n && r->at < at + n ? put(f, r) : SQLITE_OK;

	return rc == SQLITE_OK ? r->own->xRead(f, p, n, at) : rc;
}

static int log_sync(sqlite3_file *f, int flags)
{
	Run *r = run_of(f);
	int rc = put(f, r);

	return rc == SQLITE_OK ? r->own->xSync(f, flags) : rc;
}

static int log_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	Run *r = run_of(f);
	int rc = put(f, r);

	return rc == SQLITE_OK ? r->own->xTruncate(f, size) : rc;
}

static int log_size(sqlite3_file *f, sqlite3_int64 *size)
{
	Run *r = run_of(f);
	int rc = put(f, r);

	return rc == SQLITE_OK ? r->own->xFileSize(f, size) : rc;
}

static int log_close(sqlite3_file *f)
{
	Run *r = run_of(f);

	if (r->other)
		r->other->other = NULL;
	free(r->held);
	return r->own->xClose(f);
}

/* --- the database --- */

static int database_lock(sqlite3_file *f, int first, int n, int flags)
{
	Run *r = run_of(f);

	if (r->other && flags == (SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE) && first == WRITE_LOCK) {
		r->other->n = 0;
		r->other->failed = SQLITE_OK;
	}
	return r->own->xShmLock(f, first, n, flags);
}

static int database_close(sqlite3_file *f)
{
	Run *r = run_of(f);

	if (r->other)
		r->other->other = NULL;
	return r->own->xClose(f);
}

/* --- opening --- */

static void take_over(sqlite3_file *f, Run *r, Run *database)
{
	r->own = f->pMethods;
	r->methods = *r->own;
	r->other = database;
	if (database) {
		database->other = r;
		r->methods.xWrite = log_write;
		r->methods.xRead = log_read;
		r->methods.xSync = log_sync;
		r->methods.xTruncate = log_truncate;
		r->methods.xFileSize = log_size;
		r->methods.xClose = log_close;
	} else {
		r->methods.xShmLock = database_lock;
		r->methods.xClose = database_close;
	}
	f->pMethods = &r->methods;
}

static int runs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *got)
{
	int rc = own_vfs->xOpen(own_vfs, name, f, flags, got);

	(void)vfs;
	memset(run_of(f), 0, sizeof(Run));
	if (rc != SQLITE_OK)
		return rc;
	if (flags & SQLITE_OPEN_MAIN_DB && f->pMethods->iVersion >= 2)       /* with locks of a log */
		take_over(f, run_of(f), NULL);
	else if (flags & SQLITE_OPEN_WAL && run_of(sqlite3_database_file_object(name))->own)
		take_over(f, run_of(f), run_of(sqlite3_database_file_object(name)));
	return SQLITE_OK;
}

static void make(void)
{
	if (!(own_vfs = sqlite3_vfs_find(NULL)))
		return;
	runs = *own_vfs;
	runs.pNext = NULL;
	runs.zName = "seismo";
	runs.szOsFile = own_size() + (int)sizeof(Run);
	runs.xOpen = runs_open;
	registered = sqlite3_vfs_register(&runs, 0) == SQLITE_OK;
}

const char *runs_vfs(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, make);
	return registered ? runs.zName : NULL;
}
