#include "store/alarm.h"

#include "store/apply.h"

enum { TEXTS = 12, NUMBERS = 4 };
#define COLUMNS "arn, account, name, state, reason, description, rule, ns, metric, dimensions, statistic, comparison, " \
	"period_s, periods, points, since_ms, threshold"

/* In the order of the table's columns. */
static const size_t text_at[TEXTS] = {
	offsetof(AlarmRow, arn), offsetof(AlarmRow, account), offsetof(AlarmRow, name), offsetof(AlarmRow, state), offsetof(AlarmRow, reason),
	offsetof(AlarmRow, description), offsetof(AlarmRow, rule), offsetof(AlarmRow, ns), offsetof(AlarmRow, metric),
	offsetof(AlarmRow, dimensions_json), offsetof(AlarmRow, statistic), offsetof(AlarmRow, comparison),
};
static const size_t number_at[NUMBERS] = {
	offsetof(AlarmRow, period_s), offsetof(AlarmRow, periods), offsetof(AlarmRow, points), offsetof(AlarmRow, since_ms),
};

static Str *text_of(const AlarmRow *r, int i)
{
	return (Str *)((char *)r + text_at[i]);
}

static int64_t *number_of(const AlarmRow *r, int i)
{
	return (int64_t *)((char *)r + number_at[i]);
}

/* Of everything that is kept. */
static int64_t hash_of(Buf *b, const StoreBatch *batch)
{
	buf_reset(b);
	for (size_t i = 0; i < batch->alarm_count; i++) {
		const AlarmRow *r = &batch->alarms[i];

		for (int t = 0; t < TEXTS; t++) {
			(void)buf_put(b, text_of(r, t)->n ? text_of(r, t)->p : "", text_of(r, t)->n);
			(void)buf_putc(b, '\0');
		}
		for (int k = 0; k < NUMBERS; k++)
			(void)buf_put(b, number_of(r, k), sizeof(int64_t));
		(void)buf_put(b, &r->threshold, sizeof r->threshold);
		(void)buf_putc(b, r->has_threshold ? '1' : '0');
	}
	return (int64_t)str_hash(buf_str(b));
}

static int put_alarm(Store *s, const AlarmRow *r, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO alarm(" COLUMNS ") VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	for (int t = 0; t < TEXTS; t++)
		db_bind_str(st, 1 + t, *text_of(r, t));
	for (int k = 0; k < NUMBERS; k++)
		sqlite3_bind_int64(st, 1 + TEXTS + k, *number_of(r, k));
	if (r->has_threshold)
		sqlite3_bind_double(st, 1 + TEXTS + NUMBERS, r->threshold);
	else
		sqlite3_bind_null(st, 1 + TEXTS + NUMBERS);
	return db_done(s, st, "cannot keep an alarm", e);
}

/* The same list again, as nearly every minute, writes nothing. */
int apply_alarms(Store *s, const StoreBatch *b, StoreDelta *d, Err *e)
{
	static const char keep[] = "INSERT OR REPLACE INTO meta(key, value) VALUES('alarms', ?)";
	int64_t was, is;
	sqlite3_stmt *st;

	if (!b->alarms_replace)
		return 0;
	is = hash_of(&s->scratch, b);
	if (db_int(s, "SELECT value FROM meta WHERE key = 'alarms'", &was, e) < 0)
		return -1;
	if (was == is)
		return 0;
	if (db_exec(s, "DELETE FROM alarm", e) < 0)
		return -1;
	for (size_t i = 0; i < b->alarm_count; i++)
		if (put_alarm(s, &b->alarms[i], e) < 0)
			return -1;
	d->alarms = true;
	if (!(st = db_stmt(s, keep, e)))
		return -1;
	sqlite3_bind_int64(st, 1, is);
	return db_done(s, st, "cannot keep the alarms", e);
}

int store_alarms(Store *s, Arena *a, AlarmRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT " COLUMNS " FROM alarm "
		"ORDER BY CASE state WHEN 'ALARM' THEN 0 WHEN 'OK' THEN 2 ELSE 1 END, since_ms DESC, name";
	sqlite3_stmt *st;
	int64_t count;
	int rc = SQLITE_DONE;

	*n = 0;
	if (db_int(s, "SELECT count(*) FROM alarm", &count, e) < 0 || !(st = db_stmt(s, sql, e)))
		return -1;
	*out = ARENA_ARRAY(a, AlarmRow, (size_t)count + 1);
	/* A list put between the two questions may be longer: the next look has all of it. */
	while (*n < (size_t)count && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		AlarmRow *r = &(*out)[(*n)++];

		for (int t = 0; t < TEXTS; t++)
			*text_of(r, t) = arena_str(a, db_col_str(st, t));
		for (int k = 0; k < NUMBERS; k++)
			*number_of(r, k) = sqlite3_column_int64(st, TEXTS + k);
		r->has_threshold = sqlite3_column_type(st, TEXTS + NUMBERS) != SQLITE_NULL;
		r->threshold = sqlite3_column_double(st, TEXTS + NUMBERS);
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		return db_fail(s, "cannot read the alarms", e);
	sqlite3_reset(st);
	return 0;
}
