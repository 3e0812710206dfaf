/* What the parts of measuring share; nobody else includes this. A metric is a function of the Measuring and a rule: it reads the store
 * and adds readings. New metrics are a row in model/alert_rules.c and one in measure.c. */
#ifndef APP_MEASURE_OWN_H
#define APP_MEASURE_OWN_H

#include "app/figures.h"
#include "app/measure.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

enum { SPANS_MAX = 24, MEASURE_MICRO = 1000000 };

/* Groups of one dimension over one window, or over the hours of the baseline (window 0); read once for all rules. */
typedef struct Span { Dim by; int64_t window_ms; CostGroup *g; size_t n; Sums all; } Span;

typedef struct Measuring {
	Store *s;
	const MeasureAsk *q;
	Arena *a;
	Measures *out;
	size_t rule;                                   /* index of the one under way */
	int64_t minute, recent_from;                   /* the running minute; the first that is kept by key */
	int64_t base_hour[BASE_HOURS_MAX]; size_t base_n;      /* known hours like this one; below BASE_LEAST nothing is usual */
	Span span[SPANS_MAX]; size_t spans;
	TraceSum *trace; size_t traces; int64_t trace_window_ms;
	AgentVersionRow *agent; size_t agents; bool agents_read;
} Measuring;

typedef int (*MeasureFn)(Measuring *m, const AlertRule *r, Err *e);

Dim  measure_dim(AlertBy by);
/* *out NULL: minutes by key do not reach that far back yet, nothing is known. */
int  measure_span(Measuring *m, Dim by, int64_t window_ms, const Span **out, Err *e);
int  measure_base(Measuring *m, Dim by, const Span **out, Err *e);
bool measure_has_base(const Measuring *m);
const Sums *span_find(const Span *s, Str key);     /* NULL: it has none */
int64_t measure_span_ms(const Measuring *m, int64_t window_ms);          /* with the part of the running minute that has passed */
void measure_add(Measuring *m, const AlertRule *r, Str key, AlertReading x);
void measure_add_of(Measuring *m, const AlertRule *r, Str key, AlertReading x, Str agent, Str version);
void measure_unknown(Measuring *m);                /* of the rule under way nothing is known */
int  measure_agents(Measuring *m, Err *e);         /* the registry's items, into m->agent */
bool measure_has_pointer(const Measuring *m, Str agent);       /* after measure_agents */
Str  key_agent(Str version_key);                   /* "agent@version", cut at the last @ */
Str  key_version(Str version_key);

/* measure_jobs.c */
int measure_streaks(Measuring *m, const AlertRule *r, Err *e);
int measure_silence(Measuring *m, const AlertRule *r, Err *e);
int measure_stuck(Measuring *m, const AlertRule *r, Err *e);
int measure_traces(Measuring *m, const AlertRule *r, Err *e);
int measure_unpinned(Measuring *m, const AlertRule *r, Err *e);
/* measure_moves.c */
int measure_after_move(Measuring *m, const AlertRule *r, Err *e);
int measure_cache(Measuring *m, const AlertRule *r, Err *e);
int measure_outside(Measuring *m, const AlertRule *r, Err *e);
/* measure_restored.c */
int measure_restored(Measuring *m, const AlertRule *r, Err *e);
/* measure_stops.c */
int measure_stops(Measuring *m, const AlertRule *r, Err *e);
/* measure_latency.c */
int measure_p95(Measuring *m, const AlertRule *r, Err *e);
/* measure_models.c */
int measure_retiring(Measuring *m, const AlertRule *r, Err *e);
/* measure_feeds.c */
int measure_throttles(Measuring *m, const AlertRule *r, Err *e);
int measure_seen(Measuring *m, const AlertRule *r, Err *e);
int measure_feed_age(Measuring *m, const AlertRule *r, Err *e);
int measure_credentials(Measuring *m, const AlertRule *r, Err *e);
int measure_bill(Measuring *m, const AlertRule *r, Err *e);

#endif
