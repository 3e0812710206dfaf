#include "app/agent_perf.h"

#include "model/agent_name.h"

int perf_read(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, PerfWindow *out, Err *e)
{
	*out = (PerfWindow){ 0 };
	return store_cost(s, DIM_AGENT, from_ms, until_ms, a, &out->agent, &out->agents, e) < 0 ||
	       store_cost(s, DIM_VERSION, from_ms, until_ms, a, &out->version, &out->versions, e) < 0 ||
	       store_latency_by(s, DIM_AGENT, from_ms, until_ms, a, &out->agent_ms, &out->agent_msn, e) < 0 ||
	       store_latency_by(s, DIM_VERSION, from_ms, until_ms, a, &out->version_ms, &out->version_msn, e) < 0 ? -1 : 0;
}

/* An agent may be called both ways by different writers: their jobs are one agent's. */
Perf perf_of_agent(const PerfWindow *w, Str name)
{
	Perf p = { .p95_ms = -1 };

	for (size_t i = 0; i < w->agents; i++)
		if (agent_same_name(w->agent[i].key, name))
			sums_add(&p.s, &w->agent[i].s);
	for (size_t i = 0; i < w->agent_msn && p.p95_ms < 0; i++)
		if (agent_same_name(w->agent_ms[i].key, name))
			p.p95_ms = w->agent_ms[i].p95_ms;
	return p;
}

static bool is_key(Str key, Str name, Str version)
{
	return key.n == name.n + 1 + version.n && key.p[name.n] == '@' && agent_same_name(str_sub(key, 0, name.n), name) && str_ends(key, version);
}

static bool find(const PerfWindow *w, Str name, Str version, Perf *p)
{
	bool found = false;

	for (size_t i = 0; i < w->versions; i++)
		if (is_key(w->version[i].key, name, version)) {
			sums_add(&p->s, &w->version[i].s);
			found = true;
		}
	for (size_t i = 0; i < w->version_msn && p->p95_ms < 0; i++)
		if (is_key(w->version_ms[i].key, name, version))
			p->p95_ms = w->version_ms[i].p95_ms;
	return found;
}

Perf perf_of_version(const PerfWindow *w, Str name, Str release, Str version)
{
	Perf p = { .p95_ms = -1 };

	if (!release.n || !find(w, name, release, &p))
		(void)find(w, name, version, &p);
	return p;
}
