/* How long jobs took, from sketches that are kept beside the hourly totals: quantiles within 1 % (model/sketch.h), to be shown as
 * approximate. No question here reads more jobs than those of the parts of hours at the ends of a window. */
#ifndef STORE_LATENCY_H
#define STORE_LATENCY_H

#include "model/sketch.h"
#include "store/store.h"

/* p95_low_ms: four standard errors below, which so few jobs as these have at least, whatever chance does to the slowest of them. */
typedef struct LatencyGroup { Str key; int64_t n, p50_ms, p95_ms, p99_ms, p95_low_ms; } LatencyGroup;

/* All, tenant, agent, version and model have sketches. Others are an error in all that follows. */
bool store_has_latency(Dim d);
/* Groups of the jobs booked in the window: most jobs first, then by key. until_ms 0 = open. */
int store_latency_by(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Arena *a, LatencyGroup **out, size_t *n, Err *e);
/* The same for a set of hours (for a baseline). */
int store_latency_hours_by(Store *s, Dim by, const int64_t *hours, size_t count, Arena *a, LatencyGroup **out, size_t *n, Err *e);
/* Adds one key's jobs of these hours, of several stores (those that are NULL are left out). DIM_ALL: key ignored. */
int store_latency_hours(Store *const *s, size_t stores, Dim dim, Str key, const int64_t *hours, size_t count, Sketch *into, Err *e);
/* Adds all jobs that were heard of last in these minutes, as long as jobs are kept. into: one sketch for each minute. */
int store_latency_minutes(Store *const *s, size_t stores, int64_t from_minute, size_t count, Sketch *into, Err *e);

#endif
