/* Price List: public prices. Source: AWS Price List Query API Reference, version 2017-10-15. */
#ifndef API_PRICE_LIST_H
#define API_PRICE_LIST_H

#include "api/op.h"

typedef struct PriceFilter { Str type, field, value; } PriceFilter;      /* type: TERM_MATCH … */
typedef struct PriceProductsIn { Str service_code, format_version, next_token; LIST_OF(PriceFilter) filters; int64_t limit; } PriceProductsIn;
/* products: each a JSON document of its own, as text. */
typedef struct PriceProducts { LIST_OF(Str) products; Str format_version, next_token; } PriceProducts;

extern const AwsOp op_pricing_get_products;

#endif
