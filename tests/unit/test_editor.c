#include "unit.h"

#include <malloc.h>

#include "ui/editor.h"

#define MOST 4096

static Key named(const char *name)
{
	Key k = { 0 };

	if (key_parse(name, &k) < 0)
		fail_msg("%s is no key", name);
	return k;
}

static bool press(Editor *e, const char *name)
{
	return editor_key(e, named(name), MOST);
}

static void type(Editor *e, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		assert_true(editor_key(e, (Key){ .kind = KEY_CHAR, .ch = *p }, MOST));
}

static void put(Editor *e, uint32_t ch)
{
	assert_true(editor_key(e, (Key){ .kind = KEY_CHAR, .ch = ch }, MOST));
}

static void paste(Editor *e, Str text, size_t most)
{
	assert_true(editor_key(e, (Key){ .kind = KEY_PASTE, .paste = text }, most));
}

static void expect(const Editor *e, const char *before, const char *behind)
{
	const Str all = buf_str(&e->text);
	const Str left = str_sub(all, 0, e->at), right = str_sub(all, e->at, all.n);

	if (!str_is(left, before) || !str_is(right, behind))
		fail_msg("\"%.*s|%.*s\" is not \"%s|%s\"", STR_ARG(left), STR_ARG(right), before, behind);
}

static void letters_go_in_at_the_cursor(void **state)
{
	Editor e = { 0 };

	(void)state;
	expect(&e, "", "");
	assert_true(press(&e, "backspace") && press(&e, "del"));      /* of nothing */
	expect(&e, "", "");
	type(&e, "ac");
	assert_true(press(&e, "left"));
	type(&e, "b");
	expect(&e, "ab", "c");
	assert_true(press(&e, "backspace"));
	expect(&e, "a", "c");
	assert_true(press(&e, "del"));
	expect(&e, "a", "");
	editor_set(&e, STR("new"));
	expect(&e, "new", "");
	editor_done(&e);
	expect(&e, "", "");
}

static void characters_are_whole(void **state)
{
	Editor e = { 0 };

	(void)state;
	put(&e, 0xe9);
	put(&e, 0x6771);
	put(&e, 0x1f600);
	expect(&e, "\xc3\xa9\xe6\x9d\xb1\xf0\x9f\x98\x80", "");
	assert_true(press(&e, "left"));
	expect(&e, "\xc3\xa9\xe6\x9d\xb1", "\xf0\x9f\x98\x80");
	assert_true(press(&e, "left") && press(&e, "left"));
	expect(&e, "", "\xc3\xa9\xe6\x9d\xb1\xf0\x9f\x98\x80");
	assert_false(press(&e, "left"));                               /* out of the text: not the editor's */
	assert_true(press(&e, "right"));
	expect(&e, "\xc3\xa9", "\xe6\x9d\xb1\xf0\x9f\x98\x80");
	assert_true(press(&e, "del"));
	expect(&e, "\xc3\xa9", "\xf0\x9f\x98\x80");
	assert_true(press(&e, "right"));
	assert_false(press(&e, "right"));
	assert_true(press(&e, "backspace"));
	expect(&e, "\xc3\xa9", "");
	editor_done(&e);
}

static void lines(void **state)
{
	Editor e = { 0 };

	(void)state;
	type(&e, "first");
	assert_true(press(&e, "alt-enter"));
	type(&e, "2");
	assert_true(press(&e, "alt-enter"));
	type(&e, "third");
	expect(&e, "first\n2\nthird", "");
	assert_true(press(&e, "up"));
	expect(&e, "first\n2", "\nthird");                             /* that line is shorter */
	assert_true(press(&e, "up"));
	expect(&e, "f", "irst\n2\nthird");
	assert_false(press(&e, "up"));
	assert_true(press(&e, "end"));
	expect(&e, "first", "\n2\nthird");
	assert_true(press(&e, "down") && press(&e, "home"));
	expect(&e, "first\n", "2\nthird");
	assert_true(press(&e, "down"));
	assert_false(press(&e, "down"));
	expect(&e, "first\n2\n", "third");
	assert_true(press(&e, "backspace"));
	expect(&e, "first\n2", "third");
	editor_done(&e);
}

static void a_step_up_ends_between_characters(void **state)
{
	Editor e = { 0 };

	(void)state;
	editor_set(&e, STR("\xe6\x9d\xb1\xe4\xba\xac\nab"));
	assert_true(press(&e, "up"));                                  /* two bytes into a character of three */
	expect(&e, "", "\xe6\x9d\xb1\xe4\xba\xac\nab");
	editor_done(&e);
}

static void control_keys(void **state)
{
	Editor e = { 0 };

	(void)state;
	editor_set(&e, STR("one two  three\nlast"));
	assert_true(press(&e, "up") && press(&e, "end"));
	assert_true(press(&e, "ctrl-w"));
	expect(&e, "one two  ", "\nlast");
	assert_true(press(&e, "alt-w"));                               /* alt doubles ctrl */
	expect(&e, "one ", "\nlast");
	assert_true(press(&e, "ctrl-k"));
	expect(&e, "one ", "\nlast");                                  /* up to the end of the line, which stays */
	assert_true(press(&e, "ctrl-a") && press(&e, "ctrl-d"));
	expect(&e, "", "ne \nlast");
	assert_true(press(&e, "ctrl-e") && press(&e, "ctrl-u"));
	expect(&e, "", "\nlast");
	assert_true(press(&e, "down") && press(&e, "ctrl-w"));
	expect(&e, "\n", "last");                                      /* never over the line's start */
	assert_false(press(&e, "ctrl-r"));
	assert_false(press(&e, "f1") || press(&e, "pgup") || press(&e, "tab") || press(&e, "esc") || press(&e, "enter"));
	expect(&e, "\n", "last");
	editor_done(&e);
}

static void pasted_line_ends(void **state)
{
	Editor e = { 0 };

	(void)state;
	type(&e, "<>");
	assert_true(press(&e, "left"));
	paste(&e, STR("a\r\nb\rc\nd"), MOST);
	expect(&e, "<a\nb\nc\nd", ">");
	paste(&e, STR(""), MOST);
	expect(&e, "<a\nb\nc\nd", ">");
	editor_done(&e);
}

/* What does not fit is left out whole: half a paste would be another question. */
static void the_size_is_bounded(void **state)
{
	Editor e = { 0 };

	(void)state;
	paste(&e, STR("12345678"), 10);
	paste(&e, STR("abc"), 10);
	expect(&e, "12345678", "");
	paste(&e, STR("ab"), 10);
	expect(&e, "12345678ab", "");
	assert_true(editor_key(&e, (Key){ .kind = KEY_CHAR, .ch = 'x' }, 10));
	assert_true(editor_key(&e, (Key){ .kind = KEY_ENTER, .mod = MOD_ALT }, 10));
	expect(&e, "12345678ab", "");
	editor_done(&e);
}

static void rows(const Editor *e, int w, int h, const char *want, int x, int y)
{
	Arena a = { 0 };
	Buf got = { 0 };
	const EditorRows r = editor_rows(e, &a, w, h);

	assert_true(r.n >= 1 && r.n <= h);
	for (int i = 0; i < r.n; i++)
		(void)buf_printf(&got, "%.*s|", (int)r.row[i].n, r.row[i].p);
	if (!str_is(buf_str(&got), want) || r.x != x || r.y != y)
		fail_msg("%s cursor %d,%d is not %s cursor %d,%d", buf_cstr(&got), r.x, r.y, want, x, y);
	assert_true(r.x >= 0 && r.x < w && r.y >= 0 && r.y < r.n);
	buf_done(&got);
	arena_done(&a);
}

static void rows_around_the_cursor(void **state)
{
	Editor e = { 0 };

	(void)state;
	rows(&e, 10, 3, "|", 0, 0);
	editor_set(&e, STR("one\ntwo\nthree\nfour\nfive"));
	rows(&e, 10, 3, "three|four|five|", 4, 2);
	assert_true(press(&e, "up") && press(&e, "up") && press(&e, "up"));
	rows(&e, 10, 3, "one|two|three|", 3, 1);                      /* as many behind it as there is room for */
	assert_true(press(&e, "up") && press(&e, "home"));
	rows(&e, 10, 3, "one|two|three|", 0, 0);
	rows(&e, 10, 9, "one|two|three|four|five|", 0, 0);
	rows(&e, 10, 1, "one|", 0, 0);
	editor_set(&e, STR("one\n"));
	rows(&e, 10, 3, "one||", 0, 1);
	editor_done(&e);
}

static void long_lines_are_cut_hard(void **state)
{
	Editor e = { 0 };

	(void)state;
	editor_set(&e, STR("abcdefgh"));
	rows(&e, 3, 3, "abc|def|gh|", 2, 2);
	editor_set(&e, STR("abcdef"));
	rows(&e, 3, 3, "abc|def||", 0, 2);                             /* behind a full row */
	editor_set(&e, STR("abc\nx"));
	assert_true(press(&e, "up") && press(&e, "end"));
	rows(&e, 3, 3, "abc||x|", 0, 1);                               /* and not before the next line's first letter */
	assert_true(press(&e, "left"));
	rows(&e, 3, 3, "abc|x|", 2, 0);
	editor_set(&e, STR("abcdef"));
	for (int i = 0; i < 3; i++)
		assert_true(press(&e, "left"));
	rows(&e, 3, 3, "abc|def|", 0, 1);
	rows(&e, 1, 2, "c|d|", 0, 1);
	editor_done(&e);
}

static void wide_characters(void **state)
{
	Editor e = { 0 };

	(void)state;
	editor_set(&e, STR("\xe6\x9d\xb1\xe4\xba\xac\xe9\x83\xbd"));   /* two cells each */
	rows(&e, 5, 3, "\xe6\x9d\xb1\xe4\xba\xac|\xe9\x83\xbd|", 2, 1);
	assert_true(press(&e, "left"));
	rows(&e, 5, 3, "\xe6\x9d\xb1\xe4\xba\xac|\xe9\x83\xbd|", 4, 0);
	editor_set(&e, STR("e\xcc\x81x"));                             /* a combining accent takes none */
	rows(&e, 5, 3, "e\xcc\x81x|", 2, 0);
	editor_done(&e);
}

/* What must not be drawn is shown by its mark, and the cursor stands behind that. */
static void hostile_text(void **state)
{
	Editor e = { 0 };

	(void)state;
	paste(&e, STR("a\x1b[31m\tb\xff"), MOST);
	rows(&e, 40, 3, "a␛[31m␉b\xef\xbf\xbd|", 9, 0);
	editor_set(&e, (Str){ "a\0b", 3 });
	rows(&e, 40, 3, "a␀b|", 3, 0);
	editor_done(&e);
}

static void a_long_paste_is_laid_out_where_the_cursor_is(void **state)
{
	Editor e = { 0 };
	Buf text = { 0 };
	Arena a = { 0 };
	EditorRows r;
	size_t before;

	(void)state;
	while (text.n < 250 << 10)
		(void)buf_puts(&text, "forty bytes of text that stand in a line\n");
	paste(&e, buf_str(&text), 256 << 10);
	assert_int_equal(e.text.n, text.n);
	before = mallinfo2().uordblks;
	r = editor_rows(&e, &a, 78, 3);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.y, 2);
	assert_true(mallinfo2().uordblks - before < 64 << 10);
	arena_done(&a);
	buf_done(&text);
	editor_done(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_go_in_at_the_cursor),
		cmocka_unit_test(characters_are_whole),
		cmocka_unit_test(lines),
		cmocka_unit_test(a_step_up_ends_between_characters),
		cmocka_unit_test(control_keys),
		cmocka_unit_test(pasted_line_ends),
		cmocka_unit_test(the_size_is_bounded),
		cmocka_unit_test(rows_around_the_cursor),
		cmocka_unit_test(long_lines_are_cut_hard),
		cmocka_unit_test(wide_characters),
		cmocka_unit_test(hostile_text),
		cmocka_unit_test(a_long_paste_is_laid_out_where_the_cursor_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
