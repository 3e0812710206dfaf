/* What alert rules judge: the figures of one store, and what the program itself knows about its feeds. Runs on a worker, reads rollups and
 * minute cells, and of calls no more than a rule's window. */
#ifndef APP_MEASURE_H
#define APP_MEASURE_H

#include "app/feed.h"
#include "app/ops_seen.h"
#include "model/alert.h"
#include "model/budget.h"
#include "model/forecast.h"
#include "store/scans.h"

typedef struct MeasureFeed { const char *name; int64_t fresh_ms, interval_ms; bool wanted; } MeasureFeed;

typedef struct MeasureAsk {
	int64_t now_ms, offset_ms;                     /* offset: of the display's zone, for what is usual and for periods */
	bool    past;                                  /* what was booked after now_ms does not count (budgets) */
	const AlertRule *rule; size_t rules;           /* ones that are off are passed over */
	const Budget *budget; size_t budgets;
	Str     context;                               /* its name, for scopes */
	bool    prod;                                  /* stage prod */
	MeasureFeed feed[FEEDS_N];                     /* fresh_ms: of the last whole round, or since when it is waited for */
	bool    jobs_fresh, metrics_fresh;             /* what they brought can be judged as of now */
	OpsAsk  ops;                                   /* where stops are known from */
	int64_t credentials_ms;                        /* until they run out, wall clock; 0: never, or not known */
} MeasureAsk;

/* One thing that a rule judges. agent, version: what to look at; may be empty. */
typedef struct Measured {
	const AlertRule *rule;
	Str key;
	AlertReading x;
	Str agent, version;
} Measured;

typedef struct Measures {
	Measured *v; size_t n, cap;                    /* v: xalloc; texts in the arena */
	bool  *known;                                  /* by rule: keys that are not among v had no samples; false: nothing is known of them */
	int    partial;                                /* questions that did not see their whole window */
} Measures;

/* out is zeroed first; measures_done also after an error. */
int  measure_rules(Store *s, const MeasureAsk *q, Arena *a, Measures *out, Err *e);
void measures_done(Measures *m);

/* What of a budget is spent. PERIOD_TRACE: by the dearest trace of the last hour, and all that reached its first threshold. */
typedef struct BudgetSpent {
	int64_t from_ms, until_ms, spent_nusd;
	Forecast forecast;                             /* when it was asked for */
	int64_t reaches_ms;                            /* from now until the middle of it passes the limit; -1: not in the period */
	TraceSum *trace; size_t traces;
	bool    part;                                  /* more calls than could be looked at */
} BudgetSpent;
int  measure_budget(Store *s, const Budget *b, const MeasureAsk *q, bool forecast, Arena *a, BudgetSpent *out, Err *e);
bool budget_concerns(const Budget *b, Str context);   /* its scope has this context, or any */

#endif
