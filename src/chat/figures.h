/* Tokens, times and money of answers as JSON, in what is kept of them. Whoever reads does not trust the file: figures are within what sums
 * of many can hold. */
#ifndef CHAT_FIGURES_H
#define CHAT_FIGURES_H

#include "model/price.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

/* A count, a sum or a time; -1 is "not known". The function's -1: it is none, or out of range. */
int  figure_take(JsonVal v, const char *key, int64_t *out, Err *e);
/* "tokens": {"input": 1, "output": 2, "cacheRead": 0, "cacheWrite5m": 0, "cacheWrite1h": 0} */
void tokens_put(JsonW *w, const Tokens *t);
int  tokens_take(JsonVal v, Tokens *t, Err *e);

#endif
