/* The one pricing function. Prices are micro-USD per million tokens, so tokens x price is exactly pico-USD; factors and the
 * discount are exact too, and the amount is rounded once, half up, to nano-USD. Sources of the semantics: Amazon Bedrock
 * pricing page (token classes add up; cache writes by TTL; batch), Bedrock User Guide "Service tiers", Converse API `usage`. */
#ifndef MODEL_PRICE_H
#define MODEL_PRICE_H

#include "base/arena.h"
#include "model/job.h"

enum { PRICE_CLASSES = 5 };             /* in the order of Tokens' members */
extern const char *const price_class_names[PRICE_CLASSES + 1];     /* "input" … "cache_write_1h", NULL */

/* How a call was served. Reserved capacity is paid by the month, not by the token: it has no price here, like any other
 * word that is not known. */
typedef enum PriceTier { TIER_STANDARD, TIER_PRIORITY, TIER_FLEX, TIER_BATCH, PRICE_TIERS, TIER_UNKNOWN = PRICE_TIERS } PriceTier;
PriceTier   price_tier_of(Str word);    /* "", "default" and "standard" are one */
const char *price_tier_name(PriceTier t);

/* Where a row comes from; the first that knows the model decides. */
typedef enum PriceOrigin { PRICE_OVERRIDE, PRICE_LIST, PRICE_SHIPPED, PRICE_ORIGINS } PriceOrigin;

/* How sure a figure is: the two public tables agree, only one has it, they differ; AWS's own list; the user's word. */
typedef enum PriceSure { SURE_BOTH, SURE_ONE, SURE_DOUBT, SURE_AWS, SURE_OWN, PRICE_SURES } PriceSure;
extern const char *const price_sure_names[PRICE_SURES + 1];

typedef struct PriceRow {
	const char *model;                  /* base model id, without geography prefix, or a full id (wins) */
	PriceTier tier;
	PriceOrigin origin;
	int64_t from_ms, until_ms;          /* valid from (inclusive) to (exclusive); until 0 = open */
	int64_t micro_usd[PRICE_CLASSES];   /* per million tokens; -1 = this class has no price */
	int64_t long_above;                 /* prompt tokens above which long_micro_usd holds; 0 = no such tier */
	int64_t long_micro_usd[PRICE_CLASSES];
	int32_t geo_permille;               /* factor for geography profiles (us., eu., …) in thousandths; 1000 = none */
	PriceSure sure;
	const char *name;                   /* what AWS calls the model, "|" between several names; NULL: not known */
	const char *source;                 /* where the figure stands, for people */
} PriceRow;

/* Part of every amount from a time on: thousandths of a percent, so 12.5 % is 12500. */
typedef struct PriceDiscount { int64_t from_ms; int32_t milli_percent; } PriceDiscount;
/* What an application inference profile calls: an id with its geography. */
typedef struct PriceAlias { Str arn, model; } PriceAlias;

typedef struct PriceTable {
	PriceRow *row;
	size_t    n;
	const PriceDiscount *discount;      /* earliest first */
	size_t    discounts;
	const PriceAlias *alias;
	size_t    aliases;
	int64_t   checked_ms;               /* the day when its figures were looked at; 0: not known */
	const uint32_t *slot, *next;        /* price_index; NULL: rows are looked through */
	size_t    slots;
} PriceTable;

typedef enum PriceVerdict { PRICE_OK, PRICE_UNPRICED } PriceVerdict;

typedef struct PriceCall { Str model, tier; int64_t at_ms; Tokens tok; } PriceCall;

/* How an amount came about: sum of count x micro_usd = pUSD, times geo_permille / 1000, times
 * (100000 - milli_percent) / 100000, half up to nUSD. */
typedef struct PriceWork {
	const PriceRow *row;                /* NULL: no row holds for the model in this tier at that time */
	Str       model;                    /* what the row was looked for by, once ARNs were cut and profiles resolved */
	PriceTier tier;
	bool      long_context;
	int       lacks;                    /* a class with tokens and without a price, or -1 */
	int64_t   count[PRICE_CLASSES], micro_usd[PRICE_CLASSES];
	int32_t   geo_permille, milli_percent;
	int64_t   nusd;
} PriceWork;

/* Fills w and returns its verdict; counts outside 0..10^10 (of a sum 10^13) are taken as the nearer end. PRICE_UNPRICED (and nusd 0) when
 * there is no row, or a class with tokens > 0 has no price. The geography factor holds when the row was found by cutting a
 * prefix other than global.
 * The row: by origin, and within one by full id, then without a known geography prefix (us. eu. apac. jp. au. us-gov.
 * global.); foundation-model and inference-profile ARNs are cut to their id, application profiles go by the aliases unless a
 * row names their ARN. An id with rows of its own goes by no other's, also for a tier that it lacks. Of several rows for one
 * id the first that is valid wins. */
PriceVerdict price_work(const PriceTable *t, const PriceCall *c, PriceWork *w);
PriceVerdict price_amount(const PriceTable *t, const PriceCall *c, int64_t *nusd);      /* the sum alone */
/* The same for tokens that are the sum of so many calls, of which none had a longer prompt than longest. exact: the amount is what the
 * calls' own amounts add up to. Else it is an estimate: their mean prompt stands for each where the model has a price for long ones, and
 * amounts that are no whole nUSD were rounded call by call. */
PriceVerdict price_amount_of(const PriceTable *t, const PriceCall *c, int64_t calls, int64_t longest, int64_t *nusd, bool *exact);
/* How that amount came about; its counts are those of all the calls. */
PriceVerdict price_work_of(const PriceTable *t, const PriceCall *c, int64_t calls, PriceWork *w);
const PriceRow *price_find(const PriceTable *t, const PriceCall *c);                    /* the row alone */
/* What the tokens cost with the dearest row of the table at that time, whatever its tier, long context and geography
 * included: the bound of a call without a price. row (may be NULL) gets the row; NULL when none prices all the classes. */
int64_t price_dearest(const PriceTable *t, int64_t at_ms, const Tokens *tok, const PriceRow **row);
/* What a call is reckoned with before it is made: its price, or that of the dearest row when it has none (*priced, which may be NULL, false). */
int64_t price_reckon(const PriceTable *t, const PriceCall *call, bool *priced);
int32_t price_discount(const PriceTable *t, int64_t at_ms);        /* in force then, thousandths of a percent */

/* Whether it is the ARN of an application inference profile: its model has to be asked for. */
bool price_is_profile(Str model);
/* The id of a system-defined profile's or model's ARN; any other text as it is. */
Str  price_cut_arn(Str model);
/* The same, and without a known geography prefix: what a model and its profiles have in common. */
Str  price_base_model(Str model);
/* Makes finding a row independent of their number. What it needs lives in the arena. */
void price_index(PriceTable *t, Arena *a);

#endif
