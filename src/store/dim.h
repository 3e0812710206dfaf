/* By what totals can be asked. A simple dimension has one name as its key; a composite one has several, which its key holds
 * unambiguously whatever bytes they are made of. */
#ifndef STORE_DIM_H
#define STORE_DIM_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

typedef enum Dim {
	DIM_ALL, DIM_TENANT, DIM_PERSONA, DIM_AGENT, DIM_VERSION, DIM_MODEL,      /* VERSION keys are "agent@version" */
	DIM_TENANT_MODEL, DIM_VERSION_MODEL,
	DIM_TENANT_PERSONA_MODEL, DIM_PERSONA_MODEL,                              /* kept by the (UTC) day, not by the hour */
	DIMS, DIM_SIMPLE = DIM_MODEL + 1, DIM_PARTS = 3,
} Dim;

const char *dim_name(Dim d);                     /* "tenant", "tenant+model" */
int         dim_of(Str name, Dim *out);          /* 0 or -1 */
/* How long one cell of it is: an hour or a day. */
int64_t     dim_span_ms(Dim d);
/* The simple dimensions that it is made of, in order; returns how many. DIM_ALL has none. */
int         dim_parts(Dim d, Dim part[DIM_PARTS]);
/* The one with the fewest parts that is kept by that span and has all these simple dimensions (a bit each); false: there is none. */
bool        dim_with(unsigned simple, int64_t span_ms, Dim *out);
/* The key of these names, and back. Text: names with a bar between, "acme|nova-pro"; a bar or backslash in a name has a backslash
 * before it. dim_split returns -1 for what is no key of that dimension; parts are borrowed from the key or in the arena. */
Str         dim_join(Dim d, const Str name[DIM_PARTS], Arena *a);
int         dim_split(Dim d, Str key, Arena *a, Str name[DIM_PARTS]);

#endif
