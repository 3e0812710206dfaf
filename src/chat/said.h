/* What came of one answer of a model, whoever has asked: its text and its price. */
#ifndef CHAT_SAID_H
#define CHAT_SAID_H

#include "api/converse.h"
#include "model/price.h"

/* Appends all its text, without reasoning and tools. */
void said_text(const ConverseTurn *said, Buf *out);
/* By the tier that the answer names, which need not be the one that was asked for. False, and nothing in *nusd: the answer did not say what it
 * used, or the model has no price in that tier. Guardrails are charged by AWS beside it, and no answer says what they cost. */
bool said_price(const PriceTable *t, Str model, const ConverseTurn *said, int64_t *nusd);

/* The same with a prompt cache that is empty, and with one that holds all that this prompt had in it. False: no price. */
bool said_cold_steady(const PriceTable *t, Str model, const ConverseTurn *said, int64_t *cold_nusd, int64_t *steady_nusd);

#endif
