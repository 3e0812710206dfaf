/* The section `prices` of config.yaml: a contract's discount and prices of one's own. Only config.c includes this. */
#ifndef CONF_CONFIG_PRICES_H
#define CONF_CONFIG_PRICES_H

#include "conf/schema.h"
#include "model/price.h"

typedef struct ConfDiscount { int64_t from_ms, percent; } ConfDiscount;          /* percent: in millionths */
typedef struct ConfOverride { Str model; int64_t from_ms, micro_usd[PRICE_CLASSES]; } ConfOverride;
typedef struct ConfPrices {
	ConfDiscount *discount; size_t discounts;
	ConfOverride *override; size_t overrides;
} ConfPrices;

extern const SettingList config_discounts, config_overrides;

/* What single entries cannot say: their order, and what stands twice. root: the file's root, for places. out gets the rows of
 * the overrides and the discounts, in the arena. */
int config_prices_table(Arena *a, const char *file, const struct YamlNode *root, const ConfPrices *p, PriceTable *out, Err *e);

#endif
