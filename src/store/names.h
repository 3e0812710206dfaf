/* Texts that come again and again (tenants, agents, models), kept by number and found by text. */
#ifndef STORE_NAMES_H
#define STORE_NAMES_H

#include "base/arena.h"

typedef struct Name { int64_t id; Str text; } Name;
typedef struct Names {
	Name     *v;
	size_t    n, cap, slots;
	uint32_t *by_text, *by_id;       /* index into v, plus 1 */
	Arena     arena;
} Names;

void names_done(Names *t);
const Name *names_find(const Names *t, Str text);
const Name *names_get(const Names *t, int64_t id);
const Name *names_put(Names *t, int64_t id, Str text);    /* copies the text; the pair must be new */

/* Ids that belong to two ids, so that what two texts make together is looked up without making it. */
typedef struct Pair { int64_t a, b, id; } Pair;
typedef struct Pairs { Pair *slot; size_t n, slots; } Pairs;       /* id -1: a free slot */

void    pairs_done(Pairs *p);
int64_t pairs_find(const Pairs *p, int64_t a, int64_t b);       /* -1 when it was never put */
void    pairs_put(Pairs *p, int64_t a, int64_t b, int64_t id);  /* the pair must be new; id >= 0 */

#endif
