#include "app/needs.h"

#include "api/agentcore.h"
#include "api/agentcore_data.h"
#include "api/agentcore_gateway.h"
#include "api/bedrock.h"
#include "api/bedrock_agent.h"
#include "api/bedrock_invoke.h"
#include "api/bedrock_prompt.h"
#include "api/charge.h"
#include "api/cloudtrail.h"
#include "api/cloudwatch.h"
#include "api/converse.h"
#include "api/cost_explorer.h"
#include "api/dynamodb.h"
#include "api/events.h"
#include "api/kms.h"
#include "api/logs.h"
#include "api/price_list.h"
#include "api/s3.h"
#include "api/secrets.h"
#include "api/service_quotas.h"
#include "api/ssm.h"
#include "aws/partition.h"
#include "conf/follow_ups.h"
#include "api/sts.h"

static const Need rows[];

static Str table_arn(const NeedFacts *f, Arena *a, Str table, Str index)
{
	return arena_printf(a, "arn:%s:dynamodb:%.*s:%.*s:table/%.*s%s%.*s", partition_name(f->region), STR_ARG(f->region), STR_ARG(f->account),
	                    STR_ARG(table), index.n ? "/index/" : "", STR_ARG(index));
}

/* With ":*" behind: that is the form that policies want for every action but tagging (CloudWatch Logs User Guide,
 * "CloudWatch Logs resources and operations"). A group of another account is configured by its ARN. */
static Str group_arn(const NeedFacts *f, Arena *a, Str group)
{
	if (str_starts(group, STR("arn:")))
		return arena_printf(a, "%.*s%s", STR_ARG(group), str_ends(group, STR(":*")) ? "" : ":*");
	return arena_printf(a, "arn:%s:logs:%.*s:%.*s:log-group:%.*s:*", partition_name(f->region), STR_ARG(f->region), STR_ARG(f->account),
	                    STR_ARG(group));
}

static Str profiles_arn(const NeedFacts *f, Arena *a)
{
	return arena_printf(a, "arn:%s:bedrock:%.*s:%.*s:application-inference-profile/*", partition_name(f->region), STR_ARG(f->region),
	                    STR_ARG(f->account));
}

/* A profile routes to its models in other Regions, and the call needs both (Bedrock User Guide, "Prerequisites for
 * inference profiles"). */
static size_t model_arns(const NeedFacts *f, Arena *a, Str *out)
{
	const char *p = partition_name(f->region);

	out[0] = arena_printf(a, "arn:%s:bedrock:*::foundation-model/*", p);
	out[1] = arena_printf(a, "arn:%s:bedrock:%.*s:%.*s:inference-profile/*", p, STR_ARG(f->region), STR_ARG(f->account));
	out[2] = profiles_arn(f, a);
	return 3;
}

/* All of a kind in the account and Region. */
static Str any_arn(const NeedFacts *f, Arena *a, const char *service, const char *kind)
{
	return arena_printf(a, "arn:%s:%s:%.*s:%.*s:%s/*", partition_name(f->region), service, STR_ARG(f->region), STR_ARG(f->account), kind);
}

static size_t group_arns(const NeedFacts *f, Arena *a, Str *out)
{
	size_t n = f->src->log_group_count;

	for (size_t i = 0; i < n; i++)
		out[i] = group_arn(f, a, f->src->log_groups[i]);
	if (f->src->invocation_log_group.n)
		out[n++] = group_arn(f, a, f->src->invocation_log_group);
	return n;
}

/* What the entries of sources.templates of one kind lead to. */
static size_t template_arns(const NeedFacts *f, Arena *a, NeedOn on, Str *out)
{
	const TemplateKind kind = on == ON_TEMPLATE_SECRETS ? TEMPLATE_SECRETS : on == ON_TEMPLATE_PROMPTS ? TEMPLATE_BEDROCK
	                        : on == ON_TEMPLATE_PARAMETERS ? TEMPLATE_SSM : TEMPLATE_S3;
	const char *p = partition_name(f->region);
	size_t n = 0;

	for (size_t i = 0; i < f->src->template_n; i++) {
		const TemplateSource *s = &f->src->templates[i];

		if (s->kind != kind)
			continue;
		if (on == ON_TEMPLATE_SECRETS)
			out[n++] = arena_printf(a, "arn:%s:secretsmanager:%.*s:%.*s:secret:%.*s*", p, STR_ARG(f->region), STR_ARG(f->account),
			                        STR_ARG(s->prefix));
		else if (on == ON_TEMPLATE_PARAMETERS)
			out[n++] = arena_printf(a, "arn:%s:ssm:%.*s:%.*s:parameter%.*s*", p, STR_ARG(f->region), STR_ARG(f->account), STR_ARG(s->prefix));
		else if (on == ON_TEMPLATE_PROMPTS)
			out[n++] = any_arn(f, a, "bedrock", "prompt");
		else if (on == ON_TEMPLATE_BUCKETS)
			out[n++] = arena_printf(a, "arn:%s:s3:::%.*s", p, STR_ARG(s->bucket));
		else
			out[n++] = arena_printf(a, "arn:%s:s3:::%.*s/%.*s*", p, STR_ARG(s->bucket), STR_ARG(s->prefix));
	}
	return n;
}

static bool reads_templates(const NeedFacts *f, TemplateKind kind)
{
	for (size_t i = 0; i < f->src->template_n; i++)
		if (f->src->templates[i].kind == kind)
			return true;
	return false;
}

size_t need_resources(const Need *need, const NeedFacts *f, Arena *a, Str **out)
{
	Str *r = *out = ARENA_ARRAY(a, Str, f->src->log_group_count + f->src->template_n + 4);

	switch (need->on) {
	case ON_JOBS_TABLE:
		r[0] = table_arn(f, a, f->src->jobs_table, STR(""));
		return 1;
	case ON_JOBS_INDEX:
		r[0] = table_arn(f, a, f->src->jobs_table, f->src->jobs_index);
		return 1;
	case ON_AGENTS_TABLE:
		r[0] = table_arn(f, a, f->src->agents_table, STR(""));
		return 1;
	case ON_LOCK_TABLE:
		r[0] = table_arn(f, a, f->src->lock_table, STR(""));
		return 1;
	case ON_JOB_LOGS:
		return group_arns(f, a, r);
	case ON_ALL_LOGS:
		r[0] = arena_printf(a, "arn:%s:logs:%.*s:%.*s:log-group:*", partition_name(f->region), STR_ARG(f->region), STR_ARG(f->account));
		return 1;
	case ON_PROFILES:
		r[0] = profiles_arn(f, a);
		return 1;
	case ON_RUNTIMES:
		r[0] = any_arn(f, a, "bedrock-agentcore", "runtime");
		return 1;
	case ON_KEYS:
		r[0] = any_arn(f, a, "kms", "key");
		return 1;
	case ON_GATEWAYS:
		r[0] = any_arn(f, a, "bedrock-agentcore", "gateway");
		return 1;
	case ON_AB_TESTS:
		r[0] = any_arn(f, a, "bedrock-agentcore", "ab-test");
		return 1;
	case ON_PARAMETERS:
		r[0] = any_arn(f, a, "ssm", "parameter");
		return 1;
	case ON_BUSES:
		r[0] = any_arn(f, a, "events", "event-bus");
		return 1;
	case ON_CLASSIC:
		r[0] = any_arn(f, a, "bedrock", "agent");
		return 1;
	case ON_ALIASES:
		r[0] = any_arn(f, a, "bedrock", "agent-alias");
		return 1;
	case ON_TEMPLATE_SECRETS: case ON_TEMPLATE_BUCKETS: case ON_TEMPLATE_OBJECTS: case ON_TEMPLATE_PROMPTS:
	case ON_TEMPLATE_PARAMETERS:
		return template_arns(f, a, need->on, r);
	case ON_GUARDRAILS:
		r[0] = any_arn(f, a, "bedrock", "guardrail");
		return 1;
	case ON_MODELS:
		return model_arns(f, a, r);
	case ON_ANYTHING: case ON_REGION: case NEED_ON_N:
		break;
	}
	r[0] = STR("*");
	return 1;
}

static bool asks_insights(const AwsOp *op)
{
	return op == &op_logs_start_query || op == &op_logs_get_query_results || op == &op_logs_stop_query;
}

static bool follows(const NeedFacts *f, FollowKind kind)
{
	for (size_t i = 0; f->conf && i < f->conf->follow_ups; i++)
		if (f->conf->follow_up[i].kind == kind)
			return true;
	return false;
}

/* The back end that a row is for; CONF_BACKENDS: none. */
static ConfBackend backend_of(const Need *need)
{
	const AwsOp *op = need->op;

	if (need->on == ON_AGENTS_TABLE)
		return CONF_DYNAMODB;
	if (need->on == ON_RUNTIMES || need->on == ON_GATEWAYS || need->on == ON_AB_TESTS || op == &op_agentcore_list_runtimes ||
	    op == &op_agentcore_list_ab_tests)
		return CONF_AGENTCORE;
	return need->on == ON_CLASSIC || need->on == ON_ALIASES || op == &op_bedrock_agent_list_agents ? CONF_CLASSIC : CONF_BACKENDS;
}

bool need_counts(const Need *need, const NeedFacts *f)
{
	if (config_leaves_out(f->src, backend_of(need)))
		return false;
	if (need->op == &op_ce_get_cost_and_usage)
		return f->src->cost_explorer;
	if (need->op == &op_bedrock_count_tokens)
		return f->playground;
	if (need->op == &op_secrets_list)
		return reads_templates(f, TEMPLATE_SECRETS);
	if (need->op == &op_bedrock_agent_list_prompts)
		return reads_templates(f, TEMPLATE_BEDROCK);
	if ((need->op->cls == AWS_WRITE && !f->write) || (need->op->cls == AWS_PAID && !f->playground && !charge_of(need->op)))
		return false;
	if (asks_insights(need->op) && (f->src->cost_mode == CONF_COST_TAIL || !f->src->log_group_count))
		return false;
	switch (need->on) {
	case ON_TEMPLATE_SECRETS:
		return reads_templates(f, TEMPLATE_SECRETS);
	case ON_TEMPLATE_PROMPTS:
		return reads_templates(f, TEMPLATE_BEDROCK);
	case ON_TEMPLATE_PARAMETERS:
		return reads_templates(f, TEMPLATE_SSM);
	case ON_TEMPLATE_BUCKETS: case ON_TEMPLATE_OBJECTS:
		return reads_templates(f, TEMPLATE_S3);
	case ON_PARAMETERS:
		return f->write && follows(f, FOLLOW_SSM);
	case ON_BUSES:
		return follows(f, FOLLOW_EVENTBRIDGE);
	case ON_GATEWAYS:
		return f->write && f->conf && f->conf->stops.gateway.n;
	case ON_JOBS_INDEX:
		return f->src->jobs_table.n && f->src->jobs_index.n;
	case ON_JOBS_TABLE:
		return f->src->jobs_table.n > 0;
	case ON_AGENTS_TABLE:
		return f->src->agents_table.n > 0;
	case ON_LOCK_TABLE:
		return f->src->lock_table.n > 0;
	case ON_JOB_LOGS:
		if (need->op == &op_logs_start_live_tail)
			return f->src->log_group_count && f->src->tail == CONF_TAIL_AUTO;
		return f->src->log_group_count || f->src->invocation_log_group.n;
	default:
		return true;
	}
}

const char *need_on_name(NeedOn on)
{
	static const char *const names[NEED_ON_N] = {
		[ON_ANYTHING] = "Anything", [ON_REGION] = "Region", [ON_JOBS_TABLE] = "JobsTable", [ON_JOBS_INDEX] = "JobsIndex",
		[ON_AGENTS_TABLE] = "AgentsTable",
		[ON_LOCK_TABLE] = "LockTable", [ON_JOB_LOGS] = "JobLogs", [ON_ALL_LOGS] = "LogGroups", [ON_MODELS] = "Models", [ON_GUARDRAILS] = "Guardrails",
		[ON_RUNTIMES] = "Runtimes", [ON_CLASSIC] = "Agents", [ON_ALIASES] = "AgentAliases",
		[ON_PROFILES] = "Profiles", [ON_KEYS] = "Keys", [ON_GATEWAYS] = "Gateways", [ON_AB_TESTS] = "AbTests",
		[ON_PARAMETERS] = "Parameters", [ON_BUSES] = "EventBuses",
		[ON_TEMPLATE_SECRETS] = "TemplateSecrets", [ON_TEMPLATE_BUCKETS] = "TemplateBuckets",
		[ON_TEMPLATE_OBJECTS] = "TemplateObjects", [ON_TEMPLATE_PROMPTS] = "TemplatePrompts",
		[ON_TEMPLATE_PARAMETERS] = "TemplateParameters",
	};

	return names[on];
}

Str need_action(Str *rest)
{
	static const char between[] = " and ";
	const char *at = rest->n ? memmem(rest->p, rest->n, between, sizeof between - 1) : NULL;
	Str action = at ? str_sub(*rest, 0, (size_t)(at - rest->p)) : *rest;

	*rest = at ? str_sub(*rest, action.n + sizeof between - 1, rest->n) : STR("");
	return action;
}

const Need *needs_all(size_t *n)
{
	*n = 0;
	while (rows[*n].op)
		++*n;
	return rows;
}

static const Need rows[] = {
	{ &op_sts_get_caller_identity, ON_ANYTHING, "everything", false },
	{ &op_dynamodb_query, ON_JOBS_INDEX, "jobs, cost, doctor", false },
	{ &op_dynamodb_scan, ON_JOBS_TABLE, "jobs, when the index is missing", true },
	{ &op_dynamodb_scan, ON_AGENTS_TABLE, "agents", false },
	{ &op_dynamodb_describe_table, ON_JOBS_TABLE, "doctor", true },
	{ &op_dynamodb_describe_table, ON_AGENTS_TABLE, "doctor", true },
	{ &op_logs_filter_log_events, ON_JOB_LOGS, "cost lines", false },
	{ &op_logs_start_live_tail, ON_JOB_LOGS, "cost lines as they come", true },
	{ &op_logs_start_query, ON_JOB_LOGS, "cost by Logs Insights", true },
	{ &op_logs_get_query_results, ON_REGION, "cost by Logs Insights", true },
	{ &op_logs_stop_query, ON_REGION, "cost by Logs Insights", true },
	{ &op_logs_describe_log_groups, ON_ALL_LOGS, "doctor", true },
	{ &op_cloudwatch_list_metrics, ON_REGION, "metrics, doctor", false },
	{ &op_cloudwatch_get_metric_data, ON_REGION, "metrics", false },
	{ &op_cloudwatch_describe_alarms, ON_REGION, "alarms", false },
	{ &op_quotas_list_service_quotas, ON_REGION, "quota headroom", true },
	{ &op_cloudtrail_lookup_events, ON_REGION, "changes: who and when", true },
	{ &op_bedrock_get_inference_profile, ON_PROFILES, "prices of calls through application inference profiles", true },
	{ &op_pricing_get_products, ON_ANYTHING, "prices refresh", true },
	{ &op_bedrock_list_foundation_models, ON_REGION, "changes: models that retire; prices refresh: their names", true },
	{ &op_agentcore_list_runtimes, ON_REGION, "changes: endpoints", true },
	{ &op_agentcore_list_endpoints, ON_RUNTIMES, "agents, changes: endpoints", true },
	{ &op_agentcore_list_runtime_versions, ON_RUNTIMES, "agents: versions", true },
	{ &op_bedrock_agent_list_agents, ON_REGION, "changes: aliases", true },
	{ &op_bedrock_agent_list_knowledge_bases, ON_REGION, "doctor, coverage", true },
	{ &op_bedrock_agent_list_aliases, ON_CLASSIC, "agents, changes: aliases", true },
	{ &op_bedrock_agent_list_versions, ON_CLASSIC, "agents: versions", true },
	{ &op_bedrock_agent_get_alias, ON_ALIASES, "changes: aliases", true },
	{ &op_bedrock_get_logging, ON_REGION, "doctor", true },
	{ &op_ce_get_cost_and_usage, ON_ANYTHING, "bills", true },
	{ &op_bedrock_converse_stream, ON_MODELS, "chat", false },
	{ &op_bedrock_count_tokens, ON_MODELS, "exact token counts in the playground", true },
	{ &op_bedrock_apply_guardrail, ON_GUARDRAILS, "chat with a guardrail", true },
	/* Moves of pointers: what they read, and with write: true what they write. */
	{ &op_dynamodb_get_item, ON_AGENTS_TABLE, "rollback", true },
	{ &op_dynamodb_get_item, ON_LOCK_TABLE, "rollback", true },
	{ &op_dynamodb_batch_get_item, ON_LOCK_TABLE, "agents: who moves which pointer", true },
	{ &op_dynamodb_query, ON_AGENTS_TABLE, "op resolve", true },
	{ &op_dynamodb_query, ON_LOCK_TABLE, "op resolve", true },
	{ &op_dynamodb_scan, ON_LOCK_TABLE, "templates: labels; op resolve", true },
	{ &op_dynamodb_describe_table, ON_LOCK_TABLE, "setup", true },
	{ &op_agentcore_get_runtime, ON_RUNTIMES, "agents, rollback", true },
	{ &op_agentcore_get_endpoint, ON_RUNTIMES, "rollback", true },
	{ &op_bedrock_agent_get_version, ON_CLASSIC, "agents, rollback", true },
	{ &op_dynamodb_transact_write_items, ON_AGENTS_TABLE, "rollback", false },
	{ &op_dynamodb_transact_write_items, ON_LOCK_TABLE, "rollback", false },
	{ &op_agentcore_update_endpoint, ON_RUNTIMES, "rollback", false },
	{ &op_bedrock_agent_update_alias, ON_ALIASES, "rollback", false },
	{ &op_dynamodb_create_table, ON_LOCK_TABLE, "setup", true },
	{ &op_agentcore_update_runtime, ON_RUNTIMES, "register", true },
	{ &op_agentcore_get_gateway, ON_GATEWAYS, "stop", true },
	{ &op_agentcore_get_rate_limit, ON_GATEWAYS, "stop", true },
	{ &op_agentcore_create_rate_limit, ON_GATEWAYS, "stop", true },
	{ &op_agentcore_delete_rate_limit, ON_GATEWAYS, "stop, undo", true },
	{ &op_agentcore_list_ab_tests, ON_REGION, "stop", true },
	{ &op_agentcore_get_ab_test, ON_AB_TESTS, "stop", true },
	{ &op_agentcore_update_ab_test, ON_AB_TESTS, "stop", true },
	{ &op_agentcore_stop_session, ON_RUNTIMES, "stop", true },
	{ &op_ssm_get_parameter, ON_PARAMETERS, "follow_ups", true },
	{ &op_ssm_put_parameter, ON_PARAMETERS, "follow_ups", true },
	{ &op_events_put_events, ON_BUSES, "follow_ups", true },
	{ &op_secrets_list, ON_REGION, "templates", true },
	{ &op_secrets_list_version_ids, ON_TEMPLATE_SECRETS, "templates", true },
	{ &op_secrets_get_value, ON_TEMPLATE_SECRETS, "templates", true },
	{ &op_s3_list_objects, ON_TEMPLATE_BUCKETS, "templates", true },
	{ &op_s3_get_object, ON_TEMPLATE_OBJECTS, "templates", true },
	{ &op_bedrock_agent_list_prompts, ON_REGION, "templates", true },
	{ &op_bedrock_agent_get_prompt, ON_TEMPLATE_PROMPTS, "templates", true },
	{ &op_ssm_get_parameters_by_path, ON_TEMPLATE_PARAMETERS, "templates", true },
	{ &op_ssm_get_parameter_history, ON_TEMPLATE_PARAMETERS, "templates", true },
	{ &op_kms_verify, ON_KEYS, "signed templates", true },
	{ &op_kms_sign, ON_KEYS, "template sign", true },
	{ 0 },
};
