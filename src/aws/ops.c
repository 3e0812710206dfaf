#include "aws/dynamodb.h"
#include "aws/services.h"

static const AwsOp *const ops[] = {
	&op_sts_get_caller_identity, &op_sts_assume_role, &op_sts_assume_role_with_web_identity,
	&op_sso_get_role_credentials, &op_sso_oidc_create_token,
	&op_dynamodb_query, &op_dynamodb_scan, &op_dynamodb_get_item, &op_dynamodb_batch_get_item, &op_dynamodb_put_item,
	&op_dynamodb_update_item, &op_dynamodb_transact_write_items, &op_dynamodb_create_table, &op_dynamodb_describe_table,
	&op_logs_filter_log_events, &op_logs_start_live_tail,
	&op_cloudwatch_list_metrics, &op_cloudwatch_get_metric_data,
	&op_bedrock_list_foundation_models, &op_bedrock_converse, &op_bedrock_converse_stream,
	NULL,
};

const AwsOp *const *aws_ops(void)
{
	return ops;
}
