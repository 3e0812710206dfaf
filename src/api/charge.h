/* What AWS takes for calls that are not calls of a model: a const row for each operation that costs something. Prices are those that
 * AWS publishes for us-east-1, without free tiers, discounts and data transfer, so that what is added up is rather too much; other
 * Regions differ by some percent. Operations without a row are free, or a model's (the price table knows these).
 * Amounts are in pUSD (10^-12 USD): a half read unit of DynamoDB costs less than a nUSD. */
#ifndef API_CHARGE_H
#define API_CHARGE_H

#include "api/op.h"

typedef struct Charge {
	const AwsOp *op;
	int64_t request_pusd;              /* each request that is answered */
	int64_t unit_pusd;                 /* each unit besides */
	const char *unit;                  /* "metric", "read unit", "minute"; NULL: none */
	int64_t (*asked)(const void *in);      /* thousandths of units in what is asked; NULL: none */
	int64_t (*answered)(const void *out);  /* and in what came back */
	bool minutes;                      /* units are the minutes that a stream is open, each one that was begun */
} Charge;

const Charge *charge_of(const AwsOp *op);                    /* NULL: there is no row */
const Charge *charge_rows(size_t *n);
int64_t charge_asked(const Charge *c, const void *in);       /* pUSD: the request and its units; c may be NULL */
int64_t charge_answered(const Charge *c, const void *out);   /* out may be NULL */
int64_t charge_nusd(int64_t pusd);                           /* rounded up: less than nothing is not told */
/* A Logs Insights query that has read so many bytes; nUSD. Its answers are asked for many times and paid once, so whoever asks notes it. */
int64_t charge_scanned(double bytes);

#endif
