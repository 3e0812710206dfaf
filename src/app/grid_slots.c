/* Cells of weekdays by hours: means over whole weeks. */
#include <stdlib.h>
#include <string.h>

#include "app/grid_own.h"
#include "app/hours.h"
#include "base/num.h"
#include "base/xalloc.h"

typedef struct Slots { int64_t now[168], jobs[168]; Weighed base[168]; const HourSet *hours; HourSet slot[168]; } Slots;

static void add_slot(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	Slots *s = arg;

	(void)key;
	for (int i = 0; i < 168; i++) {
		const HourSet *h = &s->slot[i];
		int64_t at = hour - h->first;

		if (at < 0 || at >= (int64_t)h->n)
			continue;
		if (h->now[at]) {
			s->now[i] += x->nusd;
			s->jobs[i] += x->jobs;
		}
		if (h->weight[at])
			s->base[i] = hours_weigh(s->base[i], x->nusd, h->weight[at]);
	}
}

/* Whole weeks that are over: as many of each weekday, none of them cut. */
int grid_slots(const Stores *from, const FiguresAsk *when, int64_t covered_ms, Grid **out, Err *e)
{
	int64_t today = grid_day_start(when->now_ms, when->offset_ms);
	CostCell all = { .from_hour = today - BASE_DAYS * 24, .until_hour = today };
	Grid *g = grid_new(GRID_WEEKDAY_HOUR, 7, 24);
	Slots *s = xcalloc(1, sizeof *s);
	Against against[168], unused;
	Arena a = { 0 };
	HourSet every = hours_of(&all, when, 0, &a, &unused);
	int rc = 0;

	g->from_hour = today - GRID_SLOT_DAYS * 24;
	g->until_hour = today;
	for (int i = 0; i < 168; i++) {
		CostCell c;

		grid_cell(g, i / 24, i % 24, &c);
		s->slot[i] = hours_of(&c, when, covered_ms, &a, &against[i]);
	}
	for (size_t i = 0; i < from->n && rc == 0; i++)
		rc = from->s[i] ? hours_read(from->s[i], &every, DIM_ALL, HOURS_MONEY, add_slot, s, e) : 0;
	for (int i = 0; i < 168; i++) {
		GridCell *c = &g->cell[i];

		/* The mean of weeks of which some are not read yet would be too small. */
		if (!covered_ms || g->from_hour * HOUR_MS < covered_ms)
			continue;
		c->nusd = s->now[i];
		c->jobs = s->jobs[i];
		c->state = GRID_READ;
		if (against[i].known)
			c->base_nusd = floor_div(hours_mean(s->base[i]) + 500, 1000);
	}
	free(s);
	arena_done(&a);
	if (rc < 0)
		free(g);
	else
		*out = g;
	return rc;
}
