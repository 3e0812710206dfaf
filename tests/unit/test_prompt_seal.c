#include "unit.h"

#include "model/prompt_seal.h"

#define HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void says_what_it_is_for(void **state)
{
	PromptSeal s = { STR("a-prompt"), STR("2.1"), STR("a"), STR("prod"), STR(HASH) };
	Buf out = { 0 };
	Err e = { 0 };

	(void)state;
	assert_int_equal(prompt_seal_put(&out, &s, &e), 0);
	assert_string_equal(buf_cstr(&out), "seismo template 1\nid=a-prompt\nversion=2.1\nagent=a\nenvironment=prod\nsha256=" HASH "\n");
	buf_done(&out);
}

/* A line feed would let one name pass for two. */
static void refuses_what_reads_in_two_ways(void **state)
{
	const PromptSeal good = { STR("a-prompt"), STR("2.1"), STR("a"), STR("prod"), STR(HASH) };
	PromptSeal bad[6] = { good, good, good, good, good, good };
	Buf out = { 0 };

	(void)state;
	bad[0].id = STR("");
	bad[1].version = STR("2.1\nagent=b");
	bad[2].agent = STR("a\0b");
	bad[3].environment = STR("\x7f");
	bad[4].sha256 = STR("E3B0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	bad[5].sha256 = str_sub(good.sha256, 0, 63);
	for (int i = 0; i < 6; i++) {
		Err e = { 0 };

		assert_int_equal(prompt_seal_put(&out, &bad[i], &e), -1);
		assert_true(e.text[0]);
		assert_int_equal(out.n, 0);
	}
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(says_what_it_is_for), cmocka_unit_test(refuses_what_reads_in_two_ways) };

	return cmocka_run_group_tests_name("prompt_seal", tests, NULL, NULL);
}
