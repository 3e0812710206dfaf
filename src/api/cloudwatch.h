/* CloudWatch: metrics and alarms. Source: Amazon CloudWatch API Reference, version 2010-08-01, in its JSON form. */
#ifndef API_CLOUDWATCH_H
#define API_CLOUDWATCH_H

#include "api/op.h"

typedef struct CwDimension { Str name, value; } CwDimension;
typedef struct CwMetric { Str ns, name; LIST_OF(CwDimension) dims; } CwMetric;
/* recent: "PT3H" for metrics with data in the last three hours. */
typedef struct CwListIn { Str ns, metric, recent, next_token; LIST_OF(CwDimension) dims; } CwListIn;
typedef struct CwListOut { LIST_OF(CwMetric) metrics; Str next_token; } CwListOut;

/* Either stat or expression (metric math). period_s: of an expression that needs one. hidden: only used by others. */
typedef struct CwStat { CwMetric metric; int64_t period_s; Str stat, unit; } CwStat;
typedef struct CwQuery { Str id, expression, label; CwStat stat; int64_t period_s; OptBool shown; } CwQuery;
typedef struct CwDataIn { LIST_OF(CwQuery) queries; int64_t start_ms, end_ms; Str next_token, scan_by; } CwDataIn;
/* t.n == v.n. A value may be NaN: CloudWatch says so where it cannot divide. status: Complete, PartialData … */
typedef struct CwSeries { Str id, label, status; LIST_OF(int64_t) t; LIST_OF(double) v; } CwSeries;
typedef struct CwMessage { Str code, value; } CwMessage;
typedef struct CwDataOut { LIST_OF(CwSeries) series; LIST_OF(CwMessage) messages; Str next_token; } CwDataOut;

typedef struct CwAlarmsIn { LIST_OF(Str) names; LIST_OF(Str) types; Str prefix, state, next_token; int64_t limit; } CwAlarmsIn;
typedef struct CwAlarm {
	Str name, arn, description, state, reason, ns, metric, statistic, comparison, missing;
	int64_t changed_ms, since_ms;        /* since_ms: of the state alone (StateTransitionedTimestamp); 0: not told */
	int64_t period_s, periods, points;
	OptNum threshold;
	OptBool actions;
	LIST_OF(Str) alarm_actions, ok_actions;
	LIST_OF(CwDimension) dims;
} CwAlarm;
typedef struct CwComposite { Str name, arn, description, state, reason, rule; int64_t changed_ms, since_ms; OptBool actions; } CwComposite;
typedef struct CwAlarms { LIST_OF(CwAlarm) metric; LIST_OF(CwComposite) composite; Str next_token; } CwAlarms;

typedef struct CwPutAlarmIn {
	Str name, description, ns, metric, statistic, comparison, missing;
	LIST_OF(CwDimension) dims;
	LIST_OF(Str) actions, ok_actions;
	int64_t period_s, periods, points;
	OptNum threshold;
	OptBool enabled;
} CwPutAlarmIn;
typedef struct CwDatum { Str name, unit; LIST_OF(CwDimension) dims; int64_t time_ms; OptNum value; } CwDatum;
typedef struct CwPutDataIn { Str ns; LIST_OF(CwDatum) data; } CwPutDataIn;

extern const AwsOp op_cloudwatch_list_metrics, op_cloudwatch_get_metric_data, op_cloudwatch_describe_alarms,
	op_cloudwatch_put_metric_alarm, op_cloudwatch_put_metric_data;

#endif
