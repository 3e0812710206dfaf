#include "app/hours.h"

#include <string.h>

#include "base/num.h"

#define HOUR_MS INT64_C(3600000)

/* What an hour counts towards the usual: thousandths times 2^WEIGHT_BITS. A mean over thirty hours is exact to far below a nUSD. */
enum { WEIGHT_BITS = 40, BASE_WINDOW = BASE_DAYS * 24, DAYS_LEAST = BASE_LEAST / 3 };

/* How much of the hour has passed. */
static int64_t part_of(int64_t hour, int64_t now_ms)
{
	int64_t part = now_ms - hour * HOUR_MS;

	return part >= HOUR_MS ? HOUR_MS : part < 0 ? 0 : part;
}

static void weigh_hour(HourSet *h, const FiguresAsk *when, int64_t hour, int64_t covered_ms, Against *g)
{
	int64_t base[BASE_HOURS_MAX], part = part_of(hour, when->now_ms), kept = 0;
	size_t n = baseline_hours(hour, when->now_ms, when->offset_ms, base);

	for (size_t i = 0; covered_ms && i < n; i++)
		if (base[i] * HOUR_MS >= covered_ms)
			base[kept++] = base[i];
	g->hours++;
	g->samples = g->hours == 1 || kept < g->samples ? kept : g->samples;
	g->part_ms = part < HOUR_MS ? part : g->part_ms;
	if (kept < BASE_LEAST)
		return;
	g->based++;
	for (int64_t i = 0; i < kept; i++) {
		int64_t at = base[i] - h->first;

		if (at >= 0 && at < (int64_t)h->n)
			h->weight[at] += (uint64_t)(((unsigned __int128)1000 << WEIGHT_BITS) * (uint64_t)part / ((uint64_t)kept * HOUR_MS));
	}
}

/* The same for a whole day: its usual is the mean of the days of its kind before it, and each of their hours counts as much. */
static void weigh_day(HourSet *h, int64_t day, int64_t today, int64_t covered_ms, Against *g)
{
	int64_t base[BASE_DAYS], kept = 0;

	for (int64_t d = day - BASE_DAYS + 1; covered_ms && d < day; d++)
		if (day_is_weekend(d) == day_is_weekend(day) && d >= today - BASE_DAYS && d * 24 * HOUR_MS >= covered_ms)
			base[kept++] = d * 24 - h->first;
	g->hours += 24;
	g->samples = g->hours == 24 || kept < g->samples ? kept : g->samples;
	if (kept < DAYS_LEAST)
		return;
	g->based += 24;
	for (int64_t i = 0; i < kept; i++)
		for (int k = 0; k < 24; k++)
			h->weight[base[i] + k] += ((uint64_t)1000 << WEIGHT_BITS) / (uint64_t)kept;
}

/* Whole days that are over: their totals are kept by the day. */
static HourSet days_of(const CostCell *c, int64_t running, int64_t covered_ms, Arena *a, Against *g)
{
	int64_t today = floor_div(running, 24), until = cell_until(c, running);
	HourSet h = { .first = c->from_hour < (today - BASE_DAYS) * 24 ? c->from_hour : (today - BASE_DAYS) * 24 };

	h.n = (size_t)(today * 24 - h.first);
	h.now = ARENA_ARRAY(a, bool, h.n);
	h.weight = ARENA_ARRAY(a, uint64_t, h.n);
	for (int64_t hour = c->from_hour; hour < until; hour += 24) {
		for (int k = 0; k < 24; k++)
			h.now[hour - h.first + k] = true;
		weigh_day(&h, floor_div(hour, 24), today, covered_ms, g);
	}
	g->by_day = true;
	g->known = g->hours && g->based == g->hours;
	if (!g->known)
		memset(h.weight, 0, h.n * sizeof *h.weight);
	return h;
}

HourSet hours_of(const CostCell *c, const FiguresAsk *when, int64_t covered_ms, Arena *a, Against *g)
{
	int64_t running = floor_div(when->now_ms, HOUR_MS), from = c->until_hour ? c->from_hour : running - BASE_WINDOW;
	int64_t until = cell_until(c, running);
	HourSet h = { .first = running - BASE_WINDOW < from ? running - BASE_WINDOW : from };

	*g = (Against){ 0 };
	if (c->days)
		return days_of(c, running, covered_ms, a, g);
	h.n = (size_t)(running + 1 - h.first);
	h.cut_ms = when->past ? when->now_ms + 1 : 0;
	h.now = ARENA_ARRAY(a, bool, h.n);
	h.weight = ARENA_ARRAY(a, uint64_t, h.n);
	for (int64_t hour = from; hour < until; hour++) {
		if (!cell_has_hour(c, hour, when->offset_ms))
			continue;
		h.now[hour - h.first] = true;
		weigh_hour(&h, when, hour, covered_ms, g);
	}
	g->known = g->hours && g->based == g->hours;
	if (!g->known)
		memset(h.weight, 0, h.n * sizeof *h.weight);
	return h;
}

/* The next run of hours that count as a whole, from *at on. */
static bool next_run(const HourSet *h, size_t *at, size_t *until)
{
	size_t n = h->cut_ms ? h->n - 1 : h->n;

	while (*at < n && !h->now[*at] && !h->weight[*at])
		++*at;
	*until = *at;
	while (*until < n && (h->now[*until] || h->weight[*until]))
		++*until;
	return *at < n;
}

int hours_read(Store *s, const HourSet *h, Dim by, HoursFrom what, StoreEach each, void *arg, Err *e)
{
	int (*const totals)(Store *, Dim, int64_t, int64_t, StoreEach, void *, Err *) = what == HOURS_MONEY ? store_each_hour_money : store_each_hour;
	int64_t last = h->first + (int64_t)h->n - 1;
	int rc = 0;

	for (size_t at = 0, until; rc == 0 && next_run(h, &at, &until); at = until) {
		int64_t from = h->first + (int64_t)at, end = h->first + (int64_t)until;

		rc = what == HOURS_CALLS ? store_each_call(s, from * HOUR_MS, end * HOUR_MS, each, arg, e) : totals(s, by, from, end, each, arg, e);
	}
	return rc == 0 && h->cut_ms && h->now[h->n - 1] ? store_each_call(s, last * HOUR_MS, h->cut_ms, each, arg, e) : rc;
}

Weighed hours_weigh(Weighed sum, int64_t v, uint64_t weight)
{
	return sum + (Weighed)(__int128)v * weight;
}

int64_t hours_mean(Weighed sum)
{
	return (int64_t)((__int128)(sum + ((Weighed)1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS);
}
