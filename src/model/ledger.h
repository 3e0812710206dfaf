/* What one call costs and where it is booked: the rules of docs ("Booking") as one pure function, so that no result
 * depends on the order in which items and lines arrive. */
#ifndef MODEL_LEDGER_H
#define MODEL_LEDGER_H

#include "model/caching.h"

typedef enum LedgerMode { LEDGER_COMPUTED, LEDGER_REPORTED } LedgerMode;
typedef enum CostSource { COST_NONE, COST_COMPUTED, COST_REPORTED } CostSource;

/* All COST_TRACKING lines of one job (or one line without a job), already without duplicates. */
typedef struct CostLines {
	int     n;
	int     logged;                 /* of these, calls that the model invocation log tells of */
	bool    has_tokens;
	Tokens  tokens;                 /* sum */
	unsigned tiers;                 /* bit per PriceTier of the lines with tokens */
	int64_t priced_nusd;            /* each line priced by its own model and rounded, then summed */
	int     priced, unpriced;       /* lines with tokens: with and without a price */
	CacheMoney cache;               /* of the priced ones */
	int64_t tokenless_nusd;         /* sum of cost_cents of the lines that have no tokens */
	int64_t unreported_nusd;        /* priced_nusd of the lines that have no cost_cents */
	Opt64   reported_nusd;          /* sum of cost_cents */
	int64_t first_ms;
	Str     first_event;
	Str     tenant, persona, agent, version, model;   /* of the first line (by time, then event id) */
} CostLines;

/* Of lines that tell of one call, that is of one request id, one is left, made of what each knows best: tokens and model of the
 * invocation log's record, everything else and the split of cache writes of the application's first line (by time, then event id).
 * Lines without a request id are calls of their own. Whatever the order of v, the same ones are left; returns how many, at its front. */
size_t ledger_calls(LogLine *v, size_t n);

/* Takes one more line into the sum; the order of the calls does not matter. Text is borrowed from the line. */
void cost_lines_add(CostLines *c, const LogLine *line, const PriceTable *prices);

typedef struct Booking {
	int64_t    hour;                /* hours since 1970 of booked_ms */
	int64_t    booked_ms;           /* startedAt, else updatedAt; without a job the first line's timestamp */
	CostSource source;
	int64_t    nusd;                /* 0 when source is COST_NONE */
	Opt64      reported_nusd;       /* kept beside it, never added */
	bool       unpriced;            /* tokens known, model without a price; in both modes */
	bool       has_tokens;
	Tokens     tokens;
	CacheMoney cache;               /* at list or net prices, whatever side is booked; all 0 when unpriced */
} Booking;

/* job may be NULL (lines only), lines may be NULL (job only); not both. With a job it is priced once over its tokens, or
 * over the lines' when it has none, or when the invocation log tells of all of them: what Bedrock counted goes before what the
 * application wrote down. Without a job every line stands for itself: its tokens, else its own figure.
 * A job that does not say its service tier has that of its lines. Where these differ, lines that gave it its tokens are
 * priced one by one, and own tokens cannot be priced: which of them were served how is not known. */
void ledger_book(const Job *job, const CostLines *lines, const PriceTable *prices, LedgerMode mode, Booking *out);

#endif
