/* All jobs, newest first, for the index that is searched as one types: one row after the other, nothing kept. */
#include "store/jobscan.h"

#include "store/row.h"

/* Text is borrowed from the statement and from the store's names. */
static int facts_of(Store *s, const Call *c, Buf *template, JobFacts *j, Err *e)
{
	static const struct { JobName name; Dim dim; } booked[] = {
		{ NAME_TENANT, DIM_TENANT }, { NAME_PERSONA, DIM_PERSONA }, { NAME_AGENT, DIM_VERSION }, { NAME_MODEL, DIM_MODEL },
	};
	const Tokens *t = &c->b.tokens;
	Job more = { 0 };
	Str agent;

	*j = (JobFacts){ .id = c->job_id, .trace = c->trace, .state = c->state, .cache_hit = c->cache_hit, .unpriced = c->b.unpriced,
	                 .has_tokens = c->b.has_tokens, .updated_ms = c->updated_ms, .started_ms = c->started_ms, .retries = c->retries,
	                 .nusd = c->b.source == COST_NONE ? FIG_NONE : c->b.nusd, .tokens = tokens_total(t),
	                 .latency_ms = c->latency_ms.known ? c->latency_ms.v : FIG_NONE };
	for (size_t i = 0; i < sizeof booked / sizeof *booked; i++)
		if (db_name_text(s, c->key[booked[i].dim], &j->name[booked[i].name], e) < 0)
			return -1;
	if (db_name_text(s, c->key[DIM_AGENT], &agent, e) < 0)
		return -1;
	j->agent_n = agent.n;
	detail_unpack(c->detail, &more);
	j->name[NAME_STATUS] = c->status;
	j->name[NAME_ERROR] = more.error_code;
	j->name[NAME_STOP] = more.stop_reason;
	buf_reset(template);
	if (more.template_id.n || more.template_version.n)
		(void)buf_printf(template, "%.*s@%.*s", STR_ARG(more.template_id), STR_ARG(more.template_version));
	j->name[NAME_TEMPLATE] = buf_str(template);
	return 0;
}

int store_scan_jobs(Store *s, JobKey from, JobKey until, bool (*row)(void *arg, const JobFacts *j, JobKey at), void *arg, Err *e)
{
	static const char sql[] = "SELECT " CALL_COLUMNS " FROM job INDEXED BY job_updated WHERE kind = 0 AND updated_ms <= ?1 "
		"AND updated_ms >= ?2 AND (updated_ms < ?1 OR id <= ?3) AND (updated_ms > ?2 OR id > ?4) ORDER BY updated_ms DESC, id DESC";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	Buf template = { 0 };
	bool more = true;
	int rc = SQLITE_DONE;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, until.ms);
	sqlite3_bind_int64(st, 2, from.ms);
	sqlite3_bind_int64(st, 3, until.row);
	sqlite3_bind_int64(st, 4, from.row);
	while (more && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		JobFacts j;
		Call c;

		call_read(st, &c);
		if (facts_of(s, &c, &template, &j, e) < 0)
			break;
		more = row(arg, &j, (JobKey){ c.updated_ms, c.id });
	}
	if (more && rc != SQLITE_DONE && rc != SQLITE_ROW)
		(void)db_fail(s, "cannot read the jobs", e);
	sqlite3_reset(st);
	buf_done(&template);
	return !more || rc == SQLITE_DONE ? 0 : -1;
}
