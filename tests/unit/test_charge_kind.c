#include "unit.h"

#include "app/charge_kind.h"

static void what_lines_are_for(void **state)
{
	static const struct { const char *service, *usage; ChargeKind kind; } row[] = {
		{ "Amazon Bedrock", "USE1-NovaPro-input-tokens", CHARGE_TOKENS },
		{ "Amazon Bedrock", "USE1-NovaPro-output-tokens-flex", CHARGE_TOKENS },
		{ "Claude Haiku 4.5 (Amazon Bedrock Edition)", "USE1-MP:USE1_CacheReadInputTokenCount_Global-Units", CHARGE_TOKENS },
		{ "Claude Haiku 4.5 (Amazon Bedrock Edition)", "USE1-MP:USE1_CacheWrite1hInputTokenCount-Units", CHARGE_TOKENS },
		{ "Amazon Bedrock", "USE1-Guardrail-ContentPolicyUnitsConsumed", CHARGE_GUARDRAILS },
		{ "Amazon Bedrock", "EUC1-TitanText-ProvisionedThroughput-ModelUnits", CHARGE_PROVISIONED },
		{ "Amazon Bedrock", "USE1-KnowledgeBase-StructuredQueries", CHARGE_KNOWLEDGE },
		{ "Amazon Bedrock", "USE1-gpt-oss-120b-mantle-input-tokens", CHARGE_MANTLE },
		{ "Amazon Bedrock AgentCore", "USE1-Runtime-vCPU-Hours", CHARGE_AGENTCORE },
		{ "Amazon Bedrock", "USE1-NovaCanvas-image", CHARGE_OTHER },
		{ "Amazon Bedrock", "", CHARGE_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		assert_int_equal(charge_kind(str_of(row[i].service), str_of(row[i].usage)), row[i].kind);
	assert_true(charge_is_ai(STR("Amazon Bedrock")) && charge_is_ai(STR("Claude Sonnet 4.5 (Amazon Bedrock Edition)")));
	assert_false(charge_is_ai(STR("AmazonCloudWatch")) || charge_is_ai(STR("")));
}

static void how_many_tokens_a_line_is(void **state)
{
	ChargeTokens t;
	Arena a = { 0 };

	(void)state;
	assert_true(charge_tokens(&a, STR("Claude Haiku 4.5 (Amazon Bedrock Edition)"), STR("USE1-MP:USE1_OutputTokenCount-Units"), 654464, &t));
	assert_true(t.cls == 1 && t.tokens == 654464 && str_is(t.name, "Claude Haiku 4.5"));
	/* 6219.848 thousands. */
	assert_true(charge_tokens(&a, STR("Amazon Bedrock"), STR("USE1-NovaPro-cache-read-input-token-count"), INT64_C(6219848000), &t));
	assert_true(t.cls == 2 && t.tokens == 6219848 && str_is(t.name, "NovaPro"));
	assert_true(charge_tokens(&a, STR("Amazon Bedrock"), STR("USE1-Llama3-3-70B-input-tokens"), 1500, &t));
	assert_true(t.tokens == 2 && str_is(t.name, "Llama3-3-70B"));
	assert_false(charge_tokens(&a, STR("Amazon Bedrock"), STR("USE1-Guardrail-ContentPolicyUnitsConsumed"), 1, &t));
	arena_done(&a);
}

static void which_model_a_name_means(void **state)
{
	(void)state;
	assert_int_equal(charge_names(STR("NovaPro"), STR("Nova Pro")), 2);
	assert_int_equal(charge_names(STR("Llama3-3-70B"), STR("Llama 3.3 70B Instruct")), 1);
	assert_int_equal(charge_names(STR("Nova Lite 2"), STR("Nova 2 Lite | Nova Lite 2")), 2);
	assert_int_equal(charge_names(STR("Claude Sonnet 4"), STR("Claude Sonnet 4.5")), 0);
	assert_int_equal(charge_names(STR("Claude 3.5 Sonnet"), STR("Claude 3.5 Sonnet v2")), 1);
	assert_int_equal(charge_names(STR("Claude 3.5 Sonnet v2"), STR("Claude 3.5 Sonnet")), 0);
	assert_int_equal(charge_names(STR(""), STR("Nova Pro")), 0);
	assert_int_equal(charge_names(STR("NovaPro"), STR("")), 0);
	assert_int_equal(charge_names(STR("---"), STR("Nova Pro")), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lines_are_for), cmocka_unit_test(how_many_tokens_a_line_is), cmocka_unit_test(which_model_a_name_means) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
