/* What the tests of the store share: a folder of their own, taking facts in, and everything that can be asked as text. */
#ifndef STORE_UNIT_H
#define STORE_UNIT_H

#include <unistd.h>

#include "base/buf.h"
#include "fleet.h"

static char place[64];

static inline int make_place(void **state)
{
	(void)state;
	(void)snprintf(place, sizeof place, "/tmp/seismo-store-XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static inline int clear_place(void **state)
{
	char command[256];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf %s", place);
	return system(command) == 0 ? 0 : -1;
}

static inline const char *file(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", place, name);
	return path;
}

static inline Store *must_open(const char *name, StoreMode mode)
{
	Err e = { 0 };
	Store *s = store_open(file(name), mode, NULL, &e);

	if (!s)
		fail_msg("%s", e.text);
	return s;
}

#define MUST(call) do { Err e_ = { 0 }, *e = &e_; if ((call) < 0) fail_msg("%s", e_.text); } while (0)

static inline void apply_facts(Store *s, const Fact *v, size_t n, LedgerMode mode)
{
	static Job jobs[FLEET_MAX];
	static LogLine lines[FLEET_MAX];
	StoreBatch b = { .jobs = jobs, .lines = lines, .prices = &fleet_prices, .mode = mode };

	for (size_t i = 0; i < n; i++)
		if (v[i].is_job)
			jobs[b.job_count++] = v[i].job;
		else
			lines[b.line_count++] = v[i].line;
	MUST(store_apply(s, &b, NULL, e));
}

/* Everything that can be asked, as one text. */
static inline char *export(Store *s)
{
	Arena a = { 0 };
	Buf b = { 0 };
	CostGroup *g;
	JobRow *r;
	size_t n;
	Sums hours[80];

	for (Dim d = DIM_ALL; d < DIMS; d++) {
		MUST(store_cost(s, d, fleet_start - 3600001, fleet_start + 7300123, &a, &g, &n, e));
		for (size_t i = 0; i < n; i++)
			buf_printf(&b, "part %s %.*s %lld %lld\n", dim_name(d), STR_ARG(g[i].key), (long long)g[i].s.nusd, (long long)g[i].s.jobs);
		MUST(store_cost(s, d, 0, 0, &a, &g, &n, e));
		for (size_t i = 0; i < n; i++)
			buf_printf(&b, "%s %.*s %lld %lld %lld %lld %lld %lld %lld %lld %lld\n", dim_name(d), STR_ARG(g[i].key), (long long)g[i].s.nusd,
			           (long long)g[i].s.jobs, (long long)g[i].s.failed, (long long)g[i].s.unpriced, (long long)g[i].s.cache_hits,
			           (long long)g[i].s.latency_ms_sum, (long long)g[i].s.tok.input, (long long)g[i].s.tok.output, (long long)g[i].s.retries);
	}
	MUST(store_hours(s, DIM_AGENT, STR("triage"), fleet_start / 3600000 - 2, 80, hours, e));
	for (int i = 0; i < 80; i++)
		buf_printf(&b, "hour %d %lld %lld\n", i, (long long)hours[i].nusd, (long long)hours[i].jobs);
	MUST(store_jobs(s, &(JobFilter){ 0 }, &a, &r, &n, e));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "job %.*s %.*s %.*s %.*s %.*s %lld %lld %d %d %.*s %lld\n", STR_ARG(r[i].job.id), STR_ARG(r[i].job.status),
		           STR_ARG(r[i].job.tenant), STR_ARG(r[i].job.agent), STR_ARG(r[i].job.model), (long long)r[i].job.updated_ms,
		           (long long)r[i].nusd, r[i].source, r[i].unpriced, STR_ARG(r[i].job.error_code), (long long)r[i].job.score_milli.v);
	arena_done(&a);
	return buf_take(&b);
}

static inline void shuffle(Fact *v, size_t n)
{
	for (size_t i = n; i > 1; i--) {
		size_t k = dice((uint32_t)i);
		Fact x = v[i - 1];

		v[i - 1] = v[k];
		v[k] = x;
	}
}

#endif
