#include "model/blame.h"

#include "model/interval.h"

typedef struct Range { int64_t low, high, n; } Range;

static Range range_of(BlameShare s)
{
	Range r = { .n = s.failed + s.succeeded };

	interval_95(s.failed, r.n, &r.low, &r.high);
	return r;
}

bool blame_others_well(const BlameAsk *q)
{
	Range now = range_of(q->now), others = range_of(q->others);

	return others.n >= BLAME_LEAST && others.high < now.low;
}

/* The whole intervals are compared: where they overlap, chance alone may be the difference. */
Blame blame_of(const BlameAsk *q)
{
	Range now = range_of(q->now), then = range_of(q->then), others = range_of(q->others);
	bool has_then = then.n >= BLAME_LEAST;

	if (now.n < BLAME_LEAST)
		return BLAME_FEW;
	if (q->now.failed && q->throttled * 2 >= q->now.failed)
		return BLAME_THROTTLING;
	/* Well all three: nothing to blame anybody for. */
	if (has_then && now.low <= then.high)
		return BLAME_SAME;
	if (others.n >= BLAME_LEAST && others.high >= now.low && (!has_then || others.low > then.high))
		return BLAME_MODEL;
	return has_then ? BLAME_RELEASE : BLAME_UNKNOWN;
}

const char *blame_says(Blame b)
{
	static const char *const words[] = {
		[BLAME_UNKNOWN] = "NOT KNOWN: there are no figures of the target to compare with",
		[BLAME_FEW] = "NOT KNOWN: too few jobs have ended on this version",
		[BLAME_RELEASE] = "THE RELEASE fails more than the target did: rollback will probably help",
		[BLAME_THROTTLING] = "THROTTLING explains most errors: rollback will probably not help",
		[BLAME_MODEL] = "THE MODEL: others on it fail as much; rollback will probably not help",
		[BLAME_SAME] = "the target failed as much: rollback will probably not help",
	};

	return words[b];
}
