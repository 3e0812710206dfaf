#include "model/push_rate.h"

void push_rate_init(PushRate *r, int64_t limit, bool on)
{
	*r = (PushRate){ .limit = limit, .milli = -1, .on = on };
}

void push_rate_told(PushRate *r, int64_t events, int64_t from_ms, int64_t until_ms)
{
	bool above, below;

	if (until_ms <= from_ms || from_ms < r->told_ms)
		return;
	r->milli = events * 1000000 / (until_ms - from_ms);
	r->told_ms = until_ms;
	above = r->milli > r->limit * 1000;
	below = r->milli * 100 < r->limit * 1000 * PUSH_OFF_PERCENT;
	r->above_ms = !above ? 0 : r->above_ms ? r->above_ms : from_ms;
	r->below_ms = !below ? 0 : r->below_ms ? r->below_ms : from_ms;
	if (!r->on && above && until_ms - r->above_ms >= PUSH_ON_MS)
		r->on = true;
	else if (r->on && below && until_ms - r->below_ms >= PUSH_OFF_MS)
		r->on = false;
}
