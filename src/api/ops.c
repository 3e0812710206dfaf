#include "api/agent_runtime.h"
#include "api/agentcore.h"
#include "api/agentcore_data.h"
#include "api/agentcore_gateway.h"
#include "api/agentcore_registry.h"
#include "api/bedrock.h"
#include "api/bedrock_agent.h"
#include "api/bedrock_invoke.h"
#include "api/bedrock_prompt.h"
#include "api/cloudtrail.h"
#include "api/cloudwatch.h"
#include "api/converse.h"
#include "api/cost_explorer.h"
#include "api/dynamodb.h"
#include "api/dynamodb_streams.h"
#include "api/events.h"
#include "api/kms.h"
#include "api/lambda.h"
#include "api/logs.h"
#include "api/price_list.h"
#include "api/s3.h"
#include "api/secrets.h"
#include "api/service_quotas.h"
#include "api/sns.h"
#include "api/sqs.h"
#include "api/ssm.h"
#include "api/sso.h"
#include "api/sts.h"

static const AwsOp *const ops[] = {
	&op_sts_get_caller_identity, &op_sts_assume_role, &op_sts_assume_role_with_web_identity,
	&op_sso_get_role_credentials, &op_sso_oidc_create_token, &op_sso_oidc_register_client,
	&op_sso_oidc_start_device_authorization,
	&op_dynamodb_query, &op_dynamodb_scan, &op_dynamodb_get_item, &op_dynamodb_batch_get_item, &op_dynamodb_put_item,
	&op_dynamodb_update_item, &op_dynamodb_transact_write_items, &op_dynamodb_create_table, &op_dynamodb_describe_table,
	&op_logs_filter_log_events, &op_logs_start_live_tail, &op_logs_describe_log_groups, &op_logs_describe_log_streams,
	&op_logs_create_log_stream, &op_logs_put_log_events, &op_logs_start_query, &op_logs_get_query_results, &op_logs_stop_query,
	&op_cloudwatch_list_metrics, &op_cloudwatch_get_metric_data, &op_cloudwatch_describe_alarms,
	&op_cloudwatch_put_metric_alarm, &op_cloudwatch_put_metric_data,
	&op_bedrock_list_foundation_models, &op_bedrock_get_foundation_model, &op_bedrock_list_inference_profiles,
	&op_bedrock_get_inference_profile, &op_bedrock_get_logging, &op_bedrock_put_logging, &op_bedrock_list_guardrails,
	&op_bedrock_get_guardrail,
	&op_bedrock_converse, &op_bedrock_converse_stream, &op_bedrock_invoke_model, &op_bedrock_invoke_model_stream,
	&op_bedrock_count_tokens, &op_bedrock_apply_guardrail,
	&op_bedrock_agent_list_agents, &op_bedrock_agent_get_agent, &op_bedrock_agent_prepare, &op_bedrock_agent_list_versions,
	&op_bedrock_agent_get_version, &op_bedrock_agent_list_aliases, &op_bedrock_agent_get_alias,
	&op_bedrock_agent_update_alias, &op_bedrock_agent_create_alias, &op_bedrock_agent_list_knowledge_bases,
	&op_bedrock_agent_list_prompts, &op_bedrock_agent_get_prompt, &op_bedrock_agent_create_prompt_version,
	&op_agent_runtime_invoke, &op_agent_runtime_retrieve, &op_agent_runtime_retrieve_and_generate,
	&op_kms_sign, &op_kms_verify, &op_kms_get_public_key, &op_kms_describe_key,
	&op_s3_get_object, &op_s3_head_object, &op_s3_put_object, &op_s3_list_objects, &op_s3_get_public_access_block,
	&op_s3_put_public_access_block, &op_s3_get_bucket_encryption, &op_s3_get_lifecycle, &op_s3_put_lifecycle,
	&op_secrets_get_value, &op_secrets_put_value, &op_secrets_list_version_ids, &op_secrets_describe, &op_secrets_list,
	&op_ssm_get_parameter, &op_ssm_get_parameters_by_path, &op_ssm_put_parameter,
	&op_ssm_get_parameter_history, &op_ssm_label_parameter_version,
	&op_sqs_get_queue_attributes, &op_sqs_get_queue_url, &op_sqs_receive_message, &op_sqs_start_message_move_task,
	&op_sqs_list_message_move_tasks,
	&op_events_put_events,
	&op_lambda_invoke, &op_lambda_list_aliases, &op_lambda_update_alias,
	&op_sns_publish, &op_sns_list_topics, &op_sns_subscribe,
	&op_agentcore_list_runtimes, &op_agentcore_get_runtime, &op_agentcore_update_runtime,
	&op_agentcore_list_runtime_versions, &op_agentcore_list_endpoints, &op_agentcore_get_endpoint,
	&op_agentcore_create_endpoint, &op_agentcore_update_endpoint,
	&op_agentcore_list_harnesses, &op_agentcore_get_harness, &op_agentcore_list_harness_versions,
	&op_agentcore_list_harness_endpoints, &op_agentcore_get_harness_endpoint, &op_agentcore_update_harness_endpoint,
	&op_agentcore_list_gateways, &op_agentcore_get_gateway, &op_agentcore_list_gateway_rules, &op_agentcore_get_gateway_rule,
	&op_agentcore_update_gateway_rule, &op_agentcore_list_rate_limits, &op_agentcore_get_rate_limit,
	&op_agentcore_create_rate_limit, &op_agentcore_update_rate_limit, &op_agentcore_delete_rate_limit,
	&op_agentcore_list_registries, &op_agentcore_list_records, &op_agentcore_get_record, &op_agentcore_update_record_status,
	&op_agentcore_invoke_runtime, &op_agentcore_stop_session, &op_agentcore_list_ab_tests, &op_agentcore_get_ab_test,
	&op_agentcore_create_ab_test, &op_agentcore_update_ab_test, &op_agentcore_evaluate,
	&op_dynamodb_describe_stream, &op_dynamodb_get_shard_iterator, &op_dynamodb_get_records,
	&op_ce_get_cost_and_usage,
	&op_pricing_get_products,
	&op_quotas_list_service_quotas, &op_quotas_get_service_quota,
	&op_cloudtrail_lookup_events,
	NULL,
};

const AwsOp *const *aws_ops(void)
{
	return ops;
}
