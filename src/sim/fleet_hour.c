#include "sim/fleet_hour.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/rng.h"
#include "wire/time8601.h"

enum {
	MEAN_PER_HOUR = 360,
	RUNAWAY_PER_HOUR = 240,
	RUNAWAY_AFTER_MS = 3 * 60 * 1000,
	CALL_MAX_MS = 120 * 1000,
	STORM_EVERY_MS = 30 * 60 * 1000, STORM_AFTER_MS = 4 * 60 * 1000, STORM_END_MS = 14 * 60 * 1000,
	STORM_LOST = 1500, STORM_RETRIED = 5000,       /* of ten thousand jobs: throttled to the end; on the first tries */
};

typedef struct Draw {
	const Fleet *f;
	int64_t hour;
	unsigned stream;
	uint32_t count;            /* of arrivals in the stream's hour */
} Draw;

static unsigned pick_agent(Rng *r)
{
	int32_t at = (int32_t)rng_below(r, 1000);
	for (unsigned i = 0; i < FLEET_AGENTS - 1; i++)
		if ((at -= fleet_agents[i].share) < 0)
			return i;
	return FLEET_AGENTS - 1;
}

static unsigned pick_tenant(Rng *r)
{
	int32_t at = (int32_t)rng_below(r, 1000);
	for (unsigned i = 0; i < FLEET_TENANTS - 1; i++)
		if ((at -= fleet_tenants[i].share) < 0)
			return i;
	return FLEET_TENANTS - 1;
}

static unsigned pick_version(Rng *r, const FleetRoute *route)
{
	int32_t at = (int32_t)rng_below(r, 100);
	for (unsigned v = 0; v < FLEET_VERSIONS_MAX; v++)
		if ((at -= route->weight[v]) < 0)
			return v;
	return 0;
}

/* Tokens of one call. The prompt's fixed head is read from the cache, or written to it for 5 minutes or an hour. */
static void draw_tokens(const Fleet *f, Rng *r, const FleetJob *j, FleetCall *c)
{
	const FleetAgent *a = &fleet_agents[j->agent];
	int32_t in = rng_spread(r, a->in_tok), out = rng_spread(r, a->out_tok), head = rng_below(r, 1000);

	if (j->runaway) {
		in = 90000 + (int32_t)rng_below(r, 70001);
		out = 2500 + (int32_t)rng_below(r, 1500);
	}
	c->tok[0] = in;
	c->tok[1] = out < a->max_tok ? out : a->max_tok;
	if (fleet_models[a->model].caches && a->prefix_tok && !j->runaway)
		c->tok[fleet_breaks_prefix(f, j) ? 3 : head < 720 ? 2 : head < 960 ? 3 : 4] = a->prefix_tok;
}

static int32_t call_ms(Rng *r, const FleetJob *j, const FleetCall *c)
{
	const FleetModel *m = &fleet_models[fleet_agents[j->agent].model];
	int64_t ms = 0;

	switch (c->outcome) {
	case FLEET_THROTTLED: return 20 + (int32_t)rng_below(r, 60);
	case FLEET_INVALID:   return 60 + (int32_t)rng_below(r, 90);
	case FLEET_TIMEOUT:   return 60000 + (int32_t)rng_below(r, 400);
	default:
		ms = rng_spread(r, m->first_ms) + (int64_t)c->tok[1] * m->out_us / 1000 + c->tok[0] / 100;
		return (int32_t)(ms < CALL_MAX_MS ? ms : CALL_MAX_MS);
	}
}

/* How a job will end, before its calls are drawn: the outcome that it ends with and how many tries failed first. */
static FleetOutcome draw_fate(const Fleet *f, Rng *r, const FleetJob *j, int *failures)
{
	static const FleetOutcome passing[] = { FLEET_THROTTLED, FLEET_THROTTLED, FLEET_SERVER, FLEET_TIMEOUT };
	uint32_t at = rng_below(r, 10000);
	bool storm = fleet_in_storm(f, j->created_ms);
	bool bad = f->spec.scenario == SIM_BAD_RELEASE && j->agent == FLEET_UPSELL && j->version == FLEET_BAD_VERSION;
	uint32_t schema = bad ? 1800 : 25;

	*failures = 0;
	if (at < schema) {
		*failures = FLEET_TRIES;
		return FLEET_SCHEMA;
	}
	if (at < schema + 60)
		return FLEET_INVALID;
	if (storm && at < schema + 60 + STORM_LOST) {
		*failures = FLEET_TRIES;
		return FLEET_THROTTLED;
	}
	if (at < schema + 90) {
		*failures = FLEET_TRIES;
		return passing[rng_below(r, 4)];
	}
	if (at < schema + (storm ? STORM_RETRIED : 290))
		*failures = 1 + (rng_below(r, 6) == 0);
	return FLEET_OK;
}

static void draw_calls(const Fleet *f, Rng *r, FleetJob *j)
{
	static const FleetOutcome passing[] = { FLEET_THROTTLED, FLEET_THROTTLED, FLEET_SERVER, FLEET_TIMEOUT };
	int failures = 0;
	FleetOutcome end = draw_fate(f, r, j, &failures);
	bool storm = fleet_in_storm(f, j->created_ms);
	int32_t at = 150 + rng_spread(r, 700);

	while (j->tries < FLEET_TRIES) {
		FleetCall *c = &j->call[j->tries++];
		bool last = end == FLEET_INVALID || j->tries > failures || j->tries == FLEET_TRIES;
		c->outcome = last || failures == FLEET_TRIES ? end : passing[storm ? 0 : rng_below(r, 4)];
		if (c->outcome == FLEET_OK || c->outcome == FLEET_SCHEMA)
			draw_tokens(f, r, j, c);
		c->begin_ms = at;
		c->end_ms = at + call_ms(r, j, c);
		at = c->end_ms;
		if (last)
			break;
		at += (1000 << (j->tries - 1)) + (int32_t)rng_below(r, 250);     /* 1 s, 2 s and some jitter before the next try */
	}
	j->end_ms = at + 5 + (int32_t)rng_below(r, 30);
	j->end_state = end == FLEET_OK ? JOB_SUCCEEDED : JOB_FAILED;
}

/* Draws arrival number i. False when it does not take place (before the start of an extra stream, thinned, paused). */
static bool draw_job(const Draw *d, uint32_t i, FleetJob *j)
{
	const FleetSpec *s = &d->f->spec;
	Rng r = { rng_join(rng_join(s->seed, (uint64_t)d->hour), (uint64_t)d->stream << 32 | i) };
	FleetRoute route;

	*j = (FleetJob){ .key = rng_next(&r), .index = d->stream << STREAM_SHIFT | i };
	j->created_ms = d->hour * HOUR_MS + ((int64_t)i * HOUR_MS + rng_below(&r, HOUR_MS)) / d->count;
	if (d->stream != STREAM_BASE && j->created_ms < s->start_ms)
		return false;
	if (j->created_ms >= s->start_ms && s->speed_milli < 1000 && (int32_t)rng_below(&r, 1000) >= s->speed_milli)
		return false;
	j->runaway = d->stream == STREAM_RUNAWAY;
	if (j->runaway && fleet_progress(s, j->created_ms) < RUNAWAY_AFTER_MS)
		return false;

	j->agent = (uint8_t)(j->runaway ? FLEET_VISIBILITY : pick_agent(&r));
	j->tenant = (uint8_t)(j->runaway ? FLEET_RUNAWAY_TENANT : pick_tenant(&r));
	j->persona = rng_below(&r, 100) < 85 ? fleet_tenants[j->tenant].persona : (uint8_t)rng_below(&r, FLEET_PERSONAS);
	route = fleet_route_at(d->f, j->agent, j->created_ms);
	if (route.paused)
		return false;
	j->version = (uint8_t)pick_version(&r, &route);
	j->misreported = rng_below(&r, 1000) < 20;
	if (!j->runaway && (int32_t)rng_below(&r, 1000) < fleet_agents[j->agent].answer_hits) {
		j->cache_hit = true;
		j->cache_stale = rng_below(&r, 5) == 0;
		j->end_ms = 15 + (int32_t)rng_below(&r, 90);
		j->end_state = JOB_SUCCEEDED;
	} else if (rng_below(&r, 1000) < 4) {
		j->end_ms = 2000 + (int32_t)rng_below(&r, 20000);
		j->end_state = JOB_CANCELLED;
	} else {
		draw_calls(d->f, &r, j);
	}
	return true;
}

static uint32_t base_count(const FleetSpec *s, int64_t hour)
{
	CivilTime t = time_civil((hour + s->zone_hours) * HOUR_MS);
	Rng r = { rng_join(s->seed ^ UINT64_C(0x5ea50a1), (uint64_t)hour) };
	int64_t n = (int64_t)MEAN_PER_HOUR * fleet_day_curve[t.hour] * fleet_week_curve[t.weekday] / 1000;

	return (uint32_t)(n * (940 + rng_below(&r, 121)) / 1000000);
}

static uint32_t stream_count(const FleetSpec *s, int64_t hour, unsigned stream)
{
	int64_t extra = s->speed_milli > 1000 ? s->speed_milli - 1000 : 0;

	if (stream == STREAM_BASE)
		return base_count(s, hour);
	if ((hour + 1) * HOUR_MS <= s->start_ms)
		return 0;
	if (stream == STREAM_RUSH)
		return (uint32_t)(base_count(s, hour) * extra / 1000);
	return s->scenario == SIM_RUNAWAY_COST ? (uint32_t)((int64_t)RUNAWAY_PER_HOUR * (1000 + extra) / 1000) : 0;
}

static int by_creation(const void *pa, const void *pb)
{
	const FleetJob *a = pa, *b = pb;

	if (a->created_ms != b->created_ms)
		return a->created_ms < b->created_ms ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

bool fleet_in_storm(const Fleet *f, int64_t t_ms)
{
	int64_t progress = f->spec.scenario == SIM_THROTTLE_STORM ? fleet_progress(&f->spec, t_ms) : -1;

	return progress >= 0 && progress % STORM_EVERY_MS >= STORM_AFTER_MS && progress % STORM_EVERY_MS < STORM_END_MS;
}

int64_t fleet_progress(const FleetSpec *s, int64_t t_ms)
{
	return t_ms < s->start_ms ? -1 : (t_ms - s->start_ms) * s->speed_milli / 1000;
}

int64_t fleet_progress_at(const FleetSpec *s, int64_t progress_ms)
{
	return s->speed_milli > 0 ? s->start_ms + progress_ms * 1000 / s->speed_milli : 0;
}

void fleet_hour_make(const Fleet *f, int64_t hour, FleetHour *out)
{
	size_t cap = 0;

	*out = (FleetHour){ .hour = hour };
	for (unsigned stream = 0; stream < STREAM_COUNT; stream++) {
		Draw d = { .f = f, .hour = hour, .stream = stream, .count = stream_count(&f->spec, hour, stream) };
		VEC_GROW(out->job, cap, out->n + d.count + 1);
		for (uint32_t i = 0; i < d.count; i++)
			out->n += draw_job(&d, i, &out->job[out->n]);
	}
	qsort(out->job, out->n, sizeof *out->job, by_creation);
}
