/* Service Quotas. Source: Service Quotas API Reference, version 2019-06-24. */
#ifndef API_SERVICE_QUOTAS_H
#define API_SERVICE_QUOTAS_H

#include "api/op.h"

typedef struct QuotaListIn { Str service_code, quota_code, next_token; int64_t limit; } QuotaListIn;
typedef struct QuotaIn { Str service_code, quota_code; } QuotaIn;
/* metric_ns, metric_name: where the use of it is counted, when it is. */
typedef struct QuotaMetric { Str ns, name, stat; LIST_OF(ShapePair) dims; } QuotaMetric;
typedef struct Quota {
	Str service_code, service_name, arn, code, name, unit, level;
	double value;
	bool adjustable, global;
	QuotaMetric usage;
} Quota;
typedef struct Quotas { LIST_OF(Quota) quotas; Str next_token; } Quotas;
typedef struct QuotaOut { Quota quota; } QuotaOut;

extern const AwsOp op_quotas_list_service_quotas, op_quotas_get_service_quota;

#endif
