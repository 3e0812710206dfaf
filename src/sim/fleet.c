#include "sim/fleet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/fleet_hour.h"
#include "sim/rng.h"

enum {
	RELEASE_AFTER_MS = 4 * 60 * 1000,
	DAY_MS = 24 * HOUR_MS,
	SLOTS_MIN = 5,                 /* what fleet_hour promises, and the one asked for */
	SLOTS_MAX = 64,
	JOBS_KEPT = 400000,            /* over all kept hours; about 60 MB */
};

static const char base32[] = "0123456789abcdefghjkmnpqrstvwxyz";     /* Crockford's alphabet */

static void put_base32(char *out, uint64_t v, int digits)
{
	for (int i = digits - 1; i >= 0; i--, v >>= 5)
		out[i] = base32[v & 31];
}

static int get_base32(Str s, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = s.p[i] ? strchr(base32, s.p[i]) : NULL;
		if (!at)
			return -1;
		*out = *out << 5 | (uint64_t)(at - base32);
	}
	return 0;
}

static void forget_hour(Fleet *f, size_t i)
{
	free(f->slot[i].hour.job);
	f->slot[i] = f->slot[--f->slots];
}

static void make_room(Fleet *f)
{
	for (;;) {
		size_t oldest = 0, jobs = 0;
		for (size_t i = 0; i < f->slots; i++) {
			jobs += f->slot[i].hour.n;
			if (f->slot[i].used < f->slot[oldest].used)
				oldest = i;
		}
		if (f->slots < SLOTS_MIN || (f->slots < SLOTS_MAX && jobs < JOBS_KEPT))
			return;
		forget_hour(f, oldest);
	}
}

static void add_first_routes(Fleet *f, unsigned a)
{
	const FleetAgent *t = &fleet_agents[a];
	int64_t day = f->spec.start_ms / DAY_MS * DAY_MS;
	FleetRoute before = { .from_ms = 0 }, now = { .from_ms = day - t->moved_days * (int64_t)DAY_MS + 15 * HOUR_MS };

	for (int v = 0; v < FLEET_VERSIONS; v++) {
		(void)fleet_version_of(f, a, str_of(t->version[v]));       /* there is room for the first ones */
		before.weight[v] = t->before[v];
		now.weight[v] = t->now[v];
	}
	fleet_route_set(f, a, &before);
	fleet_route_set(f, a, &now);
}

Fleet *fleet_open(const FleetSpec *spec)
{
	Fleet *f = xcalloc(1, sizeof *f);
	unsigned agent = 0;
	FleetRoute bad = { .weight = { [FLEET_BAD_VERSION] = 100 } };

	f->spec = *spec;
	for (unsigned a = 0; a < FLEET_AGENTS; a++)
		add_first_routes(f, a);
	bad.from_ms = fleet_release_ms(f, &agent);
	if (bad.from_ms)
		fleet_route_set(f, agent, &bad);
	return f;
}

void fleet_close(Fleet *f)
{
	if (!f)
		return;
	while (f->slots)
		forget_hour(f, 0);
	free(f->slot);
	for (unsigned a = 0; a < FLEET_AGENTS; a++)
		free(f->agent[a].route);
	free(f);
}

int64_t fleet_first_hour(const Fleet *f)
{
	return f->spec.start_ms / HOUR_MS - FLEET_DAYS * 24;
}

FleetHour fleet_hour(Fleet *f, int64_t hour)
{
	size_t i = 0;

	while (i < f->slots && f->slot[i].hour.hour != hour)
		i++;
	if (i == f->slots) {
		make_room(f);
		i = f->slots++;
		VEC_GROW(f->slot, f->slot_cap, f->slots);
		fleet_hour_make(f, hour, &f->slot[i].hour);
	}
	f->slot[i].used = ++f->clock;
	return f->slot[i].hour;
}

bool fleet_job_at(const FleetJob *j, int64_t now_ms, FleetView *out)
{
	int64_t age = now_ms - j->created_ms;

	*out = (FleetView){ .state = JOB_QUEUED, .updated_ms = j->created_ms };
	if (age < 0)
		return false;
	for (int k = 0; k < j->tries && age >= j->call[k].begin_ms; k++)
		*out = (FleetView){ JOB_RUNNING, k, j->created_ms + j->call[k].begin_ms };
	if (age >= j->end_ms)
		*out = (FleetView){ j->end_state, j->tries ? j->tries - 1 : 0, j->created_ms + j->end_ms };
	return true;
}

/* "j-" hour "-" number "-" check: whoever has the id can make the one hour that holds the job. */
void fleet_job_id(const FleetJob *j, char out[32])
{
	memcpy(out, "j-hhhh-nnnnnn-ccccc", 20);
	put_base32(out + 2, (uint64_t)(j->created_ms / HOUR_MS), 4);
	put_base32(out + 7, j->index, 6);
	put_base32(out + 14, j->key, 5);
}

const FleetJob *fleet_job_find(Fleet *f, Str id)
{
	uint64_t hour, index;
	FleetHour h;
	char have[32];

	if (id.n != 19 || get_base32(str_sub(id, 2, 4), &hour) < 0 || get_base32(str_sub(id, 7, 6), &index) < 0)
		return NULL;
	if ((int64_t)hour < fleet_first_hour(f))
		return NULL;
	h = fleet_hour(f, (int64_t)hour);
	for (size_t i = 0; i < h.n; i++) {
		if (h.job[i].index != index)
			continue;
		fleet_job_id(&h.job[i], have);
		return str_is(id, have) ? &h.job[i] : NULL;
	}
	return NULL;
}

const char *fleet_agent_id(unsigned agent)
{
	return fleet_agents[agent].id;
}

const char *fleet_model_id(unsigned agent)
{
	return fleet_models[fleet_agents[agent].model].id;
}

Str fleet_version(const Fleet *f, unsigned agent, unsigned version)
{
	return str_of(f->agent[agent].version[version]);
}

int fleet_versions(const Fleet *f, unsigned agent)
{
	return f->agent[agent].versions;
}

int32_t fleet_speed_milli(const Fleet *f)
{
	return f->spec.speed_milli;
}

int64_t fleet_version_made_ms(const Fleet *f, unsigned agent, unsigned version)
{
	int64_t days = fleet_agents[agent].moved_days + 1 + 30 * ((int64_t)FLEET_VERSIONS - 1 - version);

	return version < FLEET_VERSIONS ? f->spec.start_ms - days * DAY_MS : 0;
}

/* Some of the application's hosts have an old price list that is a tenth too low. */
int64_t fleet_call_micro_usd(const FleetJob *j, unsigned call)
{
	const FleetModel *m = &fleet_models[fleet_agents[j->agent].model];
	int64_t pico = 0;

	for (int k = 0; k < 5; k++)
		pico += (int64_t)j->call[call].tok[k] * m->micro_usd[k];
	if (j->misreported)
		pico = pico / 10 * 9;
	return (pico + 500000) / 1000000;
}

int fleet_agent_of(Str id)
{
	for (int a = 0; a < FLEET_AGENTS; a++)
		if (str_is(id, fleet_agents[a].id))
			return a;
	return -1;
}

int fleet_version_of(Fleet *f, unsigned agent, Str version)
{
	int n = f->agent[agent].versions;

	for (int v = 0; v < n; v++)
		if (str_is(version, f->agent[agent].version[v]))
			return v;
	if (n == FLEET_VERSIONS_MAX || version.n >= sizeof f->agent[agent].version[0])
		return -1;
	memcpy(f->agent[agent].version[n], version.p, version.n);
	return f->agent[agent].versions++;
}

FleetRoute fleet_route_at(const Fleet *f, unsigned agent, int64_t t_ms)
{
	const FleetRoute *r = f->agent[agent].route;
	size_t i = f->agent[agent].n;

	while (i > 1 && r[i - 1].from_ms > t_ms)
		i--;
	return r[i - 1];
}

void fleet_route_set(Fleet *f, unsigned agent, const FleetRoute *route)
{
	size_t i = f->agent[agent].n++;
	FleetRoute *r;

	VEC_GROW(f->agent[agent].route, f->agent[agent].cap, f->agent[agent].n);
	r = f->agent[agent].route;
	for (; i > 0 && r[i - 1].from_ms > route->from_ms; i--)
		r[i] = r[i - 1];
	r[i] = *route;
	for (size_t s = f->slots; s-- > 0;)
		if ((f->slot[s].hour.hour + 1) * HOUR_MS > route->from_ms)
			forget_hour(f, s);
}

int64_t fleet_release_ms(const Fleet *f, unsigned *agent)
{
	bool releases = f->spec.scenario == SIM_BAD_RELEASE || f->spec.scenario == SIM_CACHE_COLLAPSE;

	*agent = f->spec.scenario == SIM_CACHE_COLLAPSE ? FLEET_MENU : FLEET_UPSELL;
	return releases ? fleet_progress_at(&f->spec, RELEASE_AFTER_MS) : 0;
}

bool fleet_breaks_prefix(const Fleet *f, const FleetJob *j)
{
	return f->spec.scenario == SIM_CACHE_COLLAPSE && j->agent == FLEET_MENU && j->version == FLEET_BAD_VERSION;
}
