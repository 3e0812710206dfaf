#include "api/lambda.h"

static const ShapeMember invoke_in[] = {
	SH_STR(LambdaInvokeIn, function, "FunctionName", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "function"),
	SH_STR(LambdaInvokeIn, type, "InvocationType", .wire = "X-Amz-Invocation-Type", .place = PLACE_HEADER),
	SH_STR(LambdaInvokeIn, log_type, "LogType", .wire = "X-Amz-Log-Type", .place = PLACE_HEADER),
	SH_STR(LambdaInvokeIn, client_context, "ClientContext", .wire = "X-Amz-Client-Context", .place = PLACE_HEADER),
	SH_STR(LambdaInvokeIn, qualifier, "Qualifier", .place = PLACE_QUERY),
	SH_BLOB(LambdaInvokeIn, payload, "Payload", .place = PLACE_PAYLOAD),
	{ 0 },
};
static const ShapeMember invoke_out[] = {
	SH_I64(LambdaInvokeOut, status, "StatusCode", .place = PLACE_STATUS),
	SH_STR(LambdaInvokeOut, error, "FunctionError", .wire = "X-Amz-Function-Error", .place = PLACE_HEADER),
	SH_STR(LambdaInvokeOut, log, "LogResult", .wire = "X-Amz-Log-Result", .place = PLACE_HEADER),
	SH_STR(LambdaInvokeOut, version, "ExecutedVersion", .wire = "X-Amz-Executed-Version", .place = PLACE_HEADER),
	SH_BLOB(LambdaInvokeOut, payload, "Payload", .place = PLACE_PAYLOAD),
	{ 0 },
};
static const ShapeMember aliases_in[] = {
	SH_STR(LambdaAliasesIn, function, "FunctionName", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "function"),
	SH_STR(LambdaAliasesIn, version, "FunctionVersion", .place = PLACE_QUERY),
	SH_STR(LambdaAliasesIn, marker, "Marker", .place = PLACE_QUERY),
	SH_I64(LambdaAliasesIn, max, "MaxItems", .place = PLACE_QUERY),
	{ 0 },
};
static const ShapeMember routing[] = { SH_MAP_OF(LambdaRouting, weights, "AdditionalVersionWeights", SHAPE_NUM, 0), { 0 } };
static const Shape shape_routing = SHAPE(LambdaRouting, routing);
static const ShapeMember alias[] = {
	SH_STR(LambdaAlias, arn, "AliasArn"),
	SH_STR(LambdaAlias, name, "Name"),
	SH_STR(LambdaAlias, version, "FunctionVersion"),
	SH_STR(LambdaAlias, description, "Description"),
	SH_STRUCT(LambdaAlias, routing, "RoutingConfig", shape_routing),
	SH_STR(LambdaAlias, revision, "RevisionId"),
	{ 0 },
};
static const Shape shape_alias = SHAPE(LambdaAlias, alias);
static const ShapeMember aliases_out[] = {
	SH_STR(LambdaAliases, next_marker, "NextMarker"),
	SH_STRUCTS(LambdaAliases, aliases, "Aliases", shape_alias, SHAPE_ALWAYS),
	{ 0 },
};
/* Sent also when empty: an alias that is left alone in this keeps splitting its traffic. */
static const ShapeMember routing_in[] = { SH_MAP_OF(LambdaRouting, weights, "AdditionalVersionWeights", SHAPE_NUM, SHAPE_ALWAYS), { 0 } };
static const Shape shape_routing_in = SHAPE(LambdaRouting, routing_in);
static const ShapeMember update_in[] = {
	SH_STR(LambdaUpdateIn, function, "FunctionName", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "function"),
	SH_STR(LambdaUpdateIn, name, "Name", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(LambdaUpdateIn, version, "FunctionVersion"),
	SH_STR(LambdaUpdateIn, description, "Description"),
	SH_STRUCT(LambdaUpdateIn, routing, "RoutingConfig", shape_routing_in, .flags = SHAPE_ALWAYS),
	SH_STR(LambdaUpdateIn, revision, "RevisionId"),
	{ 0 },
};

static const Shape shape_invoke_in = SHAPE(LambdaInvokeIn, invoke_in), shape_invoke_out = SHAPE(LambdaInvokeOut, invoke_out);
static const Shape shape_aliases_in = SHAPE(LambdaAliasesIn, aliases_in), shape_aliases_out = SHAPE(LambdaAliases, aliases_out);
static const Shape shape_update_in = SHAPE(LambdaUpdateIn, update_in);

static const AwsService lambda = {
	.id = "lambda", .host_prefix = "lambda", .signing_name = "lambda", .protocol = AWS_REST_JSON, .name = "Lambda",
	.missing_hint = "check the names of the function and the alias, and the region",
};

#define LAMBDA_ROW(op_name, verb, kind, at) \
	.service = &lambda, .name = op_name, .method = verb, .path = "/2015-03-31/functions/{FunctionName}/" at, .cls = kind

/* The HTTP timeout of an invocation must be longer than the function's own, which is 15 minutes at most. */
const AwsOp op_lambda_invoke = {
	LAMBDA_ROW("Invoke", "POST", AWS_WRITE, "invocations"), .permission = "lambda:InvokeFunction", .in = &shape_invoke_in,
	.out = &shape_invoke_out, .total_s = 910, .quiet_s = 905 };
const AwsOp op_lambda_list_aliases = {
	LAMBDA_ROW("ListAliases", "GET", AWS_READ, "aliases"), .permission = "lambda:ListAliases", .idempotent = true, .in = &shape_aliases_in,
	.out = &shape_aliases_out, .page_token = "NextMarker" };
/* The same alias comes out of it however often it is sent; with a revision a second time fails, and changes nothing. */
const AwsOp op_lambda_update_alias = {
	LAMBDA_ROW("UpdateAlias", "PUT", AWS_WRITE, "aliases/{Name}"), .permission = "lambda:UpdateAlias", .in = &shape_update_in,
	.out = &shape_alias };
