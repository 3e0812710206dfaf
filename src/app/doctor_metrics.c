/* Metric namespaces with and without data, and whether Bedrock keeps a log of invocations. */
#include "app/doctor_own.h"

#include "api/bedrock.h"
#include "api/bedrock_agent.h"
#include "api/cloudwatch.h"

/* AWS's own that the fleets we watch write into (Bedrock and AgentCore user guides, "Monitoring"). */
static const char *const known[] = { "AWS/Bedrock", "AWS/BedrockMantle", "AWS/Bedrock-AgentCore" };
/* What costs money and is no call of a model: no job and no log line tells its tokens. Its metrics say that it is there. */
static const struct { const char *ns, *what; } not_live[] = {
	{ "AWS/Bedrock-AgentCore", "AgentCore compute" }, { "AWS/Bedrock/Guardrails", "guardrails" }, { "AWS/BedrockMantle", "the mantle endpoint" },
};
enum { NOT_LIVE = sizeof not_live / sizeof *not_live };
static const char not_live_remedy[] = "its bill is in Cost Explorer, a day late";
enum { KNOWN = sizeof known / sizeof *known };

typedef struct SpaceAsk { DoctorLine *permission, *line; bool configured; } SpaceAsk;

static void on_metrics(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const CwListOut *list = out;
	SpaceAsk *a = arg;

	a->permission->ms = ms;
	if (err) {
		doctor_say_fault(d, a->permission, err);
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: ListMetrics did not answer");
		return;
	}
	if (a->permission->verdict == DOCTOR_SKIPPED)
		doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
	if (a->configured && !list->metrics.n)
		doctor_say(d, a->line, DOCTOR_WARN, "see whether the Region is the right one, or take it out of sources.metrics.namespaces",
		           "configured, and without a metric in the last two weeks");
	else if (a->configured)
		doctor_say(d, a->line, DOCTOR_OK, NULL, "%zu%s metrics", list->metrics.n, list->next_token.n ? " and more" : "");
	else if (list->metrics.n)
		doctor_say(d, a->line, DOCTOR_WARN, "add it to sources.metrics.namespaces", "has %zu%s metrics and is not configured", list->metrics.n,
		           list->next_token.n ? " and more" : "");
	else
		doctor_say(d, a->line, DOCTOR_OK, NULL, "not configured, and empty");
}

static void ask_space(Doctor *d, DoctorLine *permission, Str ns, bool configured)
{
	SpaceAsk *a = ARENA_NEW(&d->arena, SpaceAsk);
	CwListIn in = { .ns = ns };

	*a = (SpaceAsk){ permission, doctor_add(d, DOCTOR_COVERAGE, "namespace", "metrics %.*s", STR_ARG(ns)), configured };
	doctor_call(d, &op_cloudwatch_list_metrics, &in, on_metrics, a);
}

/* --- what is used and not in the totals --- */

static void say_not_live(Doctor *d, DoctorLine *line, bool there, const char *found)
{
	if (there)
		doctor_say(d, line, DOCTOR_WARN, not_live_remedy, "%s; the cost is in no total here", found);
	else
		doctor_say(d, line, DOCTOR_OK, NULL, "not used: %s", found);
}

static void on_not_live(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const CwListOut *list = out;

	(void)ms;
	if (err)
		doctor_say(d, arg, DOCTOR_SKIPPED, NULL, "not known: ListMetrics did not answer");
	else
		say_not_live(d, arg, list->metrics.n > 0, list->metrics.n ? "it has metrics" : "no metric in the last two weeks");
}

/* A provisioned model is paid by the hour; its ARN stands where the model's id does. */
static void on_provisioned(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const CwListOut *list = out;
	bool there = false;

	for (size_t i = 0; !err && i < list->metrics.n; i++)
		for (size_t k = 0; k < list->metrics.v[i].dims.n; k++)
			there |= str_has(list->metrics.v[i].dims.v[k].value, STR(":provisioned-model/"));
	if (err)
		on_not_live(d, out, err, ms, arg);
	else if (!there && list->next_token.n)
		doctor_say(d, arg, DOCTOR_SKIPPED, NULL, "not known: there are more metrics than are looked through");
	else
		say_not_live(d, arg, there, there ? "calls go to a provisioned model" : "no call goes to a provisioned model");
}

typedef struct BasesAsk { DoctorLine *permission, *line; } BasesAsk;

static void on_knowledge_bases(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const BaKnowledgeBases *list = out;
	BasesAsk *a = arg;

	a->permission->ms = ms;
	if (err) {
		doctor_say_fault(d, a->permission, err);
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: ListKnowledgeBases did not answer");
		return;
	}
	doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
	say_not_live(d, a->line, list->bases.n > 0, list->bases.n ? "there are some" : "there are none");
}

static void ask_not_live(Doctor *d)
{
	CwListIn tokens = { .ns = STR("AWS/Bedrock"), .metric = STR("InputTokenCount") };
	BasesAsk *bases = ARENA_NEW(&d->arena, BasesAsk);

	for (size_t i = 0; i < NOT_LIVE; i++) {
		CwListIn in = { .ns = str_of(not_live[i].ns) };

		doctor_call(d, &op_cloudwatch_list_metrics, &in, on_not_live, doctor_add(d, DOCTOR_COVERAGE, "not_live", "%s", not_live[i].what));
	}
	doctor_call(d, &op_cloudwatch_list_metrics, &tokens, on_provisioned,
	            doctor_add(d, DOCTOR_COVERAGE, "not_live", "provisioned throughput"));
	if (!(bases->permission = doctor_row(d, &op_bedrock_agent_list_knowledge_bases, ON_REGION)))
		return;
	bases->line = doctor_add(d, DOCTOR_COVERAGE, "not_live", "knowledge bases");
	doctor_call(d, &op_bedrock_agent_list_knowledge_bases, &(BaListIn){ .max = 10 }, on_knowledge_bases, bases);
}

typedef struct LogAsk { DoctorLine *permission, *line; } LogAsk;

static void on_logging(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const BedrockLoggingOut *l = out;
	LogAsk *a = arg;

	a->permission->ms = ms;
	if (err) {
		doctor_say_fault(d, a->permission, err);
		doctor_say(d, a->line, DOCTOR_SKIPPED, NULL, "not known: GetModelInvocationLoggingConfiguration did not answer");
		return;
	}
	doctor_say(d, a->permission, DOCTOR_OK, NULL, "allowed");
	d->invocation_group = arena_str(&d->arena, l->logging.group.group);
	if (l->logging.group.group.n)
		doctor_say(d, a->line, DOCTOR_OK, NULL, "on, into log group %.*s", STR_ARG(l->logging.group.group));
	else if (l->logging.bucket.bucket.n)
		doctor_say(d, a->line, DOCTOR_OK, NULL, "on, into bucket %.*s", STR_ARG(l->logging.bucket.bucket));
	else
		doctor_say(d, a->line, DOCTOR_WARN, "turn model invocation logging on in Bedrock's settings, into a log group",
		           "off: calls that no job reports are seen only as CloudWatch's totals");
}

void doctor_metrics(Doctor *d)
{
	const ConfSources *src = &d->session->ctx->src;
	DoctorLine *list = doctor_row(d, &op_cloudwatch_list_metrics, ON_REGION);
	LogAsk *a = ARENA_NEW(&d->arena, LogAsk);
	bool has[KNOWN] = { false };

	for (size_t i = 0; list && i < src->namespace_count; i++) {
		ask_space(d, list, src->namespaces[i], true);
		for (size_t k = 0; k < KNOWN; k++)
			has[k] |= str_is(src->namespaces[i], known[k]);
	}
	for (size_t k = 0; list && k < KNOWN; k++)
		if (!has[k])
			ask_space(d, list, str_of(known[k]), false);
	if (list)
		ask_not_live(d);
	if (!(a->permission = doctor_row(d, &op_bedrock_get_logging, ON_REGION)))
		return;
	a->line = doctor_add(d, DOCTOR_COVERAGE, "invocation_log", "invocation log");
	doctor_call(d, &op_bedrock_get_logging, NULL, on_logging, a);
}
