#include "store/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static size_t spread(uint64_t h, size_t slots)
{
	return (size_t)((h * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (slots - 1);
}

static void link_slot(uint32_t *table, size_t slots, uint64_t hash, uint32_t index)
{
	size_t i = spread(hash, slots);

	while (table[i])
		i = (i + 1) & (slots - 1);
	table[i] = index;
}

static void grow(Names *t)
{
	size_t slots = t->slots ? t->slots * 2 : 256;

	free(t->by_text);
	free(t->by_id);
	t->by_text = xcalloc(slots, sizeof *t->by_text);
	t->by_id = xcalloc(slots, sizeof *t->by_id);
	t->slots = slots;
	for (size_t i = 0; i < t->n; i++) {
		link_slot(t->by_text, slots, str_quick_hash(t->v[i].text), (uint32_t)i + 1);
		link_slot(t->by_id, slots, (uint64_t)t->v[i].id, (uint32_t)i + 1);
	}
}

void names_done(Names *t)
{
	free(t->v);
	free(t->by_text);
	free(t->by_id);
	arena_done(&t->arena);
	*t = (Names){ 0 };
}

const Name *names_find(const Names *t, Str text)
{
	if (!t->slots)
		return NULL;
	for (size_t i = spread(str_quick_hash(text), t->slots); t->by_text[i]; i = (i + 1) & (t->slots - 1))
		if (str_eq(t->v[t->by_text[i] - 1].text, text))
			return &t->v[t->by_text[i] - 1];
	return NULL;
}

const Name *names_get(const Names *t, int64_t id)
{
	if (!t->slots)
		return NULL;
	for (size_t i = spread((uint64_t)id, t->slots); t->by_id[i]; i = (i + 1) & (t->slots - 1))
		if (t->v[t->by_id[i] - 1].id == id)
			return &t->v[t->by_id[i] - 1];
	return NULL;
}

const Name *names_put(Names *t, int64_t id, Str text)
{
	if (t->n * 2 >= t->slots)
		grow(t);
	VEC_GROW(t->v, t->cap, t->n + 1);
	t->v[t->n++] = (Name){ id, arena_str(&t->arena, text) };
	link_slot(t->by_text, t->slots, str_quick_hash(text), (uint32_t)t->n);
	link_slot(t->by_id, t->slots, (uint64_t)id, (uint32_t)t->n);
	return &t->v[t->n - 1];
}

static size_t pair_slot(const Pairs *p, int64_t a, int64_t b)
{
	size_t i = spread((uint64_t)a * UINT64_C(0xD6E8FEB86659FD93) + (uint64_t)b, p->slots);

	while (p->slot[i].id >= 0 && (p->slot[i].a != a || p->slot[i].b != b))
		i = (i + 1) & (p->slots - 1);
	return i;
}

void pairs_done(Pairs *p)
{
	free(p->slot);
	*p = (Pairs){ 0 };
}

int64_t pairs_find(const Pairs *p, int64_t a, int64_t b)
{
	return p->slots ? p->slot[pair_slot(p, a, b)].id : -1;
}

void pairs_put(Pairs *p, int64_t a, int64_t b, int64_t id)
{
	if (p->n * 2 >= p->slots) {
		Pairs wider = { .slots = p->slots ? p->slots * 2 : 256 };

		wider.slot = xmalloc(wider.slots * sizeof *wider.slot);
		for (size_t i = 0; i < wider.slots; i++)
			wider.slot[i].id = -1;
		for (size_t i = 0; i < p->slots; i++)
			if (p->slot[i].id >= 0)
				wider.slot[pair_slot(&wider, p->slot[i].a, p->slot[i].b)] = p->slot[i];
		free(p->slot);
		p->slot = wider.slot;
		p->slots = wider.slots;
	}
	p->slot[pair_slot(p, a, b)] = (Pair){ a, b, id };
	p->n++;
}
