/* The shipped price table (src/conf/prices.yaml, embedded) as model/price.h rows. Money text is read exactly. */
#ifndef CONF_PRICES_H
#define CONF_PRICES_H

#include "base/arena.h"
#include "model/price.h"

int prices_builtin(Arena *a, PriceTable *out, Err *e);
int prices_parse(Arena *a, const char *file, Str yaml, PriceTable *out, Err *e);

#endif
