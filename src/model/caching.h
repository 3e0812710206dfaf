/* What prompt caching is worth: of one priced call, by its own terms; and over many, what is burnt by reading less from the cache
 * than an agent has shown that it can. Integers; docs/cache.md has the definitions. */
#ifndef MODEL_CACHING_H
#define MODEL_CACHING_H

#include "model/price.h"

/* Of one call, each rounded half up to nUSD; sums add integers. */
typedef struct CacheMoney {
	int64_t saved_nusd;         /* what the tokens read would have cost as plain input, less what they cost */
	int64_t premium_nusd;       /* what the tokens written cost more than as plain input; may be negative */
	int64_t miss_nusd;          /* what the tokens that were not read cost more than as reads; 0 where the model's reads have no price */
} CacheMoney;

/* w: of a call that price_work found a price for. Its tier, long context, geography and discount hold for these figures too. */
CacheMoney caching_money(const PriceWork *w);
void       caching_add(CacheMoney *to, const CacheMoney *x);

int64_t caching_prompt(const Tokens *t);                                /* all input classes */
int64_t caching_rate(int64_t read, int64_t prompt);                     /* ppm, rounded down; -1 without a prompt */

/* What one hour says: calls that asked a model, tokens of their prompts, of these read from the cache. */
typedef struct CacheHour { int64_t asks, prompt, read; } CacheHour;
enum { CACHING_ASKS = 30, CACHING_SAMPLES = 12, CACHING_HOURS = 7 * 24 };
/* The achievable rate in ppm: the 90th percentile of the samples, each of which is an hour, or as many hours in a row as have
 * CACHING_ASKS asks together. -1 with fewer than CACHING_SAMPLES of them; *samples (may be NULL): how many there were. */
int64_t caching_achievable(const CacheHour *hour, size_t n, int *samples);

/* Of miss_nusd, spent on the `missed` tokens that were not read: the part on those that the achievable rate (ppm) would have read. */
int64_t caching_burn(const Tokens *t, int64_t miss_nusd, int64_t achievable_ppm);

#endif
