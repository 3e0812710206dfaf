/* Shapes by hand-made tables: what the comparison with the SDK does not reach, hostile answers above all. */
#include "unit.h"

#include "api/encode.h"
#include "aws_unit.h"

typedef struct Leaf { Str name; int64_t n; } Leaf;
typedef struct Cell { Str v; } Cell;
typedef struct Line { LIST_OF(Cell) cells; } Line;
typedef struct Whole {
	Str name, token, blob, doc;
	int64_t count, at_ms, iso_ms;
	double num;
	bool flag;
	OptI64 zero;
	OptBool off;
	Leaf leaf;
	LIST_OF(Str) words;
	LIST_OF(int64_t) times;
	LIST_OF(Leaf) leaves;
	LIST_OF(Line) lines;
	LIST_OF(ShapePair) tags;
} Whole;

static const ShapeMember leaf_members[] = { SH_STR(Leaf, name, "Name", .flags = SHAPE_MUST), SH_I64(Leaf, n, "N"), { 0 } };
static const Shape leaf = SHAPE(Leaf, leaf_members);
static const ShapeMember cell_members[] = { SH_STR(Cell, v, "v"), { 0 } };
static const Shape cell = SHAPE(Cell, cell_members);
static const ShapeMember line_members[] = { SH_STRUCTS(Line, cells, "cells", cell, 0), { 0 } };
static const Shape line = { .size = sizeof(Line), .member = line_members, .bare = true };
static const ShapeMember whole_members[] = {
	SH_STR(Whole, name, "Name", .flags = SHAPE_MUST, .about = "thing"),
	SH_STR(Whole, token, "ClientToken", .flags = SHAPE_TOKEN),
	SH_BLOB(Whole, blob, "Blob"), SH_DOC(Whole, doc, "Doc"),
	SH_I64(Whole, count, "Count"), SH_TIME(Whole, at_ms, "At"), SH_TIME_ISO(Whole, iso_ms, "Iso"), SH_NUM(Whole, num, "Num"),
	SH_BOOL(Whole, flag, "Flag"), SH_OPT_I64(Whole, zero, "Zero"), SH_OPT_BOOL(Whole, off, "Off"), SH_STRUCT(Whole, leaf, "Leaf", leaf),
	SH_STRS(Whole, words, "Words", 0, .item = "Word"), SH_LIST(Whole, times, "Times", SHAPE_TIME, 0),
	SH_STRUCTS(Whole, leaves, "Leaves", leaf, SHAPE_FLAT), SH_STRUCTS(Whole, lines, "Lines", line, 0), SH_PAIRS(Whole, tags, "Tags", 0),
	{ 0 },
};
static const Shape whole = SHAPE(Whole, whole_members);

static const char *json_of(const Whole *in, Buf *out)
{
	static Err e;
	JsonW w = jw_to(out);

	buf_reset(out);
	return shape_put_json(&whole, SHAPE_WIRE, in, &w, &e) < 0 ? e.text : buf_cstr(out);
}

static void what_has_no_value_is_not_sent(void **state)
{
	Whole in = { .name = STR("a") };
	Buf b = { 0 };

	(void)state;
	assert_string_equal(json_of(&in, &b), "{\"Name\":\"a\"}");
	in.zero = (OptI64){ 0, true };
	in.off = (OptBool){ false, true };
	in.leaf.n = 3;
	assert_string_equal(json_of(&in, &b), "{\"Name\":\"a\",\"Zero\":0,\"Off\":false,\"Leaf\":{\"Name\":\"\",\"N\":3}}");
	buf_done(&b);
}

static void times_blobs_and_documents(void **state)
{
	Whole in = { .name = STR("a"), .blob = STR("\0\xff"), .doc = STR("{\"x\":[1,null]}"), .at_ms = 1773500966120, .iso_ms = 1773500966000 };
	Buf b = { 0 };

	(void)state;
	assert_string_equal(json_of(&in, &b), "{\"Name\":\"a\",\"Blob\":\"AP8=\",\"Doc\":{\"x\":[1,null]},\"At\":1773500966.120,"
	                    "\"Iso\":\"2026-03-14T15:09:26.000Z\"}");
	in.doc = STR("{\"x\":");
	assert_true(strstr(json_of(&in, &b), "Doc: "));
	in = (Whole){ .name = STR("\xc3\x28") };
	assert_true(strstr(json_of(&in, &b), "Name: not valid UTF-8"));
	in = (Whole){ .name = STR("a\0b") };
	assert_true(strstr(json_of(&in, &b), "Name: not valid UTF-8"));
	buf_done(&b);
}

static int take(Arena *a, const char *text, Whole *out, Err *e)
{
	*out = (Whole){ 0 };
	return shape_parse_json(a, &whole, str_of(text), 1 << 20, out, e);
}

static void answers_are_read_with_their_paths(void **state)
{
	static const struct { const char *text, *path; } bad[] = {
		{ "{}", "Name: missing" },
		{ "{\"Name\":7}", "Name: not a string" },
		{ "{\"Name\":\"a\",\"Name\":\"b\"}", "Name: given twice" },
		{ "{\"Name\":\"a\",\"Count\":1.5}", "Count: not an integer" },
		{ "{\"Name\":\"a\",\"Count\":99999999999999999999}", "Count: not an integer" },
		{ "{\"Name\":\"a\",\"Flag\":\"true\"}", "Flag: not true or false" },
		{ "{\"Name\":\"a\",\"Blob\":\"***\"}", "Blob: not base64" },
		{ "{\"Name\":\"a\",\"At\":\"yesterday\"}", "At: not a time" },
		{ "{\"Name\":\"a\",\"At\":1e400}", "At: not a time" },
		{ "{\"Name\":\"a\",\"Words\":{}}", "Words: not a list" },
		{ "{\"Name\":\"a\",\"Words\":[\"x\",2]}", "Words[1]: not a string" },
		{ "{\"Name\":\"a\",\"Tags\":[]}", "Tags: not an object" },
		{ "{\"Name\":\"a\",\"Leaves\":[{\"Name\":\"x\"},{}]}", "Leaves[1].Name: missing" },
		{ "{\"Name\":\"a\",\"Leaf\":\"x\"}", "Leaf: not an object" },
		{ "{\"Name\":\"a\",\"Lines\":[[{\"v\":1}]]}", "Lines[0][0].v: not a string" },
		{ "{\"Name\":\"a\",\"Num\":\"lots\"}", "Num: not a number" },
		{ "[]", "not an object" },
	};
	Arena a = { 0 };
	Whole out;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		Err e = { 0 };

		assert_int_equal(take(&a, bad[i].text, &out, &e), -1);
		if (!strstr(e.text, bad[i].path))
			fail_msg("%s: \"%s\" does not say \"%s\"", bad[i].text, e.text, bad[i].path);
	}
	arena_done(&a);
}

static void unknown_null_and_strange_members_are_skipped(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	Whole out;

	(void)state;
	assert_int_equal(take(&a, "{\"Name\":\"a\",\"New\":{\"x\":[[[]]]},\"Count\":null,\"Words\":[\"x\",null,\"y\"],\"At\":1.5e9,\"Iso\":\"2026-03-14T15:09:26Z\","
	                      "\"Num\":\"NaN\",\"Lines\":[[{\"v\":\"1\"},{}],[]],\"Tags\":{\"k\":\"v\",\"l\":null}}", &out, &e), 0);
	assert_int_equal(out.words.n, 2);
	assert_str(out.words.v[1], "y");
	assert_int_equal(out.at_ms, INT64_C(1500000000000));
	assert_int_equal(out.iso_ms, INT64_C(1773500966000));
	assert_true(out.num != out.num);
	assert_int_equal(out.lines.n, 2);
	assert_int_equal(out.lines.v[0].cells.n, 2);
	assert_str(out.lines.v[0].cells.v[0].v, "1");
	assert_int_equal(out.tags.n, 2);
	assert_str(out.tags.v[0].value, "v");
	assert_int_equal(out.tags.v[1].value.n, 0);
	arena_done(&a);
}

static void forms(void **state)
{
	Leaf leaves[] = { { STR("x&y"), 1 }, { STR("z"), 0 } };
	Str words[] = { STR("a b"), STR("\xc3\xa9") };
	ShapePair tags[] = { { STR("k"), STR("v/w") } };
	Whole in = { .name = STR("n"), .leaves = { leaves, 2 }, .words = { words, 2 }, .tags = { tags, 1 }, .at_ms = 1773500966000 };
	Buf b = { 0 };
	Err e = { 0 };

	(void)state;
	assert_int_equal(shape_put_form(&whole, &in, &b, &e), 0);
	assert_string_equal(buf_cstr(&b), "&Name=n&At=2026-03-14T15%3A09%3A26Z&Words.Word.1=a%20b&Words.Word.2=%C3%A9"
	                    "&Leaves.1.Name=x%26y&Leaves.1.N=1&Leaves.2.Name=z&Tags.entry.1.key=k&Tags.entry.1.value=v%2Fw");
	buf_done(&b);
}

static void xml_there_and_back(void **state)
{
	Leaf leaves[] = { { STR("<x>&\"'"), 1 }, { STR("z"), 0 } };
	Str words[] = { STR("a"), STR("b") };
	ShapePair tags[] = { { STR("k"), STR("v") } };
	Whole in = { .name = STR("n"), .leaves = { leaves, 2 }, .words = { words, 2 }, .tags = { tags, 1 }, .flag = true, .iso_ms = 1773500966123 }, out = { 0 };
	Buf b = { 0 }, again = { 0 };
	Arena a = { 0 };
	XmlNode *root;
	Err e = { 0 };

	(void)state;
	(void)buf_puts(&b, "<R>");
	assert_int_equal(shape_put_xml(&whole, &in, &b, &e), 0);
	(void)buf_puts(&b, "</R>");
	assert_int_equal(xml_parse(&a, buf_str(&b), 1 << 20, &root, &e), 0);
	assert_int_equal(shape_take_xml(&a, &whole, root, &out, &e), 0);
	(void)buf_puts(&again, "<R>");
	assert_int_equal(shape_put_xml(&whole, &out, &again, &e), 0);
	(void)buf_puts(&again, "</R>");
	assert_string_equal(buf_cstr(&b), buf_cstr(&again));
	assert_str(out.leaves.v[0].name, "<x>&\"'");
	buf_done(&b);
	buf_done(&again);
	arena_done(&a);
}

static void xml_is_not_believed(void **state)
{
	static const struct { const char *text, *says; } bad[] = {
		{ "<R/>", "R/Name: missing" },
		{ "<R><Name>a</Name><Name>b</Name></R>", "Name: there twice" },
		{ "<R><Name>a</Name><Count>1.5</Count></R>", "Count: not the kind" },
		{ "<R><Name>a</Name><Flag>yes</Flag></R>", "Flag: not the kind" },
		{ "<R><Name>a</Name><Leaf><N>1</N></Leaf></R>", "Leaf/Name: missing" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		Err e = { 0 };
		XmlNode *root;
		Whole out = { 0 };

		assert_int_equal(xml_parse(&a, str_of(bad[i].text), 1 << 20, &root, &e), 0);
		assert_int_equal(shape_take_xml(&a, &whole, root, &out, &e), -1);
		if (!strstr(e.text, bad[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", bad[i].text, e.text, bad[i].says);
	}
	arena_done(&a);
}

/* --- requests --- */

typedef struct PathIn { Str id, key, filter, note; } PathIn;
static const ShapeMember path_members[] = {
	SH_STR(PathIn, id, "id", .place = PLACE_LABEL, .flags = SHAPE_MUST), SH_STR(PathIn, key, "Key", .place = PLACE_LABEL, .flags = SHAPE_MUST),
	SH_STR(PathIn, filter, "filter", .place = PLACE_QUERY), SH_STR(PathIn, note, "note", .place = PLACE_HEADER, .wire = "X-Note"), { 0 },
};
static const Shape path_shape = SHAPE(PathIn, path_members);
static const AwsService rest = { .id = "rest", .name = "Rest", .protocol = AWS_REST_JSON };
static const AwsOp path_op = { .service = &rest, .name = "Get", .method = "GET", .path = "/a/{id}/b/{Key+}?fixed", .in = &path_shape };
static const AwsOp token_op = { .service = &rest, .name = "Put", .method = "PUT", .path = "/a", .in = &whole };

static void labels_query_and_headers(void **state)
{
	static const Str ids[] = { { "", 0 }, { ".", 1 }, { "..", 2 } };
	PathIn in = { .id = STR("x/y:z"), .key = STR("k/l m"), .filter = STR("a&b=c"), .note = STR("hi") };
	AwsParts p = { 0 };
	Err e = { 0 };

	(void)state;
	assert_int_equal(aws_encode(&path_op, &in, &p, &e), 0);
	assert_string_equal(buf_cstr(&p.path), "/a/x%2Fy%3Az/b/k/l%20m");
	assert_string_equal(buf_cstr(&p.query), "fixed&filter=a%26b%3Dc");
	assert_true(p.no_type && p.header_count == 1 && str_is(p.header[0].name, "x-note") && str_is(p.header[0].value, "hi"));
	aws_parts_done(&p);
	/* Any of these would name another resource than the one that was meant. */
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		p = (AwsParts){ 0 };
		in.id = ids[i];
		assert_int_equal(aws_encode(&path_op, &in, &p, &e), -1);
		assert_non_null(strstr(e.text, "Rest Get: id is missing"));
		aws_parts_done(&p);
	}
	p = (AwsParts){ 0 };
	in = (PathIn){ .id = STR("a"), .key = STR("k"), .note = STR("a\r\nx-evil: 1") };
	assert_int_equal(aws_encode(&path_op, &in, &p, &e), -1);
	assert_non_null(strstr(e.text, "X-Note: has a control character"));
	aws_parts_done(&p);
}

static void tokens_are_made_once_and_differ(void **state)
{
	Whole in = { .name = STR("a") };
	AwsParts p = { 0 }, q = { 0 };
	Err e = { 0 };

	(void)state;
	assert_int_equal(aws_encode(&token_op, &in, &p, &e), 0);
	assert_int_equal(aws_encode(&token_op, &in, &q, &e), 0);
	assert_int_equal(p.body.n, sizeof "{\"Name\":\"a\",\"ClientToken\":\"00000000-0000-4000-8000-000000000000\"}" - 1);
	assert_string_not_equal(buf_cstr(&p.body), buf_cstr(&q.body));
	assert_string_equal(buf_cstr(&p.about), "thing a");
	assert_int_equal(in.token.n, 0);
	aws_parts_done(&p);
	aws_parts_done(&q);
}

static void fits(const Shape *s, int depth)
{
	size_t n = 0;

	assert_true(depth < 12);      /* a shape that holds itself would never end */
	for (const ShapeMember *m = s->member; m->name; m++, n++) {
		bool many = m->flags & (SHAPE_LIST | SHAPE_MAP);

		assert_true(m->at + (many ? sizeof(void *) + sizeof(size_t) : m->size) <= s->size);
		assert_true((m->kind == SHAPE_STRUCT) == (m->of != NULL));
		if (!m->of)
			continue;
		assert_int_equal(m->of->size + (m->flags & SHAPE_MAP ? sizeof(Str) : 0), m->size);
		fits(m->of, depth + 1);
	}
	assert_true(n > 0);
	assert_true(!s->bare || n == 1);
}

static void every_shape_fits_its_struct(void **state)
{
	(void)state;
	for (const AwsOp *const *op = aws_ops(); *op; op++) {
		if ((*op)->in)
			fits((*op)->in, 0);
		if ((*op)->out)
			fits((*op)->out, 0);
	}
}

/* Elements that are cheap to send and dear to keep. */
static void lists_have_bounds(void **state)
{
	typedef struct Big { char pad[4096]; Str text; } Big;
	typedef struct Bigs { LIST_OF(Big) bigs; } Bigs;
	static const ShapeMember big_members[] = { SH_STR(Big, text, "Text"), { 0 } };
	static const Shape big = SHAPE(Big, big_members);
	static const ShapeMember bigs_members[] = { SH_STRUCTS(Bigs, bigs, "Bigs", big, 0), { 0 } };
	static const Shape bigs = SHAPE(Bigs, bigs_members);
	const struct { int n, rc; } rows[] = { { 1000, 0 }, { 40000, -1 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		Arena a = { 0 };
		Buf text = { 0 };
		Bigs out = { 0 };
		Err e = { 0 };

		(void)buf_puts(&text, "{\"Bigs\":[{}");
		for (int k = 1; k < rows[i].n; k++)
			(void)buf_puts(&text, ",{}");
		(void)buf_puts(&text, "]}");
		assert_int_equal(shape_parse_json(&a, &bigs, buf_str(&text), text.n, &out, &e), rows[i].rc);
		assert_true(rows[i].rc == 0 ? out.bigs.n == 1000 : strstr(e.text, "more elements than this program takes") != NULL);
		buf_done(&text);
		arena_done(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_no_value_is_not_sent), cmocka_unit_test(times_blobs_and_documents),
		cmocka_unit_test(answers_are_read_with_their_paths), cmocka_unit_test(unknown_null_and_strange_members_are_skipped),
		cmocka_unit_test(forms), cmocka_unit_test(xml_there_and_back), cmocka_unit_test(xml_is_not_believed),
		cmocka_unit_test(labels_query_and_headers), cmocka_unit_test(tokens_are_made_once_and_differ),
		cmocka_unit_test(every_shape_fits_its_struct),
		cmocka_unit_test(lists_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
