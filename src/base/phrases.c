#include "base/phrases.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

/* What a byte is to the automaton. Each other byte that stands in a phrase has a class of its own, from FIRST on. */
enum { OTHER, MARK, SKIP, GAP, FIRST };
/* START: where a text begins, as if a separator had come before. */
enum { ROOT, START };
/* In a step: a phrase ends at the node it leads to. */
enum { ENDS = 0x8000 };

typedef struct Found { uint16_t phrase, next; } Found;     /* next: index + 1 into the list, 0 ends it */

struct Phrases {
	uint8_t   class_of[256];
	bool      marks[256];          /* per class: separates words, and is looked at: a colon, a bracket */
	unsigned  classes, shift, nodes;
	bool      rests[256];          /* per byte: leads from ROOT to ROOT, as most do within a word that no phrase begins with */
	uint16_t *next;                /* nodes << shift */
	uint16_t *found;               /* per node: the phrases that end there, its suffixes' as well; index + 1 into list */
	Found    *list;
	size_t    list_n;
	uint8_t  *flags;               /* per phrase */
	size_t    n;
};

static const char separators[] = " \t\n\r\v\f.,_-;!?\"()*~`/\\";

static bool is_word_byte(unsigned char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static uint16_t *step(const Phrases *p, unsigned node, unsigned class)
{
	return &p->next[node << p->shift | class];
}

static void make_classes(Phrases *p, const Phrase *v, size_t n)
{
	p->classes = FIRST;
	for (unsigned c = 0; c < 256; c++)
		p->class_of[c] = is_word_byte((unsigned char)c) ? OTHER : MARK;
	for (const char *c = separators; *c; c++)
		p->class_of[(unsigned char)*c] = GAP;
	p->class_of['\''] = SKIP;
	p->marks[MARK] = true;
	/* Letters stand together: their steps share a line of the cache. */
	for (int c = 'a'; c <= 'z'; c++)
		p->class_of[c] = (uint8_t)p->classes++;
	for (size_t i = 0; i < n; i++)
		for (const char *c = v[i].text; *c; c++) {
			unsigned char b = (unsigned char)*c;

			if (p->class_of[b] > MARK || (b >= 'A' && b <= 'Z'))
				continue;
			p->marks[p->classes] = p->class_of[b] == MARK;
			p->class_of[b] = (uint8_t)p->classes++;
		}
	for (int c = 'A'; c <= 'Z'; c++)
		p->class_of[c] = p->class_of[c | 0x20];
	while (1u << p->shift < p->classes)
		p->shift++;
}

static unsigned add_step(Phrases *p, unsigned node, unsigned class)
{
	uint16_t *to = step(p, node, class);

	if (!*to)
		*to = (uint16_t)p->nodes++;
	return *to;
}

static void add_phrase(Phrases *p, size_t i, const Phrase *v)
{
	bool bare = (v->flags & PHRASE_INSIDE) || p->marks[p->class_of[(unsigned char)v->text[0]]];
	unsigned node = bare ? ROOT : START, last = GAP;

	assert(*v->text && strlen(v->text) <= PHRASE_MAX);
	for (const char *c = v->text; *c; c++) {
		unsigned class = p->class_of[(unsigned char)*c];

		if (class == SKIP || (class == GAP && last == GAP))
			continue;
		node = add_step(p, node, class);
		last = class;
	}
	p->flags[i] = v->flags;
	p->list[p->list_n] = (Found){ (uint16_t)i, p->found[node] };
	p->found[node] = (uint16_t)++p->list_n;
}

/* Finishes one node whose suffix is finished: every step that it lacks is the suffix's. */
static void close_node(Phrases *p, unsigned node, uint16_t *suffix, uint8_t *by, uint16_t *queue, size_t *tail)
{
	unsigned shorter = suffix[node];
	uint16_t *last = &p->found[node];

	/* The suffix's list is shared: it hangs behind our own phrases. */
	while (*last)
		last = &p->list[*last - 1].next;
	*last = p->found[shorter];
	for (unsigned c = 0; c < p->classes; c++) {
		uint16_t *to = step(p, node, c), back = *step(p, shorter, c);

		if (c == SKIP || (c == GAP && by[node] == GAP)) {
			*to = (uint16_t)node;
		} else if (*to) {
			suffix[*to] = back;
			by[*to] = (uint8_t)c;
			queue[(*tail)++] = *to;
		} else {
			*to = back;
		}
	}
}

/* Breadth first, so that a node's longest proper suffix is finished before it. A mark separates words like a blank: behind
 * one that begins no phrase the automaton stands where it stands behind a blank, and that is also the suffix of one that
 * does. */
static void close_automaton(Phrases *p)
{
	uint16_t *queue = xcalloc(p->nodes, sizeof *queue), *suffix = xcalloc(p->nodes, sizeof *suffix);
	uint8_t *by = xcalloc(p->nodes, 1);
	size_t head = 0, tail = 0;

	*step(p, ROOT, GAP) = START;
	by[START] = GAP;
	queue[tail++] = START;
	for (unsigned c = 0; c < p->classes; c++) {
		uint16_t *to = step(p, ROOT, c);

		if (*to && c != GAP) {
			queue[tail++] = *to;
			suffix[*to] = p->marks[c] ? START : ROOT;
			by[*to] = (uint8_t)c;
		} else if (p->marks[c]) {
			*to = START;
		}
	}
	while (head < tail) {
		unsigned node = queue[head++];

		close_node(p, node, suffix, by, queue, &tail);
	}
	free(queue);
	free(suffix);
	free(by);
}

static void mark_ends(Phrases *p)
{
	for (size_t i = 0; i < (size_t)p->nodes << p->shift; i++)
		if (p->found[p->next[i]])
			p->next[i] |= ENDS;
	for (unsigned c = 0; c < 256; c++)
		p->rests[c] = *step(p, ROOT, p->class_of[c]) == ROOT;
}

Phrases *phrases_new(const Phrase *v, size_t n)
{
	Phrases *p = xcalloc(1, sizeof *p);
	size_t most = 2;

	make_classes(p, v, n);
	for (size_t i = 0; i < n; i++)
		most += strlen(v[i].text);
	assert(most < ENDS && p->classes < 256);
	p->n = n;
	p->nodes = START + 1;
	p->next = xcalloc(most << p->shift, sizeof *p->next);
	p->found = xcalloc(most, sizeof *p->found);
	p->list = xcalloc(n + 1, sizeof *p->list);
	p->flags = xcalloc(n + 1, 1);
	for (size_t i = 0; i < n; i++)
		add_phrase(p, i, &v[i]);
	close_automaton(p);
	mark_ends(p);
	p->next = xreallocarray(p->next, (size_t)p->nodes << p->shift, sizeof *p->next);
	return p;
}

void phrases_free(Phrases *p)
{
	if (!p)
		return;
	free(p->next);
	free(p->found);
	free(p->list);
	free(p->flags);
	free(p);
}

size_t phrases_bytes(const Phrases *p)
{
	return sizeof *p + ((size_t)p->nodes << p->shift) * sizeof *p->next + p->nodes * sizeof *p->found + p->n * (sizeof *p->list + 1);
}

static void ended(const Phrases *p, PhraseState *s, PhraseFound found, void *arg)
{
	for (unsigned i = p->found[s->node]; i; i = p->list[i - 1].next) {
		unsigned k = p->list[i - 1].phrase;

		if (!(p->flags[k] & PHRASE_ENDS))
			found(arg, k, s->at);
		else if (!s->waits)
			s->waits = (uint16_t)(k + 1);
	}
}

/* The byte after a phrase that must end there. */
static void settle(PhraseState *s, unsigned char byte, uint32_t at, PhraseFound found, void *arg)
{
	if (byte == '\'')
		return;
	if (!is_word_byte(byte))
		found(arg, s->waits - 1u, at);
	s->waits = 0;
}

void phrases_feed(const Phrases *p, PhraseState *s, Str piece, PhraseFound found, void *arg)
{
	const unsigned char *b = (const unsigned char *)piece.p, *end = b + piece.n, *at = b;
	const uint16_t *next = p->next;
	unsigned node = s->at ? s->node : START, shift = p->shift;
	uint32_t base = s->at;
	bool waits = s->waits;

	while (at < end) {
		if (waits) {
			settle(s, *at, base + (uint32_t)(at - b), found, arg);
			waits = s->waits;
		}
		node = next[node << shift | p->class_of[*at++]];
		if (node & ENDS) {
			node &= ~(unsigned)ENDS;
			s->node = (uint16_t)node;
			s->at = base + (uint32_t)(at - b);
			ended(p, s, found, arg);
			waits = s->waits;
		} else if (node == ROOT && !waits) {
			while (at < end && p->rests[*at])
				at++;
		}
	}
	s->node = (uint16_t)node;
	s->at = base + (uint32_t)piece.n;
}

void phrases_end(const Phrases *p, PhraseState *s, PhraseFound found, void *arg)
{
	(void)p;
	if (s->waits)
		found(arg, s->waits - 1u, s->at);
	s->waits = 0;
}
