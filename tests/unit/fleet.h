/* A made-up fleet for the store's tests: versions of items and cost lines in one list, and what they must add up to,
 * worked out anew from the list by plain loops (no part of the store is used for it). */
#ifndef FLEET_H
#define FLEET_H

#include "store/store.h"

enum { FLEET_JOBS = 150, FLEET_MAX = 2000 };
static const int64_t fleet_start = INT64_C(1790000000000);

typedef struct Fact { bool is_job; Job job; LogLine line; } Fact;
typedef struct Fleet { Fact v[FLEET_MAX]; size_t n; Arena a; } Fleet;

static PriceRow fleet_rows[] = {
	{ .model = "fix.large", .micro_usd = { 3000500, 15000000, 300000, 3750000, 6000000 }, .geo_permille = 1100 },
	{ .model = "fix.small", .micro_usd = { 250333, 1250777, 25000, 312500, 500000 }, .geo_permille = 1000 },
	{ .model = "fix.small", .tier = TIER_FLEX, .micro_usd = { 125166, 625388, 12500, 156250, 250000 }, .geo_permille = 1000 },
	{ .model = "fix.large", .tier = TIER_FLEX, .micro_usd = { 1500250, 7500000, 150000, 1875000, 3000000 }, .geo_permille = 1100 },
};
static PriceTable fleet_prices = { .row = fleet_rows, .n = 4 };

static uint64_t dice_state = 1;
static inline uint32_t dice(uint32_t sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(dice_state >> 33) % sides;
}

static inline Str pick(const char *const *words, uint32_t n)
{
	return str_of(words[dice(n)]);
}

/* Some are made of the very bytes that keys of several names are put together with. */
static const char *const fleet_tenants[] = { "acme", "acme|", "ini\\tech\\", "" };
static const char *const fleet_personas[] = { "sales", "|sales", "" };
static const char *const fleet_agents[] = { "triage", "upsell|a", "" };
static const char *const fleet_models[] = { "fix.large", "us.fix.large", "fix.small", "fix.unknown", "" };
static const char *const fleet_versions[] = { "1", "2", "" };
static const char *const fleet_tiers[] = { "", "", "default", "flex", "flex", "turbo" };
static const char *const fleet_status[] = { "queued", "running", "failed", "succeeded", "cancelled" };

static inline Tokens some_tokens(void)
{
	return (Tokens){ dice(9000), dice(3000), dice(2) ? dice(9000) : 0, dice(3) ? 0 : dice(500), dice(5) ? 0 : dice(500) };
}

static inline void add_version(Fleet *f, int job, Str id, int version)
{
	Job j = { .id = id, .trace_id = arena_printf(&f->a, "trace-%d", job / 3), .tenant = pick(fleet_tenants, 4), .persona = pick(fleet_personas, 3),
	          .agent = pick(fleet_agents, 3), .version = pick(fleet_versions, 3), .model = pick(fleet_models, 5) };

	j.status = version == 0 ? STR("queued") : pick(fleet_status, 5);
	j.state = job_state_of(j.status);
	j.updated_ms = fleet_start + job * 137000 + version / 2 * 1000;     /* versions 0 and 1, 2 and 3 share their time */
	j.started_ms = dice(4) ? fleet_start + job * 137000 - (int64_t)dice(5000000) : 0;
	j.retries = dice(3);
	j.has_tokens = dice(3) > 0;
	if (j.has_tokens)
		j.tokens = some_tokens();
	j.reported_nusd = (Opt64){ dice(2), 0 };
	if (j.reported_nusd.known)
		j.reported_nusd.v = dice(90000) * 1000;
	j.service_tier = pick(fleet_tiers, 6);
	j.latency_ms = (Opt64){ dice(6) > 0, 0 };
	if (j.latency_ms.known)
		j.latency_ms.v = 10 + dice(4000);
	j.cache_hit = (Tri)dice(3);
	j.error_code = j.state == JOB_FAILED ? STR("Throttled") : (Str){ 0 };
	j.score_milli = (Opt64){ true, version };
	j.approved = (Tri)dice(3);
	j.roi_milli = (Opt64){ dice(3) > 0, 0 };
	if (j.roi_milli.known)
		j.roi_milli.v = (int64_t)dice(90000) - 20000;
	j.roi_confidence_milli = (Opt64){ dice(2), 0 };
	if (j.roi_confidence_milli.known)
		j.roi_confidence_milli.v = dice(1001);
	f->v[f->n++] = (Fact){ .is_job = true, .job = j };
}

static inline void add_cost_line(Fleet *f, Str job_id, int at)
{
	LogLine l = { .event_id = arena_printf(&f->a, "event-%zu", f->n), .event_ms = fleet_start + at * 137000 + dice(4000000), .kind = LINE_COST,
	              .job_id = job_id, .trace_id = arena_printf(&f->a, "trace-%d", at / 3), .tenant = pick(fleet_tenants, 4), .persona = pick(fleet_personas, 3),
	              .agent = pick(fleet_agents, 3), .version = pick(fleet_versions, 3), .model = pick(fleet_models, 5), .text = STR("{}") };

	l.service_tier = pick(fleet_tiers, 6);
	l.has_tokens = dice(4) > 0;
	if (l.has_tokens)
		l.tokens = some_tokens();
	l.reported_nusd = (Opt64){ dice(2), 0 };
	if (l.reported_nusd.known)
		l.reported_nusd.v = dice(900) * 10000;
	f->v[f->n++] = (Fact){ .line = l };
}

static inline void fleet_make(Fleet *f, uint64_t seed)
{
	dice_state = seed;
	memset(f, 0, sizeof *f);
	for (int i = 0; i < FLEET_JOBS; i++) {
		Str id = arena_printf(&f->a, "job-%d", i);
		int versions = (int)dice(5), lines = dice(2) ? (int)dice(4) : 0;

		for (int v = 0; v < versions; v++)
			add_version(f, i, id, v);
		for (int l = 0; l < lines; l++)
			add_cost_line(f, id, i);
		if (dice(5) == 0)
			add_cost_line(f, (Str){ 0 }, i);
	}
}

/* --- the reckoning --- */
static inline bool later(const Job *a, const Job *b)
{
	static const int rank[] = { 0, 2, 5, 4, 3, 1 };

	if (a->updated_ms != b->updated_ms)
		return a->updated_ms > b->updated_ms;
	return rank[a->state] > rank[b->state];
}

/* Of versions with one time and state only the first is kept in the list: which of them stays is the store's choice. */
static inline void fleet_drop_ties(Fleet *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++) {
		bool tie = false;

		for (size_t k = 0; k < n && f->v[i].is_job; k++)
			tie |= f->v[k].is_job && str_eq(f->v[k].job.id, f->v[i].job.id) && !later(&f->v[k].job, &f->v[i].job) &&
			       !later(&f->v[i].job, &f->v[k].job);
		if (!tie)
			f->v[n++] = f->v[i];
	}
	f->n = n;
}

/* What a call must add to the totals, and under which keys. */
typedef struct Want { const Job *job; int64_t booked_ms; Str key[DIMS]; Sums s; } Want;

static inline Str want_version(Fleet *f, Str agent, Str version)
{
	return agent.n || version.n ? arena_printf(&f->a, "%.*s@%.*s", STR_ARG(agent), STR_ARG(version)) : (Str){ 0 };
}

static inline void want_sums(const Job *j, const Booking *b, Sums *s)
{
	*s = (Sums){ .nusd = b->nusd, .jobs = 1, .unpriced = b->unpriced, .tok = b->tokens };
	s->booked = b->source != COST_NONE;
	if (b->reported_nusd.known && b->source != COST_NONE) {
		s->reported_n = 1;
		s->reported_nusd = b->reported_nusd.v;
		s->reported_booked_nusd = b->nusd;
	}
	s->cache = b->cache;
	if (!j)
		return;
	s->answer_hit_nusd = j->cache_hit == TRI_YES ? b->nusd : 0;
	s->answer_miss_nusd = j->cache_hit == TRI_NO ? b->nusd : 0;
	s->answer_miss_n = j->cache_hit == TRI_NO && b->source != COST_NONE;
	s->failed = j->state == JOB_FAILED;
	s->succeeded = j->state == JOB_SUCCEEDED;
	s->cancelled = j->state == JOB_CANCELLED;
	s->cache_known = j->cache_hit != TRI_UNKNOWN;
	s->cache_hits = j->cache_hit == TRI_YES;
	s->retries = j->retries;
	s->latency_n = j->latency_ms.known;
	s->latency_ms_sum = j->latency_ms.known ? j->latency_ms.v : 0;
	s->judged = j->approved != TRI_UNKNOWN;
	s->approved = j->approved == TRI_YES;
	s->roi_n = j->roi_milli.known;
	s->roi_milli = j->roi_milli.known ? j->roi_milli.v : 0;
	s->confidence_n = j->roi_confidence_milli.known;
	s->confidence_milli = j->roi_confidence_milli.known ? j->roi_confidence_milli.v : 0;
}

/* The key of several names: bars between, those in names escaped. */
static inline Str want_joined(Fleet *f, const Want *w, Dim d)
{
	static const Dim parts[DIMS][DIM_PARTS] = {
		[DIM_TENANT_MODEL] = { DIM_TENANT, DIM_MODEL }, [DIM_VERSION_MODEL] = { DIM_VERSION, DIM_MODEL },
		[DIM_TENANT_PERSONA_MODEL] = { DIM_TENANT, DIM_PERSONA, DIM_MODEL }, [DIM_PERSONA_MODEL] = { DIM_PERSONA, DIM_MODEL },
	};
	char text[300];
	size_t n = 0;

	for (int i = 0; i < DIM_PARTS && parts[d][i]; i++) {
		Str name = w->key[parts[d][i]];

		if (i)
			text[n++] = '|';
		for (size_t k = 0; k < name.n; k++) {
			if (strchr("|\\", name.p[k]))
				text[n++] = '\\';
			text[n++] = name.p[k];
		}
	}
	return arena_str(&f->a, (Str){ text, n });
}

static inline Want want_of(Fleet *f, const Job *j, const CostLines *c, LedgerMode mode)
{
	Booking b;
	Want w = { .job = j };
	Str agent = j && j->agent.n ? j->agent : c->agent, version = j && j->version.n ? j->version : c->version;

	ledger_book(j, c, &fleet_prices, mode, &b);
	w.booked_ms = b.booked_ms;
	want_sums(j, &b, &w.s);
	w.key[DIM_TENANT] = j && j->tenant.n ? j->tenant : c->tenant;
	w.key[DIM_PERSONA] = j && j->persona.n ? j->persona : c->persona;
	w.key[DIM_AGENT] = agent;
	w.key[DIM_VERSION] = want_version(f, agent, version);
	w.key[DIM_MODEL] = j && j->model.n ? j->model : c->model;
	for (Dim d = DIM_SIMPLE; d < DIMS; d++)
		w.key[d] = want_joined(f, &w, d);
	return w;
}

static inline size_t fleet_reckon(Fleet *f, LedgerMode mode, Want *out)
{
	size_t n = 0;

	for (int i = 0; i < FLEET_JOBS; i++) {
		Str id = arena_printf(&f->a, "job-%d", i);
		const Job *best = NULL;
		CostLines c = { 0 };

		for (size_t k = 0; k < f->n; k++) {
			const Fact *x = &f->v[k];

			if (x->is_job && str_eq(x->job.id, id) && (!best || later(&x->job, best)))
				best = &x->job;
			if (!x->is_job && str_eq(x->line.job_id, id))
				cost_lines_add(&c, &x->line, &fleet_prices);
		}
		if (best || c.n)
			out[n++] = want_of(f, best, &c, mode);
	}
	for (size_t k = 0; k < f->n; k++)
		if (!f->v[k].is_job && !f->v[k].line.job_id.n) {
			CostLines c = { 0 };

			cost_lines_add(&c, &f->v[k].line, &fleet_prices);
			out[n++] = want_of(f, NULL, &c, mode);
		}
	return n;
}

#endif
