#include "sim/prompts.h"

#include "model/prompt_seal.h"
#include "sim/fleet_hour.h"
#include "sim/fleet_tables.h"
#include "sim/kms.h"
#include "wire/jsonw.h"
#include "wire/text.h"
#include "wire/time8601.h"

typedef struct PromptRow { const char *role, *task, *output; } PromptRow;

static const PromptRow rows[FLEET_AGENTS] = {
	{ "You suggest one extra offer for a guest of a restaurant.", "Choose an offer that fits the basket and say why it fits.",
	  "JSON: {\"offer\": string, \"reason\": string, \"price\": number}" },
	{ "You judge offers that another agent has written.", "Score the offer from 0 to 100 and approve it from 70 on.",
	  "JSON: {\"approved\": boolean, \"score\": number, \"reason\": string}" },
	{ "You check how visible a restaurant is to people who search nearby.", "Name strengths, weaknesses and quick wins.",
	  "Call the tool generate_vc_analysis exactly once." },
	{ "You write menus that are read on a phone.", "Describe each dish in at most twenty words.", "Markdown, one line for each dish." },
	{ "You answer reviews in the name of the owner.", "Thank, answer the point, invite back. Never promise a refund.",
	  "Plain text, at most ninety words." },
	{ "You decide whether somebody who wrote to us wants to buy.", "Sort the message into hot, warm or cold.",
	  "JSON: {\"class\": string, \"confidence\": number}" },
};
static const char *const changes[FLEET_VERSIONS] = {
	"", "Answer in the language of the guest.\n", "Answer in the language of the guest. Leave out what you do not know.\n",
};

static Str text_of(Arena *a, unsigned agent, unsigned version)
{
	const PromptRow *r = &rows[agent];

	return arena_printf(a, "# Role\n%s\n\n# Context\nTenant: {{tenant}}\nPersona: {{persona}}\n\n# Data\n{{input}}\n\n# Task\n%s\n%s\n"
	                    "# Output\n%s\n", r->role, r->task, changes[version], r->output);
}

static Str hash_of(Arena *a, Str text)
{
	unsigned char digest[32];
	Buf hex = { 0 };
	Str out;

	sha256_of(text, digest);
	(void)hex_encode(&hex, (Str){ (const char *)digest, sizeof digest });
	out = arena_str(a, buf_str(&hex));
	buf_done(&hex);
	return out;
}

static void sign(Sim *s, Arena *a, SimPrompt *p, const char *alias, Str signed_hash)
{
	PromptSeal seal = { p->id, p->version, p->agent, STR(PROMPT_ENVIRONMENT), signed_hash };
	Buf bytes = { 0 }, base64 = { 0 };

	if (prompt_seal_put(&bytes, &seal, NULL) == 0 && kms_sign_text(s, alias, buf_str(&bytes), &base64) == 0) {
		p->signature = arena_str(a, buf_str(&base64));
		p->key_arn = kms_key_arn(s, a, alias);
		p->algorithm = STR(KMS_TEMPLATES_ALGORITHM);
	}
	buf_done(&bytes);
	buf_done(&base64);
}

SimPrompt prompt_of(Sim *s, Arena *a, unsigned agent, unsigned version)
{
	const FleetAgent *f = &fleet_agents[agent];
	SimPrompt p = { .id = arena_printf(a, "%s-prompt", f->id), .agent = str_of(f->id), .version = str_of(f->version[version]),
	                .text = text_of(a, agent, version),
	                .created_ms = sim_start(s) - (f->moved_days + 1 + 30 * (int64_t)(FLEET_VERSIONS - 1 - version)) * 24 * HOUR_MS };

	p.sha256 = hash_of(a, p.text);
	if (str_is(p.agent, "review-responder") && version == 0)
		return p;                                                         /* from before templates were signed */
	if (str_is(p.agent, "lead-qualifier") && version == 2)
		sign(s, a, &p, KMS_TEMPLATES_ALIAS, hash_of(a, text_of(a, agent, 1)));    /* the text was changed afterwards */
	else if (str_is(p.agent, "menu-writer") && version == 0)
		sign(s, a, &p, KMS_TEMPLATES_OLD_ALIAS, p.sha256);
	else
		sign(s, a, &p, KMS_TEMPLATES_ALIAS, p.sha256);
	return p;
}

Str prompt_document(Arena *a, const SimPrompt *p)
{
	Buf out = { 0 };
	JsonW w = jw_to(&out);
	char time[TIME_TEXT];
	Str text;

	time_format_iso(p->created_ms, time);
	jw_object(&w);
	jw_kstr(&w, "id", p->id);
	jw_kstr(&w, "version", p->version);
	jw_kstr(&w, "agent", p->agent);
	jw_kstr(&w, "environment", STR(PROMPT_ENVIRONMENT));
	jw_kstr(&w, "content", p->text);
	jw_kstr(&w, "sha256", p->sha256);
	if (p->signature.n) {
		jw_key(&w, "signature");
		jw_object(&w);
		jw_kstr(&w, "keyId", p->key_arn);
		jw_kstr(&w, "algorithm", p->algorithm);
		jw_kstr(&w, "value", p->signature);
		jw_object_end(&w);
	}
	jw_kstr(&w, "createdAt", str_of(time));
	jw_kstr(&w, "createdBy", STR("arn:aws:iam::" SIM_ACCOUNT ":role/release-pipeline"));
	jw_object_end(&w);
	text = arena_str(a, buf_str(&out));
	buf_done(&out);
	return text;
}
