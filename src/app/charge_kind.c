#include "app/charge_kind.h"

#include <ctype.h>

static const char *const names[CHARGE_KINDS] = { "tokens", "AgentCore compute", "guardrails", "knowledge bases", "provisioned throughput",
	"the mantle endpoint", "other usage" };
static const char *const ids[CHARGE_KINDS] = { "tokens", "agentcore", "guardrails", "knowledge_bases", "provisioned", "mantle", "other" };

const char *charge_kind_name(ChargeKind k)
{
	return names[k];
}

const char *charge_kind_id(ChargeKind k)
{
	return ids[k];
}

static bool has_nocase(Str text, const char *part)
{
	Str p = str_of(part);

	for (size_t i = 0; i + p.n <= text.n; i++)
		if (str_eq_nocase(str_sub(text, i, p.n), p))
			return true;
	return false;
}

bool charge_is_ai(Str service)
{
	return has_nocase(service, "bedrock");
}

ChargeKind charge_kind(Str service, Str usage)
{
	/* In this order: a guardrail of the mantle endpoint is a guardrail. */
	static const struct { const char *word; ChargeKind kind; } words[] = {
		{ "guardrail", CHARGE_GUARDRAILS }, { "provisioned", CHARGE_PROVISIONED }, { "modelunit", CHARGE_PROVISIONED },
		{ "reserved", CHARGE_PROVISIONED }, { "knowledgebase", CHARGE_KNOWLEDGE }, { "knowledge-base", CHARGE_KNOWLEDGE },
		{ "rerank", CHARGE_KNOWLEDGE }, { "dataautomation", CHARGE_KNOWLEDGE }, { "mantle", CHARGE_MANTLE },
	};
	Product p = { .kind = PRODUCT_OTHER };

	if (has_nocase(service, "agentcore"))
		return CHARGE_AGENTCORE;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (has_nocase(usage, words[i].word))
			return words[i].kind;
	product_usage(usage, &p);
	return p.kind == PRODUCT_TOKENS ? CHARGE_TOKENS : CHARGE_OTHER;
}

static const Str edition = { " (Amazon Bedrock Edition)", sizeof " (Amazon Bedrock Edition)" - 1 };

bool charge_tokens(Arena *a, Str service, Str usage, int64_t micro_units, ChargeTokens *out)
{
	Product p = { .kind = PRODUCT_OTHER };

	if (charge_kind(service, usage) != CHARGE_TOKENS)
		return false;
	product_usage(usage, &p);
	out->cls = p.cls;
	/* Models of the Marketplace are sold by the million tokens, Amazon's own by the thousand. */
	if (str_ends(service, edition)) {
		out->tokens = micro_units;
		out->name = arena_str(a, str_sub(service, 0, service.n - edition.n));
	} else {
		out->tokens = (micro_units + (micro_units < 0 ? -500 : 500)) / 1000;
		out->name = arena_str(a, product_usage_name(usage));
	}
	return true;
}

/* The next letter or digit, small; 0 at the end. */
static int next_of(Str s, size_t *at)
{
	while (*at < s.n && !isalnum((unsigned char)s.p[*at]))
		++*at;
	return *at < s.n ? tolower((unsigned char)s.p[(*at)++]) : 0;
}

/* "Llama3-3-70B" is how a usage type begins "Llama 3.3 70B Instruct". */
static int begins_with(Str name, Str begin)
{
	size_t i = 0, k = 0;
	int want;

	while ((want = next_of(begin, &k)) != 0)
		if (next_of(name, &i) != want)
			return 0;
	if (!i)
		return 0;
	while (i < name.n && !isalnum((unsigned char)name.p[i]))
		i++;
	/* "NovaPro" is no "Nova Pro 2". */
	return i == name.n ? 2 : !isdigit((unsigned char)name.p[i]);
}

int charge_names(Str bill, Str model_names)
{
	Str rest = model_names;
	int best = 0;

	while (rest.n && bill.n) {
		Str name = str_trim(str_cut(rest, '|', &rest));
		int fits = name.n ? begins_with(name, bill) : 0;

		best = fits > best ? fits : best;
	}
	return best;
}
