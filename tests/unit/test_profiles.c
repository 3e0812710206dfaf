/* What an application inference profile calls, from the models that AWS lists for it. */
#include "unit.h"

#include "app/profiles.h"

static Arena arena;

static const char *model_of(const char *const *regions, const char *second)
{
	BedrockProfileModel v[8];
	BedrockProfile p = { .models.v = v };
	Err e = { 0 };
	Str model;

	arena_reset(&arena);
	for (; regions[p.models.n]; p.models.n++)
		v[p.models.n].arn = arena_printf(&arena, "arn:aws:bedrock:%s::foundation-model/%s", regions[p.models.n],
		                                 p.models.n && second ? second : "anthropic.claude-sonnet-4-6");
	if (profile_model(&arena, &p, &model, &e) < 0) {
		assert_true(e.text[0]);
		return NULL;
	}
	return arena_cstr(&arena, model);
}

#define MODEL_OF(...) model_of((const char *const[]){ __VA_ARGS__, NULL }, NULL)

static void one_region_is_the_model_itself(void **state)
{
	(void)state;
	assert_string_equal(MODEL_OF("eu-west-1"), "anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("us-gov-west-1"), "anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("us-east-1", "us-east-1"), "anthropic.claude-sonnet-4-6");
}

static void several_are_their_geography(void **state)
{
	(void)state;
	assert_string_equal(MODEL_OF("us-east-1", "us-east-2", "us-west-2"), "us.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("ca-central-1", "us-east-1"), "us.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("us-gov-west-1", "us-gov-east-1"), "us-gov.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("eu-west-1", "eu-central-1"), "eu.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("ap-northeast-1", "ap-northeast-3"), "jp.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("ap-southeast-4", "ap-southeast-2"), "au.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("ap-northeast-1", "ap-south-1"), "apac.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("us-east-1", ""), "global.anthropic.claude-sonnet-4-6");
	assert_string_equal(MODEL_OF("", "eu-west-1", "ap-south-1"), "global.anthropic.claude-sonnet-4-6");
}

static void what_cannot_be_told_is_not_guessed(void **state)
{
	const BedrockProfile none = { .id = STR("x") };
	Err e = { 0 };
	Str model;

	(void)state;
	assert_null(MODEL_OF("us-east-1", "eu-west-1"));
	assert_null(MODEL_OF("sa-east-1", "mx-central-1"));
	assert_null(model_of((const char *const[]){ "us-east-1", "us-east-2", NULL }, "amazon.nova-pro-v1:0"));
	assert_int_equal(profile_model(&arena, &none, &model, &e), -1);
	assert_string_equal(e.text, "it names no model");
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_region_is_the_model_itself), cmocka_unit_test(several_are_their_geography),
		cmocka_unit_test(what_cannot_be_told_is_not_guessed),
	};

	return cmocka_run_group_tests_name("profiles", tests, NULL, NULL);
}
