#include "store/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* What one store_apply carries through its steps. */
typedef struct Taking {
	Store *s;
	const StoreBatch *b;
	StoreDelta d;
	Horizon horizon;
	int64_t next_id;                 /* of the next new call */
	Arena a;                         /* reset after each row */
	int64_t *dirty;                  /* calls that got one more cost line, once per line */
	size_t dirty_n, dirty_cap;
} Taking;

/* How far a state is; decides between two versions of one time. */
static const int rank[JOB_STATES] = {
	[JOB_QUEUED] = 0, [JOB_OTHER] = 1, [JOB_RUNNING] = 2, [JOB_CANCELLED] = 3, [JOB_FAILED] = 4, [JOB_SUCCEEDED] = 5,
};

/* A hash over everything that an item says, so that the same version is known again and of two versions with one time
 * and state always the same one stays. */
static int64_t content_hash(Buf *b, const Job *j)
{
	const Str texts[] = { j->trace_id, j->tenant, j->persona, j->agent, j->version, j->model, j->status };
	const int64_t numbers[] = {
		j->retries, j->has_tokens, j->tokens.input, j->tokens.output, j->tokens.cache_read, j->tokens.cache_write_5m,
		j->tokens.cache_write_1h, j->reported_nusd.known, j->reported_nusd.v, j->cache_hit, j->latency_ms.known,
		j->latency_ms.v, j->started_ms, j->approved,
	};

	(void)buf_put(b, numbers, sizeof numbers);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		(void)buf_put(b, texts[i].n ? texts[i].p : "", texts[i].n);
		(void)buf_putc(b, '\0');
	}
	return (int64_t)str_hash(buf_str(b));
}

static bool newer(const Call *c, const Call *old)
{
	if (old->kind != CALL_ITEM)
		return true;
	if (c->updated_ms != old->updated_ms)
		return c->updated_ms > old->updated_ms;
	if (rank[c->state] != rank[old->state])
		return rank[c->state] > rank[old->state];
	return (uint64_t)c->content > (uint64_t)old->content;
}

static int call_of_job(Taking *t, const Job *j, Call *c, Err *e)
{
	const Str own[OWN_NAMES] = { j->tenant, j->persona, j->agent, j->version, j->model };
	Buf *b = &t->s->scratch;

	*c = (Call){
		.kind = CALL_ITEM, .job_id = j->id, .trace = j->trace_id, .status = j->status, .updated_ms = j->updated_ms,
		.started_ms = j->started_ms, .retries = j->retries, .state = j->state, .own_tokens = j->has_tokens,
		.cache_hit = j->cache_hit, .approved = j->approved, .own_reported = j->reported_nusd, .latency_ms = j->latency_ms,
	};
	if (j->has_tokens)
		c->b.tokens = j->tokens;
	for (int i = 0; i < OWN_NAMES; i++)
		if (db_name_id(t->s, own[i], &c->own[i], e) < 0)
			return -1;
	buf_reset(b);
	detail_pack(b, j);
	c->detail = arena_str(&t->a, buf_str(b));
	c->content = content_hash(b, j);
	return 0;
}

static int apply_job(Taking *t, const Job *j, Err *e)
{
	Call c, old;
	bool found;

	if (!j->id.n)
		return 0;
	if (call_find(t->s, j->id, false, &t->a, &old, &found, e) < 0 || call_of_job(t, j, &c, e) < 0)
		return -1;
	if (found && !newer(&c, &old))
		return 0;
	if (!found && (c.started_ms ? c.started_ms : c.updated_ms) < t->horizon.jobs_ms)
		return 0;
	c.id = found ? old.id : t->next_id++;
	c.stored = found;
	c.cost_lines = found ? old.cost_lines : 0;
	if (apply_book(t->s, &c, found ? &old : NULL, t->b->prices, t->b->mode, &t->a, &t->d.nusd, e) < 0)
		return -1;
	if (found && old.kind == CALL_ITEM)
		t->d.jobs_changed++;
	else
		t->d.jobs_new++;
	return call_save(t->s, &c, found ? &old : NULL, e);
}

static int apply_line(Taking *t, const LogLine *l, Err *e)
{
	bool cost = l->kind == LINE_COST, lone = cost && !l->job_id.n, fresh, found = false;
	Call c = { 0 };

	if (l->event_ms < (cost ? t->horizon.jobs_ms : t->horizon.lines_ms))
		return 0;
	if (cost && call_find(t->s, lone ? l->event_id : l->job_id, lone, &t->a, &c, &found, e) < 0)
		return -1;
	if (line_insert(t->s, l, !cost ? 0 : found ? c.id : t->next_id, &fresh, e) < 0)
		return -1;
	if (!fresh) {
		t->d.lines_again++;
		return 0;
	}
	t->d.lines_new++;
	if (!cost)
		return 0;
	if (found) {
		VEC_GROW(t->dirty, t->dirty_cap, t->dirty_n + 1);
		t->dirty[t->dirty_n++] = c.id;
		return 0;
	}
	c = (Call){ .id = t->next_id++, .only = l, .kind = lone ? CALL_LONE : CALL_LINES, .job_id = lone ? l->event_id : l->job_id, .trace = l->trace_id,
	            .state = JOB_OTHER, .cost_lines = 1 };
	if (apply_book(t->s, &c, NULL, t->b->prices, t->b->mode, &t->a, &t->d.nusd, e) < 0)
		return -1;
	return call_save(t->s, &c, NULL, e);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Once per call, however many lines it got: a job with a thousand lines is summed a single time. */
static int apply_dirty(Taking *t, Err *e)
{
	if (t->dirty_n)
		qsort(t->dirty, t->dirty_n, sizeof *t->dirty, by_value);
	for (size_t i = 0, run; i < t->dirty_n; i += run) {
		Call c, old;

		for (run = 1; i + run < t->dirty_n && t->dirty[i + run] == t->dirty[i]; run++)
			;
		if (call_get(t->s, t->dirty[i], &t->a, &old, e) < 0)
			return -1;
		c = old;
		c.cost_lines += (int64_t)run;
		if (apply_book(t->s, &c, &old, t->b->prices, t->b->mode, &t->a, &t->d.nusd, e) < 0 || call_save(t->s, &c, &old, e) < 0)
			return -1;
		arena_reset(&t->a);
	}
	return 0;
}

static int apply_rows(Taking *t, Err *e)
{
	/* Lines may outlive their call: its id must not come again. */
	static const char last[] = "SELECT max(coalesce((SELECT max(id) FROM job), 0), coalesce((SELECT max(call) FROM line WHERE call <> 0), 0))";

	if (apply_horizon(t->s, &t->horizon, e) < 0 || db_int(t->s, last, &t->next_id, e) < 0)
		return -1;
	t->next_id++;
	for (size_t i = 0; i < t->b->job_count; i++) {
		if (apply_job(t, &t->b->jobs[i], e) < 0)
			return -1;
		arena_reset(&t->a);
	}
	for (size_t i = 0; i < t->b->line_count; i++) {
		if (apply_line(t, &t->b->lines[i], e) < 0)
			return -1;
		arena_reset(&t->a);
	}
	if (apply_dirty(t, e) < 0 || apply_feeds(t->s, t->b, &t->d, e) < 0 || index_settle(t->s, e) < 0)
		return -1;
	return apply_flush(t->s, e);
}

int store_apply(Store *s, const StoreBatch *b, StoreDelta *delta, Err *e)
{
	Taking t = { .s = s, .b = b };
	int rc = db_begin(s, e);

	if (rc == 0 && (rc = apply_rows(&t, e)) == 0)
		rc = db_commit(s, e);
	if (rc < 0)
		db_undo(s);
	else if (delta)
		*delta = t.d;
	free(t.dirty);
	arena_done(&t.a);
	return rc;
}
