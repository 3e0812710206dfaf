/* What the snapshot says about coverage: tokens by model beside CloudWatch's, calls without a price, how far back it goes. */
#include "app/coverage_own.h"

#include <stdlib.h>

#include "app/counted.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "model/price.h"
#include "store/books.h"
#include "wire/jsonval.h"

#define HOUR_MS INT64_C(3600000)
#define DAY_MS  (24 * HOUR_MS)

enum { LATE_MS = 300000, SEEN_LEAST_PPM = 950000, SEEN_MOST_PPM = 1050000 };

/* One model, whatever profile it is called through. */
typedef struct Seen { Str model; int64_t booked, whole, split; bool is_whole; } Seen;
typedef struct SeenList { Seen *v; size_t n, cap; int64_t from_ms, until_ms; bool any; } SeenList;

static Seen *seen_of(SeenList *l, Str model)
{
	Str base = price_base_model(model);

	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].model, base))
			return &l->v[i];
	VEC_GROW(l->v, l->cap, l->n + 1);
	l->v[l->n] = (Seen){ .model = base };
	return &l->v[l->n++];
}

static bool counts_tokens(const MetricSeries *m)
{
	static const char *const names[] = { "InputTokenCount", "OutputTokenCount", "CacheReadInputTokenCount", "CacheWriteInputTokenCount" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (str_is(m->name, names[i]) && str_is(m->stat, "Sum"))
			return true;
	return false;
}

/* From the first minute that CloudWatch was asked about to the last that is whole, at most a day. */
static void find_window(SeenList *l, const MetricSeries *m, size_t n, int64_t now_ms)
{
	int64_t first = INT64_MAX, last = 0;

	for (size_t i = 0; i < n; i++) {
		if (!counts_tokens(&m[i]))
			continue;
		l->any = true;
		for (size_t k = 0; k < m[i].count; k++) {
			first = m[i].points[k].t_ms < first ? m[i].points[k].t_ms : first;
			last = m[i].points[k].t_ms + 60000 > last ? m[i].points[k].t_ms + 60000 : last;
		}
	}
	l->from_ms = first > now_ms - DAY_MS ? first : now_ms - DAY_MS;
	l->until_ms = last < now_ms - LATE_MS ? last : (now_ms - LATE_MS) / 60000 * 60000;
	l->any = l->any && l->from_ms < l->until_ms;
}

/* Of a model that is counted as a whole and by tier as well, the whole counts. */
static void add_theirs(SeenList *l, const MetricSeries *m, size_t n, Arena *a)
{
	for (size_t i = 0; i < n; i++) {
		Str model = STR("");
		JsonVal dims;
		Seen *s;

		if (!counts_tokens(&m[i]) || jv_parse(a, m[i].dimensions_json, m[i].dimensions_json.n + 1, &dims, NULL) < 0 ||
		    jv_str(dims, "ModelId", &model, NULL) < 0)
			continue;
		s = seen_of(l, model);
		if (jv_count(dims) == 1) {
			s->whole += counted_points(&m[i], l->from_ms, l->until_ms);
			s->is_whole = true;
		} else {
			s->split += counted_points(&m[i], l->from_ms, l->until_ms);
		}
	}
}

static int read_seen(SeenList *l, Store *s, int64_t now_ms, Arena *a, Err *e)
{
	MetricSeries *m;
	CostGroup *g;
	size_t n, groups;

	if (store_metrics(s, now_ms - DAY_MS, now_ms, a, &m, &n, e) < 0)
		return -1;
	find_window(l, m, n, now_ms);
	if (!l->any)
		return 0;
	if (store_cost(s, DIM_MODEL, l->from_ms, l->until_ms, a, &g, &groups, e) < 0)
		return -1;
	add_theirs(l, m, n, a);
	for (size_t i = 0; i < groups; i++)
		if (g[i].key.n)
			seen_of(l, g[i].key)->booked += tokens_total(&g[i].s.tok);
	return 0;
}

static int most_first(const void *x, const void *y)
{
	const Seen *a = x, *b = y;
	int64_t ta = a->is_whole ? a->whole : a->split, tb = b->is_whole ? b->whole : b->split;

	if (ta != tb)
		return ta < tb ? 1 : -1;
	return a->booked != b->booked ? (a->booked < b->booked ? 1 : -1) : str_cmp(a->model, b->model);
}

static void say_seen(CoverageList *l, Str subject, int64_t booked, int64_t counted, int64_t from_ms)
{
	Arena *a = &l->arena;
	int64_t ppm = counted > 0 ? mul_div(booked, 1000000, counted) : 0;
	bool good = ppm >= SEEN_LEAST_PPM && ppm <= SEEN_MOST_PPM;
	CoverageLine *line = coverage_add(l, "tokens", subject, counted && !good ? DOCTOR_WARN : counted ? DOCTOR_OK : DOCTOR_SKIPPED);

	line->booked = booked;
	line->counted = counted;
	line->since_ms = from_ms;
	if (!counted) {
		line->found = arena_printf(a, "%lld booked, and CloudWatch counts none", (long long)booked);
		line->remedy = STR("see whether its calls go to another account or Region, or another service");
		return;
	}
	line->found = arena_printf(a, "seen %.1f %% (%lld of %lld)", (double)ppm / 10000, (long long)booked, (long long)counted);
	if (ppm < SEEN_LEAST_PPM)
		line->remedy = STR("let what calls it write its jobs or cost lines; the invocation log tells who calls");
	else if (ppm > SEEN_MOST_PPM)
		line->remedy = STR("see whether jobs tell more than their calls, or call in other Regions");
}

static int say_tokens(CoverageList *l, Store *s, int64_t now_ms, Err *e)
{
	SeenList seen = { 0 };
	Arena a = { 0 };
	int64_t booked = 0, counted = 0;
	int rc = read_seen(&seen, s, now_ms, &a, e);

	if (rc == 0 && !seen.any)
		coverage_add(l, "tokens", STR(COVERAGE_ALL), DOCTOR_SKIPPED)->found = STR("not known: CloudWatch has told no tokens of the last day");
	if (seen.n)
		qsort(seen.v, seen.n, sizeof *seen.v, most_first);
	for (size_t i = 0; i < seen.n; i++) {
		booked += seen.v[i].booked;
		counted += seen.v[i].is_whole ? seen.v[i].whole : seen.v[i].split;
	}
	if (rc == 0 && seen.any)
		say_seen(l, STR(COVERAGE_ALL), booked, counted, seen.from_ms);
	for (size_t i = 0; rc == 0 && i < seen.n; i++) {
		const Seen *m = &seen.v[i];

		if (m->booked || m->whole || m->split)
			say_seen(l, m->model, m->booked, m->is_whole ? m->whole : m->split, seen.from_ms);
	}
	free(seen.v);
	arena_done(&a);
	return rc;
}

static int say_unpriced(CoverageList *l, Store *s, int64_t now_ms, Err *e)
{
	Arena a = { 0 };
	UnpricedRow *row;
	size_t n;
	int rc = store_unpriced(s, now_ms - DAY_MS, 0, &a, &row, &n, e);

	for (size_t i = 0; rc == 0 && i < n; i++) {
		CoverageLine *line = coverage_add(l, "unpriced", row[i].model.n ? row[i].model : STR("no model"), DOCTOR_WARN);

		line->jobs = row[i].jobs;
		line->booked = tokens_total(&row[i].tokens);
		line->found = arena_printf(&l->arena, "%lld calls of the last day have no price", (long long)row[i].jobs);
		line->remedy = STR("seismo prices --unpriced says more; seismo prices refresh, or prices.overrides in config.yaml");
	}
	if (rc == 0 && !n) {
		CoverageLine *line = coverage_add(l, "unpriced", STR(COVERAGE_ALL), DOCTOR_OK);

		line->jobs = 0;
		line->found = STR("no call of the last day lacks a price");
	}
	arena_done(&a);
	return rc;
}

static void say_kept(CoverageList *l, const char *what, int64_t from_ms, const char *all)
{
	CoverageLine *line = coverage_add(l, "kept", str_of(what), DOCTOR_OK);

	line->since_ms = from_ms;
	if (!from_ms)
		line->found = str_of(all);
}

static int say_retention(CoverageList *l, Store *s, Err *e)
{
	Arena a = { 0 };
	KeptFrom kept;
	Str back = STR("");
	int64_t back_ms = 0;
	int rc = store_kept_from(s, &kept, e) < 0 || store_cursor(s, "jobs.back", &a, &back, e) < 0 ? -1 : 0;

	if (rc == 0) {
		(void)str_i64(back, &back_ms);      /* no cursor yet: nothing is known to be complete */
		if (!back_ms)
			coverage_add(l, "kept", STR("jobs"), DOCTOR_SKIPPED)->found = STR("not known: their past has not been read yet");
		else
			say_kept(l, "jobs", back_ms > kept.jobs_ms ? back_ms : kept.jobs_ms, "");
		say_kept(l, "log lines", kept.lines_ms, "nothing was forgotten yet");
		say_kept(l, "hourly totals, changes", kept.hours_ms, "nothing was forgotten yet");
	}
	arena_done(&a);
	return rc;
}

int coverage_of_store(CoverageList *l, Store *s, int64_t now_ms, Err *e)
{
	return say_tokens(l, s, now_ms, e) < 0 || say_unpriced(l, s, now_ms, e) < 0 || say_retention(l, s, e) < 0
	       ? -1 : coverage_of_own_ops(l, s, now_ms, e);
}
