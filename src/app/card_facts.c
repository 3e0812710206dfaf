#include "app/card_facts.h"

#include <stdio.h>

#include "app/figures.h"
#include "app/fleet_models.h"
#include "app/registry.h"
#include "model/agent_name.h"
#include "model/interval.h"
#include "store/change.h"
#include "store/latency.h"

enum { WINDOW_MS = 15 * 60000, MOVES_MAX = 200, FAILED_MAX = 5000, JOBS_MAX = 5000 };
static const int64_t day_ms = 86400000, around_ms = 2 * 3600000;

typedef struct Look {
	Store *s;
	const CardAsk *q;
	CardFacts *f;
	Arena *a;
	Str agent, from, to;           /* of the question */
	Str from_key, to_key;          /* "AGENT@VERSION"; to_key empty without a target */
	/* The same as jobs have them, which may call the agent otherwise than AgentCore can; from_job: the agent, when no version is asked about. */
	Str job_agent, from_job, to_job;
	Called called;
	Change *change; size_t changes;
} Look;

static Str main_of(Str route)
{
	Str rest;

	return str_cut(str_cut(route, ' ', &rest), ':', &rest);
}

/* --- the moves --- */

static int read_moves(Look *x, Err *e)
{
	CardFacts *f = x->f;
	Str pointer = str_of(x->q->pointer);
	int64_t left_ms = 0;

	if (store_changes(x->s, x->q->now_ms - 30 * day_ms, 0, MOVES_MAX, x->a, &x->change, &x->changes, e) < 0)
		return -1;
	for (size_t i = 0; i < x->changes; i++) {
		const Change *c = &x->change[i];

		if (c->kind != CHANGE_POINTER || !str_eq(c->object, pointer))
			continue;
		if (!f->moved_ms && x->from.n && str_eq(main_of(c->to), x->from)) {
			f->moved_ms = c->time_ms;
			fig_text(f->moved_from, sizeof f->moved_from, main_of(c->from));
			fig_text(f->moved_by, sizeof f->moved_by, change_actor(c->by));
			f->moved_source = c->source;
		}
		if (!left_ms && x->to.n && str_eq(main_of(c->from), x->to))
			left_ms = c->time_ms;
	}
	f->then_left = left_ms > 0;
	f->then.until_ms = left_ms ? left_ms : x->q->now_ms;
	f->then.from_ms = f->then.until_ms - day_ms;
	f->now.until_ms = f->others.until_ms = x->q->now_ms;
	f->now.from_ms = x->q->now_ms - WINDOW_MS;
	if (f->moved_ms > f->now.from_ms && f->moved_ms < x->q->now_ms)
		f->now.from_ms = f->moved_ms;
	f->others.from_ms = f->now.from_ms;
	return 0;
}

/* --- shares --- */

static void take_sums(CardShare *c, const Sums *s)
{
	c->jobs += s->jobs;
	c->failed += s->failed;
	c->succeeded += s->succeeded;
	if (s->booked)
		c->nusd_per_job = s->nusd / s->booked;
}

static int read_share(Look *x, CardShare *c, Dim dim, Str key, Err *e)
{
	CostGroup *g;
	LatencyGroup *l;
	size_t n, late;
	/* What runs now is in the window that is open. */
	int64_t until = c->until_ms >= x->q->now_ms ? 0 : c->until_ms;

	c->p95_ms = c->nusd_per_job = CARD_NONE;
	if (!key.n)
		return 0;
	if (store_cost(x->s, dim, c->from_ms, until, x->a, &g, &n, e) < 0 ||
	    store_latency_by(x->s, dim, c->from_ms, until, x->a, &l, &late, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (str_eq(g[i].key, key))
			take_sums(c, &g[i].s);
	for (size_t i = 0; i < late; i++)
		if (str_eq(l[i].key, key)) {
			c->p95_ms = l[i].p95_ms;
			c->p95_n = l[i].n;
		}
	interval_95(c->failed, c->failed + c->succeeded, &c->low_ppm, &c->high_ppm);
	return 0;
}

/* Which model it runs on its own jobs say; of several the one with most of them. */
static int read_others(Look *x, Err *e)
{
	CardFacts *f = x->f;
	CostGroup *g;
	size_t n;
	int64_t most = 0;
	Str part[DIM_PARTS], model = STR(""), rest;

	f->others.p95_ms = f->others.nusd_per_job = CARD_NONE;
	if (store_cost(x->s, DIM_VERSION_MODEL, f->now.from_ms, 0, x->a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (dim_split(DIM_VERSION_MODEL, g[i].key, x->a, part) == 0 && str_eq(part[0], x->from_job) && g[i].s.jobs > most) {
			most = g[i].s.jobs;
			model = part[1];
		}
	fig_text(f->model, sizeof f->model, model);
	for (size_t i = 0; i < n && model.n; i++)
		if (dim_split(DIM_VERSION_MODEL, g[i].key, x->a, part) == 0 && str_eq(part[1], model) && !str_eq(str_cut(part[0], '@', &rest), x->job_agent))
			take_sums(&f->others, &g[i].s);
	f->others.nusd_per_job = CARD_NONE;
	interval_95(f->others.failed, f->others.failed + f->others.succeeded, &f->others.low_ppm, &f->others.high_ppm);
	return 0;
}

/* --- errors --- */

static bool is_throttling(Str code)
{
	static const char *const words[] = { "Throttl", "TooManyRequests", "SlowDown", "ServiceQuotaExceeded" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_has(code, str_of(words[i])))
			return true;
	return false;
}

typedef struct Kind { Str code; int64_t n; } Kind;

static void count_kind(Kind *kind, int *n, int max, Str code)
{
	for (int i = 0; i < *n; i++)
		if (str_eq(kind[i].code, code)) {
			kind[i].n++;
			return;
		}
	if (*n < max)
		kind[(*n)++] = (Kind){ code, 1 };
}

static int read_errors(Look *x, Err *e)
{
	enum { KINDS = 32 };
	CardFacts *f = x->f;
	JobFilter filter = { .booked_from_ms = f->moved_ms && f->moved_ms < f->now.from_ms && f->moved_ms > x->q->now_ms - day_ms ? f->moved_ms
	                                                                                                                 : f->now.from_ms,
	                     .states = 1u << JOB_FAILED, .limit = FAILED_MAX };
	Kind kind[KINDS];
	int kinds = 0;
	JobRow *row;
	size_t n;

	filter.key[DIM_AGENT] = x->job_agent;
	if (store_jobs(x->s, &filter, x->a, &row, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const Job *j = &row[i].job;

		if (x->from.n && !str_eq(j->version, x->from))
			continue;
		if (f->moved_ms && j->updated_ms >= f->moved_ms && (!f->first_failed_ms || j->updated_ms < f->first_failed_ms))
			f->first_failed_ms = j->updated_ms;
		if (j->started_ms < f->now.from_ms)
			continue;
		f->failed_read++;
		f->throttled += is_throttling(j->error_code);
		count_kind(kind, &kinds, KINDS, j->error_code);
	}
	if (n == FAILED_MAX)
		f->first_failed_ms = 0;          /* there are older ones */
	f->error_kinds = kinds;
	while (f->errors < CARD_ERRORS && f->errors < kinds) {
		int best = -1;

		for (int i = 0; i < kinds; i++)
			if (kind[i].n && (best < 0 || kind[i].n > kind[best].n))
				best = i;
		fig_text(f->error[f->errors].code, sizeof f->error[0].code, kind[best].code.n ? kind[best].code : STR("no code"));
		f->error[f->errors++].n = kind[best].n;
		kind[best].n = 0;
	}
	return 0;
}

/* --- what differs --- */

typedef struct Diff { char *out; size_t n, cap; int differ, alike; } Diff;

static void put_diff(Diff *d, const char *text)
{
	int k = snprintf(d->out + d->n, d->cap - d->n, "%s%s", d->n ? " | " : "", text);

	if (k > 0)
		d->n = d->n + (size_t)k < d->cap ? d->n + (size_t)k : d->cap - 1;
}

/* "BASE" itself or "BASE something": what stands behind it. */
static bool belongs(Str object, Str base, Str *what)
{
	if (!str_starts(object, base) || (object.n > base.n && object.p[base.n] != ' '))
		return false;
	*what = str_trim(str_sub(object, base.n, object.n));
	return true;
}

static const TraitRow *trait_of(const TraitRow *t, size_t n, Str base, Str what)
{
	Str w;

	for (size_t i = 0; i < n; i++)
		if (belongs(t[i].object, base, &w) && str_eq(w, what))
			return &t[i];
	return NULL;
}

static void compare(Look *x, Diff *d, const char *kind, const TraitRow *now, const TraitRow *then, Str what)
{
	Str name = what.n ? what : str_of(kind);
	Str was = now ? now->value : STR("-"), becomes = then ? then->value : STR("-");
	bool whole = str_is(name, "prompt") || was.n + becomes.n > 40;

	if (now && then && str_eq(now->value, then->value)) {
		d->alike++;
		return;
	}
	d->differ++;
	put_diff(d, whole ? arena_printf(x->a, "%.*s changed", STR_ARG(name)).p
	                  : arena_printf(x->a, "%.*s %.*s>%.*s", STR_ARG(name), STR_ARG(becomes), STR_ARG(was)).p);
}

/* One kind of traits of both versions; *seen: both are described at all. */
static int diff_kind(Look *x, Diff *d, ChangeKind kind, bool seen[2], Err *e)
{
	TraitRow *t;
	size_t n;
	Str what;
	int before = d->differ, alike = d->alike;

	if (store_traits(x->s, kind, x->a, &t, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (belongs(t[i].object, x->from_key, &what)) {
			seen[0] = true;
			if (what.n || kind != CHANGE_CONFIG)
				compare(x, d, change_kind_name(kind), &t[i], trait_of(t, n, x->to_key, what), what);
		}
	for (size_t i = 0; i < n; i++)
		if (belongs(t[i].object, x->to_key, &what)) {
			seen[1] = true;
			if ((what.n || kind != CHANGE_CONFIG) && !trait_of(t, n, x->from_key, what))
				compare(x, d, change_kind_name(kind), NULL, &t[i], what);
		}
	if (d->differ == before && d->alike > alike && kind != CHANGE_CONFIG)
		put_diff(d, arena_printf(x->a, "%s same", change_kind_name(kind)).p);
	return 0;
}

static int read_diff(Look *x, Err *e)
{
	static const ChangeKind kinds[] = { CHANGE_PROMPT, CHANGE_TOOL, CHANGE_CONFIG, CHANGE_MODEL };
	Diff d = { x->f->diff, 0, sizeof x->f->diff, 0, 0 };
	bool seen[2] = { false, false };

	if (!x->to_key.n)
		return 0;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (diff_kind(x, &d, kinds[i], seen, e) < 0)
			return -1;
	x->f->diff_known = seen[0] && seen[1] && d.differ + d.alike > 0;
	return 0;
}

/* --- the registry and the models --- */

static void add_target(CardFacts *f, Str version)
{
	for (int i = 0; i < f->targets; i++)
		if (str_is(version, f->target[i]))
			return;
	if (f->targets < CARD_TARGETS && version.n && version.n < sizeof f->target[0])
		fig_text(f->target[f->targets++], sizeof f->target[0], version);
}

static int read_registry(Look *x, Err *e)
{
	CardFacts *f = x->f;
	AgentVersionRow *row;
	CostGroup *g;
	ModelEnds models;
	size_t n, groups;

	if (store_agents(x->s, x->a, &row, &n, e) < 0 || models_read(x->s, x->a, &models, e) < 0 ||
	    store_cost(x->s, DIM_VERSION, x->q->now_ms - 30 * day_ms, 0, x->a, &g, &groups, e) < 0)
		return -1;
	for (size_t i = 0; i < groups; i++) {
		Str version, agent = str_cut(g[i].key, '@', &version);

		if (str_eq(agent, x->job_agent) && !str_eq(version, x->from))
			add_target(f, version);
	}
	for (size_t i = 0; i < n; i++) {
		if (row[i].is_route || !agent_same_name(row[i].agent, x->agent))
			continue;
		if (!str_eq(row[i].version, x->from) && !str_is(row[i].status, "draft") && !str_is(row[i].status, "rejected"))
			add_target(f, row[i].version);
		if (x->to.n && str_eq(row[i].version, x->to)) {
			f->to_known = true;
			fig_text(f->to_status, sizeof f->to_status, row[i].status);
			fig_text(f->to_model, sizeof f->to_model, row[i].model);
			if (!models_end(&models, row[i].model, &f->to_model_end_ms))
				f->to_model_end_ms = 0;
		}
	}
	return 0;
}

/* --- who is hit --- */

static int read_scope(Look *x, Err *e)
{
	CardFacts *f = x->f;
	JobFilter filter = { .booked_from_ms = x->q->now_ms - WINDOW_MS, .limit = JOBS_MAX };
	Str *tenant;
	JobRow *row;
	size_t n;

	filter.key[DIM_AGENT] = x->job_agent;
	if (store_jobs(x->s, &filter, x->a, &row, &n, e) < 0)
		return -1;
	tenant = ARENA_ARRAY(x->a, Str, n + 1);
	for (size_t i = 0; i < n; i++) {
		int64_t k = 0;

		while (k < f->tenants && !str_eq(tenant[k], row[i].job.tenant))
			k++;
		if (k == f->tenants && row[i].job.tenant.n)
			tenant[f->tenants++] = row[i].job.tenant;
		f->running += (!x->from.n || str_eq(row[i].job.version, x->from)) && (row[i].job.state == JOB_RUNNING || row[i].job.state == JOB_QUEUED);
	}
	f->rate_milli = (int64_t)n * 1000 / (WINDOW_MS / 60000);
	return 0;
}

/* What was changed besides around the move, the nearest to it first: of this agent, or of what belongs to none. */
static void find_also(Look *x)
{
	CardFacts *f = x->f;
	int64_t at = f->moved_ms, best = INT64_MAX;
	const Change *found = NULL;

	for (size_t i = 0; i < x->changes && at; i++) {
		const Change *c = &x->change[i];
		int64_t away = c->time_ms > at ? c->time_ms - at : at - c->time_ms;
		bool own = str_starts(c->object, x->agent) || c->kind == CHANGE_SSM || c->kind == CHANGE_GUARDRAIL;

		if (c->kind == CHANGE_POINTER || c->kind == CHANGE_MODEL || !own || away > around_ms || away >= best)
			continue;
		if (c->kind == CHANGE_LABEL && (str_eq(c->object, x->from_key) || str_eq(c->object, x->to_key)))
			continue;                        /* that is the move itself */
		best = away;
		found = c;
	}
	if (found)
		(void)snprintf(f->also, sizeof f->also, "%s %.80s %.30s%s%.30s", change_kind_name(found->kind), arena_cstr(x->a, found->object),
		               arena_cstr(x->a, found->from), found->from.n || found->to.n ? ">" : "", arena_cstr(x->a, found->to));
}

static void judge(CardFacts *f)
{
	const BlameAsk q = { { f->now.failed, f->now.succeeded }, { f->then.failed, f->then.succeeded }, { f->others.failed, f->others.succeeded },
	                     f->throttled };

	f->blame = blame_of(&q);
	f->others_well = blame_others_well(&q);
}

static Str key_of(Look *x, Str agent, Str version)
{
	return arena_printf(x->a, "%.*s@%.*s", STR_ARG(agent), STR_ARG(version));
}

/* AgentCore has no hyphens in names of agents that jobs may call with them. */
static int call_agent(Look *x, Err *e)
{
	CostGroup *g;
	size_t n;

	if (store_cost(x->s, DIM_AGENT, x->q->now_ms - 30 * day_ms, 0, x->a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (str_eq(g[i].key, x->agent)) {
			x->job_agent = x->agent;
			return 0;
		}
		if (agent_same_name(g[i].key, x->agent))
			x->job_agent = g[i].key;
	}
	return 0;
}

/* Moves of the pointer have the platform's numbers, all else what jobs call them. */
static int call_by_release(Look *x, Err *e)
{
	if (registry_called_read(x->s, x->q->backend[0] ? x->q->backend : NULL, x->agent, x->a, &x->called, e) < 0)
		return -1;
	x->from = registry_release_of(&x->called, x->from);
	x->to = registry_release_of(&x->called, x->to);
	x->from_key = key_of(x, x->agent, x->from);
	x->from_job = x->from.n ? key_of(x, x->job_agent, x->from) : x->job_agent;
	if (x->to.n) {
		x->to_key = key_of(x, x->agent, x->to);
		x->to_job = key_of(x, x->job_agent, x->to);
	}
	return 0;
}

/* What may be chosen, as the pointer would have it. */
static void number_targets(Look *x)
{
	int n = 0;

	for (int i = 0; i < x->f->targets; i++) {
		bool known;
		Str version = registry_number_of(&x->called, arena_str(x->a, str_of(x->f->target[i])), &known);

		if (known)
			fig_text(x->f->target[n++], sizeof x->f->target[0], version);
	}
	x->f->targets = n;
}

int card_facts(Store *s, const CardAsk *q, CardFacts *out, Err *e)
{
	Arena a = { 0 };
	Look x = { .s = s, .q = q, .f = out, .a = &a, .agent = str_of(q->agent), .from = str_of(q->from), .to = str_of(q->to), .to_key = STR(""),
	           .to_job = STR(""), .job_agent = str_of(q->agent) };
	int rc = 0;

	memset(out, 0, sizeof *out);
	if (read_moves(&x, e) < 0 || call_agent(&x, e) < 0 || call_by_release(&x, e) < 0 ||
	    read_share(&x, &out->now, x.from.n ? DIM_VERSION : DIM_AGENT, x.from_job, e) < 0 ||
	    read_share(&x, &out->then, DIM_VERSION, x.to_job, e) < 0 || read_others(&x, e) < 0 || read_errors(&x, e) < 0 || read_diff(&x, e) < 0 ||
	    read_registry(&x, e) < 0 || read_scope(&x, e) < 0)
		rc = -1;
	number_targets(&x);
	find_also(&x);
	judge(out);
	arena_done(&a);
	return rc;
}
