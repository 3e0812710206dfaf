#include "aws/breaker.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/xalloc.h"

typedef struct BreakerRow {
	struct BreakerRow *next;
	const char *service;
	char   *endpoint;
	Breaker b;
} BreakerRow;

struct Breakers { BreakerRow *first; };

BreakerAnswer breaker_peek(const Breaker *b, const void *asker, int64_t now_ms)
{
	switch (b->state) {
	case BREAKER_CLOSED:
		return BREAKER_PASS;
	case BREAKER_OPEN:
		return now_ms < b->until_ms ? BREAKER_REFUSE : BREAKER_PROBE;
	case BREAKER_HALF_OPEN:
		break;
	}
	/* Another asker would not hear of the decision. */
	return b->prober == asker ? BREAKER_WAIT : BREAKER_REFUSE;
}

BreakerAnswer breaker_ask(Breaker *b, const void *asker, int64_t now_ms)
{
	BreakerAnswer answer = breaker_peek(b, asker, now_ms);

	if (answer == BREAKER_PROBE) {
		b->state = BREAKER_HALF_OPEN;
		b->prober = asker;
	}
	return answer;
}

/* Half of the hold is certain and half is chance: many consoles do not come back in the same instant. */
static void open_it(Breaker *b, uint32_t chance, int64_t now_ms)
{
	int64_t hold = b->hold_ms ? b->hold_ms : BREAKER_HOLD_MS;

	for (int i = 0; i < b->openings && hold < BREAKER_HOLD_MAX_MS; i++)
		hold *= 2;
	if (hold > BREAKER_HOLD_MAX_MS)
		hold = BREAKER_HOLD_MAX_MS;
	b->openings++;
	b->state = BREAKER_OPEN;
	b->prober = NULL;
	b->until_ms = now_ms + hold / 2 + (int64_t)(((uint64_t)(hold / 2) * chance) >> 32);
}

static void close_it(Breaker *b)
{
	*b = (Breaker){ .run = b->run, .hold_ms = b->hold_ms, .state = BREAKER_CLOSED };
}

void breaker_tell(Breaker *b, bool probe, BreakerResult result, const char *why, uint32_t chance, int64_t now_ms)
{
	if (result == BREAKER_FAILED) {
		b->failures++;
		err_cut(why, b->why, sizeof b->why);
	}
	if (probe && b->state == BREAKER_HALF_OPEN) {
		if (result == BREAKER_ALIVE) {
			close_it(b);
		} else if (result == BREAKER_FAILED) {
			open_it(b, chance, now_ms);
		} else {                                /* the next call is the probe, at once */
			b->state = BREAKER_OPEN;
			b->prober = NULL;
			b->until_ms = now_ms;
		}
	} else if (result == BREAKER_ALIVE) {
		/* Also while it is open: a call that began before has been answered. */
		close_it(b);
	} else if (b->state == BREAKER_CLOSED && b->failures >= (b->run ? b->run : BREAKER_RUN)) {
		open_it(b, chance, now_ms);
	}
}

Breakers *breakers_new(void)
{
	return xcalloc(1, sizeof(Breakers));
}

void breakers_free(Breakers *set)
{
	BreakerRow *row;

	while (set && (row = set->first)) {
		set->first = row->next;
		free(row->endpoint);
		free(row);
	}
	free(set);
}

Breaker *breakers_get(Breakers *set, const char *service, Str endpoint)
{
	BreakerRow **at = &set->first;

	for (; *at; at = &(*at)->next)
		if (str_is(endpoint, (*at)->endpoint) && str_is(str_of(service), (*at)->service))
			return &(*at)->b;
	*at = xcalloc(1, sizeof **at);
	(*at)->service = service;
	(*at)->endpoint = xstrndup(endpoint.p, endpoint.n);
	return &(*at)->b;
}

void breakers_hurry(Breakers *set)
{
	for (BreakerRow *row = set->first; row; row = row->next)
		if (row->b.state == BREAKER_OPEN)
			row->b.until_ms = 0;
}

bool breakers_at(const Breakers *set, size_t i, const char **service, const char **endpoint, const Breaker **b)
{
	const BreakerRow *row = set->first;

	for (; row && i > 0; i--)
		row = row->next;
	if (!row)
		return false;
	*service = row->service;
	*endpoint = row->endpoint;
	*b = &row->b;
	return true;
}
