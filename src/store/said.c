/* What people say about alerts: acknowledgements and silences. */
#include "store/alerts.h"

#include "store/apply.h"

static const char all_keys[] = "*";

typedef struct Target { Str rule, key; bool any; } Target;     /* any: no key was named */

static Target target_of(Str what)
{
	Target t = { .any = !str_has(what, STR(":")) };

	t.rule = str_cut(what, ':', &t.key);
	return t;
}

/* When the alarm of this name went into ALARM; 0: it is not in it. *there: there is one. */
static int alarm_since(Store *s, Str name, bool *there, int64_t *since_ms, Err *e)
{
	static const char sql[] = "SELECT CASE state WHEN 'ALARM' THEN since_ms ELSE 0 END FROM alarm WHERE name = ? ORDER BY 1 DESC LIMIT 1";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*since_ms = 0;
	if (!st)
		return -1;
	db_bind_str(st, 1, name);
	*there = (rc = sqlite3_step(st)) == SQLITE_ROW;
	if (*there)
		*since_ms = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	return *there || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the alarms", e);
}

static Str in_words(Arena *a, Str rule, Str key)
{
	return key.n ? arena_printf(a, "%.*s:%.*s", STR_ARG(rule), STR_ARG(key)) : arena_str(a, rule);
}

/* The rows that the target means, of those that are not ok; *total counts all rows of the rule. */
static size_t matching(const Target *t, AlertRow *row, size_t n, const AlertRow **out, size_t max, bool *known)
{
	size_t found = 0;

	*known = false;
	for (size_t i = 0; i < n; i++) {
		if (!str_eq(row[i].rule, t->rule))
			continue;
		*known = true;
		if (row[i].st.phase == PHASE_FIRING && (t->any || str_eq(row[i].key, t->key)) && found < max)
			out[found++] = &row[i];
	}
	return found;
}

static int nothing_to_ack(const Target *t, Str what, bool known, Err *e)
{
	if (known)
		return err_kind(e, ERR_USAGE, "alert %.*s is not firing%s; seismo get alerts lists what is", STR_ARG(what),
		                t->any ? "" : " for that key");
	return err_kind(e, ERR_USAGE, "there is no alert %.*s; seismo get alerts lists them", STR_ARG(what));
}

static int put_ack(Store *s, const AlertRow *r, const Said *said, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO acknowledged(rule, key, episode, at_ms, by, reason) VALUES(?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, r->rule);
	db_bind_str(st, 2, r->key);
	sqlite3_bind_int64(st, 3, r->episode);
	sqlite3_bind_int64(st, 4, said->at_ms);
	db_bind_str(st, 5, said->by);
	db_bind_str(st, 6, said->reason);
	return db_done(s, st, "cannot keep the acknowledgement", e);
}

/* The one row that is meant; -1 and a sentence when there is none or several. */
static int find_target(Store *s, Str what, int64_t now_ms, Arena *a, AlertRow *out, Err *e)
{
	Target t = target_of(what);
	const AlertRow *hit[2];
	AlertRow *row;
	size_t n, hits;
	int64_t since_ms;
	bool known, alarm;

	if (alarm_since(s, what, &alarm, &since_ms, e) < 0 || alerts_list(s, now_ms, a, &row, &n, e) < 0)
		return -1;
	hits = matching(&t, row, n, hit, 2, &known);
	if (hits == 1 || (hits && !t.any)) {
		*out = *hit[0];
		return 0;
	}
	if (hits)
		return err_kind(e, ERR_USAGE, "%.*s fires for several keys, such as %.*s; name one as RULE:KEY", STR_ARG(what), STR_ARG(hit[0]->key));
	if (!since_ms)
		return nothing_to_ack(&t, what, known || alarm, e);
	*out = (AlertRow){ .rule = STR(ALARM_RULE), .key = what, .episode = since_ms };
	return 0;
}

int alerts_ack(Store *s, Str what, const Said *said, Arena *a, Str *found, Err *e)
{
	AlertRow r = { 0 };
	int64_t news;

	if (db_begin(s, e) < 0)
		return -1;
	if (find_target(s, what, said->at_ms, a, &r, e) < 0 || put_ack(s, &r, said, e) < 0 || apply_news(s, &news, e) < 0 || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	if (found)
		*found = str_is(r.rule, ALARM_RULE) ? arena_str(a, r.key) : in_words(a, r.rule, r.key);
	return 0;
}

static int put_silence(Store *s, const Target *t, const Said *said, Err *e)
{
	static const char put[] = "INSERT OR REPLACE INTO silence(rule, key, until_ms, at_ms, by, reason) VALUES(?, ?, ?, ?, ?, ?)";
	static const char end[] = "DELETE FROM silence WHERE rule = ? AND key = ?";
	sqlite3_stmt *st = db_stmt(s, said->until_ms ? put : end, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, t->rule);
	db_bind_str(st, 2, t->any ? str_of(all_keys) : t->key);
	if (said->until_ms) {
		sqlite3_bind_int64(st, 3, said->until_ms);
		sqlite3_bind_int64(st, 4, said->at_ms);
		db_bind_str(st, 5, said->by);
		db_bind_str(st, 6, said->reason);
	}
	return db_done(s, st, "cannot keep the silence", e);
}

int alerts_silence(Store *s, Str what, const Said *said, Arena *a, Str *found, Err *e)
{
	Target t = target_of(what);
	int64_t news, since_ms;
	bool alarm;

	if (db_begin(s, e) < 0)
		return -1;
	if (alarm_since(s, what, &alarm, &since_ms, e) < 0)
		goto undo;
	if (alarm)
		t = (Target){ STR(ALARM_RULE), what, false };
	if (put_silence(s, &t, said, e) < 0 || apply_news(s, &news, e) < 0 || db_commit(s, e) < 0)
		goto undo;
	if (found)
		*found = alarm ? arena_str(a, what) : in_words(a, t.rule, t.any ? STR("") : t.key);
	return 0;
undo:
	db_undo(s);
	return -1;
}

static int read_one(Store *s, sqlite3_stmt *st, Arena *a, Said *out, Err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		*out = (Said){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), arena_str(a, db_col_str(st, 2)), arena_str(a, db_col_str(st, 3)) };
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read what was said about an alert", e);
}

int alerts_said(Store *s, Str rule, Str key, int64_t episode, Arena *a, Said *acked, Said *silenced, Err *e)
{
	static const char ack[] = "SELECT at_ms, 0, by, reason FROM acknowledged WHERE rule = ?1 AND key = ?2 AND episode = ?3";
	static const char quiet[] = "SELECT at_ms, until_ms, by, reason FROM silence WHERE rule = ?1 AND (key = ?2 OR key = '*') "
		"ORDER BY until_ms DESC LIMIT 1";
	sqlite3_stmt *st = db_stmt(s, ack, e);

	*acked = *silenced = (Said){ 0 };
	if (!st)
		return -1;
	db_bind_str(st, 1, rule);
	db_bind_str(st, 2, key);
	sqlite3_bind_int64(st, 3, episode);
	if (read_one(s, st, a, acked, e) < 0 || !(st = db_stmt(s, quiet, e)))
		return -1;
	db_bind_str(st, 1, rule);
	db_bind_str(st, 2, key);
	return read_one(s, st, a, silenced, e);
}
