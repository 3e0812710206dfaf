/* Changes in the store: sightings of several sources become one row for each change; looks at a registry become changes
 * by comparing traits with those of the look before. Taken in by store_apply, in the batch's transaction. */
#ifndef STORE_CHANGE_H
#define STORE_CHANGE_H

#include "model/change.h"
#include "store/store.h"

enum { CHANGE_APART_MS = 10000 };        /* clocks of two services, and of whoever writes a time into an item */

/* A change that another source has told of already is the same row: same kind and object, what it became not contradicting, at about
 * the same time, and not the other source's own second one. The source of higher rank then says when and who, each fills in
 * what the others do not know. *fresh counts new rows and rows that say more now. */
int change_take(Store *s, const Change *c, size_t *fresh, Err *e);
/* Compares with the source's traits as they are stored, and stores these. The first look at a place makes no changes. */
int change_traits(Store *s, const TraitSet *f, size_t *fresh, Err *e);
/* Since when a source has been looked at, look after look, at the place where it is looked at now; 0: it never was. */
int store_looked_from(Store *s, ChangeSource source, int64_t *from_ms, Err *e);
int change_known_as(Store *s, const KnownAs *k, Err *e);
/* Traits of one kind as the last looks left them, of all sources, ids shown by name: "AGENT/route" points to value, "AGENT@VERSION" runs on
 * model value. */
typedef struct TraitRow { ChangeSource source; Str object, value; } TraitRow;
int store_traits(Store *s, ChangeKind kind, Arena *a, TraitRow **out, size_t *n, Err *e);
int change_prune(Store *s, int64_t before_ms, Err *e);

/* Changes of [from, until), until 0 = open, the newest first, at most limit (0 = all), ids shown by name. In a. */
int store_changes(Store *s, int64_t from_ms, int64_t until_ms, size_t limit, Arena *a, Change **out, size_t *n, Err *e);

#endif
