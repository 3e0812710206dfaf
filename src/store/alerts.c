#include "store/alerts.h"

#include <stdlib.h>
#include <string.h>

#include "store/apply.h"

static int64_t col_or_none(sqlite3_stmt *st, int at)
{
	return sqlite3_column_type(st, at) == SQLITE_NULL ? ALERT_NONE : sqlite3_column_int64(st, at);
}

static void bind_or_null(sqlite3_stmt *st, int at, int64_t v)
{
	if (v == ALERT_NONE)
		sqlite3_bind_null(st, at);
	else
		sqlite3_bind_int64(st, at, v);
}

/* A metric that this version does not know (a newer one wrote it) is judged by nobody here; it is shown as a count. */
static AlertMetric metric_of(Str name)
{
	for (int m = 0; m < METRICS; m++)
		if (str_is(name, alert_metric_names[m]))
			return (AlertMetric)m;
	return METRIC_UNPRICED;
}

AlertState alert_row_state(const AlertRow *r, int64_t now_ms)
{
	AlertStatus s = r->st;

	s.acked_ms = r->acked.at_ms;
	return alert_state(&s, r->silenced.at_ms ? r->silenced.until_ms : 0, now_ms);
}

static Said read_said(sqlite3_stmt *st, int at, Arena *a)
{
	if (sqlite3_column_type(st, at) == SQLITE_NULL)
		return (Said){ 0 };
	return (Said){ sqlite3_column_int64(st, at), sqlite3_column_int64(st, at + 1), arena_str(a, db_col_str(st, at + 2)),
	               arena_str(a, db_col_str(st, at + 3)) };
}

static void read_alert(sqlite3_stmt *st, Arena *a, AlertRow *r)
{
	int at = 2;

	*r = (AlertRow){ .rule = arena_str(a, db_col_str(st, 0)), .key = arena_str(a, db_col_str(st, 1)) };
	r->st.phase = (AlertPhase)sqlite3_column_int64(st, at++);
	r->st.since_ms = sqlite3_column_int64(st, at++);
	r->st.pending_ms = sqlite3_column_int64(st, at++);
	r->st.clearing_ms = sqlite3_column_int64(st, at++);
	r->st.judged_ms = sqlite3_column_int64(st, at++);
	r->st.missing = sqlite3_column_int64(st, at++) != 0;
	r->episode = sqlite3_column_int64(st, at++);
	r->metric = metric_of(db_col_str(st, at++));
	r->severity = (AlertSeverity)sqlite3_column_int64(st, at++);
	r->value = col_or_none(st, at++);
	r->threshold = col_or_none(st, at++);
	r->baseline = col_or_none(st, at++);
	r->count = sqlite3_column_int64(st, at++);
	r->agent = arena_str(a, db_col_str(st, at++));
	r->version = arena_str(a, db_col_str(st, at++));
	r->acked = read_said(st, at, a);
	r->silenced = read_said(st, at + 4, a);
}

typedef struct Ordered { AlertRow r; AlertState state; } Ordered;

int alert_row_order(const AlertRow *a, AlertState as, const AlertRow *b, AlertState bs)
{
	static const int rank[] = { [ALERT_FIRING] = 0, [ALERT_ACKNOWLEDGED] = 1, [ALERT_SILENCED] = 1, [ALERT_PENDING] = 2, [ALERT_OK] = 3 };
	int c;

	if (rank[as] != rank[bs])
		return rank[as] - rank[bs];
	if (as != ALERT_OK && a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->st.since_ms != b->st.since_ms)
		return a->st.since_ms < b->st.since_ms ? 1 : -1;
	c = str_cmp(a->rule, b->rule);
	return c ? c : str_cmp(a->key, b->key);
}

static int worst_first(const void *x, const void *y)
{
	const Ordered *a = x, *b = y;

	return alert_row_order(&a->r, a->state, &b->r, b->state);
}

int alerts_list(Store *s, int64_t now_ms, Arena *a, AlertRow **out, size_t *n, Err *e)
{
	/* Of a silence for the key and one for all keys the longer one holds. */
	static const char sql[] =
		"SELECT alert.rule, alert.key, phase, since_ms, pending_ms, clearing_ms, judged_ms, missing, alert.episode, metric, severity, value,"
		"threshold, baseline, count, agent, version, k.at_ms, 0, k.by, k.reason, q.at_ms, q.until_ms, q.by, q.reason FROM alert "
		"LEFT JOIN acknowledged k ON k.rule = alert.rule AND k.key = alert.key AND k.episode = alert.episode AND phase = 2 "
		"LEFT JOIN silence q ON q.rule = alert.rule AND q.key = (SELECT key FROM silence WHERE rule = alert.rule AND "
		"(key = alert.key OR key = '*') ORDER BY until_ms DESC, key LIMIT 1) WHERE phase <> 0 OR since_ms <> 0";
	static const char count[] = "SELECT count(*) FROM alert";
	sqlite3_stmt *st;
	Ordered *rows;
	int64_t most;
	int rc;

	*n = 0;
	if (db_int(s, count, &most, e) < 0 || !(st = db_stmt(s, sql, e)))
		return -1;
	rows = ARENA_ARRAY(a, Ordered, (size_t)most + 1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < (size_t)most) {
		Ordered *r = &rows[(*n)++];

		read_alert(st, a, &r->r);
		r->state = alert_row_state(&r->r, now_ms);
	}
	sqlite3_reset(st);
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		return db_fail(s, "cannot read the alerts", e);
	if (*n)
		qsort(rows, *n, sizeof *rows, worst_first);
	*out = ARENA_ARRAY(a, AlertRow, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = rows[i].r;
	return 0;
}

int budgets_list(Store *s, Arena *a, BudgetRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT id, from_ms, reached, reached_ms, spent, judged_ms FROM budget ORDER BY id";
	static const char count[] = "SELECT count(*) FROM budget";
	sqlite3_stmt *st;
	int64_t most;
	int rc;

	*n = 0;
	if (db_int(s, count, &most, e) < 0 || !(st = db_stmt(s, sql, e)))
		return -1;
	*out = ARENA_ARRAY(a, BudgetRow, (size_t)most + 1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < (size_t)most)
		(*out)[(*n)++] = (BudgetRow){ arena_str(a, db_col_str(st, 0)),
			{ sqlite3_column_int64(st, 1), (unsigned)sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3) },
			sqlite3_column_int64(st, 4), sqlite3_column_int64(st, 5) };
	sqlite3_reset(st);
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read the budgets", e);
}

int watch_run_get(Store *s, Arena *a, WatchRun *out, Err *e)
{
	static const char sql[] = "SELECT at_ms, took_ms, rules, firing, failed, note FROM watched WHERE id = 1";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*out = (WatchRun){ .note = STR("") };
	if (!st)
		return -1;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*out = (WatchRun){ sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2), sqlite3_column_int64(st, 3),
		                   sqlite3_column_int64(st, 4) != 0, arena_str(a, db_col_str(st, 5)) };
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read who watches", e);
}

static int put_alert(Store *s, const AlertRow *r, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO alert(rule, key, phase, since_ms, pending_ms, clearing_ms, judged_ms, missing, episode,"
		"metric, severity, value, threshold, baseline, count, agent, version) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	const int64_t numbers[] = { r->st.phase, r->st.since_ms, r->st.pending_ms, r->st.clearing_ms, r->st.judged_ms, r->st.missing, r->episode };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, r->rule);
	db_bind_str(st, 2, r->key);
	for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
		sqlite3_bind_int64(st, 3 + i, numbers[i]);
	db_bind_str(st, 10, str_of(alert_metric_names[r->metric]));
	sqlite3_bind_int64(st, 11, r->severity);
	bind_or_null(st, 12, r->value);
	bind_or_null(st, 13, r->threshold);
	bind_or_null(st, 14, r->baseline);
	sqlite3_bind_int64(st, 15, r->count);
	db_bind_str(st, 16, r->agent);
	db_bind_str(st, 17, r->version);
	return db_done(s, st, "cannot keep an alert", e);
}

static int put_budget(Store *s, const BudgetRow *r, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO budget(id, from_ms, reached, reached_ms, spent, judged_ms) VALUES(?, ?, ?, ?, ?, ?)";
	const int64_t numbers[] = { r->st.from_ms, r->st.reached, r->st.reached_ms, r->spent_nusd, r->judged_ms };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, r->id);
	for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
		sqlite3_bind_int64(st, 2 + i, numbers[i]);
	return db_done(s, st, "cannot keep a budget", e);
}

static int put_run(Store *s, const WatchRun *r, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO watched(id, at_ms, took_ms, rules, firing, failed, note) VALUES(1, ?, ?, ?, ?, ?, ?)";
	const int64_t numbers[] = { r->at_ms, r->took_ms, r->rules, r->firing, r->failed };
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
		sqlite3_bind_int64(st, 1 + i, numbers[i]);
	db_bind_str(st, 6, r->note);
	return db_done(s, st, "cannot keep who watches", e);
}

static int drop_ended(Store *s, int64_t before_ms, Err *e)
{
	/* One that never fired has since_ms 0. */
	static const char ended[] = "DELETE FROM alert WHERE phase = 0 AND since_ms < ?1";
	static const char said[] = "DELETE FROM acknowledged WHERE at_ms < ?1 AND NOT EXISTS (SELECT 1 FROM alert WHERE alert.rule = "
		"acknowledged.rule AND alert.key = acknowledged.key)";
	static const char quiet[] = "DELETE FROM silence WHERE until_ms < ?1", budgets[] = "DELETE FROM budget WHERE judged_ms < ?1";
	static const char *const all[] = { ended, said, quiet, budgets };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		sqlite3_stmt *st = db_stmt(s, all[i], e);

		if (!st)
			return -1;
		sqlite3_bind_int64(st, 1, before_ms);
		if (db_done(s, st, "cannot forget ended alerts", e) < 0)
			return -1;
	}
	return 0;
}

int watch_put(Store *s, const WatchBatch *b, Err *e)
{
	int rc = db_begin(s, e);
	int64_t news;

	for (size_t i = 0; i < b->alert_count && rc == 0; i++)
		rc = put_alert(s, &b->alerts[i], e);
	for (size_t i = 0; i < b->budget_count && rc == 0; i++)
		rc = put_budget(s, &b->budgets[i], e);
	if (rc == 0)
		rc = put_run(s, &b->run, e);
	if (rc == 0)
		rc = drop_ended(s, b->drop_ms, e);
	if (rc == 0 && b->changed)
		rc = apply_news(s, &news, e);
	if (rc == 0)
		rc = db_commit(s, e);
	if (rc < 0)
		db_undo(s);
	return rc;
}
