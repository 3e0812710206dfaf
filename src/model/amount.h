/* An amount taken apart: token classes at their prices, factors, discount and rounding, as lines that add up to it exactly. */
#ifndef MODEL_AMOUNT_H
#define MODEL_AMOUNT_H

#include "model/price.h"

/* Calls with the same terms: row, tier, long context, geography and discount. */
typedef struct AmountSum {
	PriceWork terms;                   /* of the first call; its counts and amount are that call's */
	int64_t calls, count[PRICE_CLASSES];
	int64_t nusd;                      /* what they are booked with together */
} AmountSum;

typedef enum AmountKind { AMOUNT_CLASS, AMOUNT_GEO, AMOUNT_DISCOUNT, AMOUNT_ROUNDING } AmountKind;
typedef struct AmountLine {
	AmountKind kind;
	int     token_class;               /* of AMOUNT_CLASS */
	int64_t count, micro_usd;          /* tokens, and their price for a million */
	int64_t nusd;
} AmountLine;
enum { AMOUNT_LINES = PRICE_CLASSES + 3 };

bool amount_same_terms(const PriceWork *a, const PriceWork *b);
/* Adds a priced call of the same terms; into an empty sum ({ 0 }) any. */
void amount_add(AmountSum *s, const PriceWork *w);
/* Classes without tokens and factors of one have no line. Each line is what the running total, rounded half up to nUSD, moves by;
 * what the calls' own roundings leave over is the last one. So the lines add up to s->nusd. Returns how many. */
int  amount_lines(const AmountSum *s, AmountLine out[AMOUNT_LINES]);

#endif
