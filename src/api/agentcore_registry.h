/* Bedrock AgentCore registries: records of agents, tools and skills, and their approval.
 * Source: Amazon Bedrock AgentCore Control API Reference, version 2023-06-05. */
#ifndef API_AGENTCORE_REGISTRY_H
#define API_AGENTCORE_REGISTRY_H

#include "api/op.h"

typedef struct AcRegistryListIn { int64_t max; Str next_token, status, authorizer_type; } AcRegistryListIn;
typedef struct AcRegistry {
	Str id, arn, name, description, authorizer_type, status, status_reason;
	int64_t created_ms, updated_ms;
} AcRegistry;
typedef struct AcRegistries { LIST_OF(AcRegistry) registries; Str next_token; } AcRegistries;
typedef struct AcRecordListIn {
	Str registry;
	int64_t max;
	Str next_token, name, status, descriptor_type;
} AcRecordListIn;
typedef struct AcRecordIn { Str registry, id; } AcRecordIn;
/* status: DRAFT, PENDING_APPROVAL, APPROVED, REJECTED, DEPRECATED, and those of work under way. descriptors: JSON. */
typedef struct AcRecord {
	Str id, arn, registry_arn, name, description, descriptor_type, version, status, status_reason;
	int64_t created_ms, updated_ms;
	Str descriptors;
} AcRecord;
typedef struct AcRecords { LIST_OF(AcRecord) records; Str next_token; } AcRecords;
typedef struct AcRecordStatusIn { Str registry, id, status, reason; } AcRecordStatusIn;

extern const AwsOp op_agentcore_list_registries, op_agentcore_list_records, op_agentcore_get_record,
	op_agentcore_update_record_status;

#endif
