/* Money is an integer: nano-US-dollars (nUSD), 1 USD = 1,000,000,000 nUSD. Never a double. */
#ifndef MODEL_MONEY_H
#define MODEL_MONEY_H

#include "base/str.h"

#define NUSD_PER_USD  INT64_C(1000000000)
#define NUSD_PER_CENT INT64_C(10000000)
#define NUSD_PER_MICROUSD INT64_C(1000)

enum { MONEY_TEXT = 40 };

/* For the screen: "$" and at most three significant digits ("$0.0041", "$1.23", "$412", "$1.4k", "$2.1M"), "-$3.20". */
void money_screen(int64_t nusd, char out[MONEY_TEXT]);
/* Exact: all nine decimals, trailing zeros cut to at least two ("12.345678901", "0.50"). */
void money_exact(int64_t nusd, char out[MONEY_TEXT]);

#endif
