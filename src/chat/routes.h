/* Which chain of models a question goes to: the rules of `routing`, ready to be held against it. Pure. */
#ifndef CHAT_ROUTES_H
#define CHAT_ROUTES_H

#include "conf/routes.h"

typedef struct Routes Routes;

Routes *routes_new(const ConfRouting *conf);         /* which is borrowed */
void    routes_free(Routes *r);                      /* NULL is fine */
/* The first rule that fits; NULL: none does. A pattern that cannot be decided within its steps does not. */
const ConfRoute *routes_find(const Routes *r, Str question, Str view);

bool routes_is_code(Str text);

#endif
