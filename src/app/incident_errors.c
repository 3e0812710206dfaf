/* Which errors, and when: classes by code and version, and the share of failures over time. */
#include "app/incident_own.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"

/* Failed jobs that are looked at one by one: the newest. */
enum { FAILED_MAX = 20000, MINUTE_MS = 60000 };

static int most_first(const void *px, const void *py)
{
	const ErrorFact *x = px, *y = py;
	int c;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	c = str_cmp(x->code, y->code);
	return c ? c : str_cmp(x->version, y->version);
}

static ErrorFact *error_at(ErrorFact **v, size_t *n, size_t *cap, Str code, Str version)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*v)[i].code, code) && str_eq((*v)[i].version, version))
			return &(*v)[i];
	VEC_GROW(*v, *cap, *n + 1);
	(*v)[*n] = (ErrorFact){ .code = code, .version = version, .first_ms = INT64_MAX };
	return &(*v)[(*n)++];
}

int incident_errors(Incident *x, Err *e)
{
	IncidentFacts *f = x->out;
	JobFilter filter = { .booked_from_ms = x->q->since_ms, .booked_until_ms = x->q->until_ms, .states = 1u << JOB_FAILED, .limit = FAILED_MAX };
	ErrorFact *found = NULL;
	size_t n, kinds = 0, cap = 0;
	JobRow *row;

	if (f->agent.n)
		filter.key[DIM_AGENT] = f->agent;
	if (store_jobs(x->s, &filter, x->a, &row, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const Job *j = &row[i].job;
		Str version = f->agent.n ? j->version : arena_printf(x->a, "%.*s@%.*s", STR_ARG(j->agent), STR_ARG(j->version));
		ErrorFact *c = error_at(&found, &kinds, &cap, j->error_code, version);
		int64_t ms = j->updated_ms;

		c->n++;
		c->first_ms = ms < c->first_ms ? ms : c->first_ms;
		c->last_ms = ms > c->last_ms ? ms : c->last_ms;
		c->example = c->example.n ? c->example : j->error_message;
	}
	f->error = ARENA_ARRAY(x->a, ErrorFact, kinds + 1);
	for (size_t i = 0; i < kinds; i++)
		f->error[i] = found[i];
	free(found);
	f->errors = kinds;
	if (kinds)
		qsort(f->error, kinds, sizeof *f->error, most_first);
	f->failed_read = (int64_t)n;
	f->failed_all = f->total.failed;
	return 0;
}

/* At most SLOTS_MAX of a round length. */
static int64_t slot_ms(int64_t span_ms)
{
	static const int64_t minutes[] = { 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440 };
	size_t i = 0;

	while (i + 1 < sizeof minutes / sizeof *minutes && span_ms > minutes[i] * MINUTE_MS * SLOTS_MAX)
		i++;
	return minutes[i] * MINUTE_MS * SLOTS_MAX >= span_ms ? minutes[i] * MINUTE_MS : (span_ms / SLOTS_MAX / MINUTE_MS + 1) * MINUTE_MS;
}

int incident_slots(Incident *x, Err *e)
{
	IncidentFacts *f = x->out;
	SlotFacts *t = &f->slot;
	int64_t span = x->q->until_ms - x->q->since_ms;

	t->slot_ms = slot_ms(span);
	t->from_ms = floor_div(x->q->since_ms, t->slot_ms) * t->slot_ms;
	t->slots = (size_t)((x->q->until_ms - t->from_ms + t->slot_ms - 1) / t->slot_ms);
	for (size_t i = 0; i < f->versions && t->versions < SLOT_VERSIONS; i++)
		if (f->version[i].s.jobs)
			t->version[t->versions++] = f->version[i].key;
	t->failed = ARENA_ARRAY(x->a, int64_t, t->slots * SLOT_VERSIONS + 1);
	t->decided = ARENA_ARRAY(x->a, int64_t, t->slots * SLOT_VERSIONS + 1);
	for (size_t i = 0; i < t->slots; i++) {
		int64_t from = t->from_ms + (int64_t)i * t->slot_ms, until = from + t->slot_ms;
		CostGroup *g;
		Arena a = { 0 };
		size_t n;

		from = from < x->q->since_ms ? x->q->since_ms : from;
		if (store_cost(x->s, DIM_VERSION, from, until < x->q->until_ms ? until : x->q->until_ms, &a, &g, &n, e) < 0) {
			arena_done(&a);
			return -1;
		}
		for (size_t k = 0; k < n; k++)
			for (size_t v = 0; v < t->versions; v++)
				if (str_eq(g[k].key, t->version[v])) {
					t->failed[v * t->slots + i] = g[k].s.failed;
					t->decided[v * t->slots + i] = g[k].s.failed + g[k].s.succeeded;
				}
		arena_done(&a);
	}
	return 0;
}
