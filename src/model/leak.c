#include "model/leak.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* A stretch of so many words is no accident; of a short prompt a good part is. */
enum { RUN_LEAKED = 12, RUN_OF_SHORT = 7 };
static const double share_leaked = 0.3;

typedef struct Gram { uint64_t hash; uint32_t seen; } Gram;

struct Leak {
	Gram    *slots;                /* open addressing */
	size_t   cap, grams;
	uint32_t round;                /* of the check that last saw a gram */
	size_t   canary_n;
	char     canary[CANARY_MAX];   /* small letters and digits */
};

/* The words of a text, one after the other: letters and digits, everything else separates. */
typedef struct Words { Str text; size_t at; } Words;

static bool is_word_byte(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool next_word(Words *w, uint64_t *hash, size_t *from)
{
	size_t begin;

	while (w->at < w->text.n && !is_word_byte((unsigned char)w->text.p[w->at]))
		w->at++;
	begin = w->at;
	while (w->at < w->text.n && is_word_byte((unsigned char)w->text.p[w->at]))
		w->at++;
	*from = begin;
	*hash = str_hash(str_sub(w->text, begin, w->at - begin));
	return w->at > begin;
}

/* The last LEAK_GRAM words as one. */
typedef struct Ring { uint64_t hash[LEAK_GRAM]; size_t from[LEAK_GRAM]; size_t n; } Ring;

static void ring_add(Ring *r, uint64_t hash, size_t from)
{
	r->hash[r->n % LEAK_GRAM] = hash;
	r->from[r->n % LEAK_GRAM] = from;
	r->n++;
}

static uint64_t ring_hash(const Ring *r)
{
	uint64_t h = 0;

	for (size_t i = 0; i < LEAK_GRAM; i++)
		h = (h ^ r->hash[(r->n + i) % LEAK_GRAM]) * UINT64_C(0x9E3779B97F4A7C15) + 1;
	return h | 1;
}

static Gram *gram_of(const Leak *l, uint64_t hash)
{
	size_t i = (hash >> 20) & (l->cap - 1);

	while (l->slots[i].hash && l->slots[i].hash != hash)
		i = (i + 1) & (l->cap - 1);
	return &l->slots[i];
}

static void add_prompt(Leak *l, Str text)
{
	Words w = { text, 0 };
	Ring ring = { 0 };
	uint64_t hash;
	size_t from;

	while (next_word(&w, &hash, &from)) {
		Gram *g;

		ring_add(&ring, hash, from);
		if (ring.n < LEAK_GRAM)
			continue;
		g = gram_of(l, ring_hash(&ring));
		l->grams += !g->hash;
		g->hash = ring_hash(&ring);
	}
}

Leak *leak_new(Str prompt, Str canary)
{
	InjectText *t = inject_text_new(prompt.n + 4 * CANARY_MAX);
	Leak *l = xcalloc(1, sizeof *l);
	Str c;

	inject_text_read(t, prompt);
	/* A word has at least one byte and one that separates it. */
	for (l->cap = 64; l->cap < prompt.n + 1; l->cap *= 2)
		;
	l->slots = xcalloc(l->cap, sizeof *l->slots);
	if (t->views)
		add_prompt(l, t->view[0].text);
	inject_text_read(t, canary);
	c = t->views ? t->view[0].text : STR("");
	for (size_t i = 0; i < c.n && l->canary_n < CANARY_MAX; i++)
		if (is_word_byte((unsigned char)c.p[i]))
			l->canary[l->canary_n++] = c.p[i];
	if (l->canary_n < CANARY_MIN)
		l->canary_n = 0;
	inject_text_free(t);
	return l;
}

void leak_free(Leak *l)
{
	if (!l)
		return;
	free(l->slots);
	free(l);
}

/* Whether the canary's letters follow one another in the view, whatever stands between them; its beginning to *at. Looks at each
 * byte that counts once for each byte of the canary at most. */
static bool find_canary(const Leak *l, Str s, size_t *at)
{
	for (size_t i = 0; l->canary_n && i < s.n; i++) {
		size_t k = 0, from = i, limit = i + l->canary_n * 4;

		if (s.p[i] != l->canary[0])
			continue;
		for (; from < s.n && from < limit && k < l->canary_n; from++)
			if (is_word_byte((unsigned char)s.p[from]) && s.p[from] != l->canary[k++])
				break;
		if (k == l->canary_n && s.p[from - 1] == l->canary[k - 1]) {
			*at = i;
			return true;
		}
	}
	return false;
}

typedef struct Stretch { size_t grams, from, to; } Stretch;

/* The prompt's groups of words in one reading. Returns how many of them no reading had before; the longest stretch to *best. */
static size_t count_grams(Leak *l, Str s, Stretch *best)
{
	Words w = { s, 0 };
	Ring ring = { 0 };
	Stretch now = { 0 };
	uint64_t hash;
	size_t from, fresh = 0;

	while (next_word(&w, &hash, &from)) {
		Gram *g;

		ring_add(&ring, hash, from);
		if (ring.n < LEAK_GRAM)
			continue;
		g = gram_of(l, ring_hash(&ring));
		if (!g->hash) {
			now.grams = 0;
			continue;
		}
		fresh += g->seen != l->round;
		g->seen = l->round;
		if (!now.grams++)
			now.from = ring.from[ring.n % LEAK_GRAM];
		now.to = w.at;
		if (now.grams > best->grams)
			*best = now;
	}
	return fresh;
}

void leak_check(Leak *l, const InjectText *answer, LeakResult *r)
{
	size_t seen = 0, at;

	memset(r, 0, sizeof *r);
	l->round++;
	for (int i = 0; i < answer->views; i++) {
		const InjectView *v = &answer->view[i];
		Stretch best = { 0 };

		if (!r->canary && find_canary(l, v->text, &at)) {
			r->canary = r->leaked = true;
			r->view = v->kind;
			r->from = inject_text_place(answer, v, at);
			r->to = v->depth ? v->to : r->from + (uint32_t)l->canary_n;
		}
		seen += count_grams(l, v->text, &best);
		if (!best.grams || best.grams + LEAK_GRAM - 1 <= r->run)
			continue;
		r->run = (uint32_t)(best.grams + LEAK_GRAM - 1);
		if (!r->canary) {
			r->view = v->kind;
			r->from = inject_text_place(answer, v, best.from);
			r->to = v->depth ? v->to : inject_text_place(answer, v, best.to - 1) + 1;
		}
	}
	r->share = l->grams ? (double)seen / (double)l->grams : 0;
	r->leaked |= r->run >= RUN_LEAKED || (r->run >= RUN_OF_SHORT && r->share >= share_leaked);
}
