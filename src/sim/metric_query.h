/* One query of GetMetricData over the fleet's calls or a custom series. Source: CloudWatch API Reference,
 * "GetMetricData" (periods, retention, alignment) and User Guide, "Search expressions". */
#ifndef SIM_METRIC_QUERY_H
#define SIM_METRIC_QUERY_H

#include "sim/fleet.h"
#include "sim/metricstore.h"

#define METRIC_BEDROCK "AWS/Bedrock"

typedef enum MetricStat { STAT_SUM, STAT_AVERAGE, STAT_MINIMUM, STAT_MAXIMUM, STAT_SAMPLES, STAT_PERCENTILE } MetricStat;

typedef struct MetricBin {
	double  n, sum, min, max;
	double *value;                   /* percentiles only */
	size_t  values, value_cap;
} MetricBin;

typedef struct MetricQuery {
	Str     id, label;
	bool    hidden;                  /* ReturnData false */
	int     metric;                  /* row of AWS/Bedrock's metrics, or -1: a custom series */
	int     model;                   /* row of the fleet's models; -1: all of them */
	const MetricSeries *series;      /* NULL: none of that name */
	bool    nothing;                 /* no data can match */
	MetricStat stat;
	double  percent;
	int64_t period_ms, first_ms;     /* of bin 0 */
	MetricBin *bin;
	size_t  bins;
} MetricQuery;

const char *metric_bedrock_name(size_t i);      /* NULL behind the last */
/* Reads one element of MetricDataQueries; allocates the bins. */
int  metric_query_read(Arena *a, MetricStore *store, JsonVal v, int64_t from_ms, int64_t to_ms, int64_t now_ms,
                       MetricQuery *out, Err *e);
void metric_query_done(MetricQuery *q);
void metric_query_add(MetricQuery *q, int64_t t_ms, double v);
/* What a call adds to the query, if anything. */
void metric_query_call(MetricQuery *q, int64_t t_ms, const FleetJob *j, const FleetCall *c);
void metric_query_series(MetricQuery *q);
/* False for a bin without data: such points do not exist. */
bool metric_query_value(MetricQuery *q, size_t bin, double *out);

#endif
