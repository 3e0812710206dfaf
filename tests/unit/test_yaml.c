#include "unit.h"

#include <time.h>

#include "conf/yaml.h"

#include "corpus.h"

#define SUITE SHARED_DIR "/corpora/config/yaml_testsuite.jsonl"

static Arena arena;
static Err err;

static YamlNode *parse(const char *text)
{
	YamlNode *root = NULL;

	arena_reset(&arena);
	err = (Err){ 0 };
	return yaml_parse(&arena, "t.yaml", str_of(text), &root, &err) < 0 ? NULL : root;
}

static void refused(const char *text, const char *where, const char *what)
{
	assert_null(parse(text));
	assert_int_equal(err.kind, ERR_USAGE);
	if (strncmp(err.text, where, strlen(where)) != 0 || !strstr(err.text, what))
		fail_msg("\"%s\" should begin with \"%s\" and say \"%s\"", err.text, where, what);
}

static Str value(const YamlNode *map, const char *key)
{
	const YamlNode *n = yaml_get(map, key);

	assert_non_null(n);
	return n->text;
}

static void text_stays_text(void **state)
{
	const YamlNode *m = parse("a: no\nb: 1.10\nc: 012345678901\nd: \"x\"\ne: |\n  two\n  lines\nf:\ng: ~\nh: '~'\n");

	(void)state;
	assert_non_null(m);
	assert_int_equal(m->count, 8);
	assert_true(str_is(value(m, "a"), "no"));
	assert_true(str_is(value(m, "b"), "1.10"));
	assert_true(str_is(value(m, "c"), "012345678901"));
	assert_true(yaml_get(m, "d")->quoted);
	assert_true(str_is(value(m, "e"), "two\nlines\n"));
	assert_true(yaml_is_null(yaml_get(m, "f")));
	assert_true(yaml_is_null(yaml_get(m, "g")));
	assert_false(yaml_is_null(yaml_get(m, "h")));
	assert_null(yaml_get(m, "i"));
}

static void places_are_known(void **state)
{
	const YamlNode *m = parse("# head\nlist:\n  - {x: 1,   y: [2]}\n"), *y;

	(void)state;
	assert_non_null(m);
	y = yaml_get(yaml_get(m, "list")->child, "y");
	assert_int_equal(y->line, 3);
	assert_int_equal(y->column, 17);
	assert_int_equal(y->key_column, 14);
	assert_true(str_is(y->key, "y"));
	assert_int_equal(yaml_error("t.yaml", y, &err, "wrong %d", 7), -1);
	assert_string_equal(err.text, "t.yaml:3:17: wrong 7\n    - {x: 1,   y: [2]}");
	assert_int_equal(yaml_error_key("t.yaml", y, &err, "wrong"), -1);
	assert_string_equal(err.text, "t.yaml:3:14: wrong\n    - {x: 1,   y: [2]}");
}

static void emptiness_is_an_empty_map(void **state)
{
	static const char *const empty[] = { "", "# nothing\n", "---\n", "~\n", "null", "--- # only this\n...\n", "\xEF\xBB\xBF" };

	(void)state;
	for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
		const YamlNode *m = parse(empty[i]);

		assert_non_null(m);
		assert_int_equal(m->kind, YAML_MAP);
		assert_int_equal(m->count, 0);
	}
}

static void aliases_share(void **state)
{
	const YamlNode *m = parse("a: &s {x: [1, 2]}\nb: *s\nc: &s text\nd: *s\n"), *b;

	(void)state;
	assert_non_null(m);
	b = yaml_get(m, "b");
	assert_int_equal(yaml_get(b, "x")->count, 2);
	assert_int_equal(b->line, 2);
	assert_true(str_is(b->key, "b"));
	assert_true(str_is(value(m, "d"), "text"));      /* the name given again names the newer value */
}

static void refusals(void **state)
{
	(void)state;
	refused("a: 1\na: 2\n", "t.yaml:2:1: ", "\"a\" stands twice (first in line 1)");
	refused("{b: 1, a: 1, c: 2, \"a\": 3}", "t.yaml:1:20: ", "stands twice");
	refused("a: &a {x: 1}\nb: {<<: *a}\n", "t.yaml:2:5: ", "merge keys");
	refused("a: !!str 1\n", "t.yaml:1:4: ", "tags");
	refused("a: !x [1]\n", "t.yaml:1:4: ", "tags");
	refused("%TAG ! tag:example.com,2000:\n---\na: 1\n", "t.yaml:1:1: ", "tags");
	refused("%YAML 3.9\n---\na: 1\n", "t.yaml:1:1: ", "version");
	refused("a: 1\n---\nb: 2\n", "t.yaml:2:1: ", "only one document");
	refused("? [a]\n: 1\n", "t.yaml:1:3: ", "string keys only");
	refused("?\n", "t.yaml:1:2: ", "string keys only");
	refused("k: &k x\n*k : 1\n", "t.yaml:2:1: ", "string keys only");
	refused("a: &a [*a]\n", "t.yaml:1:8: ", "cyclic alias: *a");
	refused("region: *nope\n", "t.yaml:1:9: ", "*nope");
	refused("a: \"\\e[2J\"\n", "t.yaml:1:4: ", "control character");
	refused("\"\\0\": 1\n", "t.yaml:1:1: ", "control character");
	refused("a: \"\\ud800\"\n", "t.yaml:1:", "invalid code point");
	refused("a: \x1b[2J\n", "t.yaml:1:4: ", "U+001B");
	refused("a: b\xC2\x9B\n", "t.yaml:1:5: ", "U+009B");
	refused("a: b\xC2\x85\n", "t.yaml:1:5: ", "U+0085");
	refused("a: 1\nb: caf\xE9\n", "t.yaml:2:7: ", "0xE9 at byte offset 11");
	refused("a: \xED\xA0\x80\n", "t.yaml:1:4: ", "not UTF-8");
	refused("a: \xC0\xAF\n", "t.yaml:1:4: ", "not UTF-8");
	refused("\xFF\xFE\x61", "t.yaml:1:1: ", "UTF-16");
	refused("a: \"x\n", "t.yaml:", "quoted scalar");
	refused("a: @x\n", "t.yaml:1:4: ", "cannot start a value");
	refused("url: http://a: b\n", "t.yaml:1:14: ", "a colon");
	refused("a: [1\nb: 2\n", "t.yaml:2:", "");
}

static void refuses_nul_and_size(void **state)
{
	YamlNode *root = NULL;
	char *big = test_calloc(1, (1 << 20) + 2);

	(void)state;
	assert_int_equal(yaml_parse(&arena, "t.yaml", (Str){ "a: \0", 4 }, &root, &err), -1);
	assert_non_null(strstr(err.text, "t.yaml:1:4: NUL at byte offset 3"));
	memset(big, ' ', (1 << 20) + 1);
	assert_non_null(parse(big + 1));
	refused(big, "t.yaml:1:1: ", "1 MiB");
	test_free(big);
}

static void refuses_depth(void **state)
{
	char text[40000] = "";

	(void)state;
	memset(text, '[', 64);
	memset(text + 64, ']', 64);
	assert_non_null(parse(text));
	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	refused(text, "t.yaml:1:65: ", "64 deep");
	memset(text, '[', sizeof text - 1);
	refused(text, "t.yaml:1:65: ", "64 deep");
	/* 40 levels, used 40 levels down: each part is shallow enough, the whole is not. */
	memset(text, 0, sizeof text);
	(void)snprintf(text, sizeof text, "- &a %.*s%.*s\n- %.*s*a%.*s\n", 40, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	               40, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 40, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
	               40, "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]");
	refused(text, "t.yaml:2:43: ", "64 deep once this alias");
}

static void stops_bombs(void **state)
{
	Buf b = { 0 };
	clock_t start = clock();          /* its own time: others may be busy */

	(void)state;
	(void)buf_puts(&b, "a0: &a0 [x]\n");
	for (int i = 1; i < 30; i++)
		(void)buf_printf(&b, "a%d: &a%d [*a%d, *a%d]\n", i, i, i - 1, i - 1);
	refused(buf_cstr(&b), "t.yaml:", "more than 100000 values");
	buf_reset(&b);
	(void)buf_puts(&b, "a: &a x\nb: [");
	for (int i = 0; i < 100; i++)
		(void)buf_puts(&b, "*a, ");
	(void)buf_puts(&b, "]\n");
	assert_non_null(parse(buf_cstr(&b)));
	b.n -= 2;
	(void)buf_puts(&b, "*a]\n");
	refused(buf_cstr(&b), "t.yaml:2:", "more than 100 aliases");
	buf_reset(&b);
	for (int i = 0; i < 100001; i++)
		(void)buf_puts(&b, "- x\n");
	refused(buf_cstr(&b), "t.yaml:100", "more than 100000 values");
	buf_reset(&b);
	for (int i = 0; i < 49000; i++)
		(void)buf_printf(&b, "k%d: 1\n", i);
	(void)buf_puts(&b, "k7: 2\n");
	refused(buf_cstr(&b), "t.yaml:49001:1: ", "\"k7\" stands twice");
	assert_true(clock() - start < 2 * CLOCKS_PER_SEC);
	buf_done(&b);
}

static void hides(const char *text, const char *secret)
{
	assert_null(parse(text));
	if (strstr(err.text, secret))
		fail_msg("\"%s\" shows \"%s\"", err.text, secret);
}

static void secrets_are_not_shown(void **state)
{
	(void)state;
	hides("aws_secret_access_key: EXAMPLE: x\n", "EXAMPLE");
	hides("token : hidden-value: x\n", "hidden-value");
	hides("{a: 1, \"password\": hidden-value: x}\n", "hidden-value");
	hides("slack_webhook: https://example.com/hidden: x\n", "hidden");
	hides("url: https://hooks.slack.com/services/hidden: x\n", "services");
	hides("url: https://user:hidden@example.com: x\n", "hidden");
	hides("note: AKIAIOSFODNN7EXAMPLE: x\n", "AKIA");
	hides("note: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY: x\n", "bPxR");
	hides("secret: >\n  first line\n  hidden line\n second: \"\n", "hidden");
	hides("token:\n  hidden: a: b\n", "hidden");
	hides("token:\n- hidden: a: b\n", "hidden");
	hides("token: \"first\n  hidden \\q line\"\n", "hidden");
	refused("aws_secret_access_key: EXAMPLE: x\n", "t.yaml:1:31: ", "\n    aws_secret_access_key: ***");
	refused("max_tokens: 1: 2\n", "t.yaml:1:14: ", "\n    max_tokens: 1: 2");
	refused("name: \xE2\x80\xAE" "evil: x\n", "t.yaml:1:", "<U+202E>evil");
}

static void nearest(void **state)
{
	static const char *const known[] = { "region", "refresh", "stage", "ui", NULL };

	(void)state;
	assert_string_equal(nearest_word(STR("regoin"), known), "region");
	assert_string_equal(nearest_word(STR("Region"), known), "region");
	assert_string_equal(nearest_word(STR("refrsh"), known), "refresh");
	assert_string_equal(nearest_word(STR("stagexx"), known), "stage");
	assert_null(nearest_word(STR("stagexxx"), known));
	assert_null(nearest_word(STR("xy"), known));
	assert_null(nearest_word(STR(""), known));
}

static int stricter, same;

static void one_of_the_suite(const cJSON *row, Str bytes)
{
	YamlNode *root = NULL;
	int rc;

	arena_reset(&arena);
	rc = yaml_parse(&arena, "t.yaml", bytes, &root, &err);
	if (strcmp(row_text(row, "libyaml"), "reject") == 0 && rc == 0)
		fail_msg("%s: libyaml refuses this, we take it", row_text(row, "name"));
	if (rc < 0)
		assert_int_equal(strncmp(err.text, "t.yaml:", 7), 0);
	if (strcmp(row_text(row, "libyaml"), "accept") == 0 && rc < 0)
		stricter++;
	else
		same++;
}

static void published_suite(void **state)
{
	(void)state;
	SKIP_WITHOUT(SUITE);
	stricter = same = 0;
	assert_true(corpus_each(SUITE, one_of_the_suite) > 200);
	/* Most valid documents are still taken: strictness is about tags, keys, merges and second documents. */
	assert_true(same > 2 * stricter);
}

static int done(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_stays_text), cmocka_unit_test(places_are_known),
		cmocka_unit_test(emptiness_is_an_empty_map), cmocka_unit_test(aliases_share), cmocka_unit_test(refusals),
		cmocka_unit_test(refuses_nul_and_size), cmocka_unit_test(refuses_depth), cmocka_unit_test(stops_bombs),
		cmocka_unit_test(secrets_are_not_shown), cmocka_unit_test(nearest), cmocka_unit_test(published_suite),
	};

	return cmocka_run_group_tests_name("yaml", tests, NULL, done);
}
