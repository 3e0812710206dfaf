/* Lines of results by their keys: open addressing over hashes that are uniform by nature. */
#include "eval/results.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { FIRST = 256 };

/* record NULL: asked, and without an answer. */
typedef struct Slot { char key[RESULT_KEY]; EvalRecord *record; bool used, open; } Slot;
struct EvalRecords { Slot *slot; size_t n, cap; };

EvalRecords *records_new(void)
{
	EvalRecords *r = xcalloc(1, sizeof *r);

	r->cap = FIRST;
	r->slot = xcalloc(r->cap, sizeof *r->slot);
	return r;
}

void records_free(EvalRecords *r)
{
	if (!r)
		return;
	free(r->slot);
	free(r);
}

static Slot *slot_of(Slot *v, size_t cap, const char *key)
{
	size_t at = (size_t)str_hash(str_of(key)) & (cap - 1);

	while (v[at].used && strcmp(v[at].key, key) != 0)
		at = (at + 1) & (cap - 1);
	return &v[at];
}

static void grow(EvalRecords *r)
{
	Slot *more = xcalloc(r->cap * 2, sizeof *more);

	for (size_t i = 0; i < r->cap; i++)
		if (r->slot[i].used)
			*slot_of(more, r->cap * 2, r->slot[i].key) = r->slot[i];
	free(r->slot);
	r->slot = more;
	r->cap *= 2;
}

static Slot *make(EvalRecords *r, const char *key)
{
	Slot *s;

	if ((r->n + 1) * 2 > r->cap)
		grow(r);
	s = slot_of(r->slot, r->cap, key);
	if (!s->used) {
		s->used = true;
		memcpy(s->key, key, RESULT_KEY);
		r->n++;
	}
	return s;
}

EvalRecord *records_find(const EvalRecords *r, const char *key)
{
	return slot_of(r->slot, r->cap, key)->record;
}

const EvalRecord *records_begins(const EvalRecords *r, Str beginning)
{
	for (size_t i = 0; i < r->cap; i++)
		if (r->slot[i].record && str_starts(str_of(r->slot[i].key), beginning))
			return r->slot[i].record;
	return NULL;
}

EvalRecord *records_put(EvalRecords *r, Arena *a, const EvalRecord *x)
{
	Slot *s = make(r, x->key);
	EvalRecord *own = s->record ? s->record : ARENA_NEW(a, EvalRecord);

	*own = *x;
	own->text = arena_str(a, x->text);
	own->stop = arena_str(a, x->stop);
	own->reason = arena_str(a, x->reason);
	own->fault = arena_str(a, x->fault);
	s->record = own;
	s->open = false;
	return own;
}

bool records_is_open(const EvalRecords *r, const char *key)
{
	return slot_of(r->slot, r->cap, key)->open;
}

void records_open(EvalRecords *r, const char *key)
{
	Slot *s = make(r, key);

	s->open = !s->record;
}

void records_shut(EvalRecords *r, const char *key)
{
	for (size_t i = 0; !key && i < r->cap; i++)
		r->slot[i].open = false;
	if (key)
		slot_of(r->slot, r->cap, key)->open = false;
}
