/* Which part of CloudTrail's events has been read. They come the newest first, some of them late, and only two pages a second: a
 * round that is cut short leaves a gap, which later rounds fill from its new end. Pure; times are the events' own, in ms. */
#ifndef APP_TRAIL_SPAN_H
#define APP_TRAIL_SPAN_H

#include "base/arena.h"

enum {
	TRAIL_LATE_MS = 15 * 60000,      /* an event may come so late (CloudTrail FAQ: within 15 minutes) */
	TRAIL_OVERLAP_MS = 2 * 60000,    /* what most rounds read again; every fifth goes back as far as events can be late */
};
#define TRAIL_KEPT_MS (INT64_C(90) * 86400000 - 60000)

typedef struct TrailSpan {
	int64_t from_ms, head_ms;        /* read from here to there, the newest event that was seen; head 0: nothing was read yet */
	int64_t gap_lo_ms, gap_hi_ms;    /* but not this; hi 0: there is none */
	int     rounds;                  /* of this process */
	int64_t kept_ms;                 /* CloudTrail has nothing older, and says so; 0: it has not said so yet */
} TrailSpan;

/* A stretch to read; hi 0: to the newest. */
typedef enum TrailStep { TRAIL_HEAD, TRAIL_GAP } TrailStep;
typedef struct TrailWant { TrailStep step; int64_t lo_ms, hi_ms; } TrailWant;

void trail_span_parse(TrailSpan *s, Str text);        /* text that makes no sense: nothing was read yet */
Str  trail_span_text(const TrailSpan *s, Arena *a);

/* A round begins with its head. target: how far back is wanted. */
TrailWant trail_span_head(TrailSpan *s, int64_t target_ms);
/* What else is to be read: the gap, or what lies before the beginning. False: nothing. */
bool trail_span_more(TrailSpan *s, int64_t target_ms, TrailWant *out);
/* oldest_ms: reading ended there before it was whole; 0: it is whole. newest_ms: of the events that came; 0: none did. */
void trail_span_read(TrailSpan *s, const TrailWant *w, int64_t oldest_ms, int64_t newest_ms);
/* From when on everything is there; 0: nothing is. */
int64_t trail_span_covered(const TrailSpan *s);

#endif
