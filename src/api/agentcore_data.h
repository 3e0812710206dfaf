/* Bedrock AgentCore, the data plane: invocations, sessions, A/B tests, evaluations.
 * Source: Amazon Bedrock AgentCore API Reference, version 2024-02-28. */
#ifndef API_AGENTCORE_DATA_H
#define API_AGENTCORE_DATA_H

#include "api/op.h"

/* payload: the agent's own bytes. session: 33 characters or more; empty: a random one. endpoint: empty for
 * DEFAULT. */
typedef struct AcInvokeIn {
	Str runtime_arn, endpoint, account, session, user, content_type, accept, trace_id, trace_parent;
	Str trace_state, baggage, mcp_session, mcp_version, payload;
} AcInvokeIn;
/* Headers of the answer; the body came in pieces (its content type says what they are). */
typedef struct AcInvokeOut { Str session, trace_id, mcp_session, content_type; int64_t status; } AcInvokeOut;
typedef struct AcStopIn { Str runtime_arn, session, endpoint, token; } AcStopIn;
typedef struct AcStopOut { Str session; int64_t status; } AcStopOut;
typedef struct AcTestIn { Str id; } AcTestIn;
typedef struct AcTestTarget { Str name; } AcTestTarget;
typedef struct AcTestBundle { Str arn, version; } AcTestBundle;
/* One of both. */
typedef struct AcVariantConfig { AcTestBundle bundle; AcTestTarget target; } AcVariantConfig;
/* name: "C" (control) or "T1" (treatment). */
typedef struct AcVariant { Str name; int64_t weight; AcVariantConfig config; } AcVariant;
typedef struct AcInterval { double lower, upper; } AcInterval;
typedef struct AcControlStats { Str variant; int64_t samples; double mean; } AcControlStats;
typedef struct AcVariantResult {
	Str variant;
	int64_t samples;
	double mean;
	OptNum change, change_percent, p_value;
	AcInterval interval;
	bool significant;
} AcVariantResult;
typedef struct AcEvaluatorMetric {
	Str evaluator_arn;
	AcControlStats control;
	LIST_OF(AcVariantResult) variants;
} AcEvaluatorMetric;
typedef struct AcTestResults { int64_t analysed_ms; LIST_OF(AcEvaluatorMetric) metrics; } AcTestResults;
/* evaluation, filter: JSON. */
typedef struct AcTest {
	Str id, arn, name, description, status, execution, gateway_arn, role, run_id;
	LIST_OF(AcVariant) variants;
	Str filter, evaluation;
	LIST_OF(Str) errors;
	int64_t started_ms, stopped_ms, expires_ms, created_ms, updated_ms;
	AcTestResults results;
} AcTest;
typedef struct AcTests { LIST_OF(AcTest) tests; Str next_token; } AcTests;
typedef struct AcTestCreateIn {
	Str name, description, gateway_arn;
	LIST_OF(AcVariant) variants;
	Str filter, evaluation, role;
	bool enable;
	LIST_OF(ShapePair) tags;
	Str token;
} AcTestCreateIn;
/* What is left out stays as it is. execution: PAUSED, RUNNING, STOPPED. */
typedef struct AcTestUpdateIn {
	Str id, name, description;
	LIST_OF(AcVariant) variants;
	Str filter, evaluation, role, execution, token;
} AcTestUpdateIn;
typedef struct AcEvaluateInput { LIST_OF(Str) spans; } AcEvaluateInput;
/* One of both. */
typedef struct AcEvaluateTarget { LIST_OF(Str) span_ids, trace_ids; } AcEvaluateTarget;
/* spans: OpenTelemetry spans of one session, as JSON. */
typedef struct AcEvaluateIn {
	Str evaluator;
	AcEvaluateInput input;
	AcEvaluateTarget target;
	LIST_OF(Str) reference;
} AcEvaluateIn;
typedef struct AcEvaluateUsage { int64_t input, output, total; } AcEvaluateUsage;
typedef struct AcSpanContext { Str session, trace_id, span_id; } AcSpanContext;
typedef struct AcContext { AcSpanContext span; } AcContext;
/* value or label, or error_code with what went wrong. */
typedef struct AcEvaluation {
	Str evaluator, evaluator_arn, evaluator_name, explanation;
	OptNum value;
	Str label;
	AcContext context;
	AcEvaluateUsage usage;
	Str error, error_code;
} AcEvaluation;
typedef struct AcEvaluations { LIST_OF(AcEvaluation) results; } AcEvaluations;

extern const AwsOp op_agentcore_invoke_runtime, op_agentcore_stop_session, op_agentcore_list_ab_tests,
	op_agentcore_get_ab_test, op_agentcore_create_ab_test, op_agentcore_update_ab_test, op_agentcore_evaluate;

#endif
