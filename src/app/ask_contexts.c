#include "app/ask_contexts.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

enum { MINUTES = 65 };

static Sums sum(const Sums *minute, int from, int n)
{
	Sums all = { 0 };

	for (int i = from; i < from + n; i++)
		sums_add(&all, &minute[i]);
	return all;
}

static int cost_between(Store *s, int64_t from_ms, int64_t until_ms, Sums *out, Err *e)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t n;
	int rc = store_cost(s, DIM_ALL, from_ms, until_ms, &a, &g, &n, e);

	*out = rc == 0 && n ? g[0].s : (Sums){ 0 };
	arena_done(&a);
	return rc;
}

/* As the vital signs count them, of one store. */
static int read_one(Store *s, const FiguresAsk *when, int64_t known_ms, ContextRow *r, Err *e)
{
	int64_t minute = floor_div(known_ms, MINUTE_MS), midnight = floor_div(when->now_ms + when->offset_ms, DAY_MS) * DAY_MS - when->offset_ms;
	Sums m[MINUTES], five, today;

	if (store_minutes(s, minute - MINUTES + 1, MINUTES, m, e) < 0 ||
	    (when->past && cost_between(s, minute * MINUTE_MS, known_ms + 1, &m[MINUTES - 1], e) < 0) ||
	    cost_between(s, midnight, when->past ? when->now_ms + 1 : 0, &today, e) < 0)
		return -1;
	five = sum(m, MINUTES - 6, 6);
	r->rate_nusd = mul_div(five.nusd, HOUR_MS, 5 * MINUTE_MS + known_ms % MINUTE_MS);
	r->jobs_milli = mul_div(five.jobs * 1000, MINUTE_MS, 5 * MINUTE_MS + known_ms % MINUTE_MS);
	r->hour = sum(m, MINUTES - 61, 61);
	r->today_nusd = today.nusd;
	for (int i = 0; i < FIG_SPARK; i++)
		r->spark[i] = sum(m, MINUTES - 2 * (FIG_SPARK - i), 2).nusd;
	r->read = 1;
	return 0;
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	ContextRows *all = xcalloc(1, sizeof *all);

	(void)in;
	for (size_t i = 0; i < from->n && i < FIG_CONTEXTS; i++) {
		ContextRow *r = &all->row[all->n++];
		bool late = !when->past && when->known_ms[i] && when->known_ms[i] < when->now_ms;

		if (from->context)
			memcpy(r->name, from->context[i], sizeof r->name);
		if (from->s[i] && read_one(from->s[i], when, late ? when->known_ms[i] : when->now_ms, r, e) < 0) {
			free(all);
			return -1;
		}
	}
	*out = all;
	return 0;
}

const AskClass ask_contexts = { .name = "contexts", .in_size = sizeof(ContextsAsk), .run = run };
