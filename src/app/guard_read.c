#include "app/guard_read.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/agent_name.h"

enum { STUCK_LEAST_MS = 60000, MINUTE_MS = 60000, MARK_JOBS = 2000, BLOCKS_MAX = 7 * 24 * 60 };
static const int64_t day_ms = 86400000;

void guard_memory_done(GuardMemory *m)
{
	for (int t = 0; t < GUARD_TESTS; t++) {
		free(m->block[t]);
		m->block[t] = NULL;
	}
	m->n = m->cap = m->settled = 0;
}

static bool has_ended(const Job *j)
{
	return j->state == JOB_SUCCEEDED || j->state == JOB_FAILED;
}

static bool has_amount(const JobRow *r)
{
	return r->source != COST_NONE && !r->unpriced;
}

static bool is_of(const Job *j, const GuardMemory *m, Str version)
{
	return str_eq(j->version, version) && agent_same_name(j->agent, m->agent);
}

static int by_size(const void *px, const void *py)
{
	int64_t x = *(const int64_t *)px, y = *(const int64_t *)py;

	return x < y ? -1 : x > y;
}

static int64_t rank_of(int64_t *v, size_t n, size_t permille)
{
	if (!n)
		return GUARD_UNKNOWN;
	qsort(v, n, sizeof *v, by_size);
	return v[(n - 1) * permille / 1000];
}

/* As jobs name the agent; they may write it in another way than its platform. */
static int find_agent(Store *s, const GuardMemory *m, int64_t until_ms, Arena *a, Str *out, Err *e)
{
	CostGroup *g;
	size_t n;

	*out = m->agent;
	if (store_cost(s, DIM_AGENT, m->from_ms - day_ms, until_ms, a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (agent_same_name(g[i].key, m->agent))
			*out = g[i].key;
	return 0;
}

/* Both marks are fixed before the step's jobs are looked at, or they would depend on what they judge. */
static int set_marks(Store *s, GuardMemory *m, Str agent, Arena *a, Err *e)
{
	JobFilter f = { .booked_from_ms = m->from_ms - day_ms, .booked_until_ms = m->from_ms, .states = 1u << JOB_SUCCEEDED | 1u << JOB_FAILED,
	                .limit = MARK_JOBS };
	int64_t *ms, *nusd;
	size_t n, times = 0, amounts = 0;
	JobRow *row;

	f.key[DIM_AGENT] = agent;
	if (store_jobs(s, &f, a, &row, &n, e) < 0)
		return -1;
	ms = ARENA_ARRAY(a, int64_t, n + 1);
	nusd = ARENA_ARRAY(a, int64_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (!is_of(&row[i].job, m, m->old))
			continue;
		if (row[i].job.latency_ms.known)
			ms[times++] = row[i].job.latency_ms.v;
		if (has_amount(&row[i]))
			nusd[amounts++] = row[i].nusd;
	}
	m->slow_ms = rank_of(ms, times, 950);
	m->dear_nusd = rank_of(nusd, amounts, 500);
	m->marked = true;
	return 0;
}

static void make_blocks(GuardMemory *m, int64_t now_ms)
{
	size_t n = now_ms > m->from_ms ? (size_t)((now_ms - m->from_ms) / MINUTE_MS) + 1 : 1, cap = m->cap;

	n = n > BLOCKS_MAX ? BLOCKS_MAX : n;
	for (int t = 0; t < GUARD_TESTS && n > m->n; t++) {
		cap = m->cap;
		VEC_GROW(m->block[t], cap, n);
		memset(m->block[t] + m->n, 0, (n - m->n) * sizeof *m->block[t]);
	}
	m->cap = cap;
	m->n = n > m->n ? n : m->n;
}

static void count(GuardBlock *b, bool is_new, bool known, bool hit)
{
	if (!known)
		return;
	*(is_new ? &b->new_n : &b->old_n) += 1;
	*(is_new ? &b->new_hits : &b->old_hits) += hit;
}

static void take(GuardMemory *m, const JobRow *r, size_t first)
{
	const Job *j = &r->job;
	bool is_new = is_of(j, m, m->new);
	size_t at;

	if (!has_ended(j) || (!is_new && !is_of(j, m, m->old)) || j->started_ms < m->from_ms)
		return;
	at = (size_t)((j->started_ms - m->from_ms) / MINUTE_MS);
	if (at < first || at >= m->n)
		return;
	count(&m->block[GUARD_FAILS][at], is_new, true, j->state == JOB_FAILED);
	count(&m->block[GUARD_SLOW][at], is_new, m->slow_ms != GUARD_UNKNOWN && j->latency_ms.known, j->latency_ms.v > m->slow_ms);
	count(&m->block[GUARD_DEAR][at], is_new, m->dear_nusd != GUARD_UNKNOWN && has_amount(r), r->nusd > m->dear_nusd);
}

static int read_blocks(Store *s, GuardMemory *m, int64_t now_ms, Str agent, Arena *a, Err *e)
{
	int64_t open = now_ms - GUARD_SETTLE_MS - m->from_ms;
	size_t first = m->settled, n;
	JobFilter f = { .booked_from_ms = m->from_ms + (int64_t)first * MINUTE_MS };
	JobRow *row;

	f.key[DIM_AGENT] = agent;
	if (store_jobs(s, &f, a, &row, &n, e) < 0)
		return -1;
	make_blocks(m, now_ms);
	for (int t = 0; t < GUARD_TESTS; t++)
		if (first < m->n)
			memset(m->block[t] + first, 0, (m->n - first) * sizeof *m->block[t]);
	for (size_t i = 0; i < n; i++)
		take(m, &row[i], first);
	m->settled = open > 0 ? (size_t)(open / MINUTE_MS) : 0;
	return 0;
}

static int read_side(Store *s, const GuardMemory *m, Str version, Arena *a, GuardSide *out, Err *e)
{
	Did did;

	if (version_did(s, m->agent, version, m->from_ms, 0, a, &did, e) < 0)
		return -1;
	*out = (GuardSide){ did.ended, did.failed, did.p95_ms < 0 ? GUARD_UNKNOWN : did.p95_ms, did.priced ? did_each_nusd(&did) : GUARD_UNKNOWN, 0 };
	return 0;
}

/* Jobs of the step that have not ended, and are older than nearly all of the old version's became. */
static int read_stuck(Store *s, const GuardMemory *m, int64_t now_ms, Str agent, Arena *a, GuardFigures *out, Err *e)
{
	const int64_t age = m->slow_ms == GUARD_UNKNOWN || 2 * m->slow_ms < STUCK_LEAST_MS ? STUCK_LEAST_MS : 2 * m->slow_ms;
	JobFilter f = { .booked_from_ms = m->from_ms, .booked_until_ms = now_ms - age, .states = 1u << JOB_QUEUED | 1u << JOB_RUNNING };
	JobRow *row;
	size_t n;

	if (f.booked_until_ms <= f.booked_from_ms)
		return 0;
	f.key[DIM_AGENT] = agent;
	if (store_jobs(s, &f, a, &row, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		out->new.stuck += is_of(&row[i].job, m, m->new);
		out->old.stuck += is_of(&row[i].job, m, m->old);
	}
	return 0;
}

int guard_read(Store *s, GuardMemory *m, const GuardAsk *q, GuardFigures *out, Err *e)
{
	Arena a = { 0 };
	Str agent;
	int rc = -1;

	*out = (GuardFigures){ .step_ms = q->now_ms - m->from_ms, .fresh = q->fresh };
	if (find_agent(s, m, 0, &a, &agent, e) < 0 || (!m->marked && set_marks(s, m, agent, &a, e) < 0) ||
	    read_blocks(s, m, q->now_ms, agent, &a, e) < 0 || read_side(s, m, m->old, &a, &out->old, e) < 0 ||
	    read_side(s, m, m->new, &a, &out->new, e) < 0 || read_stuck(s, m, q->now_ms, agent, &a, out, e) < 0)
		goto out;
	for (int t = 0; t < GUARD_TESTS; t++)
		out->evidence[t] = guard_evidence(m->block[t], m->n);
	rc = 0;
out:
	arena_done(&a);
	return rc;
}
