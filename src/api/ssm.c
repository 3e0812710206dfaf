#include "api/ssm.h"

static const ShapeMember get_in[] = {
	SH_STR(SsmGetIn, name, "Name", .flags = SHAPE_MUST, .about = "parameter"),
	SH_BOOL(SsmGetIn, decrypt, "WithDecryption"),
	{ 0 },
};
static const ShapeMember parameter[] = {
	SH_STR(SsmParameter, name, "Name"),
	SH_STR(SsmParameter, type, "Type"),
	SH_STR(SsmParameter, value, "Value", .flags = SHAPE_SECRET),
	SH_I64(SsmParameter, version, "Version"),
	SH_STR(SsmParameter, selector, "Selector"),
	SH_TIME(SsmParameter, modified_ms, "LastModifiedDate"),
	SH_STR(SsmParameter, arn, "ARN"),
	SH_STR(SsmParameter, data_type, "DataType"),
	{ 0 },
};
static const Shape shape_parameter = SHAPE(SsmParameter, parameter);
static const ShapeMember get_out[] = { SH_STRUCT(SsmGetOut, parameter, "Parameter", shape_parameter, .flags = SHAPE_MUST), { 0 } };
static const ShapeMember by_path_in[] = {
	SH_STR(SsmByPathIn, path, "Path", .flags = SHAPE_MUST, .about = "path"),
	SH_BOOL(SsmByPathIn, recursive, "Recursive"),
	SH_BOOL(SsmByPathIn, decrypt, "WithDecryption"),
	SH_I64(SsmByPathIn, max_results, "MaxResults"),
	SH_STR(SsmByPathIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember by_path_out[] = {
	SH_STRUCTS(SsmParameters, parameters, "Parameters", shape_parameter, SHAPE_ALWAYS),
	SH_STR(SsmParameters, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember put_in[] = {
	SH_STR(SsmPutIn, name, "Name", .flags = SHAPE_MUST, .about = "parameter"),
	SH_STR(SsmPutIn, description, "Description"),
	SH_STR(SsmPutIn, value, "Value", .flags = SHAPE_MUST | SHAPE_SECRET),
	SH_STR(SsmPutIn, type, "Type"),
	SH_STR(SsmPutIn, key_id, "KeyId"),
	SH_BOOL(SsmPutIn, overwrite, "Overwrite"),
	SH_STR(SsmPutIn, allowed_pattern, "AllowedPattern"),
	SH_STR(SsmPutIn, tier, "Tier"),
	SH_STR(SsmPutIn, data_type, "DataType"),
	{ 0 },
};
static const ShapeMember put_out[] = {
	SH_I64(SsmPutOut, version, "Version", .flags = SHAPE_MUST),
	SH_STR(SsmPutOut, tier, "Tier"),
	{ 0 },
};

static const ShapeMember history_in[] = {
	SH_STR(SsmHistoryIn, name, "Name", .flags = SHAPE_MUST, .about = "parameter"),
	SH_BOOL(SsmHistoryIn, decrypt, "WithDecryption"),
	SH_I64(SsmHistoryIn, max_results, "MaxResults"),
	SH_STR(SsmHistoryIn, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember version[] = {
	SH_STR(SsmVersion, name, "Name"),
	SH_STR(SsmVersion, type, "Type"),
	SH_STR(SsmVersion, key_id, "KeyId"),
	SH_TIME(SsmVersion, modified_ms, "LastModifiedDate"),
	SH_STR(SsmVersion, user, "LastModifiedUser"),
	SH_STR(SsmVersion, description, "Description"),
	SH_STR(SsmVersion, value, "Value", .flags = SHAPE_SECRET),
	SH_STR(SsmVersion, allowed_pattern, "AllowedPattern"),
	SH_I64(SsmVersion, version, "Version"),
	SH_STRS(SsmVersion, labels, "Labels", 0),
	SH_STR(SsmVersion, tier, "Tier"),
	SH_STR(SsmVersion, data_type, "DataType"),
	{ 0 },
};
static const Shape shape_version = SHAPE(SsmVersion, version);
static const ShapeMember history_out[] = {
	SH_STRUCTS(SsmHistory, versions, "Parameters", shape_version, SHAPE_ALWAYS),
	SH_STR(SsmHistory, next_token, "NextToken"),
	{ 0 },
};
static const ShapeMember label_in[] = {
	SH_STR(SsmLabelIn, name, "Name", .flags = SHAPE_MUST, .about = "parameter"),
	SH_I64(SsmLabelIn, version, "ParameterVersion"),
	SH_STRS(SsmLabelIn, labels, "Labels", SHAPE_MUST),
	{ 0 },
};
static const ShapeMember label_out[] = {
	SH_STRS(SsmLabelOut, invalid, "InvalidLabels", SHAPE_ALWAYS),
	SH_I64(SsmLabelOut, version, "ParameterVersion"),
	{ 0 },
};

static const Shape shape_get_in = SHAPE(SsmGetIn, get_in), shape_get_out = SHAPE(SsmGetOut, get_out);
static const Shape shape_by_path_in = SHAPE(SsmByPathIn, by_path_in), shape_by_path_out = SHAPE(SsmParameters, by_path_out);
static const Shape shape_put_in = SHAPE(SsmPutIn, put_in), shape_put_out = SHAPE(SsmPutOut, put_out);
static const Shape shape_history_in = SHAPE(SsmHistoryIn, history_in), shape_history_out = SHAPE(SsmHistory, history_out);
static const Shape shape_label_in = SHAPE(SsmLabelIn, label_in), shape_label_out = SHAPE(SsmLabelOut, label_out);

static const AwsService ssm = {
	.id = "ssm", .host_prefix = "ssm", .signing_name = "ssm", .protocol = AWS_JSON11, .target_prefix = "AmazonSSM",
	.name = "Systems Manager", .missing_hint = "check the parameter's name and the region",
};

#define SSM_ROW(op_name, kind) .service = &ssm, .name = op_name, .method = "POST", .path = "/", .cls = kind, .permission = "ssm:" op_name

const AwsOp op_ssm_get_parameter = { SSM_ROW("GetParameter", AWS_READ), .idempotent = true, .in = &shape_get_in, .out = &shape_get_out };
const AwsOp op_ssm_get_parameters_by_path = {
	SSM_ROW("GetParametersByPath", AWS_READ), .idempotent = true, .in = &shape_by_path_in, .out = &shape_by_path_out,
	.page_token = "NextToken" };
/* Each time makes another version, so it is not sent twice. */
const AwsOp op_ssm_put_parameter = { SSM_ROW("PutParameter", AWS_WRITE), .in = &shape_put_in, .out = &shape_put_out };
const AwsOp op_ssm_get_parameter_history = {
	SSM_ROW("GetParameterHistory", AWS_READ), .idempotent = true, .in = &shape_history_in, .out = &shape_history_out, .page_token = "NextToken" };
const AwsOp op_ssm_label_parameter_version = { SSM_ROW("LabelParameterVersion", AWS_WRITE), .in = &shape_label_in, .out = &shape_label_out };
