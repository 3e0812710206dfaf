/* Many phrases in one pass: what is found, in pieces of any size, and held against a plain search. */
#include "unit.h"

#include "base/phrases.h"

enum { MANY = 64 };

typedef struct Hits { unsigned phrase[MANY]; uint32_t end[MANY]; size_t n; } Hits;

static void on_found(void *arg, unsigned phrase, uint32_t end)
{
	Hits *h = arg;

	assert_true(h->n < MANY);
	h->phrase[h->n] = phrase;
	h->end[h->n++] = end;
}

static Hits find(const Phrases *p, const char *text, size_t piece)
{
	PhraseState s = { 0 };
	Hits h = { 0 };
	size_t n = strlen(text);

	for (size_t at = 0; at < n; at += piece)
		phrases_feed(p, &s, (Str){ text + at, n - at < piece ? n - at : piece }, on_found, &h);
	phrases_end(p, &s, on_found, &h);
	return h;
}

static const Phrase words[] = {
	{ "ignore", 1, 0 }, { "do not tell", 2, 0 }, { "dont tell", 2, 0 }, { "dan", 3, PHRASE_ENDS }, { "system:", 4, 0 }, { "<|im", 5, 0 },
	{ "\xe5\xbf\xbd\xe7\x95\xa5", 6, PHRASE_INSIDE }, { "not", 7, 0 }, { "system prompt", 8, 0 },
};

static void test_what_is_found(void **state)
{
	static const struct { const char *text; int found[4]; } rows[] = {
		{ "please IGNORE it", { 1 } }, { "unignored", { 0 } }, { "ignored", { 1 } }, { "do-NOT  \n tell", { 7, 2 } }, { "don't tell", { 2 } },
		{ "dance", { 0 } }, { "dan", { 3 } }, { "(DAN)", { 3 } }, { "dan's", { 0 } }, { "a system:ignore", { 4, 1 } },
		{ "<ignore", { 1 } }, { "<|im<|im", { 5, 5 } }, { "x\xe5\xbf\xbd\xe7\x95\xa5x", { 6 } }, { "[not]", { 7 } }, { "knot", { 0 } },
		{ "system_prompt", { 8 } }, { "system: prompt", { 4 } }, { "", { 0 } }, { "ignoreignore", { 1 } }, { "ignore.ignore", { 1, 1 } },
	};
	Phrases *p = phrases_new(words, sizeof words / sizeof *words);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t piece = 1; piece < 9; piece++) {
			Hits h = find(p, rows[i].text, piece);
			size_t n = 0;

			for (; n < 4 && rows[i].found[n]; n++)
				assert_true(n < h.n && words[h.phrase[n]].tag == rows[i].found[n]);
			if (h.n != n)
				fail_msg("row %zu: %zu found, not %zu", i, h.n, n);
		}
	phrases_free(p);
}

static void test_ends_are_places_of_the_text(void **state)
{
	Phrases *p = phrases_new(words, sizeof words / sizeof *words);
	Hits h = find(p, "a ignore dan", 100);

	(void)state;
	assert_int_equal(h.n, 2);
	assert_int_equal(h.end[0], 8);
	assert_int_equal(h.end[1], 12);
	phrases_free(p);
}

/* Random words of few letters, so that many are parts of one another; whole words are counted by a plain loop. */
static void test_against_a_plain_search(void **state)
{
	char text[200], made[20][8];
	Phrase v[20];
	uint64_t dice = 3;

	(void)state;
	for (int round = 0; round < 300; round++) {
		size_t n = 0, want = 0;
		Phrases *p;
		Hits h;

		for (int i = 0; i < 20; i++) {
			size_t len;

			dice = dice * UINT64_C(6364136223846793005) + 1;
			len = 1 + (dice >> 40) % 4;
			for (size_t k = 0; k < len; k++)
				made[i][k] = "abc"[(dice >> (33 + 4 * k)) % 3];
			made[i][len] = 0;
			v[i] = (Phrase){ made[i], 0, 0 };
		}
		for (int i = 0; i < 12; i++) {
			dice = dice * UINT64_C(6364136223846793005) + 1;
			for (size_t k = 0; k < 1 + (dice >> 50) % 5; k++)
				text[n++] = "abc"[(dice >> (30 + 4 * k)) % 3];
			text[n++] = ' ';
		}
		text[n] = 0;
		for (size_t at = 0; at < n; at++)
			for (int i = 0; i < 20; i++)
				want += (at == 0 || text[at - 1] == ' ') && strncmp(text + at, made[i], strlen(made[i])) == 0;
		p = phrases_new(v, 20);
		if (want <= MANY) {
			h = find(p, text, 1 + (size_t)round % 7);
			assert_int_equal(h.n, want);
		}
		phrases_free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_found),
		cmocka_unit_test(test_ends_are_places_of_the_text),
		cmocka_unit_test(test_against_a_plain_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
