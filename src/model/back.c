#include "model/back.h"

#include <stddef.h>

#include "model/interval.h"

static const char *const words[] = { "VERIFYING", "BACK", "BACK low traffic", "NOT BACK" };

const char *back_word(BackWord w)
{
	return words[w];
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Why its silence does not count yet; NULL: it does. */
static const char *not_quiet(const BackRule *r, const BackFigures *f, const BackVerdict *v)
{
	if (!f->fresh)
		return "the jobs feed is not fresh";
	if (!f->on_record)
		return "no job of either version is on record: do jobs name their version as the pointer does?";
	if (f->seen_ppm == BACK_UNKNOWN)
		return "how many of the calls are seen is not known";
	if (f->seen_ppm < r->seen_ppm)
		return "too few of the calls are seen";
	if (v->quiet_ms < v->want_ms)
		return f->old_jobs ? "the old version was called a moment ago" : "the old version has not been silent for long enough";
	return NULL;
}

static const char *not_well(const BackRule *r, const BackFigures *f, const BackVerdict *v)
{
	if (!f->n)
		return "no job of the version that was put back has ended yet";
	if (v->low_ppm > r->threshold_ppm)
		return "the new version fails more often than alerts allow";
	if (f->n < r->min_count && f->failed * 1000000 >= r->threshold_ppm * f->n)
		return "of its few jobs since then too many failed";
	if (f->n >= r->min_count && v->high_ppm >= r->threshold_ppm)
		return "it takes more jobs to say that the new version fails rarely enough";
	return NULL;
}

/* The larger part of a minute's jobs may fail when a move has just begun: few jobs are only bad once the time for all is over. */
static bool is_bad(const BackRule *r, const BackFigures *f, const BackVerdict *v)
{
	return v->low_ppm > r->threshold_ppm && (f->n >= r->min_count || f->known_ms - f->moved_ms >= v->want_ms + r->hold_ms);
}

BackVerdict back_look(const BackRule *r, const BackFigures *f, BackState *s)
{
	BackVerdict v = { .word = BACK_VERIFYING, .want_ms = larger(r->quiet_ms, r->gaps * f->old_gap_ms) };
	const char *quiet, *well;

	v.quiet_ms = larger(0, f->known_ms - larger(f->old_last_ms, f->moved_ms));
	interval_95(f->failed, f->n, &v.low_ppm, &v.high_ppm);
	quiet = not_quiet(r, f, &v);
	well = not_well(r, f, &v);
	v.ok = (f->served && !f->away ? BACK_BIT(BACK_POINTER) : 0) | (quiet ? 0 : BACK_BIT(BACK_QUIET)) | (well ? 0 : BACK_BIT(BACK_WELL));
	if (s->looked_ms && (f->now_ms - s->looked_ms > BACK_GAP_MS || f->now_ms < s->looked_ms))
		s->good_ms = 0;
	s->looked_ms = f->now_ms;
	/* A feed that is late takes nothing back: it says nothing. */
	if (v.ok != (BACK_BIT(BACK_POINTER) | BACK_BIT(BACK_QUIET) | BACK_BIT(BACK_WELL)) && f->fresh)
		s->good_ms = 0;
	else if (!s->good_ms && f->fresh)
		s->good_ms = f->known_ms;
	v.held_ms = s->good_ms ? larger(0, f->known_ms - s->good_ms) : 0;
	v.waits = f->away ? "the pointer was moved away" : !f->served ? "the pointer has not been read back" : quiet ? quiet : well;
	if (f->away || is_bad(r, f, &v)) {
		v.word = BACK_NOT;
		v.waits = f->away ? v.waits : well;
	} else if (!v.waits && s->good_ms && v.held_ms >= r->hold_ms) {
		v.ok |= BACK_BIT(BACK_HELD);
		v.word = f->n >= r->min_count ? BACK_FULL : BACK_LOW;
	} else if (!v.waits) {
		v.waits = "it has to stay so";
	}
	return v;
}
