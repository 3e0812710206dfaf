#include "model/forecast.h"

#include <stdlib.h>

#include "base/num.h"

enum { WEEK = 168, DAY = 24, LEVEL_LEAST = 6, LEVEL_MOST = 72, ENOUGH_TRIES = 9, HOUR_MS = 3600000 };

/* A try that had hardly a week behind it says little about one that has five: those with the most data are enough if they are many. */
static const size_t before_try[] = { 14 * DAY, 7 * DAY, 3 * DAY };

static const int64_t million = 1000000, level_most = 20000000, max_nusd = INT64_C(1000000000000000);

/* Usual amounts by the hour of the week, in thousandths of nUSD so that means of small amounts keep their digits. */
typedef struct Usual { int64_t milli[WEEK]; } Usual;

/* An amount that no hour has must not leave the range of the sums. */
static int64_t at(const ForecastAsk *q, size_t i)
{
	int64_t v = q->nusd[i];

	return v < 0 ? 0 : v > max_nusd ? max_nusd : v;
}

/* 1970-01-01 was a Thursday; any fixed start of the week does. */
static int slot_of(const ForecastAsk *q, int64_t i)
{
	return (int)(((q->local_hour + i) % WEEK + WEEK) % WEEK);
}

/* Of the hours [0, n), the newest five weeks of them at most. */
static void learn(const ForecastAsk *q, size_t n, Usual *u)
{
	int64_t sum[WEEK] = { 0 }, day[DAY] = { 0 };
	int32_t count[WEEK] = { 0 }, days[DAY] = { 0 };
	size_t from = n > 5 * WEEK ? n - 5 * WEEK : 0;

	for (size_t i = from; i < n; i++) {
		int slot = slot_of(q, (int64_t)i);

		sum[slot] += at(q, i);
		count[slot]++;
		day[slot % DAY] += at(q, i);
		days[slot % DAY]++;
	}
	for (int s = 0; s < WEEK; s++) {
		int64_t like = days[s % DAY] ? day[s % DAY] * 1000 / days[s % DAY] : 0;

		u->milli[s] = (sum[s] * 1000 + like) / (count[s] + 1);
	}
}

/* What `hours` from index i on usually take, in thousandths. */
static int64_t usual_of(const ForecastAsk *q, const Usual *u, int64_t i, int64_t hours)
{
	int64_t week = 0, sum = 0;

	for (int s = 0; hours >= WEEK && s < WEEK; s++)
		week += u->milli[s];
	sum = week * (hours / WEEK);
	for (int64_t k = 0; k < hours % WEEK; k++)
		sum += u->milli[slot_of(q, i + k)];
	return sum;
}

/* How the hours before n went against what is usual for them, in millionths. */
static int64_t level_of(const ForecastAsk *q, const Usual *u, size_t n, int64_t ahead)
{
	int64_t back = ahead < LEVEL_LEAST ? LEVEL_LEAST : ahead > LEVEL_MOST ? LEVEL_MOST : ahead, took = 0, usual, level;

	back = back > (int64_t)n ? (int64_t)n : back;
	usual = usual_of(q, u, (int64_t)n - back, back);
	for (int64_t i = (int64_t)n - back; i < (int64_t)n; i++)
		took += at(q, (size_t)i);
	if (usual <= 0)
		return million;
	level = mul_div(took * 1000, million, usual);
	return level > level_most ? level_most : level;
}

/* Forecast as of the beginning of hour n, for so many hours from there on; in thousandths. */
static int64_t ahead_of(const ForecastAsk *q, size_t n, int64_t hours, Usual *u, int64_t *level)
{
	learn(q, n, u);
	*level = level_of(q, u, n, hours);
	return mul_div(usual_of(q, u, (int64_t)n, hours), *level, million);
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* What really came against what was said before, at the same hour of earlier days that had so much data: millionths. */
static int tries_of(const ForecastAsk *q, int64_t span, size_t before, int64_t out[FORECAST_TRIES])
{
	size_t whole = q->hours - 1;               /* the running hour is not over */
	int n = 0;

	for (size_t back = DAY; back + before <= whole && n < FORECAST_TRIES; back += DAY) {
		size_t then = whole - back;
		int64_t said, came = 0, level;
		Usual u;

		if ((int64_t)back < span)
			continue;
		said = ahead_of(q, then, span, &u, &level);
		for (int64_t i = 0; i < span; i++)
			came += at(q, then + (size_t)i);
		if (said > 0)
			out[n++] = mul_div(came * 1000, million, said);
	}
	return n;
}

static int errors_of(const ForecastAsk *q, int64_t hours, int64_t out[FORECAST_TRIES])
{
	int n = 0;

	for (size_t i = 0; i < sizeof before_try / sizeof *before_try && n < ENOUGH_TRIES; i++)
		n = tries_of(q, hours > WEEK ? WEEK : hours, before_try[i], out);
	qsort(out, (size_t)n, sizeof *out, by_value);
	return n;
}

/* A tenth on each side, where there are enough tries for it: with n of them the k-th smallest has k / (n + 1) below it. */
static void ends(const int64_t *error, int n, int64_t *low, int64_t *high, int32_t *percent)
{
	int first = (n + 1) / 10;

	first = first < 1 ? 1 : first;
	*low = error[first - 1];
	*high = error[n - first];
	*percent = (n + 1 - 2 * first) * 100 / (n + 1);
}

/* The usual rest at the present level, in thousandths: what is left of the running hour, and the hours behind it. */
static int64_t rest_of(const ForecastAsk *q, Usual *u)
{
	size_t running = q->hours - 1;
	int64_t level, all = ahead_of(q, running, q->rest_hours + 1, u, &level);
	int64_t hour = mul_div(u->milli[slot_of(q, (int64_t)running)], level, million);

	return all - mul_div(hour, q->part_ms, HOUR_MS);
}

Forecast forecast_period(const ForecastAsk *q)
{
	Forecast f = { .days = (int32_t)((q->hours ? q->hours - 1 : 0) / DAY) };
	int64_t error[FORECAST_TRIES], rest, low, high;
	Usual u;

	if (f.days < FORECAST_DAYS || q->rest_hours < 0)
		return f;
	f.tries = errors_of(q, q->rest_hours + 1, error);
	if (f.tries < 2)
		return f;
	ends(error, f.tries, &low, &high, &f.percent);
	rest = rest_of(q, &u);
	rest = rest < 0 ? 0 : rest;
	f.known = true;
	f.low_nusd = q->spent_nusd + mul_div(rest, low, million) / 1000;
	f.mid_nusd = q->spent_nusd + mul_div(rest, error[f.tries / 2], million) / 1000;
	f.high_nusd = q->spent_nusd + mul_div(rest, high, million) / 1000;
	return f;
}

int64_t forecast_reaches(const ForecastAsk *q, const Forecast *f, int64_t limit_nusd)
{
	int64_t left = limit_nusd - q->spent_nusd, all = f->mid_nusd - q->spent_nusd, first_ms = HOUR_MS - q->part_ms, total, ms = 0;
	const int64_t running = (int64_t)q->hours - 1;
	Usual u;

	if (left <= 0)
		return 0;
	if (!f->known || all < left)
		return -1;
	learn(q, (size_t)running, &u);
	total = usual_of(q, &u, running, q->rest_hours + 1) - mul_div(u.milli[slot_of(q, running)], q->part_ms, HOUR_MS);
	for (int64_t i = 0; i <= q->rest_hours && total > 0; i++) {
		/* Each hour's share of the middle path is its share of the usual rest. */
		int64_t span_ms = i ? HOUR_MS : first_ms, hour = mul_div(all, mul_div(u.milli[slot_of(q, running + i)], span_ms, HOUR_MS), total);

		if (hour > 0 && left <= hour)
			return ms + mul_div(span_ms, left, hour);
		left -= hour;
		ms += span_ms;
	}
	return ms;                                 /* what rounding left over */
}
