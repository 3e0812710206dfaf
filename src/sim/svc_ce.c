/* Cost Explorer: GetCostAndUsage over the simulated bill (sim/bill.h). Source: AWS Billing and Cost Management API
 * Reference, "GetCostAndUsage". */
#include "sim/serve.h"

#include <inttypes.h>
#include <stdlib.h>

#include "sim/bill_filter.h"
#include "sim/rng.h"
#include "wire/time8601.h"

enum { GROUPS_MAX = 2, PAGE_ROWS = 500, HISTORY_MONTHS = 14, HOURLY_DAYS = 14, REPORT_LIFE_MS = 3600 * 1000, CHECK_DIGITS = 16 };
static const int64_t hour_ms = 3600 * 1000, day_ms = INT64_C(86400000), unit = INT64_C(10000000000);

typedef enum Grain { DAILY, MONTHLY, HOURLY, GRAINS } Grain;
static const char *const grains[GRAINS] = { "DAILY", "MONTHLY", "HOURLY" };

typedef struct Report {
	SimCall *c;
	const CeCostIn *in;
	Grain    grain;
	int64_t  from_ms, to_ms;
	JsonVal  filter;
	uint64_t salt;                       /* of everything but the token */
	size_t   groups;                     /* of the lines, by their keys in order; 1 without GroupBy */
	Str      key[BILL_KINDS][GROUPS_MAX];
	int      group[BILL_KINDS];          /* of each kind of line; -1: filtered out */
} Report;

static int invalid(SimCall *c, const char *text)
{
	sim_fail(c, 400, "ValidationException", text);
	return -1;
}

static int64_t month_after(int64_t ms, int months)
{
	CivilTime t = time_civil(ms);
	int m = t.year * 12 + t.month - 1 + months;

	return time_from_civil((CivilTime){ .year = m / 12, .month = m % 12 + 1, .day = 1 });
}

static int read_time(Str s, Grain g, int64_t *out)
{
	if (s.n != 10 && !(g == HOURLY && s.n == 20))
		return -1;
	return time_parse_iso(s, out) < 0 || *out % hour_ms ? -1 : 0;
}

static int read_period(Report *r)
{
	SimCall *c = r->c;
	int64_t now = c->now_ms;

	if (read_time(r->in->period.start, r->grain, &r->from_ms) < 0 || read_time(r->in->period.end, r->grain, &r->to_ms) < 0)
		return invalid(c, r->grain == HOURLY ? "Start and End must be times like 2026-08-01T14:00:00Z."
		                                     : "Start and End must be days like 2026-08-01.");
	if (r->from_ms >= r->to_ms)
		return invalid(c, "Start date (and hour) should be before end date (and hour)");
	if (r->from_ms < month_after(now, -HISTORY_MONTHS))
		return invalid(c, "You haven't enabled historical data beyond 14 months");
	if (r->to_ms > month_after(now, 1))
		return invalid(c, "end date past the beginning of next month");
	if (r->grain == HOURLY && r->from_ms < now - HOURLY_DAYS * day_ms)
		return invalid(c, "You can't retrieve hourly data older than 14 days.");
	if (r->from_ms > now) {
		sim_fail(c, 400, "DataUnavailableException", "Data is not available. Please try to adjust the time period.");
		return -1;
	}
	return 0;
}

static bool known_metric(Str name)
{
	static const char *const metrics[] = { "UnblendedCost", "BlendedCost", "AmortizedCost", "NetUnblendedCost", "NetAmortizedCost",
	                                       "UsageQuantity", "NormalizedUsageAmount" };

	for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++)
		if (str_is(name, metrics[i]))
			return true;
	return false;
}

static int read_request(Report *r)
{
	const CeCostIn *in = r->in;
	SimCall *c = r->c;
	Err e = { 0 };

	while (r->grain < GRAINS && !str_is(in->granularity, grains[r->grain]))
		r->grain++;
	if (r->grain == GRAINS)
		return invalid(c, "Granularity must be DAILY, MONTHLY or HOURLY.");
	if (read_period(r) < 0)
		return -1;
	for (size_t i = 0; i < in->metrics.n; i++)
		if (!known_metric(in->metrics.v[i]))
			return invalid(c, arena_printf(c->arena, "Metrics: %.*s is not one.", STR_ARG(str_sub(in->metrics.v[i], 0, 60))).p);
	if (in->group_by.n > GROUPS_MAX)
		return invalid(c, "GroupBy can have at most two groups.");
	for (size_t i = 0; i < in->group_by.n; i++)
		if (bill_group_check(&in->group_by.v[i], &e) < 0)
			return invalid(c, e.text);
	if (in->filter.n && (jv_parse(c->arena, in->filter, in->filter.n, &r->filter, &e) < 0 || bill_filter_check(r->filter, &e) < 0))
		return invalid(c, e.text);
	return 0;
}

static uint64_t salt_of(const CeCostIn *in)
{
	uint64_t salt = rng_join(str_hash(in->period.start), rng_join(str_hash(in->period.end), str_hash(in->filter)));

	salt = rng_join(salt, str_hash(in->granularity));
	for (size_t i = 0; i < in->metrics.n; i++)
		salt = rng_join(salt, str_hash(in->metrics.v[i]));
	for (size_t i = 0; i < in->group_by.n; i++)
		salt = rng_join(salt, rng_join(str_hash(in->group_by.v[i].type), str_hash(in->group_by.v[i].key)));
	return salt;
}

/* A token says of which request it is, when the report was made and with which period to go on. */
static Str token_of(const Report *r, int64_t made_ms, size_t period)
{
	return arena_printf(r->c->arena, "%016" PRIx64 "%" PRId64 ".%zu", rng_join(r->salt, (uint64_t)made_ms ^ period), made_ms, period);
}

static int read_token(const Report *r, int64_t *made_ms, size_t *period)
{
	Str rest = str_sub(r->in->next_token, CHECK_DIGITS, r->in->next_token.n), made = str_cut(rest, '.', &rest);
	int64_t at = 0;

	*made_ms = r->c->now_ms;
	*period = 0;
	if (!r->in->next_token.n)
		return 0;
	if (str_i64(made, made_ms) < 0 || str_i64(rest, &at) < 0 || at < 0)
		sim_fail(r->c, 400, "InvalidNextTokenException", "The pagination token is invalid. Try again without a pagination token.");
	else if (!str_eq(r->in->next_token, token_of(r, *made_ms, (size_t)at)))
		sim_fail(r->c, 400, "RequestChangedException", "Your request parameters changed between pages. Try again with the old parameters "
		         "or without a pagination token.");
	else if (r->c->now_ms - *made_ms > REPORT_LIFE_MS)
		sim_fail(r->c, 400, "BillExpirationException", "The requested report expired. Update the date interval and try again.");
	else {
		*period = (size_t)at;
		return 0;
	}
	return -1;
}

static int by_key(const void *pa, const void *pb)
{
	const Str *a = pa, *b = pb;
	int d = str_cmp(a[0], b[0]);

	return d ? d : str_cmp(a[1], b[1]);
}

/* Which group each kind of line belongs to. Done once: a period only adds up. */
static void set_groups(Report *r)
{
	Str mine[BILL_KINDS][GROUPS_MAX];
	size_t n = 0;

	for (unsigned k = 0; k < BILL_KINDS; k++) {
		const BillKind *kind = bill_kind(r->c->sim, k);

		r->group[k] = -1;
		for (size_t i = 0; i < GROUPS_MAX; i++)
			mine[k][i] = i < r->in->group_by.n ? bill_group_key(r->c->arena, &r->in->group_by.v[i], kind, r->c->who.account) : STR("");
		if (!bill_filter_holds(r->filter, kind, r->c->who.account))
			continue;
		r->group[k] = 0;
		r->key[n][0] = mine[k][0];
		r->key[n++][1] = mine[k][1];
	}
	if (n)
		qsort(r->key, n, sizeof r->key[0], by_key);
	for (size_t i = 0; i < n; i++)
		if (!r->groups || by_key(r->key[i], r->key[r->groups - 1]) != 0) {
			r->key[r->groups][0] = r->key[i][0];
			r->key[r->groups++][1] = r->key[i][1];
		}
	for (unsigned k = 0; k < BILL_KINDS; k++)
		for (size_t g = 0; r->group[k] >= 0 && g < r->groups; g++)
			if (by_key(mine[k], r->key[g]) == 0)
				r->group[k] = (int)g;
}

static Str decimal(Arena *a, int64_t v)
{
	int64_t all = v < 0 ? -v : v;

	if (!v)
		return STR("0");
	return arena_printf(a, "%s%" PRId64 ".%010" PRId64, v < 0 ? "-" : "", all / unit, all % unit);
}

static void put_metrics(const Report *r, BillCell sum, CeMetric **v, size_t *n)
{
	Arena *a = r->c->arena;

	*v = ARENA_ARRAY(a, CeMetric, r->in->metrics.n);
	for (*n = 0; *n < r->in->metrics.n; ++*n) {
		Str name = r->in->metrics.v[*n];

		if (str_is(name, "UsageQuantity") || str_is(name, "NormalizedUsageAmount"))
			(*v)[*n] = (CeMetric){ name, { decimal(a, str_is(name, "UsageQuantity") ? sum.quantity : 0), STR("N/A") } };
		else
			(*v)[*n] = (CeMetric){ name, { decimal(a, sum.usd), STR("USD") } };
	}
}

static Str time_text(const Report *r, int64_t ms)
{
	char text[TIME_TEXT];

	time_format_iso(ms, text);
	return r->grain == HOURLY ? arena_printf(r->c->arena, "%.19sZ", text) : arena_printf(r->c->arena, "%.10s", text);
}

/* One period; returns how many rows it takes on a page. */
static size_t put_period(const Report *r, int64_t from, int64_t to, CeResult *out)
{
	BillCell sum[BILL_KINDS] = { { 0, 0 } };
	bool seen[BILL_KINDS] = { false };

	for (int64_t h = from / hour_ms; h < to / hour_ms && h * hour_ms <= r->c->now_ms; h++) {
		const BillCell *cell = bill_hour(r->c->sim, h, r->c->now_ms);

		for (unsigned k = 0; cell && k < BILL_KINDS; k++) {
			if (r->group[k] < 0)
				continue;
			sum[r->group[k]].usd += cell[k].usd;
			sum[r->group[k]].quantity += cell[k].quantity;
			seen[r->group[k]] |= cell[k].usd || cell[k].quantity;
		}
	}
	out->period = (CeInterval){ time_text(r, from), time_text(r, to) };
	out->estimated = to + BILL_FINAL_MS > r->c->now_ms;
	if (!r->in->group_by.n) {
		put_metrics(r, sum[0], &out->total.v, &out->total.n);
		return 1;
	}
	out->groups.v = ARENA_ARRAY(r->c->arena, CeGroup, r->groups + 1);
	for (size_t g = 0; g < r->groups; g++) {
		CeGroup *one = &out->groups.v[out->groups.n];

		if (!seen[g])
			continue;
		out->groups.n++;
		one->keys.v = ARENA_ARRAY(r->c->arena, Str, GROUPS_MAX);
		for (one->keys.n = 0; one->keys.n < r->in->group_by.n; one->keys.n++)
			one->keys.v[one->keys.n] = r->key[g][one->keys.n];
		put_metrics(r, sum[g], &one->metrics.v, &one->metrics.n);
	}
	return out->groups.n + 1;
}

static int64_t period_end(const Report *r, int64_t from)
{
	int64_t end = r->grain == MONTHLY ? month_after(from, 1) : from + (r->grain == DAILY ? day_ms : hour_ms);

	return end < r->to_ms ? end : r->to_ms;
}

static int get_cost(SimCall *c, const void *input, void *output)
{
	Report r = { .c = c, .in = input, .salt = salt_of(input) };
	CeCostOut *out = output;
	size_t first, at = 0, rows = 0;
	int64_t made_ms;

	bill_ask(c->sim, c->now_ms);
	if (read_request(&r) < 0 || read_token(&r, &made_ms, &first) < 0)
		return -1;
	set_groups(&r);
	out->group_by.v = r.in->group_by.v;
	out->group_by.n = r.in->group_by.n;
	out->results.v = ARENA_ARRAY(c->arena, CeResult, (size_t)((r.to_ms - r.from_ms) / (r.grain == HOURLY ? hour_ms : day_ms)) + 1);
	for (int64_t from = r.from_ms, to; from < r.to_ms; from = to, at++) {
		to = period_end(&r, from);
		if (at < first)
			continue;
		if (rows >= PAGE_ROWS) {
			out->next_token = token_of(&r, made_ms, at);
			break;
		}
		rows += put_period(&r, from, to, &out->results.v[out->results.n++]);
	}
	return 0;
}

static const SimRow rows[] = { { &op_ce_get_cost_and_usage, get_cost, NULL } };
const SimTable sim_ce = SIM_TABLE(rows);
