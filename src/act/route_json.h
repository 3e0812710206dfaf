/* A route as JSON: [{"version","weight"}], in the journal, the audit file and what commands print. */
#ifndef ACT_ROUTE_JSON_H
#define ACT_ROUTE_JSON_H

#include "model/route.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

void route_write(JsonW *w, const char *key, Route r);                                    /* [] when there is none */
int  route_read(Arena *a, JsonVal object, const char *key, Route *out, Err *e);          /* text is the document's */

#endif
