/* Which prices hold for a context: overrides and discounts of the configuration, what the AWS Price List said for its Region, the
 * table that ships with the program, in this order. */
#ifndef APP_PRICES_H
#define APP_PRICES_H

#include "base/arena.h"
#include "model/price.h"

/* Whose list: a Region's, from AWS itself (endpoint empty) or from what was asked in its place. What a simulator says must never
 * stand among AWS's prices. */
typedef struct PricesPlace { Str region, endpoint; } PricesPlace;

/* The endpoint that the Price List is asked at: given (of the command line or the context), else the environment's. */
Str  prices_endpoint(Str given);
/* Folder of the lists, heap; NULL: there is no home for it. */
char *prices_folder(void);
/* The file of a list of that day ("2026-11-28"), heap; day empty: the newest one that is there. NULL: none. */
char *prices_list_path(const PricesPlace *p, Str day);
/* Reads a list. Everything in the arena. A file that others may write is refused. */
int  prices_list_read(Arena *a, const char *path, PriceTable *out, Err *e);

/* One table of all, indexed; everything in the arena. own: of the configuration. place NULL: without a list. A list that cannot be
 * read is left out, and note says so (it is empty otherwise). */
enum { PRICES_NOTE = 400 };
int  prices_load(Arena *a, const PriceTable *own, const PricesPlace *place, PriceTable *out, char note[PRICES_NOTE], Err *e);

/* What totals booked by this table are, in two words: "est list", or "est net" when a discount holds at that time. */
const char *prices_basis(const PriceTable *t, int64_t at_ms);

#endif
