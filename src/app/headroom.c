#include "app/headroom.h"

#include <stdlib.h>

#include "api/dynamodb.h"
#include "app/counted.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/books.h"
#include "wire/jsonval.h"

#define MINUTE_MS INT64_C(60000)

/* LATE: the running minute and the one before may still grow. */
enum { MINUTES = 60, NOW_MINUTES = 5, LATE = 1, MILLION = 1000000 };

typedef struct Listed { Str name, code, model; QuotaName is; double value; bool adjustable; } Listed;
typedef struct AgentMax { Str model; int64_t max_tokens; } AgentMax;

/* One model by one way to it. */
typedef struct Used {
	Str id, priced_as;
	QuotaWay way;
	int64_t minute[QUOTA_UNITS][MINUTES], estimate[MINUTES], throttled, latency_ms, latency_n;
	bool    counted[QUOTA_UNITS], estimated;
} Used;

typedef struct Reading {
	Store *s;
	Arena *a;
	int64_t from_ms, until_ms;
	Listed *quota; size_t quotas;
	AgentMax *agent; size_t agents;
	ProfileRow *profile; size_t profiles;
	MetricSeries *series; Str *model; bool *whole; size_t count;      /* of the namespace; model empty: of none */
	Used *used; size_t n, cap;
	int64_t asked_ms;
	bool    any;                   /* something was counted in the hour: else it was not read, or nobody called */
} Reading;

/* --- what there is --- */

static int read_list(Reading *r, Err *e)
{
	Str text, asked;
	JsonVal list;

	if (store_cursor(r->s, HEADROOM_LIST, r->a, &text, e) < 0 || store_cursor(r->s, HEADROOM_ASKED, r->a, &asked, e) < 0)
		return -1;
	(void)str_i64(asked, &r->asked_ms);          /* none yet: never */
	if (!text.n)
		return 0;
	if (jv_parse(r->a, text, text.n + 1, &list, e) < 0)
		return err_wrap(e, "limits in the snapshot");
	r->quota = ARENA_ARRAY(r->a, Listed, jv_count(list) + 1);
	for (size_t i = 0; i < jv_count(list); i++) {
		Listed *q = &r->quota[r->quotas];
		JsonVal v = jv_at(list, i);

		*q = (Listed){ .model = STR("") };
		if (jv_str(v, "name", &q->name, e) < 0 || jv_str(v, "code", &q->code, e) < 0 || jv_num(v, "value", &q->value, e) < 0 ||
		    jv_bool(v, "adjustable", &q->adjustable, e) < 0 || jv_opt_str(v, "model", &q->model, e) < 0)
			return err_wrap(e, "limits in the snapshot");
		r->quotas += quota_read(q->name, &q->is);
	}
	return 0;
}

static int read_agents(Reading *r, Err *e)
{
	AgentVersionRow *row;
	size_t n;

	if (store_agents(r->s, r->a, &row, &n, e) < 0)
		return -1;
	r->agent = ARENA_ARRAY(r->a, AgentMax, n + 1);
	for (size_t i = 0; i < n; i++) {
		AgentMax *m = &r->agent[r->agents];
		JsonVal item;

		/* An item that says nothing of it is no mistake here. */
		if (row[i].is_route || !row[i].model.n || str_is(row[i].status, "deprecated") || str_is(row[i].status, "rejected") ||
		    jv_parse(r->a, row[i].raw_json, row[i].raw_json.n + 1, &item, NULL) < 0 ||
		    ddb_i64(ddb_map(item, "config"), "maxTokens", &m->max_tokens, NULL) < 0 || m->max_tokens < 1)
			continue;
		m->model = row[i].model;
		r->agents++;
	}
	return 0;
}

static int read_series(Reading *r, Err *e)
{
	if (store_metrics(r->s, r->from_ms, r->until_ms, r->a, &r->series, &r->count, e) < 0)
		return -1;
	r->model = ARENA_ARRAY(r->a, Str, r->count + 1);
	r->whole = ARENA_ARRAY(r->a, bool, r->count + 1);
	for (size_t i = 0; i < r->count; i++) {
		JsonVal dims;

		r->model[i] = STR("");
		if (!str_is(r->series[i].ns, "AWS/Bedrock") ||
		    jv_parse(r->a, r->series[i].dimensions_json, r->series[i].dimensions_json.n + 1, &dims, NULL) < 0)
			continue;
		(void)jv_str(dims, "ModelId", &r->model[i], NULL);       /* absent: a metric over all models */
		r->whole[i] = jv_count(dims) == 1;
	}
	return 0;
}

/* A model that is counted by tier or size as well is counted as a whole. */
static bool is_part(const Reading *r, size_t i)
{
	for (size_t k = 0; !r->whole[i] && k < r->count; k++)
		if (r->whole[k] && str_eq(r->model[k], r->model[i]) && str_eq(r->series[k].name, r->series[i].name))
			return true;
	return false;
}

/* --- what was used --- */

/* Calls through an application's profile take from the quotas of what it routes to. */
static Str called(const Reading *r, Str id)
{
	for (size_t i = 0; i < r->profiles; i++)
		if (r->profile[i].model.n && str_eq(r->profile[i].arn, id))
			return r->profile[i].model;
	return id;
}

static Used *used_of(Reading *r, Str id)
{
	Str as = called(r, id);
	QuotaWay way = quota_way(as);

	for (size_t i = 0; i < r->n; i++)
		if (r->used[i].way == way && str_eq(price_base_model(r->used[i].priced_as), price_base_model(as)))
			return &r->used[i];
	VEC_GROW(r->used, r->cap, r->n + 1);
	r->used[r->n] = (Used){ .id = id, .priced_as = as, .way = way };
	return &r->used[r->n++];
}

static void add_points(Reading *r, const MetricSeries *m, int64_t *minute, int weight)
{
	for (size_t i = 0; i < m->count; i++) {
		if (!m->points[i].has || m->points[i].t_ms < r->from_ms || m->points[i].t_ms >= r->until_ms)
			continue;
		minute[(m->points[i].t_ms - r->from_ms) / MINUTE_MS] += counted_of(m->points[i].v) * weight;
		r->any = true;
	}
}

static void add_latency(Used *u, const MetricSeries *m)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->points[i].has && counted_of(m->points[i].v)) {
			u->latency_ms += counted_of(m->points[i].v);
			u->latency_n++;
		}
}

static void add_series(Reading *r, size_t i)
{
	static const char *const parts[] = { "InputTokenCount", "CacheWriteInputTokenCount", "OutputTokenCount" };
	const MetricSeries *m = &r->series[i];
	Used *u = used_of(r, r->model[i]);

	if (str_is(m->name, "Invocations") || str_is(m->name, "InvocationThrottles")) {
		add_points(r, m, u->minute[QUOTA_REQUESTS], 1);
		u->counted[QUOTA_REQUESTS] = true;
		u->throttled += str_is(m->name, "InvocationThrottles") ? counted_points(m, r->from_ms, r->until_ms) : 0;
	} else if (str_is(m->name, "EstimatedTPMQuotaUsage")) {
		add_points(r, m, u->minute[QUOTA_TOKENS], 1);
		u->counted[QUOTA_TOKENS] = true;
	} else if (str_is(m->name, "InvocationLatency")) {
		add_latency(u, m);
	}
	for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
		if (str_is(m->name, parts[k])) {
			add_points(r, m, u->estimate, k == 2 ? quota_output_weight(u->priced_as) : 1);
			u->estimated = true;
		}
}

/* --- rows --- */

static const Listed *limit_of(const Reading *r, const Used *u, QuotaUnit unit)
{
	for (size_t i = 0; i < r->quotas; i++) {
		const Listed *q = &r->quota[i];

		if (q->is.unit == unit && q->is.way == u->way &&
		    (q->model.n ? str_eq(q->model, u->priced_as) : quota_is_of(q->is.model, u->priced_as)))
			return q;
	}
	return NULL;
}

static void fill_side(const Reading *r, const Used *u, QuotaUnit unit, HeadroomSide *out)
{
	const Listed *q = limit_of(r, u, unit);
	const int64_t *minute = u->minute[unit];
	bool counted = u->counted[unit];

	*out = (HeadroomSide){ .now = FIG_NONE, .peak = FIG_NONE, .limit = FIG_NONE };
	if (!counted && unit == QUOTA_TOKENS && u->estimated) {
		minute = u->estimate;
		counted = true;
		out->estimated = 1;
	}
	if (q) {
		out->limit = q->value < 1e15 ? (int64_t)q->value : FIG_NONE;
		out->adjustable = q->adjustable;
		fig_text(out->code, sizeof out->code, q->code);
		fig_text(out->name, sizeof out->name, q->name);
	}
	if (!counted)
		return;
	out->now = out->peak = 0;
	for (int i = 0; i < MINUTES; i++) {
		out->now += i >= MINUTES - NOW_MINUTES ? minute[i] : 0;
		if (minute[i] > out->peak) {
			out->peak = minute[i];
			out->peak_ms = r->from_ms + i * MINUTE_MS;
		}
	}
	out->now = (out->now + NOW_MINUTES / 2) / NOW_MINUTES;
}

static void fill_reserved(const Reading *r, const Used *u, HeadroomRow *out)
{
	int64_t peak = out->side[QUOTA_REQUESTS].peak, together;

	out->max_tokens = out->reserved = out->latency_ms = FIG_NONE;
	for (size_t i = 0; i < r->agents; i++)
		if (str_eq(price_base_model(r->agent[i].model), price_base_model(u->priced_as)) && r->agent[i].max_tokens > out->max_tokens)
			out->max_tokens = r->agent[i].max_tokens;
	if (u->latency_n)
		out->latency_ms = u->latency_ms / u->latency_n;
	if (out->max_tokens == FIG_NONE || out->latency_ms == FIG_NONE || peak == FIG_NONE)
		return;
	together = mul_div(peak, out->latency_ms, MINUTE_MS) + (peak > 0);
	out->reserved = mul_div(together, out->max_tokens, 1);
}

static int64_t part_ppm(int64_t used, int64_t limit)
{
	return limit > 0 ? mul_div(used, MILLION, limit) : used > 0 ? MILLION : 0;
}

int64_t headroom_ppm(const HeadroomRow *r, QuotaUnit unit)
{
	const HeadroomSide *s = &r->side[unit];
	int64_t more = unit == QUOTA_TOKENS && r->reserved != FIG_NONE ? r->reserved : 0;

	return s->limit == FIG_NONE || s->peak == FIG_NONE ? FIG_NONE : part_ppm(s->peak + more, s->limit);
}

int64_t headroom_worst_ppm(const HeadroomRow *r)
{
	int64_t worst = FIG_NONE;

	for (int i = 0; i < QUOTA_UNITS; i++)
		worst = headroom_ppm(r, (QuotaUnit)i) > worst ? headroom_ppm(r, (QuotaUnit)i) : worst;
	return worst;
}

static int fullest_first(const void *x, const void *y)
{
	const HeadroomRow *a = x, *b = y;
	int64_t pa = headroom_worst_ppm(a), pb = headroom_worst_ppm(b);

	if (pa != pb)
		return pa < pb ? 1 : -1;
	if (a->side[QUOTA_TOKENS].peak != b->side[QUOTA_TOKENS].peak)          /* nobody knows how full: the busiest */
		return a->side[QUOTA_TOKENS].peak < b->side[QUOTA_TOKENS].peak ? 1 : -1;
	return str_cmp(str_of(a->model), str_of(b->model));
}

static int read_one(Reading *r, Err *e)
{
	if (read_list(r, e) < 0 || read_agents(r, e) < 0 || read_series(r, e) < 0 || store_profiles(r->s, r->a, &r->profile, &r->profiles, e) < 0)
		return -1;
	for (size_t i = 0; i < r->count; i++)
		if (r->model[i].n && !is_part(r, i))
			add_series(r, i);
	return 0;
}

static void add_rows(const Reading *r, Str context, HeadroomRow **row, size_t *n, size_t *cap)
{
	for (size_t i = 0; r->any && i < r->n; i++) {
		const Used *u = &r->used[i];
		HeadroomRow *out;

		if (!u->counted[QUOTA_REQUESTS] && !u->counted[QUOTA_TOKENS] && !u->estimated)
			continue;
		VEC_GROW(*row, *cap, *n + 1);
		out = &(*row)[(*n)++];
		*out = (HeadroomRow){ .way = u->way, .throttled = u->throttled };
		fig_text(out->context, sizeof out->context, context);
		fig_text(out->model, sizeof out->model, u->id);
		for (int k = 0; k < QUOTA_UNITS; k++)
			fill_side(r, u, (QuotaUnit)k, &out->side[k]);
		fill_reserved(r, u, out);
	}
}

int headroom_compute(const Stores *from, const FiguresAsk *when, Headroom *out, Err *e)
{
	HeadroomRow *row = NULL;
	size_t n = 0, cap = 0;
	int rc = 0;

	*out = (Headroom){ .asked_ms = INT64_MAX };
	for (size_t i = 0; rc == 0 && i < from->n; i++) {
		int64_t counted = !when->past && when->counted_ms[i] && when->counted_ms[i] < when->now_ms ? when->counted_ms[i] : when->now_ms;
		Arena a = { 0 };
		Reading r = { .s = from->s[i], .a = &a, .until_ms = (floor_div(counted, MINUTE_MS) - LATE) * MINUTE_MS };

		if (!r.s)
			continue;
		r.from_ms = r.until_ms - MINUTES * MINUTE_MS;
		if ((rc = read_one(&r, e)) == 0)
			add_rows(&r, from->context ? str_of(from->context[i]) : STR(""), &row, &n, &cap);
		out->until_ms = r.until_ms > out->until_ms ? r.until_ms : out->until_ms;
		out->asked_ms = r.asked_ms < out->asked_ms ? r.asked_ms : out->asked_ms;
		free(r.used);
		arena_done(&a);
	}
	if (n)
		qsort(row, n, sizeof *row, fullest_first);
	for (size_t i = 0; rc == 0 && i < n && i < HEADROOM_ROWS; i++)
		out->row[out->n++] = row[i];
	out->total = (int32_t)n;
	out->asked_ms = out->asked_ms == INT64_MAX ? 0 : out->asked_ms;
	free(row);
	return rc;
}
