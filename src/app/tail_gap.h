/* What a log tail may have missed, and whether FilterLogEvents has read it since. No I/O, no clock of its own: times are the
 * wall clock's, in ms.
 *
 * A stretch is open from the last moment that is known to be whole until the tail brings events again. It is closed once
 * a search that began after its end has read it: a little after, because an event can be searched for only some moments after it was
 * taken in. Several stretches are kept as one, from the first to the last: what lies between is read once more. */
#ifndef APP_TAIL_GAP_H
#define APP_TAIL_GAP_H

#include "base/str.h"

enum {
	TAIL_OVERLAP_MS = 30000,         /* what came last may have come in part */
	TAIL_SETTLE_MS = 3000,
	TAIL_LOOK_MS = 60000,            /* how often the search looks after a tail that seems whole */
	TAIL_FILL_MS = 5000,
	TAIL_SILENCE_MS = 4000,          /* an update comes every second; after a longer pause AWS may have dropped some */
};

typedef struct TailGap {
	int64_t from_ms;                 /* 0: nothing is missing */
	int64_t until_ms;                /* 0: still open */
	int64_t sampled_ms;              /* since when AWS leaves lines out, within the stretch; 0: it does not */
} TailGap;

/* last_ms: up to where everything had come. */
void tail_gap_begin(TailGap *g, int64_t last_ms);
/* The tail brings events again from now on. */
void tail_gap_end(TailGap *g, int64_t now_ms);
/* AWS has left lines out of the update that came now. */
void tail_gap_sampled(TailGap *g, int64_t last_ms, int64_t now_ms);
/* A search that began at started_ms has read everything from back_ms on. True: the gap is filled and is none any more.
 * Of one that is still open what was read is not missing any more. */
bool tail_gap_read(TailGap *g, int64_t back_ms, int64_t started_ms);

/* How it stands with the tail, for people. */
typedef struct TailView {
	bool    wanted, live;            /* live: a session is open and brings updates */
	TailGap gap;
	int64_t lines, sampled, pauses, breaks;   /* lines it brought; updates with lines left out; long pauses; sessions that ended */
	char    why_not[200];            /* why there is no session; empty when there is or will soon be one */
} TailView;

/* How long the search waits after a round: it looks after a whole tail now and then, comes back soon to a gap that can be filled,
 * and else keeps to its interval. */
int64_t tail_pause_ms(const TailView *t, int64_t interval_ms);

enum { TAIL_WORDS = 96 };
/* "live", "sampled 3 s, filling", "gap 12 s, filling", "no live tail"; empty when none is wanted. */
void tail_words(const TailView *t, int64_t now_ms, char out[TAIL_WORDS]);
/* Of several contexts the one that is worst off; counts are added up. */
void tail_combine(TailView *to, const TailView *v);

#endif
