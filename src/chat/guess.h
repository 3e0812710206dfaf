/* What a text comes to in tokens as long as nobody has counted it. Pure. */
#ifndef CHAT_GUESS_H
#define CHAT_GUESS_H

#include "api/converse.h"
#include "model/price.h"

/* Four bytes to a token, as English prose has; code, numbers and other scripts have fewer. *within: percent that it may be off either way. */
int64_t guess_tokens(int64_t bytes, int *within);
/* What a question that nobody knows anything about may cost: two bytes of it to a token, and the answer as long as it may be. */
int64_t guess_most_nusd(const PriceTable *t, const ConverseIn *in, int64_t at_ms);

#endif
