/* Prompt management: one prompt for each agent of the fleet, one version for each of its releases, and what clients publish. */
#include <string.h>

#include "api/bedrock_prompt.h"
#include "sim/fleet_tables.h"
#include "sim/platform.h"
#include "sim/serve.h"

enum { PAGE = 1000, DRAFT = 0, NONE = -1 };

typedef struct Published { int64_t made_ms; Str description; uint64_t token; } Published;
typedef struct Prompt { Published made[FLEET_VERSIONS_MAX]; int n; } Prompt;
typedef struct Prompts { Prompt prompt[FLEET_AGENTS]; } Prompts;

const SimTable sim_bedrock_prompt;

static Prompt *prompt_of(SimCall *c, int agent)
{
	return &((Prompts *)sim_slot(c->sim, &sim_bedrock_prompt, sizeof(Prompts)))->prompt[agent];
}

static Str prompt_id(SimCall *c, int agent)
{
	return platform_id(c, arena_printf(c->arena, "prompt/%s", fleet_agents[agent].id).p, true);
}

static int latest(SimCall *c, int agent)
{
	return FLEET_VERSIONS + prompt_of(c, agent)->n;
}

/* Each release asks for a little more; what clients publish is the draft, which is the newest release's. */
static Str template_text(SimCall *c, int agent, int version)
{
	static const char *const more[] = { "", " Name the source of each figure.", " Keep it under {{max_words}} words." };
	int n = version == DRAFT || version > FLEET_VERSIONS ? FLEET_VERSIONS : version;
	Buf text = { 0 };
	Str out;

	(void)buf_printf(&text, "You are %s. You write for {{persona}} of {{tenant}} about {{question}}. Answer in JSON.", fleet_agents[agent].id);
	for (int i = 0; i < n; i++)
		(void)buf_puts(&text, more[i]);
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static void put_variant(SimCall *c, int agent, int version, BaPrompt *out)
{
	static const char *const names[] = { "persona", "tenant", "question", "max_words" };
	const FleetAgent *t = &fleet_agents[agent];
	BaPromptVariant *v = ARENA_NEW(c->arena, BaPromptVariant);

	out->default_variant = STR("default");
	out->variants.v = v;
	out->variants.n = 1;
	v->name = STR("default");
	v->type = STR("TEXT");
	v->model = str_of(fleet_models[t->model].id);
	v->template.text.text = template_text(c, agent, version);
	v->inference.text.temperature = (OptNum){ 0.7, true };
	v->inference.text.max_tokens = (OptI64){ t->max_tok, true };
	v->template.text.variables.v = ARENA_ARRAY(c->arena, Str, 4);
	for (size_t i = 0; i < 4; i++)
		v->template.text.variables.v[i] = arena_printf(c->arena, "{\"name\":\"%s\"}", names[i]);
	v->template.text.variables.n = 4;
}

static void put_prompt(SimCall *c, int agent, int version, bool all, BaPrompt *out)
{
	const Published *made = version > FLEET_VERSIONS ? &prompt_of(c, agent)->made[version - FLEET_VERSIONS - 1] : NULL;
	int release = version == DRAFT || made ? FLEET_VERSIONS : version;

	*out = (BaPrompt){ .id = prompt_id(c, agent), .name = str_of(fleet_agents[agent].id),
	                   .version = version ? arena_printf(c->arena, "%d", version) : STR("DRAFT"),
	                   .description = made ? made->description : arena_printf(c->arena, "Release %s", fleet_agents[agent].version[release - 1]),
	                   .created_ms = made ? made->made_ms : fleet_version_made_ms(sim_fleet(c->sim), (unsigned)agent, (unsigned)release - 1) };
	out->updated_ms = out->created_ms;
	out->arn = version ? platform_arn(c, "bedrock", "prompt/%.*s:%d", STR_ARG(out->id), version)
	                   : platform_arn(c, "bedrock", "prompt/%.*s", STR_ARG(out->id));
	if (all)
		put_variant(c, agent, version, out);
}

/* By id or ARN, which may end in a version. NONE: answered. */
static int find(SimCall *c, Str id, Str *version)
{
	Str rest = id, last = id;

	while (str_has(rest, STR("/")))
		(void)str_cut(rest, '/', &rest), last = rest;
	last = str_cut(last, ':', &rest);
	if (version && !version->n && str_has(id, STR("/")))
		*version = rest;
	for (int i = 0; i < FLEET_AGENTS; i++)
		if (str_eq(last, prompt_id(c, i)))
			return i;
	return platform_fail(c, 404, "ResourceNotFoundException", "Prompt %.*s was not found", id.n > 200 ? 200 : STR_ARG(id));
}

/* All prompts, their drafts; of one prompt the draft and all versions, newest first. */
static int list(SimCall *c, const void *input, void *output)
{
	const BaPromptListIn *in = input;
	BaPrompts *out = output;
	int one = in->prompt.n ? find(c, in->prompt, NULL) : NONE;
	size_t from, n, total;

	if (in->prompt.n && one < 0)
		return -1;
	total = one < 0 ? FLEET_AGENTS : (size_t)latest(c, one) + 1;
	if (platform_page(c, in->next_token, in->max, PAGE, total, &from, &n, &out->next_token) < 0)
		return -1;
	out->prompts.v = ARENA_ARRAY(c->arena, BaPrompt, n + 1);
	for (size_t i = 0; i < n; i++) {
		int at = (int)(from + i);

		put_prompt(c, one < 0 ? at : one, one < 0 || at == 0 ? DRAFT : (int)total - at, false, &out->prompts.v[i]);
	}
	out->prompts.n = n;
	return 0;
}

static int get(SimCall *c, const void *input, void *output)
{
	const BaPromptIn *in = input;
	Str text = in->version;
	int agent = find(c, in->id, &text);
	int64_t version = DRAFT;

	if (agent < 0)
		return -1;
	if (text.n && !str_is(text, "DRAFT") && (str_i64(text, &version) < 0 || version < 1 || version > latest(c, agent)))
		return platform_fail(c, 404, "ResourceNotFoundException", "Version %.*s of the prompt was not found", text.n > 9 ? 9 : STR_ARG(text));
	put_prompt(c, agent, (int)version, !str_is(in->data, "METADATA_ONLY"), output);
	return 0;
}

static int publish(SimCall *c, const void *input, void *output)
{
	const BaPromptVersionIn *in = input;
	int agent = find(c, in->id, NULL);
	Prompt *p = agent < 0 ? NULL : prompt_of(c, agent);

	if (agent < 0)
		return -1;
	if (!p->n || !in->token.n || p->made[p->n - 1].token != str_hash(in->token)) {
		if (p->n == FLEET_VERSIONS_MAX)
			return platform_fail(c, 402, "ServiceQuotaExceededException", "The prompt has as many versions as are allowed");
		p->made[p->n++] = (Published){ c->now_ms, in->description.n ? arena_str(sim_keep(c->sim), in->description) : (Str){ 0 },
		                               str_hash(in->token) };
	}
	put_prompt(c, agent, latest(c, agent), true, output);
	c->status = 201;
	return 0;
}

static const SimRow rows[] = {
	{ &op_bedrock_agent_list_prompts, list, NULL }, { &op_bedrock_agent_get_prompt, get, NULL },
	{ &op_bedrock_agent_create_prompt_version, publish, NULL },
};
const SimTable sim_bedrock_prompt = SIM_TABLE(rows);
