#include "model/inject_features.h"

#include <math.h>

#include "base/utf8.h"
#include "model/inject_fold.h"

enum { GRAM_MIN = 3, GRAM_MAX = 5, WORD_SHOWN = 32 };
/* What a feature is made of. */
enum { OF_TOKEN = 1, OF_PAIR, OF_TRIPLE, OF_SKIP, OF_MARK_PAIR, OF_LETTERS };

typedef struct Token { size_t from, n; uint32_t hash; bool word; } Token;

static uint32_t fnv(uint32_t h, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)p[i]) * 16777619u;
	return h;
}

static uint32_t bucket(uint32_t kind, uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t h = kind * 0x9E3779B1u;

	h = (h ^ a) * 0x85EBCA6Bu;
	h ^= h >> 15;
	h = (h ^ b) * 0xC2B2AE35u;
	h ^= h >> 13;
	h = (h ^ c) * 0x27D4EB2Fu;
	h ^= h >> 16;
	return h & (FEATURES - 1);
}

/* Letters of scripts that write words with blanks between them. */
static bool is_word_cp(uint32_t cp)
{
	return (cp >= 'a' && cp <= 'z') || (cp >= 0x80 && cp < 0x2000) || (cp >= 0x2C00 && cp < 0x2E80);
}

static uint32_t cp_at(Str s, size_t at, size_t *n)
{
	uint32_t cp;
	int k;

	if ((unsigned char)s.p[at] < 0x80) {
		*n = 1;
		return (unsigned char)s.p[at];
	}
	k = utf8_next(s, at, &cp);
	*n = (size_t)(k < 0 ? -k : k);
	return cp;
}

/* The next token at or behind *at: a word, a number (all of them are one), or a single other character. */
static bool next_token(Str s, size_t *at, Token *t)
{
	size_t i = *at, n;
	uint32_t cp;

	while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\n'))
		i++;
	if (i >= s.n)
		return false;
	t->from = i;
	cp = cp_at(s, i, &n);
	t->word = is_word_cp(cp);
	i += n;
	if (cp >= '0' && cp <= '9') {
		while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
			i++;
		t->word = true;
		t->hash = fnv(2166136261u, "0", 1);
	} else {
		while (t->word && i < s.n && is_word_cp(cp_at(s, i, &n)))
			i += n;
		/* One of Chinese is a word, too. */
		t->word = t->word || cp >= 0x2E80;
		t->hash = fnv(2166136261u, s.p + t->from, i - t->from);
	}
	t->n = i - t->from;
	*at = i;
	return true;
}

static void note(FeatureRoom *r, const int8_t *w, uint32_t b, int32_t *sum)
{
	uint64_t bit = UINT64_C(1) << (b & 63);

	if (r->seen[b >> 6] & bit)
		return;
	r->seen[b >> 6] |= bit;
	r->count++;
	*sum += w[b];
}

/* The groups of letters of "^word$". */
static void note_letters(FeatureRoom *r, const int8_t *w, const char *p, size_t n, int32_t *sum)
{
	char word[WORD_SHOWN + 2];

	if (n > WORD_SHOWN)
		n = WORD_SHOWN;
	word[0] = '^';
	memcpy(word + 1, p, n);
	word[n + 1] = '$';
	n += 2;
	for (size_t i = 0; i + GRAM_MIN <= n; i++) {
		uint32_t h = fnv(2166136261u, word + i, GRAM_MIN - 1);

		for (size_t k = GRAM_MIN; k <= GRAM_MAX && i + k <= n; k++) {
			h = fnv(h, word + i + k - 1, 1);
			note(r, w, bucket(OF_LETTERS, h, 0, 0), sum);
		}
	}
}

/* One window from byte `at` on. Returns its score; *next: where the window after it begins, or the text's length. */
static double window_score(FeatureRoom *r, const int8_t *w, Str s, size_t at, size_t *next)
{
	Token t, last = { 0 };
	uint32_t one = 0, two = 0;     /* the word before, and the one before that */
	size_t tokens = 0, half = s.n, peek;
	int32_t sum = 0;
	bool more = false;

	r->count = 0;
	while (tokens < WINDOW_WORDS && next_token(s, &at, &t)) {
		if (tokens++ == WINDOW_WORDS / 2)
			half = t.from;
		note(r, w, bucket(OF_TOKEN, t.hash, 0, 0), &sum);
		if (last.n && !(last.word && t.word))
			note(r, w, bucket(OF_MARK_PAIR, last.hash, t.hash, 0), &sum);
		last = t;
		if (!t.word)
			continue;
		if (is_ascii_letter((unsigned char)s.p[t.from]))
			note_letters(r, w, s.p + t.from, t.n, &sum);
		if (one)
			note(r, w, bucket(OF_PAIR, one, t.hash, 0), &sum);
		if (two) {
			note(r, w, bucket(OF_TRIPLE, two, one, t.hash), &sum);
			note(r, w, bucket(OF_SKIP, two, t.hash, 0), &sum);
		}
		two = one;
		one = t.hash;
	}
	peek = at;
	more = tokens == WINDOW_WORDS && next_token(s, &peek, &t);
	*next = more ? half : s.n;
	memset(r->seen, 0, sizeof r->seen);
	return r->count ? sum / sqrt(r->count) : 0;
}

double features_score(FeatureRoom *room, const int8_t *weights, Str text, size_t *at)
{
	size_t from = 0, next;
	double best = 0;

	*at = 0;
	while (from < text.n) {
		double v = window_score(room, weights, text, from, &next);

		if (from == 0 || v > best) {
			best = v;
			*at = from;
		}
		from = next;
	}
	return best;
}
