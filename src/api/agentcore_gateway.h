/* Bedrock AgentCore gateways: rules, which may split traffic, and rate limits.
 * Source: Amazon Bedrock AgentCore Control API Reference, version 2023-06-05. */
#ifndef API_AGENTCORE_GATEWAY_H
#define API_AGENTCORE_GATEWAY_H

#include "api/op.h"

typedef struct AcGatewayIn { Str id; } AcGatewayIn;
/* Rules or rate limits of one gateway. */
typedef struct AcGatewayListIn { Str id; int64_t max; Str next_token; } AcGatewayListIn;
typedef struct AcGateway {
	Str id, arn, name, url, status, description, role, protocol, authorizer_type, key_arn;
	int64_t created_ms, updated_ms;
	LIST_OF(Str) status_reasons;
	Str authorizer, policy_engine, web_acl_arn;
} AcGateway;
typedef struct AcGateways { LIST_OF(AcGateway) gateways; Str next_token; } AcGateways;
/* One arm of a traffic split: exactly two, weights 1 … 99 that sum to 100. */
typedef struct AcSplit {
	Str name;
	int64_t weight;
	Str target, model, description;
	LIST_OF(ShapePair) metadata;
	Str fallback;
} AcSplit;
typedef struct AcWeightedRoute { LIST_OF(AcSplit) split; } AcWeightedRoute;
typedef struct AcStaticRoute { Str target, model, fallback; } AcStaticRoute;
/* One of both. */
typedef struct AcRoute { AcStaticRoute fixed; AcWeightedRoute weighted; } AcRoute;
typedef struct AcBundle { Str arn, version; } AcBundle;
typedef struct AcBundleSplit {
	Str name;
	int64_t weight;
	AcBundle bundle;
	Str description;
	LIST_OF(ShapePair) metadata;
} AcBundleSplit;
typedef struct AcWeightedBundle { LIST_OF(AcBundleSplit) split; } AcWeightedBundle;
/* One of both. */
typedef struct AcBundleAction { AcBundle fixed; AcWeightedBundle weighted; } AcBundleAction;
/* One of both. */
typedef struct AcAction { AcBundleAction bundle; AcRoute route; } AcAction;
typedef struct AcRule {
	Str id, gateway_arn;
	int64_t priority;
	LIST_OF(Str) conditions;
	LIST_OF(AcAction) actions;
	Str description, status;
	int64_t created_ms, updated_ms;
} AcRule;
typedef struct AcRules { LIST_OF(AcRule) rules; Str next_token; } AcRules;
typedef struct AcRuleIn { Str gateway, id; } AcRuleIn;
/* What is left out stays as it is. */
typedef struct AcRuleUpdateIn {
	Str gateway, id;
	int64_t priority;
	LIST_OF(Str) conditions;
	LIST_OF(AcAction) actions;
	Str description;
} AcRuleUpdateIn;
/* rate: how many in one period, "second" or "minute"; 0 lets nothing through. */
typedef struct AcRate { double rate; Str period; } AcRate;
typedef struct AcLimitEntry {
	LIST_OF(ShapePair) dimensions;
	LIST_OF(AcRate) requests, tokens, connections;
} AcLimitEntry;
typedef struct AcRateLimit {
	Str id, gateway, description;
	LIST_OF(Str) dimension_keys;
	LIST_OF(AcLimitEntry) entries;
	Str status;
	int64_t created_ms, updated_ms;
} AcRateLimit;
typedef struct AcRateLimits { LIST_OF(AcRateLimit) limits; Str next_token; } AcRateLimits;
typedef struct AcRateLimitIn { Str gateway, id; } AcRateLimitIn;
typedef struct AcRateLimitCreateIn {
	Str gateway, id, description;
	LIST_OF(Str) dimension_keys;
	LIST_OF(AcLimitEntry) entries;
	Str token;
} AcRateLimitCreateIn;
typedef struct AcRateLimitUpdateIn {
	Str gateway, id, description;
	LIST_OF(AcLimitEntry) entries;
} AcRateLimitUpdateIn;
typedef struct AcRateLimitGone { Str id, status; } AcRateLimitGone;

extern const AwsOp op_agentcore_list_gateways, op_agentcore_get_gateway, op_agentcore_list_gateway_rules,
	op_agentcore_get_gateway_rule, op_agentcore_update_gateway_rule, op_agentcore_list_rate_limits,
	op_agentcore_get_rate_limit, op_agentcore_create_rate_limit, op_agentcore_update_rate_limit,
	op_agentcore_delete_rate_limit;

#endif
