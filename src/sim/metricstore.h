/* Custom metrics as PutMetricData leaves them. */
#ifndef SIM_METRICSTORE_H
#define SIM_METRICSTORE_H

#include "wire/jsonval.h"

enum { METRIC_SERIES_MAX = 10000, METRIC_POINTS_MAX = 100000, METRIC_DIMENSIONS_MAX = 30 };

typedef struct MetricPoint { int64_t t_ms; double n, sum, min, max; } MetricPoint;

typedef struct MetricSeries {
	char  *space, *name, *dims;          /* dims: "Name=Value\n" for each, sorted */
	MetricPoint *point;
	size_t n, cap;
} MetricSeries;

typedef struct MetricStore { MetricSeries *series; size_t n, cap; } MetricStore;

MetricStore *metricstore_new(void);
void metricstore_free(MetricStore *s);
/* NULL when there is none and make is false, or there are too many. Borrowed until the next one is made. */
MetricSeries *metricstore_series(MetricStore *s, Str space, Str name, Str dims, bool make);
int  metricstore_put(MetricSeries *s, MetricPoint p);      /* -1: full */
/* The canonical text of a Dimensions list. */
int  metric_dims(Arena *a, JsonVal list, Str *out, Err *e);

#endif
