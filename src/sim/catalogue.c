#include "sim/catalogue.h"

#define MP NULL

/* List prices of August 2026. */
const CatalogueModel catalogue[] = {
	{ "anthropic.claude-sonnet-4-5-20250929-v1:0", "Claude Sonnet 4.5", "Anthropic", MP, { 3000000, 15000000, 300000, 3750000, 6000000 }, true },
	{ "anthropic.claude-haiku-4-5-20251001-v1:0", "Claude Haiku 4.5", "Anthropic", MP, { 1000000, 5000000, 100000, 1250000, 2000000 }, true },
	{ "amazon.nova-pro-v1:0", "Nova Pro", "Amazon", "NovaPro", { 800000, 3200000, 200000, 0, 0 }, false },
	{ "amazon.nova-lite-v1:0", "Nova Lite", "Amazon", "NovaLite", { 60000, 240000, 15000, 0, 0 }, false },
	{ "meta.llama3-3-70b-instruct-v1:0", "Llama 3.3 70B Instruct", "Meta", "Llama3-3-70B", { 720000, 720000, 0, 0, 0 }, false },
	{ "anthropic.claude-opus-4-5-20251101-v1:0", "Claude Opus 4.5", "Anthropic", MP, { 5000000, 25000000, 500000, 6250000, 10000000 }, true },
	{ "anthropic.claude-sonnet-4-6", "Claude Sonnet 4.6", "Anthropic", MP, { 3000000, 15000000, 300000, 3750000, 6000000 }, true },
	{ "anthropic.claude-3-5-haiku-20241022-v1:0", "Claude 3.5 Haiku", "Anthropic", MP, { 800000, 4000000, 80000, 1000000, 0 }, false },
	{ "cohere.command-r-v1:0", "Cohere Command R", "Cohere", MP, { 500000, 1500000, 0, 0, 0 }, false },
	{ "cohere.embed-english-v3", "Cohere Embed 3 Model - English", "Cohere", MP, { 100000, 0, 0, 0, 0 }, false },
	{ "amazon.nova-micro-v1:0", "Nova Micro", "Amazon", "NovaMicro", { 35000, 140000, 8750, 0, 0 }, false },
	{ "amazon.nova-premier-v1:0", "Nova Premier", "Amazon", "NovaPremier", { 2500000, 12500000, 625000, 0, 0 }, false },
	{ "amazon.titan-embed-text-v2:0", "Titan Text Embeddings V2", "Amazon", "TitanEmbeddingV2-Text", { 20000, 0, 0, 0, 0 }, false },
	{ "meta.llama4-maverick-17b-instruct-v1:0", "Llama 4 Maverick 17B", "Meta", "Llama4-Maverick-17B", { 240000, 970000, 0, 0, 0 }, false },
	{ "meta.llama4-scout-17b-instruct-v1:0", "Llama 4 Scout 17B", "Meta", "Llama4-Scout-17B", { 170000, 660000, 0, 0, 0 }, false },
	{ "mistral.mistral-large-2407-v1:0", "Mistral Large 2407", "Mistral AI", "MistralLarge2407", { 3000000, 9000000, 0, 0, 0 }, false },
	{ "openai.gpt-oss-120b-1:0", "gpt-oss-120b", "OpenAI", "gpt-oss-120b", { 150000, 600000, 0, 0, 0 }, false },
	{ "deepseek.r1-v1:0", "R1", "DeepSeek", "DeepSeek-R1", { 1350000, 5400000, 0, 0, 0 }, false },
};
const size_t catalogue_n = sizeof catalogue / sizeof catalogue[0];

const CatalogueModel *catalogue_find(Str id)
{
	for (size_t i = 0; i < catalogue_n; i++)
		if (str_ends(id, str_of(catalogue[i].id)))
			return &catalogue[i];
	return NULL;
}

Str catalogue_service(Arena *a, const CatalogueModel *m)
{
	return m->usage ? STR("Amazon Bedrock") : arena_printf(a, "%s (Amazon Bedrock Edition)", m->name);
}

Str catalogue_usage_type(Arena *a, const CatalogueModel *m, unsigned tokens, const char *code, bool global)
{
	static const char *const own[CATALOGUE_CLASSES] = {
		"input-tokens", "output-tokens", "cache-read-input-token-count", "cache-write-input-token-count",
		"cache-write-1h-input-token-count" };
	static const char *const market[CATALOGUE_CLASSES] = {
		"InputTokenCount", "OutputTokenCount", "CacheReadInputTokenCount", "CacheWriteInputTokenCount",
		"CacheWrite1hInputTokenCount" };

	if (m->usage)
		return arena_printf(a, "%s-%s-%s", code, m->usage, own[tokens]);
	return arena_printf(a, "%s-MP:%s_%s%s-Units", code, code, market[tokens], global ? "_Global" : "");
}

int64_t catalogue_micro_usd(const CatalogueModel *m, unsigned tokens, bool global)
{
	return m->dearer && !global ? m->micro_usd[tokens] / 10 * 11 : m->micro_usd[tokens];
}
