#include "app/own_cost.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/watch.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "model/money.h"
#include "store/own_cost.h"

enum { KEEP_MS = 15000, LOOK_MS = 60000 };
static const int64_t day_ms = 86400000;

void own_cost_open(OwnCost *o, int64_t cap_nusd)
{
	*o = (OwnCost){ .cap_nusd = cap_nusd };
}

/* Of an older day nothing counts any more. */
static void turn_day(OwnCost *o, int64_t day)
{
	if (o->day == day)
		return;
	o->day = day;
	o->stored_nusd = o->stored_calls = 0;
	o->known = false;
}

static OwnCostPart *part_of(OwnCost *o, const AwsOp *op, int64_t day)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->part[i].op == op && o->part[i].day == day)
			return &o->part[i];
	VEC_GROW(o->part, o->cap, o->n + 1);
	o->part[o->n] = (OwnCostPart){ .op = op, .day = day };
	return &o->part[o->n++];
}

void own_cost_note(OwnCost *o, const AwsOp *op, int64_t calls, int64_t nusd, int64_t now_ms)
{
	int64_t day = now_ms / day_ms;
	OwnCostPart *p;

	if (!calls && !nusd)
		return;
	turn_day(o, day);
	p = part_of(o, op, day);
	p->calls += calls;
	p->nusd += nusd;
}

int64_t own_cost_today(const OwnCost *o, int64_t now_ms)
{
	int64_t day = now_ms / day_ms, sum = o->day == day ? o->stored_nusd + o->away_nusd : 0;

	for (size_t i = 0; i < o->n; i++)
		sum += o->part[i].day == day ? o->part[i].nusd : 0;
	return sum;
}

int64_t own_cost_calls(const OwnCost *o, int64_t now_ms)
{
	int64_t day = now_ms / day_ms, sum = o->day == day ? o->stored_calls + o->away_calls : 0;

	for (size_t i = 0; i < o->n; i++)
		sum += o->part[i].day == day ? o->part[i].calls : 0;
	return sum;
}

bool own_cost_capped(const OwnCost *o, int64_t now_ms)
{
	return own_cost_today(o, now_ms) >= o->cap_nusd;
}

bool own_cost_half(const OwnCost *o, int64_t now_ms)
{
	return own_cost_today(o, now_ms) >= o->cap_nusd / 2;
}

void own_cost_text(const OwnCost *o, int64_t now_ms, char out[OWN_COST_TEXT])
{
	char was[MONEY_TEXT], max[MONEY_TEXT];

	money_screen(own_cost_today(o, now_ms), was);
	money_screen(o->cap_nusd, max);
	(void)snprintf(out, OWN_COST_TEXT, "own calls: %s of %s today (UTC)", was, max);
}

/* --- into the store --- */

typedef struct Keep {
	Watch *w;
	OwnCostPart *part; size_t n;           /* taken out of the meter; they go back when it fails */
	int64_t day;
	OwnCostSum today;
} Keep;

static OwnCostRow *rows_of(const OwnCostPart *part, size_t n, Arena *a)
{
	OwnCostRow *row = ARENA_ARRAY(a, OwnCostRow, n + 1);

	for (size_t i = 0; i < n; i++)
		row[i] = (OwnCostRow){ part[i].day, arena_printf(a, "%s %s", part[i].op->service->id, part[i].op->name), part[i].calls,
		                       part[i].nusd };
	return row;
}

static int keep_parts(Store *s, void *work, Err *e)
{
	Keep *k = work;
	Arena a = { 0 };
	int rc = k->n ? store_own_cost_add(s, rows_of(k->part, k->n, &a), k->n, k->day, &k->today, e)
	              : store_own_cost_sum(s, k->day, &k->today, e);

	arena_done(&a);
	return rc;
}

/* The watch lives as long as its store has work. What could not be kept is tried again. */
static void kept(void *work, const Err *err)
{
	Keep *k = work;
	OwnCost *o = &k->w->session.own_cost;

	o->busy = false;
	o->away_nusd = o->away_calls = 0;
	for (size_t i = 0; err && i < k->n; i++) {
		OwnCostPart *p = part_of(o, k->part[i].op, k->part[i].day);

		p->calls += k->part[i].calls;
		p->nusd += k->part[i].nusd;
	}
	if (!err && o->day == k->day) {
		bool before = own_cost_capped(o, k->day * day_ms);

		o->stored_nusd = k->today.nusd;
		o->stored_calls = k->today.calls;
		o->known = true;
		if (k->w->feeds && before != own_cost_capped(o, k->day * day_ms))
			watch_changed(k->w);
	}
	free(k->part);
	free(k);
}

void own_cost_tick(Watch *w, int64_t now_ms)
{
	OwnCost *o = &w->session.own_cost;
	int64_t mono_ms = clock_mono_ms();
	StoreWork work;
	Keep *k;

	turn_day(o, now_ms / day_ms);
	if (o->busy || (o->known && mono_ms < o->due_ms))
		return;
	o->due_ms = mono_ms + (o->n ? KEEP_MS : LOOK_MS);
	k = xcalloc(1, sizeof *k);
	*k = (Keep){ .w = w, .part = o->part, .n = o->n, .day = o->day };
	for (size_t i = 0; i < o->n; i++) {
		o->away_nusd += o->part[i].day == o->day ? o->part[i].nusd : 0;
		o->away_calls += o->part[i].day == o->day ? o->part[i].calls : 0;
	}
	o->part = NULL;
	o->n = o->cap = 0;
	o->busy = true;
	work = (StoreWork){ keep_parts, kept, k };
	/* Through the writer also when there is only something to read: it makes the file. */
	storeq_write(w->queue, work);
}

void own_cost_close(OwnCost *o, const char *store_path)
{
	Store *s = o->n && store_path && file_exists(store_path) ? store_open(store_path, STORE_WRITE, NULL, NULL) : NULL;
	Arena a = { 0 };

	/* A program that ends cannot do anything about a failure. */
	if (s)
		(void)store_own_cost_add(s, rows_of(o->part, o->n, &a), o->n, o->day, NULL, NULL);
	store_close(s);
	arena_done(&a);
	free(o->part);
	*o = (OwnCost){ 0 };
}
