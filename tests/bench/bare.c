/* The least that keeping a job can cost: a prepared insert of its columns into a table without an index, 5,000 rows a
 * transaction, write-ahead log. Nothing is read, looked up, added up or made durable.
 *
 *     bare FILE ROWS      prints rows a second, on the wall clock */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum { BATCH = 5000, NUMBERS = 13 };

static int run(sqlite3 *db, long rows)
{
	sqlite3_stmt *st = NULL;
	char id[48];

	if (sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; CREATE TABLE job(id TEXT, began INTEGER, c0, c1, c2, c3, c4,"
	                 "c5, c6, c7, c8, c9, c10, c11)", NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(db, "INSERT INTO job VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", -1, &st, NULL) != SQLITE_OK)
		return -1;
	for (long i = 0; i < rows; i++) {
		if (i % BATCH == 0 && sqlite3_exec(db, i ? "COMMIT; BEGIN" : "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
			break;
		(void)snprintf(id, sizeof id, "%016lx-%09ld", (unsigned long)i * 0x9E3779B97F4A7C15, i);
		sqlite3_bind_text(st, 1, id, -1, SQLITE_STATIC);
		sqlite3_bind_int64(st, 2, INT64_C(1790000000000) + i * 259);
		for (int k = 1; k < NUMBERS; k++)
			sqlite3_bind_int64(st, 2 + k, i * k % 10007);
		if (sqlite3_step(st) != SQLITE_DONE)
			break;
		sqlite3_reset(st);
	}
	sqlite3_finalize(st);
	return sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? 0 : -1;
}

int main(int argc, char **argv)
{
	long rows = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	int64_t began = clock_mono_ns();
	sqlite3 *db = NULL;
	int rc;

	if (rows <= 0)
		return 2;
	rc = sqlite3_open(argv[1], &db) == SQLITE_OK ? run(db, rows) : -1;
	if (rc < 0)
		(void)fprintf(stderr, "bare: %s\n", sqlite3_errmsg(db));
	else
		(void)printf("%.0f\n", (double)rows * 1e9 / (double)(clock_mono_ns() - began));
	sqlite3_close(db);
	return rc < 0;
}
