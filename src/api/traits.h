/* What of a registry's entries can change, as traits (model/change.h): one function for each kind of entry. Pure. */
#ifndef API_TRAITS_H
#define API_TRAITS_H

#include "api/records.h"
#include "model/change.h"

typedef struct TraitList { Trait *v; size_t n, cap; } TraitList;
void traits_done(TraitList *l);
/* Copies the texts into a. */
void traits_add(TraitList *l, Arena *a, const Trait *f);
const Trait *traits_take(const TraitList *l, Arena *a);      /* a copy of the list */

/* "sha256:" and twelve digits of it: for what is compared and not read. */
Str  traits_hash(Arena *a, Str text);

/* An item of the agents table: where #route points (weights, paused), or status, model, prompt and settings of a version.
 * Locks, audit rows and what an agent claims about itself (performance) are none. An inline prompt is told by its hash. */
void traits_of_agent(TraitList *l, Arena *a, JsonVal item, const AgentItem *it);

#endif
