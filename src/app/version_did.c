#include "app/version_did.h"

#include "model/agent_name.h"

#include "store/latency.h"

bool did_is(Str key, Str agent, Str version)
{
	return key.n == agent.n + 1 + version.n && key.p[agent.n] == '@' && agent_same_name(str_sub(key, 0, agent.n), agent) && str_ends(key, version);
}

static int add_latency(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, Did *out, Err *e)
{
	LatencyGroup *g;
	size_t n;

	if (store_latency_by(s, DIM_VERSION, from_ms, until_ms, a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (str_eq(g[i].key, out->key) && g[i].n > 0)
			out->p95_ms = g[i].p95_ms;
	return 0;
}

int version_did(Store *s, Str agent, Str version, int64_t from_ms, int64_t until_ms, Arena *a, Did *out, Err *e)
{
	CostGroup *g;
	size_t n;

	*out = (Did){ .key = STR(""), .p95_ms = -1 };
	if (store_cost(s, DIM_VERSION, from_ms, until_ms, a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const Sums *x = &g[i].s;

		if (!did_is(g[i].key, agent, version))
			continue;
		*out = (Did){ .key = g[i].key, .jobs = x->jobs, .ended = x->failed + x->succeeded, .failed = x->failed, .nusd = x->nusd,
		               .priced = x->booked, .p95_ms = -1 };
		return add_latency(s, from_ms, until_ms, a, out, e);
	}
	return 0;
}

int64_t did_each_nusd(const Did *p)
{
	return p->priced > 0 ? p->nusd / p->priced : -1;
}
