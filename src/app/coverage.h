/* What is not seen of a context, and why: how the feeds stand, tokens of CloudWatch beside the booked ones, calls without a
 * price, what is used and in no total, attributes that jobs lack, how far back things are kept. Lines, for people and programs. */
#ifndef APP_COVERAGE_H
#define APP_COVERAGE_H

#include "app/doctor.h"
#include "app/watch.h"
#include "model/figures.h"

/* The verdicts are doctor's: skipped = not known. */
typedef struct CoverageLine {
	const char *area;              /* "feed", "tokens", "unpriced", "not_live" …: stable */
	Str subject, found, remedy;    /* may hold text from outside; remedy empty: there is nothing to do */
	DoctorVerdict verdict;
	int64_t booked, counted;       /* tokens; FIG_NONE where it is not about them */
	int64_t jobs;                  /* FIG_NONE likewise */
	int64_t since_ms;              /* complete, or compared, since then; 0: not known */
} CoverageLine;

typedef struct CoverageList { Arena arena; CoverageLine *v; size_t n, cap; } CoverageList;
void coverage_done(CoverageList *l);

/* What the process knows of its feeds. */
void coverage_of_feeds(CoverageList *l, const FeedView feed[FEEDS_N], unsigned mask, int64_t now_ms);
/* What its own calls cost, and how many it sends. */
void coverage_of_calls(CoverageList *l, Session *s, int64_t now_ms);
/* What the store knows. Synchronous: on a worker, or where a command reads. */
int  coverage_of_store(CoverageList *l, Store *s, int64_t now_ms, Err *e);
/* Doctor's section coverage. */
void coverage_of_doctor(CoverageList *l, const DoctorReport *r);
/* A page of text. */
void coverage_text(const CoverageList *l, Buf *out);

/* All of it. done comes once, in a later turn of the loop, also when the watch closes meanwhile; the list is its own to free. */
void coverage_look(Watch *w, int64_t now_ms, void (*done)(void *arg, CoverageList *l), void *arg);

#endif
