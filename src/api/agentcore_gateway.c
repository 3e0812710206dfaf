#include "api/agentcore_gateway.h"

#include "api/agentcore.h"

static const ShapeMember list_in[] = {
	SH_I64(AcListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_list_in = SHAPE(AcListIn, list_in);
static const ShapeMember gateway_in[] = {
	SH_STR(AcGatewayIn, id, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	{ 0 },
};
static const Shape shape_gateway_in = SHAPE(AcGatewayIn, gateway_in);
static const ShapeMember gateway_list_in[] = {
	SH_STR(AcGatewayListIn, id, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	SH_I64(AcGatewayListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcGatewayListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_gateway_list_in = SHAPE(AcGatewayListIn, gateway_list_in);
static const ShapeMember gateway[] = {
	SH_STR(AcGateway, id, "gatewayId", .flags = SHAPE_MUST),
	SH_STR(AcGateway, arn, "gatewayArn"),
	SH_STR(AcGateway, name, "name"),
	SH_STR(AcGateway, url, "gatewayUrl"),
	SH_STR(AcGateway, status, "status"),
	SH_STR(AcGateway, description, "description"),
	SH_STR(AcGateway, role, "roleArn"),
	SH_STR(AcGateway, protocol, "protocolType"),
	SH_STR(AcGateway, authorizer_type, "authorizerType"),
	SH_STR(AcGateway, key_arn, "kmsKeyArn"),
	SH_TIME_ISO(AcGateway, created_ms, "createdAt"),
	SH_TIME_ISO(AcGateway, updated_ms, "updatedAt"),
	SH_STRS(AcGateway, status_reasons, "statusReasons", 0),
	SH_DOC(AcGateway, authorizer, "authorizerConfiguration"),
	SH_DOC(AcGateway, policy_engine, "policyEngineConfiguration"),
	SH_STR(AcGateway, web_acl_arn, "webAclArn"),
	{ 0 },
};
static const Shape shape_gateway = SHAPE(AcGateway, gateway);
static const ShapeMember gateway_item[] = {
	SH_STR(AcGateway, id, "gatewayId", .flags = SHAPE_MUST),
	SH_STR(AcGateway, name, "name"),
	SH_STR(AcGateway, status, "status"),
	SH_STR(AcGateway, description, "description"),
	SH_STR(AcGateway, protocol, "protocolType"),
	SH_STR(AcGateway, authorizer_type, "authorizerType"),
	SH_TIME_ISO(AcGateway, created_ms, "createdAt"),
	SH_TIME_ISO(AcGateway, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_gateway_item = SHAPE(AcGateway, gateway_item);
static const ShapeMember gateways[] = {
	SH_STRUCTS(AcGateways, gateways, "items", shape_gateway_item, SHAPE_ALWAYS),
	SH_STR(AcGateways, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_gateways = SHAPE(AcGateways, gateways);
static const ShapeMember split[] = {
	SH_STR(AcSplit, name, "name", .flags = SHAPE_MUST),
	SH_I64(AcSplit, weight, "weight", .flags = SHAPE_MUST),
	SH_STR(AcSplit, target, "targetName", .flags = SHAPE_MUST),
	SH_STR(AcSplit, model, "model"),
	SH_STR(AcSplit, description, "description"),
	SH_PAIRS(AcSplit, metadata, "metadata", 0),
	SH_DOC(AcSplit, fallback, "fallback"),
	{ 0 },
};
static const Shape shape_split = SHAPE(AcSplit, split);
static const ShapeMember weighted_route[] = {
	SH_STRUCTS(AcWeightedRoute, split, "trafficSplit", shape_split, SHAPE_MUST),
	{ 0 },
};
static const Shape shape_weighted_route = SHAPE(AcWeightedRoute, weighted_route);
static const ShapeMember static_route[] = {
	SH_STR(AcStaticRoute, target, "targetName", .flags = SHAPE_MUST),
	SH_STR(AcStaticRoute, model, "model"),
	SH_DOC(AcStaticRoute, fallback, "fallback"),
	{ 0 },
};
static const Shape shape_static_route = SHAPE(AcStaticRoute, static_route);
static const ShapeMember route[] = {
	SH_STRUCT(AcRoute, fixed, "staticRoute", shape_static_route),
	SH_STRUCT(AcRoute, weighted, "weightedRoute", shape_weighted_route),
	{ 0 },
};
static const Shape shape_route = SHAPE(AcRoute, route);
static const ShapeMember bundle[] = {
	SH_STR(AcBundle, arn, "bundleArn", .flags = SHAPE_MUST),
	SH_STR(AcBundle, version, "bundleVersion", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_bundle = SHAPE(AcBundle, bundle);
static const ShapeMember bundle_split[] = {
	SH_STR(AcBundleSplit, name, "name", .flags = SHAPE_MUST),
	SH_I64(AcBundleSplit, weight, "weight", .flags = SHAPE_MUST),
	SH_STRUCT(AcBundleSplit, bundle, "configurationBundle", shape_bundle, .flags = SHAPE_MUST),
	SH_STR(AcBundleSplit, description, "description"),
	SH_PAIRS(AcBundleSplit, metadata, "metadata", 0),
	{ 0 },
};
static const Shape shape_bundle_split = SHAPE(AcBundleSplit, bundle_split);
static const ShapeMember weighted_bundle[] = {
	SH_STRUCTS(AcWeightedBundle, split, "trafficSplit", shape_bundle_split, SHAPE_MUST),
	{ 0 },
};
static const Shape shape_weighted_bundle = SHAPE(AcWeightedBundle, weighted_bundle);
static const ShapeMember bundle_action[] = {
	SH_STRUCT(AcBundleAction, fixed, "staticOverride", shape_bundle),
	SH_STRUCT(AcBundleAction, weighted, "weightedOverride", shape_weighted_bundle),
	{ 0 },
};
static const Shape shape_bundle_action = SHAPE(AcBundleAction, bundle_action);
static const ShapeMember action[] = {
	SH_STRUCT(AcAction, bundle, "configurationBundle", shape_bundle_action),
	SH_STRUCT(AcAction, route, "routeToTarget", shape_route),
	{ 0 },
};
static const Shape shape_action = SHAPE(AcAction, action);
static const ShapeMember rule[] = {
	SH_STR(AcRule, id, "ruleId", .flags = SHAPE_MUST),
	SH_STR(AcRule, gateway_arn, "gatewayArn"),
	SH_I64(AcRule, priority, "priority"),
	SH_LIST(AcRule, conditions, "conditions", SHAPE_DOC, 0),
	SH_STRUCTS(AcRule, actions, "actions", shape_action, 0),
	SH_STR(AcRule, description, "description"),
	SH_STR(AcRule, status, "status"),
	SH_TIME_ISO(AcRule, created_ms, "createdAt"),
	SH_TIME_ISO(AcRule, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_rule = SHAPE(AcRule, rule);
static const ShapeMember rules[] = {
	SH_STRUCTS(AcRules, rules, "gatewayRules", shape_rule, SHAPE_ALWAYS),
	SH_STR(AcRules, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_rules = SHAPE(AcRules, rules);
static const ShapeMember rule_in[] = {
	SH_STR(AcRuleIn, gateway, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	SH_STR(AcRuleIn, id, "ruleId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_rule_in = SHAPE(AcRuleIn, rule_in);
static const ShapeMember rule_update_in[] = {
	SH_STR(AcRuleUpdateIn, gateway, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	SH_STR(AcRuleUpdateIn, id, "ruleId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_I64(AcRuleUpdateIn, priority, "priority"),
	SH_LIST(AcRuleUpdateIn, conditions, "conditions", SHAPE_DOC, 0),
	SH_STRUCTS(AcRuleUpdateIn, actions, "actions", shape_action, 0),
	SH_STR(AcRuleUpdateIn, description, "description"),
	{ 0 },
};
static const Shape shape_rule_update_in = SHAPE(AcRuleUpdateIn, rule_update_in);
static const ShapeMember rate[] = {
	SH_NUM(AcRate, rate, "rate", .flags = SHAPE_MUST),
	SH_STR(AcRate, period, "period", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_rate = SHAPE(AcRate, rate);
static const ShapeMember limit_entry[] = {
	SH_PAIRS(AcLimitEntry, dimensions, "dimensions", SHAPE_MUST),
	SH_STRUCTS(AcLimitEntry, requests, "requests", shape_rate, 0),
	SH_STRUCTS(AcLimitEntry, tokens, "tokens", shape_rate, 0),
	SH_STRUCTS(AcLimitEntry, connections, "connections", shape_rate, 0),
	{ 0 },
};
static const Shape shape_limit_entry = SHAPE(AcLimitEntry, limit_entry);
static const ShapeMember rate_limit[] = {
	SH_STR(AcRateLimit, id, "rateLimitId", .flags = SHAPE_MUST),
	SH_STR(AcRateLimit, gateway, "gatewayIdentifier"),
	SH_STR(AcRateLimit, description, "description"),
	SH_STRS(AcRateLimit, dimension_keys, "dimensionKeys", 0),
	SH_STRUCTS(AcRateLimit, entries, "entries", shape_limit_entry, 0),
	SH_STR(AcRateLimit, status, "status"),
	SH_TIME_ISO(AcRateLimit, created_ms, "createdAt"),
	SH_TIME_ISO(AcRateLimit, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_rate_limit = SHAPE(AcRateLimit, rate_limit);
static const ShapeMember rate_limits[] = {
	SH_STRUCTS(AcRateLimits, limits, "rateLimits", shape_rate_limit, SHAPE_ALWAYS),
	SH_STR(AcRateLimits, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_rate_limits = SHAPE(AcRateLimits, rate_limits);
static const ShapeMember rate_limit_in[] = {
	SH_STR(AcRateLimitIn, gateway, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	SH_STR(AcRateLimitIn, id, "rateLimitId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_rate_limit_in = SHAPE(AcRateLimitIn, rate_limit_in);
static const ShapeMember rate_limit_create_in[] = {
	SH_STR(AcRateLimitCreateIn, gateway, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	SH_STR(AcRateLimitCreateIn, id, "rateLimitId"),
	SH_STR(AcRateLimitCreateIn, description, "description"),
	SH_STRS(AcRateLimitCreateIn, dimension_keys, "dimensionKeys", SHAPE_MUST),
	SH_STRUCTS(AcRateLimitCreateIn, entries, "entries", shape_limit_entry, SHAPE_MUST),
	SH_STR(AcRateLimitCreateIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_rate_limit_create_in = SHAPE(AcRateLimitCreateIn, rate_limit_create_in);
static const ShapeMember rate_limit_update_in[] = {
	SH_STR(AcRateLimitUpdateIn, gateway, "gatewayIdentifier", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "gateway"),
	SH_STR(AcRateLimitUpdateIn, id, "rateLimitId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(AcRateLimitUpdateIn, description, "description"),
	SH_STRUCTS(AcRateLimitUpdateIn, entries, "entries", shape_limit_entry, SHAPE_MUST),
	{ 0 },
};
static const Shape shape_rate_limit_update_in = SHAPE(AcRateLimitUpdateIn, rate_limit_update_in);
static const ShapeMember rate_limit_gone[] = {
	SH_STR(AcRateLimitGone, id, "rateLimitId"),
	SH_STR(AcRateLimitGone, status, "status"),
	{ 0 },
};
static const Shape shape_rate_limit_gone = SHAPE(AcRateLimitGone, rate_limit_gone);

#define ROW(op_name, verb, at, kind) .service = &agentcore_control, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock-agentcore:" op_name

const AwsOp op_agentcore_list_gateways = {
	ROW("ListGateways", "GET", "/gateways/", AWS_READ), .in = &shape_list_in, .out = &shape_gateways, .idempotent = true,
	.page_token = "nextToken" };
const AwsOp op_agentcore_get_gateway = {
	ROW("GetGateway", "GET", "/gateways/{gatewayIdentifier}/", AWS_READ), .in = &shape_gateway_in, .out = &shape_gateway,
	.idempotent = true };
const AwsOp op_agentcore_list_gateway_rules = {
	ROW("ListGatewayRules", "GET", "/gateways/{gatewayIdentifier}/rules", AWS_READ), .in = &shape_gateway_list_in,
	.out = &shape_rules, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_get_gateway_rule = {
	ROW("GetGatewayRule", "GET", "/gateways/{gatewayIdentifier}/rules/{ruleId}", AWS_READ), .in = &shape_rule_in,
	.out = &shape_rule, .idempotent = true };
const AwsOp op_agentcore_update_gateway_rule = {
	ROW("UpdateGatewayRule", "PATCH", "/gateways/{gatewayIdentifier}/rules/{ruleId}", AWS_WRITE),
	.in = &shape_rule_update_in, .out = &shape_rule, .idempotent = true };
const AwsOp op_agentcore_list_rate_limits = {
	ROW("ListGatewayRateLimits", "GET", "/gateways/{gatewayIdentifier}/rate-limits", AWS_READ),
	.in = &shape_gateway_list_in, .out = &shape_rate_limits, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_get_rate_limit = {
	ROW("GetGatewayRateLimit", "GET", "/gateways/{gatewayIdentifier}/rate-limits/{rateLimitId}", AWS_READ),
	.in = &shape_rate_limit_in, .out = &shape_rate_limit, .idempotent = true };
const AwsOp op_agentcore_create_rate_limit = {
	ROW("CreateGatewayRateLimit", "POST", "/gateways/{gatewayIdentifier}/rate-limits", AWS_WRITE),
	.in = &shape_rate_limit_create_in, .out = &shape_rate_limit, .idempotent = true };
const AwsOp op_agentcore_update_rate_limit = {
	ROW("UpdateGatewayRateLimit", "PATCH", "/gateways/{gatewayIdentifier}/rate-limits/{rateLimitId}", AWS_WRITE),
	.in = &shape_rate_limit_update_in, .out = &shape_rate_limit, .idempotent = true };
const AwsOp op_agentcore_delete_rate_limit = {
	ROW("DeleteGatewayRateLimit", "DELETE", "/gateways/{gatewayIdentifier}/rate-limits/{rateLimitId}", AWS_WRITE),
	.in = &shape_rate_limit_in, .out = &shape_rate_limit_gone, .idempotent = true };
