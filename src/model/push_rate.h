/* When lines are too many to be taken in one by one: how many come in a second, and a switch that turns on when they stay above a limit
 * and off when they have stayed well below it for longer. Pure. */
#ifndef MODEL_PUSH_RATE_H
#define MODEL_PUSH_RATE_H

#include <stdbool.h>
#include <stdint.h>

enum { PUSH_ON_MS = 30000, PUSH_OFF_MS = 300000, PUSH_OFF_PERCENT = 70 };

typedef struct PushRate {
	int64_t limit;                 /* events a second */
	int64_t milli;                 /* thousandths of an event a second, as it was told last; -1: not known yet */
	int64_t told_ms;               /* up to when */
	int64_t above_ms, below_ms;    /* since when it is so; 0: it is not */
	bool    on;
} PushRate;

void push_rate_init(PushRate *r, int64_t limit, bool on);
/* So many events in [from_ms, until_ms). What begins before the end of what was told already is not taken. */
void push_rate_told(PushRate *r, int64_t events, int64_t from_ms, int64_t until_ms);

#endif
