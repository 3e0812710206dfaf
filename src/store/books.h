/* By which prices the store's totals are booked. They stand in the store, so that every process that writes into it books alike,
 * whatever its own configuration says: the prices of the one that began last hold for all. When they change, everything is booked
 * again in slices; a slice and its place are one transaction, so whoever comes after a crash goes on. */
#ifndef STORE_BOOKS_H
#define STORE_BOOKS_H

#include "store/store.h"

typedef enum BooksTodo { BOOKS_DONE, BOOKS_UNPRICED, BOOKS_ALL } BooksTodo;      /* what is still to be booked again */

typedef struct BooksState {
	bool       any;                 /* the store has prices */
	uint64_t   hash;                /* of what decides an amount, and of the mode */
	LedgerMode mode;
	BooksTodo  todo;
	int        percent;             /* of that, done */
} BooksState;

/* Two tables with one hash give every call the same amount. */
uint64_t books_hash(const PriceTable *prices, LedgerMode mode);

/* Makes these the store's prices. When they are others than it has, all that is booked becomes to be booked again; out (may be
 * NULL) says how things stand. */
int store_books_use(Store *s, const PriceTable *prices, LedgerMode mode, BooksState *out, Err *e);
int store_books_state(Store *s, BooksState *out, Err *e);
/* One slice of about budget_ms: calls are booked again, totals moved by the differences. Nothing to do is no error. */
int store_books_step(Store *s, int64_t budget_ms, BooksState *out, Err *e);
/* The store's own prices, with what its profiles stand for. Lives until the store is closed or the next call of this kind;
 * NULL when it has none yet. */
int store_books_prices(Store *s, const PriceTable **out, LedgerMode *mode, Err *e);

/* An application inference profile that was asked for. model: what it calls, as a PriceAlias wants it; empty: that could not be
 * found out, and why says the reason. */
typedef struct ProfileRow { Str arn, model, why; int64_t asked_ms; } ProfileRow;
/* Profiles that calls name and that are not known; of those that could not be found out, the ones asked before retry_before_ms. */
int store_profiles_wanted(Store *s, int64_t retry_before_ms, size_t max, Arena *a, Str **out, size_t *n, Err *e);
/* Keeps what was found out. Calls that were unpriced become to be booked again when a model is among it. */
int store_profiles_put(Store *s, const ProfileRow *v, size_t n, Err *e);
int store_profiles(Store *s, Arena *a, ProfileRow **out, size_t *n, Err *e);

/* Calls booked in [from, until) that have tokens and no price, by model, most calls first. until 0: open. */
typedef struct UnpricedRow { Str model; int64_t jobs; Tokens tokens; } UnpricedRow;
int store_unpriced(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, UnpricedRow **out, size_t *n, Err *e);

#endif
