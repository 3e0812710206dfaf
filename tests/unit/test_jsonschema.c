#include "unit.h"

#include <time.h>

#include "conf/embed.h"
#include "wire/jsonschema.h"

static JsonSchema *schema(const char *text)
{
	Err e = { 0 };
	JsonSchema *s = jsonschema_new(str_of(text), &e);

	if (!s)
		fail_msg("%s: %s", text, e.text);
	return s;
}

static JsonVerdict verdict(const JsonSchema *s, Str value, JsonMisfit *why)
{
	Arena a = { 0 };
	JsonVal v;
	Err e = { 0 };
	JsonVerdict got;

	if (jv_parse(&a, value, 1 << 20, &v, &e) < 0)
		fail_msg("%s", e.text);
	got = jsonschema_check(s, v, why);
	/* Whether it fits does not depend on whether a reason is asked for. */
	assert_int_equal(jsonschema_check(s, v, NULL), got);
	arena_done(&a);
	return got;
}

static void fits(const char *text, const char *value)
{
	JsonSchema *s = schema(text);
	JsonMisfit why = { 0 };

	if (verdict(s, str_of(value), &why) != JSON_FITS)
		fail_msg("%s: %s %s", value, why.path, why.why);
	jsonschema_free(s);
}

static void misfits(const char *text, const char *value, const char *path, const char *reason)
{
	JsonSchema *s = schema(text);
	JsonMisfit why = { 0 };

	assert_int_equal(verdict(s, str_of(value), &why), JSON_DOES_NOT_FIT);
	assert_string_equal(why.path, path);
	assert_string_equal(why.why, reason);
	jsonschema_free(s);
}

static void wrong(const char *text, const char *reason)
{
	Err e = { 0 };
	JsonSchema *s = jsonschema_new(str_of(text), &e);

	assert_null(s);
	if (strcmp(e.text, reason) != 0)
		fail_msg("%s: %s", text, e.text);
}

static void places_and_sentences(void **state)
{
	(void)state;
	misfits("{\"type\":\"string\"}", "1", "", "must be string, is a number");
	misfits("{\"type\":[\"integer\",\"null\"]}", "1.5", "", "must be integer or null, is a number that is not whole");
	misfits("{\"properties\":{\"a\":{\"items\":{\"minimum\":2}}}}", "{\"a\":[2,1]}", "/a/1", "must be at least 2");
	misfits("{\"required\":[\"a/b~c\"]}", "{}", "/a~1b~0c", "is required and missing");
	misfits("{\"properties\":{\"a\":true},\"additionalProperties\":false}", "{\"a\":1,\"b\\n\":2}", "/b?",
	        "is not known to the schema, which allows no more members than it names");
	misfits("{\"enum\":[\"a\",null,1.0]}", "2", "", "must be one of [\"a\",null,1.0]");
	misfits("{\"pattern\":\"^a+$\"}", "\"b\"", "", "must match the pattern \"^a+$\"");
	misfits("{\"minLength\":3}", "\"\\u00e4\\u00e4\"", "", "must have at least 3 characters, has 2");
	misfits("{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1", "", "is a number that fits none of the 2 alternatives (anyOf)");
	misfits("{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "3", "",
	        "is a number that fits 2 of the 2 alternatives, and must fit exactly one (oneOf)");
	misfits("{\"uniqueItems\":true}", "[{\"a\":1,\"b\":2},0,{\"b\":2.0,\"a\":10e-1}]", "", "must not have the same item twice, and 0 and 2 are");
	misfits("{}", "{\"a\":{\"b\":1,\"b\":2}}", "/a/b", "is given twice");
	misfits("{\"$ref\":\"#/$defs/x\",\"$defs\":{\"x\":{\"const\":{\"a\":1}}}}", "{\"a\":2}", "", "must be {\"a\":1}");
}

/* Doubles would blur these. */
static void exact_numbers(void **state)
{
	(void)state;
	misfits("{\"maximum\":9007199254740992}", "9007199254740993", "", "must be at most 9007199254740992");
	fits("{\"const\":0.1}", "1e-1");
	fits("{\"multipleOf\":0.01}", "19.99");
	misfits("{\"multipleOf\":0.01}", "19.999", "", "must be a multiple of 0.01");
	fits("{\"multipleOf\":3}", "3e400");
	misfits("{\"multipleOf\":3}", "1e400", "", "must be a multiple of 3");
	fits("{\"type\":\"integer\",\"minimum\":-1e999999999999999999999}", "-123456789012345678901234567890");
	fits("{\"exclusiveMinimum\":-0.0}", "1e-999999999999999999999");
	misfits("{\"exclusiveMinimum\":0}", "-0.0", "", "must be above 0");
}

static void wrong_schemas(void **state)
{
	(void)state;
	wrong("{", "the schema is wrong: line 1, column 2: the document ends too early");
	wrong("[]", "the schema is wrong: must be a schema: an object, true or false");
	wrong("{\"properties\":{\"a\":{\"type\":\"strin\"}}}",
	      "the schema is wrong: properties.a.type: must be null, boolean, integer, number, string, array or object, or a list of them");
	wrong("{\"properties\":[]}", "the schema is wrong: properties: must be an object of schemas");
	wrong("{\"items\":{\"pattern\":\"(\"}}", "the schema is wrong: items.pattern: at byte 1 of the pattern: missing closing parenthesis");
	wrong("{\"required\":\"a\"}", "the schema is wrong: required: must be a list of names");
	wrong("{\"minLength\":-1}", "the schema is wrong: minLength: must be a whole number from 0");
	wrong("{\"multipleOf\":0}", "the schema is wrong: multipleOf: must be a number above 0");
	wrong("{\"anyOf\":[]}", "the schema is wrong: anyOf: must be a list of schemas");
	wrong("{\"$ref\":\"#/$defs/x\"}", "the schema is wrong: $ref: leads to no place in the schema");
	wrong("{\"$ref\":\"http://example.com/x\"}",
	      "the schema is wrong: $ref: leads out of the schema; only references to a place in it are followed");
	wrong("{\"type\":\"object\",\"type\":\"string\"}", "the schema is wrong: type: given twice");
	/* What is only reached through a reference is read as well. */
	wrong("{\"$ref\":\"#/other/x\",\"other\":{\"x\":{\"type\":1}}}",
	      "the schema is wrong: other.x.type: must be null, boolean, integer, number, string, array or object, or a list of them");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void ends(const char *text, Str value, JsonVerdict want)
{
	JsonSchema *s = schema(text);
	JsonMisfit why = { 0 };
	double began = seconds();

	assert_int_equal(verdict(s, value, &why), want);
	assert_true(seconds() - began < 10);
	assert_int_equal(why.why[0] == '\0', want == JSON_FITS);
	jsonschema_free(s);
}

/* A reference in a circle, doublings, patterns without end, many equal hashes, depth: each ends. */
static void hostile(void **state)
{
	Buf b = { 0 }, list = { 0 };

	(void)state;
	ends("{\"$ref\":\"#\"}", STR("1"), JSON_UNDECIDED);
	ends("{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", STR("1"), JSON_UNDECIDED);
	ends("{\"not\":{\"$ref\":\"#\"}}", STR("1"), JSON_UNDECIDED);
	/* A circle that the value unwinds is none. */
	ends("{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"type\":\"object\"}", STR("{\"next\":{\"next\":{\"next\":{}}}}"), JSON_FITS);
	(void)buf_puts(&b, "{\"$ref\":\"#/$defs/d0\",\"$defs\":{");
	for (int i = 0; i < 60; i++)
		(void)buf_printf(&b, "\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},{\"$ref\":\"#/$defs/d%d\"}]},", i, i + 1, i + 1);
	(void)buf_puts(&b, "\"d60\":true}}");
	ends(buf_cstr(&b), STR("1"), JSON_UNDECIDED);
	for (int i = 0; i < 60000; i++)
		(void)buf_printf(&list, "%s%d", i ? "," : "[", i);
	(void)buf_putc(&list, ']');
	ends("{\"uniqueItems\":true,\"items\":{\"type\":\"integer\"}}", buf_str(&list), JSON_FITS);
	ends("{\"contains\":{\"const\":-1},\"minContains\":0}", buf_str(&list), JSON_FITS);
	buf_reset(&list);
	for (int i = 0; i < 10000; i++)
		(void)buf_printf(&list, "%s\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\"", i ? "," : "[");
	(void)buf_putc(&list, ']');
	ends("{\"items\":{\"pattern\":\"^(a+)+$\"}}", buf_str(&list), JSON_UNDECIDED);
	ends("{\"items\":{\"pattern\":\"^a+!$\"}}", buf_str(&list), JSON_UNDECIDED);
	buf_done(&b);
	buf_done(&list);
}

static JsonSchema *shipped(Arena *a)
{
	JsonVal tool = { NULL };
	Buf text = { 0 };
	JsonSchema *s;

	assert_int_equal(jv_parse(a, embed_get("tools/generate_vc_analysis.json"), 1 << 20, &tool, NULL), 0);
	assert_int_equal(jv_write(jv_get(tool, "inputSchema"), &text), 0);
	s = schema(buf_cstr(&text));
	buf_done(&text);
	return s;
}

/* What a model is forced to answer with. */
static void analysis(void **state)
{
	static const char good[] = "{\"executive_summary\":\"s\",\"swot\":{\"strengths\":[\"a\"],\"weaknesses\":[],\"opportunities\":[],"
		"\"threats\":[]},\"quick_wins\":[{\"action\":\"a\",\"time_hours\":1.5,\"roi_note\":\"r\"}]}";
	static const struct { const char *value, *path; } bad[] = {
		{ "{}", "/executive_summary" },
		{ "{\"executive_summary\":\"s\",\"swot\":{\"strengths\":[1],\"weaknesses\":[],\"opportunities\":[],\"threats\":[]},\"quick_wins\":[]}",
		  "/swot/strengths/0" },
		{ "{\"executive_summary\":\"s\",\"swot\":{\"strengths\":[],\"weaknesses\":[],\"opportunities\":[]},\"quick_wins\":[]}", "/swot/threats" },
		{ "{\"executive_summary\":\"s\",\"swot\":{\"strengths\":[],\"weaknesses\":[],\"opportunities\":[],\"threats\":[]},"
		  "\"quick_wins\":[{\"action\":\"a\",\"time_hours\":\"2\",\"roi_note\":\"r\"}]}", "/quick_wins/0/time_hours" },
	};
	Arena a = { 0 };
	JsonSchema *s = shipped(&a);
	JsonMisfit why;

	(void)state;
	assert_int_equal(verdict(s, STR(good), &why), JSON_FITS);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(verdict(s, str_of(bad[i].value), &why), JSON_DOES_NOT_FIT);
		assert_string_equal(why.path, bad[i].path);
	}
	jsonschema_free(s);
	arena_done(&a);
}

static void one_sentence(void **state)
{
	JsonSchema *s = schema("{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}");
	Arena a = { 0 };
	JsonVal v;
	Err e = { 0 };

	(void)state;
	assert_int_equal(jv_parse(&a, STR("{\"n\":\"x\"}"), 100, &v, NULL), 0);
	assert_int_equal(jsonschema_fits(s, v, "the arguments", &e), -1);
	assert_string_equal(e.text, "/n must be integer, is a string");
	assert_int_equal(jsonschema_fits(s, jv_get(v, "n"), "the arguments", &e), -1);
	assert_string_equal(e.text, "the arguments must be object, is a string");
	assert_int_equal(e.kind, ERR_REFUSED);
	arena_done(&a);
	jsonschema_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_and_sentences), cmocka_unit_test(exact_numbers), cmocka_unit_test(wrong_schemas),
		cmocka_unit_test(hostile), cmocka_unit_test(analysis), cmocka_unit_test(one_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
