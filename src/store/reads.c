#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/row.h"

static int job_row(Store *s, const Call *c, Arena *a, JobRow *r, Err *e)
{
	Job *j = &r->job;
	Str *const own[OWN_NAMES] = { &j->tenant, &j->persona, &j->agent, &j->version, &j->model };

	*r = (JobRow){ .source = c->b.source, .nusd = c->b.nusd, .unpriced = c->b.unpriced };
	for (int i = 0; i < OWN_NAMES; i++) {
		if (db_name_text(s, c->own[i], own[i], e) < 0)
			return -1;
		*own[i] = arena_str(a, *own[i]);
	}
	detail_unpack(arena_str(a, c->detail), j);
	j->id = arena_str(a, c->job_id);
	j->trace_id = arena_str(a, c->trace);
	j->status = arena_str(a, c->status);
	j->state = c->state;
	j->retries = c->retries;
	j->has_tokens = c->b.has_tokens;
	j->tokens = c->b.tokens;
	j->reported_nusd = c->b.reported_nusd;
	j->cache_hit = c->cache_hit;
	j->latency_ms = c->latency_ms;
	j->started_ms = c->started_ms;
	j->updated_ms = c->updated_ms;
	j->approved = c->approved;
	return 0;
}

/* One statement for each index: the text decides which is used. A key below zero is not asked for. */
enum { BY_UPDATE, BY_BOOKING, BY_ACTIVE, WAYS, FIRST_KEY = 7 };
#define KEY_IS(column, at) " AND (?" #at " < 0 OR " column " = ?" #at ")"
#define JOBS_BY(index) \
	"SELECT " CALL_COLUMNS " FROM job INDEXED BY " index " AND updated_ms >= ?1 AND updated_ms < ?2 AND booked_ms >= ?3 " \
	"AND booked_ms < ?4 AND (1 << state) & ?5" KEY_IS("k_tenant", 7) KEY_IS("k_persona", 8) KEY_IS("k_agent", 9) \
	KEY_IS("k_version", 10) KEY_IS("k_model", 11) " ORDER BY updated_ms DESC, job_id LIMIT ?6"
static const char *const jobs_sql[WAYS] = {
	[BY_UPDATE] = JOBS_BY("job_updated WHERE kind = 0"), [BY_BOOKING] = JOBS_BY("job_booked WHERE kind = 0"),
	[BY_ACTIVE] = JOBS_BY("job_active WHERE kind = 0 AND state <= 1"),
};

/* Active jobs are few among many; a window of bookings that ends is narrower than all that was updated since. */
static int way_of(const JobFilter *f)
{
	const unsigned active = 1u << JOB_QUEUED | 1u << JOB_RUNNING;

	if (f->states && !(f->states & ~active))
		return BY_ACTIVE;
	return f->booked_from_ms && (f->booked_until_ms || !f->updated_from_ms) ? BY_BOOKING : BY_UPDATE;
}

int store_job(Store *s, Str id, Arena *a, JobRow *out, bool *found, Err *e)
{
	Call c;

	if (call_find(s, call_key(id, false), a, &c, found, e) < 0)
		return -1;
	return *found ? job_row(s, &c, a, out, e) : 0;
}

int store_jobs(Store *s, const JobFilter *f, Arena *a, JobRow **out, size_t *n, Err *e)
{
	sqlite3_stmt *st;
	JobRow *v = NULL;
	int64_t key[DIM_SIMPLE];
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++) {
		key[d] = -1;
		if (f->key[d].p && db_name_find(s, f->key[d], &key[d], e) < 0)
			return -1;
		if (f->key[d].p && key[d] < 0)           /* nobody has it */
			return 0;
	}
	if (!(st = db_stmt(s, jobs_sql[way_of(f)], e)))
		return -1;
	sqlite3_bind_int64(st, 1, f->updated_from_ms ? f->updated_from_ms : INT64_MIN);
	sqlite3_bind_int64(st, 2, f->updated_until_ms ? f->updated_until_ms : INT64_MAX);
	sqlite3_bind_int64(st, 3, f->booked_from_ms ? f->booked_from_ms : INT64_MIN);
	sqlite3_bind_int64(st, 4, f->booked_until_ms ? f->booked_until_ms : INT64_MAX);
	sqlite3_bind_int64(st, 5, f->states ? f->states : ~0u);
	sqlite3_bind_int64(st, 6, f->limit ? (int64_t)f->limit : -1);
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		sqlite3_bind_int64(st, FIRST_KEY - 1 + d, key[d]);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Call c;

		call_read(st, &c);
		VEC_GROW(v, cap, *n + 1);
		if (job_row(s, &c, a, &v[*n], e) < 0)
			break;
		(*n)++;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		(void)db_fail(s, "cannot read the jobs", e);
	sqlite3_reset(st);
	if (*n) {
		*out = ARENA_ARRAY(a, JobRow, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc == SQLITE_DONE ? 0 : -1;
}

int store_job_counts(Store *s, int64_t updated_from_ms, int64_t updated_until_ms, int64_t counts[JOB_STATES], int64_t *oldest_running_ms, Err *e)
{
	static const char sql[] = "SELECT state, count(*) FROM job INDEXED BY job_updated WHERE kind = 0 AND updated_ms >= ? "
		"AND updated_ms < ? GROUP BY state";
	static const char oldest[] = "SELECT started_ms FROM job INDEXED BY job_active "
		"WHERE kind = 0 AND state <= 1 AND state = 1 AND started_ms > 0 ORDER BY started_ms LIMIT 1";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	memset(counts, 0, JOB_STATES * sizeof *counts);
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, updated_from_ms);
	sqlite3_bind_int64(st, 2, updated_until_ms ? updated_until_ms : INT64_MAX);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t state = sqlite3_column_int64(st, 0);

		if (state >= 0 && state < JOB_STATES)
			counts[state] = sqlite3_column_int64(st, 1);
	}
	sqlite3_reset(st);
	if (rc != SQLITE_DONE)
		return db_fail(s, "cannot count the jobs", e);
	return oldest_running_ms ? db_int(s, oldest, oldest_running_ms, e) : 0;
}

int store_job_lines(Store *s, Str job_id, Str trace_id, size_t limit, Arena *a, LogLine **out, size_t *n, Err *e)
{
	LineQuery q = { .job_id = job_id, .trace_id = trace_id, .limit = limit };
	bool found = false;
	Call c;

	if (job_id.n && call_find(s, call_key(job_id, false), a, &c, &found, e) < 0)
		return -1;
	q.call = found ? c.id : 0;
	q.line = found ? c.line : 0;
	return line_list(s, &q, a, out, n, e);
}

int store_agents(Store *s, Arena *a, AgentVersionRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT agent, version, status, model, created_by, raw, created_ms, rev, is_route FROM agent "
		"ORDER BY agent, version";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	AgentVersionRow *v = NULL;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Str text[6];

		for (int i = 0; i < 6; i++)
			text[i] = arena_str(a, db_col_str(st, i));
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = (AgentVersionRow){ text[0], text[1], text[2], text[3], text[4], text[5], sqlite3_column_int64(st, 6),
		                               sqlite3_column_int64(st, 7), sqlite3_column_int(st, 8) != 0 };
	}
	if (rc != SQLITE_DONE)
		(void)db_fail(s, "cannot read the agents", e);
	sqlite3_reset(st);
	if (*n) {
		*out = ARENA_ARRAY(a, AgentVersionRow, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc == SQLITE_DONE ? 0 : -1;
}

static int read_points(Store *s, int64_t id, int64_t from_ms, int64_t until_ms, Arena *a, MetricSeries *m, Err *e)
{
	static const char sql[] = "SELECT t_ms, v FROM point WHERE series = ? AND t_ms >= ? AND t_ms < ? ORDER BY t_ms";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	MetricPoint *v = NULL, *kept;
	size_t n = 0, cap = 0;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, from_ms);
	sqlite3_bind_int64(st, 3, until_ms ? until_ms : INT64_MAX);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, n + 1);
		v[n++] = (MetricPoint){ sqlite3_column_int64(st, 0), sqlite3_column_type(st, 1) != SQLITE_NULL, sqlite3_column_double(st, 1) };
	}
	sqlite3_reset(st);
	kept = ARENA_ARRAY(a, MetricPoint, n + 1);
	if (n)
		memcpy(kept, v, n * sizeof *v);
	free(v);
	m->points = kept;
	m->count = n;
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read a metric", e);
}

int store_metrics(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, MetricSeries **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT id, ns, name, dimensions, stat, unit, period_s, partial FROM series "
		"ORDER BY ns, name, dimensions, stat, period_s";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	MetricSeries *v = NULL;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		MetricSeries m = { .period_s = sqlite3_column_int(st, 6), .partial = sqlite3_column_int(st, 7) != 0 };
		Str *const texts[] = { &m.ns, &m.name, &m.dimensions_json, &m.stat, &m.unit };

		for (int i = 0; i < 5; i++)
			*texts[i] = arena_str(a, db_col_str(st, 1 + i));
		if (read_points(s, sqlite3_column_int64(st, 0), from_ms, until_ms, a, &m, e) < 0)
			break;
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = m;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		(void)db_fail(s, "cannot read the metrics", e);
	sqlite3_reset(st);
	if (*n) {
		*out = ARENA_ARRAY(a, MetricSeries, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc == SQLITE_DONE ? 0 : -1;
}
