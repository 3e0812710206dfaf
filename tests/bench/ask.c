/* How long a store takes to answer, on the wall clock: for comparison with databases that hold the same jobs.
 *
 *     ask STORE NOW_MS ROUNDS      prints "NAME MICROSECONDS" for each question and round
 *     ask STORE NOW_MS p95         prints "TENANT MILLISECONDS"
 * The connection stays open, as theirs does; the first round is not printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/latency.h"

#define HOUR_MS INT64_C(3600000)

enum { IDS = 4096, HOURS = 168 };
typedef struct Asked {
	Store  *s;
	int64_t hour;                    /* the week of whole hours before it */
	Arena   a;
	int64_t cell[IDS][HOURS];        /* of a heatmap; ids are small numbers */
} Asked;

static int week_tenant(Asked *q, Err *e)
{
	CostGroup *g;
	size_t n;

	return store_cost(q->s, DIM_TENANT, (q->hour - HOURS) * HOUR_MS, q->hour * HOUR_MS, &q->a, &g, &n, e);
}

static int p95_tenant(Asked *q, Err *e)
{
	LatencyGroup *g;
	size_t n;

	return store_latency_by(q->s, DIM_TENANT, (q->hour - HOURS) * HOUR_MS, q->hour * HOUR_MS, &q->a, &g, &n, e);
}

static int heat_one(Asked *q, Err *e)
{
	static Sums hours[HOURS];

	return store_hours(q->s, DIM_TENANT, STR("tenant-042"), q->hour - HOURS, HOURS, hours, e);
}

static void put_cell(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	Asked *q = arg;

	q->cell[key[DIM_TENANT] % IDS][hour - (q->hour - HOURS)] = x->jobs ? x->nusd : 0;
}

static int heat_all(Asked *q, Err *e)
{
	return store_each_hour_money(q->s, DIM_TENANT, q->hour - HOURS, q->hour, put_cell, q, e);
}

static int print_p95(Asked *q, Err *e)
{
	LatencyGroup *g;
	size_t n;

	if (store_latency_by(q->s, DIM_TENANT, (q->hour - HOURS) * HOUR_MS, q->hour * HOUR_MS, &q->a, &g, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		(void)printf("%.*s %lld\n", (int)g[i].key.n, g[i].key.p, (long long)g[i].p95_ms);
	return 0;
}

static int time_all(Asked *q, long rounds, Err *e)
{
	static const struct { const char *name; int (*run)(Asked *q, Err *e); } all[] = {
		{ "week_tenant", week_tenant }, { "p95_tenant", p95_tenant }, { "heat_one", heat_one }, { "heat_all", heat_all },
	};

	for (long round = 0; round <= rounds; round++)
		for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
			int64_t began = clock_mono_ns();

			if (all[i].run(q, e) < 0)
				return -1;
			if (round)
				(void)printf("%s %.1f\n", all[i].name, (double)(clock_mono_ns() - began) / 1000);
			arena_reset(&q->a);
		}
	return 0;
}

int main(int argc, char **argv)
{
	static Asked q;
	Err e = { 0 };
	int rc;

	if (argc != 4)
		return 2;
	q.hour = strtoll(argv[2], NULL, 10) / HOUR_MS;
	if (!(q.s = store_open(argv[1], STORE_READ, NULL, &e)))
		rc = -1;
	else
		rc = strcmp(argv[3], "p95") == 0 ? print_p95(&q, &e) : time_all(&q, strtol(argv[3], NULL, 10), &e);
	if (rc < 0)
		(void)fprintf(stderr, "ask: %s\n", e.text);
	store_close(q.s);
	arena_done(&q.a);
	return rc < 0;
}
