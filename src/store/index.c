#include "store/rows.h"

/* Hashes are random, so one large index of them would be written nearly whole by every batch (a page for each new row).
 * New ids go to job_recent, whose few pages are written anyway, and are moved to job_settled in order and in bulk: a
 * page of that is then written once for many rows. Both are asked. */
enum { RECENT_MAX = 1 << 17 };

/* 32 bits keep the tables small; who finds an id compares its text anyway. */
int64_t index_hash(Str job_id)
{
	return (int32_t)(uint32_t)str_hash(job_id);
}

int index_put(Store *s, int64_t hash, int64_t id, Err *e)
{
	static const char sql[] = "INSERT OR IGNORE INTO job_recent VALUES(?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, hash);
	sqlite3_bind_int64(st, 2, id);
	s->indexed++;
	return db_done(s, st, "cannot keep a job's place", e);
}

int index_put_all(Store *s, const Rows *hash_id, Err *e)
{
	static const char sql[] = "INSERT OR IGNORE INTO job_recent SELECT c0, c1 FROM rows WHERE true";

	s->indexed += (int64_t)hash_id->n;
	return rows_write(s, sql, hash_id, "cannot keep the places of jobs", e);
}

static int put_count(Store *s, int64_t n, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO meta VALUES('recent_jobs', ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, n);
	return db_done(s, st, "cannot keep the number of new jobs", e);
}

int index_settle(Store *s, Err *e)
{
	static const char count[] = "SELECT value FROM meta WHERE key = 'recent_jobs'";
	int64_t n;

	if (!s->indexed)
		return 0;
	if (db_int(s, count, &n, e) < 0)
		return -1;
	n += s->indexed;
	s->indexed = 0;
	if (n < RECENT_MAX)
		return put_count(s, n, e);
	if (db_exec(s, "INSERT OR IGNORE INTO job_settled SELECT hash, id FROM job_recent ORDER BY hash, id; DELETE FROM job_recent", e) < 0)
		return -1;
	return put_count(s, 0, e);
}

/* Request ids have entries of their own, which only the call's number leads to. */
static int forget_requests(Store *s, int64_t booked_before_ms, Err *e)
{
	static const char recent[] = "DELETE FROM job_recent WHERE id IN (SELECT id FROM job WHERE booked_ms < ?)";
	static const char settled[] = "DELETE FROM job_settled WHERE id IN (SELECT id FROM job WHERE booked_ms < ?)";
	static const char *const both[] = { recent, settled };

	for (int i = 0; i < 2; i++) {
		sqlite3_stmt *st = db_stmt(s, both[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, booked_before_ms);
		if (db_done(s, st, "cannot forget old requests", e) < 0)
			return -1;
	}
	return 0;
}

int index_forget(Store *s, int64_t booked_before_ms, Err *e)
{
	static const char recent[] = "DELETE FROM job_recent WHERE (hash, id) IN (SELECT hash, id FROM job WHERE booked_ms < ?)";
	static const char settled[] = "DELETE FROM job_settled WHERE (hash, id) IN (SELECT hash, id FROM job WHERE booked_ms < ?)";
	static const char *const both[] = { recent, settled };
	int64_t requests;

	if (db_int(s, "SELECT count(*) FROM meta WHERE key = 'requests'", &requests, e) < 0)
		return -1;
	if (requests)
		return forget_requests(s, booked_before_ms, e);
	for (int i = 0; i < 2; i++) {
		sqlite3_stmt *st = db_stmt(s, both[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, booked_before_ms);
		if (db_done(s, st, "cannot forget old jobs", e) < 0)
			return -1;
	}
	return 0;
}
