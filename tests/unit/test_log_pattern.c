#include "unit.h"

#include "sim/log_pattern.h"

static bool matches(const char *pattern, const char *message)
{
	Arena a = {0};
	LogPattern p;
	Err e;
	bool yes;

	assert_int_equal(log_pattern_parse(&a, str_of(pattern), &p, &e), 0);
	yes = log_pattern_match(&p, str_of(message));
	arena_done(&a);
	return yes;
}

static void terms(void **state)
{
	(void)state;
	assert_true(matches("", "anything"));
	assert_true(matches("COST_TRACKING", "{\"message\":\"COST_TRACKING\"}"));
	assert_true(matches("a b", "b then a"));
	assert_false(matches("a b", "only b"));
	assert_true(matches("\"two words\"", "x two words y"));
	assert_false(matches("\"two words\"", "two  words"));
	assert_true(matches("\"say \\\"hi\\\"\"", "say \"hi\""));
	assert_true(matches("?ERROR ?WARN", "a WARN line"));
	assert_false(matches("?ERROR ?WARN", "INFO"));
	assert_true(matches("ERROR -timeout", "ERROR other"));
	assert_false(matches("ERROR -timeout", "ERROR timeout"));
	assert_false(matches("-timeout", "timeout"));
}

static void json_conditions(void **state)
{
	static const char line[] = "{\"message\":\"COST_TRACKING\",\"token_usage\":{\"input\":120},\"cache_hit\":false,\"cost\":0.5}";

	(void)state;
	assert_true(matches("{ $.message = \"COST_TRACKING\" }", line));
	assert_true(matches("{$.message=COST_*}", line));
	assert_false(matches("{ $.message != \"COST_TRACKING\" }", line));
	assert_true(matches("{ $.token_usage.input > 119.5 }", line));
	assert_false(matches("{ $.token_usage.input > 120 }", line));
	assert_true(matches("{ $.token_usage.input >= 120 && $.cost < 1 }", line));
	assert_false(matches("{ $.token_usage.input >= 120 && $.cost > 1 }", line));
	assert_true(matches("{ $.token_usage.input = 1 || $.cache_hit = false }", line));
	assert_false(matches("{ $.absent = 1 }", line));
	assert_false(matches("{ $.message = \"x\" }", "not json"));
}

static void refused(void **state)
{
	static const char *const bad[] = { "\"open", "{ x = 1 }", "{ $.a ~ 1 }", "{ $.a > text }", "{ $.a = 1 && $.b = 2 || $.c = 3 }",
	                                   "{ $.a = 1 nonsense }", "%regex%", "[a, b]" };
	char many[400] = "";
	LogPattern p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		Arena a = {0};
		Err e = {0};
		assert_int_equal(log_pattern_parse(&a, str_of(bad[i]), &p, &e), -1);
		assert_true(e.text[0]);
		arena_done(&a);
	}
	for (size_t i = 0; i + 2 < sizeof many; i += 2)
		memcpy(many + i, "a ", 3);
	assert_int_equal(log_pattern_parse(NULL, str_of(many), &p, NULL), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(terms), cmocka_unit_test(json_conditions), cmocka_unit_test(refused) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
