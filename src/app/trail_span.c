#include "app/trail_span.h"

#include <inttypes.h>

enum { LATE_EVERY = 5 };

void trail_span_parse(TrailSpan *s, Str text)
{
	int64_t *const into[] = { &s->from_ms, &s->head_ms, &s->gap_lo_ms, &s->gap_hi_ms };
	bool good = true;

	*s = (TrailSpan){ 0 };
	for (size_t i = 0; i < sizeof into / sizeof *into; i++)
		good &= str_i64(str_cut(text, ' ', &text), into[i]) == 0;
	if (!good || s->from_ms > s->head_ms || s->gap_lo_ms > s->gap_hi_ms)
		*s = (TrailSpan){ 0 };
}

Str trail_span_text(const TrailSpan *s, Arena *a)
{
	return arena_printf(a, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, s->from_ms, s->head_ms, s->gap_lo_ms, s->gap_hi_ms);
}

static int64_t within(const TrailSpan *s, int64_t ms)
{
	return ms < s->kept_ms ? s->kept_ms : ms;
}

/* From the newest event on and not from the clock of this machine: an event that comes later than others is met all the same, and
 * a quiet account costs one page. */
TrailWant trail_span_head(TrailSpan *s, int64_t target_ms)
{
	int64_t back = s->rounds++ % LATE_EVERY == 0 ? TRAIL_LATE_MS : TRAIL_OVERLAP_MS;

	return (TrailWant){ TRAIL_HEAD, within(s, s->head_ms ? s->head_ms - back : target_ms), 0 };
}

bool trail_span_more(TrailSpan *s, int64_t target_ms, TrailWant *out)
{
	target_ms = within(s, target_ms);
	if (!s->gap_hi_ms && s->head_ms && target_ms < s->from_ms) {
		s->gap_lo_ms = target_ms;
		s->gap_hi_ms = s->from_ms;
		s->from_ms = target_ms;
	}
	*out = (TrailWant){ TRAIL_GAP, within(s, s->gap_lo_ms), s->gap_hi_ms };
	if (out->lo_ms < out->hi_ms)
		return true;
	s->gap_lo_ms = s->gap_hi_ms = 0;      /* there was none, or CloudTrail has forgotten it */
	return false;
}

void trail_span_read(TrailSpan *s, const TrailWant *w, int64_t oldest_ms, int64_t newest_ms)
{
	if (w->step == TRAIL_GAP) {
		/* More events in one second than a round may read: it goes on before them, rather than never. */
		s->gap_hi_ms = !oldest_ms ? 0 : oldest_ms < s->gap_hi_ms ? oldest_ms : s->gap_hi_ms - 1000;
		if (s->gap_hi_ms <= s->gap_lo_ms)
			s->gap_lo_ms = s->gap_hi_ms = 0;
		return;
	}
	if (!s->head_ms)
		s->from_ms = s->head_ms = w->lo_ms;
	if (newest_ms > s->head_ms)
		s->head_ms = newest_ms;
	if (!oldest_ms || oldest_ms <= w->lo_ms)
		return;
	if (!s->gap_hi_ms || w->lo_ms < s->gap_lo_ms)
		s->gap_lo_ms = w->lo_ms;
	s->gap_hi_ms = oldest_ms;
}

int64_t trail_span_covered(const TrailSpan *s)
{
	return !s->head_ms ? 0 : s->gap_hi_ms ? s->gap_hi_ms : s->from_ms;
}
