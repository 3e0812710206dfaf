/* What alert rules ask of the newest calls themselves, because no total holds it. Each question is bounded by a window and by a number
 * of rows; one that did not see its whole window says so. */
#ifndef STORE_SCANS_H
#define STORE_SCANS_H

#include "store/store.h"

/* Keys with a number and a time, in no order. */
typedef struct ScanRow { Str key; int64_t n, at_ms; } ScanRow;
typedef struct Scan {
	ScanRow *row; size_t n;
	bool part;                     /* there were more rows than were looked at: the newest were */
} Scan;

/* How many of the newest ended jobs of each "agent@version" failed without a break, of those updated since from_ms; versions whose newest
 * one did not fail are left out. at_ms: when the first of them ended. */
int store_streaks(Store *s, int64_t from_ms, size_t rows, Arena *a, Scan *out, Err *e);
/* When the last call of each key began, to the minute, of the minutes that are kept by key (recent.h). n: its minutes with calls.
 * DIM_TENANT, DIM_PERSONA, DIM_VERSION, DIM_MODEL; DIM_ALL has one row with an empty key. */
int store_last_calls(Store *s, Dim by, int64_t from_minute, Arena *a, Scan *out, Err *e);
/* Queued and running jobs of each agent that were last updated in [from, until): n of them; at_ms: the oldest one's time. */
int store_stuck(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, Scan *out, Err *e);

typedef struct TraceSum {
	Str trace, agent, version, tenant;             /* of the newest call */
	int64_t nusd, calls, first_ms, last_ms;
} TraceSum;
typedef struct TraceAsk {
	int64_t from_ms;
	size_t  rows;                                  /* at most; the newest */
	Str     tenant, persona, agent, model;         /* only calls of these; empty: any */
} TraceAsk;
/* Calls booked since from_ms by trace; calls without a trace are left out. */
int store_traces(Store *s, const TraceAsk *q, Arena *a, TraceSum **out, size_t *n, bool *part, Err *e);
/* What calls that match the names (as in TraceAsk) cost within [from, until). Reads rows. */
int store_scope_sum(Store *s, const TraceAsk *names, int64_t from_ms, int64_t until_ms, int64_t *nusd, Err *e);

#endif
