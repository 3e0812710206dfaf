/* Secrets Manager: the fleet's prompt templates, a secret for each agent with a version for each of the agent's. What
 * clients put lives as long as the region. Source of rules and errors: AWS Secrets Manager API Reference and User Guide,
 * "Secret versions". */
#include "sim/serve.h"

#include <stdio.h>

#include "api/secrets.h"
#include "sim/fleet_hour.h"
#include "sim/fleet_tables.h"
#include "sim/prompts.h"
#include "sim/rng.h"
#include "sim/roles.h"
#include "wire/text.h"

enum {
	SECRETS = FLEET_AGENTS + 1, RETIRED = FLEET_AGENTS, LABELS_MAX = 20, VERSIONS_MAX = 100, PAGE_MAX = 100,
	VALUE_MAX_BYTES = 65536, TOKEN_MIN = 32, TOKEN_MAX = 64, DAY_MS = 24 * HOUR_MS,
};

typedef struct Version {
	Str id, string, binary;
	int64_t created_ms, accessed_ms;
	Str label[LABELS_MAX];
	size_t labels;
	struct Version *next;             /* older */
} Version;

typedef struct Secret {
	Str name, suffix, description;
	int64_t created_ms, changed_ms, deleted_ms;
	Version *newest;
} Secret;

typedef struct SecretState { bool seeded; Secret secret[SECRETS]; } SecretState;

const SimTable sim_secrets;

static const char not_found[] = "ResourceNotFoundException", no_secret[] = "Secrets Manager can't find the specified secret.";

static int fail(SimCall *c, const char *code, Str message)
{
	sim_fail(c, 400, code, message.p);
	return -1;
}

/* --- versions and labels --- */

static bool has_label(const Version *v, Str label)
{
	for (size_t i = 0; i < v->labels; i++)
		if (str_eq(v->label[i], label))
			return true;
	return false;
}

static Version *by_label(const Secret *s, Str label)
{
	Version *v = s->newest;

	while (v && !has_label(v, label))
		v = v->next;
	return v;
}

static Version *by_id(const Secret *s, Str id)
{
	Version *v = s->newest;

	while (v && !str_eq(v->id, id))
		v = v->next;
	return v;
}

static void drop_label(Version *v, Str label)
{
	for (size_t i = 0; v && i < v->labels; i++)
		if (str_eq(v->label[i], label))
			v->label[i--] = v->label[--v->labels];
}

/* A label is on one version only. The one that loses AWSCURRENT becomes AWSPREVIOUS. */
static void move_label(Secret *s, Version *to, Str label)
{
	Version *from = by_label(s, label);

	if (from == to)
		return;
	drop_label(from, label);
	to->label[to->labels++] = label;
	if (from && str_is(label, "AWSCURRENT"))
		move_label(s, from, STR("AWSPREVIOUS"));
}

static Version *add_version(Sim *sim, Secret *s, Str id, Str string, Str binary, int64_t now_ms)
{
	Arena *keep = sim_keep(sim);
	Version *v = ARENA_NEW(keep, Version);

	*v = (Version){ .id = arena_str(keep, id), .string = arena_str(keep, string), .binary = arena_str(keep, binary),
	                .created_ms = now_ms, .next = s->newest };
	s->newest = v;
	s->changed_ms = now_ms;
	return v;
}

static size_t count(const Secret *s)
{
	size_t n = 0;

	for (const Version *v = s->newest; v; v = v->next)
		n++;
	return n;
}

/* The oldest version without a label makes room, as it does at AWS. */
static bool make_room(Secret *s)
{
	Version **oldest = NULL;

	if (count(s) < VERSIONS_MAX)
		return true;
	for (Version **at = &s->newest; *at; at = &(*at)->next)
		if (!(*at)->labels)
			oldest = at;
	if (oldest)
		*oldest = (*oldest)->next;
	return oldest != NULL;
}

/* --- the seed --- */

static void seed_secret(Sim *sim, Secret *s, unsigned agent, uint64_t number)
{
	Arena *keep = sim_keep(sim);
	const FleetAgent *f = &fleet_agents[agent];
	Version *v[FLEET_VERSIONS];
	char id[FLEET_UUID];
	int live = 0;

	for (int i = 0; i < FLEET_VERSIONS; i++) {
		SimPrompt p = prompt_of(sim, keep, agent, (unsigned)i);

		fleet_uuid(rng_join(sim_seed(sim), number), rng_join(number, (uint64_t)i + 1), id);
		v[i] = add_version(sim, s, str_of(id), prompt_document(keep, &p), STR(""), p.created_ms);
		live = f->now[i] >= f->now[live] ? i : live;
		s->created_ms = i ? s->created_ms : p.created_ms;
	}
	if (live > 0)
		move_label(s, v[live - 1], STR("AWSCURRENT"));       /* which becomes AWSPREVIOUS */
	move_label(s, v[live], STR("AWSCURRENT"));
	move_label(s, v[live], STR("production"));
	if (live < FLEET_VERSIONS - 1)
		move_label(s, v[FLEET_VERSIONS - 1], STR("candidate"));
}

static SecretState *state_of(Sim *sim)
{
	SecretState *st = sim_slot(sim, &sim_secrets, sizeof *st);
	Arena *keep = sim_keep(sim);
	char suffix[7] = { 0 };

	if (st->seeded)
		return st;
	st->seeded = true;
	for (unsigned i = 0; i < SECRETS; i++) {
		Secret *s = &st->secret[i];
		unsigned agent = i == RETIRED ? 0 : i;
		uint64_t number = UINT64_C(0x5ec7e700) + i;

		keys_letters(suffix, 6, rng_join(sim_seed(sim), number));
		s->suffix = arena_str(keep, str_of(suffix));
		s->name = i == RETIRED ? STR("prompts/retired-agent") : arena_printf(keep, "prompts/%s", fleet_agents[agent].id);
		s->description = arena_printf(keep, "prompt template of %s", i == RETIRED ? "an agent that is gone" : fleet_agents[agent].id);
		seed_secret(sim, s, agent, number);
		s->deleted_ms = i == RETIRED ? sim_start(sim) - DAY_MS : 0;
	}
	return st;
}

/* --- operations --- */

static Str arn_prefix(SimCall *c)
{
	return arena_printf(c->arena, "arn:aws:secretsmanager:%.*s:%.*s:secret:", STR_ARG(c->region), STR_ARG(c->who.account));
}

static Str arn_of(SimCall *c, const Secret *s)
{
	return arena_printf(c->arena, "%.*s%.*s-%.*s", STR_ARG(arn_prefix(c)), STR_ARG(s->name), STR_ARG(s->suffix));
}

/* By name, ARN, or ARN without the six letters at its end. NULL: answered. */
static Secret *find(SimCall *c, Str id, bool also_deleted)
{
	SecretState *st = state_of(c->sim);
	Str prefix = arn_prefix(c), name = str_starts(id, prefix) ? str_sub(id, prefix.n, id.n) : id;

	for (int i = 0; i < SECRETS; i++) {
		Secret *s = &st->secret[i];

		if (!str_eq(name, s->name) && !str_eq(id, arn_of(c, s)))
			continue;
		if (!s->deleted_ms || also_deleted)
			return s;
		(void)fail(c, "InvalidRequestException", STR("You can't perform this operation on the secret because it was marked for deletion."));
		return NULL;
	}
	(void)fail(c, not_found, str_of(no_secret));
	return NULL;
}

static Version *chosen(SimCall *c, const Secret *s, const SecretGetIn *in)
{
	Str stage = in->version_stage.n || in->version_id.n ? in->version_stage : STR("AWSCURRENT");
	Version *v = in->version_id.n ? by_id(s, in->version_id) : by_label(s, stage);

	if (!v)
		(void)fail(c, not_found, arena_printf(c->arena, "Secrets Manager can't find the specified secret value for %s: %.*s",
		           in->version_id.n ? "VersionId" : "staging label", STR_ARG(in->version_id.n ? in->version_id : stage)));
	else if (stage.n && !has_label(v, stage))
		(void)fail(c, "InvalidRequestException", STR("You provided a VersionStage that is not associated to the provided VersionId."));
	else
		return v;
	return NULL;
}

static int get_value(SimCall *c, const void *input, void *output)
{
	const SecretGetIn *in = input;
	SecretGetOut *out = output;
	Secret *s = find(c, in->id, false);
	Version *v = s ? chosen(c, s, in) : NULL;

	if (!v)
		return -1;
	v->accessed_ms = c->now_ms - c->now_ms % DAY_MS;
	*out = (SecretGetOut){ .arn = arn_of(c, s), .name = s->name, .version_id = v->id, .string = v->string, .binary = v->binary,
	                       .created_ms = v->created_ms };
	out->stages.v = v->label;
	out->stages.n = v->labels;
	return 0;
}

static int check_put(SimCall *c, const SecretPutIn *in)
{
	if (in->string.n > VALUE_MAX_BYTES || in->binary.n > VALUE_MAX_BYTES)
		return fail(c, "ValidationException", STR("1 validation error detected: Value at 'secretString' failed to satisfy constraint: "
		            "Member must have length less than or equal to 65536"));
	if (in->token.n && (in->token.n < TOKEN_MIN || in->token.n > TOKEN_MAX))
		return fail(c, "InvalidParameterException", STR("ClientRequestToken must be 32-64 characters long."));
	if (!in->token.n)
		return fail(c, "InvalidParameterException", STR("You must provide a ClientRequestToken value. We recommend a UUID value."));
	if (!in->string.n == !in->binary.n)
		return fail(c, "InvalidParameterException", STR("You must provide either SecretString or SecretBinary, and not both."));
	if (in->stages.n >= LABELS_MAX)
		return fail(c, "LimitExceededException", STR("You have exceeded the maximum number of staging labels for a version."));
	return 0;
}

static int put_value(SimCall *c, const void *input, void *output)
{
	static Str current = { "AWSCURRENT", 10 };
	const SecretPutIn *in = input;
	SecretPutOut *out = output;
	Secret *s;
	Version *v;

	if (check_put(c, in) < 0 || !(s = find(c, in->id, false)))
		return -1;
	v = by_id(s, in->token);
	if (v && (!str_eq(v->string, in->string) || !str_eq(v->binary, in->binary)))
		return fail(c, "ResourceExistsException", STR("You can't use ClientRequestToken again: a version with that id and another value exists."));
	if (!v && !make_room(s))
		return fail(c, "LimitExceededException", STR("The secret has too many versions with labels."));
	if (!v) {
		v = add_version(c->sim, s, in->token, in->string, in->binary, c->now_ms);
		for (size_t i = 0; i < (in->stages.n ? in->stages.n : 1); i++)
			move_label(s, v, in->stages.n ? arena_str(sim_keep(c->sim), in->stages.v[i]) : current);
	}
	*out = (SecretPutOut){ .arn = arn_of(c, s), .name = s->name, .version_id = v->id };
	out->stages.v = v->label;
	out->stages.n = v->labels;
	return 0;
}

/* The token is the number of versions that were passed, which only this secret's listing gives out. */
static int read_token(SimCall *c, const Secret *s, Str token, size_t *skip)
{
	Buf text = { 0 };
	Str rest;
	int64_t n = 0;
	bool good = !token.n || (b64_decode(&text, token) == 0 && str_eq(str_cut(buf_str(&text), '|', &rest), s->suffix) && str_i64(rest, &n) == 0);

	buf_done(&text);
	*skip = (size_t)n;
	return good ? 0 : fail(c, "InvalidNextTokenException", STR("The NextToken value is invalid."));
}

static Str make_token(SimCall *c, const Secret *s, size_t skip)
{
	Buf text = { 0 };
	Str out;

	(void)b64_encode(&text, arena_printf(c->arena, "%.*s|%zu", STR_ARG(s->suffix), skip));
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static int list_versions(SimCall *c, const void *input, void *output)
{
	const SecretVersionsIn *in = input;
	SecretVersions *out = output;
	Secret *s = find(c, in->id, true);
	size_t limit = in->max_results > 0 && in->max_results < PAGE_MAX ? (size_t)in->max_results : PAGE_MAX, skip, at = 0;

	if (!s || read_token(c, s, in->next_token, &skip) < 0)
		return -1;
	out->arn = arn_of(c, s);
	out->name = s->name;
	out->versions.v = ARENA_ARRAY(c->arena, SecretVersion, limit);
	for (Version *v = s->newest; v; v = v->next) {
		SecretVersion *to = &out->versions.v[out->versions.n];

		if ((!v->labels && !in->deprecated) || at++ < skip)
			continue;
		if (out->versions.n == limit) {
			out->next_token = make_token(c, s, skip + limit);
			break;
		}
		*to = (SecretVersion){ .id = v->id, .created_ms = v->created_ms, .accessed_ms = v->accessed_ms };
		to->stages.v = v->label;
		to->stages.n = v->labels;
		to->kms_key_ids.v = ARENA_NEW(c->arena, Str);
		to->kms_key_ids.v[0] = STR("DefaultEncryptionKey");
		to->kms_key_ids.n = 1;
		out->versions.n++;
	}
	return 0;
}

/* Of filters the service documents several; the region knows the one by name, whose values are prefixes. */
static bool passes(const Secret *s, const SecretListIn *in)
{
	for (size_t i = 0; i < in->filters.n; i++) {
		const SecretFilter *f = &in->filters.v[i];
		bool any = false;

		for (size_t k = 0; k < f->values.n; k++)
			any |= str_starts(s->name, f->values.v[k]);
		if (!any)
			return false;
	}
	return true;
}

static int list_secrets(SimCall *c, const void *input, void *output)
{
	const SecretListIn *in = input;
	SecretList *out = output;
	SecretState *st = state_of(c->sim);
	int64_t from = 0, most = in->max_results > 0 && in->max_results < PAGE_MAX ? in->max_results : PAGE_MAX;

	for (size_t i = 0; i < in->filters.n; i++)
		if (!str_is(in->filters.v[i].key, "name"))
			return fail(c, "InvalidParameterException", STR("The simulated region filters secrets by name only."));
	if (in->next_token.n && (str_i64(in->next_token, &from) < 0 || from < 0 || from > SECRETS))
		return fail(c, "InvalidNextTokenException", STR("The next token is invalid."));
	out->secrets.v = ARENA_ARRAY(c->arena, SecretEntry, SECRETS);
	for (int64_t i = from; i < SECRETS; i++) {
		const Secret *s = &st->secret[i];

		if (s->deleted_ms || !passes(s, in))
			continue;
		if ((int64_t)out->secrets.n == most) {
			out->next_token = arena_printf(c->arena, "%lld", (long long)i);
			break;
		}
		out->secrets.v[out->secrets.n++] = (SecretEntry){ .arn = arn_of(c, s), .name = s->name, .description = s->description,
		                                                  .created_ms = s->created_ms, .changed_ms = s->changed_ms };
	}
	return 0;
}

static int describe(SimCall *c, const void *input, void *output)
{
	const SecretIn *in = input;
	SecretAbout *out = output;
	Secret *s = find(c, in->id, true);

	if (!s)
		return -1;
	*out = (SecretAbout){ .arn = arn_of(c, s), .name = s->name, .description = s->description, .created_ms = s->created_ms,
	                      .changed_ms = s->changed_ms, .deleted_ms = s->deleted_ms };
	out->tags.v = ARENA_NEW(c->arena, SecretTag);
	out->tags.v[0] = (SecretTag){ STR("stage"), STR(PROMPT_ENVIRONMENT) };
	out->tags.n = 1;
	out->versions.v = ARENA_ARRAY(c->arena, SecretVersionStages, count(s));
	for (Version *v = s->newest; v; v = v->next) {
		SecretVersionStages *to = &out->versions.v[out->versions.n];

		out->accessed_ms = v->accessed_ms > out->accessed_ms ? v->accessed_ms : out->accessed_ms;
		if (!v->labels)
			continue;
		to->version_id = v->id;
		to->at.stages.v = v->label;
		to->at.stages.n = v->labels;
		out->versions.n++;
	}
	return 0;
}

static const SimRow rows[] = {
	{ &op_secrets_get_value, get_value, NULL }, { &op_secrets_put_value, put_value, NULL },
	{ &op_secrets_list_version_ids, list_versions, NULL }, { &op_secrets_describe, describe, NULL },
	{ &op_secrets_list, list_secrets, NULL },
};
const SimTable sim_secrets = SIM_TABLE(rows);
