#include "api/agentcore.h"

static const ShapeMember list_in[] = {
	SH_I64(AcListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_list_in = SHAPE(AcListIn, list_in);
static const ShapeMember runtime_in[] = {
	SH_STR(AcRuntimeIn, id, "agentRuntimeId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_STR(AcRuntimeIn, version, "agentRuntimeVersion", .place = PLACE_QUERY, .wire = "version"),
	{ 0 },
};
static const Shape shape_runtime_in = SHAPE(AcRuntimeIn, runtime_in);
static const ShapeMember runtime_list_in[] = {
	SH_STR(AcRuntimeListIn, id, "agentRuntimeId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_I64(AcRuntimeListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcRuntimeListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_runtime_list_in = SHAPE(AcRuntimeListIn, runtime_list_in);
static const ShapeMember runtime[] = {
	SH_STR(AcRuntime, id, "agentRuntimeId", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, arn, "agentRuntimeArn"),
	SH_STR(AcRuntime, name, "agentRuntimeName"),
	SH_STR(AcRuntime, version, "agentRuntimeVersion", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, status, "status"),
	SH_STR(AcRuntime, description, "description"),
	SH_STR(AcRuntime, role, "roleArn"),
	SH_STR(AcRuntime, failure_reason, "failureReason"),
	SH_TIME_ISO(AcRuntime, created_ms, "createdAt"),
	SH_TIME_ISO(AcRuntime, updated_ms, "lastUpdatedAt"),
	SH_DOC(AcRuntime, artifact, "agentRuntimeArtifact"),
	SH_DOC(AcRuntime, network, "networkConfiguration"),
	SH_DOC(AcRuntime, protocol, "protocolConfiguration"),
	SH_DOC(AcRuntime, lifecycle, "lifecycleConfiguration"),
	SH_DOC(AcRuntime, hooks, "hooksConfiguration"),
	SH_DOC(AcRuntime, authorizer, "authorizerConfiguration"),
	SH_DOC(AcRuntime, request_headers, "requestHeaderConfiguration"),
	SH_DOC(AcRuntime, metadata, "metadataConfiguration"),
	SH_DOC(AcRuntime, capacity_provider, "capacityProviderConfiguration"),
	SH_STR(AcRuntime, platform_version, "platformVersion"),
	SH_PAIRS(AcRuntime, environment, "environmentVariables", SHAPE_SECRET),
	SH_LIST(AcRuntime, filesystems, "filesystemConfigurations", SHAPE_DOC, 0),
	SH_LIST(AcRuntime, ports, "allowedPorts", SHAPE_DOC, 0),
	SH_LIST(AcRuntime, resources, "resourceConfigurations", SHAPE_DOC, 0),
	{ 0 },
};
static const Shape shape_runtime = SHAPE(AcRuntime, runtime);
static const ShapeMember runtime_item[] = {
	SH_STR(AcRuntime, id, "agentRuntimeId", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, arn, "agentRuntimeArn"),
	SH_STR(AcRuntime, name, "agentRuntimeName"),
	SH_STR(AcRuntime, version, "agentRuntimeVersion", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, status, "status"),
	SH_STR(AcRuntime, description, "description"),
	SH_TIME_ISO(AcRuntime, updated_ms, "lastUpdatedAt"),
	{ 0 },
};
static const Shape shape_runtime_item = SHAPE(AcRuntime, runtime_item);
static const ShapeMember runtime_update[] = {
	SH_STR(AcRuntime, id, "agentRuntimeId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_DOC(AcRuntime, artifact, "agentRuntimeArtifact", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, role, "roleArn", .flags = SHAPE_MUST),
	SH_DOC(AcRuntime, network, "networkConfiguration"),
	SH_STR(AcRuntime, description, "description"),
	SH_DOC(AcRuntime, protocol, "protocolConfiguration"),
	SH_DOC(AcRuntime, lifecycle, "lifecycleConfiguration"),
	SH_DOC(AcRuntime, hooks, "hooksConfiguration"),
	SH_DOC(AcRuntime, authorizer, "authorizerConfiguration"),
	SH_DOC(AcRuntime, request_headers, "requestHeaderConfiguration"),
	SH_DOC(AcRuntime, metadata, "metadataConfiguration"),
	SH_DOC(AcRuntime, capacity_provider, "capacityProviderConfiguration"),
	SH_STR(AcRuntime, platform_version, "platformVersion"),
	SH_PAIRS(AcRuntime, environment, "environmentVariables", SHAPE_SECRET),
	SH_LIST(AcRuntime, filesystems, "filesystemConfigurations", SHAPE_DOC, 0),
	SH_LIST(AcRuntime, ports, "allowedPorts", SHAPE_DOC, 0),
	SH_LIST(AcRuntime, resources, "resourceConfigurations", SHAPE_DOC, 0),
	SH_STR(AcRuntime, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_runtime_update = SHAPE(AcRuntime, runtime_update);
static const ShapeMember runtime_updated[] = {
	SH_STR(AcRuntime, id, "agentRuntimeId", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, arn, "agentRuntimeArn"),
	SH_STR(AcRuntime, version, "agentRuntimeVersion", .flags = SHAPE_MUST),
	SH_STR(AcRuntime, status, "status"),
	SH_TIME_ISO(AcRuntime, created_ms, "createdAt"),
	SH_TIME_ISO(AcRuntime, updated_ms, "lastUpdatedAt"),
	{ 0 },
};
static const Shape shape_runtime_updated = SHAPE(AcRuntime, runtime_updated);
static const ShapeMember runtimes[] = {
	SH_STRUCTS(AcRuntimes, runtimes, "agentRuntimes", shape_runtime_item, SHAPE_ALWAYS),
	SH_STR(AcRuntimes, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_runtimes = SHAPE(AcRuntimes, runtimes);
static const ShapeMember endpoint[] = {
	SH_STR(AcEndpoint, name, "name", .flags = SHAPE_MUST),
	SH_STR(AcEndpoint, id, "id"),
	SH_STR(AcEndpoint, arn, "agentRuntimeEndpointArn"),
	SH_STR(AcEndpoint, runtime_arn, "agentRuntimeArn"),
	SH_STR(AcEndpoint, live, "liveVersion"),
	SH_STR(AcEndpoint, target, "targetVersion"),
	SH_STR(AcEndpoint, status, "status"),
	SH_STR(AcEndpoint, description, "description"),
	SH_STR(AcEndpoint, failure_reason, "failureReason"),
	SH_TIME_ISO(AcEndpoint, created_ms, "createdAt"),
	SH_TIME_ISO(AcEndpoint, updated_ms, "lastUpdatedAt"),
	{ 0 },
};
static const Shape shape_endpoint = SHAPE(AcEndpoint, endpoint);
static const ShapeMember endpoint_item[] = {
	SH_STR(AcEndpoint, name, "name", .flags = SHAPE_MUST),
	SH_STR(AcEndpoint, id, "id"),
	SH_STR(AcEndpoint, arn, "agentRuntimeEndpointArn"),
	SH_STR(AcEndpoint, runtime_arn, "agentRuntimeArn"),
	SH_STR(AcEndpoint, live, "liveVersion"),
	SH_STR(AcEndpoint, target, "targetVersion"),
	SH_STR(AcEndpoint, status, "status"),
	SH_STR(AcEndpoint, description, "description"),
	SH_TIME_ISO(AcEndpoint, created_ms, "createdAt"),
	SH_TIME_ISO(AcEndpoint, updated_ms, "lastUpdatedAt"),
	{ 0 },
};
static const Shape shape_endpoint_item = SHAPE(AcEndpoint, endpoint_item);
static const ShapeMember endpoint_created[] = {
	SH_STR(AcEndpoint, name, "endpointName"),
	SH_STR(AcEndpoint, arn, "agentRuntimeEndpointArn"),
	SH_STR(AcEndpoint, runtime_arn, "agentRuntimeArn"),
	SH_STR(AcEndpoint, target, "targetVersion"),
	SH_STR(AcEndpoint, status, "status"),
	SH_TIME_ISO(AcEndpoint, created_ms, "createdAt"),
	{ 0 },
};
static const Shape shape_endpoint_created = SHAPE(AcEndpoint, endpoint_created);
static const ShapeMember endpoint_moved[] = {
	SH_STR(AcEndpoint, arn, "agentRuntimeEndpointArn"),
	SH_STR(AcEndpoint, runtime_arn, "agentRuntimeArn"),
	SH_STR(AcEndpoint, live, "liveVersion"),
	SH_STR(AcEndpoint, target, "targetVersion"),
	SH_STR(AcEndpoint, status, "status", .flags = SHAPE_MUST),
	SH_TIME_ISO(AcEndpoint, created_ms, "createdAt"),
	SH_TIME_ISO(AcEndpoint, updated_ms, "lastUpdatedAt"),
	{ 0 },
};
static const Shape shape_endpoint_moved = SHAPE(AcEndpoint, endpoint_moved);
static const ShapeMember endpoints[] = {
	SH_STRUCTS(AcEndpoints, endpoints, "runtimeEndpoints", shape_endpoint_item, SHAPE_ALWAYS),
	SH_STR(AcEndpoints, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_endpoints = SHAPE(AcEndpoints, endpoints);
static const ShapeMember endpoint_in[] = {
	SH_STR(AcEndpointIn, id, "agentRuntimeId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_STR(AcEndpointIn, name, "endpointName", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_endpoint_in = SHAPE(AcEndpointIn, endpoint_in);
static const ShapeMember endpoint_create_in[] = {
	SH_STR(AcEndpointCreateIn, id, "agentRuntimeId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_STR(AcEndpointCreateIn, name, "name", .flags = SHAPE_MUST),
	SH_STR(AcEndpointCreateIn, version, "agentRuntimeVersion"),
	SH_STR(AcEndpointCreateIn, description, "description"),
	SH_STR(AcEndpointCreateIn, token, "clientToken", .flags = SHAPE_TOKEN),
	SH_PAIRS(AcEndpointCreateIn, tags, "tags", 0),
	{ 0 },
};
static const Shape shape_endpoint_create_in = SHAPE(AcEndpointCreateIn, endpoint_create_in);
static const ShapeMember endpoint_move_in[] = {
	SH_STR(AcEndpointMoveIn, id, "agentRuntimeId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_STR(AcEndpointMoveIn, name, "endpointName", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(AcEndpointMoveIn, version, "agentRuntimeVersion"),
	SH_STR(AcEndpointMoveIn, description, "description"),
	SH_STR(AcEndpointMoveIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_endpoint_move_in = SHAPE(AcEndpointMoveIn, endpoint_move_in);

const AwsService agentcore_control = {
	.id = "bedrock-agentcore-control", .host_prefix = "bedrock-agentcore-control", .signing_name = "bedrock-agentcore",
	.protocol = AWS_REST_JSON, .name = "AgentCore",
	.missing_hint = "check the id, and that it is in this region: AgentCore is not offered in all of them",
};

#define ROW(op_name, verb, at, kind) .service = &agentcore_control, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock-agentcore:" op_name

/* A new version, and a move of a pointer, are asked for with a token that stays the same over the tries of one call: the
 * service then does them once, so they may be repeated. */
const AwsOp op_agentcore_list_runtimes = {
	ROW("ListAgentRuntimes", "POST", "/runtimes/", AWS_READ), .in = &shape_list_in, .out = &shape_runtimes,
	.idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_get_runtime = {
	ROW("GetAgentRuntime", "GET", "/runtimes/{agentRuntimeId}/", AWS_READ), .in = &shape_runtime_in, .out = &shape_runtime,
	.idempotent = true };
const AwsOp op_agentcore_update_runtime = {
	ROW("UpdateAgentRuntime", "PUT", "/runtimes/{agentRuntimeId}/", AWS_WRITE), .in = &shape_runtime_update,
	.out = &shape_runtime_updated, .idempotent = true };
const AwsOp op_agentcore_list_runtime_versions = {
	ROW("ListAgentRuntimeVersions", "POST", "/runtimes/{agentRuntimeId}/versions/", AWS_READ),
	.in = &shape_runtime_list_in, .out = &shape_runtimes, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_list_endpoints = {
	ROW("ListAgentRuntimeEndpoints", "POST", "/runtimes/{agentRuntimeId}/runtime-endpoints/", AWS_READ),
	.in = &shape_runtime_list_in, .out = &shape_endpoints, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_get_endpoint = {
	ROW("GetAgentRuntimeEndpoint", "GET", "/runtimes/{agentRuntimeId}/runtime-endpoints/{endpointName}/", AWS_READ),
	.in = &shape_endpoint_in, .out = &shape_endpoint, .idempotent = true };
const AwsOp op_agentcore_create_endpoint = {
	ROW("CreateAgentRuntimeEndpoint", "PUT", "/runtimes/{agentRuntimeId}/runtime-endpoints/", AWS_WRITE),
	.in = &shape_endpoint_create_in, .out = &shape_endpoint_created, .idempotent = true };
const AwsOp op_agentcore_update_endpoint = {
	ROW("UpdateAgentRuntimeEndpoint", "PUT", "/runtimes/{agentRuntimeId}/runtime-endpoints/{endpointName}/", AWS_WRITE),
	.in = &shape_endpoint_move_in, .out = &shape_endpoint_moved, .idempotent = true };
