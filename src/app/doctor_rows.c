/* Permissions: one line for each row that the context uses. Reads are tried with the smallest answer that they can give;
 * what costs money or writes never is. */
#include "app/doctor_own.h"

#include <string.h>

#include "api/agentcore.h"
#include "api/bedrock.h"
#include "api/bedrock_agent.h"
#include "api/bedrock_invoke.h"
#include "api/cloudtrail.h"
#include "api/cloudwatch.h"
#include "api/dynamodb.h"
#include "api/logs.h"
#include "api/service_quotas.h"
#include "base/clock.h"

static void say_denied(Doctor *d, DoctorLine *line, const AwsError *err)
{
	doctor_say_err(d, line, line->need->spare ? DOCTOR_WARN : DOCTOR_FAIL, &err->err);
	if (!line->remedy.n)
		line->remedy = arena_printf(&d->arena, "add %s to the role's policy; seismo doctor --iam prints one that is enough",
		                            line->need->op->permission);
}

void doctor_say_fault(Doctor *d, DoctorLine *line, const AwsError *err)
{
	const Need *need = line->need;
	DoctorVerdict v = need->spare ? DOCTOR_WARN : DOCTOR_FAIL;

	if (aws_is_unserved(err))
		doctor_say(d, line, v, "check the endpoint: AWS itself serves this in the Regions where the service is",
		           "this endpoint does not serve it (%s)", err->code);
	else if (err->fault == AWS_DENIED)
		say_denied(d, line, err);
	else if (err->fault == AWS_NOT_FOUND)
		doctor_say(d, line, DOCTOR_OK, NULL, "allowed; what it was asked about is not there");
	else if (err->fault == AWS_THROTTLED)
		doctor_say_err(d, line, DOCTOR_WARN, &err->err);
	else if (err->fault == AWS_CANCELLED)
		doctor_say(d, line, v, "check the network and the endpoint", "no answer within %d s",
		           (int)((clock_mono_ms() - d->started_ms + 500) / 1000));
	else
		doctor_say_err(d, line, v, &err->err);
}

DoctorLine *doctor_row(Doctor *d, const AwsOp *op, NeedOn on)
{
	for (DoctorLine *l = d->report.first[DOCTOR_PERMISSIONS]; l; l = l->next)
		if (l->need->op == op && l->need->on == on)
			return l;
	return NULL;
}

static void on_answer(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	DoctorLine *line = arg;

	(void)out;
	line->ms = ms;
	if (err)
		doctor_say_fault(d, line, err);
	else
		doctor_say(d, line, DOCTOR_OK, NULL, "allowed");
}

/* --- calls that no other check makes --- */

static void ask_scan_of_jobs(Doctor *d, DoctorLine *line)
{
	DdbQueryIn in = { .table = d->session->ctx->src.jobs_table.p, .limit = 1 };

	doctor_call(d, &op_dynamodb_scan, &in, on_answer, line);
}

static void ask_data(Doctor *d, DoctorLine *line)
{
	int64_t now = clock_wall_ms() / 60000 * 60000;
	CwQuery q = { .id = STR("m0"), .stat = { .metric = { .ns = STR("AWS/Bedrock"), .name = STR("Invocations") }, .period_s = 60,
	                                         .stat = STR("Sum") } };
	CwDataIn in = { .queries = { &q, 1 }, .start_ms = now - 120000, .end_ms = now };

	doctor_call(d, &op_cloudwatch_get_metric_data, &in, on_answer, line);
}

static void ask_alarms(Doctor *d, DoctorLine *line)
{
	CwAlarmsIn in = { .limit = 1 };

	doctor_call(d, &op_cloudwatch_describe_alarms, &in, on_answer, line);
}

static void ask_trail(Doctor *d, DoctorLine *line)
{
	TrailLookupIn in = { .limit = 1 };

	doctor_call(d, &op_cloudtrail_lookup_events, &in, on_answer, line);
}

static void ask_quotas(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_quotas_list_service_quotas, &(QuotaListIn){ .service_code = STR("bedrock"), .limit = 1 }, on_answer, line);
}

/* What is asked about is not expected to be there: that it is not is an answer. */
static void on_nothing(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	on_answer(d, out, err && (err->fault == AWS_NOT_FOUND || err->fault == AWS_VALIDATION) ? NULL : err, ms, arg);
}

static void ask_profile(Doctor *d, DoctorLine *line)
{
	BedrockProfileIn in = { .id = STR("seismo-asks") };

	if (line->resource.n)
		in.id = arena_printf(&d->arena, "%.*sseismo-asks", STR_ARG(str_sub(line->resource, 0, line->resource.n - 1)));
	doctor_call(d, &op_bedrock_get_inference_profile, &in, on_nothing, line);
}

/* Of a model that nobody has. */
static void ask_count(Doctor *d, DoctorLine *line)
{
	ConverseBlock text = { .text = STR("seismo asks") };
	ConverseMessage message = { STR("user"), { &text, 1 } };

	doctor_call(d, &op_bedrock_count_tokens, &(BedrockCountIn){ .model = STR("seismo.asks"), .input.converse.messages = { &message, 1 } }, on_nothing,
	            line);
}

/* What lists the parts of one thing is asked about one that is not there. */
static void ask_runtimes(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_agentcore_list_runtimes, &(AcListIn){ .max = 1 }, on_answer, line);
}

static void ask_endpoints(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_agentcore_list_endpoints, &(AcRuntimeListIn){ .id = STR("seismo_doctor-0000000000"), .max = 1 }, on_nothing, line);
}

static void ask_agents(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_bedrock_agent_list_agents, &(BaListIn){ .max = 1 }, on_answer, line);
}

static void ask_aliases(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_bedrock_agent_list_aliases, &(BaAgentListIn){ .id = STR("SEISMODOCT"), .max = 1 }, on_nothing, line);
}

static void ask_alias(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_bedrock_agent_get_alias, &(BaAliasIn){ STR("SEISMODOCT"), STR("SEISMODOCT") }, on_nothing, line);
}

/* A query that nobody has started: nothing is read, and nothing is stopped. */
static void ask_results(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_logs_get_query_results, &(LogsQueryId){ STR("00000000-0000-4000-8000-000000000000") }, on_nothing, line);
}

static void ask_stop(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_logs_stop_query, &(LogsQueryId){ STR("00000000-0000-4000-8000-000000000000") }, on_nothing, line);
}

static void ask_models(Doctor *d, DoctorLine *line)
{
	doctor_call(d, &op_bedrock_list_foundation_models, &(BedrockModelsIn){ .provider = STR("Amazon") }, on_answer, line);
}

static const struct { const AwsOp *op; NeedOn on; void (*ask)(Doctor *d, DoctorLine *line); } only_here[] = {
	{ &op_dynamodb_scan, ON_JOBS_TABLE, ask_scan_of_jobs },
	{ &op_cloudwatch_get_metric_data, ON_REGION, ask_data },
	{ &op_cloudwatch_describe_alarms, ON_REGION, ask_alarms },
	{ &op_cloudtrail_lookup_events, ON_REGION, ask_trail },
	{ &op_quotas_list_service_quotas, ON_REGION, ask_quotas },
	{ &op_agentcore_list_runtimes, ON_REGION, ask_runtimes },
	{ &op_agentcore_list_endpoints, ON_RUNTIMES, ask_endpoints },
	{ &op_bedrock_agent_list_agents, ON_REGION, ask_agents },
	{ &op_bedrock_agent_list_aliases, ON_CLASSIC, ask_aliases },
	{ &op_bedrock_agent_get_alias, ON_ALIASES, ask_alias },
	{ &op_bedrock_get_inference_profile, ON_PROFILES, ask_profile },
	{ &op_bedrock_count_tokens, ON_MODELS, ask_count },
	{ &op_logs_get_query_results, ON_REGION, ask_results },
	{ &op_logs_stop_query, ON_REGION, ask_stop },
	{ &op_bedrock_list_foundation_models, ON_REGION, ask_models },
};

static void ask(Doctor *d, const Need *need, DoctorLine *line)
{
	for (size_t i = 0; !d->lent && i < sizeof only_here / sizeof *only_here; i++)
		if (only_here[i].op == need->op && only_here[i].on == need->on)
			only_here[i].ask(d, line);
	if (d->lent)
		return;
	doctor_moves_ask(d, need, line, on_nothing);
	doctor_templates_ask(d, need, line, on_nothing);
}

static void say_untried(Doctor *d, const Need *need, DoctorLine *line)
{
	if (need->op->cls == AWS_WRITE)
		doctor_say(d, line, DOCTOR_SKIPPED, NULL, "not tried: it would write");
	else
		doctor_say(d, line, DOCTOR_SKIPPED, NULL, "not tried: it would cost money");
}

/* GetCallerIdentity needs no permission, and has answered already; the Price List is asked by hand, in another Region. */
void doctor_rows(Doctor *d)
{
	size_t n;
	const Need *need = needs_all(&n);
	Str *arn;

	for (size_t i = 0; i < n; i++) {
		DoctorLine *line;

		if (need[i].on == ON_ANYTHING || !need_counts(&need[i], &d->facts))
			continue;
		line = doctor_add(d, DOCTOR_PERMISSIONS, "permission", "%s %s", need[i].op->service->name, need[i].op->name);
		line->need = &need[i];
		if (d->facts.account.n && need_resources(&need[i], &d->facts, &d->arena, &arn) == 1 && !str_is(arn[0], "*"))
			line->resource = arn[0];
		/* A stream is not a small answer: a Live Tail session is billed by the minute. */
		if (need[i].op->cls == AWS_READ && !need[i].op->stream)
			ask(d, &need[i], line);
		else
			say_untried(d, &need[i], line);
	}
}
