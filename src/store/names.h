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

#endif
