#include "api/agentcore.h"

static const ShapeMember harness_in[] = {
	SH_STR(AcHarnessIn, id, "harnessId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "harness"),
	SH_STR(AcHarnessIn, version, "harnessVersion", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_harness_in = SHAPE(AcHarnessIn, harness_in);
static const ShapeMember harness_list_in[] = {
	SH_STR(AcHarnessListIn, id, "harnessId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "harness"),
	SH_I64(AcHarnessListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcHarnessListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_harness_list_in = SHAPE(AcHarnessListIn, harness_list_in);
static const ShapeMember harness[] = {
	SH_STR(AcHarness, id, "harnessId", .flags = SHAPE_MUST),
	SH_STR(AcHarness, name, "harnessName"),
	SH_STR(AcHarness, arn, "arn"),
	SH_STR(AcHarness, version, "harnessVersion"),
	SH_STR(AcHarness, status, "status"),
	SH_STR(AcHarness, role, "executionRoleArn"),
	SH_STR(AcHarness, failure_reason, "failureReason"),
	SH_TIME_ISO(AcHarness, created_ms, "createdAt"),
	SH_TIME_ISO(AcHarness, updated_ms, "updatedAt"),
	SH_DOC(AcHarness, model, "model"),
	SH_DOC(AcHarness, truncation, "truncation"),
	SH_DOC(AcHarness, environment, "environment"),
	SH_DOC(AcHarness, memory, "memory"),
	SH_LIST(AcHarness, system, "systemPrompt", SHAPE_DOC, SHAPE_ALWAYS),
	SH_LIST(AcHarness, tools, "tools", SHAPE_DOC, SHAPE_ALWAYS),
	SH_LIST(AcHarness, skills, "skills", SHAPE_DOC, SHAPE_ALWAYS),
	SH_STRS(AcHarness, allowed_tools, "allowedTools", SHAPE_ALWAYS),
	SH_I64(AcHarness, max_iterations, "maxIterations"),
	SH_I64(AcHarness, max_tokens, "maxTokens"),
	SH_I64(AcHarness, timeout_s, "timeoutSeconds"),
	{ 0 },
};
static const Shape shape_harness = SHAPE(AcHarness, harness);
static const ShapeMember harness_item[] = {
	SH_STR(AcHarness, id, "harnessId", .flags = SHAPE_MUST),
	SH_STR(AcHarness, name, "harnessName"),
	SH_STR(AcHarness, arn, "arn"),
	SH_STR(AcHarness, version, "harnessVersion"),
	SH_STR(AcHarness, status, "status"),
	SH_TIME_ISO(AcHarness, created_ms, "createdAt"),
	SH_TIME_ISO(AcHarness, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_harness_item = SHAPE(AcHarness, harness_item);
static const ShapeMember harness_version[] = {
	SH_STR(AcHarness, id, "harnessId", .flags = SHAPE_MUST),
	SH_STR(AcHarness, name, "harnessName"),
	SH_STR(AcHarness, arn, "arn"),
	SH_STR(AcHarness, version, "harnessVersion", .flags = SHAPE_MUST),
	SH_STR(AcHarness, status, "status"),
	SH_STR(AcHarness, failure_reason, "failureReason"),
	SH_TIME_ISO(AcHarness, created_ms, "createdAt"),
	SH_TIME_ISO(AcHarness, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_harness_version = SHAPE(AcHarness, harness_version);
static const ShapeMember harnesses[] = {
	SH_STRUCTS(AcHarnesses, harnesses, "harnesses", shape_harness_item, SHAPE_ALWAYS),
	SH_STR(AcHarnesses, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_harnesses = SHAPE(AcHarnesses, harnesses);
static const ShapeMember harness_versions[] = {
	SH_STRUCTS(AcHarnessVersions, versions, "harnessVersions", shape_harness_version, SHAPE_ALWAYS),
	SH_STR(AcHarnessVersions, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_harness_versions = SHAPE(AcHarnessVersions, harness_versions);
static const ShapeMember harness_out[] = {
	SH_STRUCT(AcHarnessOut, harness, "harness", shape_harness, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_harness_out = SHAPE(AcHarnessOut, harness_out);
static const ShapeMember harness_endpoint[] = {
	SH_STR(AcHarnessEndpoint, harness_id, "harnessId"),
	SH_STR(AcHarnessEndpoint, harness_name, "harnessName"),
	SH_STR(AcHarnessEndpoint, name, "endpointName", .flags = SHAPE_MUST),
	SH_STR(AcHarnessEndpoint, arn, "arn"),
	SH_STR(AcHarnessEndpoint, live, "liveVersion"),
	SH_STR(AcHarnessEndpoint, target, "targetVersion"),
	SH_STR(AcHarnessEndpoint, status, "status"),
	SH_STR(AcHarnessEndpoint, description, "description"),
	SH_STR(AcHarnessEndpoint, failure_reason, "failureReason"),
	SH_TIME_ISO(AcHarnessEndpoint, created_ms, "createdAt"),
	SH_TIME_ISO(AcHarnessEndpoint, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_harness_endpoint = SHAPE(AcHarnessEndpoint, harness_endpoint);
static const ShapeMember harness_endpoints[] = {
	SH_STRUCTS(AcHarnessEndpoints, endpoints, "endpoints", shape_harness_endpoint, SHAPE_ALWAYS),
	SH_STR(AcHarnessEndpoints, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_harness_endpoints = SHAPE(AcHarnessEndpoints, harness_endpoints);
static const ShapeMember harness_endpoint_out[] = {
	SH_STRUCT(AcHarnessEndpointOut, endpoint, "endpoint", shape_harness_endpoint, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_harness_endpoint_out = SHAPE(AcHarnessEndpointOut, harness_endpoint_out);
static const ShapeMember harness_endpoint_in[] = {
	SH_STR(AcHarnessEndpointIn, id, "harnessId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "harness"),
	SH_STR(AcHarnessEndpointIn, name, "endpointName", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_harness_endpoint_in = SHAPE(AcHarnessEndpointIn, harness_endpoint_in);
static const ShapeMember harness_move_in[] = {
	SH_STR(AcHarnessMoveIn, id, "harnessId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "harness"),
	SH_STR(AcHarnessMoveIn, name, "endpointName", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(AcHarnessMoveIn, version, "targetVersion"),
	SH_STR(AcHarnessMoveIn, description, "description"),
	SH_STR(AcHarnessMoveIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_harness_move_in = SHAPE(AcHarnessMoveIn, harness_move_in);
static const ShapeMember list_in[] = {
	SH_I64(AcListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_list_in = SHAPE(AcListIn, list_in);

#define ROW(op_name, verb, at, kind) .service = &agentcore_control, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock-agentcore:" op_name

const AwsOp op_agentcore_list_harnesses = {
	ROW("ListHarnesses", "GET", "/harnesses", AWS_READ), .in = &shape_list_in, .out = &shape_harnesses, .idempotent = true,
	.page_token = "nextToken" };
const AwsOp op_agentcore_get_harness = {
	ROW("GetHarness", "GET", "/harnesses/{harnessId}", AWS_READ), .in = &shape_harness_in, .out = &shape_harness_out,
	.idempotent = true };
const AwsOp op_agentcore_list_harness_versions = {
	ROW("ListHarnessVersions", "GET", "/harnesses/{harnessId}/versions", AWS_READ), .in = &shape_harness_list_in,
	.out = &shape_harness_versions, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_list_harness_endpoints = {
	ROW("ListHarnessEndpoints", "GET", "/harnesses/{harnessId}/endpoints", AWS_READ), .in = &shape_harness_list_in,
	.out = &shape_harness_endpoints, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_get_harness_endpoint = {
	ROW("GetHarnessEndpoint", "GET", "/harnesses/{harnessId}/endpoints/{endpointName}", AWS_READ),
	.in = &shape_harness_endpoint_in, .out = &shape_harness_endpoint_out, .idempotent = true };
const AwsOp op_agentcore_update_harness_endpoint = {
	ROW("UpdateHarnessEndpoint", "PATCH", "/harnesses/{harnessId}/endpoints/{endpointName}", AWS_WRITE),
	.in = &shape_harness_move_in, .out = &shape_harness_endpoint_out, .idempotent = true };
