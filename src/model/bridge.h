/* Why one amount differs from another: integers that add up to the difference exactly.
 *
 * Method: one thing after the other is set from how it is usually to how it is now, in the order of the effects below; what an
 * effect is worth is what the amount moves by at its step. The steps' amounts are rounded to whole nUSD (half away from zero, for
 * each part), the effects are their differences: so nothing is left over, and no rest needs a place.
 *
 *   usual            what was booked then
 *   jobs             as many jobs as now, each at what a job usually costs
 *   model mix        on the models of now, each model's jobs at what they usually cost (a model that is not usual: at what they cost)
 *   cache miss, 1    as many of the jobs answered from the answer cache as now
 *   tokens/job       prompts and answers as long as now; the cache classes in their usual shares, prices as usual
 *   retries          of the step before, as much as the growth of attempts per job accounts for: never more, never against it
 *   cache miss, 2    the prompts' tokens in the cache classes of now
 *   price            what was booked now: prices, tiers, discounts, and what tokens do not explain
 */
#ifndef MODEL_BRIDGE_H
#define MODEL_BRIDGE_H

#include "model/price.h"

typedef enum BridgeEffect { BRIDGE_JOBS, BRIDGE_MIX, BRIDGE_TOKENS, BRIDGE_RETRIES, BRIDGE_CACHE, BRIDGE_PRICE, BRIDGE_EFFECTS } BridgeEffect;

typedef struct BridgeSums { int64_t nusd, jobs, retries, cache_hits; Tokens tok; } BridgeSums;

typedef struct BridgePart {             /* what ran on one model */
	BridgeSums now;
	BridgeSums base;                    /* in thousandths, for it is a mean: 1500 jobs are one and a half */
	int64_t weight[PRICE_CLASSES];      /* usual prices of the token classes in any unit; all <= 0: a token is a token */
	int64_t effect[BRIDGE_EFFECTS];     /* result: they add up to what this part differs by */
} BridgePart;

typedef struct Bridge { int64_t now_nusd, base_nusd, effect[BRIDGE_EFFECTS]; } Bridge;

const char *bridge_effect_name(BridgeEffect e);      /* "tokens/job" */
/* Fills each part's effects, and their sums into out: now_nusd - base_nusd is the sum of all effects. */
void bridge_explain(BridgePart *part, size_t n, Bridge *out);

#endif
