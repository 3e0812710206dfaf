/* Totals as files had them before layout 9, in the SQL of that time, filled from the jobs by plain GROUP BYs. */
#ifndef OLD_LAYOUT_H
#define OLD_LAYOUT_H

#include <sqlite3.h>

#define OLD_COLUMNS \
	"nusd INTEGER NOT NULL, jobs INTEGER NOT NULL, failed INTEGER NOT NULL, unpriced INTEGER NOT NULL," \
	"cache_hits INTEGER NOT NULL, cache_known INTEGER NOT NULL, retries INTEGER NOT NULL," \
	"latency_ms_sum INTEGER NOT NULL, latency_n INTEGER NOT NULL, input INTEGER NOT NULL, output INTEGER NOT NULL," \
	"cache_read INTEGER NOT NULL, cache_write_5m INTEGER NOT NULL, cache_write_1h INTEGER NOT NULL"
#define OLD_SUMS \
	"sum(nusd), count(*), sum(kind = 0 AND state = 3), sum(flags >> 2 & 1), sum((flags >> 3 & 3) = 2), sum((flags >> 3 & 3) <> 0)," \
	"sum(retries), sum(coalesce(latency_ms, 0)), count(latency_ms), sum(input), sum(output), sum(cache_read), sum(cache_write_5m)," \
	"sum(cache_write_1h) FROM job GROUP BY "
#define OLD_HOURS(dim, key) "INSERT INTO hourly SELECT " dim ", booked_ms / 3600000, " key ", " OLD_SUMS "1, 2, 3;"

/* While there are jobs to make them from. */
#define OLD_TOTALS \
	"CREATE TABLE hourly(dim INTEGER NOT NULL, hour INTEGER NOT NULL, key INTEGER NOT NULL, " OLD_COLUMNS "," \
	"PRIMARY KEY(dim, hour, key)) WITHOUT ROWID;" \
	"CREATE TABLE minutely(minute INTEGER PRIMARY KEY, " OLD_COLUMNS ");" \
	OLD_HOURS("0", "id - id") OLD_HOURS("1", "k_tenant") OLD_HOURS("2", "k_persona") OLD_HOURS("3", "k_agent") \
	OLD_HOURS("4", "k_version") OLD_HOURS("5", "k_model") \
	"INSERT INTO minutely SELECT booked_ms / 60000, " OLD_SUMS "1;"

/* What drops each table that came later than these, as one text. */
#define DROP_ALL_BUT(tables) "SELECT group_concat('DROP TABLE ' || name, ';') FROM sqlite_schema WHERE type = 'table' AND name NOT IN (" tables ")"

static inline int take_text(void *out, int n, char **column, char **names)
{
	(void)n;
	(void)names;
	return snprintf(out, 1000, "%s", column[0]) >= 1000;
}

/* Runs what the query answers, then sql. */
static inline void back_to(const char *path, const char *query, const char *sql)
{
	static char text[1000];
	char *why = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, query, take_text, text, NULL), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK || sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
	sqlite3_close(db);
}

/* What jobs had no columns for. */
#define NO_CACHING \
	"UPDATE job SET flags = flags & ~128; ALTER TABLE job DROP COLUMN cache_saved; ALTER TABLE job DROP COLUMN cache_premium;" \
	"ALTER TABLE job DROP COLUMN cache_miss;"

/* The places of new jobs as they were kept: a row for each. */
#define OLD_PLACES \
	"CREATE TABLE job_recent(hash INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY(hash, id)) WITHOUT ROWID;" \
	"INSERT INTO job_recent SELECT hash, id FROM job WHERE id NOT IN (SELECT id FROM job_settled);" \
	"DROP TABLE IF EXISTS job_new; DELETE FROM meta WHERE key = 'settled';"

/* Layout 3; the old totals must be there. */
#define TABLES_3 \
	"'meta', 'name', 'job', 'line', 'hourly', 'minutely', 'cursor', 'frame', 'agent', 'series', 'point', 'job_settled'"
#define BACK_TO_3 \
	NO_CACHING OLD_PLACES \
	"DROP INDEX job_updated; CREATE INDEX job_updated ON job(updated_ms, state, latency_ms) WHERE kind = 0;" \
	"DELETE FROM meta WHERE key = 'recent_from'; PRAGMA user_version = 3;"

#endif
