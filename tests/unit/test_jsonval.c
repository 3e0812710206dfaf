#include "unit.h"

#include "corpus.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

#define AUTHORED SHARED_DIR "/corpora/config/authored_config.jsonl"

enum { CAP = 16 << 20 };

static JsonVal parsed(Arena *a, const char *text)
{
	JsonVal v = { NULL };
	Err e = { 0 };

	if (jv_parse(a, str_of(text), CAP, &v, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

static void shapes(void **state)
{
	Arena a = { 0 };
	JsonVal v = parsed(&a, "{\"a\":[1,[2,3],{\"b\":null}],\"empty\":{},\"t\":true,\"x\":{\"y\":{\"z\":\"deep\"}}}");
	Str key, s;

	(void)state;
	assert_int_equal(jv_type(v), JV_OBJECT);
	assert_int_equal(jv_count(v), 4);
	assert_int_equal(jv_count(jv_get(v, "a")), 3);
	assert_true(str_is(jv_number_text(jv_at(jv_at(jv_get(v, "a"), 1), 1)), "3"));
	assert_int_equal(jv_type(jv_at(jv_get(v, "a"), 3)), JV_ABSENT);
	assert_int_equal(jv_type(jv_member_at(v, 1, &key)), JV_OBJECT);
	assert_true(str_is(key, "empty"));
	assert_int_equal(jv_count(jv_get(v, "empty")), 0);
	assert_true(jv_is_absent(jv_get(jv_at(jv_get(v, "a"), 2), "b")));
	assert_true(jv_has(jv_at(jv_get(v, "a"), 2), "b"));
	assert_false(jv_has(v, "b"));
	assert_true(jv_is_absent(jv_path(v, "x.nothing.z")));
	assert_int_equal(jv_as_str(jv_path(v, "x.y.z"), &s, NULL), 0);
	assert_true(str_is(s, "deep"));
	arena_done(&a);
}

static void getters(void **state)
{
	Arena a = { 0 };
	JsonVal v = parsed(&a, "{\"s\":\"text\",\"i\":9007199254740993,\"f\":1.5,\"b\":false,\"n\":null,\"o\":{},\"l\":[],\"d\":\"0.25\",\"e\":1e400}");
	Str s = STR("old");
	int64_t i = 5;
	double f = 5;
	bool b = true;
	JsonVal c = { NULL };

	(void)state;
	assert_int_equal(jv_str(v, "s", &s, NULL), 0);
	assert_true(str_is(s, "text"));
	assert_int_equal(jv_i64(v, "i", &i, NULL), 0);
	assert_true(i == INT64_C(9007199254740993));
	assert_int_equal(jv_i64(v, "f", &i, NULL), -1);
	assert_int_equal(jv_num(v, "f", &f, NULL), 0);
	assert_true(f == 1.5);
	assert_int_equal(jv_num(v, "e", &f, NULL), -1);
	assert_int_equal(jv_bool(v, "b", &b, NULL), 0);
	assert_false(b);
	assert_int_equal(jv_bool(v, "s", &b, NULL), -1);
	assert_int_equal(jv_object(v, "o", &c, NULL), 0);
	assert_int_equal(jv_object(v, "l", &c, NULL), -1);
	assert_int_equal(jv_array(v, "l", &c, NULL), 0);
	assert_int_equal(jv_scaled(v, "d", 6, &i, NULL), 0);
	assert_int_equal(i, 250000);
	assert_int_equal(jv_scaled(v, "f", 1, &i, NULL), 0);
	assert_int_equal(i, 15);
	assert_int_equal(jv_scaled(v, "s", 1, &i, NULL), -1);
	arena_done(&a);
}

static void optional_members(void **state)
{
	Arena a = { 0 };
	JsonVal v = parsed(&a, "{\"n\":null,\"s\":\"x\"}"), gone = { NULL };
	Str s = STR("old");
	int64_t i = 5;

	(void)state;
	assert_int_equal(jv_opt_str(v, "n", &s, NULL), 0);
	assert_int_equal(jv_opt_str(v, "missing", &s, NULL), 0);
	assert_int_equal(jv_opt_str(gone, "missing", &s, NULL), 0);
	assert_int_equal(jv_opt_str(jv_get(v, "n"), "s", &s, NULL), 0);
	assert_true(str_is(s, "old"));
	assert_int_equal(jv_opt_i64(v, "s", &i, NULL), -1);
	assert_int_equal(jv_opt_scaled(v, "missing", 3, &i, NULL), 0);
	assert_int_equal(i, 5);
	assert_int_equal(jv_opt_str(jv_get(v, "s"), "x", &s, NULL), -1);
	assert_int_equal(jv_opt_str(v, "s", &s, NULL), 0);
	assert_true(str_is(s, "x"));
	arena_done(&a);
}

static void errors_name_the_path(void **state)
{
	Arena a = { 0 };
	JsonVal v = parsed(&a, "{\"Items\":[0,{\"tokens\":{\"input\":\"secret\",\"twice\":1,\"twice\":2}}]}");
	JsonVal tokens = jv_path(jv_at(jv_get(v, "Items"), 1), "tokens");
	Err e = { 0 };
	int64_t i;
	Str s;

	(void)state;
	assert_int_equal(jv_i64(tokens, "input", &i, &e), -1);
	assert_string_equal(e.text, "Items[1].tokens.input: not an integer");
	assert_int_equal(jv_i64(tokens, "output", &i, &e), -1);
	assert_string_equal(e.text, "Items[1].tokens.output: missing");
	assert_int_equal(jv_i64(tokens, "twice", &i, &e), -1);
	assert_string_equal(e.text, "Items[1].tokens.twice: given twice");
	assert_int_equal(jv_opt_i64(tokens, "twice", &i, &e), -1);
	assert_int_equal(jv_as_i64(jv_get(tokens, "twice"), &i, &e), -1);
	assert_int_equal(jv_as_str(jv_at(jv_get(v, "Items"), 0), &s, &e), -1);
	assert_string_equal(e.text, "Items[0]: not a string");
	assert_int_equal(jv_as_i64(jv_at(jv_get(v, "Items"), 9), &i, &e), -1);
	assert_string_equal(e.text, "missing");
	assert_int_equal(jv_str(v, "x", &s, &e), -1);
	assert_string_equal(e.text, "x: missing");
	arena_done(&a);
}

static void names(void **state)
{
	Arena a = { 0 };
	JsonVal v = parsed(&a, "{\"nul\":\"a\\u0000b\",\"esc\":\"a\\u001b[2J\",\"empty\":\"\",\"del\":\"\\u007f\",\"ok\":\"caf\\u00e9 1\",\"k\\ney\":1}");
	Err e = { 0 };
	Str s;

	(void)state;
	assert_int_equal(jv_str(v, "nul", &s, &e), 0);
	assert_int_equal(s.n, 3);
	assert_int_equal(jv_name(v, "nul", &s, &e), -1);
	assert_int_equal(jv_name(v, "esc", &s, &e), -1);
	assert_string_equal(e.text, "esc: has a control character");
	assert_int_equal(jv_name(v, "empty", &s, &e), -1);
	assert_int_equal(jv_opt_name(v, "del", &s, &e), -1);
	assert_int_equal(jv_name(v, "ok", &s, &e), 0);
	assert_int_equal(jv_str(v, "k\ney", &s, &e), -1);
	assert_string_equal(e.text, "k?ey: not a string");
	arena_done(&a);
}

/* An object given twice poisons everything that is read through it. */
static void twice_is_inherited(void **state)
{
	Arena a = { 0 };
	JsonVal v = parsed(&a, "{\"o\":{\"in\":{\"x\":\"1\"}},\"o\":{}}");
	Err e = { 0 };
	Str s;

	(void)state;
	assert_int_equal(jv_str(jv_path(v, "o.in"), "x", &s, &e), -1);
	assert_string_equal(e.text, "o: given twice");
	assert_int_equal(jv_opt_str(jv_path(v, "o.in"), "y", &s, &e), -1);
	assert_true(jv_is_twice(jv_get(v, "o")) && jv_is_twice(jv_path(v, "o.in.x")));
	assert_false(jv_is_twice(v) || jv_is_twice(jv_get(v, "none")));
	arena_done(&a);
}

/* 100,000 members: found by index, and a twin among them is still seen. */
static void large_object(void **state)
{
	Arena a = { 0 };
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	JsonVal v;
	char key[32];
	int64_t n = 0;

	(void)state;
	jw_object(&w);
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(key, sizeof key, "member-%d", i * 7919 % 100000);
		jw_ki64(&w, key, i * 7919 % 100000);
	}
	jw_ki64(&w, "member-5", 6);
	jw_object_end(&w);
	v = parsed(&a, buf_cstr(&text));
	for (int i = 0; i < 100000; i++) {
		(void)snprintf(key, sizeof key, "member-%d", i);
		assert_int_equal(jv_i64(v, key, &n, NULL), i == 5 ? -1 : 0);
		assert_true(i == 5 || n == i);
	}
	assert_false(jv_has(v, "member-100000"));
	arena_done(&a);
	buf_done(&text);
}

static void assert_rewritten(const char *text, const char *expected)
{
	Arena a = { 0 };
	Buf out = { 0 };

	assert_int_equal(jv_write(parsed(&a, text), &out), 0);
	assert_string_equal(buf_cstr(&out), expected);
	buf_done(&out);
	arena_done(&a);
}

static void writes_again(void **state)
{
	(void)state;
	assert_rewritten(" [ 1.50e+3 , {\"a\" : [] , \"a\":{}} , true,false,null ] ", "[1.50e+3,{\"a\":[],\"a\":{}},true,false,null]");
	assert_rewritten("\"\\u0000\\u001f\\\"\\\\\\/\\b\\f\\n\\r\\t\\u000b\\u007f\\ud800\"",
	                 "\"\\u0000\\u001f\\\"\\\\/\\b\\f\\n\\r\\t\\u000b\x7F\xEF\xBF\xBD\"");
	assert_rewritten("12345678901234567890123456789012345678", "12345678901234567890123456789012345678");
}

static void writer(void **state)
{
	static const double numbers[] = { 0, 0.1, 1e21, -2.5e-9, 123456789.125, 1.0 / 3 };
	Buf out = { 0 };
	JsonW w = jw_to(&out);

	(void)state;
	jw_object(&w);
	jw_kstr(&w, "bad", STR("a\xFF\xC3(\xED\xA0\x80z"));
	jw_kstr(&w, "none", (Str){ NULL, 0 });
	jw_ki64(&w, "min", INT64_MIN);
	jw_knum(&w, "inf", 1e300 * 1e300);
	jw_kbool(&w, "yes", true);
	jw_knull(&w, "null");
	jw_key(&w, "list");
	jw_array(&w);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		jw_num(&w, numbers[i]);
	jw_cstr(&w, NULL);
	jw_raw(&w, STR("{\"x\":[]}"));
	jw_array(&w);
	jw_array_end(&w);
	jw_array_end(&w);
	jw_object_end(&w);
	assert_string_equal(buf_cstr(&out),
	                    "{\"bad\":\"a\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz\",\"none\":null,"
	                    "\"min\":-9223372036854775808,\"inf\":null,\"yes\":true,\"null\":null,"
	                    "\"list\":[0,0.1,1e+21,-2.5e-09,123456789.125,0.3333333333333333,null,{\"x\":[]},[]]}");
	buf_done(&out);
}

static void writer_reaches_the_cap(void **state)
{
	Arena a = { 0 };
	Buf out;

	(void)state;
	buf_init(&out, 8);
	assert_int_equal(jv_write(parsed(&a, "[\"longer than eight\"]"), &out), -1);
	assert_true(out.full);
	buf_done(&out);
	arena_done(&a);
}

static void service_answer(const char *name, Str bytes)
{
	Arena a = { 0 };
	JsonVal v = { NULL };
	Err e = { 0 };
	int rc = jv_parse(&a, bytes, CAP, &v, &e);
	int64_t i = 0;
	double f = 0;
	Str s;

	if (strcmp(name, "json-big-exp") == 0)
		assert_int_equal(jv_num(v, "Timestamp", &f, &e), -1);
	else if (strcmp(name, "json-wrong-type-num") == 0)
		assert_int_equal(jv_str(jv_at(jv_get(v, "agentSummaries"), 0), "agentId", &s, &e), -1);
	else if (strcmp(name, "json-ddb-missing-type") == 0)
		assert_int_equal(jv_object(jv_path(v, "Item"), "version", &v, &e), -1);
	else if (strcmp(name, "json-int64") == 0)
		assert_true(jv_i64(v, "ingestionTime", &i, &e) == 0 && i == INT64_MAX);
	else if (strcmp(name, "json-int-2-53") == 0)
		assert_true(jv_i64(v, "ingestionTime", &i, &e) == 0 && i == INT64_C(9007199254740993));
	else if (strcmp(name, "json-lone-surrogate") == 0)
		assert_true(jv_str(v, "message", &s, &e) == 0 && str_is(s, "\xEF\xBF\xBD"));
	else if (strcmp(name, "json-empty") == 0 || strcmp(name, "json-truncated") == 0 || strcmp(name, "json-html-error") == 0 ||
	         strcmp(name, "json-bom") == 0)
		assert_int_equal(rc, -1);
	arena_done(&a);
}

static void check_row(const cJSON *row, Str bytes)
{
	if (strcmp(row_text(row, "kind"), "json") != 0)
		return;
	if (strcmp(row_text(row, "expect"), "accept") == 0 && json_check(bytes, CAP, NULL) < 0)
		fail_msg("%s", row_text(row, "name"));
	service_answer(row_text(row, "name"), bytes);
}

static void hostile_service_answers(void **state)
{
	(void)state;
	SKIP_WITHOUT(AUTHORED);
	assert_true(corpus_each(AUTHORED, check_row) > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shapes), cmocka_unit_test(getters), cmocka_unit_test(optional_members),
		cmocka_unit_test(errors_name_the_path), cmocka_unit_test(names), cmocka_unit_test(twice_is_inherited),
		cmocka_unit_test(large_object), cmocka_unit_test(writes_again), cmocka_unit_test(writer),
		cmocka_unit_test(writer_reaches_the_cap), cmocka_unit_test(hostile_service_answers),
	};

	return cmocka_run_group_tests_name("jsonval", tests, NULL, NULL);
}
