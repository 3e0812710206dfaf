#include "unit.h"

#include <time.h>

#include "base/buf.h"
#include "base/regex.h"

static RegexAnswer ask(const char *pattern, Str text)
{
	Err e = { 0 };
	Regex *r = regex_new(str_of(pattern), &e);
	RegexAnswer answer;

	if (!r)
		fail_msg("%s: %s", pattern, e.text);
	answer = regex_find(r, text);
	regex_free(r);
	return answer;
}

static void finds(void **state)
{
	(void)state;
	assert_int_equal(ask("es", STR("expression")), REGEX_YES);
	assert_int_equal(ask("^es", STR("expression")), REGEX_NO);
	assert_int_equal(ask("^a*$", STR("")), REGEX_YES);
	assert_int_equal(ask("", STR("")), REGEX_YES);
	assert_int_equal(ask("^.$", STR("\xf0\x9f\x98\x80")), REGEX_YES);
	assert_int_equal(ask("^\\p{Lu}+$", STR("\xc3\x84")), REGEX_YES);
}

/* Where ECMA-262 and Perl differ, ECMA-262 holds. */
static void as_in_ecma(void **state)
{
	(void)state;
	assert_int_equal(ask("^abc$", STR("abc\n")), REGEX_NO);
	assert_int_equal(ask("^\\u0041$", STR("A")), REGEX_YES);
	assert_int_equal(ask("^\\d$", STR("\xdf\x80")), REGEX_NO);      /* NKO DIGIT ZERO */
	assert_int_equal(ask("[^]", STR("x")), REGEX_YES);
}

static void refused(const char *pattern, const char *why)
{
	Err e = { 0 };

	assert_null(regex_new(str_of(pattern), &e));
	if (!strstr(e.text, why))
		fail_msg("%s: %s", pattern, e.text);
}

static void bad_patterns(void **state)
{
	Buf b = { 0 };

	(void)state;
	refused("a(b", "at byte 3 of the pattern: missing closing parenthesis");
	refused("[z-a]", "at byte 3");
	for (int i = 0; i < 200; i++)
		(void)buf_putc(&b, '(');
	for (int i = 0; i < 200; i++)
		(void)buf_putc(&b, ')');
	refused(buf_cstr(&b), "nested");
	buf_reset(&b);
	for (int i = 0; i <= REGEX_PATTERN_MAX; i++)
		(void)buf_putc(&b, 'x');
	refused(buf_cstr(&b), "longer than");
	buf_done(&b);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Patterns that take exponential time elsewhere, on texts that do not match. */
static void always_ends(void **state)
{
	static const char *const patterns[] = { "^(a+)+$", "(a*)*b", "(a|aa)+$", "(x+x+)+y", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)(.*)[^a]b" };
	Buf text = { 0 };
	double began = seconds();

	(void)state;
	for (int i = 0; i < 60000; i++)
		(void)buf_putc(&text, 'a');
	(void)buf_putc(&text, '!');
	for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
		assert_int_not_equal(ask(patterns[i], str_sub(buf_str(&text), 60000 - 40, 41)), REGEX_YES);
		assert_int_not_equal(ask(patterns[i], buf_str(&text)), REGEX_YES);
	}
	assert_int_equal(ask("^(a+)+$", str_sub(buf_str(&text), 60000 - 40, 41)), REGEX_UNDECIDED);
	assert_true(seconds() - began < 5);
	while (text.n <= REGEX_TEXT_MAX)
		(void)buf_putc(&text, 'a');
	assert_int_equal(ask("a", buf_str(&text)), REGEX_UNDECIDED);
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds), cmocka_unit_test(as_in_ecma), cmocka_unit_test(bad_patterns), cmocka_unit_test(always_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
