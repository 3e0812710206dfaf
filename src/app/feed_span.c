#include "app/feed_span.h"

/* 0 stands for "never" in a span. */
static int64_t least_one(int64_t ms)
{
	return ms < 1 ? 1 : ms;
}

Range span_forward(const Span *s, int64_t since_ms, int64_t overlap_ms)
{
	int64_t from = s->head_ms - overlap_ms;

	if (!s->head_ms)
		return (Range){ least_one(since_ms), 0, false };
	return (Range){ least_one(from < s->back_ms ? s->back_ms : from), 0, false };
}

bool span_backward(const Span *s, int64_t since_ms, int64_t want_ms, int64_t slice_ms, Range *out)
{
	int64_t since = least_one(since_ms);

	if (s->back_ms > since) {            /* the window that was asked for comes whole */
		*out = (Range){ since, s->back_ms, true };
		return true;
	}
	if (!want_ms || s->back_ms <= least_one(want_ms))
		return false;
	*out = (Range){ s->back_ms - slice_ms > want_ms ? s->back_ms - slice_ms : least_one(want_ms), s->back_ms, true };
	return true;
}

Span span_after(const Span *s, const Range *r, int64_t newest_ms, int64_t now_ms)
{
	Span after = *s;

	if (!after.back_ms || r->from_ms < after.back_ms)
		after.back_ms = least_one(r->from_ms);
	if (r->back)
		return after;
	if (newest_ms > now_ms)
		newest_ms = now_ms;
	if (newest_ms > after.head_ms)
		after.head_ms = newest_ms;
	/* Nothing was there: the same stretch is looked at again until something is. */
	if (!after.head_ms)
		after.head_ms = least_one(r->from_ms);
	return after;
}
