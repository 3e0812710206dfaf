/* What a set of calls adds up to, and the same as bytes. All members are sums, so a difference takes out exactly what went in. */
#ifndef STORE_SUMS_H
#define STORE_SUMS_H

#include "model/caching.h"

typedef struct Sums {
	int64_t nusd, jobs, failed, unpriced, cache_hits, cache_known, retries, latency_ms_sum, latency_n;
	Tokens  tok;
	int64_t succeeded, cancelled;
	int64_t booked;                                      /* calls that have an amount, be it 0 */
	/* Of the calls that are booked and of which the application reported a figure: that figure, how many they are, and what they are
	 * booked with. So the drift is reported_nusd - reported_booked_nusd. */
	int64_t reported_nusd, reported_n, reported_booked_nusd;
	int64_t approved, judged;                            /* result.approved: said yes; said anything */
	int64_t roi_milli, roi_n;                            /* result.roi.estimate x 1000 */
	int64_t confidence_milli, confidence_n;              /* result.roi.confidence x 1000 */
	CacheMoney cache;                                    /* of the prompt cache; calls without a price have none */
	/* Calls that asked the answer cache: what those cost that it answered; what those cost that it did not, and how many of these
	 * have an amount. */
	int64_t answer_hit_nusd, answer_miss_nusd, answer_miss_n;
} Sums;

enum { SUM_FIELDS = 32, SUMS_OLD = 14 /* up to tok: what older layouts had */, SUMS_BLOB_MAX = 4 + SUM_FIELDS * 10,
       SUMS_BEHIND = 8, SUMS_CELL_MAX = 4 + SUM_FIELDS / 2 + SUM_FIELDS * 8 + SUMS_BEHIND };

void sums_add(Sums *to, const Sums *x);
void sums_sub(Sums *to, const Sums *x);
bool sums_zero(const Sums *s);
/* The members in their order, as numbers and by name: "nusd", "jobs", ..., "input", ..., "confidence_n". */
int64_t     sums_field(const Sums *s, int i);
void        sums_set_field(Sums *s, int i, int64_t v);
const char *sums_field_name(int i);

/* Bytes: which members are not zero (a bit each), then these, as varints. Members that a later version appends are zero in
 * older bytes. Returns how many. */
size_t sums_pack(const Sums *s, unsigned char out[SUMS_BLOB_MAX]);
int    sums_unpack(Str blob, Sums *out);                            /* 0, or -1 when damaged; *out is zero then */
/* The same as the bytes of a cell of a sheet (sheets.h), which are read several times as fast: which members are not zero (32 bits),
 * how many bytes each of these has (a nibble, less one), then these, the low byte first. Reading may look at SUMS_BEHIND bytes behind
 * the cell, whatever they are. */
size_t sums_write(const Sums *s, unsigned char out[SUMS_CELL_MAX]);
int    sums_read(Str cell, Sums *out);                               /* as sums_unpack */
int    sums_read_money(Str cell, Sums *out);                         /* nusd and jobs alone: the others are 0, and not looked at */

#endif
