#include "unit.h"

#include <time.h>

#include "base/xalloc.h"
#include "screen_rules.h"
#include "ui/clean.h"

#define CORPUS SHARED_DIR "/corpora/terminal/escapes.jsonl"

static int cells_of(Clean c)
{
	size_t at = 0;
	int w, n = 0;
	Str cluster;

	while ((w = clean_next(c, &at, &cluster)))
		n += w;
	return n;
}

static void expect(const char *raw, size_t n, unsigned flags, const char *want, int columns)
{
	Arena a = { 0 };
	Clean c = clean_text(&a, (Str){ raw, n }, flags);

	assert_string_equal(c.p, want);
	assert_int_equal(c.n, strlen(want));
	assert_int_equal(c.columns, columns);
	arena_done(&a);
}
#define EXPECT(raw, want, columns) expect((raw), sizeof(raw) - 1, 0, (want), (columns))
#define EXPECT_LINES(raw, want, columns) expect((raw), sizeof(raw) - 1, CLEAN_KEEP_NEWLINES, (want), (columns))

static void controls_become_pictures(void **state)
{
	(void)state;
	EXPECT("plain", "plain", 5);
	EXPECT("\x1b[31mred", "␛[31mred", 8);
	EXPECT("a\0b", "a␀b", 3);
	EXPECT("ok\rBAD\n\x7f", "ok␍BAD␊␡", 8);
	EXPECT("\xc2\x9b" "2J", "‹U+009B›2J", 10);
	EXPECT("a\tb", "a␉b", 3);
	EXPECT_LINES("a\tb\n\tc", "a→  b\n→   c", 5);
	EXPECT_LINES("one\r\ntwo", "one␍\ntwo", 4);
}

static void invisible_leaves_a_mark(void **state)
{
	(void)state;
	EXPECT("abc\u202egnp.exe", "abc‹U+202E›gnp.exe", 18);
	EXPECT("a\u200bb\ufeff", "a‹U+200B›b‹U+FEFF›", 18);
	EXPECT("de\u00adv", "de‹U+00AD›v", 11);
	EXPECT("prod\u00a0", "prod⍽", 5);
	EXPECT("\U000e0068", "‹U+E0068›", 9);
	EXPECT("\u2800\u3164", "‹U+2800›‹U+3164›", 16);
	EXPECT("a\u2028b", "a‹U+2028›b", 10);
	EXPECT("\uffff", "‹U+FFFF›", 8);
}

static void invalid_utf8_by_maximal_subpart(void **state)
{
	(void)state;
	EXPECT("a\xe2\x82", "a\ufffd", 2);
	EXPECT("\xe2\x1b[m", "\ufffd␛[m", 4);
	EXPECT("\xc0\xaf", "\ufffd\ufffd", 2);
	EXPECT("\xed\xa0\x80", "\ufffd\ufffd\ufffd", 3);
	EXPECT("\xf4\x90\x80\x80", "\ufffd\ufffd\ufffd\ufffd", 4);
	EXPECT("\xf0\x9f\x98" "x", "\ufffdx", 2);
	EXPECT("\x9b\xfe", "\ufffd\ufffd", 2);
}

static void widths_and_clusters(void **state)
{
	(void)state;
	EXPECT("e\u0301", "e\u0301", 1);
	EXPECT("\u0301abc", "\u25cc\u0301abc", 4);
	EXPECT("\x1b\u0301", "␛\u25cc\u0301", 2);
	EXPECT("日本", "日本", 4);
	EXPECT("\u260e\ufe0f", "\u260e\ufe0f", 2);
	EXPECT("\u260e", "\u260e", 1);
	EXPECT("x\ufe0f", "x‹U+FE0F›", 9);
	EXPECT("\u1112\u1161\u11ab", "\u1112\u1161\u11ab", 2);
	/* A family: a terminal may draw the pictures apart, so they are apart. */
	EXPECT("\U0001f468\u200d\U0001f469", "\U0001f468⁀\U0001f469", 5);
	EXPECT("\U0001f44d\U0001f3fd", "\U0001f44d\U0001f3fd", 4);
	EXPECT("p\u0300\u0301\u0302\u0303\u0304\u0305q", "p\u0300\u0301\u0302\u0303‹U+0304›‹U+0305›q", 18);
}

static void cuts(void **state)
{
	Arena a = { 0 };
	Clean c = clean_own("upsell-generator"), wide = clean_own("日本語日本語");

	(void)state;
	assert_ptr_equal(clean_cut(&a, c, 16).p, c.p);
	assert_string_equal(clean_cut(&a, c, 7).p, "upsell…");
	assert_string_equal(clean_cut_middle(&a, c, 7).p, "ups…tor");
	assert_int_equal(clean_cut_middle(&a, c, 7).columns, 7);
	assert_string_equal(clean_cut(&a, wide, 4).p, "日…");
	assert_int_equal(clean_cut(&a, wide, 4).columns, 3);
	assert_int_equal(clean_cut(&a, c, 0).n, 0);
	assert_string_equal(clean_cut(&a, c, 1).p, "…");
	assert_string_equal(clean_end(&a, STR("typed"), 5).p, "typed");
	assert_string_equal(clean_end(&a, STR("to be typed"), 5).p, "typed");
	assert_string_equal(clean_end(&a, STR("äöü"), 2).p, "öü");
	assert_int_equal(clean_end(&a, STR("日本"), 1).columns, 0);
	assert_string_equal(clean_cut_middle(&a, c, 1).p, "…");
	for (int w = 0; w <= 13; w++) {
		Clean m = clean_cut_middle(&a, wide, w), e = clean_cut(&a, wide, w);

		assert_true(m.columns <= w && e.columns <= w);
		assert_int_equal(m.columns, cells_of(m));
		assert_int_equal(e.columns, cells_of(e));
	}
	arena_done(&a);
}

/* Letters that join whatever stands before them, be it one of our marks or the dots of a cut. */
static void columns_stay_true_beside_marks(void **state)
{
	static const char *const texts[] = { "\t\uff9e\u302e", "\u200c\u0e33\u20e3", "\u0d4e\u0301", "\x1b\u0e33\u0301x", "日\u0903\u0e33",
		"abc\u0e33\u302edef\u0e33\u302e" };
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		Clean c = clean_text(&a, str_of(texts[i]), 0);

		assert_int_equal(c.columns, cells_of(c));
		for (int w = 0; w < c.columns; w++) {
			Clean cut = clean_cut_middle(&a, c, w);

			assert_true(cut.columns <= w);
			assert_int_equal(cut.columns, cells_of(cut));
		}
	}
	arena_done(&a);
}

static void cap_says_what_is_missing(void **state)
{
	Arena a = { 0 };
	char *big = xmalloc(10000000);

	(void)state;
	memset(big, 'x', 10000000);
	assert_string_equal(clean_capped(&a, (Str){ big, 10000000 }, 4).p, "xxxx … +10.0 MB");
	assert_string_equal(clean_capped(&a, (Str){ big, 2504 }, 4).p, "xxxx … +2.5 kB");
	assert_string_equal(clean_capped(&a, (Str){ big, 5 }, 4).p, "xxxx … +1 B");
	assert_string_equal(clean_capped(&a, (Str){ big, 4 }, 4).p, "xxxx");
	assert_string_equal(clean_capped(&a, STR("a日b"), 3).p, "a … +4 B");
	free(big);
	arena_done(&a);
}

static void wraps(void **state)
{
	static const char *const want[] = { "the quick ", "brown", "", "foxjumpsov", "er ", "日本語日本", "語" };
	Clean rest = clean_own("the quick brown\n\nfoxjumpsover 日本語日本語"), line;
	size_t i = 0;

	(void)state;
	while (clean_wrap(&rest, 10, &line)) {
		assert_true(i < sizeof want / sizeof *want);
		assert_true(str_is((Str){ line.p, line.n }, want[i]));
		assert_int_equal(line.columns, cells_of(line));
		i++;
	}
	assert_int_equal(i, sizeof want / sizeof *want);
	/* One cell is too narrow for a wide character: it is taken all the same, or nothing would ever end. */
	rest = clean_own("日");
	assert_true(clean_wrap(&rest, 1, &line));
	assert_false(clean_wrap(&rest, 1, &line));
}

/* Of this process alone: the machine may have other work. */
static int64_t cpu_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Ten times the bytes must not take a hundred times as long. */
static void linear_time(void **state)
{
	static const char *const units[] = { "x", "\x1b", "p\u0300\u0301\u0302\u0303\u0304", "\u260e\ufe0f\ufe0f", "\xe2\x82", "日" };

	(void)state;
	for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
		size_t n = strlen(units[u]), total = 10000000 / n * n;
		char *big = xmalloc(total);
		int64_t took[2];

		for (size_t i = 0; i < total; i += n)
			memcpy(big + i, units[u], n);
		for (int k = 0; k < 2; k++) {
			Arena a = { 0 };
			int64_t start = cpu_ns();

			clean_text(&a, (Str){ big, k ? total : total / 10 / n * n }, 0);
			took[k] = cpu_ns() - start;
			arena_done(&a);
		}
		assert_true(took[1] < 40 * took[0] + 50000000);
		free(big);
	}
}

static size_t decode64(const char *s, char *out)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned v = 0, bits = 0;
	size_t n = 0;

	for (; *s && *s != '"' && *s != '='; s++) {
		v = v << 6 | (unsigned)(strchr(letters, *s) - letters);
		bits += 6;
		if (bits >= 8)
			out[n++] = (char)(v >> (bits -= 8));
	}
	return n;
}

static void corpus_keeps_the_rules(void **state)
{
	static const char field[] = "\"bytes_b64\": \"", tight[] = "\"bytes_b64\":\"";
	FILE *f;
	char *line = NULL;
	size_t cap = 0;
	int samples = 0;

	(void)state;
	SKIP_WITHOUT(CORPUS);
	f = fopen(CORPUS, "r");
	while (getline(&line, &cap, f) > 0) {
		char *at = strstr(line, field), *raw = xmalloc(cap);
		Arena a = { 0 };
		Str bytes;

		at = at ? at + sizeof field - 1 : strstr(line, tight) + sizeof tight - 1;
		bytes = (Str){ raw, decode64(at, raw) };
		for (unsigned flags = 0; flags < 2; flags++) {
			Clean c = clean_text(&a, bytes, flags);
			const char *broken = screen_rule_broken((Str){ c.p, c.n }, flags);

			if (broken)
				fail_msg("%s: %.60s", broken, line);
			/* Nothing disappears: every mark is at least as long as what it stands for. */
			assert_true(c.n >= bytes.n);
			if (!flags)
				assert_int_equal(c.columns, cells_of(c));
		}
		arena_done(&a);
		free(raw);
		samples++;
	}
	free(line);
	fclose(f);
	assert_true(samples > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_become_pictures), cmocka_unit_test(invisible_leaves_a_mark),
		cmocka_unit_test(invalid_utf8_by_maximal_subpart), cmocka_unit_test(widths_and_clusters), cmocka_unit_test(cuts),
		cmocka_unit_test(columns_stay_true_beside_marks),
		cmocka_unit_test(cap_says_what_is_missing), cmocka_unit_test(wraps), cmocka_unit_test(linear_time),
		cmocka_unit_test(corpus_keeps_the_rules),
	};

	return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}
