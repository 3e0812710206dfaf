#include "api/agentcore_data.h"

#include "api/agentcore.h"

static const ShapeMember invoke_in[] = {
	SH_STR(AcInvokeIn, runtime_arn, "agentRuntimeArn", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_STR(AcInvokeIn, endpoint, "qualifier", .place = PLACE_QUERY),
	SH_STR(AcInvokeIn, account, "accountId", .place = PLACE_QUERY),
	SH_STR(AcInvokeIn, session, "runtimeSessionId", .flags = SHAPE_TOKEN, .place = PLACE_HEADER,
	       .wire = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"),
	SH_STR(AcInvokeIn, user, "runtimeUserId", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-AgentCore-Runtime-User-Id"),
	SH_STR(AcInvokeIn, content_type, "contentType", .place = PLACE_HEADER, .wire = "Content-Type"),
	SH_STR(AcInvokeIn, accept, "accept", .place = PLACE_HEADER, .wire = "Accept"),
	SH_STR(AcInvokeIn, trace_id, "traceId", .place = PLACE_HEADER, .wire = "X-Amzn-Trace-Id"),
	SH_STR(AcInvokeIn, trace_parent, "traceParent", .place = PLACE_HEADER, .wire = "traceparent"),
	SH_STR(AcInvokeIn, trace_state, "traceState", .place = PLACE_HEADER, .wire = "tracestate"),
	SH_STR(AcInvokeIn, baggage, "baggage", .place = PLACE_HEADER, .wire = "baggage"),
	SH_STR(AcInvokeIn, mcp_session, "mcpSessionId", .place = PLACE_HEADER, .wire = "Mcp-Session-Id"),
	SH_STR(AcInvokeIn, mcp_version, "mcpProtocolVersion", .place = PLACE_HEADER, .wire = "Mcp-Protocol-Version"),
	SH_BLOB(AcInvokeIn, payload, "payload", .flags = SHAPE_SECRET, .place = PLACE_PAYLOAD),
	{ 0 },
};
static const Shape shape_invoke_in = SHAPE(AcInvokeIn, invoke_in);
static const ShapeMember invoke_out[] = {
	SH_STR(AcInvokeOut, session, "runtimeSessionId", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"),
	SH_STR(AcInvokeOut, trace_id, "traceId", .place = PLACE_HEADER, .wire = "X-Amzn-Trace-Id"),
	SH_STR(AcInvokeOut, mcp_session, "mcpSessionId", .place = PLACE_HEADER, .wire = "Mcp-Session-Id"),
	SH_STR(AcInvokeOut, content_type, "contentType", .place = PLACE_HEADER, .wire = "Content-Type"),
	SH_I64(AcInvokeOut, status, "statusCode", .place = PLACE_STATUS),
	{ 0 },
};
static const Shape shape_invoke_out = SHAPE(AcInvokeOut, invoke_out);
static const ShapeMember stop_in[] = {
	SH_STR(AcStopIn, runtime_arn, "agentRuntimeArn", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "runtime"),
	SH_STR(AcStopIn, session, "runtimeSessionId", .flags = SHAPE_MUST, .place = PLACE_HEADER,
	       .wire = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"),
	SH_STR(AcStopIn, endpoint, "qualifier", .place = PLACE_QUERY),
	SH_STR(AcStopIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_stop_in = SHAPE(AcStopIn, stop_in);
static const ShapeMember stop_out[] = {
	SH_STR(AcStopOut, session, "runtimeSessionId", .place = PLACE_HEADER, .wire = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"),
	SH_I64(AcStopOut, status, "statusCode", .place = PLACE_STATUS),
	{ 0 },
};
static const Shape shape_stop_out = SHAPE(AcStopOut, stop_out);
static const ShapeMember list_in[] = {
	SH_I64(AcListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcListIn, next_token, "nextToken", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_list_in = SHAPE(AcListIn, list_in);
static const ShapeMember test_in[] = {
	SH_STR(AcTestIn, id, "abTestId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "A/B test"),
	{ 0 },
};
static const Shape shape_test_in = SHAPE(AcTestIn, test_in);
static const ShapeMember test_target[] = { SH_STR(AcTestTarget, name, "name", .flags = SHAPE_MUST), { 0 } };
static const Shape shape_test_target = SHAPE(AcTestTarget, test_target);
static const ShapeMember test_bundle[] = {
	SH_STR(AcTestBundle, arn, "bundleArn", .flags = SHAPE_MUST),
	SH_STR(AcTestBundle, version, "bundleVersion", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_test_bundle = SHAPE(AcTestBundle, test_bundle);
static const ShapeMember variant_config[] = {
	SH_STRUCT(AcVariantConfig, bundle, "configurationBundle", shape_test_bundle),
	SH_STRUCT(AcVariantConfig, target, "target", shape_test_target),
	{ 0 },
};
static const Shape shape_variant_config = SHAPE(AcVariantConfig, variant_config);
static const ShapeMember variant[] = {
	SH_STR(AcVariant, name, "name", .flags = SHAPE_MUST),
	SH_I64(AcVariant, weight, "weight", .flags = SHAPE_MUST),
	SH_STRUCT(AcVariant, config, "variantConfiguration", shape_variant_config, .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_variant = SHAPE(AcVariant, variant);
static const ShapeMember interval[] = { SH_NUM(AcInterval, lower, "lower"), SH_NUM(AcInterval, upper, "upper"), { 0 } };
static const Shape shape_interval = SHAPE(AcInterval, interval);
static const ShapeMember control_stats[] = {
	SH_STR(AcControlStats, variant, "variantName"),
	SH_I64(AcControlStats, samples, "sampleSize"),
	SH_NUM(AcControlStats, mean, "mean"),
	{ 0 },
};
static const Shape shape_control_stats = SHAPE(AcControlStats, control_stats);
static const ShapeMember variant_result[] = {
	SH_STR(AcVariantResult, variant, "variantName"),
	SH_I64(AcVariantResult, samples, "sampleSize"),
	SH_NUM(AcVariantResult, mean, "mean"),
	SH_OPT_NUM(AcVariantResult, change, "absoluteChange"),
	SH_OPT_NUM(AcVariantResult, change_percent, "percentChange"),
	SH_OPT_NUM(AcVariantResult, p_value, "pValue"),
	SH_STRUCT(AcVariantResult, interval, "confidenceInterval", shape_interval),
	SH_BOOL(AcVariantResult, significant, "isSignificant"),
	{ 0 },
};
static const Shape shape_variant_result = SHAPE(AcVariantResult, variant_result);
static const ShapeMember evaluator_metric[] = {
	SH_STR(AcEvaluatorMetric, evaluator_arn, "evaluatorArn"),
	SH_STRUCT(AcEvaluatorMetric, control, "controlStats", shape_control_stats),
	SH_STRUCTS(AcEvaluatorMetric, variants, "variantResults", shape_variant_result, 0),
	{ 0 },
};
static const Shape shape_evaluator_metric = SHAPE(AcEvaluatorMetric, evaluator_metric);
static const ShapeMember test_results[] = {
	SH_TIME(AcTestResults, analysed_ms, "analysisTimestamp"),
	SH_STRUCTS(AcTestResults, metrics, "evaluatorMetrics", shape_evaluator_metric, 0),
	{ 0 },
};
static const Shape shape_test_results = SHAPE(AcTestResults, test_results);
static const ShapeMember test[] = {
	SH_STR(AcTest, id, "abTestId", .flags = SHAPE_MUST),
	SH_STR(AcTest, arn, "abTestArn"),
	SH_STR(AcTest, name, "name"),
	SH_STR(AcTest, description, "description"),
	SH_STR(AcTest, status, "status"),
	SH_STR(AcTest, execution, "executionStatus"),
	SH_STR(AcTest, gateway_arn, "gatewayArn"),
	SH_STR(AcTest, role, "roleArn"),
	SH_STR(AcTest, run_id, "currentRunId"),
	SH_STRUCTS(AcTest, variants, "variants", shape_variant, 0),
	SH_DOC(AcTest, filter, "gatewayFilter"),
	SH_DOC(AcTest, evaluation, "evaluationConfig"),
	SH_STRS(AcTest, errors, "errorDetails", 0),
	SH_TIME(AcTest, started_ms, "startedAt"),
	SH_TIME(AcTest, stopped_ms, "stoppedAt"),
	SH_TIME(AcTest, expires_ms, "maxDurationExpiresAt"),
	SH_TIME(AcTest, created_ms, "createdAt"),
	SH_TIME(AcTest, updated_ms, "updatedAt"),
	SH_STRUCT(AcTest, results, "results", shape_test_results),
	{ 0 },
};
static const Shape shape_test = SHAPE(AcTest, test);
static const ShapeMember test_item[] = {
	SH_STR(AcTest, id, "abTestId", .flags = SHAPE_MUST),
	SH_STR(AcTest, arn, "abTestArn"),
	SH_STR(AcTest, name, "name"),
	SH_STR(AcTest, description, "description"),
	SH_STR(AcTest, status, "status"),
	SH_STR(AcTest, execution, "executionStatus"),
	SH_STR(AcTest, gateway_arn, "gatewayArn"),
	SH_TIME(AcTest, created_ms, "createdAt"),
	SH_TIME(AcTest, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_test_item = SHAPE(AcTest, test_item);
static const ShapeMember test_created[] = {
	SH_STR(AcTest, id, "abTestId", .flags = SHAPE_MUST),
	SH_STR(AcTest, arn, "abTestArn"),
	SH_STR(AcTest, name, "name"),
	SH_STR(AcTest, status, "status"),
	SH_STR(AcTest, execution, "executionStatus"),
	SH_TIME(AcTest, created_ms, "createdAt"),
	{ 0 },
};
static const Shape shape_test_created = SHAPE(AcTest, test_created);
static const ShapeMember test_updated[] = {
	SH_STR(AcTest, id, "abTestId", .flags = SHAPE_MUST),
	SH_STR(AcTest, arn, "abTestArn"),
	SH_STR(AcTest, status, "status"),
	SH_STR(AcTest, execution, "executionStatus"),
	SH_TIME(AcTest, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_test_updated = SHAPE(AcTest, test_updated);
static const ShapeMember tests[] = {
	SH_STRUCTS(AcTests, tests, "abTests", shape_test_item, SHAPE_ALWAYS),
	SH_STR(AcTests, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_tests = SHAPE(AcTests, tests);
static const ShapeMember test_create_in[] = {
	SH_STR(AcTestCreateIn, name, "name", .flags = SHAPE_MUST),
	SH_STR(AcTestCreateIn, description, "description"),
	SH_STR(AcTestCreateIn, gateway_arn, "gatewayArn", .flags = SHAPE_MUST),
	SH_STRUCTS(AcTestCreateIn, variants, "variants", shape_variant, SHAPE_MUST),
	SH_DOC(AcTestCreateIn, filter, "gatewayFilter"),
	SH_DOC(AcTestCreateIn, evaluation, "evaluationConfig", .flags = SHAPE_MUST),
	SH_STR(AcTestCreateIn, role, "roleArn", .flags = SHAPE_MUST),
	SH_BOOL(AcTestCreateIn, enable, "enableOnCreate"),
	SH_PAIRS(AcTestCreateIn, tags, "tags", 0),
	SH_STR(AcTestCreateIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_test_create_in = SHAPE(AcTestCreateIn, test_create_in);
static const ShapeMember test_update_in[] = {
	SH_STR(AcTestUpdateIn, id, "abTestId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "A/B test"),
	SH_STR(AcTestUpdateIn, name, "name"),
	SH_STR(AcTestUpdateIn, description, "description"),
	SH_STRUCTS(AcTestUpdateIn, variants, "variants", shape_variant, 0),
	SH_DOC(AcTestUpdateIn, filter, "gatewayFilter"),
	SH_DOC(AcTestUpdateIn, evaluation, "evaluationConfig"),
	SH_STR(AcTestUpdateIn, role, "roleArn"),
	SH_STR(AcTestUpdateIn, execution, "executionStatus"),
	SH_STR(AcTestUpdateIn, token, "clientToken", .flags = SHAPE_TOKEN),
	{ 0 },
};
static const Shape shape_test_update_in = SHAPE(AcTestUpdateIn, test_update_in);
static const ShapeMember evaluate_input[] = { SH_LIST(AcEvaluateInput, spans, "sessionSpans", SHAPE_DOC, SHAPE_SECRET), { 0 } };
static const Shape shape_evaluate_input = SHAPE(AcEvaluateInput, evaluate_input);
static const ShapeMember evaluate_target[] = {
	SH_STRS(AcEvaluateTarget, span_ids, "spanIds", 0),
	SH_STRS(AcEvaluateTarget, trace_ids, "traceIds", 0),
	{ 0 },
};
static const Shape shape_evaluate_target = SHAPE(AcEvaluateTarget, evaluate_target);
static const ShapeMember evaluate_in[] = {
	SH_STR(AcEvaluateIn, evaluator, "evaluatorId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "evaluator"),
	SH_STRUCT(AcEvaluateIn, input, "evaluationInput", shape_evaluate_input, .flags = SHAPE_MUST),
	SH_STRUCT(AcEvaluateIn, target, "evaluationTarget", shape_evaluate_target),
	SH_LIST(AcEvaluateIn, reference, "evaluationReferenceInputs", SHAPE_DOC, SHAPE_SECRET),
	{ 0 },
};
static const Shape shape_evaluate_in = SHAPE(AcEvaluateIn, evaluate_in);
static const ShapeMember evaluate_usage[] = {
	SH_I64(AcEvaluateUsage, input, "inputTokens"),
	SH_I64(AcEvaluateUsage, output, "outputTokens"),
	SH_I64(AcEvaluateUsage, total, "totalTokens"),
	{ 0 },
};
static const Shape shape_evaluate_usage = SHAPE(AcEvaluateUsage, evaluate_usage);
static const ShapeMember span_context[] = {
	SH_STR(AcSpanContext, session, "sessionId"),
	SH_STR(AcSpanContext, trace_id, "traceId"),
	SH_STR(AcSpanContext, span_id, "spanId"),
	{ 0 },
};
static const Shape shape_span_context = SHAPE(AcSpanContext, span_context);
static const ShapeMember context[] = { SH_STRUCT(AcContext, span, "spanContext", shape_span_context), { 0 } };
static const Shape shape_context = SHAPE(AcContext, context);
static const ShapeMember evaluation[] = {
	SH_STR(AcEvaluation, evaluator, "evaluatorId"),
	SH_STR(AcEvaluation, evaluator_arn, "evaluatorArn"),
	SH_STR(AcEvaluation, evaluator_name, "evaluatorName"),
	SH_STR(AcEvaluation, explanation, "explanation"),
	SH_OPT_NUM(AcEvaluation, value, "value"),
	SH_STR(AcEvaluation, label, "label"),
	SH_STRUCT(AcEvaluation, context, "context", shape_context),
	SH_STRUCT(AcEvaluation, usage, "tokenUsage", shape_evaluate_usage),
	SH_STR(AcEvaluation, error, "errorMessage"),
	SH_STR(AcEvaluation, error_code, "errorCode"),
	{ 0 },
};
static const Shape shape_evaluation = SHAPE(AcEvaluation, evaluation);
static const ShapeMember evaluations[] = { SH_STRUCTS(AcEvaluations, results, "evaluationResults", shape_evaluation, SHAPE_ALWAYS), { 0 } };
static const Shape shape_evaluations = SHAPE(AcEvaluations, evaluations);

enum { THINKING_S = 600 };

static const AwsService agentcore = {
	.id = "bedrock-agentcore", .host_prefix = "bedrock-agentcore", .signing_name = "bedrock-agentcore", .protocol = AWS_REST_JSON,
	.name = "AgentCore", .busy_name = "the agent", .missing_hint = "check the ARN of the runtime and the name of the endpoint",
};

#define ROW(op_name, verb, at, kind) .service = &agentcore, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock-agentcore:" op_name

/* The body is the agent's own: one JSON document, or text/event-stream. It is charged once begun, so it is not repeated. */
const AwsOp op_agentcore_invoke_runtime = {
	ROW("InvokeAgentRuntime", "POST", "/runtimes/{agentRuntimeArn}/invocations", AWS_PAID), .in = &shape_invoke_in,
	.out = &shape_invoke_out, .stream = true, .raw = true, .quiet_s = THINKING_S };
const AwsOp op_agentcore_stop_session = {
	ROW("StopRuntimeSession", "POST", "/runtimes/{agentRuntimeArn}/stopruntimesession", AWS_WRITE), .in = &shape_stop_in,
	.out = &shape_stop_out, .idempotent = true };
const AwsOp op_agentcore_list_ab_tests = {
	ROW("ListABTests", "GET", "/ab-tests", AWS_READ), .in = &shape_list_in, .out = &shape_tests, .idempotent = true,
	.page_token = "nextToken" };
const AwsOp op_agentcore_get_ab_test = {
	ROW("GetABTest", "GET", "/ab-tests/{abTestId}", AWS_READ), .in = &shape_test_in, .out = &shape_test,
	.idempotent = true };
const AwsOp op_agentcore_create_ab_test = {
	ROW("CreateABTest", "POST", "/ab-tests", AWS_WRITE), .in = &shape_test_create_in, .out = &shape_test_created,
	.idempotent = true };
const AwsOp op_agentcore_update_ab_test = {
	ROW("UpdateABTest", "PUT", "/ab-tests/{abTestId}", AWS_WRITE), .in = &shape_test_update_in, .out = &shape_test_updated,
	.idempotent = true };
const AwsOp op_agentcore_evaluate = {
	ROW("Evaluate", "POST", "/evaluations/evaluate/{evaluatorId}", AWS_PAID), .in = &shape_evaluate_in,
	.out = &shape_evaluations, .total_s = THINKING_S };
