/* Tables of prices as YAML: the one that ships with the program (src/conf/prices.yaml, embedded), and the one that the AWS
 * Price List gave. docs/prices.md says what a row holds. Money text is read exactly. */
#ifndef CONF_PRICES_H
#define CONF_PRICES_H

#include "base/arena.h"
#include "model/price.h"

typedef struct PricesFile {
	const char *name;                /* for messages */
	Str         text, tree;          /* tree: of the one that ships (yaml_pack.h); else empty */
	PriceOrigin origin;              /* of its rows */
	PriceSure   sure;                /* of rows that do not say */
} PricesFile;

/* Everything lives in the arena; the text may go away afterwards. */
int prices_parse(Arena *a, const PricesFile *f, PriceTable *out, Err *e);
int prices_builtin(Arena *a, PriceTable *out, Err *e);

#endif
