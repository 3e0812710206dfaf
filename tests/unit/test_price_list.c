/* Products of the Price List: what their usage types say, and the table that is made of them. */
#include "unit.h"

#include "app/price_list.h"
#include "conf/prices.h"

static Arena arena;

static int drop(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

/* --- usage types, as AWS writes them --- */

static const struct {
	const char *usage;
	ProductKind kind;
	int cls;
	PriceTier tier;
	ProductScope scope;
	bool long_context;
} usages[] = {
	{ "USE1-NovaPro-input-tokens", PRODUCT_TOKENS, 0, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-NovaPro-output-tokens", PRODUCT_TOKENS, 1, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-NovaPro-cache-read-input-token-count", PRODUCT_TOKENS, 2, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-NovaMicro-cache-write-input-token-count", PRODUCT_TOKENS, 3, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-NovaPro-input-tokens-priority", PRODUCT_TOKENS, 0, TIER_PRIORITY, PRODUCT_REGION, false },
	{ "USE1-NovaPro-output-tokens-flex", PRODUCT_TOKENS, 1, TIER_FLEX, PRODUCT_REGION, false },
	{ "USE1-Llama4-Maverick-17B-input-tokens-batch", PRODUCT_TOKENS, 0, TIER_BATCH, PRODUCT_REGION, false },
	{ "USE1-Nova2.0Lite-input-tokens-cross-region-global-batch", PRODUCT_TOKENS, 0, TIER_BATCH, PRODUCT_GLOBAL, false },
	{ "USW2-Nova2.0Lite-input-tokens-priority-cross-region-global", PRODUCT_TOKENS, 0, TIER_PRIORITY, PRODUCT_GLOBAL, false },
	{ "USW2-Nova2.0Lite-cache-write-input-token-count-flex", PRODUCT_TOKENS, 3, TIER_FLEX, PRODUCT_REGION, false },
	{ "USE1-Nova2.0Pro-text-input-tokens-priority-cross-region-global", PRODUCT_TOKENS, 0, TIER_PRIORITY, PRODUCT_GLOBAL, false },
	{ "EUW1-Nova2.0Lite-output-tokens-cross-region-geo", PRODUCT_TOKENS, 1, TIER_STANDARD, PRODUCT_GEOGRAPHY, false },
	{ "USE1-Claude4Sonnet-cache-read-input-token-count-long-context-cross-region-global", PRODUCT_TOKENS, 2, TIER_STANDARD, PRODUCT_GLOBAL, true },
	{ "USE1-TitanEmbeddingV2-Text-input-tokens", PRODUCT_TOKENS, 0, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-deepseek.v3.2-output-tokens", PRODUCT_TOKENS, 1, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-MP:USE1_InputTokenCount-Units", PRODUCT_TOKENS, 0, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-MP:USE1_OutputTokenCount_Global-Units", PRODUCT_TOKENS, 1, TIER_STANDARD, PRODUCT_GLOBAL, false },
	{ "USE1-MP:USE1_CacheReadInputTokenCount-Units", PRODUCT_TOKENS, 2, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USE1-MP:USE1_CacheWriteInputTokenCount_Global-Units", PRODUCT_TOKENS, 3, TIER_STANDARD, PRODUCT_GLOBAL, false },
	{ "USE1-MP:USE1_CacheWrite1hInputTokenCount_Global-Units", PRODUCT_TOKENS, 4, TIER_STANDARD, PRODUCT_GLOBAL, false },
	{ "USE1-MP:USE1_InputTokenCount_Batch-Units", PRODUCT_TOKENS, 0, TIER_BATCH, PRODUCT_REGION, false },
	{ "USE1-MP:USE1_OutputTokenCount_Global_Batch-Units", PRODUCT_TOKENS, 1, TIER_BATCH, PRODUCT_GLOBAL, false },
	{ "APN1-MP:APN1_MillionBatchInputTokens-Units", PRODUCT_TOKENS, 0, TIER_BATCH, PRODUCT_REGION, false },
	{ "USE1-MP:USE1_output_tokens_standard-Units", PRODUCT_TOKENS, 1, TIER_STANDARD, PRODUCT_REGION, false },
	{ "APS3-MP:APS3_input_tokens_global_standard-Units", PRODUCT_TOKENS, 0, TIER_STANDARD, PRODUCT_GLOBAL, false },
	{ "USE1-MP:USE1_cache_write_tokens_1h_global_standard-Units", PRODUCT_TOKENS, 4, TIER_STANDARD, PRODUCT_GLOBAL, false },
	{ "USE1-MP:USE1_cache_write_tokens_global_standard-Units", PRODUCT_TOKENS, 3, TIER_STANDARD, PRODUCT_GLOBAL, false },
	{ "USW2-MP:USW2_cache_read_tokens_standard-Units", PRODUCT_TOKENS, 2, TIER_STANDARD, PRODUCT_REGION, false },
	{ "USW2-MP:USW2_input_tokens_long_ctx_standard-Units", PRODUCT_TOKENS, 0, TIER_STANDARD, PRODUCT_REGION, true },
	/* not prices of ours */
	{ "USE1-MP:USE1_Reserved_1Month_InputTPM_Geo-Units", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USW2-MP:USW2_OutputTokenCount_LatencyOptimized-Units", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USW2-MP:USW2_ProvisionedThroughput_1Month-Units", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USE1-NovaMicro-cache-read-input-token-count-custom-model", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USE1-Nova2.0Omni-input-audio-token-count", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USE1-Nova2.0Pro-input-image-token-count-cross-region-global", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USW2-openai.gpt-oss-20b-mantle-input-tokens-standard", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USW2-moonshotai.kimi-k3-mantle-cache-write-tokens-30m-standard", PRODUCT_OTHER, 0, 0, 0, false },
	{ "reserved-1-month-input-tokens-per-minute-cross-region-global", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USE1-Guardrail-AutomatedReasoningPolicyUnitsConsumed", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USE1-cohere.rerank-english-v3-search-units", PRODUCT_OTHER, 0, 0, 0, false },
	{ "USW2-Ray-V2-Medfps-HDRes", PRODUCT_OTHER, 0, 0, 0, false },
	{ "", PRODUCT_OTHER, 0, 0, 0, false },
};

static void usage_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
		Product p = { 0 };

		product_usage(str_of(usages[i].usage), &p);
		if (p.kind != usages[i].kind)
			fail_msg("%s is of kind %d", usages[i].usage, p.kind);
		if (p.kind == PRODUCT_TOKENS && (p.cls != usages[i].cls || p.tier != usages[i].tier || p.scope != usages[i].scope ||
		                                 p.long_context != usages[i].long_context))
			fail_msg("%s: class %d, tier %d, scope %d, long %d", usages[i].usage, p.cls, p.tier, p.scope, p.long_context);
	}
}

/* --- documents --- */

static Str document(const char *attributes, const char *usd, const char *unit, const char *from)
{
	return arena_printf(&arena, "{\"product\":{\"attributes\":{%s}},\"terms\":{\"OnDemand\":{\"S.T\":{\"effectiveDate\":\"%s\",\"priceDimensions\":"
	                    "{\"S.T.R\":{\"unit\":\"%s\",\"beginRange\":\"0\",\"endRange\":\"Inf\",\"description\":\"Million\",\"pricePerUnit\":{\"USD\":\"%s\"}}}}}}}",
	                    attributes, from, unit, usd);
}

#define AUGUST "2026-08-01T00:00:00Z"

static void documents(void **state)
{
	static const struct { const char *attributes, *usd, *unit, *from; ProductKind kind; int64_t micro_usd; const char *name; } cases[] = {
		{ "\"model\":\"Nova Pro\",\"usagetype\":\"USE1-NovaPro-input-tokens\"", "0.0008000000", "1K tokens", AUGUST, PRODUCT_TOKENS, 800000, "Nova Pro" },
		{ "\"titanModel\":\"Titan Text G1 Lite\",\"usagetype\":\"USE1-TitanTextG1-Lite-input-tokens\"", "0.00015", "1K tokens", AUGUST, PRODUCT_TOKENS,
		  150000, "Titan Text G1 Lite" },
		{ "\"servicename\":\"Claude Haiku 4.5 (Amazon Bedrock Edition)\",\"usagetype\":\"USE1-MP:USE1_CacheWriteInputTokenCount-Units\"", "1.3750000000",
		  "1M tokens", AUGUST, PRODUCT_TOKENS, 1375000, "Claude Haiku 4.5" },
		{ "\"servicename\":\"Amazon Bedrock\",\"usagetype\":\"USE1-deepseek.v3.2-input-tokens\"", "0.00062", "1K tokens", AUGUST, PRODUCT_TOKENS, 620000,
		  "deepseek.v3.2" },
		{ "\"model\":\"Nova Micro\",\"usagetype\":\"USE1-NovaMicro-cache-read-input-token-count\"", "0.0000087500", "1K tokens", AUGUST, PRODUCT_TOKENS, 8750,
		  "Nova Micro" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-input-tokens\"", "0.0000000001", "1K tokens", AUGUST, PRODUCT_ODD, 0, "x" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-input-tokens\"", "cheap", "1K tokens", AUGUST, PRODUCT_ODD, 0, "x" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-input-tokens\"", "-1", "1K tokens", AUGUST, PRODUCT_ODD, 0, "x" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-input-tokens\"", "1", "1K images", AUGUST, PRODUCT_ODD, 0, "x" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-input-tokens\"", "1", "1K tokens", "soon", PRODUCT_ODD, 0, "x" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-input-tokens\"", "99999999", "1K tokens", AUGUST, PRODUCT_ODD, 0, "x" },
		{ "\"model\":\"x\",\"usagetype\":\"USE1-X-images\"", "1", "images", AUGUST, PRODUCT_OTHER, 0, "x" },
	};
	Product p;
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(product_read(&arena, document(cases[i].attributes, cases[i].usd, cases[i].unit, cases[i].from), &p, &e), 0);
		if (p.kind != cases[i].kind || !str_is(p.name, cases[i].name) || (p.kind == PRODUCT_TOKENS && p.micro_usd != cases[i].micro_usd))
			fail_msg("case %zu: kind %d, %lld, %.*s", i, p.kind, (long long)p.micro_usd, STR_ARG(p.name));
		assert_true(p.kind != PRODUCT_ODD || p.why[0]);
	}
	assert_int_equal(product_read(&arena, STR("{\"product\":"), &p, &e), -1);
	assert_int_equal(product_read(&arena, STR("{\"sku\":1}"), &p, &e), -1);
	assert_int_equal(product_read(&arena, STR("{\"product\":{\"attributes\":{\"usagetype\":\"USE1-X-input-tokens\"}}}"), &p, &e), 0);
	assert_int_equal(p.kind, PRODUCT_ODD);
	assert_int_equal(product_read(&arena, STR("{\"product\":{\"attributes\":{\"usagetype\":7,\"model\":[1]}}}"), &p, &e), 0);
	assert_int_equal(p.kind, PRODUCT_OTHER);
}

/* --- tables --- */

static PriceRow shipped_rows[] = {
	{ .model = "anthropic.claude-haiku-4-5", .name = "Claude Haiku 4.5", .micro_usd = { 1000000, 5000000, 100000, 1250000, -1 }, .geo_permille = 1100 },
	{ .model = "anthropic.claude-sonnet-4", .name = "Claude Sonnet 4", .micro_usd = { 3000000, 15000000, -1, -1, -1 }, .geo_permille = 1100,
	  .long_above = 200000, .long_micro_usd = { 6000000, 22500000, -1, -1, -1 } },
	{ .model = "amazon.nova-pro-v1:0", .name = "Nova Pro", .micro_usd = { 800000, 3200000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "cohere.command-r-v1:0", .name = "Command R | Command R (03-2024)", .micro_usd = { 1, 1, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "cohere.command-r-plus-v1:0", .name = "Command R+", .micro_usd = { 1, 1, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "amazon.embed", .name = "Embed", .micro_usd = { 20000, 0, -1, -1, -1 }, .geo_permille = 1000 },
};
static const PriceTable shipped = { .row = shipped_rows, .n = sizeof shipped_rows / sizeof *shipped_rows };

static void market(PriceList *l, const char *name, const char *what, const char *usd, const char *from)
{
	Err e = { 0 };
	Str attributes = arena_printf(&arena, "\"servicename\":\"%s (Amazon Bedrock Edition)\",\"usagetype\":\"EUW1-MP:EUW1_%s-Units\"", name, what);

	if (price_list_product(l, document(arena_cstr(&arena, attributes), usd, "1M tokens", from), &e) < 0)
		fail_msg("%s", e.text);
}

static void own(PriceList *l, const char *name, const char *what, const char *usd)
{
	Err e = { 0 };
	Str attributes = arena_printf(&arena, "\"model\":\"%s\",\"usagetype\":\"EUW1-X-%s\"", name, what);

	if (price_list_product(l, document(arena_cstr(&arena, attributes), usd, "1K tokens", AUGUST), &e) < 0)
		fail_msg("%s", e.text);
}

static const PriceRow *row_of(const PriceTable *t, const char *model, PriceTier tier)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->row[i].model, model) == 0 && t->row[i].tier == tier)
			return &t->row[i];
	fail_msg("there is no row of %s", model);
	return NULL;
}

static bool left_out(PriceList *l, const char *name, const char *why)
{
	const PriceListStats *s = price_list_stats(l);

	for (size_t i = 0; i < s->left_n; i++)
		if (str_is(s->left[i].name, name) && strstr(s->left[i].why, why))
			return true;
	return false;
}

static void products_become_rows(void **state)
{
	PriceList *l = price_list_new(STR("eu-west-1"), &shipped);
	const PriceTable none = { 0 };
	PriceTable t;

	(void)state;
	market(l, "Claude Haiku 4.5", "InputTokenCount", "1.1", AUGUST);
	market(l, "Claude Haiku 4.5", "OutputTokenCount", "5.5", AUGUST);
	market(l, "Claude Haiku 4.5", "CacheReadInputTokenCount", "0.11", "2026-09-01T00:00:00Z");
	market(l, "Claude Haiku 4.5", "InputTokenCount_Global", "1", AUGUST);
	market(l, "Claude Haiku 4.5", "InputTokenCount_Batch", "0.55", AUGUST);
	market(l, "Claude Haiku 4.5", "Reserved_1Month_InputTPM_Geo", "0.1", AUGUST);
	own(l, "Amazon Nova Pro", "input-tokens", "0.00105");
	own(l, "Nova Pro", "output-tokens", "0.0042");
	own(l, "Nova Pro", "input-tokens-cross-region-geo", "0.0011");
	own(l, "Nova Pro", "input-tokens-flex", "0.000525");
	own(l, "Embed", "input-tokens", "0.00002");
	own(l, "Command R+", "input-tokens", "0.003");
	own(l, "cohere.command-r-v1:0", "input-tokens", "0.0005");
	own(l, "Nova Mystery", "input-tokens", "0.0005");
	own(l, "Nova Mystery", "output-tokens", "0.0005");
	price_list_rows(l, &none, "list", &arena, &t);
	assert_int_equal(t.n, 9);
	assert_int_equal(row_of(&t, "anthropic.claude-haiku-4-5", TIER_STANDARD)->micro_usd[0], 1100000);
	assert_int_equal(row_of(&t, "anthropic.claude-haiku-4-5", TIER_STANDARD)->from_ms, INT64_C(1788220800000));     /* the latest of its classes */
	assert_int_equal(row_of(&t, "global.anthropic.claude-haiku-4-5", TIER_STANDARD)->micro_usd[0], 1000000);
	assert_int_equal(row_of(&t, "global.anthropic.claude-haiku-4-5", TIER_STANDARD)->micro_usd[1], -1);
	assert_int_equal(row_of(&t, "anthropic.claude-haiku-4-5", TIER_BATCH)->micro_usd[0], 550000);
	assert_int_equal(row_of(&t, "amazon.nova-pro-v1:0", TIER_STANDARD)->micro_usd[1], 4200000);
	assert_int_equal(row_of(&t, "eu.amazon.nova-pro-v1:0", TIER_STANDARD)->micro_usd[0], 1100000);
	assert_int_equal(row_of(&t, "amazon.nova-pro-v1:0", TIER_FLEX)->micro_usd[0], 525000);
	assert_int_equal(row_of(&t, "amazon.embed", TIER_STANDARD)->micro_usd[1], 0);
	assert_int_equal(row_of(&t, "cohere.command-r-plus-v1:0", TIER_STANDARD)->micro_usd[0], 3000000);
	assert_int_equal(row_of(&t, "cohere.command-r-v1:0", TIER_STANDARD)->micro_usd[0], 500000);
	assert_true(left_out(l, "Nova Mystery", "no model is known"));
	assert_int_equal(price_list_stats(l)->products, 15);
	assert_int_equal(price_list_stats(l)->other, 1);
	assert_int_equal(price_list_stats(l)->mapped, 12);
	price_list_free(l);
}

static void nothing_is_guessed(void **state)
{
	PriceList *l = price_list_new(STR("sa-east-1"), &shipped);
	const PriceTable none = { 0 };
	PriceTable t;

	(void)state;
	price_list_model(l, STR("acme.two"), STR("Double"));
	price_list_model(l, STR("acme.one"), STR("Double"));
	price_list_model(l, STR("acme.new"), STR("New Model"));
	price_list_model(l, STR("acme.new:0:24k"), STR("New Model"));
	own(l, "Double", "input-tokens", "0.001");
	own(l, "New Model", "input-tokens", "0.001");
	own(l, "Nova Pro", "input-tokens", "0.001");
	own(l, "Nova Pro", "input-tokens", "0.002");
	own(l, "Command R", "output-tokens", "0.001");
	own(l, "Command R", "input-tokens-cross-region-geo", "0.001");
	market(l, "Claude Haiku 4.5", "input_tokens_long_ctx_standard", "2", AUGUST);
	market(l, "Claude Haiku 4.5", "input_tokens_standard", "1", AUGUST);
	price_list_rows(l, &none, "list", &arena, &t);
	assert_int_equal(t.n, 1);
	assert_string_equal(t.row[0].model, "acme.new");
	assert_true(left_out(l, "Double", "several models"));
	assert_true(left_out(l, "amazon.nova-pro-v1:0", "different prices"));
	assert_true(left_out(l, "cohere.command-r-v1:0", "no price for input"));
	assert_true(left_out(l, "cohere.command-r-v1:0", "geography"));
	assert_true(left_out(l, "anthropic.claude-haiku-4-5", "from which length on"));
	price_list_free(l);
}

static void long_contexts(void **state)
{
	PriceList *l = price_list_new(STR("eu-west-1"), &shipped);
	const PriceTable none = { 0 };
	const PriceRow *r;
	PriceTable t;

	(void)state;
	market(l, "Claude Sonnet 4", "InputTokenCount", "3.3", AUGUST);
	market(l, "Claude Sonnet 4", "OutputTokenCount", "16.5", AUGUST);
	market(l, "Claude Sonnet 4", "InputTokenCount_Global", "3", AUGUST);
	market(l, "Claude Sonnet 4", "input_tokens_long_ctx_global_standard", "5", AUGUST);
	price_list_rows(l, &none, "list", &arena, &t);
	/* The list has none in the Region: the shipped ones, times the factor that its other prices have. */
	r = row_of(&t, "anthropic.claude-sonnet-4", TIER_STANDARD);
	assert_int_equal(r->long_above, 200000);
	assert_int_equal(r->long_micro_usd[0], 6600000);
	assert_int_equal(r->long_micro_usd[1], 24750000);
	assert_int_equal(r->sure, SURE_DOUBT);
	r = row_of(&t, "global.anthropic.claude-sonnet-4", TIER_STANDARD);
	assert_int_equal(r->long_micro_usd[0], 5000000);
	assert_int_equal(r->sure, SURE_AWS);
	assert_int_equal(price_list_stats(l)->long_kept, 1);
	price_list_free(l);
	/* Another price altogether: nothing is known about its long contexts. */
	l = price_list_new(STR("eu-west-1"), &shipped);
	market(l, "Claude Sonnet 4", "InputTokenCount", "2.5", AUGUST);
	price_list_rows(l, &none, "list", &arena, &t);
	assert_int_equal(row_of(&t, "anthropic.claude-sonnet-4", TIER_STANDARD)->long_above, 0);
	price_list_free(l);
}

/* One list after the other: a price that changed keeps its time, one that is the same its beginning, one that is gone stays. */
static void lists_follow_each_other(void **state)
{
	static const struct { const char *source, *haiku, *from; bool nova; } lists[] = {
		{ "first", "1.1", AUGUST, true }, { "second", "1.1", "2026-09-01T00:00:00Z", true }, { "third", "1.0", "2026-10-01T00:00:00Z", false },
	};
	PriceTable before = { 0 }, t = { 0 };
	Buf text = { 0 };
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		PriceList *l = price_list_new(STR("eu-west-1"), &shipped);
		PricesFile f = { .name = "list", .origin = PRICE_LIST, .sure = SURE_AWS };

		market(l, "Claude Haiku 4.5", "InputTokenCount", lists[i].haiku, lists[i].from);
		if (lists[i].nova)
			own(l, "Nova Pro", "input-tokens", "0.0008");
		price_list_rows(l, &before, lists[i].source, &arena, &t);
		buf_reset(&text);
		price_list_write(&t, "test", "2026-11-28", lists[i].source, &text);
		f.text = buf_str(&text);
		if (prices_parse(&arena, &f, &before, &e) < 0)
			fail_msg("%s\n%s", e.text, buf_cstr(&text));
		assert_int_equal(before.n, t.n);
		for (size_t k = 0; k < t.n; k++) {
			assert_string_equal(before.row[k].model, t.row[k].model);
			assert_string_equal(before.row[k].source, t.row[k].source);
			assert_int_equal(before.row[k].from_ms, t.row[k].from_ms);
			assert_int_equal(before.row[k].until_ms, t.row[k].until_ms);
			assert_memory_equal(before.row[k].micro_usd, t.row[k].micro_usd, sizeof t.row[k].micro_usd);
			assert_int_equal(before.row[k].sure, t.row[k].sure);
		}
		price_list_free(l);
	}
	assert_int_equal(t.n, 3);
	assert_string_equal(t.row[0].source, "second");
	assert_string_equal(t.row[1].model, "anthropic.claude-haiku-4-5");
	assert_int_equal(t.row[1].from_ms, INT64_C(1785542400000));              /* the same since August */
	assert_int_equal(t.row[1].until_ms, INT64_C(1790812800000));             /* until October */
	assert_string_equal(t.row[2].source, "third");
	assert_int_equal(t.row[2].until_ms, 0);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(usage_types, drop), cmocka_unit_test_teardown(documents, drop), cmocka_unit_test_teardown(products_become_rows, drop),
		cmocka_unit_test_teardown(nothing_is_guessed, drop), cmocka_unit_test_teardown(long_contexts, drop),
		cmocka_unit_test_teardown(lists_follow_each_other, drop),
	};

	return cmocka_run_group_tests_name("price_list", tests, NULL, NULL);
}
