#include "store/pulse.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/xalloc.h"
#include "store/apply.h"

enum { NUMBERS = 19, TEXTS = 5, STATES_MAX = 64 };
#define COLUMNS "name, phase, interval_ms, fresh_ms, covered_from_ms, rounds, items, skipped, backfilling, error_kind, tail_wanted, " \
	"tail_live, gap_from_ms, gap_until_ms, sampled_ms, tail_lines, tail_sampled, tail_pauses, tail_breaks, pushed, waiting, error, lacks, " \
	"tail_why, sources"

/* In the order of the columns. */
static const size_t number_at[NUMBERS] = {
	offsetof(FeedState, phase), offsetof(FeedState, interval_ms), offsetof(FeedState, fresh_ms), offsetof(FeedState, covered_from_ms),
	offsetof(FeedState, rounds), offsetof(FeedState, items), offsetof(FeedState, skipped), offsetof(FeedState, backfilling),
	offsetof(FeedState, error_kind), offsetof(FeedState, tail_wanted), offsetof(FeedState, tail_live), offsetof(FeedState, gap_from_ms),
	offsetof(FeedState, gap_until_ms), offsetof(FeedState, sampled_ms), offsetof(FeedState, tail_lines), offsetof(FeedState, tail_sampled),
	offsetof(FeedState, tail_pauses), offsetof(FeedState, tail_breaks), offsetof(FeedState, pushed),
};
static const size_t text_at[TEXTS] = {
	offsetof(FeedState, waiting), offsetof(FeedState, error), offsetof(FeedState, lacks), offsetof(FeedState, tail_why),
	offsetof(FeedState, sources),
};

int store_pulse(Store *s, int64_t *version, Pulse *p, bool *moved, Err *e)
{
	int64_t now;

	if (db_int(s, "PRAGMA data_version", &now, e) < 0)
		return -1;
	*moved = now != *version;
	if (!*moved)
		return 0;
	*version = now;
	return db_int(s, "SELECT value FROM meta WHERE key = 'news'", &p->news, e) < 0 ||
	       db_int(s, "SELECT value FROM meta WHERE key = 'wishes'", &p->wishes, e) < 0 ? -1 : 0;
}

int store_mark(const char *path, StoreMark *m, bool *settled)
{
	char *log = xmalloc(strlen(path) + sizeof "-wal");
	FileMark at[2];
	bool calm[2];
	int rc;

	(void)memcpy(log, path, strlen(path));
	(void)memcpy(log + strlen(path), "-wal", sizeof "-wal");
	rc = file_mark(path, &at[0], &calm[0]) < 0 || file_mark(log, &at[1], &calm[1]) < 0 ? -1 : 0;
	free(log);
	if (rc == 0)
		(void)memcpy(m->v, at, sizeof at);
	*settled = rc == 0 && calm[0] && calm[1];
	return rc;
}

bool store_mark_same(const StoreMark *a, const StoreMark *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

int apply_news(Store *s, int64_t *news, Err *e)
{
	return db_int(s, "INSERT INTO meta(key, value) VALUES('news', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1 RETURNING value", news, e);
}

int store_wish(Store *s, Err *e)
{
	return db_exec(s, "INSERT INTO meta(key, value) VALUES('wishes', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1", e);
}

int store_try_write(Store *s, Err *e)
{
	return db_exec(s, "INSERT INTO meta(key, value) VALUES('tried', 1) ON CONFLICT(key) DO UPDATE SET value = value + 1", e);
}

static int put_state(Store *s, const FeedState *v, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO feed(" COLUMNS ") "
		"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, v->name);
	for (int i = 0; i < NUMBERS; i++)
		sqlite3_bind_int64(st, 2 + i, *(const int64_t *)((const char *)v + number_at[i]));
	for (int i = 0; i < TEXTS; i++)
		db_bind_str(st, 2 + NUMBERS + i, *(const Str *)((const char *)v + text_at[i]));
	return db_done(s, st, "cannot keep how a feed stands", e);
}

int store_put_feed_states(Store *s, const FeedState *v, size_t n, Err *e)
{
	if (db_begin(s, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (put_state(s, &v[i], e) < 0)
			goto undo;
	if (db_commit(s, e) == 0)
		return 0;
undo:
	db_undo(s);
	return -1;
}

int store_feed_expire(Store *s, const char *feed, Err *e)
{
	static const char sql[] = "UPDATE feed SET fresh_ms = 0 WHERE name = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(feed));
	return db_done(s, st, "cannot say that a feed is out of date", e) < 0 ? -1 : store_wish(s, e);
}

int store_feed_states(Store *s, Arena *a, FeedState **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM feed";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc = SQLITE_DONE;

	*out = ARENA_ARRAY(a, FeedState, STATES_MAX);
	*n = 0;
	if (!st)
		return -1;
	while (*n < STATES_MAX && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		FeedState *v = &(*out)[(*n)++];

		*v = (FeedState){ .name = arena_str(a, db_col_str(st, 0)) };
		for (int i = 0; i < NUMBERS; i++)
			*(int64_t *)((char *)v + number_at[i]) = sqlite3_column_int64(st, 1 + i);
		for (int i = 0; i < TEXTS; i++)
			*(Str *)((char *)v + text_at[i]) = arena_str(a, db_col_str(st, 1 + NUMBERS + i));
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		return db_fail(s, "cannot read how the feeds stand", e);
	sqlite3_reset(st);
	return 0;
}
