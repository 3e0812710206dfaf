/* Cost Explorer: what a closed day did cost. Source: AWS Billing and Cost Management API Reference, "Cost Explorer",
 * version 2017-10-25. Each request is charged ($0.01). */
#ifndef API_COST_EXPLORER_H
#define API_COST_EXPLORER_H

#include "api/op.h"

typedef struct CeInterval { Str start, end; } CeInterval;      /* YYYY-MM-DD; end is exclusive */
typedef struct CeGroupBy { Str type, key; } CeGroupBy;          /* DIMENSION | TAG | COST_CATEGORY */
/* filter: an Expression as JSON, or empty. granularity: DAILY | MONTHLY | HOURLY. metrics: "UnblendedCost" … */
typedef struct CeCostIn { CeInterval period; Str granularity, filter, next_token; LIST_OF(Str) metrics; LIST_OF(CeGroupBy) group_by; } CeCostIn;
typedef struct CeAmount { Str amount, unit; } CeAmount;         /* amount: decimal text, read it with str_scaled */
typedef struct CeMetric { Str name; CeAmount value; } CeMetric;
typedef struct CeGroup { LIST_OF(Str) keys; LIST_OF(CeMetric) metrics; } CeGroup;
typedef struct CeResult { CeInterval period; LIST_OF(CeMetric) total; LIST_OF(CeGroup) groups; bool estimated; } CeResult;
typedef struct CeCostOut { LIST_OF(CeGroupBy) group_by; LIST_OF(CeResult) results; Str next_token; } CeCostOut;

extern const AwsOp op_ce_get_cost_and_usage;

#endif
