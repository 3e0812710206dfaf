/* What CloudWatch counted, for the cross-check of what is booked. Runs on a worker. */
#ifndef APP_COUNTED_H
#define APP_COUNTED_H

#include "store/store.h"

/* A count as CloudWatch gives it: what no count can be (NaN, negative, absurd) is none. */
int64_t counted_of(double v);
/* One of the four classes of tokens? */
bool counted_is_tokens(const MetricSeries *m);
/* What was counted in [from, until): the points whose period begins there. */
int64_t counted_points(const MetricSeries *m, int64_t from_ms, int64_t until_ms);
/* Tokens of all classes in whole minutes of [from, until); *any: there are such metrics in the store. */
int counted_tokens(Store *s, int64_t from_ms, int64_t until_ms, int64_t *tokens, bool *any, Err *e);
/* How much of that we have booked ourselves, in ppm, of [from, until); INT64_MIN: nothing was counted there. *jobs: booked there. */
int counted_seen(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, int64_t *seen_ppm, int64_t *jobs, Err *e);
/* Which whole minutes of [from, until) such counts are there for, as far as they can be whole: the last five minutes may still grow. */
int counted_span(Store *s, int64_t from_ms, int64_t until_ms, int64_t *first_ms, int64_t *end_ms, bool *any, Err *e);

#endif
