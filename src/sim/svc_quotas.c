/* Service Quotas of Bedrock: what each model of the fleet, and a few others, may be asked for in a minute.
 * Source: Service Quotas API Reference, 2019-06-24; names of the quotas: AWS General Reference, "Amazon Bedrock quotas". */
#include "sim/serve.h"

#include <inttypes.h>

#include "api/service_quotas.h"
#include "sim/metric_query.h"
#include "sim/paging.h"

enum { PAGE_MAX = 100, KINDS = 3, FIXED = 4, MINUTES_A_DAY = 1440 };

/* id: what CloudWatch calls it; cross: only reached through a cross-Region profile. */
typedef struct Limits { const char *id, *name; bool cross; int32_t requests, tokens; } Limits;

static const Limits limits[] = {
	{ "us.anthropic.claude-sonnet-4-5-20250929-v1:0", "Anthropic Claude Sonnet 4.5 V1", true, 200, 200000 },
	{ "us.anthropic.claude-haiku-4-5-20251001-v1:0", "Anthropic Claude Haiku 4.5", true, 250, 400000 },
	{ "amazon.nova-pro-v1:0", "Amazon Nova Pro", false, 250, 1000000 },
	{ "amazon.nova-lite-v1:0", "Amazon Nova Lite", false, 1000, 2000000 },
	{ "us.meta.llama3-3-70b-instruct-v1:0", "Meta Llama 3.3 70B Instruct", true, 800, 600000 },
	{ "us.anthropic.claude-opus-4-5-20251101-v1:0", "Anthropic Claude Opus 4.5", true, 100, 100000 },
	{ "us.anthropic.claude-3-5-haiku-20241022-v1:0", "Anthropic Claude 3.5 Haiku", true, 400, 400000 },
	{ "amazon.nova-micro-v1:0", "Amazon Nova Micro", false, 1000, 2000000 },
	{ "us.amazon.nova-premier-v1:0", "Amazon Nova Premier V1", true, 250, 1000000 },
	{ "us.deepseek.r1-v1:0", "DeepSeek R1 V1", true, 200, 200000 },
	{ "us.meta.llama4-maverick-17b-instruct-v1:0", "Meta Llama 4 Maverick V1", true, 800, 600000 },
	{ "mistral.mistral-large-2407-v1:0", "Mistral Large 2407", false, 400, 300000 },
	{ "openai.gpt-oss-120b-1:0", "OpenAI GPT OSS 120B", false, 10000, 100000000 },
	{ "amazon.titan-embed-text-v2:0", "Amazon Titan Text Embeddings V2", false, 6000, 300000 },
	{ "cohere.embed-english-v3", "Cohere Embed English", false, 2000, 300000 },
};
static const struct { const char *name; int32_t value; bool adjustable; } fixed[FIXED] = {
	{ "Agents per account", 1000, true },
	{ "Associated aliases per agent", 10, false },
	{ "On-demand ApplyGuardrail requests per second", 50, true },
	{ "Knowledge bases per account", 100, false },
};

enum { MODELS = sizeof limits / sizeof limits[0], QUOTAS = MODELS * KINDS + FIXED };

/* The API knows a quota by a code that says nothing. */
static Str code_of(SimCall *c, Str name)
{
	return arena_printf(c->arena, "L-%08" PRIX32, (uint32_t)(str_hash(name) >> 32));
}

static void set_usage(SimCall *c, Quota *q, const char *metric, const char *model)
{
	q->usage = (QuotaMetric){ .ns = STR(METRIC_BEDROCK), .name = str_of(metric), .stat = STR("Sum") };
	q->usage.dims.n = 1;
	q->usage.dims.v = ARENA_ARRAY(c->arena, ShapePair, 1);
	q->usage.dims.v[0] = (ShapePair){ STR("ModelId"), str_of(model) };
}

static void model_quota(SimCall *c, const Limits *m, unsigned kind, Quota *q)
{
	const char *way = m->cross ? "Cross-region" : "On-demand";

	q->adjustable = kind != 2 && !str_starts(str_of(m->name), STR("Cohere"));
	switch (kind) {
	case 0:
		q->name = arena_printf(c->arena, "%s model inference requests per minute for %s", way, m->name);
		q->value = m->requests;
		set_usage(c, q, "Invocations", m->id);
		break;
	case 1:
		q->name = arena_printf(c->arena, "%s model inference tokens per minute for %s", way, m->name);
		q->value = m->tokens;
		set_usage(c, q, "EstimatedTPMQuotaUsage", m->id);
		break;
	default:
		q->name = arena_printf(c->arena, "Model invocation max tokens per day for %s%s", m->name,
		                       m->cross ? " (doubled for cross-region calls)" : "");
		q->value = (double)m->tokens * MINUTES_A_DAY / (m->cross ? 2 : 1);
		break;
	}
}

static Quota quota_at(SimCall *c, size_t i)
{
	Quota q = { .service_code = STR("bedrock"), .service_name = STR("Amazon Bedrock"), .unit = STR("None"), .level = STR("ACCOUNT") };

	if (i < (size_t)MODELS * KINDS) {
		model_quota(c, &limits[i / KINDS], i % KINDS, &q);
	} else {
		q.name = str_of(fixed[i - (size_t)MODELS * KINDS].name);
		q.value = fixed[i - (size_t)MODELS * KINDS].value;
		q.adjustable = fixed[i - (size_t)MODELS * KINDS].adjustable;
	}
	q.code = code_of(c, q.name);
	q.arn = arena_printf(c->arena, "arn:aws:servicequotas:%.*s:%.*s:bedrock/%.*s", STR_ARG(c->region), STR_ARG(c->who.account),
	                     STR_ARG(q.code));
	return q;
}

static bool known_service(SimCall *c, Str code)
{
	if (!str_is(code, "bedrock"))
		sim_fail(c, 400, "NoSuchResourceException",
		         "The request failed because the specified service does not exist (the simulated region has quotas of bedrock).");
	return str_is(code, "bedrock");
}

static int list_quotas(SimCall *c, const void *input, void *output)
{
	const QuotaListIn *in = input;
	Quotas *out = output;
	Quota *found = ARENA_ARRAY(c->arena, Quota, QUOTAS);
	uint64_t salt = str_hash(in->quota_code);
	Str level = STR("ACCOUNT");
	size_t n = 0;
	Page page;

	(void)jv_opt_str(c->body, "QuotaAppliedAtLevel", &level, NULL);      /* no member of the row: every quota here is the account's */
	if (in->limit < 0 || in->limit > PAGE_MAX) {
		sim_fail(c, 400, "IllegalArgumentException", "MaxResults must be between 1 and 100.");
		return -1;
	}
	if (!known_service(c, in->service_code))
		return -1;
	for (size_t i = 0; i < QUOTAS && !str_is(level, "RESOURCE"); i++) {
		found[n] = quota_at(c, i);
		n += !in->quota_code.n || str_eq(in->quota_code, found[n].code);
	}
	if (page_open(in->next_token, salt, n, in->limit, PAGE_MAX, &page) < 0) {
		sim_fail(c, 400, "InvalidPaginationTokenException", "Invalid NextToken: it belongs to another listing.");
		return -1;
	}
	out->quotas.v = found + page.from;
	out->quotas.n = page.to - page.from;
	out->next_token = page_token(c, salt, n, &page);
	return 0;
}

static int get_quota(SimCall *c, const void *input, void *output)
{
	const QuotaIn *in = input;
	QuotaOut *out = output;

	if (!known_service(c, in->service_code))
		return -1;
	for (size_t i = 0; i < QUOTAS; i++) {
		out->quota = quota_at(c, i);
		if (str_eq(out->quota.code, in->quota_code))
			return 0;
	}
	sim_fail(c, 400, "NoSuchResourceException", "The request failed because the specified quota does not exist.");
	return -1;
}

static const SimRow rows[] = {
	{ &op_quotas_list_service_quotas, list_quotas, NULL }, { &op_quotas_get_service_quota, get_quota, NULL },
};
const SimTable sim_quotas = SIM_TABLE(rows);
