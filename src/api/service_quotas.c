#include "api/service_quotas.h"

static const ShapeMember list_in[] = {
	SH_STR(QuotaListIn, service_code, "ServiceCode", .flags = SHAPE_MUST, .about = "quotas of"),
	SH_STR(QuotaListIn, quota_code, "QuotaCode"),
	SH_STR(QuotaListIn, next_token, "NextToken"),
	SH_I64(QuotaListIn, limit, "MaxResults"),
	{ 0 },
};
static const ShapeMember quota_in[] = {
	SH_STR(QuotaIn, service_code, "ServiceCode", .flags = SHAPE_MUST),
	SH_STR(QuotaIn, quota_code, "QuotaCode", .flags = SHAPE_MUST, .about = "quota"),
	{ 0 },
};
static const ShapeMember metric[] = {
	SH_STR(QuotaMetric, ns, "MetricNamespace"),
	SH_STR(QuotaMetric, name, "MetricName"),
	SH_PAIRS(QuotaMetric, dims, "MetricDimensions", 0),
	SH_STR(QuotaMetric, stat, "MetricStatisticRecommendation"),
	{ 0 },
};
static const Shape shape_metric = SHAPE(QuotaMetric, metric);
static const ShapeMember quota[] = {
	SH_STR(Quota, service_code, "ServiceCode"),
	SH_STR(Quota, service_name, "ServiceName"),
	SH_STR(Quota, arn, "QuotaArn"),
	SH_STR(Quota, code, "QuotaCode"),
	SH_STR(Quota, name, "QuotaName"),
	SH_NUM(Quota, value, "Value", .flags = SHAPE_ALWAYS),
	SH_STR(Quota, unit, "Unit"),
	SH_BOOL(Quota, adjustable, "Adjustable", .flags = SHAPE_ALWAYS),
	SH_BOOL(Quota, global, "GlobalQuota", .flags = SHAPE_ALWAYS),
	SH_STRUCT(Quota, usage, "UsageMetric", shape_metric),
	SH_STR(Quota, level, "QuotaAppliedAtLevel"),
	{ 0 },
};
static const Shape shape_quota = SHAPE(Quota, quota);
static const ShapeMember list_out[] = {
	SH_STRUCTS(Quotas, quotas, "Quotas", shape_quota, SHAPE_ALWAYS), SH_STR(Quotas, next_token, "NextToken"), { 0 } };
static const ShapeMember quota_out[] = { SH_STRUCT(QuotaOut, quota, "Quota", shape_quota), { 0 } };

static const Shape shape_list_in = SHAPE(QuotaListIn, list_in), shape_list_out = SHAPE(Quotas, list_out);
static const Shape shape_quota_in = SHAPE(QuotaIn, quota_in), shape_quota_out = SHAPE(QuotaOut, quota_out);

static const AwsService quotas = {
	.id = "service-quotas", .host_prefix = "servicequotas", .signing_name = "servicequotas", .protocol = AWS_JSON11,
	.target_prefix = "ServiceQuotasV20190624", .name = "Service Quotas",
};

#define QUOTA_ROW(op_name) \
	.service = &quotas, .name = op_name, .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true, \
	.permission = "servicequotas:" op_name

const AwsOp op_quotas_list_service_quotas = {
	QUOTA_ROW("ListServiceQuotas"), .in = &shape_list_in, .out = &shape_list_out, .page_token = "NextToken" };
const AwsOp op_quotas_get_service_quota = { QUOTA_ROW("GetServiceQuota"), .in = &shape_quota_in, .out = &shape_quota_out };
