/* Writes of the log that are put together, beside what SQLite makes of the same files by itself: two connections in turn, transactions that
 * spill, go back to a savepoint, are undone; after each commit a copy of the files, as a killed program leaves them, is read. And a file
 * that must not grow any more. */
#include "unit.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "store/runs.h"
#include "store_unit.h"

enum { ROWS = 400, TURNS = 300, LONGEST = 3000 };

typedef struct Model { int len[ROWS]; unsigned char fill[ROWS]; } Model;       /* a row is so many times the same byte; 0: none */

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s: %s", sql, why);
}

static sqlite3 *open_db(const char *name, const char *vfs)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(file(name), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, vfs), SQLITE_OK);
	/* Ten pages are kept: all but the smallest transactions go to the log before they are committed. */
	run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = 10; PRAGMA wal_autocheckpoint = 200");
	return db;
}

static int put_row(sqlite3 *db, int id, int len, int fill)
{
	sqlite3_stmt *st;
	unsigned char body[LONGEST];
	int rc;

	memset(body, fill, sizeof body);
	assert_int_equal(sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO t VALUES (?, ?)", -1, &st, NULL), SQLITE_OK);
	sqlite3_bind_int(st, 1, id);
	sqlite3_bind_blob(st, 2, body, len, SQLITE_TRANSIENT);
	rc = sqlite3_step(st);
	sqlite3_finalize(st);
	return rc;
}

static void assert_holds(sqlite3 *db, const Model *m)
{
	sqlite3_stmt *st;
	int rows = 0, want = 0;

	for (int i = 0; i < ROWS; i++)
		want += m->len[i] > 0;
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT id, body FROM t", -1, &st, NULL), SQLITE_OK);
	for (; sqlite3_step(st) == SQLITE_ROW; rows++) {
		int id = sqlite3_column_int(st, 0), n = sqlite3_column_bytes(st, 1);
		const unsigned char *body = sqlite3_column_blob(st, 1);

		assert_int_equal(n, m->len[id]);
		for (int i = 0; i < n; i++)
			assert_int_equal(body[i], m->fill[id]);
	}
	assert_int_equal(sqlite3_finalize(st), SQLITE_OK);
	assert_int_equal(rows, want);
}

static void assert_whole(sqlite3 *db)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(st, 0), "ok");
	sqlite3_finalize(st);
}

/* What a killed program leaves: the file and its log, of which SQLite believes what the checksums say. */
static void assert_copy_holds(const Model *m)
{
	char command[512];
	sqlite3 *db;

	(void)snprintf(command, sizeof command, "cp %s/db %s/copy && cp %s/db-wal %s/copy-wal && rm -f %s/copy-shm", place, place, place, place, place);
	assert_int_equal(system(command), 0);
	db = open_db("copy", NULL);
	assert_holds(db, m);
	assert_whole(db);
	sqlite3_close(db);
}

static void change(sqlite3 *db, Model *m, unsigned *seed)
{
	int id = rand_r(seed) % ROWS, len = 1 + rand_r(seed) % LONGEST, fill = rand_r(seed) % 256;

	assert_int_equal(put_row(db, id, len, fill), SQLITE_DONE);
	m->len[id] = len;
	m->fill[id] = (unsigned char)fill;
}

/* A transaction: some changes, at times a part of them taken back, all of them undone, or looked at before the end. */
static void turn(sqlite3 *db, Model *m, bool savepoints, unsigned *seed)
{
	Model before = *m, kept;
	int n = rand_r(seed) % 3 ? rand_r(seed) % 8 : rand_r(seed) % 120;

	run(db, "BEGIN IMMEDIATE");
	for (int i = 0; i < n; i++)
		change(db, m, seed);
	if (savepoints && rand_r(seed) % 3 == 0) {
		kept = *m;
		run(db, "SAVEPOINT s");
		for (int i = rand_r(seed) % 60; i-- > 0; )
			change(db, m, seed);
		run(db, "ROLLBACK TO s");
		*m = kept;
	}
	if (rand_r(seed) % 4 == 0)
		assert_holds(db, m);
	if (rand_r(seed) % 4)
		return run(db, "COMMIT");
	run(db, "ROLLBACK");
	*m = before;
}

static void in_turn(bool savepoints, unsigned seed)
{
	Model m = { 0 };
	sqlite3 *db[2], *plain;

	assert_string_equal(runs_vfs(), "seismo");
	for (int i = 0; i < 2; i++)
		db[i] = open_db("db", runs_vfs());
	plain = open_db("db", NULL);
	run(db[0], "DROP TABLE IF EXISTS t; CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
	for (int i = 0; i < TURNS; i++) {
		int who = rand_r(&seed) % 2;

		turn(db[who], &m, savepoints, &seed);
		assert_holds(db[!who], &m);
		if (i % 3 == 0)
			turn(plain, &m, savepoints, &seed);
		assert_holds(plain, &m);
		if (!savepoints && i % 10 == 0)
			assert_copy_holds(&m);
		if (i % 50 == 0)
			run(db[who], "PRAGMA wal_checkpoint(PASSIVE)");
	}
	for (int i = 0; i < 2; i++)
		sqlite3_close(db[i]);
	assert_holds(plain, &m);
	assert_whole(plain);
	sqlite3_close(plain);
}

static void what_a_kill_leaves(void **state)
{
	(void)state;
	in_turn(false, 7);
}

/* Without the copies: SQLite 3.40 itself leaves frames without checksums when a transaction that spilled goes back to a savepoint. */
static void savepoints(void **state)
{
	(void)state;
	in_turn(true, 8);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit r;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

/* The transaction whose run does not fit fails, whenever that is noticed; what was committed before stays, and work goes on. */
static void a_run_that_does_not_fit(void **state)
{
	sqlite3 *db = open_db("full", runs_vfs());
	Model m = { 0 }, lost;
	unsigned seed = 11;
	int failures = 0;

	(void)state;
	(void)signal(SIGXFSZ, SIG_IGN);
	run(db, "PRAGMA wal_autocheckpoint = 0; CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB)");
	for (int i = 0; i < 40; i++) {
		char log[192];
		struct stat st;
		int rc = SQLITE_DONE;

		(void)snprintf(log, sizeof log, "%s-wal", file("full"));
		assert_int_equal(stat(log, &st), 0);
		limit_files((rlim_t)st.st_size + (rlim_t)(i * 5000));
		lost = m;
		run(db, "BEGIN IMMEDIATE");
		for (int k = 0; k < 50 && rc == SQLITE_DONE; k++) {
			int id = rand_r(&seed) % ROWS;

			rc = put_row(db, id, 2000, i);
			lost.len[id] = 2000;
			lost.fill[id] = (unsigned char)i;
		}
		if (rc == SQLITE_DONE)
			rc = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? SQLITE_DONE : SQLITE_FULL;
		limit_files(RLIM_INFINITY);
		if (rc != SQLITE_DONE && !sqlite3_get_autocommit(db))
			run(db, "ROLLBACK");
		if (rc == SQLITE_DONE)
			m = lost;
		failures += rc != SQLITE_DONE;
		assert_holds(db, &m);
	}
	assert_in_range(failures, 5, 35);
	sqlite3_close(db);
	db = open_db("full", NULL);
	assert_holds(db, &m);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_kill_leaves), cmocka_unit_test(savepoints), cmocka_unit_test(a_run_that_does_not_fit),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
