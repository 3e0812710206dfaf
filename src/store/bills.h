/* How calls are booked, each with what its amount rests on. */
#ifndef STORE_BILLS_H
#define STORE_BILLS_H

#include "store/store.h"

typedef struct Bill {
	Str  job_id, request_id;           /* empty: not known */
	Str  model, tier;                  /* of the booking; tier: the item's own */
	int64_t booked_ms;
	CostSource source;
	int64_t nusd;
	bool unpriced, has_tokens;
	Opt64  reported_nusd;
	Tokens tokens;
	const LogLine *line; size_t lines; /* its cost lines, in time order */
} Bill;

typedef struct BillFilter { int64_t from_ms, until_ms; Str key[DIM_SIMPLE]; } BillFilter;      /* by the booking; p NULL: any */
/* In the order of their bookings. A Bill lives as long as the call of each; each returns 0 to go on, else that is returned. */
int store_each_bill(Store *s, const BillFilter *f, int (*each)(void *arg, const Bill *b, Err *e), void *arg, Err *e);
int store_bill(Store *s, Str job_id, Arena *a, Bill *out, bool *found, Err *e);

#endif
