/* Trees that were made when the program was built are what reading the files again gives. */
#include "unit.h"

#include "conf/embed.h"
#include "conf/folder.h"
#include "conf/yaml_pack.h"

static Arena arena;
static Err err;

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static bool same_text(Str a, Str b)
{
	return str_eq(a, b) && !b.p[b.n];
}

/* b is what was unpacked. Texts end with a NUL, as those of an arena do. */
static void expect_same(const YamlNode *a, const YamlNode *b, bool keyed)
{
	assert_true(a->kind == b->kind && a->quoted == b->quoted && a->count == b->count);
	assert_true(a->line == b->line && a->column == b->column && a->key_line == b->key_line && a->key_column == b->key_column);
	assert_true(keyed ? same_text(a->key, b->key) : !b->key.n);
	assert_true(a->kind == YAML_SCALAR ? same_text(a->text, b->text) : !b->text.n);
	for (const YamlNode *x = a->child, *y = b->child; x || y; x = x->next, y = y->next) {
		assert_true(x && y);
		expect_same(x, y, a->kind == YAML_MAP);
	}
}

static void there_and_back(void **state)
{
	static const char text[] = "\xef\xbb\xbf# head\na: &x {b: 1, \"c d\": 'two', e: }\nf: [*x, [], {}]\nt: |\n  two\n  lines\n"
	                           "g: \"\"\nh:\n  - - deep\n    - ~\ni: \"\xc3\xa4\"\n";
	const char *plain = "- 1\n";
	Buf tree = { 0 };
	YamlNode *root;

	(void)state;
	if (yaml_parse(&arena, "t.yaml", str_of(text), &root, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(yaml_pack(root, &tree), 0);
	expect_same(root, yaml_unpack(&arena, "t.yaml", str_of(text), buf_str(&tree)), false);
	buf_reset(&tree);
	assert_int_equal(yaml_parse(&arena, "t.yaml", str_of(plain), &root, &err), 0);
	assert_int_equal(yaml_pack(root, &tree), 0);
	expect_same(root, yaml_unpack(&arena, "t.yaml", str_of(plain), buf_str(&tree)), false);
	buf_done(&tree);
}

static void built_in_files(void **state)
{
	static const char *const folders[] = { "views", "themes" };
	ConfFolder files;
	YamlNode *read, *built;

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(folder_read(&arena, folders[k], NULL, &files, &err), 0);
		assert_true(files.count > 1);
		for (size_t i = 0; i < files.count; i++) {
			assert_true(files.file[i].tree.n > 0);
			assert_int_equal(yaml_parse(&arena, files.file[i].file, files.file[i].text, &read, &err), 0);
			assert_int_equal(yaml_tree(&arena, files.file[i].file, files.file[i].text, files.file[i].tree, &built, &err), 0);
			expect_same(read, built, false);
		}
	}
}

static void built_in_prices(void **state)
{
	static const char name[] = "src/conf/prices.yaml";
	YamlNode *read;

	(void)state;
	assert_int_equal(yaml_parse(&arena, name, embed_get(name), &read, &err), 0);
	expect_same(read, yaml_unpack(&arena, name, embed_get(name), embed_tree(name)), false);
	assert_int_equal(embed_tree("config.yaml.example").n, 0);        /* for people to read */
	assert_int_equal(embed_tree("views/none.yaml").n, 0);
}

/* An error in a built-in file would show the line as it stands. */
static void errors_show_the_line(void **state)
{
	const char *text = "a: 1\nb: wrong\n";
	Buf tree = { 0 };
	YamlNode *root;
	char first[sizeof err.text];

	(void)state;
	assert_int_equal(yaml_parse(&arena, "views/x.yaml", str_of(text), &root, &err), 0);
	assert_int_equal(yaml_pack(root, &tree), 0);
	(void)yaml_error("views/x.yaml", yaml_get(root, "b"), &err, "not this");
	(void)snprintf(first, sizeof first, "%s", err.text);
	assert_non_null(strstr(first, "views/x.yaml:2:4: not this"));
	root = yaml_unpack(&arena, "views/x.yaml", str_of(text), buf_str(&tree));
	(void)yaml_error("views/x.yaml", yaml_get(root, "b"), &err, "not this");
	assert_string_equal(err.text, first);
	buf_done(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(there_and_back, done), cmocka_unit_test_teardown(built_in_files, done),
		cmocka_unit_test_teardown(built_in_prices, done), cmocka_unit_test_teardown(errors_show_the_line, done),
	};

	return cmocka_run_group_tests_name("yaml_pack", tests, NULL, NULL);
}
