#include "store/beside.h"

#include "store/db.h"

static int on_commit(void *store, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	((Store *)store)->log_pages = pages;
	return SQLITE_OK;
}

Store *store_beside(Store *s, Err *e)
{
	Store *beside = db_connect(s->path, STORE_WRITE, SQLITE_OPEN_NOFOLLOW, e);

	if (beside && db_exec(beside, "PRAGMA synchronous = NORMAL", e) < 0) {
		store_close(beside);
		return NULL;
	}
	if (beside)
		(void)sqlite3_wal_hook(s->db, on_commit, s);       /* in the place of the one that sees to the log */
	return beside;
}

/* A checkpoint syncs the database only when it reached the end of the log. */
int store_bring(Store *beside, Err *e)
{
	sqlite3_file *f;
	int rc;

	if (store_sync(beside, e) < 0)
		return -1;
	if (sqlite3_file_control(beside->db, "main", SQLITE_FCNTL_FILE_POINTER, &f) != SQLITE_OK || !f->pMethods)
		return 0;
	rc = f->pMethods->xSync(f, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
	return rc == SQLITE_OK ? 0 : err_set(e, "cannot bring the log of %s to its file: %s", beside->path, sqlite3_errstr(rc));
}

int64_t store_log_pages(const Store *s)
{
	return s->log_pages;
}
