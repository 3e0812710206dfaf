#include "api/cost_explorer.h"

static const ShapeMember interval[] = {
	SH_STR(CeInterval, start, "Start", .flags = SHAPE_MUST), SH_STR(CeInterval, end, "End", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_interval = SHAPE(CeInterval, interval);
static const ShapeMember group_by[] = { SH_STR(CeGroupBy, type, "Type"), SH_STR(CeGroupBy, key, "Key"), { 0 } };
static const Shape shape_group_by = SHAPE(CeGroupBy, group_by);
static const ShapeMember cost_in[] = {
	SH_STRUCT(CeCostIn, period, "TimePeriod", shape_interval, .flags = SHAPE_MUST),
	SH_STR(CeCostIn, granularity, "Granularity", .flags = SHAPE_MUST),
	SH_DOC(CeCostIn, filter, "Filter"),
	SH_STRS(CeCostIn, metrics, "Metrics", SHAPE_MUST),
	SH_STRUCTS(CeCostIn, group_by, "GroupBy", shape_group_by, 0),
	SH_STR(CeCostIn, next_token, "NextPageToken"),
	{ 0 },
};
static const ShapeMember amount[] = { SH_STR(CeAmount, amount, "Amount"), SH_STR(CeAmount, unit, "Unit"), { 0 } };
static const Shape shape_amount = SHAPE(CeAmount, amount);
static const ShapeMember group[] = {
	SH_STRS(CeGroup, keys, "Keys", 0),
	SH_MAP(CeGroup, metrics, "Metrics", CeMetric, shape_amount),
	{ 0 },
};
static const Shape shape_group = SHAPE(CeGroup, group);
static const ShapeMember result[] = {
	SH_STRUCT(CeResult, period, "TimePeriod", shape_interval),
	/* There also when it is empty, beside groups. */
	{ .name = "Total", .kind = SHAPE_STRUCT, .at = offsetof(CeResult, total), .size = sizeof(CeMetric),
	  .flags = SHAPE_MAP | SHAPE_ALWAYS, .of = &shape_amount },
	SH_STRUCTS(CeResult, groups, "Groups", shape_group, SHAPE_ALWAYS),
	SH_BOOL(CeResult, estimated, "Estimated", .flags = SHAPE_ALWAYS),
	{ 0 },
};
static const Shape shape_result = SHAPE(CeResult, result);
static const ShapeMember cost_out[] = {
	SH_STRUCTS(CeCostOut, group_by, "GroupDefinitions", shape_group_by, 0),
	SH_STRUCTS(CeCostOut, results, "ResultsByTime", shape_result, SHAPE_ALWAYS), SH_STR(CeCostOut, next_token, "NextPageToken"), { 0 } };

static const Shape shape_cost_in = SHAPE(CeCostIn, cost_in), shape_cost_out = SHAPE(CeCostOut, cost_out);

/* One host for all Regions of a partition. */
static const AwsService ce = {
	.id = "cost-explorer", .host_prefix = "ce", .signing_name = "ce", .protocol = AWS_JSON11,
	.target_prefix = "AWSInsightsIndexService", .name = "Cost Explorer",
};

const AwsOp op_ce_get_cost_and_usage = {
	.service = &ce, .name = "GetCostAndUsage", .method = "POST", .path = "/", .cls = AWS_PAID, .permission = "ce:GetCostAndUsage",
	.in = &shape_cost_in, .out = &shape_cost_out, .page_token = "NextPageToken",
};
