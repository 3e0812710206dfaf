/* Where a pointer sends traffic: versions with weights. Pure. Weights are whole percents, 1 to 100, and add up to 100 (contracts:
 * the route of the agents table); a pointer that holds one version is a route of one part at 100. All text is borrowed. */
#ifndef MODEL_ROUTE_H
#define MODEL_ROUTE_H

#include "base/arena.h"

typedef struct RoutePart { Str version; int64_t weight; } RoutePart;
typedef struct Route { const RoutePart *part; size_t n; } Route;      /* n 0: none, or not known */

Route route_one(Arena *a, Str version);            /* all of it; an empty version gives none */
Route route_copy(Arena *a, Route r);
bool  route_eq(Route x, Route y);                  /* in whatever order the parts stand */
/* The version with the largest weight, the first of equals; empty when there is none. */
Str   route_main(Route r);
/* The same of those that are not `but`. */
Str   route_beside(Route r, Str but);
int64_t route_share(Route r, Str version);         /* percent; 0 when it is not in it */
int   route_check(Route r, Err *e);                /* weights, sum, no version twice, none without a name */
Str   route_text(Route r, Arena *a);               /* "4.2"; of several "3.1:90 3.2:10"; "-" when there is none */

#endif
