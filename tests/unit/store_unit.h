/* What the tests of the store share: a folder of their own, taking facts in, and everything that can be asked as text. */
#ifndef STORE_UNIT_H
#define STORE_UNIT_H

#include <unistd.h>

#include "base/buf.h"
#include "fleet.h"
#include "store/latency.h"

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

/* A batch of these facts; it is good until the next one is made. */
static inline StoreBatch batch_of(const Fact *v, size_t n)
{
	static Job jobs[FLEET_MAX];
	static LogLine lines[FLEET_MAX];
	StoreBatch b = { .jobs = jobs, .lines = lines, .prices = &fleet_prices };

	for (size_t i = 0; i < n; i++)
		if (v[i].is_job)
			jobs[b.job_count++] = v[i].job;
		else
			lines[b.line_count++] = v[i].line;
	return b;
}

static inline void apply_facts(Store *s, const Fact *v, size_t n, LedgerMode mode)
{
	StoreBatch b = batch_of(v, n);

	b.mode = mode;
	MUST(store_apply(s, &b, NULL, e));
}

static inline bool within(const Want *w, int64_t from, int64_t until)
{
	return w->booked_ms >= from && (!until || w->booked_ms < until);
}

/* Every group is what a plain scan adds up for its key, and together they are all that there is. */
static inline void check_totals(Store *s, const Want *w, size_t n, int64_t from, int64_t until)
{
	Arena a = { 0 };

	for (Dim d = DIM_ALL; d < DIMS; d++) {
		Sums left = { 0 };
		CostGroup *g;
		size_t groups;

		for (size_t k = 0; k < n; k++)
			if (within(&w[k], from, until))
				sums_add(&left, &w[k].s);
		MUST(store_cost(s, d, from, until, &a, &g, &groups, e));
		for (size_t i = 0; i < groups; i++) {
			Sums x = { 0 };

			for (size_t k = 0; k < n; k++)
				if (within(&w[k], from, until) && str_eq(w[k].key[d], g[i].key))
					sums_add(&x, &w[k].s);
			assert_memory_equal(&g[i].s, &x, sizeof x);
			sums_sub(&left, &x);
		}
		assert_true(sums_zero(&left));
	}
	arena_done(&a);
}

static inline void export_costs(Store *s, Dim d, int64_t from_ms, int64_t until_ms, Buf *b, Arena *a)
{
	CostGroup *g;
	size_t n;

	MUST(store_cost(s, d, from_ms, until_ms, a, &g, &n, e));
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s %.*s", dim_name(d), STR_ARG(g[i].key));
		for (int k = 0; k < SUM_FIELDS; k++)
			buf_printf(b, " %lld", (long long)sums_field(&g[i].s, k));
		buf_putc(b, '\n');
	}
}

static inline void export_latencies(Store *s, Dim d, int64_t from_ms, int64_t until_ms, Buf *b, Arena *a)
{
	LatencyGroup *g;
	size_t n;

	MUST(store_latency_by(s, d, from_ms, until_ms, a, &g, &n, e));
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "latency %s %.*s %lld %lld %lld %lld\n", dim_name(d), STR_ARG(g[i].key), (long long)g[i].n, (long long)g[i].p50_ms,
		           (long long)g[i].p95_ms, (long long)g[i].p99_ms);
}

static inline void export_minutes(Store *s, Buf *b)
{
	static Sketch minute[400];

	memset(minute, 0, sizeof minute);
	MUST(store_latency_minutes(&s, 1, fleet_start / 60000, 400, minute, e));
	for (int i = 0; i < 400; i++) {
		buf_printf(b, "minute %lld %lld\n", (long long)sketch_count(&minute[i]), (long long)sketch_quantile(&minute[i], 950));
		sketch_done(&minute[i]);
	}
}

/* Everything that can be asked, as one text. */
static inline char *export(Store *s)
{
	Arena a = { 0 };
	Buf b = { 0 };
	JobRow *r;
	size_t n;
	Sums hours[80];

	for (Dim d = DIM_ALL; d < DIMS; d++) {
		export_costs(s, d, 0, 0, &b, &a);
		export_costs(s, d, fleet_start - 3600001, fleet_start + 7300123, &b, &a);
		if (!store_has_latency(d))
			continue;
		export_latencies(s, d, 0, 0, &b, &a);
		export_latencies(s, d, fleet_start - 3600001, fleet_start + 7300123, &b, &a);
	}
	export_minutes(s, &b);
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
