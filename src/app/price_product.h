/* One product of the AWS Price List: which class of tokens, of which model, served how, at what price. Pure.
 * Sources: AWS Price List Query API, User Guide "Reading an offer"; the usage types that AmazonBedrock and
 * AmazonBedrockFoundationModels have: USE1-NovaPro-input-tokens-flex, USE1-MP:USE1_CacheReadInputTokenCount_Global-Units,
 * USE1-MP:USE1_cache_write_tokens_1h_global_standard-Units. */
#ifndef APP_PRICE_PRODUCT_H
#define APP_PRICE_PRODUCT_H

#include "base/arena.h"
#include "model/price.h"

/* In the caller's Region, through a profile of its geography, through a global one. */
typedef enum ProductScope { PRODUCT_REGION, PRODUCT_GEOGRAPHY, PRODUCT_GLOBAL, PRODUCT_SCOPES } ProductScope;

/* TOKENS: a price by the token. OTHER: of something else (images, reserved or provisioned capacity, custom models, guardrails, the
 * mantle endpoint). ODD: by the token as far as can be seen, but it is not understood; why says what. */
typedef enum ProductKind { PRODUCT_TOKENS, PRODUCT_OTHER, PRODUCT_ODD } ProductKind;

typedef struct Product {
	ProductKind kind;
	Str  name;                         /* of the model, as AWS calls it, without "(Amazon Bedrock Edition)" */
	Str  usage;                        /* the usage type */
	PriceTier tier;
	ProductScope scope;
	int  cls;                          /* token class, in the order of Tokens */
	bool long_context;
	int64_t micro_usd;                 /* for a million tokens */
	int64_t from_ms;                   /* first day that the price holds */
	const char *why;
} Product;

/* json: the document of one product, as GetProducts gives it. -1: it is none. Everything in the arena. */
int  product_read(Arena *a, Str json, Product *out, Err *e);
/* What a usage type says; kind is TOKENS or OTHER. Members that it says nothing about stay as they are. */
void product_usage(Str usage, Product *out);
/* What stands between the Region and the first word of the class: "NovaPro" of "USE1-NovaPro-input-tokens-flex". A part of usage. */
Str  product_usage_name(Str usage);

#endif
