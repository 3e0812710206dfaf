#include "app/tail_gap.h"

#include <stdio.h>

void tail_gap_begin(TailGap *g, int64_t last_ms)
{
	int64_t from = last_ms > TAIL_OVERLAP_MS ? last_ms - TAIL_OVERLAP_MS : 1;

	if (!g->from_ms || from < g->from_ms)
		g->from_ms = from;
	g->until_ms = 0;
}

void tail_gap_end(TailGap *g, int64_t now_ms)
{
	if (g->from_ms && !g->until_ms)
		g->until_ms = now_ms;
}

void tail_gap_sampled(TailGap *g, int64_t last_ms, int64_t now_ms)
{
	tail_gap_begin(g, last_ms);
	tail_gap_end(g, now_ms);
	if (!g->sampled_ms)
		g->sampled_ms = now_ms;
}

bool tail_gap_read(TailGap *g, int64_t back_ms, int64_t started_ms)
{
	int64_t whole_ms = started_ms - TAIL_SETTLE_MS;

	if (!g->from_ms || back_ms > g->from_ms)
		return false;
	if (!g->until_ms || whole_ms < g->until_ms) {
		if (whole_ms > g->from_ms)
			g->from_ms = whole_ms;
		return false;
	}
	*g = (TailGap){ 0 };
	return true;
}

int64_t tail_pause_ms(const TailView *t, int64_t interval_ms)
{
	if (!t->live)
		return interval_ms;
	if (!t->gap.from_ms)
		return interval_ms > TAIL_LOOK_MS ? interval_ms : TAIL_LOOK_MS;
	return interval_ms < TAIL_FILL_MS ? interval_ms : TAIL_FILL_MS;
}

static long long seconds(int64_t ms)
{
	return ms > 0 ? (long long)((ms + 999) / 1000) : 0;
}

void tail_words(const TailView *t, int64_t now_ms, char out[TAIL_WORDS])
{
	const TailGap *g = &t->gap;

	out[0] = 0;
	if (!t->wanted)
		return;
	if (t->why_not[0])
		(void)snprintf(out, TAIL_WORDS, "no live tail");
	else if (t->live && g->sampled_ms)
		(void)snprintf(out, TAIL_WORDS, "sampled %lld s, filling", seconds(now_ms - g->sampled_ms));
	else if (g->from_ms)
		(void)snprintf(out, TAIL_WORDS, "gap %lld s, filling", seconds((g->until_ms ? g->until_ms : now_ms) - g->from_ms));
	else if (t->live)
		(void)snprintf(out, TAIL_WORDS, "live");
}

static int badness(const TailView *t)
{
	return t->why_not[0] ? 4 : !t->live ? 3 : t->gap.sampled_ms ? 2 : t->gap.from_ms ? 1 : 0;
}

void tail_combine(TailView *to, const TailView *v)
{
	TailView both = !v->wanted ? *to : !to->wanted || badness(v) > badness(to) ? *v : *to;

	both.lines = to->lines + v->lines;
	both.sampled = to->sampled + v->sampled;
	both.pauses = to->pauses + v->pauses;
	both.breaks = to->breaks + v->breaks;
	*to = both;
}
