#include "sim/serve.h"

/* One a line: services are added often. */
extern const SimTable sim_agent_runtime;
extern const SimTable sim_agentcore;
extern const SimTable sim_agentcore_data;
extern const SimTable sim_agentcore_gateway;
extern const SimTable sim_agentcore_harness;
extern const SimTable sim_agentcore_registry;
extern const SimTable sim_agentcore_tests;
extern const SimTable sim_alarms;
extern const SimTable sim_bedrock_agent;
extern const SimTable sim_bedrock_control;
extern const SimTable sim_bedrock_prompt;
extern const SimTable sim_ce;
extern const SimTable sim_cloudtrail;
extern const SimTable sim_ddb_streams;
extern const SimTable sim_events;
extern const SimTable sim_kms;
extern const SimTable sim_lambda;
extern const SimTable sim_pricing;
extern const SimTable sim_quotas;
extern const SimTable sim_s3;
extern const SimTable sim_secrets;
extern const SimTable sim_sns;
extern const SimTable sim_sqs;
extern const SimTable sim_ssm;
extern const SimTable sim_sso;

const SimTable *const sim_tables[] = {
	&sim_agent_runtime,
	&sim_agentcore,
	&sim_agentcore_data,
	&sim_agentcore_gateway,
	&sim_agentcore_harness,
	&sim_agentcore_registry,
	&sim_agentcore_tests,
	&sim_alarms,
	&sim_bedrock_agent,
	&sim_bedrock_control,
	&sim_bedrock_prompt,
	&sim_ce,
	&sim_cloudtrail,
	&sim_ddb_streams,
	&sim_events,
	&sim_kms,
	&sim_lambda,
	&sim_pricing,
	&sim_quotas,
	&sim_s3,
	&sim_secrets,
	&sim_sns,
	&sim_sqs,
	&sim_ssm,
	&sim_sso,
	NULL,
};
