/* What a line of the bill is for. Pure.
 * Sources: the usage types of Amazon Bedrock and Amazon Bedrock AgentCore in the AWS Price List and in Cost Explorer. */
#ifndef APP_CHARGE_KIND_H
#define APP_CHARGE_KIND_H

#include "app/price_product.h"

/* TOKENS: what tokens cost, which is what is estimated live. The others are not live: nothing that is seen as it happens tells of them.
 * OTHER: of an AI service, and none of these. */
typedef enum ChargeKind { CHARGE_TOKENS, CHARGE_AGENTCORE, CHARGE_GUARDRAILS, CHARGE_KNOWLEDGE, CHARGE_PROVISIONED, CHARGE_MANTLE, CHARGE_OTHER,
	CHARGE_KINDS } ChargeKind;
const char *charge_kind_name(ChargeKind k);        /* "AgentCore compute" */
const char *charge_kind_id(ChargeKind k);          /* "agentcore" */

/* Whether a service of the bill is one of the AI services: Bedrock, AgentCore, a model of the Marketplace. */
bool charge_is_ai(Str service);
ChargeKind charge_kind(Str service, Str usage);
/* Of a line of tokens: the class (in the order of Tokens), how many tokens micro_units are, and what AWS calls the model there ("Claude
 * Haiku 4.5", "NovaPro"; in a). False: it is none. */
typedef struct ChargeTokens { int cls; int64_t tokens; Str name; } ChargeTokens;
bool charge_tokens(Arena *a, Str service, Str usage, int64_t micro_units, ChargeTokens *out);
/* Whether a name of the bill means a model of this name (a row's, "|" between several): 2 it is the name, 1 it begins it, 0 no. */
int  charge_names(Str bill, Str model_names);

#endif
