/* Bedrock's control plane: models, inference profiles, the invocation log's configuration, the guardrail. */
#include <string.h>

#include "api/bedrock.h"
#include "sim/fleet_lines.h"
#include "sim/fleet_tables.h"
#include "sim/guard.h"
#include "sim/model_text.h"
#include "sim/platform.h"
#include "sim/serve.h"

enum { PAGE = 1000, DAY_MS = 24 * 3600 * 1000, MODEL_AGE_DAYS = 400, OWN_PROFILES = 2, GUARD_VERSIONS = 2 };

typedef struct Control { bool set; BedrockLogging logging; } Control;
/* Application profiles: what teams of the fleet call, so that their cost is told apart. */
typedef struct OwnProfile { const char *id, *name, *description; int model; } OwnProfile;

static const OwnProfile own_profiles[OWN_PROFILES] = {
	{ "up5e11teamp1", "upsell-team", "Nova Pro for the upsell agents", 2 }, { "v1s1b111ty01", "visibility-team", "Sonnet for visibility-check", 0 },
};
#define GUARD_ID   "fleetguard01"
#define GUARD_NAME "fleet-guard"

const SimTable sim_bedrock_control;

static Str strip(const char *id)
{
	Str s = str_of(id);

	return str_starts(s, STR("us.")) ? str_sub(s, 3, s.n) : s;
}

static bool by_profile(int model)
{
	return str_starts(str_of(fleet_models[model].id), STR("us."));
}

static void texts(SimCall *c, Str **v, size_t *n, const char *one)
{
	*v = ARENA_NEW(c->arena, Str);
	**v = str_of(one);
	*n = one ? 1 : 0;
}

static Str model_arn(SimCall *c, int model, Str region)
{
	return arena_printf(c->arena, "arn:aws:bedrock:%.*s::foundation-model/%.*s", STR_ARG(region), STR_ARG(strip(fleet_models[model].id)));
}

static int64_t began(SimCall *c)
{
	return fleet_version_made_ms(sim_fleet(c->sim), 0, 0) - (int64_t)MODEL_AGE_DAYS * DAY_MS;
}

/* --- models --- */

static void put_model(SimCall *c, int i, BedrockModel *out)
{
	*out = (BedrockModel){ .id = strip(fleet_models[i].id), .arn = model_arn(c, i, c->region), .name = str_of(fleet_models[i].name),
	                       .provider = str_of(fleet_models[i].provider), .streaming = true,
	                       .life = { .status = STR("ACTIVE"), .start_ms = began(c) } };
	texts(c, &out->inputs.v, &out->inputs.n, "TEXT");
	texts(c, &out->outputs.v, &out->outputs.n, "TEXT");
	texts(c, &out->inference.v, &out->inference.n, by_profile(i) ? "INFERENCE_PROFILE" : "ON_DEMAND");
}

static int list_models(SimCall *c, const void *input, void *output)
{
	const BedrockModelsIn *in = input;
	BedrockModelsOut *out = output;

	out->models.v = ARENA_ARRAY(c->arena, BedrockModel, FLEET_MODELS);
	for (int i = 0; i < FLEET_MODELS; i++) {
		BedrockModel *m = &out->models.v[out->models.n];

		put_model(c, i, m);
		out->models.n += (!in->provider.n || str_eq_nocase(in->provider, m->provider)) && (!in->modality.n || str_is(in->modality, "TEXT")) &&
		                 (!in->inference.n || str_eq(in->inference, m->inference.v[0])) && !in->customization.n;
	}
	return 0;
}

static int get_model(SimCall *c, const void *input, void *output)
{
	const BedrockModelIn *in = input;
	BedrockModelOut *out = output;
	int i = model_find(in->id);

	if (i < 0)
		return platform_fail(c, 404, "ResourceNotFoundException", "Could not resolve the foundation model from the provided model identifier.");
	put_model(c, i, &out->model);
	return 0;
}

/* --- inference profiles --- */

static void put_geography(SimCall *c, int model, BedrockProfile *out)
{
	static const char *const regions[] = { "us-east-1", "us-east-2", "us-west-2" };

	*out = (BedrockProfile){ .id = str_of(fleet_models[model].id), .name = arena_printf(c->arena, "US %s", fleet_models[model].name),
	                         .description = arena_printf(c->arena, "Routes requests to %s in three US Regions", fleet_models[model].name),
	                         .status = STR("ACTIVE"), .type = STR("SYSTEM_DEFINED"), .created_ms = began(c), .updated_ms = began(c) };
	out->arn = platform_arn(c, "bedrock", "inference-profile/%s", fleet_models[model].id);
	out->models.v = ARENA_ARRAY(c->arena, BedrockProfileModel, 3);
	for (out->models.n = 0; out->models.n < 3; out->models.n++)
		out->models.v[out->models.n].arn = model_arn(c, model, str_of(regions[out->models.n]));
}

static void put_own(SimCall *c, const OwnProfile *p, BedrockProfile *out)
{
	*out = (BedrockProfile){ .id = str_of(p->id), .name = str_of(p->name), .description = str_of(p->description), .status = STR("ACTIVE"),
	                         .type = STR("APPLICATION"), .created_ms = fleet_version_made_ms(sim_fleet(c->sim), 0, 0) };
	out->updated_ms = out->created_ms;
	out->arn = platform_arn(c, "bedrock", "application-inference-profile/%s", p->id);
	out->models.v = ARENA_NEW(c->arena, BedrockProfileModel);
	out->models.v[0].arn = model_arn(c, p->model, c->region);
	out->models.n = 1;
}

static size_t all_profiles(SimCall *c, BedrockProfile **out)
{
	size_t n = 0;

	*out = ARENA_ARRAY(c->arena, BedrockProfile, FLEET_MODELS + OWN_PROFILES);
	for (int i = 0; i < FLEET_MODELS; i++)
		if (by_profile(i))
			put_geography(c, i, &(*out)[n++]);
	for (int i = 0; i < OWN_PROFILES; i++)
		put_own(c, &own_profiles[i], &(*out)[n++]);
	return n;
}

static int list_profiles(SimCall *c, const void *input, void *output)
{
	const BedrockProfilesIn *in = input;
	BedrockProfilesOut *out = output;
	BedrockProfile *all;
	size_t total = all_profiles(c, &all), kept = 0, from, n;

	for (size_t i = 0; i < total; i++)
		if (!in->type.n || str_eq(in->type, all[i].type))
			all[kept++] = all[i];
	if (platform_page(c, in->next_token, in->max, PAGE, kept, &from, &n, &out->next_token) < 0)
		return -1;
	out->profiles.v = all + from;
	out->profiles.n = n;
	return 0;
}

static int get_profile(SimCall *c, const void *input, void *output)
{
	const BedrockProfileIn *in = input;
	BedrockProfile *all;
	size_t total = all_profiles(c, &all);

	for (size_t i = 0; i < total; i++) {
		if (!str_eq(in->id, all[i].id) && !str_eq(in->id, all[i].arn))
			continue;
		*(BedrockProfile *)output = all[i];
		return 0;
	}
	return platform_fail(c, 404, "ResourceNotFoundException", "The inference profile was not found.");
}

/* --- the invocation log --- */

static Control *control(SimCall *c)
{
	Control *k = sim_slot(c->sim, &sim_bedrock_control, sizeof(Control));

	if (!k->set)
		k->logging = (BedrockLogging){ .group = { STR(FLEET_CALL_GROUP),
		                                          STR("arn:aws:iam::000000000000:role/bedrock-logs"), { { 0 }, { 0 } } },
		                               .text = { true, true }, .image = { false, true }, .embedding = { false, true } };
	k->set = true;
	return k;
}

static int get_logging(SimCall *c, const void *input, void *output)
{
	(void)input;
	((BedrockLoggingOut *)output)->logging = control(c)->logging;
	return 0;
}

static Str kept_text(SimCall *c, Str s)
{
	return s.n ? arena_str(sim_keep(c->sim), s) : (Str){ 0 };
}

static int put_logging(SimCall *c, const void *input, void *output)
{
	const BedrockLogging *in = &((const BedrockLoggingIn *)input)->logging;
	BedrockLogging *to = &control(c)->logging;

	(void)output;
	if (!in->group.group.n && !in->bucket.bucket.n)
		return platform_fail(c, 400, "ValidationException", "loggingConfig must have a cloudWatchConfig or an s3Config");
	*to = *in;
	to->group = (BedrockLogGroup){ kept_text(c, in->group.group), kept_text(c, in->group.role),
	                               { kept_text(c, in->group.large.bucket), kept_text(c, in->group.large.prefix) } };
	to->bucket = (BedrockBucket){ kept_text(c, in->bucket.bucket), kept_text(c, in->bucket.prefix) };
	return 0;
}

/* --- the guardrail: a draft and two versions --- */

static void put_guardrail(SimCall *c, int version, BedrockGuardrail *out)
{
	int64_t made = fleet_version_made_ms(sim_fleet(c->sim), FLEET_UPSELL, version ? (unsigned)version - 1 : GUARD_VERSIONS);

	*out = (BedrockGuardrail){ .id = STR(GUARD_ID), .name = STR(GUARD_NAME), .description = STR("What the fleet's agents do not talk about"),
	                           .version = version ? arena_printf(c->arena, "%d", version) : STR("DRAFT"), .status = STR("READY"),
	                           .created_ms = made, .updated_ms = made, .blocked_input = STR(GUARD_REFUSAL), .blocked_output = STR(GUARD_REFUSAL) };
	out->arn = platform_arn(c, "bedrock", "guardrail/" GUARD_ID);
	out->topics = STR("{\"topics\":[{\"name\":\"Investment advice\",\"definition\":\"Which shares or funds to buy\",\"type\":\"DENY\"}]}");
	out->content = STR("{\"filters\":[{\"type\":\"PROMPT_ATTACK\",\"inputStrength\":\"HIGH\",\"outputStrength\":\"NONE\"},"
	                   "{\"type\":\"VIOLENCE\",\"inputStrength\":\"MEDIUM\",\"outputStrength\":\"MEDIUM\"},"
	                   "{\"type\":\"INSULTS\",\"inputStrength\":\"MEDIUM\",\"outputStrength\":\"MEDIUM\"}]}");
	out->words = STR("{\"words\":[{\"text\":\"project nightjar\"}]}");
	out->sensitive = STR("{\"piiEntities\":[{\"type\":\"EMAIL\",\"action\":\"ANONYMIZE\"}]}");
}

static bool is_guardrail(SimCall *c, Str id)
{
	return str_is(id, GUARD_ID) || str_eq(id, platform_arn(c, "bedrock", "guardrail/" GUARD_ID));
}

static int no_guardrail(SimCall *c)
{
	return platform_fail(c, 404, "ResourceNotFoundException", "The guardrail or its version was not found.");
}

/* Without an identifier the drafts, with one all its versions. */
static int list_guardrails(SimCall *c, const void *input, void *output)
{
	const BedrockGuardrailsIn *in = input;
	BedrockGuardrailsOut *out = output;
	size_t from, n;

	if (in->guardrail.n && !is_guardrail(c, in->guardrail))
		return no_guardrail(c);
	if (platform_page(c, in->next_token, in->max, PAGE, in->guardrail.n ? GUARD_VERSIONS + 1 : 1, &from, &n, &out->next_token) < 0)
		return -1;
	out->guardrails.v = ARENA_ARRAY(c->arena, BedrockGuardrail, n + 1);
	for (size_t i = 0; i < n; i++)
		put_guardrail(c, (int)(from + i), &out->guardrails.v[i]);
	out->guardrails.n = n;
	return 0;
}

static int get_guardrail(SimCall *c, const void *input, void *output)
{
	const BedrockGuardrailIn *in = input;
	int64_t version = 0;

	if (!is_guardrail(c, in->id) || (in->version.n && !str_is(in->version, "DRAFT") &&
	                                 (str_i64(in->version, &version) < 0 || version < 1 || version > GUARD_VERSIONS)))
		return no_guardrail(c);
	put_guardrail(c, (int)version, output);
	return 0;
}

static const SimRow rows[] = {
	{ &op_bedrock_list_foundation_models, list_models, NULL }, { &op_bedrock_get_foundation_model, get_model, NULL },
	{ &op_bedrock_list_inference_profiles, list_profiles, NULL }, { &op_bedrock_get_inference_profile, get_profile, NULL },
	{ &op_bedrock_get_logging, get_logging, NULL }, { &op_bedrock_put_logging, put_logging, NULL },
	{ &op_bedrock_list_guardrails, list_guardrails, NULL }, { &op_bedrock_get_guardrail, get_guardrail, NULL },
};
const SimTable sim_bedrock_control = SIM_TABLE(rows);
