#include "store/apply.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/books_own.h"
#include "store/charges.h"

/* What one store_apply carries through its steps. */
typedef struct Taking {
	Store *s;
	const StoreBatch *b;
	const PriceTable *prices;        /* by which this store is booked */
	LedgerMode mode;
	StoreDelta d;
	Horizon horizon;
	int64_t next_id;                 /* of the next new call */
	Arena a;                         /* reset after each row */
	int64_t *dirty;                  /* calls that got one more cost line, once per line */
	size_t dirty_n, dirty_cap;
} Taking;

enum { SOON = 8 };       /* lines from now */

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

static void make_dirty(Taking *t, int64_t call, int64_t lines)
{
	VEC_GROW(t->dirty, t->dirty_cap, t->dirty_n + (size_t)lines);
	for (; lines > 0; lines--)
		t->dirty[t->dirty_n++] = call;
}

/* A call that was known by its request id alone turns out to be one of a job's: its lines are the job's from here on. Both are stored. */
static int merge_lone(Taking *t, const Call *lone, int64_t to, Err *e)
{
	if (line_move(t->s, lone, to, e) < 0 || call_delete(t->s, lone, e) < 0)
		return -1;
	apply_count(t->s, lone, -1, NULL);
	t->d.nusd -= lone->b.nusd;
	for (size_t i = 0; i < t->dirty_n; i++)
		if (t->dirty[i] == lone->id)
			t->dirty[i] = to;
	make_dirty(t, to, lone->cost_lines);
	return 0;
}

/* The stored call `to` has this request id. */
static int take_request(Taking *t, Str request, int64_t to, Err *e)
{
	bool found;
	Call other;

	if (!t->b->requests || !request.n)
		return 0;
	if (request_find(t->s, request, &t->a, &other, &found, e) < 0)
		return -1;
	if (!found || other.id == to)
		return found ? 0 : request_put(t->s, request, to, e);
	if (other.kind == CALL_LONE && merge_lone(t, &other, to, e) < 0)
		return -1;
	return request_put(t->s, request, to, e);
}

static int apply_job(Taking *t, const Job *j, Err *e)
{
	const CallKey key = call_key(j->id, false);
	Call c, old;
	bool found;

	if (!j->id.n)
		return 0;
	if (call_find(t->s, key, &t->a, &old, &found, e) < 0 || call_of_job(t, j, &c, e) < 0)
		return -1;
	if (found && !newer(&c, &old))
		return 0;
	if (!found && (c.started_ms ? c.started_ms : c.updated_ms) < t->horizon.jobs_ms)
		return 0;
	c.id = found ? old.id : t->next_id++;
	c.stored = found;
	c.hash = key.hash;
	c.cost_lines = found ? old.cost_lines : 0;
	c.line = found ? old.line : 0;
	if (apply_book(t->s, &c, found ? &old : NULL, t->prices, t->mode, &t->a, &t->d.nusd, e) < 0)
		return -1;
	if (found && old.kind == CALL_ITEM)
		t->d.jobs_changed++;
	else
		t->d.jobs_new++;
	if (call_save(t->s, &c, found ? &old : NULL, e) < 0)
		return -1;
	return take_request(t, j->request_id, c.id, e);
}

/* By what the call that a cost line belongs to is known, as long as no request id leads to another. */
static CallKey key_of(const LogLine *l, const LineHash *hash)
{
	if (l->job_id.n)
		return (CallKey){ l->job_id, hash->job_id, false };
	return call_key(l->request_id.n ? l->request_id : l->event_id, true);
}

/* The call that a cost line belongs to, as far as it is known. */
static int find_call(Taking *t, const LogLine *l, CallKey key, Call *c, bool *found, Err *e)
{
	if (!key.lone)
		return call_find(t->s, key, &t->a, c, found, e);
	if (t->b->requests && l->request_id.n && request_find(t->s, l->request_id, &t->a, c, found, e) < 0)
		return -1;
	return *found ? 0 : call_find(t->s, key, &t->a, c, found, e);
}

static int new_call(Taking *t, const LogLine *l, CallKey key, int64_t line, const int64_t *name, Call *c, Err *e)
{
	*c = (Call){ .id = t->next_id++, .only = l, .only_name = name, .kind = key.lone ? CALL_LONE : CALL_LINES,
	             .job_id = key.id, .hash = key.hash, .trace = l->trace_id, .state = JOB_OTHER, .cost_lines = 1, .line = line };
	if (apply_book(t->s, c, NULL, t->prices, t->mode, &t->a, &t->d.nusd, e) < 0)
		return -1;
	c->only = NULL;
	c->only_name = NULL;
	return call_save(t->s, c, NULL, e);
}

static int apply_line(Taking *t, const LogLine *l, const LineHash *hash, Err *e)
{
	bool cost = line_is_cost(l->kind), fresh, found = false;
	Call c = { 0 };
	LineMatch match;
	LinePlace place;
	CallKey key = { 0 };
	int64_t name[LINE_NAMES];

	if (l->event_ms < (cost ? t->horizon.jobs_ms : t->horizon.lines_ms))
		return 0;
	if (line_match(t->s, l, hash, &match, &place, e) < 0)
		return -1;
	if (match != LINE_NEW) {
		t->d.lines_again++;
		t->d.lines_confirmed += match == LINE_CONFIRMED;
		return 0;
	}
	if (cost)
		key = key_of(l, hash);
	if (cost && find_call(t, l, key, &c, &found, e) < 0)
		return -1;
	if (line_insert(t->s, l, hash, &place, (LineCall){ !cost ? 0 : found ? c.id : t->next_id, found }, name, &fresh, e) < 0)
		return -1;
	if (!fresh) {
		t->d.lines_again++;
		return 0;
	}
	t->d.lines_new++;
	if (!cost)
		return 0;
	if (found)
		make_dirty(t, c.id, 1);
	else if (new_call(t, l, key, place.id, name + 1, &c, e) < 0)
		return -1;
	return take_request(t, l->request_id, c.id, e);
}

static int apply_lines(Taking *t, Err *e)
{
	const StoreBatch *b = t->b;

	for (size_t i = 0; i < b->line_count; i++) {
		LineHash own;

		if (!b->hashes)
			own = line_hash(&b->lines[i]);
		else if (i + SOON < b->line_count)
			line_near(t->s, &b->lines[i + SOON], &b->hashes[i + SOON]);
		if (apply_line(t, &b->lines[i], b->hashes ? &b->hashes[i] : &own, e) < 0)
			return -1;
		arena_reset(&t->a);
	}
	return 0;
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
		if (apply_book(t->s, &c, &old, t->prices, t->mode, &t->a, &t->d.nusd, e) < 0 || call_save(t->s, &c, &old, e) < 0)
			return -1;
		arena_reset(&t->a);
	}
	return 0;
}

static int apply_rows(Taking *t, Err *e)
{
	/* Lines may outlive their call: its id must not come again. */
	static const char last[] = "SELECT max(coalesce((SELECT max(id) FROM job), 0), coalesce((SELECT value FROM meta WHERE key = 'last_call'), 0))";

	bool pushed = true;

	if (books_open(t->s, t->b->prices, t->b->mode, &t->prices, &t->mode, e) < 0 || apply_horizon(t->s, &t->horizon, e) < 0 ||
	    recent_begin(t->s, t->b->now_ms, e) < 0 || db_int(t->s, last, &t->next_id, e) < 0)
		return -1;
	t->next_id++;
	/* Request ids lead to calls by the tables alone. */
	if (index_begin(t->s, t->b->job_count + t->b->line_count, e) < 0 || held_begin(t->s, !t->b->requests, e) < 0 ||
	    (t->b->requests && request_begin(t->s, e) < 0))
		return -1;
	for (size_t i = 0; i < t->b->job_count; i++) {
		if (apply_job(t, &t->b->jobs[i], e) < 0)
			return -1;
		arena_reset(&t->a);
	}
	if (apply_lines(t, e) < 0)
		return -1;
	if (!t->dirty_n && pushed_any(t->s, &pushed, e) < 0)
		return -1;
	/* Nothing that follows counts a call then. */
	if (!t->dirty_n && !pushed)
		ahead_begin(t->s);
	if (held_flush(t->s, e) < 0 || apply_dirty(t, e) < 0 || apply_feeds(t->s, t->b, &t->d, e) < 0 ||
	    apply_alarms(t->s, t->b, &t->d, e) < 0 ||
	    charges_put(t->s, t->b->charges, t->b->charge_count, &t->d.charges, e) < 0 || index_settle(t->s, e) < 0 ||
	    links_settle(t->s, e) < 0)
		return -1;
	return apply_flush(t->s, e);
}

/* Whether figures can differ after it. How far back the jobs are complete is one of them. */
static bool was_news(const StoreBatch *b, const StoreDelta *d)
{
	for (size_t i = 0; i < b->cursor_count; i++)
		if (strcmp(b->cursors[i].feed, "jobs.back") == 0)
			return true;
	return d->jobs_new || d->jobs_changed || d->lines_new || d->series || d->agents || d->alarms || d->charges || d->changes || b->agents_replace;
}

int store_apply(Store *s, const StoreBatch *b, StoreDelta *delta, Err *e)
{
	Taking t = { .s = s, .b = b };
	int rc = db_begin(s, e);

	if (rc == 0)
		rc = apply_rows(&t, e);
	if (rc == 0 && was_news(b, &t.d))
		rc = apply_news(s, &t.d.news, e);
	if (rc == 0)
		rc = db_commit(s, e);
	if (rc < 0)
		db_undo(s);
	else if (delta)
		*delta = t.d;
	free(t.dirty);
	arena_done(&t.a);
	return rc;
}
