#include "api/agentcore_registry.h"

#include "api/agentcore.h"

static const ShapeMember registry_list_in[] = {
	SH_I64(AcRegistryListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcRegistryListIn, next_token, "nextToken", .place = PLACE_QUERY),
	SH_STR(AcRegistryListIn, status, "status", .place = PLACE_QUERY),
	SH_STR(AcRegistryListIn, authorizer_type, "authorizerType", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_registry_list_in = SHAPE(AcRegistryListIn, registry_list_in);
static const ShapeMember registry[] = {
	SH_STR(AcRegistry, id, "registryId", .flags = SHAPE_MUST),
	SH_STR(AcRegistry, arn, "registryArn"),
	SH_STR(AcRegistry, name, "name"),
	SH_STR(AcRegistry, description, "description"),
	SH_STR(AcRegistry, authorizer_type, "authorizerType"),
	SH_STR(AcRegistry, status, "status"),
	SH_STR(AcRegistry, status_reason, "statusReason"),
	SH_TIME_ISO(AcRegistry, created_ms, "createdAt"),
	SH_TIME_ISO(AcRegistry, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_registry = SHAPE(AcRegistry, registry);
static const ShapeMember registries[] = {
	SH_STRUCTS(AcRegistries, registries, "registries", shape_registry, SHAPE_ALWAYS),
	SH_STR(AcRegistries, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_registries = SHAPE(AcRegistries, registries);
static const ShapeMember record_list_in[] = {
	SH_STR(AcRecordListIn, registry, "registryId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "registry"),
	SH_I64(AcRecordListIn, max, "maxResults", .place = PLACE_QUERY),
	SH_STR(AcRecordListIn, next_token, "nextToken", .place = PLACE_QUERY),
	SH_STR(AcRecordListIn, name, "name", .place = PLACE_QUERY),
	SH_STR(AcRecordListIn, status, "status", .place = PLACE_QUERY),
	SH_STR(AcRecordListIn, descriptor_type, "descriptorType", .place = PLACE_QUERY),
	{ 0 },
};
static const Shape shape_record_list_in = SHAPE(AcRecordListIn, record_list_in);
static const ShapeMember record_in[] = {
	SH_STR(AcRecordIn, registry, "registryId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "registry"),
	SH_STR(AcRecordIn, id, "recordId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	{ 0 },
};
static const Shape shape_record_in = SHAPE(AcRecordIn, record_in);
static const ShapeMember record[] = {
	SH_STR(AcRecord, id, "recordId", .flags = SHAPE_MUST),
	SH_STR(AcRecord, arn, "recordArn"),
	SH_STR(AcRecord, registry_arn, "registryArn"),
	SH_STR(AcRecord, name, "name"),
	SH_STR(AcRecord, description, "description"),
	SH_STR(AcRecord, descriptor_type, "descriptorType"),
	SH_STR(AcRecord, version, "recordVersion"),
	SH_STR(AcRecord, status, "status"),
	SH_STR(AcRecord, status_reason, "statusReason"),
	SH_TIME_ISO(AcRecord, created_ms, "createdAt"),
	SH_TIME_ISO(AcRecord, updated_ms, "updatedAt"),
	SH_DOC(AcRecord, descriptors, "descriptors"),
	{ 0 },
};
static const Shape shape_record = SHAPE(AcRecord, record);
static const ShapeMember record_item[] = {
	SH_STR(AcRecord, id, "recordId", .flags = SHAPE_MUST),
	SH_STR(AcRecord, arn, "recordArn"),
	SH_STR(AcRecord, registry_arn, "registryArn"),
	SH_STR(AcRecord, name, "name"),
	SH_STR(AcRecord, description, "description"),
	SH_STR(AcRecord, descriptor_type, "descriptorType"),
	SH_STR(AcRecord, version, "recordVersion"),
	SH_STR(AcRecord, status, "status"),
	SH_TIME_ISO(AcRecord, created_ms, "createdAt"),
	SH_TIME_ISO(AcRecord, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_record_item = SHAPE(AcRecord, record_item);
static const ShapeMember record_moved[] = {
	SH_STR(AcRecord, id, "recordId", .flags = SHAPE_MUST),
	SH_STR(AcRecord, arn, "recordArn"),
	SH_STR(AcRecord, registry_arn, "registryArn"),
	SH_STR(AcRecord, status, "status"),
	SH_STR(AcRecord, status_reason, "statusReason"),
	SH_TIME_ISO(AcRecord, updated_ms, "updatedAt"),
	{ 0 },
};
static const Shape shape_record_moved = SHAPE(AcRecord, record_moved);
static const ShapeMember records[] = {
	SH_STRUCTS(AcRecords, records, "registryRecords", shape_record_item, SHAPE_ALWAYS),
	SH_STR(AcRecords, next_token, "nextToken"),
	{ 0 },
};
static const Shape shape_records = SHAPE(AcRecords, records);
static const ShapeMember record_status_in[] = {
	SH_STR(AcRecordStatusIn, registry, "registryId", .flags = SHAPE_MUST, .place = PLACE_LABEL, .about = "registry"),
	SH_STR(AcRecordStatusIn, id, "recordId", .flags = SHAPE_MUST, .place = PLACE_LABEL),
	SH_STR(AcRecordStatusIn, status, "status", .flags = SHAPE_MUST),
	SH_STR(AcRecordStatusIn, reason, "statusReason", .flags = SHAPE_MUST),
	{ 0 },
};
static const Shape shape_record_status_in = SHAPE(AcRecordStatusIn, record_status_in);

#define ROW(op_name, verb, at, kind) .service = &agentcore_control, .name = op_name, .method = verb, .path = at, .cls = kind, \
	.permission = "bedrock-agentcore:" op_name

const AwsOp op_agentcore_list_registries = {
	ROW("ListRegistries", "GET", "/registries", AWS_READ), .in = &shape_registry_list_in, .out = &shape_registries,
	.idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_list_records = {
	ROW("ListRegistryRecords", "GET", "/registries/{registryId}/records", AWS_READ), .in = &shape_record_list_in,
	.out = &shape_records, .idempotent = true, .page_token = "nextToken" };
const AwsOp op_agentcore_get_record = {
	ROW("GetRegistryRecord", "GET", "/registries/{registryId}/records/{recordId}", AWS_READ), .in = &shape_record_in,
	.out = &shape_record, .idempotent = true };
const AwsOp op_agentcore_update_record_status = {
	ROW("UpdateRegistryRecordStatus", "PATCH", "/registries/{registryId}/records/{recordId}/status", AWS_WRITE),
	.in = &shape_record_status_in, .out = &shape_record_moved, .idempotent = true };
