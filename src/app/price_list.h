/* The products of the AWS Price List as a table of prices for one Region. What cannot be mapped is listed, not guessed. Pure. */
#ifndef APP_PRICE_LIST_H
#define APP_PRICE_LIST_H

#include "app/price_product.h"
#include "base/buf.h"

typedef struct PriceList PriceList;

/* Products that were left out, by name and reason. */
typedef struct PriceLeft { Str name; const char *why; size_t products; } PriceLeft;

typedef struct PriceListStats {
	size_t products, mapped, other;      /* other: no price by the token, or not one of ours */
	const PriceLeft *left; size_t left_n;
	size_t long_kept;                    /* rows whose long-context prices are those of the shipped table: the list has none */
} PriceListStats;

/* region: whose prices come. shipped: for the names of its models and where long contexts begin; it must outlive the list. */
PriceList *price_list_new(Str region, const PriceTable *shipped);
void price_list_free(PriceList *l);
/* One more model by name, as ListFoundationModels says it. A name that two models have maps nothing. */
void price_list_model(PriceList *l, Str id, Str name);
/* One document of GetProducts. -1: it is none. */
int  price_list_product(PriceList *l, Str json, Err *e);
/* All have come: the rows, sorted by model, tier and time. before: the list that was there (may be empty); its rows that are not valid
 * any more stay for calls of their time. source: of the new rows. Rows live in the arena. */
void price_list_rows(PriceList *l, const PriceTable *before, const char *source, Arena *a, PriceTable *out);
const PriceListStats *price_list_stats(PriceList *l);

/* The rows as the file that prices_parse reads. head: lines of comment, without #. day: "2026-11-28". */
void price_list_write(const PriceTable *t, const char *head, const char *day, const char *source, Buf *out);

#endif
