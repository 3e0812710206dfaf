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

int64_t store_log_pages(const Store *s)
{
	return s->log_pages;
}
