#include "unit.h"

#include <time.h>

#include "base/xalloc.h"
#include "screen_rules.h"
#include "ui/markdown.h"

/* Rows as text: indentation as blanks, [bold], {underlined}, "|" behind each row, and before it "#" for a heading, "%" for code. */
static void put_row(Buf *out, const MdRow *r)
{
	unsigned was = 0;

	if (r->role == ROLE_TITLE || r->code)
		(void)buf_puts(out, r->code ? "%" : "#");
	for (int i = 0; i < r->indent; i++)
		(void)buf_putc(out, ' ');
	for (size_t i = 0; i <= r->text.n; i++) {
		const unsigned now = r->attr && i < r->text.n ? r->attr[i] : 0;

		if (now != was && was)
			(void)buf_puts(out, was & ATTR_BOLD ? "]" : "}");
		if (now != was && now)
			(void)buf_puts(out, now & ATTR_BOLD ? "[" : "{");
		was = now;
		if (i < r->text.n)
			(void)buf_putc(out, r->text.p[i]);
	}
	(void)buf_putc(out, '|');
}

static void expect_at(int w, Str text, const char *want)
{
	Arena a = { 0 };
	Buf got = { 0 };
	size_t n;
	const MdRow *row = markdown_rows(&a, text, w, &n);

	for (size_t i = 0; i < n; i++)
		put_row(&got, &row[i]);
	assert_string_equal(buf_cstr(&got), want);
	buf_done(&got);
	arena_done(&a);
}
#define EXPECT(text, want) expect_at(40, STR(text), want)

static void blocks(void **state)
{
	(void)state;
	EXPECT("", "");
	EXPECT("plain", "plain|");
	EXPECT("# One\n###### Six\n####### seven\n#none", "#One|#Six|####### seven|#none|");
	EXPECT("one\n\ntwo\r\nthree\r\n", "one||two|three|");
	EXPECT("---\n***\n- - -\n--", "---|---|---|--|");
	EXPECT("> said", "  said|");
	EXPECT("a | b\n--|--", "a | b|--|--|");
}

static void lists(void **state)
{
	(void)state;
	EXPECT("- one\n* two\n+ three\n-none", "- one|- two|- three|-none|");
	EXPECT("1. one\n12) twelve\n1.none", "1. one|12) twelve|1.none|");
	EXPECT("- one\n  - inner", "- one|  - inner|");
	expect_at(20, STR("- eleven words stand here"), "- eleven words stand|  here|");
	EXPECT("- **bold** one", "- [bold] one|");
}

static void code(void **state)
{
	(void)state;
	EXPECT("```c\nint x;  \n  *y*\n```\nbehind", "%  int x;  |%    *y*|behind|");
	EXPECT("~~~\n```\n~~~\nbehind", "%  ```|behind|");
	EXPECT("````\n```\nx\n```\n````\nbehind", "%  ```|%  x|%  ```|behind|");
	EXPECT("```\nnever closed", "%  never closed|");
	EXPECT("1. so:\n    ```\n    x\n    ```\n2. then", "1. so:|%      x|2. then|");
	EXPECT("```like this``` in a line", "[like this] in a line|");
	EXPECT("```\n# no heading\n- no list\n```", "%  # no heading|%  - no list|");
}

static void emphasis(void **state)
{
	(void)state;
	EXPECT("a **b** c *d* e `f*g*` h", "a [b] c {d} e [f*g*] h|");
	EXPECT("__b__ _u_ ***both***", "[b] {u} [both]|");
	EXPECT("**a *b* c**", "[a ][b][ c]|");
	EXPECT("``a`b``", "[a`b]|");
}

static void emphasis_that_is_none(void **state)
{
	(void)state;
	EXPECT("2 * 3 * 4", "2 * 3 * 4|");
	EXPECT("snake_case_name and __init__.py", "snake_case_name and [init].py|");
	EXPECT("a*b", "a*b|");
	EXPECT("**open", "**open|");
	EXPECT("**bold*", "**bold*|");
	EXPECT("`open", "`open|");
	EXPECT("a **** b", "a **** b|");
	EXPECT("\\*so\\* it `is\\`", "*so* it [is\\]|");
	EXPECT("*a\\*b*", "{a*b}|");
	EXPECT("5 ****** 6", "5 ****** 6|");
}

static void words_wrap(void **state)
{
	(void)state;
	expect_at(10, STR("one two three **four five** six"), "one two |three [four]|[five] six|");
	expect_at(10, STR("aaaaaaaaaaaaaaa"), "aaaaaaaaaa|aaaaa|");
	expect_at(12, STR("\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd\xe6\x9d\xb1"),
	          "\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd|\xe6\x9d\xb1|");
}

static Str last_of(Str text)
{
	size_t n;

	return markdown_code(text, 0, &n);
}

static void code_blocks(void **state)
{
	size_t n;

	(void)state;
	assert_true(str_is(last_of(STR("no code")), ""));
	assert_true(str_is(last_of(STR("```\none\n```\n```sh\ntwo\nlines\n```\nend")), "two\nlines\n"));
	assert_true(str_is(last_of(STR("````\n```\nx\n````\n")), "```\nx\n"));
	assert_true(str_is(last_of(STR("```\none\n```\n```\ncut of")), "cut of"));
	assert_true(str_is(last_of(STR("```\none\n```\n```")), "one\n"));
	assert_true(str_is(last_of(STR("```\n```")), ""));
	assert_true(str_is(markdown_code(STR("```\none\n```\nx\n```\ntwo\n```\n"), 1, &n), "one\n") && n == 2);
	assert_true(str_is(markdown_code(STR("```\none\n```\nx\n```\ntwo"), 2, &n), "two") && n == 2);
	assert_true(str_is(markdown_code(STR("```\none\n```\n"), 2, &n), "") && n == 1);
	assert_true(str_is(markdown_code(STR("none"), 0, &n), "") && n == 0);
}

static void check(Str text, int w)
{
	Arena a = { 0 };
	size_t n;
	const MdRow *row = markdown_rows(&a, text, w, &n);

	for (size_t i = 0; i < n; i++) {
		const char *broken = screen_rule_broken((Str){ row[i].text.p, row[i].text.n }, false);

		if (broken)
			fail_msg("%s: %.*s", broken, (int)row[i].text.n, row[i].text.p);
		if (w >= 20 && row[i].text.columns + row[i].indent > w + 2)
			fail_msg("%d cells in %d: %.*s", row[i].text.columns + row[i].indent, w, (int)row[i].text.n, row[i].text.p);
	}
	arena_done(&a);
}

static void hostile_text(void **state)
{
	static const char *const texts[] = { "\x1b]0;x\x07**\x1b[31mred**", "**a\xff\xfe**", "e*\xcc\x81*", "\xe2\x80\xae*rtl*", "- \x1b[2J", "# \x9b" "2J",
		"```\n\x1b[31m\t\r\n```", "*\xf0\x9f\x91\xa9\xe2\x80\x8d*\xf0\x9f\x94\xac" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		for (int w = 1; w < 50; w += 7)
			check(str_of(texts[i]), w);
	/* A NUL is neither a bullet nor a rule. */
	expect_at(40, (Str){ "\0 x\n\0\0\0", 7 }, "␀ x|␀␀␀|");
}

static void any_width(void **state)
{
	static const char text[] = "# Head\n\n1. one two\n   ```\n   code in it\n   ```\n> quoted *words* here\n\n- **bold**\n12) twelve ~ \xe6\x9d\xb1\xe4\xba\xac";

	(void)state;
	for (int w = -1; w < 60; w++)
		check(STR(text), w);
}

/* Seconds of the processor for a MiB of this, over and over, as one line. */
static double seconds_for(const char *unit)
{
	const size_t size = 1 << 20, n = strlen(unit);
	char *text = xmalloc(size);
	Arena a = { 0 };
	size_t rows;
	clock_t start;
	double took;

	for (size_t i = 0; i < size; i++)
		text[i] = i ? unit[i % n] : 'x';          /* no fence, no rule */
	start = clock();
	(void)markdown_rows(&a, (Str){ text, size }, 80, &rows);
	took = (double)(clock() - start) / CLOCKS_PER_SEC;
	assert_true(rows > 0);
	arena_done(&a);
	free(text);
	return took;
}

/* Quadratic time would be hours; plain text of that length takes a tenth of a second. */
static void hostile_lines_take_linear_time(void **state)
{
	static const char *const units[] = { "*", "`", "_", "*a ", "`a ``b ```c ", "*a_b **c__d ***e", "\\*", "*a**b", "_*", "**a *b* ", "[", "- ", "> ", "#",
		"\xe6\x9d\xb1*", "a" };

	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (seconds_for(units[i]) > 20)
			fail_msg("a MiB of \"%s\"", units[i]);
}

/* However a text has come, its rows are those of the whole. */
static void growing_text(void **state)
{
	static const char text[] = "# One\r\n\n- a *b*\n  ```c\nint x;\n\n* no\n```\n12. c **d\ne** a long line of many words that wraps `twice`\n~~~\nopen";
	Arena a = { 0 };
	MdRows lines = { .a = &a, .w = 20 };
	MdPlace place = { .at = 0 };

	(void)state;
	for (size_t n = 0; n <= sizeof text - 1; n++) {
		const Str so_far = { text, n };
		Buf got = { 0 }, want = { 0 };
		MdRows rest = { .a = &a, .w = 20 };
		size_t rows;
		const MdRow *whole = markdown_rows(&a, so_far, 20, &rows);

		markdown_lines(&lines, so_far, &place);
		markdown_rest(&rest, so_far, &place);
		for (size_t i = 0; i < lines.n + rest.n; i++)
			put_row(&got, i < lines.n ? &lines.v[i] : &rest.v[i - lines.n]);
		for (size_t i = 0; i < rows; i++)
			put_row(&want, &whole[i]);
		assert_string_equal(buf_cstr(&got), buf_cstr(&want));
		buf_done(&got);
		buf_done(&want);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks),
		cmocka_unit_test(lists),
		cmocka_unit_test(code),
		cmocka_unit_test(emphasis),
		cmocka_unit_test(emphasis_that_is_none),
		cmocka_unit_test(words_wrap),
		cmocka_unit_test(code_blocks),
		cmocka_unit_test(growing_text),
		cmocka_unit_test(hostile_text),
		cmocka_unit_test(any_width),
		cmocka_unit_test(hostile_lines_take_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
