/* Bedrock AgentCore: runtimes and harnesses, their versions and endpoints.
 * Source: Amazon Bedrock AgentCore Control API Reference, version 2023-06-05. */
#ifndef API_AGENTCORE_H
#define API_AGENTCORE_H

#include "api/op.h"

extern const AwsService agentcore_control;

/* A runtime is an agent. Each update makes a new immutable version, "1", "2" …; an endpoint is a named pointer to one.
 * DEFAULT follows every new version by itself, others move by UpdateAgentRuntimeEndpoint. A move is done when the endpoint
 * is READY and live equals the version asked for: before that it is on its way. The service has no condition on the
 * version that an endpoint was at, and keeps no history of its moves. */
typedef struct AcListIn { int64_t max; Str next_token; } AcListIn;
/* version: empty for the latest. */
typedef struct AcRuntimeIn { Str id, version; } AcRuntimeIn;
/* Versions or endpoints of one runtime. */
typedef struct AcRuntimeListIn { Str id; int64_t max; Str next_token; } AcRuntimeListIn;
/* One version of a runtime. A listing has id, arn, name, version, status, description and updated_ms. artifact,
 * network, … are JSON as the service wrote it: an update replaces the whole configuration, so it sends back what
 * it does not change. */
typedef struct AcRuntime {
	Str id, arn, name, version, status, description, role, failure_reason;
	int64_t created_ms, updated_ms;
	Str artifact, network, protocol, lifecycle, hooks, authorizer, request_headers, metadata;
	Str capacity_provider, platform_version;
	LIST_OF(ShapePair) environment;
	LIST_OF(Str) filesystems, ports, resources;
	Str token;
} AcRuntime;
typedef struct AcRuntimes { LIST_OF(AcRuntime) runtimes; Str next_token; } AcRuntimes;
typedef struct AcEndpoint {
	Str name, id, arn, runtime_arn, live, target, status, description, failure_reason;
	int64_t created_ms, updated_ms;
} AcEndpoint;
typedef struct AcEndpoints { LIST_OF(AcEndpoint) endpoints; Str next_token; } AcEndpoints;
typedef struct AcEndpointIn { Str id, name; } AcEndpointIn;
typedef struct AcEndpointCreateIn {
	Str id, name, version, description, token;
	LIST_OF(ShapePair) tags;
} AcEndpointCreateIn;
/* version is always given: what the service takes for an empty one is not documented. */
typedef struct AcEndpointMoveIn { Str id, name, version, description, token; } AcEndpointMoveIn;

extern const AwsOp op_agentcore_list_runtimes, op_agentcore_get_runtime, op_agentcore_update_runtime,
	op_agentcore_list_runtime_versions, op_agentcore_list_endpoints, op_agentcore_get_endpoint,
	op_agentcore_create_endpoint, op_agentcore_update_endpoint;

/* Harnesses: agents that the service itself runs. They have versions and endpoints as runtimes do. */
/* version: empty for the latest. */
typedef struct AcHarnessIn { Str id, version; } AcHarnessIn;
/* Versions or endpoints of one harness. */
typedef struct AcHarnessListIn { Str id; int64_t max; Str next_token; } AcHarnessListIn;
/* model, tools, … are JSON as the service wrote it. */
typedef struct AcHarness {
	Str id, name, arn, version, status, role, failure_reason;
	int64_t created_ms, updated_ms;
	Str model, truncation, environment, memory;
	LIST_OF(Str) system, tools, skills, allowed_tools;
	int64_t max_iterations, max_tokens, timeout_s;
} AcHarness;
typedef struct AcHarnesses { LIST_OF(AcHarness) harnesses; Str next_token; } AcHarnesses;
typedef struct AcHarnessVersions { LIST_OF(AcHarness) versions; Str next_token; } AcHarnessVersions;
typedef struct AcHarnessOut { AcHarness harness; } AcHarnessOut;
typedef struct AcHarnessEndpoint {
	Str harness_id, harness_name, name, arn, live, target, status, description, failure_reason;
	int64_t created_ms, updated_ms;
} AcHarnessEndpoint;
typedef struct AcHarnessEndpoints { LIST_OF(AcHarnessEndpoint) endpoints; Str next_token; } AcHarnessEndpoints;
typedef struct AcHarnessEndpointOut { AcHarnessEndpoint endpoint; } AcHarnessEndpointOut;
typedef struct AcHarnessEndpointIn { Str id, name; } AcHarnessEndpointIn;
typedef struct AcHarnessMoveIn { Str id, name, version, description, token; } AcHarnessMoveIn;

extern const AwsOp op_agentcore_list_harnesses, op_agentcore_get_harness, op_agentcore_list_harness_versions,
	op_agentcore_list_harness_endpoints, op_agentcore_get_harness_endpoint, op_agentcore_update_harness_endpoint;

#endif
