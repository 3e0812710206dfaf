#include "app/ask_outcomes.h"

#include <stdlib.h>
#include <string.h>

#include "app/compare.h"
#include "base/xalloc.h"

static int most_jobs(const void *x, const void *y)
{
	const Compared *a = x, *b = y;
	int c = str_cmp(a->key, b->key);

	if (a->now.jobs != b->now.jobs)
		return a->now.jobs < b->now.jobs ? 1 : -1;
	return c || !a->context ? c : strcmp(*a->context, *b->context);
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	Outcomes *o = xcalloc(1, sizeof *o);
	Arena a = { 0 };
	Compared *found;
	Against against;
	size_t n;

	if (compare_read(from, when, in, DIM_PERSONA, &a, &found, &n, &against, e) < 0) {
		arena_done(&a);
		free(o);
		return -1;
	}
	if (n)
		qsort(found, n, sizeof *found, most_jobs);
	o->hours = against.hours;
	for (size_t i = 0; i < n; i++) {
		OutcomeRow *r = &o->row[o->n];

		if (sums_zero(&found[i].now))            /* usual ones are no outcome */
			continue;
		sums_add(&o->all, &found[i].now);
		o->total++;
		if (o->n == OUTCOME_ROWS)
			continue;
		o->n++;
		fig_text(r->persona, sizeof r->persona, found[i].key);
		if (found[i].context)
			memcpy(r->context, *found[i].context, sizeof r->context);
		r->s = found[i].now;
	}
	arena_done(&a);
	*out = o;
	return 0;
}

const AskClass ask_outcomes = { .name = "outcomes", .in_size = sizeof(CostCell), .run = run };
