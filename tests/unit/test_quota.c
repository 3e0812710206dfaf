/* Names of Service Quotas, and the ids of models that they are of. */
#include "unit.h"

#include "model/quota.h"

static void names_are_read(void **state)
{
	static const struct { const char *name; QuotaUnit unit; QuotaWay way; const char *model; } good[] = {
		{ "On-demand model inference requests per minute for Amazon Nova Pro", QUOTA_REQUESTS, QUOTA_ON_DEMAND, "Amazon Nova Pro" },
		{ "Cross-region model inference tokens per minute for Anthropic Claude Haiku 4.5", QUOTA_TOKENS, QUOTA_CROSS_REGION,
		  "Anthropic Claude Haiku 4.5" },
		{ "Cross-Region model inference tokens per minute for X", QUOTA_TOKENS, QUOTA_CROSS_REGION, "X" },
		{ "Global cross-region model inference requests per minute for Y", QUOTA_REQUESTS, QUOTA_GLOBAL, "Y" },
		{ "On-demand InvokeModel tokens per minute for Anthropic Claude 3 Haiku", QUOTA_TOKENS, QUOTA_ON_DEMAND, "Anthropic Claude 3 Haiku" },
	};
	static const char *const bad[] = {
		"", "Agents per account", "On-demand", "On-demand ", "On-demand model inference requests per minute for ",
		"On-demand ApplyGuardrail requests per second", "Model invocation max tokens per day for Amazon Nova Pro",
		"On-demand, latency-optimized model inference tokens per minute for Anthropic Claude 3.5 Haiku",
		"Batch inference input file size (in GB) for Claude 3 Haiku", "Cross-region model inference images per minute for X",
	};
	QuotaName n;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_true(quota_read(str_of(good[i].name), &n));
		assert_int_equal(n.unit, good[i].unit);
		assert_int_equal(n.way, good[i].way);
		assert_true(str_is(n.model, good[i].model));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(quota_read(str_of(bad[i]), &n));
}

static void models_are_recognised(void **state)
{
	static const struct { const char *quota, *id; bool same; } v[] = {
		{ "Anthropic Claude Sonnet 4.5 V1", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", true },
		{ "Anthropic Claude Haiku 4.5", "global.anthropic.claude-haiku-4-5-20251001-v1:0", true },
		{ "Anthropic Claude Sonnet 4 V1", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", false },
		{ "Anthropic Claude Sonnet 4 V1", "us.anthropic.claude-sonnet-4-20250514-v1:0", true },
		{ "Anthropic Claude 3.5 Sonnet", "anthropic.claude-3-5-sonnet-20240620-v1:0", true },
		{ "Anthropic Claude 3.5 Sonnet V2", "anthropic.claude-3-5-sonnet-20241022-v2:0", true },
		{ "Anthropic Claude 3.5 Sonnet V2", "anthropic.claude-3-5-sonnet-20240620-v1:0", false },
		{ "Anthropic Claude 3.5 Sonnet", "anthropic.claude-3-5-sonnet-20241022-v2:0", false },
		{ "Anthropic Claude Opus 5", "anthropic.claude-opus-5", true },
		{ "Amazon Nova Pro", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", true },
		{ "Amazon Nova Premier V1", "us.amazon.nova-premier-v1:0", true },
		{ "Meta Llama 3.3 70B Instruct", "us.meta.llama3-3-70b-instruct-v1:0", true },
		{ "Meta Llama 3.1 70B Instruct", "us.meta.llama3-3-70b-instruct-v1:0", false },
		{ "Mistral Large 2407", "mistral.mistral-large-2407-v1:0", true },
		{ "OpenAI GPT OSS 120B", "openai.gpt-oss-120b-1:0", true },
		{ "DeepSeek R1 V1", "us.deepseek.r1-v1:0", true },
		{ "", "amazon.nova-pro-v1:0", false },
		{ "Amazon Nova Pro", "", false },
		{ "amazon", "amazon.", false },
		{ "x", "arn:aws:bedrock:us-east-1:1:application-inference-profile/x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof v / sizeof *v; i++)
		if (quota_is_of(str_of(v[i].quota), str_of(v[i].id)) != v[i].same)
			fail_msg("%s and %s", v[i].quota, v[i].id);
}

static void ways_and_weights(void **state)
{
	(void)state;
	assert_int_equal(quota_way(STR("amazon.nova-pro-v1:0")), QUOTA_ON_DEMAND);
	assert_int_equal(quota_way(STR("us.anthropic.claude-opus-5")), QUOTA_CROSS_REGION);
	assert_int_equal(quota_way(STR("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-pro-v1:0")), QUOTA_CROSS_REGION);
	assert_int_equal(quota_way(STR("global.anthropic.claude-opus-5")), QUOTA_GLOBAL);
	assert_int_equal(quota_output_weight(STR("us.anthropic.claude-sonnet-4-5-20250929-v1:0")), 5);
	assert_int_equal(quota_output_weight(STR("anthropic.claude-3-7-sonnet-20250219-v1:0")), 5);
	assert_int_equal(quota_output_weight(STR("anthropic.claude-3-5-sonnet-20240620-v1:0")), 1);
	assert_int_equal(quota_output_weight(STR("anthropic.claude-v2:1")), 1);
	assert_int_equal(quota_output_weight(STR("amazon.nova-pro-v1:0")), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read), cmocka_unit_test(models_are_recognised), cmocka_unit_test(ways_and_weights),
	};

	return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
