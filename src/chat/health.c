#include "chat/health.h"

#include <math.h>
#include <stdio.h>

enum { RUN = 3, HOLD_MS = 15000 };

static const HealthRow *find(const Health *h, Str model)
{
	for (size_t i = 0; i < h->n; i++)
		if (str_is(model, h->row[i].model))
			return &h->row[i];
	return NULL;
}

/* Made when it is new, in place of the one that was asked longest ago once there are too many. */
static HealthRow *row_of(Health *h, Str model, int64_t now_ms)
{
	HealthRow *r = (HealthRow *)find(h, model);

	if (r)
		return r;
	r = &h->row[0];
	if (h->n < HEALTH_MODELS)
		r = &h->row[h->n++];
	else
		for (size_t i = 1; i < h->n; i++)
			if (h->row[i].at_ms < r->at_ms)
				r = &h->row[i];
	*r = (HealthRow){ .at_ms = now_ms, .breaker = { .run = RUN, .hold_ms = HOLD_MS } };
	(void)snprintf(r->model, sizeof r->model, "%.*s", STR_ARG(model));
	return r;
}

static double left_of(const HealthRow *r, int64_t now_ms)
{
	return exp2(-(double)(now_ms - r->at_ms) / HEALTH_FADE_MS);
}

void health_tell(Health *h, Str model, int64_t first_ms, const char *why, uint32_t chance, int64_t now_ms)
{
	HealthRow *r = row_of(h, model, now_ms);
	const double left = left_of(r, now_ms);
	const bool probe = breaker_ask(&r->breaker, h, now_ms) == BREAKER_PROBE;

	r->asked = r->asked * left + 1;
	r->failed = r->failed * left + (why != NULL);
	r->first_ms = r->first_ms * left + (first_ms >= 0 ? (double)first_ms : 0);
	r->firsts = r->firsts * left + (first_ms >= 0);
	r->at_ms = now_ms;
	breaker_tell(&r->breaker, probe, why ? BREAKER_FAILED : BREAKER_ALIVE, why ? why : "", chance, now_ms);
}

HealthNow health_now(const Health *h, Str model, int64_t now_ms)
{
	const HealthRow *r = find(h, model);
	HealthNow out = { .first_ms = -1 };

	if (!r)
		return out;
	out.asked = r->asked * left_of(r, now_ms);
	out.failing = r->asked > 0 ? r->failed / r->asked : 0;
	out.first_ms = r->firsts > 0 ? (int64_t)(r->first_ms / r->firsts) : -1;
	out.open = breaker_peek(&r->breaker, h, now_ms) == BREAKER_REFUSE;
	return out;
}

bool health_objects(const Health *h, Str model, int64_t slow_ms, int64_t failing_ppm, int64_t now_ms, char *why, size_t size)
{
	const HealthRow *r = find(h, model);
	const HealthNow now = health_now(h, model, now_ms);

	if (now.open) {
		(void)snprintf(why, size, "%d failures in a row", r->breaker.failures);
		return true;
	}
	/* Old ones fade away, so that what was passed over is tried again by itself. */
	if (now.asked < HEALTH_LEAST - 0.5)
		return false;
	if (now.failing * 1e6 > (double)failing_ppm)
		(void)snprintf(why, size, "%d %% of its answers failed", (int)(now.failing * 100 + 0.5));
	else if (now.first_ms > slow_ms)
		(void)snprintf(why, size, "slow: %lld s to the first token", (long long)now.first_ms / 1000);
	else
		return false;
	return true;
}
