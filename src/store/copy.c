/* Copies of a store: into memory when its disk fails, and beside the file before its layout is changed. */
#include "store/row.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "base/xalloc.h"

static const int64_t hour_ms = 3600000;

const char *store_disk_failure(const Store *s)
{
	switch (s->failed) {
	case SQLITE_FULL:
		return "disk full";
	case SQLITE_IOERR:
		return "disk errors";
	case SQLITE_READONLY:
		return "read-only";
	case SQLITE_CANTOPEN:
		return "no access";
	default:
		return NULL;
	}
}

/* From which hour on jobs are copied; 0: all of them. */
static int first_kept(Store *s, int64_t jobs, int64_t *from_ms, Err *e)
{
	static const char sql[] = "SELECT booked_ms FROM job ORDER BY booked_ms DESC LIMIT 1 OFFSET ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*from_ms = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, jobs);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*from_ms = (floor_div(sqlite3_column_int64(st, 0), hour_ms) + 1) * hour_ms;
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the jobs", e);
}

/* A table that is not named here is copied whole. ?1: from when on. */
static const struct { const char *table, *which; } parts[] = {
	{ "job", "booked_ms >= ?1" },
	/* A line goes with its call, and a later one even without it, so that it is known when it comes again; others of their sheets too. */
	{ "line_sheet", "id >= coalesce((SELECT max(id) FROM main.line_sheet WHERE id <= ?1 << 20), ?1 << 20) OR id IN "
	  "(SELECT (SELECT max(x.id) FROM main.line_sheet AS x WHERE x.id <= line) FROM (SELECT line FROM main.job WHERE booked_ms >= ?1 "
	  "UNION ALL SELECT line FROM main.line_more WHERE call IN (SELECT id FROM main.job WHERE booked_ms >= ?1)) WHERE line < ?1 << 20)" },
	{ "line_more", "call IN (SELECT id FROM main.job WHERE booked_ms >= ?1)" },
	/* Made anew. */
	{ "job_new", "0" }, { "job_upper", "0" }, { "job_block", "0" }, { "job_filter", "0" },
	{ "link_new", "0" }, { "link_upper", "0" }, { "link_block", "0" },
	/* Of totals the minutes, which go with their jobs. */
	{ "total_sheet", "coalesce(sheet_minute(0, id) >= ?1, 1)" }, { "latency_sheet", "coalesce(sheet_minute(1, id) >= ?1, 1)" },
};

static int copy_table(Store *s, const char *table, int64_t from_ms, Err *e)
{
	const char *which = "1";
	sqlite3_stmt *st = NULL;
	char sql[640];
	int rc;

	for (size_t i = 0; i < sizeof parts / sizeof *parts && from_ms; i++)
		if (strcmp(parts[i].table, table) == 0)
			which = parts[i].which;
	(void)snprintf(sql, sizeof sql, "DELETE FROM aside.\"%s\"", table);
	if (db_exec(s, sql, e) < 0)
		return -1;
	(void)snprintf(sql, sizeof sql, "INSERT INTO aside.\"%s\" SELECT * FROM main.\"%s\" WHERE %s", table, table, which);
	if (sqlite3_prepare_v2(s->db, sql, -1, &st, NULL) != SQLITE_OK)
		return db_fail(s, "cannot copy the snapshot", e);
	if (sqlite3_bind_parameter_count(st))
		sqlite3_bind_int64(st, 1, from_ms);
	rc = sqlite3_step(st) == SQLITE_DONE ? 0 : db_fail(s, "cannot copy the snapshot", e);
	sqlite3_finalize(st);
	return rc;
}

/* What is older than the copy must not be taken for new. */
static int set_horizon(Store *s, int64_t from_ms, Err *e)
{
	char sql[240];

	if (!from_ms)
		return 0;
	(void)snprintf(sql, sizeof sql, "INSERT INTO aside.meta SELECT mark, %lld FROM (SELECT 'pruned_jobs_ms' AS mark UNION "
	               "SELECT 'pruned_lines_ms') WHERE true ON CONFLICT(key) DO UPDATE SET value = max(value, excluded.value)", (long long)from_ms);
	return db_exec(s, sql, e);
}

static int copy_all(Store *s, int64_t jobs, Err *e)
{
	static const char list[] = "SELECT name FROM aside.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
	/* Calls that were left behind may have lines here. */
	static const char last_call[] =
		"INSERT INTO aside.meta SELECT 'last_call', (SELECT max(id) FROM main.job) WHERE EXISTS (SELECT 1 FROM main.job) "
		"ON CONFLICT(key) DO UPDATE SET value = max(value, excluded.value)";
	sqlite3_stmt *st = NULL;
	int64_t from_ms;
	int rc;

	if (first_kept(s, jobs, &from_ms, e) < 0)
		return -1;
	if (sqlite3_prepare_v2(s->db, list, -1, &st, NULL) != SQLITE_OK)
		return db_fail(s, "cannot copy the snapshot", e);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (copy_table(s, (const char *)sqlite3_column_text(st, 0), from_ms, e) < 0)
			break;
	sqlite3_finalize(st);
	if (rc != SQLITE_DONE)
		return rc == SQLITE_ROW ? -1 : db_fail(s, "cannot copy the snapshot", e);
	return set_horizon(s, from_ms, e) < 0 ? -1 : db_exec(s, last_call, e);
}

/* The copy is written through s, which only reads its own file for it. */
Store *store_copy_memory(Store *s, const char *name, int64_t jobs, Err *e)
{
	Store *memory = store_open_memory(name, STORE_WRITE, e);
	char sql[160];
	int rc = -1;

	if (!memory)
		return NULL;
	(void)snprintf(sql, sizeof sql, "ATTACH 'file:/%.64s?vfs=memdb' AS aside", name);
	if (db_exec(s, sql, e) < 0)
		goto out;
	if ((rc = db_exec(s, "BEGIN", e)) == 0 && (rc = copy_all(s, jobs, e)) == 0)
		rc = db_exec(s, "COMMIT", e);
	if (rc < 0)
		db_undo(s);
	(void)sqlite3_exec(s->db, "DETACH aside", NULL, NULL, NULL);     /* s is closed next */
	if (rc == 0 && (rc = db_begin(memory, e)) == 0) {
		rc = index_remake(memory, e) < 0 || line_relink(memory, e) < 0 ? -1 : db_commit(memory, e);
		if (rc < 0)
			db_undo(memory);
	}
out:
	if (rc < 0) {
		store_close(memory);
		return NULL;
	}
	return memory;
}

static int copy_pages(Store *s, const char *path, Err *e)
{
	sqlite3 *to = NULL;
	sqlite3_backup *b;
	int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);

	if (rc == SQLITE_OK && (b = sqlite3_backup_init(to, "main", s->db, "main"))) {
		(void)sqlite3_backup_step(b, -1);
		(void)sqlite3_backup_finish(b);
	}
	rc = sqlite3_errcode(to);
	if (rc != SQLITE_OK)
		(void)err_set(e, "cannot copy the snapshot to %s: %s", path, sqlite3_errmsg(to));
	sqlite3_close(to);
	return rc == SQLITE_OK ? 0 : -1;
}

/* Under another name until it is whole. */
int store_backup(Store *s, const char *path, Err *e)
{
	size_t n = strlen(path) + 32;
	char *part = xmalloc(n);
	int fd, rc = -1;

	(void)snprintf(part, n, "%s.%ld.part", path, (long)getpid());
	(void)unlink(part);
	if ((fd = open(part, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0) {
		(void)err_set(e, "cannot make %s", part);
		goto out;
	}
	close(fd);
	rc = copy_pages(s, part, e);
	if (rc == 0 && rename(part, path) < 0)
		rc = err_set(e, "cannot name the copy %s", path);
	if (rc < 0)
		(void)unlink(part);
out:
	free(part);
	return rc;
}
