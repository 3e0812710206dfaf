/* What the forms of `seismo prices` share. */
#ifndef CLI_PRICES_H
#define CLI_PRICES_H

#include "app/prices.h"
#include "cli/options.h"
#include "conf/config.h"
#include "wire/jsonw.h"

/* The prices of one context. Needs no credentials and asks nobody. */
typedef struct PricesOpen {
	Arena arena;
	Config conf;
	const ConfContext *ctx;
	Str region;                    /* empty: nobody says it; then no list of AWS's is used */
	PriceTable t;
	int64_t at_ms;                 /* --at, else now */
} PricesOpen;

int  prices_open(PricesOpen *p, const Options *o, Err *e);        /* tells on stderr when a list cannot be used */
void prices_done(PricesOpen *p);

/* The members of a row: prices in micro-USD for a million tokens, null where there is none. until_ms: as it takes effect. */
void prices_row(JsonW *w, const PriceRow *r, int64_t until_ms);
void prices_factor(JsonW *w, int32_t permille);                           /* "geographyFactor": 1.10 */
void prices_discount(JsonW *w, const PriceTable *t, int64_t at_ms);       /* "discount": {…} or null */

int prices_work(const Options *o);         /* MODEL --tokens … : one call, line by line */
int prices_refresh(const Options *o);      /* refresh: asks the AWS Price List */
int prices_unpriced(const Options *o);     /* --unpriced */

#endif
