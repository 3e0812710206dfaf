/* Where an amount comes from, as two pages of text: why it differs from what is usual, and how it is computed. Integers are shown
 * whole: nothing here is rounded for the eye. Run on a worker; text from outside is cleaned here. */
#ifndef APP_EXPLAIN_H
#define APP_EXPLAIN_H

#include "app/ask_cost.h"
#include "base/buf.h"
#include "model/amount.h"
#include "model/money.h"
#include "store/bills.h"
#include "store/books.h"

typedef struct Explained { Buf why, how; int64_t nusd; } Explained;      /* nusd: what the lines of `how` add up to */

int explain_cell(const Stores *from, const FiguresAsk *when, const CostCell *c, Explained *out, Err *e);
/* One job beside the usual job of its agent's version. *found false: it is not in the store (any more). */
int explain_job(const Stores *from, const FiguresAsk *when, Str id, Explained *out, bool *found, Err *e);

/* --- between the files of this module --- */

enum { EXPLAIN_CALLS = 50000, EXPLAIN_TERMS = 64, EXPLAIN_FIRST = 5, EXPLAIN_LABEL = 40 };

/* What the calls of an amount are made of. */
typedef struct Ingredients {
	AmountSum sum[EXPLAIN_TERMS]; int sums;      /* priced calls, by their terms */
	Str  asked[EXPLAIN_TERMS];                   /* the model as the calls name it, when that is not the price row's */
	int64_t calls, nusd;
	int64_t reported, reported_nusd;             /* booked with what the application reported */
	int64_t unpriced, free;                      /* tokens without a price; calls without tokens or figure */
	int64_t other, other_nusd;                   /* whose amount the prices of now do not give: they are being booked again */
	int64_t said, said_nusd, said_booked;        /* the application's figures, and what the same calls are booked with */
	int64_t beyond;                              /* calls that were not looked at any more */
	Tokens  tokens;
	struct { Str job, request; int64_t at_ms, nusd; } first[EXPLAIN_FIRST]; int firsts;
} Ingredients;

/* prices: those that the bill's store books with. Text is copied into a. */
void ingredients_add(Ingredients *g, const Bill *b, const PriceTable *prices, Arena *a);
/* Writes the page; total: what it must add up to. listed: table to look sources up in; may be NULL. */
void ingredients_write(const Ingredients *g, const FiguresAsk *when, int64_t total, Buf *out);
void why_write(const CellWhy *y, const WhyModels *m, const char *one, Buf *out);      /* one: "job" or NULL for a cell */

void put_text(Buf *b, Str raw, int width);       /* cleaned, cut and padded to so many cells; -width: to the right */
void put_usd(Buf *b, int64_t nusd, bool sign, int width);
void put_number(Buf *b, int64_t n, int width);   /* 1,234,567 */

#endif
