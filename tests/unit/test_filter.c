/* What is typed behind '/': taken apart, and when one filter's rows are among another's. */
#include "unit.h"

#include "model/filter.h"

static const char *const columns[] = { "tenant", "agent", NULL };

static int column_of(const void *arg, Str name)
{
	(void)arg;
	for (int i = 0; columns[i]; i++)
		if (str_is(name, columns[i]))
			return i;
	return -1;
}

static Filter parsed(const char *text)
{
	Filter f;

	filter_parse(&f, str_of(text), column_of, NULL);
	return f;
}

static void test_words(void **state)
{
	static const struct { const char *text; int terms; Term first; const char *value; } row[] = {
		{ "", 0, { 0 }, "" },
		{ "  ", 0, { 0 }, "" },
		{ "acme", 1, { .column = FILTER_ANY }, "acme" },
		{ "!acme", 1, { .not = true, .column = FILTER_ANY }, "acme" },
		{ "~acm", 1, { .fuzzy = true, .column = FILTER_ANY }, "acm" },
		{ "!~acm", 1, { .not = true, .fuzzy = true, .column = FILTER_ANY }, "acm" },
		{ "tenant:acme", 1, { .column = 0 }, "acme" },
		{ "!agent:~up", 1, { .not = true, .fuzzy = true, .column = 1 }, "up" },
		{ "tennant:acme", 1, { .column = FILTER_ANY }, "tennant:acme" },
		{ ":x", 1, { .column = FILTER_ANY }, ":x" },
		{ "tenant: !  ~ agent:~", 0, { 0 }, "" },
		{ "a tenant:b !c", 3, { .column = FILTER_ANY }, "a" },
		{ "a:b:c", 1, { .column = FILTER_ANY }, "a:b:c" },
		{ "agent:a:b", 1, { .column = 1 }, "a:b" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		Filter f = parsed(row[i].text);

		assert_int_equal(f.terms, row[i].terms);
		if (!f.terms)
			continue;
		assert_int_equal(f.term[0].not, row[i].first.not);
		assert_int_equal(f.term[0].fuzzy, row[i].first.fuzzy);
		assert_int_equal(f.term[0].column, row[i].first.column);
		assert_true(str_is(filter_value(&f, &f.term[0]), row[i].value));
	}
}

static void test_much_text_is_cut(void **state)
{
	char text[1000];
	Filter f;

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 1; i < sizeof text; i += 2)
		text[i] = ' ';
	filter_parse(&f, (Str){ text, sizeof text }, column_of, NULL);
	assert_int_equal(f.terms, FILTER_TERMS);
	assert_int_equal(f.n, FILTER_TEXT - 1);
}

static void test_letters_in_order(void **state)
{
	(void)state;
	assert_true(filter_fuzzy(STR("Upsell-Generator"), STR("upgen")));
	assert_false(filter_fuzzy(STR("upsell-generator"), STR("genup")));
	assert_true(filter_fuzzy(STR("x"), STR("")));
	assert_false(filter_fuzzy(STR(""), STR("x")));
	assert_true(filter_letters(STR("Aa1")) == filter_letters(STR("a1")));
	assert_true((filter_letters(STR("upsell-generator")) & filter_letters(STR("UPGEN"))) == filter_letters(STR("upgen")));
}

static void test_narrower(void **state)
{
	static const struct { const char *narrow, *wide; bool yes; } row[] = {
		{ "ten", "te", true },          { "te", "ten", false },           { "anten", "te", true },       { "", "", true },
		{ "a", "", true },              { "", "a", false },               { "te b", "te", true },        { "b ten", "te", true },
		{ "!te", "!ten", true },        { "!ten", "!te", false },         { "!ten", "ten", false },      { "ten", "!ten", false },
		{ "~tan", "~tn", true },        { "~tn", "~tan", false },         { "!~tn", "!~tan", true },     { "!~tan", "!~tn", false },
		{ "tenant:ab", "tenant:a", true }, { "tenant:ab", "a", false },   { "ab", "tenant:a", false },   { "agent:ab", "tenant:a", false },
		{ "tenant:", "tenant", false }, { "tan", "~tn", false },          { "TEN", "te", true },         { "a a", "a", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		Filter narrow = parsed(row[i].narrow), wide = parsed(row[i].wide);

		if (filter_narrows(&narrow, &wide) != row[i].yes)
			fail_msg("/%s after /%s", row[i].narrow, row[i].wide);
	}
}

/* Never yes where a row says no. */
static void test_narrower_is_never_wrong(void **state)
{
	static const char letters[] = "aAbB!~ :c";
	uint64_t seed = 3;
	int yes = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char text[3][8];
		Filter f[2];
		bool holds[2] = { true, true };

		for (int i = 0; i < 3; i++) {
			size_t n = 0;

			for (; n < 6; n++) {
				seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
				text[i][n] = letters[(seed >> 33) % (i < 2 ? 9 : 4)];
				if ((seed >> 40) % 5 == 0)
					break;
			}
			text[i][n] = '\0';
		}
		for (int i = 0; i < 2; i++) {
			f[i] = parsed(text[i]);
			for (int k = 0; k < f[i].terms; k++)
				holds[i] &= term_holds(&f[i], &f[i].term[k], str_of(text[2])) != f[i].term[k].not;
		}
		if (!filter_narrows(&f[0], &f[1]))
			continue;
		yes++;
		if (holds[0] && !holds[1])
			fail_msg("/%s is said to narrow /%s, but not for %s", text[0], text[1], text[2]);
	}
	assert_true(yes > 10000);
}

static void test_stranger(void **state)
{
	Filter f = parsed("ok !tennant:acme tenant:x");

	(void)state;
	assert_true(str_is(filter_stranger(&f, column_of, NULL), "tennant"));
	f = parsed("ok tenant:acme :x");
	assert_int_equal(filter_stranger(&f, column_of, NULL).n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_much_text_is_cut),
		cmocka_unit_test(test_letters_in_order),
		cmocka_unit_test(test_narrower),
		cmocka_unit_test(test_narrower_is_never_wrong),
		cmocka_unit_test(test_stranger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
