/* Between books.c, apply.c and the table's form on disk. */
#ifndef STORE_BOOKS_OWN_H
#define STORE_BOOKS_OWN_H

#include "store/books.h"
#include "store/db.h"

/* What decides an amount, as bytes; the same table always gives the same ones. Where a price stands is no part of it. */
void books_pack(Buf *b, const PriceTable *t);
/* Strings and arrays live in the arena. -1: not of this program's form. */
int  books_unpack(Arena *a, Str blob, PriceTable *t, Err *e);

/* Inside a transaction: the store's prices. A store without any takes the batch's (which may be NULL). */
int  books_open(Store *s, const PriceTable *batch, LedgerMode mode, const PriceTable **prices, LedgerMode *its, Err *e);
void books_close(Store *s);

#endif
