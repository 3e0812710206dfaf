/* The one pricing function. Prices are micro-USD per million tokens, so tokens x price is exactly pico-USD;
 * the amount is rounded once, half up, to nano-USD. Source of the semantics: Amazon Bedrock pricing page (token
 * classes add up; cache writes by TTL), Converse API `usage`. */
#ifndef MODEL_PRICE_H
#define MODEL_PRICE_H

#include "model/job.h"

enum { PRICE_CLASSES = 5 };             /* in the order of Tokens' members */

typedef struct PriceRow {
	const char *model;                  /* base model id, without geography prefix, or a full id (wins) */
	int64_t from_ms, until_ms;          /* valid from (inclusive) to (exclusive); until 0 = open */
	int64_t micro_usd[PRICE_CLASSES];   /* per million tokens; -1 = this class has no price */
	int64_t long_above;                 /* prompt tokens above which long_micro_usd holds; 0 = no such tier */
	int64_t long_micro_usd[PRICE_CLASSES];
	int32_t geo_permille;               /* factor for geography profiles (us., eu., …) in thousandths; 1000 = none */
	const char *source;                 /* where the figure stands, for people */
} PriceRow;

typedef struct PriceTable {
	PriceRow *row;
	size_t    n;
} PriceTable;

typedef enum PriceVerdict { PRICE_OK, PRICE_UNPRICED } PriceVerdict;

/* The row that prices this model at that time: exact id first, then without a known geography prefix
 * (us. eu. apac. jp. au. us-gov. global.); foundation-model and inference-profile ARNs are cut to their id.
 * Of several rows for one id the first that is valid wins, so overrides stand in front. NULL when there is none. */
const PriceRow *price_find(const PriceTable *t, Str model, int64_t at_ms);
/* nUSD for the tokens; counts outside 0..10^10 are taken as the nearer end. The geography factor holds when the row was
 * found by cutting a prefix other than global. PRICE_UNPRICED (and 0) when there is no row, or a class with tokens > 0
 * has no price. */
PriceVerdict price_amount(const PriceTable *t, Str model, int64_t at_ms, const Tokens *tok, int64_t *nusd);

#endif
