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
		link_slot(t->by_text, slots, str_hash(t->v[i].text), (uint32_t)i + 1);
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
	for (size_t i = spread(str_hash(text), t->slots); t->by_text[i]; i = (i + 1) & (t->slots - 1))
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
	link_slot(t->by_text, t->slots, str_hash(text), (uint32_t)t->n);
	link_slot(t->by_id, t->slots, (uint64_t)id, (uint32_t)t->n);
	return &t->v[t->n - 1];
}
