/* Two texts line by line, and how two versions differ. */
#include "unit.h"

#include "app/version_diff.h"
#include "model/agent_name.h"
#include "model/linediff.h"

static void check(const char *from, const char *to, const char *want)
{
	static const char mark[] = { [DIFF_SAME] = ' ', [DIFF_GONE] = '-', [DIFF_ADDED] = '+' };
	Arena a = { 0 };
	Buf b = { 0 };
	LineDiff d = linediff(str_of(from), str_of(to), &a);
	size_t gone = 0, added = 0;

	for (size_t i = 0; i < d.n; i++) {
		(void)buf_printf(&b, "%c%.*s|", mark[d.line[i].kind], STR_ARG(d.line[i].text));
		gone += d.line[i].kind == DIFF_GONE;
		added += d.line[i].kind == DIFF_ADDED;
	}
	assert_string_equal(buf_cstr(&b), want);
	assert_true(d.gone == gone && d.added == added);
	buf_done(&b);
	arena_done(&a);
}

static void the_shortest_difference(void **state)
{
	(void)state;
	check("", "", "");
	check("a", "a", " a|");
	check("", "a\nb\n", "+a|+b|");
	check("a\nb\n", "", "-a|-b|");
	check("a\nb\nc\n", "a\nx\nc\n", " a|-b|+x| c|");
	check("a\nb\nc\nd\n", "b\nd\ne\n", "-a| b|-c| d|+e|");
	check("a\na\na\n", "a\na\n", " a| a|-a|");
	check("same\n\nend", "same\n\n\nend", " same| |+| end|");
}

/* Nothing of either text is lost or made up, whatever they are. */
static void both_texts_come_back(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (int round = 0; round < 300; round++) {
		char text[2][200];
		Arena a = { 0 };
		Buf back[2] = { { 0 }, { 0 } };
		LineDiff d;

		for (int t = 0; t < 2; t++) {
			size_t n = 0;

			for (int i = 0; i < 30; i++) {
				seed = seed * 6364136223846793005u + 1442695040888963407u;
				text[t][n++] = (char)('a' + (seed >> 40) % 3);
				text[t][n++] = '\n';
			}
			text[t][n - 2 * ((seed >> 33) % 20)] = 0;
		}
		d = linediff(str_of(text[0]), str_of(text[1]), &a);
		for (size_t i = 0; i < d.n; i++)
			for (int t = 0; t < 2; t++)
				if (d.line[i].kind != (t ? DIFF_GONE : DIFF_ADDED))
					(void)buf_printf(&back[t], "%.*s\n", STR_ARG(d.line[i].text));
		assert_string_equal(buf_cstr(&back[0]), text[0]);
		assert_string_equal(buf_cstr(&back[1]), text[1]);
		buf_done(&back[0]);
		buf_done(&back[1]);
		arena_done(&a);
	}
}

static void too_long_is_not_compared(void **state)
{
	Buf b = { 0 };
	Arena a = { 0 };
	LineDiff d;

	(void)state;
	for (int i = 0; i < LINEDIFF_MAX + 3; i++)
		(void)buf_printf(&b, "line %d\n", i);
	d = linediff(buf_str(&b), STR("line 0\nother\n"), &a);
	assert_true(d.line[0].kind == DIFF_SAME && d.added == 1 && d.gone == LINEDIFF_MAX + 2);
	buf_done(&b);
	arena_done(&a);
}

static const VersionText old = {
	.version = STR("2"), .release = STR("2.1"), .status = STR("production"), .model = STR("m-1"),
	.detail = STR("{\"config\":{\"maxTokens\":2048,\"temperature\":0.3,\"gone\":true},\"prompt\":\"You write.\\nBriefly.\","
	              "\"tools\":[{\"name\":\"lookup\",\"max\":3}]}"),
}, new = {
	.version = STR("3"), .release = STR("2.2"), .status = STR("draft"), .model = STR("m-2"),
	.detail = STR("{\"config\":{\"temperature\":0.3,\"maxTokens\":4096},\"prompt\":\"You write.\\nAt length.\",\"tools\":[{\"name\":\"lookup\",\"max\":5}]}"),
};

static void versions_setting_by_setting(void **state)
{
	Buf b = { 0 };

	(void)state;
	version_diff(&old, &new, &b);
	assert_string_equal(buf_cstr(&b), "from       2=2.1  production\nto         3=2.2  draft\n\nsettings\n  gone  true > -\n  maxTokens  2048 > 4096\n"
	                    "  model  m-1 > m-2\n  tools[lookup].max  3 > 5\n\nprompt  +1 -1 lines\n  You write.\n- Briefly.\n+ At length.\n");
	buf_reset(&b);
	version_diff(&old, &old, &b);
	assert_non_null(strstr(buf_cstr(&b), "settings\n  the same\n\nprompt  +0 -0 lines\n  the same\n"));
	buf_reset(&b);
	version_text(&new, &b);
	assert_non_null(strstr(buf_cstr(&b), "\n  maxTokens  4096\n"));
	assert_non_null(strstr(buf_cstr(&b), "\nprompt\nYou write.\nAt length.\n"));
	buf_done(&b);
}

static void what_is_not_known_is_said(void **state)
{
	VersionText bare = { .version = STR("9"), .detail = STR("") };
	Buf b = { 0 };

	(void)state;
	version_text(&bare, &b);
	assert_non_null(strstr(buf_cstr(&b), "has not been read yet"));
	buf_reset(&b);
	version_diff(&old, &bare, &b);
	assert_non_null(strstr(buf_cstr(&b), "How 9 is made has not been read yet."));
	assert_null(strstr(buf_cstr(&b), "prompt"));
	bare.detail = STR("{\"config\":[1,{\"a\":2}],\"prompt\":3,\"tools\":null");       /* cut off: not known */
	buf_reset(&b);
	version_text(&bare, &b);
	assert_non_null(strstr(buf_cstr(&b), "has not been read yet"));
	buf_done(&b);
}

static void names_with_and_without_dashes(void **state)
{
	(void)state;
	assert_true(agent_same_name(STR("upsell-generator"), STR("upsell_generator")));
	assert_true(agent_same_name(STR("a"), STR("a")));
	assert_false(agent_same_name(STR("upsell-generator"), STR("upsell.generator")));
	assert_false(agent_same_name(STR("a-"), STR("a")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shortest_difference), cmocka_unit_test(both_texts_come_back), cmocka_unit_test(too_long_is_not_compared),
		cmocka_unit_test(versions_setting_by_setting), cmocka_unit_test(what_is_not_known_is_said), cmocka_unit_test(names_with_and_without_dashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
