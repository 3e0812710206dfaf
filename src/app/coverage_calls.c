/* What the program's own calls cost today and how many it sends: a part of coverage, because it decides how fresh the rest is. */
#include "app/coverage_own.h"

#include "base/clock.h"
#include "model/money.h"
#include "store/own_cost.h"

enum { OPS_SHOWN = 8 };

void coverage_of_calls(CoverageList *l, Session *s, int64_t now_ms)
{
	const OwnCost *o = &s->own_cost;
	Bucket *b = &s->shared->bucket;
	bool capped = own_cost_capped(o, now_ms), half = own_cost_half(o, now_ms);
	int64_t sent = bucket_sent(b, clock_mono_ms());
	char was[MONEY_TEXT], max[MONEY_TEXT];
	CoverageLine *line = coverage_add(l, "own_cost", STR("own calls today"), half ? DOCTOR_WARN : DOCTOR_OK);

	money_screen(own_cost_today(o, now_ms), was);
	money_screen(o->cap_nusd, max);
	line->found = arena_printf(&l->arena, "%s of %s (UTC day), %lld requests%s", was, max, (long long)own_cost_calls(o, now_ms),
	                           capped ? "; jobs and metrics are read ten times less often" : half ? "; no Live Tail any more" : "");
	if (half)
		line->remedy = STR("raise limits.own_cost_usd_per_day, or wait for midnight UTC; registry and alarms go on");
	line = coverage_add(l, "calls", STR("requests a minute"), b->per_minute && sent * 10 > b->per_minute * 8 ? DOCTOR_WARN : DOCTOR_OK);
	if (b->per_minute)
		line->found = arena_printf(&l->arena, "%lld of %lld in the last minute, %lld had to wait so far", (long long)sent,
		                           (long long)b->per_minute, (long long)b->held);
	else
		line->found = arena_printf(&l->arena, "%lld in the last minute, without a limit", (long long)sent);
	if (line->verdict == DOCTOR_WARN)
		line->remedy = STR("raise limits.api_calls_per_minute, or poll less often (sources.*.poll)");
}

int coverage_of_own_ops(CoverageList *l, Store *s, int64_t now_ms, Err *e)
{
	Arena a = { 0 };
	OwnCostRow *row;
	size_t n;
	int rc = store_own_cost_day(s, now_ms / INT64_C(86400000), &a, &row, &n, e);

	for (size_t i = 0; rc == 0 && i < n && i < OPS_SHOWN && row[i].nusd; i++) {
		CoverageLine *line = coverage_add(l, "own_cost", row[i].op, DOCTOR_OK);
		char usd[MONEY_TEXT];

		money_screen(row[i].nusd, usd);
		line->found = arena_printf(&l->arena, "%s, %lld requests", usd, (long long)row[i].calls);
	}
	arena_done(&a);
	return rc;
}
