#include "unit.h"

#include "corpus.h"
#include "wire/json.h"
#include "wire/json_plain.h"

#define TESTSUITE SHARED_DIR "/corpora/config/json_testsuite.jsonl"

enum { CAP = 1 << 20 };

/* Takes tokens until the parser wants more; writes each as "<kind>:<length>:<text>;". */
static JsonTok render(Json *j, Buf *out)
{
	JsonTok t;

	while ((t = json_next(j)) > JSON_MORE) {
		Str s = t == JSON_KEY || t == JSON_STRING || t == JSON_NUMBER ? json_text(j) : STR("");

		assert_int_equal(buf_printf(out, "%d:%zu:", t, s.n), 0);
		assert_int_equal(buf_put_str(out, s), 0);
		assert_int_equal(buf_putc(out, ';'), 0);
		if (t == JSON_END)
			return t;
	}
	return t;
}

/* The chunk lives in memory of its own of exactly its size, freed before the next: a sanitizer then sees every byte
 * that is read outside it or too late. */
static JsonTok feed_copy(Json *j, Str chunk, Buf *out)
{
	char *copy = malloc(chunk.n + !chunk.n);
	JsonTok t;

	assert_non_null(copy);
	if (chunk.n)
		memcpy(copy, chunk.p, chunk.n);
	json_feed(j, (Str){ copy, chunk.n });
	t = render(j, out);
	free(copy);
	return t;
}

/* step 0: cut once, at `cut`; else pieces of step bytes. The rendering ends with the error's text. */
static JsonTok parse_cut(Str doc, size_t cut, size_t step, Buf *out)
{
	Json *j = json_new(CAP);
	JsonTok t = JSON_MORE;
	Err e = { 0 };

	buf_reset(out);
	if (step) {
		for (size_t i = 0; i < doc.n && t == JSON_MORE; i += step)
			t = feed_copy(j, str_sub(doc, i, step), out);
	} else {
		t = feed_copy(j, str_sub(doc, 0, cut), out);
		if (t == JSON_MORE)
			t = feed_copy(j, str_sub(doc, cut, doc.n), out);
	}
	if (t == JSON_MORE) {
		json_finish(j);
		t = render(j, out);
	}
	if (t == JSON_ERROR) {
		assert_int_equal(json_next(j), JSON_ERROR);
		assert_int_equal(json_error(j, &e), -1);
		assert_int_equal(buf_puts(out, e.text), 0);
	}
	json_free(j);
	return t;
}

static JsonTok same_at_every_split(Str doc)
{
	Buf whole = { 0 }, cut = { 0 };
	JsonTok t = parse_cut(doc, doc.n, 0, &whole);

	for (size_t i = 0; i < doc.n && i < 2000; i++) {
		assert_int_equal(parse_cut(doc, i, 0, &cut), t);
		assert_true(str_eq(buf_str(&whole), buf_str(&cut)));
	}
	for (size_t step = 1; step < 8; step++) {
		assert_int_equal(parse_cut(doc, 0, step, &cut), t);
		assert_true(str_eq(buf_str(&whole), buf_str(&cut)));
	}
	buf_done(&whole);
	buf_done(&cut);
	return t;
}

static void check_row(const cJSON *row, Str bytes)
{
	const char *expect = row_text(row, "expect");
	JsonTok t = same_at_every_split(bytes);
	int rc = json_check(bytes, CAP, NULL);

	assert_int_equal(rc, t == JSON_END ? 0 : -1);
	if (strcmp(expect, "either") != 0 && rc != (strcmp(expect, "accept") == 0 ? 0 : -1))
		fail_msg("%s: expected %s", row_text(row, "name"), expect);
}

static void published_suite(void **state)
{
	(void)state;
	SKIP_WITHOUT(TESTSUITE);
	assert_true(corpus_each(TESTSUITE, check_row) > 180);
}

static void assert_tokens(const char *doc, const char *expected)
{
	Buf out = { 0 };

	(void)parse_cut(str_of(doc), 0, 1, &out);
	assert_string_equal(buf_cstr(&out), expected);
	(void)same_at_every_split(str_of(doc));
	buf_done(&out);
}

static void tokens(void **state)
{
	(void)state;
	assert_tokens(" {\"a\" : [ -0.50e+3, true , null,\"\"],\"b\":{}} \r\n",
	              "1:0:;5:1:a;3:0:;7:8:-0.50e+3;8:0:;10:0:;6:0:;4:0:;5:1:b;1:0:;2:0:;2:0:;11:0:;");
	assert_tokens("12", "7:2:12;11:0:;");
	assert_tokens("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\"", "6:14:\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC;11:0:;");
	assert_tokens("\"\\uD83D\\uDE00\"", "6:4:\xF0\x9F\x98\x80;11:0:;");
	assert_tokens("\"\xF0\x9F\x98\x80 and plain text\"", "6:19:\xF0\x9F\x98\x80 and plain text;11:0:;");
}

static void lone_surrogates(void **state)
{
	(void)state;
	assert_tokens("\"\\uD83D\"", "6:3:\xEF\xBF\xBD;11:0:;");
	assert_tokens("\"\\uDE00x\"", "6:4:\xEF\xBF\xBDx;11:0:;");
	assert_tokens("\"\\uD83Dx\\uDE00\"", "6:7:\xEF\xBF\xBDx\xEF\xBF\xBD;11:0:;");
	assert_tokens("\"\\uD83D\\n\"", "6:4:\xEF\xBF\xBD\n;11:0:;");
	assert_tokens("\"\\uD83D\\uD83D\\uDE00\"", "6:7:\xEF\xBF\xBD\xF0\x9F\x98\x80;11:0:;");
}

static void assert_error(const char *doc, const char *sentence)
{
	Err e = { 0 };

	assert_int_equal(json_check(str_of(doc), CAP, &e), -1);
	assert_string_equal(e.text, sentence);
}

static void errors_have_a_place(void **state)
{
	(void)state;
	assert_error("", "line 1, column 1: the document ends too early");
	assert_error("{\n \"a\": 1,\n\n \"b\" 2}", "line 4, column 6: a colon is expected here");
	assert_error("[1,]", "line 1, column 4: a value is expected here");
	assert_error("{\"a\":1,}", "line 1, column 8: a member name in double quotes is expected here");
	assert_error("[01]", "line 1, column 3: a number must not start with 0");
	assert_error("[1.]", "line 1, column 4: a digit is missing in a number");
	assert_error("[1}", "line 1, column 3: a comma or the closing bracket is expected here");
	assert_error("1 2", "line 1, column 3: something follows the end of the document");
	assert_error("\"a\tb\"", "line 1, column 3: a control character in a string must be written as an escape");
	assert_error("\"\\x\"", "line 1, column 3: unknown escape in a string");
	assert_error("\"\\u12g4\"", "line 1, column 6: \\u needs four hexadecimal digits");
	assert_error("\xEF\xBB\xBF{}", "line 1, column 1: a byte order mark must not stand before the document");
	assert_error("[\"\xC0\xAF\"]", "line 1, column 3: invalid UTF-8 in a string");
	assert_error("nul", "line 1, column 4: the document ends too early");
	assert_error("truth", "line 1, column 4: a value is expected here");
}

static void invalid_utf8(void **state)
{
	static const char *bad[] = {
		"\x80", "\xBF", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xE2\x82", "\xF0\x8F\xBF\xBF",
		"\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
	};
	static const char *good[] = { "\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF" };
	char doc[64];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(doc, sizeof doc, "[\"padding %s\"]", bad[i]);
		assert_int_equal(same_at_every_split(str_of(doc)), JSON_ERROR);
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		(void)snprintf(doc, sizeof doc, "[\"padding %s\"]", good[i]);
		assert_int_equal(same_at_every_split(str_of(doc)), JSON_END);
	}
}

static void depth_and_size(void **state)
{
	char doc[200];
	Buf out = { 0 };
	Err e = { 0 };

	(void)state;
	for (int depth = 64; depth <= 65; depth++) {
		memset(doc, '[', (size_t)depth);
		memset(doc + depth, ']', (size_t)depth);
		assert_int_equal(json_check((Str){ doc, 2 * (size_t)depth }, CAP, &e), depth == 64 ? 0 : -1);
	}
	assert_non_null(strstr(e.text, "64 levels"));
	assert_int_equal(json_check(STR("[1,2]"), 5, &e), 0);
	assert_int_equal(json_check(STR("[1,2]"), 4, &e), -1);
	assert_non_null(strstr(e.text, "larger than allowed"));
	assert_int_equal(json_check(STR("[]  "), 3, &e), -1);
	buf_done(&out);
}

/* The cap lies inside the document: the tokens before it do not depend on the cuts either. */
static void cap_and_cuts(void **state)
{
	Str doc = STR("[12,345,\"abc\\u0041def\"]");
	Buf first = { 0 }, out = { 0 };

	(void)state;
	for (size_t cap = 0; cap < doc.n; cap++)
		for (size_t cut = 0; cut <= doc.n; cut++) {
			Json *j = json_new(cap);
			JsonTok t = feed_copy(j, str_sub(doc, 0, cut), cut ? &out : &first);

			if (t == JSON_MORE)
				t = feed_copy(j, str_sub(doc, cut, doc.n), cut ? &out : &first);
			assert_int_equal(t, JSON_ERROR);
			if (cut)
				assert_true(str_eq(buf_str(&first), buf_str(&out)));
			buf_reset(&out);
			if (cut == doc.n)
				buf_reset(&first);
			json_free(j);
		}
	buf_done(&first);
	buf_done(&out);
}

/* Reads doc in two pieces, skipping every member but "want". */
static void skip_with_cut(Json *j, Str doc, size_t cut)
{
	Str pieces[2] = { str_sub(doc, 0, cut), str_sub(doc, cut, doc.n) };
	size_t fed = 0;
	bool skipping = false;
	JsonTok t;

	json_reset(j);
	for (;;) {
		t = skipping ? json_skip(j) : json_next(j);
		if (t == JSON_MORE) {
			assert_true(fed < 2);
			json_feed(j, pieces[fed++]);
		} else if (skipping) {
			skipping = false;
		} else if (t == JSON_KEY && !str_is(json_text(j), "want")) {
			skipping = true;
		} else if (t != JSON_OBJECT && t != JSON_KEY) {
			break;
		}
	}
	assert_int_equal(t, JSON_STRING);
	assert_true(str_is(json_text(j), "x"));
	t = json_next(j);
	if (t == JSON_MORE) {
		json_feed(j, pieces[fed++]);
		t = json_next(j);
	}
	assert_int_equal(t, JSON_OBJECT_END);
}

static void skips_and_reset(void **state)
{
	Str doc = STR("{\"skip\":{\"a\":[1,{\"b\":\"}\"}]},\"s2\":7,\"s3\":[],\"want\":\"x\"}");
	Json *j = json_new(CAP);

	(void)state;
	for (size_t cut = 0; cut < doc.n; cut++)
		skip_with_cut(j, doc, cut);
	json_free(j);
}

static void assert_i64(const char *text, bool ok, int64_t expected)
{
	int64_t v = 99;

	assert_int_equal(json_text_i64(str_of(text), &v), ok ? 0 : -1);
	assert_true(v == (ok ? expected : 99));
}

static void integers(void **state)
{
	(void)state;
	assert_i64("0", true, 0);
	assert_i64("-0", true, 0);
	assert_i64("9007199254740993", true, INT64_C(9007199254740993));
	assert_i64("9223372036854775807", true, INT64_MAX);
	assert_i64("-9223372036854775808", true, INT64_MIN);
	assert_i64("9223372036854775808", false, 0);
	assert_i64("-9223372036854775809", false, 0);
	assert_i64("1.0", true, 1);
	assert_i64("1e3", true, 1000);
	assert_i64("12.50e1", true, 125);
	assert_i64("1.5", false, 0);
	assert_i64("1e-1", false, 0);
	assert_i64("100e-2", true, 1);
	assert_i64("1.000000000000000000000000000000", true, 1);
	assert_i64("10000000000000000000000000e-24", true, 10);
	assert_i64("1e19", false, 0);
	assert_i64("1e99999999999999999999", false, 0);
	assert_i64("0e99999999999999999999", true, 0);
	assert_i64("123456789012345678901234567890", false, 0);
}

static void doubles(void **state)
{
	static const char *texts[] = {
		"0", "-0.0", "1", "0.1", "0.30000000000000004", "123456.789", "1e22", "1e23", "9007199254740993", "9007199254740992.5",
		"4.35", "0.000001", "1.7976931348623157e308", "2.2250738585072014e-308", "5e-324", "1e-400", "12345678901234567890123",
		"8.41e-19", "9214843084008499", "0.500000000000000166533453693773481063544750213623046875", "18446744073709551615e-19",
		"3.1415926535897932385", "6.02214076e23", "-1.5e-7", "99999999999999999999e-20",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		double v = 7, expected = strtod(texts[i], NULL);

		assert_int_equal(json_text_num(str_of(texts[i]), &v), 0);
		assert_memory_equal(&v, &expected, sizeof v);
	}
	assert_int_equal(json_text_num(STR("1e400"), &(double){ 0 }), -1);
	assert_int_equal(json_text_num(STR("-1e309"), &(double){ 0 }), -1);
}

/* Against the C library, over many lengths and exponents; xorshift with a fixed start. */
static void doubles_at_random(void **state)
{
	uint64_t x = 88172645463325252u;
	char text[64];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		double v, expected;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		(void)snprintf(text, sizeof text, "%s%llu.%llue%d", x & 1 ? "-" : "", (unsigned long long)(x >> (x % 64)),
		               (unsigned long long)(x % 1000000007 >> (x % 29)), (int)(x % 50) - 25);
		expected = strtod(text, NULL);
		assert_int_equal(json_text_num(str_of(text), &v), 0);
		if (memcmp(&v, &expected, sizeof v) != 0)
			fail_msg("%s: %.17g instead of %.17g", text, v, expected);
	}
}

/* Exactly between two doubles, and next to it: an odd number of 54 bits, written as itself, as its half, its quarter … */
static void half_way_between_doubles(void **state)
{
	static const int64_t next_to[] = { 0, 1, -1 };
	uint64_t x = 88172645463325252u;
	char text[64];

	(void)state;
	for (int i = 0; i < 30000; i++) {
		uint64_t half, fives = 1;
		int power = i % 5;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		for (int k = 0; k < power; k++)
			fives *= 5;
		half = (UINT64_C(1) << 53 | x >> 11) | 1;
		for (size_t k = 0; k < sizeof next_to / sizeof *next_to; k++) {
			double v, expected;
			uint64_t mant;

			if (__builtin_mul_overflow(half, fives, &mant))
				continue;
			(void)snprintf(text, sizeof text, "%llue-%d", (unsigned long long)(mant + (uint64_t)next_to[k]), power);
			expected = strtod(text, NULL);
			assert_int_equal(json_text_num(str_of(text), &v), 0);
			if (memcmp(&v, &expected, sizeof v) != 0)
				fail_msg("%s: %.17g instead of %.17g", text, v, expected);
		}
	}
}

/* The vectors and their plain twin end at the same byte, whatever stands there and wherever the text begins and ends. */
static void plain_text_twins(void **state)
{
	char text[80];

	(void)state;
	for (int byte = 0; byte < 256; byte++)
		for (int at = 0; at < 40; at++)
			for (int n = 0; n <= 40; n++) {
				const char *end = text + n, *stop;

				memset(text, 'a' + at % 26, sizeof text);
				text[at] = (char)byte;
				stop = json_skip_plain_c(text, end);
				assert_ptr_equal(json_skip_plain(text, end), stop);
				assert_ptr_equal(stop, at < n && (byte < 0x20 || byte > 0x7F || byte == '"' || byte == '\\') ? text + at : end);
			}
}

/* The value that is read with the token is the one of its text, for every form and wherever the document is cut. */
static void values_of_the_token(void **state)
{
	static const char *const numbers[] = {
		"0", "-0", "7", "-7", "12.5", "-0.001", "1e3", "-1.5E-3", "9223372036854775807", "9223372036854775808",
		"-9223372036854775808", "1234567890123456789", "12345678901234567890", "0.1234567890123456789", "100.00",
		"18446744073709551616", "1e400", "3.141592653589793238462643383279",
	};

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		char doc[80];
		size_t n = (size_t)snprintf(doc, sizeof doc, "[5,%s,6]", numbers[i]);
		double want = -1;
		int64_t want_whole = -1;
		int ok = json_text_num(str_of(numbers[i]), &want), whole_ok = json_text_i64(str_of(numbers[i]), &want_whole);

		for (size_t cut = 1; cut < n; cut++) {
			Json *j = json_new(sizeof doc);
			double v = -1;
			int64_t whole = -1;
			JsonTok t;
			int at = 0;

			json_feed(j, (Str){ doc, cut });
			while ((t = json_next(j)) != JSON_END) {
				assert_int_not_equal(t, JSON_ERROR);
				if (t == JSON_MORE) {
					json_feed(j, (Str){ doc + cut, n - cut });
					json_finish(j);
				} else if (t == JSON_NUMBER && at++ == 1) {
					assert_int_equal(json_num(j, &v), ok);
					assert_int_equal(json_i64(j, &whole), whole_ok);
				}
			}
			assert_memory_equal(&v, &want, sizeof v);
			assert_int_equal(whole, want_whole);
			json_free(j);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_suite), cmocka_unit_test(tokens), cmocka_unit_test(lone_surrogates),
		cmocka_unit_test(errors_have_a_place), cmocka_unit_test(invalid_utf8), cmocka_unit_test(depth_and_size),
		cmocka_unit_test(cap_and_cuts), cmocka_unit_test(skips_and_reset), cmocka_unit_test(integers), cmocka_unit_test(doubles),
		cmocka_unit_test(doubles_at_random), cmocka_unit_test(half_way_between_doubles), cmocka_unit_test(plain_text_twins),
		cmocka_unit_test(values_of_the_token),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
